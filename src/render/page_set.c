/*
 * Each file is tried as the site's own first and taken as it is built in if that has a fault: a
 * page with a wrong sentence in it is better than none.
 */
#include "render/page_set.h"

#include "base/bytes.h"
#include "base/text.h"
#include "model/xml_in.h"
#include "render/page_asset.h"
#include "render/page_color.h"
#include "render/page_set_parts.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* A set in the making. */
struct making {
	const struct configuration *configuration;
	const struct page_file *own;
	size_t own_count;
	struct page_set *set;
	struct page_texts english;
	struct findings *findings;
};

static const struct page_file *find_file(const struct page_file *files, size_t count,
					 const char *name)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(files[i].name, name) == 0)
			return &files[i];
	}
	return NULL;
}

/* Makes a part of the set of one file; faults of the file are told in findings. */
typedef int make_part(struct making *making, const struct page_file *file, struct error *err);

/*
 * Returns 0, also if neither file is any good and one is not needed (*ret_made is false then), or
 * -1.
 */
static int make_of(struct making *making, const char *name, make_part *make, bool needed,
		   bool *ret_made, struct error *err)
{
	const struct page_file *own = find_file(making->own, making->own_count, name);
	const struct page_file *builtin = find_file(page_builtin, page_builtin_count, name);

	*ret_made = true;
	if (own && make(making, own, err) == 0)
		return 0;
	if (own && err->code == ERROR_NO_MEMORY)
		return -1;
	if (builtin)
		return make(making, builtin, err);
	*ret_made = false;
	return needed ? error_set(err, ERROR_NOT_FOUND, "no built-in %s", name) : 0;
}

static int make_page(struct making *making, const struct page_file *file, struct error *err)
{
	return page_stylesheet_make(file, &making->set->page, making->findings, err);
}

static int make_text(struct making *making, const struct page_file *file, struct error *err)
{
	return page_stylesheet_make(file, &making->set->text, making->findings, err);
}

/* Tells what is wrong with an asset. Returns -1. */
static int tell(struct making *making, const struct error *err)
{
	if (err->code == ERROR_INVALID)
		findings_add(making->findings, FINDING_ERROR, "%s", err->text);
	return -1;
}

static int make_css(struct making *making, const struct page_file *file, struct error *err)
{
	if (page_asset_css(file, making->configuration, &making->set->assets[PAGE_CSS], err) < 0)
		return tell(making, err);
	return 0;
}

static int make_script(struct making *making, const struct page_file *file, struct error *err)
{
	if (page_asset_script(file, &making->set->assets[PAGE_SCRIPT], err) < 0)
		return tell(making, err);
	return 0;
}

/* Blanks and comments between elements would be copied into every page's document. */
static void drop_blanks(xmlNode *parent)
{
	xmlNode *next;

	for (xmlNode *node = parent->children; node; node = next) {
		next = node->next;
		if (node->type == XML_ELEMENT_NODE) {
			drop_blanks(node);
		} else if (node->type == XML_COMMENT_NODE || xmlIsBlankNode(node)) {
			xmlUnlinkNode(node);
			xmlFreeNode(node);
		}
	}
}

static int make_programs(struct making *making, const struct page_file *file, struct error *err)
{
	CLEANUP(xmlFreeDocp) xmlDoc *doc = NULL;
	const xmlNode *root;

	if (xml_in_parse(file->bytes, file->size, file->path, &doc, making->findings, err) < 0)
		return -1;
	root = xmlDocGetRootElement(doc);
	if (strcmp((const char *)root->name, "programs") != 0 || !root->ns ||
	    strcmp((const char *)root->ns->href, PAGE_NAMESPACE) != 0) {
		findings_add(making->findings, FINDING_ERROR,
			     "%s:%ld: the root is not <programs xmlns=\"" PAGE_NAMESPACE "\">",
			     file->path, xmlGetLineNo(root));
		return findings_first_error(making->findings, err);
	}
	making->set->programs = xmlCopyDoc(doc, 1);
	if (!making->set->programs)
		return error_no_memory(err);
	drop_blanks(xmlDocGetRootElement(making->set->programs));
	return 0;
}

