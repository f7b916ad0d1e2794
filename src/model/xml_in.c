/*
 * The bytes are judged before libxml2 sees them: it would take a Latin-1 document for what it
 * declares to be and complain about the rest in words that help nobody. Then the declared encoding
 * is overruled with UTF-8, which is what the bytes are.
 *
 * A DTD ends the parse where it begins, so that nothing in it is ever read: entities are the way by
 * which XML opens files and grows without end.
 */
#include "model/xml_in.h"

#include "base/text.h"

#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <string.h>

#define DECLARATION_MAX 200 /* bytes looked at for an XML declaration */

#define XML_IN_OPTIONS                                                                             \
	(XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_BIG_LINES |         \
	 XML_PARSE_NOCDATA | XML_PARSE_COMPACT)

/* What the callbacks of libxml2 find. */
struct syntax {
	const char *name;
	struct findings *findings;
	struct error *err;
	bool failed, no_memory;
};

/* One fault of bytes or syntax. The first of them is *err. */
static void fault(struct syntax *syntax, long line, const char *text)
{
	findings_add(syntax->findings, FINDING_ERROR, "%s:%ld: %s", syntax->name, line, text);
	if (!syntax->failed)
		error_set(syntax->err, ERROR_SYNTAX, "%s:%ld: %s", syntax->name, line, text);
	syntax->failed = true;
}

static void check_line(struct syntax *syntax, const char *text, size_t size, long line)
{
	struct error err;

	if (!text_is_utf8(text, size)) {
		fault(syntax, line, "not UTF-8");
		return;
	}
	for (size_t i = 0; i < size; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c >= 0x20 || c == '\t' || c == '\r')
			continue;
		error_set(&err, ERROR_SYNTAX, "control character 0x%02x", c);
		fault(syntax, line, err.text);
		return;
	}
}

static void check_bytes(struct syntax *syntax, const char *xml, size_t size)
{
	for (long line = 1; size; line++) {
		const char *end = memchr(xml, '\n', size);
		size_t length = end ? (size_t)(end - xml) : size;

		check_line(syntax, xml, length, line);
		length += end ? 1 : 0;
		xml += length;
		size -= length;
	}
}

static bool begins(const char *xml, size_t size, const char *bytes, size_t length)
{
	return size >= length && memcmp(xml, bytes, length) == 0;
}

/* Finds the value of encoding="..." in an XML declaration. Returns its size, 0 if there is none. */
static size_t declared_encoding(const char *xml, size_t size, const char **ret)
{
	size_t room = size < DECLARATION_MAX ? size : DECLARATION_MAX;
	const char *end, *p;

	if (!begins(xml, size, "<?xml", 5))
		return 0;
	end = memmem(xml, room, "?>", 2);
	p = end ? memmem(xml, (size_t)(end - xml), "encoding", 8) : NULL;
	if (!p)
		return 0;
	p += 8;
	while (p < end && (*p == ' ' || *p == '\t' || *p == '\r' || *p == '\n' || *p == '='))
		p++;
	if (p == end || (*p != '"' && *p != '\''))
		return 0;
	*ret = p + 1;
	p = memchr(p + 1, *p, (size_t)(end - p - 1));
	return p ? (size_t)(p - *ret) : 0;
}

/* Fails for documents of another encoding, with the one thing that there is to say about them. */
static void check_encoding(struct syntax *syntax, const char *xml, size_t size)
{
	static const char *const good[] = { "UTF-8", "UTF8", "US-ASCII", "ASCII" };
	const char *name = NULL;
	size_t length = declared_encoding(xml, size, &name);
	struct error err;

	if (begins(xml, size, "\xff\xfe", 2) || begins(xml, size, "\xfe\xff", 2) ||
	    begins(xml, size, "<\0", 2) || begins(xml, size, "\0<", 2)) {
		fault(syntax, 1, "UTF-16, to be saved as UTF-8");
		return;
	}
	if (!length)
		return;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		if (text_equals(name, length, good[i]))
			return;
	}
	if (text_is_clean(name, length))
		error_set(&err, ERROR_SYNTAX, "encoding \"%.*s\", to be saved as UTF-8",
			  (int)text_cut(name, length, 32), name);
	else
		error_set(&err, ERROR_SYNTAX, "unknown encoding, to be saved as UTF-8");
	fault(syntax, 1, err.text);
}

