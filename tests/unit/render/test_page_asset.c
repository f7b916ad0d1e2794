#include "render/page_asset.h"

#include "page_sample.h"

#include <stdlib.h>

/* The first chunk with nothing in it that a check looks at, and the last. */
#define PNG "\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
#define PNG_END "\0\0\0\0IEND\xae\x42\x60\x82"
#define SVG "<svg xmlns=\"http://www.w3.org/2000/svg\"/>"
#define NONE "logo: neither SVG nor PNG, JPEG or WebP, or not the whole file"

static void puts_colours_in_front_of_the_stylesheet(void **state)
{
	CLEANUP(configuration_freep)
	struct configuration *configuration =
		sample_configuration("[site]\ncolor = #012ABC\ncolor_dark = #def456\n");
	struct page_file file = sample_file("page.css", "a{}");
	CLEANUP(page_asset_clear) struct page_asset asset = { 0 };
	struct error err = { 0 };

	(void)state;
	assert_int_equal(page_asset_css(&file, configuration, &asset, &err), 0);
	assert_int_equal(asset.size, 46 + 3);
	assert_memory_equal(asset.bytes, ":root{--accent:#012ABC;--accent-dark:#def456}\na{}",
			    asset.size);
	assert_string_equal(asset.path, "/page.css");
	assert_string_equal(asset.media_type, "text/css; charset=utf-8");
}

/* The first 64 bits of SHA-256, of all that is served. */
static void versions_are_of_the_bytes(void **state)
{
	CLEANUP(configuration_freep) struct configuration *one = sample_configuration("");
	CLEANUP(configuration_freep)
	struct configuration *other = sample_configuration("[site]\ncolor = #1a5fb5\n");
	CLEANUP(page_asset_clear) struct page_asset a = { 0 }, b = { 0 }, c = { 0 }, d = { 0 };
	struct page_file file = sample_file("page.js", "abc");
	struct error err = { 0 };

	(void)state;
	assert_int_equal(page_asset_script(&file, &a, &err), 0);
	assert_string_equal(a.version, "ba7816bf8f01cfea"); /* FIPS 180-2, B.1 */
	assert_string_equal(a.path, "/page.js");
	assert_string_equal(a.media_type, "text/javascript; charset=utf-8");
	assert_int_equal(a.size, 3);
	assert_memory_equal(a.bytes, "abc", 4); /* its own bytes, with a NUL behind them */
	assert_ptr_not_equal(a.bytes, file.bytes);
	file = sample_file("page.js", "");
	assert_int_equal(page_asset_script(&file, &b, &err), 0);
	assert_string_equal(b.version, "e3b0c44298fc1c14");
	assert_int_equal(b.size, 0);
	/* another colour is another file */
	assert_int_equal(page_asset_css(&file, one, &c, &err), 0);
	assert_int_equal(page_asset_css(&file, other, &d, &err), 0);
	assert_string_not_equal(c.version, d.version);
}

static void wants_text(void **state)
{
	static const struct {
		const char *bytes;
		size_t size;
	} cases[] = { { "a\xff", 2 },
		      { "a\0b", 3 },
		      { "\xff\xfe"
			"a\0",
			4 } };
	CLEANUP(configuration_freep) struct configuration *configuration = sample_configuration("");

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct page_file file = { "page", "a page", cases[i].bytes, cases[i].size };
		struct page_asset asset = { .path = NULL };
		struct error err = { 0 };

		assert_int_equal(page_asset_css(&file, configuration, &asset, &err), -1);
		assert_string_equal(err.text, "a page: not UTF-8 text");
		assert_int_equal(err.code, ERROR_INVALID);
		err = (struct error){ 0 };
		assert_int_equal(page_asset_script(&file, &asset, &err), -1);
		assert_string_equal(err.text, "a page: not UTF-8 text");
		assert_null(asset.bytes);
	}
}

