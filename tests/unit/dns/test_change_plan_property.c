/*
 * Promises of plans, kept for many small random zones: a plan's update does what the plan says and
 * nothing else, a second plan finds nothing to do, and the inverse restores the zone.
 */
#include "dns/change_plan.h"
#include "dns/change_plan_print.h"
#include "dns/record_unit.h"
#include "dns/update_steps.h"

#include "plan_fixture.h"

#define ZONES 20000

/* What may stand in a zone. Sets of one owner and type stand together. */
static const char pool_text[] = "@ 0 MX 10 a.example.\n"
				"@ 0 MX 10 b.example.\n"
				"@ 0 MX 20 c.example.\n"
				"@ 0 A 192.0.2.1\n"
				"@ 0 TXT \"v=spf1 include:a.example -all\"\n"
				"@ 0 TXT \"v=spf1 include:b.example -all\"\n"
				"@ 0 TXT \"verification=1\"\n"
				"@ 0 TXT \"verification=2\"\n"
				"autoconfig 0 A 192.0.2.1\n"
				"autoconfig 0 A 192.0.2.2\n"
				"autoconfig 0 AAAA 2001:db8::1\n"
				"autoconfig 0 CNAME a.example.\n"
				"autoconfig 0 CNAME b.example.\n"
				"autoconfig 0 TXT \"verification=1\"\n"
				"autodiscover 0 A 192.0.2.1\n"
				"autodiscover 0 CNAME a.example.\n"
				"autodiscover 0 CNAME web.example.\n"
				"_dmarc 0 TXT \"v=DMARC1; p=none\"\n"
				"_dmarc 0 TXT \"v=DMARC1; p=reject\"\n"
				"_dmarc 0 TXT \"verification=1\"\n"
				"_dmarc 0 CNAME d.example.\n"
				"_imaps._tcp 0 SRV 0 1 993 a.example.\n"
				"_imaps._tcp 0 SRV 0 1 993 b.example.\n"
				"_imaps._tcp 0 SRV 0 0 0 .\n"
				"_imaps._tcp 0 CNAME _imaps._tcp.a.example.\n"
				"_caldavs._tcp 0 TXT \"path=/\"\n"
				"_caldavs._tcp 0 TXT \"path=/dav\"\n"
				"_caldavs._tcp 0 TXT \"path=/other\"\n"
				"s1._domainkey 0 TXT \"v=DKIM1; p=YQ==\"\n"
				"s1._domainkey 0 TXT \"v=DKIM1;\" \" p=YQ==\"\n"
				"s1._domainkey 0 TXT \"v=DKIM1; p=Yg==\"\n"
				"s1._domainkey 0 CNAME s1.a.example.\n"
				"* 0 A 192.0.2.1\n"
				"* 0 CNAME web.example.\n"
				"* 0 TXT \"verification=1\"\n";

static const char frame_text[] = "@ 3600 SOA ns.example. admin.example. 1 3600 600 604800 900\n"
				 "@ 3600 NS ns.example.\n";

static const char *const names[] = { "@",	    "autoconfig",    "autodiscover",	  "_dmarc",
				     "_imaps._tcp", "_caldavs._tcp", "s1._domainkey/TXT", "*" };

struct random_zone {
	uint32_t state;
	struct dns_record_list pool;
	struct dns_record_list desired, expected, published,
		live; /* live: what really stands there */
	bool has_published, live_whole;
	char adopt[64];
};

static uint32_t draw(struct random_zone *zone, uint32_t below)
{
	zone->state ^= zone->state << 13;
	zone->state ^= zone->state >> 17;
	zone->state ^= zone->state << 5;
	return zone->state % below;
}

static bool same_set(const struct dns_record *a, const struct dns_record *b)
{
	return a->type == b->type && dns_owner_compare(a, b) == 0;
}

static bool has_owner(const struct dns_record_list *list, const struct dns_record *record,
		      bool cname)
{
	for (size_t i = 0; i < list->count; i++) {
		if (dns_owner_compare(list->list[i], record) == 0 &&
		    (list->list[i]->type == LDNS_RR_TYPE_CNAME) == cname)
			return true;
	}
	return false;
}

