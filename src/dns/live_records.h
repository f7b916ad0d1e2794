/*
 * What one name server says now of a domain: its zone, serial, and the records at given names; by
 * single questions, or by a zone transfer.
 */
#ifndef DNS_LIVE_RECORDS_H
#define DNS_LIVE_RECORDS_H

#include "dns/dns_record.h"
#include "dns/exchange.h"
#include "dns/tsig_key.h"
#include "model/domain_name.h"

#define LIVE_RECORDS_MAX 500000 /* records of a zone that is transferred */

enum live_state {
	LIVE_READ,
	LIVE_NO_ANSWER, /* silent, unreachable, or broken */
	LIVE_LAME,	/* answers, but has not got the zone (RFC 1912 2.8) or will not tell */
};

struct live_job {
	/* Set by the caller. */
	const struct domain_name *domain;
	struct socket_address server;
	bool transfer; /* the zone is transferred, else it is asked question by question. Set to
			  false by live_records_read() where the domain is no zone of its own: a
			  zone that many of them share is not transferred for each. */
	const struct tsig_key *key; /* signs a transfer; may be NULL */
	/*
	 * Which names and types matter: records of these lists. Each owner is asked for the types
	 * there, and for A, AAAA, TXT and MX where a CNAME is in the lists (to see what stands in
	 * its way); the names between it and the domain for NS; "*" below the domain for A, and if
	 * there is one, for all types that matter, as "*" below the parent of what was found.
	 */
	const struct dns_record_list *names[3];
	/*
	 * Only what is in the lists is asked, nothing around it; and whether a name that is in
	 * names[1] alone, which should have gone, still answers out of a wildcard.
	 */
	bool records_only;

	/* Set by live_records_read(). */
	bool exact; /* it is certain that no record was lent by a wildcard: each name that might
		       have been was asked for a name below it; those that were are left out */
	enum live_state state;
	char reason[200]; /* of a state other than READ: the rest of a sentence that begins with the
			     server: "refuses to answer (REFUSED)..." */
	struct domain_name zone; /* the domain lies in; one label is enough */
	uint32_t serial;
	uint32_t negative_ttl; /* seconds: the lower of the SOA's TTL and its MINIMUM (RFC 2308 5)
				*/
	/*
	 * Sorted. Of a transfer the whole zone; else what stands at the names asked, wildcards
	 * ("*" as a label), and the NS and DNAME records that answers show above them, below the
	 * zone's top. A CNAME's target is not followed.
	 */
	struct dns_record_list records;
};

/* Reads all; the caller clears each job, on failure too. -1: epoll or memory failed. */
int live_records_read(struct exchange *exchange, struct live_job *jobs, size_t count,
		      struct error *err);

void live_job_clear(struct live_job *job);

#endif
