/*
 * Others at the same file: readers beside a writer, a reader who may only read, locks, copies, a
 * store put in the place of another. Other processes are this program run again: a connection of
 * SQLite must not be carried through a fork.
 */
#include "place.h"

#include <fcntl.h>
#include <grp.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <time.h>

#define NOBODY 65534

/* The other process: tells in a line what it read, or what went wrong. */
static int be_another(const char *action, const char *url)
{
	CLEANUP(store_closep) struct store *store = NULL;
	char text[PLACE_TEXT_SIZE] = "";
	struct error err = { 0 };
	int result;

	if (geteuid() == 0 && (setgroups(0, NULL) < 0 || setgid(NOBODY) < 0 || setuid(NOBODY) < 0))
		return 1;
	result = store_open(url, strcmp(action, "write") == 0 ? STORE_WRITE : STORE_READ, &store,
			    &err);
	if (result == 0)
		result = store_list(store, NULL, note_domain, text, &err);
	if (result < 0)
		printf("%d %s", (int)err.code, err.text);
	else
		printf("%s", text);
	return 0;
}

/* What another process without privileges says. */
static const char *another(const char *action, const struct place *place, char *text)
{
	char program[256] = "";
	size_t used = 0;
	ssize_t size;
	int ends[2], status;
	pid_t child;

	assert_true(readlink("/proc/self/exe", program, sizeof(program) - 1) > 0);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		dup2(ends[1], STDOUT_FILENO);
		execl(program, program, action, place->url, (char *)NULL);
		_exit(127);
	}
	close(ends[1]);
	while ((size = read(ends[0], text + used, PLACE_TEXT_SIZE - 1 - used)) > 0)
		used += (size_t)size;
	text[used] = '\0';
	close(ends[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	return place_text(place, text);
}

static void readers_see_whole_batches(void **state)
{
	struct place *place = *state;
	CLEANUP(store_closep) struct store *writer = store_at(place, STORE_CREATE), *reader = NULL;
	char text[PLACE_TEXT_SIZE] = "";
	struct error err = { 0 };

	batch_begin(writer);
	put(writer, "a.example", "one");
	batch_commit(writer);
	reader = store_at(place, STORE_READ);
	batch_begin(writer);
	put(writer, "b.example", "one");
	assert_int_equal(store_list(reader, NULL, note_domain, text, &err), 0);
	assert_string_equal(text, "a.example=one ");
	batch_commit(writer);
	*text = '\0';
	assert_int_equal(store_list(reader, NULL, note_domain, text, &err), 0);
	assert_string_equal(text, "a.example=one b.example=one ");
}

struct interruption {
	struct store *writer;
	char text[PLACE_TEXT_SIZE];
};

static int note_and_change(void *context, const char *domain, size_t length, const char *provider,
			   struct error *err)
{
	struct interruption *interruption = context;

	if (!*interruption->text) {
		batch_begin(interruption->writer);
		put(interruption->writer, "a.example", NULL);
		put(interruption->writer, "z.example", "one");
		batch_commit(interruption->writer);
	}
	return note_domain(interruption->text, domain, length, provider, err);
}

static void a_reading_is_of_one_state(void **state)
{
	CLEANUP(store_closep) struct store *writer = store_at(*state, STORE_CREATE), *reader = NULL;
	struct interruption interruption = { .writer = writer };
	struct store_version version;
	struct error err = { 0 };

	batch_begin(writer);
	put(writer, "a.example", "one");
	batch_commit(writer);
	batch_begin(writer);
	put(writer, "b.example", "one");
	put(writer, "c.example", "one");
	batch_commit(writer);
	reader = store_at(*state, STORE_READ);
	assert_int_equal(
		store_read_changes(reader, 1, note_and_change, &interruption, &version, &err), 0);
	assert_string_equal(interruption.text, "b.example=one c.example=one ");
	assert_int_equal(version.sequence, 2);
}

/*
 * A service that owns neither directory nor file: before, while and after somebody writes, without
 * making a file.
 */
static void may_only_read(void **state)
{
	struct place *place = *state;
	char names[512], text[PLACE_TEXT_SIZE];
	struct store *writer;

	put_alone(place, "a.example", "one");
	assert_int_equal(chmod(place->directory, 0555), 0);
	assert_string_equal(another("read", place, text), "a.example=one ");
	writer = store_at(place, STORE_WRITE);
	batch_begin(writer);
	put(writer, "b.example", "one");
	assert_string_equal(another("read", place, text), "a.example=one ");
	batch_commit(writer);
	assert_string_equal(another("read", place, text), "a.example=one b.example=one ");
	store_close(writer);
	assert_string_equal(another("read", place, text), "a.example=one b.example=one ");
	place_list(place, names, sizeof(names));
	assert_string_equal(names, "signpost.db signpost.db-shm signpost.db-wal ");
	assert_int_equal(chmod(place->directory, 0755), 0);
}

static void tells_what_may_not_be_read_or_written(void **state)
{
	static const struct {
		const char *action, *file;
		mode_t mode;
		const char *text;
	} cases[] = {
		{ "write", "", 0444, "/signpost.db: cannot write it: Permission denied" },
		{ "read", "", 0, "/signpost.db: Permission denied" },
		{ "read", "-shm", 0, "/signpost.db-shm: Permission denied" },
		{ "write", "-shm", 0, "/signpost.db-shm: Permission denied" },
		{ "read", "-wal", 0, "/signpost.db-wal: Permission denied" },
	};
	struct place *place = *state;
	/* root's own files are not for nobody to write: give them away for what is tested here */
	static const char *const files[] = { "", "-shm", "-wal" };
	char path[160], text[PLACE_TEXT_SIZE], wanted[PLACE_TEXT_SIZE];

	put_alone(place, "a.example", "one");
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		for (size_t k = 0; k < 3; k++) {
			snprintf(path, sizeof(path), "%s%s", place->path, files[k]);
			if (geteuid() == 0)
				assert_int_equal(chown(path, NOBODY, NOBODY), 0);
			assert_int_equal(chmod(path, strcmp(files[k], cases[i].file) == 0
							     ? cases[i].mode
							     : 0644),
					 0);
		}
		snprintf(wanted, sizeof(wanted), "%d %s", (int)ERROR_IO, cases[i].text);
		assert_string_equal(another(cases[i].action, place, text), wanted);
	}
}

