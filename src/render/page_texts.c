#include "render/page_texts.h"

#include "base/bytes.h"
#include "base/text.h"
#include "model/xml_in.h"
#include "render/page_texts_check.h"
#include "render/template.h"

#include <stdio.h>
#include <string.h>

#define NAMED_MAX 5 /* keys told by name in one finding */

static const char *const phrase_keys[PHRASE_COUNT] = {
	[PHRASE_PROFILE_NAME] = "profile.name",
	[PHRASE_PROFILE_NAME_DOMAIN] = "profile.name.domain",
	[PHRASE_PROFILE_MAIL] = "profile.mail",
	[PHRASE_PROFILE_ALL] = "profile.all",
	[PHRASE_PROFILE_ACTIVESYNC] = "profile.activesync",
	[PHRASE_PROFILE_HELP] = "profile.help",
	[PHRASE_CALENDARS] = "profile.calendars",
	[PHRASE_CONTACTS] = "profile.contacts",
};

static bool is_element(const xmlNode *node, const char *name)
{
	return node->type == XML_ELEMENT_NODE && strcmp((const char *)node->name, name) == 0 &&
	       node->ns && strcmp((const char *)node->ns->href, PAGE_NAMESPACE) == 0;
}

/* The value of an attribute, or NULL. The caller frees it. */
static char *attribute(const xmlNode *node, const char *name)
{
	return (char *)xmlGetNoNsProp(node, (const xmlChar *)name);
}

/* The key of a text, as it lies in the tree, or NULL. */
static const char *key_of(const xmlNode *text)
{
	const xmlAttr *key = xmlHasNsProp(text, (const xmlChar *)"key", NULL);
	const xmlNode *value = key ? key->children : NULL;

	return value && !value->next && *value->content ? (const char *)value->content : NULL;
}

static xmlNode *next_text(xmlNode *node)
{
	while (node && !is_element(node, "text"))
		node = node->next;
	return node;
}

/* The key of a text of an index, where every text has one. */
static const char *indexed_key(const xmlNode *text)
{
	const char *key = key_of(text);

	return key ? key : "";
}

/* In the document's order where the keys are the same. */
static int compare_keys(const void *a, const void *b)
{
	xmlNode *const *one = a, *const *other = b;
	int order = strcmp(indexed_key(*one), indexed_key(*other));

	return order ? order : xmlGetLineNo(*one) < xmlGetLineNo(*other) ? -1 : 1;
}

static int compare_key(const void *key, const void *text)
{
	xmlNode *const *node = text;

	return strcmp(key, indexed_key(*node));
}

/* Texts without a key are left out: they have been found fault with. */
static int make_index(struct page_texts *texts, struct error *err)
{
	xmlNode *first = xmlDocGetRootElement(texts->doc)->children;
	size_t count = 0;

	for (xmlNode *text = next_text(first); text; text = next_text(text->next))
		count++;
	texts->index = calloc(count + 1, sizeof(*texts->index));
	if (!texts->index)
		return error_no_memory(err);
	for (xmlNode *text = next_text(first); text; text = next_text(text->next)) {
		if (key_of(text))
			texts->index[texts->count++] = text;
	}
	qsort(texts->index, texts->count, sizeof(*texts->index), compare_keys);
	return 0;
}

static xmlNode *find_text(const struct page_texts *texts, const char *key)
{
	xmlNode **found =
		bsearch(key, texts->index, texts->count, sizeof(*texts->index), compare_key);

	return found ? *found : NULL;
}

static void check_keys(const struct page_file *file, const struct page_texts *texts,
		       struct findings *findings)
{
	for (const xmlNode *node = xmlDocGetRootElement(texts->doc)->children; node;
	     node = node->next) {
		if (node->type == XML_ELEMENT_NODE && (!is_element(node, "text") || !key_of(node)))
			findings_add(findings, FINDING_ERROR,
				     "%s:%ld: %.40s: not <text key=\"...\">", file->path,
				     xmlGetLineNo(node), (const char *)node->name);
	}
	for (size_t i = 1; i < texts->count; i++) {
		if (strcmp(indexed_key(texts->index[i - 1]), indexed_key(texts->index[i])) == 0)
			findings_add(findings, FINDING_ERROR,
				     "%s:%ld: text \"%.40s\" stands there twice", file->path,
				     xmlGetLineNo(texts->index[i]), indexed_key(texts->index[i]));
	}
}

static int read_root(const struct page_file *file, struct page_texts *ret,
		     struct findings *findings, struct error *err)
{
	const xmlNode *root = xmlDocGetRootElement(ret->doc);

