/*
 * An open hash of pointers. A slot is taken by exchanging NULL for an entry, and never again
 * changed, so whoever sees an entry sees all of it.
 */
#include "render/page_cache.h"

#include <assert.h>
#include <stdlib.h>

#define PROBES 16     /* slots that a key may be in */
#define SLOT_SHIFT 52 /* leaves the upper bits of a hash, a slot's number */

static_assert(PAGE_CACHE_SLOTS == UINT64_C(1) << (64 - SLOT_SHIFT), "a number for each slot");

struct entry {
	uint64_t key;
	struct template *template;
};

struct page_cache {
	struct entry *slots[PAGE_CACHE_SLOTS];
	size_t bytes; /* of all that was added */
};

int page_cache_new(struct page_cache **ret, struct error *err)
{
	*ret = calloc(1, sizeof(**ret));
	return *ret ? 0 : error_no_memory(err);
}

/* Fibonacci hashing: keys differ in few bits, all of which reach the upper end of the product. */
static size_t slot_of(uint64_t key, size_t probe)
{
	return (size_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> SLOT_SHIFT) + probe;
}

const struct template *page_cache_find(const struct page_cache *cache, uint64_t key)
{
	for (size_t probe = 0; probe < PROBES; probe++) {
		const struct entry *entry = __atomic_load_n(
			&cache->slots[slot_of(key, probe) % PAGE_CACHE_SLOTS], __ATOMIC_ACQUIRE);

		if (!entry)
			return NULL;
		if (entry->key == key)
			return entry->template;
	}
	return NULL;
}

/* Puts the entry into the first free slot of its key. False: none is free, or the key is there. */
static bool place(struct page_cache *cache, struct entry *entry)
{
	for (size_t probe = 0; probe < PROBES; probe++) {
		struct entry **slot = &cache->slots[slot_of(entry->key, probe) % PAGE_CACHE_SLOTS];
		struct entry *expected = NULL;

		if (__atomic_compare_exchange_n(slot, &expected, entry, false, __ATOMIC_ACQ_REL,
						__ATOMIC_ACQUIRE))
			return true;
		if (expected->key == entry->key)
			return false;
	}
	return false;
}

bool page_cache_add(struct page_cache *cache, uint64_t key, struct template *template, size_t size)
{
	struct entry *entry;

	if (__atomic_add_fetch(&cache->bytes, size, __ATOMIC_RELAXED) <= PAGE_CACHE_BYTES) {
		entry = malloc(sizeof(*entry));
		if (entry) {
			*entry = (struct entry){ .key = key, .template = template };
			if (place(cache, entry))
				return true;
			free(entry);
		}
	}
	__atomic_sub_fetch(&cache->bytes, size, __ATOMIC_RELAXED);
	return false;
}

void page_cache_figures(const struct page_cache *cache, size_t *ret_pages, size_t *ret_bytes)
{
	*ret_pages = 0;
	for (size_t i = 0; i < PAGE_CACHE_SLOTS; i++)
		*ret_pages += __atomic_load_n(&cache->slots[i], __ATOMIC_RELAXED) != NULL;
	*ret_bytes = __atomic_load_n(&cache->bytes, __ATOMIC_RELAXED);
}

void page_cache_free(struct page_cache *cache)
{
	if (!cache)
		return;
	for (size_t i = 0; i < PAGE_CACHE_SLOTS; i++) {
		if (cache->slots[i])
			template_free(cache->slots[i]->template);
		free(cache->slots[i]);
	}
	free(cache);
}
