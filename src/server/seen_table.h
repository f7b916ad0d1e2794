/*
 * A table of what was seen, of a fixed size: how often and when a kind of program asked for a
 * domain, and what it was given. One thread at a time uses it.
 */
#ifndef SERVER_SEEN_TABLE_H
#define SERVER_SEEN_TABLE_H

#include "base/cleanup.h"
#include "base/error.h"
#include "http/client_kind.h"
#include "http/request_kind.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct seen_table;

struct seen_key {
	const char *domain; /* in the form of struct domain_name */
	const char *provider;
	size_t domain_length, provider_length; /* bytes, 255 at most; provider_length 0: none */
	enum request_kind kind;
	enum client_kind client;
	unsigned int status; /* of HTTP */
};

struct seen_times {
	int64_t first, last; /* seconds since 1970 */
	uint64_t count;	     /* of requests */
};

/*
 * Room for entries (a power of two, at least 2) keys, whose names have text_size bytes together,
 * each with a NUL; about 60 bytes an entry besides. seed makes the places in it unforeseeable; what
 * is merged has the same. ERROR_NO_MEMORY. The caller frees *ret.
 */
int seen_table_new(size_t entries, size_t text_size, uint64_t seed, struct seen_table **ret,
		   struct error *err);

enum seen_outcome {
	SEEN_KEPT,
	SEEN_FILLING, /* kept, and now three quarters are full: told once until it is emptied */
	SEEN_FULL,    /* not kept */
};

/* Adds times to those of key, whose texts are copied. */
enum seen_outcome seen_table_note(struct seen_table *table, const struct seen_key *key,
				  const struct seen_times *times);

/* Adds everything of from. Returns how many requests found no room. */
uint64_t seen_table_merge(struct seen_table *table, const struct seen_table *from);

size_t seen_table_count(const struct seen_table *table); /* keys */

/* Number 0 .. count - 1; texts are the table's and have a NUL behind them, as has no provider. */
void seen_table_get(const struct seen_table *table, size_t number, struct seen_key *ret_key,
		    struct seen_times *ret_times);

/* Whether there is room for as many keys and bytes as other can hold at all. */
bool seen_table_has_room_for(const struct seen_table *table, const struct seen_table *other);

void seen_table_empty(struct seen_table *table);

void seen_table_free(struct seen_table *table);
DEFINE_CLEANUP(struct seen_table *, seen_table_free)

#endif
