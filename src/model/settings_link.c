/*
 * In the token the 16 bytes of the synthetic initialisation vector stand before what is encrypted,
 * as in RFC 5297; OpenSSL hands both over apart and calls the vector the tag.
 */
#include "model/settings_link.h"

#include "base/cleanup.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <string.h>

#define VERSION 1
#define HEAD_SIZE (1 + 2 + 2) /* bytes: version, last day, language */
#define TAG_SIZE 16	      /* bytes */
#define BOX_OVERHEAD (1 + TAG_SIZE)
#define BOX_MAX (BOX_OVERHEAD + SETTINGS_LINK_PLAIN_MAX)
#define SECONDS_A_DAY 86400

DEFINE_CLEANUP(EVP_CIPHER *, EVP_CIPHER_free)
DEFINE_CLEANUP(EVP_CIPHER_CTX *, EVP_CIPHER_CTX_free)

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* RFC 4648 5, without padding. ret has room for size * 4 / 3 + 2 bytes. */
static void base64url_encode(const unsigned char *bytes, size_t size, char *ret)
{
	unsigned int bits = 0, held = 0;

	for (size_t i = 0; i < size; i++) {
		bits = bits << 8 | bytes[i];
		for (held += 8; held >= 6; held -= 6)
			*ret++ = digits[bits >> (held - 6) & 63];
	}
	if (held)
		*ret++ = digits[bits << (6 - held) & 63];
	*ret = '\0';
}

static int digit_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '-' ? 62 : c == '_' ? 63 : -1;
}

/* The one spelling that base64url_encode() has. ret has room for size * 3 / 4 bytes. */
static int base64url_decode(const char *text, size_t size, unsigned char *ret)
{
	unsigned int bits = 0, held = 0;

	if (size % 4 == 1)
		return -1;
	for (size_t i = 0; i < size; i++) {
		int value = digit_value(text[i]);

		if (value < 0)
			return -1;
		bits = bits << 6 | (unsigned int)value;
		held += 6;
		if (held >= 8) {
			held -= 8;
			*ret++ = (unsigned char)(bits >> held);
		}
	}
	return bits & ((1U << held) - 1) ? -1 : 0; /* what is left over must be zero */
}

/* Begins with the key and what is authenticated only. NULL: OpenSSL cannot. */
static EVP_CIPHER_CTX *begin(const struct link_key *key, bool seal)
{
	CLEANUP(EVP_CIPHER_freep)
	EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, "AES-256-SIV", NULL);
	EVP_CIPHER_CTX *context = cipher ? EVP_CIPHER_CTX_new() : NULL;
	int size;

	if (context && EVP_CipherInit_ex(context, cipher, NULL, key->bytes, NULL, seal) == 1 &&
	    EVP_CipherUpdate(context, NULL, &size, &key->id, sizeof(key->id)) == 1)
		return context;
	EVP_CIPHER_CTX_free(context);
	return NULL;
}

/* Makes the vector and, behind it, size bytes. Returns whether OpenSSL could. */
static bool encrypt(const struct link_key *key, const unsigned char *plain, size_t size,
		    unsigned char *ret)
{
	CLEANUP(EVP_CIPHER_CTX_freep) EVP_CIPHER_CTX *context = begin(key, true);
	int written;

	return context &&
	       EVP_EncryptUpdate(context, ret + TAG_SIZE, &written, plain, (int)size) == 1 &&
	       EVP_EncryptFinal_ex(context, ret + TAG_SIZE + size, &written) == 1 &&
	       EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, TAG_SIZE, ret) == 1;
}

/* box is the vector and, behind it, size bytes. Returns whether it was made with the key. */
static bool decrypt(const struct link_key *key, unsigned char *box, size_t size, unsigned char *ret)
{
	CLEANUP(EVP_CIPHER_CTX_freep) EVP_CIPHER_CTX *context = begin(key, false);
	int written;

	return context && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, TAG_SIZE, box) == 1 &&
	       EVP_DecryptUpdate(context, ret, &written, box + TAG_SIZE, (int)size) == 1 &&
	       EVP_DecryptFinal_ex(context, ret + size, &written) == 1;
}

