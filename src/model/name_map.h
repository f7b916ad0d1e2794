/*
 * Names (1 to 255 bytes) with a number each, made for a million of them: 8 bytes of slot and 3 of
 * entry beside the name itself. What domain_table.c is made of; others want domain_table.h.
 */
#ifndef MODEL_NAME_MAP_H
#define MODEL_NAME_MAP_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

#define NAME_MAP_LENGTH_MAX 255 /* bytes of a name */
#define NAME_MAP_NUMBER_MAX 65534

struct name_map_slot {
	uint32_t hash;
	uint32_t offset; /* of the entry in the arena; 0: the slot is free */
};

/* All zero is a map without memory, for name_map_clear() alone. */
struct name_map {
	uint64_t seed;
	struct name_map_slot *slots;
	size_t slot_count; /* a power of two */
	size_t count;	   /* of names */
	unsigned char *arena;
	size_t room, used; /* bytes of arena */
	size_t dead;	   /* bytes of arena in entries that were removed */
};

/* Makes *map, which is all zero, an empty map. seed makes the hash unforeseeable. */
int name_map_init(struct name_map *map, uint64_t seed, struct error *err);

/* Makes *map, which is all zero, a copy of another; costs copying its memory, no name is hashed. */
int name_map_copy(struct name_map *map, const struct name_map *from, struct error *err);

/* Makes room for count names in all. */
int name_map_reserve(struct name_map *map, size_t count, struct error *err);

/* ERROR_INVALID: the name has a wrong length. ERROR_TOO_LARGE: over 4 GiB of names. */
int name_map_set(struct name_map *map, const char *name, size_t length, unsigned int number,
		 struct error *err);

/* Takes a name out, if it is there. */
void name_map_remove(struct name_map *map, const char *name, size_t length);

/* Gives memory back that the map does not use now. */
void name_map_shrink(struct name_map *map);

/* The number of a name, or -1. */
int name_map_find(const struct name_map *map, const char *name, size_t length);

/* Frees what is held and empties the struct. */
void name_map_clear(struct name_map *map);

#endif
