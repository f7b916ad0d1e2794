#include "dns/tsig_key_words.h"

#include "base/text.h"

#include <string.h>

struct scan {
	const char *at, *end, *path;
	unsigned int line;
	bool slashes; /* begin comments: only in BIND's form, a secret may begin with two */
};

static bool scan_begins(const struct scan *scan, const char *text)
{
	size_t size = strlen(text);

	return (size_t)(scan->end - scan->at) >= size && memcmp(scan->at, text, size) == 0;
}

static void scan_step(struct scan *scan, size_t count)
{
	while (count-- > 0 && scan->at < scan->end) {
		if (*scan->at++ == '\n')
			scan->line++;
	}
}

static void skip_line(struct scan *scan)
{
	while (scan->at < scan->end && *scan->at != '\n')
		scan->at++;
}

static int skip_comment(struct scan *scan, struct error *err)
{
	unsigned int line = scan->line;

	scan_step(scan, 2);
	while (scan->at < scan->end && !scan_begins(scan, "*/"))
		scan_step(scan, 1);
	if (scan->at == scan->end)
		return error_set(err, ERROR_SYNTAX, "%s:%u: a comment has no end", scan->path,
				 line);
	scan_step(scan, 2);
	return 0;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Blanks and comments. */
static int skip_space(struct scan *scan, struct error *err)
{
	while (scan->at < scan->end) {
		if (is_blank(*scan->at))
			scan_step(scan, 1);
		else if (*scan->at == '#' || (scan->slashes && scan_begins(scan, "//")))
			skip_line(scan);
		else if (!scan->slashes || !scan_begins(scan, "/*"))
			break;
		else if (skip_comment(scan, err) < 0)
			return -1;
	}
	return 0;
}

static int scan_quoted(struct scan *scan, struct tsig_key_word *word, struct error *err)
{
	const char *end;

	scan->at++;
	end = memchr(scan->at, word->text[0], (size_t)(scan->end - scan->at));
	if (!end || memchr(scan->at, '\n', (size_t)(end - scan->at)))
		return error_set(err, ERROR_SYNTAX, "%s:%u: a quotation mark is missing",
				 scan->path, scan->line);
	word->text = scan->at;
	word->size = (size_t)(end - scan->at);
	word->quoted = true;
	scan->at = end + 1;
	return 0;
}

static int scan_word(struct scan *scan, struct tsig_key_word *word, struct error *err)
{
	*word = (struct tsig_key_word){ .text = scan->at, .line = scan->line };
	if (*scan->at == '"' || *scan->at == '\'')
		return scan_quoted(scan, word, err);
	if (memchr("{};", *scan->at, 3)) {
		scan->at++;
	} else {
		while (scan->at < scan->end && !is_blank(*scan->at) &&
		       !memchr("{};\"'#", *scan->at, 6))
			scan->at++;
	}
	word->size = (size_t)(scan->at - word->text);
	return 0;
}

bool tsig_key_words_is(const struct tsig_key_words *words, size_t i, const char *text)
{
	return i < words->count && !words->list[i].quoted &&
	       text_equals(words->list[i].text, words->list[i].size, text);
}

static int scan_words(struct scan *scan, struct tsig_key_words *words, struct error *err)
{
	for (;;) {
		if (skip_space(scan, err) < 0)
			return -1;
		if (scan->at == scan->end)
			return 0;
		if (words->count == TSIG_KEY_WORDS_MAX)
			return error_set(err, ERROR_INVALID,
					 "%s:%u: there is more in it than one key", scan->path,
					 scan->line);
		if (scan_word(scan, &words->list[words->count], err) < 0)
			return -1;
		words->count++;
		scan->slashes = tsig_key_words_is(words, 0, "key");
	}
}

int tsig_key_words_read(const char *text, size_t size, const char *path, struct tsig_key_words *ret,
			struct error *err)
{
	struct scan scan = {
		.at = text, .end = text + size, .path = path, .line = 1, .slashes = true
	};

	ret->count = 0;
	if (memchr(text, '\0', size))
		return error_set(err, ERROR_SYNTAX, "%s: is not text", path);
	return scan_words(&scan, ret, err);
}
