/*
 * An answer made ahead: literal bytes with holes. It is rendered once per provider; a request only
 * fills the holes, which costs about 0.1 us where writing the XML costs 8.
 */
#ifndef RENDER_TEMPLATE_H
#define RENDER_TEMPLATE_H

#include "base/cleanup.h"
#include "base/error.h"

#include <stddef.h>

enum template_hole {
	HOLE_EMAILADDRESS,
	HOLE_EMAILLOCALPART,
	HOLE_EMAILDOMAIN,
	HOLE_PROFILE_ID, /* these are Apple profiles': see mobileconfig.h */
	HOLE_UUID_PROFILE,
	HOLE_UUID_MAIL,
	HOLE_UUID_CALDAV,
	HOLE_UUID_CARDDAV,
	HOLE_UUID_EAS,
	HOLE_PROFILE_NAME, /* texts in the person's language: see mobileconfig_texts.h */
	HOLE_PROFILE_DESCRIPTION,
	HOLE_PROFILE_CALENDARS,
	HOLE_PROFILE_CONTACTS,
	HOLE_FULL_NAME, /* of the person */
	HOLE_LOGIN,
	HOLE_PAGE_PATH, /* these are settings pages': see page_document.h */
	HOLE_PAGE_LINK,
	HOLE_PAGE_QUERY,
	HOLE_PAGE_MORE,
	HOLE_PAGE_UNTIL,
	HOLE_PAGE_DOMAIN,
	HOLE_PAGE_HOST,
	TEMPLATE_HOLE_COUNT
};

/* How a value is written into a hole. */
enum template_escape {
	ESCAPE_NONE, /* values are known to be harmless (domain names) */
	ESCAPE_XML,  /* & < > " ' as entities */
	ESCAPE_JSON, /* the inside of a JSON string */
};

#define TEMPLATE_HOLE(hole) (1U << (hole))
#define TEMPLATE_HOLES_DOMAIN TEMPLATE_HOLE(HOLE_EMAILDOMAIN)
#define TEMPLATE_HOLES_ADDRESS                                                                     \
	(TEMPLATE_HOLE(HOLE_EMAILADDRESS) | TEMPLATE_HOLE(HOLE_EMAILLOCALPART) |                   \
	 TEMPLATE_HOLE(HOLE_EMAILDOMAIN))
#define TEMPLATE_HOLES_PAGE                                                                        \
	(TEMPLATE_HOLE(HOLE_PAGE_PATH) | TEMPLATE_HOLE(HOLE_PAGE_LINK) |                           \
	 TEMPLATE_HOLE(HOLE_PAGE_QUERY) | TEMPLATE_HOLE(HOLE_PAGE_MORE) |                          \
	 TEMPLATE_HOLE(HOLE_PAGE_UNTIL) | TEMPLATE_HOLE(HOLE_PAGE_DOMAIN) |                        \
	 TEMPLATE_HOLE(HOLE_PAGE_HOST))
#define TEMPLATE_HOLES_ALL (TEMPLATE_HOLE(TEMPLATE_HOLE_COUNT) - 1U)

struct template_values {
	struct {
		const char *text; /* clean UTF-8, not escaped; needs no NUL */
		size_t size;
	} hole[TEMPLATE_HOLE_COUNT];
};

struct template;

/* How a hole is written in the bytes that are compiled, "%EMAILADDRESS%" for example. */
const char *template_hole_marker(enum template_hole hole);

/*
 * Cuts size bytes at the markers of the holes in the set (TEMPLATE_HOLE bits). Markers of other
 * holes, and any other "%..%", stay as they are. Copies the bytes.
 */
int template_compile(const char *text, size_t size, unsigned int holes, enum template_escape escape,
		     struct template **ret, struct error *err);

/* The holes that the template really has, as TEMPLATE_HOLE bits. */
unsigned int template_holes(const struct template *template);

/*
 * Writes the template with its holes filled: *ret is NUL-terminated, the caller frees it, *ret_size
 * leaves the NUL out. Every hole that the template has must have a text (size 0 is one).
 */
int template_fill(const struct template *template, const struct template_values *values, char **ret,
		  size_t *ret_size, struct error *err);

void template_free(struct template *template);
DEFINE_CLEANUP(struct template *, template_free)

#endif
