/*
 * libxml2's push parser with SAX callbacks: no tree is built, no entity or DTD ever gets as far as
 * meaning something, and 350 bytes of request cost a third less than by any of its other ways. The
 * callbacks are SAX1's, without namespaces: prefixes are to be ignored here, and SAX2 spends an
 * eighth of the work on them.
 *
 * The parser sees UTF-8 alone, and does not follow the encoding that is declared: else a stranger
 * chooses which of iconv's modules is loaded from disk. It helps, too: .NET programs declare utf-16
 * in front of what they then send as UTF-8.
 *
 * Thunderbird does not escape the address. "r&d@example.com" makes its request no XML, and it is
 * refused as such: what libxml2 would recover is "r@example.com", another person's address, and
 * Thunderbird has its answer from autoconfig.
 */
#include "http/autodiscover_request.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "http/utf16.h"

#include <libxml/parser.h>
#include <string.h>

#define VALUE_MAX 1024 /* bytes; the longest that means something is an address */

enum element { ELEMENT_OTHER, ELEMENT_ADDRESS, ELEMENT_SCHEMA };

struct reading {
	struct autodiscover_request *request;
	xmlParserCtxt *ctxt;
	unsigned int depth;   /* of open elements */
	bool in_autodiscover; /* the root is Autodiscover */
	bool in_request;      /* depth 2 is its Request */
	bool has_request;
	bool has_address;
	const char *refusal;  /* why the parser was stopped, or NULL */
	enum element element; /* at depth 3 */
	size_t length;	      /* of value */
	char value[VALUE_MAX];
	struct error address_error; /* of the last address that could not be read */
};

#define SCHEMA_OUTLOOK "schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"
#define SCHEMA_MOBILESYNC                                                                          \
	"schemas.microsoft.com/exchange/autodiscover/mobilesync/responseschema/2006"

DEFINE_CLEANUP(xmlParserCtxt *, xmlFreeParserCtxt)

static void refuse(struct reading *reading, const char *reason)
{
	reading->refusal = reason;
	xmlStopParser(reading->ctxt);
}

/* In any letter case; as the specification writes it, most often. */
static bool is_word(const char *text, size_t size, const char *word)
{
	return size == strlen(word) &&
	       (memcmp(text, word, size) == 0 || text_equals(text, size, word));
}

static bool is_named(const xmlChar *name, const char *word)
{
	const char *colon = strchr((const char *)name, ':');
	const char *local = colon ? colon + 1 : (const char *)name;

	return is_word(local, strlen(local), word);
}

static void on_start(void *data, const xmlChar *name, const xmlChar **attributes)
{
	struct reading *reading = data;

	(void)attributes;
	switch (++reading->depth) {
	case 1:
		reading->in_autodiscover = is_named(name, "Autodiscover");
		break;
	case 2:
		reading->in_request = reading->in_autodiscover && is_named(name, "Request");
		reading->has_request = reading->has_request || reading->in_request;
		break;
	case 3:
		reading->length = 0;
		reading->element = ELEMENT_OTHER;
		if (reading->in_request && is_named(name, "EMailAddress"))
			reading->element = ELEMENT_ADDRESS;
		else if (reading->in_request && is_named(name, "AcceptableResponseSchema"))
			reading->element = ELEMENT_SCHEMA;
		break;
	default:
		if (reading->depth > AUTODISCOVER_REQUEST_DEPTH_MAX)
			refuse(reading, "elements are nested too deeply");
	}
}

static void on_text(void *data, const xmlChar *text, int size)
{
	struct reading *reading = data;

	if (reading->depth != 3 || reading->element == ELEMENT_OTHER || size < 0)
		return;
	if ((size_t)size > sizeof(reading->value) - reading->length) {
		reading->element = ELEMENT_OTHER; /* cannot be a value that means something */
		return;
	}
	memcpy(reading->value + reading->length, text, (size_t)size);
	reading->length += (size_t)size;
}

static void read_address(struct reading *reading, const char *text, size_t size)
{
	if (!reading->has_address)
		reading->has_address = email_address_parse(text, size, &reading->request->address,
							   &reading->address_error) == 0;
}

static void read_schema(struct reading *reading, const char *text, size_t size)
{
	/* Microsoft's own pages print the names with https, where no program could mean another */
	if (is_word(text, size, "http://" SCHEMA_OUTLOOK) ||
	    is_word(text, size, "https://" SCHEMA_OUTLOOK))
		reading->request->accepts_outlook = true;
	else if (is_word(text, size, "http://" SCHEMA_MOBILESYNC) ||
		 is_word(text, size, "https://" SCHEMA_MOBILESYNC))
		reading->request->accepts_mobilesync = true;
}

