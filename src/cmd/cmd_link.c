/* signpost link: settings links for customers, one for a ticket or thousands for a mailing. */
#include "base/text.h"
#include "cmd/csv_feed.h"
#include "cmd/link_run.h"
#include "cmd/options.h"
#include "cmd/output.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

/* What --days may be is what links.days may be. */
static const struct configuration_key *days_key(void)
{
	size_t i = 0;

	while (configuration_keys[i].offset != offsetof(struct configuration, links_days))
		i++;
	assert(i < configuration_key_count);
	return &configuration_keys[i];
}

/* *ret is 0 if it is not given. */
static int read_days(const struct invocation *invocation, long *ret)
{
	const char *text = option_value(invocation, "days");
	const struct configuration_key *key = days_key();

	*ret = 0;
	for (const char *c = text; c && *c; c++) {
		if (*c < '0' || *c > '9' || *ret > key->maximum)
			*ret = key->maximum + 1;
		else
			*ret = *ret * 10 + (*c - '0');
	}
	if (!text || (*ret >= key->minimum && *ret <= key->maximum))
		return STATUS_DONE;
	complain("--days \"%s\" is not %ld to %ld", text, key->minimum, key->maximum);
	return STATUS_USAGE;
}

static int read_form(const struct invocation *invocation, enum link_form *ret)
{
	if (option_value(invocation, "csv") && invocation->json) {
		complain("link prints either --csv or --json");
		return STATUS_USAGE;
	}
	if (option_value(invocation, "csv"))
		*ret = LINK_CSV;
	else if (invocation->json)
		*ret = LINK_JSON;
	else
		*ret = invocation->operand_count == 1 ? LINK_ALONE : LINK_LINES;
	return STATUS_DONE;
}

static int take_operands(const struct invocation *invocation, struct link_run *run)
{
	int status = STATUS_DONE;

	for (size_t i = 0; i < invocation->operand_count && status == STATUS_DONE; i++) {
		struct link_line line = {
			.number = i + 1,
			.text = invocation->operands[i],
			.size = strlen(invocation->operands[i]),
		};

		status = link_run_line(run, &line);
	}
	return status;
}

static int take_line(void *context, const struct csv_feed_line *given)
{
	const struct csv_line *fields = given->fields;
	struct link_line line = {
		.number = given->number,
		.text = fields->fields[0],
		.size = fields->sizes[0],
	};

	if (fields->count > 1 && fields->sizes[1]) {
		line.language = fields->fields[1];
		line.language_size = fields->sizes[1];
	}
	return link_run_line(context, &line);
}

static int take_file(const char *path, struct link_run *run)
{
	const struct csv_feed feed = {
		.heading = "address",
		.fields_max = 2,
		.form = "ADDRESS or ADDRESS,LANGUAGE",
		.context = run,
		.take = take_line,
		.refusals = &run->refusals,
		.progress = &run->progress,
	};
	struct input_lines lines;
	struct error err;
	int status;

	if (input_open(&lines, path, &err) < 0)
		return complain_error(&err);
	run->refusals.source = lines.name;
	status = csv_feed_run(&feed, &lines);
	input_close(&lines);
	progress_clear(&run->progress);
	refusals_end(&run->refusals);
	complain("%zu link%s, %zu refused", run->made, run->made == 1 ? "" : "s",
		 run->refusals.count);
	return status;
}

static int make_links(const struct invocation *invocation, struct link_run *run)
{
	const char *from = option_value(invocation, "from");
	int status;

	if (run->form == LINK_CSV)
		output_text("address,link,last_day,text\n");
	status = from ? take_file(from, run) : take_operands(invocation, run);
	return status == STATUS_DONE && run->refusals.count ? STATUS_FINDING : status;
}

static int make(const struct invocation *invocation)
{
	const char *language = option_value(invocation, "language");
	struct link_run run;
	enum link_form form;
	long days;
	int status;

	if (!option_value(invocation, "from") == !invocation->operand_count) {
		complain("link needs either ADDRESS|DOMAIN... or --from FILE");
		return STATUS_USAGE;
	}
	status = read_days(invocation, &days);
	if (status == STATUS_DONE)
		status = read_form(invocation, &form);
	if (status != STATUS_DONE)
		return status;
	status = link_run_open(invocation, days, language, &run);
	run.form = form;
	if (status == STATUS_DONE)
		status = make_links(invocation, &run);
	link_run_close(&run);
	return status;
}

static const struct command_option link_options[] = {
	{ "from", "FILE", "for the lines of a file, ADDRESS or ADDRESS,LANGUAGE" },
	{ "language", "TAG", "the page's language; if not given, the reader's browser says" },
	{ "days", "N", "how long the links work; if not given, links.days" },
	{ "csv", NULL, "print address, link, last day and a text to be pasted, as CSV" },
	{ NULL, NULL, NULL },
};

const struct command command_link = {
	.name = "link",
	.operands = "ADDRESS|DOMAIN...",
	.minimum = 0,
	.maximum = COMMAND_OPERANDS_ANY,
	.sentence = "Print links to settings pages, to be sent to customers.",
	.details = "A link to a domain is for everybody there and never expires.",
	.options = link_options,
	.run = make,
};
