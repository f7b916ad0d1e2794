/*
 * By files: intents of all in one transaction, the files under temporary names, one commit of the
 * directory, the reload command, then the primary is asked until it serves what the files say. A
 * file that was never seen at the server keeps its intent, so that the next run reloads and looks
 * again.
 */
#include "dns/publication_parts.h"
#include "dns/serial.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define PROOF_PAUSE_FIRST 20 /* milliseconds between two looks; doubled up to */
#define PROOF_PAUSE_MAX 1000
#define RELOAD_TIMES 4 /* how many times as long as a question the reload command may take */

struct file_change {
	struct publication *publication;
	struct dns_change intent;
	struct change_log log;
	bool written, seen;
};

static void clear_changes(struct file_change *changes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		dns_change_clear(&changes[i].intent);
		change_log_clear(&changes[i].log);
	}
	free(changes);
}

static bool is_open(const struct file_change *change)
{
	return change->publication->outcome == PUBLICATION_PLANNED;
}

static int prepare(const struct publication_site *site, struct file_change *change,
		   struct error *err)
{
	struct publication *publication = change->publication;

	change->intent.target = strdup(site->target);
	change->intent.undoes = site->undo ? publication->last.id : 0;
	if (!change->intent.target || change_plan_log(publication->plan, &change->intent.log,
						      &change->intent.log_size, err) < 0)
		return error_no_memory(err);
	return change_log_parse(change->intent.log, change->intent.log_size, &change->log, err);
}

