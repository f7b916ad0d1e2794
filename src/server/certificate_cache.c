/*
 * Folders lie in places, found by a hash of their names. When all are taken, a hand goes round
 * (CLOCK): a place that was used since it last came by is passed over once, the next one is
 * cleared. To be read is no use yet, so that whoever asks for all of them once drives out few.
 *
 * Answers are a table in which a name has a few neighbouring slots to lie in; the one that was
 * looked at longest ago gives way. They hold tickets, no references: what is forgotten is freed,
 * and an answer that leads there has to be made anew. Names are told apart by their hash alone,
 * since each pair is asked whether it is for the name.
 */
#include "server/certificate_cache.h"

#include "base/siphash.h"

#include <assert.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define NONE UINT32_MAX
#define WAYS 4		   /* slots that a name may have */
#define NAMES_PER_FOLDER 4 /* answers, for each folder that may be kept */

struct place {
	char *folder; /* NULL: unused */
	uint64_t hash;
	struct certificate_state state;
	uint32_t next;	     /* with the same part of the hash */
	uint32_t generation; /* never 0 */
	bool used;	     /* since the hand came by */
};

struct answer {
	uint64_t hash;
	int64_t looked_at; /* seconds since 1970 */
	certificate_ticket tickets[CERTIFICATE_KIND_COUNT];
};

struct certificate_cache {
	pthread_mutex_t mutex; /* for all that follows */
	uint64_t seed;
	struct place *places;
	uint32_t *table; /* the first place of each part of the hash */
	struct answer *answers;
	uint64_t table_mask, answer_mask; /* sizes - 1, of powers of two */
	size_t size, taken;		  /* places; those that were taken at some time */
	size_t hand, pairs;
};

/* Places */

static uint32_t *chain_of(const struct certificate_cache *cache, uint64_t hash)
{
	return &cache->table[hash & cache->table_mask];
}

static uint32_t find_place(const struct certificate_cache *cache, const char *folder, uint64_t hash)
{
	uint32_t at = *chain_of(cache, hash);

	while (at != NONE &&
	       (cache->places[at].hash != hash || strcmp(cache->places[at].folder, folder) != 0))
		at = cache->places[at].next;
	return at;
}

static certificate_ticket ticket_of(const struct certificate_cache *cache, uint32_t at)
{
	return (uint64_t)cache->places[at].generation << 32 | at;
}

/* Returns the pair, which the caller unrefs when the mutex is free again. */
static struct certificate_pair *clear_place(struct certificate_cache *cache, uint32_t number)
{
	struct place *place = &cache->places[number];
	uint32_t *at = chain_of(cache, place->hash);
	struct certificate_pair *pair = place->state.pair;

	while (*at != number)
		at = &cache->places[*at].next;
	*at = place->next;
	cache->pairs -= pair != NULL;
	free(place->folder);
	place->folder = NULL;
	place->state.pair = NULL;
	place->used = false;
	place->generation++;
	if (place->generation == 0)
		place->generation = 1;
	return pair;
}

/* An unused place; *ret_pair is what was in it. */
static uint32_t make_room(struct certificate_cache *cache, struct certificate_pair **ret_pair)
{
	uint32_t number;

	*ret_pair = NULL;
	if (cache->taken < cache->size) {
		number = (uint32_t)cache->taken++;
		cache->places[number].generation = 1;
		return number;
	}
	while (cache->places[cache->hand].used) {
		cache->places[cache->hand].used = false;
		cache->hand = (cache->hand + 1) % cache->size;
	}
	number = (uint32_t)cache->hand;
	cache->hand = (cache->hand + 1) % cache->size;
	if (cache->places[number].folder)
		*ret_pair = clear_place(cache, number);
	return number;
}

static uint32_t add_place(struct certificate_cache *cache, const char *folder, uint64_t hash,
			  struct certificate_pair **ret_pair)
{
	uint32_t number = make_room(cache, ret_pair), *chain = chain_of(cache, hash);
	struct place *place = &cache->places[number];

	if (asprintf(&place->folder, "%s", folder) < 0) {
		place->folder = NULL; /* it stays free */
		return NONE;
	}
	place->hash = hash;
	place->next = *chain;
	*chain = number;
	return number;
}

