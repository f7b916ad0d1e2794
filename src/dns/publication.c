/* The order of the steps, and the plan; the two ways of carrying it out have files of their own. */
#include "dns/publication_intent.h"
#include "dns/publication_parts.h"

#include "base/findings.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void publication_fail(struct publication *publication, enum publication_outcome outcome,
		      const char *format, ...)
{
	va_list args;

	publication->outcome = outcome;
	va_start(args, format);
	vsnprintf(publication->reason, sizeof(publication->reason), format, args);
	va_end(args);
}

bool publication_is_fine(const struct publication *publication)
{
	return publication->outcome != PUBLICATION_FAILED &&
	       publication->outcome != PUBLICATION_CONFLICT;
}

void publication_clear(struct publication *publication)
{
	note_clear(&publication->notes, &publication->note_count);
	free(publication->provider);
	dns_record_list_clear(&publication->frame);
	domain_records_clear(&publication->records);
	dns_change_clear(&publication->last);
	dns_change_clear(&publication->pending);
	change_log_clear(&publication->last_log);
	change_log_clear(&publication->pending_log);
	dns_record_list_clear(&publication->known);
	live_job_clear(&publication->live);
	change_plan_free(publication->plan);
	*publication = (struct publication){ .domain = publication->domain };
}

/* Store and desired records */

static int add_all(struct dns_record_list *list, const struct dns_record_list *more,
		   struct error *err)
{
	for (size_t i = 0; i < more->count; i++) {
		if (dns_record_list_add_copy(list, more->list[i], err) < 0)
			return -1;
	}
	return 0;
}

static int read_log(const struct dns_change *change, struct change_log *log,
		    struct dns_record_list *known, struct error *err)
{
	if (!change->id)
		return 0;
	if (change_log_parse(change->log, change->log_size, log, err) < 0)
		return error_prefix(err, "the store's change %lld", (long long)change->id);
	if (add_all(known, &log->added, err) < 0 || add_all(known, &log->removed, err) < 0 ||
	    add_all(known, &log->published, err) < 0)
		return -1;
	return 0;
}

int publication_load(const struct publication_site *site, struct publication *publication,
		     struct error *err)
{
	dns_change_clear(&publication->last);
	dns_change_clear(&publication->pending);
	change_log_clear(&publication->last_log);
	change_log_clear(&publication->pending_log);
	dns_record_list_clear(&publication->known);
	if (store_dns_find(site->store, &publication->domain, &publication->last,
			   &publication->pending, err) < 0 ||
	    read_log(&publication->last, &publication->last_log, &publication->known, err) < 0 ||
	    read_log(&publication->pending, &publication->pending_log, &publication->known, err) <
		    0)
		return error_prefix(err, "%s", publication->domain.text);
	dns_record_list_sort(&publication->known);
	return 0;
}

void publication_make_records(const struct publication_site *site, struct publication *publication)
{
	const struct provider_answers *answers;
	struct error err;

	if (!publication->provider) {
		publication_fail(publication, PUBLICATION_FAILED,
				 "not in the store; signpost domain add %s --provider ID adds it",
				 publication->domain.text);
		return;
	}
	answers = provider_set_find(site->providers, publication->provider);
	if (!answers)
		publication_fail(publication, PUBLICATION_FAILED,
				 "its provider \"%s\" is not loaded", publication->provider);
	else if (domain_records_make(site->providers, answers, site->zones, &publication->domain,
				     &publication->records, &err) < 0)
		publication_fail(publication, PUBLICATION_FAILED, "%s", err.text);
}

static int fail_undo(struct publication *publication)
{
	publication_fail(publication, PUBLICATION_FAILED,
			 "there is nothing to take back: no change was published");
	return 0;
}

/* Whether a change went where this one is to go: one file, or a zone, wherever its primary. */
static bool is_same_target(const struct publication_site *site, const struct dns_change *change)
{
	static const char update[] = "update ";
	size_t size = sizeof(update) - 1;

	return !change->id || strcmp(change->target, site->target) == 0 ||
	       (strncmp(change->target, update, size) == 0 && !site->directory);
}

static int fail_target(struct publication *publication, const struct publication_site *site,
		       const struct dns_change *change, const char *what, const char *advice)
{
	publication_fail(publication, PUBLICATION_FAILED,
			 "%s went to \"%s\", not to \"%s\"; set dns.publish back %s", what,
			 change->target, site->target, advice);
	return 0;
}

/* The desired records are made and the store's rows read. */
static int prepare(const struct publication_site *site, struct publication *publication,
		   struct error *err)
{
	if (publication_load(site, publication, err) < 0)
		return -1;
	if (!is_same_target(site, &publication->pending))
		return fail_target(publication, site, &publication->pending,
				   "a change whose end is not known",
				   "and publish, to find out how it ended");
	if (!site->undo)
		publication_make_records(site, publication);
	else if (!publication->last.id && !publication->pending.id)
		return fail_undo(publication);
	else if (!is_same_target(site, &publication->last))
		return fail_target(publication, site, &publication->last, "the last change",
				   "to take it back");
	return 0;
}

