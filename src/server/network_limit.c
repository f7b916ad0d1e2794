/*
 * A bucket is one number, the time at which it will be full again ("due"; the generic cell rate
 * algorithm): it may lie a minute ahead, and a request moves it on by a minute's share. So the rate
 * can change while buckets stand: what is used of one is a part of a minute at any rate.
 *
 * Buckets lie in an array. Each is in two lists of indices: that of its place in the hash table, if
 * it is a network's, and that of all buckets, longest quiet first.
 */
#include "server/network_limit.h"

#include <assert.h>
#include <netinet/in.h>
#include <pthread.h>
#include <string.h>

#define NONE UINT32_MAX
#define NETWORKS_MAX (NONE / 4)
#define NANOSECONDS INT64_C(1000000) /* in a millisecond */
#define SECOND INT64_C(1000000000)   /* nanoseconds */
#define MINUTE (60 * SECOND)

struct bucket {
	uint64_t network; /* 0: unused */
	int64_t due;	  /* nanoseconds */
	uint32_t next;	  /* in its place of the table */
	uint32_t quieter, busier;
};

struct network_limit {
	pthread_mutex_t mutex; /* for all that follows */
	int64_t interval;      /* nanoseconds: a request's share of a minute */
	int64_t slack;	       /* nanoseconds: how far ahead of now a bucket may be due */
	uint32_t quietest, busiest;
	struct bucket *buckets;
	uint32_t *table; /* the first bucket of each place */
	uint64_t mask;	 /* places - 1; their number is a power of two */
	uint64_t seed;
};

/* The network as a number, never 0 for an IP address: a mark of the family above its bits. */
static uint64_t network_of(const struct sockaddr *address)
{
	const unsigned char *bytes;
	uint64_t network = 0;
	size_t size = 7; /* bytes: /56 */

	if (address->sa_family == AF_INET) {
		bytes = (const unsigned char *)&((const struct sockaddr_in *)(const void *)address)
				->sin_addr;
		size = 3;
	} else if (address->sa_family == AF_INET6) {
		const struct in6_addr *in6 =
			&((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;

		bytes = in6->s6_addr;
		if (IN6_IS_ADDR_V4MAPPED(in6)) {
			bytes += 12;
			size = 3;
		}
	} else {
		return 0;
	}
	for (size_t i = 0; i < size; i++)
		network = network << 8 | bytes[i];
	return network | (uint64_t)size << 56;
}

/* The finaliser of SplitMix64, with the seed on both sides of its first step. */
static uint32_t *place_of(const struct network_limit *limit, uint64_t network)
{
	uint64_t x = network ^ limit->seed;

	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9) + limit->seed;
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return &limit->table[(x ^ x >> 31) & limit->mask];
}

/* Takes the bucket out of the list of all. */
static void unlink_bucket(struct network_limit *limit, uint32_t number)
{
	const struct bucket *bucket = &limit->buckets[number];

	if (bucket->quieter == NONE)
		limit->quietest = bucket->busier;
	else
		limit->buckets[bucket->quieter].busier = bucket->busier;
	if (bucket->busier == NONE)
		limit->busiest = bucket->quieter;
	else
		limit->buckets[bucket->busier].quieter = bucket->quieter;
}

static void append_bucket(struct network_limit *limit, uint32_t number)
{
	struct bucket *bucket = &limit->buckets[number];

	bucket->busier = NONE;
	bucket->quieter = limit->busiest;
	if (limit->busiest == NONE)
		limit->quietest = number;
	else
		limit->buckets[limit->busiest].busier = number;
	limit->busiest = number;
}

/* Takes the bucket out of its place in the table. */
static void forget(struct network_limit *limit, uint32_t number)
{
	uint32_t *at = place_of(limit, limit->buckets[number].network);

	while (*at != number)
		at = &limit->buckets[*at].next;
	*at = limit->buckets[number].next;
}

/* The network's bucket, or the quietest one, which becomes it and is full. */
static uint32_t find_bucket(struct network_limit *limit, uint64_t network)
{
	uint32_t *place = place_of(limit, network), number;

	for (number = *place; number != NONE; number = limit->buckets[number].next) {
		if (limit->buckets[number].network == network)
			return number;
	}
	number = limit->quietest;
	if (limit->buckets[number].network)
		forget(limit, number);
	limit->buckets[number].network = network;
	limit->buckets[number].due = INT64_MIN;
	limit->buckets[number].next = *place;
	*place = number;
	return number;
}

/* now in nanoseconds. Returns how many are to be waited, 0: none, and the request is counted. */
static int64_t take(struct network_limit *limit, uint64_t network, int64_t now)
{
	uint32_t number = find_bucket(limit, network);
	struct bucket *bucket = &limit->buckets[number];

	unlink_bucket(limit, number);
	append_bucket(limit, number);
	if (bucket->due < now)
		bucket->due = now;
	if (bucket->due > now + MINUTE) /* the clock went back */
		bucket->due = now + MINUTE;
	if (bucket->due > now + limit->slack)
		return bucket->due - limit->slack - now;
	bucket->due += limit->interval;
	return 0;
}

unsigned int network_limit_take(struct network_limit *limit, const struct sockaddr *address,
				int64_t now)
{
	uint64_t network = network_of(address);
	int64_t wait;

	if (!network)
		return 0;
	pthread_mutex_lock(&limit->mutex);
	wait = take(limit, network, now * NANOSECONDS);
	pthread_mutex_unlock(&limit->mutex);
	return (unsigned int)((wait + SECOND - 1) / SECOND);
}

static void set_rate(struct network_limit *limit, unsigned int per_minute)
{
	assert(per_minute > 0);
	limit->interval = MINUTE / per_minute;
	limit->slack = MINUTE - limit->interval;
}

void network_limit_set(struct network_limit *limit, unsigned int per_minute)
{
	pthread_mutex_lock(&limit->mutex);
	set_rate(limit, per_minute);
	pthread_mutex_unlock(&limit->mutex);
}

static int make_tables(struct network_limit *limit, uint32_t networks)
{
	uint64_t places = 1;

	while (places < networks)
		places *= 2;
	limit->mask = places - 1;
	limit->buckets = calloc(networks, sizeof(*limit->buckets));
	limit->table = malloc(places * sizeof(*limit->table));
	if (!limit->buckets || !limit->table)
		return -1;
	memset(limit->table, 0xff, places * sizeof(*limit->table)); /* NONE */
	limit->quietest = limit->busiest = NONE;
	for (uint32_t i = 0; i < networks; i++)
		append_bucket(limit, i);
	return 0;
}

int network_limit_new(unsigned int per_minute, size_t networks, uint64_t seed,
		      struct network_limit **ret, struct error *err)
{
	struct network_limit *limit = calloc(1, sizeof(*limit));

	assert(networks > 0 && networks <= NETWORKS_MAX);
	if (!limit)
		return error_no_memory(err);
	limit->seed = seed;
	set_rate(limit, per_minute);
	if (pthread_mutex_init(&limit->mutex, NULL) != 0) {
		free(limit);
		return error_no_memory(err);
	}
	if (make_tables(limit, (uint32_t)networks) < 0) {
		network_limit_free(limit);
		return error_no_memory(err);
	}
	*ret = limit;
	return 0;
}

void network_limit_free(struct network_limit *limit)
{
	if (!limit)
		return;
	pthread_mutex_destroy(&limit->mutex);
	free(limit->buckets);
	free(limit->table);
	free(limit);
}
