/* What the parts of reading share. Others want live_records.h. */
#ifndef DNS_LIVE_RECORDS_PARTS_H
#define DNS_LIVE_RECORDS_PARTS_H

#include "dns/dns_question.h"
#include "dns/live_records.h"

/* One job while it is worked on. */
struct live_reading {
	struct live_job *job;
	char apex[DOMAIN_NAME_SIZE + 1];     /* the domain, with its final dot */
	char wildcard[DOMAIN_NAME_SIZE + 3]; /* "*" below it, or "" if that is too long */
	const char *zone;		     /* the end of apex, with its final dot */
	bool has_wildcard;
};

/* live_records.c */

/* Ends a job with what was found out about its server. */
void live_give_up(struct live_reading *reading, enum live_state state, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void live_give_up_question(struct live_reading *reading, const struct dns_question *question);

/* live_zone.c: asks each job's server for the zone's SOA. */
int live_read_zones(struct exchange *exchange, struct live_reading *readings, size_t count,
		    struct error *err);

/* Serial and negative TTL of the job. Returns whether the SOA has all its numbers. */
bool live_take_soa(struct live_job *job, const struct dns_record *soa);

/* live_transfer.c: transfers the zones of jobs that want it. */
int live_read_transfers(struct exchange *exchange, struct live_reading *readings, size_t count,
			struct error *err);

/* live_names.c: asks what is still open question by question. */
int live_read_names(struct exchange *exchange, struct live_reading *readings, size_t count,
		    struct error *err);

#endif
