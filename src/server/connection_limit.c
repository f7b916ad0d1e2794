/*
 * Addresses that have connections lie in an array, each in the list of its place in a hash table or
 * in that of the unused ones. There are as many as there may be connections, so it is never full.
 * Memory that was never used is not touched: 0 ends a list, and numbers begin with 1.
 */
#include "server/connection_limit.h"

#include <assert.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#define CONNECTIONS_MAX (UINT32_MAX / 4)

struct address_key {
	uint64_t bits; /* all of an IPv4 address, or a /64 */
	sa_family_t family;
};

struct address_count {
	struct address_key key;
	uint32_t next; /* number */
	uint32_t open;
};

struct connection_limit {
	pthread_mutex_t mutex; /* for all that follows; reading open needs none */
	atomic_size_t open;
	size_t all, per_address;
	struct address_count *counts; /* number 0 is not used */
	uint32_t unused;	      /* the first of those that were given back */
	uint32_t touched;	      /* how many were ever used */
	uint32_t *table;	      /* the first of each place */
	uint64_t mask;		      /* places - 1; their number is a power of two */
	uint64_t seed;
};

static uint64_t number_of(const unsigned char *bytes, size_t size)
{
	uint64_t number = 0;

	for (size_t i = 0; i < size; i++)
		number = number << 8 | bytes[i];
	return number;
}

/* Returns whether it is an IP address. */
static bool key_of(const struct sockaddr *address, struct address_key *ret)
{
	const struct in6_addr *in6;

	if (address->sa_family == AF_INET) {
		ret->family = AF_INET;
		ret->bits =
			ntohl(((const struct sockaddr_in *)(const void *)address)->sin_addr.s_addr);
		return true;
	}
	if (address->sa_family != AF_INET6)
		return false;
	in6 = &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
	if (IN6_IS_ADDR_V4MAPPED(in6)) {
		ret->family = AF_INET;
		ret->bits = number_of(in6->s6_addr + 12, 4);
	} else {
		ret->family = AF_INET6;
		ret->bits = number_of(in6->s6_addr, 8);
	}
	return true;
}

/* The finaliser of SplitMix64, with the seed on both sides of its first step. */
static uint32_t *place_of(const struct connection_limit *limit, const struct address_key *key)
{
	uint64_t x = key->bits ^ limit->seed;

	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9) + limit->seed + key->family;
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return &limit->table[(x ^ x >> 31) & limit->mask];
}

/* The address's number; 0: it has none. */
static uint32_t find(const struct connection_limit *limit, const struct address_key *key)
{
	uint32_t number = *place_of(limit, key);

	while (number && (limit->counts[number].key.bits != key->bits ||
			  limit->counts[number].key.family != key->family))
		number = limit->counts[number].next;
	return number;
}

static uint32_t add(struct connection_limit *limit, const struct address_key *key)
{
	uint32_t *place = place_of(limit, key), number = limit->unused;

	if (number)
		limit->unused = limit->counts[number].next;
	else
		number = ++limit->touched;
	assert(number <= limit->all);
	limit->counts[number].key = *key;
	limit->counts[number].open = 0;
	limit->counts[number].next = *place;
	*place = number;
	return number;
}

/* Takes the address out of its place, and puts it to the unused ones. */
static void forget(struct connection_limit *limit, uint32_t number)
{
	uint32_t *at = place_of(limit, &limit->counts[number].key);

	while (*at != number)
		at = &limit->counts[*at].next;
	*at = limit->counts[number].next;
	limit->counts[number].next = limit->unused;
	limit->unused = number;
}

/* key NULL: nothing is counted but the connection itself. */
static enum connection_verdict enter(struct connection_limit *limit, const struct address_key *key,
				     struct connection_place *ret)
{
	size_t open = atomic_load_explicit(&limit->open, memory_order_relaxed);
	uint32_t number = 0;

	if (open >= limit->all)
		return CONNECTION_ALL_TAKEN;
	if (key) {
		number = find(limit, key);
		if (number && limit->counts[number].open >= limit->per_address)
			return CONNECTION_ADDRESS_TAKEN;
		if (!number)
			number = add(limit, key);
		limit->counts[number].open++;
	}
	atomic_store_explicit(&limit->open, open + 1, memory_order_relaxed);
	*ret = (struct connection_place){ .slot = number, .counted = key != NULL };
	return CONNECTION_ADMITTED;
}

enum connection_verdict connection_limit_enter(struct connection_limit *limit,
					       const struct sockaddr *address, bool exempt,
					       struct connection_place *ret)
{
	struct address_key key;
	bool counted = !exempt && key_of(address, &key);
	enum connection_verdict verdict;

	pthread_mutex_lock(&limit->mutex);
	verdict = enter(limit, counted ? &key : NULL, ret);
	pthread_mutex_unlock(&limit->mutex);
	return verdict;
}

void connection_limit_leave(struct connection_limit *limit, const struct connection_place *place)
{
	size_t open;

	pthread_mutex_lock(&limit->mutex);
	open = atomic_load_explicit(&limit->open, memory_order_relaxed);
	assert(open > 0);
	atomic_store_explicit(&limit->open, open - 1, memory_order_relaxed);
	if (place->counted) {
		assert(place->slot && limit->counts[place->slot].open > 0);
		if (--limit->counts[place->slot].open == 0)
			forget(limit, place->slot);
	}
	pthread_mutex_unlock(&limit->mutex);
}

size_t connection_limit_open(const struct connection_limit *limit)
{
	return atomic_load_explicit(&limit->open, memory_order_relaxed);
}

void connection_limit_set(struct connection_limit *limit, size_t per_address)
{
	assert(per_address > 0);
	pthread_mutex_lock(&limit->mutex);
	limit->per_address = per_address;
	pthread_mutex_unlock(&limit->mutex);
}

int connection_limit_new(size_t all, size_t per_address, uint64_t seed,
			 struct connection_limit **ret, struct error *err)
{
	struct connection_limit *limit = calloc(1, sizeof(*limit));
	size_t places = 1;

	assert(all > 0 && all <= CONNECTIONS_MAX && per_address > 0);
	if (!limit || pthread_mutex_init(&limit->mutex, NULL) != 0) {
		free(limit);
		return error_no_memory(err);
	}
	while (places < all)
		places *= 2;
	limit->all = all;
	limit->per_address = per_address;
	limit->seed = seed;
	limit->mask = places - 1;
	limit->counts = calloc(all + 1, sizeof(*limit->counts));
	limit->table = calloc(places, sizeof(*limit->table));
	if (!limit->counts || !limit->table) {
		connection_limit_free(limit);
		return error_no_memory(err);
	}
	*ret = limit;
	return 0;
}

void connection_limit_free(struct connection_limit *limit)
{
	if (!limit)
		return;
	pthread_mutex_destroy(&limit->mutex);
	free(limit->counts);
	free(limit->table);
	free(limit);
}
