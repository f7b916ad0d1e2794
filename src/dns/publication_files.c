/*
 * By files: intents, the files under temporary names, one commit of the directory, the reload
 * command, then the primary is asked until it serves what the files say. A file that was never seen
 * at the server keeps its intent, so that the next run reloads and looks again.
 */
#include "dns/publication_intent.h"
#include "dns/publication_parts.h"
#include "dns/serial.h"

#include <time.h>

#define RELOAD_TIMES 4 /* how many times as long as a question the reload command may take */

/* One domain's file. */
struct file_change {
	struct publication_intent *intent;
	bool written; /* it stands in the directory, or will with the next commit */
	bool seen;    /* at the server */
};

struct file_changes {
	struct file_change *list;
	size_t count;
};

/* Whether it is written, and nothing has gone wrong since. */
static bool is_open(const struct file_change *change)
{
	return change->written && publication_intent_is_open(change->intent);
}

/* What the file will hold: what it holds now, changed by the plan. Others' records stay. */
static int make_content(const struct publication *publication, struct dns_record_list *ret,
			struct error *err)
{
	const struct change_plan *plan = publication->plan;
	const struct dns_record_list *live = &publication->live.records;

	for (size_t i = 0; i < live->count; i++) {
		bool removed = false;

		for (size_t j = 0; j < plan->change_count && !removed; j++)
			removed = plan->changes[j].kind == CHANGE_REMOVE &&
				  dns_record_compare(plan->changes[j].record, live->list[i]) == 0;
		if (!removed && dns_record_list_add_copy(ret, live->list[i], err) < 0)
			return -1;
	}
	for (size_t i = 0; i < plan->change_count; i++) {
		if (plan->changes[i].kind == CHANGE_ADD &&
		    dns_record_list_add_copy(ret, plan->changes[i].record, err) < 0)
			return -1;
	}
	dns_record_list_sort(ret);
	return 0;
}

/* Undoing leaves the zone's frame as it is. */
static int make_text(const struct publication_site *site, struct publication *publication,
		     char **ret, size_t *ret_size, struct error *err)
{
	CLEANUP(dns_record_list_clear) struct dns_record_list content = { 0 };
	const struct dns_record_list *frame =
		site->undo ? &publication->frame : &publication->records.frame;

	if (make_content(publication, &content, err) < 0)
		return -1;
	if (site->kind == ZONE_TEXT_ZONE)
		publication->serial = serial_next(publication->live.serial, time(NULL));
	return zone_text_make(site->kind, &publication->domain, &content, frame,
			      publication->serial, ret, ret_size, err);
}

/* Whether there is something to be written, or only to be seen. */
static bool has_news(const struct publication *publication)
{
	return change_plan_changes(publication->plan) || publication->frame_changes;
}

static void write_file(const struct publication_site *site, struct file_change *change)
{
	struct publication *publication = change->intent->publication;
	CLEANUP(freep) char *text = NULL;
	struct error err;
	size_t size;

	if (!has_news(publication)) {
		publication->serial = publication->live.serial;
		change->written = true;
	} else if (make_text(site, publication, &text, &size, &err) == 0 &&
		   zone_directory_write(site->directory, &publication->domain, text, size, &err) ==
			   0) {
		change->written = true;
	} else {
		publication_fail(publication, PUBLICATION_FAILED, "%s", err.text);
		change->intent->end = PUBLICATION_END_DROP;
	}
}

/* Of those with neither news nor an earlier run's file, what stands there is confirmed. */
static int write_files(const struct publication_site *site, struct publication_intents *intents,
		       struct file_changes *ret, struct error *err)
{
	struct error fault;

	ret->list = calloc(intents->count + 1, sizeof(*ret->list));
	if (!ret->list)
		return error_no_memory(err);
	for (size_t i = 0; i < intents->count; i++) {
		struct publication_intent *intent = &intents->list[i];

		if (has_news(intent->publication) || intent->publication->prove_only) {
			ret->list[ret->count].intent = intent;
			write_file(site, &ret->list[ret->count++]);
		} else {
			intent->publication->outcome = PUBLICATION_UNCHANGED;
			intent->end = PUBLICATION_END_CONFIRM;
		}
	}
	if (zone_directory_commit(site->directory, &fault) == 0)
		return 0;
	/* some may stand there all the same: the next run finds out */
	for (size_t i = 0; i < ret->count; i++) {
		if (is_open(&ret->list[i]))
			publication_fail(ret->list[i].intent->publication, PUBLICATION_FAILED, "%s",
					 fault.text);
	}
	return 0;
}

static int reload(const struct publication_site *site, struct file_changes *changes,
		  struct error *err)
{
	const struct domain_name **domains;
	size_t written = 0;
	struct error fault;
	int result = 0;

