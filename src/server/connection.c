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
#include "base/text.h"
#include "server/listener.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>

#define SPARE_MAX 16		       /* exchanges kept for reuse, about 5 KiB each */
#define POOL_SIZE 5632		       /* bytes a connection: request headers of 5 kB fit */
#define UPLOAD_CUT (4 * HTTP_BODY_MAX) /* bytes after which a body without a length is cut off */
#define HOST_MAX 1024 /* bytes: a name of 253 with every character percent-encoded, and a port */
#define COMPLAINT_INTERVAL (60 * INT64_C(1000000000)) /* nanoseconds */
#define STATUS_CLIENT_LEFT 499			      /* in the log alone, as nginx has it */

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
	struct connection_list *list; /* where it is: context->waiting or busy; NULL: being cut */
	struct tracked_connection *before, *behind;
	int64_t since; /* when it came there: nanoseconds, CLOCK_MONOTONIC */
	int fd;
	struct exchange *exchange; /* begun, not completed; or NULL */
};

/* The headers that count. */
struct headers {
	const char *host, *user_agent, *accept_language, *platform, *content_type;
	size_t host_count, length_count;
	uint64_t content_length;
	bool chunked; /* Transfer-Encoding says that alone */
	bool unclear; /* where the body ends, what the Host is, a name, or a NUL in a value */
};

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
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
	exchange->started = now_ns();
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

static void leave_list(struct tracked_connection *tracked)
{
	struct connection_list *list = tracked->list;

	if (!list)
		return;
	*(tracked->before ? &tracked->before->behind : &list->first) = tracked->behind;
	*(tracked->behind ? &tracked->behind->before : &list->last) = tracked->before;
	tracked->list = NULL;
}

static void move_to(struct connection_list *list, struct tracked_connection *tracked)
{
	leave_list(tracked);
	tracked->since = now_ns();
	tracked->list = list;
	tracked->before = list->last;
	tracked->behind = NULL;
	*(tracked->before ? &tracked->before->behind : &list->first) = tracked;
	list->last = tracked;
}

/* The line of a request that got no answer from here, and its end. */
static void give_up(struct connection_context *context, struct exchange *exchange,
		    unsigned int status)
{
	struct http_response response;

	endpoint_refuse(status, &response);
	log_access(context->log, &response, exchange->request.client,
		   (now_ns() - exchange->started) / 1000);
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
	leave_list(tracked);
	if (tracked->exchange)
		give_up(context, tracked->exchange, MHD_HTTP_BAD_REQUEST);
	free(tracked);
}

static void notice_connection(void *cls, struct MHD_Connection *connection, void **socket_context,
			      enum MHD_ConnectionNotificationCode code)
{
	struct connection_context *context = cls;
	struct tracked_connection *tracked = *socket_context;
	const union MHD_ConnectionInfo *info;

	if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
		context->run_again |= context->open >= context->limit;
		context->open--;
		forget(context, tracked);
		*socket_context = NULL;
		return;
	}
	context->open++;
	context->accepted++;
	info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	tracked = info ? calloc(1, sizeof(*tracked)) : NULL;
	if (!tracked)
		return;
	tracked->fd = info->connect_fd;
	move_to(&context->waiting, tracked);
	*socket_context = tracked;
}

/* Closed is a connection by libmicrohttpd alone; it sees the end of what comes in, and does. */
void connection_cut_slow(struct connection_context *context)
{
	int64_t now = context->waiting.first ? now_ns() : 0;

	while (context->waiting.first && now - context->waiting.first->since > context->timeout) {
		struct tracked_connection *tracked = context->waiting.first;

		leave_list(tracked);
		shutdown(tracked->fd, SHUT_RDWR);
	}
}

int64_t connection_next_cut(const struct connection_context *context)
{
	int64_t left;

	if (!context->waiting.first)
		return -1;
	left = context->waiting.first->since + context->timeout - now_ns();
	return left < 0 ? 0 : left / 1000000 + 1;
}

