/*
 * An arena of entries, one behind the other, and slots that say where each begins.
 *
 *	slots	{ hash, offset } { 0, 0 } { hash, offset } ...	open addressing, linear probing
 *	arena	. | number (2 bytes) length (1) name | number ...
 *
 * A slot keeps the whole hash, not only the part that chose the slot: a look-up goes to the arena
 * for the name it wants and for one other in four thousand millions, so it costs two cache misses
 *in a large map; and growing, shrinking and removing move slots without looking at a name. Removing
 *shifts the slots behind back, so there are no tombstones to be cleared away later. At most three
 *quarters of the slots are taken.
 *
 * The hash is SipHash-1-3 with a key from the seed. Whoever registers domains chooses names; with a
 * hash that can be foreseen a few thousand chosen ones make every look-up walk through all of them.
 *It costs about 100 instructions for a name of 20 bytes, less than a cache miss.
 *
 * Memory from 1 MiB up is mapped, not malloc'ed: growing the arena moves pages instead of copying
 *them, and what a table of a million held goes back to the system at once. With malloc that would
 *not be sure: glibc raises its threshold for mapping to the size of what was freed, up to 32 MiB.
 */
#include "model/name_map.h"

#include "base/siphash.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define MAPPED_MIN ((size_t)1 << 20) /* bytes */
#define SLOTS_MIN 16
#define SLOTS_MAX ((size_t)1 << 31)
#define ARENA_MIN 256			     /* bytes */
#define ARENA_MAX UINT32_MAX		     /* bytes, for offsets of 32 bits */
#define ARENA_BEGIN 1			     /* offset 0 marks a free slot */
#define ENTRY_HEAD 3			     /* bytes before the name */
#define ENTRY_DEAD (NAME_MAP_NUMBER_MAX + 1) /* the number of an entry that was removed */

/* Zeroed memory, NULL if there is none. */
static void *memory_new(size_t size)
{
	void *data;

	if (size < MAPPED_MIN)
		return calloc(1, size);
	data = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return data == MAP_FAILED ? NULL : data;
}

static void memory_free(void *data, size_t size)
{
	if (size < MAPPED_MIN)
		free(data);
	else
		munmap(data, size);
}

/* As realloc(); what is new is not zeroed. */
static void *memory_resize(void *data, size_t size, size_t new_size)
{
	void *moved;

	if (size < MAPPED_MIN && new_size < MAPPED_MIN)
		return realloc(data, new_size);
	if (size >= MAPPED_MIN && new_size >= MAPPED_MIN) {
		moved = mremap(data, size, new_size, MREMAP_MAYMOVE);
		return moved == MAP_FAILED ? NULL : moved;
	}
	moved = memory_new(new_size);
	if (!moved)
		return NULL;
	memcpy(moved, data, size < new_size ? size : new_size);
	memory_free(data, size);
	return moved;
}

static uint32_t name_hash(uint64_t seed, const char *name, size_t length)
{
	uint64_t hash = siphash(seed, name, length);

	return (uint32_t)(hash ^ hash >> 32);
}

static unsigned int entry_number(const unsigned char *entry)
{
	return entry[0] | (unsigned int)entry[1] << 8;
}

static void entry_set_number(unsigned char *entry, unsigned int number)
{
	entry[0] = (unsigned char)number;
	entry[1] = (unsigned char)(number >> 8);
}

static size_t entry_size(const unsigned char *entry)
{
	return ENTRY_HEAD + (size_t)entry[2];
}

/* The index of the slot that holds the name, or else of the free one where it belongs. */
static size_t name_map_seek(const struct name_map *map, uint32_t hash, const char *name,
			    size_t length)
{
	size_t mask = map->slot_count - 1, i = hash & mask;

	for (; map->slots[i].offset; i = (i + 1) & mask) {
		const unsigned char *entry = map->arena + map->slots[i].offset;

		if (map->slots[i].hash == hash && entry[2] == length &&
		    memcmp(entry + ENTRY_HEAD, name, length) == 0)
			break;
	}
	return i;
}

/* Moves all slots into slot_count new ones. */
static int name_map_rehash(struct name_map *map, size_t slot_count, struct error *err)
{
	size_t mask = slot_count - 1;
	struct name_map_slot *slots;

	if (slot_count > SLOTS_MAX)
		return error_set(err, ERROR_TOO_LARGE, "more than %zu names", map->count);
	slots = memory_new(slot_count * sizeof(*slots));
	if (!slots)
		return error_no_memory(err);
	for (size_t i = 0; i < map->slot_count; i++) {
		size_t to = map->slots[i].hash & mask;

		if (!map->slots[i].offset)
			continue;
		while (slots[to].offset)
			to = (to + 1) & mask;
		slots[to] = map->slots[i];
	}
	memory_free(map->slots, map->slot_count * sizeof(*slots));
	map->slots = slots;
	map->slot_count = slot_count;
	return 0;
}

static size_t slots_for(size_t count)
{
	size_t slots = SLOTS_MIN;

	while (slots <= SLOTS_MAX && count > slots / 4 * 3)
		slots *= 2;
	return slots;
}

int name_map_init(struct name_map *map, uint64_t seed, struct error *err)
{
	map->seed = seed;
	map->slots = memory_new(SLOTS_MIN * sizeof(*map->slots));
	map->slot_count = SLOTS_MIN;
	map->arena = memory_new(ARENA_MIN);
	map->room = ARENA_MIN;
	map->used = ARENA_BEGIN;
	return map->slots && map->arena ? 0 : error_no_memory(err);
}

