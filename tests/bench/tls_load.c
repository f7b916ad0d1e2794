/*
 * A load of many short HTTPS connections, or of a few kept ones, or connections that only stay
 * open, for bench_tls.py: Python's ssl is too slow to keep a server busy. One thread, epoll; every
 * client is a small state: handshake, send the request, read the answer, close or ask again.
 *
 * Each connection asks for one name drawn from --names of them ("c#.example", # is the number), in
 * SNI, Host and path. Only whole answers with status 200 count; all else is a failure.
 * Prints one line of JSON. No certificate is verified.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#define LATENCIES_MAX 4000000
#define NAME_SIZE 256
#define ADDRESSES_MAX 200

/* What the command line asks for. */
struct load {
	unsigned int port;
	unsigned int clients;	/* open at once */
	unsigned int names;	/* different names to ask for */
	unsigned int addresses; /* 127.0.1.1 and on to come from; 0: the kernel's choice */
	double seconds;
	size_t count;	  /* stop after so many answers; 0: after the seconds */
	const char *name; /* with # for a number */
	const char *path; /* the same */
	int version;	  /* the only TLS version, or 0 */
	bool plain;	  /* no TLS */
	bool resume;	  /* offer the name's last session */
	bool keep;	  /* ask again on the same connection */
	bool idle;	  /* ask once, then stay open until the end of standard input */
};

enum state { STATE_HANDSHAKE, STATE_SEND, STATE_RECEIVE, STATE_IDLE };

struct client {
	SSL *ssl; /* NULL: plain */
	int fd;
	enum state state;
	unsigned int name;
	double started;
	size_t received; /* bytes of the answer in head, capped by its size */
	size_t total;	 /* bytes of the answer */
	size_t expected; /* bytes that a whole answer has, 0: not known yet */
	char head[1024];
};

/* What was seen. */
struct result {
	size_t count;
	size_t resumed;
	size_t failed;
	float *latencies; /* milliseconds, LATENCIES_MAX of them at most */
};

static struct load load = {
	.clients = 16, .names = 1, .seconds = 2, .name = "localhost", .path = "/"
};
static struct result result;
static SSL_CTX *context;
static SSL_SESSION **sessions; /* the last one of each name */
static int epoll_fd;

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static unsigned int draw(unsigned int limit)
{
	static uint64_t state = 88172645463325252u;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned int)(state % limit);
}

/* Writes pattern with the first # replaced by number. */
static void number_into(const char *pattern, unsigned int number, char *out, size_t size)
{
	const char *mark = strchr(pattern, '#');

	if (mark)
		snprintf(out, size, "%.*s%u%s", (int)(mark - pattern), pattern, number, mark + 1);
	else
		snprintf(out, size, "%s", pattern);
}

static void die(const char *what)
{
	fprintf(stderr, "tls_load: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int open_socket(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)load.port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	int on = 1;

	if (fd < 0)
		die("socket");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)); /* as HTTP clients do */
	if (load.addresses) {
		struct sockaddr_in from = { .sin_family = AF_INET };

		from.sin_addr.s_addr = htonl(0x7f000101 + draw(load.addresses));
		setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
		if (bind(fd, (struct sockaddr *)&from, sizeof(from)) < 0)
			die("bind");
	}
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0 && errno != EINPROGRESS)
		die("connect");
	return fd;
}

static void client_start(struct client *client)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = client };

	*client = (struct client){ .fd = open_socket(), .started = now() };
	client->name = draw(load.names);
	client->state = load.plain ? STATE_SEND : STATE_HANDSHAKE;
	if (!load.plain) {
		char name[NAME_SIZE];

		number_into(load.name, client->name, name, sizeof(name));
		client->ssl = SSL_new(context);
		SSL_set_fd(client->ssl, client->fd);
		SSL_set_tlsext_host_name(client->ssl, name);
		SSL_set_app_data(client->ssl, client);
		if (load.resume && sessions[client->name])
			SSL_set_session(client->ssl, sessions[client->name]);
	}
	if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, client->fd, &event) < 0)
		die("epoll_ctl");
}

static void client_stop(struct client *client)
{
	if (client->ssl) {
		SSL_shutdown(client->ssl);
		SSL_free(client->ssl);
	}
	ERR_clear_error();
	close(client->fd);
	client->fd = -1;
}

static void client_answered(struct client *client)
{
	if (result.count < LATENCIES_MAX)
		result.latencies[result.count] = (float)((now() - client->started) * 1000);
	result.count++;
}

static void client_fail(struct client *client)
{
	result.failed++;
	client_stop(client);
	client_start(client);
}

/* The size of the whole answer whose head has come, or 0: it has not, or is none with status 200.
 */
