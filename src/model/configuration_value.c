/*
 * One check a type. A key that has no default may be written empty, which is as good as
 * leaving it out; its field is NULL then. A list may be written empty, which is an empty list.
 */
#include "model/configuration_value.h"

#include "base/text.h"
#include "model/domain_name.h"
#include "model/email_address.h"
#include "model/network.h"
#include "model/socket_address.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

static int text_copy(const char *value, char **ret, struct error *err)
{
	char *copy = strdup(value);

	if (!copy)
		return error_no_memory(err);
	*ret = copy;
	return 0;
}

static int number_parse(const struct configuration_key *key, const char *value, long *ret,
			struct error *err)
{
	size_t digits = strspn(value, "0123456789");
	long number = 0;

	for (size_t i = 0; i < digits && number <= key->maximum; i++)
		number = number * 10 + (value[i] - '0');
	if (digits == 0 || value[digits] || number < key->minimum || number > key->maximum)
		return error_set(err, ERROR_INVALID, "\"%s\" is not %ld..%ld%s%s", value,
				 key->minimum, key->maximum, key->unit ? " " : "",
				 key->unit ? key->unit : "");
	*ret = number;
	return 0;
}

static int listen_check(const char *value, struct error *err)
{
	struct socket_address_list addresses;

	if (socket_address_list_parse(value, 0, &addresses, err) < 0)
		return -1;
	return 0;
}

static int servers_check(const char *value, struct error *err)
{
	struct socket_address_list addresses;

	if (socket_address_list_parse(value, 53, &addresses, err) < 0)
		return -1;
	return 0;
}

static int networks_check(const char *value, struct error *err)
{
	struct network_list networks;

	if (network_list_parse(value, &networks, err) < 0)
		return -1;
	return 0;
}

static int path_check(const char *value, struct error *err)
{
	if (!*value)
		return error_set(err, ERROR_INVALID, "\"\" is not a path");
	return 0;
}

static int store_check(const char *value, struct error *err)
{
	static const char scheme[] = "sqlite:";

	if (strncmp(value, scheme, strlen(scheme)) != 0 || !value[strlen(scheme)])
		return error_set(err, ERROR_INVALID, "\"%s\" is not sqlite:PATH", value);
	return 0;
}

/* The bytes of "[IPV6]" or of a name or IPv4 address at the beginning of text. */
static size_t url_host_length(const char *text)
{
	size_t size;

	if (*text == '[') {
		size = strspn(text + 1, "0123456789abcdefABCDEF:.");
		return size && text[size + 1] == ']' ? size + 2 : 0;
	}
	return strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.");
}

/* The bytes of ":PORT" at the beginning of text, 0 if there is none, -1 if it is not 1..65535. */
static long url_port_length(const char *text)
{
	size_t digits;
	long port = 0;

	if (*text != ':')
		return 0;
	digits = strspn(text + 1, "0123456789");
	for (size_t i = 0; i < digits && port <= 65535; i++)
		port = port * 10 + (text[1 + i] - '0');
	return port >= 1 && port <= 65535 ? (long)digits + 1 : -1;
}

/* Paths are put behind it, so there is no query, no fragment and no final slash. */
static int url_check(const char *value, struct error *err)
{
	const char *rest = value;
	size_t host;
	long port;

	if (text_begins(rest, "https://"))
		rest += strlen("https://");
	else if (text_begins(rest, "http://"))
		rest += strlen("http://");
	else
		return error_set(err, ERROR_INVALID, "\"%s\" is not an http or https URL", value);
	host = url_host_length(rest);
	if (host == 0)
		return error_set(err, ERROR_INVALID, "\"%s\" has no host name", value);
	rest += host;
	port = url_port_length(rest);
	if (port < 0)
		return error_set(err, ERROR_INVALID, "\"%s\": the port is not 1..65535", value);
	rest += port;
	if (value[strlen(value) - 1] == '/')
		return error_set(err, ERROR_INVALID, "\"%s\" ends in a slash: leave it out", value);
	if (*rest && *rest != '/')
		return error_set(err, ERROR_INVALID, "\"%s\": \"%s\" is not a path", value, rest);
	rest += strspn(rest, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/");
	if (*rest)
		return error_set(err, ERROR_INVALID,
				 "\"%s\": the path has another character than letters, digits "
				 "and -._~/",
				 value);
	return 0;
}

int configuration_uuid_parse(const char *text, unsigned char ret[16])
{
	static const char pattern[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
	unsigned char bytes[16] = { 0 };
	size_t digits = 0;

	if (strlen(text) != strlen(pattern))
		return -1;
	for (size_t i = 0; pattern[i]; i++) {
		int digit = text_hex_digit(text[i]);

		if (pattern[i] == '-' ? text[i] != '-' : digit < 0)
			return -1;
		if (pattern[i] == '-')
			continue;
		bytes[digits / 2] = (unsigned char)(bytes[digits / 2] << 4 | digit);
		digits++;
	}
	memcpy(ret, bytes, sizeof(bytes));
	return 0;
}

/* All zero would read as "not set" later. */
static int uuid_check(const char *value, struct error *err)
{
	static const unsigned char nil[16];
	unsigned char uuid[16];

	if (configuration_uuid_parse(value, uuid) < 0)
		return error_set(err, ERROR_INVALID,
				 "\"%s\" is not a UUID (8-4-4-4-12 hexadecimal digits)", value);
	if (memcmp(uuid, nil, sizeof(uuid)) == 0)
		return error_set(err, ERROR_INVALID, "\"%s\" is not a random UUID", value);
	return 0;
}

static int name_parse(const char *value, char **ret, struct error *err)
{
	struct domain_name name;

	if (domain_name_parse(value, strlen(value), &name, err) < 0)
		return error_prefix(err, "\"%s\"", value);
	return text_copy(name.text, ret, err);
}

static int identifier_check(const char *value, struct error *err)
{
	static const char letters[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.";
	size_t length = strlen(value);

	if (length == 0 || value[strspn(value, letters)] || value[0] == '.' ||
	    value[length - 1] == '.' || strstr(value, ".."))
		return error_set(err, ERROR_INVALID,
				 "\"%s\" is not letters, digits and hyphens with single dots "
				 "between them",
				 value);
	return 0;
}

static int choice_check(const char *choices, const char *value, struct error *err)
{
	const char *word = choices;
	size_t length = strlen(value);

	while (*word) {
		size_t size = strcspn(word, " ");

		if (size == length && strncmp(word, value, size) == 0)
			return 0;
		word += size + strspn(word + size, " ");
	}
	return error_set(err, ERROR_INVALID, "\"%s\" is none of %s", value, choices);
}

static int email_check(const char *value, struct error *err)
{
	struct email_address address;

	if (email_address_parse(value, strlen(value), &address, err) < 0)
		return error_prefix(err, "\"%s\"", value);
	return 0;
}

static int link_check(const char *value, struct error *err)
{
	size_t scheme = text_begins(value, "https://")	? strlen("https://")
			: text_begins(value, "http://") ? strlen("http://")
							: 0;

	if (scheme == 0)
		return error_set(err, ERROR_INVALID, "\"%s\" is not an http or https address",
				 value);
	if (url_host_length(value + scheme) == 0)
		return error_set(err, ERROR_INVALID, "\"%s\" has no host name", value);
	for (const char *c = value; *c; c++) {
		if (*c <= ' ' || *c >= 0x7f || strchr("\"<>\\^`{|}", *c))
			return error_set(err, ERROR_INVALID,
					 "\"%s\": a character that has to be percent-encoded",
					 value);
	}
	return 0;
}

/* RFC 5646: a primary tag of letters, then subtags of letters and digits. */
static bool is_language(const char *tag, size_t size)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz";
	size_t primary = strspn(tag, letters);

	if (primary < 2 || primary > 3 || size >= LANGUAGE_TAG_SIZE)
		return false;
	for (size_t i = primary; i < size; i++) {
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-",
			    tag[i]) ||
		    (tag[i] == '-' && (i + 1 == size || tag[i - 1] == '-')))
			return false;
	}
	return primary == size || tag[primary] == '-';
}

