/*
 * The loop: wait for one of the daemons' epoll descriptors, a message from the main thread, or the
 * next deadline; run the daemons; write the log. libmicrohttpd's own threads are not used: its
 * internal epoll loop waits for its whole timeout when exactly 128 events are ready at once.
 */
#include "server/worker.h"

#include "server/listener.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#define STOP_SECONDS 10 /* the longest that a request under way may take when the service ends */
#define EVENTS 16

struct worker {
	pthread_t thread;
	int epoll_fd, event_fd;
	struct MHD_Daemon **daemons;
	size_t daemon_count;
	struct connection_context context;
	pthread_mutex_t lock;  /* of what follows */
	struct snapshot *next; /* published, not yet taken; owned */
	bool stop;
};

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Milliseconds until the loop has to turn without an event, -1: never. */
static int next_timeout(const struct worker *worker)
{
	int64_t result = connection_next_cut(&worker->context);

	if (worker->context.run_again)
		return 0;
	if (log_waiting(worker->context.log) && (result < 0 || result > LOG_FLUSH_MS))
		result = LOG_FLUSH_MS;

	for (size_t i = 0; i < worker->daemon_count; i++) {
		MHD_UNSIGNED_LONG_LONG timeout;

		if (MHD_get_timeout(worker->daemons[i], &timeout) == MHD_YES &&
		    (result < 0 || timeout < (uint64_t)result))
			result = timeout > INT32_MAX ? INT32_MAX : (int64_t)timeout;
	}
	return (int)result;
}

/* Takes what the main thread has left. Returns whether the worker shall stop. */
static bool take_messages(struct worker *worker)
{
	struct snapshot *old = NULL;
	uint64_t count;
	bool stop;

	if (read(worker->event_fd, &count, sizeof(count)) < 0)
		return false; /* no message */
	pthread_mutex_lock(&worker->lock);
	if (worker->next) {
		old = worker->context.snapshot;
		worker->context.snapshot = worker->next;
		worker->next = NULL;
	}
	stop = worker->stop;
	pthread_mutex_unlock(&worker->lock);
	snapshot_unref(old); /* responses hold copies, nobody else of this thread uses it */
	return stop;
}

static void run_daemons(struct worker *worker)
{
	worker->context.run_again = false;
	connection_cut_slow(&worker->context);
	for (size_t i = 0; i < worker->daemon_count; i++)
		MHD_run(worker->daemons[i]);
}

/*
 * A run takes in ten connections at most: goes on until one takes in nobody, or so many have come
 * that they cannot all have waited when this began.
 */
static void take_in_waiting(struct worker *worker)
{
	size_t first = worker->context.accepted, before;

	do {
		before = worker->context.accepted;
		run_daemons(worker);
	} while (worker->context.accepted != before &&
		 before - first < worker->daemon_count * LISTENER_BACKLOG);
}

/* Accepts what the kernel has already taken in, closes the sockets, finishes what is under way. */
static void finish(struct worker *worker)
{
	int64_t end = now_ms() + STOP_SECONDS * 1000;

	worker->context.closing = true;
	take_in_waiting(worker);
	for (size_t i = 0; i < worker->daemon_count; i++) {
		int fd = MHD_quiesce_daemon(worker->daemons[i]);

		if (fd != MHD_INVALID_SOCKET)
			close(fd);
	}
	run_daemons(worker);
	while (worker->context.under_way && now_ms() < end) {
		struct epoll_event events[EVENTS];
		int timeout = next_timeout(worker);

		connection_end_gone(&worker->context);
		epoll_wait(worker->epoll_fd, events, EVENTS,
			   timeout < 0 || timeout > 100 ? 100 : timeout);
		run_daemons(worker);
		log_flush(worker->context.log);
	}
}

static void *worker_run(void *arg)
{
	struct worker *worker = arg;
	int64_t flushed = now_ms();

	for (;;) {
		struct epoll_event events[EVENTS];
		int count = epoll_wait(worker->epoll_fd, events, EVENTS, next_timeout(worker));
		bool message = false;

		for (int i = 0; i < count; i++)
			message |= events[i].data.fd == worker->event_fd;
		if (message && take_messages(worker))
			break;
		run_daemons(worker);
		if (log_waiting(worker->context.log) && now_ms() - flushed >= LOG_FLUSH_MS) {
			log_flush(worker->context.log);
			flushed = now_ms();
		}
	}
	finish(worker);
	return NULL;
}