static void one_writes_at_a_time(void **state)
{
	CLEANUP(store_closep)
	struct store *first = store_at(*state, STORE_CREATE),
		     *second = store_at(*state, STORE_WRITE);
	struct timespec begin, end;
	struct error err = { 0 };

	batch_begin(first);
	clock_gettime(CLOCK_MONOTONIC, &begin);
	assert_int_equal(store_begin(second, &err), -1);
	clock_gettime(CLOCK_MONOTONIC, &end);
	assert_int_equal(err.code, ERROR_UNAVAILABLE);
	assert_string_equal(place_text(*state, err.text),
			    "/signpost.db: cannot begin to write: database is locked; another "
			    "program holds it, try again");
	assert_true(end.tv_sec - begin.tv_sec >= 1); /* it has waited about two seconds */
	put(first, "a.example", "one");
	batch_commit(first);
	batch_begin(second);
	assert_int_equal(put(second, "a.example", "one"), STORE_UNCHANGED);
	batch_commit(second);
}

static void a_locked_store_is_unavailable(void **state)
{
	struct place *place = *state;
	struct store *store = NULL;
	struct error err = { 0 };
	sqlite3 *db = NULL;

	put_alone(place, "a.example", "one");
	assert_int_equal(sqlite3_open(place->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE", NULL,
				      NULL, NULL),
			 SQLITE_OK);
	assert_int_equal(store_open(place->url, STORE_READ, &store, &err), -1);
	assert_int_equal(err.code, ERROR_UNAVAILABLE);
	assert_string_equal(place_text(place, err.text),
			    "/signpost.db: cannot read what it is: database is locked; another "
			    "program holds it, try again");
	sqlite3_close(db);
	store_close(store_at(place, STORE_READ));
}

/* As a copy that was put back, or after the sqlite3 program: the file alone. */
static void remove_log(const struct place *place, const char *ends)
{
	char path[160];

	for (; *ends; ends++) {
		snprintf(path, sizeof(path), "%s-%s", place->path, *ends == 'w' ? "wal" : "shm");
		assert_int_equal(unlink(path), 0);
	}
}

