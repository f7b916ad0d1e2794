/*
 * Three growing arrays and an arena of folder names, sorted at the end. Only folders that have
 * names elsewhere are in the arena; with a folder for each name it stays empty. A name is a hash:
 * what is found may be wrong once in a very long time, and is compared with the certificate anyway.
 */
#include "server/certificate_index.h"

#include "base/bytes.h"
#include "base/siphash.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define NONE ((UINT32_C(1) << 30) - 1) /* no folder of the arena */

struct record {
	uint64_t key;
	uint32_t limit;
	uint32_t folder : 30;
	uint32_t verdict : 2;
};

/* Without padding, which would be a quarter. */
struct __attribute__((packed)) entry {
	uint64_t hash;
	uint32_t folder;
};

struct list {
	void *items;
	size_t count, room;
};

struct certificate_index {
	int references;
	uint64_t seed;
	struct list records; /* struct record, by key */
	struct list entries; /* struct entry, by hash */
	struct list folders; /* uint32_t: where its name begins in arena */
	struct bytes arena;
	const struct certificate_index *before; /* until it is finished */
	uint32_t *carried;			/* for each folder of before its number here */
};

static void *add_item(struct list *list, size_t size, struct error *err)
{
	if (list->count == list->room) {
		size_t room = list->room ? list->room + list->room / 2 : 64;
		void *items = realloc(list->items, room * size);

		if (!items) {
			(void)error_no_memory(err);
			return NULL;
		}
		list->items = items;
		list->room = room;
	}
	return (char *)list->items + list->count++ * size;
}

int certificate_index_new(uint64_t seed, struct certificate_index **ret, struct error *err)
{
	struct certificate_index *index = calloc(1, sizeof(*index));

	if (!index)
		return error_no_memory(err);
	index->references = 1;
	index->seed = seed;
	*ret = index;
	return 0;
}

static int add_folder(struct certificate_index *index, const char *folder, uint32_t *ret,
		      struct error *err)
{
	uint32_t *start = add_item(&index->folders, sizeof(*start), err);

	if (!start)
		return -1;
	if (index->folders.count >= NONE ||
	    index->arena.size > UINT32_MAX - CERTIFICATE_FOLDER_SIZE)
		return error_set(err, ERROR_TOO_LARGE, "%s: too many folders", folder);
	*start = (uint32_t)index->arena.size;
	bytes_append(&index->arena, folder, strlen(folder) + 1);
	if (index->arena.failed)
		return error_no_memory(err);
	*ret = (uint32_t)index->folders.count - 1;
	return 0;
}

static int add_entry(struct certificate_index *index, uint64_t hash, uint32_t folder,
		     struct error *err)
{
	struct entry *entry = add_item(&index->entries, sizeof(*entry), err);

	if (!entry)
		return -1;
	*entry = (struct entry){ hash, folder };
	return 0;
}

static int add_record(struct certificate_index *index, const struct record *record,
		      struct error *err)
{
	struct record *to = add_item(&index->records, sizeof(*to), err);

	if (!to)
		return -1;
	*to = *record;
	return 0;
}

static uint32_t limit_of(int64_t seconds)
{
	if (seconds < 0)
		return 0;
	return seconds > UINT32_MAX ? UINT32_MAX : (uint32_t)seconds;
}

int certificate_index_add(struct certificate_index *index, const char *folder,
			  const struct certificate_record *record,
			  const struct certificate_names *names, struct error *err)
{
	uint32_t number = NONE;

	for (const char *name = NULL; names && (name = certificate_names_next(names, name));) {
		if (certificate_folders_reach(name, folder))
			continue;
		if ((number == NONE && add_folder(index, folder, &number, err) < 0) ||
		    add_entry(index, siphash(index->seed, name, strlen(name)), number, err) < 0)
			return -1;
	}
	return add_record(index,
			  &(struct record){ .key = record->key,
					    .limit = limit_of(record->limit),
					    .folder = number & NONE,
					    .verdict = record->verdict },
			  err);
}

/* Searching and sorting */

static const struct record *find_record(const struct certificate_index *index, uint64_t key)
{
	const struct record *records = index->records.items;
	size_t from = 0, to = index->records.count;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (records[middle].key < key)
			from = middle + 1;
		else
			to = middle;
	}
	return from < index->records.count && records[from].key == key ? &records[from] : NULL;
}

