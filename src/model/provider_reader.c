/*
 * Elements are compared by their local name. ISPDB files have no namespace, some authors declare a
 * default one: unprefixed elements are of the vocabulary in either case, and prefixed ones if they
 * are in the namespace of clientConfig itself. Everything else is foreign and passed over.
 *
 * libxml2 resolves what a document without a DTD can hold (character references, the five
 * predefined entities), so that a value is the text and CDATA below an element; comments are left
 * out of it, which matters, because several mail programs stumble over a comment in a value that is
 * handed on.
 */
#include "model/provider_reader.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "model/email_provider.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHOWN_MAX 64 /* bytes of a value in a finding */

static void xml_free(xmlChar *text)
{
	xmlFree(text);
}
DEFINE_CLEANUP(xmlChar *, xml_free)

int provider_shown(const char *text)
{
	return (int)text_cut(text, strlen(text), SHOWN_MAX);
}

const char *provider_element_name(const xmlNode *node)
{
	return (const char *)node->name;
}

void provider_add(struct provider_reader *reader, enum finding_severity severity, long line,
		  const char *element, const char *format, ...)
{
	struct error err;
	va_list args;

	va_start(args, format);
	vsnprintf(err.text, sizeof(err.text), format, args);
	va_end(args);
	err.code = ERROR_INVALID;
	error_prefix(&err, "%s:%ld: %.*s", reader->name, line, PROVIDER_SHOWN(element));
	findings_add(reader->findings, severity, "%s", err.text);
	if (severity != FINDING_ERROR || reader->failed)
		return;
	reader->failed = true;
	*reader->err = err;
}

void provider_no_memory(struct provider_reader *reader)
{
	reader->failed = true;
	error_no_memory(reader->err);
}

bool provider_is_own(const xmlNs *ns)
{
	return ns && ns->href && strcmp((const char *)ns->href, EMAIL_PROVIDER_NAMESPACE) == 0;
}

bool provider_is_vocabulary(const struct provider_reader *reader, const xmlNode *node)
{
	if (node->type != XML_ELEMENT_NODE || provider_is_own(node->ns))
		return false;
	return !node->ns || !node->ns->prefix || xmlStrEqual(node->ns->href, reader->space);
}

static const struct provider_element *find(const struct provider_element *table, size_t count,
					   const xmlNode *node, bool own)
{
	for (size_t i = 0; i < count; i++) {
		if (table[i].own == own && strcmp(table[i].name, (const char *)node->name) == 0)
			return &table[i];
	}
	return NULL;
}

void provider_walk(struct provider_reader *reader, xmlNode *parent,
		   const struct provider_element *table, size_t count, void *context)
{
	for (xmlNode *node = parent->children; node; node = node->next) {
		const struct provider_element *element;
		bool own;

		if (node->type != XML_ELEMENT_NODE)
			continue;
		own = provider_is_own(node->ns);
		if (!own && !provider_is_vocabulary(reader, node)) {
			provider_warn(reader, node, provider_element_name(node),
				      "of another namespace, passed over");
			continue;
		}
		element = find(table, count, node, own);
		if (element && element->read)
			element->read(reader, node, context);
		else if (!element && !own)
			provider_warn(reader, node, provider_element_name(node),
				      "unknown in %.*s, passed over",
				      PROVIDER_SHOWN(provider_element_name(parent)));
	}
}

/* What there is in our namespace: where it stands, and its attributes. */
static const struct own_element {
	const char *name, *parent;
	bool parent_own;
	const char *attributes[2];
} own_elements[] = {
	{ "autodiscover", "emailProvider", false, { NULL } },
	{ "mtaSts", "emailProvider", false, { "mode", "maxAge" } },
	{ "mx", "mtaSts", true, { NULL } },
};

static const struct own_element *find_own(const xmlNode *node)
{
	for (size_t i = 0; i < sizeof(own_elements) / sizeof(*own_elements); i++) {
		if (strcmp(own_elements[i].name, provider_element_name(node)) == 0)
			return &own_elements[i];
	}
	return NULL;
}

static bool stands_right(const struct provider_reader *reader, const struct own_element *element,
			 const xmlNode *parent)
{
	return (element->parent_own ? provider_is_own(parent->ns)
				    : provider_is_vocabulary(reader, parent)) &&
	       strcmp(provider_element_name(parent), element->parent) == 0;
}

static bool has_attribute(const struct own_element *element, const xmlAttr *attribute)
{
	for (size_t i = 0; i < sizeof(element->attributes) / sizeof(*element->attributes); i++) {
		if (element->attributes[i] && !attribute->ns &&
		    strcmp(element->attributes[i], (const char *)attribute->name) == 0)
			return true;
	}
	return false;
}

