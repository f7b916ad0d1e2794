#include "render/mta_sts.h"

#include "../sample_provider.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define MX(...) .mx = { __VA_ARGS__ }

/* Each differs from the first in one thing. */
static struct mta_sts_policy policies[] = {
	{ .mode = MTA_STS_TESTING,
	  .max_age = 604800,
	  MX(TEXT("mx.hosting.example")),
	  .mx_count = 1 },
	{ .mode = MTA_STS_ENFORCE,
	  .max_age = 604800,
	  MX(TEXT("mx.hosting.example")),
	  .mx_count = 1 },
	{ .mode = MTA_STS_NONE, .max_age = 604800, MX(TEXT("mx.hosting.example")), .mx_count = 1 },
	{ .mode = MTA_STS_TESTING,
	  .max_age = 86400,
	  MX(TEXT("mx.hosting.example")),
	  .mx_count = 1 },
	{ .mode = MTA_STS_TESTING,
	  .max_age = 604800,
	  MX(TEXT("*.hosting.example")),
	  .mx_count = 1 },
	{ .mode = MTA_STS_TESTING,
	  .max_age = 604800,
	  MX(TEXT("mx.hosting.example"), TEXT("*.old.example")),
	  .mx_count = 2 },
	{ .mode = MTA_STS_TESTING,
	  .max_age = 604800,
	  MX(TEXT("*.old.example"), TEXT("mx.hosting.example")),
	  .mx_count = 2 },
};
#define POLICIES (sizeof(policies) / sizeof(*policies))

static void texts(void **state)
{
	static const struct {
		size_t policy;
		const char *text;
	} cases[] = {
		{ 0, "version: STSv1\r\nmode: testing\r\nmx: mx.hosting.example\r\n"
		     "max_age: 604800\r\n" },
		{ 1, "version: STSv1\r\nmode: enforce\r\nmx: mx.hosting.example\r\n"
		     "max_age: 604800\r\n" },
		{ 2, "version: STSv1\r\nmode: none\r\nmx: mx.hosting.example\r\n"
		     "max_age: 604800\r\n" },
		{ 3, "version: STSv1\r\nmode: testing\r\nmx: mx.hosting.example\r\n"
		     "max_age: 86400\r\n" },
		{ 5, "version: STSv1\r\nmode: testing\r\nmx: mx.hosting.example\r\n"
		     "mx: *.old.example\r\nmax_age: 604800\r\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct email_provider provider = { .mta_sts = &policies[cases[i].policy] };
		CLEANUP(template_freep) struct template *template = NULL;
		CLEANUP(freep) char *text = NULL;
		struct error err;

		assert_int_equal(mta_sts_compile(&provider, &template, &err), 0);
		assert_int_equal(template_holes(template), 0);
		text = sample_fill(template, "@kunde.example");
		assert_string_equal(text, cases[i].text);
	}
}

/* Of printf 'version: STSv1\r\n...' | sha256sum. */
static void ids(void **state)
{
	static const char first[] = "309b29a3ce2808a250b22a49d8092012";
	char id[POLICIES][MTA_STS_ID_SIZE];
	struct error err;

	(void)state;
	for (size_t i = 0; i < POLICIES; i++) {
		struct email_provider provider = { .mta_sts = &policies[i] };

		assert_int_equal(mta_sts_id(&provider, id[i], &err), 0);
		assert_int_equal(strlen(id[i]), 32);
		assert_int_equal(strspn(id[i], "0123456789abcdef"), 32);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(id[i], id[j]);
	}
	assert_string_equal(id[0], first);
}

static void no_policy(void **state)
{
	struct template *template = (struct template *)&template;
	char id[MTA_STS_ID_SIZE] = "x";
	struct error err;

	(void)state;
	assert_int_equal(mta_sts_compile(&full_provider, &template, &err), 0);
	assert_null(template);
	assert_int_equal(mta_sts_id(&full_provider, id, &err), 0);
	assert_string_equal(id, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts),
		cmocka_unit_test(ids),
		cmocka_unit_test(no_policy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
