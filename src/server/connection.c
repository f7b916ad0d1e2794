/*
 * libmicrohttpd calls three times for a request: log_target() with the request line's target (the
 * only place where it is still as it was sent), handle() once when the headers are there and again
 * for each piece of the body and at its end, completed() when all is over.
 *
 * An answer is queued in the last call of handle(): one that is queued in the first makes
 * libmicrohttpd close the connection, which is right only for a body that is not wanted.
 */
#include "server/connection.h"

#include "base/bytes.h"
#include "server/acme_webroot.h"
#include "server/clock.h"
#include "server/gauges.h"
#include "server/request_headers.h"
#include "server/request_origin.h"

#include <limits.h>
#include <stddef.h>
#include <string.h>
#include <sys/random.h>

#define SPARE_MAX 16		       /* exchanges kept for reuse, about 5 KiB each */
#define POOL_SIZE 5632		       /* bytes a connection: request headers of 5 kB fit */
#define UPLOAD_CUT (4 * HTTP_BODY_MAX) /* bytes after which a body without a length is cut off */
#define STATUS_CLIENT_LEFT 499	       /* in the log alone, as nginx has it */

/* One request from its first line to its end. */
struct exchange {
	struct exchange *next; /* in the list of spare ones */
	int64_t started;       /* nanoseconds, CLOCK_MONOTONIC */
	bool begun, answered;
	unsigned int refusal; /* status with which the request is refused, 0: none */
	size_t uploaded, body_limit;
	struct bytes body;
	char target[HTTP_TARGET_MAX + 2]; /* longer ones are cut, one byte over the limit tells */
	struct http_request request;
};

/* An open connection. */
struct tracked_connection {
	struct deadline deadline; /* first; in context->waiting or busy, or in none: being cut */
	int fd;
	struct tls_connection *tls; /* whose plain end it is, or NULL */
	bool placed;		    /* place is its own */
	struct connection_place place;
	long requests;
	struct exchange *exchange; /* begun, not completed; or NULL */
};

static struct tracked_connection *tracked_of_deadline(struct deadline *deadline)
{
	return (struct tracked_connection *)((char *)deadline -
					     offsetof(struct tracked_connection, deadline));
}

static struct exchange *exchange_take(struct connection_context *context)
{
	struct exchange *exchange = context->spare;

	if (exchange) {
		context->spare = exchange->next;
		context->spare_count--;
	} else {
		exchange = malloc(sizeof(*exchange));
		if (!exchange)
			return NULL;
	}
	exchange->started = clock_ns();
	exchange->begun = exchange->answered = false;
	exchange->refusal = 0;
	exchange->uploaded = exchange->body_limit = 0;
	exchange->body = (struct bytes){ 0 };
	exchange->request.client = CLIENT_NONE;
	exchange->request.endpoint = NULL;
	context->under_way++;
	return exchange;
}

static void exchange_give_back(struct connection_context *context, struct exchange *exchange)
{
	context->under_way--;
	bytes_clear(&exchange->body);
	if (context->spare_count == SPARE_MAX) {
		free(exchange);
		return;
	}
	exchange->next = context->spare;
	context->spare = exchange;
	context->spare_count++;
}

/* A request is over: the log, the figures and what is remembered of it. */
static void account(struct connection_context *context, const struct exchange *exchange,
		    const struct http_response *response)
{
	enum client_kind client = exchange->request.client;
	int64_t microseconds = (clock_ns() - exchange->started) / 1000;

	log_access(context->log, response, client, microseconds);
	metrics_request(context->metrics, response->kind, client, response->status, microseconds,
			response->body_size);
	if (context->seen)
		seen_note(context->seen, response, client, clock_seconds());
}

/* The line of a request that got no answer from here, and its end. */
static void give_up(struct connection_context *context, struct exchange *exchange,
		    unsigned int status)
{
	struct http_response response;

	endpoint_refuse(status, &response);
	account(context, exchange, &response);
	exchange_give_back(context, exchange);
}

