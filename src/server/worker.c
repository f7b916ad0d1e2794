/*
 * The loop: wait for a socket, libmicrohttpd's epoll descriptor, a message from the main thread, or
 * the next deadline; run the daemon; write the log. libmicrohttpd's own threads are not used: its
 * internal epoll loop waits for its whole timeout when exactly 128 events are ready at once.
 */
#include "server/worker.h"

#include "server/acceptor.h"
#include "server/clock.h"
#include "server/watch.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define STOP_SECONDS 10 /* the longest that a request under way may take when the service ends */
#define STOP_NEW (INT64_C(1000) * 1000000)  /* nanoseconds that a new connection has to ask */
#define STOP_ASKED (INT64_C(250) * 1000000) /* and one that has been asked before */
#define EVENTS 64
#define ACCEPTORS_MAX (2 * SOCKET_ADDRESS_LIST_MAX + PASSED_SOCKETS_MAX)

struct worker {
	pthread_t thread;
	int epoll_fd, event_fd;
	struct watch event, daemon;
	bool message; /* the event has come */
	bool asked;   /* whether it is alive; atomic */
	bool shares_sockets;
	struct connection_context context;
	struct tls_edge *edge; /* NULL: no HTTPS here */
	struct acceptor *acceptors[ACCEPTORS_MAX];
	size_t acceptor_count;
	pthread_mutex_t lock;  /* of what follows */
	struct snapshot *next; /* published, not yet taken; owned */
	bool stop;
};

static int64_t sooner(int64_t a, int64_t b)
{
	return a < 0 || (b >= 0 && b < a) ? b : a;
}

/* Milliseconds until libmicrohttpd has to be run without an event, -1: never. */
static int64_t next_run(const struct worker *worker)
{
	MHD_UNSIGNED_LONG_LONG timeout;

	if (MHD_get_timeout(worker->context.daemon, &timeout) != MHD_YES)
		return -1;
	return timeout > INT32_MAX ? INT32_MAX : (int64_t)timeout;
}

/* Milliseconds until the loop has to turn without an event, -1: never. */
static int next_timeout(const struct worker *worker)
{
	int64_t result = sooner(connection_next_cut(&worker->context), next_run(worker));

	if (log_waiting(worker->context.log))
		result = sooner(result, LOG_FLUSH_MS);
	if (worker->edge)
		result = sooner(result, tls_edge_next_cut(worker->edge));
	for (size_t i = 0; i < worker->acceptor_count; i++)
		result = sooner(result, acceptor_next(worker->acceptors[i]));
	return (int)result;
}

/* Takes what the main thread has left. Returns whether the worker shall stop. */
static bool take_messages(struct worker *worker)
{
	struct snapshot *old = NULL;
	uint64_t count;
	bool stop;

	worker->message = false;
	__atomic_store_n(&worker->asked, false, __ATOMIC_RELAXED);
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

/* What there is to do whatever has happened. */
static void turn(struct worker *worker)
{
	connection_cut_slow(&worker->context);
	MHD_run(worker->context.daemon);
	if (worker->edge)
		tls_edge_turn(worker->edge, next_run(worker) == 0);
	for (size_t i = 0; i < worker->acceptor_count; i++)
		acceptor_turn(worker->acceptors[i]);
}

/* Waits at most so many milliseconds (-1: for ever) for something, and serves it. */
static void wait_and_serve(struct worker *worker, int timeout)
{
	struct epoll_event events[EVENTS];
	int count = epoll_wait(worker->epoll_fd, events, EVENTS, timeout);

	for (int i = 0; i < count; i++) {
		struct watch *watch = events[i].data.ptr;

		watch->ready(watch, events[i].events);
	}
	turn(worker);
}

/*
 * Takes in all whom the kernel has taken in, who would see their connection reset, and closes the
 * sockets. Sockets that others have, too, are left to them, with all who wait there.
 */
static void close_acceptors(struct worker *worker)
{
	size_t rounds = worker->shares_sockets ? 0 : LISTENER_BACKLOG;

	for (size_t i = 0; i < worker->acceptor_count; i++) {
		for (size_t round = 0; round < rounds; round++) {
			if (acceptor_take_in(worker->acceptors[i]) == 0)
				break;
			turn(worker);
		}
	}
	while (worker->acceptor_count)
		acceptor_free(worker->acceptors[--worker->acceptor_count]);
}

/* Finishes what is under way. */
static void finish(struct worker *worker)
{
	int64_t end = clock_ns() + STOP_SECONDS * INT64_C(1000000000);

	worker->context.closing = true;
	close_acceptors(worker);
	turn(worker);
	while ((worker->context.open || (worker->edge && tls_edge_busy(worker->edge))) &&
	       clock_ns() < end) {
		int timeout = next_timeout(worker);

		connection_end_gone(&worker->context);
		connection_cut_idle(&worker->context, STOP_NEW, STOP_ASKED);
		while (worker->edge && tls_edge_shed(worker->edge, STOP_NEW))
			; /* handshakes that nobody goes on with */
		wait_and_serve(worker, timeout < 0 || timeout > 50 ? 50 : timeout);
		log_flush(worker->context.log);
	}
}

static void *worker_run(void *arg)
{
	struct worker *worker = arg;
	int64_t flushed = clock_ns();

	for (;;) {
		wait_and_serve(worker, next_timeout(worker));
		if (worker->message && take_messages(worker))
			break;
		if (log_waiting(worker->context.log) &&
		    clock_ns() - flushed >= LOG_FLUSH_MS * INT64_C(1000000)) {
			log_flush(worker->context.log);
			flushed = clock_ns();
		}
	}
	finish(worker);
	return NULL;
}

static void event_ready(struct watch *watch, uint32_t events)
{
	struct worker *worker = (struct worker *)((char *)watch - offsetof(struct worker, event));

	(void)events;
	worker->message = true;
}

/* It is run in each turn. */
static void daemon_ready(struct watch *watch, uint32_t events)
{
	(void)watch;
	(void)events;
}

static int watch_fd(struct worker *worker, int fd, struct watch *watch, struct error *err)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = watch };

	if (epoll_ctl(worker->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0)
		return error_errno(err, errno, "epoll_ctl");
	return 0;
}