static void add_record(struct dns_record_list *list, const struct dns_record *record, uint32_t ttl)
{
	struct error err;

	assert_int_equal(
		dns_record_list_add(list, dns_record_copy(record, ttl, record->reason), &err), 0);
}

static void add_list(struct dns_record_list *list, const struct dns_record_list *more)
{
	for (size_t i = 0; i < more->count; i++)
		add_record(list, more->list[i], more->list[i]->ttl);
}

/* Takes one of the pool's sets, or some of it; never a second CNAME or something beside one. */
static void add_some(struct random_zone *zone, struct dns_record_list *list, size_t begin,
		     size_t end, uint32_t percent)
{
	static const uint32_t ttls[] = { 300, 3600, 3600, 3600, 14400 };
	uint32_t ttl = ttls[draw(zone, 5)];

	for (size_t i = begin; i < end; i++) {
		const struct dns_record *record = zone->pool.list[i];
		bool is_cname = record->type == LDNS_RR_TYPE_CNAME;

		if (draw(zone, 100) >= percent || has_owner(list, record, true) ||
		    (is_cname && has_owner(list, record, false)))
			continue;
		add_record(list, record, ttl);
	}
}

/* The records of a set in a list, with its TTL there or another one. */
static void add_same(struct random_zone *zone, struct dns_record_list *list,
		     const struct dns_record_list *from, const struct dns_record *set)
{
	uint32_t ttl = draw(zone, 10) ? 0 : 300;

	for (size_t i = 0; i < from->count; i++) {
		const struct dns_record *record = from->list[i];
		bool is_cname = record->type == LDNS_RR_TYPE_CNAME;

		if (same_set(record, set) && !has_owner(list, record, true) &&
		    !(is_cname && has_owner(list, record, false)))
			add_record(list, record, ttl ? ttl : record->ttl);
	}
}

static size_t set_end(const struct random_zone *zone, size_t begin)
{
	size_t end = begin;

	while (end < zone->pool.count && same_set(zone->pool.list[end], zone->pool.list[begin]))
		end++;
	return end;
}

/* Sets what stands there in relation to what was published and is desired, as it is in real life.
 */
static void draw_live(struct random_zone *zone, size_t begin, size_t end)
{
	const struct dns_record *set = zone->pool.list[begin];

	switch (draw(zone, 8)) {
	case 0:
		break;
	case 1:
		add_same(zone, &zone->live, &zone->desired, set);
		break;
	case 2:
	case 3:
		add_same(zone, &zone->live, &zone->expected, set);
		break;
	case 4:
		add_some(zone, &zone->live, begin, end, 30);
		break;
	default:
		add_same(zone, &zone->live,
			 zone->has_published ? &zone->published : &zone->expected, set);
		break;
	}
	/* the strings of others */
	if (set->type == LDNS_RR_TYPE_TXT && draw(zone, 3) == 0)
		add_some(zone, &zone->live, begin, end, 30);
}

/* A set has one TTL, in a server that is. */
static void level_ttl(struct dns_record_list *list)
{
	dns_record_list_sort(list);
	for (size_t i = 1; i < list->count; i++) {
		if (same_set(list->list[i - 1], list->list[i]))
			list->list[i]->ttl = list->list[i - 1]->ttl;
	}
}

