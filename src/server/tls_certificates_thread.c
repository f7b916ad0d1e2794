/*
 * The thread that walks through the directory. It has the lowest priority, and after each bit of
 * work it rests three times as long: a hundred thousand folders that are all new take a minute or
 * two of a quarter of a core, and after that, half a second of each half minute.
 */
#include "server/tls_certificates_parts.h"

#include "server/log.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define INTERVAL 30		 /* seconds from the end of a walk to the next */
#define STACK (256 * 1024)	 /* bytes */
#define WORK_NS INT64_C(5000000) /* of a processor, until it rests */
#define REST 3			 /* times as long */
#define SECOND INT64_C(1000000000)

static int64_t clock_of(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * SECOND + now.tv_nsec;
}

/* Waits so many nanoseconds; returns false, at once, if the thread is to end. */
static bool wait_for(struct tls_certificates *certificates, int64_t nanoseconds)
{
	int64_t until = clock_of(CLOCK_MONOTONIC) + nanoseconds;
	struct timespec at = { .tv_sec = until / SECOND, .tv_nsec = until % SECOND };
	bool ending;
	int result = 0;

	pthread_mutex_lock(&certificates->mutex);
	while (!certificates->ending && result == 0)
		result = pthread_cond_timedwait(&certificates->cond, &certificates->mutex, &at);
	ending = certificates->ending;
	pthread_mutex_unlock(&certificates->mutex);
	return !ending;
}

struct work {
	struct tls_certificates *certificates;
	int64_t began; /* the thread's time of a processor */
};

static bool rest(void *context)
{
	struct work *work = context;
	int64_t used = clock_of(CLOCK_THREAD_CPUTIME_ID) - work->began;

	if (used < WORK_NS)
		return true;
	if (!wait_for(work->certificates, REST * used))
		return false;
	work->began = clock_of(CLOCK_THREAD_CPUTIME_ID);
	return true;
}

int tls_certificates_walk(struct tls_certificates *certificates, int64_t now, struct error *err)
{
	CLEANUP(certificate_index_unrefp) struct certificate_index *index = NULL;
	struct work work = { certificates, clock_of(CLOCK_THREAD_CPUTIME_ID) };
	struct certificate_index *old;
	struct certificate_report report;
	int result = certificate_scan_walk(certificates->scan, now,
					   certificates->has_thread ? rest : NULL, &work, &index,
					   &report, err);

	if (result != 0)
		return result;
	pthread_mutex_lock(&certificates->mutex);
	old = certificates->index;
	certificates->index = index;
	certificates->report = report;
	certificates->has_walked = true;
	pthread_mutex_unlock(&certificates->mutex);
	index = old; /* to be given up */
	return 0;
}

static void *run(void *context)
{
	struct tls_certificates *certificates = context;
	struct error err, told = { 0 };

	/* of this thread alone, as Linux has it; it may be forbidden, and then it is not low */
	(void)setpriority(PRIO_PROCESS, (id_t)gettid(), 19);
	do {
		err = (struct error){ 0 };
		if (tls_certificates_walk(certificates, time(NULL), &err) < 0 &&
		    strcmp(err.text, told.text) != 0)
			log_error("certificates cannot be counted: %s", err.text);
		told = err;
	} while (wait_for(certificates, INTERVAL * SECOND));
	return NULL;
}

/* No signal is the thread's: whoever waits for them is another. */
static int create_thread(struct tls_certificates *certificates)
{
	pthread_attr_t attributes;
	sigset_t all, before;
	int result;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK);
	certificates->has_thread = true; /* the thread reads it */
	result = pthread_create(&certificates->thread, &attributes, run, certificates);
	if (result != 0)
		certificates->has_thread = false;
	pthread_attr_destroy(&attributes);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return result;
}

int tls_certificates_start(struct tls_certificates *certificates, struct error *err)
{
	int result = create_thread(certificates);

	if (result != 0) {
		(void)error_errno(err, result, "no thread for certificates");
		err->code = ERROR_IO;
		return -1;
	}
	return 0;
}

void tls_certificates_stop(struct tls_certificates *certificates)
{
	if (!certificates->has_thread)
		return;
	pthread_mutex_lock(&certificates->mutex);
	certificates->ending = true;
	pthread_cond_broadcast(&certificates->cond);
	pthread_mutex_unlock(&certificates->mutex);
	pthread_join(certificates->thread, NULL);
	certificates->has_thread = false;
}
