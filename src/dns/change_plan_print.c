#include "dns/change_plan_print.h"

#include "base/bytes.h"
#include "dns/update_steps.h"

#include <jansson.h>
#include <string.h>

static void json_free(json_t *json)
{
	json_decref(json);
}
DEFINE_CLEANUP(json_t *, json_free)

/* For people */

static int print_text(const struct change_plan *plan, const char *server, struct bytes *bytes,
		      struct error *err)
{
	static const char signs[] = { [CHANGE_KEEP] = '=',
				      [CHANGE_REMOVE] = '-',
				      [CHANGE_ADD] = '+',
				      [CHANGE_CONFLICT] = '!' };
	const size_t *counts = plan->counts;

	(void)server;
	(void)err;
	bytes_append_format(bytes, "%s: zone %s, serial %u\n", plan->domain.text, plan->zone.text,
			    plan->serial);
	for (size_t i = 0; i < plan->change_count; i++) {
		const struct change *change = &plan->changes[i];

		bytes_append_format(bytes, "%c ", signs[change->kind]);
		dns_record_append(bytes, change->record);
		bytes_append_format(bytes, "   ; %s\n", change->reason);
	}
	for (size_t i = 0; i < plan->note_count; i++)
		bytes_append_format(bytes, "note: %s\n", plan->notes[i]);
	bytes_append_format(bytes, "%zu to add, %zu to remove, %zu in place, %zu in conflict\n",
			    counts[CHANGE_ADD], counts[CHANGE_REMOVE], counts[CHANGE_KEEP],
			    counts[CHANGE_CONFLICT]);
	return 0;
}

/* nsupdate */

static void append_step(struct bytes *bytes, const struct update_step *step)
{
	static const char *const words[] = {
		[UPDATE_REQUIRE_RECORD] = "prereq yxrrset",
		[UPDATE_REQUIRE_NO_SET] = "prereq nxrrset",
		[UPDATE_REQUIRE_NO_NAME] = "prereq nxdomain",
		[UPDATE_DELETE_SET] = "update delete",
		[UPDATE_DELETE_RECORD] = "update delete",
		[UPDATE_ADD_RECORD] = "update add",
	};
	const struct dns_record *record = step->record;
	char type[16];

	bytes_append_format(bytes, "%s %s", words[step->kind], step->owner);
	if (step->kind == UPDATE_ADD_RECORD)
		bytes_append_format(bytes, " %u", record->ttl);
	if (step->kind != UPDATE_REQUIRE_NO_NAME)
		bytes_append_format(bytes, " IN %s", dns_type_name(step->type, type));
	if (record)
		bytes_append_format(bytes, " %s", record->rdata);
	bytes_append_text(bytes, "\n");
}

static int print_nsupdate(const struct change_plan *plan, const char *server, struct bytes *bytes,
			  struct error *err)
{
	struct update_steps steps = { 0 };

	if (update_steps_make(plan, &steps, err) < 0)
		return -1;
	if (server)
		bytes_append_format(bytes, "server %s\n", server);
	bytes_append_format(bytes, "zone %s.\n", plan->zone.text);
	for (size_t i = 0; i < steps.count; i++)
		append_step(bytes, &steps.list[i]);
	bytes_append_text(bytes, "send\n");
	free(steps.list);
	return 0;
}

/* JSON */

static int append_bytes(const char *data, size_t size, void *context)
{
	bytes_append(context, data, size);
	return 0;
}

/* A line. Takes object, which may be NULL for want of memory. */
static int append_json(struct bytes *bytes, json_t *object, struct error *err)
{
	CLEANUP(json_freep) json_t *owned = object;

	if (!owned ||
	    json_dump_callback(owned, append_bytes, bytes, JSON_COMPACT | JSON_ENSURE_ASCII) < 0)
		return error_no_memory(err);
	bytes_append_text(bytes, "\n");
	return 0;
}

static json_t *make_values(const struct dns_record_list *records)
{
	CLEANUP(json_freep) json_t *array = json_array();
	json_t *ret;

	for (size_t i = 0; i < records->count; i++) {
		if (json_array_append_new(array, json_string(records->list[i]->rdata)) < 0)
			return NULL;
	}
	ret = array;
	array = NULL;
	return ret;
}

static json_t *make_ttl(const struct dns_record_list *records)
{
	return records->count ? json_integer(records->list[0]->ttl) : json_null();
}

static bool is_of_set(const struct change *change, const struct change_set *set)
{
	return change->record->type == set->type && strcmp(change->record->owner, set->owner) == 0;
}

static bool has_conflict(const struct change_plan *plan, const struct change_set *set)
{
	for (size_t i = 0; i < plan->change_count; i++) {
		if (plan->changes[i].kind == CHANGE_CONFLICT && is_of_set(&plan->changes[i], set))
			return true;
	}
	return false;
}

static const char *set_action(const struct change_plan *plan, const struct change_set *set)
{
	if (has_conflict(plan, set))
		return "conflict";
	if (!set->changes)
		return "keep";
	if (set->before.count == 0)
		return "create";
	return set->after.count == 0 ? "delete" : "replace";
}

/* The sentences of a set's lines, each once; of lines that tell of nothing new only if all are. */
static int make_reason(const struct change_plan *plan, const struct change_set *set, char **ret,
		       struct error *err)
{
	CLEANUP(bytes_clear) struct bytes bytes = { 0 };
	bool keeps = !set->changes && !has_conflict(plan, set);

