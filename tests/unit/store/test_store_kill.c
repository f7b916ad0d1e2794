/*
 * A writer that is killed at any moment leaves whole batches and a sound file. Half of the rounds
 * kill themselves between two changes of a batch; the others are killed from outside wherever they
 * happen to be then, in the middle of writing or syncing too.
 */
#include "place.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>

#define BATCH 50 /* domains */
#define ROUNDS 24
#define FOREVER 100000 /* batches; nobody gets there */

/* Adds batches behind those that are there, a byte to the pipe for each change. Does not return. */
static void write_until_killed(const struct place *place, int progress, unsigned int die_at)
{
	struct store *store = NULL;
	struct store_version version;
	struct error err = { 0 };
	unsigned int changes = 0;

	if (store_open(place->url, STORE_CREATE, &store, &err) < 0 ||
	    store_version(store, &version, &err) < 0)
		_exit(1);
	for (uint64_t batch = version.sequence; batch < FOREVER; batch++) {
		if (store_begin(store, &err) < 0)
			_exit(1);
		for (unsigned int i = 0; i < BATCH; i++) {
			struct domain_name domain;
			enum store_outcome outcome;

			if (++changes == die_at)
				raise(SIGKILL);
			domain.length = (size_t)snprintf(domain.text, sizeof(domain.text),
							 "%u-%u.example", i, (unsigned int)batch);
			if (store_set_domain(store, &domain, "one", &outcome, &err) < 0 ||
			    outcome != STORE_ADDED || write(progress, "", 1) != 1)
				_exit(1);
		}
		if (store_commit(store, "tester", "killed", &err) < 0)
			_exit(1);
	}
	_exit(1);
}

/* Kills the writer when it has told of so many changes; 0: it does that itself at die_at. */
static void write_and_kill(const struct place *place, unsigned int after, unsigned int die_at)
{
	int ends[2], status;
	pid_t child;
	char byte;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		close(ends[0]);
		write_until_killed(place, ends[1], die_at);
	}
	close(ends[1]);
	for (unsigned int i = 0; i < after; i++) {
		if (read(ends[0], &byte, 1) != 1)
			break; /* it went wrong: the status tells */
	}
	if (after)
		kill(child, SIGKILL);
	assert_int_equal(waitpid(child, &status, 0), child);
	close(ends[0]);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGKILL);
}

/* Whole batches, each counted once. Returns how many. */
static uint64_t look(const struct place *place, enum store_mode mode)
{
	CLEANUP(store_closep) struct store *store = store_at(place, mode);
	struct store_version version;
	struct error err = { 0 };
	size_t count = 0;

	if (store_version(store, &version, &err) < 0 || store_count(store, &count, &err) < 0 ||
	    store_check(store, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(count, version.sequence * BATCH);
	return version.sequence;
}

static void a_killed_writer_leaves_whole_batches(void **state)
{
	struct place *place = *state;
	uint64_t batches = 0;

	store_close(store_at(place, STORE_CREATE)); /* so that there is one to look at */
	for (unsigned int round = 0; round < ROUNDS; round++) {
		uint64_t now;

		if (round % 2)
			write_and_kill(place, 0, round * 37);
		else
			write_and_kill(place, 1 + round * 23, 0);
		now = look(place, STORE_READ); /* first one who may not mend anything */
		assert_true(now >= batches);
		if (round % 2)
			assert_int_equal(now, batches + (round * 37 - 1) / BATCH);
		if (round % 3 == 0) /* else the next writer finds it as the killed one left it */
			assert_int_equal(look(place, STORE_WRITE), now);
		batches = now;
	}
	assert_true(batches > ROUNDS);
}

/* Killed while it makes the store: there is none, or a whole one. */
static void a_killed_creator_leaves_none_or_all(void **state)
{
	struct place *place = *state;

	for (unsigned int round = 0; round < 12; round++) {
		struct store *store = NULL;
		struct error err = { 0 };
		pid_t child = fork();
		int status;

		assert_true(child >= 0);
		if (child == 0) {
			store_open(place->url, STORE_CREATE, &store, &err);
			_exit(0);
		}
		for (unsigned int i = 0; i < round * round; i++)
			sched_yield(); /* the moment varies, whichever it is must be good */
		kill(child, SIGKILL);
		assert_int_equal(waitpid(child, &status, 0), child);
		if (store_open(place->url, STORE_READ, &store, &err) == 0) {
			assert_int_equal(store_check(store, &err), 0);
			store_close(store);
			assert_int_equal(unlink(place->path), 0);
			continue;
		}
		assert_int_equal(err.code, ERROR_NOT_FOUND);
	}
	put_alone(place, "a.example", "one");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLACE_TEST(a_killed_writer_leaves_whole_batches),
		PLACE_TEST(a_killed_creator_leaves_none_or_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
