/*
 * The tables. A layout is told by what it adds to the one before, so that a new file, which has
 * none, and a store of an older layout get the same tables by the same statements, in one
 * transaction. SQLite's user_version has the layout's number.
 */
#include "store/store_sqlite.h"

#define STRING(x) #x
#define STRING_OF(x) STRING(x)

/* Domains, and who changed them. */
static const char *const layout_1[] = {
	"PRAGMA application_id = " STRING_OF(STORE_APPLICATION_ID),
	"CREATE TABLE meta("
	"one INTEGER PRIMARY KEY CHECK (one = 1), "
	"instance TEXT NOT NULL CHECK (length(instance) = 32), "
	"sequence INTEGER NOT NULL CHECK (sequence >= 0)) STRICT",
	"INSERT INTO meta VALUES (1, lower(hex(randomblob(16))), 0)",
	"CREATE TABLE domain("
	"name TEXT NOT NULL PRIMARY KEY, "
	"provider TEXT NOT NULL, "
	"changed INTEGER NOT NULL) STRICT, WITHOUT ROWID",
	"CREATE INDEX domain_changed ON domain(changed)",
	"CREATE TABLE removed("
	"name TEXT NOT NULL PRIMARY KEY, "
	"changed INTEGER NOT NULL) STRICT, WITHOUT ROWID",
	"CREATE INDEX removed_changed ON removed(changed)",
	"CREATE TABLE audit("
	"id INTEGER PRIMARY KEY AUTOINCREMENT, "
	"at INTEGER NOT NULL, " /* seconds since 1970 */
	"who TEXT NOT NULL, "
	"what TEXT NOT NULL, "
	"added INTEGER NOT NULL, "
	"changed INTEGER NOT NULL, "
	"removed INTEGER NOT NULL) STRICT",
	NULL,
};

/* What was published in DNS. The id of a change that is gone is never given again. */
static const char *const layout_2[] = {
	"CREATE TABLE dns_change("
	"id INTEGER PRIMARY KEY AUTOINCREMENT, "
	"domain TEXT NOT NULL, "			       /* need not be in domain any more */
	"pending INTEGER NOT NULL CHECK (pending IN (0, 1)), " /* 1: an intent, 0: confirmed */
	"undoes INTEGER NOT NULL, "			       /* an id, or 0 */
	"at INTEGER NOT NULL, "				       /* seconds since 1970 */
	"seen INTEGER NOT NULL DEFAULT 0, "		       /* seconds since 1970, or 0 */
	"serial INTEGER NOT NULL DEFAULT 0, "
	"negative_ttl INTEGER NOT NULL, " /* seconds */
	"target TEXT NOT NULL, "
	"log TEXT NOT NULL) STRICT",
	"CREATE INDEX dns_change_domain ON dns_change(domain, pending)",
	"ALTER TABLE audit ADD COLUMN dns_intended INTEGER NOT NULL DEFAULT 0",
	"ALTER TABLE audit ADD COLUMN dns_confirmed INTEGER NOT NULL DEFAULT 0",
	"ALTER TABLE audit ADD COLUMN dns_dropped INTEGER NOT NULL DEFAULT 0",
	"ALTER TABLE audit ADD COLUMN dns_seen INTEGER NOT NULL DEFAULT 0",
	NULL,
};

static const char *const *const additions[STORE_LAYOUT] = { layout_1, layout_2 };

static int read_layout(struct store *store, int *ret_application, struct error *err)
{
	static const char doing[] = "read what it is";
	sqlite3_stmt *statement = store_statement(store, STATEMENT_LAYOUT, doing, err);
	int result = 0;

	if (!statement)
		return -1;
	if (sqlite3_step(statement) == SQLITE_ROW) {
		*ret_application = sqlite3_column_int(statement, 0);
		store->layout = sqlite3_column_int(statement, 1);
	} else {
		result = store_failed(store, doing, err);
	}
	sqlite3_reset(statement);
	return result;
}

static int check_newer(const struct store *store, struct error *err)
{
	if (store->layout <= STORE_LAYOUT)
		return 0;
	return error_set(err, ERROR_INVALID,
			 "%s: has layout %d, this program knows %d; use the newer Signpost that "
			 "made it",
			 store->path, store->layout, STORE_LAYOUT);
}

int store_layout_check(struct store *store, struct error *err)
{
	int application = 0;

	if (read_layout(store, &application, err) < 0)
		return -1;
	if (application != STORE_APPLICATION_ID)
		return error_set(err, ERROR_INVALID,
				 "%s: is another program's database, no store of Signpost",
				 store->path);
	if (store->layout < 1)
		return error_set(err, ERROR_INVALID, "%s: has layout %d, which no Signpost made",
				 store->path, store->layout);
	return check_newer(store, err);
}

/* Within a transaction: somebody else may have done it before that began. */
static int make_tables(struct store *store, const char *doing, struct error *err)
{
	static const char *const finish[] = {
		"PRAGMA user_version = " STRING_OF(STORE_LAYOUT),
		"COMMIT",
		NULL,
	};
	int application = 0;

	if (read_layout(store, &application, err) < 0 || check_newer(store, err) < 0)
		return -1;
	for (int layout = store->layout; layout < STORE_LAYOUT; layout++) {
		if (store_execute(store, additions[layout], doing, err) < 0)
			return -1;
	}
	return store_execute(store, finish, doing, err);
}

int store_layout_raise(struct store *store, struct error *err)
{
	static const char doing[] = "make its tables";
	struct error ignored;

	if (store_run(store, STATEMENT_BEGIN_IMMEDIATE, doing, err) < 0)
		return -1;
	if (make_tables(store, doing, err) < 0) {
		if (!sqlite3_get_autocommit(store->db))
			store_run(store, STATEMENT_ROLLBACK, doing, &ignored);
		return -1;
	}
	store->layout = STORE_LAYOUT;
	return 0;
}