static int make_english(struct making *making, const struct page_file *file, struct error *err)
{
	page_texts_clear(&making->english);
	if (page_texts_parse(file, &making->english, making->findings, err) < 0)
		return -1;
	return page_texts_complete(&making->english, NULL, file->path, making->findings, err);
}

/* texts.de.xml is German. */
static int check_language(struct making *making, const struct page_file *file, const char *language,
			  struct error *err)
{
	size_t length = strlen(language);

	if (strncmp(file->name + strlen("texts."), language, length) == 0 &&
	    strcmp(file->name + strlen("texts.") + length, ".xml") == 0)
		return 0;
	findings_add(making->findings, FINDING_ERROR, "%s: language=\"%.20s\" in a file called %s",
		     file->path, language, file->name);
	return error_set(err, ERROR_INVALID, "%s: another language", file->path);
}

static int make_language(struct making *making, const struct page_file *file, struct error *err)
{
	struct page_set *set = making->set;
	struct page_texts texts = { 0 };

	if (page_texts_parse(file, &texts, making->findings, err) < 0 ||
	    check_language(making, file, texts.language, err) < 0 ||
	    page_texts_complete(&texts, &making->english, file->path, making->findings, err) < 0) {
		page_texts_clear(&texts);
		return -1;
	}
	set->languages[set->language_count++] = texts;
	return 0;
}

/* English has to know all that pages want: an own file of it is compared with the built-in one. */
static int make_languages(struct making *making, struct error *err)
{
	const char *tag = making->configuration->site_languages;
	bool made;

	if (make_english(making, find_file(page_builtin, page_builtin_count, "texts.en.xml"), err) <
	    0)
		return -1;
	for (size_t size; *tag; tag += size + strspn(tag + size, " ")) {
		char name[sizeof("texts..xml") + LANGUAGE_TAG_SIZE];

		size = strcspn(tag, " ");
		snprintf(name, sizeof(name), "texts.%.*s.xml", (int)size, tag);
		if (make_of(making, name, make_language, false, &made, err) < 0)
			return -1;
		if (!made && !find_file(making->own, making->own_count, name))
			findings_add(making->findings, FINDING_ERROR,
				     "[site] languages: there is no %s for %.*s; write one into "
				     "the directory of [site] pages",
				     name, (int)size, tag);
	}
	if (making->set->language_count)
		return 0;
	return make_of(making, "texts.en.xml", make_language, true, &made, err);
}

/* What is done if a stylesheet of the site's own fails in the middle of a page. */
static int make_spare(struct making *making, const char *name, struct page_stylesheet **ret,
		      struct error *err)
{
	if (!find_file(making->own, making->own_count, name))
		return 0;
	return page_stylesheet_make(find_file(page_builtin, page_builtin_count, name), ret,
				    making->findings, err);
}

static bool is_language(const struct configuration *configuration, const char *name)
{
	const char *tag = configuration->site_languages;
	char wanted[sizeof("texts..xml") + LANGUAGE_TAG_SIZE];

	for (size_t size; *tag; tag += size + strspn(tag + size, " ")) {
		size = strcspn(tag, " ");
		snprintf(wanted, sizeof(wanted), "texts.%.*s.xml", (int)size, tag);
		if (strcmp(name, wanted) == 0)
			return true;
	}
	return false;
}

/* Texts that nobody gets are a language somebody has forgotten to switch on. */
static void tell_unused(struct making *making)
{
	for (size_t i = 0; i < making->own_count; i++) {
		const struct page_file *file = &making->own[i];

		if (strncmp(file->name, "texts.", strlen("texts.")) == 0 &&
		    !is_language(making->configuration, file->name))
			findings_add(
				making->findings, FINDING_WARNING,
				"%s: its language is not in [site] languages, so nobody gets it",
				file->path);
	}
}

