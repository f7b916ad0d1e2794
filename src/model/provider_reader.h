/*
 * How the values of a clientConfig tree are read: shared by the files that make a struct
 * email_provider of one. A value that is wrong becomes a finding and reading goes on; whether
 * anything failed is asked once, at the end.
 */
#ifndef MODEL_PROVIDER_READER_H
#define MODEL_PROVIDER_READER_H

#include "base/error.h"
#include "base/findings.h"

#include <libxml/tree.h>
#include <stdbool.h>

struct email_provider;

/* All pointers are the caller's. */
struct provider_reader {
	const char *name;     /* of the document, in findings */
	const xmlChar *space; /* the namespace of clientConfig, or NULL */
	struct findings *findings;
	struct error *err;		 /* gets the first error */
	struct email_provider *provider; /* gets what is read */
	bool failed;			 /* whether there was one */
};

/* A child element that is known: what reads it, or NULL if nothing is made of it. */
struct provider_element {
	const char *name;
	bool own; /* in EMAIL_PROVIDER_NAMESPACE */
	void (*read)(struct provider_reader *reader, xmlNode *node, void *context);
};

/* For "%.*s": the beginning of a text in a finding. */
#define PROVIDER_SHOWN(text) provider_shown(text), (text)
int provider_shown(const char *text);

/*
 * Adds a finding, "name:line: ELEMENT: ...". The first error is kept in reader->err as
 * ERROR_INVALID. provider_warn() and provider_fail() take the line of a node.
 */
void provider_add(struct provider_reader *reader, enum finding_severity severity, long line,
		  const char *element, const char *format, ...)
	__attribute__((format(printf, 5, 6)));

#define provider_warn(reader, node, ...)                                                           \
	provider_add(reader, FINDING_WARNING, xmlGetLineNo(node), __VA_ARGS__)
#define provider_fail(reader, node, ...)                                                           \
	provider_add(reader, FINDING_ERROR, xmlGetLineNo(node), __VA_ARGS__)

/* Remembers that memory has run out. */
void provider_no_memory(struct provider_reader *reader);

/* The name of an element, for findings. */
const char *provider_element_name(const xmlNode *node);

/* Whether an element or attribute is in EMAIL_PROVIDER_NAMESPACE. */
bool provider_is_own(const xmlNs *ns);

/* Whether an element is of the vocabulary of clientConfig and not of a foreign one. */
bool provider_is_vocabulary(const struct provider_reader *reader, const xmlNode *node);

/*
 * Calls read(reader, child, context) for each child element that is in the table, in the document's
 * order. Other elements get a warning, but for our own, which provider_check_own() judges.
 */
void provider_walk(struct provider_reader *reader, xmlNode *parent,
		   const struct provider_element *table, size_t count, void *context);

/* Fails for whatever is in our own namespace anywhere below root and is not defined there. */
void provider_check_own(struct provider_reader *reader, xmlNode *root);

/*
 * The trimmed text of an element, without comments. The caller frees it. NULL, after a finding: it
 * has control characters or line breaks (an error), it is empty (a warning), there is no memory.
 */
char *provider_value(struct provider_reader *reader, xmlNode *node);

/* As provider_value() for a text that people read: any run of blanks and line breaks becomes one
 * blank. */
char *provider_display_text(struct provider_reader *reader, xmlNode *node);

/* The trimmed value of an attribute without a namespace, or NULL: as provider_value(), or absent.
 */
char *provider_attribute(struct provider_reader *reader, xmlNode *node, const char *name);

/* Whether text is an http or https URL with a host and without blanks; of ASCII alone if so wanted.
 */
bool provider_is_url(const char *text, bool ascii);

/* Whether text begins with https://, in any case. */
bool provider_is_https(const char *text);

/*
 * Makes room for one more item of size bytes, all zero, behind count of them. Returns where the
 * list is now, or NULL: then it is where it was.
 */
void *provider_grow(struct provider_reader *reader, void *list, size_t count, size_t size);

#endif
