#include "base/bytes.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define SIZE_LIMIT (SIZE_MAX / 4) /* far beyond any memory, so that no sum here overflows */

static int bytes_reserve(struct bytes *bytes, size_t more)
{
	size_t wanted = bytes->size + more + 1;
	size_t room = bytes->room ? bytes->room : 256;
	char *data;

	if (more > SIZE_LIMIT || wanted > SIZE_LIMIT)
		bytes->failed = true;
	if (bytes->failed)
		return -1;
	if (wanted <= bytes->room)
		return 0;
	while (room < wanted)
		room *= 2;
	data = realloc(bytes->data, room);
	if (!data) {
		bytes->failed = true;
		return -1;
	}
	bytes->data = data;
	bytes->room = room;
	return 0;
}

void bytes_append(struct bytes *bytes, const void *data, size_t size)
{
	if (bytes_reserve(bytes, size) < 0)
		return;
	if (size)
		memcpy(bytes->data + bytes->size, data, size);
	bytes->size += size;
	bytes->data[bytes->size] = '\0';
}

void bytes_append_text(struct bytes *bytes, const char *text)
{
	bytes_append(bytes, text, strlen(text));
}

void bytes_append_format(struct bytes *bytes, const char *format, ...)
{
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (length < 0) {
		bytes->failed = true;
		return;
	}
	if (bytes_reserve(bytes, (size_t)length) < 0)
		return;
	va_start(args, format);
	vsnprintf(bytes->data + bytes->size, (size_t)length + 1, format, args);
	va_end(args);
	bytes->size += (size_t)length;
}

int bytes_take(struct bytes *bytes, char **ret, size_t *ret_size, struct error *err)
{
	bytes_append(bytes, "", 0); /* nothing appended: an empty string, not NULL */
	if (bytes->failed) {
		bytes_clear(bytes);
		return error_no_memory(err);
	}
	*ret = bytes->data;
	if (ret_size)
		*ret_size = bytes->size;
	*bytes = (struct bytes){ 0 };
	return 0;
}

void bytes_clear(struct bytes *bytes)
{
	free(bytes->data);
	*bytes = (struct bytes){ 0 };
}
