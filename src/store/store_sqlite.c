/*
 * Statements and reading. Each statement is prepared once, when it is first used; what a caller
 * brings is bound to it, never put into its text.
 *
 * Every row of domain and removed carries the sequence number of the batch that wrote it, so what
 * changed after a number is an index range in each.
 */
#include "store/store_sqlite.h"

#include <stdio.h>
#include <string.h>

/*
 * ?1 is a name, ?2 a sequence number, ?3 a provider, wherever they occur in changes of domains. In
 * those of dns_change, ?1 is a domain, ?2 the id of a change, ?3 another number.
 */
static const char *const statement_sql[STORE_STATEMENT_COUNT] = {
	[STATEMENT_BEGIN] = "BEGIN",
	[STATEMENT_BEGIN_IMMEDIATE] = "BEGIN IMMEDIATE",
	[STATEMENT_COMMIT] = "COMMIT",
	[STATEMENT_ROLLBACK] = "ROLLBACK",
	[STATEMENT_LAYOUT] = "SELECT application_id, user_version "
			     "FROM pragma_application_id, pragma_user_version",
	[STATEMENT_VERSION] = "SELECT instance, sequence FROM meta",
	[STATEMENT_COUNT_DOMAINS] = "SELECT count(*) FROM domain",
	[STATEMENT_READ_ALL] = "SELECT name, provider FROM domain",
	[STATEMENT_READ_CHANGED] = "SELECT name, provider FROM domain WHERE changed > ?1",
	[STATEMENT_READ_REMOVED] = "SELECT name FROM removed WHERE changed > ?1",
	[STATEMENT_LIST] = "SELECT name, provider FROM domain "
			   "WHERE ?1 IS NULL OR provider = ?1 ORDER BY name",
	[STATEMENT_FIND] = "SELECT provider FROM domain WHERE name = ?1",
	/* Each batch of domains has the next sequence number and one audit line. */
	[STATEMENT_SINCE] = "SELECT at FROM (SELECT at, row_number() OVER (ORDER BY id) AS number, "
			    "count(*) OVER () AS lines FROM audit "
			    "WHERE added + changed + removed > 0) "
			    "WHERE number = (SELECT changed FROM domain WHERE name = ?1) "
			    "AND lines = (SELECT sequence FROM meta)",
	[STATEMENT_ADD] = "INSERT INTO domain(name, changed, provider) VALUES (?1, ?2, ?3) "
			  "ON CONFLICT DO NOTHING",
	[STATEMENT_CHANGE] = "UPDATE domain SET provider = ?3, changed = ?2 "
			     "WHERE name = ?1 AND provider <> ?3",
	[STATEMENT_REMOVE] = "DELETE FROM domain WHERE name = ?1",
	[STATEMENT_NOTE_REMOVED] = "INSERT OR REPLACE INTO removed(name, changed) VALUES (?1, ?2)",
	[STATEMENT_FORGET_REMOVED] = "DELETE FROM removed WHERE name = ?1",
	[STATEMENT_SET_SEQUENCE] = "UPDATE meta SET sequence = ?1",
	[STATEMENT_ADD_AUDIT] = "INSERT INTO audit(at, who, what, added, changed, removed, "
				"dns_intended, dns_confirmed, dns_dropped, dns_seen) "
				"VALUES (unixepoch(), ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
	[STATEMENT_CHECK] = "PRAGMA integrity_check(1)",
	/* intents, then confirmed ones, the newest first */
	[STATEMENT_DNS_FIND] = "SELECT pending, id, undoes, at, seen, serial, negative_ttl, "
			       "target, log FROM dns_change WHERE domain = ?1 "
			       "ORDER BY pending DESC, id DESC",
	[STATEMENT_DNS_LIST] = "SELECT DISTINCT domain FROM dns_change ORDER BY domain",
	[STATEMENT_DNS_NEWEST] = "SELECT max(id) FROM dns_change WHERE domain = ?1 AND pending = 0",
	[STATEMENT_DNS_REPLACE] = "DELETE FROM dns_change WHERE domain = ?1 AND pending = 1",
	[STATEMENT_DNS_INTEND] = "INSERT INTO dns_change(domain, pending, undoes, at, "
				 "negative_ttl, target, log) "
				 "VALUES (?1, 1, ?2, unixepoch(), ?3, ?4, ?5)",
	[STATEMENT_DNS_UNDOES] = "SELECT undoes FROM dns_change "
				 "WHERE id = ?2 AND domain = ?1 AND pending = 1",
	[STATEMENT_DNS_CONFIRM] = "UPDATE dns_change SET pending = 0, at = unixepoch(), "
				  "serial = ?3 WHERE id = ?2",
	[STATEMENT_DNS_TAKE_BACK] = "DELETE FROM dns_change WHERE domain = ?1 AND id IN (?2, ?3)",
	[STATEMENT_DNS_PRUNE] = "DELETE FROM dns_change WHERE domain = ?1 AND pending = 0 "
				"AND id <= (SELECT id FROM dns_change "
				"WHERE domain = ?1 AND pending = 0 "
				"ORDER BY id DESC LIMIT 1 OFFSET ?3)",
	[STATEMENT_DNS_DROP] = "DELETE FROM dns_change WHERE id = ?2 AND pending = 1",
	[STATEMENT_DNS_SEEN] = "SELECT seen FROM dns_change WHERE id = ?2 AND pending = 0",
	[STATEMENT_DNS_SET_SEEN] = "UPDATE dns_change SET seen = ?3 WHERE id = ?2",
};