static void draw_zone(struct random_zone *zone, uint32_t seed)
{
	CLEANUP(dns_record_list_clear) struct dns_record_list frame = plan_records(frame_text);

	zone->state = seed * 2654435761U + 1;
	for (int i = 0; i < 8; i++)
		draw(zone, 2);
	zone->has_published = draw(zone, 3) > 0;
	zone->live_whole = draw(zone, 2) > 0;
	for (size_t begin = 0, end; begin < zone->pool.count; begin = end) {
		end = set_end(zone, begin);
		if (draw(zone, 2))
			add_some(zone, &zone->desired, begin, end, 30);
		if (draw(zone, 2))
			add_some(zone, &zone->expected, begin, end, 40);
		if (zone->has_published && draw(zone, 2))
			add_some(zone, &zone->published, begin, end, 40);
		else if (zone->has_published)
			add_same(zone, &zone->published, &zone->desired, zone->pool.list[begin]);
		draw_live(zone, begin, end);
	}
	if (draw(zone, 6) == 0)
		snprintf(zone->adopt, sizeof(zone->adopt), "%s,%s", names[draw(zone, 8)],
			 names[draw(zone, 8)]);
	add_list(&zone->live, &frame);
	level_ttl(&zone->live);
	level_ttl(&zone->published);
	dns_record_list_sort(&zone->desired);
	dns_record_list_sort(&zone->expected);
}

static void clear_zone(struct random_zone *zone)
{
	dns_record_list_clear(&zone->desired);
	dns_record_list_clear(&zone->expected);
	dns_record_list_clear(&zone->published);
	dns_record_list_clear(&zone->live);
	zone->adopt[0] = '\0';
}

/* What questions bring: the zone, and its wildcard where nothing stands. */
static struct dns_record_list look(const struct random_zone *zone,
				   const struct dns_record_list *real)
{
	struct dns_record_list view = { 0 };
	struct error err;

	add_list(&view, real);
	for (size_t i = 0; i < zone->pool.count && !zone->live_whole; i++) {
		const struct dns_record *name = zone->pool.list[i];
		bool exists = strncmp(name->owner, "*", 1) == 0 ||
			      (i && dns_owner_compare(name, zone->pool.list[i - 1]) == 0);

		for (size_t j = 0; j < real->count && !exists; j++)
			exists = record_is_below(real->list[j], name->owner_wire, name->owner_size);
		/* below an existing _tcp or _domainkey no wildcard answers; that is left out here,
		 * so that more is covered */
		for (size_t j = 0; j < real->count && !exists; j++) {
			const struct dns_record *wildcard = real->list[j];
			char line[600], type[16];
			struct dns_record *copy;

			if (wildcard->owner[0] != '*')
				continue;
			snprintf(line, sizeof(line), "%s %u IN %s %s", name->owner, wildcard->ttl,
				 dns_type_name(wildcard->type, type), wildcard->rdata);
			assert_int_equal(dns_record_parse_line(line, strlen(line), &copy, &err), 0);
			assert_int_equal(dns_record_list_add(&view, copy, &err), 0);
		}
	}
	dns_record_list_sort(&view);
	return view;
}

/* RFC 2136 */

static size_t set_count(const struct dns_record_list *zone, const char *owner, ldns_rr_type type)
{
	size_t count = 0;

	for (size_t i = 0; i < zone->count; i++)
		count += (type == LDNS_RR_TYPE_ANY || zone->list[i]->type == type) &&
			 strcmp(zone->list[i]->owner, owner) == 0;
	return count;
}

static bool is_met(const struct dns_record_list *zone, const struct update_steps *steps,
		   const struct update_step *step)
{
	size_t required = 0;

	if (step->kind == UPDATE_REQUIRE_NO_NAME)
		return set_count(zone, step->owner, LDNS_RR_TYPE_ANY) == 0;
	if (step->kind == UPDATE_REQUIRE_NO_SET)
		return set_count(zone, step->owner, step->type) == 0;
	if (step->kind != UPDATE_REQUIRE_RECORD)
		return true;
	for (size_t i = 0; i < steps->count; i++)
		required += steps->list[i].kind == UPDATE_REQUIRE_RECORD &&
			    same_set(steps->list[i].record, step->record);
	return dns_record_list_find(zone, step->record) &&
	       required == set_count(zone, step->owner, step->record->type);
}

static void delete_set(struct dns_record_list *zone, const char *owner, ldns_rr_type type,
		       const struct dns_record *record)
{
	size_t kept = 0, before = zone->count;

	for (size_t i = 0; i < zone->count; i++) {
		struct dns_record *at = zone->list[i];

		if (at->type == type && strcmp(at->owner, owner) == 0 &&
		    (!record || dns_record_compare(at, record) == 0))
			free(at);
		else
			zone->list[kept++] = at;
	}
	zone->count = kept;
	assert_true(kept < before); /* it was pinned, so it is there */
}

