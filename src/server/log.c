/*
 * A pipe that poll() calls writable takes PIPE_BUF bytes without waiting (POSIX), so a batch goes
 * out in pieces of that size, each after its own poll(). stderr is shared with others and stays
 * blocking.
 */
#include "server/log.h"

#include "base/error.h"

#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LOG_BUFFER_SIZE (64 * 1024) /* bytes: about a thousand lines */
#define LOG_LINE_MAX 512	    /* bytes */

/* Between a poll() and its write() nobody else of us may write: the room is there only once. */
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;

struct log {
	int fd;
	size_t used;
	size_t lost; /* lines that found no room */
	char buffer[LOG_BUFFER_SIZE];
};

struct log *log_new(int fd)
{
	struct log *log = malloc(sizeof(*log));

	if (log) {
		log->fd = fd;
		log->used = log->lost = 0;
	}
	return log;
}

static char *put_text(char *to, const char *text, size_t size)
{
	memcpy(to, text, size);
	to[size] = ' ';
	return to + size + 1;
}

/* Not snprintf(): a line is written for every request, and this is a tenth of its instructions. */
static char *put_number(char *to, uint64_t number)
{
	char digits[20];
	size_t count = 0;

	do {
		digits[count++] = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	while (count)
		*to++ = digits[--count];
	*to++ = ' ';
	return to;
}

void log_access(struct log *log, const struct http_response *response, enum client_kind client,
		int64_t microseconds)
{
	const char *client_name = client_kind_name(client);
	char *start, *to;

	if (LOG_BUFFER_SIZE - log->used < LOG_LINE_MAX)
		log_flush(log);
	if (LOG_BUFFER_SIZE - log->used < LOG_LINE_MAX) {
		log->lost++;
		return;
	}
	start = to = log->buffer + log->used;
	if (response->domain.length)
		to = put_text(to, response->domain.text, response->domain.length);
	else
		to = put_text(to, "-", 1);
	to = put_text(to, response->kind, strlen(response->kind));
	to = put_text(to, client_name, strlen(client_name));
	to = put_number(to, response->status);
	to = put_number(to, microseconds > 0 ? (uint64_t)microseconds : 0);
	to[-1] = '\n';
	log->used += (size_t)(to - start);
}

static bool is_writable(int fd, int milliseconds)
{
	struct pollfd item = { .fd = fd, .events = POLLOUT };

	return poll(&item, 1, milliseconds) == 1 && (item.revents & POLLOUT);
}

/* Writes if that does not wait for the reader. Returns what write() does, -1 if it would wait. */
static ssize_t write_now(int fd, const char *text, size_t size)
{
	ssize_t written = -1;

	pthread_mutex_lock(&turn);
	if (is_writable(fd, 0))
		written = write(fd, text, size);
	pthread_mutex_unlock(&turn);
	return written;
}

/* How much of size bytes to write at once: as many whole lines as a pipe takes whole. */
static size_t piece_size(const char *lines, size_t size)
{
	const char *end;

	if (size <= PIPE_BUF)
		return size;
	end = memrchr(lines, '\n', PIPE_BUF);
	return end ? (size_t)(end - lines) + 1 : PIPE_BUF;
}

void log_flush(struct log *log)
{
	size_t done = 0;

	while (done < log->used) {
		ssize_t written = write_now(log->fd, log->buffer + done,
					    piece_size(log->buffer + done, log->used - done));

		if (written <= 0)
			break;
		done += (size_t)written;
	}
	if (done)
		memmove(log->buffer, log->buffer + done, log->used - done);
	log->used -= done;
	if (log->lost && log->used == 0) {
		log_message("%zu log lines were lost: nobody read them", log->lost);
		log->lost = 0;
	}
}

bool log_waiting(const struct log *log)
{
	return log->used > 0;
}

void log_free(struct log *log)
{
	if (log)
		log_flush(log);
	free(log);
}

void log_message(const char *format, ...)
{
	char line[ERROR_TEXT_SIZE + 256] = "signpostd: ";
	size_t start = strlen(line), length;
	va_list args;

	va_start(args, format);
	vsnprintf(line + start, sizeof(line) - start - 1, format, args);
	va_end(args);
	length = strlen(line);
	line[length++] = '\n';
	if (is_writable(STDERR_FILENO, 100))
		write_now(STDERR_FILENO, line, length); /* there is nobody to tell of a failure */
}
