/*
 * What was published in DNS. A change is one row of dns_change, pending until it is confirmed. Ids
 * grow and a domain has one intent at most, so that its newest row is the intent, if there is one,
 * and the newest of the others is what was confirmed last.
 */
#include "store/dns_change.h"

#include "store/store_sqlite.h"

#include <assert.h>
#include <string.h>

static const char reading[] = "read the DNS changes";
static const char changing[] = "note a DNS change";

void dns_change_clear(struct dns_change *change)
{
	free(change->target);
	free(change->log);
	*change = (struct dns_change){ 0 };
}

/*
 * Whether the store has the table. A reader that opened an older layout may have been overtaken by
 * a writer.
 */
static int has_changes(struct store *store, bool *ret, struct error *err)
{
	if (store->layout < 2 && store_layout_check(store, err) < 0)
		return -1;
	*ret = store->layout >= 2;
	return 0;
}

/* NULL with *err set; else the caller frees it. */
static char *copy_text(const struct store *store, sqlite3_stmt *statement, int column,
		       struct error *err)
{
	const char *text = store_column_text(store, statement, column, err);
	char *copy = text ? strdup(text) : NULL;

	if (text && !copy)
		error_no_memory(err);
	return copy;
}

/* The row that a statement of STATEMENT_DNS_FIND stands at. The caller clears *ret on failure too.
 */
static int read_row(const struct store *store, sqlite3_stmt *statement, struct dns_change *ret,
		    struct error *err)
{
	*ret = (struct dns_change){
		.id = sqlite3_column_int64(statement, 1),
		.undoes = sqlite3_column_int64(statement, 2),
		.at = sqlite3_column_int64(statement, 3),
		.seen = sqlite3_column_int64(statement, 4),
		.serial = (uint32_t)sqlite3_column_int64(statement, 5),
		.negative_ttl = (uint32_t)sqlite3_column_int64(statement, 6),
	};
	ret->target = copy_text(store, statement, 7, err);
	ret->log = ret->target ? copy_text(store, statement, 8, err) : NULL;
	if (!ret->log)
		return -1;
	ret->log_size = strlen(ret->log);
	return 0;
}

/* Intents come first. Those behind the newest are none of ours; they are not taken for confirmed.
 */
static int read_rows(const struct store *store, sqlite3_stmt *statement, struct dns_change *last,
		     struct dns_change *pending, struct error *err)
{
	int step = sqlite3_step(statement);

	if (step == SQLITE_ROW && sqlite3_column_int(statement, 0)) {
		if (read_row(store, statement, pending, err) < 0)
			return -1;
		do {
			step = sqlite3_step(statement);
		} while (step == SQLITE_ROW && sqlite3_column_int(statement, 0));
	}
	if (step == SQLITE_ROW)
		return read_row(store, statement, last, err);
	return step == SQLITE_DONE ? 0 : store_failed(store, reading, err);
}

static int find_changes(struct store *store, const struct domain_name *domain,
			struct dns_change *last, struct dns_change *pending, struct error *err)
{
	sqlite3_stmt *statement = store_statement(store, STATEMENT_DNS_FIND, reading, err);
	int result;

	if (!statement)
		return -1;
	if (sqlite3_bind_text(statement, 1, domain->text, (int)domain->length, SQLITE_STATIC) !=
	    SQLITE_OK)
		return store_failed(store, reading, err);
	result = read_rows(store, statement, last, pending, err);
	sqlite3_reset(statement);
	return result;
}

int store_dns_find(struct store *store, const struct domain_name *domain,
		   struct dns_change *ret_last, struct dns_change *ret_pending, struct error *err)
{
	CLEANUP(dns_change_clear) struct dns_change last = { 0 }, pending = { 0 };
	bool there;

	if (has_changes(store, &there, err) < 0 ||
	    (there && find_changes(store, domain, &last, &pending, err) < 0) ||
	    store_settled(store, err) < 0)
		return -1;
	*ret_last = last;
	*ret_pending = pending;
	last = pending = (struct dns_change){ 0 };
	return 0;
}

static int list_domains(struct store *store, store_dns_callback *callback, void *context,
			struct error *err)
{
	sqlite3_stmt *statement = store_statement(store, STATEMENT_DNS_LIST, reading, err);
	int step, result = 0;

	if (!statement)
		return -1;
	while ((step = sqlite3_step(statement)) == SQLITE_ROW && result == 0) {
		const char *domain = store_column_text(store, statement, 0, err);

		result = domain ? callback(context, domain,
					   (size_t)sqlite3_column_bytes(statement, 0), err)
				: -1;
	}
	if (result == 0 && step != SQLITE_DONE)
		result = store_failed(store, reading, err);
	sqlite3_reset(statement);
	return result;
}

int store_dns_list(struct store *store, store_dns_callback *callback, void *context,
		   struct error *err)
{
	bool there;

	if (has_changes(store, &there, err) < 0 ||
	    (there && list_domains(store, callback, context, err) < 0))
		return -1;
	return store_settled(store, err);
}

/* A statement of a batch with those of its parameters bound that stand for a domain and numbers. */
static sqlite3_stmt *prepare_change(struct store *store, enum store_statement which,
				    const struct domain_name *domain, int64_t id, int64_t number,
				    struct error *err)
{
	sqlite3_stmt *statement = store_statement(store, which, changing, err);
	int count, result = SQLITE_OK;

