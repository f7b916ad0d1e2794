/* What was published in DNS: intents, confirmations, taking back. */
#include "place.h"

#include "store/dns_change.h"

#include <signal.h>
#include <sys/resource.h>
#include <time.h>

enum action { INTEND, CONFIRM, DROP, SEEN };

/* One batch of one change: number is what an intent undoes, or the id of the change. */
struct step {
	enum action action;
	const char *domain;
	int64_t number;
	uint32_t value;	   /* negative_ttl, serial or time */
	const char *error; /* NULL: none */
	const char *state; /* of the domain after it, see describe() */
};

static int take_step(struct store *store, const struct step *step, struct error *err)
{
	struct domain_name domain = domain_of(step->domain);
	char target[] = "update 127.0.0.1:5300", log[] = "+x.example. 300 IN MX 10 y.\n";
	struct dns_change change = {
		.undoes = step->number,
		.negative_ttl = step->value,
		.target = target,
		.log = log,
		.log_size = strlen(log),
	};

	switch (step->action) {
	case INTEND:
		return store_dns_intend(store, &domain, &change, err);
	case CONFIRM:
		return store_dns_confirm(store, &domain, step->number, step->value, err);
	case DROP:
		return store_dns_drop(store, step->number, err);
	case SEEN:
		return store_dns_seen(store, step->number, step->value, err);
	}
	return -1;
}

static void describe_change(const char *name, const struct dns_change *change, char *text,
			    size_t size)
{
	size_t used = strlen(text);

	if (!change->id) {
		assert_null(change->target);
		assert_null(change->log);
		return;
	}
	assert_in_range(change->at, time(NULL) - 100, time(NULL) + 100);
	assert_string_equal(change->target, "update 127.0.0.1:5300");
	assert_string_equal(change->log, "+x.example. 300 IN MX 10 y.\n");
	assert_int_equal(change->log_size, 28);
	snprintf(text + used, size - used, "%s %d undoes %d ttl %u serial %u seen %d; ", name,
		 (int)change->id, (int)change->undoes, change->negative_ttl, change->serial,
		 (int)change->seen);
}

/* "last ID undoes ID ttl N serial N seen TIME; pending ...; ", each left out if there is none. */
static void describe(struct store *store, const char *name, char *ret, size_t size)
{
	CLEANUP(dns_change_clear) struct dns_change last = { 0 }, pending = { 0 };
	struct domain_name domain = domain_of(name);
	struct error err = { 0 };

	if (store_dns_find(store, &domain, &last, &pending, &err) < 0)
		fail_msg("%s", err.text);
	*ret = '\0';
	describe_change("last", &last, ret, size);
	describe_change("pending", &pending, ret, size);
}

static void run_steps(const struct place *place, const struct step *steps, size_t count)
{
	CLEANUP(store_closep) struct store *store = store_at(place, STORE_CREATE);

	for (size_t i = 0; i < count; i++) {
		CLEANUP(store_closep) struct store *reader = NULL;
		const struct step *step = &steps[i];
		struct error err = { 0 };
		char text[512];

		batch_begin(store);
		assert_int_equal(take_step(store, step, &err), step->error ? -1 : 0);
		assert_string_equal(place_text(place, err.text), step->error ? step->error : "");
		assert_int_equal(err.code, step->error ? ERROR_NOT_FOUND : ERROR_NONE);
		describe(store, step->domain, text, sizeof(text));
		assert_string_equal(text, step->state); /* in the batch */
		batch_commit(store);
		reader = store_at(place, STORE_READ);
		describe(reader, step->domain, text, sizeof(text));
		assert_string_equal(text, step->state);
	}
}

