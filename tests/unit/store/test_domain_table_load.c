/* Tables that follow a store. */
#include "place.h"
#include "store/settings_load.h"

#define SEED 7

struct following {
	struct domain_table *table;
	struct store_version version;
};

/* Looks at the store once. Returns whether there is a new table. */
static bool follow(const struct place *place, struct following *following)
{
	CLEANUP(store_closep) struct store *store = store_at(place, STORE_READ);
	struct domain_table *table = NULL;
	struct error err = { 0 };

	if (domain_table_follow(store, following->table, SEED, &following->version, &table, &err) <
	    0)
		fail_msg("%s", err.text);
	if (!table)
		return false;
	domain_table_unref(following->table);
	following->table = table;
	return true;
}

static const char *provider_of(const struct following *following, const char *domain)
{
	int number = domain_table_find(following->table, domain, strlen(domain));

	return number < 0 ? "" : domain_table_provider(following->table, (size_t)number);
}

static void loads_all(void **state)
{
	struct place *place = *state;
	struct following following = { 0 };
	struct store *store = store_at(place, STORE_CREATE);
	struct error err = { 0 };

	batch_begin(store);
	put(store, "a.example", "one");
	put(store, "b.example", "two");
	batch_commit(store);
	batch_begin(store);
	put(store, "a.example", NULL);
	batch_commit(store);
	assert_int_equal(domain_table_load(store, SEED, &following.table, &following.version, &err),
			 0);
	store_close(store);
	assert_int_equal(domain_table_count(following.table), 1);
	assert_string_equal(provider_of(&following, "a.example"), "");
	assert_string_equal(provider_of(&following, "b.example"), "two");
	assert_int_equal(following.version.sequence, 2);
	assert_false(follow(place, &following));
	domain_table_unref(following.table);
}

static void follows_each_change(void **state)
{
	static const struct {
		const char *domain, *provider;
		const char *a, *b; /* providers of a.example and b.example after it */
	} steps[] = {
		{ "a.example", "one", "one", "" },    { "b.example", "one", "one", "one" },
		{ "a.example", "two", "two", "one" }, { "a.example", NULL, "", "one" },
		{ "a.example", "one", "one", "one" }, { "b.example", NULL, "one", "" },
	};
	struct place *place = *state;
	struct following following = { 0 };

	store_close(store_at(place, STORE_CREATE));
	assert_true(follow(place, &following)); /* an empty store is a table too */
	assert_int_equal(domain_table_count(following.table), 0);
	assert_false(follow(place, &following));
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		put_alone(place, steps[i].domain, steps[i].provider);
		assert_true(follow(place, &following));
		assert_string_equal(provider_of(&following, "a.example"), steps[i].a);
		assert_string_equal(provider_of(&following, "b.example"), steps[i].b);
		assert_int_equal(domain_table_count(following.table),
				 (*steps[i].a != '\0') + (*steps[i].b != '\0'));
		assert_int_equal(following.version.sequence, i + 1);
		assert_false(follow(place, &following));
	}
	domain_table_unref(following.table);
}

static void takes_up_several_batches_at_once(void **state)
{
	struct place *place = *state;
	struct following following = { 0 };

	put_alone(place, "a.example", "one");
	follow(place, &following);
	put_alone(place, "a.example", NULL);
	put_alone(place, "b.example", "one");
	put_alone(place, "b.example", "two");
	put_alone(place, "c.example", "one");
	put_alone(place, "c.example", NULL);
	assert_true(follow(place, &following));
	assert_int_equal(domain_table_count(following.table), 1);
	assert_string_equal(provider_of(&following, "b.example"), "two");
	assert_int_equal(following.version.sequence, 6);
	domain_table_unref(following.table);
}

static void begins_anew_with_another_store(void **state)
{
	struct place *place = *state, other = *place;
	struct following following = { 0 };

	snprintf(other.url, sizeof(other.url), "sqlite:%s/other.db", place->directory);
	snprintf(other.path, sizeof(other.path), "%s/other.db", place->directory);
	put_alone(place, "a.example", "one");
	put_alone(&other, "b.example", "one"); /* at the same sequence number */
	follow(place, &following);
	assert_int_equal(rename(other.path, place->path), 0);
	assert_true(follow(place, &following));
	assert_string_equal(provider_of(&following, "a.example"), "");
	assert_string_equal(provider_of(&following, "b.example"), "one");
	assert_int_equal(following.version.sequence, 1);
	assert_false(follow(place, &following));
	domain_table_unref(following.table);
}

