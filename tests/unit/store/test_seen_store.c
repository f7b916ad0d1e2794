/* The file of what was seen: what is in it, what is refused, and what becomes of it meanwhile. */
#include "store/seen_store.h"

#include "place.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>

#define NOW INT64_C(1700000000)

static struct seen_store *seen_at(const struct place *place, enum seen_store_mode mode)
{
	struct seen_store *store = NULL;
	struct error err = { 0 };

	if (seen_store_open(place->path, mode, &store, &err) < 0)
		fail_msg("%s", err.text);
	return store;
}

static struct seen_row row_of(const char *domain, const char *client, const char *provider,
			      unsigned int status, int64_t at)
{
	return (struct seen_row){
		.domain = domain,
		.kind = "autoconfig",
		.client = client,
		.provider = provider,
		.status = status,
		.first = at,
		.last = at,
		.count = 1,
	};
}

static int add(struct seen_store *store, const struct seen_row *row, struct error *err)
{
	bool kept = false;

	if (seen_store_add(store, row, &kept, err) < 0)
		return -1;
	assert_true(kept);
	return 0;
}

/* A batch of one row. */
static int add_alone(struct seen_store *store, const struct seen_row *row, int64_t now,
		     struct error *err)
{
	if (seen_store_begin(store, now, err) < 0 || add(store, row, err) < 0)
		return -1;
	return seen_store_commit(store, err);
}

static void put_seen(struct seen_store *store, const struct seen_row *row, int64_t now)
{
	struct error err = { 0 };

	if (add_alone(store, row, now, &err) < 0)
		fail_msg("%s", err.text);
}

static int note_row(void *context, const struct seen_row *row, struct error *err)
{
	size_t used = strlen(context);

	(void)err;
	snprintf((char *)context + used, PLACE_TEXT_SIZE - used, "%s/%s/%s/%u/%lld-%lld*%llu ",
		 row->kind, row->client, row->provider, row->status, (long long)(row->first - NOW),
		 (long long)(row->last - NOW), (unsigned long long)row->count);
	return 0;
}

static void expect_rows(const struct place *place, const char *domain, const char *wanted)
{
	CLEANUP(seen_store_closep) struct seen_store *store = seen_at(place, SEEN_STORE_READ);
	char text[PLACE_TEXT_SIZE] = "";
	struct error err = { 0 };

	if (seen_store_read(store, domain, note_row, text, &err) < 0)
		fail_msg("%s", err.text);
	assert_string_equal(text, wanted);
}

static void keeps_what_is_added(void **state)
{
	const struct {
		struct seen_row row;
		int64_t now;
		const char *wanted; /* of a.example, after it */
	} cases[] = {
		{ row_of("a.example", "outlook", "old", 200, NOW), NOW,
		  "autoconfig/outlook/old/200/0-0*1 " },
		{ row_of("a.example", "outlook", "old", 200, NOW + 60), NOW + 60,
		  "autoconfig/outlook/old/200/0-60*2 " },
		/* another worker's, earlier, written later */
		{ row_of("a.example", "outlook", "old", 200, NOW - 5), NOW + 61,
		  "autoconfig/outlook/old/200/-5-60*3 " },
		/* each part of the key tells rows apart; the newest stands first */
		{ row_of("a.example", "outlook", "new", 200, NOW + 70), NOW + 70,
		  "autoconfig/outlook/new/200/70-70*1 autoconfig/outlook/old/200/-5-60*3 " },
		{ row_of("a.example", "outlook", "", 404, NOW + 65), NOW + 70,
		  "autoconfig/outlook/new/200/70-70*1 autoconfig/outlook//404/65-65*1 "
		  "autoconfig/outlook/old/200/-5-60*3 " },
		{ row_of("b.example", "outlook", "old", 200, NOW), NOW + 70,
		  "autoconfig/outlook/new/200/70-70*1 autoconfig/outlook//404/65-65*1 "
		  "autoconfig/outlook/old/200/-5-60*3 " },
	};
	struct place *place = *state;
	CLEANUP(seen_store_closep) struct seen_store *store = seen_at(place, SEEN_STORE_WRITE);

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		put_seen(store, &cases[i].row, cases[i].now);
		expect_rows(place, "a.example", cases[i].wanted);
	}
	assert_int_equal(seen_store_rows(store), 4);
	expect_rows(place, "c.example", "");
}

