/*
 * RFC 1035 5.1 lets a record's TTL, class and type stand in an order that is told from the words
 * themselves: a TTL begins with a digit, which no type does.
 */
#include "dns/zone_file_read.h"

#include "base/bytes.h"
#include "base/text.h"
#include "dns/zone_file_entry.h"
#include "dns/zone_scan.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define SHOWN 40 /* bytes of a word in an error text */
#define WORD(word) (int)text_cut((word)->text, (word)->size, SHOWN), (word)->text

int zone_file_fault(struct zone_file_faults *faults, size_t line, const struct error *err)
{
	struct error placed = *err;

	if (placed.code != ERROR_NO_MEMORY)
		error_prefix(&placed, "%s:%zu", faults->name, line);
	if (faults->findings)
		findings_add(faults->findings, FINDING_ERROR, "%s", placed.text);
	if (faults->first.code == ERROR_NONE)
		faults->first = placed;
	return -1;
}

void zone_file_warn(struct zone_file_faults *faults, size_t line, const char *format, ...)
{
	char text[ERROR_TEXT_SIZE];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (faults->findings)
		findings_add(faults->findings, FINDING_WARNING, "%s:%zu: %s", faults->name, line,
			     text);
}

struct reader {
	struct zone_file *file;
	size_t room;	   /* of its entries */
	const char *owner; /* of the record before, in the text; NULL: none since $ORIGIN */
	size_t owner_size;
	const char *origin; /* in the text; NULL: the customer's domain */
	size_t origin_size;
	uint32_t ttl; /* of $TTL */
	bool origin_seen;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_word(const struct zone_word *word, const char *wanted)
{
	return text_equals(word->text, word->size, wanted);
}

static uint32_t unit_seconds(char unit)
{
	switch (text_lower(unit)) {
	case 'w':
		return 604800;
	case 'd':
		return 86400;
	case 'h':
		return 3600;
	case 'm':
		return 60;
	default:
		return text_lower(unit) == 's';
	}
}

/* 3600, 1h, 1h30m, in any case. */
static int parse_time(const struct zone_word *word, uint32_t *ret)
{
	bool digits = false, units = false;
	uint64_t total = 0, number = 0;

	for (size_t i = 0; i < word->size && total + number <= DNS_TTL_MAX; i++) {
		char c = word->text[i];

		if (is_digit(c)) {
			number = number * 10 + (uint64_t)(c - '0');
			digits = true;
			continue;
		}
		if (!digits || !unit_seconds(c))
			return -1;
		total += number * unit_seconds(c);
		number = 0;
		digits = false;
		units = true;
	}
	if (digits == units || total + number > DNS_TTL_MAX) /* a number without unit is alone */
		return -1;
	*ret = (uint32_t)(total + number);
	return 0;
}

static int parse_ttl(const struct zone_word *word, uint32_t *ret, struct error *err)
{
	if (parse_time(word, ret) < 0)
		return error_set(err, ERROR_INVALID,
				 "TTL \"%.*s\" is not a time of 0..%d seconds, such as 3600 or "
				 "1h30m",
				 WORD(word), DNS_TTL_MAX);
	return 0;
}

/* Directives */

static int need_one(const struct zone_line *line, struct error *err)
{
	if (line->count == 2)
		return 0;
	return error_set(err, ERROR_SYNTAX, "%.*s with %zu values, it has one",
			 WORD(&line->words[0]), line->count - 1);
}

static int read_origin(struct reader *reader, const struct zone_line *line, struct error *err)
{
	const struct zone_word *name = &line->words[1];

	if (need_one(line, err) < 0)
		return -1;
	if (name->text[name->size - 1] != '.' ||
	    (name->size > 1 && name->text[name->size - 2] == '\\'))
		return error_set(err, ERROR_INVALID,
				 "$ORIGIN \"%.*s\" has no final dot: servers read such a name in "
				 "different ways",
				 WORD(name));
	reader->origin = name->text;
	reader->origin_size = name->size;
	reader->owner = NULL;
	reader->origin_seen = true;
	return 0;
}

static int read_ttl(struct reader *reader, const struct zone_line *line, struct error *err)
{
	return need_one(line, err) < 0 ? -1 : parse_ttl(&line->words[1], &reader->ttl, err);
}

static const struct directive {
	const char *name;
	int (*read)(struct reader *reader, const struct zone_line *line, struct error *err);
} directives[] = { { "$ORIGIN", read_origin }, { "$TTL", read_ttl } };

static int read_directive(struct reader *reader, const struct zone_line *line, struct error *err)
{
	const struct zone_word *word = &line->words[0];

	for (size_t i = 0; i < sizeof(directives) / sizeof(*directives); i++) {
		if (is_word(word, directives[i].name))
			return directives[i].read(reader, line, err);
	}
	return error_set(err, ERROR_INVALID,
			 "%.*s is not read here: write the records out, with $ORIGIN and $TTL at "
			 "most",
			 WORD(word));
}

/* Records */

/* Takes the owner from the line, or leaves that of the line before. Moves *at behind it. */
static int read_owner(struct reader *reader, const struct zone_line *line, size_t *at,
		      struct error *err)
{
	const struct zone_word *word = &line->words[0];

