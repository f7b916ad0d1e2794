#include "dns/dkim_key.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "dns/tag_list.h"
#include "dns/txt_rules.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

#define KEY_MAX (4 * 1024) /* bytes of base64 */
#define ED25519_SIZE 32	   /* bytes, RFC 8463 4 */
#define SHOWN 60	   /* bytes of a value in a text */

#define VALUE(tag) (int)text_cut((tag)->value, (tag)->value_size, SHOWN), (tag)->value

DEFINE_CLEANUP(EVP_PKEY *, EVP_PKEY_free)

static bool is_base64(char c)
{
	char letter = text_lower(c);

	return (letter >= 'a' && letter <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
}

/*
 * Takes out the blanks, which may stand anywhere in it, and checks the rest. Returns the bytes in
 * ret, which has KEY_MAX + 1, or -1 if it is no base64.
 */
static int pack_base64(const struct tag *tag, char *ret)
{
	size_t size = 0, letters = 0;

	for (size_t i = 0; i < tag->value_size; i++) {
		char c = tag->value[i];

		if (c == ' ')
			continue;
		if (size == KEY_MAX || (!is_base64(c) && c != '=') || (c != '=' && letters < size))
			return -1;
		ret[size++] = c;
		letters += c != '=';
	}
	ret[size] = '\0';
	return size % 4 == 0 && size - letters <= 2 ? (int)size : -1;
}

/* The key as bytes: ret has KEY_MAX. Returns how many. */
static int decode_key(const struct tag *tag, unsigned char *ret, struct error *err)
{
	char text[KEY_MAX + 1];
	int size = pack_base64(tag, text), decoded = -1;

	if (size > 0)
		decoded = EVP_DecodeBlock(ret, (const unsigned char *)text, size);
	if (decoded < 0)
		return error_set(
			err, ERROR_INVALID,
			"p \"%.*s\" is not base64; was the key cut off when it was copied?",
			VALUE(tag));
	for (; size > 0 && text[size - 1] == '='; size--)
		decoded--; /* the block's padding is counted */
	return decoded;
}

/* SubjectPublicKeyInfo, as all write it; or the key alone, as the RFC's text has it. */
static int check_rsa(const unsigned char *key, long size, char *ret_advice, struct error *err)
{
	const unsigned char *at = key;
	CLEANUP(EVP_PKEY_freep) EVP_PKEY *pkey = d2i_PUBKEY(NULL, &at, size);
	int bits;

	if (!pkey) {
		at = key;
		pkey = d2i_PublicKey(EVP_PKEY_RSA, NULL, &at, size);
	}
	ERR_clear_error();
	if (!pkey || at != key + size || EVP_PKEY_base_id(pkey) != EVP_PKEY_RSA)
		return error_set(err, ERROR_INVALID,
				 "p holds no RSA key; was it cut off when it was copied?");
	bits = EVP_PKEY_bits(pkey);
	if (bits < DKIM_KEY_RSA_MIN)
		return error_set(
			err, ERROR_INVALID,
			"an RSA key of %d bits, which receivers must not use (RFC 8301 3.2); "
			"make one of %d",
			bits, DKIM_KEY_RSA_ADVISED);
	if (bits < DKIM_KEY_RSA_ADVISED)
		snprintf(ret_advice, TXT_ADVICE_SIZE, "an RSA key of %d bits; %d are advised", bits,
			 DKIM_KEY_RSA_ADVISED);
	return 0;
}

static int check_key(const struct tag_list *list, char *ret_advice, struct error *err)
{
	const struct tag *type = tag_list_find(list, "k"), *key = tag_list_find(list, "p");
	unsigned char bytes[KEY_MAX];
	int size;

	if (!key)
		return error_set(err, ERROR_INVALID, "the tag p is missing, the key itself");
	if (type && !tag_is_one_of(type, "rsa ed25519"))
		return error_set(err, ERROR_INVALID, "k \"%.*s\" is none of: rsa ed25519",
				 VALUE(type));
	if (key->value_size == 0) {
		snprintf(ret_advice, TXT_ADVICE_SIZE, "p is empty: the key is revoked");
		return 0;
	}
	size = decode_key(key, bytes, err);
	if (size < 0)
		return -1;
	if (!type || tag_is_one_of(type, "rsa"))
		return check_rsa(bytes, size, ret_advice, err);
	if (size == ED25519_SIZE)
		return 0;
	return error_set(err, ERROR_INVALID, "p holds %d bytes, an Ed25519 key has %d", size,
			 ED25519_SIZE);
}

/* Whether one of the words that a value has with ":" between them is that word. */
static bool has_word(const struct tag *tag, const char *word)
{
	const char *at = tag->value, *end = at + tag->value_size;

	for (;;) {
		const char *colon = memchr(at, ':', (size_t)(end - at)), *part = at;
		size_t size = (size_t)((colon ? colon : end) - at);

		text_trim(&part, &size);
		if (text_equals(part, size, word))
			return true;
		if (!colon)
			return false;
		at = colon + 1;
	}
}

static int check_uses(const struct tag_list *list, char *ret_advice, struct error *err)
{
	const struct tag *hashes = tag_list_find(list, "h"), *services = tag_list_find(list, "s");
	const struct tag *flags = tag_list_find(list, "t");

	if (hashes && !has_word(hashes, "sha256"))
		return error_set(err, ERROR_INVALID,
				 "h \"%.*s\" is without sha256, the only hash that may be used",
				 VALUE(hashes));
	if (services && !has_word(services, "*") && !has_word(services, "email"))
		return error_set(err, ERROR_INVALID,
				 "s \"%.*s\" is without email, so it is no key "
				 "for mail",
				 VALUE(services));
	if (flags && has_word(flags, "y") && !*ret_advice)
		snprintf(ret_advice, TXT_ADVICE_SIZE,
			 "t=y says that it is a test; receivers treat the mail as not signed");
	return 0;
}

int dkim_key_check(const char *text, size_t size, char *ret_advice, struct error *err)
{
	const struct tag *version;
	struct tag_list list;

	if (tag_list_parse(text, size, &list, err) < 0)
		return -1;
	version = tag_list_find(&list, "v");
	if (version && (version != list.tags || version->value_size != strlen("DKIM1") ||
			memcmp(version->value, "DKIM1", version->value_size) != 0))
		return error_set(err, ERROR_INVALID, "the version is not v=DKIM1 at the beginning");
	if (check_key(&list, ret_advice, err) < 0)
		return -1;
	return check_uses(&list, ret_advice, err);
}