static void goes_from_intent_to_confirmed(void **state)
{
	static const struct step steps[] = {
		{ INTEND, "a.example", 0, 900, NULL,
		  "pending 1 undoes 0 ttl 900 serial 0 seen 0; " },
		{ INTEND, "b.example", 0, 60, NULL, "pending 2 undoes 0 ttl 60 serial 0 seen 0; " },
		{ CONFIRM, "a.example", 1, 4294967295, NULL,
		  "last 1 undoes 0 ttl 900 serial 4294967295 seen 0; " },
		{ CONFIRM, "a.example", 1, 1,
		  "DNS change 1 is not an intent of the domain in "
		  "/signpost.db",
		  "last 1 undoes 0 ttl 900 serial 4294967295 seen 0; " },
		{ CONFIRM, "a.example", 2, 1,
		  "DNS change 2 is not an intent of the domain in "
		  "/signpost.db",
		  "last 1 undoes 0 ttl 900 serial 4294967295 seen 0; " },
		{ CONFIRM, "b.example", 9, 1,
		  "DNS change 9 is not an intent of the domain in "
		  "/signpost.db",
		  "pending 2 undoes 0 ttl 60 serial 0 seen 0; " },
		/* a second one beside what is confirmed, and one in its place */
		{ INTEND, "a.example", 0, 5, NULL,
		  "last 1 undoes 0 ttl 900 serial 4294967295 seen 0; "
		  "pending 3 undoes 0 ttl 5 serial 0 seen 0; " },
		{ INTEND, "a.example", 0, 6, NULL,
		  "last 1 undoes 0 ttl 900 serial 4294967295 seen 0; "
		  "pending 4 undoes 0 ttl 6 serial 0 seen 0; " },
		{ CONFIRM, "a.example", 3, 1,
		  "DNS change 3 is not an intent of the domain in "
		  "/signpost.db",
		  "last 1 undoes 0 ttl 900 serial 4294967295 seen 0; "
		  "pending 4 undoes 0 ttl 6 serial 0 seen 0; " },
		{ CONFIRM, "a.example", 4, 0, NULL, "last 4 undoes 0 ttl 6 serial 0 seen 0; " },
		{ DROP, "b.example", 2, 0, NULL, "" },
		{ DROP, "b.example", 2, 0, "DNS change 2 is not an intent in /signpost.db", "" },
		{ DROP, "a.example", 4, 0, "DNS change 4 is not an intent in /signpost.db",
		  "last 4 undoes 0 ttl 6 serial 0 seen 0; " },
		{ INTEND, "b.example", 0, 1, NULL, "pending 5 undoes 0 ttl 1 serial 0 seen 0; " },
		{ DROP, "b.example", 5, 0, NULL, "" },
		/* 5 was given already */
		{ INTEND, "b.example", 0, 1, NULL, "pending 6 undoes 0 ttl 1 serial 0 seen 0; " },
	};

	run_steps(*state, steps, sizeof(steps) / sizeof(*steps));
}

static void notes_once_when_it_was_seen(void **state)
{
	static const struct step steps[] = {
		{ INTEND, "a.example", 0, 1, NULL, "pending 1 undoes 0 ttl 1 serial 0 seen 0; " },
		{ SEEN, "a.example", 1, 77, "DNS change 1 is not a confirmed one in /signpost.db",
		  "pending 1 undoes 0 ttl 1 serial 0 seen 0; " },
		{ CONFIRM, "a.example", 1, 5, NULL, "last 1 undoes 0 ttl 1 serial 5 seen 0; " },
		{ SEEN, "a.example", 1, 78, NULL, "last 1 undoes 0 ttl 1 serial 5 seen 78; " },
		{ SEEN, "a.example", 1, 79, NULL, "last 1 undoes 0 ttl 1 serial 5 seen 78; " },
		{ SEEN, "a.example", 2, 79, "DNS change 2 is not a confirmed one in /signpost.db",
		  "last 1 undoes 0 ttl 1 serial 5 seen 78; " },
	};

	run_steps(*state, steps, sizeof(steps) / sizeof(*steps));
}

