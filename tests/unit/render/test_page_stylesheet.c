#include "render/page_stylesheet.h"

#include "model/xml_in.h"
#include "page_sample.h"

#include <libxslt/xsltutils.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#define XSL "xmlns:xsl=\"http://www.w3.org/1999/XSL/Transform\""
#define STYLE(inside) "<xsl:stylesheet version=\"1.0\" " XSL ">" inside "</xsl:stylesheet>"
#define TEXT_STYLE(inside)                                                                         \
	STYLE("<xsl:output method=\"text\"/><xsl:template match=\"/\">" inside "</xsl:template>")

#define FAULTS "page.xsl: no XSLT stylesheet, or one with faults: see what xsltproc says of it"

/* libxslt tells of faults through one function for the whole process. */
__attribute__((format(printf, 2, 3))) static void be_silent(void *context, const char *format, ...)
{
	(void)context;
	(void)format;
}

static int silence(void **state)
{
	(void)state;
	xsltSetGenericErrorFunc(NULL, be_silent);
	xmlSetGenericErrorFunc(NULL, be_silent);
	return 0;
}

static struct page_stylesheet *make(const char *text)
{
	CLEANUP(findings_clear) struct findings findings = { 0 };
	struct page_file file = sample_file("page.xsl", text);
	struct page_stylesheet *stylesheet = NULL;
	struct error err = { 0 };

