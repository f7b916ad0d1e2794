/*
 * inih splits lines into sections, names and values; it is fed one line at a time by a reader that
 * counts lines and looks at each before inih does. What inih 55 would do by itself, measured: cut a
 * line at its buffer of 200 bytes and read the rest as a line of its own (all later line numbers
 * are wrong then), tell only the first line that it does not understand and no reason, pass over
 * what follows the ] of a section. Its handler gets no line number in Debian's build. Its buffer
 * could be made longer, by a variable of the whole process: not for a function that threads may
 * call.
 *
 * An indented line goes on with the value above, as inih and Python's configparser have it. That is
 * allowed for lists alone; elsewhere it is nearly always a key that somebody has indented.
 */
#include "model/configuration.h"

#include "base/bytes.h"
#include "base/text.h"
#include "model/configuration_value.h"

#include <ini.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct parser {
	const char *next, *end; /* what is not read yet */
	const char *name;	/* of the file */
	long line;		/* the one that inih looks at, from 1 */
	char section[64];	/* the known section we are in, or "" */
	bool section_unknown;	/* and already complained about */
	bool expected, handled; /* the line should reach the handler; it did */
	bool named;		/* a name has been read in this section: inih remembers it */
	bool indented;		/* the line goes on with it */
	const struct configuration_key *key; /* whose value is being gathered, or NULL */
	long key_line;
	struct bytes value;
	long *seen; /* the line of each key, 0: not there */
	struct configuration *configuration;
	struct findings *findings;
};

static void add_error(struct parser *parser, long line, const char *text)
{
	findings_add(parser->findings, FINDING_ERROR, "%s:%ld: %s", parser->name, line, text);
}

static size_t smallest(size_t a, size_t b, size_t c)
{
	if (b < a)
		a = b;
	return c < a ? c : a;
}

/* How many letters differ: Levenshtein's distance, for short words. */
static size_t distance(const char *a, const char *b)
{
	size_t row[32], length = strlen(b);

	if (length >= sizeof(row) / sizeof(*row) || strlen(a) >= sizeof(row) / sizeof(*row))
		return sizeof(row);
	for (size_t j = 0; j <= length; j++)
		row[j] = j;
	for (size_t i = 0; a[i]; i++) {
		size_t diagonal = row[0];

		row[0] = i + 1;
		for (size_t j = 0; j < length; j++) {
			size_t above = row[j + 1];

			row[j + 1] = smallest(above + 1, row[j] + 1,
					      diagonal + (text_lower(a[i]) != text_lower(b[j])));
			diagonal = above;
		}
	}
	return row[length];
}

/* Whether somebody who wrote `written` may have meant `word`, and closer than *best. */
static bool is_nearer(const char *written, const char *word, size_t *best)
{
	size_t d = distance(written, word);

	if (d > 1 + strlen(word) / 4 || d >= *best)
		return false;
	*best = d;
	return true;
}

/* The rows of a section stand together. */
static bool is_first_of_section(size_t i)
{
	return i == 0 ||
	       strcmp(configuration_keys[i - 1].section, configuration_keys[i].section) != 0;
}

static bool section_known(const char *name)
{
	for (size_t i = 0; i < configuration_key_count; i++) {
		if (strcmp(configuration_keys[i].section, name) == 0)
			return true;
	}
	return false;
}

static void complain_section(struct parser *parser, const char *name)
{
	CLEANUP(bytes_clear) struct bytes text = { 0 }, all = { 0 };
	size_t best = SIZE_MAX;
	const char *near = NULL;

	for (size_t i = 0; i < configuration_key_count; i++) {
		const char *section = configuration_keys[i].section;

		if (!is_first_of_section(i))
			continue;
		bytes_append_format(&all, " [%s]", section);
		if (is_nearer(name, section, &best))
			near = section;
	}
	bytes_append_format(&text, "[%s]: unknown section; ", name);
	if (near)
		bytes_append_format(&text, "is [%s] meant?", near);
	else
		bytes_append_format(&text, "there are%s", all.data ? all.data : "");
	add_error(parser, parser->line, text.data ? text.data : "unknown section");
}

