/*
 * A name is answered from memory where that was looked up within the last seconds. Else its folders
 * are looked at: those that its own name and its parent's lead to, and those that the index knows
 * of. Each is read only if its files are not what they were; a reading that fails leaves the pair
 * in use that was there before. No lock is held meanwhile, so two workers may read the same at
 * once.
 *
 * SSL_use_cert_and_key() costs 6 us a handshake with ECDSA and 2 us with RSA, most of it to compare
 * certificate and key again. SSL_set_SSL_CTX() to a context of its own for each certificate costs
 * 1 us, and 14 kB each: more than certificate and key.
 */
#include "server/tls_certificates.h"

#include "server/log.h"
#include "server/tls_certificates_parts.h"
#include "sign/certificate_file.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

#define FOLDERS_MAX 12 /* looked at for a name */
#define RETRY 60 /* seconds until one is read again that could not be read and has not changed */

/* What is found out for one name. */
struct search {
	struct tls_certificates *certificates;
	const struct domain_name *name;
	int64_t now;
	bool has_read;
	struct certificate_pair *pairs[CERTIFICATE_KIND_COUNT]; /* the best of each kind */
	certificate_ticket tickets[CERTIFICATE_KIND_COUNT];
};

/* One folder */

static void tell_renewal(const struct tls_certificates *certificates, const char *folder,
			 const struct error *err)
{
	log_error("%s; the certificate that was read before from %s/%s stays in use", err->text,
		  certificates->directory, folder);
}

/*
 * Reads the folder and puts what comes of it into state. A failure while its files are being
 * written is not told, and ends with the next look.
 */
static void read_folder(struct search *search, const char *folder,
			const struct certificate_stamp *stamp, struct certificate_state *state)
{
	struct tls_certificates *certificates = search->certificates;
	bool was_told = state->failed && state->stamp.value == stamp->value && state->stamp.settled;
	struct certificate_pair *pair = NULL;
	struct error err;

	search->has_read = true;
	state->stamp = *stamp;
	state->read_at = search->now;
	state->failed = certificate_pair_read(certificates->directory, folder, certificates->pool,
					      &pair, &err) < 0;
	if (!state->failed) {
		certificate_pair_unref(state->pair);
		state->pair = pair;
	} else if (state->pair && stamp->settled && !was_told) {
		tell_renewal(certificates, folder, &err);
	}
}

static bool still_holds(const struct certificate_state *state,
			const struct certificate_stamp *stamp, int64_t now)
{
	int64_t age = now - state->read_at;

	return state->stamp.settled && state->stamp.value == stamp->value &&
	       (!state->failed || (age >= 0 && age < RETRY));
}

/* The folder's pair, with a reference, or NULL; and where it is kept. */
static struct certificate_pair *look_into(struct search *search, const char *folder,
					  certificate_ticket *ret_ticket)
{
	struct tls_certificates *certificates = search->certificates;
	struct certificate_state state = { .pair = NULL };
	struct certificate_stamp stamp;

	*ret_ticket = certificate_cache_find(certificates->cache, folder, &state);
	if (!*ret_ticket && !certificate_stamp_worth(certificates->directory, folder))
		return NULL;
	certificate_stamp_look(certificates->directory, folder, certificates->seed, search->now,
			       &stamp);
	if (!stamp.there) {
		if (*ret_ticket)
			certificate_cache_forget(certificates->cache, folder);
		certificate_pair_unref(state.pair);
		return NULL;
	}
	if (!*ret_ticket || !still_holds(&state, &stamp, search->now)) {
		read_folder(search, folder, &stamp, &state);
		*ret_ticket = certificate_cache_put(certificates->cache, folder, &state);
	}
	return state.pair;
}

/* One name */

static void consider(struct search *search, const char *folder)
{
	certificate_ticket ticket;
	CLEANUP(certificate_pair_unrefp)
	struct certificate_pair *pair = look_into(search, folder, &ticket);
	struct certificate_pair **best;

	if (!pair || !certificate_pair_is_valid(pair, search->now) ||
	    !certificate_names_include(&pair->names, search->name))
		return;
	best = &search->pairs[pair->kind];
	if (*best && (*best)->end >= pair->end)
		return;
	certificate_pair_unref(*best);
	*best = pair;
	pair = NULL;
	search->tickets[(*best)->kind] = ticket;
}

static size_t find_folders(struct tls_certificates *certificates, const struct domain_name *name,
			   char (*ret)[CERTIFICATE_FOLDER_SIZE], size_t room)
{
	CLEANUP(certificate_index_unrefp) struct certificate_index *index = NULL;

	pthread_mutex_lock(&certificates->mutex);
	index = certificate_index_ref(certificates->index);
	pthread_mutex_unlock(&certificates->mutex);
	return index ? certificate_index_find(index, name, ret, room) : 0;
}

static void search_name(struct search *search)
{
	char others[FOLDERS_MAX - CERTIFICATE_FOLDERS_MAX][CERTIFICATE_FOLDER_SIZE];
	struct certificate_folders folders;
	size_t count;

	certificate_folders_of(search->name, &folders);
	for (size_t i = 0; i < folders.count; i++)
		consider(search, folders.list[i]);
	count = find_folders(search->certificates, search->name, others,
			     sizeof(others) / sizeof(*others));
	for (size_t i = 0; i < count; i++)
		consider(search, others[i]);
	certificate_cache_remember(search->certificates->cache, search->name, search->now,
				   search->tickets);
}

