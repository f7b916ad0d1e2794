#include "render/page_texts.h"

#include "page_sample.h"

#include <time.h>

/* libxml2's own way to free */
static void text_freep(char **text)
{
	xmlFree(*text);
}

#define NAMESPACE "xmlns=\"urn:signpost:page\""
#define ROOT "<texts " NAMESPACE " language=\"xx\" name=\"X\">"
#define WRONG_ROOT                                                                                 \
	"the root is not <texts xmlns=\"urn:signpost:page\" language=\"...\" name=\"...\">"

static void tells_what_is_wrong_with_a_file(void **state)
{
	static const struct {
		const char *text, *findings;
	} cases[] = {
		{ ROOT "</texts>", "" },
		{ ROOT "\n<!-- c --><?p i?> words <text key=\"a\">A</text></texts>", "" },
		{ "", "E f:1: not XML: Document is empty\n" },
		{ "x", "E f:1: not XML: Start tag expected, '<' not found\n" },
		{ ROOT "\n<text key=\"a\">\n</texts>",
		  "E f:3: not XML: Opening and ending tag mismatch: text line 2 and texts\n" },
		{ ROOT "\n\xff</texts>", "E f:2: not UTF-8\n" },
		{ ROOT "\n\n\x01</texts>", "E f:3: control character 0x01\n" },
		{ "<!DOCTYPE texts>" ROOT "</texts>", "E f:1: DOCTYPE: a DTD is not allowed\n" },
		{ "\n<!-- c -->\n<texts language=\"xx\" name=\"X\"/>", "E f:3: " WRONG_ROOT "\n" },
		{ "<texts xmlns=\"urn:x\" language=\"xx\" name=\"X\"/>",
		  "E f:1: " WRONG_ROOT "\n" },
		{ "<programs " NAMESPACE " language=\"xx\" name=\"X\"/>",
		  "E f:1: " WRONG_ROOT "\n" },
		{ "<texts " NAMESPACE " name=\"X\"/>", "E f:1: " WRONG_ROOT "\n" },
		{ "<texts " NAMESPACE " language=\"xx\"/>", "E f:1: " WRONG_ROOT "\n" },
		/* an attribute of another namespace is none of ours */
		{ "<texts " NAMESPACE " xmlns:o=\"urn:o\" o:language=\"xx\" name=\"X\"/>",
		  "E f:1: " WRONG_ROOT "\n" },
		/* all faults are told, each with its line */
		{ ROOT "\n<text>A</text>\n<text key=\"\">B</text>\n<texd key=\"c\"/>\n"
		       "<text xmlns=\"\" key=\"d\"/>\n<text key=\"e\"/>\n<text key=\"f\"/>\n"
		       "<text key=\"e\"/>\n<text key=\"e\"/>\n<text xmlns:o=\"urn:o\" "
		       "o:key=\"g\"/></texts>",
		  "E f:2: text: not <text key=\"...\">\nE f:3: text: not <text key=\"...\">\n"
		  "E f:4: texd: not <text key=\"...\">\nE f:5: text: not <text key=\"...\">\n"
		  "E f:10: text: not <text key=\"...\">\nE f:8: text \"e\" stands there twice\n"
		  "E f:9: text \"e\" stands there twice\n" },
		{ "\xef\xbb\xbf" ROOT "</texts>", "W f:1: begins with a byte order mark\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(findings_clear) struct findings findings = { 0 };
		CLEANUP(page_texts_clear) struct page_texts texts = { 0 };
		struct page_file file = sample_file("f", cases[i].text);
		struct error err = { 0 };
		char text[SAMPLE_TEXT_SIZE];
		int result = page_texts_parse(&file, &texts, &findings, &err);
		size_t first;

		assert_string_equal(sample_findings(&findings, text), cases[i].findings);
		assert_int_equal(result, findings.errors ? -1 : 0);
		if (result < 0) { /* the error is the first finding */
			first = strcspn(cases[i].findings, "\n") - 2;
			assert_int_equal(strlen(err.text), first);
			assert_memory_equal(err.text, cases[i].findings + 2, first);
			continue;
		}
		assert_int_equal(err.code, ERROR_NONE);
		assert_string_equal(texts.language, "xx");
		assert_string_equal(texts.name, "X");
		assert_non_null(texts.doc);
	}
}

/* What was found before is nobody's error here. */
static void tells_its_own_error(void **state)
{
	CLEANUP(findings_clear) struct findings findings = { 0 };
	CLEANUP(page_texts_clear) struct page_texts texts = { 0 };
	struct page_file file = sample_file("f", "<x/>");
	struct error err = { 0 };

	(void)state;
	findings_add(&findings, FINDING_ERROR, "earlier");
	assert_int_equal(page_texts_parse(&file, &texts, &findings, &err), -1);
	assert_int_equal(err.code, ERROR_INVALID);
	assert_string_equal(err.text, "f:1: " WRONG_ROOT);
	assert_int_equal(findings.count, 2);
}

static void read_english(struct page_texts *ret)
{
	CLEANUP(findings_clear) struct findings findings = { 0 };
	const struct page_file *file = sample_builtin("texts.en.xml");
	struct error err = { 0 };

	*ret = (struct page_texts){ 0 };
	assert_int_equal(page_texts_parse(file, ret, &findings, &err), 0);
	assert_int_equal(page_texts_complete(ret, NULL, file->path, &findings, &err), 0);
	assert_int_equal(findings.count, 0);
}

/* A file with these texts; complete with English. */
static void complete(const char *inside, const struct page_texts *english, struct page_texts *ret,
		     char *ret_findings)
{
	CLEANUP(findings_clear) struct findings findings = { 0 };
	char text[SAMPLE_TEXT_SIZE];
	struct page_file file;
	struct error err = { 0 };

	snprintf(text, sizeof(text), ROOT "%s</texts>", inside);
	file = sample_file("f", text);
	*ret = (struct page_texts){ 0 };
	if (page_texts_parse(&file, ret, &findings, &err) < 0 ||
	    page_texts_complete(ret, english, "f", &findings, &err) < 0)
		fail_msg("%s", err.text);
	sample_findings(&findings, ret_findings);
}

static size_t count_texts(const struct page_texts *texts, bool english)
{
	size_t count = 0;

	for (const xmlNode *node = xmlDocGetRootElement(texts->doc)->children; node;
	     node = node->next) {
		/* blanks and comments would go into every page */
		assert_int_equal(node->type, XML_ELEMENT_NODE);
		assert_string_equal(node->name, "text");
		count += !english || xmlHasProp(node, (const xmlChar *)"language");
	}
	return count;
}

static void takes_from_english_what_is_missing(void **state)
{
	CLEANUP(page_texts_clear) struct page_texts english, texts;
	char found[SAMPLE_TEXT_SIZE], wanted[SAMPLE_TEXT_SIZE];
	size_t all;

	(void)state;
	read_english(&english);
	all = count_texts(&english, false);
	assert_int_equal(count_texts(&english, true), 0);
	complete("\n<!-- c --><text key=\"language\">Sprache</text> words\n"
		 "<text key=\"one\"/><text key=\"two\"/><text key=\"month.2\">Feber</text>",
		 &english, &texts, found);
	snprintf(wanted, sizeof(wanted),
		 "W f: %zu texts are missing, English is used instead: add.choose, "
		 "add.fields, add.heading, add.here, add.microsoft, ...\n"
		 "W f: 2 texts that no page has: one, two\n",
		 all - 2);
	assert_string_equal(found, wanted);
	assert_int_equal(count_texts(&texts, false), all + 2);
	assert_int_equal(count_texts(&texts, true), all - 2);
	assert_string_equal(texts.months[0], "January");
	assert_string_equal(texts.months[1], "Feber");
	assert_string_equal(texts.phrases[PHRASE_PROFILE_NAME], "Mail: %EMAILADDRESS%");
}

/* Six are told by five of their names. */
static void names_some_of_many(void **state)
{
	CLEANUP(page_texts_clear) struct page_texts english, texts, more;
	char found[SAMPLE_TEXT_SIZE];

	(void)state;
	read_english(&english);
	complete("<text key=\"a\"/><text key=\"b\"/><text key=\"c\"/><text key=\"d\"/>"
		 "<text key=\"e\"/>",
		 &english, &texts, found);
	assert_non_null(strstr(found, "\nW f: 5 texts that no page has: a, b, c, d, e\n"));
	complete("<text key=\"a\"/><text key=\"b\"/><text key=\"c\"/><text key=\"d\"/>"
		 "<text key=\"e\"/><text key=\"f\"/>",
		 &english, &more, found);
	assert_non_null(strstr(found, "\nW f: 6 texts that no page has: a, b, c, d, e, ...\n"));
}

static void takes_phrases(void **state)
{
	CLEANUP(page_texts_clear) struct page_texts english, texts;
	char found[SAMPLE_TEXT_SIZE];

	(void)state;
	read_english(&english);
	for (size_t i = 0; i < PHRASE_COUNT; i++)
		assert_true(english.phrases[i][0] != '\0');
	assert_string_equal(english.phrases[PHRASE_PROFILE_NAME_DOMAIN], "Mail: %EMAILDOMAIN%");
	assert_non_null(strstr(english.phrases[PHRASE_PROFILE_MAIL], " %EMAILDOMAIN%. "));
	assert_string_equal(english.phrases[PHRASE_PROFILE_HELP], "Help:");
	assert_string_equal(english.phrases[PHRASE_CALENDARS], "Calendar %EMAILADDRESS%");
	assert_string_equal(english.phrases[PHRASE_CONTACTS], "Contacts %EMAILADDRESS%");
	/* entities, CDATA, values in any order; a name that means nothing is nothing */
	complete("<text key=\"profile.name\">a &amp; &#x3c;b&gt;<![CDATA[<c>]]><v name=\"domain\"/>"
		 "-<v name=\"address\"/><v name=\"nonsense\"/><v/></text>"
		 "<text key=\"profile.help\"/>",
		 &english, &texts, found);
	assert_string_equal(texts.phrases[PHRASE_PROFILE_NAME],
			    "a & <b><c>%EMAILDOMAIN%-%EMAILADDRESS%");
	assert_string_equal(texts.phrases[PHRASE_PROFILE_HELP], "");
}

/* A text is written in lines that suit the file; a profile and a date want one. */
static void joins_lines(void **state)
{
	CLEANUP(page_texts_clear) struct page_texts english, texts;
	CLEANUP(text_freep) char *content = NULL;
	char found[SAMPLE_TEXT_SIZE];

	(void)state;
	read_english(&english);
	complete("<text key=\"profile.mail\">a\n\t b <v name=\"domain\"/>\r\n  c&#10;</text>"
		 "<text key=\"title\">x  <b>\n y</b></text>",
		 &english, &texts, found);
	assert_string_equal(texts.phrases[PHRASE_PROFILE_MAIL], "a b %EMAILDOMAIN% c ");
	content = (char *)xmlNodeGetContent(xmlDocGetRootElement(texts.doc)->children->next);
	assert_string_equal(content, "x  y");
}

/* Only of what is built in, so it is a fault of ours. */
static void wants_all_of_english(void **state)
{
	static const struct {
		const char *inside, *text;
	} cases[] = {
		{ "", "f: no text \"profile.name\"" },
		{ "<text key=\"profile.name\"/>", "f: no text \"profile.name.domain\"" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(findings_clear) struct findings findings = { 0 };
		CLEANUP(page_texts_clear) struct page_texts texts = { 0 };
		char text[SAMPLE_TEXT_SIZE];
		struct page_file file;
		struct error err = { 0 };

		snprintf(text, sizeof(text), ROOT "%s</texts>", cases[i].inside);
		file = sample_file("f", text);
		assert_int_equal(page_texts_parse(&file, &texts, &findings, &err), 0);
		assert_int_equal(page_texts_complete(&texts, NULL, "f", &findings, &err), -1);
		assert_int_equal(err.code, ERROR_INVALID);
		assert_string_equal(err.text, cases[i].text);
		assert_int_equal(findings.count, 0);
	}
}

#define DAY INT64_C(86400)

static void says_a_day_in_each_language(void **state)
{
	static const char *const tags[] = { "en", "de", "fr", "es" };
	static const struct {
		int64_t day; /* since 1970 */
		const char *texts[4];
	} cases[] = {
		{ 0,
		  { "1 January 1970", "1. Januar 1970", "1 janvier 1970", "1 de enero de 1970" } },
		{ 58, { "28 February 1970", NULL, NULL, NULL } },
		{ 59, { "1 March 1970", NULL, NULL, NULL } },
		{ 789, { "29 February 1972", NULL, NULL, NULL } },
		{ 790, { "1 March 1972", NULL, NULL, NULL } },
		{ 10956, { "31 December 1999", NULL, NULL, NULL } },
		{ 10957, { "1 January 2000", NULL, NULL, NULL } },
		{ 11016,
		  { "29 February 2000", "29. Februar 2000", "29 f\xc3\xa9vrier 2000",
		    "29 de febrero de 2000" } },
		{ 11017, { "1 March 2000", NULL, NULL, NULL } },
		{ 20818,
		  { "31 December 2026", "31. Dezember 2026",
		    "31 d\xc3\xa9"
		    "cembre 2026",
		    "31 de diciembre de 2026" } },
		{ 20819, { "1 January 2027", NULL, NULL, NULL } },
		{ 47540, { "28 February 2100", NULL, NULL, NULL } }, /* no leap year */
		{ 47541, { "1 March 2100", NULL, NULL, NULL } },
		{ 65535, { "6 June 2149", "6. Juni 2149", "6 juin 2149", "6 de junio de 2149" } },
	};
	CLEANUP(page_texts_clear) struct page_texts english;

	(void)state;
	read_english(&english);
	for (size_t language = 0; language < 4; language++) {
		CLEANUP(findings_clear) struct findings findings = { 0 };
		CLEANUP(page_texts_clear) struct page_texts texts = { 0 };
		char name[32];
		struct error err = { 0 };

		snprintf(name, sizeof(name), "texts.%s.xml", tags[language]);
		assert_int_equal(page_texts_parse(sample_builtin(name), &texts, &findings, &err),
				 0);
		assert_int_equal(page_texts_complete(&texts, &english, name, &findings, &err), 0);
		for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
			CLEANUP(freep) char *first = NULL, *last = NULL;

			if (!cases[i].texts[language])
				continue;
			assert_int_equal(page_texts_date(&texts, cases[i].day * DAY, &first, &err),
					 0);
			assert_string_equal(first, cases[i].texts[language]);
			assert_int_equal(
				page_texts_date(&texts, cases[i].day * DAY + DAY - 1, &last, &err),
				0);
			assert_string_equal(last, cases[i].texts[language]);
		}
	}
}

/* Every day of a link against another calendar, the C library's. */
static void says_every_day(void **state)
{
	CLEANUP(page_texts_clear) struct page_texts english;

	(void)state;
	read_english(&english);
	for (int64_t day = 0; day <= UINT16_MAX; day++) {
		CLEANUP(freep) char *text = NULL;
		time_t seconds = (time_t)(day * DAY);
		char wanted[40];
		struct tm tm;
		struct error err;

		assert_int_equal(page_texts_date(&english, day * DAY, &text, &err), 0);
		assert_non_null(gmtime_r(&seconds, &tm));
		snprintf(wanted, sizeof(wanted), "%d %s %d", tm.tm_mday, english.months[tm.tm_mon],
			 tm.tm_year + 1900);
		assert_string_equal(text, wanted);
	}
}

static void takes_a_pattern_of_ones_own(void **state)
{
	CLEANUP(page_texts_clear) struct page_texts english, texts;
	CLEANUP(freep) char *text = NULL;
	char found[SAMPLE_TEXT_SIZE];
	struct error err = { 0 };

	(void)state;
	read_english(&english);
	complete("<text key=\"date.pattern\"><v name=\"year\"/> &amp; <v name=\"month\"/>/"
		 "<v name=\"day\"/><v name=\"day\"/>%d</text><text key=\"month.3\">%s</text>",
		 &english, &texts, found);
	assert_int_equal(page_texts_date(&texts, 59 * DAY, &text, &err), 0);
	assert_string_equal(text, "1970 & %s/11%d");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_what_is_wrong_with_a_file),
		cmocka_unit_test(tells_its_own_error),
		cmocka_unit_test(takes_from_english_what_is_missing),
		cmocka_unit_test(names_some_of_many),
		cmocka_unit_test(takes_phrases),
		cmocka_unit_test(joins_lines),
		cmocka_unit_test(wants_all_of_english),
		cmocka_unit_test(says_a_day_in_each_language),
		cmocka_unit_test(says_every_day),
		cmocka_unit_test(takes_a_pattern_of_ones_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