	ret->language = attribute(root, "language");
	ret->name = attribute(root, "name");
	if (make_index(ret, err) < 0)
		return -1;
	if (!is_element(root, "texts") || !ret->language || !ret->name)
		findings_add(findings, FINDING_ERROR,
			     "%s:%ld: the root is not <texts xmlns=\"" PAGE_NAMESPACE
			     "\" language=\"...\" name=\"...\">",
			     file->path, xmlGetLineNo(root));
	else
		check_keys(file, ret, findings);
	return 0;
}

int page_texts_parse(const struct page_file *file, struct page_texts *ret,
		     struct findings *findings, struct error *err)
{
	CLEANUP(findings_clear) struct findings own = { 0 };
	CLEANUP(xmlFreeDocp) xmlDoc *doc = NULL;
	int result = xml_in_parse(file->bytes, file->size, file->path, &doc, &own, err);

	if (result == 0) {
		ret->doc = xmlCopyDoc(doc, 1); /* what was parsed compactly is not to be changed */
		if (!ret->doc)
			return error_no_memory(err);
		if (read_root(file, ret, &own, err) < 0)
			return -1;
	}
	for (size_t i = 0; i < own.count; i++)
		findings_add(findings, own.list[i].severity, "%s", own.list[i].text);
	return own.errors ? findings_first_error(&own, err) : result;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* A line's end and the indentation behind it are one blank. */
static void join_lines(xmlNode *parent)
{
	for (xmlNode *node = parent->children; node; node = node->next) {
		char *to, *from;

		if (node->type == XML_ELEMENT_NODE)
			join_lines(node);
		if (node->type != XML_TEXT_NODE)
			continue;
		for (to = from = (char *)node->content; *from; from++) {
			if (!is_blank(*from))
				*to++ = *from;
			else if (!is_blank(from[1]))
				*to++ = ' ';
		}
		*to = '\0';
	}
}

/* Comments and the blanks between texts would be copied into every page's document. */
static void tidy_texts(xmlNode *root)
{
	xmlNode *next;

	for (xmlNode *node = root->children; node; node = next) {
		next = node->next;
		if (is_element(node, "text")) {
			join_lines(node);
		} else {
			xmlUnlinkNode(node);
			xmlFreeNode(node);
		}
	}
}

/* Keys that one file has and the other has not, to be told in one finding. */
struct difference {
	struct bytes names;
	size_t count;
};

static void note_key(struct difference *difference, const char *key)
{
	if (difference->count++ < NAMED_MAX)
		bytes_append_format(&difference->names, "%s%.40s",
				    difference->names.size ? ", " : "", key);
}

static void tell(struct difference *difference, const char *path, const char *one, const char *many,
		 struct findings *findings)
{
	if (difference->count)
		findings_add(findings, FINDING_WARNING, "%s: %zu %s: %s%s", path, difference->count,
			     difference->count == 1 ? one : many,
			     difference->names.data ? difference->names.data : "",
			     difference->count > NAMED_MAX ? ", ..." : "");
	bytes_clear(&difference->names);
}

static int add_missing(struct page_texts *texts, const struct page_texts *english,
		       struct difference *missing, struct error *err)
{
	xmlNode *root = xmlDocGetRootElement(texts->doc);

	for (size_t i = 0; i < english->count; i++) {
		xmlNode *copy;

		if (find_text(texts, indexed_key(english->index[i])))
			continue;
		note_key(missing, indexed_key(english->index[i]));
		copy = xmlDocCopyNode(english->index[i], texts->doc, 1);
		if (!copy || !xmlAddChild(root, copy) ||
		    !xmlNewProp(copy, (const xmlChar *)"language", (const xmlChar *)"en"))
			return error_no_memory(err);
	}
	if (!missing->count)
		return 0;
	free(texts->index);
	texts->count = 0;
	return make_index(texts, err);
}

static int complete(struct page_texts *texts, const struct page_texts *english, const char *path,
		    struct findings *findings, struct error *err)
{
	struct difference missing = { 0 }, unknown = { 0 };
	int result;

