/* What the parts of publication share. Others want publication.h. */
#ifndef DNS_PUBLICATION_PARTS_H
#define DNS_PUBLICATION_PARTS_H

#include "dns/note.h"
#include "dns/publication.h"

/* Whether nothing has gone wrong with it so far. */
bool publication_is_fine(const struct publication *publication);

/* What is live is read: from servers, or from the directory's files. */
int publication_read_servers(const struct publication_site *site, struct publication *list,
			     size_t count, struct error *err);
int publication_read_file(const struct publication_site *site, struct publication *publication,
			  struct error *err);

/*
 * Asks the primary for the zones' serials, of those that are PLANNED: the new one has to come after
 * that of the live zone, not just after that of the file. Servers that do not know a zone yet, or
 * do not answer, change nothing.
 */
int publication_read_serials(const struct publication_site *site, struct publication *list,
			     size_t count, struct error *err);

/* Whether both, sorted, say the same, TTLs included. */
bool publication_same_records(const struct dns_record_list *a, const struct dns_record_list *b);

/* Looking again and again, with longer and longer pauses. */
struct publication_wait {
	int64_t end; /* milliseconds of the monotonic clock */
	long pause;  /* milliseconds */
};

/* longest is in milliseconds. */
void publication_wait_begin(struct publication_wait *wait, unsigned int longest);

/* Pauses; false if it has lasted long enough. */
bool publication_wait(struct publication_wait *wait);

/* The two ways. Each looks at those that are PLANNED. */
int publication_update(const struct publication_site *site, struct publication *list, size_t count,
		       struct error *err);
int publication_write_files(const struct publication_site *site, struct publication *list,
			    size_t count, struct error *err);

#endif