static void knows_a_logo_by_its_first_bytes(void **state)
{
#define FILE_OF(text) text, sizeof(text) - 1
	static const struct {
		const char *bytes;
		size_t size;
		const char *type; /* NULL: it is none, and why: */
		const char *text;
	} cases[] = {
		{ FILE_OF(PNG "x" PNG_END), "image/png", NULL },
		{ FILE_OF(PNG), NULL, NONE }, /* cut off */
		{ FILE_OF("\x89PNG\r\n\x1a\n" PNG_END), NULL, NONE },
		{ FILE_OF("\xff\xd8\xff\xe0x\xff\xd9"), "image/jpeg", NULL },
		{ FILE_OF("\xff\xd8\xff\xe0x"), NULL, NONE },
		{ FILE_OF("RIFF\x08\0\0\0WEBPVP8 "), "image/webp", NULL },
		{ FILE_OF("RIFF\x09\0\0\0WEBPVP8 "), NULL, NONE },
		{ FILE_OF(SVG), "image/svg+xml", NULL },
		{ FILE_OF("\xef\xbb\xbf" SVG), "image/svg+xml", NULL },
		{ FILE_OF("<?xml version=\"1.0\"?>\n<!-- c -->" SVG), "image/svg+xml", NULL },
		{ FILE_OF("<s:svg xmlns:s=\"http://www.w3.org/2000/svg\"/>"), "image/svg+xml",
		  NULL },
		{ FILE_OF(""), NULL, NONE },
		{ FILE_OF("x"), NULL, NONE },
		{ FILE_OF("GIF89a"), NULL, NONE },
		{ FILE_OF("\x89PNG\r\n\x1a"), NULL, NONE },
		{ FILE_OF("\x89PNG\n\x1a\nx"), NULL, NONE }, /* as a text transfer leaves it */
		{ FILE_OF("\xff\xd8"), NULL, NONE },
		{ FILE_OF("RIFF\x01\x02\x03\x04WAVEfmt "), NULL, NONE },
		{ FILE_OF("RIFF\x01\x02\x03\x04WEB"), NULL, NONE },
		/* what is served as SVG is one, in XML */
		{ FILE_OF("<html><script>alert(1)</script></html>"), NULL, NONE },
		{ FILE_OF("<!DOCTYPE html><html></html>"), NULL,
		  "logo:1: DOCTYPE: a DTD is not allowed" },
		{ FILE_OF("<svg>\n<path></svg>"), NULL,
		  "logo:2: not XML: Opening and ending tag mismatch: path line 2 and svg" },
		{ FILE_OF("<svg>\n\xff</svg>"), NULL, "logo:2: not UTF-8" },
		{ FILE_OF("<svg>\0</svg>"), NULL, "logo:1: control character 0x00" },
		{ FILE_OF("<"), NULL, "logo:1: not XML: StartTag: invalid element name" },
		{ FILE_OF("<svg xmlns=\"urn:x\"/>"), NULL, NONE }, /* browsers show none */
		{ FILE_OF("<svg/>"), NULL, NONE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(findings_clear) struct findings findings = { 0 };
		CLEANUP(page_asset_clear) struct page_asset asset = { 0 };
		CLEANUP(freep)
		char *bytes = malloc(cases[i].size + 1); /* its own, for a sanitizer */
		struct page_file file = { "logo", "logo", NULL, cases[i].size };
		struct error err = { 0 };
		int result;

		assert_non_null(bytes);
		file.bytes = bytes + 1;
		memcpy(bytes + 1, cases[i].bytes, cases[i].size);
		result = page_asset_logo(&file, &asset, &findings, &err);

		assert_string_equal(err.text, cases[i].text ? cases[i].text : "");
		assert_int_equal(result, cases[i].text ? -1 : 0);
		assert_int_equal(findings.count, 0);
		if (result < 0) {
			assert_null(asset.bytes);
			continue;
		}
		assert_string_equal(asset.media_type, cases[i].type);
		assert_string_equal(asset.path, "/logo");
		assert_int_equal(asset.size, cases[i].size);
		assert_memory_equal(asset.bytes, cases[i].bytes, cases[i].size);
	}
}

static void limits_a_logo(void **state)
{
	static const struct {
		size_t size;
		const char *findings, *text;
	} cases[] = {
		{ PAGE_LOGO_SMALL, "", "" },
		{ PAGE_LOGO_SMALL + 1,
		  "W logo: 20001 bytes are much for a logo; on a telephone everything but it is "
		  "there sooner with at most 20000\n",
		  "" },
		{ PAGE_LOGO_MAX,
		  "W logo: 262144 bytes are much for a logo; on a telephone everything but it is "
		  "there sooner with at most 20000\n",
		  "" },
		{ PAGE_LOGO_MAX + 1, "", "logo: more than 256 KiB" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(findings_clear) struct findings findings = { 0 };
		CLEANUP(page_asset_clear) struct page_asset asset = { 0 };
		CLEANUP(freep) char *bytes = calloc(1, cases[i].size);
		struct page_file file = { "logo", "logo", bytes, cases[i].size };
		struct error err = { 0 };
		char text[SAMPLE_TEXT_SIZE];

		assert_non_null(bytes);
		memcpy(bytes, PNG, sizeof(PNG) - 1);
		memcpy(bytes + cases[i].size - (sizeof(PNG_END) - 1), PNG_END, sizeof(PNG_END) - 1);
		assert_int_equal(page_asset_logo(&file, &asset, &findings, &err),
				 *cases[i].text ? -1 : 0);
		assert_string_equal(err.text, cases[i].text);
		assert_string_equal(sample_findings(&findings, text), cases[i].findings);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(puts_colours_in_front_of_the_stylesheet),
		cmocka_unit_test(versions_are_of_the_bytes),
		cmocka_unit_test(wants_text),
		cmocka_unit_test(knows_a_logo_by_its_first_bytes),
		cmocka_unit_test(limits_a_logo),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
