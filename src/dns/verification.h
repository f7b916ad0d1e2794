/*
 * Whether the world sees what was published: first every authoritative server of a domain is
 * asked, then, only if each has it, the resolvers; and from when on nothing old can be in a cache.
 * A name is never asked for at a resolver before it stands at every authoritative server: the
 * answer that it does not exist would be kept there.
 */
#ifndef DNS_VERIFICATION_H
#define DNS_VERIFICATION_H

#include "dns/authority.h"
#include "dns/change_plan.h"
#include "dns/exchange.h"

#define VERIFICATION_DETAIL_SIZE 300 /* bytes, with the final NUL */

enum verification_state {
	VERIFICATION_NEW,   /* all that is published, and nothing else in its place */
	VERIFICATION_OLD,   /* all of the last change as it was before */
	VERIFICATION_MIXED, /* some of it as before, some as published */
	VERIFICATION_OTHER, /* something that is neither */
	VERIFICATION_NO_ANSWER,
	VERIFICATION_LAME, /* answers, but has not got the zone; of a resolver: no recursion, or an
			      error */
	VERIFICATION_STATE_COUNT
};

/* "new", "old", "mixed", "other", "no answer", "lame". */
const char *verification_state_name(enum verification_state state);

/* What is asked about one domain. Nothing is kept or changed. */
struct verification_input {
	const struct domain_name *domain;
	const struct dns_record_list *published; /* what should stand there */
	const struct change_log *change;	 /* the last change, or NULL: none is known */
	uint32_t negative_ttl;			 /* seconds; of the zone before the change */
	int64_t seen; /* when every server was seen with the change, or 0; since 1970, as all times
			 here */
	const struct authority *authority;
};

struct verification_server {
	const struct authority_server *server; /* of the input's authority */
	enum verification_state state;
	uint32_t serial; /* of NEW, OLD, MIXED and OTHER */
	uint32_t ttl;	 /* seconds: the highest of what it has; of these states */
	bool behind;	 /* its serial is before that of another server of the domain */
	char detail[VERIFICATION_DETAIL_SIZE]; /* a sentence without the server's name and full
						  stop, "" if NEW; of NO_ANSWER and LAME the rest of
						  one that begins with the server */
};

struct verification_resolver {
	const struct socket_address *address; /* of the settings */
	enum verification_state state;
	uint32_t remaining; /* seconds: how long it will keep what is not new, or 0 */
	char detail[VERIFICATION_DETAIL_SIZE];
};

/* What was found out about one domain. Points into the input and the settings, owns nothing. */
struct verification {
	struct verification_server servers[AUTHORITY_SERVERS_MAX]; /* in the order of the authority
								    */
	size_t server_count;
	bool everywhere; /* there are servers, and each is NEW */
	struct verification_resolver resolvers[SOCKET_ADDRESS_LIST_MAX];
	size_t resolver_count; /* 0: they were not asked */
	int64_t seen;  /* the input's, or now if everywhere is true for the first time; 0: not yet,
			  or  no change is known */
	uint32_t wait; /* seconds from seen until the last cache has let go of what was before: the
			  highest TTL of what the change removed or replaced, and the negative TTL
			  if it added what was not there */
	int64_t gone_by; /* seen + wait, or later if a resolver will keep something longer; 0: not
			    known while a server answers with something else than what is
			    published, or while not seen */
};

/* exchange and resolvers must live as long as the verifier. */
struct verifier;
struct verifier_settings {
	struct exchange *exchange;
	const struct socket_address_list *resolvers; /* empty: none is asked */
};
int verifier_new(const struct verifier_settings *settings, struct verifier **ret,
		 struct error *err);
void verifier_free(struct verifier *verifier);
DEFINE_CLEANUP(struct verifier *, verifier_free)

/*
 * Looks after count domains at once. A server that was silent for several domains is taken for
 * silent without being asked, for a minute. -1: epoll or memory failed.
 */
int verifier_run(struct verifier *verifier, const struct verification_input *inputs, size_t count,
		 struct verification *ret, struct error *err);

#endif
