#include "render/page_set.h"

#include "page_sample.h"
#include "render/page_set_parts.h"
#include "render/page_texts.h"

#include <libxslt/xsltutils.h>
#include <pthread.h>
#include <stdlib.h>

#define NAMESPACE "xmlns=\"urn:signpost:page\""
#define TEXTS(tag, name, inside)                                                                   \
	"<texts " NAMESPACE " language=\"" tag "\" name=\"" name "\" direction=\"ltr\">" inside    \
	"</texts>"
#define STYLE "<xsl:stylesheet version=\"1.0\" xmlns:xsl=\"http://www.w3.org/1999/XSL/Transform\"/>"

__attribute__((format(printf, 2, 3))) static void be_silent(void *context, const char *format, ...)
{
	(void)context;
	(void)format;
}

static int silence(void **state)
{
	(void)state;
	xsltSetGenericErrorFunc(NULL, be_silent);
	return 0;
}

/* The set of a configuration and own files; findings are told in ret_findings. */
static struct page_set *make(const char *configuration_text, const struct page_file *own,
			     size_t count, const struct page_file *logo, char *ret_findings)
{
	CLEANUP(configuration_freep)
	struct configuration *configuration = sample_configuration(configuration_text);
	CLEANUP(findings_clear) struct findings findings = { 0 };
	struct page_set *set = NULL;
	struct error err = { 0 };

	if (page_set_make(configuration, own, count, logo, &set, &findings, &err) < 0)
		fail_msg("%s", err.text);
	sample_findings(&findings, ret_findings);
	return set;
}

/* The languages' tags, each with a blank behind it. */
static const char *tags_of(const struct page_set *set, char ret[200])
{
	*ret = '\0';
	for (size_t i = 0; i < page_set_language_count(set); i++) {
		strcat(ret, page_set_language(set, i));
		strcat(ret, " ");
	}
	return ret;
}

/* The words of a text in a language, or NULL. The caller frees it. */
static char *text_of(const struct page_set *set, size_t language, const char *key,
		     const char *wanted_language)
{
	const xmlNode *root = xmlDocGetRootElement(set->languages[language].doc);

	for (xmlNode *node = root->children; node; node = node->next) {
		xmlChar *own = xmlGetNoNsProp(node, (const xmlChar *)"key");
		bool found = own && strcmp((char *)own, key) == 0;

		xmlFree(own);
		if (!found)
			continue;
		own = xmlGetNoNsProp(node, (const xmlChar *)"language");
		assert_string_equal(own ? (char *)own : "", wanted_language);
		xmlFree(own);
		return (char *)xmlNodeGetContent(node);
	}
	return NULL;
}

static void is_built_in(void **state)
{
	CLEANUP(page_set_unrefp) struct page_set *set = NULL;
	char found[SAMPLE_TEXT_SIZE], tags[200];

	(void)state;
	set = make("", NULL, 0, NULL, found);
	assert_string_equal(found, "");
	assert_string_equal(tags_of(set, tags), "en de fr es ");
	assert_null(page_set_asset(set, PAGE_LOGO));
	assert_string_equal(page_set_asset(set, PAGE_CSS)->path, "/page.css");
	assert_string_equal(page_set_asset(set, PAGE_SCRIPT)->path, "/page.js");
	assert_string_equal(page_set_phrase(set, 0, PHRASE_PROFILE_HELP), "Help:");
	assert_string_equal(page_set_phrase(set, 1, PHRASE_PROFILE_HELP), "Hilfe:");
	/* no language lacks anything */
	for (size_t i = 0; i < page_set_language_count(set); i++) {
		for (unsigned int phrase = 0; phrase < PHRASE_COUNT; phrase++)
			assert_true(*page_set_phrase(set, i, phrase) != '\0');
	}
}

static void says_the_day(void **state)
{
	CLEANUP(page_set_unrefp) struct page_set *set = NULL;
	CLEANUP(freep) char *text = NULL;
	char found[SAMPLE_TEXT_SIZE];
	struct error err;

	(void)state;
	set = make("[site]\nlanguages = es en\n", NULL, 0, NULL, found);
	assert_int_equal(page_set_date(set, 0, INT64_C(1798761599), &text, &err), 0);
	assert_string_equal(text, "31 de diciembre de 2026");
}