static void check_own_element(struct provider_reader *reader, const xmlNode *node)
{
	const struct own_element *element = find_own(node);
	char shown[SHOWN_MAX + 4];

	snprintf(shown, sizeof(shown), "sp:%.*s", PROVIDER_SHOWN(provider_element_name(node)));
	if (!element)
		provider_fail(reader, node, shown, "no element of %s", EMAIL_PROVIDER_NAMESPACE);
	else if (!stands_right(reader, element, node->parent))
		provider_fail(reader, node, shown, "belongs into %s%s, not into %.*s",
			      element->parent_own ? "sp:" : "", element->parent,
			      PROVIDER_SHOWN(provider_element_name(node->parent)));
	for (const xmlAttr *attribute = node->properties; attribute; attribute = attribute->next) {
		if (!element || !has_attribute(element, attribute))
			provider_fail(reader, node, shown, "has no attribute %.*s",
				      PROVIDER_SHOWN((const char *)attribute->name));
	}
}

static void check_attributes(struct provider_reader *reader, const xmlNode *node)
{
	for (const xmlAttr *attribute = node->properties; attribute; attribute = attribute->next) {
		if (provider_is_own(attribute->ns))
			provider_fail(reader, node, provider_element_name(node),
				      "%s has no attribute %.*s", EMAIL_PROVIDER_NAMESPACE,
				      PROVIDER_SHOWN((const char *)attribute->name));
	}
}

/* The next node after this one and all that is in it. */
static xmlNode *next_after(xmlNode *node, const xmlNode *root)
{
	while (node != root && !node->next)
		node = node->parent;
	return node == root ? NULL : node->next;
}

void provider_check_own(struct provider_reader *reader, xmlNode *root)
{
	xmlNode *node = root;

	while (node) {
		if (node->type == XML_ELEMENT_NODE && provider_is_own(node->ns))
			check_own_element(reader, node);
		else if (node->type == XML_ELEMENT_NODE)
			check_attributes(reader, node);
		node = node->type == XML_ELEMENT_NODE && node->children ? node->children
									: next_after(node, root);
	}
}

static char *copy(struct provider_reader *reader, const char *text, size_t size)
{
	char *ret = strndup(text, size);

	if (!ret)
		provider_no_memory(reader);
	return ret;
}

/*
 * A copy of a value that belongs to node, if it is good. attribute is its name, or NULL if it is
 * the text of the element.
 */
static char *copy_clean(struct provider_reader *reader, const xmlNode *node, const char *attribute,
			const char *text)
{
	size_t size = strlen(text);

	text_trim(&text, &size);
	if (size == 0) {
		if (!attribute)
			provider_warn(reader, node, provider_element_name(node), "empty");
		return NULL;
	}
	if (!text_is_clean(text, size)) {
		provider_fail(reader, node, provider_element_name(node),
			      "%s has a line break or another control character",
			      attribute ? attribute : "value");
		return NULL;
	}
	return copy(reader, text, size);
}

static xmlChar *content(struct provider_reader *reader, const xmlNode *node)
{
	xmlChar *text = xmlNodeGetContent(node);

	if (!text) /* an empty one is "" */
		provider_no_memory(reader);
	return text;
}

char *provider_value(struct provider_reader *reader, xmlNode *node)
{
	CLEANUP(xml_freep) xmlChar *text = content(reader, node);

	if (!text)
		return NULL;
	if (xmlFirstElementChild(node))
		provider_warn(reader, node, provider_element_name(node),
			      "has elements in its value; their text is taken as a part of it");
	return copy_clean(reader, node, NULL, (const char *)text);
}

/* Makes one blank of each run of blanks, tabs and line breaks. */
static void collapse(char *text)
{
	char *out = text;

	for (const char *in = text; *in; in++) {
		bool blank = *in == ' ' || *in == '\t' || *in == '\r' || *in == '\n';

		if (!blank)
			*out++ = *in;
		else if (out > text && out[-1] != ' ')
			*out++ = ' ';
	}
	*out = '\0';
}

char *provider_display_text(struct provider_reader *reader, xmlNode *node)
{
	CLEANUP(xml_freep) xmlChar *text = content(reader, node);

	if (!text)
		return NULL;
	collapse((char *)text);
	return copy_clean(reader, node, NULL, (const char *)text);
}

char *provider_attribute(struct provider_reader *reader, xmlNode *node, const char *name)
{
	CLEANUP(xml_freep) xmlChar *text = NULL;

	if (!xmlHasNsProp(node, (const xmlChar *)name, NULL))
		return NULL;
	text = xmlGetNoNsProp(node, (const xmlChar *)name);
	if (!text) {
		provider_no_memory(reader);
		return NULL;
	}
	return copy_clean(reader, node, name, (const char *)text);
}

bool provider_is_https(const char *text)
{
	return text_begins(text, "https://");
}

bool provider_is_url(const char *text, bool ascii)
{
	const char *host = strstr(text, "://");

	if (!provider_is_https(text) && !text_begins(text, "http://"))
		return false;
	host += strlen("://");
	if (strcspn(host, "/?#:") == 0)
		return false;
	/* RFC 3986 has more that is not allowed; these are what breaks markup and header lines */
	for (const char *p = text; *p; p++) {
		if (*p == ' ' || strchr("\"<>\\", *p) || (ascii && (unsigned char)*p >= 0x80))
			return false;
	}
	return true;
}

void *provider_grow(struct provider_reader *reader, void *list, size_t count, size_t size)
{
	char *items = reallocarray(list, count + 1, size);

	if (items)
		memset(items + count * size, 0, size);
	else
		provider_no_memory(reader);
	return items;
}
