#include "dns/publication_intent.h"

#include <string.h>

/* Whether list is there as a whole, if present, or nothing of it is. */
static bool is_there(const struct dns_record_list *live, const struct dns_record_list *list,
		     bool present)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct dns_record *found = dns_record_list_find(live, list->list[i]);

		/* where only the TTL changes, the record itself tells nothing */
		if (present ? !found || found->ttl != list->list[i]->ttl
			    : found && found->ttl == list->list[i]->ttl)
			return false;
	}
	return true;
}

int publication_log_applied(const struct change_log *log, const struct dns_record_list *live)
{
	if (is_there(live, &log->added, true) && is_there(live, &log->removed, false))
		return 1;
	if (is_there(live, &log->added, false) && is_there(live, &log->removed, true))
		return 0;
	return -1;
}

bool publication_log_went_through(const struct change_log *log, const struct dns_record_list *live)
{
	int applied = publication_log_applied(log, live);

	if (applied >= 0)
		return applied;
	return log->added.count ? !is_there(live, &log->added, false)
				: !is_there(live, &log->removed, true);
}

bool publication_intent_is_open(const struct publication_intent *intent)
{
	return intent->publication->outcome == PUBLICATION_PLANNED;
}

void publication_intents_clear(struct publication_intents *intents)
{
	for (size_t i = 0; i < intents->count; i++) {
		dns_change_clear(&intents->list[i].change);
		change_log_clear(&intents->list[i].log);
	}
	free(intents->list);
	*intents = (struct publication_intents){ 0 };
}

/* The row and its log are moved; what was read of the store is not needed any more. */
static void take_over(struct publication_intent *intent)
{
	struct publication *publication = intent->publication;

	intent->change = publication->last;
	intent->log = publication->last_log;
	publication->last = (struct dns_change){ 0 };
	publication->last_log = (struct change_log){ 0 };
}

static int fill(const struct publication_site *site, const struct publication *publication,
		struct dns_change *change, struct error *err)
{
	change->target = strdup(site->target);
	if (!change->target)
		return error_no_memory(err);
	change->undoes = site->undo ? publication->last.id : 0;
	change->negative_ttl = publication->live.negative_ttl;
	return change_plan_log(publication->plan, &change->log, &change->log_size, err);
}

static int make(const struct publication_site *site, struct publication_intent *intent,
		struct error *err)
{
	const struct publication *publication = intent->publication;
	struct dns_change change = { 0 };

	if (fill(site, publication, &change, err) < 0) {
		dns_change_clear(&change);
		return -1;
	}
	intent->change = change;
	if (change_log_parse(change.log, change.log_size, &intent->log, err) < 0)
		return -1;
	return store_dns_intend(site->store, &publication->domain, &intent->change, err);
}

/* Whether an intent is there that has only to be seen at the server. */
static bool is_left_over(const struct publication *publication)
{
	return publication->prove_only && !change_plan_changes(publication->plan) &&
	       !publication->frame_changes;
}

/* What an earlier run has written, and this one writes anew, stands as it was written. */
static int make_or_take_over(const struct publication_site *site, struct publication_intent *intent,
			     struct error *err)
{
	struct publication *publication = intent->publication;

	if (is_left_over(publication)) {
		take_over(intent);
		return 0;
	}
	if (publication->prove_only &&
	    store_dns_confirm(site->store, &publication->domain, publication->last.id,
			      publication->live.serial, err) < 0)
		return -1;
	return make(site, intent, err);
}

int publication_intents_begin(const struct publication_site *site, struct publication *list,
			      size_t count, struct publication_intents *ret, struct error *err)
{
	int result = 0;

	ret->list = calloc(count + 1, sizeof(*ret->list));
	if (!ret->list)
		return error_no_memory(err);
	if (store_begin(site->store, err) < 0)
		return -1;
	for (size_t i = 0; i < count && result == 0; i++) {
		if (list[i].outcome != PUBLICATION_PLANNED)
			continue;
		ret->list[ret->count].publication = &list[i];
		result = make_or_take_over(site, &ret->list[ret->count++], err);
	}
	if (result == 0)
		return store_commit(site->store, site->who, site->what, err);
	store_rollback(site->store);
	return -1;
}

static int write_end(const struct publication_site *site, const struct publication_intent *intent,
		     struct error *err)
{
	if (intent->end == PUBLICATION_END_CONFIRM)
		return store_dns_confirm(site->store, &intent->publication->domain,
					 intent->change.id, intent->publication->serial, err);
	if (intent->end == PUBLICATION_END_DROP)
		return store_dns_drop(site->store, intent->change.id, err);
	return 0;
}

int publication_intents_end(const struct publication_site *site,
			    const struct publication_intents *intents, struct error *err)
{
	int result = 0;

	if (store_begin(site->store, err) < 0)
		return -1;
	for (size_t i = 0; i < intents->count && result == 0; i++)
		result = write_end(site, &intents->list[i], err);
	if (result == 0)
		return store_commit(site->store, site->who, site->what, err);
	store_rollback(site->store);
	return -1;
}

/* What is pending counts as the last change, though the store does not say so (yet). */
static void count_as_last(struct publication *publication)
{
	change_log_clear(&publication->last_log);
	dns_change_clear(&publication->last);
	publication->last_log = publication->pending_log;
	publication->last = publication->pending;
	publication->pending_log = (struct change_log){ 0 };
	publication->pending = (struct dns_change){ 0 };
}

int publication_settle(const struct publication_site *site, struct publication *publication,
		       struct error *err)
{
	bool made =
		publication_log_went_through(&publication->pending_log, &publication->live.records);
	bool unseen = made && site->directory && !site->undo && !publication->pending.undoes;
	int result;

	if (made && (unseen || !site->writes))
		count_as_last(publication);
	publication->prove_only = unseen;
	if (unseen || !site->writes)
		return 0;
	if (store_begin(site->store, err) < 0)
		return -1;
	result = made ? store_dns_confirm(site->store, &publication->domain,
					  publication->pending.id, publication->live.serial, err)
		      : store_dns_drop(site->store, publication->pending.id, err);
	if (result < 0) {
		store_rollback(site->store);
		return -1;
	}
	if (store_commit(site->store, site->who, site->what, err) < 0)
		return -1;
	return publication_load(site, publication, err);
}
