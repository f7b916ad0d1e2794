#include "model/domain_table.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define SEED 0x0123456789abcdef

static struct domain_table_builder *begin(const struct domain_table *base)
{
	struct domain_table_builder *builder = NULL;
	struct error err = { 0 };

	assert_int_equal(domain_table_builder_new(base, SEED, &builder, &err), 0);
	return builder;
}

static void set(struct domain_table_builder *builder, const char *domain, const char *provider)
{
	struct error err = { 0 };

	assert_int_equal(domain_table_builder_set(builder, domain, strlen(domain), provider, &err),
			 0);
}

static void take(struct domain_table_builder *builder, const char *domain)
{
	struct error err = { 0 };

	assert_int_equal(domain_table_builder_remove(builder, domain, strlen(domain), &err), 0);
}

static struct domain_table *finish(struct domain_table_builder *builder)
{
	struct domain_table *table = NULL;
	struct error err = { 0 };

	assert_int_equal(domain_table_builder_finish(&builder, &table, &err), 0);
	assert_null(builder);
	return table;
}

/* The provider's id, "" for a domain that is not in the table. */
static const char *provider_of(const struct domain_table *table, const char *domain)
{
	int number = domain_table_find(table, domain, strlen(domain));

	return number == DOMAIN_TABLE_NOT_FOUND ? "" : domain_table_provider(table, (size_t)number);
}

static void finds_what_was_set_last(void **state)
{
	static const struct {
		const char *domain, *provider; /* provider NULL: remove */
	} steps[] = {
		{ "a.example", "smartermail" },
		{ "b.example", "oldserver" },
		{ "a.example", "oldserver" },
		{ "c.example", "smartermail" },
		{ "c.example", NULL },
		{ "c.example", NULL }, /* twice harms nobody */
		{ "d.example", NULL },
		{ "d.example", "third" },
		{ "xn--mnchen-3ya.example", "third" },
	};
	static const struct {
		const char *domain, *provider;
	} cases[] = {
		{ "a.example", "oldserver" },
		{ "b.example", "oldserver" },
		{ "c.example", "" },
		{ "d.example", "third" },
		{ "xn--mnchen-3ya.example", "third" },
		{ "xn--mnchen-3ya.exampl", "" }, /* no prefix of a name is that name */
		{ "xn--mnchen-3ya.examples", "" },
		{ "A.example",
		  "" }, /* callers bring names in lower case; the table only compares */
		{ "", "" },
	};
	struct domain_table_builder *builder = begin(NULL);
	CLEANUP(domain_table_unrefp) struct domain_table *table = NULL;

	(void)state;
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		if (steps[i].provider)
			set(builder, steps[i].domain, steps[i].provider);
		else
			take(builder, steps[i].domain);
	}
	table = finish(builder);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_string_equal(provider_of(table, cases[i].domain), cases[i].provider);
	assert_int_equal(domain_table_count(table), 4);
	assert_int_equal(domain_table_provider_count(table), 3);
	assert_string_equal(domain_table_provider(table, 0), "smartermail");
	assert_string_equal(domain_table_provider(table, 1), "oldserver");
	assert_string_equal(domain_table_provider(table, 2), "third");
}

static void an_empty_table_answers(void **state)
{
	CLEANUP(domain_table_unrefp) struct domain_table *table = finish(begin(NULL));

	(void)state;
	assert_int_equal(domain_table_count(table), 0);
	assert_int_equal(domain_table_provider_count(table), 0);
	assert_string_equal(provider_of(table, "a.example"), "");
}

static void names_of_every_length_are_kept(void **state)
{
	struct domain_table_builder *builder = begin(NULL);
	CLEANUP(domain_table_unrefp) struct domain_table *table = NULL;
	char name[256];

	(void)state;
	memset(name, 'x', sizeof(name));
	for (size_t length = 1; length <= 255; length++) {
		struct error err = { 0 };
		char provider[8];

		snprintf(provider, sizeof(provider), "p%zu", length);
		assert_int_equal(domain_table_builder_set(builder, name, length, provider, &err),
				 0);
	}
	table = finish(builder);
	assert_int_equal(domain_table_count(table), 255);
	for (size_t length = 1; length <= 255; length++) {
		char provider[8];
		int number = domain_table_find(table, name, length);

		snprintf(provider, sizeof(provider), "p%zu", length);
		assert_in_range(number, 0, 254);
		assert_string_equal(domain_table_provider(table, (size_t)number), provider);
	}
	assert_int_equal(domain_table_find(table, name, 256), DOMAIN_TABLE_NOT_FOUND);
}

