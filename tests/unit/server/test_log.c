#include "server/log.h"

#include "server/metrics_totals.h"

#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static struct http_response response_of(const char *domain, enum request_kind kind,
					unsigned int status)
{
	struct http_response response = { .status = status, .kind = kind };

	response.domain.length = strlen(domain);
	memcpy(response.domain.text, domain, response.domain.length + 1);
	return response;
}

static void writes_a_line_a_request(void **state)
{
	struct http_response known = response_of("kunde.example", KIND_AUTOCONFIG, 200);
	struct http_response unknown = response_of("", KIND_NONE, 404);
	char text[256] = "";
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	{
		CLEANUP(log_freep) struct log *log = log_new(ends[1], NULL);

		assert_false(log_waiting(log));
		log_access(log, &known, CLIENT_THUNDERBIRD, 41);
		log_access(log, &unknown, CLIENT_NONE, -5); /* a clock that went back */
		assert_true(log_waiting(log));
		log_flush(log);
		assert_false(log_waiting(log));
	}
	assert_true(read(ends[0], text, sizeof(text) - 1) > 0);
	assert_string_equal(text, "kunde.example autoconfig thunderbird 200 41\n- - - 404 0\n");
	close(ends[0]);
	close(ends[1]);
}

/*
 * What log_message() and its kin write to a standard error that is the pipe's end, with that and
 * what stands behind it in JOURNAL_STREAM.
 */
static void expect_messages(const char *behind, enum log_format format, const char *wanted)
{
	int standard_error = dup(STDERR_FILENO), ends[2];
	char text[1024], stream[64];
	struct stat info;
	ssize_t size;

	assert_int_equal(pipe(ends), 0);
	assert_true(dup2(ends[1], STDERR_FILENO) >= 0);
	assert_int_equal(fstat(ends[1], &info), 0);
	snprintf(stream, sizeof(stream), "%ju:%ju%s", (uintmax_t)info.st_dev,
		 (uintmax_t)info.st_ino, behind);
	setenv("JOURNAL_STREAM", stream, 1);
	log_set_format(format);
	log_error("%d", 1);
	log_warning("%s", "two");
	log_message("three");
	assert_true(dup2(standard_error, STDERR_FILENO) >= 0);
	unsetenv("JOURNAL_STREAM");
	log_set_format(LOG_TEXT);
	size = read(ends[0], text, sizeof(text) - 1);
	assert_true(size > 0);
	text[size] = '\0';
	for (char *time = text; (time = strstr(time, "\"time\":\"2")); time++)
		memset(time + 8, '0', 20);
	assert_string_equal(text, wanted);
	close(ends[0]);
	close(ends[1]);
	close(standard_error);
}

#define TEXT "signpostd: error: 1\nsignpostd: warning: two\nsignpostd: three\n"
#define JSON(level, text)                                                                          \
	"{\"time\":\"00000000000000000000\",\"level\":\"" level "\",\"message\":\"" text "\"}\n"

static void writes_messages(void **state)
{
	(void)state;
	expect_messages("9", LOG_TEXT, TEXT); /* somebody else's */
	expect_messages(
		"", LOG_TEXT,
		"<3>signpostd: error: 1\n<4>signpostd: warning: two\n<6>signpostd: three\n");
	expect_messages("", LOG_JSON,
			JSON("error", "1") JSON("warning", "two") JSON("info", "three"));
}

