/* Sentences for people that go with records: what could not be said in one, and why. */
#ifndef DNS_NOTE_H
#define DNS_NOTE_H

#include "base/error.h"

#include <stddef.h>

/* Appends a sentence to *notes, an array of *count that may be NULL. Nothing changes on failure. */
int note_add(char ***notes, size_t *count, struct error *err, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* Takes text over, on failure too. */
int note_take(char ***notes, size_t *count, char *text, struct error *err);

/* Frees all and empties the array. */
void note_clear(char ***notes, size_t *count);

#endif
