/* Files that are no store, or none that is whole. */
#include "place.h"

#include <fcntl.h>

static void make_nothing(const struct place *place)
{
	place_write(place, "signpost.db", "", 0);
}

static void make_short_text(const struct place *place)
{
	place_write(place, "signpost.db", "a.example\n", 10);
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

static void make_link_to_nowhere(const struct place *place)
{
	assert_int_equal(symlink("nowhere", place->path), 0);
}

static void make_foreign(const struct place *place)
{
	place_run(place, "CREATE TABLE domain(name TEXT, provider TEXT)");
}

static void make_newer(const struct place *place)
{
	put_alone(place, "a.example", "one");
	place_run(place, "PRAGMA user_version = 3");
}

static void make_older(const struct place *place)
{
	put_alone(place, "a.example", "one");
	place_run(place, "PRAGMA user_version = 0");
}

static void make_large(const struct place *place)
{
	struct store *store = store_at(place, STORE_CREATE);

	batch_begin(store);
	for (int i = 0; i < 2000; i++) {
		char name[64];

		snprintf(name, sizeof(name), "customer-%d.example", i);
		put(store, name, "one");
	}
	batch_commit(store);
	store_close(store);
}

static void make_half(const struct place *place)
{
	struct stat info;

	make_large(place);
	assert_int_equal(stat(place->path, &info), 0);
	assert_true(info.st_size > 65536);
	assert_int_equal(truncate(place->path, info.st_size / 2), 0);
}

static void refuses_what_is_no_store(void **state)
{
	static const struct {
		void (*make)(const struct place *place);
		enum error_code code;
		const char *text;
	} cases[] = {
		{ make_nothing, ERROR_INVALID,
		  "/signpost.db: is empty (0 bytes), no store; put a copy back, or delete it and "
		  "make a new one" },
		{ make_short_text, ERROR_INVALID,
		  "/signpost.db: cannot read what it is: file is not a database; it is no store of "
		  "Signpost, put a copy back" },
		{ make_long_text, ERROR_INVALID,
		  "/signpost.db: cannot read what it is: file is not a database; it is no store of "
		  "Signpost, put a copy back" },
		{ make_directory, ERROR_INVALID, "/signpost.db: is not a file" },
		{ make_fifo, ERROR_INVALID, "/signpost.db: is not a file" },
		{ make_foreign, ERROR_INVALID,
		  "/signpost.db: is another program's database, no store of Signpost" },
		{ make_newer, ERROR_INVALID,
		  "/signpost.db: has layout 3, this program knows 2; use the newer Signpost that "
		  "made it" },
		{ make_older, ERROR_INVALID, "/signpost.db: has layout 0, which no Signpost made" },
		{ make_half, ERROR_IO,
		  "/signpost.db: cannot read what it is: database disk image is malformed; it is "
		  "damaged, put a copy back" },
	};
	struct place *place = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		cases[i].make(place);
		for (enum store_mode mode = STORE_READ; mode <= STORE_CREATE; mode++) {
			struct store *store = NULL;
			struct error err = { 0 };

			assert_int_equal(store_open(place->url, mode, &store, &err), -1);
			assert_null(store);
			assert_string_equal(place_text(place, err.text), cases[i].text);
			assert_int_equal(err.code, cases[i].code);
		}
		(void)(unlink(place->path) < 0 && rmdir(place->path));
	}
}

/* Nothing is made behind a link that leads nowhere: the admin meant another place. */
static void follows_no_dead_link(void **state)
{
	struct place *place = *state;
	struct store *store = NULL;
	struct error err = { 0 };
	char names[512];

	make_link_to_nowhere(place);
	for (enum store_mode mode = STORE_READ; mode <= STORE_CREATE; mode++) {
		assert_int_equal(store_open(place->url, mode, &store, &err), -1);
		assert_int_equal(err.code, ERROR_NOT_FOUND);
		assert_string_equal(place_text(place, err.text),
				    "/signpost.db: No such file or directory");
	}
	place_list(place, names, sizeof(names));
	assert_string_equal(names, "signpost.db ");
}

/* Somebody deleted the file alone while its log held changes: a new store would take them for its
 * own. */