static int watch(struct worker *worker, int fd, struct error *err)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	if (epoll_ctl(worker->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0)
		return error_errno(err, errno, "epoll_ctl");
	return 0;
}

static int add_daemon(struct worker *worker, const struct socket_address *address,
		      const struct connection_limits *limits, struct error *err)
{
	const union MHD_DaemonInfo *info;
	struct MHD_Daemon *daemon;
	int fd = -1;

	if (listener_open(address, &fd, err) < 0)
		return -1;
	if (connection_daemon_start(fd, limits, &worker->context, &daemon, err) < 0) {
		close(fd);
		return -1;
	}
	worker->daemons[worker->daemon_count++] = daemon;
	info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD);
	if (!info)
		return error_set(err, ERROR_IO, "libmicrohttpd has no epoll descriptor");
	return watch(worker, info->epoll_fd, err);
}

static void worker_free(struct worker *worker)
{
	if (!worker)
		return;
	for (size_t i = 0; i < worker->daemon_count; i++)
		MHD_stop_daemon(worker->daemons[i]);
	free(worker->daemons);
	connection_context_clear(&worker->context);
	log_free(worker->context.log);
	snapshot_unref(worker->context.snapshot);
	snapshot_unref(worker->next);
	if (worker->epoll_fd >= 0)
		close(worker->epoll_fd);
	if (worker->event_fd >= 0)
		close(worker->event_fd);
	pthread_mutex_destroy(&worker->lock);
	free(worker);
}
DEFINE_CLEANUP(struct worker *, worker_free)

/* The signals are the main thread's: a new thread inherits a mask without any. */
static int start_thread(struct worker *worker, struct error *err)
{
	sigset_t all, before;
	int result;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	result = pthread_create(&worker->thread, NULL, worker_run, worker);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (result)
		return error_errno(err, result, "cannot start a thread");
	return 0;
}

int worker_start(const struct socket_address_list *addresses,
		 const struct connection_limits *limits, struct snapshot *snapshot,
		 struct worker **ret, struct error *err)
{
	CLEANUP(worker_freep) struct worker *worker = calloc(1, sizeof(*worker));

	if (!worker)
		return error_no_memory(err);
	pthread_mutex_init(&worker->lock, NULL);
	worker->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	worker->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	worker->context.log = log_new(STDERR_FILENO);
	worker->context.snapshot = snapshot_ref(snapshot);
	worker->daemons = calloc(addresses->count + 1, sizeof(struct MHD_Daemon *));
	if (!worker->context.log || !worker->daemons)
		return error_no_memory(err);
	if (worker->epoll_fd < 0 || worker->event_fd < 0)
		return error_errno(err, errno, "cannot make an epoll or event descriptor");
	if (watch(worker, worker->event_fd, err) < 0)
		return -1;
	for (size_t i = 0; i < addresses->count; i++) {
		if (add_daemon(worker, &addresses->list[i], limits, err) < 0)
			return -1;
	}
	if (start_thread(worker, err) < 0)
		return -1;
	*ret = worker;
	worker = NULL;
	return 0;
}

static void wake(struct worker *worker)
{
	const uint64_t one = 1;

	if (write(worker->event_fd, &one, sizeof(one)) < 0)
		return; /* the counter is full: the worker is awake anyway */
}

void worker_publish(struct worker *worker, struct snapshot *snapshot)
{
	struct snapshot *old;

	pthread_mutex_lock(&worker->lock);
	old = worker->next;
	worker->next = snapshot_ref(snapshot);
	pthread_mutex_unlock(&worker->lock);
	snapshot_unref(old);
	wake(worker);
}

void worker_stop(struct worker *worker)
{
	pthread_mutex_lock(&worker->lock);
	worker->stop = true;
	pthread_mutex_unlock(&worker->lock);
	wake(worker);
}

void worker_join(struct worker *worker)
{
	if (!worker)
		return;
	pthread_join(worker->thread, NULL);
	worker_free(worker);
}
