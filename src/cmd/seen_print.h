/* What signpost domain show prints of a domain. */
#ifndef CMD_SEEN_PRINT_H
#define CMD_SEEN_PRINT_H

#include "model/domain_name.h"
#include "store/seen_store.h"

#include <stdbool.h>

/* Where the service notes what is asked, and how far that can be had. */
struct seen_view {
	char *path;		  /* of [seen] file; NULL: not set; owned */
	struct seen_store *store; /* NULL: there is none, or it is unreadable; owned */
	bool unreadable;	  /* was complained about */
	int64_t written;	  /* when the service wrote last; 0: never */
	int64_t now;		  /* all times are seconds since 1970 */
	long days;		  /* how long it is kept */
};

void seen_view_clear(struct seen_view *view);

/* A domain, and what the store says of it. */
struct seen_domain {
	const struct domain_name *name;
	char *provider;		/* NULL: not in the store */
	int64_t since;		/* it has the provider; 0: not known */
	int64_t published;	/* in DNS, last; 0: not from here */
	int64_t published_seen; /* at every authoritative server; 0: not yet */
};

/*
 * Prints it, with the programs, the one seen last first; json: the domain's object in a line, and
 * one for each program. Returns STATUS_DONE, or what has gone wrong, which was complained about.
 */
int seen_print_domain(const struct seen_view *view, const struct seen_domain *domain, bool json);

/* The last line for people: up to when that is known. */
void seen_print_end(const struct seen_view *view);

#endif
