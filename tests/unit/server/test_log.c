#include "server/log.h"

#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct http_response response_of(const char *domain, const char *kind, unsigned int status)
{
	struct http_response response = { .status = status, .kind = kind };

	response.domain.length = strlen(domain);
	memcpy(response.domain.text, domain, response.domain.length + 1);
	return response;
}

static void writes_a_line_a_request(void **state)
{
	struct http_response known = response_of("kunde.example", "autoconfig", 200);
	struct http_response unknown = response_of("", "-", 404);
	char text[256] = "";
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	{
		CLEANUP(log_freep) struct log *log = log_new(ends[1]);

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
	struct http_response response = response_of("kunde.example", "autoconfig", 200);

	(void)state;
	for (int turn = 0; turn < 300; turn++) {
		struct flusher flushers[2];
		pthread_barrier_t start;
		int ends[2];

		assert_int_equal(pipe(ends), 0);
		pthread_barrier_init(&start, NULL, 2);
		for (int i = 0; i < 2; i++) {
			flushers[i].start = &start;
			flushers[i].log = log_new(ends[1]);
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
	struct http_response response = response_of("kunde.example", "autoconfig", 200);
	static const char line[] = "kunde.example autoconfig curl 200 7\n";
	CLEANUP(log_freep) struct log *log = NULL;
	size_t lines = 0;
	char text[4096];
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	log = log_new(ends[1]);
	for (int i = 0; i < 20000; i++) /* 720 kB into 64 kB of pipe and 64 KiB of buffer */
		log_access(log, &response, CLIENT_CURL, 7);
	assert_int_equal(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
	for (size_t rest = 0; log_waiting(log);) {
		ssize_t size = read(ends[0], text, sizeof(text));

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
	close(ends[0]);
	close(ends[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_a_line_a_request),
		cmocka_unit_test(two_threads_do_not_wait),
		cmocka_unit_test(never_waits_for_a_reader),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
