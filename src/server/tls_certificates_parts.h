/* What the files of tls_certificates share. */
#ifndef SERVER_TLS_CERTIFICATES_PARTS_H
#define SERVER_TLS_CERTIFICATES_PARTS_H

#include "server/certificate_cache.h"
#include "server/certificate_scan.h"
#include "server/tls_certificates.h"

#include <pthread.h>

struct tls_certificates {
	char *directory;
	uint64_t seed;
	struct certificate_pool *pool;
	struct certificate_cache *cache;
	uint64_t hits, reads, misses;	 /* atomic */
	pthread_mutex_t mutex;		 /* for index and what follows */
	struct certificate_index *index; /* of the last walk; NULL: there was none */
	struct certificate_report report;
	bool has_walked;
	bool ending; /* with cond: the thread is to end */
	pthread_cond_t cond;
	struct certificate_scan *scan; /* the thread's */
	pthread_t thread;
	bool has_thread;
};

/* As tls_certificates_new(), without a thread: whoever called it walks. */
int tls_certificates_open(const char *directory, size_t cache, struct tls_certificates **ret,
			  struct error *err);

/* One walk of the thread, see certificate_scan_walk(). */
int tls_certificates_walk(struct tls_certificates *certificates, int64_t now, struct error *err);

/* Starts the thread. ERROR_IO. */
int tls_certificates_start(struct tls_certificates *certificates, struct error *err);

/* Ends it, if it was started. */
void tls_certificates_stop(struct tls_certificates *certificates);

#endif