	if (page_stylesheet_make(&file, &stylesheet, &findings, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(findings.count, 0);
	return stylesheet;
}

static xmlDoc *document(const char *text)
{
	CLEANUP(findings_clear) struct findings findings = { 0 };
	struct error err;
	xmlDoc *doc = NULL;

	assert_int_equal(xml_in_parse(text, strlen(text), "d", &doc, &findings, &err), 0);
	return doc;
}

/* Of <a b="&lt;&quot;">x</a>: the text that the stylesheet makes, or in *err why none. */
static char *apply_made(const struct page_stylesheet *stylesheet, struct error *err)
{
	CLEANUP(xmlFreeDocp) xmlDoc *doc = document("<a b=\"&lt;&quot;\">x</a>");
	char *ret = NULL;
	size_t size = 0;

	*err = (struct error){ .code = ERROR_NONE };
	if (page_stylesheet_apply(stylesheet, doc, &ret, &size, err) < 0) {
		assert_null(ret);
		return NULL;
	}
	assert_int_equal(strlen(ret), size);
	assert_int_equal(err->code, ERROR_NONE);
	return ret;
}

static char *apply(const char *text, struct error *err)
{
	CLEANUP(page_stylesheet_freep) struct page_stylesheet *stylesheet = make(text);

	return apply_made(stylesheet, err);
}

static void makes_html_and_text(void **state)
{
	static const struct {
		const char *style, *text;
	} cases[] = {
		{ TEXT_STYLE("<xsl:value-of select=\"a/@b\"/>"), "<\"" },
		{ STYLE("<xsl:output method=\"html\"/><xsl:template match=\"/\">"
			"<p title=\"{a/@b}\"><xsl:value-of select=\"a/@b\"/><br/></p>"
			"</xsl:template>"),
		  "<p title='&lt;\"'>&lt;\"<br></p>\n" },
		/* a page without a word is none that failed */
		{ TEXT_STYLE(""), "" },
		{ "<p xsl:version=\"1.0\" " XSL "><xsl:value-of select=\"a\"/></p>",
		  "<?xml version=\"1.0\"?>\n<p>x</p>\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct error err;
		CLEANUP(freep) char *text = apply(cases[i].style, &err);

		assert_string_equal(err.text, "");
		assert_non_null(text);
		assert_string_equal(text, cases[i].text);
	}
}

static void refuses_what_is_no_stylesheet(void **state)
{
	static const struct {
		const char *style;
		enum error_code code;
		const char *text;
	} cases[] = {
		{ "", ERROR_SYNTAX, "page.xsl:1: not XML: Document is empty" },
		{ "<a>\n</b>", ERROR_SYNTAX,
		  "page.xsl:2: not XML: Opening and ending tag mismatch: a line 1 and b" },
		{ "<!DOCTYPE a><a/>", ERROR_SYNTAX, "page.xsl:1: DOCTYPE: a DTD is not allowed" },
		{ "<a/>", ERROR_INVALID, FAULTS },
		{ STYLE("<xsl:template match=\"[\"/>"), ERROR_INVALID, FAULTS },
		{ STYLE("<xsl:template match=\"/\"><xsl:value-of select=\"(\"/></xsl:template>"),
		  ERROR_INVALID, FAULTS },
		{ STYLE("\n<xsl:include href=\"other.xsl\"/>"), ERROR_INVALID,
		  "page.xsl:2: xsl:include: a stylesheet must be one file" },
		{ STYLE("\n\n<xsl:import href=\"https://x.example/other.xsl\"/>"), ERROR_INVALID,
		  "page.xsl:3: xsl:import: a stylesheet must be one file" },
		{ "<t:transform version=\"1.0\" "
		  "xmlns:t=\"http://www.w3.org/1999/XSL/Transform\"><t:include href=\"x\"/>"
		  "</t:transform>",
		  ERROR_INVALID, "page.xsl:1: xsl:include: a stylesheet must be one file" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(findings_clear) struct findings findings = { 0 };
		struct page_file file = sample_file("page.xsl", cases[i].style);
		struct page_stylesheet *stylesheet = NULL;
		struct error err = { 0 };
		char text[SAMPLE_TEXT_SIZE], wanted[SAMPLE_TEXT_SIZE];

		assert_int_equal(page_stylesheet_make(&file, &stylesheet, &findings, &err), -1);
		assert_null(stylesheet);
		assert_string_equal(err.text, cases[i].text);
		assert_int_equal(err.code, cases[i].code);
		snprintf(wanted, sizeof(wanted), "E %s\n", cases[i].text);
		assert_string_equal(sample_findings(&findings, text), wanted);
	}
}

/* A file with a secret, as a server has many. Its path is in ret. */
static void make_secret(char ret[64])
{
	static const char text[] = "<secret>hush</secret>";
	int fd;

	strcpy(ret, "/tmp/signpost-secret-XXXXXX");
	fd = mkstemp(ret);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, sizeof(text) - 1), sizeof(text) - 1);
	close(fd);
}

/* PATH stands for a file's path. */
static void read_and_write_nothing(const char *pattern, const char *path, const char *written)
{
	CLEANUP(findings_clear) struct findings findings = { 0 };
	CLEANUP(page_stylesheet_freep) struct page_stylesheet *stylesheet = NULL;
	CLEANUP(freep) char *text = NULL;
	const char *at = strstr(pattern, "PATH");
	struct page_file file;
	char style[1024];
	struct error err = { 0 };

	assert_non_null(at);
	snprintf(style, sizeof(style), "%.*s%s%s", (int)(at - pattern), pattern, path, at + 4);
	file = sample_file("page.xsl", style);
	if (page_stylesheet_make(&file, &stylesheet, &findings, &err) == 0)
		text = apply_made(stylesheet, &err);
	if (text)
		assert_null(strstr(text, "hush"));
	assert_null(strstr(err.text, "hush"));
	assert_int_equal(access(written, F_OK), -1);
}

static void reaches_no_file(void **state)
{
	static const char *const reading[] = {
		TEXT_STYLE("[<xsl:value-of select=\"document('PATH')\"/>]"),
		TEXT_STYLE("[<xsl:value-of select=\"document('file://PATH')\"/>]"),
		TEXT_STYLE("[<xsl:copy-of select=\"document('PATH')/*\"/>]"),
		TEXT_STYLE("[<xsl:value-of select=\"document('x/../..PATH', /)\"/>]"),
		STYLE("<xsl:variable name=\"v\" select=\"document('PATH')\"/>"
		      "<xsl:template match=\"/\"><xsl:value-of select=\"$v\"/></xsl:template>"),
		STYLE("<xsl:key name=\"k\" match=\"secret\" use=\"'a'\"/>"
		      "<xsl:template match=\"/\"><xsl:for-each select=\"document('PATH')\">"
		      "<xsl:value-of select=\"key('k', 'a')\"/></xsl:for-each></xsl:template>"),
		STYLE("<xsl:template match=\"/\"><xsl:include href=\"PATH\"/></xsl:template>"),
		"<xsl:stylesheet version=\"1.0\" " XSL
		" xmlns:xi=\"http://www.w3.org/2001/XInclude\">"
		"<xsl:template match=\"/\"><xi:include href=\"PATH\"/></xsl:template>"
		"</xsl:stylesheet>",
	};
	static const char *const writing[] = {
		"<xsl:stylesheet version=\"1.1\" " XSL "><xsl:template match=\"/\">"
		"<xsl:document href=\"PATH\">x</xsl:document></xsl:template></xsl:stylesheet>",
		"<xsl:stylesheet version=\"1.0\" " XSL " xmlns:e=\"http://exslt.org/common\" "
		"extension-element-prefixes=\"e\"><xsl:template match=\"/\">"
		"<e:document href=\"PATH\">x</e:document></xsl:template></xsl:stylesheet>",
		"<xsl:stylesheet version=\"1.0\" " XSL " xmlns:e=\"http://icl.com/saxon\" "
		"extension-element-prefixes=\"e\"><xsl:template match=\"/\">"
		"<e:output href=\"PATH\">x</e:output></xsl:template></xsl:stylesheet>",
		"<xsl:stylesheet version=\"1.0\" " XSL
		" xmlns:e=\"org.apache.xalan.xslt.extensions.Redirect\" "
		"extension-element-prefixes=\"e\"><xsl:template match=\"/\">"
		"<e:write select=\"'PATH'\">x</e:write></xsl:template></xsl:stylesheet>",
		"<xsl:stylesheet version=\"1.0\" " XSL
		" xmlns:e=\"http://www.jclark.com/xt\" extension-element-prefixes=\"e\">"
		"<xsl:template match=\"/\"><e:document href=\"PATH\">x</e:document></xsl:template>"
		"</xsl:stylesheet>",
	};
	char secret[64], written[80];

	(void)state;
	make_secret(secret);
	snprintf(written, sizeof(written), "%s.d/written", secret);
	for (size_t i = 0; i < sizeof(reading) / sizeof(*reading); i++)
		read_and_write_nothing(reading[i], secret, written);
	for (size_t i = 0; i < sizeof(writing) / sizeof(*writing); i++) {
		read_and_write_nothing(writing[i], written, written);
		snprintf(written, sizeof(written), "%s.written", secret);
		read_and_write_nothing(writing[i], written, written);
		snprintf(written, sizeof(written), "%s.d/written", secret);
	}
	unlink(secret);
}

static void ends_with_an_error(void **state)
{
	static const struct {
		const char *style, *text;
	} cases[] = {
		{ TEXT_STYLE("a<xsl:message terminate=\"yes\">enough</xsl:message>"),
		  "the page cannot be made: enough" },
		{ TEXT_STYLE("<xsl:message terminate=\"yes\">one\ntwo</xsl:message>"),
		  "the page cannot be made: one" },
		{ TEXT_STYLE("<xsl:value-of select=\"$none\"/>"),
		  "the page cannot be made: runtime error: element value-of: Variable 'none' has "
		  "not been declared." },
		{ TEXT_STYLE("<xsl:value-of select=\"none()\"/>"),
		  "the page cannot be made: runtime error: element value-of: XPath evaluation "
		  "returned no result." },
		{ TEXT_STYLE("<xsl:call-template name=\"none\"/>"),
		  "the page cannot be made: runtime error: element call-template: The called "
		  "template 'none' was not found." },
		{ STYLE("<xsl:template match=\"/\"><xsl:call-template name=\"again\"/>"
			"</xsl:template><xsl:template name=\"again\">"
			"<xsl:call-template name=\"again\"/></xsl:template>"),
		  "the page cannot be made: runtime error: element call-template: "
		  "xsltApplySequenceConstructor: A potential infinite template recursion was "
		  "detected." },
		{ STYLE("<xsl:template match=\"*|/\"><xsl:apply-templates select=\"/\"/>"
			"</xsl:template>"),
		  "the page cannot be made: runtime error: element apply-templates: "
		  "xsltApplySequenceConstructor: A potential infinite template recursion was "
		  "detected." },
		{ STYLE("<xsl:variable name=\"a\" select=\"$b\"/>"
			"<xsl:variable name=\"b\" select=\"$a\"/><xsl:template match=\"/\"/>"),
		  "the page cannot be made: runtime error: element variable: Recursive definition "
		  "of b" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct error err;

		assert_null(apply(cases[i].style, &err));
		assert_string_equal(err.text, cases[i].text);
		assert_int_equal(err.code, ERROR_INVALID);
	}
}

/* A message that ends nothing is none of the page's. */
static void goes_on_after_a_message(void **state)
{
	struct error err;
	CLEANUP(freep)
	char *text = apply(TEXT_STYLE("a<xsl:message>by the way</xsl:message>b"), &err);

	(void)state;
	assert_non_null(text);
	assert_string_equal(text, "ab");
}

#define THREADS 4
#define ROUNDS 200

static void *apply_often(void *context)
{
	static const char *const texts[] = { "<a>0</a>", "<a>1</a>", "<a>2</a>", "<a>3</a>" };
	const struct page_stylesheet *stylesheet = context;
	static int next;
	int number = __atomic_fetch_add(&next, 1, __ATOMIC_RELAXED) % THREADS;
	intptr_t wrong = 0;

	for (size_t i = 0; i < ROUNDS; i++) {
		CLEANUP(xmlFreeDocp)
		xmlDoc *doc = xmlReadMemory(texts[number], 8, NULL, NULL, XML_PARSE_NONET);
		CLEANUP(freep) char *text = NULL;
		struct error err;
		size_t size;

		wrong += page_stylesheet_apply(stylesheet, doc, &text, &size, &err) < 0 ||
			 size != 2 || text[0] != '0' + number || text[1] != 'k';
	}
	return (void *)wrong;
}

static void is_shared_by_threads(void **state)
{
	CLEANUP(page_stylesheet_freep)
	struct page_stylesheet *stylesheet = make(
		STYLE("<xsl:output method=\"text\"/><xsl:key name=\"k\" match=\"a\" use=\".\"/>"
		      "<xsl:variable name=\"v\" select=\"string(/a)\"/><xsl:template match=\"/\">"
		      "<xsl:value-of select=\"key('k', $v)\"/>k</xsl:template>"));
	pthread_t threads[THREADS];

	(void)state;
	xmlInitParser();
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, apply_often, stylesheet), 0);
	for (size_t i = 0; i < THREADS; i++) {
		void *wrong;

		assert_int_equal(pthread_join(threads[i], &wrong), 0);
		assert_null(wrong);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(makes_html_and_text),
		cmocka_unit_test(refuses_what_is_no_stylesheet),
		cmocka_unit_test(reaches_no_file),
		cmocka_unit_test(ends_with_an_error),
		cmocka_unit_test(goes_on_after_a_message),
		cmocka_unit_test(is_shared_by_threads),
	};

	return cmocka_run_group_tests(tests, silence, NULL);
}