/* The first error of libxml2 only: the following ones are mostly about what the first has left. */
static void on_error(void *context, xmlError *error)
{
	const xmlParserCtxt *ctxt = context;
	struct syntax *syntax = ctxt->_private;
	const char *text = error->message ? error->message : "";
	size_t size = strlen(text);
	struct error err;

	if (error->level == XML_ERR_WARNING)
		return;
	if (error->code == XML_ERR_NO_MEMORY)
		syntax->no_memory = true;
	if (syntax->failed)
		return;
	text_trim(&text, &size);
	if (!text_is_clean(text, size) || size == 0)
		size = 0;
	error_set(&err, ERROR_SYNTAX, "not XML%s%.*s", size ? ": " : "", (int)size, text);
	fault(syntax, error->line, err.text);
}

static void on_dtd(void *context, const xmlChar *name, const xmlChar *external,
		   const xmlChar *system)
{
	xmlParserCtxt *ctxt = context;

	(void)name;
	(void)external;
	(void)system;
	fault(ctxt->_private, ctxt->input ? ctxt->input->line : 1, "DOCTYPE: a DTD is not allowed");
	xmlStopParser(ctxt);
}

DEFINE_CLEANUP(xmlParserCtxt *, xmlFreeParserCtxt)

/* What has not been handed to the parser yet. */
struct source {
	const char *at;
	size_t left;
};

static int read_source(void *context, char *ret, int size)
{
	struct source *source = context;
	size_t count = source->left < (size_t)size ? source->left : (size_t)size;

	memcpy(ret, source->at, count);
	source->at += count;
	source->left -= count;
	return (int)count;
}

/* Not from memory at once: 2.9.14 crashes if it cannot allocate its copy of the document. */
static int parse(struct syntax *syntax, const char *xml, size_t size, xmlDoc **ret)
{
	struct source source = { .at = xml, .left = size };
	CLEANUP(xmlFreeParserCtxtp) xmlParserCtxt *ctxt = xmlNewParserCtxt();
	CLEANUP(xmlFreeDocp) xmlDoc *doc = NULL;

	if (!ctxt)
		return error_no_memory(syntax->err);
	ctxt->_private = syntax;
	ctxt->sax->serror = on_error;
	ctxt->sax->internalSubset = on_dtd;
	doc = xmlCtxtReadIO(ctxt, read_source, NULL, &source, NULL, "UTF-8", XML_IN_OPTIONS);
	/* every fault has been told by on_error(), only a lack of memory not always */
	if (syntax->no_memory || (!syntax->failed && !doc))
		return error_no_memory(syntax->err);
	if (syntax->failed)
		return -1;
	*ret = doc;
	doc = NULL;
	return 0;
}

int xml_in_parse(const char *xml, size_t size, const char *name, xmlDoc **ret,
		 struct findings *findings, struct error *err)
{
	struct syntax syntax = { .name = name, .findings = findings, .err = err };

	if (size > XML_IN_MAX) {
		findings_add(findings, FINDING_ERROR, "%s: more than %d KiB", name,
			     XML_IN_MAX / 1024);
		return error_set(err, ERROR_TOO_LARGE, "%s: more than %d KiB", name,
				 XML_IN_MAX / 1024);
	}
	if (begins(xml, size, "\xef\xbb\xbf", 3)) {
		findings_add(findings, FINDING_WARNING, "%s:1: begins with a byte order mark",
			     name);
		xml += 3;
		size -= 3;
	}
	check_encoding(&syntax, xml, size);
	if (!syntax.failed)
		check_bytes(&syntax, xml, size);
	return syntax.failed ? -1 : parse(&syntax, xml, size, ret);
}