/* A copy of an earlier day is put back: the same store, but it has gone back. */
static void begins_anew_with_an_older_copy(void **state)
{
	struct place *place = *state;
	struct following following = { 0 };
	char copy[128 * 1024];
	FILE *file;
	size_t size;

	put_alone(place, "a.example", "one");
	file = fopen(place->path, "r");
	assert_non_null(file);
	size = fread(copy, 1, sizeof(copy), file);
	assert_true(size > 0 && size < sizeof(copy));
	fclose(file);
	put_alone(place, "a.example", NULL);
	put_alone(place, "b.example", "one");
	follow(place, &following);
	assert_string_equal(provider_of(&following, "b.example"), "one");
	place_write(place, "signpost.db", copy, size);
	assert_true(follow(place, &following));
	assert_string_equal(provider_of(&following, "a.example"), "one");
	assert_string_equal(provider_of(&following, "b.example"), "");
	assert_int_equal(following.version.sequence, 1);
	domain_table_unref(following.table);
}

/* Ids of providers that no domain uses any more fill the base; the store knows only those in use.
 */
static void begins_anew_when_providers_have_used_up_their_numbers(void **state)
{
	struct place *place = *state;
	struct domain_table_builder *builder = NULL;
	struct following following = { 0 };
	struct error err = { 0 };
	char id[32];

	put_alone(place, "a.example", "one");
	follow(place, &following);
	assert_int_equal(domain_table_builder_new(NULL, SEED, &builder, &err), 0);
	for (int i = 0; i < DOMAIN_TABLE_PROVIDERS_MAX; i++) {
		snprintf(id, sizeof(id), "n%d", i);
		assert_int_equal(domain_table_builder_set(builder, "a.example", 9, id, &err), 0);
	}
	domain_table_unref(following.table);
	assert_int_equal(domain_table_builder_finish(&builder, &following.table, &err), 0);
	put_alone(place, "b.example", "two");
	assert_true(follow(place, &following));
	assert_int_equal(domain_table_provider_count(following.table), 2);
	assert_string_equal(provider_of(&following, "a.example"), "one");
	assert_string_equal(provider_of(&following, "b.example"), "two");
	domain_table_unref(following.table);
}

static void a_failure_changes_nothing(void **state)
{
	struct place *place = *state;
	struct domain_table *table = NULL;
	struct following following = { 0 };
	struct store_version before;
	struct store *reader, *writer;
	struct error err = { 0 };
	char path[160];

	put_alone(place, "a.example", "one");
	follow(place, &following);
	put_alone(place, "b.example", "one");
	before = following.version;
	snprintf(path, sizeof(path), "%s-wal", place->path);
	assert_int_equal(unlink(path), 0); /* read without locks, */
	reader = store_at(place, STORE_READ);
	writer = store_at(place, STORE_WRITE); /* and then a writer comes */
	assert_int_equal(domain_table_follow(reader, following.table, SEED, &following.version,
					     &table, &err),
			 -1);
	assert_int_equal(err.code, ERROR_UNAVAILABLE);
	assert_null(table);
	assert_string_equal(following.version.instance, before.instance);
	assert_int_equal(following.version.sequence, before.sequence);
	assert_int_equal(domain_table_load(reader, SEED, &table, &following.version, &err), -1);
	assert_null(table);
	assert_int_equal(following.version.sequence, before.sequence);
	store_close(reader);
	store_close(writer);
	assert_true(follow(place, &following));
	assert_string_equal(provider_of(&following, "b.example"), "one");
	domain_table_unref(following.table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLACE_TEST(loads_all),
		PLACE_TEST(follows_each_change),
		PLACE_TEST(takes_up_several_batches_at_once),
		PLACE_TEST(begins_anew_with_another_store),
		PLACE_TEST(begins_anew_with_an_older_copy),
		PLACE_TEST(begins_anew_when_providers_have_used_up_their_numbers),
		PLACE_TEST(a_failure_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