static void add_step(struct dns_record_list *zone, const struct dns_record *record)
{
	bool is_cname = record->type == LDNS_RR_TYPE_CNAME;

	/* all that servers would ignore, or do to other records */
	assert_null(dns_record_list_find(zone, record));
	assert_false(has_owner(zone, record, !is_cname));
	if (is_cname)
		assert_false(has_owner(zone, record, true));
	for (size_t i = 0; i < zone->count; i++) {
		if (same_set(zone->list[i], record))
			assert_int_equal(zone->list[i]->ttl, record->ttl);
	}
	add_record(zone, record, record->ttl);
}

/* Returns whether the prerequisites are met; else nothing is done. */
static bool update(struct dns_record_list *zone, const struct change_plan *plan)
{
	CLEANUP(freep) struct update_step *list = NULL;
	struct update_steps steps = { 0 };
	bool changing = false;
	struct error err;

	assert_int_equal(update_steps_make(plan, &steps, &err), 0);
	list = steps.list;
	assert_int_equal(steps.count > 0, change_plan_changes(plan));
	for (size_t i = 0; i < steps.count; i++) {
		if (!is_met(zone, &steps, &list[i]))
			return false;
	}
	for (size_t i = 0; i < steps.count; i++) {
		const struct update_step *step = &list[i];

		assert_false(changing && step->kind < UPDATE_DELETE_SET);
		changing = step->kind >= UPDATE_DELETE_SET;
		if (step->kind == UPDATE_DELETE_SET || step->kind == UPDATE_DELETE_RECORD)
			delete_set(zone, step->owner, step->type, step->record);
		else if (step->kind == UPDATE_ADD_RECORD)
			add_step(zone, step->record);
	}
	dns_record_list_sort(zone);
	return true;
}

/* Promises */

/* Longer than what fail_msg() shows. */
static void fail_plans(const char *first, const char *second)
{
	fprintf(stderr, "first:\n%s\nthen:\n%s\n", first, second);
	fail();
}

static char *list_text(const struct dns_record_list *list)
{
	struct error err;
	char *ret = NULL;
	size_t size;

	assert_int_equal(dns_record_list_text(list, &ret, &size, &err), 0);
	return ret;
}

static void assert_same_list(const struct dns_record_list *a, const struct dns_record_list *b)
{
	CLEANUP(freep) char *x = list_text(a);
	CLEANUP(freep) char *y = list_text(b);

	assert_string_equal(x, y);
}

static char *plan_text(const struct change_plan *plan, enum change_plan_format format)
{
	struct error err;
	char *ret = NULL;

	assert_int_equal(change_plan_print(plan, format, NULL, &ret, NULL, &err), 0);
	return ret;
}

static struct change_plan *make_plan(const struct random_zone *zone,
				     const struct dns_record_list *desired,
				     const struct dns_record_list *expected,
				     const struct dns_record_list *published,
				     const struct dns_record_list *live, const char *adopt)
{
	struct domain_name domain;
	const struct change_plan_input input = {
		.domain = &domain,
		.zone = &domain,
		.desired = desired,
		.expected = expected,
		.published = published,
		.live = live,
		.live_whole = zone->live_whole,
		.adopt = adopt && *adopt ? adopt : NULL,
	};
	struct change_plan *plan = NULL;
	struct error err;

	assert_int_equal(domain_name_parse(PLAN_DOMAIN, strlen(PLAN_DOMAIN), &domain, &err), 0);
	assert_int_equal(change_plan_make(&input, &plan, &err), 0);
	return plan;
}

static bool has_value(const struct dns_record_list *list, const struct dns_record *record)
{
	for (size_t i = 0; i < list->count; i++) {
		if (record_value_compare(list->list[i], record) == 0)
			return true;
	}
	return false;
}

