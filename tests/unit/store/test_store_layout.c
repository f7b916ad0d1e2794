/* A store that an older Signpost made: read as it is, brought up to date by the first who writes.
 */
#include "place.h"

#include "store/dns_change.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

/* Layout 1, as its Signpost made it, and what two batches left in it. */
static const char layout_1[] =
	"PRAGMA application_id = 1399287376;"
	"PRAGMA user_version = 1;"
	"PRAGMA journal_mode = WAL;"
	"BEGIN;"
	"CREATE TABLE meta(one INTEGER PRIMARY KEY CHECK (one = 1), "
	"instance TEXT NOT NULL CHECK (length(instance) = 32), "
	"sequence INTEGER NOT NULL CHECK (sequence >= 0)) STRICT;"
	"INSERT INTO meta VALUES (1, '0123456789abcdef0123456789abcdef', 2);"
	"CREATE TABLE domain(name TEXT NOT NULL PRIMARY KEY, provider TEXT NOT NULL, "
	"changed INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
	"CREATE INDEX domain_changed ON domain(changed);"
	"CREATE TABLE removed(name TEXT NOT NULL PRIMARY KEY, "
	"changed INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
	"CREATE INDEX removed_changed ON removed(changed);"
	"CREATE TABLE audit(id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, "
	"who TEXT NOT NULL, what TEXT NOT NULL, added INTEGER NOT NULL, "
	"changed INTEGER NOT NULL, removed INTEGER NOT NULL) STRICT;"
	"INSERT INTO domain VALUES ('a.example', 'one', 1), ('b.example', 'two', 2);"
	"INSERT INTO removed VALUES ('c.example', 2);"
	"INSERT INTO audit(at, who, what, added, changed, removed) "
	"VALUES (1000, 'root', 'domain import', 3, 0, 0), (1001, 'root', 'domain remove', 0, 0, 1);"
	"COMMIT";

static const char tables[] =
	"SELECT coalesce(sql, name) FROM sqlite_schema WHERE name <> 'dns_change' "
	"AND name <> 'dns_change_domain' ORDER BY name";

static void ask_layout(const struct place *place, char *ret, size_t size)
{
	place_ask(place, "SELECT user_version FROM pragma_user_version", ret, size);
}

static int note_name(void *context, const char *domain, size_t length, struct error *err)
{
	return note_domain(context, domain, length, "", err);
}

/* All of what layout 1 held is there, for a reader of any layout. */
static void assert_whole(const struct place *place, enum store_mode mode)
{
	CLEANUP(store_closep) struct store *store = store_at(place, mode);
	struct store_version version;
	char text[PLACE_TEXT_SIZE] = "";
	struct error err = { 0 };

	if (store_read_changes(store, 1, note_domain, text, &version, &err) < 0 ||
	    store_list(store, NULL, note_domain, text, &err) < 0 || store_check(store, &err) < 0)
		fail_msg("%s", err.text);
	assert_string_equal(text, "b.example=two -c.example a.example=one b.example=two ");
	assert_string_equal(version.instance, "0123456789abcdef0123456789abcdef");
	assert_int_equal(version.sequence, 2);
}

static void assert_no_changes(struct store *store)
{
	struct domain_name domain = domain_of("a.example");
	struct dns_change last = { .id = 9 }, pending = { .id = 9 };
	char text[PLACE_TEXT_SIZE] = "";
	struct error err = { 0 };

	assert_int_equal(store_dns_find(store, &domain, &last, &pending, &err), 0);
	assert_int_equal(last.id, 0);
	assert_int_equal(pending.id, 0);
	assert_int_equal(store_dns_list(store, note_name, text, &err), 0);
	assert_string_equal(text, "");
}

static void a_reader_leaves_it_as_it_is(void **state)
{
	const struct place *place = *state;
	CLEANUP(store_closep) struct store *store = NULL;
	char text[512];

	place_run(place, layout_1);
	assert_whole(place, STORE_READ);
	store = store_at(place, STORE_READ);
	assert_no_changes(store);
	place_list(place, text, sizeof(text));
	assert_string_equal(text, "signpost.db ");
	ask_layout(place, text, sizeof(text));
	assert_string_equal(text, "1 ");
}

