#include "base/findings.h"

#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

static void test_add(void **state)
{
	CLEANUP(findings_clear) struct findings findings = { 0 };
	struct error err = { 0 };

	(void)state;
	findings_add(&findings, FINDING_WARNING, "p.xml:%d: %s", 3, "odd");
	findings_add(&findings, FINDING_ERROR, "p.xml:%d: %s", 4, "wrong");
	findings_add(&findings, FINDING_ERROR, "p.xml:%d: %s", 5, "wrong, too");
	assert_int_equal(findings.count, 3);
	assert_int_equal(findings.errors, 2);
	assert_int_equal(findings.warnings, 1);
	assert_int_equal(findings.list[0].severity, FINDING_WARNING);
	assert_string_equal(findings.list[0].text, "p.xml:3: odd");
	assert_int_equal(findings.list[2].severity, FINDING_ERROR);
	assert_string_equal(findings.list[2].text, "p.xml:5: wrong, too");
	assert_int_equal(findings_first_error(&findings, &err), -1);
	assert_int_equal(err.code, ERROR_INVALID);
	assert_string_equal(err.text, "p.xml:4: wrong");
	findings_clear(&findings);
	assert_null(findings.list);
	assert_int_equal(findings.count + findings.errors + findings.warnings, 0);
}

static void test_long_text_stays_utf8(void **state)
{
	CLEANUP(findings_clear) struct findings findings = { 0 };
	char text[2 * ERROR_TEXT_SIZE + 1];

	(void)state;
	memset(text, 0, sizeof(text));
	for (size_t i = 0; i + 2 < sizeof(text); i += 2)
		memcpy(text + i, "\xc3\xbc", 2);
	findings_add(&findings, FINDING_ERROR, "%s", text);
	findings_add(&findings, FINDING_ERROR, "x%s", text);
	for (size_t i = 0; i < 2; i++) {
		size_t length = strlen(findings.list[i].text);

		assert_in_range(length, ERROR_TEXT_SIZE - 2, ERROR_TEXT_SIZE - 1);
		assert_true(text_is_utf8(findings.list[i].text, length));
	}
}

/* Beyond the limit findings are counted, and there is an error to report even if its text is lost.
 */
static void test_limit(void **state)
{
	CLEANUP(findings_clear) struct findings findings = { 0 };
	struct error err = { 0 };

	(void)state;
	for (int i = 0; i < FINDINGS_MAX + 5; i++)
		findings_add(&findings, FINDING_WARNING, "%d", i);
	findings_add(&findings, FINDING_ERROR, "lost");
	assert_int_equal(findings.count, FINDINGS_MAX);
	assert_int_equal(findings.warnings, FINDINGS_MAX + 5);
	assert_int_equal(findings.errors, 1);
	assert_string_equal(findings.list[FINDINGS_MAX - 1].text, "999");
	assert_int_equal(findings_first_error(&findings, &err), -1);
	assert_int_equal(err.code, ERROR_INVALID);
	assert_string_equal(err.text, "an error after 1000 other findings");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_add),
		cmocka_unit_test(test_long_text_stays_utf8),
		cmocka_unit_test(test_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
