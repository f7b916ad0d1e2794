#include "render/page_cache.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A template whose bytes tell its key and who made it. */
static struct template *template_of(uint64_t key, uint64_t maker)
{
	uint64_t bytes[2] = { key, maker };
	struct template *template = NULL;
	struct error err;

	if (template_compile((const char *)bytes, sizeof(bytes), 0, ESCAPE_NONE, &template, &err) <
	    0)
		abort();
	return template;
}

static uint64_t key_of(const struct template *template, uint64_t *ret_maker)
{
	static const struct template_values values;
	uint64_t bytes[2];
	struct error err;
	size_t size;
	char *text;

	if (template_fill(template, &values, &text, &size, &err) < 0 || size != sizeof(bytes))
		abort();
	memcpy(bytes, text, sizeof(bytes));
	free(text);
	if (ret_maker)
		*ret_maker = bytes[1];
	return bytes[0];
}

static struct page_cache *cache_new(void)
{
	struct page_cache *cache = NULL;
	struct error err;

	assert_int_equal(page_cache_new(&cache, &err), 0);
	assert_non_null(cache);
	return cache;
}

/* Adds a template of the key, or frees it. */
static bool add(struct page_cache *cache, uint64_t key, uint64_t maker, size_t size)
{
	struct template *template = template_of(key, maker);
	bool added = page_cache_add(cache, key, template, size);

	if (!added)
		template_free(template);
	return added;
}

static void keeps_the_first_of_a_key(void **state)
{
	CLEANUP(page_cache_freep) struct page_cache *cache = cache_new();
	const struct template *first;
	uint64_t maker;

	(void)state;
	assert_null(page_cache_find(cache, 1));
	assert_true(add(cache, 1, 10, 100));
	first = page_cache_find(cache, 1);
	assert_non_null(first);
	assert_false(add(cache, 1, 11, 100));
	assert_ptr_equal(page_cache_find(cache, 1), first);
	assert_int_equal(key_of(first, &maker), 1);
	assert_int_equal(maker, 10);
	assert_null(page_cache_find(cache, 2));
	assert_true(add(cache, UINT64_MAX, 12, 100));
	assert_int_equal(key_of(page_cache_find(cache, UINT64_MAX), NULL), UINT64_MAX);
	assert_ptr_equal(page_cache_find(cache, 1), first);
}

static void frees_nothing(void **state)
{
	(void)state;
	page_cache_free(NULL);
}

static void has_so_many_bytes(void **state)
{
	CLEANUP(page_cache_freep) struct page_cache *cache = cache_new();

	(void)state;
	assert_false(add(cache, 1, 0, PAGE_CACHE_BYTES + 1));
	assert_true(add(cache, 1, 0, PAGE_CACHE_BYTES - 10));
	assert_false(add(cache, 2, 0, 11));
	/* what had no room, or was there before, takes none */
	assert_false(add(cache, 1, 0, 10));
	assert_true(add(cache, 2, 0, 9));
	assert_false(add(cache, 3, 0, 2));
	assert_true(add(cache, 3, 0, 1));
	assert_true(add(cache, 4, 0, 0));
	assert_false(add(cache, 5, 0, 1));
	assert_null(page_cache_find(cache, 5));
	for (uint64_t key = 1; key <= 4; key++)
		assert_int_equal(key_of(page_cache_find(cache, key), NULL), key);
}

static void never_holds_more_than_its_slots(void **state)
{
	CLEANUP(page_cache_freep) struct page_cache *cache = cache_new();
	size_t added = 0;

	(void)state;
	for (uint64_t key = 1; key <= 4 * PAGE_CACHE_SLOTS; key++)
		added += add(cache, key, 0, 1);
	assert_in_range(added, PAGE_CACHE_SLOTS * 9 / 10, PAGE_CACHE_SLOTS);
	for (uint64_t key = 1; key <= 4 * PAGE_CACHE_SLOTS; key++) {
		const struct template *template = page_cache_find(cache, key);

		added -= template != NULL;
		if (template)
			assert_int_equal(key_of(template, NULL), key);
	}
	assert_int_equal(added, 0);
}

#define COUNT(table) (sizeof(table) / sizeof(*(table)))

/*
 * Keys as page.c makes them, of what some providers with links, codes and profiles are asked for in
 * four languages: they differ in some bits at either end and some in the middle. While half of the
 * slots are free there is room for each.
 */
static void spreads_the_keys_of_pages(void **state)
{
	static const uint64_t whom[] = { 7, 3, 0 };	/* code, person, expires */
	static const uint64_t views[] = { 0, 1, 2, 8 }; /* and whether to share */
	CLEANUP(page_cache_freep) struct page_cache *cache = cache_new();

	(void)state;
	for (uint64_t i = 0; i < PAGE_CACHE_SLOTS / 2; i++) {
		uint64_t view = views[i / 2 / COUNT(whom) % COUNT(views)];
		uint64_t variant = i / 2 / COUNT(whom) / COUNT(views);
		uint64_t device = variant % 6, language = variant / 6 % 4, provider = variant / 24;
		uint64_t key = UINT64_C(7) << 53 | whom[i / 2 % COUNT(whom)] << 50;

		key |= (view & 8) << 45 | i % 2 << 47 | (view & 3) << 41;
		key |= device << 38 | language << 32 | (provider + 1);
		assert_null(page_cache_find(cache, key));
		assert_true(add(cache, key, 0, 1));
		assert_true(key_of(page_cache_find(cache, key), NULL) == key);
	}
}

#define THREADS 4
#define ROUNDS 20000
#define KEYS 300

struct hammer {
	struct page_cache *cache;
	uint64_t number;
	size_t added, wrong;
};

/* Finds or adds keys in an order of its own; whoever finds one finds all of it, for ever. */
static void *hammer(void *context)
{
	struct hammer *hammer = context;
	const struct template *seen[KEYS + 1] = { NULL };
	uint64_t random = hammer->number + 1;

	for (size_t i = 0; i < ROUNDS; i++) {
		const struct template *found;
		uint64_t key;

		random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		key = (random >> 33) % KEYS + 1;
		found = page_cache_find(hammer->cache, key);
		if (!found) {
			hammer->wrong += seen[key] != NULL;
			hammer->added += add(hammer->cache, key, hammer->number, 100);
			found = page_cache_find(hammer->cache, key);
		}
		hammer->wrong +=
			!found || key_of(found, NULL) != key || (seen[key] && seen[key] != found);
		seen[key] = found;
	}
	return NULL;
}

static void is_shared_by_threads(void **state)
{
	CLEANUP(page_cache_freep) struct page_cache *cache = cache_new();
	struct hammer hammers[THREADS];
	pthread_t threads[THREADS];
	size_t added = 0;

	(void)state;
	for (size_t i = 0; i < THREADS; i++) {
		hammers[i] = (struct hammer){ .cache = cache, .number = i };
		assert_int_equal(pthread_create(&threads[i], NULL, hammer, &hammers[i]), 0);
	}
	for (size_t i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
		assert_int_equal(hammers[i].wrong, 0);
		added += hammers[i].added;
	}
	assert_int_equal(added, KEYS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_the_first_of_a_key),
		cmocka_unit_test(frees_nothing),
		cmocka_unit_test(has_so_many_bytes),
		cmocka_unit_test(never_holds_more_than_its_slots),
		cmocka_unit_test(spreads_the_keys_of_pages),
		cmocka_unit_test(is_shared_by_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