/* Plans */

static int add_findings(struct publication *publication, const struct findings *findings,
			struct error *err)
{
	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *finding = &findings->list[i];

		if (finding->severity == FINDING_ERROR && publication_is_fine(publication))
			publication_fail(publication, PUBLICATION_FAILED, "%s", finding->text);
		else if (note_add(&publication->notes, &publication->note_count, err, "%s",
				  finding->text) < 0)
			return -1;
	}
	return 0;
}

/* Whether a live record will stand beside ours: it stays, and is no wildcard's answer. */
static bool stands_beside(const struct change_plan *plan, const struct dns_record *record)
{
	if (record->type == LDNS_RR_TYPE_NS || record->type == LDNS_RR_TYPE_DNAME)
		return true; /* what lies below a cut is seen by nobody */
	if (dns_record_list_find(&plan->published, record))
		return false;
	for (size_t i = 0; i < plan->change_count; i++) {
		if (plan->changes[i].kind == CHANGE_REMOVE &&
		    dns_record_compare(plan->changes[i].record, record) == 0)
			return false;
	}
	for (size_t i = 0; i < plan->set_count; i++) {
		if (plan->sets[i].name_empty && strcmp(plan->sets[i].owner, record->owner) == 0)
			return false;
	}
	return true;
}

/* What will stand in the zone is judged, ours and theirs together. */
static int judge(const struct publication_site *site, struct publication *publication,
		 struct error *err)
{
	CLEANUP(findings_clear) struct findings findings = { 0 };
	struct dns_record_list ours = { 0 }, others = { 0 };
	const struct change_plan *plan = publication->plan;
	const struct live_job *live = &publication->live;
	int result;

	ours.list = calloc(plan->published.count + 1, sizeof(struct dns_record *));
	others.list = calloc(live->records.count + 1, sizeof(struct dns_record *));
	/* the TTL that our string takes from a set of others is not ours to be judged */
	for (size_t i = 0; i < plan->published.count && ours.list; i++) {
		struct dns_record *record = plan->published.list[i];
		const struct dns_record *desired =
			dns_record_list_find(&publication->records.desired, record);

		ours.list[ours.count++] = desired ? (struct dns_record *)desired : record;
	}
	for (size_t i = 0; i < live->records.count && others.list; i++) {
		if (stands_beside(plan, live->records.list[i]))
			others.list[others.count++] = live->records.list[i];
	}
	if (ours.list && others.list)
		result = domain_records_check(
			provider_set_find(site->providers, publication->provider),
			&publication->domain, &ours, &others, live->transfer, &findings, err);
	else
		result = error_no_memory(err);
	free(ours.list); /* the records are not its own */
	free(others.list);
	return result < 0 ? -1 : add_findings(publication, &findings, err);
}

static const struct change *first_conflict(const struct change_plan *plan)
{
	for (size_t i = 0; i < plan->change_count; i++) {
		if (plan->changes[i].kind == CHANGE_CONFLICT)
			return &plan->changes[i];
	}
	return NULL;
}

static void tell_conflict(struct publication *publication)
{
	const struct change *first = first_conflict(publication->plan);
	size_t count = publication->plan->counts[CHANGE_CONFLICT];
	char type[16], more[40] = "";

	if (!first)
		return;
	if (count > 1)
		snprintf(more, sizeof(more), " (and %zu more)", count - 1);
	publication_fail(publication, PUBLICATION_CONFLICT, "conflict at %s %s: %s%s",
			 first->record->owner, dns_type_name(first->record->type, type),
			 first->reason, more);
}

/* Whether what is published after the plan is what the store says already. */
static bool is_known(const struct publication *publication)
{
	return publication->last.id && publication_same_records(&publication->plan->published,
								&publication->last_log.published);
}

/*
 * A zone file that has been moved away or misnamed must not take the customer's mail with it. Who
 * means it leaves an empty one.
 */
static void guard_zone_file(const struct publication_site *site, struct publication *publication)
{
	const struct change_plan *plan = publication->plan;

	if (zone_set_find(site->zones, publication->provider))
		return;
	for (size_t i = 0; i < plan->change_count; i++) {
		const struct change *change = &plan->changes[i];

		if (change->kind == CHANGE_REMOVE && change->record->type == LDNS_RR_TYPE_MX &&
		    dns_record_list_find(&publication->last_log.published, change->record)) {
			publication_fail(
				publication, PUBLICATION_FAILED,
				"%s MX %s would be taken away, because there is no zone "
				"file %s.zone in providers.zones; put it back, or an empty "
				"one if that is meant",
				change->record->owner, change->record->rdata,
				publication->provider);
			return;
		}
	}
}

