/* What workers note reaches the file, and what becomes of it when the file cannot be written. */
#include "server/seen_log.h"

#include "server/seen_table.h"
#include "store/seen_store.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define DAYS 90

struct place {
	char directory[64], path[128], other[128];
	FILE *log;
	int standard_error;
	int64_t now;
};

static int place_make(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	assert_non_null(place);
	snprintf(place->directory, sizeof(place->directory), "/tmp/signpost-seen-XXXXXX");
	assert_non_null(mkdtemp(place->directory));
	snprintf(place->path, sizeof(place->path), "%s/seen.db", place->directory);
	snprintf(place->other, sizeof(place->other), "%s/other.db", place->directory);
	place->log = tmpfile();
	assert_non_null(place->log);
	fflush(stderr);
	place->standard_error = dup(STDERR_FILENO);
	assert_true(dup2(fileno(place->log), STDERR_FILENO) >= 0);
	place->now = (int64_t)time(NULL) - 100;
	*state = place;
	return 0;
}

static int place_remove(void **state)
{
	struct place *place = *state;
	DIR *directory = opendir(place->directory);
	struct dirent *entry;
	char path[512];

	assert_true(dup2(place->standard_error, STDERR_FILENO) >= 0);
	close(place->standard_error);
	fclose(place->log);
	assert_non_null(directory);
	while ((entry = readdir(directory))) {
		snprintf(path, sizeof(path), "%s/%s", place->directory, entry->d_name);
		if (entry->d_name[0] != '.')
			(void)(unlink(path) < 0 && rmdir(path));
	}
	closedir(directory);
	assert_int_equal(rmdir(place->directory), 0);
	free(place);
	return 0;
}

#define PLACE_TEST(function) cmocka_unit_test_setup_teardown(function, place_make, place_remove)

/* The text without the directory. */
static void make_short(const struct place *place, char *text)
{
	size_t length = strlen(place->directory) + 1;
	char *at;

	while ((at = strstr(text, place->directory)))
		memmove(at, at + length, strlen(at + length) + 1);
}

static void read_log(const struct place *place, char *ret, size_t size)
{
	ssize_t length = pread(fileno(place->log), ret, size - 1, 0);

	assert_true(length >= 0);
	ret[length] = '\0';
	make_short(place, ret);
}

static void expect_log(const struct place *place, const char *wanted)
{
	char text[4096];

	read_log(place, text, sizeof(text));
	assert_string_equal(text, wanted);
}

static void pause_briefly(void)
{
	const struct timespec pause = { .tv_nsec = 2000000 };

	nanosleep(&pause, NULL);
}

/* What /-/ready says, without the time in it. */
static void describe(const struct place *place, struct seen_log *log, char *ret, size_t size)
{
	CLEANUP(bytes_clear) struct bytes text = { 0 };
	char *since;

	seen_log_describe(log, &text);
	snprintf(ret, size, "%s", text.data ? text.data : "");
	make_short(place, ret);
	since = strstr(ret, "since 2");
	if (since)
		memmove(since + 6, since + 26, strlen(since + 26) + 1);
}

/* Waits until /-/ready says so, ten seconds at most. */
static void wait_described(const struct place *place, struct seen_log *log, const char *wanted)
{
	char text[1024];

	for (int i = 0; i < 5000; i++) {
		describe(place, log, text, sizeof(text));
		if (strcmp(text, wanted) == 0)
			return;
		pause_briefly();
	}
	assert_string_equal(text, wanted);
}

static struct seen_log *log_new_at(const char *path, size_t workers)
{
	struct seen_log *log = NULL;
	struct error err = { 0 };

	if (seen_log_new(path, DAYS, workers, &log, &err) < 0)
		fail_msg("%s", err.text);
	return log;
}

/* As a reload does: everything is written at once. */
static void set(struct seen_log *log, const char *path)
{
	struct error err = { 0 };

	assert_int_equal(seen_log_set(log, path, DAYS, &err), 0);
}

static struct http_response answer(const char *domain, const char *provider)
{
	struct http_response response = {
		.status = provider ? 200 : 404,
		.kind = KIND_AUTOCONFIG,
		.provider = provider,
	};

	response.domain.length = strlen(domain);
	memcpy(response.domain.text, domain, response.domain.length + 1);
	return response;
}