certificate_ticket certificate_cache_find(struct certificate_cache *cache, const char *folder,
					  struct certificate_state *ret)
{
	uint64_t hash = siphash(cache->seed, folder, strlen(folder));
	certificate_ticket ticket = 0;
	uint32_t at;

	pthread_mutex_lock(&cache->mutex);
	at = find_place(cache, folder, hash);
	if (at != NONE) {
		cache->places[at].used = true;
		*ret = cache->places[at].state;
		certificate_pair_ref(ret->pair);
		ticket = ticket_of(cache, at);
	}
	pthread_mutex_unlock(&cache->mutex);
	return ticket;
}

certificate_ticket certificate_cache_put(struct certificate_cache *cache, const char *folder,
					 const struct certificate_state *state)
{
	uint64_t hash = siphash(cache->seed, folder, strlen(folder));
	struct certificate_pair *forgotten = NULL, *old;
	certificate_ticket ticket;
	uint32_t at;

	pthread_mutex_lock(&cache->mutex);
	at = find_place(cache, folder, hash);
	if (at == NONE)
		at = add_place(cache, folder, hash, &forgotten);
	if (at == NONE) {
		pthread_mutex_unlock(&cache->mutex);
		certificate_pair_unref(forgotten);
		return 0;
	}
	old = cache->places[at].state.pair;
	cache->places[at].state = *state;
	certificate_pair_ref(state->pair);
	cache->pairs += state->pair != NULL;
	cache->pairs -= old != NULL;
	ticket = ticket_of(cache, at);
	pthread_mutex_unlock(&cache->mutex);
	certificate_pair_unref(forgotten);
	certificate_pair_unref(old);
	return ticket;
}

void certificate_cache_forget(struct certificate_cache *cache, const char *folder)
{
	uint64_t hash = siphash(cache->seed, folder, strlen(folder));
	struct certificate_pair *pair = NULL;
	uint32_t at;

	pthread_mutex_lock(&cache->mutex);
	at = find_place(cache, folder, hash);
	if (at != NONE)
		pair = clear_place(cache, at);
	pthread_mutex_unlock(&cache->mutex);
	certificate_pair_unref(pair);
}

/* Answers */

/* The answer with this hash, or the one of its slots that gives way. */
static struct answer *find_answer(const struct certificate_cache *cache, uint64_t hash)
{
	struct answer *slots = &cache->answers[(hash & cache->answer_mask) * WAYS], *oldest = slots;

	for (size_t i = 0; i < WAYS; i++) {
		if (slots[i].hash == hash)
			return &slots[i];
		if (slots[i].looked_at < oldest->looked_at)
			oldest = &slots[i];
	}
	return oldest;
}

/* The pair of a ticket; NULL: it is not kept, not valid, or not for the name. */
static struct certificate_pair *redeem(struct certificate_cache *cache, certificate_ticket ticket,
				       const struct domain_name *name, int64_t now)
{
	uint32_t at = (uint32_t)ticket;
	struct certificate_pair *pair;

	if (!ticket || ticket_of(cache, at) != ticket)
		return NULL;
	pair = cache->places[at].state.pair;
	if (!pair || !certificate_pair_is_valid(pair, now) ||
	    !certificate_names_include(&pair->names, name))
		return NULL;
	cache->places[at].used = true;
	return certificate_pair_ref(pair);
}

static bool redeem_all(struct certificate_cache *cache, const struct answer *answer,
		       const struct domain_name *name, int64_t now,
		       struct certificate_pair *ret[CERTIFICATE_KIND_COUNT])
{
	bool any = false, whole = true;

	for (size_t i = 0; i < CERTIFICATE_KIND_COUNT; i++) {
		ret[i] = redeem(cache, answer->tickets[i], name, now);
		any = any || ret[i];
		whole = whole && (ret[i] || !answer->tickets[i]);
	}
	return any && whole;
}

static void unref_all(struct certificate_pair *pairs[CERTIFICATE_KIND_COUNT])
{
	for (size_t i = 0; i < CERTIFICATE_KIND_COUNT; i++) {
		certificate_pair_unref(pairs[i]);
		pairs[i] = NULL;
	}
}