	if (!statement || store_batch_check(store, err) < 0)
		return NULL;
	count = sqlite3_bind_parameter_count(statement);
	if (domain)
		result = sqlite3_bind_text(statement, 1, domain->text, (int)domain->length,
					   SQLITE_STATIC);
	if (result == SQLITE_OK && count >= 2)
		result = sqlite3_bind_int64(statement, 2, id);
	if (result == SQLITE_OK && count >= 3)
		result = sqlite3_bind_int64(statement, 3, number);
	if (result == SQLITE_OK)
		return statement;
	store_failed(store, changing, err);
	return NULL;
}

/* Returns the number of rows that it changed, or -1. */
static int change_rows(struct store *store, enum store_statement which,
		       const struct domain_name *domain, int64_t id, int64_t number,
		       struct error *err)
{
	sqlite3_stmt *statement = prepare_change(store, which, domain, id, number, err);

	if (!statement || store_step(store, statement, changing, err) < 0)
		return -1;
	return sqlite3_changes(store->db);
}

/* The one number that a statement asks for; *ret_found tells whether there is a row. */
static int ask_number(struct store *store, enum store_statement which,
		      const struct domain_name *domain, int64_t id, int64_t *ret, bool *ret_found,
		      struct error *err)
{
	sqlite3_stmt *statement = prepare_change(store, which, domain, id, 0, err);
	int step, result = 0;

	if (!statement)
		return -1;
	step = sqlite3_step(statement);
	*ret_found = step == SQLITE_ROW;
	if (*ret_found)
		*ret = sqlite3_column_int64(statement, 0);
	else if (step != SQLITE_DONE)
		result = store_failed(store, changing, err);
	sqlite3_reset(statement);
	return result;
}

static int no_such_change(const struct store *store, int64_t id, const char *what,
			  struct error *err)
{
	return error_set(err, ERROR_NOT_FOUND, "DNS change %lld is not %s in %s", (long long)id,
			 what, store->path);
}

static int check_undoes(struct store *store, const struct domain_name *domain, int64_t undoes,
			struct error *err)
{
	int64_t newest = 0;
	bool found; /* always, but without a change its number is NULL, which reads as 0 */

	if (undoes == 0)
		return 0;
	if (ask_number(store, STATEMENT_DNS_NEWEST, domain, 0, &newest, &found, err) < 0)
		return -1;
	return undoes == newest
		       ? 0
		       : no_such_change(store, undoes, "the domain's newest confirmed one", err);
}

static int add_intent(struct store *store, const struct domain_name *domain,
		      const struct dns_change *change, struct error *err)
{
	sqlite3_stmt *statement = prepare_change(store, STATEMENT_DNS_INTEND, domain,
						 change->undoes, change->negative_ttl, err);

	if (!statement)
		return -1;
	if (sqlite3_bind_text(statement, 4, change->target, -1, SQLITE_STATIC) != SQLITE_OK ||
	    sqlite3_bind_text64(statement, 5, change->log, change->log_size, SQLITE_STATIC,
				SQLITE_UTF8) != SQLITE_OK)
		return store_failed(store, changing, err);
	return store_step(store, statement, changing, err);
}

int store_dns_intend(struct store *store, const struct domain_name *domain,
		     struct dns_change *change, struct error *err)
{
	assert(store->writing && change->target && change->log);
	if (check_undoes(store, domain, change->undoes, err) < 0 ||
	    change_rows(store, STATEMENT_DNS_REPLACE, domain, 0, 0, err) < 0 ||
	    add_intent(store, domain, change, err) < 0)
		return -1;
	change->id = sqlite3_last_insert_rowid(store->db);
	store->tally[TALLY_DNS_INTENDED]++;
	return 0;
}

/* Ends an intent that was carried out: it stays, or both it and what it took back go. */
static int settle(struct store *store, const struct domain_name *domain, int64_t id, int64_t undoes,
		  uint32_t serial, struct error *err)
{
	if (undoes)
		return change_rows(store, STATEMENT_DNS_TAKE_BACK, domain, id, undoes, err);
	if (change_rows(store, STATEMENT_DNS_CONFIRM, domain, id, serial, err) < 0)
		return -1;
	return change_rows(store, STATEMENT_DNS_PRUNE, domain, 0, DNS_CHANGES_KEPT, err);
}

int store_dns_confirm(struct store *store, const struct domain_name *domain, int64_t id,
		      uint32_t serial, struct error *err)
{
	int64_t undoes = 0;
	bool found;

	assert(store->writing);
	if (ask_number(store, STATEMENT_DNS_UNDOES, domain, id, &undoes, &found, err) < 0)
		return -1;
	if (!found)
		return no_such_change(store, id, "an intent of the domain", err);
	if (settle(store, domain, id, undoes, serial, err) < 0)
		return -1;
	store->tally[TALLY_DNS_CONFIRMED]++;
	return 0;
}

int store_dns_drop(struct store *store, int64_t id, struct error *err)
{
	int rows;

	assert(store->writing);
	rows = change_rows(store, STATEMENT_DNS_DROP, NULL, id, 0, err);
	if (rows < 0)
		return -1;
	if (rows == 0)
		return no_such_change(store, id, "an intent", err);
	store->tally[TALLY_DNS_DROPPED]++;
	return 0;
}

int store_dns_seen(struct store *store, int64_t id, int64_t at, struct error *err)
{
	int64_t seen = 0;
	bool found;

	assert(store->writing && at > 0);
	if (ask_number(store, STATEMENT_DNS_SEEN, NULL, id, &seen, &found, err) < 0)
		return -1;
	if (!found)
		return no_such_change(store, id, "a confirmed one", err);
	if (seen)
		return 0;
	if (change_rows(store, STATEMENT_DNS_SET_SEEN, NULL, id, at, err) < 0)
		return -1;
	store->tally[TALLY_DNS_SEEN]++;
	return 0;
}
