/*
 * Three rounds of questions over all jobs: the zone's SOA; the names that matter; and what the
 * answers make worth asking, namely wildcards and cuts. A server that fails in one round is not
 * asked in the next, so one that is down costs one wait.
 */
#include "dns/live_records_parts.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define DOMAIN_WITH_WILDCARD_MAX 251 /* bytes */

void live_give_up(struct live_reading *reading, enum live_state state, const char *format, ...)
{
	struct live_job *job = reading->job;
	va_list args;

	job->state = state;
	va_start(args, format);
	vsnprintf(job->reason, sizeof(job->reason), format, args);
	va_end(args);
	dns_record_list_clear(&job->records);
}

void live_give_up_question(struct live_reading *reading, const struct dns_question *question)
{
	char reason[DNS_QUESTION_REASON_SIZE], type[16];

	dns_question_reason(question, reason);
	live_give_up(reading, dns_question_heard(question) ? LIVE_LAME : LIVE_NO_ANSWER,
		     "%.120s (asked for %.100s %s)", reason, question->owner,
		     dns_type_name(question->type, type));
}

static void begin(struct live_reading *reading, struct live_job *job)
{
	reading->job = job;
	snprintf(reading->apex, sizeof(reading->apex), "%s.", job->domain->text);
	if (job->domain->length <= DOMAIN_WITH_WILDCARD_MAX)
		snprintf(reading->wildcard, sizeof(reading->wildcard), "*.%s.", job->domain->text);
	job->state = LIVE_READ;
	job->reason[0] = '\0';
	job->records = (struct dns_record_list){ 0 };
}

int live_records_read(struct exchange *exchange, struct live_job *jobs, size_t count,
		      struct error *err)
{
	CLEANUP(freep) struct live_reading *readings = calloc(count + 1, sizeof(*readings));

	if (!readings)
		return error_no_memory(err);
	for (size_t i = 0; i < count; i++)
		begin(&readings[i], &jobs[i]);
	if (count == 0)
		return 0;
	if (live_read_zones(exchange, readings, count, err) < 0 ||
	    live_read_transfers(exchange, readings, count, err) < 0 ||
	    live_read_names(exchange, readings, count, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++)
		dns_record_list_sort(&jobs[i].records);
	return 0;
}

void live_job_clear(struct live_job *job)
{
	dns_record_list_clear(&job->records);
}