	for (size_t i = 0; i < texts->count; i++) {
		const xmlNode *original = find_text(english, indexed_key(texts->index[i]));

		if (original)
			page_texts_check(texts->index[i], original, path, findings);
		else
			note_key(&unknown, indexed_key(texts->index[i]));
	}
	result = add_missing(texts, english, &missing, err);
	tell(&missing, path, "text is missing, English is used instead",
	     "texts are missing, English is used instead", findings);
	tell(&unknown, path, "text that no page has", "texts that no page has", findings);
	return result;
}

/* What the values of a phrase become: markers of holes, and of the parts of a date. */
static const struct {
	const char *name;
	enum template_hole hole;
	const char *mark;
} values[] = {
	{ "address", HOLE_EMAILADDRESS, NULL },
	{ "domain", HOLE_EMAILDOMAIN, NULL },
	{ "day", 0, "\1" },
	{ "month", 0, "\2" },
	{ "year", 0, "\3" },
};

static void append_value(struct bytes *bytes, const char *name)
{
	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
		if (strcmp(name, values[i].name) == 0)
			bytes_append_text(bytes, values[i].mark
							 ? values[i].mark
							 : template_hole_marker(values[i].hole));
	}
}

/* What of a text goes into a template: its words, and the markers of its values. */
static void append_phrase(struct bytes *bytes, const xmlNode *text)
{
	for (const xmlNode *node = text->children; node; node = node->next) {
		if (node->type == XML_TEXT_NODE) {
			bytes_append_text(bytes, (const char *)node->content);
		} else if (is_element(node, "v")) {
			char *name = attribute(node, "name");

			append_value(bytes, name ? name : "");
			xmlFree(name);
		}
	}
}

static int take_phrase(struct page_texts *texts, const char *key, const char *path, char **ret,
		       struct error *err)
{
	const xmlNode *text = find_text(texts, key);
	CLEANUP(bytes_clear) struct bytes bytes = { 0 };

	if (!text)
		return error_set(err, ERROR_INVALID, "%s: no text \"%s\"", path, key);
	append_phrase(&bytes, text);
	return bytes_take(&bytes, ret, NULL, err);
}

static int take_phrases(struct page_texts *texts, const char *path, struct error *err)
{
	char key[sizeof("month.12")];

	for (size_t i = 0; i < PHRASE_COUNT; i++) {
		if (take_phrase(texts, phrase_keys[i], path, &texts->phrases[i], err) < 0)
			return -1;
	}
	for (int month = 0; month < 12; month++) {
		snprintf(key, sizeof(key), "month.%d", month + 1);
		if (take_phrase(texts, key, path, &texts->months[month], err) < 0)
			return -1;
	}
	return take_phrase(texts, "date.pattern", path, &texts->date_pattern, err);
}

/* The civil date of days since 1970-01-01 in the Gregorian calendar; eras are of 400 years. */
static void civil_date(int64_t days, int *day, int *month, int *year)
{
	int64_t shifted = days + 719468; /* since 0000-03-01 */
	int64_t era = shifted / 146097, of_era = shifted % 146097;
	int64_t years = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64_t of_year = of_era - (365 * years + years / 4 - years / 100);
	int64_t from_march = (5 * of_year + 2) / 153;

	*day = (int)(of_year - (153 * from_march + 2) / 5 + 1);
	*month = (int)(from_march < 10 ? from_march + 3 : from_march - 9);
	*year = (int)(years + era * 400 + (*month <= 2 ? 1 : 0));
}

int page_texts_date(const struct page_texts *texts, int64_t seconds, char **ret, struct error *err)
{
	CLEANUP(bytes_clear) struct bytes bytes = { 0 };
	int day, month, year;

	civil_date(seconds / 86400, &day, &month, &year);
	for (const char *c = texts->date_pattern; *c; c++) {
		if (*c == 1)
			bytes_append_format(&bytes, "%d", day);
		else if (*c == 2)
			bytes_append_text(&bytes, texts->months[month - 1]);
		else if (*c == 3)
			bytes_append_format(&bytes, "%d", year);
		else
			bytes_append(&bytes, c, 1);
	}
	return bytes_take(&bytes, ret, NULL, err);
}

int page_texts_complete(struct page_texts *texts, const struct page_texts *english,
			const char *path, struct findings *findings, struct error *err)
{
	tidy_texts(xmlDocGetRootElement(texts->doc));
	if (english && complete(texts, english, path, findings, err) < 0)
		return -1;
	return take_phrases(texts, path, err);
}

void page_texts_clear(struct page_texts *texts)
{
	xmlFree(texts->language);
	xmlFree(texts->name);
	xmlFreeDoc(texts->doc);
	free(texts->index);
	for (size_t i = 0; i < PHRASE_COUNT; i++)
		free(texts->phrases[i]);
	for (size_t i = 0; i < 12; i++)
		free(texts->months[i]);
	free(texts->date_pattern);
	*texts = (struct page_texts){ 0 };
}
