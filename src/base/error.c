/*
 * A sentence that is too long is cut, but never inside a character: texts go into logs and JSON,
 * which want UTF-8.
 */
#include "base/error.h"

#include "base/text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void cut(struct error *err)
{
	err->text[text_cut(err->text, strlen(err->text), ERROR_TEXT_SIZE - 1)] = '\0';
}

int(error_set)(struct error *err, enum error_code code, const char *format, ...)
{
	va_list args;

	err->code = code;
	va_start(args, format);
	vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
	cut(err);
	return -1;
}

/* Appends ": TEXT" to the first length bytes, which vsnprintf() has written or would have. */
static void append(struct error *err, int length, const char *text)
{
	if (length >= 0 && (size_t)length < sizeof(err->text))
		snprintf(err->text + length, sizeof(err->text) - (size_t)length, ": %s", text);
	cut(err);
}

int(error_prefix)(struct error *err, const char *format, ...)
{
	char text[ERROR_TEXT_SIZE];
	va_list args;
	int length;

	memcpy(text, err->text, sizeof(text));
	va_start(args, format);
	length = vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
	append(err, length, text);
	return -1;
}

int(error_no_memory)(struct error *err)
{
	return error_set(err, ERROR_NO_MEMORY, "out of memory");
}

int(error_errno)(struct error *err, int number, const char *format, ...)
{
	va_list args;
	int length;

	err->code = number == ENOENT ? ERROR_NOT_FOUND : ERROR_IO;
	va_start(args, format);
	length = vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
	append(err, length, strerror(number));
	return -1;
}
