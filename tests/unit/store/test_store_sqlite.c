/* What the store keeps and gives back, with nobody else about. */
#include "place.h"

static void tells_what_a_change_did(void **state)
{
	static const struct {
		const char *name, *provider;
		enum store_outcome outcome;
	} cases[] = {
		{ "b.example", "smartermail", STORE_ADDED },
		{ "a.example", "smartermail", STORE_ADDED },
		{ "b.example", "smartermail", STORE_UNCHANGED },
		{ "b.example", "oldserver", STORE_CHANGED },
		{ "c.example", NULL, STORE_ABSENT },
		{ "a.example", NULL, STORE_REMOVED },
		{ "a.example", NULL, STORE_ABSENT },
		{ "a.example", "oldserver", STORE_ADDED },
		/* whatever a caller lets through is a value, never a part of the SQL */
		{ "d.example", "x'; DROP TABLE domain; --", STORE_ADDED },
	};
	CLEANUP(store_closep) struct store *store = store_at(*state, STORE_CREATE);
	char text[PLACE_TEXT_SIZE] = "";
	struct error err = { 0 };
	size_t count = 0;

	batch_begin(store);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(put(store, cases[i].name, cases[i].provider), cases[i].outcome);
	batch_commit(store);
	assert_int_equal(store_list(store, NULL, note_domain, text, &err), 0);
	assert_string_equal(text, "a.example=oldserver b.example=oldserver "
				  "d.example=x'; DROP TABLE domain; -- ");
	assert_int_equal(store_count(store, &count, &err), 0);
	assert_int_equal(count, 3);
	assert_int_equal(store_check(store, &err), 0);
}

static void lists_one_provider(void **state)
{
	CLEANUP(store_closep) struct store *store = store_at(*state, STORE_CREATE);
	char text[PLACE_TEXT_SIZE] = "";
	struct error err = { 0 };

	batch_begin(store);
	put(store, "c.example", "one");
	put(store, "a.example", "one");
	put(store, "b.example", "two");
	batch_commit(store);
	assert_int_equal(store_list(store, "one", note_domain, text, &err), 0);
	assert_string_equal(text, "a.example=one c.example=one ");
	*text = '\0';
	assert_int_equal(store_list(store, "three", note_domain, text, &err), 0);
	assert_string_equal(text, "");
}

static void finds_a_domain(void **state)
{
	CLEANUP(store_closep) struct store *store = store_at(*state, STORE_CREATE);
	struct domain_name there = domain_of("a.example"), absent = domain_of("b.example");
	CLEANUP(freep) char *provider = NULL;
	struct error err = { 0 };

	batch_begin(store);
	put(store, "a.example", "one");
	batch_commit(store);
	assert_int_equal(store_find(store, &there, &provider, &err), 0);
	assert_string_equal(provider, "one");
	assert_int_equal(store_find(store, &absent, &provider, &err), -1);
	assert_int_equal(err.code, ERROR_NOT_FOUND);
	assert_string_equal(place_text(*state, err.text),
			    "domain \"b.example\" is not in /signpost.db");
}

