/* A directory of its own for each test, and short words for what tests do with a store. */
#ifndef TESTS_UNIT_STORE_PLACE_H
#define TESTS_UNIT_STORE_PLACE_H

#include "store/store.h"

#include <dirent.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct place {
	char directory[64];
	char path[128]; /* of the store in it */
	char url[160];
};

/* For a test's state: every test gets a struct place *. */
static int place_make(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	assert_non_null(place);
	snprintf(place->directory, sizeof(place->directory), "/tmp/signpost-store-XXXXXX");
	assert_non_null(mkdtemp(place->directory));
	assert_int_equal(chmod(place->directory, 0755), 0); /* other users read here too */
	snprintf(place->path, sizeof(place->path), "%s/signpost.db", place->directory);
	snprintf(place->url, sizeof(place->url), "sqlite:%s", place->path);
	*state = place;
	return 0;
}

static int place_remove(void **state)
{
	struct place *place = *state;
	DIR *directory = opendir(place->directory);
	struct dirent *entry;
	char path[512];

	assert_non_null(directory);
	while ((entry = readdir(directory))) {
		snprintf(path, sizeof(path), "%s/%s", place->directory, entry->d_name);
		if (entry->d_name[0] != '.' || strlen(entry->d_name) > 2)
			(void)(unlink(path) < 0 && rmdir(path));
	}
	closedir(directory);
	assert_int_equal(rmdir(place->directory), 0);
	free(place);
	return 0;
}

#define PLACE_TEST(function) cmocka_unit_test_setup_teardown(function, place_make, place_remove)

/* The text with the directory's path taken out wherever it stands, so that a table can hold it. */
static inline const char *place_text(const struct place *place, char *text)
{
	size_t length = strlen(place->directory);
	char *at;

	while ((at = strstr(text, place->directory)))
		memmove(at, at + length, strlen(at + length) + 1);
	return text;
}

static inline int place_compare(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* The names in the directory, each with a blank behind it. */
static inline void place_list(const struct place *place, char *ret, size_t size)
{
	struct dirent **names;
	int count = scandir(place->directory, &names, NULL, place_compare);

	assert_true(count >= 0);
	*ret = '\0';
	for (int i = 0; i < count; i++) {
		size_t length = strlen(ret);

		if (names[i]->d_name[0] != '.')
			snprintf(ret + length, size - length, "%s ", names[i]->d_name);
		free(names[i]);
	}
	free(names);
}

static inline void place_write(const struct place *place, const char *name, const char *text,
			       size_t size)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", place->directory, name);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
}

/* Changes the file itself, as the sqlite3 program does. */
static inline void place_run(const struct place *place, const char *sql)
{
	sqlite3 *db = NULL;

	assert_int_equal(sqlite3_open(place->path, &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s", sqlite3_errmsg(db));
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* The result of a question to the file itself, a blank behind each row's text. */
static inline void place_ask(const struct place *place, const char *sql, char *ret, size_t size)
{
	sqlite3_stmt *statement = NULL;
	sqlite3 *db = NULL;

	assert_int_equal(sqlite3_open_v2(place->path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
	*ret = '\0';
	while (sqlite3_step(statement) == SQLITE_ROW) {
		size_t length = strlen(ret);

		snprintf(ret + length, size - length, "%s ",
			 (const char *)sqlite3_column_text(statement, 0));
	}
	sqlite3_finalize(statement);
	sqlite3_close(db);
}

static inline struct store *store_at(const struct place *place, enum store_mode mode)
{
	struct store *store = NULL;
	struct error err = { 0 };

	if (store_open(place->url, mode, &store, &err) < 0)
		fail_msg("%s", err.text);
	return store;
}

static inline struct domain_name domain_of(const char *text)
{
	struct domain_name domain;
	struct error err = { 0 };

	if (domain_name_parse(text, strlen(text), &domain, &err) < 0)
		fail_msg("%s", err.text);
	return domain;
}

static inline void batch_begin(struct store *store)
{
	struct error err = { 0 };

	if (store_begin(store, &err) < 0)
		fail_msg("%s", err.text);
}

static inline void batch_commit(struct store *store)
{
	struct error err = { 0 };

	if (store_commit(store, "tester", "test", &err) < 0)
		fail_msg("%s", err.text);
}

/* provider NULL: remove it */
static inline enum store_outcome put(struct store *store, const char *name, const char *provider)
{
	struct domain_name domain = domain_of(name);
	enum store_outcome outcome = STORE_UNCHANGED;
	struct error err = { 0 };
	int result = provider ? store_set_domain(store, &domain, provider, &outcome, &err)
			      : store_remove_domain(store, &domain, &outcome, &err);

	if (result < 0)
		fail_msg("%s", err.text);
	return outcome;
}

/* One change in a batch of its own, through a store of its own. */
static inline void put_alone(const struct place *place, const char *name, const char *provider)
{
	struct store *store = store_at(place, STORE_CREATE);

	batch_begin(store);
	put(store, name, provider);
	batch_commit(store);
	store_close(store);
}

/* Appends "domain=provider " or "-domain " to the text in context, of PLACE_TEXT_SIZE bytes. */
#define PLACE_TEXT_SIZE 4096

static inline int note_domain(void *context, const char *domain, size_t length,
			      const char *provider, struct error *err)
{
	size_t used = strlen(context);

	(void)err;
	assert_int_equal(strlen(domain), length);
	if (provider)
		snprintf((char *)context + used, PLACE_TEXT_SIZE - used, "%s=%s ", domain,
			 provider);
	else
		snprintf((char *)context + used, PLACE_TEXT_SIZE - used, "-%s ", domain);
	return 0;
}

#endif
