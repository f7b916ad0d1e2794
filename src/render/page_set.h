/*
 * What settings pages are made of: stylesheets (XSLT), CSS, script, the texts of each language, the
 * programs with the labels of their dialogs, the host's logo. Built in, and replaced file by file
 * by those of site.pages. xml/page/README.md is their manual.
 */
#ifndef RENDER_PAGE_SET_H
#define RENDER_PAGE_SET_H

#include "base/cleanup.h"
#include "base/error.h"
#include "base/findings.h"
#include "model/configuration.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PAGE_FILE_MAX (256 * 1024) /* bytes of one file */
#define PAGE_LOGO_MAX (256 * 1024) /* bytes */
#define PAGE_LOGO_SMALL 20000	   /* bytes: a larger one is a warning */

/* One of the files, "page.xsl" for example. */
struct page_file {
	const char *name, *path; /* path is for texts; for built-in ones "built-in NAME" */
	const char *bytes;
	size_t size;
};

/* Those that are in the program. */
extern const struct page_file page_builtin[];
extern const size_t page_builtin_count;

struct page_set;

/*
 * Makes the set for the configuration of the built-in files and of own ones (copied as needed),
 * each of which takes the place of the built-in one of its name. logo (may be NULL) is checked by
 * its first bytes. A fault in a file is a finding and costs that file alone: the built-in one is
 * used instead, a language that has none is left out, a key that a language lacks is taken from
 * English. -1 only for ERROR_NO_MEMORY and for faults in built-in files (ERROR_INVALID). *ret has
 * one reference; it is immutable, so threads may share it.
 */
int page_set_make(const struct configuration *configuration, const struct page_file *own,
		  size_t own_count, const struct page_file *logo, struct page_set **ret,
		  struct findings *findings, struct error *err);

struct page_set *page_set_ref(struct page_set *set);
void page_set_unref(struct page_set *set);
DEFINE_CLEANUP(struct page_set *, page_set_unref)

/* The languages there are, in the configuration's order; at least one. */
size_t page_set_language_count(const struct page_set *set);
const char *page_set_language(const struct page_set *set, size_t i); /* its tag */

/*
 * The language for a tag of size bytes, in any letter case: the same tag, else the first language
 * with the same primary tag. -1: none.
 */
int page_set_find_language(const struct page_set *set, const char *tag, size_t size);

/* What C needs of the texts, in one line; %EMAILADDRESS% and %EMAILDOMAIN% stand for whom it is. */
enum page_phrase {
	PHRASE_PROFILE_NAME,	    /* PayloadDisplayName of a person's profile */
	PHRASE_PROFILE_NAME_DOMAIN, /* of one for anybody of a domain */
	PHRASE_PROFILE_MAIL,	    /* PayloadDescription, by content */
	PHRASE_PROFILE_ALL,
	PHRASE_PROFILE_ACTIVESYNC,
	PHRASE_PROFILE_HELP, /* "Help:", in front of site.support */
	PHRASE_CALENDARS,    /* what the account is called */
	PHRASE_CONTACTS,
	PHRASE_COUNT
};
const char *page_set_phrase(const struct page_set *set, size_t language, enum page_phrase phrase);

/* The day of a time (seconds since 1970, UTC) in words. The caller frees *ret. */
int page_set_date(const struct page_set *set, size_t language, int64_t seconds, char **ret,
		  struct error *err);

/* Served as they are. version is a hash of the bytes, for URLs that never change their content. */
struct page_asset {
	const char *path; /* "/page.css" */
	const char *media_type;
	const char *bytes;
	size_t size;
	char version[17];
};
enum page_asset_kind { PAGE_CSS, PAGE_SCRIPT, PAGE_LOGO, PAGE_ASSET_COUNT };
/* NULL: there is none, which only the logo may be. */
const struct page_asset *page_set_asset(const struct page_set *set, enum page_asset_kind kind);

#endif
