/*
 * Stricter than name servers are where they read something else than was meant: a quoted string
 * ends on its line, since one quote that is missing would take the next records in.
 */
#include "dns/zone_scan.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define QUOTED_TEXT_MAX 40 /* bytes of a word in an error text */

struct zone_scan zone_scan_begin(const char *text, size_t size)
{
	static const char mark[] = "\xef\xbb\xbf";
	size_t skip = size >= 3 && memcmp(text, mark, 3) == 0 ? 3 : 0;

	return (struct zone_scan){ .next = text + skip, .end = text + size, .line = 1 };
}

void zone_line_clear(struct zone_line *line)
{
	free(line->words);
	*line = (struct zone_line){ 0 };
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool ends_word(char c)
{
	return is_blank(c) || c == '"' || c == '(' || c == ')' || c == ';';
}

/* How many bytes the end of a line has at text: LF or CR LF; 0 if there is none. */
static size_t newline_at(const char *text, const char *end)
{
	if (*text == '\n')
		return 1;
	return *text == '\r' && end - text > 1 && text[1] == '\n' ? 2 : 0;
}

static int refuse_byte(char c, struct error *err)
{
	unsigned char byte = (unsigned char)c;

	if (byte >= 0x80)
		return error_set(err, ERROR_SYNTAX,
				 "byte 0x%02x is not ASCII: an international name is written in "
				 "its xn-- form, a byte of a string as \\%03u",
				 byte, byte);
	return error_set(err, ERROR_SYNTAX, "control character 0x%02x", byte);
}

/* Checks a backslash and what it escapes; returns its bytes, or -1. */
static int scan_escape(const char *text, const char *end, struct error *err)
{
	size_t left = (size_t)(end - text);
	bool decimal = left > 1 && is_digit(text[1]);

	if (left < 2 || newline_at(text + 1, end))
		return error_set(err, ERROR_SYNTAX, "a backslash at the end of the line");
	if (!decimal)
		return text[1] < ' ' || text[1] > '~' ? refuse_byte(text[1], err) : 2;
	if (left < 4 || !is_digit(text[2]) || !is_digit(text[3]))
		return error_set(err, ERROR_SYNTAX,
				 "\"\\%c\" is not an escape: three digits, such as \\046", text[1]);
	if ((text[1] - '0') * 100 + (text[2] - '0') * 10 + (text[3] - '0') > 255)
		return error_set(err, ERROR_SYNTAX, "\"\\%.3s\" is more than a byte", text + 1);
	return 4;
}

/* Checks one character of a word or string; returns its bytes, or -1. */
static int scan_character(const char *text, const char *end, struct error *err)
{
	if (*text == '\\')
		return scan_escape(text, end, err);
	return *text < ' ' || *text > '~' ? refuse_byte(*text, err) : 1;
}

static int add_word(struct zone_line *line, struct zone_word word, struct error *err)
{
	if (line->count == line->room) {
		size_t room = line->room ? line->room * 2 : 16;
		struct zone_word *words = reallocarray(line->words, room, sizeof(*words));

		if (!words)
			return error_no_memory(err);
		line->words = words;
		line->room = room;
	}
	line->words[line->count++] = word;
	return 0;
}

static int scan_quoted(struct zone_scan *scan, struct zone_line *line, struct error *err)
{
	const char *at = scan->next + 1;
	struct zone_word word = { .text = scan->next, .quoted = true };

	while (at < scan->end && *at != '"' && !newline_at(at, scan->end)) {
		int size = scan_character(at, scan->end, err);

		if (size < 0)
			return -1;
		at += size;
	}
	if (at == scan->end || *at != '"')
		return error_set(
			err, ERROR_SYNTAX, "the quote before \"%.*s\" is not closed",
			(int)text_cut(word.text + 1, (size_t)(at - word.text) - 1, QUOTED_TEXT_MAX),
			word.text + 1);
	scan->next = at + 1;
	word.size = (size_t)(scan->next - word.text);
	return add_word(line, word, err);
}

static int scan_word(struct zone_scan *scan, struct zone_line *line, struct error *err)
{
	const char *at = scan->next;
	struct zone_word word = { .text = at };

	while (at < scan->end && !ends_word(*at) && !newline_at(at, scan->end)) {
		int size = scan_character(at, scan->end, err);

		if (size < 0)
			return -1;
		at += size;
	}
	word.size = (size_t)(at - word.text);
	word.cut = at < scan->end && *at == ';';
	if (at < scan->end && *at == '"')
		return error_set(err, ERROR_SYNTAX,
				 "a quote inside of the word %.*s\": put the whole of it in quotes",
				 (int)text_cut(word.text, word.size, QUOTED_TEXT_MAX), word.text);
	scan->next = at;
	return add_word(line, word, err);
}

/* As text_is_clean(), but tabs may be there. */
static bool comment_is_clean(const char *text, const char *end)
{
	while (text < end) {
		const char *tab = memchr(text, '\t', (size_t)(end - text));
		size_t size = (size_t)((tab ? tab : end) - text);

		if (!text_is_clean(text, size))
			return false;
		text += size + 1;
	}
	return true;
}

static int scan_comment(struct zone_scan *scan, struct zone_line *line, struct error *err)
{
	const char *text = ++scan->next, *at = text;

	while (at < scan->end && !newline_at(at, scan->end))
		at++;
	scan->next = at;
	line->comment = text;
	line->comment_size = (size_t)(at - text);
	if (!comment_is_clean(text, at))
		return error_set(err, ERROR_SYNTAX,
				 "a comment that is not UTF-8, or has control characters");
	text_trim(&line->comment, &line->comment_size);
	return 0;
}

/* *opened is the line of a "(" that is not closed yet, or 0. Nested ones mean nothing. */
static int scan_parenthesis(struct zone_scan *scan, size_t *opened, struct error *err)
{
	bool open = *scan->next == '(';

	if (open && *opened)
		return error_set(err, ERROR_SYNTAX, "a \"(\" inside of the one in line %zu",
				 *opened);
	if (!open && !*opened)
		return error_set(err, ERROR_SYNTAX, "a \")\" without a \"(\"");
	*opened = open ? scan->line : 0;
	scan->next++;
	return 0;
}

/*
 * Goes on behind the faulty line. If parentheses are open, what is indented belongs to it up to the
 * line that closes them.
 */
static void recover(struct zone_scan *scan, bool opened)
{
	while (scan->next < scan->end) {
		size_t newline = newline_at(scan->next, scan->end);

		opened = opened && *scan->next != ')';
		scan->next += newline ? newline : 1;
		if (!newline)
			continue;
		scan->line++;
		if (!opened || scan->next == scan->end || !is_blank(*scan->next))
			return;
	}
}

/* Reads up to the end of the line, or of the file, where *opened is not 0 if a ")" is missing. */
static int scan_line(struct zone_scan *scan, struct zone_line *line, size_t *opened,
		     struct error *err)
{
	while (scan->next < scan->end) {
		size_t newline = newline_at(scan->next, scan->end);
		char c = *scan->next;
		int result = 0;

		if (newline) {
			scan->next += newline;
			scan->line++;
			if (!*opened)
				return 0;
			line->comment_size = 0;
		} else if (is_blank(c)) {
			scan->next++;
		} else if (c == ';') {
			result = scan_comment(scan, line, err);
		} else if (c == '(' || c == ')') {
			result = scan_parenthesis(scan, opened, err);
		} else if (c == '"') {
			result = scan_quoted(scan, line, err);
		} else {
			result = scan_word(scan, line, err);
		}
		if (result < 0)
			return -1;
	}
	return 0;
}

int zone_scan_next(struct zone_scan *scan, struct zone_line *line, struct error *err)
{
	while (scan->next < scan->end) {
		size_t opened = 0;

		line->count = line->comment_size = 0;
		line->comment = "";
		line->indented = is_blank(*scan->next);
		line->number = scan->line;
		if (scan_line(scan, line, &opened, err) < 0) {
			line->number = scan->line;
			recover(scan, opened > 0);
			return -1;
		}
		if (opened) {
			line->number = opened;
			return error_set(err, ERROR_SYNTAX, "the \"(\" is not closed");
		}
		if (line->count)
			return 1;
	}
	return 0;
}