static int make_plan(const struct publication_site *site, struct publication *publication,
		     struct error *err)
{
	CLEANUP(dns_record_list_clear) struct dns_record_list desired = { 0 };
	CLEANUP(dns_record_list_clear) struct dns_record_list published = { 0 };
	const struct dns_record_list none = { 0 };
	struct change_plan_input input = {
		.domain = &publication->domain,
		.zone = &publication->live.zone,
		.serial = publication->live.serial,
		.desired = &publication->records.desired,
		.expected = &publication->records.expected,
		.published = publication->last.id && is_same_target(site, &publication->last)
				     ? &publication->last_log.published
				     : NULL,
		.live = &publication->live.records,
		.live_whole = publication->live.transfer || publication->live.exact,
		.adopt = site->adopt,
	};

	if (site->undo) {
		if (change_log_inverse(&publication->last_log, &desired, &published, err) < 0)
			return -1;
		input.desired = &desired;
		input.expected = &none;
		input.published = &published;
	}
	if (change_plan_make(&input, &publication->plan, err) < 0)
		return -1;
	if (!site->undo)
		guard_zone_file(site, publication);
	if (!site->undo && judge(site, publication, err) < 0)
		return -1;
	if (!publication_is_fine(publication))
		return 0;
	if (publication->plan->counts[CHANGE_CONFLICT])
		tell_conflict(publication);
	else if (change_plan_changes(publication->plan) || site->undo || publication->prove_only ||
		 publication->frame_changes)
		publication->outcome = PUBLICATION_PLANNED;
	else
		publication->outcome =
			is_known(publication) ? PUBLICATION_UNCHANGED : PUBLICATION_PLANNED;
	return 0;
}

static bool is_empty_change(const struct publication *publication)
{
	return publication->last.id && !publication->last_log.added.count &&
	       !publication->last_log.removed.count;
}

/* A change that found everything in place has nothing to take back: the one before it is meant. */
static int skip_empty_changes(const struct publication_site *site, struct publication *publication,
			      struct error *err)
{
	while (site->writes && is_empty_change(publication)) {
		struct dns_change skip = publication->last;

		skip.undoes = publication->last.id;
		skip.id = 0;
		if (store_begin(site->store, err) < 0)
			return -1;
		if (store_dns_intend(site->store, &publication->domain, &skip, err) < 0 ||
		    store_dns_confirm(site->store, &publication->domain, skip.id, 0, err) < 0) {
			store_rollback(site->store);
			return -1;
		}
		if (store_commit(site->store, site->who, site->what, err) < 0 ||
		    publication_load(site, publication, err) < 0)
			return -1;
	}
	return 0;
}

static int plan_one(const struct publication_site *site, struct publication *publication,
		    struct error *err)
{
	bool skipped;

	if (publication->pending.id && publication_settle(site, publication, err) < 0)
		return -1;
	skipped = site->undo && is_empty_change(publication);
	if (skipped && !site->writes)
		return note_add(&publication->notes, &publication->note_count, err,
				"the last publication found everything in place, so the "
				"change before it will be taken back");
	if (skipped && skip_empty_changes(site, publication, err) < 0)
		return -1;
	if (site->undo && !publication->last.id)
		return skipped ? 0 : fail_undo(publication);
	return make_plan(site, publication, err);
}

/* What cannot be told without asking others is a note: a resolver may be behind. */
static int note_targets(const struct publication_site *site, struct publication *publication,
			struct error *err)
{
	const struct dns_record_list *desired = &publication->records.desired;
	char type[16];

	if (!site->targets || publication->as_written)
		return 0;
	if (target_check_ask(site->targets, &publication->domain, desired, err) < 0)
		return -1;
	for (size_t i = 0; i < desired->count; i++) {
		const struct dns_record *record = desired->list[i];
		const char *fault = target_check_fault(site->targets, record);

		if (fault && note_add(&publication->notes, &publication->note_count, err,
				      "%s %s %s: %s", record->owner,
				      dns_type_name(record->type, type), record->rdata, fault) < 0)
			return -1;
	}
	return 0;
}

int publication_plan(const struct publication_site *site, struct publication *list, size_t count,
		     struct error *err)
{
	for (size_t i = 0; i < count; i++) {
		if (prepare(site, &list[i], err) < 0)
			return -1;
		if (site->directory && publication_is_fine(&list[i]) &&
		    publication_read_file(site, &list[i], err) < 0)
			return -1;
	}
	if (!site->directory && publication_read_servers(site, list, count, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		if (publication_is_fine(&list[i]) && !list[i].as_written &&
		    (plan_one(site, &list[i], err) < 0 || note_targets(site, &list[i], err) < 0))
			return -1;
	}
	return 0;
}

int publication_carry_out(const struct publication_site *site, struct publication *list,
			  size_t count, struct error *err)
{
	if (site->directory)
		return publication_write_files(site, list, count, err);
	return publication_update(site, list, count, err);
}
