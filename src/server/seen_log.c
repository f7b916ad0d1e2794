/*
 * A worker takes its table out of its place (an exchange with NULL), notes, and puts it back; so it
 * never waits. The thread that writes puts an empty table into the place only while a table is
 * there, and waits for that, which is for as long as a note takes.
 *
 * What is taken is merged into one larger table, "pending", which a written batch empties. When
 * writing fails it stays, and fills.
 */
#include "server/seen_log.h"

#include "server/log.h"
#include "server/seen_table.h"
#include "store/seen_store.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#define TABLE_ENTRIES 8192
#define TABLE_TEXT (384 * 1024) /* bytes: 48 a key */
#define PENDING_ENTRIES (8 * TABLE_ENTRIES)
#define PENDING_TEXT (8 * TABLE_TEXT)
#define SECONDS_A_DAY 86400

struct seen_worker {
	struct seen_table *table; /* atomic; NULL: the worker is noting */
	struct seen_log *log;
	uint64_t lost;	/* atomic */
	char apart[40]; /* from the next worker's, which another core writes */
};

/* What main thread and writer share. */
struct seen_orders {
	char *path; /* the next one, if changed; owned */
	long days;
	bool changed, stop;
};

struct seen_log {
	struct seen_worker *workers;
	size_t worker_count;
	uint64_t seed;
	bool on;       /* atomic */
	bool news;     /* atomic */
	uint64_t lost; /* atomic: not by workers */
	int event_fd;  /* wakes the writer */
	bool running;
	pthread_t thread;

	pthread_mutex_t mutex; /* of what follows */
	struct seen_orders orders;
	char *path;	      /* that is written to; NULL: none. The writer alone changes it */
	struct error trouble; /* code ERROR_NONE: none */
	int64_t trouble_since;
	uint64_t trouble_lost; /* notes lost before it began */

	/* the writer's alone */
	long days;
	struct seen_table *spare, *pending; /* made by make_tables(), pending last */
	struct seen_store *store;
	int64_t written_at, retry_at; /* seconds, CLOCK_MONOTONIC; retry_at 0: it went well */
};

/* Which requests are for settings. Mail servers ask for policies, and assets belong to pages. */
static const bool noted[KIND_COUNT] = {
	[KIND_AUTOCONFIG] = true, [KIND_AUTODISCOVER] = true,
	[KIND_ACTIVESYNC] = true, [KIND_AUTODISCOVER_JSON] = true,
	[KIND_PACC] = true,	  [KIND_MOBILECONFIG] = true,
	[KIND_DAV] = true,	  [KIND_PAGE] = true,
};

static void wake(const struct seen_log *log)
{
	const uint64_t one = 1;

	if (write(log->event_fd, &one, sizeof(one)) < 0)
		return; /* the counter is full: the writer is awake anyway */
}

void seen_note(struct seen_worker *worker, const struct http_response *response,
	       enum client_kind client, int64_t now)
{
	const struct seen_times times = { .first = now, .last = now, .count = 1 };
	struct seen_key key;
	struct seen_table *table;
	enum seen_outcome outcome;

	if (!worker || !response->domain.length || !noted[response->kind] ||
	    !__atomic_load_n(&worker->log->on, __ATOMIC_ACQUIRE))
		return;
	key = (struct seen_key){
		.domain = response->domain.text,
		.domain_length = response->domain.length,
		.provider = response->provider ? response->provider : "",
		.kind = response->kind,
		.client = client,
		.status = response->status,
	};
	key.provider_length = strlen(key.provider);
	table = __atomic_exchange_n(&worker->table, NULL, __ATOMIC_ACQUIRE);
	outcome = seen_table_note(table, &key, &times);
	__atomic_store_n(&worker->table, table, __ATOMIC_RELEASE);
	if (outcome == SEEN_FULL)
		__atomic_fetch_add(&worker->lost, 1, __ATOMIC_RELAXED);
	else if (outcome == SEEN_FILLING)
		wake(worker->log);
}

uint64_t seen_log_lost(const struct seen_log *log)
{
	uint64_t lost = __atomic_load_n(&log->lost, __ATOMIC_RELAXED);

	for (size_t i = 0; i < log->worker_count; i++)
		lost += __atomic_load_n(&log->workers[i].lost, __ATOMIC_RELAXED);
	return lost;
}

