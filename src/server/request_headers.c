#include "server/request_headers.h"

#include "base/text.h"

#include <string.h>

#define HOST_MAX 1024 /* bytes: a name of 253 with every character percent-encoded, and a port */

enum list { LIST_X_FOR, LIST_X_PROTO, LIST_X_HOST, LIST_FORWARDED };

static const char **list_of(struct request_headers *headers, enum list list)
{
	switch (list) {
	case LIST_X_FOR:
		return &headers->forwarded.x_for;
	case LIST_X_PROTO:
		return &headers->forwarded.x_proto;
	case LIST_X_HOST:
		return &headers->forwarded.x_host;
	case LIST_FORWARDED:
	default:
		return &headers->forwarded.forwarded;
	}
}

/* What is no number is 0: libmicrohttpd has refused the request before, or reads no body. */
static uint64_t number_of(const char *text, size_t size)
{
	uint64_t number = 0;

	for (size_t i = 0; i < size && text[i] >= '0' && text[i] <= '9'; i++) {
		if (number > UINT64_MAX / 10 - 1)
			return UINT64_MAX;
		number = 10 * number + (uint64_t)(text[i] - '0');
	}
	return number;
}

/*
 * A name with a blank in it, of which the next reader may think otherwise (RFC 9112 5.1). Of a
 * value that goes on in the next line libmicrohttpd 0.9.75 makes a part of a name: then there may
 * be a body, and it has not seen it.
 */
static bool name_is_clear(const char *name, size_t size)
{
	if (size == 0 || name[size - 1] == '\t' || memchr(name, ' ', size) ||
	    memchr(name, '\r', size))
		return false;
	return !(size > 14 && text_begins(name, "Content-Length")) &&
	       !(size > 17 && text_begins(name, "Transfer-Encoding"));
}

/*
 * libmicrohttpd hands a value on as a C string. It cuts headers where they lie and makes two NULs
 * of the CR LF behind each: where there is only one, a NUL in the value came first (or the line
 * ended in LF alone, or went on in the next: neither has to be understood, RFC 9112 2.2 and 5.2).
 * A CR alone stays in the value, and ends the line for others.
 */
static bool value_is_whole(const char *value, size_t size)
{
	return value[size] == '\0' && value[size + 1] == '\0' && !memchr(value, '\r', size);
}

/* Whether it can be a host at all; one that is not ours, or an IP address, is no fault. */
static bool host_is_readable(const char *host, size_t size)
{
	bool ascii = true;

	for (size_t i = 0; i < size; i++) {
		unsigned char c = (unsigned char)host[i];

		if (c <= ' ' || c == 0x7f)
			return false;
		ascii &= c < 0x80;
	}
	return size <= HOST_MAX && (ascii || text_is_clean(host, size));
}

/* Whether a key of the name's size is that name; most programs write it as it is written here. */
static bool is_header(const char *key, const char *name, size_t size)
{
	return memcmp(key, name, size) == 0 || text_equals(key, size, name);
}

/* The last of several counts. */
static void note_word(const char **ret, const char *name, const char *key, size_t size,
		      const char *value)
{
	if (is_header(key, name, size))
		*ret = value;
}

/* All of them count, in their order, as if they were one (RFC 9110 5.3). */
static void note_list(struct request_headers *headers, enum list list, const char *name,
		      const char *key, size_t size, const char *value)
{
	struct bytes *joined = &headers->joined[list];
	const char **place;

	if (!is_header(key, name, size))
		return;
	headers->is_forwarded = true;
	place = list_of(headers, list);
	if (!*place) {
		*place = value;
		return;
	}
	if (!joined->size)
		bytes_append_text(joined, *place);
	bytes_append_text(joined, ",");
	bytes_append_text(joined, value);
	headers->unclear |= joined->failed; /* refused rather than read in part */
	*place = joined->failed ? *place : joined->data;
}

static enum MHD_Result note_header(void *cls, enum MHD_ValueKind kind, const char *key,
				   size_t key_size, const char *value, size_t value_size)
{
	struct request_headers *headers = cls;

	(void)kind;
	headers->unclear |= !name_is_clear(key, key_size);
	if (!value)
		return MHD_YES;
	headers->unclear |= !value_is_whole(value, value_size);
	switch (key_size) {
	case sizeof("Host") - 1:
		if (is_header(key, "Host", key_size)) {
			headers->host = value;
			headers->host_count++;
			headers->unclear |= !host_is_readable(value, value_size);
		}
		break;
	case sizeof("User-Agent") - 1:
		note_word(&headers->user_agent, "User-Agent", key, key_size, value);
		break;
	case sizeof("Content-Type") - 1:
		note_word(&headers->content_type, "Content-Type", key, key_size, value);
		break;
	case sizeof("Accept-Language") - 1:
		note_word(&headers->accept_language, "Accept-Language", key, key_size, value);
		note_list(headers, LIST_X_FOR, "X-Forwarded-For", key, key_size, value);
		break;
	case sizeof("Sec-CH-UA-Platform") - 1:
		note_word(&headers->platform, "Sec-CH-UA-Platform", key, key_size, value);
		break;
	case sizeof("Content-Length") - 1:
		if (is_header(key, "Content-Length", key_size)) {
			headers->content_length = number_of(value, value_size);
			headers->length_count++;
		}
		break;
	case sizeof("Transfer-Encoding") - 1:
		if (is_header(key, "Transfer-Encoding", key_size)) {
			headers->unclear |=
				headers->chunked || !text_equals(value, value_size, "chunked");
			headers->chunked = true;
		}
		note_list(headers, LIST_X_PROTO, "X-Forwarded-Proto", key, key_size, value);
		break;
	case sizeof("X-Forwarded-Host") - 1:
		note_list(headers, LIST_X_HOST, "X-Forwarded-Host", key, key_size, value);
		break;
	case sizeof("Forwarded") - 1:
		note_list(headers, LIST_FORWARDED, "Forwarded", key, key_size, value);
		break;
	default:
		break;
	}
	return MHD_YES;
}

void request_headers_read(struct MHD_Connection *connection, struct request_headers *ret)
{
	*ret = (struct request_headers){ 0 };
	MHD_get_connection_values_n(connection, MHD_HEADER_KIND, note_header, ret);
}

bool request_headers_are_clear(const struct request_headers *headers, const char *version)
{
	if (headers->unclear || headers->host_count > 1 || headers->length_count > 1 ||
	    (headers->chunked && headers->length_count))
		return false;
	if (strcmp(version, MHD_HTTP_VERSION_1_0) == 0)
		return !headers->chunked; /* 1.0 has no such thing, RFC 9112 6.1 */
	return headers->host_count == 1 || strcmp(version, MHD_HTTP_VERSION_1_1) != 0;
}

void request_headers_clear(struct request_headers *headers)
{
	for (size_t i = 0; i < sizeof(headers->joined) / sizeof(*headers->joined); i++)
		bytes_clear(&headers->joined[i]);
}