/* "", or two lower-case letters. */
static bool is_language(const char *text)
{
	if (text[0] == '\0')
		return true;
	return text[0] >= 'a' && text[0] <= 'z' && text[1] >= 'a' && text[1] <= 'z' &&
	       text[2] == '\0';
}

uint16_t settings_link_day(int64_t seconds)
{
	if (seconds < 0)
		return 0;
	if (seconds / SECONDS_A_DAY > UINT16_MAX)
		return UINT16_MAX;
	return (uint16_t)(seconds / SECONDS_A_DAY);
}

/* Returns the size in bytes. */
static size_t write_plain(const struct settings_link *link,
			  unsigned char ret[SETTINGS_LINK_PLAIN_MAX])
{
	ret[0] = VERSION;
	ret[1] = (unsigned char)(link->last_day >> 8);
	ret[2] = (unsigned char)(link->last_day & 0xff);
	ret[3] = (unsigned char)link->language[0];
	ret[4] = link->language[0] ? (unsigned char)link->language[1] : 0;
	memcpy(ret + HEAD_SIZE, link->address.text, link->address.length);
	return HEAD_SIZE + link->address.length;
}

/* The address as write_plain() had it: a final dot would be another token for the same link. */
static int read_address(const char *text, size_t size, struct email_address *ret)
{
	struct error err;

	return email_address_parse(text, size, ret, &err) == 0 && ret->length == size ? 0 : -1;
}

static int read_plain(const unsigned char *plain, size_t size, struct settings_link *ret)
{
	if (size <= HEAD_SIZE || plain[0] != VERSION)
		return -1;
	ret->last_day = (uint16_t)(plain[1] << 8 | plain[2]);
	ret->language[0] = (char)plain[3];
	ret->language[1] = (char)plain[4];
	ret->language[2] = '\0';
	if (!is_language(ret->language) || (!ret->language[0] && ret->language[1]))
		return -1;
	return read_address((const char *)plain + HEAD_SIZE, size - HEAD_SIZE, &ret->address);
}

int settings_link_seal(const struct link_keys *keys, const struct settings_link *link,
		       char ret[SETTINGS_LINK_TOKEN_SIZE], struct error *err)
{
	unsigned char plain[SETTINGS_LINK_PLAIN_MAX], box[BOX_MAX];
	const struct link_key *key = &keys->list[0];
	size_t size;

	if (keys->count == 0)
		return error_set(err, ERROR_INVALID, "there is no key for settings links");
	if (!is_language(link->language))
		return error_set(err, ERROR_INVALID,
				 "language \"%.2s\" is not two lower-case letters", link->language);
	size = write_plain(link, plain);
	box[0] = key->id;
	if (!encrypt(key, plain, size, box + 1))
		return error_set(err, ERROR_UNAVAILABLE, "OpenSSL does not give AES-256-SIV");
	base64url_encode(box, BOX_OVERHEAD + size, ret);
	return 0;
}

/* Whether the token is one, however it is none. */
static bool open_token(const struct link_keys *keys, const char *token, size_t size,
		       struct settings_link *ret)
{
	unsigned char plain[SETTINGS_LINK_PLAIN_MAX], box[BOX_MAX] = { 0 };
	size_t box_size = size * 3 / 4;
	const struct link_key *key;

	if (size >= SETTINGS_LINK_TOKEN_SIZE || box_size <= BOX_OVERHEAD || box_size > BOX_MAX ||
	    base64url_decode(token, size, box) < 0)
		return false;
	key = link_keys_find(keys, box[0]);
	return key && decrypt(key, box + 1, box_size - BOX_OVERHEAD, plain) &&
	       read_plain(plain, box_size - BOX_OVERHEAD, ret) == 0;
}

int settings_link_open(const struct link_keys *keys, const char *token, size_t size,
		       struct settings_link *ret, struct error *err)
{
	struct settings_link link = { .last_day = 0 };

	if (!open_token(keys, token, size, &link))
		return error_set(err, ERROR_NOT_FOUND, "not a settings link of this site");
	*ret = link;
	return 0;
}