/* What a clock that was wrong has written does not stay in the future. */
static void believes_no_time_to_come(void **state)
{
	const struct {
		int64_t at, now;
		const char *wanted;
	} cases[] = {
		{ NOW + 99999, NOW + 99999, "autoconfig/curl/p/200/99999-99999*1 " },
		{ NOW + 10, NOW + 10, "autoconfig/curl/p/200/10-10*2 " },  /* set right */
		{ NOW + 500, NOW + 20, "autoconfig/curl/p/200/10-20*3 " }, /* between */
	};
	struct place *place = *state;
	CLEANUP(seen_store_closep) struct seen_store *store = seen_at(place, SEEN_STORE_WRITE);

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct seen_row row = row_of("a.example", "curl", "p", 200, cases[i].at);

		put_seen(store, &row, cases[i].now);
		expect_rows(place, "a.example", cases[i].wanted);
	}
}

static void tells_when_it_was_written(void **state)
{
	struct place *place = *state;
	CLEANUP(seen_store_closep) struct seen_store *store = seen_at(place, SEEN_STORE_WRITE);
	struct error err = { 0 };
	int64_t at = -1;

	assert_int_equal(seen_store_written(store, &at, &err), 0);
	assert_int_equal(at, 0);
	assert_int_equal(seen_store_begin(store, NOW + 7, &err), 0);
	assert_int_equal(seen_store_commit(store, &err), 0);
	assert_int_equal(seen_store_written(store, &at, &err), 0);
	assert_int_equal(at, NOW + 7);
}

static void undoes_a_batch(void **state)
{
	struct place *place = *state;
	CLEANUP(seen_store_closep) struct seen_store *store = seen_at(place, SEEN_STORE_WRITE);
	struct seen_row row = row_of("a.example", "curl", "p", 200, NOW);
	struct error err = { 0 };

	assert_int_equal(seen_store_begin(store, NOW, &err), 0);
	assert_int_equal(add(store, &row, &err), 0);
	seen_store_rollback(store);
	assert_int_equal(seen_store_rows(store), 0);
	expect_rows(place, "a.example", "");
	put_seen(store, &row, NOW);
	assert_int_equal(seen_store_rows(store), 1);
	expect_rows(place, "a.example", "autoconfig/curl/p/200/0-0*1 ");
}

/* More rows than one call looks at: several calls go through all, and begin anew. */
static void prunes_bit_by_bit(void **state)
{
	struct place *place = *state;
	CLEANUP(seen_store_closep) struct seen_store *store = seen_at(place, SEEN_STORE_WRITE);
	static const uint64_t left[] = { 9500, 7000, 6000, 6000, 5999 };
	struct error err = { 0 };

	assert_int_equal(seen_store_begin(store, NOW, &err), 0);
	for (int i = 0; i < 12000; i++) {
		char name[64];
		struct seen_row row;

		snprintf(name, sizeof(name), "d%05d.example", i);
		row = row_of(name, "curl", "p", 200, i % 2 ? NOW : NOW - 100);
		assert_int_equal(add(store, &row, &err), 0);
	}
	assert_int_equal(seen_store_commit(store, &err), 0);
	for (size_t i = 0; i < sizeof(left) / sizeof(*left); i++) {
		assert_int_equal(seen_store_begin(store, NOW, &err), 0);
		if (i == 4) { /* what grew old at the beginning is found in the next round */
			struct seen_row row = row_of("a.example", "curl", "p", 200, NOW - 100);

			assert_int_equal(add(store, &row, &err), 0);
		}
		assert_int_equal(seen_store_prune(store, i < 4 ? NOW - 50 : NOW, &err), 0);
		assert_int_equal(seen_store_commit(store, &err), 0);
		if (i < 4)
			assert_int_equal(seen_store_rows(store), left[i]);
	}
	expect_rows(place, "d00001.example", "autoconfig/curl/p/200/0-0*1 ");
	expect_rows(place, "d00002.example", "");
	expect_rows(place, "d11999.example", "autoconfig/curl/p/200/0-0*1 ");
}

/* Files */

static void has_the_files_it_should(void **state)
{
	struct place *place = *state;
	struct seen_store *store;
	mode_t mask = umask(0);
	char names[512];
	struct stat info;

	store = seen_at(place, SEEN_STORE_WRITE);
	umask(mask);
	assert_int_equal(stat(place->path, &info), 0);
	assert_int_equal(info.st_mode & 07777, 0640);
	seen_store_close(store);
	place_list(place, names, sizeof(names));
	assert_string_equal(names, "signpost.db signpost.db-shm signpost.db-wal ");
	place_ask(place, "PRAGMA journal_mode", names, sizeof(names));
	assert_string_equal(names, "wal ");
	store = seen_at(place, SEEN_STORE_WRITE); /* once more */
	seen_store_close(store);
}

