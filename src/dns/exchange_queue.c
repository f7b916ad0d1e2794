#include "dns/exchange_queue.h"

#include <assert.h>
#include <search.h>
#include <string.h>

#define NONE SIZE_MAX

struct exchange_server {
	struct socket_address address;
	struct rate_limit rate;
	size_t first, last;	      /* of its line; first NONE: nothing waits */
	size_t silent;		      /* questions of this run since its last answer */
	size_t connections;	      /* to it */
	struct exchange_server *next; /* whose turn is after */
};

void exchange_queue_init(struct exchange_queue *queue, const struct exchange_limits *limits)
{
	*queue = (struct exchange_queue){ .limits = limits };
	rate_limit_set(&queue->rate, limits->rate);
}

static int compare(const void *a, const void *b)
{
	const struct socket_address *x = &((const struct exchange_server *)a)->address;
	const struct socket_address *y = &((const struct exchange_server *)b)->address;

	if (x->size != y->size)
		return x->size < y->size ? -1 : 1;
	return memcmp(&x->address, &y->address, x->size);
}

static bool is_own(const struct exchange_queue *queue, const struct socket_address *address)
{
	const struct socket_address_list *own = queue->limits->own;

	for (size_t i = 0; own && i < own->count; i++) {
		if (socket_address_equal(&own->list[i], address))
			return true;
	}
	return false;
}

/* NULL: no memory. */
static struct exchange_server *find_server(struct exchange_queue *queue,
					   const struct socket_address *address)
{
	struct exchange_server wanted = { .address = *address }, *server;
	void *found = tfind(&wanted, &queue->servers, compare);

	if (found)
		return *(struct exchange_server **)found;
	server = malloc(sizeof(*server));
	if (!server)
		return NULL;
	*server = (struct exchange_server){ .address = *address, .first = NONE };
	if (!is_own(queue, address))
		rate_limit_set(&server->rate, queue->limits->rate_server);
	if (!tsearch(server, &queue->servers, compare)) {
		free(server);
		return NULL;
	}
	return server;
}

static void add_turn(struct exchange_queue *queue, struct exchange_server *server)
{
	server->next = NULL;
	if (queue->turns++)
		queue->turn_last->next = server;
	else
		queue->turn = server;
	queue->turn_last = server;
}

static struct exchange_server *take_turn(struct exchange_queue *queue)
{
	struct exchange_server *server = queue->turn;

	queue->turn = server->next;
	queue->turns--;
	return server;
}

int exchange_queue_fill(struct exchange_queue *queue, struct exchange_query *queries, size_t count,
			struct error *err)
{
	queue->queries = queries;
	queue->next = calloc(count ? count : 1, sizeof(*queue->next));
	if (!queue->next)
		return error_no_memory(err);
	for (size_t i = 0; i < count; i++) {
		struct exchange_server *server = find_server(queue, &queries[i].server);

		if (!server)
			return error_no_memory(err);
		queue->next[i] = NONE;
		if (server->first == NONE) {
			server->first = i;
			server->silent = server->connections = 0;
			add_turn(queue, server);
		} else {
			queue->next[server->last] = i;
		}
		server->last = i;
	}
	return 0;
}

static struct exchange_query *take_first(struct exchange_queue *queue,
					 struct exchange_server *server)
{
	struct exchange_query *query = &queue->queries[server->first];

	server->first = queue->next[server->first];
	if (server->first != NONE)
		add_turn(queue, server);
	server->connections += query->transport != EXCHANGE_UDP;
	return query;
}

/* Whether the next question in its line has to wait for the end of another. */
static bool is_busy(const struct exchange_queue *queue, const struct exchange_server *server)
{
	return server->connections >= EXCHANGE_CONNECTIONS_MAX &&
	       queue->queries[server->first].transport != EXCHANGE_UDP;
}

struct exchange_query *exchange_queue_take(struct exchange_queue *queue, int64_t now,
					   struct exchange_server **ret, int64_t *ret_ready)
{
	int64_t wait = rate_limit_wait(&queue->rate, now);

	*ret_ready = wait ? now + wait : INT64_MAX;
	for (size_t i = queue->turns; i > 0 && !wait; i--) {
		struct exchange_server *server = take_turn(queue);
		int64_t ready = now + rate_limit_wait(&server->rate, now);
		bool is_silent = server->silent >= EXCHANGE_SILENT_MAX;
		bool busy = is_busy(queue, server);

		if (is_silent || (ready == now && !busy)) {
			struct exchange_query *query = take_first(queue, server);

			if (is_silent)
				query->outcome = EXCHANGE_SILENT;
			*ret = server;
			return query;
		}
		add_turn(queue, server);
		if (!busy && ready < *ret_ready)
			*ret_ready = ready;
	}
	return NULL;
}

void exchange_queue_put_back(struct exchange_queue *queue, struct exchange_query *query,
			     struct exchange_server *server)
{
	size_t which = (size_t)(query - queue->queries);

	server->connections -= query->transport != EXCHANGE_UDP;
	queue->next[which] = server->first;
	if (server->first == NONE) {
		server->last = which;
		add_turn(queue, server);
	}
	server->first = which;
}

void exchange_queue_charge(struct exchange_queue *queue, struct exchange_server *server,
			   unsigned long long count, int64_t now)
{
	while (count-- > 0) {
		rate_limit_take(&queue->rate, now);
		rate_limit_take(&server->rate, now);
	}
}

bool exchange_queue_connect(struct exchange_server *server)
{
	if (server->connections >= EXCHANGE_CONNECTIONS_MAX)
		return false;
	server->connections++;
	return true;
}

void exchange_queue_note(struct exchange_server *server, const struct exchange_query *query,
			 bool connected)
{
	server->connections -= connected;
	if (query->outcome == EXCHANGE_SILENT)
		server->silent++;
	else
		server->silent = 0;
}

void exchange_queue_empty(struct exchange_queue *queue)
{
	while (queue->turns)
		take_turn(queue)->first = NONE;
	free(queue->next);
	queue->next = NULL;
	queue->queries = NULL;
}

void exchange_queue_clear(struct exchange_queue *queue)
{
	tdestroy(queue->servers, free);
	queue->servers = NULL;
}