static uint64_t sequence_of(struct store *store)
{
	struct store_version version;
	struct error err = { 0 };

	if (store_version(store, &version, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(strlen(version.instance), 32);
	assert_int_equal(strspn(version.instance, "0123456789abcdef"), 32);
	return version.sequence;
}

static void a_batch_is_one_step(void **state)
{
	CLEANUP(store_closep) struct store *store = store_at(*state, STORE_CREATE);
	char text[PLACE_TEXT_SIZE] = "";
	struct error err = { 0 };

	assert_int_equal(sequence_of(store), 0);
	batch_begin(store);
	put(store, "a.example", "one");
	put(store, "b.example", "one");
	put(store, "c.example", "one");
	batch_commit(store);
	assert_int_equal(sequence_of(store), 1);
	batch_begin(store); /* nothing changes: no trace */
	put(store, "a.example", "one");
	put(store, "d.example", NULL);
	batch_commit(store);
	assert_int_equal(sequence_of(store), 1);
	batch_begin(store);
	put(store, "a.example", "two");
	put(store, "b.example", NULL);
	put(store, "d.example", "two");
	assert_int_equal(store_commit(store, "root", "domain import x.csv", &err), 0);
	assert_int_equal(sequence_of(store), 2);
	place_ask(*state,
		  "SELECT who || '|' || what || '|' || added || '|' || changed || '|' || removed"
		  " FROM audit WHERE abs(at - unixepoch()) < 100 ORDER BY id",
		  text, sizeof(text));
	assert_string_equal(text, "tester|test|3|0|0 root|domain import x.csv|1|1|1 ");
}

static void an_undone_batch_leaves_nothing(void **state)
{
	struct store *store = store_at(*state, STORE_CREATE);
	char text[PLACE_TEXT_SIZE] = "";
	struct error err = { 0 };

	batch_begin(store);
	put(store, "a.example", "one");
	store_rollback(store);
	store_rollback(store); /* without a batch it does nothing */
	assert_int_equal(sequence_of(store), 0);
	batch_begin(store);
	put(store, "b.example", "one");
	store_close(store); /* in the middle of a batch */
	store = store_at(*state, STORE_WRITE);
	assert_int_equal(store_list(store, NULL, note_domain, text, &err), 0);
	assert_string_equal(text, "");
	assert_int_equal(sequence_of(store), 0);
	store_close(store);
	store_close(NULL);
}

/* Changes come in any order. */
static void sort_words(char *text)
{
	char copy[PLACE_TEXT_SIZE], *words[16], *position = copy, *word;
	size_t count = 0;

	memcpy(copy, text, sizeof(copy));
	*text = '\0';
	while ((word = strsep(&position, " ")) && *word) {
		size_t i = count++;

		assert_true(count <= 16);
		for (; i > 0 && strcmp(words[i - 1], word) > 0; i--)
			words[i] = words[i - 1];
		words[i] = word;
	}
	for (size_t i = 0; i < count; i++) {
		size_t used = strlen(text);

		snprintf(text + used, PLACE_TEXT_SIZE - used, "%s ", words[i]);
	}
}

static void reads_what_changed_since(void **state)
{
	static const struct {
		uint64_t after;
		const char *text;
	} cases[] = {
		{ 0, "a.example=two c.example=one d.example=one " },
		{ 1, "-b.example a.example=two c.example=one d.example=one " },
		{ 2, "-b.example c.example=one d.example=one " },
		{ 3, "c.example=one " }, /* taken out and put in again: it is there */
		{ 4, "" },
		{ 5, "" },
	};
	CLEANUP(store_closep) struct store *store = store_at(*state, STORE_CREATE);

	batch_begin(store);
	put(store, "a.example", "one");
	put(store, "b.example", "one");
	put(store, "c.example", "one");
	batch_commit(store);
	batch_begin(store);
	put(store, "a.example", "two");
	batch_commit(store);
	batch_begin(store);
	put(store, "b.example", NULL);
	put(store, "c.example", NULL);
	put(store, "d.example", "one");
	batch_commit(store);
	batch_begin(store);
	put(store, "c.example", "one");
	batch_commit(store);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char text[PLACE_TEXT_SIZE] = "";
		struct store_version version;
		struct error err = { 0 };

		assert_int_equal(store_read_changes(store, cases[i].after, note_domain, text,
						    &version, &err),
				 0);
		sort_words(text);
		assert_string_equal(text, cases[i].text);
		assert_int_equal(version.sequence, 4);
	}
}

static int give_up(void *context, const char *domain, size_t length, const char *provider,
		   struct error *err)
{
	(void)domain;
	(void)length;
	(void)provider;
	++*(int *)context;
	return error_set(err, ERROR_CONFLICT, "enough");
}

static void a_caller_ends_the_reading(void **state)
{
	CLEANUP(store_closep) struct store *store = store_at(*state, STORE_CREATE);
	char text[PLACE_TEXT_SIZE] = "";
	struct store_version version;
	struct error err = { 0 };
	int calls = 0;

	batch_begin(store);
	put(store, "a.example", "one");
	put(store, "b.example", "one");
	batch_commit(store);
	assert_int_equal(store_list(store, NULL, give_up, &calls, &err), -1);
	assert_int_equal(store_read_changes(store, 0, give_up, &calls, &version, &err), -1);
	assert_int_equal(err.code, ERROR_CONFLICT);
	assert_string_equal(err.text, "enough");
	assert_int_equal(calls, 2);
	assert_int_equal(store_list(store, NULL, note_domain, text, &err), 0); /* and all is well */
	assert_string_equal(text, "a.example=one b.example=one ");
	batch_begin(store);
	batch_commit(store);
}

static void refuses_urls(void **state)
{
	static const struct {
		const char *url, *text;
	} cases[] = {
		{ "", "store url \"\" is not sqlite: and an absolute path" },
		{ "/x", "store url \"/x\" is not sqlite: and an absolute path" },
		{ "sqlite:", "store url \"sqlite:\" is not sqlite: and an absolute path" },
		{ "sqlite:x.db", "store url \"sqlite:x.db\" is not sqlite: and an absolute path" },
		{ "postgresql://db/x",
		  "store url \"postgresql://db/x\" is not sqlite: and an absolute path" },
	};
	char long_url[600], text[ERROR_TEXT_SIZE];
	struct store *store = NULL;
	struct error err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(store_open(cases[i].url, STORE_CREATE, &store, &err), -1);
		assert_int_equal(err.code, ERROR_INVALID);
		assert_string_equal(err.text, cases[i].text);
	}
	memset(long_url, 'x', sizeof(long_url));
	memcpy(long_url, "sqlite:/", 8);
	long_url[8 + 480] = '\0'; /* with the slash one byte too many */
	assert_int_equal(store_open(long_url, STORE_READ, &store, &err), -1);
	assert_int_equal(err.code, ERROR_INVALID);
	snprintf(text, sizeof(text), "store url \"%.200s...\": the path is longer than 480 bytes",
		 long_url);
	assert_string_equal(err.text, text);
	assert_null(store);
}