static void takes_back_the_newest(void **state)
{
	static const char *const not_newest[] = {
		"DNS change 1 is not the domain's newest confirmed one in /signpost.db",
		"DNS change 2 is not the domain's newest confirmed one in /signpost.db",
		"DNS change 4 is not the domain's newest confirmed one in /signpost.db",
	};
	const struct step steps[] = {
		{ INTEND, "a.example", 0, 1, NULL, "pending 1 undoes 0 ttl 1 serial 0 seen 0; " },
		{ INTEND, "a.example", 1, 1, not_newest[0],
		  "pending 1 undoes 0 ttl 1 serial 0 seen 0; " },
		{ CONFIRM, "a.example", 1, 5, NULL, "last 1 undoes 0 ttl 1 serial 5 seen 0; " },
		{ INTEND, "a.example", 0, 2, NULL,
		  "last 1 undoes 0 ttl 1 serial 5 seen 0; "
		  "pending 2 undoes 0 ttl 2 serial 0 seen 0; " },
		{ CONFIRM, "a.example", 2, 6, NULL, "last 2 undoes 0 ttl 2 serial 6 seen 0; " },
		{ INTEND, "b.example", 2, 1, not_newest[1], "" }, /* another domain's */
		{ INTEND, "a.example", 1, 1, not_newest[0],
		  "last 2 undoes 0 ttl 2 serial 6 seen 0; " },
		{ INTEND, "a.example", 2, 3, NULL,
		  "last 2 undoes 0 ttl 2 serial 6 seen 0; "
		  "pending 3 undoes 2 ttl 3 serial 0 seen 0; " },
		{ DROP, "a.example", 3, 0, NULL, "last 2 undoes 0 ttl 2 serial 6 seen 0; " },
		{ INTEND, "a.example", 2, 3, NULL,
		  "last 2 undoes 0 ttl 2 serial 6 seen 0; "
		  "pending 4 undoes 2 ttl 3 serial 0 seen 0; " },
		{ CONFIRM, "a.example", 4, 7, NULL, "last 1 undoes 0 ttl 1 serial 5 seen 0; " },
		{ INTEND, "a.example", 4, 1, not_newest[2],
		  "last 1 undoes 0 ttl 1 serial 5 seen 0; " },
		{ INTEND, "a.example", 1, 3, NULL,
		  "last 1 undoes 0 ttl 1 serial 5 seen 0; "
		  "pending 5 undoes 1 ttl 3 serial 0 seen 0; " },
		{ CONFIRM, "a.example", 5, 8, NULL, "" },
		{ INTEND, "a.example", 1, 3, not_newest[0], "" },
	};

	run_steps(*state, steps, sizeof(steps) / sizeof(*steps));
}

/* Intent and confirmation of a domain in batches of their own. */
static void publish(struct store *store, const char *name, int64_t undoes)
{
	char target[] = "update 127.0.0.1:5300", log[] = "+x.example. 300 IN MX 10 y.\n";
	struct domain_name domain = domain_of(name);
	struct dns_change change = {
		.undoes = undoes, .target = target, .log = log, .log_size = strlen(log)
	};
	struct error err = { 0 };

	batch_begin(store);
	if (store_dns_intend(store, &domain, &change, &err) < 0)
		fail_msg("%s", err.text);
	batch_commit(store);
	batch_begin(store);
	if (store_dns_confirm(store, &domain, change.id, (uint32_t)change.id, &err) < 0)
		fail_msg("%s", err.text);
	batch_commit(store);
}

