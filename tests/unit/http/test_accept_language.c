#include "http/accept_language.h"

#include "base/bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define EMPTY_TEXTS(tag)                                                                           \
	"<texts xmlns=\"urn:signpost:page\" language=\"" tag "\" name=\"" tag                      \
	"\" direction=\"ltr\"/>"
#define OWN_FILE(tag)                                                                              \
	{                                                                                          \
		"texts." tag ".xml", "texts." tag ".xml", EMPTY_TEXTS(tag),                        \
			sizeof(EMPTY_TEXTS(tag)) - 1                                               \
	}
#define CONFIGURATION "[site]\nlanguages = en de fr pt-BR pt sr-Latn\n"

/* The built-in languages and some that have a name and no text. */
static int make_set(void **state)
{
	static const struct page_file own[] = { OWN_FILE("pt-BR"), OWN_FILE("pt"),
						OWN_FILE("sr-Latn") };
	CLEANUP(findings_clear) struct findings findings = { 0 };
	struct configuration *configuration = NULL;
	struct page_set *set = NULL;
	struct error err = { 0 };

	assert_int_equal(configuration_parse(CONFIGURATION, strlen(CONFIGURATION), "c", "/",
					     &configuration, &findings, &err),
			 0);
	assert_int_equal(page_set_make(configuration, own, sizeof(own) / sizeof(*own), NULL, &set,
				       &findings, &err),
			 0);
	configuration_free(configuration);
	assert_int_equal(page_set_language_count(set), 6);
	*state = set;
	return 0;
}

static int free_set(void **state)
{
	page_set_unref(*state);
	return 0;
}

static void expect(const struct page_set *set, const char *header, const char *language)
{
	size_t i = accept_language_choose(set, header);

	assert_in_range(i, 0, page_set_language_count(set) - 1);
	if (strcmp(page_set_language(set, i), language) != 0)
		fail_msg("\"%s\": %s, not %s", header ? header : "(none)",
			 page_set_language(set, i), language);
}

static void chooses(void **state)
{
	static const struct {
		const char *header, *language;
	} cases[] = {
		{ NULL, "en" },
		{ "", "en" },
		{ "de", "de" },
		{ "DE", "de" },
		{ "de-AT", "de" },
		{ "fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5", "fr" }, /* MDN's example */
		{ "da, en-gb;q=0.8, en;q=0.7", "en" },			  /* RFC 9110's */
		{ "sv,de;q=0.3,fr;q=0.8", "fr" },
		{ "sv-SE,sv", "en" },
		{ "de,fr", "de" }, /* the first of equals */
		{ "fr,de", "fr" },
		{ "de;q=0.5,fr;q=0.5", "de" },
		{ "de;q=0.5,fr;q=0.501", "fr" },
		{ "de;q=0.1,fr", "fr" },
		{ "de;q=1,fr", "de" },
		{ "de;q=1.000,fr", "de" },
		{ "de;q=0.999,fr;q=1", "fr" },
		{ "pt-BR", "pt-BR" },
		{ "pt", "pt" },
		{ "pt-PT", "pt-BR" }, /* the first of the primary tag */
		{ "sr", "sr-Latn" },
		{ "sr-Cyrl-RS", "sr-Latn" },
		/* nobody wants these */
		{ "de;q=0", "en" },
		{ "de;q=0.000,fr;q=0.001", "fr" },
		{ "*", "en" },
		{ "*,de;q=0.1", "de" },
		{ "i-default,x-klingon", "en" },
		/* blanks */
		{ "  de  ;  q=0.8  ,\tfr\t", "fr" },
		{ "de ;q=0.8", "de" },
		{ ",,, ,de,,", "de" },
		{ "de;Q=0.5,fr;q=0.4", "de" },
		{ "de;q=1.,fr", "de" },
		{ "de;q=0.,fr;q=0.1", "fr" },
		/* what cannot be read is passed over */
		{ "de;q=,fr;q=0.1", "fr" },
		{ "de;q=2,fr;q=0.1", "fr" },
		{ "de;q=1.001,fr;q=0.1", "fr" },
		{ "de;q=0.1234,fr;q=0.1", "fr" },
		{ "de;q=-1,fr;q=0.1", "fr" },
		{ "de;q=.9,fr;q=0.1", "fr" },
		{ "de;q=0,9,fr;q=0.1", "fr" },
		{ "de;q=0:9,fr;q=0.1", "fr" },
		{ "de;q=0.a,fr;q=0.1", "fr" },
		{ "de;q=nan,fr;q=0.1", "fr" },
		{ "de;q=1e0,fr;q=0.1", "fr" },
		{ "de;q = 0.9,fr;q=0.1", "fr" },
		{ "de;level=1;q=0.9,fr;q=0.1", "fr" },
		{ "de;q=0.9;q=0.8,fr;q=0.1", "fr" },
		{ "de;,fr;q=0.1", "fr" },
		{ ";q=1,fr;q=0.1", "fr" },
		{ "d\xc3\xa9,fr;q=0.1", "fr" },
		{ "de<script>,fr;q=0.1", "fr" },
		{ "de_DE,fr;q=0.1", "fr" },
		{ "de DE,fr;q=0.1", "fr" },
		{ "-de,fr;q=0.1", "fr" },
		{ "../../etc/passwd", "en" },
		{ "\xff\xfe\x01;;;===,,,q", "en" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		expect(*state, cases[i].header, cases[i].language);
}

/* What lies behind the limit, or across it, is as if it were not there. */
static void looks_at_so_much(void **state)
{
	static const struct {
		size_t commas;
		const char *rest, *language;
	} cases[] = {
		{ ACCEPT_LANGUAGE_MAX - 2, "de", "de" },
		{ ACCEPT_LANGUAGE_MAX - 3, "de,fr", "de" },
		{ ACCEPT_LANGUAGE_MAX - 2, "de-AT", "en" },
		{ ACCEPT_LANGUAGE_MAX - 1, "de", "en" },
		{ ACCEPT_LANGUAGE_MAX, "de", "en" },
		{ ACCEPT_LANGUAGE_MAX - 8, "de;q=0.1,fr", "en" },
		{ 100 * ACCEPT_LANGUAGE_MAX, "de", "en" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(bytes_clear) struct bytes header = { 0 };

		for (size_t j = 0; j < cases[i].commas; j++)
			bytes_append_text(&header, ",");
		bytes_append_text(&header, cases[i].rest);
		assert_false(header.failed);
		expect(*state, header.data, cases[i].language);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chooses),
		cmocka_unit_test(looks_at_so_much),
	};

	return cmocka_run_group_tests(tests, make_set, free_set);
}
