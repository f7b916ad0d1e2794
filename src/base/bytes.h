/* Growing bytes. Failures are remembered: append freely, look once at the end with bytes_take(). */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include "base/cleanup.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

/* All zero is the empty value. data has a NUL behind size bytes, or is NULL. */
struct bytes {
	char *data;
	size_t size, room;
	bool failed;
};

void bytes_append(struct bytes *bytes, const void *data, size_t size);
void bytes_append_text(struct bytes *bytes, const char *text);
void bytes_append_format(struct bytes *bytes, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * Hands the memory over: *ret is NUL-terminated, the caller frees it; *ret_size leaves the NUL out
 * and may be NULL. ERROR_NO_MEMORY if an append found none. Empties the struct either way.
 */
int bytes_take(struct bytes *bytes, char **ret, size_t *ret_size, struct error *err);

/* Frees what is held. For CLEANUP(bytes_clear). */
void bytes_clear(struct bytes *bytes);

#endif