static int write_intents(const struct publication_site *site, struct file_change *changes,
			 size_t count, struct error *err)
{
	if (store_begin(site->store, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		if (store_dns_intend(site->store, &changes[i].publication->domain,
				     &changes[i].intent, err) < 0) {
			store_rollback(site->store);
			return -1;
		}
	}
	return store_commit(site->store, site->who, site->what, err);
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
	struct publication *publication = change->publication;
	CLEANUP(freep) char *text = NULL;
	struct error err;
	size_t size;

	if (!has_news(publication)) {
		publication->serial = publication->live.serial;
		change->written = true;
		return;
	}
	if (make_text(site, publication, &text, &size, &err) == 0 &&
	    zone_directory_write(site->directory, &publication->domain, text, size, &err) == 0)
		change->written = true;
	else
		publication_fail(publication, PUBLICATION_FAILED, "%s", err.text);
}

static void fail_written(struct file_change *changes, size_t count, const char *text)
{
	for (size_t i = 0; i < count; i++) {
		if (changes[i].written && is_open(&changes[i])) {
			changes[i].written = false;
			publication_fail(changes[i].publication, PUBLICATION_FAILED, "%s", text);
		}
	}
}

static void reload(const struct publication_site *site, struct file_change *changes, size_t count)
{
	const struct domain_name **domains = calloc(count + 1, sizeof(*domains));
	size_t written = 0;
	struct error err;

	for (size_t i = 0; i < count && domains; i++) {
		if (changes[i].written)
			domains[written++] = &changes[i].publication->domain;
	}
	if (!domains)
		error_no_memory(&err);
	if (!domains || (written > 0 && site->reload &&
			 zone_reload(site->reload, domains, written,
				     RELOAD_TIMES * site->timeout / 1000, &err) < 0)) {
		for (size_t i = 0; i < count; i++) {
			if (changes[i].written && is_open(&changes[i]))
				publication_fail(changes[i].publication, PUBLICATION_FAILED,
						 "the file is written, but %s", err.text);
		}
	}
	free(domains);
}

/* Whether a server's answer is what the file says. */
static bool is_seen(const struct publication_site *site, const struct file_change *change,
		    const struct live_job *job)
{
	if (job->state != LIVE_READ)
		return false;
	if (site->kind == ZONE_TEXT_ZONE &&
	    serial_compare(job->serial, change->publication->serial) < 0)
		return false;
	return publication_log_applied(&change->log, &job->records) == 1 ||
	       (!change->log.added.count && !change->log.removed.count);
}

/* One round of looking. Returns how many are still to be seen, or -1. */
static long look(const struct publication_site *site, struct file_change *changes, size_t count,
		 struct error *err)
{
	struct live_job *jobs = calloc(count + 1, sizeof(*jobs));
	struct file_change **of = calloc(count + 1, sizeof(*of));
	size_t asked = 0;
	long left = 0;
	int result = jobs && of ? 0 : error_no_memory(err);

	for (size_t i = 0; i < count && result == 0; i++) {
		if (!changes[i].written || !is_open(&changes[i]) || changes[i].seen)
			continue;
		of[asked] = &changes[i];
		jobs[asked++] = (struct live_job){
			.domain = &changes[i].publication->domain,
			.server = *site->primary,
			.names = { &changes[i].log.added, &changes[i].log.removed },
			.records_only = true,
		};
	}
	if (result == 0 && asked > 0)
		result = live_records_read(site->exchange, jobs, asked, err);
	for (size_t i = 0; i < asked; i++) {
		if (result == 0) {
			of[i]->seen = is_seen(site, of[i], &jobs[i]);
			left += !of[i]->seen;
		}
		live_job_clear(&jobs[i]);
	}
	free(jobs);
	free(of);
	return result < 0 ? -1 : left;
}

static int64_t milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Looks until all are seen, or for the time that a question may take, twice. */
static int prove(const struct publication_site *site, struct file_change *changes, size_t count,
		 struct error *err)
{
	int64_t end = milliseconds() + 2 * (int64_t)site->timeout;
	long pause = PROOF_PAUSE_FIRST, left;
	char server[SOCKET_ADDRESS_TEXT_SIZE];

	while ((left = look(site, changes, count, err)) > 0 && milliseconds() < end) {
		const struct timespec rest = { pause / 1000, pause % 1000 * 1000000 };

		nanosleep(&rest, NULL);
		pause = pause * 2 > PROOF_PAUSE_MAX ? PROOF_PAUSE_MAX : pause * 2;
	}
	if (left < 0)
		return -1;
	socket_address_text(site->primary, 53, server);
	for (size_t i = 0; i < count && left > 0; i++) {
		if (changes[i].written && is_open(&changes[i]) && !changes[i].seen)
			publication_fail(changes[i].publication, PUBLICATION_FAILED,
					 "the file is written, but %s does not serve it; look at "
					 "dns.reload and the server's log, and run it again",
					 server);
	}
	return 0;
}

static int write_end(const struct publication_site *site, const struct file_change *change,
		     struct error *err)
{
	struct publication *publication = change->publication;

	if (publication->outcome == PUBLICATION_FAILED) /* one that is written is looked at again */
		return change->written ? 0 : store_dns_drop(site->store, change->intent.id, err);
	publication->outcome = has_news(publication) || publication->prove_only
				       ? PUBLICATION_DONE
				       : PUBLICATION_UNCHANGED;
	return store_dns_confirm(site->store, &publication->domain, change->intent.id,
				 publication->serial, err);
}

static int write_ends(const struct publication_site *site, struct file_change *changes,
		      size_t count, struct error *err)
{
	if (store_begin(site->store, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		if (write_end(site, &changes[i], err) < 0) {
			store_rollback(site->store);
			return -1;
		}
	}
	return store_commit(site->store, site->who, site->what, err);
}

static int carry_out(const struct publication_site *site, struct file_change *changes, size_t count,
		     struct error *err)
{
	struct error fault;

	if (write_intents(site, changes, count, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		if (has_news(changes[i].publication) || changes[i].publication->prove_only)
			write_file(site, &changes[i]);
	}
	if (zone_directory_commit(site->directory, &fault) < 0)
		fail_written(changes, count, fault.text);
	reload(site, changes, count);
	if (site->primary && prove(site, changes, count, err) < 0)
		return -1;
	return write_ends(site, changes, count, err);
}

int publication_write_files(const struct publication_site *site, struct publication *list,
			    size_t count, struct error *err)
{
	struct file_change *changes = calloc(count + 1, sizeof(*changes));
	size_t used = 0;
	int result = changes ? 0 : error_no_memory(err);

	for (size_t i = 0; i < count && result == 0; i++) {
		if (list[i].outcome != PUBLICATION_PLANNED)
			continue;
		changes[used].publication = &list[i];
		result = prepare(site, &changes[used++], err);
	}
	if (result == 0 && used > 0)
		result = carry_out(site, changes, used, err);
	clear_changes(changes, used);
	return result;
}
