/* What settings pages are made of, from the files of a site. */
#include "place.h"
#include "store/page_load.h"

#define SVG "<svg xmlns=\"http://www.w3.org/2000/svg\"/>"
#define XSL(inside)                                                                                \
	"<xsl:stylesheet version=\"1.0\" "                                                         \
	"xmlns:xsl=\"http://www.w3.org/1999/XSL/Transform\">" inside "</xsl:stylesheet>"

/*
 * Loads with "pages" and "logo" of the configuration's text, in which DIR stands for the place. The
 * findings come one a line, "E" or "W" in front, without the place's path.
 */
static struct page_set *load(const struct place *place, const char *more, char *ret)
{
	CLEANUP(findings_clear) struct findings findings = { 0 };
	struct configuration *configuration = NULL;
	struct page_set *set = NULL;
	char text[512];
	struct error err = { 0 };

	snprintf(text, sizeof(text), "[site]\n%s\n", more);
	if (configuration_parse(text, strlen(text), "c", place->directory, &configuration,
				&findings, &err) < 0)
		fail_msg("%s", err.text);
	if (page_set_load(configuration, &set, &findings, &err) < 0)
		fail_msg("%s", err.text);
	configuration_free(configuration);
	*ret = '\0';
	for (size_t i = 0; i < findings.count; i++)
		snprintf(ret + strlen(ret), PLACE_TEXT_SIZE - strlen(ret), "%c %s\n",
			 findings.list[i].severity == FINDING_ERROR ? 'E' : 'W',
			 findings.list[i].text);
	place_text(place, ret);
	return set;
}

static void write_text(const struct place *place, const char *name, const char *text)
{
	place_write(place, name, text, strlen(text));
}

static void is_built_in(void **state)
{
	char found[PLACE_TEXT_SIZE];
	CLEANUP(page_set_unrefp) struct page_set *set = load(*state, "", found);

	assert_string_equal(found, "");
	assert_non_null(page_set_asset(set, PAGE_CSS));
	assert_null(page_set_asset(set, PAGE_LOGO));
}

static void reads_the_files_of_a_directory(void **state)
{
	struct place *place = *state;
	CLEANUP(page_set_unrefp) struct page_set *set = NULL;
	char found[PLACE_TEXT_SIZE], *swedish;

	write_text(place, "page.css", "a{}");
	write_text(place, "texts.sv.xml",
		   "<texts xmlns=\"urn:signpost:page\" language=\"sv\" name=\"S\"/>");
	write_text(place, "my logo", SVG);
	/* editors and the manual */
	write_text(place, ".page.css.swp", "x");
	write_text(place, ".#page.css", "x");
	write_text(place, "#page.css#", "x");
	write_text(place, "page.css~", "x");
	write_text(place, "README.md", "x");
	/* what has no meaning */
	write_text(place, "page.css.bak", "x");
	write_text(place, "texts.xml", "x");
	write_text(place, "texts..xml", "x");
	write_text(place, "texts.de.XML", "x");
	set = load(place, "pages = .\nlogo = ./my logo\nlanguages = sv", found);
	assert_string_equal(page_set_asset(set, PAGE_CSS)->bytes,
			    ":root{--accent:#1a5fb4;--accent-dark:#99c1f1}\na{}");
	assert_string_equal(page_set_asset(set, PAGE_LOGO)->media_type, "image/svg+xml");
	assert_string_equal(page_set_language(set, 0), "sv");
	assert_int_equal(page_set_language_count(set), 1);
	swedish = strstr(found, "W /./texts.sv.xml: ");
	assert_non_null(swedish); /* whose texts are all missing */
	*swedish = '\0';
#define UNUSED(name) "W /./" name ": no file of settings pages is called so, it is not used\n"
	assert_string_equal(found, UNUSED("page.css.bak") UNUSED("texts..xml")
					   UNUSED("texts.de.XML") UNUSED("texts.xml"));
}

