/*
 * The first byte says what the rest is: "t" a token, "p" what is in one, which is encrypted here to
 * get past the authentication, "k" a file of keys.
 */
#include "fuzz.h"

#include "model/settings_link.h"

#include <ctype.h>
#include <openssl/evp.h>

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static struct link_keys make_keys(void)
{
	struct link_keys keys = { .count = 2, .list = { { .id = 1 }, { .id = 77 } } };

	for (unsigned int i = 0; i < LINK_KEY_BYTES; i++) {
		keys.list[0].bytes[i] = (unsigned char)i;
		keys.list[1].bytes[i] = (unsigned char)(i + 1);
	}
	return keys;
}

/* A token that opens is the one that its link is sealed to, with the key of its id. */
static void promise_link(const struct link_keys *keys, const char *token, size_t size,
			 const struct settings_link *link)
{
	struct link_keys first = { .count = 1 };
	char again[SETTINGS_LINK_TOKEN_SIZE];
	struct error err = { 0 };

	promise_text(link->address.text, link->address.length);
	for (size_t i = 0; i < keys->count; i++) {
		first.list[0] = keys->list[i];
		PROMISE(settings_link_seal(&first, link, again, &err) == 0);
		if (strlen(again) == size && memcmp(again, token, size) == 0)
			return;
	}
	PROMISE(false); /* another token for the same link */
}

static bool try_token(const struct link_keys *keys, const char *token, size_t size)
{
	struct settings_link link = { .last_day = 0 };
	struct error err = { 0 };

	if (settings_link_open(keys, token, size, &link, &err) < 0) {
		promise_failure(&err);
		PROMISE(err.code == ERROR_NOT_FOUND);
		PROMISE(strcmp(err.text, "not a settings link of this site") == 0);
		PROMISE(link.address.length == 0);
		return false;
	}
	promise_link(keys, token, size, &link);
	return true;
}

/* Written for this alone, so that both may not have the same fault. */
static void base64url(const unsigned char *bytes, size_t size, char *ret)
{
	for (size_t bit = 0; bit < size * 8; bit += 6) {
		unsigned int value = (unsigned int)bytes[bit / 8] << 8;

		if (bit / 8 + 1 < size)
			value |= bytes[bit / 8 + 1];
		*ret++ = digits[value >> (10 - bit % 8) & 63];
	}
	*ret = '\0';
}

static void try_plain(const struct link_keys *keys, const uint8_t *plain, size_t size)
{
	unsigned char box[1 + 16 + SETTINGS_LINK_PLAIN_MAX + 64];
	EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, "AES-256-SIV", NULL);
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	char token[sizeof(box) * 4 / 3 + 3];
	int written;

	if (size == 0 || size > sizeof(box) - 17)
		size = 1;
	box[0] = keys->list[0].id;
	PROMISE(EVP_EncryptInit_ex(context, cipher, NULL, keys->list[0].bytes, NULL) == 1);
	PROMISE(EVP_EncryptUpdate(context, NULL, &written, box, 1) == 1);
	PROMISE(EVP_EncryptUpdate(context, box + 17, &written, plain, (int)size) == 1);
	PROMISE(EVP_EncryptFinal_ex(context, box + 17 + size, &written) == 1);
	PROMISE(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, 16, box + 1) == 1);
	EVP_CIPHER_CTX_free(context);
	EVP_CIPHER_free(cipher);
	base64url(box, 17 + size, token);
	try_token(keys, token, strlen(token));
	box[1 + plain[0] % 16] ^= (unsigned char)(1U << plain[size - 1] % 8);
	base64url(box, 17 + size, token);
	PROMISE(!try_token(keys, token, strlen(token)));
}

/* No text has so many hexadecimal digits in a row but a key. */
static void promise_silence(const struct error *err)
{
	size_t run = 0;

	for (const char *c = err->text; *c; c++) {
		run = isxdigit((unsigned char)*c) ? run + 1 : 0;
		PROMISE(run < 8);
	}
}

static void try_file(const char *text, size_t size)
{
	static const struct link_keys none;
	struct link_keys keys = { .count = 7 }, again;
	struct settings_link link = { .last_day = 1 };
	char file[LINK_KEYS_MAX * 150], token[SETTINGS_LINK_TOKEN_SIZE];
	struct error err = { 0 };
	size_t length = 0;

	if (link_keys_parse(text, size, "file", &keys, &err) < 0) {
		promise_failure(&err);
		promise_silence(&err);
		PROMISE(memcmp(&keys, &none, sizeof(keys)) == 0);
		return;
	}
	PROMISE(keys.count >= 1 && keys.count <= LINK_KEYS_MAX);
	for (size_t i = 0; i < keys.count; i++) {
		PROMISE(link_keys_find(&keys, keys.list[i].id) == &keys.list[i]);
		length += (size_t)sprintf(file + length, "%u ", keys.list[i].id);
		for (size_t n = 0; n < LINK_KEY_BYTES; n++)
			length += (size_t)sprintf(file + length, "%02X", keys.list[i].bytes[n]);
		length += (size_t)sprintf(file + length, "\n");
	}
	PROMISE(link_keys_parse(file, length, "again", &again, &err) == 0);
	PROMISE(again.count == keys.count);
	PROMISE(memcmp(again.list, keys.list, keys.count * sizeof(*keys.list)) == 0);
	PROMISE(email_address_parse("a@b.c", 5, &link.address, &err) == 0);
	PROMISE(settings_link_seal(&keys, &link, token, &err) == 0);
	PROMISE(try_token(&keys, token, strlen(token)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct link_keys keys = make_keys();

	if (size < 2)
		return 0;
	switch (data[0]) {
	case 't':
		try_token(&keys, (const char *)data + 1, size - 1);
		break;
	case 'p':
		try_plain(&keys, data + 1, size - 1);
		break;
	case 'k':
		if (size <= LINK_KEYS_FILE_MAX)
			try_file((const char *)data + 1, size - 1);
		break;
	default:
		break;
	}
	return 0;
}