static void makes_a_store_once(void **state)
{
	struct place *place = *state;
	char names[512], text[PLACE_TEXT_SIZE] = "";
	struct store *store = NULL;
	struct error err = { 0 };

	assert_int_equal(store_open(place->url, STORE_READ, &store, &err), -1);
	assert_int_equal(err.code, ERROR_NOT_FOUND);
	assert_string_equal(place_text(place, err.text), "/signpost.db: No such file or directory");
	assert_int_equal(store_open(place->url, STORE_WRITE, &store, &err), -1);
	assert_int_equal(err.code, ERROR_NOT_FOUND);
	place_list(place, names, sizeof(names));
	assert_string_equal(names, "");

	put_alone(place, "a.example", "one");
	put_alone(place, "b.example", "one"); /* STORE_CREATE again, on what is there */
	store = store_at(place, STORE_READ);
	assert_int_equal(store_list(store, NULL, note_domain, text, &err), 0);
	assert_string_equal(text, "a.example=one b.example=one ");
	store_close(store);
	place_list(place, names, sizeof(names));
	/* the last two stay, for readers who may not make them */
	assert_string_equal(names, "signpost.db signpost.db-shm signpost.db-wal ");
	place_ask(place, "SELECT journal_mode FROM pragma_journal_mode", text, sizeof(text));
	assert_string_equal(text, "wal ");
}

