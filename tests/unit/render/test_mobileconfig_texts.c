#include "render/mobileconfig_texts.h"

#include "../sample_provider.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define T(key, text) "<text key=\"profile." key "\">" text "</text>"
#define A "<v name=\"address\"/>"
#define D "<v name=\"domain\"/>"
#define TEXTS(language, word)                                                                      \
	"<texts xmlns=\"urn:signpost:page\" language=\"" language "\" name=\"N\" "                 \
	"direction=\"ltr\">" T("name", word " " A) T("name.domain", word " any " D)                \
		T("mail", word " mail " D " " A ".") T("all", word " all " A A)                    \
			T("activesync", word " eas") T("help", word " help:")                      \
				T("calendars", word " calendar " A)                                \
					T("contacts", word " contacts " D) "</texts>"

/* A site in two languages with texts of its own. */
static struct page_set *make_pages(void)
{
	static const char english[] = TEXTS("en", "E"), german[] = TEXTS("de", "D");
	static const struct page_file own[] = {
		{ "texts.en.xml", "texts.en.xml", english, sizeof(english) - 1 },
		{ "texts.de.xml", "texts.de.xml", german, sizeof(german) - 1 },
	};
	static const char text[] = "[site]\nlanguages = en de\n";
	CLEANUP(configuration_freep) struct configuration *configuration = NULL;
	CLEANUP(findings_clear) struct findings findings = { 0 }; /* the other texts are missing */
	struct page_set *pages = NULL;
	struct error err;

	assert_int_equal(
		configuration_parse(text, strlen(text), "c", "/", &configuration, &findings, &err),
		0);
	assert_int_equal(page_set_make(configuration, own, 2, NULL, &pages, &findings, &err), 0);
	return pages;
}

#define ANNA "Anna%EMAILDOMAIN%&<b>@kunde.example"

static void fills_phrases(void **state)
{
	static const struct {
		size_t language;
		enum mobileconfig_content content;
		const char *support;
		bool person;
		const char *domain;
		const char *name, *description, *calendars, *contacts;
	} cases[] = {
		{ 0, MOBILECONFIG_MAIL, NULL, true, "kunde.example", "E " ANNA,
		  "E mail kunde.example " ANNA ".", "E calendar " ANNA,
		  "E contacts kunde.example" },
		{ 1, MOBILECONFIG_ALL, "+49 1 & <2>", true, "kunde.example", "D " ANNA,
		  "D all " ANNA ANNA " D help: +49 1 & <2>", "D calendar " ANNA,
		  "D contacts kunde.example" },
		{ 0, MOBILECONFIG_ACTIVESYNC, "", true, "kunde.example", "E " ANNA, "E eas",
		  "E calendar " ANNA, "E contacts kunde.example" },
		/* for anybody, the domain stands where the address would */
		{ 0, MOBILECONFIG_MAIL, NULL, false, "xn--mller-kva.example",
		  "E any m\xc3\xbcller.example",
		  "E mail m\xc3\xbcller.example m\xc3\xbcller.example.",
		  "E calendar m\xc3\xbcller.example", "E contacts m\xc3\xbcller.example" },
	};
	struct page_set *pages = make_pages();
	struct email_address anna = sample_address(ANNA);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(mobileconfig_texts_clear)
		struct mobileconfig_texts texts = { .name = { 0 } };
		struct domain_name domain;
		struct error err;

		assert_int_equal(
			domain_name_parse(cases[i].domain, strlen(cases[i].domain), &domain, &err),
			0);
		assert_int_equal(mobileconfig_texts_make(
					 &(struct mobileconfig_reader){
						 .pages = pages,
						 .language = cases[i].language,
						 .content = cases[i].content,
						 .support = cases[i].support,
						 .domain = &domain,
						 .address = cases[i].person ? &anna : NULL,
					 },
					 TEMPLATE_HOLES_ALL, &texts, &err),
				 0);
		assert_string_equal(texts.name.data, cases[i].name);
		assert_string_equal(texts.description.data, cases[i].description);
		assert_string_equal(texts.calendars.data, cases[i].calendars);
		assert_string_equal(texts.contacts.data, cases[i].contacts);
	}
	page_set_unref(pages);
}

static void makes_what_is_asked_for(void **state)
{
	CLEANUP(mobileconfig_texts_clear) struct mobileconfig_texts texts = { .name = { 0 } };
	struct template_values values = { .hole = { { NULL, 0 } } };
	struct email_address anna = sample_address("a@kunde.example");
	struct page_set *pages = make_pages();
	struct mobileconfig_reader reader = { .pages = pages,
					      .domain = &anna.domain,
					      .address = &anna };
	struct error err;

	(void)state;
	assert_int_equal(
		mobileconfig_texts_make(&reader, TEMPLATE_HOLE(HOLE_PROFILE_NAME), &texts, &err),
		0);
	assert_null(texts.description.data);
	assert_null(texts.calendars.data);
	assert_null(texts.contacts.data);
	mobileconfig_texts_values(&texts, &values);
	assert_int_equal(values.hole[HOLE_PROFILE_NAME].size, 17);
	assert_memory_equal(values.hole[HOLE_PROFILE_NAME].text, "E a@kunde.example", 17);
	page_set_unref(pages);
}

/* Every language that is built in has them, in one line. */
static void built_in_phrases(void **state)
{
	CLEANUP(configuration_freep) struct configuration *configuration = NULL;
	CLEANUP(findings_clear) struct findings findings = { 0 };
	struct page_set *pages = NULL;
	struct error err;

	(void)state;
	assert_int_equal(configuration_parse("", 0, "c", "/", &configuration, &findings, &err), 0);
	assert_int_equal(page_set_make(configuration, NULL, 0, NULL, &pages, &findings, &err), 0);
	assert_int_equal(page_set_language_count(pages), 4);
	for (size_t language = 0; language < 4; language++) {
		for (unsigned int phrase = 0; phrase < PHRASE_COUNT; phrase++) {
			const char *text = page_set_phrase(pages, language, phrase);

			assert_non_null(text);
			assert_true(*text && !strchr(text, '\n') && !strchr(text, '<'));
		}
	}
	page_set_unref(pages);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fills_phrases),
		cmocka_unit_test(makes_what_is_asked_for),
		cmocka_unit_test(built_in_phrases),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