static void note(struct seen_log *log, size_t worker, const char *domain, const char *provider,
		 int64_t at)
{
	struct http_response response = answer(domain, provider);

	seen_note(seen_log_worker(log, worker), &response, CLIENT_OUTLOOK, at);
}

struct reading {
	const struct place *place;
	char text[1024];
};

static int note_row(void *context, const struct seen_row *row, struct error *err)
{
	struct reading *reading = context;
	size_t used = strlen(reading->text);

	(void)err;
	snprintf(reading->text + used, sizeof(reading->text) - used, "%s/%s/%s/%u/%lld-%lld*%llu ",
		 row->kind, row->client, row->provider, row->status,
		 (long long)(row->first - reading->place->now),
		 (long long)(row->last - reading->place->now), (unsigned long long)row->count);
	return 0;
}

static void read_rows(const char *path, const char *domain, struct reading *reading)
{
	CLEANUP(seen_store_closep) struct seen_store *store = NULL;
	struct error err = { 0 };

	reading->text[0] = '\0';
	if (seen_store_open(path, SEEN_STORE_READ, &store, &err) < 0) {
		if (err.code != ERROR_NOT_FOUND && err.code != ERROR_UNAVAILABLE)
			fail_msg("%s", err.text);
		return;
	}
	if (seen_store_read(store, domain, note_row, reading, &err) < 0 &&
	    err.code != ERROR_UNAVAILABLE)
		fail_msg("%s", err.text);
}

static void expect_rows(const struct place *place, const char *path, const char *domain,
			const char *wanted)
{
	struct reading reading = { .place = place };

	read_rows(path, domain, &reading);
	assert_string_equal(reading.text, wanted);
}

/* Waits for the writer, ten seconds at most. */
static void wait_rows(const struct place *place, const char *path, const char *domain,
		      const char *wanted)
{
	struct reading reading = { .place = place };

	for (int i = 0; i < 5000; i++) {
		read_rows(path, domain, &reading);
		if (strcmp(reading.text, wanted) == 0)
			return;
		pause_briefly();
	}
	assert_string_equal(reading.text, wanted);
}

static void writes_what_workers_note(void **state)
{
	const struct place *place = *state;
	struct seen_log *log = log_new_at(place->path, 2);

	note(log, 0, "a.example", "old", place->now);
	note(log, 1, "a.example", "old", place->now + 3);
	note(log, 0, "a.example", "new", place->now + 5);
	note(log, 1, "b.example", NULL, place->now + 6);
	set(log, place->path);
	wait_rows(place, place->path, "a.example",
		  "autoconfig/outlook/new/200/5-5*1 autoconfig/outlook/old/200/0-3*2 ");
	expect_rows(place, place->path, "b.example", "autoconfig/outlook//404/6-6*1 ");
	note(log, 1, "a.example", "old", place->now + 8);
	seen_log_free(log); /* writes what is left */
	expect_rows(place, place->path, "a.example",
		    "autoconfig/outlook/old/200/0-8*3 autoconfig/outlook/new/200/5-5*1 ");
	expect_log(place, "");
}

static void notes_only_settings_of_our_domains(void **state)
{
	static const struct {
		enum request_kind kind;
		bool noted;
	} cases[] = {
		{ KIND_NONE, false },
		{ KIND_AUTOCONFIG, true },
		{ KIND_AUTODISCOVER, true },
		{ KIND_ACTIVESYNC, true },
		{ KIND_AUTODISCOVER_JSON, true },
		{ KIND_PACC, true },
		{ KIND_MOBILECONFIG, true },
		{ KIND_DAV, true },
		{ KIND_MTA_STS, false },
		{ KIND_PAGE, true },
		{ KIND_FORM, false },
		{ KIND_ASSET, false },
		{ KIND_ACME, false },
		{ KIND_OPERATIONS, false },
	};
	const struct place *place = *state;
	struct seen_log *log = log_new_at(place->path, 1);
	struct http_response nobody = answer("", "p");

	assert_int_equal(sizeof(cases) / sizeof(*cases), KIND_COUNT);
	seen_note(seen_log_worker(log, 0), &nobody, CLIENT_OUTLOOK, place->now);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char domain[32];
		struct http_response response;

		snprintf(domain, sizeof(domain), "d%d.example", (int)cases[i].kind);
		response = answer(domain, "p");
		response.kind = cases[i].kind;
		seen_note(seen_log_worker(log, 0), &response, CLIENT_NONE, place->now);
		seen_note(NULL, &response, CLIENT_NONE, place->now);
	}
	seen_log_free(log);
	expect_rows(place, place->path, "", "");
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char domain[32], wanted[128] = "";

		snprintf(domain, sizeof(domain), "d%d.example", (int)cases[i].kind);
		if (cases[i].noted)
			snprintf(wanted, sizeof(wanted), "%s/-/p/200/0-0*1 ",
				 request_kind_name(cases[i].kind));
		expect_rows(place, place->path, domain, wanted);
	}
}

