/*
 * A change plan in the forms that people and other programs read. The caller frees what is made.
 *
 * TEXT: a line "DOMAIN: zone ZONE, serial N"; "+ RECORD   ; REASON" for each change (+ added,
 * - removed, = in place, ! in conflict); "note: SENTENCE"; and the counts. ASCII but for reasons
 * that are not.
 *
 * NSUPDATE: a script for nsupdate(1), update_steps.h as text. Whoever runs it names the key (-k).
 *
 * POWERDNS: the body of PATCH /api/v1/servers/localhost/zones/ZONE (PowerDNS 4.7): what is deleted
 * first, then each changed set whole. It has no prerequisites: the last writer wins.
 *
 * JSON: an object a line for each record set, {"domain", "zone", "serial", "owner", "type",
 * "action": "create" | "replace" | "delete" | "keep" | "conflict", "ttl", "old": [...], "new":
 * [...], "old_ttl", "reason"}, then {"domain", "note"} for each note. Values are master-file text
 * with absolute names, TXT strings in quotes; ttl is null where nothing is to stand, old_ttl where
 * nothing stood. That is what others need: cPanel's mass_edit_dns_zone the serial and the records
 * to add and to remove, Route 53 DELETE of the old and CREATE of the new set, octoDNS and
 * dnscontrol the new set.
 */
#ifndef DNS_CHANGE_PLAN_PRINT_H
#define DNS_CHANGE_PLAN_PRINT_H

#include "dns/change_plan.h"

enum change_plan_format {
	CHANGE_PLAN_TEXT,
	CHANGE_PLAN_NSUPDATE,
	CHANGE_PLAN_POWERDNS,
	CHANGE_PLAN_JSON,
	CHANGE_PLAN_FORMAT_COUNT
};

const char *change_plan_format_name(enum change_plan_format format);
int change_plan_format_from_name(const char *name); /* -1: no such format */

/*
 * server: "ADDRESS PORT" for nsupdate's server line, or NULL for none. NSUPDATE and POWERDNS are
 * empty if nothing changes; of a plan with conflicts they are ERROR_CONFLICT, which tells of the
 * first. NSUPDATE may be ERROR_TOO_LARGE as update_steps_make() has it.
 */
int change_plan_print(const struct change_plan *plan, enum change_plan_format format,
		      const char *server, char **ret, size_t *ret_size, struct error *err);

#endif