	if (!site->reload)
		return 0;
	domains = calloc(changes->count + 1, sizeof(*domains));
	if (!domains)
		return error_no_memory(err);
	for (size_t i = 0; i < changes->count; i++) {
		if (is_open(&changes->list[i]))
			domains[written++] = &changes->list[i].intent->publication->domain;
	}
	if (written > 0)
		result = zone_reload(site->reload, domains, written,
				     RELOAD_TIMES * site->timeout / 1000, &fault);
	free(domains);
	for (size_t i = 0; i < changes->count && result < 0; i++) {
		if (is_open(&changes->list[i]))
			publication_fail(changes->list[i].intent->publication, PUBLICATION_FAILED,
					 "the file is written, but %s; mend dns.reload, and run it "
					 "again",
					 fault.text);
	}
	return 0;
}

/* Whether a server's answer is what the file says. */
static bool is_seen(const struct publication_site *site, const struct publication_intent *intent,
		    const struct live_job *job)
{
	if (job->state != LIVE_READ)
		return false;
	if (site->kind == ZONE_TEXT_ZONE &&
	    serial_compare(job->serial, intent->publication->serial) < 0)
		return false;
	return publication_log_applied(&intent->log, &job->records) == 1;
}

/* One round of looking. Returns how many are still to be seen, or -1. */
static long look(const struct publication_site *site, struct file_changes *changes,
		 struct error *err)
{
	struct live_job *jobs = calloc(changes->count + 1, sizeof(*jobs));
	struct file_change **of = calloc(changes->count + 1, sizeof(struct file_change *));
	size_t asked = 0;
	long left = 0;
	int result = jobs && of ? 0 : error_no_memory(err);

	for (size_t i = 0; i < changes->count && result == 0; i++) {
		struct publication_intent *intent = changes->list[i].intent;

		if (!is_open(&changes->list[i]) || changes->list[i].seen)
			continue;
		of[asked] = &changes->list[i];
		jobs[asked++] = (struct live_job){
			.domain = &intent->publication->domain,
			.server = *site->primary,
			.names = { &intent->log.added, &intent->log.removed },
			.records_only = true,
		};
	}
	if (result == 0 && asked > 0)
		result = live_records_read(site->exchange, jobs, asked, err);
	for (size_t i = 0; i < asked; i++) {
		if (result == 0) {
			of[i]->seen = is_seen(site, of[i]->intent, &jobs[i]);
			left += !of[i]->seen;
		}
		live_job_clear(&jobs[i]);
	}
	free(jobs);
	free(of);
	return result < 0 ? -1 : left;
}

/* Looks until all are seen, or for the time that a question may take, twice. */
static int prove(const struct publication_site *site, struct file_changes *changes,
		 struct error *err)
{
	char server[SOCKET_ADDRESS_TEXT_SIZE];
	struct publication_wait wait;
	long left;

	publication_wait_begin(&wait, 2 * site->timeout);
	do {
		left = look(site, changes, err);
	} while (left > 0 && publication_wait(&wait));
	if (left < 0)
		return -1;
	socket_address_text(site->primary, 53, server);
	for (size_t i = 0; i < changes->count && left > 0; i++) {
		if (is_open(&changes->list[i]) && !changes->list[i].seen)
			publication_fail(changes->list[i].intent->publication, PUBLICATION_FAILED,
					 "the file is written, but %s does not serve it; look at "
					 "dns.reload and the server's log, and run it again",
					 server);
	}
	return 0;
}

static void finish(struct file_changes *changes)
{
	for (size_t i = 0; i < changes->count; i++) {
		struct publication_intent *intent = changes->list[i].intent;

		if (!is_open(&changes->list[i]))
			continue;
		intent->publication->outcome = PUBLICATION_DONE;
		intent->end = PUBLICATION_END_CONFIRM;
	}
}

int publication_write_files(const struct publication_site *site, struct publication *list,
			    size_t count, struct error *err)
{
	struct publication_intents intents = { 0 };
	struct file_changes changes = { 0 };
	int result = 0;

	if (site->primary)
		result = publication_read_serials(site, list, count, err);
	if (result == 0)
		result = publication_intents_begin(site, list, count, &intents, err);
	if (result == 0)
		result = write_files(site, &intents, &changes, err);
	if (result == 0)
		result = reload(site, &changes, err);
	if (result == 0 && site->primary)
		result = prove(site, &changes, err);
	if (result == 0) {
		finish(&changes);
		result = publication_intents_end(site, &intents, err);
	}
	free(changes.list);
	publication_intents_clear(&intents);
	return result;
}