/* Or from a time that is yet to come: the clock was set back. */
static bool is_old(const struct answer *answer, int64_t now)
{
	return now < answer->looked_at ||
	       now - answer->looked_at >= CERTIFICATE_CACHE_ANSWER_SECONDS;
}

bool certificate_cache_answer(struct certificate_cache *cache, const struct domain_name *name,
			      int64_t now, struct certificate_pair *ret[CERTIFICATE_KIND_COUNT])
{
	uint64_t hash = siphash(cache->seed, name->text, name->length);
	struct answer *answer;
	bool known = false;

	memset(ret, 0, CERTIFICATE_KIND_COUNT * sizeof(*ret));
	pthread_mutex_lock(&cache->mutex);
	answer = find_answer(cache, hash);
	if (answer->hash == hash && is_old(answer, now))
		answer->looked_at = now; /* whoever comes next goes on with it meanwhile */
	else if (answer->hash == hash)
		known = redeem_all(cache, answer, name, now, ret);
	pthread_mutex_unlock(&cache->mutex);
	if (!known)
		unref_all(ret);
	return known;
}

void certificate_cache_remember(struct certificate_cache *cache, const struct domain_name *name,
				int64_t now,
				const certificate_ticket tickets[CERTIFICATE_KIND_COUNT])
{
	uint64_t hash = siphash(cache->seed, name->text, name->length);
	struct answer *answer;
	bool any = false;

	for (size_t i = 0; i < CERTIFICATE_KIND_COUNT; i++)
		any = any || tickets[i];
	pthread_mutex_lock(&cache->mutex);
	answer = find_answer(cache, hash);
	if (any) {
		answer->hash = hash;
		answer->looked_at = now;
		memcpy(answer->tickets, tickets, sizeof(answer->tickets));
	} else if (answer->hash == hash) {
		*answer = (struct answer){ 0 };
	}
	pthread_mutex_unlock(&cache->mutex);
}

size_t certificate_cache_count(struct certificate_cache *cache)
{
	size_t count;

	pthread_mutex_lock(&cache->mutex);
	count = cache->pairs;
	pthread_mutex_unlock(&cache->mutex);
	return count;
}

/* Making */

/* The least that is not below minimum. */
static uint64_t power_of_two(uint64_t minimum)
{
	uint64_t size = 1;

	while (size < minimum && size <= CERTIFICATE_CACHE_MAX)
		size *= 2;
	return size;
}

static int make_tables(struct certificate_cache *cache)
{
	uint64_t chains = power_of_two(cache->size);
	uint64_t sets = power_of_two(cache->size * NAMES_PER_FOLDER / WAYS);

	assert(cache->size > 0);
	cache->table_mask = chains - 1;
	cache->answer_mask = sets - 1;
	cache->places = calloc(cache->size, sizeof(*cache->places));
	cache->table = malloc(chains * sizeof(*cache->table));
	cache->answers = calloc(sets * WAYS, sizeof(*cache->answers));
	if (!cache->places || !cache->table || !cache->answers)
		return -1;
	memset(cache->table, 0xff, chains * sizeof(*cache->table)); /* NONE */
	return 0;
}

int certificate_cache_new(size_t folders, uint64_t seed, struct certificate_cache **ret,
			  struct error *err)
{
	struct certificate_cache *cache = calloc(1, sizeof(*cache));

	assert(folders > 0 && folders <= CERTIFICATE_CACHE_MAX);
	if (!cache)
		return error_no_memory(err);
	cache->size = folders;
	cache->seed = seed;
	if (pthread_mutex_init(&cache->mutex, NULL) != 0) {
		free(cache);
		return error_no_memory(err);
	}
	if (make_tables(cache) < 0) {
		certificate_cache_free(cache);
		return error_no_memory(err);
	}
	*ret = cache;
	return 0;
}

void certificate_cache_free(struct certificate_cache *cache)
{
	if (!cache)
		return;
	for (size_t i = 0; i < cache->taken; i++) {
		free(cache->places[i].folder);
		certificate_pair_unref(cache->places[i].state.pair);
	}
	pthread_mutex_destroy(&cache->mutex);
	free(cache->places);
	free(cache->table);
	free(cache->answers);
	free(cache);
}
