/*
 * Entries lie in the order in which they came, their texts in one block ("domain NUL provider
 * NUL"), and slots say where an entry is: open addressing, half of them free at least. A search
 * ends after PROBES_MAX slots, so that no choice of names makes it long; whatever finds no slot
 * there counts as not kept.
 */
#include "server/seen_table.h"

#include <assert.h>
#include <string.h>

#define PROBES_MAX 32

struct seen_entry {
	uint64_t hash;
	struct seen_times times;
	uint32_t text; /* where its texts begin */
	uint16_t status;
	uint8_t domain_length, provider_length, kind, client;
};

struct seen_table {
	uint64_t seed;
	size_t room, count; /* entries */
	size_t text_size, text_used;
	size_t mask; /* slots - 1 */
	bool told;   /* that it is filling */
	struct seen_entry *entries;
	uint32_t *slots; /* the entry's number + 1; 0: free */
	char *text;
};

static_assert(KIND_COUNT <= UINT8_MAX && CLIENT_KIND_COUNT <= UINT8_MAX, "they go into a byte");

int seen_table_new(size_t entries, size_t text_size, uint64_t seed, struct seen_table **ret,
		   struct error *err)
{
	CLEANUP(seen_table_freep) struct seen_table *table = calloc(1, sizeof(*table));

	assert(entries >= 2 && (entries & (entries - 1)) == 0 && text_size <= UINT32_MAX);
	if (!table)
		return error_no_memory(err);
	table->seed = seed;
	table->room = entries;
	table->mask = 2 * entries - 1;
	table->text_size = text_size;
	table->entries = malloc(entries * sizeof(*table->entries));
	table->slots = calloc(2 * entries, sizeof(*table->slots));
	table->text = malloc(text_size);
	if (!table->entries || !table->slots || !table->text)
		return error_no_memory(err);
	*ret = table;
	table = NULL;
	return 0;
}

void seen_table_free(struct seen_table *table)
{
	if (!table)
		return;
	free(table->entries);
	free(table->slots);
	free(table->text);
	free(table);
}

static uint64_t mix(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * UINT64_C(0x9fb21c651e98df25);
	return hash ^ hash >> 32;
}

static uint64_t mix_text(uint64_t hash, const char *text, size_t length)
{
	uint64_t word, last = (uint64_t)length << 56;

	for (; length >= sizeof(word); length -= sizeof(word), text += sizeof(word)) {
		memcpy(&word, text, sizeof(word));
		hash = mix(hash, word);
	}
	for (size_t i = 0; i < length; i++)
		last |= (uint64_t)(unsigned char)text[i] << 8 * i;
	return mix(hash, last);
}

static uint64_t hash_of(const struct seen_table *table, const struct seen_key *key)
{
	uint64_t word = (uint64_t)key->status << 16 | (uint64_t)key->kind << 8 | key->client;
	uint64_t hash = mix(table->seed, word);

	hash = mix_text(hash, key->domain, key->domain_length);
	return mix_text(hash, key->provider, key->provider_length) ^ table->seed;
}

static bool is_key(const struct seen_table *table, const struct seen_entry *entry,
		   const struct seen_key *key)
{
	const char *text = table->text + entry->text;

	return entry->kind == key->kind && entry->client == key->client &&
	       entry->status == key->status && entry->domain_length == key->domain_length &&
	       entry->provider_length == key->provider_length &&
	       memcmp(text, key->domain, key->domain_length) == 0 &&
	       memcmp(text + key->domain_length + 1, key->provider, key->provider_length) == 0;
}

static char *put(char *to, const char *text, size_t length)
{
	memcpy(to, text, length);
	to[length] = '\0';
	return to + length + 1;
}

static enum seen_outcome add(struct seen_table *table, uint32_t *slot, uint64_t hash,
			     const struct seen_key *key, const struct seen_times *times)
{
	size_t size = key->domain_length + key->provider_length + 2;
	struct seen_entry *entry;
	char *to;

	if (table->count == table->room || table->text_size - table->text_used < size)
		return SEEN_FULL;
	entry = &table->entries[table->count++];
	*slot = (uint32_t)table->count;
	*entry = (struct seen_entry){
		.hash = hash,
		.times = *times,
		.text = (uint32_t)table->text_used,
		.status = (uint16_t)key->status,
		.domain_length = (uint8_t)key->domain_length,
		.provider_length = (uint8_t)key->provider_length,
		.kind = (uint8_t)key->kind,
		.client = (uint8_t)key->client,
	};
	to = put(table->text + table->text_used, key->domain, key->domain_length);
	put(to, key->provider, key->provider_length);
	table->text_used += size;
	if (table->told ||
	    (table->count < table->room / 4 * 3 && table->text_used < table->text_size / 4 * 3))
		return SEEN_KEPT;
	table->told = true;
	return SEEN_FILLING;
}

static enum seen_outcome note(struct seen_table *table, uint64_t hash, const struct seen_key *key,
			      const struct seen_times *times)
{
	for (size_t i = 0; i < PROBES_MAX; i++) {
		uint32_t *slot = &table->slots[(hash + i) & table->mask];
		struct seen_entry *entry;

		if (*slot == 0)
			return add(table, slot, hash, key, times);
		entry = &table->entries[*slot - 1];
		if (entry->hash != hash || !is_key(table, entry, key))
			continue;
		if (times->first < entry->times.first)
			entry->times.first = times->first;
		if (times->last > entry->times.last)
			entry->times.last = times->last;
		entry->times.count += times->count;
		return SEEN_KEPT;
	}
	return SEEN_FULL;
}

enum seen_outcome seen_table_note(struct seen_table *table, const struct seen_key *key,
				  const struct seen_times *times)
{
	assert(key->domain_length <= UINT8_MAX && key->provider_length <= UINT8_MAX);
	return note(table, hash_of(table, key), key, times);
}

uint64_t seen_table_merge(struct seen_table *table, const struct seen_table *from)
{
	uint64_t lost = 0;

	assert(table->seed == from->seed);
	for (size_t i = 0; i < from->count; i++) {
		struct seen_times times;
		struct seen_key key;

		seen_table_get(from, i, &key, &times);
		if (note(table, from->entries[i].hash, &key, &times) == SEEN_FULL)
			lost += times.count;
	}
	return lost;
}

size_t seen_table_count(const struct seen_table *table)
{
	return table->count;
}

void seen_table_get(const struct seen_table *table, size_t number, struct seen_key *ret_key,
		    struct seen_times *ret_times)
{
	const struct seen_entry *entry = &table->entries[number];
	const char *text = table->text + entry->text;

	assert(number < table->count);
	*ret_key = (struct seen_key){
		.domain = text,
		.provider = text + entry->domain_length + 1,
		.domain_length = entry->domain_length,
		.provider_length = entry->provider_length,
		.kind = entry->kind,
		.client = entry->client,
		.status = entry->status,
	};
	*ret_times = entry->times;
}

bool seen_table_has_room_for(const struct seen_table *table, const struct seen_table *other)
{
	return table->room - table->count >= other->room &&
	       table->text_size - table->text_used >= other->text_size;
}

void seen_table_empty(struct seen_table *table)
{
	table->count = table->text_used = 0;
	table->told = false;
	memset(table->slots, 0, (table->mask + 1) * sizeof(*table->slots));
}