static void takes_own_files(void **state)
{
	const struct page_file own[] = {
		sample_file("page.css", "a{}"),
		sample_file("page.js", "b()"),
		sample_file("page.xsl", STYLE),
		sample_file("text.xsl", STYLE),
		sample_file("programs.xml", "<programs " NAMESPACE "> <!-- c -->\n"
					    "<program id=\"x\"> y </program> </programs>"),
	};
	const struct page_file logo =
		sample_file("logo", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>");
	CLEANUP(page_set_unrefp) struct page_set *set = NULL;
	const struct page_asset *css, *script;
	char found[SAMPLE_TEXT_SIZE];
	const xmlNode *programs;

	(void)state;
	set = make("[site]\ncolor = #112233\n", own, sizeof(own) / sizeof(*own), &logo, found);
	assert_string_equal(found, "");
	css = page_set_asset(set, PAGE_CSS);
	assert_string_equal(css->bytes, ":root{--accent:#112233;--accent-dark:#99c1f1}\na{}");
	script = page_set_asset(set, PAGE_SCRIPT);
	assert_string_equal(script->bytes, "b()");
	assert_string_equal(page_set_asset(set, PAGE_LOGO)->media_type, "image/svg+xml");
	/* what is between the elements is in no page */
	programs = xmlDocGetRootElement(set->programs);
	assert_string_equal(programs->children->name, "program");
	assert_null(programs->children->next);
	assert_string_equal(programs->children->children->content, " y ");
}

/* A fault costs the file alone: all else is there, and what is built in stands in. */
static void uses_what_is_built_in_for_broken_files(void **state)
{
#define BROKEN "<a>\n</b>"
#define MISMATCH ":2: not XML: Opening and ending tag mismatch: a line 1 and b\n"
	static const struct {
		const char *name, *text, *findings;
	} cases[] = {
		{ "page.xsl", BROKEN, "E page.xsl" MISMATCH },
		{ "text.xsl", "<a/>",
		  "E text.xsl: no XSLT stylesheet, or one with faults: see what xsltproc says of "
		  "it\n" },
		{ "page.css", "\xff", "E page.css: not UTF-8 text\n" },
		{ "page.js", "\xff", "E page.js: not UTF-8 text\n" },
		{ "programs.xml", BROKEN, "E programs.xml" MISMATCH },
		{ "programs.xml", "<texts " NAMESPACE "/>",
		  "E programs.xml:1: the root is not <programs xmlns=\"urn:signpost:page\">\n" },
		{ "programs.xml", "<programs/>",
		  "E programs.xml:1: the root is not <programs xmlns=\"urn:signpost:page\">\n" },
		{ "texts.en.xml", BROKEN, "E texts.en.xml" MISMATCH },
		{ "texts.de.xml", BROKEN, "E texts.de.xml" MISMATCH },
		{ "texts.de.xml", TEXTS("fr", "x", ""),
		  "E texts.de.xml: language=\"fr\" in a file called texts.de.xml\n" },
		{ "texts.de.xml", TEXTS("de-AT", "x", ""),
		  "E texts.de.xml: language=\"de-AT\" in a file called texts.de.xml\n" },
		{ "texts.de.xml", TEXTS("d", "x", ""),
		  "E texts.de.xml: language=\"d\" in a file called texts.de.xml\n" },
		{ "texts.de.xml", TEXTS("", "x", ""),
		  "E texts.de.xml: language=\"\" in a file called texts.de.xml\n" },
	};
	CLEANUP(page_set_unrefp) struct page_set *builtin = NULL;
	char found[SAMPLE_TEXT_SIZE], tags[200];

	(void)state;
	builtin = make("", NULL, 0, NULL, found);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct page_file own = sample_file(cases[i].name, cases[i].text);
		CLEANUP(page_set_unrefp) struct page_set *set = NULL;
		CLEANUP(freep) char *title = NULL, *usual = text_of(builtin, 1, "title", "");

		set = make("", &own, 1, NULL, found);
		assert_string_equal(found, cases[i].findings);
		assert_string_equal(tags_of(set, tags), "en de fr es ");
		title = text_of(set, 1, "title", "");
		assert_string_equal(title, usual);
		assert_int_equal(xmlChildElementCount(xmlDocGetRootElement(set->programs)),
				 xmlChildElementCount(xmlDocGetRootElement(builtin->programs)));
		assert_string_equal(page_set_asset(set, PAGE_CSS)->version,
				    page_set_asset(builtin, PAGE_CSS)->version);
		assert_string_equal(page_set_asset(set, PAGE_SCRIPT)->version,
				    page_set_asset(builtin, PAGE_SCRIPT)->version);
		assert_non_null(set->page);
		assert_non_null(set->text);
	}
}