int name_map_copy(struct name_map *map, const struct name_map *from, struct error *err)
{
	size_t size = from->slot_count * sizeof(*from->slots);

	*map = *from;
	map->slots = memory_new(size);
	map->arena = memory_new(map->room);
	if (!map->slots || !map->arena)
		return error_no_memory(err);
	memcpy(map->slots, from->slots, size);
	memcpy(map->arena, from->arena, from->used);
	return 0;
}

int name_map_reserve(struct name_map *map, size_t count, struct error *err)
{
	size_t slots = slots_for(count);

	return slots > map->slot_count ? name_map_rehash(map, slots, err) : 0;
}

static int arena_reserve(struct name_map *map, size_t size, struct error *err)
{
	size_t room = map->room;
	unsigned char *arena;

	if (size <= room - map->used)
		return 0;
	if (size > ARENA_MAX - map->used)
		return error_set(err, ERROR_TOO_LARGE, "more than 4 GiB of names");
	room = room > ARENA_MAX / 2 ? ARENA_MAX : 2 * room;
	if (room < map->used + size)
		room = map->used + size;
	arena = memory_resize(map->arena, map->room, room);
	if (!arena)
		return error_no_memory(err);
	map->arena = arena;
	map->room = room;
	return 0;
}

/* Adds an entry for a name that is not there and fills the slot. */
static int name_map_add(struct name_map *map, uint32_t hash, const char *name, size_t length,
			unsigned int number, struct error *err)
{
	unsigned char *entry;
	size_t i;

	if (arena_reserve(map, ENTRY_HEAD + length, err) < 0 ||
	    name_map_reserve(map, map->count + 1, err) < 0)
		return -1;
	i = name_map_seek(map, hash, name, length); /* anew: the slots may be others now */
	map->slots[i] = (struct name_map_slot){ hash, (uint32_t)map->used };
	entry = map->arena + map->used;
	entry_set_number(entry, number);
	entry[2] = (unsigned char)length;
	memcpy(entry + ENTRY_HEAD, name, length);
	map->used += ENTRY_HEAD + length;
	map->count++;
	return 0;
}

int name_map_set(struct name_map *map, const char *name, size_t length, unsigned int number,
		 struct error *err)
{
	uint32_t hash;
	size_t i;

	if (length == 0 || length > NAME_MAP_LENGTH_MAX)
		return error_set(err, ERROR_INVALID, "a name of %zu bytes is not of 1 to %d",
				 length, NAME_MAP_LENGTH_MAX);
	hash = name_hash(map->seed, name, length);
	i = name_map_seek(map, hash, name, length);
	if (!map->slots[i].offset)
		return name_map_add(map, hash, name, length, number, err);
	entry_set_number(map->arena + map->slots[i].offset, number);
	return 0;
}

/* Slides the live entries together. */
static void name_map_compact(struct name_map *map)
{
	size_t from = ARENA_BEGIN, to = ARENA_BEGIN, size;

	for (; from < map->used; from += size) {
		unsigned char *entry = map->arena + from;
		const char *name = (const char *)entry + ENTRY_HEAD;
		size_t i;

		size = entry_size(entry);
		if (entry_number(entry) == ENTRY_DEAD)
			continue;
		i = name_map_seek(map, name_hash(map->seed, name, entry[2]), name, entry[2]);
		map->slots[i].offset = (uint32_t)to;
		memmove(map->arena + to, entry, size);
		to += size;
	}
	map->used = to;
	map->dead = 0;
}

/*
 * Frees slot i and moves those behind it back, as far as each may go: not before the slot that its
 * hash wants. Ends at the next free slot.
 */
static void slots_close_gap(struct name_map *map, size_t i)
{
	size_t mask = map->slot_count - 1;

	for (size_t j = (i + 1) & mask; map->slots[j].offset; j = (j + 1) & mask) {
		size_t wanted = map->slots[j].hash & mask;

		if (((j - wanted) & mask) < ((j - i) & mask))
			continue;
		map->slots[i] = map->slots[j];
		i = j;
	}
	map->slots[i] = (struct name_map_slot){ 0 };
}

void name_map_remove(struct name_map *map, const char *name, size_t length)
{
	size_t i = name_map_seek(map, name_hash(map->seed, name, length), name, length);
	unsigned char *entry;

	if (!map->slots[i].offset)
		return;
	entry = map->arena + map->slots[i].offset;
	entry_set_number(entry, ENTRY_DEAD);
	map->dead += entry_size(entry);
	map->count--;
	slots_close_gap(map, i);
	if (map->dead > map->used / 4)
		name_map_compact(map);
}

/* A failure leaves the map as it was, only larger. */
void name_map_shrink(struct name_map *map)
{
	struct error ignored = { 0 };
	unsigned char *arena = memory_resize(map->arena, map->room, map->used);

	if (arena) {
		map->arena = arena;
		map->room = map->used;
	}
	if (slots_for(map->count) < map->slot_count / 2)
		name_map_rehash(map, slots_for(map->count), &ignored);
}

int name_map_find(const struct name_map *map, const char *name, size_t length)
{
	size_t i = name_map_seek(map, name_hash(map->seed, name, length), name, length);

	return map->slots[i].offset ? (int)entry_number(map->arena + map->slots[i].offset) : -1;
}

void name_map_clear(struct name_map *map)
{
	if (map->slots)
		memory_free(map->slots, map->slot_count * sizeof(*map->slots));
	if (map->arena)
		memory_free(map->arena, map->room);
	*map = (struct name_map){ 0 };
}
