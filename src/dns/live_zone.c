#include "dns/dns_name.h"
#include "dns/live_records_parts.h"

#include <string.h>

#define SOA_SIZE_MIN 22 /* bytes: two names of one byte, five numbers of four */

static uint32_t number_at(const unsigned char *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 |
	       bytes[3];
}

/* Behind two names come SERIAL REFRESH RETRY EXPIRE MINIMUM, four bytes each. */
bool live_take_soa(struct live_job *job, const struct dns_record *soa)
{
	const unsigned char *numbers;
	uint32_t minimum;

	if (soa->rdata_size < SOA_SIZE_MIN)
		return false;
	numbers = soa->rdata_wire + soa->rdata_size - 20;
	job->serial = number_at(numbers);
	minimum = number_at(numbers + 16);
	/* BIND gives the SOA record of a negative answer to a question for it the TTL 0 */
	job->negative_ttl = soa->ttl && soa->ttl < minimum ? soa->ttl : minimum;
	return true;
}

static void set_zone(struct live_reading *reading, const char *zone)
{
	struct domain_name *name = &reading->job->zone;

	reading->zone = reading->apex + strlen(reading->apex) - strlen(zone);
	name->length = strlen(zone) - 1;
	memcpy(name->text, zone, name->length);
	name->text[name->length] = '\0';
}

static void take_zone(struct live_reading *reading, const struct dns_question *question)
{
	const struct dns_answer *answer = &question->answer;
	const struct dns_record *soa, *other;

	if (!dns_question_answered(question)) {
		live_give_up_question(reading, question);
		return;
	}
	soa = dns_name_find(&answer->answer, reading->apex, LDNS_RR_TYPE_SOA);
	if (!soa && answer->answer.count == 0)
		soa = dns_name_find_above(&answer->authority, reading->apex, LDNS_RR_TYPE_SOA);
	if (answer->authoritative && soa && strcmp(soa->owner, ".") != 0 &&
	    live_take_soa(reading->job, soa)) {
		set_zone(reading, soa->owner);
		if (reading->zone != reading->apex)
			reading->job->transfer = false;
		return;
	}
	other = dns_name_find(&answer->answer, reading->apex, LDNS_RR_TYPE_CNAME);
	if (answer->authoritative && other) {
		live_give_up(reading, LIVE_LAME, "says that %.60s is an alias for %.60s: no zone",
			     reading->apex, other->rdata);
		return;
	}
	other = dns_name_find_above(&answer->authority, reading->apex, LDNS_RR_TYPE_NS);
	if (!answer->authoritative && answer->answer.count == 0 && other)
		live_give_up(reading, LIVE_LAME,
			     "has not got the zone: it refers to the servers of \"%.100s\"",
			     other->owner);
	else if (!answer->authoritative)
		live_give_up(reading, LIVE_LAME,
			     "has not got the zone: it answers without authority (no AA)");
	else
		live_give_up(reading, LIVE_LAME, "does not say in which zone %.100s lies",
			     reading->apex);
}

int live_read_zones(struct exchange *exchange, struct live_reading *readings, size_t count,
		    struct error *err)
{
	CLEANUP(dns_question_list_clear) struct dns_question_list questions = { 0 };

	for (size_t i = 0; i < count; i++) {
		if (dns_question_add(&questions, &readings[i].job->server, readings[i].apex,
				     LDNS_RR_TYPE_SOA, false, i, err) < 0)
			return -1;
	}
	if (dns_question_ask(exchange, &questions, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++)
		take_zone(&readings[i], &questions.list[i]);
	return 0;
}
