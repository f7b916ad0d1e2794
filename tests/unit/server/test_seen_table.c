#include "server/seen_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define SEED UINT64_C(0x0123456789abcdef)

static struct seen_table *table_new(size_t entries, size_t text_size)
{
	struct seen_table *table = NULL;
	struct error err = { 0 };

	assert_int_equal(seen_table_new(entries, text_size, SEED, &table, &err), 0);
	return table;
}

static struct seen_key key_of(const char *domain, const char *provider)
{
	return (struct seen_key){
		.domain = domain,
		.domain_length = strlen(domain),
		.provider = provider,
		.provider_length = strlen(provider),
		.kind = KIND_AUTOCONFIG,
		.client = CLIENT_OUTLOOK,
		.status = 200,
	};
}

static enum seen_outcome note_at(struct seen_table *table, const struct seen_key *key, int64_t at)
{
	const struct seen_times times = { .first = at, .last = at, .count = 1 };

	return seen_table_note(table, key, &times);
}

/* Everything in it: "domain/kind/client/provider/status/first-last*count ". */
static const char *text_of(const struct seen_table *table, char *ret, size_t size)
{
	*ret = '\0';
	for (size_t i = 0; i < seen_table_count(table); i++) {
		struct seen_times times;
		struct seen_key key;
		size_t used = strlen(ret);

		seen_table_get(table, i, &key, &times);
		assert_int_equal(strlen(key.domain), key.domain_length);
		assert_int_equal(strlen(key.provider), key.provider_length);
		snprintf(ret + used, size - used, "%s/%s/%s/%s/%u/%lld-%lld*%llu ", key.domain,
			 request_kind_name(key.kind), client_kind_name(key.client), key.provider,
			 key.status, (long long)times.first, (long long)times.last,
			 (unsigned long long)times.count);
	}
	return ret;
}

static void tells_keys_apart(void **state)
{
	CLEANUP(seen_table_freep) struct seen_table *table = table_new(64, 4096);
	struct seen_key keys[] = {
		key_of("a.example", "one"), key_of("b.example", "one"), key_of("a.example", "two"),
		key_of("a.example", ""),    key_of("a.exampl", "eone"), key_of("a.example", "one"),
		key_of("a.example", "one"), key_of("a.example", "one"),
	};
	size_t count = sizeof(keys) / sizeof(*keys);
	char text[2048];

	(void)state;
	keys[count - 3].kind = KIND_PACC;
	keys[count - 2].client = CLIENT_NONE;
	keys[count - 1].status = 404;
	for (int64_t round = 0; round < 3; round++) {
		for (size_t i = 0; i < count; i++)
			assert_int_equal(note_at(table, &keys[i], round), SEEN_KEPT);
	}
	assert_string_equal(text_of(table, text, sizeof(text)),
			    "a.example/autoconfig/outlook/one/200/0-2*3 "
			    "b.example/autoconfig/outlook/one/200/0-2*3 "
			    "a.example/autoconfig/outlook/two/200/0-2*3 "
			    "a.example/autoconfig/outlook//200/0-2*3 "
			    "a.exampl/autoconfig/outlook/eone/200/0-2*3 "
			    "a.example/pacc/outlook/one/200/0-2*3 "
			    "a.example/autoconfig/-/one/200/0-2*3 "
			    "a.example/autoconfig/outlook/one/404/0-2*3 ");
}

static void keeps_first_and_last(void **state)
{
	static const struct {
		int64_t at;
		const char *wanted;
	} cases[] = {
		{ 100, "a.example/autoconfig/outlook/p/200/100-100*1 " },
		{ 120, "a.example/autoconfig/outlook/p/200/100-120*2 " },
		{ 110, "a.example/autoconfig/outlook/p/200/100-120*3 " }, /* another worker's */
		{ 90, "a.example/autoconfig/outlook/p/200/90-120*4 " },
	};
	CLEANUP(seen_table_freep) struct seen_table *table = table_new(2, 100);
	struct seen_key key = key_of("a.example", "p");
	char text[256];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		note_at(table, &key, cases[i].at);
		assert_string_equal(text_of(table, text, sizeof(text)), cases[i].wanted);
	}
}