static bool is_adopted(const struct random_zone *zone, const struct dns_record *record)
{
	size_t length = strlen(record->owner) - strlen(PLAN_DOMAIN ".");
	char name[64] = "@";

	if (length > 0)
		snprintf(name, sizeof(name), "%.*s", (int)length - 1, record->owner);
	return strstr(zone->adopt, name) != NULL;
}

/* What is somebody else's is still there, as it was. */
static void check_foreign(const struct random_zone *zone, const struct dns_record_list *after)
{
	for (size_t i = 0; i < zone->live.count; i++) {
		const struct dns_record *record = zone->live.list[i], *still;
		bool ours = has_value(&zone->expected, record) ||
			    has_value(&zone->published, record) ||
			    has_value(&zone->desired, record) || is_adopted(zone, record);

		still = dns_record_list_find(after, record);
		if (!ours && (!still || still->ttl != record->ttl))
			fail_msg("lost %s %s", record->owner, record->rdata);
	}
}

/* The sets that change are as the plan says, all others as they were. */
static void check_sets(const struct change_plan *plan, const struct dns_record_list *before,
		       const struct dns_record_list *after)
{
	CLEANUP(dns_record_list_clear) struct dns_record_list told = { 0 };

	for (size_t i = 0; i < plan->set_count; i++) {
		const struct change_set *set = &plan->sets[i];

		if (!set->changes)
			continue;
		assert_int_equal(set_count(before, set->owner, set->type), set->before.count);
		add_list(&told, &set->after);
	}
	for (size_t i = 0; i < before->count; i++) {
		bool in_set = false;

		for (size_t j = 0; j < plan->set_count; j++)
			in_set = in_set ||
				 (plan->sets[j].changes &&
				  plan->sets[j].type == before->list[i]->type &&
				  strcmp(plan->sets[j].owner, before->list[i]->owner) == 0);
		if (!in_set)
			add_record(&told, before->list[i], before->list[i]->ttl);
	}
	dns_record_list_sort(&told);
	assert_same_list(&told, after);
}

/* Nothing is left to do, and the same is published. */
static void check_second(const struct random_zone *zone, const struct change_plan *plan,
			 const struct dns_record_list *after)
{
	CLEANUP(dns_record_list_clear) struct dns_record_list view = look(zone, after);
	CLEANUP(change_plan_freep)
	struct change_plan *second =
		make_plan(zone, &zone->desired, &zone->expected, &plan->published, &view, NULL);

	if (change_plan_changes(second) || second->counts[CHANGE_CONFLICT]) {
		CLEANUP(freep) char *first_text = plan_text(plan, CHANGE_PLAN_TEXT);
		CLEANUP(freep) char *second_text = plan_text(second, CHANGE_PLAN_TEXT);

		fail_plans(first_text, second_text);
	}
	assert_same_list(&second->published, &plan->published);
}

/* Whether a wildcard's record may be taken for a name's own, or the other way round. */
static bool is_unclear(const struct random_zone *zone)
{
	return !zone->live_whole &&
	       set_count(&zone->live, "*." PLAN_DOMAIN ".", LDNS_RR_TYPE_ANY) > 0;
}

/* The log's inverse brings the zone back, with every TTL. */
static void check_inverse(const struct random_zone *zone, const struct change_plan *plan,
			  struct dns_record_list *after)
{
	CLEANUP(dns_record_list_clear) struct dns_record_list desired = { 0 };
	CLEANUP(dns_record_list_clear) struct dns_record_list published = { 0 };
	CLEANUP(dns_record_list_clear) struct dns_record_list view = look(zone, after);
	CLEANUP(change_plan_freep) struct change_plan *inverse = NULL;
	CLEANUP(change_log_clear) struct change_log log = { .added = { 0 } };
	CLEANUP(freep) char *text = NULL;
	const struct dns_record_list none = { 0 };
	struct error err;
	bool updated;
	size_t size;

