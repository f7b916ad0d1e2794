/* A query string, compared with a slow and simple way of reading one. */
#include "fuzz.h"

#include "http/http_request.h"

#include <ctype.h>
#include <strings.h>

/* The value of the first parameter of that name, percent-decoded; NULL: none. The caller frees. */
static char *find_slowly(const char *query, const char *name)
{
	char *copy = strdup(query), *rest = copy, *pair, *value = NULL;

	PROMISE(copy);
	while (!value && (pair = strsep(&rest, "&"))) {
		size_t length = strcspn(pair, "=");

		if (length == strlen(name) && strncasecmp(pair, name, length) == 0)
			value = strdup(pair[length] ? pair + length + 1 : "");
	}
	free(copy);
	if (!value)
		return NULL;
	for (char *from = value, *to = value;; from++, to++) {
		char digits[3] = { 0 };

		*to = *from;
		if (*from == '%') {
			memcpy(digits, from + 1, 2);
			*to = (char)strtol(digits, NULL, 16);
			from += 2;
		}
		if (!*to)
			return value;
	}
}

static void try_parameter(const struct http_request *request, const char *name, size_t room)
{
	char *value = malloc(room), *expected = find_slowly(request->query, name);
	struct error err = { 0 };
	size_t length = 0;
	int found = http_request_parameter(request, name, value, room, &length, &err);

	PROMISE((found != 0) == (expected != NULL));
	if (found > 0) {
		promise_text(value, length);
		PROMISE(length < room);
		PROMISE(strcmp(value, expected) == 0);
	} else if (found < 0) {
		promise_failure(&err); /* the query has been checked: it can only be too long */
		PROMISE(err.code == ERROR_TOO_LARGE);
		PROMISE(strlen(expected) >= room);
	}
	free(expected);
	free(value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = { "emailaddress", "email", "Protocol", "content", "a" };
	struct http_request *request = malloc(sizeof(*request));
	struct error err = { 0 };
	size_t length;
	char *query = fuzz_piece(&data, &size, '\0', &length);
	char *target = malloc(length + 3);

	PROMISE(request && target);
	strcpy(target, "/?");
	strcat(target, query);
	if (http_request_parse_target(request, target, NULL, &err) < 0) {
		promise_failure(&err);
	} else {
		PROMISE(strcmp(request->query, query) == 0 && request->query_length == length);
		for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
			try_parameter(request, names[i], 2 * HTTP_TARGET_MAX);
			try_parameter(request, names[i], 16);
		}
	}
	free(target);
	free(query);
	free(request);
	return 0;
}