/* The reader makes nothing, with or without the log beside the file. */
static void is_read_without_a_trace(void **state)
{
	struct place *place = *state;
	struct seen_row row = row_of("a.example", "curl", "p", 200, NOW);
	struct seen_store *store = seen_at(place, SEEN_STORE_WRITE);
	char names[512], path[160];

	put_seen(store, &row, NOW);
	expect_rows(place, "a.example", "autoconfig/curl/p/200/0-0*1 ");
	seen_store_close(store);
	expect_rows(place, "a.example", "autoconfig/curl/p/200/0-0*1 ");
	snprintf(path, sizeof(path), "%s-wal", place->path);
	assert_int_equal(unlink(path), 0);
	snprintf(path, sizeof(path), "%s-shm", place->path);
	assert_int_equal(unlink(path), 0);
	expect_rows(place, "a.example", "autoconfig/curl/p/200/0-0*1 ");
	place_list(place, names, sizeof(names));
	assert_string_equal(names, "signpost.db ");
	place_write(place, "signpost.db-wal", "0123456789", 10); /* its writer was killed */
	expect_rows(place, "a.example", "autoconfig/curl/p/200/0-0*1 ");
}

static void make_text(const struct place *place)
{
	place_write(place, "signpost.db", "what is this?\n", 14);
}

static void make_long_text(const struct place *place)
{
	char text[10000];

	memset(text, 'x', sizeof(text));
	place_write(place, "signpost.db", text, sizeof(text));
}

static void make_directory(const struct place *place)
{
	assert_int_equal(mkdir(place->path, 0700), 0);
}

static void make_fifo(const struct place *place)
{
	assert_int_equal(mkfifo(place->path, 0600), 0);
}

static void make_store(const struct place *place)
{
	put_alone(place, "a.example", "p");
}

static void make_foreign(const struct place *place)
{
	place_run(place, "CREATE TABLE seen(domain TEXT)");
}

static void make_newer(const struct place *place)
{
	seen_store_close(seen_at(place, SEEN_STORE_WRITE));
	place_run(place, "PRAGMA user_version = 2");
}

static void make_half(const struct place *place)
{
	struct seen_store *store = seen_at(place, SEEN_STORE_WRITE);
	struct error err = { 0 };

	assert_int_equal(seen_store_begin(store, NOW, &err), 0);
	for (int i = 0; i < 5000; i++) {
		char name[64];
		struct seen_row row;

		snprintf(name, sizeof(name), "d%05d.example", i);
		row = row_of(name, "curl", "p", 200, NOW);
		assert_int_equal(add(store, &row, &err), 0);
	}
	assert_int_equal(seen_store_commit(store, &err), 0);
	seen_store_close(store);
	assert_int_equal(truncate(place->path, 65536), 0);
}

/* Everything in a file: a sum is enough to see that it was left alone. */
static uint64_t sum_of(const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK);
	uint64_t sum = 0;
	unsigned char c;

	while (fd >= 0 && read(fd, &c, 1) == 1)
		sum = sum * 31 + c + 1;
	if (fd >= 0)
		close(fd);
	return sum;
}

