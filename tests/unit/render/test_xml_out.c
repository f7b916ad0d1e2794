#include "render/xml_out.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void writes(void **state)
{
	struct xml_out *out = xml_out_new();
	CLEANUP(freep) char *text = NULL;
	struct error err = { 0 };
	size_t size = 0;

	(void)state;
	xml_out_open(out, "root");
	xml_out_attribute(out, "name", "a\"<&>\xc3\xa9");
	xml_out_attribute(out, "absent", NULL);
	xml_out_element(out, "value", "<&>\"' \xc3\xa9");
	xml_out_element(out, "absent", NULL);
	xml_out_element_number(out, "number", 65535);
	xml_out_open(out, "empty");
	xml_out_close(out);
	xml_out_close(out);
	assert_int_equal(xml_out_finish(&out, &text, &size, &err), 0);
	assert_null(out);
	assert_string_equal(text, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
				  "<root name=\"a&quot;&lt;&amp;&gt;\xc3\xa9\">\n"
				  "  <value>&lt;&amp;&gt;&quot;' \xc3\xa9</value>\n"
				  "  <number>65535</number>\n"
				  "  <empty/>\n"
				  "</root>\n");
	assert_int_equal(size, strlen(text));
}

static void writes_a_fragment(void **state)
{
	struct xml_out *out = xml_out_new_fragment();
	CLEANUP(freep) char *text = NULL;
	struct error err = { 0 };
	size_t size = 0;

	(void)state;
	xml_out_open(out, "root");
	xml_out_element(out, "value", "<&>");
	xml_out_element_number(out, "number", 1);
	xml_out_close(out);
	assert_int_equal(xml_out_finish(&out, &text, &size, &err), 0);
	assert_string_equal(text, "<root><value>&lt;&amp;&gt;</value><number>1</number></root>\n");
	assert_int_equal(size, strlen(text));
}

/* A mistake in the writing, here an element closed too often, is told at the end. */
static void remembers_a_failure(void **state)
{
	struct xml_out *out = xml_out_new();
	struct error err = { 0 };
	char *text = NULL;
	size_t size = 0;

	(void)state;
	xml_out_open(out, "root");
	xml_out_close(out);
	xml_out_close(out);
	assert_int_equal(xml_out_finish(&out, &text, &size, &err), -1);
	assert_null(text);
	assert_int_equal(xml_out_finish(&out, &text, &size, &err), -1); /* as without memory */
	assert_int_equal(err.code, ERROR_NO_MEMORY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes),
		cmocka_unit_test(writes_a_fragment),
		cmocka_unit_test(remembers_a_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
