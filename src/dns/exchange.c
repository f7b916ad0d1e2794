/*
 * A question under way has a slot. When the next slot has something to do without an event is kept
 * as a lower bound: the slots are looked through when it is reached, which costs less than keeping
 * them in order.
 */
#include "dns/exchange.h"

#include "dns/exchange_queue.h"
#include "dns/exchange_slot.h"
#include "dns/message_layout.h"

#include <assert.h>
#include <errno.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#define SECOND 1000000000   /* nanoseconds */
#define MILLISECOND 1000000 /* nanoseconds */
#define EVENTS_MAX 128
#define SHORTAGE_WAIT (10 * MILLISECOND) /* until a socket is tried again */

struct exchange {
	struct exchange_limits limits;
	struct exchange_io io;
	struct exchange_queue queue;
	struct exchange_slot *slots;	/* limits.in_flight of them */
	struct exchange_server **asked; /* by each slot */
};

/* One call of exchange_run(). */
struct run {
	struct exchange *exchange;
	size_t left; /* questions without an outcome */
	struct exchange_slot **free;
	size_t free_count;
	size_t slot_count;
	size_t last_cut;  /* the slot that got a connection last because its answer was cut */
	bool may_connect; /* a slot may wait for one, and one may have ended */
	int64_t wake;	  /* no slot has anything to do before */
	int64_t ready;	  /* no question can be sent before */
};

static int64_t clock_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * (int64_t)SECOND + now.tv_nsec;
}

int exchange_new(const struct exchange_limits *limits, struct exchange **ret, struct error *err)
{
	CLEANUP(exchange_freep) struct exchange *exchange = calloc(1, sizeof(*exchange));

	assert(limits->timeout > 0 && limits->in_flight > 0);
	assert(limits->in_flight <= EXCHANGE_IN_FLIGHT_MAX);
	if (!exchange)
		return error_no_memory(err);
	exchange->limits = *limits;
	exchange->io.timeout = (int64_t)limits->timeout * MILLISECOND;
	exchange->io.buffer = malloc(EXCHANGE_MESSAGE_MAX);
	exchange->slots = calloc(limits->in_flight, sizeof(*exchange->slots));
	exchange->asked = calloc(limits->in_flight, sizeof(*exchange->asked));
	exchange->io.epoll = epoll_create1(EPOLL_CLOEXEC);
	if (exchange->io.epoll < 0)
		return error_errno(err, errno, "epoll_create1");
	if (!exchange->io.buffer || !exchange->slots || !exchange->asked)
		return error_no_memory(err);
	for (uint32_t i = 0; i < limits->in_flight; i++)
		exchange_slot_init(&exchange->slots[i], i);
	exchange_queue_init(&exchange->queue, &exchange->limits);
	*ret = exchange;
	exchange = NULL;
	return 0;
}

void exchange_free(struct exchange *exchange)
{
	if (!exchange)
		return;
	exchange_queue_clear(&exchange->queue);
	if (exchange->io.epoll >= 0)
		close(exchange->io.epoll);
	free(exchange->io.buffer);
	free(exchange->asked);
	free(exchange->slots);
	free(exchange);
}

unsigned long long exchange_sent(const struct exchange *exchange)
{
	return exchange->io.sent;
}

/* Gives a slot back whose question has its outcome. */
static void finish(struct run *run, struct exchange_slot *slot, int64_t now)
{
	exchange_queue_note(run->exchange->asked[slot->number], slot->query, slot->tcp);
	if (slot->tcp) {
		run->may_connect = true;
		run->ready = now;
	}
	exchange_slot_clear(slot);
	run->free[run->free_count++] = slot;
	run->left--;
}

/* After something was done with a slot. sent: exchange_sent() before. */
static void look_at(struct run *run, struct exchange_slot *slot, unsigned long long sent,
		    int64_t now)
{
	struct exchange *exchange = run->exchange;
	int64_t wake;

	run->may_connect |= slot->cut;
	exchange_queue_charge(&exchange->queue, exchange->asked[slot->number],
			      exchange->io.sent - sent, now);
	if (slot->query->outcome != EXCHANGE_PENDING) {
		finish(run, slot, now);
		return;
	}
	wake = exchange_slot_wake(slot);
	run->wake = wake < run->wake ? wake : run->wake;
}

/* Makes the connections that slots want and may have, beginning behind the last that got one. */
static void connect_cut(struct run *run, int64_t now)
{
	struct exchange *exchange = run->exchange;
	size_t begin = run->last_cut + 1;

	if (!run->may_connect)
		return;
	for (size_t i = 0; i < run->slot_count; i++) {
		size_t number = (begin + i) % run->slot_count;
		struct exchange_slot *slot = &exchange->slots[number];
		unsigned long long sent = exchange->io.sent;

		if (!slot->cut || !exchange_queue_connect(exchange->asked[number]))
			continue;
		run->last_cut = number;
		exchange_slot_connect(slot, &exchange->io);
		look_at(run, slot, sent, now);
	}
	run->may_connect = false;
}

/* There is no socket now. It will be tried again when one of ours may have been closed. */
static int wait_for_socket(struct run *run, struct exchange_query *query,
			   struct exchange_server *server, int64_t now, struct error *err)
{
	bool are_ours = run->free_count < run->slot_count;