static void refuses_what_is_not_its_own(void **state)
{
	static const struct {
		void (*make)(const struct place *place);
		enum error_code code;
		const char *text;
	} cases[] = {
		{ make_text, ERROR_INVALID,
		  "/signpost.db: cannot read what it is: file is not a database; it is no file of "
		  "what was seen: move it away, or name another in [seen] file" },
		{ make_long_text, ERROR_INVALID,
		  "/signpost.db: cannot read what it is: file is not a database; it is no file of "
		  "what was seen: move it away, or name another in [seen] file" },
		{ make_directory, ERROR_INVALID, "/signpost.db: is not a file" },
		{ make_fifo, ERROR_INVALID, "/signpost.db: is not a file" },
		{ make_store, ERROR_INVALID,
		  "/signpost.db: is another program's database: move it away, or name another file "
		  "in [seen] file" },
		{ make_foreign, ERROR_INVALID,
		  "/signpost.db: is another program's database: move it away, or name another file "
		  "in [seen] file" },
		{ make_newer, ERROR_INVALID,
		  "/signpost.db: has layout 2, this program knows 1: use the newer Signpost, or "
		  "move it away" },
		{ make_half, ERROR_IO,
		  "/signpost.db: cannot read what it is: database disk image is malformed; it is "
		  "damaged: move it away, a new one is made" },
	};
	struct place *place = *state;
	char path[160];

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		uint64_t sum;

		cases[i].make(place);
		sum = sum_of(place->path);
		for (enum seen_store_mode mode = SEEN_STORE_READ; mode <= SEEN_STORE_WRITE;
		     mode++) {
			struct seen_store *store = NULL;
			struct error err = { 0 };

			assert_int_equal(seen_store_open(place->path, mode, &store, &err), -1);
			assert_null(store);
			assert_string_equal(place_text(place, err.text), cases[i].text);
			assert_int_equal(err.code, cases[i].code);
		}
		assert_int_equal(sum_of(place->path), sum);
		(void)(unlink(place->path) < 0 && rmdir(place->path));
		snprintf(path, sizeof(path), "%s-wal", place->path);
		unlink(path);
		snprintf(path, sizeof(path), "%s-shm", place->path);
		unlink(path);
	}
}

static void says_what_is_missing(void **state)
{
	struct place *place = *state;
	char path[160];
	const struct {
		const char *path;
		enum seen_store_mode mode;
		enum error_code code;
		const char *text;
	} cases[] = {
		{ place->path, SEEN_STORE_READ, ERROR_NOT_FOUND,
		  "/signpost.db: No such file or directory" },
		{ path, SEEN_STORE_READ, ERROR_NOT_FOUND,
		  "/none/seen.db: No such file or directory" },
		{ path, SEEN_STORE_WRITE, ERROR_NOT_FOUND,
		  "/none/seen.db: cannot make it: No such file or directory" },
	};

	snprintf(path, sizeof(path), "%s/none/seen.db", place->directory);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct seen_store *store = NULL;
		struct error err = { 0 };

		assert_int_equal(seen_store_open(cases[i].path, cases[i].mode, &store, &err), -1);
		assert_string_equal(place_text(place, err.text), cases[i].text);
		assert_int_equal(err.code, cases[i].code);
	}
}

/* One that an administrator made, with the owner and mode of his choice. */
static void takes_an_empty_file(void **state)
{
	struct place *place = *state;
	struct seen_row row = row_of("a.example", "curl", "p", 200, NOW);
	struct seen_store *store = NULL;
	struct error err = { 0 };

	place_write(place, "signpost.db", "", 0);
	assert_int_equal(seen_store_open(place->path, SEEN_STORE_READ, &store, &err), -1);
	assert_int_equal(err.code, ERROR_NOT_FOUND);
	assert_string_equal(place_text(place, err.text),
			    "/signpost.db: is empty: nothing was written yet");
	store = seen_at(place, SEEN_STORE_WRITE);
	put_seen(store, &row, NOW);
	seen_store_close(store);
	expect_rows(place, "a.example", "autoconfig/curl/p/200/0-0*1 ");
}

/* Meanwhile */

static void replace_by_text(const struct place *place)
{
	unlink(place->path);
	make_long_text(place);
}

static void overwrite_by_text(const struct place *place)
{
	make_long_text(place); /* the same file */
}

static void delete (const struct place *place)
{
	unlink(place->path);
}

/* Whoever goes on to use a store that is not the file any more writes nowhere, or worse. */
static void notices_another_file(void **state)
{
	static const struct {
		void (*change)(const struct place *place);
		bool garbage;
	} cases[] = {
		{ delete, false },
		{ replace_by_text, true },
		{ overwrite_by_text, true },
	};
	struct place *place = *state;
	struct seen_row row = row_of("a.example", "curl", "p", 200, NOW);

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct seen_store *store = seen_at(place, SEEN_STORE_WRITE);
		struct error err = { 0 };
		uint64_t sum;

		put_seen(store, &row, NOW);
		put_seen(store, &row, NOW);
		assert_false(seen_store_is_stale(store));
		cases[i].change(place);
		assert_true(seen_store_is_stale(store));
		sum = sum_of(place->path);
		seen_store_close(store);
		assert_int_equal(sum_of(place->path), sum);
		store = NULL;
		assert_int_equal(seen_store_open(place->path, SEEN_STORE_WRITE, &store, &err),
				 cases[i].garbage ? -1 : 0);
		if (!store) {
			assert_int_equal(err.code, ERROR_INVALID);
			assert_int_equal(sum_of(place->path), sum);
			unlink(place->path);
			continue;
		}
		put_seen(store, &row, NOW);
		seen_store_close(store);
		expect_rows(place, "a.example", "autoconfig/curl/p/200/0-0*1 ");
		unlink(place->path);
	}
}

