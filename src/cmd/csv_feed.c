#include "cmd/csv_feed.h"

#include "base/text.h"
#include "cmd/command.h"
#include "cmd/output.h"

#include <string.h>

/* Takes a line apart, or refuses it. Returns whether there is something to hand on. */
static bool split(const struct csv_feed *feed, struct input_lines *lines, bool first,
		  const struct csv_feed_line *line, struct csv_line *fields)
{
	struct error err = { .code = ERROR_NONE };

	if (lines->too_long)
		error_set(&err, ERROR_TOO_LARGE, "a line of over %d bytes", INPUT_LINE_MAX);
	else if (csv_split(lines->line, lines->size, fields, &err) == 0 &&
		 fields->count > feed->fields_max)
		error_set(&err, ERROR_SYNTAX, "%zu fields; a line is %s", fields->count,
			  feed->form);
	if (err.code != ERROR_NONE) {
		refusals_add(feed->refusals, line->number, line->text, line->size, err.text);
		return false;
	}
	return !first || !text_equals(fields->fields[0], fields->sizes[0], feed->heading);
}

int csv_feed_run(const struct csv_feed *feed, struct input_lines *lines)
{
	char shown[REFUSALS_TEXT_MAX];
	int status = STATUS_DONE, more = 0;
	bool first = true;
	struct error err;

	while (status == STATUS_DONE && output_wanted() && (more = input_next(lines, &err)) > 0) {
		struct csv_line fields = { .count = 0 };
		struct csv_feed_line line = { lines->number, &fields, lines->line, lines->size };

		progress_update(feed->progress, lines->number);
		text_trim(&line.text, &line.size);
		if (line.size == 0 || *line.text == '#')
			continue;
		if (line.size > sizeof(shown))
			line.size = sizeof(shown);
		memcpy(shown, line.text, line.size); /* taking fields apart changes the line */
		line.text = shown;
		if (split(feed, lines, first, &line, &fields))
			status = feed->take(feed->context, &line);
		first = false;
	}
	return more < 0 ? complain_error(&err) : status;
}