	assert_int_equal(change_plan_log(plan, &text, &size, &err), 0);
	assert_int_equal(change_log_parse(text, size, &log, &err), 0);
	assert_same_list(&log.published, &plan->published);
	assert_int_equal(change_log_inverse(&log, &desired, &published, &err), 0);
	inverse = make_plan(zone, &desired, &none, &published, &view, NULL);
	updated = inverse->counts[CHANGE_CONFLICT] == 0 && update(after, inverse);
	if (inverse->counts[CHANGE_CONFLICT] || (!updated && !is_unclear(zone))) {
		CLEANUP(freep) char *inverse_text = plan_text(inverse, CHANGE_PLAN_TEXT);

		fail_plans(text, inverse_text);
	}
	if (updated)
		assert_same_list(after, &zone->live);
}

static void check_lines(const struct change_plan *plan)
{
	for (size_t i = 1; i < plan->change_count; i++) {
		const struct change *a = &plan->changes[i - 1], *b = &plan->changes[i];
		int order = dns_owner_compare(a->record, b->record);

		if (order == 0)
			order = (int)a->record->type - (int)b->record->type;
		if (order == 0)
			order = (int)a->kind - (int)b->kind;
		assert_true(order <= 0);
	}
}

/* Whether names look different to questions after the plan, of which it says nothing. */
static bool changes_wildcard(const struct change_plan *plan)
{
	for (size_t i = 0; i < plan->set_count; i++) {
		if (plan->sets[i].changes && plan->sets[i].owner[0] == '*')
			return true;
	}
	return false;
}

enum outcome { IN_CONFLICT, REFUSED, UNCHANGED, CHANGED, OUTCOMES };

static struct change_plan *plan_zone(const struct random_zone *zone)
{
	CLEANUP(dns_record_list_clear) struct dns_record_list view = look(zone, &zone->live);

	return make_plan(zone, &zone->desired, &zone->expected,
			 zone->has_published ? &zone->published : NULL, &view, zone->adopt);
}

static void check_same(const struct random_zone *zone, const struct change_plan *plan)
{
	CLEANUP(change_plan_freep) struct change_plan *again = plan_zone(zone);
	CLEANUP(freep) char *text = plan_text(plan, CHANGE_PLAN_TEXT);
	CLEANUP(freep) char *text_again = plan_text(again, CHANGE_PLAN_TEXT);

	assert_string_equal(text, text_again);
}

static enum outcome check_zone(const struct random_zone *zone)
{
	CLEANUP(change_plan_freep) struct change_plan *plan = plan_zone(zone);
	CLEANUP(dns_record_list_clear) struct dns_record_list after = { 0 };
	bool lends = !zone->live_whole && changes_wildcard(plan);

	if (zone->state % 16 == 0)
		check_same(zone, plan);
	check_lines(plan);
	if (plan->counts[CHANGE_CONFLICT])
		return IN_CONFLICT;
	add_list(&after, &zone->live);
	if (!update(&after, plan)) {
		assert_true(is_unclear(zone));
		return REFUSED;
	}
	check_sets(plan, &zone->live, &after);
	check_foreign(zone, &after);
	if (!is_unclear(zone) && !lends)
		check_second(zone, plan, &after);
	if (!change_plan_changes(plan))
		return UNCHANGED;
	if (!lends)
		check_inverse(zone, plan, &after);
	return CHANGED;
}

static void keeps_its_promises(void **state)
{
	struct random_zone zone = { .pool = plan_records(pool_text) };
	unsigned int counts[OUTCOMES] = { 0 };

	(void)state;
	for (uint32_t i = 0; i < ZONES; i++) {
		draw_zone(&zone, i);
		counts[check_zone(&zone)]++;
		clear_zone(&zone);
	}
	dns_record_list_clear(&zone.pool);
	print_message("# %u in conflict, %u refused, %u unchanged, %u changed\n",
		      counts[IN_CONFLICT], counts[REFUSED], counts[UNCHANGED], counts[CHANGED]);
	assert_true(counts[CHANGED] > ZONES / 5);
	assert_true(counts[REFUSED] < ZONES / 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_its_promises),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