static void keeps_the_newest_of_each_domain(void **state)
{
	static const int kept[] = { 20, 19, 17, 16, 14, 13, 11, 10, 8, 7 };
	CLEANUP(store_closep) struct store *store = store_at(*state, STORE_CREATE);
	char text[512], wanted[512];

	for (int i = 0; i < 14; i++) {
		publish(store, "a.example", 0);
		if (i % 2)
			publish(store, "b.example", 0);
	}
	place_ask(*state, "SELECT id FROM dns_change WHERE domain = 'a.example' ORDER BY id", text,
		  sizeof(text));
	assert_string_equal(text, "7 8 10 11 13 14 16 17 19 20 ");
	place_ask(*state, "SELECT id FROM dns_change WHERE domain = 'b.example' ORDER BY id", text,
		  sizeof(text));
	assert_string_equal(text, "3 6 9 12 15 18 21 ");
	for (size_t i = 0; i < sizeof(kept) / sizeof(*kept); i++) { /* taken back one by one */
		snprintf(wanted, sizeof(wanted), "last %d undoes 0 ttl 0 serial %d seen 0; ",
			 kept[i], kept[i]);
		describe(store, "a.example", text, sizeof(text));
		assert_string_equal(text, wanted);
		publish(store, "a.example", kept[i]);
	}
	describe(store, "a.example", text, sizeof(text));
	assert_string_equal(text, "");
	describe(store, "b.example", text, sizeof(text));
	assert_string_equal(text, "last 21 undoes 0 ttl 0 serial 21 seen 0; ");
}

/* Somebody's hands in the store: what is not confirmed is never taken for what is published. */
static void a_second_intent_is_not_confirmed(void **state)
{
	static const struct step intent = { INTEND, "a.example", 0, 1, NULL, NULL };
	CLEANUP(store_closep) struct store *store = store_at(*state, STORE_CREATE);
	struct error err = { 0 };
	char text[512];

	batch_begin(store);
	assert_int_equal(take_step(store, &intent, &err), 0);
	batch_commit(store);
	place_run(*state, "INSERT INTO dns_change SELECT 2, domain, pending, undoes, at, seen, "
			  "serial, negative_ttl, target, log FROM dns_change");
	describe(store, "a.example", text, sizeof(text));
	assert_string_equal(text, "pending 2 undoes 0 ttl 1 serial 0 seen 0; ");
	publish(store, "a.example", 0);
	describe(store, "a.example", text, sizeof(text));
	assert_string_equal(text, "last 3 undoes 0 ttl 0 serial 3 seen 0; ");
}

static int note_name(void *context, const char *domain, size_t length, struct error *err)
{
	return note_domain(context, domain, length, "", err);
}

static int give_up(void *context, const char *domain, size_t length, struct error *err)
{
	(void)domain;
	(void)length;
	++*(int *)context;
	return error_set(err, ERROR_CONFLICT, "enough");
}

/* Of whatever is published or may be, even if the domain is gone from the store since. */
static void lists_domains(void **state)
{
	CLEANUP(store_closep) struct store *store = store_at(*state, STORE_CREATE);
	static const struct step intent = { INTEND, "m.example", 0, 1, NULL, NULL };
	struct error err = { 0 };
	char text[PLACE_TEXT_SIZE] = "";
	int calls = 0;

	assert_int_equal(store_dns_list(store, note_name, text, &err), 0);
	assert_string_equal(text, "");
	put_alone(*state, "a.example", "one");
	put_alone(*state, "none.example", "one");
	publish(store, "z.example", 0);
	publish(store, "a.example", 0);
	publish(store, "a.example", 0);
	put_alone(*state, "a.example", NULL);
	batch_begin(store);
	assert_int_equal(take_step(store, &intent, &err), 0);
	batch_commit(store);
	assert_int_equal(store_dns_list(store, note_name, text, &err), 0);
	assert_string_equal(text, "a.example= m.example= z.example= ");
	assert_int_equal(store_dns_list(store, give_up, &calls, &err), -1);
	assert_int_equal(err.code, ERROR_CONFLICT);
	assert_string_equal(err.text, "enough");
	assert_int_equal(calls, 1);
	describe(store, "a.example", text, sizeof(text));
	assert_string_equal(text, "last 3 undoes 0 ttl 0 serial 3 seen 0; ");
}