	if (line->indented && reader->owner)
		return 0;
	if (line->indented)
		return error_set(err, ERROR_SYNTAX,
				 "the line begins with a blank, so it has no owner of its own, and "
				 "there is none before it%s",
				 reader->origin_seen ? " behind $ORIGIN" : "");
	if (word->quoted)
		return error_set(err, ERROR_SYNTAX, "the owner %.*s is in quotes", WORD(word));
	reader->owner = word->text;
	reader->owner_size = word->size;
	*at = 1;
	return 0;
}

/* Whether the word is a class. */
static bool is_class(const struct zone_word *word)
{
	static const char *const names[] = { "IN", "CH", "HS", "CS", "NONE", "ANY" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (is_word(word, names[i]))
			return true;
	}
	return word->size > 5 && text_equals(word->text, 5, "CLASS") && is_digit(word->text[5]);
}

/* Reads TTL and class, in either order and each at most once. Moves *at to the type. */
static int read_ttl_and_class(const struct zone_line *line, size_t *at, uint32_t *ttl,
			      struct error *err)
{
	bool ttl_seen = false, class_seen = false;

	for (; *at < line->count; ++*at) {
		const struct zone_word *word = &line->words[*at];

		if (!ttl_seen && is_digit(*word->text)) {
			ttl_seen = true;
			if (parse_ttl(word, ttl, err) < 0)
				return -1;
		} else if (!class_seen && is_class(word)) {
			class_seen = true;
			if (!is_word(word, "IN") && !is_word(word, "CLASS1"))
				return error_set(err, ERROR_INVALID, "class %.*s, only IN is read",
						 WORD(word));
		} else {
			return 0;
		}
	}
	return error_set(err, ERROR_SYNTAX, "the type is missing");
}

/* What name servers let through and understand in another way than it looks. */
static int check_strings(const struct zone_word *type, const struct zone_line *line, size_t at,
			 struct error *err)
{
	bool txt = is_word(type, "TXT") || is_word(type, "SPF");
	size_t plain = 0;

	for (size_t i = at; i < line->count; i++) {
		const struct zone_word *word = &line->words[i];

		plain += !word->quoted;
		if (word->cut && (txt || is_word(type, "CAA")))
			return error_set(err, ERROR_SYNTAX,
					 "the \";\" behind \"%.*s\" begins a comment: put the text "
					 "in quotes",
					 WORD(word));
	}
	if (txt && plain > 0 && line->count - at > 1)
		return error_set(err, ERROR_SYNTAX,
				 "%.*s with %zu words, which are joined without blanks: put the "
				 "text in quotes",
				 WORD(type), line->count - at);
	return 0;
}

/* The fields as one text; the times of an SOA record in seconds. The caller frees it. */
static int join_rdata(const struct zone_line *line, size_t at, bool soa, char **ret,
		      struct error *err)
{
	CLEANUP(bytes_clear) struct bytes rdata = { 0 };

