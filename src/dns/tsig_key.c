/*
 * Which form a file has is told from its first word. No text shows a word of the file but an
 * algorithm: whoever mixes up the order has the secret anywhere.
 */
#include "dns/tsig_key.h"

#include "base/text.h"
#include "dns/tsig_key_words.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME_MAX_LENGTH 253 /* bytes, without a final dot */
#define LABEL_MAX 63	    /* bytes */
#define PARTS_MAX 3	    /* of ALGORITHM:NAME:SECRET */

static const char algorithm_default[] = "hmac-sha256.";
static const char *const algorithms[] = { algorithm_default, "hmac-sha512." };

/* What a key is made of; text NULL: not seen. */
struct key_parts {
	struct tsig_key_word name, algorithm, secret;
};

static unsigned int line_of(const struct tsig_key_words *words, size_t i)
{
	if (words->count == 0)
		return 1;
	return words->list[i < words->count ? i : words->count - 1].line;
}

static int complain(const struct tsig_key_words *words, size_t i, const char *path,
		    const char *what, struct error *err)
{
	return error_set(err, ERROR_SYNTAX, "%s:%u: %s", path, line_of(words, i), what);
}

/* Sets the part that a clause of the name at i has for its value, which is the word after. */
static int set_part(const struct tsig_key_words *words, size_t i, const char *const names[3],
		    struct key_parts *parts, const char *path, struct error *err)
{
	struct tsig_key_word *places[] = { &parts->name, &parts->algorithm, &parts->secret };

	for (size_t n = 0; n < 3; n++) {
		if (!names[n] || !tsig_key_words_is(words, i, names[n]))
			continue;
		if (places[n]->text)
			return error_set(err, ERROR_INVALID,
					 "%s:%u: there is more in it than one key", path,
					 words->list[i].line);
		if (i + 1 >= words->count)
			return complain(words, i, path, "a value is missing", err);
		*places[n] = words->list[i + 1];
		return 0;
	}
	return complain(words, i, path,
			names[0] ? "neither id, algorithm nor secret"
				 : "neither algorithm nor secret",
			err);
}

/* key "NAME" { algorithm A; secret "S"; }; */
static int read_bind(const struct tsig_key_words *words, const char *path, struct key_parts *parts,
		     struct error *err)
{
	static const char *const names[3] = { NULL, "algorithm", "secret" };
	size_t i = 3;

	if (words->count < 2 || !tsig_key_words_is(words, 2, "{"))
		return complain(words, 1, path, "not key \"NAME\" { ... };", err);
	parts->name = words->list[1];
	for (; !tsig_key_words_is(words, i, "}"); i += 3) {
		if (i >= words->count)
			return complain(words, i, path, "} is missing", err);
		if (set_part(words, i, names, parts, path, err) < 0)
			return -1;
		if (!tsig_key_words_is(words, i + 2, ";"))
			return complain(words, i + 1, path, "; is missing", err);
	}
	if (!tsig_key_words_is(words, i + 1, ";"))
		return complain(words, i, path, "; is missing", err);
	if (i + 2 < words->count)
		return error_set(err, ERROR_INVALID, "%s:%u: there is more in it than one key",
				 path, line_of(words, i + 2));
	return 0;
}

/* key: - id: NAME algorithm: A secret: S */
static int read_knot(const struct tsig_key_words *words, const char *path, struct key_parts *parts,
		     struct error *err)
{
	static const char *const names[3] = { "id:", "algorithm:", "secret:" };
	size_t i = tsig_key_words_is(words, 1, "-") ? 2 : 1;

	for (; i < words->count; i += 2) {
		if (tsig_key_words_is(words, i, "-"))
			return error_set(err, ERROR_INVALID,
					 "%s:%u: there is more in it than one key", path,
					 words->list[i].line);
		if (set_part(words, i, names, parts, path, err) < 0)
			return -1;
	}
	return 0;
}

/* [ALGORITHM:]NAME:SECRET */
static int read_line(const struct tsig_key_words *words, const char *path, struct key_parts *parts,
		     struct error *err)
{
	const struct tsig_key_word *word = &words->list[0];
	struct tsig_key_word split[PARTS_MAX] = { 0 };
	const char *at = word->text, *end = at + word->size;
	size_t count = 0;