static void keeps_every_byte(void **state)
{
	static const char quotes[] =
		"+x. 1 IN TXT \"'; DROP TABLE dns_change; --\"\n=\\\"\t\xc3\xbc";
	CLEANUP(store_closep) struct store *store = store_at(*state, STORE_CREATE);
	CLEANUP(dns_change_clear) struct dns_change last = { 0 }, pending = { 0 };
	CLEANUP(freep) char *large = malloc(1000000);
	struct domain_name domain = domain_of("a.example");
	char target[] = "zones /srv/my 'zones'", log[sizeof(quotes)], empty[] = "";
	const struct {
		char *log;
		size_t size;
	} cases[] = { { log, strlen(quotes) }, { empty, 0 }, { large, 999999 } };

	memcpy(log, quotes, sizeof(log));
	memset(large, 'x', 999999);
	large[999999] = '\0';
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct dns_change change = { .target = target,
					     .log = cases[i].log,
					     .log_size = cases[i].size };
		struct error err = { 0 };

		batch_begin(store);
		assert_int_equal(store_dns_intend(store, &domain, &change, &err), 0);
		batch_commit(store);
		assert_int_equal(store_dns_find(store, &domain, &last, &pending, &err), 0);
		assert_int_equal(pending.id, change.id);
		assert_string_equal(pending.target, target);
		assert_string_equal(pending.log, cases[i].log);
		assert_int_equal(pending.log_size, cases[i].size);
		dns_change_clear(&pending);
		assert_int_equal(pending.id, 0);
		assert_null(pending.log);
	}
}

static void counts_in_the_audit_line(void **state)
{
	static const struct step steps[] = {
		{ INTEND, "a.example", 0, 1, NULL, NULL },
		{ INTEND, "b.example", 0, 1, NULL, NULL },
		{ INTEND, "c.example", 0, 1, NULL, NULL },
		{ CONFIRM, "a.example", 1, 1, NULL, NULL },
		{ CONFIRM, "b.example", 2, 1, NULL, NULL },
		{ DROP, "c.example", 3, 1, NULL, NULL },
		{ SEEN, "a.example", 1, 1, NULL, NULL },
		{ SEEN, "a.example", 1, 2, NULL, NULL },
	};
	static const size_t ends[] = { 3, 6, 7, 8 }; /* of batches; the last changes nothing */
	CLEANUP(store_closep) struct store *store = store_at(*state, STORE_CREATE);
	struct store_version version;
	struct error err = { 0 };
	char text[512];
	size_t step = 0;

	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		batch_begin(store);
		for (; step < ends[i]; step++)
			assert_int_equal(take_step(store, &steps[step], &err), 0);
		assert_int_equal(store_commit(store, "root", "dns publish", &err), 0);
	}
	assert_int_equal(store_version(store, &version, &err), 0);
	assert_int_equal(version.sequence, 0); /* who follows domains has nothing to read */
	batch_begin(store);
	put(store, "a.example", "one");
	assert_int_equal(take_step(store, &steps[0], &err), 0);
	batch_commit(store);
	assert_int_equal(store_version(store, &version, &err), 0);
	assert_int_equal(version.sequence, 1);
	place_ask(*state,
		  "SELECT concat FROM (SELECT id, who || '|' || what || '|' || added || '|' || "
		  "changed || '|' || removed || '|' || dns_intended || '|' || dns_confirmed || '|' "
		  "|| dns_dropped || '|' || dns_seen AS concat FROM audit) ORDER BY id",
		  text, sizeof(text));
	assert_string_equal(text, "root|dns publish|0|0|0|3|0|0|0 root|dns publish|0|0|0|0|2|1|0 "
				  "root|dns publish|0|0|0|0|0|0|1 tester|test|1|0|0|1|0|0|0 ");
}