static struct tracked_connection *tracked_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info ? info->socket_context : NULL;
}

/*
 * What libmicrohttpd 0.9.75 itself refuses between request line and headers it never calls
 * completed: its exchange ends with its connection.
 */
static void forget(struct connection_context *context, struct tracked_connection *tracked)
{
	if (!tracked)
		return;
	deadline_stop(&tracked->deadline);
	if (tracked->placed)
		connection_limit_leave(context->shared->connections, &tracked->place);
	if (tracked->tls)
		tls_edge_closed(tracked->tls);
	if (tracked->exchange)
		give_up(context, tracked->exchange, MHD_HTTP_BAD_REQUEST);
	free(tracked);
}

static void notice_new(struct connection_context *context, struct MHD_Connection *connection,
		       void **socket_context)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct tracked_connection *tracked = info ? calloc(1, sizeof(*tracked)) : NULL;

	if (!tracked) /* log_target() finds that out, too */
		return;
	tracked->fd = info->connect_fd;
	tracked->tls = context->arriving.tls;
	context->arriving.tls = NULL;
	if (context->arriving.place) {
		tracked->placed = true;
		tracked->place = *context->arriving.place;
		context->arriving.place = NULL;
	}
	deadline_start(&context->waiting, &tracked->deadline);
	*socket_context = tracked;
}

static void notice_connection(void *cls, struct MHD_Connection *connection, void **socket_context,
			      enum MHD_ConnectionNotificationCode code)
{
	struct connection_context *context = cls;

	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		context->open++;
		notice_new(context, connection, socket_context);
		return;
	}
	context->open--;
	forget(context, *socket_context);
	*socket_context = NULL;
}

bool connection_add(struct connection_context *context, int fd, const struct sockaddr *client,
		    socklen_t size, const struct connection_place *place,
		    struct tls_connection *tls)
{
	bool added;

	context->arriving.tls = tls;
	context->arriving.place = place;
	added = MHD_add_connection(context->daemon, fd, client, size) == MHD_YES;
	if (context->arriving.place) /* nobody keeps it */
		connection_limit_leave(context->shared->connections, place);
	if (context->arriving.tls)
		tls_edge_closed(tls);
	context->arriving.place = NULL;
	context->arriving.tls = NULL;
	if (!added)
		metrics_add(context->metrics, METRIC_OUT_OF_MEMORY, 1);
	return added;
}

/* Closed is a connection by libmicrohttpd alone; it sees the end of what comes in, and does. */
static void cut(struct deadline *deadline)
{
	struct tracked_connection *tracked = tracked_of_deadline(deadline);

	deadline_stop(deadline);
	shutdown(tracked->fd, SHUT_RDWR);
}

static int64_t timeout_of(const struct connection_context *context)
{
	return (int64_t)context->shared->timeout * 1000000000;
}

void connection_cut_slow(struct connection_context *context)
{
	struct deadline *deadline;

	while ((deadline = deadline_over(&context->waiting, timeout_of(context)))) {
		metrics_add(context->metrics, METRIC_CUT_SLOW, 1);
		cut(deadline);
	}
}

int64_t connection_next_cut(const struct connection_context *context)
{
	return deadline_next(&context->waiting, timeout_of(context));
}

bool connection_shed(struct connection_context *context, int64_t longest)
{
	struct deadline *deadline = deadline_over(&context->waiting, longest);

	if (deadline)
		cut(deadline);
	return deadline;
}

void connection_cut_idle(struct connection_context *context, int64_t new_for, int64_t asked_for)
{
	int64_t now = clock_ns();

	for (struct deadline *deadline = context->waiting.first, *next; deadline; deadline = next) {
		const struct tracked_connection *tracked = tracked_of_deadline(deadline);

		next = deadline->behind;
		if (!tracked->exchange &&
		    now - deadline->since > (tracked->requests ? asked_for : new_for))
			cut(deadline);
	}
}