static bool has_word_before(const char *list, const char *word, size_t size)
{
	for (const char *at = list; at < word; at += strcspn(at, " ") + 1) {
		if (strcspn(at, " ") == size && memcmp(at, word, size) == 0)
			return true;
	}
	return false;
}

static int languages_check(const char *value, struct error *err)
{
	size_t count = 0, size;

	for (const char *tag = value; *tag; tag += size + strspn(tag + size, " ")) {
		size = strcspn(tag, " ");
		if (!is_language(tag, size))
			return error_set(err, ERROR_INVALID,
					 "\"%.*s\" is not a language tag such as en or pt-BR",
					 (int)size, tag);
		if (has_word_before(value, tag, size))
			return error_set(err, ERROR_INVALID, "\"%.*s\" stands there twice",
					 (int)size, tag);
		if (++count > LANGUAGES_MAX)
			return error_set(err, ERROR_INVALID, "more than %d languages",
					 LANGUAGES_MAX);
	}
	if (count == 0)
		return error_set(err, ERROR_INVALID, "there must be at least one language");
	return 0;
}

static int color_check(const char *value, struct error *err)
{
	if (value[0] != '#' || strlen(value) != 7 ||
	    strspn(value + 1, "0123456789abcdefABCDEF") != 6)
		return error_set(err, ERROR_INVALID, "\"%s\" is not #rrggbb, as #1a5fb4 is", value);
	return 0;
}

/* Types that need no more than the value. */
typedef int value_check(const char *value, struct error *err);

static value_check *const checks[] = {
	[CONFIGURATION_LISTEN] = listen_check,	     [CONFIGURATION_SERVERS] = servers_check,
	[CONFIGURATION_NETWORKS] = networks_check,   [CONFIGURATION_PATH] = path_check,
	[CONFIGURATION_STORE] = store_check,	     [CONFIGURATION_URL] = url_check,
	[CONFIGURATION_UUID] = uuid_check,	     [CONFIGURATION_IDENTIFIER] = identifier_check,
	[CONFIGURATION_EMAIL] = email_check,	     [CONFIGURATION_LINK] = link_check,
	[CONFIGURATION_LANGUAGES] = languages_check, [CONFIGURATION_COLOR] = color_check,
};

static int value_check_type(const struct configuration_key *key, const char *value,
			    struct error *err)
{
	if (key->type == CONFIGURATION_TEXT)
		return 0;
	if (key->type == CONFIGURATION_CHOICE)
		return choice_check(key->choices, value, err);
	return checks[key->type](value, err);
}

int configuration_value_set(struct configuration *configuration,
			    const struct configuration_key *key, const char *value,
			    struct error *err)
{
	void *field = (char *)configuration + key->offset;

	if (!*value && !*key->fallback)
		return 0;
	if (key->type == CONFIGURATION_NUMBER)
		return number_parse(key, value, field, err);
	if (key->type == CONFIGURATION_NAME)
		return name_parse(value, field, err);
	if (value_check_type(key, value, err) < 0)
		return -1;
	return text_copy(value, field, err);
}

bool configuration_value_is_list(const struct configuration_key *key)
{
	return key->type == CONFIGURATION_LISTEN || key->type == CONFIGURATION_SERVERS ||
	       key->type == CONFIGURATION_NETWORKS;
}