static void add_lost(struct seen_log *log, uint64_t count)
{
	__atomic_fetch_add(&log->lost, count, __ATOMIC_RELAXED);
}

static int64_t monotonic_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

/* Telling */

/* A full file is written, though new rows are not; any other trouble keeps all in memory. */
static bool is_written(const struct error *trouble)
{
	return trouble->code == ERROR_NONE || trouble->code == ERROR_TOO_LARGE;
}

/*
 * The log hears of each sort of trouble once: a full disk, for one, fails here and there, with
 * other words each time. /-/ready has the latest.
 */
static void tell_trouble(struct seen_log *log, const struct error *err)
{
	bool same_sort, same;

	pthread_mutex_lock(&log->mutex);
	same_sort = log->trouble.code == err->code;
	same = same_sort && strcmp(log->trouble.text, err->text) == 0;
	if (log->trouble.code == ERROR_NONE) {
		log->trouble_since = time(NULL);
		log->trouble_lost = seen_log_lost(log);
	}
	log->trouble = *err;
	pthread_mutex_unlock(&log->mutex);
	if (!same)
		__atomic_store_n(&log->news, true, __ATOMIC_RELEASE);
	if (!same_sort)
		log_error("seen: %s%s", err->text,
			  is_written(err) ? ""
					  : "; what is noted is kept in memory, as far as it "
					    "fits");
}

static void tell_success(struct seen_log *log)
{
	uint64_t lost;
	bool before;

	pthread_mutex_lock(&log->mutex);
	before = log->trouble.code != ERROR_NONE;
	lost = seen_log_lost(log) - log->trouble_lost;
	log->trouble.code = ERROR_NONE;
	pthread_mutex_unlock(&log->mutex);
	if (!before)
		return;
	__atomic_store_n(&log->news, true, __ATOMIC_RELEASE);
	log_message("seen: written again; %llu notes found no room meanwhile",
		    (unsigned long long)lost);
}

bool seen_log_has_news(struct seen_log *log)
{
	return __atomic_exchange_n(&log->news, false, __ATOMIC_ACQUIRE);
}

void seen_log_describe(struct seen_log *log, struct bytes *text)
{
	char at[LOG_TIME_SIZE];

	pthread_mutex_lock(&log->mutex);
	if (log->path && log->trouble.code == ERROR_NONE) {
		bytes_append_format(text, "seen: written to %s\n", log->path);
	} else if (log->path) {
		log_line_time(log->trouble_since, at);
		bytes_append_format(text, "seen: %s since %s: %s\n",
				    is_written(&log->trouble) ? "in part written to the file"
							      : "kept in memory, not written",
				    at, log->trouble.text);
	}
	pthread_mutex_unlock(&log->mutex);
}

/* Taking tables */

static void pause_briefly(void)
{
	const struct timespec pause = { .tv_nsec = 50000 };

	nanosleep(&pause, NULL);
}