static void tells_of_a_broken_logo(void **state)
{
	const struct page_file logo = sample_file("logo", "GIF89a");
	CLEANUP(page_set_unrefp) struct page_set *set = NULL;
	char found[SAMPLE_TEXT_SIZE];

	(void)state;
	set = make("", NULL, 0, &logo, found);
	assert_string_equal(found,
			    "E logo: neither SVG nor PNG, JPEG or WebP, or not the whole file\n");
	assert_null(page_set_asset(set, PAGE_LOGO));
}

static void takes_languages_of_the_configuration(void **state)
{
#define NO_SWEDISH                                                                                 \
	"E [site] languages: there is no texts.sv.xml for sv; write one into the directory of "    \
	"[site] pages\n"
	static const struct {
		const char *configuration;
		const char *name, *text; /* of an own file */
		const char *tags, *findings;
	} cases[] = {
		{ "languages = de", NULL, NULL, "de ", "" },
		{ "languages = fr  en", NULL, NULL, "fr en ", "" },
		/* one that has no file is left out, and English is always there at last */
		{ "languages = sv de", NULL, NULL, "de ", NO_SWEDISH },
		{ "languages = sv", NULL, NULL, "en ", NO_SWEDISH },
		/* a file of a language that is not asked for is not read */
		{ "languages = de", "texts.sv.xml", "<broken", "de ",
		  "W texts.sv.xml: its language is not in [site] languages, so nobody gets it\n" },
		/* a subtag is a language of its own */
		{ "languages = de de-AT", NULL, NULL, "de ",
		  "E [site] languages: there is no texts.de-AT.xml for de-AT; write one into the "
		  "directory of [site] pages\n" },
		{ "languages = sv de", "texts.sv.xml", TEXTS("de", "x", ""), "de ",
		  "E texts.sv.xml: language=\"de\" in a file called texts.sv.xml\n" },
		{ "languages = sv", "texts.sv.xml", "<a>\n</b>", "en ", "E texts.sv.xml" MISMATCH },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct page_file own = sample_file(cases[i].name ? cases[i].name : "",
							 cases[i].text ? cases[i].text : "");
		char configuration[100], found[SAMPLE_TEXT_SIZE], tags[200];
		CLEANUP(page_set_unrefp) struct page_set *set = NULL;

		snprintf(configuration, sizeof(configuration), "[site]\n%s\n",
			 cases[i].configuration);
		set = make(configuration, &own, cases[i].name ? 1 : 0, NULL, found);
		assert_string_equal(tags_of(set, tags), cases[i].tags);
		assert_string_equal(found, cases[i].findings);
	}
}

/* A language that nobody here has written, with three texts of its own. */
static void learns_a_language(void **state)
{
	const struct page_file own = sample_file(
		"texts.sv.xml",
		TEXTS("sv", "Svenska",
		      "<text key=\"title\">E-post</text><text key=\"month.5\">maj</text>"
		      "<text key=\"profile.help\">Hj\xc3\xa4lp:</text>"));
	CLEANUP(page_set_unrefp) struct page_set *set = NULL;
	CLEANUP(freep) char *title = NULL, *skip = NULL, *english = NULL, *date = NULL;
	char found[SAMPLE_TEXT_SIZE], wanted[SAMPLE_TEXT_SIZE];
	struct error err;
	size_t all;

	(void)state;
	set = make("[site]\nlanguages = en sv\n", &own, 1, NULL, found);
	all = xmlChildElementCount(xmlDocGetRootElement(set->languages[0].doc));
	snprintf(wanted, sizeof(wanted),
		 "W texts.sv.xml: %zu texts are missing, English is used instead: add.choose, "
		 "add.fields, add.heading, add.here, add.microsoft, ...\n",
		 all - 3);
	assert_string_equal(found, wanted);
	assert_string_equal(page_set_language(set, 1), "sv");
	assert_string_equal(set->languages[1].name, "Svenska");
	title = text_of(set, 1, "title", "");
	assert_string_equal(title, "E-post");
	skip = text_of(set, 1, "skip", "en");
	english = text_of(set, 0, "skip", "");
	assert_string_equal(skip, english);
	assert_int_equal(page_set_date(set, 1, 11016 * INT64_C(86400), &date, &err), 0);
	assert_string_equal(date, "29 February 2000");
	assert_string_equal(page_set_phrase(set, 1, PHRASE_PROFILE_HELP), "Hj\xc3\xa4lp:");
	assert_string_equal(page_set_phrase(set, 1, PHRASE_PROFILE_NAME), "Mail: %EMAILADDRESS%");
}

