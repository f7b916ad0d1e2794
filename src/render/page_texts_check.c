#include "render/page_texts_check.h"

#include "base/bytes.h"

#include <string.h>

#define NAME_SHOWN_MAX 40 /* bytes of a name in a finding */

static bool is_named(const xmlNode *node)
{
	return strcmp((const char *)node->name, "v") == 0 ||
	       strcmp((const char *)node->name, "l") == 0;
}

/* The name of <v> or <l>, "" for none. */
static const char *name_of(const xmlNode *node)
{
	const xmlAttr *name = xmlHasProp(node, BAD_CAST "name");

	return name && name->children ? (const char *)name->children->content : "";
}

/* Whether parent has an element like that, at any depth. */
static bool has(const xmlNode *parent, const xmlNode *wanted)
{
	for (const xmlNode *node = parent->children; node; node = node->next) {
		if (node->type != XML_ELEMENT_NODE)
			continue;
		if (xmlStrEqual(node->name, wanted->name) &&
		    strcmp(name_of(node), name_of(wanted)) == 0)
			return true;
		if (has(node, wanted))
			return true;
	}
	return false;
}

/* The names of the same kind that English has, each in front of a blank. */
static void append_names(struct bytes *bytes, const xmlNode *parent, const xmlChar *kind)
{
	for (const xmlNode *node = parent->children; node; node = node->next) {
		if (node->type != XML_ELEMENT_NODE)
			continue;
		if (xmlStrEqual(node->name, kind))
			bytes_append_format(bytes, " %.*s", NAME_SHOWN_MAX, name_of(node));
		append_names(bytes, node, kind);
	}
}

static void complain(const xmlNode *node, const xmlNode *english, const char *path,
		     struct findings *findings)
{
	CLEANUP(bytes_clear) struct bytes names = { 0 };

	append_names(&names, english, node->name);
	findings_add(findings, FINDING_WARNING,
		     "%s:%ld: <%s name=\"%.*s\"/>: nothing is put in for it here; the English text "
		     "has%s",
		     path, xmlGetLineNo(node), (const char *)node->name, NAME_SHOWN_MAX,
		     name_of(node), names.data ? names.data : " none");
}

static void check_node(const xmlNode *parent, const xmlNode *english, const char *path,
		       struct findings *findings)
{
	for (const xmlNode *node = parent->children; node; node = node->next) {
		if (node->type != XML_ELEMENT_NODE)
			continue;
		if (is_named(node) && !has(english, node))
			complain(node, english, path, findings);
		else if (!is_named(node) && strcmp((const char *)node->name, "b") != 0)
			findings_add(findings, FINDING_WARNING,
				     "%s:%ld: <%.*s>: a text holds <v>, <l> and <b> alone", path,
				     xmlGetLineNo(node), NAME_SHOWN_MAX, (const char *)node->name);
		check_node(node, english, path, findings);
	}
}

void page_texts_check(const xmlNode *text, const xmlNode *english, const char *path,
		      struct findings *findings)
{
	check_node(text, english, path, findings);
}