static void end_gone(const struct deadline_list *list)
{
	char byte;

	for (struct deadline *deadline = list->first; deadline; deadline = deadline->behind) {
		int fd = tracked_of_deadline(deadline)->fd;

		if (recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0)
			shutdown(fd, SHUT_RD); /* an event, where the end was none */
	}
}

void connection_end_gone(struct connection_context *context)
{
	end_gone(&context->waiting);
	end_gone(&context->busy);
}

/*
 * target lies in libmicrohttpd's buffer, where it will cut the query into parameters of 56 bytes
 * each: about 100 of them would fill the connection's memory, whereupon 0.9.75 does not answer, and
 * waits. Nobody asks for them, so it gets no query to cut.
 */
static void hide_query(const char *target)
{
	char *mark = strchr(target, '?');

	if (mark)
		mark[1] = '\0';
}

static void *log_target(void *cls, const char *target, struct MHD_Connection *connection)
{
	struct tracked_connection *tracked = tracked_of(connection);
	struct exchange *exchange = tracked ? exchange_take(cls) : NULL;
	size_t length;

	if (!exchange)
		return NULL;
	tracked->exchange = exchange;
	length = strnlen(target, sizeof(exchange->target) - 1);
	memcpy(exchange->target, target, length);
	exchange->target[length] = '\0';
	hide_query(target);
	return exchange;
}

/*
 * libmicrohttpd hands the target on as a C string, so what follows a NUL in it would be lost. It
 * cuts the request line where it lies: url, a NUL for the blank, version. If there is more between
 * the two than the target, there was a NUL in it.
 */
static bool target_is_whole(const struct exchange *exchange, const char *url, const char *version)
{
	uintptr_t begin = (uintptr_t)url, end = (uintptr_t)version;
	size_t length = strlen(exchange->target);

	if (length > HTTP_TARGET_MAX || end <= begin || end - begin > POOL_SIZE)
		return true; /* refused for its length, or not laid out so */
	return end - begin == length + 1;
}

/* What a request of a person has more. Without random bytes a domain's profile is not given out. */
static void read_page_request(struct connection_context *context, struct http_request *request,
			      const struct request_headers *headers,
			      const struct request_origin *origin)
{
	struct network_limit *limit = context->shared->limits[endpoint_limit(request)];

	request->accept_language = headers->accept_language;
	request->platform = headers->platform;
	request->user_agent = headers->user_agent;
	request->content_type = headers->content_type;
	request->now = clock_seconds();
	request->retry_after = 0;
	request->has_nonce = getrandom(request->nonce, sizeof(request->nonce), GRND_NONBLOCK) ==
			     (ssize_t)sizeof(request->nonce);
	if (limit && origin->client)
		request->retry_after =
			network_limit_take(limit, origin->client, clock_ns() / 1000000);
	if (request->retry_after)
		metrics_add(context->metrics,
			    METRIC_LIMITED_FORM + (endpoint_limit(request) - LIMIT_FORM), 1);
}

/* Makes the request of target and headers; a fault becomes exchange->refusal. */
static void read_request(struct connection_context *context, struct exchange *exchange,
			 const char *method, const struct request_headers *headers,
			 const struct request_origin *origin)
{
	struct http_request *request = &exchange->request;
	struct error err;

	request->method = http_method_parse(method);
	request->body = NULL;
	request->body_size = 0;
	request->given = NULL;
	request->given_size = 0;
	request->operations = origin->operations;
	request->transport = origin->transport;
	if (http_request_parse_target(request, exchange->target, origin->host, &err) < 0) {
		exchange->refusal =
			err.code == ERROR_TOO_LARGE ? MHD_HTTP_URI_TOO_LONG : MHD_HTTP_BAD_REQUEST;
		return;
	}
	endpoint_choose(request);
	exchange->body_limit = endpoint_body_limit(request);
	if (headers->content_length > HTTP_BODY_MAX)
		exchange->refusal = MHD_HTTP_CONTENT_TOO_LARGE;
	if (endpoint_is_page(request))
		read_page_request(context, request, headers, origin);
}