static void end_gone(const struct connection_list *list)
{
	char byte;

	for (const struct tracked_connection *tracked = list->first; tracked;
	     tracked = tracked->behind) {
		if (recv(tracked->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0)
			shutdown(tracked->fd, SHUT_RD); /* an event, where the end was none */
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

/* What is no number is 0: libmicrohttpd has refused the request before, or reads no body. */
static uint64_t number_of(const char *text, size_t size)
{
	uint64_t number = 0;

	for (size_t i = 0; i < size && text[i] >= '0' && text[i] <= '9'; i++) {
		if (number > UINT64_MAX / 10 - 1)
			return UINT64_MAX;
		number = 10 * number + (uint64_t)(text[i] - '0');
	}
	return number;
}

/*
 * A name with a blank in it, of which the next reader may think otherwise (RFC 9112 5.1). Of a
 * value that goes on in the next line libmicrohttpd 0.9.75 makes a part of a name: then there may
 * be a body, and it has not seen it.
 */
static bool name_is_clear(const char *name, size_t size)
{
	if (size == 0 || name[size - 1] == '\t' || memchr(name, ' ', size))
		return false;
	return !(size > 14 && text_begins(name, "Content-Length")) &&
	       !(size > 17 && text_begins(name, "Transfer-Encoding"));
}

/*
 * libmicrohttpd hands a value on as a C string. It cuts headers where they lie and makes two NULs
 * of the CR LF behind each: where there is only one, a NUL in the value came first (or the line
 * ended in LF alone, or went on in the next: neither has to be understood, RFC 9112 2.2 and 5.2).
 */
static bool value_is_whole(const char *value, size_t size)
{
	return value[size] == '\0' && value[size + 1] == '\0';
}

/* Whether it can be a host at all; one that is not ours, or an IP address, is no fault. */
static bool host_is_readable(const char *host, size_t size)
{
	bool ascii = true;

	for (size_t i = 0; i < size; i++) {
		unsigned char c = (unsigned char)host[i];

		if (c <= ' ' || c == 0x7f)
			return false;
		ascii &= c < 0x80;
	}
	return size <= HOST_MAX && (ascii || text_is_clean(host, size));
}

/* Whether a key of the name's size is that name; most programs write it as it is written here. */
static bool is_header(const char *key, const char *name, size_t size)
{
	return memcmp(key, name, size) == 0 || text_equals(key, size, name);
}

/* The last of several counts. */
static void note_word(const char **ret, const char *name, const char *key, size_t size,
		      const char *value)
{
	if (is_header(key, name, size))
		*ret = value;
}

static enum MHD_Result note_header(void *cls, enum MHD_ValueKind kind, const char *key,
				   size_t key_size, const char *value, size_t value_size)
{
	struct headers *headers = cls;

	(void)kind;
	headers->unclear |= !name_is_clear(key, key_size);
	if (!value)
		return MHD_YES;
	headers->unclear |= !value_is_whole(value, value_size);
	switch (key_size) { /* each has a length of its own */
	case sizeof("Host") - 1:
		if (is_header(key, "Host", key_size)) {
			headers->host = value;
			headers->host_count++;
			headers->unclear |= !host_is_readable(value, value_size);
		}
		break;
	case sizeof("User-Agent") - 1:
		note_word(&headers->user_agent, "User-Agent", key, key_size, value);
		break;
	case sizeof("Content-Type") - 1:
		note_word(&headers->content_type, "Content-Type", key, key_size, value);
		break;
	case sizeof("Accept-Language") - 1:
		note_word(&headers->accept_language, "Accept-Language", key, key_size, value);
		break;
	case sizeof("Sec-CH-UA-Platform") - 1:
		note_word(&headers->platform, "Sec-CH-UA-Platform", key, key_size, value);
		break;
	case sizeof("Content-Length") - 1:
		if (is_header(key, "Content-Length", key_size)) {
			headers->content_length = number_of(value, value_size);
			headers->length_count++;
		}
		break;
	case sizeof("Transfer-Encoding") - 1:
		if (is_header(key, "Transfer-Encoding", key_size)) {
			headers->unclear |=
				headers->chunked || !text_equals(value, value_size, "chunked");
			headers->chunked = true;
		}
		break;
	default:
		break;
	}
	return MHD_YES;
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

/*
 * Whether the headers are of one mind (RFC 9112): one Host, which version 1.1 must have (3.2), and
 * one way of telling where the body ends (6.3), or a proxy in front might see another request than
 * we do.
 */
static bool headers_are_clear(const struct headers *headers, const char *version)
{
	if (headers->unclear || headers->host_count > 1 || headers->length_count > 1 ||
	    (headers->chunked && headers->length_count))
		return false;
	if (strcmp(version, MHD_HTTP_VERSION_1_0) == 0)
		return !headers->chunked; /* 1.0 has no such thing, RFC 9112 6.1 */
	return headers->host_count == 1 || strcmp(version, MHD_HTTP_VERSION_1_1) != 0;
}

static bool may_ask_operations(const struct connection_context *context,
			       struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);

	return info && network_list_contains(&context->snapshot->operations, info->client_addr);
}

/* What a request of a person has more. Without random bytes a domain's profile is not given out. */
static void read_page_request(struct connection_context *context, struct http_request *request,
			      struct MHD_Connection *connection, const struct headers *headers)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);

	request->accept_language = headers->accept_language;
	request->platform = headers->platform;
	request->user_agent = headers->user_agent;
	request->content_type = headers->content_type;
	request->now = (int64_t)time(NULL);
	request->retry_after = 0;
	request->has_nonce = getrandom(request->nonce, sizeof(request->nonce), GRND_NONBLOCK) ==
			     (ssize_t)sizeof(request->nonce);
	if (info && endpoint_is_limited(request))
		request->retry_after =
			network_limit_take(context->forms, info->client_addr, now_ns() / 1000000);
}

/* Makes the request of target and headers; a fault becomes exchange->refusal. */
static void read_request(struct connection_context *context, struct exchange *exchange,
			 struct MHD_Connection *connection, const char *method,
			 const struct headers *headers)
{
	struct http_request *request = &exchange->request;
	struct error err;

	request->method = http_method_parse(method);
	request->body = NULL;
	request->body_size = 0;
	request->operations = false;
	if (http_request_parse_target(request, exchange->target, headers->host, &err) < 0) {
		exchange->refusal =
			err.code == ERROR_TOO_LARGE ? MHD_HTTP_URI_TOO_LONG : MHD_HTTP_BAD_REQUEST;
		return;
	}
	endpoint_choose(request);
	exchange->body_limit = endpoint_body_limit(request);
	if (headers->content_length > HTTP_BODY_MAX)
		exchange->refusal = MHD_HTTP_CONTENT_TOO_LARGE;
	if (strncmp(request->path, "/-/", 3) == 0)
		request->operations = may_ask_operations(context, connection);
	if (endpoint_is_page(request))
		read_page_request(context, request, connection, headers);
}

static const char *allow_text(unsigned int methods)
{
	switch (methods) {
	case HTTP_GET | HTTP_HEAD:
		return "GET, HEAD";
	case HTTP_GET | HTTP_HEAD | HTTP_POST:
		return "GET, HEAD, POST";
	case HTTP_POST:
		return "POST";
	default:
		return "GET";
	}
}

/*
 * A page shows nothing from elsewhere and tells nobody where it was: the link to it is as good as
 * the address that it holds.
 */
static void add_page_headers(struct MHD_Response *to, const struct http_response *response)
{
	MHD_add_response_header(to, "Content-Security-Policy",
				"default-src 'none'; style-src 'self'; img-src 'self'; "
				"script-src 'self'; form-action 'self'; base-uri 'none'; "
				"frame-ancestors 'none'");
	MHD_add_response_header(to, "Referrer-Policy", "no-referrer");
	MHD_add_response_header(to, "X-Robots-Tag", "noindex, nofollow");
	MHD_add_response_header(to, "Cross-Origin-Opener-Policy", "same-origin");
	if (response->immutable)
		MHD_add_response_header(to, MHD_HTTP_HEADER_CACHE_CONTROL,
					"public, max-age=31536000, immutable");
	if (response->secure_host)
		MHD_add_response_header(to, "Strict-Transport-Security", "max-age=31536000");
}

static void add_headers(struct MHD_Response *to, const struct http_response *response,
			const struct connection_context *context)
{
	if (response->media_type)
		MHD_add_response_header(to, MHD_HTTP_HEADER_CONTENT_TYPE, response->media_type);
	MHD_add_response_header(to, "X-Content-Type-Options", "nosniff");
	if (response->no_store)
		MHD_add_response_header(to, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	if (response->page)
		add_page_headers(to, response);
	if (response->retry_after) {
		char seconds[16];

		snprintf(seconds, sizeof(seconds), "%u", response->retry_after);
		MHD_add_response_header(to, MHD_HTTP_HEADER_RETRY_AFTER, seconds);
	}
	if (response->any_origin)
		MHD_add_response_header(to, MHD_HTTP_HEADER_ACCESS_CONTROL_ALLOW_ORIGIN, "*");
	if (response->allow)
		MHD_add_response_header(to, MHD_HTTP_HEADER_ALLOW, allow_text(response->allow));
	if (response->location[0])
		MHD_add_response_header(to, MHD_HTTP_HEADER_LOCATION, response->location);
	if (response->file_name[0]) { /* made of a domain name: nothing in it to quote */
		char value[sizeof(response->file_name) + sizeof("attachment; filename=\"\"")];

		snprintf(value, sizeof(value), "attachment; filename=\"%s\"", response->file_name);
		MHD_add_response_header(to, MHD_HTTP_HEADER_CONTENT_DISPOSITION, value);
	}
	if (context->closing)
		MHD_add_response_header(to, MHD_HTTP_HEADER_CONNECTION, "close");
}

/* Once a minute and worker, however many want a profile. */
static void complain_unsigned(struct connection_context *context, const struct error *err)
{
	int64_t now = now_ns();

	if (context->complained && now - context->complained < COMPLAINT_INTERVAL)
		return;
	context->complained = now;
	log_message("a profile goes out unsigned: %s", err->text);
}

/* A profile that cannot be signed goes out as it is: it works, with a warning on the device. */
static void sign(struct connection_context *context, struct http_response *response)
{
	char *signed_profile;
	struct error err;
	size_t size;

	if (!context->snapshot->signer)
		return;
	if (profile_signer_sign(context->snapshot->signer, response->body, response->body_size,
				(int64_t)time(NULL), &signed_profile, &size, &err) < 0) {
		complain_unsigned(context, &err);
		return;
	}
	free(response->owned);
	response->owned = signed_profile;
	response->body = signed_profile;
	response->body_size = size;
}

static enum MHD_Result answer(struct connection_context *context, struct exchange *exchange,
			      struct MHD_Connection *connection)
{
	struct http_response response;
	struct MHD_Response *to;
	enum MHD_Result result;

	if (exchange->refusal)
		endpoint_refuse_request(&exchange->request, context->snapshot->settings,
					exchange->refusal, &response);
	else
		endpoint_serve(&exchange->request, context->snapshot->settings,
			       &context->snapshot->state, &response);
	if (response.sign)
		sign(context, &response);
	to = response.owned
		     ? MHD_create_response_from_buffer(response.body_size, response.owned,
						       MHD_RESPMEM_MUST_FREE)
		     : MHD_create_response_from_buffer(response.body_size, (void *)response.body,
						       MHD_RESPMEM_MUST_COPY);
	if (!to) {
		free(response.owned);
		return MHD_NO;
	}
	add_headers(to, &response, context);
	result = MHD_queue_response(connection, response.status, to);
	MHD_destroy_response(to);
	exchange->answered = true;
	log_access(context->log, &response, exchange->request.client,
		   (now_ns() - exchange->started) / 1000);
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
	if (exchange->uploaded > UPLOAD_CUT || now_ns() - exchange->started > context->timeout)
		return MHD_NO;
	if (exchange->uploaded <= exchange->body_limit)
		bytes_append(&exchange->body, data, *size);
	else if (exchange->body_limit && !exchange->refusal)
		exchange->refusal = MHD_HTTP_CONTENT_TOO_LARGE;
	*size = 0;
	return exchange->body.failed ? MHD_NO : MHD_YES;
}

/* A request that is refused here is answered at once, unread, and its connection ends. */
static enum MHD_Result begin(struct connection_context *context, struct exchange *exchange,
			     struct MHD_Connection *connection, const char *url, const char *method,
			     const char *version)
{
	struct tracked_connection *tracked = tracked_of(connection);
	struct headers headers = { 0 };

	exchange->begun = true;
	if (tracked && tracked->list)
		move_to(&context->busy, tracked);
	MHD_get_connection_values_n(connection, MHD_HEADER_KIND, note_header, &headers);
	exchange->request.client = client_kind_of(headers.user_agent);
	if (!headers_are_clear(&headers, version) || !target_is_whole(exchange, url, version))
		exchange->refusal = MHD_HTTP_BAD_REQUEST;
	else
		read_request(context, exchange, connection, method, &headers);
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

	if (tracked && tracked->list)
		move_to(&context->waiting, tracked);
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

int connection_daemon_start(int listen_fd, const struct connection_limits *limits,
			    struct connection_context *context, struct MHD_Daemon **ret,
			    struct error *err)
{
	context->timeout = (int64_t)limits->timeout * 1000000000;
	context->limit = limits->connections;
	context->forms = limits->forms;
	/* epoll without a thread: run by our loop, since the internal one stalls at 128 events */
	*ret = MHD_start_daemon(
		MHD_USE_EPOLL, 0, NULL, NULL, handle, context, MHD_OPTION_LISTEN_SOCKET, listen_fd,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)POOL_SIZE, MHD_OPTION_CONNECTION_LIMIT,
		limits->connections, MHD_OPTION_CONNECTION_TIMEOUT, limits->timeout,
		MHD_OPTION_LISTEN_BACKLOG_SIZE, (unsigned int)LISTENER_BACKLOG,
		MHD_OPTION_NOTIFY_CONNECTION, notice_connection, context,
		MHD_OPTION_URI_LOG_CALLBACK, log_target, context, MHD_OPTION_NOTIFY_COMPLETED,
		completed, context, MHD_OPTION_UNESCAPE_CALLBACK, keep_encoded, NULL,
		MHD_OPTION_END);
	if (!*ret)
		return error_set(err, ERROR_IO, "libmicrohttpd does not start on a socket");
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
