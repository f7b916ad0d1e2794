/*
 * The token of a settings link, https://setup.example/s/TOKEN: who it is for, in which language,
 * until when. Nothing personal can be read from it, nobody without the key can make or change one,
 * and no table of links is kept.
 *
 *     TOKEN = base64url(key id | AES-256-SIV(key, key id; version 1 | last day | language |
 * address))
 *
 * without padding; last day is two bytes, big-endian, days since 1970-01-01; language two letters
 * of a primary tag or two zero bytes; address as it was written, at most EMAIL_ADDRESS_SIZE - 1
 * bytes. AES-SIV (RFC 5297) needs no nonce: the same address gives the same link all day.
 */
#ifndef MODEL_SETTINGS_LINK_H
#define MODEL_SETTINGS_LINK_H

#include "model/email_address.h"
#include "model/link_keys.h"

#define SETTINGS_LINK_PLAIN_MAX (1 + 2 + 2 + EMAIL_ADDRESS_SIZE - 1) /* bytes */
#define SETTINGS_LINK_TOKEN_SIZE                                                                   \
	((1 + 16 + SETTINGS_LINK_PLAIN_MAX) * 4 / 3 + 3) /* bytes, with the NUL */

struct settings_link {
	uint16_t last_day; /* days since 1970-01-01, UTC: the last on which it works */
	char language[3];  /* primary tag of two letters, or "" */
	struct email_address address;
};

/* Seconds since 1970-01-01 as the day's number; 0 or 65535 where that has no room. */
uint16_t settings_link_day(int64_t seconds);

/*
 * Makes the token with the first of keys. ERROR_INVALID: there is no key, or language is neither ""
 * nor two lower-case letters. ERROR_UNAVAILABLE: OpenSSL has no AES-256-SIV.
 */
int settings_link_seal(const struct link_keys *keys, const struct settings_link *link,
		       char ret[SETTINGS_LINK_TOKEN_SIZE], struct error *err);

/*
 * Opens size bytes of a token. Whether it has expired is for the caller to say. ERROR_NOT_FOUND,
 * with one text for all: it was not made with one of keys, or was changed, or is of another form.
 * There is one token for each link and key: another spelling of the base64 is no token.
 */
int settings_link_open(const struct link_keys *keys, const char *token, size_t size,
		       struct settings_link *ret, struct error *err);

#endif
