#include "server/follower.h"

#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct place {
	char directory[64], path[128], url[160];
};

static struct place make_place(void)
{
	struct place place = { .directory = "/tmp/signpost-follower-XXXXXX" };

	assert_non_null(mkdtemp(place.directory));
	snprintf(place.path, sizeof(place.path), "%s/signpost.db", place.directory);
	snprintf(place.url, sizeof(place.url), "sqlite:%s", place.path);
	return place;
}

static void remove_files(const struct place *place)
{
	static const char *const ends[] = { "", "-wal", "-shm", ".old", ".old-wal", ".old-shm" };
	char path[PATH_MAX];

	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		snprintf(path, sizeof(path), "%s%s", place->path, ends[i]);
		unlink(path);
	}
}

static void set_domain(const struct place *place, const char *name, const char *provider)
{
	CLEANUP(store_closep) struct store *store = NULL;
	enum store_outcome outcome;
	struct domain_name domain;
	struct error err = { 0 };

	assert_int_equal(domain_name_parse(name, strlen(name), &domain, &err), 0);
	assert_int_equal(store_open(place->url, STORE_CREATE, &store, &err), 0);
	assert_int_equal(store_begin(store, &err), 0);
	assert_int_equal(store_set_domain(store, &domain, provider, &outcome, &err), 0);
	assert_int_equal(store_commit(store, "test", "test", &err), 0);
}

static size_t count(const struct follower *follower)
{
	return domain_table_count(follower_table(follower));
}

static void follows_changes(void **state)
{
	CLEANUP(follower_freep) struct follower *follower = NULL;
	struct place place = make_place();
	struct error err = { 0 };

	(void)state;
	assert_int_equal(follower_new(place.url, &follower, &err), 0);
	assert_int_equal(follower_look(follower), 1); /* there is no store yet */
	assert_false(follower_has_read(follower));
	assert_non_null(follower_trouble(follower));
	assert_int_equal(follower_look(follower), 0); /* which is news once */
	set_domain(&place, "a.example", "p");
	assert_int_equal(follower_look(follower), 1);
	assert_true(follower_has_read(follower));
	assert_null(follower_trouble(follower));
	assert_int_equal(count(follower), 1);
	assert_int_equal(follower_look(follower), 0);
	set_domain(&place, "b.example", "p");
	assert_int_equal(follower_look(follower), 1);
	assert_int_equal(count(follower), 2);
	remove_files(&place);
	rmdir(place.directory);
}

/* Whatever happens to the file, what was read stays, and a store that comes back is followed again.
 */
static void keeps_what_it_knew(void **state)
{
	CLEANUP(follower_freep) struct follower *follower = NULL;
	struct place place = make_place();
	struct error err = { 0 };
	int fd;

	(void)state;
	set_domain(&place, "a.example", "p");
	assert_int_equal(follower_new(place.url, &follower, &err), 0);
	assert_int_equal(follower_look(follower), 1);

	fd = open(place.path, O_WRONLY | O_TRUNC);
	close(fd);
	assert_int_equal(follower_look(follower), 1);
	assert_non_null(follower_trouble(follower));
	assert_true(follower_trouble_since(follower) > 0);
	assert_int_equal(count(follower), 1);

	remove_files(&place);
	assert_int_equal(follower_look(follower), 1); /* another trouble: it is gone now */
	assert_int_equal(count(follower), 1);

	set_domain(&place, "other.example", "p"); /* another store under the same name */
	set_domain(&place, "third.example", "p");
	assert_int_equal(follower_look(follower), 1);
	assert_null(follower_trouble(follower));
	assert_int_equal(follower_trouble_since(follower), 0);
	assert_int_equal(count(follower), 2);
	assert_int_equal(domain_table_find(follower_table(follower), "a.example", 9),
			 DOMAIN_TABLE_NOT_FOUND);
	remove_files(&place);
	rmdir(place.directory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(follows_changes),
		cmocka_unit_test(keeps_what_it_knew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