sqlite3_stmt *store_statement(struct store *store, enum store_statement which, const char *doing,
			      struct error *err)
{
	sqlite3_stmt **statement = &store->statements[which];

	if (!*statement &&
	    sqlite3_prepare_v3(store->db, statement_sql[which], -1, SQLITE_PREPARE_PERSISTENT,
			       statement, NULL) != SQLITE_OK)
		store_failed(store, doing, err);
	return *statement;
}

int store_step(struct store *store, sqlite3_stmt *statement, const char *doing, struct error *err)
{
	int result = 0;

	if (sqlite3_step(statement) != SQLITE_DONE)
		result = store_failed(store, doing, err);
	sqlite3_reset(statement);
	return result;
}

int store_run(struct store *store, enum store_statement which, const char *doing, struct error *err)
{
	sqlite3_stmt *statement = store_statement(store, which, doing, err);

	return statement ? store_step(store, statement, doing, err) : -1;
}

const char *store_column_text(const struct store *store, sqlite3_stmt *statement, int column,
			      struct error *err)
{
	const char *text = (const char *)sqlite3_column_text(statement, column);

	if (!text)
		error_set(err, ERROR_IO, "%s: a value is missing; it is damaged, put a copy back",
			  store->path);
	return text;
}

/* Rows have a name and a provider, or a name alone: of a domain that was removed. */
static int row_call(const struct store *store, sqlite3_stmt *statement,
		    store_domain_callback *callback, void *context, struct error *err)
{
	bool there = sqlite3_column_count(statement) == 2;
	const char *domain = store_column_text(store, statement, 0, err);
	const char *provider = there ? store_column_text(store, statement, 1, err) : NULL;

	if (!domain || (there && !provider))
		return -1;
	return callback(context, domain, (size_t)sqlite3_column_bytes(statement, 0), provider, err);
}

/* Calls back for each row of a bound statement and resets it. */
static int rows_call(struct store *store, sqlite3_stmt *statement, const char *doing,
		     store_domain_callback *callback, void *context, struct error *err)
{
	int step, result = 0;

	while ((step = sqlite3_step(statement)) == SQLITE_ROW && result == 0)
		result = row_call(store, statement, callback, context, err);
	if (result == 0 && step != SQLITE_DONE)
		result = store_failed(store, doing, err);
	sqlite3_reset(statement);
	return result;
}

static int read_version(struct store *store, struct store_version *ret, struct error *err)
{
	static const char doing[] = "read its version";
	sqlite3_stmt *statement = store_statement(store, STATEMENT_VERSION, doing, err);
	const char *instance;
	int result = 0;

	if (!statement)
		return -1;
	if (sqlite3_step(statement) != SQLITE_ROW) {
		store_failed(store, doing, err);
		sqlite3_reset(statement);
		return -1;
	}
	instance = store_column_text(store, statement, 0, err);
	if (instance) {
		snprintf(ret->instance, sizeof(ret->instance), "%s", instance);
		ret->sequence = (uint64_t)sqlite3_column_int64(statement, 1);
	} else {
		result = -1;
	}
	sqlite3_reset(statement);
	return result;
}

int store_version(struct store *store, struct store_version *ret, struct error *err)
{
	return read_version(store, ret, err) < 0 ? -1 : store_settled(store, err);
}

int store_count(struct store *store, size_t *ret, struct error *err)
{
	static const char doing[] = "count the domains";
	sqlite3_stmt *statement = store_statement(store, STATEMENT_COUNT_DOMAINS, doing, err);
	int result = 0;

	if (!statement)
		return -1;
	if (sqlite3_step(statement) == SQLITE_ROW)
		*ret = (size_t)sqlite3_column_int64(statement, 0);
	else
		result = store_failed(store, doing, err);
	sqlite3_reset(statement);
	return result < 0 ? -1 : store_settled(store, err);
}

static int read_rows(struct store *store, enum store_statement which, uint64_t after,
		     store_domain_callback *callback, void *context, struct error *err)
{
	static const char doing[] = "read the domains";
	sqlite3_stmt *statement = store_statement(store, which, doing, err);

	if (!statement)
		return -1;
	if (sqlite3_bind_parameter_count(statement) > 0)
		sqlite3_bind_int64(statement, 1, (sqlite3_int64)after);
	return rows_call(store, statement, doing, callback, context, err);
}