static size_t answer_size(const struct client *client)
{
	const char *end = memmem(client->head, client->received, "\r\n\r\n", 4);
	const char *length;

	if (!end || strncmp(client->head, "HTTP/1.1 200", 12) != 0)
		return 0;
	length = strcasestr(client->head, "\r\nContent-Length:");
	if (!length || length > end)
		return 0;
	return (size_t)(end + 4 - client->head) + strtoul(length + 17, NULL, 10);
}

/* >0 bytes, 0 the end, -1 try again later, -2 broken */
static int stream_result(struct client *client, int count)
{
	if (!client->ssl) {
		if (count >= 0)
			return count;
		return errno == EAGAIN || errno == ENOTCONN ? -1 : -2;
	}
	switch (SSL_get_error(client->ssl, count)) {
	case SSL_ERROR_NONE:
		return count;
	case SSL_ERROR_WANT_READ:
	case SSL_ERROR_WANT_WRITE:
		return -1;
	case SSL_ERROR_ZERO_RETURN:
		return 0;
	default:
		return -2;
	}
}

static int stream_read(struct client *client, char *bytes, int size)
{
	if (client->ssl)
		return stream_result(client, SSL_read(client->ssl, bytes, size));
	return stream_result(client, (int)read(client->fd, bytes, (size_t)size));
}

static int stream_write(struct client *client, const char *bytes, int size)
{
	if (client->ssl)
		return stream_result(client, SSL_write(client->ssl, bytes, size));
	return stream_result(client, (int)write(client->fd, bytes, (size_t)size));
}

static int send_request(struct client *client)
{
	char name[NAME_SIZE], path[NAME_SIZE], text[3 * NAME_SIZE];
	int size, sent;

	number_into(load.name, client->name, name, sizeof(name));
	number_into(load.path, client->name, path, sizeof(path));
	size = snprintf(text, sizeof(text), "GET %s HTTP/1.1\r\nHost: %s\r\n%s\r\n", path, name,
			load.keep || load.idle ? "" : "Connection: close\r\n");
	sent = stream_write(client, text, size);
	if (sent == size)
		client->state = STATE_RECEIVE;
	return sent;
}

/* Takes bytes of the answer in. Returns whether the answer is whole. */
static bool take(struct client *client, const char *bytes, size_t size)
{
	size_t room = sizeof(client->head) - 1 - client->received;
	size_t kept = size < room ? size : room;

	memcpy(client->head + client->received, bytes, kept);
	client->received += kept;
	client->total += size;
	if (!client->expected)
		client->expected = answer_size(client);
	return client->expected && client->total >= client->expected;
}

/* After a whole answer on a connection that stays open. */
static void client_next(struct client *client)
{
	client_answered(client);
	client->received = client->total = client->expected = 0;
	memset(client->head, 0, sizeof(client->head));
	client->started = now();
	client->state = load.idle ? STATE_IDLE : STATE_SEND;
}

/* Returns what stream_read() returned last: to go on, to wait, or that the connection is over. */
static int receive(struct client *client)
{
	char bytes[16384];
	int count = stream_read(client, bytes, sizeof(bytes));

	if (count > 0 && take(client, bytes, (size_t)count) && (load.keep || load.idle))
		client_next(client);
	return count;
}

static int handshake(struct client *client)
{
	int done = SSL_connect(client->ssl);

	if (done == 1) {
		client->state = STATE_SEND;
		result.resumed += (size_t)SSL_session_reused(client->ssl);
	}
	return stream_result(client, done);
}

/* Goes on with a client until it has to wait. */
static void client_run(struct client *client)
{
	int count = 1;

	while (count > 0) {
		if (client->state == STATE_HANDSHAKE)
			count = handshake(client);
		else if (client->state == STATE_SEND)
			count = send_request(client);
		else
			count = receive(client);
	}
	if (count == -1)
		return;
	if (count == 0 && !load.keep && !load.idle && client->expected &&
	    client->total == client->expected) {
		client_answered(client);
		client_stop(client);
		client_start(client);
	} else if (client->state == STATE_IDLE) {
		result.failed++; /* the server closed it: it is not opened again */
		client_stop(client);
	} else {
		client_fail(client);
	}
}

static int keep_session(SSL *ssl, SSL_SESSION *session)
{
	struct client *client = SSL_get_app_data(ssl);

	SSL_SESSION_free(sessions[client->name]);
	sessions[client->name] = session;
	return 1;
}

static void make_context(void)
{
	context = SSL_CTX_new(TLS_client_method());
	sessions = calloc(load.names, sizeof(*sessions));
	result.latencies = calloc(LATENCIES_MAX, sizeof(*result.latencies));
	if (!context || !sessions || !result.latencies)
		die("no memory");
	if (load.version) {
		SSL_CTX_set_min_proto_version(context, load.version);
		SSL_CTX_set_max_proto_version(context, load.version);
	}
	if (!load.resume)
		return;
	SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
	SSL_CTX_sess_set_new_cb(context, keep_session);
}