	if (!are_ours && errno == EADDRNOTAVAIL) {
		query->outcome = EXCHANGE_UNREACHABLE;
		query->error_number = errno;
		exchange_queue_note(server, query, query->transport != EXCHANGE_UDP);
		run->left--;
		return 0;
	}
	if (!are_ours)
		return error_errno(err, errno, "no socket for a question");
	exchange_queue_put_back(&run->exchange->queue, query, server);
	run->ready = now + SHORTAGE_WAIT;
	return 0;
}

/* Sends one question. */
static int start(struct run *run, struct exchange_query *query, struct exchange_server *server,
		 int64_t now, struct error *err)
{
	struct exchange_slot *slot = run->free[run->free_count - 1];
	struct exchange_io *io = &run->exchange->io;
	unsigned long long sent = io->sent;

	if (!exchange_slot_start(slot, io, query, now))
		return wait_for_socket(run, query, server, now, err);
	run->exchange->asked[slot->number] = server;
	run->free_count--;
	look_at(run, slot, sent, now);
	return 0;
}

/* Sends what can be sent now. */
static int start_ready(struct run *run, int64_t now, struct error *err)
{
	while (run->free_count && run->ready <= now) {
		struct exchange_server *server;
		struct exchange_query *query =
			exchange_queue_take(&run->exchange->queue, now, &server, &run->ready);

		if (!query)
			return 0;
		run->ready = now;
		if (query->outcome != EXCHANGE_PENDING) {
			exchange_queue_note(server, query, query->transport != EXCHANGE_UDP);
			run->left--;
		} else if (start(run, query, server, now, err) < 0) {
			return -1;
		}
	}
	return 0;
}

/* Milliseconds, rounded up, until there is something to do without an event. */
static int wait_time(const struct run *run, int64_t now)
{
	int64_t until = run->wake;

	if (run->free_count && run->ready < until)
		until = run->ready;
	if (until <= now)
		return 0;
	return (int)((until - now + MILLISECOND - 1) / MILLISECOND);
}

static int handle_events(struct run *run, struct error *err)
{
	struct exchange *exchange = run->exchange;
	struct epoll_event events[EVENTS_MAX];
	int count = epoll_wait(exchange->io.epoll, events, EVENTS_MAX, wait_time(run, clock_now()));
	int64_t now = clock_now();

	if (count < 0 && errno != EINTR)
		return error_errno(err, errno, "epoll_wait");
	for (int i = 0; i < count; i++) {
		struct exchange_slot *slot = &exchange->slots[events[i].data.u64 >> 32];
		unsigned int number = events[i].data.u64 & UINT32_MAX;
		unsigned long long sent = exchange->io.sent;

		/* an event before this one may have ended the question, or closed the socket */
		if (!slot->query || slot->sockets[number] < 0)
			continue;
		exchange_slot_event(slot, &exchange->io, number, now);
		look_at(run, slot, sent, now);
	}
	return 0;
}

static void handle_time(struct run *run, int64_t now)
{
	struct exchange *exchange = run->exchange;

	if (now < run->wake)
		return;
	run->wake = EXCHANGE_NEVER;
	for (size_t i = 0; i < run->slot_count; i++) {
		struct exchange_slot *slot = &exchange->slots[i];
		unsigned long long sent = exchange->io.sent;

		if (!slot->query)
			continue;
		if (now >= exchange_slot_wake(slot))
			exchange_slot_tick(slot, &exchange->io, now);
		look_at(run, slot, sent, now);
	}
}

static int run_all(struct run *run, struct error *err)
{
	for (;;) {
		if (start_ready(run, clock_now(), err) < 0)
			return -1;
		if (!run->left)
			return 0;
		if (handle_events(run, err) < 0)
			return -1;
		handle_time(run, clock_now());
		connect_cut(run, clock_now());
	}
}

/* After a failure nothing may be left under way. */
static void run_clear(struct run *run)
{
	for (size_t i = 0; i < run->slot_count; i++) {
		if (run->exchange->slots[i].query)
			exchange_slot_clear(&run->exchange->slots[i]);
	}
	exchange_queue_empty(&run->exchange->queue);
	free(run->free);
}

static void begin(struct exchange_query *queries, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		assert(queries[i].size >= MESSAGE_HEADER_SIZE);
		assert(queries[i].size <= EXCHANGE_MESSAGE_MAX);
		queries[i].outcome = EXCHANGE_PENDING;
		queries[i].answer = NULL;
		queries[i].answer_size = 0;
		queries[i].error_number = 0;
		queries[i].sent = false;
	}
}

int exchange_run(struct exchange *exchange, struct exchange_query *queries, size_t count,
		 unsigned int in_flight, struct error *err)
{
	CLEANUP(run_clear)
	struct run run = {
		.exchange = exchange,
		.left = count,
		.slot_count = exchange->limits.in_flight,
		.wake = EXCHANGE_NEVER,
	};

	begin(queries, count);
	if (in_flight && in_flight < run.slot_count)
		run.slot_count = in_flight;
	run.free = calloc(run.slot_count, sizeof(*run.free));
	if (!run.free)
		return error_no_memory(err);
	while (run.free_count < run.slot_count) {
		run.free[run.free_count] = &exchange->slots[run.free_count];
		run.free_count++;
	}
	if (exchange_queue_fill(&exchange->queue, queries, count, err) < 0)
		return -1;
	return run_all(&run, err);
}
