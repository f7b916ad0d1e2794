/*
 * All of a target is looked at once, when it arrives, so that later code need not ask again whether
 * a path or a parameter is clean. This stands before every answer, for known and unknown domains
 * alike: it allocates nothing, never clears the struct's large arrays, and takes text without
 * specialities, which nearly every target is, eight bytes at a time.
 */
#include "http/http_request.h"

#include "base/text.h"

#include <endian.h>
#include <stdint.h>
#include <string.h>

#define EACH_BYTE(value) (UINT64_C(0x0101010101010101) * (value))

enum http_method http_method_parse(const char *name)
{
	if (strcmp(name, "GET") == 0) /* the letter case counts, RFC 9110 9.1 */
		return HTTP_GET;
	if (strcmp(name, "POST") == 0)
		return HTTP_POST;
	if (strcmp(name, "HEAD") == 0)
		return HTTP_HEAD;
	return HTTP_OTHER;
}

/*
 * Marks those of 8 bytes that are a control character, not ASCII or a "%": the high bit is set in
 * the first of them, counted from the lowest. Above it more may be set than are meant, by borrows.
 */
static uint64_t special_bytes(uint64_t bytes)
{
	uint64_t percent = bytes ^ EACH_BYTE('%');
	uint64_t found = bytes;

	found |= bytes + EACH_BYTE(1);		      /* 0x7f */
	found |= bytes - EACH_BYTE(0x20);	      /* below 0x20 */
	found |= (percent - EACH_BYTE(1)) & ~percent; /* "%" */
	return found & EACH_BYTE(0x80);
}

/* The number of bytes before the first that needs a closer look. */
static size_t plain_length(const char *text, size_t size)
{
	uint64_t bytes, found;
	size_t length = 0;

	for (; size - length >= sizeof(bytes); length += sizeof(bytes)) {
		memcpy(&bytes, text + length, sizeof(bytes));
		found = special_bytes(le64toh(bytes));
		if (found)
			return length + (size_t)__builtin_ctzll(found) / 8;
	}
	bytes = EACH_BYTE('a'); /* of the last ones, those that are there */
	memcpy(&bytes, text + length, size - length);
	found = special_bytes(le64toh(bytes));
	return found ? length + (size_t)__builtin_ctzll(found) / 8 : size;
}

/*
 * The byte that stands at text, which is not plain, or that "%XX" there stands for; *ret_step is
 * how long it is written. -1: one that a target must not have.
 */
static int special_byte(const char *text, size_t size, size_t *ret_step, struct error *err)
{
	int c = (unsigned char)*text;

	*ret_step = 1;
	if (c == '%') {
		int high = size < 3 ? -1 : text_hex_digit(text[1]);
		int low = high < 0 ? -1 : text_hex_digit(text[2]);

		if (low < 0)
			return error_set(err, ERROR_INVALID,
					 "request target: bad percent-encoding");
		c = high << 4 | low;
		*ret_step = 3;
	}
	if (c < 0x20 || c == 0x7f)
		return error_set(err, ERROR_INVALID, "request target: a control character");
	return c;
}

/* Undoes percent-encoding into ret, which has room bytes: clean text and a NUL behind it. */
static int percent_decode(const char *text, size_t size, char *ret, size_t room, size_t *ret_length,
			  struct error *err)
{
	size_t length = 0;
	bool ascii = true;

	for (;;) {
		size_t run = plain_length(text, size), step;
		int c;

		if (length + run + (run < size) >= room)
			return error_set(err, ERROR_TOO_LARGE,
					 "request target: a part of it is over %zu bytes",
					 room - 1);
		memcpy(ret + length, text, run);
		length += run;
		if (run == size)
			break;
		c = special_byte(text + run, size - run, &step, err);
		if (c < 0)
			return -1;
		ascii = ascii && c < 0x80;
		ret[length++] = (char)c;
		text += run + step;
		size -= run + step;
	}
	ret[length] = '\0';
	*ret_length = length;
	if (!ascii && !text_is_clean(ret, length))
		return error_set(err, ERROR_INVALID,
				 "request target: not UTF-8, or a control character");
	return 0;
}

/* Whether all of text can be decoded. It is, but only once there is more than ASCII in it. */
static int percent_check(const char *text, size_t size, struct error *err)
{
	char decoded[HTTP_TARGET_MAX + 1];
	size_t place = 0, length;

	for (;;) {
		size_t step;
		int c;

		place += plain_length(text + place, size - place);
		if (place == size)
			return 0;
		c = special_byte(text + place, size - place, &step, err);
		if (c < 0)
			return -1;
		if (c >= 0x80)
			return percent_decode(text, size, decoded, sizeof(decoded), &length, err);
		place += step;
	}
}

