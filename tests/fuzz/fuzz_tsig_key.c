/*
 * A key file. What is complained of does not depend on the secret: the same file with other letters
 * in each long word, of which the secret is one, gets the same text.
 */
#include "fuzz.h"

#include "dns/tsig_key.h"

#include <ctype.h>

#define LONG_WORD 20 /* letters and digits; no algorithm has as many */

static void promise_key(const struct tsig_key *key)
{
	unsigned char secret[TSIG_SECRET_MAX];
	struct tsig_key *again = NULL;
	struct error err = { 0 };
	char text[4096];
	size_t size = 0;

	promise_text(key->name, strlen(key->name));
	PROMISE(key->name[strlen(key->name) - 1] == '.');
	PROMISE(strlen(key->name) <= 254);
	for (const char *c = key->name; *c; c++)
		PROMISE(text_lower(*c) == *c);
	PROMISE(strcmp(key->algorithm, "hmac-sha256.") == 0 ||
		strcmp(key->algorithm, "hmac-sha512.") == 0);
	PROMISE(tsig_key_secret(key, secret, &size) == 0);
	PROMISE(size >= TSIG_SECRET_MIN && size <= TSIG_SECRET_MAX);

	snprintf(text, sizeof(text), "key \"%s\" { algorithm %s; secret \"%s\"; };", key->name,
		 key->algorithm, key->secret);
	PROMISE(tsig_key_parse(text, strlen(text), "again", &again, &err) == 0);
	PROMISE(strcmp(again->name, key->name) == 0 && again->algorithm == key->algorithm &&
		strcmp(again->secret, key->secret) == 0);
	tsig_key_free(again);
}

/* Other letters in the long words. */
static void hide(char *text, size_t size)
{
	for (size_t i = 0, begin = 0; i <= size; i++) {
		if (i < size && isalnum((unsigned char)text[i]))
			continue;
		if (i - begin >= LONG_WORD)
			memset(text + begin, 'A', i - begin);
		begin = i + 1;
	}
}

static void promise_silence(const uint8_t *data, size_t size, const struct error *err)
{
	char *copy = malloc(size ? size : 1);
	struct tsig_key *key = NULL;
	struct error other = { 0 };

	PROMISE(copy);
	memcpy(copy, data, size);
	hide(copy, size);
	PROMISE(tsig_key_parse(copy, size, "file", &key, &other) < 0);
	PROMISE(other.code == err->code && strcmp(other.text, err->text) == 0);
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tsig_key *key = NULL;
	struct error err = { 0 };

	if (size > TSIG_KEY_FILE_MAX)
		return 0;
	if (tsig_key_parse((const char *)data, size, "file", &key, &err) < 0) {
		promise_failure(&err);
		PROMISE(!key);
		promise_silence(data, size, &err);
		return 0;
	}
	promise_key(key);
	tsig_key_free(key);
	return 0;
}
