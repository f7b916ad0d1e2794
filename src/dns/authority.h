/*
 * Which servers are asked about a domain: those that the parent zone names, each at all its
 * addresses (RFC 1034 4.2.1), found through the configured resolvers; else the configured ones.
 * Names of servers and their addresses are remembered, since many customers share them.
 */
#ifndef DNS_AUTHORITY_H
#define DNS_AUTHORITY_H

#include "dns/exchange.h"
#include "model/configuration.h"
#include "model/domain_name.h"

#define AUTHORITY_SERVERS_MAX 32 /* addresses of one zone */

struct authority_server {
	char name[DOMAIN_NAME_SIZE]; /* without a final dot; "" for one that is configured by
					address */
	struct socket_address address;
};

/* The servers of one domain. */
struct authority {
	struct authority_server servers[AUTHORITY_SERVERS_MAX];
	size_t count;
	bool configured; /* taken from the configuration, not from the parent */
	char *note;	 /* one or more sentences without a full stop at the end: why not from the
			    parent, which server's name has no address, that the zone itself names
			    others than its parent; or NULL; owned */
};

struct authority_finder;

/* exchange, primary (may be NULL) and lists must live as long as the finder. */
struct authority_settings {
	const struct socket_address *primary;
	const struct socket_address_list *servers;   /* used if the parent cannot be asked */
	const struct socket_address_list *resolvers; /* empty: the parent cannot be asked */
	uint16_t port; /* at which servers that the parent names answer */
};
int authority_finder_new(struct exchange *exchange, const struct authority_settings *settings,
			 struct authority_finder **ret, struct error *err);
void authority_finder_free(struct authority_finder *finder);
DEFINE_CLEANUP(struct authority_finder *, authority_finder_free)

/*
 * Finds the servers of count domains at once. A domain that is no zone of its own has those of the
 * zone that it lies in. One that cannot be found at all has count 0 and a note. Resolvers are only
 * asked for zones above a domain and for the names of servers, never for the domain or names below
 * it. Addresses that this machine has no route to (no IPv6) are left out. The configured servers
 * come without a note where no resolver is configured. The caller clears each of ret, on failure
 * too. -1: epoll or memory failed.
 */
int authority_find(struct authority_finder *finder, const struct domain_name *const *domains,
		   size_t count, struct authority *ret, struct error *err);

void authority_clear(struct authority *authority);

#endif
