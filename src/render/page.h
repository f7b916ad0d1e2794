/*
 * Settings pages, the form that leads to them, and what is said where there is none: HTML for a
 * browser, a printer or a file, and plain text. A page is the transformation (XSLT) of a document
 * of its own, <page>, which xml/page/README.md describes; everything in it is escaped by libxslt.
 */
#ifndef RENDER_PAGE_H
#define RENDER_PAGE_H

#include "render/document.h"
#include "render/page_set.h"

#include <stdint.h>

enum page_kind {
	PAGE_SETTINGS,	 /* of a person, or of anybody of a domain */
	PAGE_FORM,	 /* asks for an address */
	PAGE_EXPIRED,	 /* all these say so, and have the form as well: the link is too old, */
	PAGE_INVALID,	 /* the link is none of ours, */
	PAGE_ELSEWHERE,	 /* the domain is not hosted here, */
	PAGE_NO_ADDRESS, /* what was typed is no address, */
	PAGE_UNREADABLE, /* what was sent is no form, */
	PAGE_LIMITED,	 /* too many addresses from one network, */
	PAGE_NOTHING,	 /* there is no such page, */
	PAGE_FAILED,	 /* something broke here */
	PAGE_KIND_COUNT
};

enum page_view {
	PAGE_SCREEN,
	PAGE_PRINT, /* everything open, a sheet a device */
	PAGE_TEXT,  /* plain text for an e-mail or to be read out */
	PAGE_SHARE, /* plain text: the link with three lines around it, to be pasted */
};

/* What the reader holds in the hand. It only changes the order. */
enum page_device {
	DEVICE_OTHER,
	DEVICE_IPHONE, /* and iPads that say so */
	DEVICE_MAC,    /* an iPad in its default setting says that it is a Mac */
	DEVICE_ANDROID,
	DEVICE_WINDOWS,
	DEVICE_LINUX,
	PAGE_DEVICE_COUNT
};

const char *page_device_name(enum page_device device); /* "iphone", ... */

struct page_request {
	enum page_kind kind;
	enum page_view view;
	size_t language;      /* of the set */
	bool language_chosen; /* by ?lang=, so the links of the page keep it */
	enum page_device device;
	bool cannot_install; /* a browser on an iPhone that does not hand profiles over */
	bool share;	     /* with the text to be pasted */
	bool standalone;     /* one file: CSS, script, logo and codes are in it */
	/* of PAGE_SETTINGS: */
	struct document_subject subject;
	const struct provider_answers *answers;
	const char *token; /* of a person's link, NULL for a domain's page */
	int64_t expires;   /* the token's last second, since 1970; 0: never */
};

/*
 * Makes the page. The caller frees ret->bytes. ERROR_NO_MEMORY, ERROR_INVALID (the stylesheet
 * failed; a finding at load if it could be told then).
 */
int page_make(const struct provider_set *providers, const struct page_request *request,
	      struct document *ret, struct error *err);

/*
 * The whole address of the page that is asked for, which keeps a language that was chosen. *ret is
 * NULL without site.url. The caller frees *ret. ERROR_NO_MEMORY.
 */
int page_request_link(const struct provider_set *providers, const struct page_request *request,
		      char **ret, struct error *err);

/*
 * What the page's code for Thunderbird for Android holds. *ret is NULL without an error where there
 * is none: for a domain, for an address that the program does not take, for a provider without
 * servers that it knows, where it would be too fine to be scanned. The caller frees *ret.
 */
int page_thunderbird_qr(const struct provider_set *providers, const struct page_request *request,
			char **ret, size_t *ret_size, struct error *err);

/*
 * Where the page of a token (NULL: of domain) is: the path alone; the same with site.url in front,
 * *ret is NULL without it. The caller frees *ret. ERROR_NO_MEMORY.
 */
int page_path(const char *token, const struct domain_name *domain, char **ret, struct error *err);
int page_link(const struct configuration *configuration, const char *token,
	      const struct domain_name *domain, char **ret, struct error *err);

/*
 * Makes a sample of each view with the site's own stylesheets; one that fails is a finding, since
 * pages are made with the built-in one then.
 */
void page_try(const struct provider_set *providers, struct findings *findings);

#endif
