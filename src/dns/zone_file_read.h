/* The lines of a master file as entries. For zone_file.c and what belongs to it. */
#ifndef DNS_ZONE_FILE_READ_H
#define DNS_ZONE_FILE_READ_H

#include "dns/zone_file.h"

/* Where faults go. */
struct zone_file_faults {
	const char *name;	   /* of the file */
	struct findings *findings; /* NULL: only the first error counts */
	struct error first;	   /* the first error, with its place; code ERROR_NONE: none yet */
};

/* Adds *err as an error of a line. Always returns -1. */
int zone_file_fault(struct zone_file_faults *faults, size_t line, const struct error *err);

/* Adds a warning. */
void zone_file_warn(struct zone_file_faults *faults, size_t line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * Reads the entries of a file; nothing is asked of their values yet. Faults are in *faults. -1
 * only for ERROR_NO_MEMORY, which is the first error then. The caller frees *ret.
 */
int zone_file_read(const char *text, size_t size, struct zone_file_faults *faults,
		   struct zone_file **ret);

#endif