/* Where the authority of an absolute target begins, or NULL. */
static const char *absolute_authority(const char *target)
{
	if (text_begins(target, "https://"))
		return target + strlen("https://");
	if (text_begins(target, "http://"))
		return target + strlen("http://");
	return NULL;
}

/* A Host that names nothing of ours is no failure: the address in the request may do. */
static void read_host(struct http_request *request, const char *host, size_t size)
{
	struct error ignored;

	request->has_host = domain_name_parse_host(host, size, &request->host, &ignored) == 0;
}

/* Copies the target in origin form into raw. Returns its length there. */
static size_t read_form(struct http_request *request, const char *target, size_t length,
			const char *host, struct error *err)
{
	const char *authority, *path;

	if (*target == '/') {
		if (host)
			read_host(request, host, strlen(host));
		memcpy(request->raw, target, length + 1);
		return length;
	}
	authority = absolute_authority(target);
	if (!authority) {
		error_set(err, ERROR_INVALID,
			  "request target: neither a path nor an http or https URL");
		return 0;
	}
	path = authority + strcspn(authority, "/?");
	read_host(request, authority, (size_t)(path - authority));
	length -= (size_t)(path - target);
	request->raw[0] = '/'; /* an empty path is "/", RFC 9112 3.2.1 */
	if (*path == '/') {
		memcpy(request->raw, path, length + 1);
		return length;
	}
	memcpy(request->raw + 1, path, length + 1);
	return length + 1;
}

int http_request_parse_target(struct http_request *request, const char *target, const char *host,
			      struct error *err)
{
	size_t length = strnlen(target, HTTP_TARGET_MAX + 1), path_length;
	const char *mark;

	if (length > HTTP_TARGET_MAX)
		return error_set(err, ERROR_TOO_LARGE, "request target: over %d bytes",
				 HTTP_TARGET_MAX);
	request->has_host = false;
	request->query = NULL;
	request->query_length = 0;
	length = read_form(request, target, length, host, err);
	if (length == 0)
		return -1;
	mark = memchr(request->raw, '?', length);
	path_length = mark ? (size_t)(mark - request->raw) : length;
	if (percent_decode(request->raw, path_length, request->path, sizeof(request->path),
			   &request->path_length, err) < 0)
		return -1;
	if (!mark)
		return 0;
	request->query = mark + 1;
	request->query_length = length - path_length - 1;
	return percent_check(request->query, request->query_length, err);
}

/* Names are sent as they are written in documentation, unencoded; only the letter case varies. */
static bool is_parameter(const char *pair, size_t length, const char *name, size_t name_length)
{
	if (length < name_length || (length > name_length && pair[name_length] != '='))
		return false;
	return memcmp(pair, name, name_length) == 0 || text_equals(pair, name_length, name);
}

/* Finds the pair of that name among those of text. *ret is its value, still encoded. */
static bool find_pair(const char *text, size_t left, const char *name, const char **ret,
		      size_t *ret_size)
{
	size_t name_length = strlen(name);

	for (const char *pair = text; pair;) {
		const char *next = memchr(pair, '&', left);
		size_t length = next ? (size_t)(next - pair) : left;

		if (is_parameter(pair, length, name, name_length)) {
			/* a name alone has an empty value */
			size_t skip = length == name_length ? length : name_length + 1;

			*ret = pair + skip;
			*ret_size = length - skip;
			return true;
		}
		left -= length + (next ? 1 : 0);
		pair = next ? next + 1 : NULL;
	}
	return false;
}

int http_request_parameter(const struct http_request *request, const char *name, char *ret,
			   size_t size, size_t *ret_length, struct error *err)
{
	const char *value;
	size_t value_size;

	if (!find_pair(request->query, request->query_length, name, &value, &value_size))
		return 0;
	return percent_decode(value, value_size, ret, size, ret_length, err) < 0 ? -1 : 1;
}

int http_request_field(const struct http_request *request, const char *name, char *ret, size_t size,
		       size_t *ret_length, struct error *err)
{
	char body[HTTP_FORM_MAX];
	const char *value;
	size_t value_size;

	if (request->body_size > sizeof(body))
		return error_set(err, ERROR_TOO_LARGE, "a form of over %d bytes", HTTP_FORM_MAX);
	if (!request->body ||
	    !find_pair(request->body, request->body_size, name, &value, &value_size))
		return 0;
	memcpy(body, value, value_size);
	for (size_t i = 0; i < value_size; i++) {
		if (body[i] == '+')
			body[i] = ' ';
	}
	return percent_decode(body, value_size, ret, size, ret_length, err) < 0 ? -1 : 1;
}
