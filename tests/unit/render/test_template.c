#include "render/template.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct template_values values_of(const char *address, const char *local, const char *domain)
{
	struct template_values values = { 0 };

	values.hole[HOLE_EMAILADDRESS].text = address;
	values.hole[HOLE_EMAILADDRESS].size = strlen(address);
	values.hole[HOLE_EMAILLOCALPART].text = local;
	values.hole[HOLE_EMAILLOCALPART].size = strlen(local);
	values.hole[HOLE_EMAILDOMAIN].text = domain;
	values.hole[HOLE_EMAILDOMAIN].size = strlen(domain);
	return values;
}

static void fills(void **state)
{
	static const struct {
		const char *text;
		unsigned int holes;
		enum template_escape escape;
		const char *result;
	} cases[] = {
		{ "", TEMPLATE_HOLES_ALL, ESCAPE_XML, "" },
		{ "no hole", TEMPLATE_HOLES_ALL, ESCAPE_XML, "no hole" },
		{ "%EMAILADDRESS%", TEMPLATE_HOLES_ALL, ESCAPE_NONE, "o'x&y\"\\@k.example" },
		{ "<%EMAILADDRESS%>", TEMPLATE_HOLES_ALL, ESCAPE_XML,
		  "<o&#39;x&amp;y&quot;\\@k.example>" },
		{ "\"%EMAILADDRESS%\"", TEMPLATE_HOLES_ALL, ESCAPE_JSON,
		  "\"o'x&y\\\"\\\\@k.example\"" },
		{ "%EMAILLOCALPART%.%EMAILDOMAIN%%EMAILDOMAIN%", TEMPLATE_HOLES_ALL, ESCAPE_XML,
		  "o&#39;x&amp;y&quot;\\.k.examplek.example" },
		/* only the wanted holes are cut: autoconfig leaves the person's to the program */
		{ "%EMAILADDRESS% %EMAILDOMAIN%", TEMPLATE_HOLES_DOMAIN, ESCAPE_XML,
		  "%EMAILADDRESS% k.example" },
		/* ISPDB files hold %AE in URLs, and a placeholder without its last % */
		{ "%AE%EMAILADDRESS %REALNAME%%%EMAILDOMAIN%", TEMPLATE_HOLES_ALL, ESCAPE_XML,
		  "%AE%EMAILADDRESS %REALNAME%%k.example" },
		{ "%EMAILDOMAIN", TEMPLATE_HOLES_ALL, ESCAPE_XML, "%EMAILDOMAIN" },
		{ "%emaildomain%", TEMPLATE_HOLES_ALL, ESCAPE_XML, "%emaildomain%" },
	};
	struct template_values values = values_of("o'x&y\"\\@k.example", "o'x&y\"\\", "k.example");

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(template_freep) struct template *template = NULL;
		CLEANUP(freep) char *result = NULL;
		struct error err = { 0 };
		size_t size = 0;

		assert_int_equal(template_compile(cases[i].text, strlen(cases[i].text),
						  cases[i].holes, cases[i].escape, &template, &err),
				 0);
		assert_int_equal(template_fill(template, &values, &result, &size, &err), 0);
		assert_string_equal(result, cases[i].result);
		assert_int_equal(size, strlen(cases[i].result));
	}
}

/* A value that looks like a marker is a value: it is not filled again. */
static void does_not_fill_twice(void **state)
{
	struct template_values values = values_of("%EMAILDOMAIN%@k.example", "%EMAILDOMAIN%", "d");
	CLEANUP(template_freep) struct template *template = NULL;
	CLEANUP(freep) char *result = NULL;
	struct error err = { 0 };
	size_t size = 0;

	(void)state;
	assert_int_equal(template_compile("%EMAILADDRESS% %EMAILDOMAIN%", 28, TEMPLATE_HOLES_ALL,
					  ESCAPE_XML, &template, &err),
			 0);
	assert_int_equal(template_holes(template),
			 TEMPLATE_HOLE(HOLE_EMAILADDRESS) | TEMPLATE_HOLE(HOLE_EMAILDOMAIN));
	assert_int_equal(template_fill(template, &values, &result, &size, &err), 0);
	assert_string_equal(result, "%EMAILDOMAIN%@k.example d");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fills),
		cmocka_unit_test(does_not_fill_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