static void refuses_names_without_a_length(void **state)
{
	char name[300], provider[300], text[ERROR_TEXT_SIZE];
	struct domain_table_builder *builder = begin(NULL);
	CLEANUP(domain_table_unrefp) struct domain_table *table = NULL;
	struct error err = { 0 };

	(void)state;
	memset(name, 'x', sizeof(name));
	memset(provider, 'p', sizeof(provider));
	provider[256] = '\0';
	assert_int_equal(domain_table_builder_set(builder, "", 0, "p", &err), -1);
	assert_int_equal(err.code, ERROR_INVALID);
	assert_string_equal(err.text, "domain \"\": a name of 0 bytes is not of 1 to 255");
	assert_int_equal(domain_table_builder_set(builder, name, 256, "p", &err), -1);
	assert_int_equal(err.code, ERROR_INVALID);
	snprintf(text, sizeof(text), "domain \"%.253s\": a name of 256 bytes is not of 1 to 255",
		 name);
	assert_string_equal(err.text, text);
	assert_int_equal(domain_table_builder_set(builder, "a.example", 9, "", &err), -1);
	assert_string_equal(err.text, "domain \"a.example\": provider \"\": "
				      "a name of 0 bytes is not of 1 to 255");
	assert_int_equal(domain_table_builder_set(builder, "a.example", 9, provider, &err), -1);
	assert_int_equal(err.code, ERROR_INVALID);

	/* and what was refused has left nothing behind */
	set(builder, "b.example", "second");
	table = finish(builder);
	assert_int_equal(domain_table_count(table), 1);
	assert_string_equal(provider_of(table, "b.example"), "second");
}

static void provider_numbers_end_at_their_limit(void **state)
{
	struct domain_table_builder *builder = begin(NULL);
	CLEANUP(domain_table_unrefp) struct domain_table *table = NULL;
	struct error err = { 0 };
	char text[32];

	(void)state;
	for (unsigned int i = 0; i < DOMAIN_TABLE_PROVIDERS_MAX; i++) {
		snprintf(text, sizeof(text), "n%u", i);
		set(builder, text, text);
	}
	assert_int_equal(domain_table_builder_set(builder, "a.example", 9, "more", &err), -1);
	assert_int_equal(err.code, ERROR_TOO_LARGE);
	assert_string_equal(err.text, "domain \"a.example\": provider \"more\": "
				      "more than 65535 providers");
	table = finish(builder);
	assert_int_equal(domain_table_provider_count(table), DOMAIN_TABLE_PROVIDERS_MAX);
	assert_string_equal(provider_of(table, "n0"), "n0");
	assert_string_equal(provider_of(table, "n65534"), "n65534");
}

static void a_change_leaves_the_base_as_it_was(void **state)
{
	struct domain_table_builder *builder = begin(NULL);
	CLEANUP(domain_table_unrefp) struct domain_table *old = NULL, *new = NULL;

	(void)state;
	set(builder, "a.example", "one");
	set(builder, "b.example", "two");
	old = finish(builder);
	builder = begin(old);
	set(builder, "a.example", "three");
	take(builder, "b.example");
	set(builder, "c.example", "one");
	new = finish(builder);
	assert_string_equal(provider_of(old, "a.example"), "one");
	assert_string_equal(provider_of(old, "b.example"), "two");
	assert_string_equal(provider_of(old, "c.example"), "");
	assert_int_equal(domain_table_count(old), 2);
	assert_int_equal(domain_table_provider_count(old), 2);
	assert_string_equal(provider_of(new, "a.example"), "three");
	assert_string_equal(provider_of(new, "b.example"), "");
	assert_string_equal(provider_of(new, "c.example"), "one");
	assert_int_equal(domain_table_count(new), 2);
	assert_int_equal(domain_table_provider_count(new), 3);
	/* numbers of providers do not change, so that what was made by number can be kept */
	assert_string_equal(domain_table_provider(new, 1), "two");
}

static unsigned int next_random(uint64_t *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 7;
	*x ^= *x << 17;
	return (unsigned int)(*x >> 33);
}

#define MODEL_NAMES 700

static void compare_with_model(const struct domain_table *table, const int *model)
{
	size_t count = 0;

	for (int i = 0; i < MODEL_NAMES; i++) {
		char name[32], provider[32] = "";

		snprintf(name, sizeof(name), "name%d.example", i);
		if (model[i] >= 0)
			snprintf(provider, sizeof(provider), "provider%d", model[i]);
		count += model[i] >= 0;
		assert_string_equal(provider_of(table, name), provider);
	}
	assert_int_equal(domain_table_count(table), count);
}

