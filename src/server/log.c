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
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LOG_BUFFER_SIZE (64 * 1024) /* bytes: about a thousand lines */

static enum log_format format_of_all = LOG_TEXT; /* as it was before there were threads */

/* Between a poll() and its write() nobody else of us may write: the room is there only once. */
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;

struct log {
	int fd;
	struct metrics_worker *metrics; /* or NULL */
	size_t used;
	size_t lost;		  /* lines that found no room */
	time_t second;		  /* that time tells; only for JSON */
	char time[LOG_TIME_SIZE]; /* made once a second */
	char buffer[LOG_BUFFER_SIZE];
};

/* JOURNAL_STREAM has device and inode of the journal's end of stderr (systemd.exec(5)). */
static bool stderr_is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	char own[64];
	struct stat info;

	if (!stream || fstat(STDERR_FILENO, &info) < 0)
		return false;
	snprintf(own, sizeof(own), "%ju:%ju", (uintmax_t)info.st_dev, (uintmax_t)info.st_ino);
	return strcmp(stream, own) == 0;
}

void log_set_format(enum log_format format)
{
	if (format == LOG_TEXT && stderr_is_journal())
		format = LOG_TEXT_JOURNAL;
	format_of_all = format;
}

struct log *log_new(int fd, struct metrics_worker *metrics)
{
	struct log *log = malloc(sizeof(*log));

	if (log) {
		log->fd = fd;
		log->metrics = metrics;
		log->used = log->lost = 0;
		log->second = -1;
	}
	return log;
}

/* Good to a tick of the kernel's, which is good enough for a second and costs next to nothing. */
static const char *current_time(struct log *log)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME_COARSE, &now);
	if (log->second != now.tv_sec) {
		log_line_time(now.tv_sec, log->time);
		log->second = now.tv_sec;
	}
	return log->time;
}

void log_access(struct log *log, const struct http_response *response, enum client_kind client,
		int64_t microseconds)
{
	const char *time = format_of_all == LOG_JSON ? current_time(log) : NULL;

	if (LOG_BUFFER_SIZE - log->used < LOG_ACCESS_MAX)
		log_flush(log);
	if (LOG_BUFFER_SIZE - log->used < LOG_ACCESS_MAX) {
		log->lost++;
		if (log->metrics)
			metrics_add(log->metrics, METRIC_LOG_LINES_LOST, 1);
		return;
	}
	log->used += log_line_access(format_of_all, time, response, client, microseconds,
				     log->buffer + log->used);
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
		log_warning("%zu log lines were lost: nobody read them", log->lost);
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

__attribute__((format(printf, 2, 0))) static void write_message(enum log_level level,
								const char *format, va_list args)
{
	char text[ERROR_TEXT_SIZE + 256], line[LOG_MESSAGE_MAX];
	size_t length;

	vsnprintf(text, sizeof(text), format, args);
	length = log_line_message(format_of_all, level, time(NULL), text, line);
	if (is_writable(STDERR_FILENO, 100))
		write_now(STDERR_FILENO, line, length); /* there is nobody to tell of a failure */
}

void log_error(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	write_message(LOG_LEVEL_ERROR, format, args);
	va_end(args);
}

void log_warning(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	write_message(LOG_LEVEL_WARNING, format, args);
	va_end(args);
}

void log_message(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	write_message(LOG_LEVEL_INFO, format, args);
	va_end(args);
}

void log_finding(const struct finding *finding)
{
	if (finding->severity == FINDING_ERROR)
		log_error("%s", finding->text);
	else
		log_warning("%s", finding->text);
}
