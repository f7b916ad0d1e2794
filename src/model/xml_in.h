/* From the bytes of an XML file to a tree, with the faults of the bytes and the syntax. */
#ifndef MODEL_XML_IN_H
#define MODEL_XML_IN_H

#include "base/cleanup.h"
#include "base/error.h"
#include "base/findings.h"

#include <libxml/tree.h>

#define XML_IN_MAX (256 * 1024) /* bytes of a file */

/*
 * Parses size bytes of UTF-8, called name in texts, without opening anything. Returns 0 and sets
 * *ret, which has a root and no DTD; the caller frees it with xmlFreeDoc(). Or returns -1 with *err
 * set to the first of the errors added to findings.
 */
int xml_in_parse(const char *xml, size_t size, const char *name, xmlDoc **ret,
		 struct findings *findings, struct error *err);

DEFINE_CLEANUP(xmlDoc *, xmlFreeDoc)

#endif
