#include "cmd/seen_print.h"

#include "cmd/command.h"
#include "cmd/output.h"
#include "server/seen_log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TIME_SIZE sizeof("2026-01-01 00:00:00")
#define AGO_SIZE 40
#define GIVEN_SIZE 128
#define QUIET (2 * SEEN_MARK) /* seconds after which a service that runs has written */

/* What a row is printed with. */
struct printing {
	const struct seen_view *view;
	const struct seen_domain *domain;
	bool json;
	size_t count; /* rows so far */
};

void seen_view_clear(struct seen_view *view)
{
	seen_store_close(view->store);
	free(view->path);
}

/* In the time zone of whoever reads it. */
static const char *time_text(int64_t at, char ret[TIME_SIZE])
{
	time_t seconds = (time_t)at;
	struct tm parts;

	if (!localtime_r(&seconds, &parts) ||
	    !strftime(ret, TIME_SIZE, "%Y-%m-%d %H:%M:%S", &parts))
		ret[0] = '\0';
	return ret;
}

static const char *ago_text(int64_t seconds, char ret[AGO_SIZE])
{
	static const struct {
		int64_t below, unit; /* seconds */
		const char *name;
	} units[] = {
		{ 120, 1, "s" },
		{ 7200, 60, "min" },
		{ 172800, 3600, "h" },
		{ INT64_MAX, 86400, "days" },
	};
	size_t i = 0;

	if (seconds < 0)
		seconds = 0;
	while (seconds >= units[i].below)
		i++;
	snprintf(ret, AGO_SIZE, "%lld %s ago", (long long)(seconds / units[i].unit), units[i].name);
	return ret;
}

/* Settings of another provider than the domain has now: what a program had before a move. */
static bool is_older(const struct seen_domain *domain, const struct seen_row *row)
{
	return *row->provider && domain->provider && strcmp(row->provider, domain->provider) != 0;
}

static const char *given_text(const struct seen_domain *domain, const struct seen_row *row,
			      char ret[GIVEN_SIZE])
{
	if (*row->provider)
		snprintf(ret, GIVEN_SIZE, "%s%s", row->provider,
			 is_older(domain, row) ? "  (older settings)" : "");
	else if (row->status >= 300 && row->status < 400)
		snprintf(ret, GIVEN_SIZE, "sent on to https (%u)", row->status);
	else
		snprintf(ret, GIVEN_SIZE, "nothing (%u)", row->status);
	return ret;
}

static void print_row_json(const struct printing *printing, const struct seen_row *row)
{
	json_t *line = json_pack("{s:s, s:s, s:s, s:I, s:I, s:I, s:i}", "domain", row->domain,
				 "kind", row->kind, "client", row->client, "first",
				 (json_int_t)row->first, "last", (json_int_t)row->last, "times",
				 (json_int_t)row->count, "status", (int)row->status);

	if (line && *row->provider)
		json_object_update_new(line, json_pack("{s:s, s:b}", "provider", row->provider,
						       "older", is_older(printing->domain, row)));
	output_json(line);
}

static void print_row_text(const struct printing *printing, const struct seen_row *row)
{
	char at[TIME_SIZE], ago[AGO_SIZE], given[GIVEN_SIZE];

	if (printing->count == 0)
		output_text("  %-19s  %-12s  %-17s  %-14s  %7s  %s\n", "LAST", "", "ASKED FOR",
			    "PROGRAM", "TIMES", "WAS GIVEN");
	output_text("  %-19s  %-12s  %-17s  %-14s  %7llu  %s\n", time_text(row->last, at),
		    ago_text(printing->view->now - row->last, ago), row->kind, row->client,
		    (unsigned long long)row->count, given_text(printing->domain, row, given));
}

static int print_row(void *context, const struct seen_row *row, struct error *err)
{
	struct printing *printing = context;

	if (printing->json)
		print_row_json(printing, row);
	else
		print_row_text(printing, row);
	printing->count++;
	return output_wanted() ? 0 : error_set(err, ERROR_IO, "standard output is closed");
}

static void print_heading_json(const struct seen_view *view, const struct seen_domain *domain)
{
	const struct {
		const char *key;
		int64_t at;
	} times[] = {
		{ "since", domain->since },
		{ "published", domain->published },
		{ "published_seen", domain->published_seen },
		{ "noted_until", view->store ? view->written : 0 },
	};
	json_t *line = json_pack("{s:s}", "domain", domain->name->text);

	if (line && domain->provider)
		json_object_set_new(line, "provider", json_string(domain->provider));
	for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++) {
		if (line && times[i].at)
			json_object_set_new(line, times[i].key, json_integer(times[i].at));
	}
	output_json(line);
}

static void print_heading_text(const struct seen_domain *domain)
{
	CLEANUP(freep) char *name = domain_name_unicode(domain->name->text);
	char at[TIME_SIZE];

	output_text("%s%s%s%s: ", domain->name->text, name ? " (" : "", name ? name : "",
		    name ? ")" : "");
	if (domain->provider)
		output_text("provider %s", domain->provider);
	else
		output_text("not in the store");
	if (domain->provider && domain->since)
		output_text(" since %s", time_text(domain->since, at));
	if (domain->published)
		output_text("; published in DNS %s", time_text(domain->published, at));
	if (domain->published_seen)
		output_text(", at every name server %s", time_text(domain->published_seen, at));
	output_text("\n");
}

int seen_print_domain(const struct seen_view *view, const struct seen_domain *domain, bool json)
{
	struct printing printing = { .view = view, .domain = domain, .json = json };
	struct error err = { 0 };

	if (json)
		print_heading_json(view, domain);
	else
		print_heading_text(domain);
	if (!view->store)
		return STATUS_DONE;
	if (seen_store_read(view->store, domain->name->text, print_row, &printing, &err) < 0)
		return output_wanted() ? complain_error(&err) : STATUS_DONE;
	if (!printing.count && !json)
		output_text("  no program has asked for it in %ld days, or since the file was "
			    "made\n",
			    view->days);
	return STATUS_DONE;
}

void seen_print_end(const struct seen_view *view)
{
	char at[TIME_SIZE], ago[AGO_SIZE];

	if (!view->path)
		output_text("Which programs ask is not noted: [seen] file is not set in the "
			    "configuration.\n");
	else if (view->unreadable)
		output_text("Which programs asked is not known: %s cannot be read.\n", view->path);
	else if (!view->store || !view->written)
		output_text(
			"Which programs ask is not noted yet: signpostd makes %s when it starts "
			"or reloads.\n",
			view->path);
	else if (view->now - view->written > QUIET)
		output_text(
			"Noted until %s, %s; nothing was written since: signpostd does not run, "
			"or cannot write %s.\n",
			time_text(view->written, at), ago_text(view->now - view->written, ago),
			view->path);
	else
		output_text("Noted until %s, %s.\n", time_text(view->written, at),
			    ago_text(view->now - view->written, ago));
}