static void complain_key(struct parser *parser, const char *section, const char *name)
{
	CLEANUP(bytes_clear) struct bytes text = { 0 }, all = { 0 };
	const struct configuration_key *near = NULL, *elsewhere = NULL;
	size_t best = SIZE_MAX;

	for (size_t i = 0; i < configuration_key_count; i++) {
		const struct configuration_key *key = &configuration_keys[i];

		if (strcmp(key->section, section) == 0) {
			bytes_append_format(&all, " %s", key->name);
			if (is_nearer(name, key->name, &best))
				near = key;
		} else if (strcmp(key->name, name) == 0) {
			elsewhere = key;
		}
	}
	bytes_append_format(&text, "[%s] %s: unknown key; ", section, name);
	if (near)
		bytes_append_format(&text, "is \"%s\" meant?", near->name);
	else if (elsewhere)
		bytes_append_format(&text, "it belongs into [%s]", elsewhere->section);
	else
		bytes_append_format(&text, "there are%s", all.data ? all.data : "");
	add_error(parser, parser->line, text.data ? text.data : "unknown key");
}

static const struct configuration_key *find_key(const char *section, const char *name)
{
	for (size_t i = 0; i < configuration_key_count; i++) {
		const struct configuration_key *key = &configuration_keys[i];

		if (strcmp(key->section, section) == 0 && strcmp(key->name, name) == 0)
			return key;
	}
	return NULL;
}

/* Ends the value that was being gathered: its last line has been seen. */
static void finish_value(struct parser *parser)
{
	const struct configuration_key *key = parser->key;
	struct error err;
	int result;

	if (!key)
		return;
	result = parser->value.failed ? error_no_memory(&err)
				      : configuration_value_set(parser->configuration, key,
								parser->value.data, &err);
	if (result < 0)
		findings_add(parser->findings, FINDING_ERROR, "%s:%ld: [%s] %s: %s", parser->name,
			     parser->key_line, key->section, key->name, err.text);
	bytes_clear(&parser->value);
	parser->key = NULL;
}

/* The bytes before a comment; inih takes comments off other lines, but not off indented ones. */
static size_t comment_position(const char *value)
{
	size_t i;

	for (i = 0; value[i]; i++) {
		if (value[i] == ';' && (i == 0 || value[i - 1] == ' ' || value[i - 1] == '\t'))
			break;
	}
	return i;
}

static void continue_value(struct parser *parser, const char *value)
{
	const struct configuration_key *key = parser->key;
	size_t size;

	if (!configuration_value_is_list(key)) {
		findings_add(parser->findings, FINDING_ERROR,
			     "%s:%ld: [%s] %s: an indented line goes on with the value above, "
			     "which has one line only; a key begins without blanks",
			     parser->name, parser->line, key->section, key->name);
		return;
	}
	size = comment_position(value);
	text_trim(&value, &size);
	if (parser->value.size && size)
		bytes_append_text(&parser->value, " ");
	bytes_append(&parser->value, value, size);
}

static void begin_value(struct parser *parser, const char *name, const char *value)
{
	const struct configuration_key *key = find_key(parser->section, name);
	long *seen;

	if (!key) {
		complain_key(parser, parser->section, name);
		return;
	}
	seen = &parser->seen[key - configuration_keys];
	if (*seen) {
		findings_add(parser->findings, FINDING_ERROR,
			     "%s:%ld: [%s] %s: set twice, first in line %ld", parser->name,
			     parser->line, key->section, key->name, *seen);
		return;
	}
	*seen = parser->line;
	parser->key = key;
	parser->key_line = parser->line;
	bytes_append_text(&parser->value, value);
}

