/*
 * What a profile says to people, in their language: the texts of the page set with whom it is for
 * filled in. Written for each profile, unlike all else in it.
 */
#ifndef RENDER_MOBILECONFIG_TEXTS_H
#define RENDER_MOBILECONFIG_TEXTS_H

#include "base/bytes.h"
#include "render/mobileconfig.h"
#include "render/page_set.h"

struct mobileconfig_texts {
	struct bytes name, description, calendars, contacts;
};

struct mobileconfig_reader {
	const struct page_set *pages;
	size_t language; /* of pages */
	enum mobileconfig_content content;
	const char *support;		     /* behind the description; NULL or "": nothing */
	const struct domain_name *domain;    /* shown with its U-labels */
	const struct email_address *address; /* NULL: the domain stands for it */
};

/* Makes those in holes (TEMPLATE_HOLE bits). The caller clears *ret, on failure too. */
int mobileconfig_texts_make(const struct mobileconfig_reader *reader, unsigned int holes,
			    struct mobileconfig_texts *ret, struct error *err);

/* Puts the texts into the holes of values; they must outlive values. */
void mobileconfig_texts_values(const struct mobileconfig_texts *texts,
			       struct template_values *values);

/* For CLEANUP(mobileconfig_texts_clear). */
void mobileconfig_texts_clear(struct mobileconfig_texts *texts);

#endif