static void a_writer_brings_it_up_to_date(void **state)
{
	static const enum store_mode modes[] = { STORE_WRITE, STORE_CREATE };
	const struct place *place = *state;
	char text[PLACE_TEXT_SIZE];

	for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++) {
		place_run(place, layout_1);
		assert_whole(place, modes[i]);
		ask_layout(place, text, sizeof(text));
		assert_string_equal(text, "2 ");
		assert_whole(place, STORE_READ);
		place_ask(
			place,
			"SELECT at || '|' || who || '|' || what || '|' || added || '|' || removed "
			"|| '|' || dns_intended || dns_confirmed || dns_dropped || dns_seen "
			"FROM audit",
			text, sizeof(text));
		assert_string_equal(text, "1000|root|domain import|3|0|0000 "
					  "1001|root|domain remove|0|1|0000 ");
		assert_int_equal(unlink(place->path), 0);
	}
}

/* So that what is tested with a new one is true of an old one. */
static void becomes_what_a_new_one_is(void **state)
{
	struct place *place = *state, new = *place;
	char old_tables[PLACE_TEXT_SIZE], new_tables[PLACE_TEXT_SIZE];

	place_run(place, layout_1);
	store_close(store_at(place, STORE_WRITE));
	snprintf(new.url, sizeof(new.url), "sqlite:%s/new.db", place->directory);
	snprintf(new.path, sizeof(new.path), "%s/new.db", place->directory);
	store_close(store_at(&new, STORE_CREATE));
	place_ask(place, tables, old_tables, sizeof(old_tables));
	place_ask(&new, tables, new_tables, sizeof(new_tables));
	assert_string_equal(old_tables, new_tables);
	assert_non_null(strstr(old_tables, "dns_seen"));
	ask_layout(&new, new_tables, sizeof(new_tables));
	assert_string_equal(new_tables, "2 ");
}

/* A reader that was there before sees what is published after. */
static void a_reader_is_overtaken(void **state)
{
	const struct place *place = *state;
	CLEANUP(dns_change_clear) struct dns_change last = { 0 }, pending = { 0 };
	CLEANUP(store_closep) struct store *reader = NULL, *store = NULL;
	char target[] = "zones here", log[] = "=x. 1 IN A 192.0.2.1\n";
	struct dns_change change = { .target = target, .log = log, .log_size = strlen(log) };
	struct domain_name domain = domain_of("a.example");
	char text[PLACE_TEXT_SIZE] = "";
	struct error err = { 0 };
	sqlite3 *db = NULL;

	place_run(place, layout_1);
	assert_int_equal(sqlite3_open(place->path, &db), SQLITE_OK); /* keeps the log there */
	assert_int_equal(sqlite3_exec(db, "UPDATE meta SET sequence = 2", NULL, NULL, NULL),
			 SQLITE_OK);
	reader = store_at(place, STORE_READ);
	assert_no_changes(reader);
	store = store_at(place, STORE_WRITE);
	assert_no_changes(reader);
	batch_begin(store);
	assert_int_equal(store_dns_intend(store, &domain, &change, &err), 0);
	batch_commit(store);
	assert_int_equal(store_dns_list(reader, note_name, text, &err), 0);
	assert_string_equal(text, "a.example= ");
	assert_int_equal(store_dns_find(reader, &domain, &last, &pending, &err), 0);
	assert_int_equal(last.id, 0);
	assert_int_equal(pending.id, 1);
	assert_string_equal(pending.log, log);
	sqlite3_close(db);
}