static void make_logo(struct making *making, const struct page_file *logo)
{
	struct error err;

	if (logo &&
	    page_asset_logo(logo, &making->set->assets[PAGE_LOGO], making->findings, &err) < 0)
		findings_add(making->findings, FINDING_ERROR, "%s", err.text);
}

static int make_all(struct making *making, const struct page_file *logo, struct error *err)
{
	static const struct {
		const char *name;
		make_part *make;
	} parts[] = {
		{ "page.xsl", make_page },	   { "text.xsl", make_text },
		{ "page.css", make_css },	   { "page.js", make_script },
		{ "programs.xml", make_programs },
	};
	bool made;

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		if (make_of(making, parts[i].name, parts[i].make, true, &made, err) < 0)
			return -1;
	}
	if (make_spare(making, "page.xsl", &making->set->spare_page, err) < 0 ||
	    make_spare(making, "text.xsl", &making->set->spare_text, err) < 0)
		return -1;
	tell_unused(making);
	make_logo(making, logo);
	page_color_check(making->configuration, making->findings);
	return make_languages(making, err);
}

int page_set_make(const struct configuration *configuration, const struct page_file *own,
		  size_t own_count, const struct page_file *logo, struct page_set **ret,
		  struct findings *findings, struct error *err)
{
	CLEANUP(page_set_unrefp) struct page_set *set = calloc(1, sizeof(*set));
	struct making making = {
		.configuration = configuration,
		.own = own,
		.own_count = own_count,
		.set = set,
		.findings = findings,
	};
	int result;

	if (!set)
		return error_no_memory(err);
	set->references = 1;
	set->languages = calloc(LANGUAGES_MAX + 1, sizeof(struct page_texts));
	if (!set->languages)
		return error_no_memory(err);
	result = make_all(&making, logo, err);
	page_texts_clear(&making.english);
	if (result < 0)
		return -1;
	*ret = set;
	set = NULL;
	return 0;
}

struct page_set *page_set_ref(struct page_set *set)
{
	__atomic_add_fetch(&set->references, 1, __ATOMIC_RELAXED);
	return set;
}

void page_set_unref(struct page_set *set)
{
	if (!set || __atomic_sub_fetch(&set->references, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	page_stylesheet_free(set->page);
	page_stylesheet_free(set->text);
	page_stylesheet_free(set->spare_page);
	page_stylesheet_free(set->spare_text);
	for (size_t i = 0; i < set->language_count; i++)
		page_texts_clear(&set->languages[i]);
	free(set->languages);
	xmlFreeDoc(set->programs);
	for (size_t i = 0; i < PAGE_ASSET_COUNT; i++)
		page_asset_clear(&set->assets[i]);
	free(set);
}

size_t page_set_language_count(const struct page_set *set)
{
	return set->language_count;
}

const char *page_set_language(const struct page_set *set, size_t i)
{
	return set->languages[i].language;
}

static size_t primary_size(const char *tag, size_t size)
{
	const char *hyphen = memchr(tag, '-', size);

	return hyphen ? (size_t)(hyphen - tag) : size;
}

int page_set_find_language(const struct page_set *set, const char *tag, size_t size)
{
	size_t primary = primary_size(tag, size);

	for (size_t i = 0; i < set->language_count; i++) {
		if (text_equals(tag, size, set->languages[i].language))
			return (int)i;
	}
	for (size_t i = 0; primary && i < set->language_count; i++) {
		const char *own = set->languages[i].language;

		if (primary_size(own, strlen(own)) == primary &&
		    strncasecmp(own, tag, primary) == 0)
			return (int)i;
	}
	return -1;
}

const char *page_set_phrase(const struct page_set *set, size_t language, enum page_phrase phrase)
{
	return set->languages[language].phrases[phrase];
}

int page_set_date(const struct page_set *set, size_t language, int64_t seconds, char **ret,
		  struct error *err)
{
	return page_texts_date(&set->languages[language], seconds, ret, err);
}

const struct page_asset *page_set_asset(const struct page_set *set, enum page_asset_kind kind)
{
	return set->assets[kind].bytes ? &set->assets[kind] : NULL;
}