/* Without a path nothing is noted; a reload begins, goes elsewhere, and ends it. */
static void follows_reloads(void **state)
{
	const struct place *place = *state;
	struct seen_log *log = log_new_at(NULL, 1);
	struct stat info;

	wait_described(place, log, "");
	note(log, 0, "a.example", "p", place->now);
	set(log, place->path);
	wait_described(place, log, "seen: written to seen.db\n");
	note(log, 0, "a.example", "p", place->now + 1);
	set(log, place->other);
	wait_described(place, log, "seen: written to other.db\n");
	wait_rows(place, place->path, "a.example", "autoconfig/outlook/p/200/1-1*1 ");
	note(log, 0, "a.example", "p", place->now + 2);
	set(log, NULL);
	wait_described(place, log, "");
	expect_rows(place, place->path, "a.example", "autoconfig/outlook/p/200/1-1*1 ");
	expect_rows(place, place->other, "a.example", "autoconfig/outlook/p/200/2-2*1 ");
	note(log, 0, "a.example", "p", place->now + 3);
	assert_int_equal(unlink(place->other), 0);
	set(log, place->path);
	wait_described(place, log, "seen: written to seen.db\n");
	seen_log_free(log);
	expect_rows(place, place->path, "a.example", "autoconfig/outlook/p/200/1-1*1 ");
	assert_int_equal(stat(place->other, &info), -1);
	expect_log(place, "");
}

static void has_news_when_the_state_changes(void **state)
{
	const struct place *place = *state;
	struct seen_log *log = log_new_at(NULL, 1);

	(void)seen_log_has_news(log);
	assert_false(seen_log_has_news(log));
	set(log, place->path);
	wait_described(place, log, "seen: written to seen.db\n");
	for (int i = 0; i < 5000 && !seen_log_has_news(log); i++)
		pause_briefly();
	assert_false(seen_log_has_news(log));
	seen_log_free(log);
}

/* Faults: each is played, told once, ended, and nothing that was noted is lost. */

/* At once: between two steps the writer would make a new file. */
static void exchange(const struct place *place)
{
	assert_int_equal(renameat2(AT_FDCWD, place->path, AT_FDCWD, place->other, RENAME_EXCHANGE),
			 0);
}

static void break_by_directory(const struct place *place, struct seen_log *log)
{
	(void)log;
	assert_int_equal(mkdir(place->other, 0700), 0);
	exchange(place);
}

static void mend_directory(const struct place *place)
{
	exchange(place);
	assert_int_equal(rmdir(place->other), 0);
}

static void write_text(const char *path)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	for (int i = 0; i < 1000; i++)
		fputs("what is this? ", file);
	assert_int_equal(fclose(file), 0);
}

static void break_by_garbage(const struct place *place, struct seen_log *log)
{
	(void)log;
	write_text(place->other);
	exchange(place);
}

static void mend_garbage(const struct place *place)
{
	char text[16] = "";
	FILE *file;

	exchange(place);
	file = fopen(place->other, "r");
	assert_non_null(file);
	assert_non_null(fgets(text, sizeof(text), file)); /* it was left alone */
	assert_string_equal(text, "what is this? w");
	fclose(file);
	assert_int_equal(unlink(place->other), 0);
}

static sqlite3 *holder;