static void note_number(struct seen_table *table, unsigned int number, enum seen_outcome wanted)
{
	char domain[32];
	struct seen_key key;
	enum seen_outcome outcome;

	snprintf(domain, sizeof(domain), "%05u.example", number); /* 13 bytes; 16 with p and NULs */
	key = key_of(domain, "p");
	outcome = note_at(table, &key, 1);
	if (outcome != wanted)
		fail_msg("number %u: %d", number, (int)outcome);
}

/* Whichever is used up first; three quarters are told once; emptied, it begins anew. */
static void ends_where_it_is_full(void **state)
{
	static const struct {
		size_t entries, text_size;
		unsigned int filling, room; /* keys */
	} cases[] = {
		{ 8, 10000, 6, 8 },	     { 1024, 16 * 8, 6, 8 },
		{ 1024, 16 * 8 + 15, 7, 8 }, { 8192, 384 * 1024, 6144, 8192 },
		{ 2, 1000, 1, 2 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(seen_table_freep)
		struct seen_table *table = table_new(cases[i].entries, cases[i].text_size);

		for (int round = 0; round < 2; round++) {
			for (unsigned int n = 1; n <= cases[i].room; n++)
				note_number(table, n,
					    n == cases[i].filling ? SEEN_FILLING : SEEN_KEPT);
			for (unsigned int n = 1; n <= cases[i].room; n++)
				note_number(table, n, SEEN_KEPT); /* known ones need no room */
			note_number(table, cases[i].room + 1, SEEN_FULL);
			assert_int_equal(seen_table_count(table), cases[i].room);
			seen_table_empty(table);
			assert_int_equal(seen_table_count(table), 0);
		}
	}
}

static void takes_the_longest_names(void **state)
{
	CLEANUP(seen_table_freep) struct seen_table *table = table_new(8, 1000);
	char domain[256], provider[256], text[1024], wanted[1024];
	struct seen_key key;

	(void)state;
	memset(domain, 'd', 255);
	memset(provider, 'p', 255);
	domain[255] = provider[255] = '\0';
	key = key_of(domain, provider);
	assert_int_equal(note_at(table, &key, 1), SEEN_KEPT);
	assert_int_equal(note_at(table, &key, 2), SEEN_KEPT);
	snprintf(wanted, sizeof(wanted), "%s/autoconfig/outlook/%s/200/1-2*2 ", domain, provider);
	assert_string_equal(text_of(table, text, sizeof(text)), wanted);
}

static void merges(void **state)
{
	CLEANUP(seen_table_freep) struct seen_table *to = table_new(2, 1000);
	CLEANUP(seen_table_freep) struct seen_table *from = table_new(4, 1000);
	struct seen_key keys[] = { key_of("a.example", "p"), key_of("b.example", ""),
				   key_of("c.example", "") };
	char text[512];

	(void)state;
	assert_false(seen_table_has_room_for(to, from));
	assert_true(seen_table_has_room_for(from, to));
	note_at(to, &keys[0], 5);
	for (size_t i = 0; i < 3; i++) {
		note_at(from, &keys[i], 3);
		note_at(from, &keys[i], 7);
	}
	assert_int_equal(seen_table_merge(to, from), 2); /* both of c.example */
	assert_string_equal(text_of(to, text, sizeof(text)),
			    "a.example/autoconfig/outlook/p/200/3-7*3 "
			    "b.example/autoconfig/outlook//200/3-7*2 ");
	assert_int_equal(seen_table_count(from), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_keys_apart),
		cmocka_unit_test(keeps_first_and_last),
		cmocka_unit_test(ends_where_it_is_full),
		cmocka_unit_test(takes_the_longest_names),
		cmocka_unit_test(merges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