bool certificate_index_record(const struct certificate_index *before, uint64_t key,
			      struct certificate_record *ret)
{
	const struct record *record = before && key ? find_record(before, key) : NULL;

	if (!record)
		return false;
	*ret = (struct certificate_record){ key, record->verdict, record->limit };
	return true;
}

/* Folders of before that came along are noted, and their names follow at the end. */
static int carry_folder(struct certificate_index *index, const struct certificate_index *before,
			uint32_t old, const char *folder, uint32_t *ret, struct error *err)
{
	if (!index->carried) {
		index->before = before;
		index->carried = malloc(before->folders.count * sizeof(*index->carried));
		if (!index->carried)
			return error_no_memory(err);
		for (size_t i = 0; i < before->folders.count; i++)
			index->carried[i] = NONE;
	}
	if (add_folder(index, folder, ret, err) < 0)
		return -1;
	index->carried[old] = *ret;
	return 0;
}

int certificate_index_carry(struct certificate_index *index, const struct certificate_index *before,
			    uint64_t key, const char *folder, struct error *err)
{
	const struct record *found = find_record(before, key);
	uint32_t number = NONE;
	struct record record;

	assert(found);
	record = *found;
	if (record.folder != NONE &&
	    carry_folder(index, before, record.folder, folder, &number, err) < 0)
		return -1;
	record.folder = number & NONE;
	return add_record(index, &record, err);
}

static int compare_records(const void *a, const void *b)
{
	uint64_t one = ((const struct record *)a)->key, two = ((const struct record *)b)->key;

	return one < two ? -1 : one > two;
}

static int compare_entries(const void *a, const void *b)
{
	uint64_t one = ((const struct entry *)a)->hash, two = ((const struct entry *)b)->hash;

	return one < two ? -1 : one > two;
}

static void sort_list(struct list *list, size_t size, int (*compare)(const void *, const void *))
{
	void *shrunk = list->count ? realloc(list->items, list->count * size) : NULL;

	if (shrunk) {
		list->items = shrunk;
		list->room = list->count;
	}
	if (list->count)
		qsort(list->items, list->count, size, compare);
}

int certificate_index_finish(struct certificate_index *index, struct error *err)
{
	const struct entry *entries = index->carried ? index->before->entries.items : NULL;
	size_t count = index->carried ? index->before->entries.count : 0;

	for (size_t i = 0; i < count; i++) {
		uint32_t folder = index->carried[entries[i].folder];

		if (folder != NONE && add_entry(index, entries[i].hash, folder, err) < 0)
			return -1;
	}
	free(index->carried);
	index->carried = NULL;
	index->before = NULL;
	sort_list(&index->records, sizeof(struct record), compare_records);
	sort_list(&index->entries, sizeof(struct entry), compare_entries);
	return 0;
}

static size_t find_hash(const struct certificate_index *index, uint64_t hash,
			char (*ret)[CERTIFICATE_FOLDER_SIZE], size_t room)
{
	const struct entry *entries = index->entries.items;
	const uint32_t *folders = index->folders.items;
	size_t from = 0, to = index->entries.count, found = 0;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (entries[middle].hash < hash)
			from = middle + 1;
		else
			to = middle;
	}
	for (; from < index->entries.count && entries[from].hash == hash && found < room; from++)
		snprintf(ret[found++], CERTIFICATE_FOLDER_SIZE, "%s",
			 index->arena.data + folders[entries[from].folder]);
	return found;
}

size_t certificate_index_find(const struct certificate_index *index, const struct domain_name *name,
			      char (*ret)[CERTIFICATE_FOLDER_SIZE], size_t room)
{
	const char *parent = strchr(name->text, '.');
	char wildcard[DOMAIN_NAME_SIZE + 1];
	size_t found = find_hash(index, siphash(index->seed, name->text, name->length), ret, room);
	int length = snprintf(wildcard, sizeof(wildcard), "*%s", parent);

	return found + find_hash(index, siphash(index->seed, wildcard, (size_t)length), ret + found,
				 room - found);
}

struct certificate_index *certificate_index_ref(struct certificate_index *index)
{
	if (index)
		__atomic_add_fetch(&index->references, 1, __ATOMIC_RELAXED);
	return index;
}

void certificate_index_unref(struct certificate_index *index)
{
	if (!index || __atomic_sub_fetch(&index->references, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	free(index->records.items);
	free(index->entries.items);
	free(index->folders.items);
	bytes_clear(&index->arena);
	free(index->carried);
	free(index);
}
