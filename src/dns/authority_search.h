/* From domains to the names and addresses of their servers. For authority.c. */
#ifndef DNS_AUTHORITY_SEARCH_H
#define DNS_AUTHORITY_SEARCH_H

#include "dns/authority_cache.h"
#include "dns/dns_question.h"

#define AUTHORITY_REASON_SIZE 400 /* bytes, with the final NUL */

enum authority_search_state {
	AUTHORITY_SEARCH_ZONE,	 /* the zone above the domain is looked for */
	AUTHORITY_SEARCH_PARENT, /* its servers are asked */
	AUTHORITY_SEARCH_FOUND,
	AUTHORITY_SEARCH_FAILED,
};

/* One domain. */
struct authority_search {
	char apex[DOMAIN_NAME_SIZE + 1]; /* the domain with its final dot; set by the caller */

	enum authority_search_state state;
	const char *above;	      /* name of the zone, an end of apex or "." */
	struct authority_zone *zone;  /* of that name */
	bool inside;		      /* the domain is no zone of its own but lies in that one */
	unsigned int tries;	      /* of the zone's servers */
	struct authority_hosts hosts; /* what was found */
	char reason[AUTHORITY_REASON_SIZE]; /* of FAILED: a sentence */
};

struct authority_tools {
	struct exchange *exchange;
	struct authority_cache *cache;
	const struct socket_address_list *resolvers; /* at least one */
	uint16_t port;
};

/* All zero but for apex at the beginning; FOUND, with the addresses of all hosts looked up, or
 * FAILED at the end. -1: epoll or memory failed. */
int authority_search(const struct authority_tools *tools, struct authority_search *searches,
		     size_t count, struct error *err);

#endif