/* A reader kept the log from being brought into the file: it must not go into another one. */
static void leaves_another_file_alone(void **state)
{
	struct place *place = *state;
	struct seen_store *store = seen_at(place, SEEN_STORE_WRITE);
	struct seen_row row = row_of("a.example", "curl", "p", 200, NOW);
	char path[160];
	struct stat info;
	sqlite3 *db = NULL;
	uint64_t sum;

	put_seen(store, &row, NOW);
	assert_int_equal(sqlite3_open(place->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "BEGIN; SELECT * FROM seen", NULL, NULL, NULL),
			 SQLITE_OK);
	put_seen(store, &row, NOW);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	snprintf(path, sizeof(path), "%s-wal", place->path);
	assert_int_equal(stat(path, &info), 0);
	assert_true(info.st_size > 0);
	overwrite_by_text(place);
	sum = sum_of(place->path);
	assert_true(seen_store_is_stale(store));
	seen_store_close(store);
	assert_int_equal(sum_of(place->path), sum);
}

static void waits_a_second_for_a_lock(void **state)
{
	struct place *place = *state;
	CLEANUP(seen_store_closep) struct seen_store *store = seen_at(place, SEEN_STORE_WRITE);
	struct seen_row row = row_of("a.example", "curl", "p", 200, NOW);
	struct error err = { 0 };
	sqlite3 *db = NULL;

	assert_int_equal(sqlite3_open(place->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(add_alone(store, &row, NOW, &err), -1);
	assert_int_equal(err.code, ERROR_UNAVAILABLE);
	assert_string_equal(place_text(place, err.text),
			    "/signpost.db: cannot begin to write: database is locked; another "
			    "program holds it");
	assert_int_equal(sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	put_seen(store, &row, NOW);
	expect_rows(place, "a.example", "autoconfig/curl/p/200/0-0*1 ");
}

/* A full disk is played by a limit of file sizes. */
static void survives_a_full_disk(void **state)
{
	struct place *place = *state;
	CLEANUP(seen_store_closep) struct seen_store *store = seen_at(place, SEEN_STORE_WRITE);
	struct seen_row row = row_of("a.example", "curl", "p", 200, NOW);
	struct rlimit before, small;
	struct error err = { 0 };
	int result = 0;

	put_seen(store, &row, NOW);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = (struct rlimit){ .rlim_cur = 65536, .rlim_max = before.rlim_max };
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_int_equal(seen_store_begin(store, NOW, &err), 0);
	for (int i = 0; i < 100000 && result == 0; i++) {
		char name[64];
		struct seen_row other;

		snprintf(name, sizeof(name), "d%05d.example", i);
		other = row_of(name, "curl", "p", 200, NOW);
		result = add(store, &other, &err);
	}
	if (result == 0)
		result = seen_store_commit(store, &err);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(result, -1);
	assert_int_equal(err.code, ERROR_IO);
	assert_string_equal(
		place_text(place, err.text),
		"/signpost.db: cannot write a row: disk I/O error; is the disk full, or "
		"broken?");
	assert_int_equal(seen_store_rows(store), 1);
	put_seen(store, &row, NOW);
	expect_rows(place, "a.example", "autoconfig/curl/p/200/0-0*2 ");
	expect_rows(place, "d00000.example", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLACE_TEST(keeps_what_is_added),       PLACE_TEST(believes_no_time_to_come),
		PLACE_TEST(tells_when_it_was_written), PLACE_TEST(undoes_a_batch),
		PLACE_TEST(prunes_bit_by_bit),	       PLACE_TEST(has_the_files_it_should),
		PLACE_TEST(is_read_without_a_trace),   PLACE_TEST(refuses_what_is_not_its_own),
		PLACE_TEST(says_what_is_missing),      PLACE_TEST(takes_an_empty_file),
		PLACE_TEST(notices_another_file),      PLACE_TEST(leaves_another_file_alone),
		PLACE_TEST(waits_a_second_for_a_lock), PLACE_TEST(survives_a_full_disk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
