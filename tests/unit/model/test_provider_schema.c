/*
 * xml/schema/clientconfig.rng says to editors and to other programs what the parser accepts. All
 * that the parser takes must validate; of what it refuses the schema refuses what a grammar can.
 */
#include "base/cleanup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <libxml/relaxng.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static void ignore(void *context, xmlError *error)
{
	(void)context;
	(void)error;
}

static void path_of(char path[4096], const char *directory, const char *name)
{
	const char *source = getenv("SIGNPOST_SOURCE");

	assert_non_null(source);
	assert_true(snprintf(path, 4096, "%s/%s/%s", source, directory, name) < 4096);
}

static xmlRelaxNG *load_schema(void)
{
	xmlRelaxNGParserCtxt *ctxt;
	xmlRelaxNG *schema;
	char path[4096];

	path_of(path, "xml/schema", "clientconfig.rng");
	ctxt = xmlRelaxNGNewParserCtxt(path);
	assert_non_null(ctxt);
	schema = xmlRelaxNGParse(ctxt);
	xmlRelaxNGFreeParserCtxt(ctxt);
	assert_non_null(schema);
	return schema;
}

static bool is_valid(xmlRelaxNG *schema, const char *path, bool expected)
{
	xmlRelaxNGValidCtxt *ctxt = xmlRelaxNGNewValidCtxt(schema);
	xmlDoc *doc =
		xmlReadFile(path, NULL, XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	bool valid;

	assert_non_null(ctxt);
	if (!expected)
		xmlRelaxNGSetValidStructuredErrors(ctxt, ignore, NULL);
	valid = doc && !doc->intSubset && xmlRelaxNGValidateDoc(ctxt, doc) == 0;
	xmlFreeDoc(doc);
	xmlRelaxNGFreeValidCtxt(ctxt);
	return valid;
}

/* Where the schema judges otherwise than the parser. */
static bool is_exception(const char *name)
{
	static const char *const names[] = {
		"default-namespace.xml", /* it knows documents without a namespace only */
		"no-outgoing.xml",	 /* right beside an ews section, for example */
		"nothing-usable.xml",	 /* sections that are passed over */
		/* not questions of grammar: */
		"latin1-declared.xml",
		"utf16.xml",
		"undeclared-prefix.xml",
	};

	for (size_t i = 0; i < COUNT(names); i++) {
		if (strcmp(names[i], name) == 0)
			return true;
	}
	return false;
}

static void check_directory(xmlRelaxNG *schema, const char *directory, bool good)
{
	struct dirent *entry;
	size_t count = 0;
	char path[4096];
	DIR *dir;

	path_of(path, directory, "");
	dir = opendir(path);
	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		const char *dot = strrchr(entry->d_name, '.');
		bool expected = is_exception(entry->d_name) ? !good : good;

		if (!dot || strcmp(dot, ".xml") != 0)
			continue;
		path_of(path, directory, entry->d_name);
		if (is_valid(schema, path, expected) != expected)
			fail_msg("%s is %svalid", path, expected ? "not " : "");
		count++;
	}
	closedir(dir);
	assert_true(count > 2);
}

static void test_schema(void **state)
{
	xmlRelaxNG *schema = load_schema();

	(void)state;
	check_directory(schema, "tests/providers/good", true);
	check_directory(schema, "tests/providers/bad", false);
	check_directory(schema, "xml/providers", true);
	xmlRelaxNGFree(schema);
	xmlCleanupParser();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_schema),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