static void on_end(void *data, const xmlChar *name)
{
	struct reading *reading = data;

	(void)name;
	if (reading->depth-- == 3 && reading->element != ELEMENT_OTHER) {
		const char *text = reading->value;
		size_t size = reading->length;

		text_trim(&text, &size);
		if (reading->element == ELEMENT_ADDRESS)
			read_address(reading, text, size);
		else
			read_schema(reading, text, size);
		reading->element = ELEMENT_OTHER;
	}
}

static void on_doctype(void *data, const xmlChar *name, const xmlChar *public_id,
		       const xmlChar *system_id)
{
	(void)name, (void)public_id, (void)system_id;
	refuse(data, "a DTD");
}

/* No error handler is set: libxml2 keeps silent, and one sentence of our own is enough. */
static const xmlSAXHandler handlers = {
	.initialized = 1, /* SAX1 */
	.internalSubset = on_doctype,
	.startElement = on_start,
	.endElement = on_end,
	.characters = on_text,
	.ignorableWhitespace = on_text, /* the same: else libxml2 ponders which of them it is */
};

/* Steps over a BOM and blanks, which programs put in front and XML does not allow there. */
static void skip_to_markup(const char **xml, size_t *size)
{
	static const char bom[] = "\xef\xbb\xbf";
	size_t before;

	do {
		before = *size;
		if (*size > 3 && memcmp(*xml, bom, 3) == 0) {
			*xml += 3;
			*size -= 3;
		}
		while (*size && strchr(" \t\r\n", **xml) && **xml) {
			*xml += 1;
			*size -= 1;
		}
	} while (*size != before);
}

static int read_document(struct reading *reading, const char *xml, size_t size, struct error *err)
{
	CLEANUP(xmlFreeParserCtxtp) xmlParserCtxt *ctxt = NULL;
	xmlSAXHandler sax = handlers;

	ctxt = xmlCreatePushParserCtxt(&sax, reading, NULL, 0, NULL);
	if (!ctxt)
		return error_no_memory(err);
	reading->ctxt = ctxt;
	/* never XML_PARSE_NOENT or XML_PARSE_DTDLOAD: they open files */
	xmlCtxtUseOptions(ctxt, XML_PARSE_NONET | XML_PARSE_IGNORE_ENC);
	xmlParseChunk(ctxt, xml, (int)size, 1);
	if (ctxt->errNo == XML_ERR_NO_MEMORY)
		return error_no_memory(err);
	if (reading->refusal)
		return error_set(err, ERROR_SYNTAX, "autodiscover request: %s", reading->refusal);
	if (!ctxt->wellFormed)
		return error_set(err, ERROR_SYNTAX, "autodiscover request: not XML");
	return 0;
}

/* Reads UTF-8. What does not begin like markup is not shown to the parser: it guesses encodings. */
static int read_request(const char *xml, size_t size, struct autodiscover_request *ret,
			struct error *err)
{
	struct reading reading;

	skip_to_markup(&xml, &size);
	if (size < 2 || xml[0] != '<' || xml[1] == '\0')
		return error_set(err, ERROR_SYNTAX, "autodiscover request: not XML");
	ret->accepts_outlook = false;
	ret->accepts_mobilesync = false;
	reading.request = ret;
	reading.depth = 0;
	reading.in_autodiscover = reading.in_request = false;
	reading.has_request = reading.has_address = false;
	reading.element = ELEMENT_OTHER;
	reading.refusal = NULL;
	reading.length = 0;
	reading.address_error.code = ERROR_NONE;
	if (read_document(&reading, xml, size, err) < 0)
		return -1;
	if (!reading.has_request)
		return error_set(err, ERROR_SYNTAX,
				 "autodiscover request: no Request element in Autodiscover");
	if (reading.has_address)
		return 0;
	if (reading.address_error.code == ERROR_NONE)
		return error_set(err, ERROR_INVALID, "autodiscover request: no EMailAddress");
	*err = reading.address_error;
	return error_prefix(err, "autodiscover request: EMailAddress");
}

int autodiscover_request_parse(const char *xml, size_t size, struct autodiscover_request *ret,
			       struct error *err)
{
	CLEANUP(freep) char *utf8 = NULL;

	if (size > AUTODISCOVER_REQUEST_MAX)
		return error_set(err, ERROR_TOO_LARGE, "autodiscover request: over %d bytes",
				 AUTODISCOVER_REQUEST_MAX);
	if (!utf16_has_mark(xml, size))
		return read_request(xml, size, ret, err);
	if (utf16_decode(xml, size, &utf8, &size, err) < 0)
		return error_prefix(err, "autodiscover request");
	return read_request(utf8, size, ret, err);
}