	for (size_t i = at; i < line->count; i++) {
		const struct zone_word *word = &line->words[i];
		uint32_t seconds;

		if (i > at)
			bytes_append_text(&rdata, " ");
		if (soa && i >= at + 3 && parse_time(word, &seconds) == 0)
			bytes_append_format(&rdata, "%u", seconds);
		else
			bytes_append(&rdata, word->text, word->size);
	}
	return bytes_take(&rdata, ret, NULL, err);
}

/* The comment as a sentence: tabs are blanks. NULL: no memory. */
static char *copy_reason(const struct zone_line *line)
{
	char *ret = strndup(line->comment, line->comment_size);

	for (char *at = ret; at && *at; at++) {
		if (*at == '\t')
			*at = ' ';
	}
	return ret;
}

/* Takes over what is in entry. */
static int add_entry(struct reader *reader, struct zone_file_entry *entry, struct error *err)
{
	struct zone_file *file = reader->file;

	if (file->count == ZONE_FILE_RECORDS_MAX)
		return error_set(err, ERROR_TOO_LARGE, "more than %d records",
				 ZONE_FILE_RECORDS_MAX);
	if (file->count == reader->room) {
		size_t room = reader->room ? reader->room * 2 : 32;
		struct zone_file_entry *entries =
			reallocarray(file->entries, room, sizeof(*entries));

		if (!entries)
			return error_no_memory(err);
		file->entries = entries;
		reader->room = room;
	}
	file->entries[file->count++] = *entry;
	*entry = (struct zone_file_entry){ 0 };
	return 0;
}

/* Words from at on: type and fields. */
static int read_entry(struct reader *reader, const struct zone_line *line, size_t at, uint32_t ttl,
		      struct error *err)
{
	CLEANUP(zone_file_entry_clear)
	struct zone_file_entry entry = { .ttl = ttl, .line = line->number };
	const struct zone_word *type = &line->words[at++];

	if (type->quoted)
		return error_set(err, ERROR_SYNTAX, "%.*s where a type belongs", WORD(type));
	if (at == line->count)
		return error_set(err, ERROR_SYNTAX, "%.*s without a value", WORD(type));
	if (check_strings(type, line, at, err) < 0)
		return -1;
	entry.owner = strndup(reader->owner, reader->owner_size);
	entry.type = strndup(type->text, type->size);
	entry.reason = copy_reason(line);
	if (reader->origin)
		entry.origin = strndup(reader->origin, reader->origin_size);
	if (!entry.owner || !entry.type || !entry.reason || !entry.origin != !reader->origin)
		return error_no_memory(err);
	if (join_rdata(line, at, is_word(type, "SOA"), &entry.rdata, err) < 0)
		return -1;
	return add_entry(reader, &entry, err);
}

static int read_line(struct reader *reader, const struct zone_line *line, struct error *err)
{
	uint32_t ttl = reader->ttl;
	size_t at = 0;

	if (!line->indented && line->words[0].text[0] == '$')
		return read_directive(reader, line, err);
	if (read_owner(reader, line, &at, err) < 0 || read_ttl_and_class(line, &at, &ttl, err) < 0)
		return -1;
	return read_entry(reader, line, at, ttl, err);
}

static int read_lines(struct reader *reader, const char *text, size_t size,
		      struct zone_file_faults *faults)
{
	CLEANUP(zone_line_clear) struct zone_line line = { 0 };
	struct zone_scan scan = zone_scan_begin(text, size);
	struct error err;
	int more;

	while ((more = zone_scan_next(&scan, &line, &err)) != 0) {
		if (more > 0 && read_line(reader, &line, &err) == 0)
			continue;
		zone_file_fault(faults, line.number, &err);
		if (err.code == ERROR_NO_MEMORY)
			return -1;
		if (err.code == ERROR_TOO_LARGE)
			break;
	}
	return 0;
}

int zone_file_read(const char *text, size_t size, struct zone_file_faults *faults,
		   struct zone_file **ret)
{
	CLEANUP(zone_file_freep) struct zone_file *file = calloc(1, sizeof(*file));
	struct reader reader = { .file = file, .ttl = ZONE_FILE_TTL_NONE };
	struct error err;

	if (file)
		file->name = strdup(faults->name);
	if (!file || !file->name) {
		error_no_memory(&err);
		return zone_file_fault(faults, 0, &err);
	}
	if (size > ZONE_FILE_SIZE_MAX) {
		error_set(&err, ERROR_TOO_LARGE, "%zu bytes are more than %d", size,
			  ZONE_FILE_SIZE_MAX);
		zone_file_fault(faults, 1, &err);
	} else if (read_lines(&reader, text, size, faults) < 0) {
		return -1;
	}
	*ret = file;
	file = NULL;
	return 0;
}