static void needs_a_directory(void **state)
{
	struct place *place = *state;
	struct store *store = NULL;
	struct error err = { 0 };
	char url[256];

	snprintf(url, sizeof(url), "sqlite:%s/none/signpost.db", place->directory);
	assert_int_equal(store_open(url, STORE_CREATE, &store, &err), -1);
	assert_int_equal(err.code, ERROR_NOT_FOUND);
	assert_string_equal(place_text(place, err.text),
			    "/none/signpost.db: cannot make it: No such file or directory");
}

/* Characters that mean something in SQLite's file: URIs, and a link, beside which nothing lies. */
static void opens_paths_of_any_kind(void **state)
{
	static const char *const names[] = { "a b%20c.db", "x?mode=rwc&y#z.db", "o'r\"q.db",
					     "\xc3\xbc.db", "link.db" };
	struct place *place = *state;
	char from[256];

	snprintf(from, sizeof(from), "%s/link.db", place->directory);
	snprintf(place->url, sizeof(place->url), "sqlite:%s/target.db", place->directory);
	put_alone(place, "first.example", "one");
	assert_int_equal(symlink("target.db", from), 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct store *writer, *reader;
		char text[PLACE_TEXT_SIZE] = "";
		struct error err = { 0 };

		snprintf(place->url, sizeof(place->url), "sqlite:%s/%s", place->directory,
			 names[i]);
		put_alone(place, "a.example", "one");
		writer = store_at(place, STORE_WRITE); /* keeps what follows in its log */
		batch_begin(writer);
		put(writer, "b.example", "one");
		batch_commit(writer);
		reader = store_at(place, STORE_READ);
		assert_int_equal(store_list(reader, "one", note_domain, text, &err), 0);
		assert_non_null(strstr(text, "a.example=one b.example=one "));
		store_close(reader);
		store_close(writer);
	}
}

static int64_t since(struct store *store, const char *name)
{
	struct domain_name domain = domain_of(name);
	struct error err = { 0 };
	int64_t at = -1;

	if (store_since(store, &domain, &at, &err) < 0)
		fail_msg("%s", err.text);
	return at;
}

/* The time of the batch that gave a domain its provider, whatever else happened meanwhile. */
static void tells_since_when(void **state)
{
	struct place *place = *state;
	CLEANUP(store_closep) struct store *store = NULL;

	put_alone(place, "a.example", "one"); /* batches 1 to 5 */
	put_alone(place, "b.example", "one");
	put_alone(place, "a.example", "two");
	put_alone(place, "b.example", "one"); /* changes nothing: no batch */
	put_alone(place, "c.example", "one");
	put_alone(place, "c.example", NULL);
	place_run(place, "INSERT INTO audit(id, at, who, what, added, changed, removed, dns_seen) "
			 "VALUES (100, 1, 'tester', 'dns verify', 0, 0, 0, 1)");
	put_alone(place, "d.example", "one");
	place_run(place, "UPDATE audit SET at = 1000 * id");
	store = store_at(place, STORE_READ);
	assert_int_equal(since(store, "a.example"), 3000);
	assert_int_equal(since(store, "b.example"), 2000);
	assert_int_equal(since(store, "c.example"), 0);
	assert_int_equal(since(store, "d.example"), 101000);
	store_close(store);
	/* an audit that somebody shortened tells nothing */
	place_run(place, "DELETE FROM audit WHERE id = 1");
	store = store_at(place, STORE_READ);
	assert_int_equal(since(store, "b.example"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLACE_TEST(tells_what_a_change_did),
		PLACE_TEST(lists_one_provider),
		PLACE_TEST(finds_a_domain),
		PLACE_TEST(tells_since_when),
		PLACE_TEST(a_batch_is_one_step),
		PLACE_TEST(an_undone_batch_leaves_nothing),
		PLACE_TEST(reads_what_changed_since),
		PLACE_TEST(a_caller_ends_the_reading),
		PLACE_TEST(refuses_urls),
		PLACE_TEST(makes_a_store_once),
		PLACE_TEST(needs_a_directory),
		PLACE_TEST(opens_paths_of_any_kind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
