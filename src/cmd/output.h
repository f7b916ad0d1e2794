/*
 * What signpost prints: results on standard output, as text for people or one JSON object a line;
 * complaints on standard error, one line each with "signpost: " in front.
 *
 * A failure to write is remembered and told once by output_finish(). A reader that has gone (EPIPE)
 * had enough: that is no failure.
 */
#ifndef CMD_OUTPUT_H
#define CMD_OUTPUT_H

#include "base/error.h"
#include "model/domain_name.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

void output_text(const char *format, ...) __attribute__((format(printf, 1, 2)));
void output_bytes(const char *bytes, size_t size);

/* Prints the object in one line and frees it. NULL counts as out of memory. */
void output_json(json_t *object);

/* Whether there is any use in printing more. */
bool output_wanted(void);

/* Ends the output. Returns status, or another one if what was printed did not get through. */
int output_finish(int status);

void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Complains with the error's text. Returns the exit status that goes with its code. */
int complain_error(const struct error *err);

#endif
