/* The words of a key file: what stands between blanks, comments and signs. */
#ifndef DNS_TSIG_KEY_WORDS_H
#define DNS_TSIG_KEY_WORDS_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

#define TSIG_KEY_WORDS_MAX 24 /* of a file: the longest form of a key has 11 */

/* One word, or one of the signs { } ; */
struct tsig_key_word {
	const char *text; /* within the file, without quotation marks; NULL: none */
	size_t size;
	unsigned int line;
	bool quoted;
};

struct tsig_key_words {
	struct tsig_key_word list[TSIG_KEY_WORDS_MAX];
	size_t count;
};

/*
 * Splits a file. If its first word is "key", as in BIND's form, // and slash-star begin comments,
 * too; else # alone. ERROR_SYNTAX: a quotation mark or the end of a comment is missing;
 * ERROR_INVALID: too many words. Texts begin with the path and have none of the words.
 */
int tsig_key_words_read(const char *text, size_t size, const char *path, struct tsig_key_words *ret,
			struct error *err);

/* Whether the i-th word, not in quotes, is this in any case; false if there are not so many. */
bool tsig_key_words_is(const struct tsig_key_words *words, size_t i, const char *text);

#endif