	if (words->count > 1 && words->list[1].line > word->line)
		return error_set(err, ERROR_INVALID, "%s:%u: there is more in it than one key",
				 path, words->list[1].line);
	for (; count < PARTS_MAX && at <= end; count++) {
		const char *colon = memchr(at, ':', (size_t)(end - at));
		const char *stop = colon && count < PARTS_MAX - 1 ? colon : end;

		split[count] = *word;
		split[count].text = at;
		split[count].size = (size_t)(stop - at);
		at = stop + 1;
	}
	if (words->count > 1 || count < 2)
		return complain(words, 0, path,
				"neither key \"NAME\" { ... };, Knot's YAML nor "
				"[ALGORITHM:]NAME:SECRET",
				err);
	if (count == PARTS_MAX)
		parts->algorithm = split[0];
	parts->name = split[count - 2];
	parts->secret = split[count - 1];
	return 0;
}

static int read_parts(const struct tsig_key_words *words, const char *path, struct key_parts *parts,
		      struct error *err)
{
	if (words->count == 0)
		return error_set(err, ERROR_SYNTAX, "%s: has no key in it", path);
	if (tsig_key_words_is(words, 0, "key"))
		return read_bind(words, path, parts, err);
	if (tsig_key_words_is(words, 0, "key:"))
		return read_knot(words, path, parts, err);
	return read_line(words, path, parts, err);
}

/* A word that may be shown: nothing else looks so, a secret of 16 bytes least of all. */
static bool looks_like_algorithm(const struct tsig_key_word *word)
{
	if (word->size > 16 || !text_equals(word->text, word->size < 5 ? 0 : 5, "hmac-"))
		return false;
	for (size_t i = 5; i < word->size; i++) {
		if (!isalnum((unsigned char)word->text[i]))
			return false;
	}
	return true;
}

static int find_algorithm(const struct tsig_key_word *word, const char *path, const char **ret,
			  struct error *err)
{
	size_t size = word->size;

	*ret = algorithm_default;
	if (!word->text)
		return 0;
	if (size && word->text[size - 1] == '.')
		size--;
	for (size_t i = 0; i < sizeof(algorithms) / sizeof(*algorithms); i++) {
		*ret = algorithms[i];
		if (size == strlen(*ret) - 1 && strncasecmp(word->text, *ret, size) == 0)
			return 0;
	}
	if (looks_like_algorithm(word))
		return error_set(err, ERROR_INVALID,
				 "%s:%u: algorithm %.*s: use hmac-sha256 or hmac-sha512", path,
				 word->line, (int)word->size, word->text);
	return error_set(err, ERROR_INVALID,
			 "%s:%u: the algorithm is neither hmac-sha256 nor hmac-sha512", path,
			 word->line);
}

/* Letters, digits, hyphens and underscores in labels; a final dot is of no matter. */
static bool is_name(const char *text, size_t size)
{
	size_t label = 0;

	if (size == 0 || size > NAME_MAX_LENGTH)
		return false;
	for (size_t i = 0; i < size; i++) {
		if (text[i] == '.' && label == 0)
			return false;
		if (text[i] != '.' && !isalnum((unsigned char)text[i]) && text[i] != '-' &&
		    text[i] != '_')
			return false;
		label = text[i] == '.' ? 0 : label + 1;
		if (label > LABEL_MAX)
			return false;
	}
	return label > 0;
}

static int copy_name(const struct tsig_key_word *word, const char *path, char **ret,
		     struct error *err)
{
	size_t size = word->size;
	char *name;

	if (size && word->text[size - 1] == '.')
		size--;
	if (!is_name(word->text, size))
		return error_set(err, ERROR_INVALID, "%s:%u: the key's name is no domain name",
				 path, word->line);
	name = malloc(size + 2);
	if (!name)
		return error_no_memory(err);
	for (size_t i = 0; i < size; i++)
		name[i] = text_lower(word->text[i]);
	memcpy(name + size, ".", 2);
	*ret = name;
	return 0;
}

/* Strict, which OpenSSL's is not. ret has room for size / 4 * 3 bytes. */
static int base64_decode(const char *text, size_t size, unsigned char *ret, size_t *ret_size)
{
	size_t padding = 0;

	while (padding < 2 && padding < size && text[size - 1 - padding] == '=')
		padding++;
	if (size == 0 || size % 4 != 0)
		return -1;
	for (size_t i = 0; i < size - padding; i++) {
		if (!isalnum((unsigned char)text[i]) && text[i] != '+' && text[i] != '/')
			return -1;
	}
	if (EVP_DecodeBlock(ret, (const unsigned char *)text, (int)size) < 0)
		return -1;
	*ret_size = size / 4 * 3 - padding;
	return 0;
}