static void reads_a_file_without_a_log(void **state)
{
	struct place *place = *state;
	CLEANUP(store_closep) struct store *reader = NULL;
	char names[512], text[PLACE_TEXT_SIZE] = "";
	struct store_version version;
	struct error err = { 0 };
	struct store *writer;
	size_t count;

	put_alone(place, "a.example", "one");
	remove_log(place, "ws");
	reader = store_at(place, STORE_READ);
	assert_int_equal(store_list(reader, NULL, note_domain, text, &err), 0);
	assert_string_equal(text, "a.example=one ");
	place_list(place, names, sizeof(names));
	assert_string_equal(names, "signpost.db ");

	/* without locks nobody waits for the reader, so what it reads from now on is not certain */
	writer = store_at(place, STORE_WRITE);
	assert_int_equal(store_version(reader, &version, &err), -1);
	assert_int_equal(err.code, ERROR_UNAVAILABLE);
	assert_string_equal(place_text(place, err.text),
			    "/signpost.db: was changed while it was read; try again");
	assert_int_equal(store_count(reader, &count, &err), -1);
	assert_int_equal(err.code, ERROR_UNAVAILABLE);
	store_close(writer);
	store_close(reader);
	reader = store_at(place, STORE_READ);
	assert_int_equal(store_version(reader, &version, &err), 0);
}

/* A killed writer leaves the first, whatever happens to disks the others. */
static void reads_beside_a_useless_log(void **state)
{
	static const struct {
		char byte;
		size_t size;
	} cases[] = { { 'x', 32 }, { 0x37, 32 }, { 'x', 1 }, { 'x', 9000 }, { 0, 9000 } };
	struct place *place = *state;

	put_alone(place, "a.example", "one");
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(store_closep) struct store *reader = NULL;
		char log[9000], text[PLACE_TEXT_SIZE] = "";
		struct error err = { 0 };

		memset(log, cases[i].byte, sizeof(log));
		place_write(place, "signpost.db-wal", log, cases[i].size);
		reader = store_at(place, STORE_READ);
		assert_int_equal(store_list(reader, NULL, note_domain, text, &err), 0);
		assert_string_equal(text, "a.example=one ");
		store_close(reader);
		reader = store_at(place, STORE_WRITE); /* a writer mends it */
		assert_int_equal(store_check(reader, &err), 0);
	}
}

static void a_log_without_its_index_waits_for_a_writer(void **state)
{
	struct place *place = *state;
	struct store *store = NULL;
	struct error err = { 0 };
	char names[512];

	put_alone(place, "a.example", "one");
	remove_log(place, "s");
	assert_int_equal(store_open(place->url, STORE_READ, &store, &err), -1);
	assert_int_equal(err.code, ERROR_UNAVAILABLE);
	assert_string_equal(place_text(place, err.text),
			    "/signpost.db-shm: is missing; the next change with signpost makes it");
	place_list(place, names, sizeof(names));
	assert_string_equal(names, "signpost.db signpost.db-wal ");
	put_alone(place, "b.example", "one");
	store_close(store_at(place, STORE_READ));
}

static void a_store_in_the_place_of_another_has_its_own_name(void **state)
{
	struct place *place = *state, other = *place;
	struct store_version before, after;
	struct store *store;
	struct error err = { 0 };

	snprintf(other.url, sizeof(other.url), "sqlite:%s/other.db", place->directory);
	snprintf(other.path, sizeof(other.path), "%s/other.db", place->directory);
	put_alone(place, "a.example", "one");
	put_alone(&other, "b.example", "one");
	store = store_at(place, STORE_READ);
	assert_int_equal(store_version(store, &before, &err), 0);
	store_close(store);
	assert_int_equal(rename(other.path, place->path), 0);
	store = store_at(place, STORE_READ);
	assert_int_equal(store_version(store, &after, &err), 0);
	store_close(store);
	assert_int_equal(before.sequence, after.sequence);
	assert_string_not_equal(before.instance, after.instance);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		PLACE_TEST(readers_see_whole_batches),
		PLACE_TEST(a_reading_is_of_one_state),
		PLACE_TEST(may_only_read),
		PLACE_TEST(tells_what_may_not_be_read_or_written),
		PLACE_TEST(one_writes_at_a_time),
		PLACE_TEST(a_locked_store_is_unavailable),
		PLACE_TEST(reads_a_file_without_a_log),
		PLACE_TEST(reads_beside_a_useless_log),
		PLACE_TEST(a_log_without_its_index_waits_for_a_writer),
		PLACE_TEST(a_store_in_the_place_of_another_has_its_own_name),
	};

	if (argc == 3)
		return be_another(argv[1], argv[2]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