static void break_by_lock(const struct place *place, struct seen_log *log)
{
	(void)log;
	assert_int_equal(sqlite3_open(place->path, &holder), SQLITE_OK);
	sqlite3_busy_timeout(holder, 10000);
	assert_int_equal(sqlite3_exec(holder, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
}

static void mend_lock(const struct place *place)
{
	(void)place;
	assert_int_equal(sqlite3_exec(holder, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(holder), SQLITE_OK);
}

static struct rlimit unlimited;

/* Played by a limit of file sizes, which the log of one batch is over. */
static void break_by_full_disk(const struct place *place, struct seen_log *log)
{
	struct rlimit small;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &unlimited), 0);
	small = (struct rlimit){ .rlim_cur = 65536, .rlim_max = unlimited.rlim_max };
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	for (unsigned int i = 0; i < 3000; i++) {
		char domain[32];

		snprintf(domain, sizeof(domain), "d%u.example", i);
		note(log, 0, domain, "p", place->now);
	}
}

static void mend_full_disk(const struct place *place)
{
	(void)place;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &unlimited), 0);
}

static void outlives_faults(void **state)
{
	static const struct {
		void (*harm)(const struct place *place, struct seen_log *log);
		void (*mend)(const struct place *place);
		const char *text;
	} cases[] = {
		{ break_by_directory, mend_directory, "seen.db: is not a file" },
		{ break_by_garbage, mend_garbage,
		  "seen.db: cannot read what it is: file is not a database; it is no file of what "
		  "was seen: move it away, or name another in [seen] file" },
		{ break_by_lock, mend_lock,
		  "seen.db: cannot begin to write: database is locked; another program holds it" },
		{ break_by_full_disk, mend_full_disk,
		  "seen.db: cannot write: disk I/O error; is the disk full, or broken?" },
	};
	const struct place *place = *state;
	struct seen_log *log = log_new_at(place->path, 1);

	note(log, 0, "a.example", "p", place->now);
	set(log, place->path);
	wait_rows(place, place->path, "a.example", "autoconfig/outlook/p/200/0-0*1 ");
	for (int64_t i = 0; i < (int64_t)(sizeof(cases) / sizeof(*cases)); i++) {
		char wanted[1024], text[4096];

		assert_int_equal(ftruncate(fileno(place->log), 0), 0);
		assert_int_equal(lseek(fileno(place->log), 0, SEEK_SET), 0);
		cases[i].harm(place, log);
		for (int64_t j = 0; j < 3; j++) {
			note(log, 0, "a.example", "p", place->now + 10 * i + j + 1);
			set(log, place->path); /* tries again */
			snprintf(wanted, sizeof(wanted),
				 "seen: kept in memory, not written since : %s\n", cases[i].text);
			wait_described(place, log, wanted);
		}
		cases[i].mend(place);
		set(log, place->path);
		wait_described(place, log, "seen: written to seen.db\n");
		snprintf(wanted, sizeof(wanted), "autoconfig/outlook/p/200/0-%lld*%lld ",
			 (long long)(10 * i + 3), (long long)(3 * i + 4));
		wait_rows(place, place->path, "a.example", wanted);
		snprintf(wanted, sizeof(wanted),
			 "signpostd: error: seen: %s; what is noted is kept in memory, as far as "
			 "it fits\n"
			 "signpostd: seen: written again; 0 notes found no room meanwhile\n",
			 cases[i].text);
		read_log(place, text, sizeof(text));
		assert_string_equal(text, wanted);
	}
	assert_int_equal(seen_log_lost(log), 0);
	seen_log_free(log);
}

/* A deleted file is made again, without a word. */
static void makes_a_deleted_file_again(void **state)
{
	const struct place *place = *state;
	struct reading reading = { .place = place };
	int tries = 0;
	struct seen_log *log = log_new_at(place->path, 1);

	note(log, 0, "a.example", "p", place->now);
	set(log, place->path);
	wait_rows(place, place->path, "a.example", "autoconfig/outlook/p/200/0-0*1 ");
	assert_int_equal(unlink(place->path), 0);
	do { /* a batch that is under way just now still goes into the old file */
		note(log, 0, "a.example", "p", place->now + 2);
		set(log, place->path);
		pause_briefly();
		read_rows(place->path, "a.example", &reading);
	} while (!*reading.text && ++tries < 1000);
	assert_memory_equal(reading.text, "autoconfig/outlook/p/200/2-2*", 29);
	seen_log_free(log);
	expect_log(place, "");
}

/* Memory is bounded: what does not fit is counted. */

#define NOTES 200000