/*
 * Many changes at random, in runs that mostly add and runs that mostly remove, so that slots grow
 * and shrink, gaps are closed around the end of the slots, and the arena is compacted.
 */
static void agrees_with_a_simple_model(void **state)
{
	CLEANUP(domain_table_unrefp) struct domain_table *table = NULL;
	uint64_t random = 42;
	int model[MODEL_NAMES];

	(void)state;
	memset(model, -1, sizeof(model));
	for (unsigned int round = 0; round < 60; round++) {
		struct domain_table_builder *builder = begin(table);

		for (int step = 0; step < 400; step++) {
			unsigned int i = next_random(&random) % MODEL_NAMES;
			char name[32], provider[32];

			snprintf(name, sizeof(name), "name%u.example", i);
			model[i] = -1;
			if (next_random(&random) % 10 < (round / 10 % 2 ? 1 : 8))
				model[i] = (int)(next_random(&random) % 20);
			snprintf(provider, sizeof(provider), "provider%d", model[i]);
			if (model[i] >= 0)
				set(builder, name, provider);
			else
				take(builder, name);
		}
		domain_table_unref(table);
		table = finish(builder);
		compare_with_model(table, model);
	}
}

#define MANY 300000

static size_t many_name(unsigned int i, char *name, size_t size)
{
	return (size_t)snprintf(name, size, "%x-customer.example", i * 2654435761U);
}

/*
 * Enough names for mapped memory, for growing and shrinking it, and for about ten pairs that have
 * all 32 bits of their hash in common.
 */
static void many_names_are_told_apart(void **state)
{
	struct domain_table_builder *builder = begin(NULL);
	CLEANUP(domain_table_unrefp) struct domain_table *all = NULL, *few = NULL;
	struct error err = { 0 };
	char name[64];

	(void)state;
	assert_int_equal(domain_table_builder_reserve(builder, MANY / 3, &err), 0);
	for (unsigned int i = 0; i < MANY; i++) {
		size_t length = many_name(i, name, sizeof(name));

		if (domain_table_builder_set(builder, name, length, i % 3 ? "x" : "y", &err) < 0)
			fail_msg("%s", err.text);
	}
	all = finish(builder);
	builder = begin(all);
	for (unsigned int i = 0; i < MANY; i++) {
		if (i % 100 != 0)
			domain_table_builder_remove(builder, name, many_name(i, name, sizeof(name)),
						    &err);
	}
	few = finish(builder);
	assert_int_equal(domain_table_count(all), MANY);
	assert_int_equal(domain_table_count(few), MANY / 100);
	for (unsigned int i = 0; i < MANY; i++) {
		size_t length = many_name(i, name, sizeof(name));
		int number = i % 3 != 0; /* y was the first to be set, so it is 0 */

		if (domain_table_find(all, name, length) != number ||
		    domain_table_find(few, name, length) !=
			    (i % 100 ? DOMAIN_TABLE_NOT_FOUND : number))
			fail_msg("%s is wrong", name);
	}
}

static void *use_and_let_go(void *context)
{
	struct domain_table *table = context;

	for (int i = 0; i < 1000; i++) {
		domain_table_ref(table);
		if (domain_table_find(table, "a.example", 9) != 0)
			abort();
		domain_table_unref(table);
	}
	domain_table_unref(table);
	return NULL;
}

static void threads_share_a_table(void **state)
{
	struct domain_table_builder *builder = begin(NULL);
	struct domain_table *table;
	pthread_t threads[4];

	(void)state;
	set(builder, "a.example", "one");
	table = finish(builder);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(
			pthread_create(&threads[i], NULL, use_and_let_go, domain_table_ref(table)),
			0);
	domain_table_unref(
		table); /* whoever is last frees it: a sanitizer or valgrind sees whether */
	for (size_t i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	assert_null(domain_table_ref(NULL));
	domain_table_unref(NULL);
	domain_table_builder_free(NULL);
	domain_table_builder_free(begin(NULL)); /* one that is given up */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_was_set_last),
		cmocka_unit_test(an_empty_table_answers),
		cmocka_unit_test(names_of_every_length_are_kept),
		cmocka_unit_test(refuses_names_without_a_length),
		cmocka_unit_test(provider_numbers_end_at_their_limit),
		cmocka_unit_test(a_change_leaves_the_base_as_it_was),
		cmocka_unit_test(agrees_with_a_simple_model),
		cmocka_unit_test(many_names_are_told_apart),
		cmocka_unit_test(threads_share_a_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