/* Serves the events of at most a second. */
static void turn(void)
{
	struct epoll_event events[256];
	int count = epoll_wait(epoll_fd, events, 256, 1000);

	for (int i = 0; i < count; i++)
		client_run(events[i].data.ptr);
}

static int compare(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;

	return (x > y) - (x < y);
}

static void print_result(double seconds)
{
	size_t kept = result.count < LATENCIES_MAX ? result.count : LATENCIES_MAX;

	qsort(result.latencies, kept, sizeof(*result.latencies), compare);
	printf("{\"count\": %zu, \"resumed\": %zu, \"failed\": %zu, \"seconds\": %.3f, "
	       "\"p50\": %.3f, \"p99\": %.3f}\n",
	       result.count, result.resumed, result.failed, seconds,
	       (double)result.latencies[kept / 2],
	       (double)result.latencies[kept ? kept - 1 - kept / 100 : 0]);
	fflush(stdout);
}

/* Opens the clients, 64 at a time, and holds them until standard input ends. */
static void run_idle(struct client *clients)
{
	double started = now();
	unsigned int opened = 0;
	char end;

	while (result.count < load.clients && result.failed == 0) {
		while (opened < load.clients && opened < result.count + 64)
			client_start(&clients[opened++]);
		turn();
	}
	print_result(now() - started);
	while (read(STDIN_FILENO, &end, 1) > 0)
		;
}

static void run_busy(struct client *clients)
{
	double started = now();

	for (unsigned int i = 0; i < load.clients; i++)
		client_start(&clients[i]);
	while (load.count ? result.count < load.count : now() - started < load.seconds)
		turn();
	print_result(now() - started);
}

static const struct option options[] = {
	{ "port", required_argument, NULL, 'p' },    { "clients", required_argument, NULL, 'c' },
	{ "seconds", required_argument, NULL, 's' }, { "count", required_argument, NULL, 'C' },
	{ "name", required_argument, NULL, 'n' },    { "names", required_argument, NULL, 'N' },
	{ "path", required_argument, NULL, 'P' },    { "addresses", required_argument, NULL, 'a' },
	{ "tls", required_argument, NULL, 't' },     { "plain", no_argument, NULL, 'x' },
	{ "resume", no_argument, NULL, 'r' },	     { "keep", no_argument, NULL, 'k' },
	{ "idle", no_argument, NULL, 'i' },	     { NULL, 0, NULL, 0 },
};

static unsigned int number(const char *text)
{
	return (unsigned int)strtoul(text, NULL, 10);
}

static int parse_option(int c)
{
	switch (c) {
	case 'p':
		load.port = number(optarg);
		return 0;
	case 'c':
		load.clients = number(optarg);
		return 0;
	case 's':
		load.seconds = strtod(optarg, NULL);
		return 0;
	case 'C':
		load.count = number(optarg);
		return 0;
	case 'n':
		load.name = optarg;
		return 0;
	case 'N':
		load.names = number(optarg);
		return 0;
	case 'P':
		load.path = optarg;
		return 0;
	case 'a':
		load.addresses = number(optarg);
		return 0;
	case 't':
		load.version = strcmp(optarg, "1.2") == 0 ? TLS1_2_VERSION : TLS1_3_VERSION;
		return 0;
	case 'x':
		load.plain = true;
		return 0;
	case 'r':
		load.resume = true;
		return 0;
	case 'k':
		load.keep = true;
		return 0;
	case 'i':
		load.idle = true;
		return 0;
	default:
		return -1;
	}
}

static int parse_options(int argc, char **argv)
{
	for (int c; (c = getopt_long(argc, argv, "", options, NULL)) >= 0;) {
		if (parse_option(c) < 0)
			return -1;
	}
	return load.port && load.clients && load.names && load.addresses <= ADDRESSES_MAX ? 0 : -1;
}

int main(int argc, char **argv)
{
	struct client *clients;

	if (parse_options(argc, argv) < 0) {
		fprintf(stderr, "usage: tls_load --port N [--clients N] [--seconds S | --count N] "
				"[--name N]"
				" [--names N] [--path P]\n       [--addresses N] [--tls 1.2|1.3]"
				" [--plain] [--resume] [--keep | --idle]\n");
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	clients = calloc(load.clients, sizeof(*clients));
	if (epoll_fd < 0 || !clients)
		die("start");
	make_context();
	if (load.idle)
		run_idle(clients);
	else
		run_busy(clients);
	return 0;
}