/* The plain end of a TLS connection. */
static bool take_plain_end(void *cls, int fd, const struct sockaddr *client, socklen_t size,
			   struct tls_connection *connection)
{
	return connection_add(cls, fd, client, size, NULL, connection);
}

static int start_daemon(struct worker *worker, struct error *err)
{
	const union MHD_DaemonInfo *info;

	if (connection_daemon_start(&worker->context, err) < 0)
		return -1;
	info = MHD_get_daemon_info(worker->context.daemon, MHD_DAEMON_INFO_EPOLL_FD);
	if (!info)
		return error_set(err, ERROR_IO, "libmicrohttpd has no epoll descriptor");
	worker->daemon.ready = daemon_ready;
	return watch_fd(worker, info->epoll_fd, &worker->daemon, err);
}

static int add_acceptor(void *cls, int fd, bool https, struct error *err)
{
	struct worker *worker = cls;
	const struct acceptor_target target = {
		.epoll_fd = worker->epoll_fd,
		.shared = worker->context.shared,
		.context = &worker->context,
		.edge = worker->edge,
		.metrics = worker->context.metrics,
	};

	if (acceptor_new(&target, fd, https, &worker->acceptors[worker->acceptor_count], err) < 0)
		return -1;
	worker->acceptor_count++;
	return 0;
}

/* Backwards: the edge's connections have their other ends in the daemon. */
static void worker_free(struct worker *worker)
{
	if (!worker)
		return;
	for (size_t i = 0; i < worker->acceptor_count; i++)
		acceptor_free(worker->acceptors[i]);
	if (worker->context.daemon)
		MHD_stop_daemon(worker->context.daemon);
	tls_edge_free(worker->edge);
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

/* NULL: no memory. */
static struct worker *worker_new(const struct shared *shared, size_t number,
				 struct snapshot *snapshot)
{
	struct worker *worker = calloc(1, sizeof(*worker));

	if (!worker)
		return NULL;
	pthread_mutex_init(&worker->lock, NULL);
	worker->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	worker->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	worker->event.ready = event_ready;
	worker->context.shared = shared;
	worker->context.metrics = metrics_worker(shared->metrics, number);
	worker->context.seen = seen_log_worker(shared->seen, number);
	worker->context.log = log_new(STDERR_FILENO, worker->context.metrics);
	worker->context.snapshot = snapshot_ref(snapshot);
	return worker;
}

int worker_start(const struct listener_set *listeners, const struct shared *shared, size_t number,
		 struct snapshot *snapshot, struct worker **ret, struct error *err)
{
	CLEANUP(worker_freep) struct worker *worker = worker_new(shared, number, snapshot);

	if (!worker || !worker->context.log)
		return error_no_memory(err);
	if (worker->epoll_fd < 0 || worker->event_fd < 0)
		return error_errno(err, errno, "cannot make an epoll or event descriptor");
	if (watch_fd(worker, worker->event_fd, &worker->event, err) < 0 ||
	    start_daemon(worker, err) < 0)
		return -1;
	if (shared->tls && tls_edge_new(worker->epoll_fd, shared, worker->context.metrics,
					take_plain_end, &worker->context, &worker->edge, err) < 0)
		return -1;
	worker->shares_sockets = listeners->passed.count > 0;
	if (listener_open_all(listeners, add_acceptor, worker, err) < 0 ||
	    start_thread(worker, err) < 0)
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

bool worker_is_alive(struct worker *worker)
{
	bool was_asked = __atomic_exchange_n(&worker->asked, true, __ATOMIC_RELAXED);

	wake(worker);
	return !was_asked;
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