static void waits_for_who_writes(void **state)
{
	const struct place *place = *state;
	struct store *store = NULL;
	struct error err = { 0 };
	sqlite3 *db = NULL;
	char text[256];

	place_run(place, layout_1);
	assert_int_equal(sqlite3_open(place->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(store_open(place->url, STORE_WRITE, &store, &err), -1);
	assert_int_equal(err.code, ERROR_UNAVAILABLE);
	assert_string_equal(place_text(place, err.text),
			    "/signpost.db: cannot make its tables: database is locked; another "
			    "program holds it, try again");
	sqlite3_close(db);
	ask_layout(place, text, sizeof(text));
	assert_string_equal(text, "1 ");
	assert_whole(place, STORE_WRITE);
}

/* As on a full disk: no file may grow beyond the size that the log has already. */
static void a_failing_write_leaves_it_as_it_was(void **state)
{
	const struct place *place = *state;
	struct store *store = NULL;
	struct error err = { 0 };
	struct rlimit all, none;
	sqlite3 *db = NULL;
	struct stat info;
	char text[256];

	place_run(place, layout_1);
	assert_int_equal(sqlite3_open(place->path, &db), SQLITE_OK);
	for (int i = 0; i < 20; i++)
		assert_int_equal(sqlite3_exec(db, "UPDATE meta SET sequence = 5 - sequence", NULL,
					      NULL, NULL),
				 SQLITE_OK);
	snprintf(text, sizeof(text), "%s-wal", place->path);
	assert_int_equal(stat(text, &info), 0);
	assert_true(info.st_size > 65536);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &all), 0);
	none = all;
	none.rlim_cur = (rlim_t)info.st_size;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
	assert_int_equal(store_open(place->url, STORE_WRITE, &store, &err), -1);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &all), 0);
	assert_null(store);
	assert_int_equal(err.code, ERROR_IO);
	assert_string_equal(place_text(place, err.text),
			    "/signpost.db: cannot make its tables: disk I/O error");
	assert_whole(place, STORE_READ);
	ask_layout(place, text, sizeof(text));
	assert_string_equal(text, "1 ");
	assert_whole(place, STORE_WRITE);
	sqlite3_close(db);
}

/* In another process: its status tells whether it could. */
static void open_and_end(const struct place *place)
{
	struct store *store = NULL;
	struct error err = { 0 };
	int result = store_open(place->url, STORE_WRITE, &store, &err);

	store_close(store);
	_exit(result < 0);
}

static void several_come_at_once(void **state)
{
	const struct place *place = *state;
	char text[256];

	for (int round = 0; round < 8; round++) {
		pid_t children[4];

		place_run(place, layout_1);
		for (size_t i = 0; i < 4; i++) {
			children[i] = fork();
			assert_true(children[i] >= 0);
			if (children[i] == 0)
				open_and_end(place);
		}
		for (size_t i = 0; i < 4; i++) {
			int status;

			assert_int_equal(waitpid(children[i], &status, 0), children[i]);
			assert_int_equal(status, 0);
		}
		ask_layout(place, text, sizeof(text));
		assert_string_equal(text, "2 ");
		assert_whole(place, STORE_WRITE);
		assert_int_equal(unlink(place->path), 0);
	}
}

/* SQLite calls this from time to time while it works, in every connection. */
static int die_later(void *context)
{
	int *left = context;

	if (--*left == 0)
		raise(SIGKILL);
	return 0;
}

static int left;

static int watch(sqlite3 *db, char **message, const sqlite3_api_routines *api)
{
	(void)message;
	(void)api;
	sqlite3_progress_handler(db, 30, die_later, &left);
	return SQLITE_OK;
}

/* Opens for writing in another process, which dies after so much work. Returns whether it did. */
static bool open_and_die(const struct place *place, int work)
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		left = work;
		sqlite3_auto_extension((void (*)(void))watch);
		open_and_end(place);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	if (!WIFSIGNALED(status))
		assert_int_equal(status, 0);
	return WIFSIGNALED(status);
}

/* Killed at any moment it is layout 1 or 2, and the next one goes on from there. */
static void killed_at_any_moment(void **state)
{
	const struct place *place = *state;
	bool died = true;
	int work = 0;
	char text[256];

	while (died) {
		place_run(place, layout_1);
		died = open_and_die(place, ++work);
		assert_whole(place, STORE_READ); /* who may not mend anything */
		ask_layout(place, text, sizeof(text));
		assert_string_equal(text, died ? "1 " : "2 ");
		assert_whole(place, STORE_WRITE);
		ask_layout(place, text, sizeof(text));
		assert_string_equal(text, "2 ");
		assert_int_equal(unlink(place->path), 0);
	}
	assert_true(work > 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLACE_TEST(a_reader_leaves_it_as_it_is),
		PLACE_TEST(a_writer_brings_it_up_to_date),
		PLACE_TEST(becomes_what_a_new_one_is),
		PLACE_TEST(a_reader_is_overtaken),
		PLACE_TEST(waits_for_who_writes),
		PLACE_TEST(a_failing_write_leaves_it_as_it_was),
		PLACE_TEST(several_come_at_once),
		PLACE_TEST(killed_at_any_moment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
