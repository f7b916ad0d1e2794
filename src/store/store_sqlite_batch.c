/*
 * Changes. A batch is BEGIN IMMEDIATE to COMMIT: whoever begins is the only writer, readers go on
 * with what was there before. All its rows are marked with the sequence number after the last,
 * which the commit writes down.
 */
#include "store/store_sqlite.h"

#include <assert.h>
#include <string.h>

static const char changing[] = "change a domain";

int store_begin(struct store *store, struct error *err)
{
	struct store_version version;

	assert(store->mode != STORE_READ && !store->writing);
	if (store_run(store, STATEMENT_BEGIN_IMMEDIATE, "begin to write", err) < 0)
		return -1;
	store->writing = true;
	memset(store->tally, 0, sizeof(store->tally));
	if (store_version(store, &version, err) < 0) {
		store_rollback(store);
		return -1;
	}
	store->sequence = version.sequence + 1;
	return 0;
}

/* A full disk, for one, ends a transaction by itself. */
int store_batch_check(const struct store *store, struct error *err)
{
	if (!sqlite3_get_autocommit(store->db))
		return 0;
	return error_set(err, ERROR_IO, "%s: an earlier failure undid the batch", store->path);
}

/*
 * Names come in any order, so a batch of domains touches pages all over the file, and each should
 * be written once. With 32 MiB a million shuffled domains take as long as with twice that, with 2
 * MiB 40 % longer. Other batches do well with SQLite's own 2 MB, and need the memory elsewhere.
 */
static int make_room(struct store *store, struct error *err)
{
	static const char *const pragma[] = { "PRAGMA cache_size = -32768", NULL }; /* KiB */

	if (!store->roomy && store_execute(store, pragma, changing, err) < 0)
		return -1;
	store->roomy = true;
	return 0;
}

/* Runs a change with as many of its parameters as it has. Returns the number of rows, or -1. */
static int change(struct store *store, enum store_statement which, const struct domain_name *domain,
		  const char *provider, struct error *err)
{
	sqlite3_stmt *statement = store_statement(store, which, changing, err);
	int count, result;

	if (!statement || store_batch_check(store, err) < 0 || make_room(store, err) < 0)
		return -1;
	count = sqlite3_bind_parameter_count(statement);
	result = sqlite3_bind_text(statement, 1, domain->text, (int)domain->length, SQLITE_STATIC);
	if (result == SQLITE_OK && count >= 2)
		result = sqlite3_bind_int64(statement, 2, (sqlite3_int64)store->sequence);
	if (result == SQLITE_OK && count >= 3)
		result = sqlite3_bind_text(statement, 3, provider, -1, SQLITE_STATIC);
	if (result != SQLITE_OK)
		return store_failed(store, changing, err);
	if (store_step(store, statement, changing, err) < 0)
		return -1;
	return sqlite3_changes(store->db);
}

int store_set_domain(struct store *store, const struct domain_name *domain, const char *provider,
		     enum store_outcome *ret, struct error *err)
{
	int rows;

	assert(store->writing);
	rows = change(store, STATEMENT_ADD, domain, provider, err);
	if (rows < 0)
		return -1;
	if (rows > 0) {
		store->tally[TALLY_ADDED]++;
		*ret = STORE_ADDED;
		return change(store, STATEMENT_FORGET_REMOVED, domain, NULL, err) < 0 ? -1 : 0;
	}
	rows = change(store, STATEMENT_CHANGE, domain, provider, err);
	if (rows < 0)
		return -1;
	store->tally[TALLY_CHANGED] += rows > 0;
	*ret = rows > 0 ? STORE_CHANGED : STORE_UNCHANGED;
	return 0;
}

int store_remove_domain(struct store *store, const struct domain_name *domain,
			enum store_outcome *ret, struct error *err)
{
	int rows;

	assert(store->writing);
	rows = change(store, STATEMENT_REMOVE, domain, NULL, err);
	if (rows < 0)
		return -1;
	*ret = rows > 0 ? STORE_REMOVED : STORE_ABSENT;
	if (rows == 0)
		return 0;
	store->tally[TALLY_REMOVED]++;
	return change(store, STATEMENT_NOTE_REMOVED, domain, NULL, err) < 0 ? -1 : 0;
}

static int write_audit(struct store *store, const char *who, const char *what, struct error *err)
{
	static const char doing[] = "write the audit line";
	sqlite3_stmt *statement = store_statement(store, STATEMENT_ADD_AUDIT, doing, err);

	if (!statement)
		return -1;
	if (sqlite3_bind_text(statement, 1, who, -1, SQLITE_STATIC) != SQLITE_OK ||
	    sqlite3_bind_text(statement, 2, what, -1, SQLITE_STATIC) != SQLITE_OK)
		return store_failed(store, doing, err);
	for (int i = 0; i < STORE_TALLY_COUNT; i++) {
		if (sqlite3_bind_int64(statement, 3 + i, (sqlite3_int64)store->tally[i]) !=
		    SQLITE_OK)
			return store_failed(store, doing, err);
	}
	return store_step(store, statement, doing, err);
}

static int write_sequence(struct store *store, struct error *err)
{
	static const char doing[] = "write the sequence number";
	sqlite3_stmt *statement = store_statement(store, STATEMENT_SET_SEQUENCE, doing, err);

	if (!statement)
		return -1;
	if (sqlite3_bind_int64(statement, 1, (sqlite3_int64)store->sequence) != SQLITE_OK)
		return store_failed(store, doing, err);
	return store_step(store, statement, doing, err);
}

/* Domains that changed raise the sequence number; other changes concern no one who follows it. */
static int end_batch(struct store *store, bool domains, const char *who, const char *what,
		     struct error *err)
{
	if (store_batch_check(store, err) < 0 || (domains && write_sequence(store, err) < 0) ||
	    write_audit(store, who, what, err) < 0)
		return -1;
	return store_run(store, STATEMENT_COMMIT, "commit the batch", err);
}

int store_commit(struct store *store, const char *who, const char *what, struct error *err)
{
	uint64_t domains = 0, all = 0;
	int result = 0;

	assert(store->writing);
	for (int i = 0; i < STORE_TALLY_COUNT; i++) {
		all += store->tally[i];
		domains += i <= TALLY_REMOVED ? store->tally[i] : 0;
	}
	if (all > 0) {
		result = end_batch(store, domains > 0, who, what, err);
		store->writing = result < 0;
	}
	store_rollback(store); /* without a change or with a failure: no trace */
	return result;
}

void store_rollback(struct store *store)
{
	struct error ignored;

	if (store->writing && !sqlite3_get_autocommit(store->db))
		store_run(store, STATEMENT_ROLLBACK, "undo the batch", &ignored);
	store->writing = false;
}