/* What the endpoint wants from here goes into text, which must live until it has answered. */
static void supply(struct connection_context *context, struct http_request *request,
		   struct bytes *text)
{
	const char *webroot = context->snapshot->acme_webroot;
	char file[ACME_FILE_MAX];
	struct error err;
	size_t size;

	switch (endpoint_want(request)) {
	case WANT_METRICS:
		gauges_render(context->shared, context->snapshot, text);
		break;
	case WANT_ACME_FILE:
		if (!webroot || !endpoint_acme_name(request) ||
		    acme_webroot_read(webroot, endpoint_acme_name(request), file, &size, &err) < 0)
			return;
		bytes_append(text, file, size);
		break;
	case WANT_NOTHING:
	default:
		return;
	}
	request->given = text->failed ? NULL : text->data;
	request->given_size = text->size;
}

/* Whether the connection ends with this answer. */
static bool is_last(const struct connection_context *context,
		    const struct tracked_connection *tracked)
{
	return context->closing || !tracked ||
	       tracked->requests >= context->snapshot->settings->providers->configuration
					    ->http_requests_per_connection;
}

static enum MHD_Result answer(struct connection_context *context, struct exchange *exchange,
			      struct MHD_Connection *connection)
{
	CLEANUP(bytes_clear) struct bytes given = { 0 };
	struct http_response response;
	enum MHD_Result result;

	supply(context, &exchange->request, &given);
	if (exchange->refusal)
		endpoint_refuse_request(&exchange->request, context->snapshot->settings,
					exchange->refusal, &response);
	else
		endpoint_serve(&exchange->request, context->snapshot->settings,
			       &context->snapshot->state, &response);
	if (response.sign)
		answer_sign(&context->signer, context->snapshot, context->metrics, &response);
	account(context, exchange, &response);
	exchange->answered = true;
	result = answer_send(connection, &response, is_last(context, tracked_of(connection)));
	if (result != MHD_YES)
		metrics_add(context->metrics, METRIC_OUT_OF_MEMORY, 1);
	return result;
}

/*
 * A piece of the body. Over the limit it is passed over; far over it, or after too long a time, the
 * connection is cut, since libmicrohttpd has no answer in the middle of a body.
 */
static enum MHD_Result take_upload(struct connection_context *context, struct exchange *exchange,
				   const char *data, size_t *size)
{
	exchange->uploaded += *size;
	if (exchange->uploaded > UPLOAD_CUT || clock_ns() - exchange->started > timeout_of(context))
		return MHD_NO;
	if (exchange->uploaded <= exchange->body_limit)
		bytes_append(&exchange->body, data, *size);
	else if (exchange->body_limit && !exchange->refusal)
		exchange->refusal = MHD_HTTP_CONTENT_TOO_LARGE;
	*size = 0;
	return exchange->body.failed ? MHD_NO : MHD_YES;
}

/* The other end of the connection, of a client or of a proxy. */
static const struct sockaddr *peer_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);

	return info ? info->client_addr : NULL;
}

/* A request that is refused here is answered at once, unread, and its connection ends. */
static enum MHD_Result begin(struct connection_context *context, struct exchange *exchange,
			     struct MHD_Connection *connection, const char *url, const char *method,
			     const char *version)
{
	CLEANUP(request_headers_clear) struct request_headers headers;
	struct tracked_connection *tracked = tracked_of(connection);
	struct request_origin origin;

	exchange->begun = true;
	if (tracked) {
		tracked->requests++;
		if (tracked->deadline.list)
			deadline_start(&context->busy, &tracked->deadline);
	}
	request_headers_read(connection, &headers);
	exchange->request.client = client_kind_of(headers.user_agent);
	request_origin_find(context->snapshot, peer_of(connection), tracked && tracked->tls,
			    &headers, &origin);
	if (!request_headers_are_clear(&headers, version) ||
	    !target_is_whole(exchange, url, version))
		exchange->refusal = MHD_HTTP_BAD_REQUEST;
	else
		read_request(context, exchange, method, &headers, &origin);
	return exchange->refusal ? answer(context, exchange, connection) : MHD_YES;
}