static int read_changes(struct store *store, uint64_t after, store_domain_callback *callback,
			void *context, struct store_version *ret_version, struct error *err)
{
	if (read_version(store, ret_version, err) < 0)
		return -1;
	if (after == 0)
		return read_rows(store, STATEMENT_READ_ALL, after, callback, context, err);
	if (read_rows(store, STATEMENT_READ_CHANGED, after, callback, context, err) < 0)
		return -1;
	return read_rows(store, STATEMENT_READ_REMOVED, after, callback, context, err);
}

int store_read_changes(struct store *store, uint64_t after, store_domain_callback *callback,
		       void *context, struct store_version *ret_version, struct error *err)
{
	static const char doing[] = "read the domains";
	struct error ignored;
	int result;

	/* one transaction, so that the version belongs to the rows; a batch is one already */
	if (!store->writing && store_run(store, STATEMENT_BEGIN, doing, err) < 0)
		return -1;
	result = read_changes(store, after, callback, context, ret_version, err);
	if (!store->writing)
		store_run(store, STATEMENT_ROLLBACK, doing, &ignored);
	return result < 0 ? -1 : store_settled(store, err);
}

int store_list(struct store *store, const char *provider, store_domain_callback *callback,
	       void *context, struct error *err)
{
	static const char doing[] = "list the domains";
	sqlite3_stmt *statement = store_statement(store, STATEMENT_LIST, doing, err);

	if (!statement)
		return -1;
	/* a provider of NULL is bound as NULL */
	if (sqlite3_bind_text(statement, 1, provider, -1, SQLITE_STATIC) != SQLITE_OK)
		return store_failed(store, doing, err);
	if (rows_call(store, statement, doing, callback, context, err) < 0)
		return -1;
	return store_settled(store, err);
}

int store_find(struct store *store, const struct domain_name *domain, char **ret, struct error *err)
{
	static const char doing[] = "look for a domain";
	sqlite3_stmt *statement = store_statement(store, STATEMENT_FIND, doing, err);
	CLEANUP(freep) char *provider = NULL;
	const char *text = NULL;
	int step, result = 0;

	if (!statement)
		return -1;
	if (sqlite3_bind_text(statement, 1, domain->text, (int)domain->length, SQLITE_STATIC) !=
	    SQLITE_OK)
		return store_failed(store, doing, err);
	step = sqlite3_step(statement);
	if (step == SQLITE_ROW)
		text = store_column_text(store, statement, 0, err);
	else if (step == SQLITE_DONE)
		error_set(err, ERROR_NOT_FOUND, "domain \"%s\" is not in %s", domain->text,
			  store->path);
	else
		store_failed(store, doing, err);
	provider = text ? strdup(text) : NULL;
	sqlite3_reset(statement);
	if (!text)
		return -1;
	if (!provider)
		result = error_no_memory(err);
	if (result < 0 || store_settled(store, err) < 0)
		return -1;
	*ret = provider;
	provider = NULL;
	return 0;
}

int store_since(struct store *store, const struct domain_name *domain, int64_t *ret,
		struct error *err)
{
	static const char doing[] = "look since when a domain is there";
	sqlite3_stmt *statement = store_statement(store, STATEMENT_SINCE, doing, err);
	int64_t at = 0;
	int step, result = 0;

	if (!statement)
		return -1;
	if (sqlite3_bind_text(statement, 1, domain->text, (int)domain->length, SQLITE_STATIC) !=
	    SQLITE_OK)
		return store_failed(store, doing, err);
	step = sqlite3_step(statement);
	if (step == SQLITE_ROW)
		at = sqlite3_column_int64(statement, 0);
	else if (step != SQLITE_DONE)
		result = store_failed(store, doing, err);
	sqlite3_reset(statement);
	if (result < 0 || store_settled(store, err) < 0)
		return -1;
	*ret = at;
	return 0;
}

int store_check(struct store *store, struct error *err)
{
	static const char doing[] = "check it";
	sqlite3_stmt *statement = store_statement(store, STATEMENT_CHECK, doing, err);
	const char *text;
	int result = 0;

	if (!statement)
		return -1;
	if (sqlite3_step(statement) != SQLITE_ROW) {
		result = store_failed(store, doing, err);
	} else {
		text = store_column_text(store, statement, 0, err);
		if (!text)
			result = -1;
		else if (strcmp(text, "ok") != 0)
			result = error_set(err, ERROR_IO, "%s: is damaged: %s; put a copy back",
					   store->path, text);
	}
	sqlite3_reset(statement);
	return result < 0 ? -1 : store_settled(store, err);
}