static void an_undone_batch_leaves_nothing(void **state)
{
	static const struct step intent = { INTEND, "b.example", 0, 1, NULL, NULL };
	CLEANUP(store_closep) struct store *store = store_at(*state, STORE_CREATE);
	struct error err = { 0 };
	char text[512];

	publish(store, "a.example", 0);
	batch_begin(store);
	assert_int_equal(take_step(store, &intent, &err), 0);
	describe(store, "b.example", text, sizeof(text));
	assert_string_equal(text, "pending 2 undoes 0 ttl 1 serial 0 seen 0; ");
	store_rollback(store);
	describe(store, "b.example", text, sizeof(text));
	assert_string_equal(text, "");
	place_ask(*state, "SELECT count(*) FROM audit", text, sizeof(text));
	assert_string_equal(text, "2 ");
}

/* As in the middle of a run when the disk fills up. */
static void a_full_disk_undoes_the_batch(void **state)
{
	static const struct step steps[] = {
		{ INTEND, "b.example", 0, 1, NULL, NULL },
		{ CONFIRM, "a.example", 1, 1, NULL, NULL },
		{ DROP, "a.example", 1, 1, NULL, NULL },
		{ SEEN, "a.example", 1, 1, NULL, NULL },
	};
	CLEANUP(store_closep) struct store *store = store_at(*state, STORE_CREATE);
	struct error err = { 0 };
	char text[512];

	publish(store, "a.example", 0);
	place_run(*state, "CREATE TRIGGER full BEFORE INSERT ON dns_change "
			  "WHEN NEW.domain = 'full.example' "
			  "BEGIN SELECT RAISE(ROLLBACK, 'no room'); END");
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		struct step full = { INTEND, "full.example", 0, 1, NULL, NULL };

		batch_begin(store);
		assert_int_equal(take_step(store, &steps[0], &err), 0);
		assert_int_equal(take_step(store, &full, &err), -1);
		assert_string_equal(place_text(*state, err.text),
				    "/signpost.db: cannot note a DNS change: no room");
		assert_int_equal(take_step(store, &steps[i], &err), -1);
		assert_string_equal(place_text(*state, err.text),
				    "/signpost.db: an earlier failure undid the batch");
		assert_int_equal(err.code, ERROR_IO);
		assert_int_equal(store_commit(store, "tester", "test", &err), -1);
	}
	place_ask(*state, "SELECT domain FROM dns_change", text, sizeof(text));
	assert_string_equal(text, "a.example ");
}

/* Here the system refuses to write: the batch is lost, what was there stays. */
static void a_failing_write_loses_the_batch_alone(void **state)
{
	const struct place *place = *state;
	CLEANUP(store_closep) struct store *store = store_at(place, STORE_CREATE);
	struct rlimit all, none;
	struct error err = { 0 };
	char text[512];
	int result = 0;

	publish(store, "a.example", 0);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &all), 0);
	none = all;
	none.rlim_cur = 65536;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
	batch_begin(store);
	for (int i = 0; i < 1000 && result == 0; i++) {
		char name[64];
		struct step intent = { INTEND, name, 0, 1, NULL, NULL };

		snprintf(name, sizeof(name), "customer-%d.example", i);
		result = take_step(store, &intent, &err);
	}
	if (result == 0)
		result = store_commit(store, "tester", "test", &err);
	else
		store_rollback(store);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &all), 0);
	assert_int_equal(result, -1);
	assert_int_equal(err.code, ERROR_IO);
	assert_string_equal(place_text(place, err.text),
			    "/signpost.db: cannot commit the batch: disk I/O error");
	describe(store, "a.example", text, sizeof(text));
	assert_string_equal(text, "last 1 undoes 0 ttl 0 serial 1 seen 0; ");
	publish(store, "b.example", 0);
	place_ask(place, "SELECT domain FROM dns_change ORDER BY domain", text, sizeof(text));
	assert_string_equal(text, "a.example b.example ");
	assert_int_equal(store_check(store, &err), 0);
}