	bytes_append(&bytes, "", 0);
	for (size_t i = 0; i < plan->change_count && !bytes.failed; i++) {
		const struct change *change = &plan->changes[i];

		if (!is_of_set(change, set) || (change->kind == CHANGE_KEEP) != keeps ||
		    strstr(bytes.data, change->reason))
			continue;
		bytes_append_format(&bytes, "%s%s", bytes.size ? " " : "", change->reason);
	}
	return bytes_take(&bytes, ret, NULL, err);
}

static int print_set(const struct change_plan *plan, const struct change_set *set,
		     struct bytes *bytes, struct error *err)
{
	CLEANUP(freep) char *reason = NULL;
	char type[16];

	if (make_reason(plan, set, &reason, err) < 0)
		return -1;
	return append_json(bytes,
			   json_pack("{s:s, s:s, s:I, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:s}",
				     "domain", plan->domain.text, "zone", plan->zone.text, "serial",
				     (json_int_t)plan->serial, "owner", set->owner, "type",
				     dns_type_name(set->type, type), "action",
				     set_action(plan, set), "ttl", make_ttl(&set->after), "old",
				     make_values(&set->before), "new", make_values(&set->after),
				     "old_ttl", make_ttl(&set->before), "reason", reason),
			   err);
}

static int print_json(const struct change_plan *plan, const char *server, struct bytes *bytes,
		      struct error *err)
{
	(void)server;
	for (size_t i = 0; i < plan->set_count; i++) {
		if (print_set(plan, &plan->sets[i], bytes, err) < 0)
			return -1;
	}
	for (size_t i = 0; i < plan->note_count; i++) {
		if (append_json(bytes,
				json_pack("{s:s, s:s}", "domain", plan->domain.text, "note",
					  plan->notes[i]),
				err) < 0)
			return -1;
	}
	return 0;
}

/* PowerDNS */

static json_t *make_rrset(const struct change_set *set)
{
	CLEANUP(json_freep) json_t *records = json_array();
	char type[16];

	dns_type_name(set->type, type);
	if (set->after.count == 0)
		return json_pack("{s:s, s:s, s:s}", "name", set->owner, "type", type, "changetype",
				 "DELETE");
	for (size_t i = 0; i < set->after.count; i++) {
		if (json_array_append_new(records,
					  json_pack("{s:s, s:b}", "content",
						    set->after.list[i]->rdata, "disabled", 0)) < 0)
			return NULL;
	}
	return json_pack("{s:s, s:s, s:I, s:s, s:O}", "name", set->owner, "type", type, "ttl",
			 (json_int_t)set->after.list[0]->ttl, "changetype", "REPLACE", "records",
			 records);
}

static int print_powerdns(const struct change_plan *plan, const char *server, struct bytes *bytes,
			  struct error *err)
{
	CLEANUP(json_freep) json_t *rrsets = json_array();

	(void)server;
	for (int deletes = 1; deletes >= 0; deletes--) {
		for (size_t i = 0; i < plan->set_count; i++) {
			const struct change_set *set = &plan->sets[i];

			if (!set->changes || (set->after.count == 0) != deletes)
				continue;
			if (json_array_append_new(rrsets, make_rrset(set)) < 0)
				return error_no_memory(err);
		}
	}
	return append_json(bytes,
			   json_pack("{s:s+, s:O}", "name", plan->zone.text, ".", "rrsets", rrsets),
			   err);
}

/* All */

static const struct format {
	const char *name;
	int (*print)(const struct change_plan *plan, const char *server, struct bytes *bytes,
		     struct error *err);
	bool is_carried_out; /* by whoever gets it: nothing if nothing changes, and no conflicts */
} formats[] = {
	[CHANGE_PLAN_TEXT] = { "text", print_text, false },
	[CHANGE_PLAN_NSUPDATE] = { "nsupdate", print_nsupdate, true },
	[CHANGE_PLAN_POWERDNS] = { "powerdns", print_powerdns, true },
	[CHANGE_PLAN_JSON] = { "json", print_json, false },
};

const char *change_plan_format_name(enum change_plan_format format)
{
	return formats[format].name;
}

int change_plan_format_from_name(const char *name)
{
	for (int i = 0; i < CHANGE_PLAN_FORMAT_COUNT; i++) {
		if (strcmp(formats[i].name, name) == 0)
			return i;
	}
	return -1;
}

static int refuse_conflict(const struct change_plan *plan, struct error *err)
{
	size_t count = plan->counts[CHANGE_CONFLICT];
	const struct change *change = plan->changes;
	char type[16];

	while (change->kind != CHANGE_CONFLICT)
		change++;
	return error_set(err, ERROR_CONFLICT, "%zu in conflict, first %s %s: %s", count,
			 change->record->owner, dns_type_name(change->record->type, type),
			 change->reason);
}

int change_plan_print(const struct change_plan *plan, enum change_plan_format format,
		      const char *server, char **ret, size_t *ret_size, struct error *err)
{
	CLEANUP(bytes_clear) struct bytes bytes = { 0 };

	if (formats[format].is_carried_out && plan->counts[CHANGE_CONFLICT] > 0)
		return refuse_conflict(plan, err);
	if ((!formats[format].is_carried_out || change_plan_changes(plan)) &&
	    formats[format].print(plan, server, &bytes, err) < 0)
		return -1;
	return bytes_take(&bytes, ret, ret_size, err);
}
