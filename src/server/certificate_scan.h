/*
 * Walks through the directory of certificates again and again, reads what is new or has changed,
 * and says in the log what cannot be used: once, and every day anew, five lines at most in a walk.
 * One thread at a time.
 */
#ifndef SERVER_CERTIFICATE_SCAN_H
#define SERVER_CERTIFICATE_SCAN_H

#include "base/cleanup.h"
#include "base/error.h"
#include "server/certificate_index.h"
#include "sign/certificate_pool.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CERTIFICATE_SCAN_EXAMPLES 5
#define CERTIFICATE_SCAN_ENDING (14 * 24 * 3600) /* seconds before its end */

/* Names of what was counted are those of struct tls_certificates_figures. */
struct certificate_report {
	size_t folders, unreadable, expired, ending;
	int64_t next_end;
	size_t example_count; /* of what cannot be used */
	char examples[CERTIFICATE_SCAN_EXAMPLES][ERROR_TEXT_SIZE];
	struct error trouble; /* with the directory itself; code ERROR_NONE: none */
};

struct certificate_scan;

/* Called after each folder, to make a pause. Returns false to end the walk. */
typedef bool certificate_scan_pause(void *context);

/* directory is copied, pool must outlive it. ERROR_NO_MEMORY. */
int certificate_scan_new(const char *directory, uint64_t seed, struct certificate_pool *pool,
			 struct certificate_scan **ret, struct error *err);

/*
 * Walks once. now is in seconds since 1970; pause may be NULL. *ret_index has a reference for the
 * caller; where the directory cannot be read, it is the last one. Returns 0, or 1 if pause ended
 * the walk: nothing is written then. ERROR_NO_MEMORY, ERROR_TOO_LARGE.
 */
int certificate_scan_walk(struct certificate_scan *scan, int64_t now, certificate_scan_pause *pause,
			  void *context, struct certificate_index **ret_index,
			  struct certificate_report *report, struct error *err);

void certificate_scan_free(struct certificate_scan *scan);
DEFINE_CLEANUP(struct certificate_scan *, certificate_scan_free)

/*
 * Whether a name in the directory may be that of a folder with a certificate: text, no dot in
 * front.
 */
bool certificate_scan_is_folder(const char *name);

#endif
