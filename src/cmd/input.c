#include "cmd/input.h"

#include "base/bytes.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

const char *input_name(const char *path)
{
	return strcmp(path, "-") == 0 ? "standard input" : path;
}

/* Standard input is duplicated, so that whatever is opened here is closed here. */
static FILE *open_file(const char *path)
{
	return strcmp(path, "-") == 0 ? fdopen(dup(STDIN_FILENO), "r") : fopen(path, "re");
}

static int read_all(FILE *file, const char *name, size_t maximum, struct bytes *ret,
		    struct error *err)
{
	char part[4096];
	size_t size;

	while ((size = fread(part, 1, sizeof(part), file)) > 0) {
		if (ret->size + size > maximum)
			return error_set(err, ERROR_TOO_LARGE, "%s: over %zu bytes", name, maximum);
		bytes_append(ret, part, size);
	}
	if (ferror(file))
		return error_errno(err, errno, "%s", name);
	return 0;
}

int input_read(const char *path, size_t maximum, char **ret, size_t *ret_size, struct error *err)
{
	CLEANUP(bytes_clear) struct bytes bytes = { 0 };
	FILE *file = open_file(path);
	int result;

	if (!file)
		return error_errno(err, errno, "%s", path);
	result = read_all(file, input_name(path), maximum, &bytes, err);
	fclose(file);
	if (result < 0)
		return -1;
	return bytes_take(&bytes, ret, ret_size, err);
}

int input_open(struct input_lines *lines, const char *path, struct error *err)
{
	lines->name = input_name(path);
	lines->number = 0;
	lines->file = open_file(path);
	if (!lines->file)
		return error_errno(err, errno, "%s", path);
	return 0;
}

/* Reads up to the end of the line and keeps what there is room for. Returns the last byte read. */
static int read_line(struct input_lines *lines)
{
	int c;

	lines->size = 0;
	lines->too_long = false;
	while ((c = getc_unlocked(lines->file)) != EOF && c != '\n') {
		if (lines->size < INPUT_LINE_MAX)
			lines->line[lines->size++] = (char)c;
		else if (c != '\r')
			lines->too_long = true;
	}
	if (lines->size && lines->line[lines->size - 1] == '\r')
		lines->size--;
	lines->line[lines->size] = '\0';
	return c;
}

int input_next(struct input_lines *lines, struct error *err)
{
	static const char mark[] = "\xef\xbb\xbf";
	int last = read_line(lines);

	if (ferror(lines->file))
		return error_errno(err, errno, "%s", lines->name);
	if (last == EOF && lines->size == 0)
		return 0;
	lines->number++;
	if (lines->number == 1 && strncmp(lines->line, mark, strlen(mark)) == 0) {
		lines->size -= strlen(mark);
		memmove(lines->line, lines->line + strlen(mark), lines->size + 1);
	}
	return 1;
}

void input_close(struct input_lines *lines)
{
	if (lines->file)
		fclose(lines->file);
	lines->file = NULL;
}
