/*
 * A writer that is killed at any moment leaves whole batches and a sound file. Half of the rounds
 * kill themselves between two changes of a batch; the others are killed from outside wherever they
 * happen to be then, in the middle of writing or syncing too.
 */
#include "place.h"

#include "store/dns_change.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>

#define BATCH 50 /* domains */
#define ROUNDS 24
#define FOREVER 100000 /* batches; nobody gets there */

struct writer {
	struct store *store;
	int progress;	     /* a byte for each change */
	unsigned int die_at; /* kills itself before this change; 0: somebody else does it */
	unsigned int changes;
};

/* One change of a domain, the i-th of a batch of this number. */
typedef int change_function(struct store *store, const struct domain_name *domain, uint64_t batch,
			    unsigned int i, struct error *err);

static int add_domain(struct store *store, const struct domain_name *domain, uint64_t batch,
		      unsigned int i, struct error *err)
{
	enum store_outcome outcome;

	(void)batch;
	(void)i;
	return store_set_domain(store, domain, "one", &outcome, err) < 0 || outcome != STORE_ADDED
		       ? -1
		       : 0;
}

/* Ids go on from 1 as long as batches are whole. Intents in even batches, their ends in odd ones.
 */
static int change_dns(struct store *store, const struct domain_name *domain, uint64_t batch,
		      unsigned int i, struct error *err)
{
	char target[] = "zones here", log[1500];
	struct dns_change change = { .target = target, .log = log, .log_size = sizeof(log) - 1 };
	int64_t id = (int64_t)(batch / 2 * BATCH + i + 1);

	if (batch % 2)
		return store_dns_confirm(store, domain, id, i, err);
	memset(log, 'x', sizeof(log));
	log[sizeof(log) - 1] = '\0';
	if (store_dns_intend(store, domain, &change, err) < 0)
		return -1;
	return change.id == id ? 0 : error_set(err, ERROR_CONFLICT, "another id");
}

static void write_batch(struct writer *writer, uint64_t batch, change_function *change)
{
	/* intents and their ends are of the same domains */
	unsigned int number = (unsigned int)(change == change_dns ? batch / 2 : batch);
	struct error err = { 0 };

	if (store_begin(writer->store, &err) < 0)
		_exit(1);
	for (unsigned int i = 0; i < BATCH; i++) {
		struct domain_name domain;

		if (++writer->changes == writer->die_at)
			raise(SIGKILL);
		domain.length = (size_t)snprintf(domain.text, sizeof(domain.text), "%u-%u.example",
						 i, number);
		if (change(writer->store, &domain, batch, i, &err) < 0 ||
		    write(writer->progress, "", 1) != 1)
			_exit(1);
	}
	if (store_commit(writer->store, "tester", "killed", &err) < 0)
		_exit(1);
}

/* Adds batches behind so many that are there. Does not return. */
static void write_until_killed(const struct place *place, struct writer *writer, uint64_t batches,
			       change_function *change)
{
	struct error err = { 0 };

	if (store_open(place->url, STORE_CREATE, &writer->store, &err) < 0)
		_exit(1);
	for (uint64_t batch = batches; batch < FOREVER; batch++)
		write_batch(writer, batch, change);
	_exit(1);
}

/* Kills the writer when it has told of so many changes; 0: it does that itself at die_at. */
static void write_and_kill(const struct place *place, uint64_t batches, change_function *change,
			   unsigned int after, unsigned int die_at)
{
	int ends[2], status;
	pid_t child;
	char byte;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct writer writer = { .progress = ends[1], .die_at = die_at };

		close(ends[0]);
		write_until_killed(place, &writer, batches, change);
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

/* Returns how many batches are there. */
typedef uint64_t look_function(const struct place *place, enum store_mode mode);

/* Whole batches, each counted once. Returns how many. */
static uint64_t look_domains(const struct place *place, enum store_mode mode)
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

struct ends {
	struct store *store;
	size_t pending, confirmed;
};

static int note_end(void *context, const char *name, size_t length, struct error *err)
{
	CLEANUP(dns_change_clear) struct dns_change last = { 0 }, pending = { 0 };
	struct domain_name domain = domain_of(name);
	struct ends *ends = context;

	assert_int_equal(domain.length, length);
	if (store_dns_find(ends->store, &domain, &last, &pending, err) < 0)
		return -1;
	assert_true(!last.id != !pending.id);
	assert_int_equal(last.id ? last.log_size : pending.log_size, 1499);
	ends->confirmed += last.id != 0;
	ends->pending += pending.id != 0;
	return 0;
}

/* All of a batch are intents, or all of them are confirmed; the audit lines say the same. */
static uint64_t look_dns(const struct place *place, enum store_mode mode)
{
	CLEANUP(store_closep) struct store *store = store_at(place, mode);
	struct ends ends = { .store = store };
	struct error err = { 0 };
	char text[256], wanted[256];
	uint64_t batches;

	if (store_dns_list(store, note_end, &ends, &err) < 0 || store_check(store, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(ends.confirmed % BATCH, 0);
	assert_true(ends.pending == 0 || ends.pending == BATCH);
	batches = (2 * ends.confirmed + ends.pending) / BATCH;
	if (mode == STORE_READ)
		return batches;
	snprintf(wanted, sizeof(wanted), "%zu|%zu|0 ", ends.confirmed + ends.pending,
		 ends.confirmed);
	place_ask(place,
		  "SELECT coalesce(sum(dns_intended), 0) || '|' || coalesce(sum(dns_confirmed), 0) "
		  "|| '|' || (SELECT sequence FROM meta) FROM audit",
		  text, sizeof(text));
	assert_string_equal(text, wanted);
	return batches;
}

static void kill_again_and_again(const struct place *place, change_function *change,
				 look_function *look)
{
	uint64_t batches = 0;

	store_close(store_at(place, STORE_CREATE)); /* so that there is one to look at */
	for (unsigned int round = 0; round < ROUNDS; round++) {
		uint64_t now;

		if (round % 2)
			write_and_kill(place, batches, change, 0, round * 37);
		else
			write_and_kill(place, batches, change, 1 + round * 23, 0);
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

static void a_killed_writer_leaves_whole_batches(void **state)
{
	kill_again_and_again(*state, add_domain, look_domains);
}

static void a_killed_publisher_leaves_whole_batches(void **state)
{
	kill_again_and_again(*state, change_dns, look_dns);
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
		PLACE_TEST(a_killed_publisher_leaves_whole_batches),
		PLACE_TEST(a_killed_creator_leaves_none_or_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
