/* signpost profile: Apple profiles as files, one or thousands. */
#include "cmd/csv_feed.h"
#include "cmd/options.h"
#include "cmd/output.h"
#include "cmd/profile_run.h"

#include <string.h>

static int take_operands(const struct invocation *invocation, struct profile_run *run)
{
	int status = STATUS_DONE;

	for (size_t i = 0; i < invocation->operand_count && status == STATUS_DONE; i++) {
		const char *text = invocation->operands[i];
		const struct profile_line line = {
			.number = i + 1,
			.text = text,
			.size = strlen(text),
			.full_name = "",
			.login = "",
		};

		status = profile_run_line(run, &line);
	}
	return status;
}

static int take_line(void *context, const struct csv_feed_line *given)
{
	const struct csv_line *fields = given->fields;
	struct profile_line line = {
		.number = given->number,
		.text = fields->fields[0],
		.size = fields->sizes[0],
		.full_name = "",
		.login = "",
	};

	if (fields->count > 1) {
		line.full_name = fields->fields[1];
		line.full_name_size = fields->sizes[1];
	}
	if (fields->count > 2) {
		line.login = fields->fields[2];
		line.login_size = fields->sizes[2];
	}
	return profile_run_line(context, &line);
}

static int take_file(const char *path, struct profile_run *run)
{
	const struct csv_feed feed = {
		.heading = "address",
		.fields_max = 3,
		.form = "ADDRESS, ADDRESS,NAME or ADDRESS,NAME,LOGIN",
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
	return status;
}

static int check_usage(const struct invocation *invocation)
{
	const char *from = option_value(invocation, "from"), *out = option_value(invocation, "out");

	if (!from == !invocation->operand_count) {
		complain("profile needs either ADDRESS... or --from FILE");
		return STATUS_USAGE;
	}
	if (!out && (from || invocation->operand_count > 1)) {
		complain("profile needs --out DIR for more than one address");
		return STATUS_USAGE;
	}
	if (!out && option_value(invocation, "force")) {
		complain("--force says something about --out DIR alone");
		return STATUS_USAGE;
	}
	return STATUS_DONE;
}

static int profile(const struct invocation *invocation)
{
	const char *from = option_value(invocation, "from");
	struct profile_run run;
	int status = check_usage(invocation);

	if (status != STATUS_DONE)
		return status;
	status = profile_run_open(invocation, &run);
	if (status == STATUS_DONE) {
		status = from ? take_file(from, &run) : take_operands(invocation, &run);
		status = profile_run_end(&run, status);
	}
	profile_run_close(&run);
	return status;
}

static const struct command_option profile_options[] = {
	{ "from", "FILE", "make those of a file with lines ADDRESS,NAME,LOGIN" },
	{ "out", "DIR", "write files into this directory, one for each address" },
	{ "content", "WORD", "mail (the default), all or activesync" },
	{ "language", "TAG", "the language of what the device shows" },
	{ "provider", "ID", "use this provider, whatever the store has" },
	{ "unsigned", NULL, "leave the signature out" },
	{ "force", NULL, "replace files that are there" },
	{ NULL, NULL, NULL },
};

const struct command command_profile = {
	.name = "profile",
	.operands = "ADDRESS...",
	.minimum = 0,
	.maximum = COMMAND_OPERANDS_ANY,
	.sentence = "Make Apple profiles, signed: one to standard output, or many as files.",
	.options = profile_options,
	.run = profile,
};
