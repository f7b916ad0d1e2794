/* Short words for tests of what settings pages are made of. */
#ifndef TESTS_UNIT_RENDER_PAGE_SAMPLE_H
#define TESTS_UNIT_RENDER_PAGE_SAMPLE_H

#include "render/page_set.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define SAMPLE_TEXT_SIZE 4096

/* A file of that name, and path, that holds text. */
static inline struct page_file sample_file(const char *name, const char *text)
{
	return (struct page_file){
		.name = name, .path = name, .bytes = text, .size = strlen(text)
	};
}

static inline const struct page_file *sample_builtin(const char *name)
{
	for (size_t i = 0; i < page_builtin_count; i++) {
		if (strcmp(page_builtin[i].name, name) == 0)
			return &page_builtin[i];
	}
	fail_msg("no built-in %s", name);
	return NULL;
}

/* The caller frees it. */
static inline struct configuration *sample_configuration(const char *text)
{
	CLEANUP(findings_clear) struct findings findings = { 0 };
	struct configuration *configuration = NULL;
	struct error err;

	if (configuration_parse(text, strlen(text), "c", "/", &configuration, &findings, &err) < 0)
		fail_msg("%s", err.text);
	return configuration;
}

/* Each finding in a line of its own, "E" or "W" in front. ret has SAMPLE_TEXT_SIZE bytes. */
static inline const char *sample_findings(const struct findings *findings, char *ret)
{
	*ret = '\0';
	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *finding = &findings->list[i];
		size_t length = strlen(ret);

		snprintf(ret + length, SAMPLE_TEXT_SIZE - length, "%s %s\n",
			 finding->severity == FINDING_ERROR ? "E" : "W", finding->text);
	}
	assert_int_equal(findings->count, findings->errors + findings->warnings);
	return ret;
}

#endif
