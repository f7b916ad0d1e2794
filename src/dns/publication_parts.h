/* What the parts of publication share. Others want publication.h. */
#ifndef DNS_PUBLICATION_PARTS_H
#define DNS_PUBLICATION_PARTS_H

#include "dns/publication.h"

/* Sets outcome and reason. */
void publication_fail(struct publication *publication, enum publication_outcome outcome,
		      const char *format, ...) __attribute__((format(printf, 3, 4)));

int publication_note(struct publication *publication, struct error *err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Whether nothing has gone wrong with it so far. */
bool publication_is_fine(const struct publication *publication);

/* The desired records are made and the store's rows read. */
int publication_prepare(const struct publication_site *site, struct publication *publication,
			struct error *err);

/* What is live is read: from servers, or from the directory's files. */
int publication_read_servers(const struct publication_site *site, struct publication *list,
			     size_t count, struct error *err);
int publication_read_file(const struct publication_site *site, struct publication *publication,
			  struct error *err);

/*
 * Compares what is live with a log: 1 if all that it added is there and all that it removed is
 * gone, 0 if it is the other way round, -1 if neither (somebody else changed it since).
 */
int publication_log_applied(const struct change_log *log, const struct dns_record_list *live);

/* The two ways. Each looks at those that are PLANNED. */
int publication_update(const struct publication_site *site, struct publication *list, size_t count,
		       struct error *err);
int publication_write_files(const struct publication_site *site, struct publication *list,
			    size_t count, struct error *err);

#endif
