/*
 * Up, then down. Resolvers are asked for the NS records of the name above the domain, of the name
 * above that where there is no such zone, and so on; then for the addresses of these servers. One
 * of them is asked for the NS records of the domain, without recursion, and refers to its servers
 * (RFC 1034 4.3.2) or says that the domain lies in a zone of its own. A referral to a zone in
 * between, which the resolvers did not tell of, is followed down.
 *
 * Each step is made for all domains at once, each name is looked up once.
 */
#include "dns/authority_search.h"

#include "dns/dns_name.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define PARENT_TRIES 4 /* servers of a parent zone that are asked before it is given up */

static void fail(struct authority_search *search, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
static void fail(struct authority_search *search, const char *format, ...)
{
	va_list args;

	search->state = AUTHORITY_SEARCH_FAILED;
	va_start(args, format);
	vsnprintf(search->reason, sizeof(search->reason), format, args);
	va_end(args);
}

/* Resolvers */

static bool is_resolved(const struct dns_question *question)
{
	return dns_question_answered(question) && question->recursion;
}

/* Asks one resolver after the other until each question has an answer, or none has one. */
static int ask_resolvers(const struct authority_tools *tools, struct dns_question_list *questions,
			 struct error *err)
{
	const struct socket_address_list *resolvers = tools->resolvers;

	for (size_t turn = 0; turn < resolvers->count; turn++) {
		for (size_t i = 0; i < questions->count; i++) {
			struct dns_question *question = &questions->list[i];

			if (turn > 0 && is_resolved(question))
				continue;
			dns_question_reset(question);
			question->server = resolvers->list[(i + turn) % resolvers->count];
		}
		if (dns_question_ask(tools->exchange, questions, err) < 0)
			return -1;
	}
	return 0;
}

static int add_recursive(const struct authority_tools *tools, struct dns_question_list *questions,
			 const char *owner, ldns_rr_type type, size_t tag, struct error *err)
{
	return dns_question_add(questions, &tools->resolvers->list[0], owner, type, true, tag, err);
}

/* Zones */

static int take_zone(const struct authority_tools *tools, struct authority_zone *zone,
		     const struct dns_question *question, struct error *err)
{
	char reason[DNS_QUESTION_REASON_SIZE];

	if (!is_resolved(question)) {
		zone->state = AUTHORITY_ZONE_FAILED;
		snprintf(zone->reason, sizeof(zone->reason), "%s",
			 dns_question_reason(question, reason));
		return 0;
	}
	if (authority_cache_targets(tools->cache, &question->answer.answer, zone->name,
				    &zone->hosts) < 0)
		return error_no_memory(err);
	zone->state = zone->hosts.count ? AUTHORITY_ZONE_FOUND : AUTHORITY_ZONE_NONE;
	return 0;
}

static int ask_zones(const struct authority_tools *tools, struct authority_search *searches,
		     size_t count, struct error *err)
{
	CLEANUP(dns_question_list_clear) struct dns_question_list questions = { 0 };

	for (size_t i = 0; i < count; i++) {
		struct authority_search *search = &searches[i];

		if (search->state != AUTHORITY_SEARCH_ZONE)
			continue;
		search->zone = authority_cache_zone(tools->cache, search->above);
		if (!search->zone)
			return error_no_memory(err);
		if (search->zone->state != AUTHORITY_ZONE_UNKNOWN || search->zone->asked)
			continue;
		search->zone->asked = true;
		if (add_recursive(tools, &questions, search->zone->name, LDNS_RR_TYPE_NS, i, err) <
		    0)
			return -1;
	}
	if (ask_resolvers(tools, &questions, err) < 0)
		return -1;
	for (size_t i = 0; i < questions.count; i++) {
		if (take_zone(tools, searches[questions.list[i].tag].zone, &questions.list[i],
			      err) < 0)
			return -1;
	}
	return 0;
}

/* What the state of its zone means for a search. Returns whether the next zone is to be asked for.
 */
static bool step_zone(struct authority_search *search)
{
	const struct authority_zone *zone = search->zone;

	if (zone->state == AUTHORITY_ZONE_FAILED) {
		fail(search,
		     "the zone above is not known: asked for \"%.100s\", the last resolver %s",
		     zone->name, zone->reason);
	} else if (zone->state == AUTHORITY_ZONE_FOUND && search->inside) {
		search->hosts = zone->hosts;
		search->state = AUTHORITY_SEARCH_FOUND;
	} else if (zone->state == AUTHORITY_ZONE_FOUND) {
		search->tries = 0;
		search->state = AUTHORITY_SEARCH_PARENT;
	} else {
		search->above = dns_name_parent(search->above);
		if (search->above)
			return true;
		fail(search, "the resolvers know no zone above, not even the root");
	}
	return false;
}

static int find_zones(const struct authority_tools *tools, struct authority_search *searches,
		      size_t count, struct error *err)
{
	bool again = true;

	while (again) {
		again = false;
		if (ask_zones(tools, searches, count, err) < 0)
			return -1;
		for (size_t i = 0; i < count; i++) {
			if (searches[i].state == AUTHORITY_SEARCH_ZONE)
				again |= step_zone(&searches[i]);
		}
	}
	return 0;
}

/* Addresses */

/* Hosts whose addresses are to be looked up. */
struct wanted {
	struct authority_host **list;
	size_t count, room;
};

static void wanted_clear(struct wanted *wanted)
{
	free(wanted->list);
}

static int wanted_add(struct wanted *wanted, const struct authority_hosts *hosts, struct error *err)
{
	for (size_t i = 0; i < hosts->count; i++) {
		struct authority_host *host = hosts->list[i];

		if (host->known || host->asked)
			continue;
		if (wanted->count == wanted->room) {
			size_t room = wanted->room ? wanted->room * 2 : 64;
			struct authority_host **larger =
				reallocarray(wanted->list, room, sizeof(struct authority_host *));

			if (!larger)
				return error_no_memory(err);
			wanted->list = larger;
			wanted->room = room;
		}
		host->asked = true;
		wanted->list[wanted->count++] = host;
	}
	return 0;
}

static void take_addresses(const struct authority_tools *tools, struct authority_host *host,
			   const struct dns_question *question)
{
	const struct dns_record_list *list = &question->answer.answer;

	host->known = true;
	for (size_t i = 0; i < list->count; i++) {
		if (list->list[i]->type == question->type &&
		    strcmp(list->list[i]->owner, host->name) == 0)
			authority_host_add(host, list->list[i], tools->port);
	}
}

static int look_up(const struct authority_tools *tools, const struct wanted *wanted,
		   struct error *err)
{
	CLEANUP(dns_question_list_clear) struct dns_question_list questions = { 0 };

	if (wanted->count == 0)
		return 0;
	for (size_t i = 0; i < wanted->count; i++) {
		const char *name = wanted->list[i]->name;

		if (add_recursive(tools, &questions, name, LDNS_RR_TYPE_A, i, err) < 0 ||
		    add_recursive(tools, &questions, name, LDNS_RR_TYPE_AAAA, i, err) < 0)
			return -1;
	}
	if (ask_resolvers(tools, &questions, err) < 0)
		return -1;
	for (size_t i = 0; i < questions.count; i++)
		take_addresses(tools, wanted->list[questions.list[i].tag], &questions.list[i]);
	return 0;
}

/* Looks up the addresses of the servers of parent zones, and of those that were found. */
static int find_addresses(const struct authority_tools *tools, struct authority_search *searches,
			  size_t count, struct error *err)
{
	CLEANUP(wanted_clear) struct wanted wanted = { 0 };

	for (size_t i = 0; i < count; i++) {
		const struct authority_search *search = &searches[i];

		if (search->state == AUTHORITY_SEARCH_PARENT &&
		    wanted_add(&wanted, &search->zone->hosts, err) < 0)
			return -1;
		if (search->state == AUTHORITY_SEARCH_FOUND &&
		    wanted_add(&wanted, &search->hosts, err) < 0)
			return -1;
	}
	return look_up(tools, &wanted, err);
}

/* The parent's servers */

/* A parent may tell addresses only of servers whose names lie in its zone. */
static void take_glue(const struct authority_tools *tools, const struct authority_zone *zone,
		      const struct dns_record_list *additional, const struct authority_hosts *hosts)
{
	for (size_t i = 0; i < hosts->count; i++) {
		struct authority_host *host = hosts->list[i];
		bool known = host->known || !dns_name_within(host->name, zone->name);

		for (size_t j = 0; j < additional->count && !known; j++) {
			const struct dns_record *record = additional->list[j];

			if ((record->type == LDNS_RR_TYPE_A || record->type == LDNS_RR_TYPE_AAAA) &&
			    strcmp(record->owner, host->name) == 0)
				authority_host_add(host, record, tools->port);
		}
		host->known |= host->count > 0;
	}
}

static int take_servers(const struct authority_tools *tools, struct authority_search *search,
			const struct dns_record_list *list, const struct dns_answer *answer,
			struct error *err)
{
	if (authority_cache_targets(tools->cache, list, search->apex, &search->hosts) < 0)
		return error_no_memory(err);
	take_glue(tools, search->zone, &answer->additional, &search->hosts);
	search->state = AUTHORITY_SEARCH_FOUND;
	return 0;
}

/* A referral, to the domain's own servers or to those of a zone in between. */
static int take_referral(const struct authority_tools *tools, struct authority_search *search,
			 const struct dns_record *ns, const struct dns_answer *answer,
			 struct error *err)
{
	struct authority_zone *zone;

	if (strcmp(ns->owner, search->apex) == 0)
		return take_servers(tools, search, &answer->authority, answer, err);
	zone = authority_cache_zone(tools->cache, ns->owner);
	if (!zone)
		return error_no_memory(err);
	if (zone->state != AUTHORITY_ZONE_FOUND) {
		if (authority_cache_targets(tools->cache, &answer->authority, zone->name,
					    &zone->hosts) < 0)
			return error_no_memory(err);
		take_glue(tools, search->zone, &answer->additional, &zone->hosts);
		zone->state = AUTHORITY_ZONE_FOUND;
	}
	search->zone = zone;
	search->tries = 0;
	return 0;
}

/* The parent has authority and names no servers: the domain lies in the zone of the SOA. */
static void take_enclosing(struct authority_search *search, const struct dns_record *soa,
			   const struct dns_answer *answer)
{
	const char *parent = dns_name_parent(soa->owner);

	if (strcmp(soa->owner, search->apex) == 0) {
		fail(search, "the zone has no NS records at the server of its parent");
	} else if (answer->rcode == LDNS_RCODE_NXDOMAIN && (!parent || strcmp(parent, ".") == 0)) {
		fail(search, "the servers of \"%.100s\" say that the domain does not exist",
		     soa->owner);
	} else {
		search->above = search->apex + strlen(search->apex) - strlen(soa->owner);
		search->inside = true;
		search->state = AUTHORITY_SEARCH_ZONE;
	}
}

/* What the server said is of no use; the next one is asked. */
static void try_next(const struct authority_tools *tools, struct authority_search *search,
		     const struct dns_question *question, const char *what)
{
	char server[SOCKET_ADDRESS_TEXT_SIZE];

	search->tries++;
	snprintf(search->reason, sizeof(search->reason), "%s, a server of \"%.100s\", %.200s",
		 socket_address_text(&question->server, tools->port, server), search->zone->name,
		 what);
}

static int take_parent(const struct authority_tools *tools, struct authority_search *search,
		       const struct dns_question *question, struct error *err)
{
	const struct dns_answer *answer = &question->answer;
	char reason[DNS_QUESTION_REASON_SIZE];
	const struct dns_record *ns, *soa;

	if (!dns_question_answered(question)) {
		try_next(tools, search, question, dns_question_reason(question, reason));
		return 0;
	}
	ns = dns_name_find_above(&answer->answer, search->apex, LDNS_RR_TYPE_NS);
	if (answer->authoritative && ns && strcmp(ns->owner, search->apex) == 0)
		return take_servers(tools, search, &answer->answer, answer, err);
	ns = dns_name_find_above(&answer->authority, search->apex, LDNS_RR_TYPE_NS);
	if (!answer->authoritative && answer->answer.count == 0 && ns &&
	    dns_name_below(ns->owner, search->zone->name))
		return take_referral(tools, search, ns, answer, err);
	soa = dns_name_find_above(&answer->authority, search->apex, LDNS_RR_TYPE_SOA);
	if (answer->authoritative && soa && dns_name_within(soa->owner, search->zone->name))
		take_enclosing(search, soa, answer);
	else
		try_next(tools, search, question,
			 "neither has authority nor refers to other servers");
	return 0;
}

/* The address of the zone's servers that has the number, counted round; NULL: there is none. */
static const struct socket_address *pick(const struct authority_hosts *hosts, size_t number)
{
	size_t count = 0;

	for (size_t i = 0; i < hosts->count; i++)
		count += hosts->list[i]->count;
	if (count == 0)
		return NULL;
	number %= count;
	for (size_t i = 0;; i++) {
		if (number < hosts->list[i]->count)
			return &hosts->list[i]->addresses[number];
		number -= hosts->list[i]->count;
	}
}

/* Asks one server of each parent zone; they share the load. */
static int ask_parents(const struct authority_tools *tools, struct authority_search *searches,
		       size_t count, struct error *err)
{
	CLEANUP(dns_question_list_clear) struct dns_question_list questions = { 0 };

	for (size_t i = 0; i < count; i++) {
		struct authority_search *search = &searches[i];
		const struct socket_address *server;

		if (search->state != AUTHORITY_SEARCH_PARENT)
			continue;
		server = pick(&search->zone->hosts, i + search->tries);
		if (!server)
			fail(search,
			     "no address is known of the servers of the zone above, \"%.100s\"",
			     search->zone->name);
		else if (search->tries == PARENT_TRIES)
			search->state = AUTHORITY_SEARCH_FAILED;
		else if (dns_question_add(&questions, server, search->apex, LDNS_RR_TYPE_NS, false,
					  i, err) < 0)
			return -1;
	}
	if (dns_question_ask(tools->exchange, &questions, err) < 0)
		return -1;
	for (size_t i = 0; i < questions.count; i++) {
		if (take_parent(tools, &searches[questions.list[i].tag], &questions.list[i], err) <
		    0)
			return -1;
	}
	return 0;
}

static bool is_over(const struct authority_search *searches, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (searches[i].state < AUTHORITY_SEARCH_FOUND)
			return false;
	}
	return true;
}

/* A search goes up first, then only down, then stays: it comes to an end. */
int authority_search(const struct authority_tools *tools, struct authority_search *searches,
		     size_t count, struct error *err)
{
	for (size_t i = 0; i < count; i++)
		searches[i].above = dns_name_parent(searches[i].apex);
	while (!is_over(searches, count)) {
		if (find_zones(tools, searches, count, err) < 0 ||
		    find_addresses(tools, searches, count, err) < 0 ||
		    ask_parents(tools, searches, count, err) < 0)
			return -1;
	}
	return find_addresses(tools, searches, count, err);
}