static void makes_no_store_beside_an_old_log(void **state)
{
	struct place *place = *state;
	struct store *store = NULL;
	struct error err = { 0 };
	char names[512], path[160];

	place_write(place, "signpost.db-wal", "x", 1);
	assert_int_equal(store_open(place->url, STORE_CREATE, &store, &err), -1);
	assert_int_equal(err.code, ERROR_CONFLICT);
	assert_string_equal(place_text(place, err.text),
			    "/signpost.db-wal: is left of a store that is gone; put that back, or "
			    "delete this too");
	place_list(place, names, sizeof(names));
	assert_string_equal(names, "signpost.db-wal ");
	snprintf(path, sizeof(path), "%s-wal", place->path);
	assert_int_equal(truncate(path, 0), 0); /* as it is when all was written to the file */
	put_alone(place, "a.example", "one");
}

static void tells_missing_tables(void **state)
{
	struct place *place = *state;
	CLEANUP(store_closep) struct store *store = NULL;
	struct store_version version;
	struct error err = { 0 };

	put_alone(place, "a.example", "one");
	place_run(place, "DROP TABLE meta");
	store = store_at(place, STORE_READ);
	assert_int_equal(store_version(store, &version, &err), -1);
	assert_int_equal(err.code, ERROR_INVALID);
	assert_string_equal(place_text(place, err.text),
			    "/signpost.db: cannot read its version: no such table: meta; it is no "
			    "store of Signpost, put a copy back");
}

/* A page in the middle is lost: what is read may or may not show it, the check does. */
static void finds_damage(void **state)
{
	struct place *place = *state;
	static const char zeros[4096];
	CLEANUP(store_closep) struct store *store = NULL;
	struct error err = { 0 };
	int fd;

	make_large(place);
	fd = open(place->path, O_WRONLY | O_CLOEXEC);
	assert_int_equal(pwrite(fd, zeros, sizeof(zeros), 12 * 4096), sizeof(zeros));
	close(fd);
	store = store_at(place, STORE_READ);
	assert_int_equal(store_check(store, &err), -1);
	assert_int_equal(err.code, ERROR_IO);
	assert_non_null(strstr(err.text, "signpost.db: is damaged: "));
	assert_non_null(strstr(err.text, "; put a copy back"));
}

/* In the middle of a batch the disk is full: the batch is lost, later changes do not stand alone.
 */
static void a_full_disk_undoes_the_batch(void **state)
{
	struct place *place = *state;
	CLEANUP(store_closep) struct store *store = NULL;
	struct domain_name domain;
	enum store_outcome outcome;
	struct error err = { 0 };
	size_t count = 1;

	put_alone(place, "a.example", "one");
	place_run(place,
		  "CREATE TRIGGER full BEFORE INSERT ON domain WHEN NEW.name = 'full.example' "
		  "BEGIN SELECT RAISE(ROLLBACK, 'no room'); END");
	store = store_at(place, STORE_WRITE);
	batch_begin(store);
	put(store, "b.example", "one");
	domain = domain_of("full.example"); /* stands for any failure that ends the transaction */
	assert_int_equal(store_set_domain(store, &domain, "one", &outcome, &err), -1);
	assert_string_equal(place_text(place, err.text),
			    "/signpost.db: cannot change a domain: no room");
	domain = domain_of("c.example");
	assert_int_equal(store_set_domain(store, &domain, "one", &outcome, &err), -1);
	assert_string_equal(place_text(place, err.text),
			    "/signpost.db: an earlier failure undid the batch");
	assert_int_equal(store_commit(store, "tester", "test", &err), -1);
	assert_int_equal(store_count(store, &count, &err), 0);
	assert_int_equal(count, 1);
	batch_begin(store); /* and the next batch is as any */
	put(store, "c.example", "one");
	batch_commit(store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLACE_TEST(refuses_what_is_no_store),
		PLACE_TEST(follows_no_dead_link),
		PLACE_TEST(makes_no_store_beside_an_old_log),
		PLACE_TEST(tells_missing_tables),
		PLACE_TEST(finds_damage),
		PLACE_TEST(a_full_disk_undoes_the_batch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