/* Own English is the site's; what it lacks is taken from the built-in one, for others as well. */
static void takes_english_of_ones_own(void **state)
{
	const struct page_file own = sample_file(
		"texts.en.xml", TEXTS("en", "English", "<text key=\"title\">Our mail</text>"));
	CLEANUP(page_set_unrefp) struct page_set *set = NULL;
	CLEANUP(freep) char *title = NULL, *skip = NULL, *usual = NULL;
	CLEANUP(page_set_unrefp) struct page_set *builtin = NULL;
	char found[SAMPLE_TEXT_SIZE];

	(void)state;
	set = make("[site]\nlanguages = en\n", &own, 1, NULL, found);
	assert_memory_equal(found, "W texts.en.xml: ", 16);
	title = text_of(set, 0, "title", "");
	assert_string_equal(title, "Our mail");
	skip = text_of(set, 0, "skip", "en");
	builtin = make("", NULL, 0, NULL, found);
	usual = text_of(builtin, 0, "skip", "");
	assert_string_equal(skip, usual);
}

static void finds_a_language(void **state)
{
	const struct page_file own[] = {
		sample_file("texts.pt-BR.xml", TEXTS("pt-BR", "x", "")),
		sample_file("texts.pt.xml", TEXTS("pt", "x", "")),
		sample_file("texts.sr-Latn.xml", TEXTS("sr-Latn", "x", "")),
	};
	static const struct {
		const char *tag;
		int language;
	} cases[] = {
		{ "en", 0 },	   { "EN", 0 },	     { "en-GB", 0 },	  { "en-", 0 },
		{ "pt-BR", 1 },	   { "pt-br", 1 },   { "pt", 2 },	  { "pt-PT", 1 },
		{ "sr", 3 },	   { "SR-Cyrl", 3 }, { "sr-Latn-RS", 3 }, { "", -1 },
		{ "-", -1 },	   { "-en", -1 },    { "e", -1 },	  { "eng", -1 },
		{ "english", -1 }, { "sv", -1 },     { "p", -1 },
	};
	CLEANUP(page_set_unrefp) struct page_set *set = NULL;
	char found[SAMPLE_TEXT_SIZE];

	(void)state;
	set = make("[site]\nlanguages = en pt-BR pt sr-Latn\n", own, 3, NULL, found);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char exact[16]; /* nothing behind the tag is looked at */
		size_t length = strlen(cases[i].tag);

		memset(exact, 'x', sizeof(exact));
		memcpy(exact, cases[i].tag, length);
		assert_int_equal(page_set_find_language(set, exact, length), cases[i].language);
	}
}

static void *count_references(void *context)
{
	for (size_t i = 0; i < 10000; i++)
		page_set_unref(page_set_ref(context));
	return NULL;
}

static void counts_references(void **state)
{
	CLEANUP(page_set_unrefp) struct page_set *set = NULL;
	pthread_t threads[2];
	char found[SAMPLE_TEXT_SIZE];

	(void)state;
	page_set_unref(NULL);
	set = make("", NULL, 0, NULL, found);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, count_references, set), 0);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	assert_int_equal(set->references, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_built_in),
		cmocka_unit_test(says_the_day),
		cmocka_unit_test(takes_own_files),
		cmocka_unit_test(uses_what_is_built_in_for_broken_files),
		cmocka_unit_test(tells_of_a_broken_logo),
		cmocka_unit_test(takes_languages_of_the_configuration),
		cmocka_unit_test(learns_a_language),
		cmocka_unit_test(takes_english_of_ones_own),
		cmocka_unit_test(finds_a_language),
		cmocka_unit_test(counts_references),
	};

	return cmocka_run_group_tests(tests, silence, NULL);
}