/* Gives ssl what was found, and the references up. */
static bool use_pairs(struct certificate_pair *pairs[CERTIFICATE_KIND_COUNT], SSL *ssl)
{
	bool any = false;

	for (size_t i = 0; i < CERTIFICATE_KIND_COUNT; i++) {
		if (pairs[i] && certificate_pair_use(pairs[i], ssl))
			any = true;
		certificate_pair_unref(pairs[i]);
	}
	return any;
}

bool tls_certificates_use(struct tls_certificates *certificates, SSL *ssl, const char *name,
			  size_t size, int64_t now)
{
	struct domain_name domain;
	struct search search = { .certificates = certificates, .name = &domain, .now = now };
	struct error ignored;
	bool found;

	if (domain_name_parse(name, size, &domain, &ignored) < 0) {
		__atomic_add_fetch(&certificates->misses, 1, __ATOMIC_RELAXED);
		return false;
	}
	if (!certificate_cache_answer(certificates->cache, &domain, now, search.pairs))
		search_name(&search);
	found = use_pairs(search.pairs, ssl);
	if (!found)
		__atomic_add_fetch(&certificates->misses, 1, __ATOMIC_RELAXED);
	else if (search.has_read)
		__atomic_add_fetch(&certificates->reads, 1, __ATOMIC_RELAXED);
	else
		__atomic_add_fetch(&certificates->hits, 1, __ATOMIC_RELAXED);
	return found;
}

/* Telling */

void tls_certificates_figures(struct tls_certificates *certificates,
			      struct tls_certificates_figures *ret)
{
	const struct certificate_report *report = &certificates->report;

	pthread_mutex_lock(&certificates->mutex);
	*ret = (struct tls_certificates_figures){
		.folders = report->folders,
		.unreadable = report->unreadable,
		.expired = report->expired,
		.ending = report->ending,
		.next_end = report->next_end,
	};
	pthread_mutex_unlock(&certificates->mutex);
	ret->kept = certificate_cache_count(certificates->cache);
	ret->hits = __atomic_load_n(&certificates->hits, __ATOMIC_RELAXED);
	ret->reads = __atomic_load_n(&certificates->reads, __ATOMIC_RELAXED);
	ret->misses = __atomic_load_n(&certificates->misses, __ATOMIC_RELAXED);
}

static void describe_report(const struct certificate_report *report, struct bytes *text)
{
	size_t bad = report->unreadable + report->expired;
	char at[CERTIFICATE_FILE_TIME_SIZE];

	bytes_append_format(text, "certificates: %zu", report->folders);
	if (report->next_end)
		bytes_append_format(text, ", the next ends at %s",
				    certificate_file_time(report->next_end, at));
	if (report->ending)
		bytes_append_format(text, ", %zu within 14 days", report->ending);
	if (bad)
		bytes_append_format(text, "; %zu cannot be used", bad);
	bytes_append_text(text, "\n");
	for (size_t i = 0; i < report->example_count; i++)
		bytes_append_format(text, "certificate: %s\n", report->examples[i]);
}

void tls_certificates_describe(struct tls_certificates *certificates, struct bytes *text)
{
	struct certificate_report report;
	bool has_walked;

	pthread_mutex_lock(&certificates->mutex);
	report = certificates->report;
	has_walked = certificates->has_walked;
	pthread_mutex_unlock(&certificates->mutex);
	if (!has_walked)
		bytes_append_text(text, "certificates: being counted\n");
	else if (report.trouble.code != ERROR_NONE)
		bytes_append_format(text, "certificates: %s\n", report.trouble.text);
	else
		describe_report(&report, text);
}

/* Making */

static int make_members(struct tls_certificates *certificates, size_t cache, struct error *err)
{
	if (getrandom(&certificates->seed, sizeof(certificates->seed), 0) < 0)
		return error_errno(err, errno, "no random number for certificates");
	if (certificate_pool_new(&certificates->pool, err) < 0 ||
	    certificate_cache_new(cache, certificates->seed, &certificates->cache, err) < 0)
		return -1;
	return certificate_scan_new(certificates->directory, certificates->seed, certificates->pool,
				    &certificates->scan, err);
}

int tls_certificates_open(const char *directory, size_t cache, struct tls_certificates **ret,
			  struct error *err)
{
	CLEANUP(tls_certificates_freep)
	struct tls_certificates *certificates = calloc(1, sizeof(*certificates));
	pthread_condattr_t clock;

	if (!certificates)
		return error_no_memory(err);
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_mutex_init(&certificates->mutex, NULL); /* neither fails with glibc */
	pthread_cond_init(&certificates->cond, &clock);
	pthread_condattr_destroy(&clock);
	certificates->directory = strdup(directory);
	if (!certificates->directory)
		return error_no_memory(err);
	if (make_members(certificates, cache, err) < 0)
		return -1;
	*ret = certificates;
	certificates = NULL;
	return 0;
}

int tls_certificates_new(const char *directory, size_t cache, struct tls_certificates **ret,
			 struct error *err)
{
	CLEANUP(tls_certificates_freep) struct tls_certificates *certificates = NULL;

	if (tls_certificates_open(directory, cache, &certificates, err) < 0 ||
	    tls_certificates_start(certificates, err) < 0)
		return -1;
	*ret = certificates;
	certificates = NULL;
	return 0;
}

void tls_certificates_free(struct tls_certificates *certificates)
{
	if (!certificates)
		return;
	tls_certificates_stop(certificates);
	certificate_scan_free(certificates->scan);
	certificate_index_unref(certificates->index);
	certificate_cache_free(certificates->cache);
	certificate_pool_free(certificates->pool);
	pthread_cond_destroy(&certificates->cond);
	pthread_mutex_destroy(&certificates->mutex);
	free(certificates->directory);
	free(certificates);
}
