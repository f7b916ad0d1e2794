/*
 * SipHash-1-3: a hash that nobody can foresee who does not know the seed. Inline, since it stands
 * in the path of every request. Words are read in the machine's own byte order: no hash leaves the
 * process.
 */
#ifndef BASE_SIPHASH_H
#define BASE_SIPHASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct siphash {
	uint64_t v0, v1, v2, v3;
};

static inline uint64_t siphash_rotate(uint64_t value, unsigned int bits)
{
	return value << bits | value >> (64 - bits);
}

static inline void siphash_round(struct siphash *s)
{
	s->v0 += s->v1;
	s->v2 += s->v3;
	s->v1 = siphash_rotate(s->v1, 13) ^ s->v0;
	s->v3 = siphash_rotate(s->v3, 16) ^ s->v2;
	s->v0 = siphash_rotate(s->v0, 32) + s->v3;
	s->v2 += s->v1;
	s->v1 = siphash_rotate(s->v1, 17) ^ s->v2;
	s->v3 = siphash_rotate(s->v3, 21) ^ s->v0;
	s->v2 = siphash_rotate(s->v2, 32);
}

static inline void siphash_add(struct siphash *s, uint64_t word)
{
	s->v3 ^= word;
	siphash_round(s);
	s->v0 ^= word;
}

static inline uint64_t siphash(uint64_t seed, const void *bytes, size_t size)
{
	uint64_t second = seed * 0x9e3779b97f4a7c15 ^ 0x6a09e667f3bcc908; /* any odd, any */
	struct siphash s = { seed ^ 0x736f6d6570736575, second ^ 0x646f72616e646f6d,
			     seed ^ 0x6c7967656e657261, second ^ 0x7465646279746573 };
	uint64_t word, last = (uint64_t)size << 56;
	const unsigned char *from = (const unsigned char *)bytes;

	for (; size >= sizeof(word); from += sizeof(word), size -= sizeof(word)) {
		memcpy(&word, from, sizeof(word));
		siphash_add(&s, word);
	}
	for (size_t i = 0; i < size; i++)
		last |= (uint64_t)from[i] << (8 * i);
	siphash_add(&s, last);
	s.v2 ^= 0xff;
	siphash_round(&s);
	siphash_round(&s);
	siphash_round(&s);
	return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}

#endif