static void counts_what_finds_no_room(void **state)
{
	const struct place *place = *state;
	struct seen_log *log;
	uint64_t lost;

	write_text(place->path);
	log = log_new_at(place->path, 1);
	for (unsigned int i = 0; i < NOTES; i++) {
		char domain[32];

		snprintf(domain, sizeof(domain), "d%u.example", i);
		note(log, 0, domain, "p", place->now);
		if (i % 5000 == 0)
			set(log, place->path);
		if (i == 5000)
			assert_int_equal(seen_log_lost(log), 0);
	}
	lost = seen_log_lost(log);
	if (lost < NOTES - 65536 - 2 * 8192) /* pending, and the worker's table */
		fail_msg("only %llu lost", (unsigned long long)lost);
	seen_log_free(log); /* nothing can be written: it ends all the same */
}

/* Workers note while their tables are taken from them, many times over. */

#define THREADS 4
#define ROUNDS 40000

struct hammer {
	struct seen_log *log;
	size_t number;
	int64_t now;
};

static void *hammer_run(void *data)
{
	const struct hammer *hammer = data;

	for (unsigned int i = 0; i < ROUNDS; i++) {
		char domain[32];

		snprintf(domain, sizeof(domain), "d%u.example", i % 100);
		note(hammer->log, hammer->number, domain, "p", hammer->now);
	}
	return NULL;
}

/* Of all requests in a file; 0 if it was never made. */
static int64_t count_of(const char *path)
{
	sqlite3_stmt *statement = NULL;
	sqlite3 *db = NULL;
	int64_t count;

	if (access(path, F_OK) < 0)
		return 0;
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(
		sqlite3_prepare_v2(db, "SELECT sum(times) FROM seen", -1, &statement, NULL),
		SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	count = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	sqlite3_close(db);
	return count;
}

static void loses_nothing_among_threads(void **state)
{
	const struct place *place = *state;
	struct seen_log *log = log_new_at(place->path, THREADS);
	struct hammer hammers[THREADS];
	pthread_t threads[THREADS];

	for (size_t i = 0; i < THREADS; i++) {
		hammers[i] = (struct hammer){ .log = log, .number = i, .now = place->now };
		assert_int_equal(pthread_create(&threads[i], NULL, hammer_run, &hammers[i]), 0);
	}
	for (int i = 0; i < 50; i++) {
		CLEANUP(bytes_clear) struct bytes text = { 0 };

		set(log, i % 10 == 9 ? place->other : place->path);
		seen_log_describe(log, &text);
		(void)seen_log_has_news(log);
		(void)seen_log_lost(log);
		pause_briefly();
	}
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	set(log, place->path);
	assert_int_equal(seen_log_lost(log), 0);
	seen_log_free(log);
	assert_int_equal(count_of(place->path) + count_of(place->other), THREADS * ROUNDS);
}

/* Waits until a first batch is in a new file, ten seconds at most. */
static void wait_written(const char *path)
{
	int64_t at = 0;

	for (int i = 0; i < 5000 && at == 0; i++) {
		CLEANUP(seen_store_closep) struct seen_store *store = NULL;
		struct error err = { 0 };

		pause_briefly();
		if (seen_store_open(path, SEEN_STORE_READ, &store, &err) == 0)
			(void)seen_store_written(store, &at, &err);
	}
	assert_true(at > 0);
}

/* A table that fills is taken long before its time. */
static void takes_filling_tables_early(void **state)
{
	const struct place *place = *state;
	struct seen_log *log = log_new_at(place->path, 1);

	set(log, place->other);
	wait_written(place->other); /* now it waits for 20 seconds, or to be woken */
	for (unsigned int i = 0; i < 7000; i++) {
		char domain[32];

		snprintf(domain, sizeof(domain), "d%u.example", i);
		note(log, 0, domain, "p", place->now);
	}
	wait_rows(place, place->other, "d0.example", "autoconfig/outlook/p/200/0-0*1 ");
	assert_int_equal(seen_log_lost(log), 0);
	seen_log_free(log);
	expect_rows(place, place->other, "d6999.example", "autoconfig/outlook/p/200/0-0*1 ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLACE_TEST(writes_what_workers_note),
		PLACE_TEST(notes_only_settings_of_our_domains),
		PLACE_TEST(follows_reloads),
		PLACE_TEST(has_news_when_the_state_changes),
		PLACE_TEST(outlives_faults),
		PLACE_TEST(makes_a_deleted_file_again),
		PLACE_TEST(counts_what_finds_no_room),
		PLACE_TEST(loses_nothing_among_threads),
		PLACE_TEST(takes_filling_tables_early),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
