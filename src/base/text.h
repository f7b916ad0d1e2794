/* Questions about bytes that should be text. No locale: letters are ASCII letters. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* UTF-8 as RFC 3629 has it: no overlong form, no surrogate, nothing above U+10FFFF. */
bool text_is_utf8(const char *text, size_t size);

/*
 * UTF-8 without control characters (U+0000 to U+001F, U+007F to U+009F), U+FFFE and U+FFFF: what
 * may go into every output format, since libxml2's writer lets control characters through.
 */
bool text_is_clean(const char *text, size_t size);

/* Removes blanks (space, tab, CR, LF) at both ends by moving *text and *size. */
void text_trim(const char **text, size_t *size);

/*
 * The bytes of text, max at most, that can be shown without a character cut in two at the end: for
 * "%.*s" and for what a full buffer has cut off.
 */
size_t text_cut(const char *text, size_t size, size_t max);

/* 0 to 15 for an ASCII hexadecimal digit, -1 for anything else. */
int text_hex_digit(char c);

char text_lower(char c);

/* Compares size bytes with the NUL-terminated word, ASCII letters in any case. */
bool text_equals(const char *text, size_t size, const char *word);

/* As text_equals() for the beginning of text; NUL-terminated both. */
bool text_begins(const char *text, const char *word);

#endif