/* Called by inih for the line that parser_read() has given it last. */
static int parser_handle(void *context, const char *section, const char *name, const char *value)
{
	struct parser *parser = context;

	(void)section; /* inih cuts it at 49 bytes; the reader has seen all of it */
	parser->handled = true;
	parser->named = true;
	if (parser->section_unknown)
		return 1;
	if (parser->indented && parser->key)
		continue_value(parser, value);
	else if (parser->indented)
		return 1; /* goes on with a key that has been complained about */
	else if (!*parser->section)
		add_error(parser, parser->line, "a key before the first [section]");
	else
		begin_value(parser, name, value);
	return 1;
}

/* line is "[SECTION]", perhaps with a comment behind it. */
static void read_section(struct parser *parser, const char *line, size_t size)
{
	const char *end = memchr(line, ']', size), *rest;
	char name[sizeof(parser->section)];
	size_t length, rest_size;

	parser->section_unknown = true;
	parser->named = false;
	if (!end) {
		add_error(parser, parser->line, "a section without its ]");
		return;
	}
	length = (size_t)(end - line) - 1;
	if (length >= sizeof(name)) /* known names are shorter */
		length = sizeof(name) - 1;
	memcpy(name, line + 1, length);
	name[length] = '\0';
	rest = end + 1;
	rest_size = size - (size_t)(rest - line);
	text_trim(&rest, &rest_size);
	if (rest_size && *rest != ';' && *rest != '#')
		add_error(parser, parser->line, "a key begins in a line of its own, not behind ]");
	if (!section_known(name)) {
		complain_section(parser, name);
		return;
	}
	memcpy(parser->section, name, sizeof(name));
	parser->section_unknown = false;
}

/* Clean text; tabs may stand in it. */
static bool line_is_clean(const char *line, size_t size)
{
	const char *end = line + size, *tab;

	for (; (tab = memchr(line, '\t', (size_t)(end - line))); line = tab + 1) {
		if (!text_is_clean(line, (size_t)(tab - line)))
			return false;
	}
	return text_is_clean(line, (size_t)(end - line));
}

/*
 * What the line is, before inih sees it. Returns whether it is for inih at all; leaves out the
 * blanks in front where there is nothing above that the line could go on with.
 */
static bool read_line(struct parser *parser, const char **line, size_t *size, size_t room)
{
	const char *text = *line;
	size_t text_size = *size;

	text_trim(&text, &text_size);
	if (text_size == 0)
		return false;
	if (!line_is_clean(*line, *size)) {
		add_error(parser, parser->line, "a control character, or not UTF-8");
		return false;
	}
	if (*text == ';' || *text == '#')
		return false;
	if (*size > room) {
		findings_add(parser->findings, FINDING_ERROR,
			     "%s:%ld: a line of %zu bytes, at most %zu; a list may go on in "
			     "indented lines",
			     parser->name, parser->line, *size, room);
		return false;
	}
	parser->indented = text != *line && parser->named;
	if (!parser->indented) {
		finish_value(parser);
		*line = text;
		*size = text_size;
	}
	if (**line == '[')
		read_section(parser, *line, *size);
	else
		parser->expected = true;
	return true;
}

/* inih saw a line that is neither of its kinds. */
static void check_handled(struct parser *parser)
{
	if (parser->expected && !parser->handled)
		add_error(parser, parser->line, "neither [section] nor KEY = VALUE");
	parser->expected = false;
	parser->handled = false;
}

/* An ini_reader: puts one line into buffer, an empty one where there is nothing for inih in it. */
static char *parser_read(char *buffer, int size, void *context)
{
	struct parser *parser = context;
	const char *line = parser->next, *end;
	size_t length, room = (size_t)size - 1;

	check_handled(parser);
	if (line == parser->end) {
		finish_value(parser);
		return NULL;
	}
	end = memchr(line, '\n', (size_t)(parser->end - line));
	parser->next = end ? end + 1 : parser->end;
	if (!end)
		end = parser->end;
	parser->line++;
	length = (size_t)(end - line);
	if (length && line[length - 1] == '\r')
		length--;
	if (room > CONFIGURATION_LINE_MAX)
		room = CONFIGURATION_LINE_MAX;
	if (!read_line(parser, &line, &length, room))
		length = 0;
	memcpy(buffer, line, length);
	buffer[length] = '\0';
	return buffer;
}

