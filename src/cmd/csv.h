/* One line of comma-separated values (RFC 4180); a field that goes over several lines is not read.
 */
#ifndef CMD_CSV_H
#define CMD_CSV_H

#include "base/error.h"

#include <stddef.h>

#define CSV_FIELDS_MAX 8

struct csv_line {
	char *fields[CSV_FIELDS_MAX]; /* into the line, trimmed, unquoted, NUL-terminated */
	size_t sizes[CSV_FIELDS_MAX]; /* a field may hold NUL bytes */
	size_t count;
};

/*
 * Takes size bytes of line apart, in place; line has a NUL behind them. ERROR_SYNTAX: a quote that
 * does not end, or text behind one that does; more than CSV_FIELDS_MAX fields.
 */
int csv_split(char *line, size_t size, struct csv_line *ret, struct error *err);

#endif
