#include "cmd/domain_feed.h"

#include "base/text.h"
#include "cmd/csv.h"
#include "cmd/input.h"
#include "cmd/options.h"
#include "cmd/output.h"
#include "store/dns_change.h"

#include <search.h>
#include <string.h>

#define COMPLAINTS_MAX 100 /* shown one by one; more are counted */
#define TEXT_SHOWN_MAX 100 /* bytes of what was given, in a complaint */

static void add(struct domain_feed *feed, const char *name, size_t length)
{
	bytes_append(&feed->names, name, length);
	bytes_append(&feed->names, "", 1);
	feed->count++;
}

static void take(struct domain_feed *feed, const char *text, size_t size, const char *source,
		 size_t line)
{
	struct domain_name domain;
	struct error err;

	if (domain_name_parse(text, size, &domain, &err) == 0) {
		add(feed, domain.text, domain.length);
		return;
	}
	if (++feed->refused > COMPLAINTS_MAX)
		return;
	size = text_cut(text, size, TEXT_SHOWN_MAX);
	if (source)
		complain("%s:%zu: \"%.*s\": %s", source, line, (int)size, text, err.text);
	else
		complain("\"%.*s\": %s", (int)size, text, err.text);
}

/* The first field of a line is the domain: lists that "domain export" writes can be used. */
static void take_line(struct domain_feed *feed, struct input_lines *lines, bool *begun)
{
	struct csv_line fields = { .count = 0 };
	const char *text = lines->line;
	size_t size = lines->size;
	struct error err;

	text_trim(&text, &size);
	if (size == 0 || *text == '#')
		return;
	if (!lines->too_long && csv_split(lines->line, lines->size, &fields, &err) == 0 &&
	    fields.count > 0) {
		if (*begun || !text_equals(fields.fields[0], fields.sizes[0], "domain"))
			take(feed, fields.fields[0], fields.sizes[0], lines->name, lines->number);
	} else {
		take(feed, text, size, lines->name, lines->number);
	}
	*begun = true;
}

static int take_file(struct domain_feed *feed, const char *path)
{
	struct input_lines lines;
	bool begun = false;
	struct error err;
	int more = 0;

	if (input_open(&lines, path, &err) < 0)
		return complain_error(&err);
	while ((more = input_next(&lines, &err)) > 0)
		take_line(feed, &lines, &begun);
	input_close(&lines);
	return more < 0 ? complain_error(&err) : STATUS_DONE;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void keep_name(void *name)
{
	(void)name; /* it is the feed's */
}

/* Drops what stands there more than once, and keeps the order. */
static void drop_repeats(struct domain_feed *feed)
{
	char *kept = feed->names.data, *end = feed->names.data + feed->names.size;
	void *seen = NULL;

	for (char *name = kept; name < end && !feed->names.failed;) {
		size_t size = strlen(name) + 1;
		char **found;

		memmove(kept, name, size);
		name += size;
		found = tsearch(kept, &seen, compare_names);
		if (!found)
			feed->names.failed = true;
		else if (*found == kept)
			kept += size;
		else
			feed->count--;
	}
	if (feed->names.data)
		feed->names.size = (size_t)(kept - feed->names.data);
	tdestroy(seen, keep_name);
}

static int take_stored(void *context, const char *domain, size_t length, const char *provider,
		       struct error *err)
{
	(void)provider;
	(void)err;
	add(context, domain, length);
	return 0;
}

static int take_published(void *context, const char *domain, size_t length, struct error *err)
{
	(void)err;
	add(context, domain, length);
	return 0;
}

static int take_all(struct domain_feed *feed, struct store *store, enum domain_feed_source source)
{
	struct error err;
	int result;

	if (source == DOMAIN_FEED_PUBLISHED)
		result = store_dns_list(store, take_published, feed, &err);
	else
		result = store_list(store, NULL, take_stored, feed, &err);
	return result < 0 ? complain_error(&err) : STATUS_DONE;
}

int domain_feed_check(const struct invocation *invocation)
{
	bool from = option_value(invocation, "from"), all = option_value(invocation, "all");

	if (from + all + (invocation->operand_count > 0) == 1)
		return STATUS_DONE;
	complain("%s %s needs either DOMAIN..., --from FILE or --all", invocation->command->family,
		 invocation->command->name);
	return STATUS_USAGE;
}

int domain_feed_open(const struct invocation *invocation, struct store *store,
		     enum domain_feed_source source, struct domain_feed *ret)
{
	const char *from = option_value(invocation, "from");
	bool all = option_value(invocation, "all");
	int status = STATUS_DONE;
	struct error err;

	ret->many = !invocation->operand_count;
	if (all)
		status = take_all(ret, store, source);
	else if (from)
		status = take_file(ret, from);
	for (size_t i = 0; i < invocation->operand_count; i++)
		take(ret, invocation->operands[i], strlen(invocation->operands[i]), NULL, 0);
	if (!all)
		drop_repeats(ret);
	if (ret->refused > COMPLAINTS_MAX)
		complain("%zu more lines are no domains", ret->refused - COMPLAINTS_MAX);
	if (!ret->names.failed)
		return status;
	error_no_memory(&err);
	return complain_error(&err);
}

bool domain_feed_next(struct domain_feed *feed, struct domain_name *ret)
{
	const char *name = feed->names.data + feed->at;

	if (feed->at >= feed->names.size)
		return false;
	ret->length = strlen(name);
	memcpy(ret->text, name, ret->length + 1);
	feed->at += ret->length + 1;
	return true;
}

void domain_feed_rewind(struct domain_feed *feed)
{
	feed->at = 0;
}

void domain_feed_clear(struct domain_feed *feed)
{
	bytes_clear(&feed->names);
	*feed = (struct domain_feed){ 0 };
}