/* As JSON each line has its own second. */
static void tells_the_time(void **state)
{
	struct http_response response = response_of("kunde.example", KIND_AUTOCONFIG, 200);
	static const char rest[] = "\",\"domain\":\"kunde.example\",\"kind\":\"autoconfig\","
				   "\"client\":\"curl\",\"status\":200,\"microseconds\":7}\n";
	char text[1024] = "", first[LOG_TIME_SIZE], second[LOG_TIME_SIZE];
	int64_t begin = time(NULL);
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	log_set_format(LOG_JSON);
	{
		CLEANUP(log_freep) struct log *log = log_new(ends[1], NULL);

		log_access(log, &response, CLIENT_CURL, 7);
		while (time(NULL) <= begin + 1)
			usleep(1000);
		log_access(log, &response, CLIENT_CURL, 7);
	}
	log_set_format(LOG_TEXT);
	assert_true(read(ends[0], text, sizeof(text) - 1) > 0);
	assert_int_equal(sscanf(text, "{\"time\":\"%20[^\"]", first), 1);
	assert_int_equal(sscanf(strchr(text, '\n'), "\n{\"time\":\"%20[^\"]", second), 1);
	assert_true(strcmp(first, second) < 0);
	assert_memory_equal(text + strlen("{\"time\":\"") + strlen(first), rest, sizeof(rest) - 1);
	close(ends[0]);
	close(ends[1]);
}

struct flusher {
	pthread_t thread;
	pthread_barrier_t *start;
	struct log *log;
};

static void *flush(void *arg)
{
	struct flusher *flusher = arg;

	pthread_barrier_wait(flusher->start);
	log_flush(flusher->log);
	return NULL;
}

/*
 * Two threads and room for one of them: poll() promises it to both, and who writes second must not
 * wait. It takes some turns for them to meet; where one waits this never ends.
 */
static void two_threads_do_not_wait(void **state)
{
	struct http_response response = response_of("kunde.example", KIND_AUTOCONFIG, 200);

	(void)state;
	for (int turn = 0; turn < 300; turn++) {
		struct flusher flushers[2];
		pthread_barrier_t start;
		int ends[2];

		assert_int_equal(pipe(ends), 0);
		pthread_barrier_init(&start, NULL, 2);
		for (int i = 0; i < 2; i++) {
			flushers[i].start = &start;
			flushers[i].log = log_new(ends[1], NULL);
			for (int line = 0; line < 1800; line++) /* 65 kB into 64 KiB of pipe */
				log_access(flushers[i].log, &response, CLIENT_CURL, 7);
			assert_int_equal(
				pthread_create(&flushers[i].thread, NULL, flush, &flushers[i]), 0);
		}
		for (int i = 0; i < 2; i++) {
			pthread_join(flushers[i].thread, NULL);
			log_free(flushers[i].log);
		}
		pthread_barrier_destroy(&start);
		close(ends[0]);
		close(ends[1]);
	}
}

/* A full pipe that nobody reads costs lines, not time: the call returns, and whole lines remain. */
static void never_waits_for_a_reader(void **state)
{
	struct http_response response = response_of("kunde.example", KIND_AUTOCONFIG, 200);
	static const char line[] = "kunde.example autoconfig curl 200 7\n";
	CLEANUP(metrics_freep) struct metrics *metrics = NULL;
	CLEANUP(log_freep) struct log *log = NULL;
	struct metrics_totals totals;
	struct error err = { 0 };
	size_t lines = 0;
	char text[4096];
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(metrics_new(1, &metrics, &err), 0);
	log = log_new(ends[1], metrics_worker(metrics, 0));
	for (int i = 0; i < 20000; i++) /* 720 kB into 64 kB of pipe and 64 KiB of buffer */
		log_access(log, &response, CLIENT_CURL, 7);
	assert_int_equal(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
	for (size_t rest = 0;;) {
		ssize_t size = read(ends[0], text, sizeof(text));

		if (size < 0 && !log_waiting(log))
			break;
		if (size < 0) {
			log_flush(log);
			continue;
		}
		for (ssize_t i = 0; i < size; i++) {
			assert_int_equal(text[i], line[rest]);
			rest = (rest + 1) % (sizeof(line) - 1);
			lines += rest == 0;
		}
	}
	assert_in_range(lines, 1000, 19999);
	metrics_total(metrics, &totals);
	assert_int_equal(totals.counts[METRIC_LOG_LINES_LOST], 20000 - lines);
	close(ends[0]);
	close(ends[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_a_line_a_request),
		cmocka_unit_test(writes_messages),
		cmocka_unit_test(tells_the_time),
		cmocka_unit_test(two_threads_do_not_wait),
		cmocka_unit_test(never_waits_for_a_reader),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
