/* Zones and name servers that were looked up before. For authority.c. */
#ifndef DNS_AUTHORITY_CACHE_H
#define DNS_AUTHORITY_CACHE_H

#include "dns/dns_record.h"
#include "model/domain_name.h"
#include "model/socket_address.h"

#define AUTHORITY_CACHE_MAX 4096       /* zones and hosts */
#define AUTHORITY_NAMES_MAX 16	       /* name servers of one zone */
#define AUTHORITY_HOST_ADDRESSES_MAX 8 /* of one name server */

/* A name server. Names are absolute, canonical text. */
struct authority_host {
	struct authority_host *next;
	bool known; /* was looked up, or came with a referral */
	bool asked; /* is being looked up */
	size_t count;
	struct socket_address addresses[AUTHORITY_HOST_ADDRESSES_MAX];
	char name[];
};

struct authority_hosts {
	struct authority_host *list[AUTHORITY_NAMES_MAX];
	size_t count;
};

enum authority_zone_state {
	AUTHORITY_ZONE_UNKNOWN,
	AUTHORITY_ZONE_FOUND,
	AUTHORITY_ZONE_NONE, /* there is no zone of that name */
	AUTHORITY_ZONE_FAILED,
};

struct authority_zone {
	struct authority_zone *next;
	enum authority_zone_state state;
	bool asked;
	char reason[200]; /* of FAILED: the rest of a sentence that begins with the resolvers */
	struct authority_hosts hosts;
	char name[];
};

struct authority_cache;

struct authority_cache *authority_cache_new(void); /* NULL: no memory */
void authority_cache_free(struct authority_cache *cache);

/* Empties it if more than AUTHORITY_CACHE_MAX are in it. What was handed out before is gone then.
 */
void authority_cache_bound(struct authority_cache *cache);

/* The entry of that name, which is made if there is none. NULL: no memory. */
struct authority_host *authority_cache_host(struct authority_cache *cache, const char *name);
struct authority_zone *authority_cache_zone(struct authority_cache *cache, const char *name);

/*
 * Adds the targets of the NS records of owner in list, each once; those that are too long for a
 * host name and those beyond AUTHORITY_NAMES_MAX are left out. -1: no memory.
 */
int authority_cache_targets(struct authority_cache *cache, const struct dns_record_list *list,
			    const char *owner, struct authority_hosts *ret);

bool authority_hosts_contain(const struct authority_hosts *hosts,
			     const struct authority_host *host);

/* Adds the address of an A or AAAA record, unless this machine has no route to it. */
void authority_host_add(struct authority_host *host, const struct dns_record *record,
			uint16_t port);

#endif