/* Whatever cannot be read: it is told, and there are pages. */
static void does_without_what_cannot_be_read(void **state)
{
	static const struct {
		const char *configuration, *findings;
	} cases[] = {
		{ "pages = none", "E [site] pages: none: No such file or directory\n" },
		{ "pages = file", "E [site] pages: file: Not a directory\n" },
		{ "logo = none", "E [site] logo: /none: No such file or directory\n" },
		{ "logo = .", "E [site] logo: /.: is not a file\n" },
		{ "logo = empty",
		  "E /empty: neither SVG nor PNG, JPEG or WebP, or not the whole file\n" },
		{ "logo = large", "E [site] logo: /large: 262145 bytes are more than 262144\n" },
		{ "logo = pipe", "E [site] logo: /pipe: is not a file\n" },
	};
	struct place *place = *state;
	char path[256], found[PLACE_TEXT_SIZE], *large = calloc(1, PAGE_LOGO_MAX + 1);

	assert_non_null(large);
	write_text(place, "file", "");
	write_text(place, "empty", "");
	place_write(place, "large", large, PAGE_LOGO_MAX + 1);
	free(large);
	snprintf(path, sizeof(path), "%s/pipe", place->directory);
	assert_int_equal(mkfifo(path, 0600), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(page_set_unrefp)
		struct page_set *set = load(place, cases[i].configuration, found);

		assert_string_equal(found, cases[i].findings);
		assert_null(page_set_asset(set, PAGE_LOGO));
		assert_int_equal(page_set_language_count(set), 4);
	}
}

static void does_without_files_that_cannot_be_read(void **state)
{
	struct place *place = *state;
	CLEANUP(page_set_unrefp) struct page_set *set = NULL, *builtin = NULL;
	char path[256], found[PLACE_TEXT_SIZE], *large = calloc(1, PAGE_FILE_MAX + 1);

	assert_non_null(large);
	place_write(place, "page.css", large, PAGE_FILE_MAX + 1);
	free(large);
	snprintf(path, sizeof(path), "%s/page.js", place->directory);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(path, sizeof(path), "%s/page.xsl", place->directory);
	assert_int_equal(mkfifo(path, 0600), 0);
	snprintf(path, sizeof(path), "%s/text.xsl", place->directory);
	assert_int_equal(symlink("nowhere", path), 0);
	snprintf(path, sizeof(path), "%s/directory", place->directory);
	assert_int_equal(mkdir(path, 0700), 0);
	set = load(place, "pages = .", found);
	assert_string_equal(
		found,
		UNUSED("directory") "E /./page.css: 262145 bytes are more than 262144\n"
				    "E /./page.js: is not a file\nE /./page.xsl: is not a file\n"
				    "E /./text.xsl: No such file or directory\n");
	builtin = load(place, "", found);
	assert_string_equal(page_set_asset(set, PAGE_CSS)->version,
			    page_set_asset(builtin, PAGE_CSS)->version);
	assert_string_equal(page_set_asset(set, PAGE_SCRIPT)->version,
			    page_set_asset(builtin, PAGE_SCRIPT)->version);
}

static void reads_so_many_files(void **state)
{
	struct place *place = *state;
	CLEANUP(page_set_unrefp) struct page_set *set = NULL;
	char name[32], found[PLACE_TEXT_SIZE];

	for (int i = 0; i < 66; i++) {
		snprintf(name, sizeof(name), "texts.%02d.xml", i);
		write_text(place, name, "x");
	}
	set = load(place, "pages = .", found);
	found[strcspn(found, "W")] = '\0'; /* none of them is asked for */
	assert_string_equal(found, "E /.: more than 64 files; texts.64.xml is not used\n"
				   "E /.: more than 64 files; texts.65.xml is not used\n");
}

/* What libxslt and XPath say of a stylesheet is told, and not written to standard error. */
static void tells_what_libxslt_says(void **state)
{
	static const struct {
		const char *style, *says;
	} cases[] = {
		{ XSL("<xsl:template match=\"[\"/>"),
		  "xsltCompilePattern : failed to compile '['" },
		{ XSL("<xsl:template match=\"/\"><xsl:value-of select=\"(\"/></xsl:template>"),
		  "Invalid expression" },
		{ XSL("<xsl:template match=\"/\"><xsl:nonsense/></xsl:template>"),
		  "xsltStylePreCompute: unknown xsl:nonsense" },
	};
	struct place *place = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(page_set_unrefp) struct page_set *set = NULL;
		char found[PLACE_TEXT_SIZE], line[200];

		write_text(place, "page.xsl", cases[i].style);
		set = load(place, "pages = .", found);
		snprintf(line, sizeof(line), "\nE [site] pages: %s\n", cases[i].says);
		if (!strstr(found, line))
			fail_msg("not told: %s\n%s", cases[i].says, found);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLACE_TEST(is_built_in),
		PLACE_TEST(reads_the_files_of_a_directory),
		PLACE_TEST(does_without_what_cannot_be_read),
		PLACE_TEST(does_without_files_that_cannot_be_read),
		PLACE_TEST(reads_so_many_files),
		PLACE_TEST(tells_what_libxslt_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
