/* What the fuzz targets have in common. A broken promise ends the program, as libFuzzer wants it.
 */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include "base/error.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PROMISE(condition)                                                                         \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "%s:%d: broken promise: %s\n", __FILE__, __LINE__,         \
				#condition);                                                       \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

/* A failure says why, in text that can be shown. */
static inline void promise_failure(const struct error *err)
{
	PROMISE(err->code != ERROR_NONE);
	PROMISE(err->text[0] != '\0');
	PROMISE(text_is_clean(err->text, strlen(err->text)));
}

/* A text is as long as it says and clean. */
static inline void promise_text(const char *text, size_t size)
{
	PROMISE(strlen(text) == size);
	PROMISE(text_is_clean(text, size));
}

/* The next piece of data, up to a separator, in memory of its own with a NUL behind it. */
static inline char *fuzz_piece(const uint8_t **data, size_t *size, char separator, size_t *ret_size)
{
	const uint8_t *end = *size ? memchr(*data, separator, *size) : NULL;
	size_t length = end ? (size_t)(end - *data) : *size;
	char *piece = malloc(length + 1);

	PROMISE(piece);
	if (length)
		memcpy(piece, *data, length);
	piece[length] = '\0';
	*data += length + (end ? 1 : 0);
	*size -= length + (end ? 1 : 0);
	*ret_size = length;
	return piece;
}

#endif