static enum MHD_Result handle(void *cls, struct MHD_Connection *connection, const char *url,
			      const char *method, const char *version, const char *upload_data,
			      size_t *upload_data_size, void **con_cls)
{
	struct connection_context *context = cls;
	struct exchange *exchange = *con_cls;

	if (!exchange)
		return MHD_NO;
	if (!exchange->begun)
		return begin(context, exchange, connection, url, method, version);
	if (*upload_data_size)
		return take_upload(context, exchange, upload_data, upload_data_size);
	if (exchange->answered)
		return MHD_YES;
	exchange->request.body = exchange->body.data;
	exchange->request.body_size = exchange->body.size;
	return answer(context, exchange, connection);
}

/* The status in the log of a request that got no answer from here. */
static unsigned int unanswered_status(enum MHD_RequestTerminationCode code)
{
	switch (code) {
	case MHD_REQUEST_TERMINATED_WITH_ERROR: /* libmicrohttpd has refused it */
		return MHD_HTTP_BAD_REQUEST;
	case MHD_REQUEST_TERMINATED_TIMEOUT_REACHED:
		return MHD_HTTP_REQUEST_TIMEOUT;
	default:
		return STATUS_CLIENT_LEFT;
	}
}

static void completed(void *cls, struct MHD_Connection *connection, void **con_cls,
		      enum MHD_RequestTerminationCode code)
{
	struct connection_context *context = cls;
	struct tracked_connection *tracked = tracked_of(connection);
	struct exchange *exchange = *con_cls;

	if (tracked && tracked->deadline.list)
		deadline_start(&context->waiting, &tracked->deadline);
	if (!exchange)
		return;
	*con_cls = NULL;
	if (tracked)
		tracked->exchange = NULL;
	if (exchange->answered)
		exchange_give_back(context, exchange);
	else
		give_up(context, exchange, unanswered_status(code));
}

/* Targets are decoded by http_request_parse_target(), which refuses what this could not. */
static size_t keep_encoded(void *cls, struct MHD_Connection *connection, char *text)
{
	(void)cls;
	(void)connection;
	return strlen(text);
}

int connection_daemon_start(struct connection_context *context, struct error *err)
{
	/*
	 * epoll without a thread: run by our loop, since the internal one stalls at 128 events.
	 * How many connections there are is decided before they come here.
	 */
	context->daemon = MHD_start_daemon(
		MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET, 0, NULL, NULL, handle, context,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)POOL_SIZE, MHD_OPTION_CONNECTION_LIMIT,
		(unsigned int)INT_MAX, MHD_OPTION_CONNECTION_TIMEOUT, context->shared->timeout,
		MHD_OPTION_NOTIFY_CONNECTION, notice_connection, context,
		MHD_OPTION_URI_LOG_CALLBACK, log_target, context, MHD_OPTION_NOTIFY_COMPLETED,
		completed, context, MHD_OPTION_UNESCAPE_CALLBACK, keep_encoded, NULL,
		MHD_OPTION_END);
	if (!context->daemon)
		return error_set(err, ERROR_IO, "libmicrohttpd does not start");
	return 0;
}

void connection_context_clear(struct connection_context *context)
{
	while (context->spare) {
		struct exchange *next = context->spare->next;

		free(context->spare);
		context->spare = next;
	}
	context->spare_count = 0;
}
