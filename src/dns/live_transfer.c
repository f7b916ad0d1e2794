#include "dns/dns_name.h"
#include "dns/live_records_parts.h"

#define TRANSFERS 4 /* at a time: each may be large */

struct transfer {
	struct live_reading *reading;
	struct dns_message message;
	unsigned int soa_seen;
	bool begun;
	struct error fault;
};

static void transfers_free(struct transfer *transfers, size_t count)
{
	for (size_t i = 0; transfers && i < count; i++)
		dns_message_clear(&transfers[i].message);
	free(transfers);
}

static int take_message(void *context, const unsigned char *message, size_t size)
{
	struct transfer *transfer = context;
	struct dns_record_list *records = &transfer->reading->job->records;
	bool first = !transfer->begun;

	transfer->begun = true;
	if (dns_message_transfer(&transfer->message, message, size, first, &transfer->soa_seen,
				 records, &transfer->fault) < 0)
		return -1;
	if (records->count > LIVE_RECORDS_MAX)
		return error_set(&transfer->fault, ERROR_TOO_LARGE, "more than %d records",
				 LIVE_RECORDS_MAX);
	return transfer->soa_seen < 2;
}

static void end_transfer(struct transfer *transfer, const struct exchange_query *query)
{
	struct live_reading *reading = transfer->reading;
	const struct dns_record *soa;

	if (transfer->fault.code) {
		live_give_up(reading, LIVE_LAME,
			     transfer->fault.code == ERROR_UNAVAILABLE
				     ? "%.150s (asked for a transfer)"
				     : "sends a transfer that %.150s",
			     transfer->fault.text);
		return;
	}
	if (query->outcome != EXCHANGE_ANSWERED || transfer->soa_seen < 2) {
		live_give_up(reading, LIVE_NO_ANSWER,
			     transfer->begun ? "broke the transfer of the zone off"
					     : "is silent when the zone is to be transferred");
		return;
	}
	soa = dns_name_find(&reading->job->records, reading->zone, LDNS_RR_TYPE_SOA);
	if (!soa || !live_take_soa(reading->job, soa))
		live_give_up(reading, LIVE_LAME, "transfers a zone without a whole SOA record");
}

static int run_transfers(struct exchange *exchange, struct transfer *transfers, size_t count,
			 struct error *err)
{
	CLEANUP(freep) struct exchange_query *queries = calloc(count, sizeof(*queries));

	if (!queries)
		return error_no_memory(err);
	for (size_t i = 0; i < count; i++) {
		const struct live_reading *reading = transfers[i].reading;

		if (dns_message_query(reading->zone, LDNS_RR_TYPE_AXFR, false, reading->job->key,
				      &transfers[i].message, err) < 0)
			return -1;
		queries[i] = (struct exchange_query){
			.server = reading->job->server,
			.transport = EXCHANGE_TRANSFER,
			.message = transfers[i].message.bytes,
			.size = transfers[i].message.size,
			.more = take_message,
			.context = &transfers[i],
		};
	}
	if (exchange_run(exchange, queries, count, TRANSFERS, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		if (transfers[i].fault.code == ERROR_NO_MEMORY)
			return error_no_memory(err);
		end_transfer(&transfers[i], &queries[i]);
	}
	return 0;
}

/* A zone that several customers' domains lie in is not transferred again for each of them. */
int live_read_transfers(struct exchange *exchange, struct live_reading *readings, size_t count,
			struct error *err)
{
	struct transfer *transfers = calloc(count, sizeof(*transfers));
	size_t wanted = 0;
	int result = 0;

	if (!transfers)
		return error_no_memory(err);
	for (size_t i = 0; i < count; i++) {
		const struct live_job *job = readings[i].job;

		if (job->state == LIVE_READ && job->transfer &&
		    readings[i].zone == readings[i].apex)
			transfers[wanted++].reading = &readings[i];
	}
	if (wanted > 0)
		result = run_transfers(exchange, transfers, wanted, err);
	transfers_free(transfers, count);
	return result;
}