static void tells_what_cannot_be_read(void **state)
{
	static const struct {
		const char *sql, *text;
		enum error_code code;
	} cases[] = {
		{ "ALTER TABLE dns_change RENAME COLUMN log TO logs",
		  "/signpost.db: cannot read the DNS changes: no such column: log; it is no store "
		  "of Signpost, put a copy back",
		  ERROR_INVALID },
		{ "DROP TABLE dns_change",
		  "/signpost.db: cannot read the DNS changes: no such table: dns_change; it is no "
		  "store of Signpost, put a copy back",
		  ERROR_INVALID },
		{ "CREATE TABLE dns_change(pending, id, undoes, at, seen, serial, negative_ttl, "
		  "target, log, domain); INSERT INTO dns_change(pending, id, domain) "
		  "VALUES (0, 1, 'a.example')",
		  "/signpost.db: a value is missing; it is damaged, put a copy back", ERROR_IO },
	};
	struct place *place = *state;
	struct store *store = store_at(place, STORE_CREATE);
	struct domain_name domain = domain_of("a.example");

	publish(store, "a.example", 0);
	store_close(store);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(store_closep) struct store *reader = NULL;
		struct dns_change last = { 0 }, pending = { 0 };
		struct error err = { 0 };

		place_run(place, cases[i].sql);
		store_close(store_at(place, STORE_WRITE)); /* makes the log and its index again */
		reader = store_at(place, STORE_READ);
		assert_int_equal(store_dns_find(reader, &domain, &last, &pending, &err), -1);
		assert_string_equal(place_text(place, err.text), cases[i].text);
		assert_int_equal(err.code, cases[i].code);
		assert_int_equal(last.id, 0);
	}
}

/* Without locks what was read is uncertain as soon as a writer comes. */
static void a_reading_without_locks_may_be_void(void **state)
{
	struct place *place = *state;
	struct domain_name domain = domain_of("a.example");
	struct dns_change last = { 0 }, pending = { 0 };
	CLEANUP(store_closep) struct store *reader = NULL;
	struct store *store = store_at(place, STORE_CREATE);
	struct error err = { 0 };
	char text[PLACE_TEXT_SIZE] = "";

	publish(store, "a.example", 0);
	store_close(store);
	place_run(place, "PRAGMA wal_checkpoint(TRUNCATE)"); /* and takes the log away */
	reader = store_at(place, STORE_READ);
	describe(reader, "a.example", text, sizeof(text));
	assert_string_equal(text, "last 1 undoes 0 ttl 0 serial 1 seen 0; ");
	store_close(store_at(place, STORE_WRITE));
	assert_int_equal(store_dns_find(reader, &domain, &last, &pending, &err), -1);
	assert_int_equal(err.code, ERROR_UNAVAILABLE);
	assert_string_equal(place_text(place, err.text),
			    "/signpost.db: was changed while it was read; try again");
	assert_int_equal(last.id, 0);
	assert_int_equal(store_dns_list(reader, note_name, text, &err), -1);
	assert_int_equal(err.code, ERROR_UNAVAILABLE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLACE_TEST(goes_from_intent_to_confirmed),
		PLACE_TEST(notes_once_when_it_was_seen),
		PLACE_TEST(takes_back_the_newest),
		PLACE_TEST(keeps_the_newest_of_each_domain),
		PLACE_TEST(a_second_intent_is_not_confirmed),
		PLACE_TEST(lists_domains),
		PLACE_TEST(keeps_every_byte),
		PLACE_TEST(counts_in_the_audit_line),
		PLACE_TEST(an_undone_batch_leaves_nothing),
		PLACE_TEST(a_full_disk_undoes_the_batch),
		PLACE_TEST(a_failing_write_loses_the_batch_alone),
		PLACE_TEST(tells_what_cannot_be_read),
		PLACE_TEST(a_reading_without_locks_may_be_void),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
