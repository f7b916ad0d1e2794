#include "cmd/publication_print.h"

#include "cmd/output.h"

#include <stdio.h>
#include <string.h>

static const char *const outcomes[] = {
	[PUBLICATION_UNCHANGED] = "unchanged", [PUBLICATION_PLANNED] = "planned",
	[PUBLICATION_DONE] = "published",      [PUBLICATION_CONFLICT] = "conflict",
	[PUBLICATION_FAILED] = "failed",
};

static const char *outcome_word(const struct dns_run *run, enum publication_outcome outcome)
{
	return run->site.undo && outcome == PUBLICATION_DONE ? "undone" : outcomes[outcome];
}

static void print_note(const struct publication *publication, enum change_plan_format format,
		       const char *note)
{
	if (format == CHANGE_PLAN_JSON)
		output_json(
			json_pack("{s:s, s:s}", "domain", publication->domain.text, "note", note));
	else
		output_text("note: %s\n", note);
}

int publication_print_plan(struct dns_run *run, const struct publication *publication,
			   enum change_plan_format format)
{
	char server[SOCKET_ADDRESS_TEXT_SIZE] = "", *colon;
	CLEANUP(freep) char *text = NULL;
	struct error err;
	size_t size;

	progress_clear(&run->progress);
	if (run->site.primary && format == CHANGE_PLAN_NSUPDATE) {
		socket_address_text(run->site.primary, 0, server);
		colon = strrchr(server, ':');
		*colon = ' '; /* nsupdate's own form: ADDRESS PORT */
		if (*server == '[') {
			memmove(server, server + 1, strlen(server));
			memmove(colon - 2, colon - 1, strlen(colon - 1) + 1);
		}
	}
	if (change_plan_print(publication->plan, format, *server ? server : NULL, &text, &size,
			      &err) < 0) {
		complain("%s: %s", publication->domain.text, err.text);
		return STATUS_FINDING;
	}
	output_bytes(text, size);
	if (format != CHANGE_PLAN_TEXT && format != CHANGE_PLAN_JSON)
		return STATUS_DONE;
	for (size_t i = 0; i < publication->records.note_count; i++)
		print_note(publication, format, publication->records.notes[i]);
	for (size_t i = 0; i < publication->note_count; i++)
		print_note(publication, format, publication->notes[i]);
	return STATUS_DONE;
}

static void print_json(const struct dns_run *run, const struct publication *publication)
{
	const struct change_plan *plan = publication->plan;
	json_t *line = json_pack("{s:s, s:s}", "domain", publication->domain.text, "outcome",
				 outcome_word(run, publication->outcome));

	if (line && plan && publication->outcome != PUBLICATION_UNCHANGED)
		json_object_update_new(line,
				       json_pack("{s:s, s:I, s:I, s:I}", "zone", plan->zone.text,
						 "added", (json_int_t)plan->counts[CHANGE_ADD],
						 "removed", (json_int_t)plan->counts[CHANGE_REMOVE],
						 "kept", (json_int_t)plan->counts[CHANGE_KEEP]));
	if (line && publication->serial)
		json_object_set_new(line, "serial", json_integer(publication->serial));
	if (line && *publication->reason)
		json_object_set_new(line, "reason", json_string(publication->reason));
	output_json(line);
}

static void print_text(const struct dns_run *run, const struct publication *publication)
{
	const struct change_plan *plan = publication->plan;

	if (publication->outcome == PUBLICATION_UNCHANGED) {
		if (!run->quiet)
			output_text("%s: unchanged\n", publication->domain.text);
		return;
	}
	output_text("%s: %s, %zu added, %zu removed", publication->domain.text,
		    outcome_word(run, publication->outcome), plan->counts[CHANGE_ADD],
		    plan->counts[CHANGE_REMOVE]);
	if (publication->serial)
		output_text(", serial %u", publication->serial);
	output_text("\n");
}

void publication_print_outcome(struct dns_run *run, const struct publication *publication)
{
	bool bad = publication->outcome == PUBLICATION_FAILED ||
		   publication->outcome == PUBLICATION_CONFLICT;

	progress_clear(&run->progress);
	if (run->invocation->json)
		print_json(run, publication);
	if (bad)
		dns_run_complain(run, publication);
	else if (!run->invocation->json)
		print_text(run, publication);
	for (size_t i = 0; i < publication->note_count && !run->invocation->json; i++)
		output_text("note: %s: %s\n", publication->domain.text, publication->notes[i]);
}

int publication_print_counts(const struct dns_run *run, const struct publication_counts *counts)
{
	size_t refused = run->feed.refused;
	const size_t *of = counts->of;

	if (run->invocation->json)
		output_json(json_pack(
			"{s:{s:I, s:I, s:I, s:I, s:I, s:I}}", "counts",
			outcome_word(run, PUBLICATION_DONE), (json_int_t)of[PUBLICATION_DONE],
			"planned", (json_int_t)of[PUBLICATION_PLANNED], "unchanged",
			(json_int_t)of[PUBLICATION_UNCHANGED], "conflict",
			(json_int_t)of[PUBLICATION_CONFLICT], "failed",
			(json_int_t)of[PUBLICATION_FAILED], "refused", (json_int_t)refused));
	else if (run->feed.count == 1 && !refused)
		; /* its own line says it */
	else if (of[PUBLICATION_PLANNED])
		output_text("%zu to change, %zu unchanged, %zu in conflict, %zu failed, %zu "
			    "refused; nothing was changed\n",
			    of[PUBLICATION_PLANNED], of[PUBLICATION_UNCHANGED],
			    of[PUBLICATION_CONFLICT], of[PUBLICATION_FAILED], refused);
	else
		output_text("%s %zu, unchanged %zu, in conflict %zu, failed %zu, refused %zu\n",
			    outcome_word(run, PUBLICATION_DONE), of[PUBLICATION_DONE],
			    of[PUBLICATION_UNCHANGED], of[PUBLICATION_CONFLICT],
			    of[PUBLICATION_FAILED], refused);
	return of[PUBLICATION_CONFLICT] || of[PUBLICATION_FAILED] || refused ? STATUS_FINDING
									     : STATUS_DONE;
}