int tsig_key_secret(const struct tsig_key *key, unsigned char *ret, size_t *ret_size)
{
	size_t size = strlen(key->secret);

	if (size / 4 * 3 > TSIG_SECRET_MAX)
		return -1;
	return base64_decode(key->secret, size, ret, ret_size);
}

static int check_secret(const struct tsig_key *key, unsigned int line, const char *path,
			struct error *err)
{
	unsigned char bytes[TSIG_SECRET_MAX];
	size_t size = 0;
	int result = tsig_key_secret(key, bytes, &size);

	OPENSSL_cleanse(bytes, sizeof(bytes));
	if (result < 0)
		return error_set(err, ERROR_INVALID,
				 "%s:%u: the secret is not base64 of at most %d bytes", path, line,
				 TSIG_SECRET_MAX);
	if (size < TSIG_SECRET_MIN)
		return error_set(err, ERROR_INVALID,
				 "%s:%u: the secret has %zu bytes, at least %d keep it safe", path,
				 line, size, TSIG_SECRET_MIN);
	return 0;
}

static int make_key(const struct key_parts *parts, const struct tsig_key_words *words,
		    const char *path, struct tsig_key **ret, struct error *err)
{
	CLEANUP(tsig_key_freep) struct tsig_key *key = NULL;
	CLEANUP(freep) char *name = NULL;
	const char *algorithm;

	if (!parts->name.text || !parts->secret.text)
		return complain(words, TSIG_KEY_WORDS_MAX, path,
				"the key's name or secret is missing", err);
	if (find_algorithm(&parts->algorithm, path, &algorithm, err) < 0 ||
	    copy_name(&parts->name, path, &name, err) < 0)
		return -1;
	key = calloc(1, sizeof(*key));
	if (!key)
		return error_no_memory(err);
	key->algorithm = algorithm;
	key->secret = strndup(parts->secret.text, parts->secret.size);
	if (!key->secret)
		return error_no_memory(err);
	key->name = name;
	name = NULL;
	if (check_secret(key, parts->secret.line, path, err) < 0)
		return -1;
	*ret = key;
	key = NULL;
	return 0;
}

int tsig_key_parse(const char *text, size_t size, const char *path, struct tsig_key **ret,
		   struct error *err)
{
	struct tsig_key_words words;
	struct key_parts parts = { .name = { 0 } };

	if (tsig_key_words_read(text, size, path, &words, err) < 0 ||
	    read_parts(&words, path, &parts, err) < 0)
		return -1;
	return make_key(&parts, &words, path, ret, err);
}

static int check_file(int fd, const char *path, struct error *err)
{
	struct stat info;
	unsigned int mode;

	if (fstat(fd, &info) < 0)
		return error_errno(err, errno, "%s", path);
	if (!S_ISREG(info.st_mode))
		return error_set(err, ERROR_INVALID, "%s: is not a file", path);
	mode = info.st_mode & 07777;
	if (mode & 027)
		return error_set(err, ERROR_INVALID,
				 "%s: its mode %04o lets others at the secret: run chmod %03o %s",
				 path, mode, mode & 0640, path);
	return 0;
}

/* Reads into text, which has room for one byte more than a file may have. */
static int read_file(int fd, const char *path, char *text, size_t *ret_size, struct error *err)
{
	size_t size = 0;

	while (size <= TSIG_KEY_FILE_MAX) {
		ssize_t part = read(fd, text + size, TSIG_KEY_FILE_MAX + 1 - size);

		if (part < 0 && errno == EINTR)
			continue;
		if (part < 0)
			return error_errno(err, errno, "%s", path);
		if (part == 0) {
			*ret_size = size;
			return 0;
		}
		size += (size_t)part;
	}
	return error_set(err, ERROR_TOO_LARGE, "%s: more than %d bytes", path, TSIG_KEY_FILE_MAX);
}

int tsig_key_load(const char *path, struct tsig_key **ret, struct error *err)
{
	/* O_NONBLOCK: opening a FIFO would wait for its writer */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY), result = -1;
	char text[TSIG_KEY_FILE_MAX + 1];
	size_t size = 0;

	if (fd < 0)
		return error_errno(err, errno, "%s", path);
	if (check_file(fd, path, err) == 0 && read_file(fd, path, text, &size, err) == 0)
		result = tsig_key_parse(text, size, path, ret, err);
	OPENSSL_cleanse(text, sizeof(text));
	close(fd);
	return result;
}

void tsig_key_free(struct tsig_key *key)
{
	if (!key)
		return;
	free(key->name);
	if (key->secret)
		OPENSSL_cleanse(key->secret, strlen(key->secret));
	free(key->secret);
	free(key);
}