/* Puts an empty table into a worker's place. Returns the one that was there. */
static struct seen_table *exchange_table(struct seen_worker *worker, struct seen_table *empty)
{
	for (;;) {
		struct seen_table *table = __atomic_load_n(&worker->table, __ATOMIC_RELAXED);

		if (table && __atomic_compare_exchange_n(&worker->table, &table, empty, false,
							 __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
			return table;
		pause_briefly();
	}
}

static void collect(struct seen_log *log, struct seen_worker *worker)
{
	struct seen_table *taken = exchange_table(worker, log->spare);

	add_lost(log, seen_table_merge(log->pending, taken));
	seen_table_empty(taken);
	log->spare = taken;
}

/* Writing */

/* Adds what is pending. Returns how many notes the file has no room for in *ret_refused. */
static int add_pending(struct seen_log *log, uint64_t *ret_refused, struct error *err)
{
	*ret_refused = 0;
	for (size_t i = 0; i < seen_table_count(log->pending); i++) {
		struct seen_times times;
		struct seen_key key;
		bool kept = false;

		seen_table_get(log->pending, i, &key, &times);
		if (seen_store_add(log->store,
				   &(const struct seen_row){
					   .domain = key.domain,
					   .kind = request_kind_name(key.kind),
					   .client = client_kind_name(key.client),
					   .provider = key.provider,
					   .status = key.status,
					   .first = times.first,
					   .last = times.last,
					   .count = times.count,
				   },
				   &kept, err) < 0)
			return -1;
		if (!kept)
			*ret_refused += times.count;
	}
	return 0;
}

static int write_batch(struct seen_log *log, uint64_t *ret_refused, struct error *err)
{
	int64_t now = time(NULL);

	if (log->store && seen_store_is_stale(log->store)) {
		seen_store_close(log->store);
		log->store = NULL;
	}
	if (!log->store && seen_store_open(log->path, SEEN_STORE_WRITE, &log->store, err) < 0)
		return -1;
	if (seen_store_begin(log->store, now, err) < 0 ||
	    seen_store_prune(log->store, now - log->days * SECONDS_A_DAY, err) < 0 ||
	    add_pending(log, ret_refused, err) < 0)
		return -1;
	return seen_store_commit(log->store, err);
}

/* A store that is merely held by somebody else stays open; anything else is looked at anew. */
static void note_failure(struct seen_log *log, const struct error *err)
{
	if (err->code != ERROR_UNAVAILABLE) {
		seen_store_close(log->store);
		log->store = NULL;
	}
	log->retry_at = monotonic_seconds() + SEEN_INTERVAL;
	tell_trouble(log, err);
}

static void write_pending(struct seen_log *log)
{
	uint64_t refused = 0;
	struct error err = { 0 };

	if (write_batch(log, &refused, &err) < 0) {
		note_failure(log, &err);
		return;
	}
	log->written_at = monotonic_seconds();
	log->retry_at = 0;
	seen_table_empty(log->pending);
	add_lost(log, refused);
	if (seen_store_rows(log->store) >= SEEN_ROWS_MAX) {
		(void)error_set(&err, ERROR_TOO_LARGE,
				"%s: is full with %d rows, new ones are not kept: set [seen] days "
				"lower",
				log->path, SEEN_ROWS_MAX);
		tell_trouble(log, &err);
	} else {
		tell_success(log);
	}
}

/* Takes all tables; writes in between only where they would not all fit. */
static void collect_all(struct seen_log *log)
{
	for (size_t i = 0; i < log->worker_count; i++) {
		if (!seen_table_has_room_for(log->pending, log->spare) &&
		    monotonic_seconds() >= log->retry_at)
			write_pending(log);
		collect(log, &log->workers[i]);
	}
}

/* One turn. at_once: whatever the time. */
static void turn(struct seen_log *log, bool at_once)
{
	int64_t now = monotonic_seconds();
	bool due;

	collect_all(log);
	due = log->retry_at || seen_table_count(log->pending) || now - log->written_at >= SEEN_MARK;
	if (at_once || (due && now >= log->retry_at))
		write_pending(log);
}

/* The thread */

static bool same_path(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

/* What belongs to the path so far was written, if it could be. */
static void take_path(struct seen_log *log, char *path, long days)
{
	char *old = log->path;

	log->days = days;
	if (same_path(old, path)) {
		free(path);
		return;
	}
	seen_store_close(log->store);
	log->store = NULL;
	if (!path && log->pending)
		seen_table_empty(log->pending);
	pthread_mutex_lock(&log->mutex);
	log->path = path; /* owned */
	log->trouble.code = ERROR_NONE;
	pthread_mutex_unlock(&log->mutex);
	free(old);
	__atomic_store_n(&log->on, path != NULL, __ATOMIC_RELEASE);
	__atomic_store_n(&log->news, true, __ATOMIC_RELEASE);
}

static struct seen_orders take_orders(struct seen_log *log)
{
	struct seen_orders orders;
	uint64_t count;

	pthread_mutex_lock(&log->mutex);
	if (read(log->event_fd, &count, sizeof(count)) < 0)
		count = 0; /* it is only the time for a turn */
	orders = log->orders;
	log->orders.path = NULL;
	log->orders.changed = false;
	pthread_mutex_unlock(&log->mutex);
	return orders;
}

static void wait_for_turn(const struct seen_log *log)
{
	struct pollfd item = { .fd = log->event_fd, .events = POLLIN };

	poll(&item, 1, log->path ? SEEN_INTERVAL * 1000 : -1);
}

static void *writer_run(void *data)
{
	struct seen_log *log = data;

	for (;;) {
		struct seen_orders orders = take_orders(log);

		if (log->path && (!orders.changed || !same_path(log->path, orders.path)))
			turn(log, orders.changed || orders.stop);
		if (orders.changed) {
			take_path(log, orders.path, orders.days);
			if (log->path)
				turn(log, true);
		}
		if (orders.stop)
			return NULL;
		wait_for_turn(log);
	}
}

/* The signals are the main thread's: a new thread inherits a mask without any. */
static int start_thread(struct seen_log *log, struct error *err)
{
	sigset_t all, before;
	int result;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	result = pthread_create(&log->thread, NULL, writer_run, log);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (result)
		return error_errno(err, result, "cannot start a thread");
	log->running = true;
	return 0;
}

/* Making */

/* Before anything is noted for the first time: the writer looks at none of it without a path. */
static int make_tables(struct seen_log *log, struct error *err)
{
	for (size_t i = 0; i < log->worker_count; i++) {
		if (!log->workers[i].table && seen_table_new(TABLE_ENTRIES, TABLE_TEXT, log->seed,
							     &log->workers[i].table, err) < 0)
			return -1;
	}
	if (!log->spare &&
	    seen_table_new(TABLE_ENTRIES, TABLE_TEXT, log->seed, &log->spare, err) < 0)
		return -1;
	return seen_table_new(PENDING_ENTRIES, PENDING_TEXT, log->seed, &log->pending, err);
}

static int make_workers(struct seen_log *log, size_t count, struct error *err)
{
	log->workers = calloc(count, sizeof(*log->workers));
	if (!log->workers)
		return error_no_memory(err);
	log->worker_count = count;
	for (size_t i = 0; i < count; i++)
		log->workers[i].log = log;
	return 0;
}

int seen_log_new(const char *path, long days, size_t workers, struct seen_log **ret,
		 struct error *err)
{
	CLEANUP(seen_log_freep) struct seen_log *log = calloc(1, sizeof(*log));

	if (!log)
		return error_no_memory(err);
	pthread_mutex_init(&log->mutex, NULL);
	log->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (log->event_fd < 0)
		return error_errno(err, errno, "eventfd");
	if (getrandom(&log->seed, sizeof(log->seed), 0) < 0)
		return error_errno(err, errno, "no random number");
	if (make_workers(log, workers, err) < 0 || seen_log_set(log, path, days, err) < 0 ||
	    start_thread(log, err) < 0)
		return -1;
	*ret = log;
	log = NULL;
	return 0;
}

struct seen_worker *seen_log_worker(struct seen_log *log, size_t number)
{
	return &log->workers[number];
}

int seen_log_set(struct seen_log *log, const char *path, long days, struct error *err)
{
	char *copy = path ? strdup(path) : NULL;

	if (path && !copy)
		return error_no_memory(err);
	if (path && !log->pending && make_tables(log, err) < 0) {
		free(copy);
		return -1;
	}
	pthread_mutex_lock(&log->mutex);
	free(log->orders.path);
	log->orders.path = copy;
	log->orders.days = days;
	log->orders.changed = true;
	if (path)
		__atomic_store_n(&log->on, true, __ATOMIC_RELEASE);
	wake(log);
	pthread_mutex_unlock(&log->mutex);
	return 0;
}

static void stop_thread(struct seen_log *log)
{
	pthread_mutex_lock(&log->mutex);
	log->orders.stop = true;
	pthread_mutex_unlock(&log->mutex);
	wake(log);
	pthread_join(log->thread, NULL);
}

void seen_log_free(struct seen_log *log)
{
	if (!log)
		return;
	if (log->running)
		stop_thread(log);
	seen_store_close(log->store);
	for (size_t i = 0; i < log->worker_count; i++)
		seen_table_free(log->workers[i].table);
	seen_table_free(log->spare);
	seen_table_free(log->pending);
	if (log->event_fd >= 0)
		close(log->event_fd);
	pthread_mutex_destroy(&log->mutex);
	free(log->workers);
	free(log->orders.path);
	free(log->path);
	free(log);
}
