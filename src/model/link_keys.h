/*
 * The secret keys of settings links. A file of them has a line for each:
 *
 *     ID KEY        ID is 0 to 255, KEY 128 hexadecimal digits
 *
 * The first makes new links, all of them open links, so a key is replaced by putting a new one in
 * front and taking the old one away when its last link has expired. Empty lines and lines that
 * begin with "#" say nothing.
 */
#ifndef MODEL_LINK_KEYS_H
#define MODEL_LINK_KEYS_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

#define LINK_KEYS_MAX 16
#define LINK_KEYS_FILE_MAX (16 * 1024) /* bytes */
#define LINK_KEY_BYTES 64	       /* AES-256-SIV: two keys of 256 bits, RFC 5297 */

struct link_keys {
	size_t count; /* 0: there are no links */
	struct link_key {
		uint8_t id;
		unsigned char bytes[LINK_KEY_BYTES];
	} list[LINK_KEYS_MAX];
};

/*
 * Reads size bytes of a file called name in texts, which never hold a part of a key.
 * ERROR_INVALID ("name:line: ..."): another form of line, an id that stands there twice, a key that
 * does, a key of one repeated byte, more than LINK_KEYS_MAX; no key at all. Nothing is left in *ret
 * then.
 */
int link_keys_parse(const char *text, size_t size, const char *name, struct link_keys *ret,
		    struct error *err);

/* The key with that id, or NULL. */
const struct link_key *link_keys_find(const struct link_keys *keys, uint8_t id);

/* Overwrites the secrets. */
void link_keys_clear(struct link_keys *keys);

#endif
