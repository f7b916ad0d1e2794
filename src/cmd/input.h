/* Files that commands read: whole small ones, and lists line by line, of any length. */
#ifndef CMD_INPUT_H
#define CMD_INPUT_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define INPUT_LINE_MAX 4095 /* bytes of a line without its end */

/* "-" is standard input, which is called so in texts. */
const char *input_name(const char *path);

/*
 * Reads a file of at most maximum bytes. The caller frees *ret, which has a NUL behind it.
 * ERROR_NOT_FOUND, ERROR_IO, ERROR_TOO_LARGE, ERROR_NO_MEMORY.
 */
int input_read(const char *path, size_t maximum, char **ret, size_t *ret_size, struct error *err);

struct input_lines {
	const char *name; /* for texts */
	size_t number;	  /* of the line read last, from 1 */
	FILE *file;
	char line[INPUT_LINE_MAX + 1]; /* without LF or CR LF; a NUL behind size bytes */
	size_t size;
	bool too_long; /* the line is longer than what is held */
};

/* path must live as long as lines. To be ended with input_close(), on failure too. */
int input_open(struct input_lines *lines, const char *path, struct error *err);

/* Reads the next line; a byte order mark before the first is left out. 1, 0 at the end, or -1. */
int input_next(struct input_lines *lines, struct error *err);

void input_close(struct input_lines *lines);

#endif
