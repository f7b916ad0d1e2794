/*
 * A compiled stylesheet is shared by transformations, each of which has a context of its own. What
 * libxml2 2.9.14 and libxslt 1.1.35 look up once and note in it, a function and a template that is
 * called, is one word each and the same for whoever is first. All that XSLT could reach outside
 * (document(), xsl:document) is forbidden there.
 */
#include "render/page_stylesheet.h"

#include "base/text.h"
#include "model/xml_in.h"

#include <libxslt/security.h>
#include <libxslt/transform.h>
#include <libxslt/xsltInternals.h>
#include <libxslt/xsltutils.h>
#include <stdio.h>
#include <string.h>

struct page_stylesheet {
	xsltStylesheet *style;
	xsltSecurityPrefs *security;
};

static bool reaches_out(const xmlNode *node)
{
	return node->type == XML_ELEMENT_NODE && node->ns &&
	       xmlStrEqual(node->ns->href, XSLT_NAMESPACE) &&
	       (xmlStrEqual(node->name, BAD_CAST "include") ||
		xmlStrEqual(node->name, BAD_CAST "import"));
}

static int check_alone(const struct page_file *file, const xmlDoc *doc, struct error *err)
{
	for (const xmlNode *node = xmlDocGetRootElement(doc)->children; node; node = node->next) {
		if (reaches_out(node))
			return error_set(err, ERROR_INVALID,
					 "%s:%ld: xsl:%s: a stylesheet must be one file",
					 file->path, xmlGetLineNo(node), (const char *)node->name);
	}
	return 0;
}

static int compile(const struct page_file *file, const xmlDoc *doc, xsltStylesheet **ret,
		   struct error *err)
{
	xmlDoc *copy =
		xmlCopyDoc((xmlDoc *)doc, 1); /* changed by libxslt, owned by the stylesheet */

	if (!copy)
		return error_no_memory(err);
	*ret = xsltParseStylesheetDoc(copy);
	if (!*ret)
		xmlFreeDoc(copy);
	if (!*ret || (*ret)->errors)
		return error_set(err, ERROR_INVALID,
				 "%s: no XSLT stylesheet, or one with faults: see what xsltproc "
				 "says of it",
				 file->path);
	return 0;
}

static int forbid_all(struct page_stylesheet *stylesheet, struct error *err)
{
	static const xsltSecurityOption options[] = {
		XSLT_SECPREF_READ_FILE,	       XSLT_SECPREF_WRITE_FILE,
		XSLT_SECPREF_CREATE_DIRECTORY, XSLT_SECPREF_READ_NETWORK,
		XSLT_SECPREF_WRITE_NETWORK,
	};

	stylesheet->security = xsltNewSecurityPrefs();
	if (!stylesheet->security)
		return error_no_memory(err);
	for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++)
		xsltSetSecurityPrefs(stylesheet->security, options[i], xsltSecurityForbid);
	return 0;
}

int page_stylesheet_make(const struct page_file *file, struct page_stylesheet **ret,
			 struct findings *findings, struct error *err)
{
	CLEANUP(page_stylesheet_freep)
	struct page_stylesheet *stylesheet = calloc(1, sizeof(*stylesheet));
	CLEANUP(xmlFreeDocp) xmlDoc *doc = NULL;

	if (!stylesheet)
		return error_no_memory(err);
	if (xml_in_parse(file->bytes, file->size, file->path, &doc, findings, err) < 0)
		return -1;
	if (check_alone(file, doc, err) < 0 || compile(file, doc, &stylesheet->style, err) < 0 ||
	    forbid_all(stylesheet, err) < 0) {
		findings_add(findings, FINDING_ERROR, "%s", err->text);
		return -1;
	}
	*ret = stylesheet;
	stylesheet = NULL;
	return 0;
}

/* What libxslt says, which it does in pieces and lines. */
__attribute__((format(printf, 2, 3))) static void note_error(void *context, const char *format, ...)
{
	struct error *err = context;
	size_t length = strlen(err->text);
	va_list args;

	va_start(args, format);
	vsnprintf(err->text + length, sizeof(err->text) - length, format, args);
	va_end(args);
}

/* The first message in one line: a "runtime error" says there where, and in the next line what. */
static int fail(const char *messages, struct error *err)
{
	size_t first = strcspn(messages, "\n");
	const char *second = messages[first] ? messages + first + 1 : "";
	size_t length = text_begins(messages, "runtime error") ? strcspn(second, "\n") : 0;

	if (!text_is_clean(messages, first) || !text_is_clean(second, length))
		first = length = 0;
	return error_set(err, ERROR_INVALID, "the page cannot be made: %.*s%s%.*s", (int)first,
			 messages, length ? ": " : "", (int)length, second);
}

/* What XPath would write to standard error; libxslt says the same in its own words. */
static void pass_over(void *context, xmlError *error)
{
	(void)context;
	(void)error;
}

DEFINE_CLEANUP(xsltTransformContext *, xsltFreeTransformContext)

static int transform(const struct page_stylesheet *stylesheet, xmlDoc *doc, struct error *messages,
		     xmlDoc **ret)
{
	CLEANUP(xsltFreeTransformContextp)
	xsltTransformContext *context = xsltNewTransformContext(stylesheet->style, doc);

	if (!context || xsltSetCtxtSecurityPrefs(stylesheet->security, context) < 0)
		return -1;
	xsltSetTransformErrorFunc(context, messages, note_error);
	context->xpathCtxt->error = pass_over;
	*ret = xsltApplyStylesheetUser(stylesheet->style, doc, NULL, NULL, NULL, context);
	return *ret && context->state == XSLT_STATE_OK ? 0 : -1;
}

int page_stylesheet_apply(const struct page_stylesheet *stylesheet, xmlDoc *doc, char **ret,
			  size_t *ret_size, struct error *err)
{
	CLEANUP(xmlFreeDocp) xmlDoc *result = NULL;
	struct error messages = { .code = ERROR_NONE };
	xmlChar *text = NULL;
	int size = 0;

	if (transform(stylesheet, doc, &messages, &result) < 0)
		return fail(messages.text, err);
	if (xsltSaveResultToString(&text, &size, result, stylesheet->style) < 0)
		return error_no_memory(err);
	*ret = text ? (char *)text : strdup(""); /* a result without a node is no text at all */
	*ret_size = (size_t)size;
	return *ret ? 0 : error_no_memory(err);
}

void page_stylesheet_free(struct page_stylesheet *stylesheet)
{
	if (!stylesheet)
		return;
	xsltFreeStylesheet(stylesheet->style);
	xsltFreeSecurityPrefs(stylesheet->security);
	free(stylesheet);
}
