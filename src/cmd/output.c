#include "cmd/output.h"

#include "base/text.h"
#include "cmd/command.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

/* The first failure to write, or 0. One program, one standard output. */
static int output_errno;

static void remember(bool failed)
{
	if (failed && !output_errno)
		output_errno = errno ? errno : EIO;
}

void output_text(const char *format, ...)
{
	va_list args;

	errno = 0;
	va_start(args, format);
	remember(vprintf(format, args) < 0);
	va_end(args);
}

void output_bytes(const char *bytes, size_t size)
{
	errno = 0;
	remember(fwrite(bytes, 1, size, stdout) != size);
}

void output_json(json_t *object)
{
	errno = 0;
	if (!object)
		errno = ENOMEM;
	remember(!object || json_dumpf(object, stdout, JSON_COMPACT) < 0 ||
		 putc('\n', stdout) == EOF);
	json_decref(object);
}

bool output_wanted(void)
{
	return output_errno == 0;
}

int output_finish(int status)
{
	errno = 0;
	remember(fclose(stdout) != 0);
	if (!output_errno || output_errno == EPIPE)
		return status;
	complain("standard output: %s", strerror(output_errno));
	return output_errno == ENOMEM ? EX_OSERR : EX_IOERR;
}

/* Complaints repeat what stands in files: none of it may reach a terminal as a control sequence. */
static void make_harmless(char *text)
{
	if (text_is_clean(text, strlen(text)))
		return;
	for (unsigned char *c = (unsigned char *)text; *c; c++) {
		if (*c < ' ' || *c >= 0x7f)
			*c = '?';
	}
}

void complain(const char *format, ...)
{
	char text[2 * ERROR_TEXT_SIZE];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	make_harmless(text);
	fprintf(stderr, "signpost: %s\n", text);
}

int complain_error(const struct error *err)
{
	complain("%s", err->text);
	switch (err->code) {
	case ERROR_SYNTAX:
	case ERROR_INVALID:
	case ERROR_TOO_LARGE:
		return EX_DATAERR;
	case ERROR_NOT_FOUND:
		return EX_NOINPUT;
	case ERROR_CONFLICT:
		return EX_CANTCREAT;
	case ERROR_UNAVAILABLE:
		return EX_TEMPFAIL;
	case ERROR_IO:
		return EX_IOERR;
	case ERROR_NO_MEMORY:
		return EX_OSERR;
	case ERROR_NONE:
	default:
		return EX_SOFTWARE;
	}
}
