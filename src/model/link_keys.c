/* No text shows a word of the file: whoever mixes up the order has the key anywhere. */
#include "model/link_keys.h"

#include "base/text.h"

#include <openssl/crypto.h>
#include <stdbool.h>
#include <string.h>

/* What is under way while a file is read. */
struct link_keys_reading {
	const char *name;
	unsigned int line;
	struct link_keys *keys;
};

/* Decimal digits alone: no sign, no leading zero that somebody takes for octal. */
static int id_parse(const char *text, size_t size, uint8_t *ret)
{
	unsigned int id = 0;

	if (size == 0 || size > 3 || (text[0] == '0' && size > 1))
		return -1;
	for (size_t i = 0; i < size; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		id = id * 10 + (unsigned int)(text[i] - '0');
	}
	if (id > UINT8_MAX)
		return -1;
	*ret = (uint8_t)id;
	return 0;
}

static int bytes_parse(const char *text, size_t size, unsigned char ret[LINK_KEY_BYTES])
{
	if (size != (size_t)2 * LINK_KEY_BYTES)
		return -1;
	for (size_t i = 0; i < size; i += 2) {
		int high = text_hex_digit(text[i]), low = text_hex_digit(text[i + 1]);

		if (high < 0 || low < 0)
			return -1;
		ret[i / 2] = (unsigned char)(high << 4 | low);
	}
	return 0;
}

static bool is_one_byte_repeated(const unsigned char bytes[LINK_KEY_BYTES])
{
	return memcmp(bytes, bytes + 1, LINK_KEY_BYTES - 1) == 0;
}

static int complain(const struct link_keys_reading *reading, const char *what, struct error *err)
{
	return error_set(err, ERROR_INVALID, "%s:%u: %s", reading->name, reading->line, what);
}

/* What must be true of a key beside those before it. */
static int check_key(const struct link_keys_reading *reading, const struct link_key *key,
		     struct error *err)
{
	if (is_one_byte_repeated(key->bytes))
		return complain(reading, "the key is one byte, repeated; it must be random", err);
	for (size_t i = 0; i < reading->keys->count; i++) {
		const struct link_key *other = &reading->keys->list[i];

		if (other->id == key->id)
			return error_set(err, ERROR_INVALID, "%s:%u: id %u stands there twice",
					 reading->name, reading->line, key->id);
		if (CRYPTO_memcmp(other->bytes, key->bytes, LINK_KEY_BYTES) == 0)
			return error_set(err, ERROR_INVALID,
					 "%s:%u: ids %u and %u have the same key", reading->name,
					 reading->line, other->id, key->id);
	}
	return 0;
}

/* A line with something in it, without blanks at its ends. */
static int read_key(struct link_keys_reading *reading, const char *text, size_t size,
		    struct error *err)
{
	struct link_keys *keys = reading->keys;
	struct link_key *key = &keys->list[keys->count];
	size_t id_size = 0;
	const char *bytes;

	if (keys->count == LINK_KEYS_MAX)
		return error_set(err, ERROR_INVALID, "%s:%u: more than %d keys", reading->name,
				 reading->line, LINK_KEYS_MAX);
	while (id_size < size && text[id_size] != ' ' && text[id_size] != '\t')
		id_size++;
	if (id_size == size)
		return complain(reading, "not ID KEY", err);
	if (id_parse(text, id_size, &key->id) < 0)
		return complain(reading, "the id is not a number from 0 to 255", err);
	bytes = text + id_size;
	size -= id_size;
	text_trim(&bytes, &size);
	if (bytes_parse(bytes, size, key->bytes) < 0)
		return complain(reading, "the key is not 128 hexadecimal digits", err);
	if (check_key(reading, key, err) < 0)
		return -1;
	keys->count++;
	return 0;
}

static int read_lines(struct link_keys_reading *reading, const char *text, size_t size,
		      struct error *err)
{
	const char *end = text + size;

	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text)), *line = text;
		size_t length = (size_t)((newline ? newline : end) - text);

		text = newline ? newline + 1 : end;
		reading->line++;
		text_trim(&line, &length);
		if (length && *line != '#' && read_key(reading, line, length, err) < 0)
			return -1;
	}
	if (reading->keys->count == 0)
		return error_set(err, ERROR_INVALID, "%s: has no key in it", reading->name);
	return 0;
}

int link_keys_parse(const char *text, size_t size, const char *name, struct link_keys *ret,
		    struct error *err)
{
	struct link_keys_reading reading = { .name = name, .keys = ret };

	ret->count = 0;
	if (read_lines(&reading, text, size, err) == 0)
		return 0;
	link_keys_clear(ret);
	return -1;
}

const struct link_key *link_keys_find(const struct link_keys *keys, uint8_t id)
{
	for (size_t i = 0; i < keys->count; i++) {
		if (keys->list[i].id == id)
			return &keys->list[i];
	}
	return NULL;
}

void link_keys_clear(struct link_keys *keys)
{
	OPENSSL_cleanse(keys, sizeof(*keys));
}
