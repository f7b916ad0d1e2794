/*
 * One failure: a code for the program, a sentence for the person. The caller owns the struct,
 * usually on its stack. The finder sets it, each caller may put its place in front with
 * error_prefix(), an edge turns the code into an HTTP or exit status and reports the text once.
 * Functions that take a struct error return 0, or -1 with *err set; on success *err is untouched.
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#define ERROR_TEXT_SIZE 512 /* bytes, with the final NUL; longer sentences are cut */

enum error_code {
	ERROR_NONE,
	ERROR_SYNTAX,	 /* the bytes are not of the format */
	ERROR_INVALID,	 /* the format is right, a value is not */
	ERROR_TOO_LARGE, /* over a limit */
	ERROR_NOT_FOUND,
	ERROR_CONFLICT,	   /* something else is there already */
	ERROR_UNAVAILABLE, /* busy, locked, not to be read now: may go through later */
	ERROR_IO,	   /* a file or socket failed; the text has the reason */
	ERROR_NO_MEMORY,
};

struct error {
	enum error_code code;
	char text[ERROR_TEXT_SIZE];
};

/* Sets *err. Always returns -1, so that a finder can return error_set(...). */
int error_set(struct error *err, enum error_code code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Puts "PREFIX: " before the text of *err and keeps the code. Always returns -1. */
int error_prefix(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Sets *err to ERROR_NO_MEMORY. Always returns -1. */
int error_no_memory(struct error *err);

/* "name: strerror(number)" as ERROR_IO, or ERROR_NOT_FOUND for ENOENT. Always returns -1. */
int error_errno(struct error *err, int number, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * A checker that sees one file at a time cannot know that these always return -1, and would follow
 * paths on which a failure goes unnoticed. So the value is told where the call stands.
 */
static inline int error_always(int result)
{
	(void)result;
	return -1;
}
#define error_set(...) error_always(error_set(__VA_ARGS__))
#define error_prefix(...) error_always(error_prefix(__VA_ARGS__))
#define error_no_memory(...) error_always(error_no_memory(__VA_ARGS__))
#define error_errno(...) error_always(error_errno(__VA_ARGS__))

#endif