/* Defaults are of their own type: that this never fails is what the tests see to. */
static int set_defaults(struct parser *parser, struct error *err)
{
	for (size_t i = 0; i < configuration_key_count; i++) {
		const struct configuration_key *key = &configuration_keys[i];

		if (!parser->seen[i] &&
		    configuration_value_set(parser->configuration, key, key->fallback, err) < 0)
			return -1;
	}
	return 0;
}

static int parse(struct parser *parser, const char *directory, struct error *err)
{
	static const char bom[] = "\xef\xbb\xbf";

	parser->seen = calloc(configuration_key_count, sizeof(*parser->seen));
	parser->configuration->directory = strdup(directory);
	if (!parser->seen || !parser->configuration->directory)
		return error_no_memory(err);
	if (parser->end - parser->next >= 3 && memcmp(parser->next, bom, 3) == 0)
		parser->next += 3;
	if (ini_parse_stream(parser_read, parser, parser_handle, parser) < -1)
		return error_no_memory(err);
	return set_defaults(parser, err);
}

int configuration_parse(const char *text, size_t size, const char *name, const char *directory,
			struct configuration **ret, struct findings *findings, struct error *err)
{
	CLEANUP(configuration_freep)
	struct configuration *configuration = calloc(1, sizeof(*configuration));
	CLEANUP(findings_clear) struct findings mine = { 0 };
	struct parser parser = {
		.next = text,
		.end = text + size,
		.name = name,
		.configuration = configuration,
		.findings = &mine,
	};
	int result;

	if (!configuration)
		return error_no_memory(err);
	if (size > CONFIGURATION_SIZE_MAX) {
		findings_add(findings, FINDING_ERROR, "%s: %zu bytes, at most %d", name, size,
			     CONFIGURATION_SIZE_MAX);
		return error_set(err, ERROR_TOO_LARGE, "%s: %zu bytes, at most %d", name, size,
				 CONFIGURATION_SIZE_MAX);
	}
	result = parse(&parser, directory, err);
	free(parser.seen);
	bytes_clear(&parser.value);
	for (size_t i = 0; i < mine.count; i++)
		findings_add(findings, mine.list[i].severity, "%s", mine.list[i].text);
	if (result < 0)
		return -1;
	if (mine.errors)
		return findings_first_error(&mine, err);
	*ret = configuration;
	configuration = NULL;
	return 0;
}

char *configuration_path(const struct configuration *configuration, const char *path)
{
	CLEANUP(bytes_clear) struct bytes bytes = { 0 };
	struct error err;
	char *ret = NULL;

	if (*path != '/') {
		const char *directory = configuration->directory;

		bytes_append_format(&bytes, strcmp(directory, "/") == 0 ? "%s" : "%s/", directory);
	}
	bytes_append_text(&bytes, path);
	return bytes_take(&bytes, &ret, NULL, &err) < 0 ? NULL : ret;
}

void configuration_namespace(const struct configuration *configuration, unsigned char ret[16])
{
	memset(ret, 0, 16);
	if (configuration->profile_namespace)
		(void)configuration_uuid_parse(configuration->profile_namespace, ret);
}

void configuration_free(struct configuration *configuration)
{
	if (!configuration)
		return;
	for (size_t i = 0; i < configuration_key_count; i++) {
		const struct configuration_key *key = &configuration_keys[i];

		char *text;

		if (key->type == CONFIGURATION_NUMBER)
			continue;
		memcpy(&text, (char *)configuration + key->offset, sizeof(text));
		free(text);
	}
	free(configuration->directory);
	free(configuration);
}
