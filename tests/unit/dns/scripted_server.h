/* A name server in a thread that answers by a table, for what no real one can be made to say. */
#ifndef TESTS_UNIT_DNS_SCRIPTED_SERVER_H
#define TESTS_UNIT_DNS_SCRIPTED_SERVER_H

#include "base/cleanup.h"
#include "model/socket_address.h"

#include <arpa/inet.h>
#include <ldns/ldns.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define SCRIPTED_LOG_SIZE 16384
#define SCRIPTED_MESSAGE "--\n" /* in the answer of a transfer: the next message begins */

/* The first row that fits answers. */
struct scripted_row {
	const char *owner; /* absolute, lower case; NULL: any */
	const char *type;  /* NULL: any */
	const char *flags; /* words: aa ra nxdomain servfail refused silent broken */
	const char *answer, *authority, *additional; /* lines "OWNER TTL TYPE RDATA"; NULL: none */
};

struct scripted_server {
	const struct scripted_row *rows; /* up to one without flags */
	struct socket_address address;
	int udp, tcp, stop[2];
	pthread_t thread;
	char log[SCRIPTED_LOG_SIZE]; /* lines "OWNER TYPE", " rd" behind if RD was set */
	size_t log_size;
};

/* A failed assertion of cmocka jumps, which no thread but the test's own may do. */
static inline void scripted_check(bool condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "scripted server: %s\n", what);
	abort();
}

static inline void scripted_push(ldns_pkt *packet, ldns_pkt_section section, const char *lines)
{
	CLEANUP(freep) char *copy = strdup(lines ? lines : "");
	char *rest = copy, *line;

	while ((line = strsep(&rest, "\n"))) {
		ldns_rr *rr;

		if (!*line)
			continue;
		if (ldns_rr_new_frm_str(&rr, line, 0, NULL, NULL) != LDNS_STATUS_OK)
			scripted_check(false, line);
		ldns_pkt_push_rr(packet, section, rr);
	}
}

/* Makes the answer; *ret is to be given to free(). */
static inline void scripted_make(const struct scripted_row *row, const ldns_pkt *question,
				 const char *answer, uint8_t **ret, size_t *ret_size)
{
	ldns_pkt *packet = ldns_pkt_new();

	ldns_pkt_set_id(packet, ldns_pkt_id(question));
	ldns_pkt_set_qr(packet, true);
	ldns_pkt_set_rd(packet, ldns_pkt_rd(question));
	ldns_pkt_set_aa(packet, strstr(row->flags, "aa") != NULL);
	ldns_pkt_set_ra(packet, strstr(row->flags, "ra") != NULL);
	if (strstr(row->flags, "nxdomain"))
		ldns_pkt_set_rcode(packet, LDNS_RCODE_NXDOMAIN);
	if (strstr(row->flags, "servfail"))
		ldns_pkt_set_rcode(packet, LDNS_RCODE_SERVFAIL);
	if (strstr(row->flags, "refused"))
		ldns_pkt_set_rcode(packet, LDNS_RCODE_REFUSED);
	ldns_pkt_push_rr(packet, LDNS_SECTION_QUESTION,
			 ldns_rr_clone(ldns_rr_list_rr(ldns_pkt_question(question), 0)));
	scripted_push(packet, LDNS_SECTION_ANSWER, answer);
	scripted_push(packet, LDNS_SECTION_AUTHORITY, row->authority);
	scripted_push(packet, LDNS_SECTION_ADDITIONAL, row->additional);
	scripted_check(ldns_pkt2wire(ret, packet, ret_size) == LDNS_STATUS_OK, row->flags);
	ldns_pkt_free(packet);
	if (strstr(row->flags, "broken"))
		(*ret)[7]++; /* one answer more than there is */
}

/* The row for a question, which is written down. */
static inline const struct scripted_row *scripted_find(struct scripted_server *server,
						       const ldns_pkt *question)
{
	const ldns_rr *rr = ldns_rr_list_rr(ldns_pkt_question(question), 0);
	CLEANUP(freep) char *owner = ldns_rdf2str(ldns_rr_owner(rr));
	CLEANUP(freep) char *type = ldns_rr_type2str(ldns_rr_get_type(rr));
	const struct scripted_row *row = server->rows;

	server->log_size += (size_t)snprintf(server->log + server->log_size,
					     sizeof(server->log) - server->log_size, "%s %s%s\n",
					     owner, type, ldns_pkt_rd(question) ? " rd" : "");
	scripted_check(server->log_size < sizeof(server->log), "the log is full");
	while (row->flags && ((row->owner && strcmp(row->owner, owner) != 0) ||
			      (row->type && strcmp(row->type, type) != 0)))
		row++;
	return row->flags ? row : NULL;
}

static inline ldns_pkt *scripted_read(const uint8_t *bytes, size_t size)
{
	ldns_pkt *question = NULL;

	scripted_check(ldns_wire2pkt(&question, bytes, size) == LDNS_STATUS_OK &&
			       ldns_pkt_qdcount(question) == 1,
		       "no question");
	return question;
}

static inline void scripted_serve_udp(struct scripted_server *server)
{
	struct sockaddr_storage from;
	socklen_t from_size = sizeof(from);
	uint8_t bytes[2048], *answer = NULL;
	ssize_t size = recvfrom(server->udp, bytes, sizeof(bytes), 0, (struct sockaddr *)&from,
				&from_size);
	const struct scripted_row *row;
	size_t answer_size = 0;
	ldns_pkt *question;

	if (size < 0)
		return;
	question = scripted_read(bytes, (size_t)size);
	row = scripted_find(server, question);
	if (row && !strstr(row->flags, "silent")) {
		scripted_make(row, question, row->answer, &answer, &answer_size);
		scripted_check(sendto(server->udp, answer, answer_size, 0, (struct sockaddr *)&from,
				      from_size) == (ssize_t)answer_size,
			       "sendto");
		free(answer);
	}
	ldns_pkt_free(question);
}

static inline void scripted_send_tcp(int fd, const struct scripted_row *row,
				     const ldns_pkt *question, const char *answer)
{
	uint8_t *bytes = NULL, length[2];
	size_t size = 0;

	scripted_make(row, question, answer, &bytes, &size);
	length[0] = (uint8_t)(size >> 8);
	length[1] = (uint8_t)size;
	/* the other side may have hung up */
	(void)(send(fd, length, 2, MSG_NOSIGNAL) < 0 || send(fd, bytes, size, MSG_NOSIGNAL) < 0);
	free(bytes);
}

static inline void scripted_serve_tcp(struct scripted_server *server)
{
	uint8_t length[2], bytes[2048];
	int fd = accept(server->tcp, NULL, NULL);
	const struct scripted_row *row;
	ldns_pkt *question;
	size_t size;

	scripted_check(fd >= 0 && recv(fd, length, 2, MSG_WAITALL) == 2, "no length");
	size = (size_t)length[0] << 8 | length[1];
	scripted_check(size <= sizeof(bytes) && recv(fd, bytes, size, MSG_WAITALL) == (ssize_t)size,
		       "no question");
	question = scripted_read(bytes, size);
	row = scripted_find(server, question);
	if (row) {
		CLEANUP(freep) char *copy = strdup(row->answer ? row->answer : "");
		char *message = copy;

		while (message) {
			char *next = strstr(message, SCRIPTED_MESSAGE);

			if (next)
				*next = '\0';
			scripted_send_tcp(fd, row, question, message);
			message = next ? next + strlen(SCRIPTED_MESSAGE) : NULL;
		}
	}
	ldns_pkt_free(question);
	close(fd);
}

static inline void *scripted_run(void *context)
{
	struct scripted_server *server = context;
	struct pollfd fds[] = { { .fd = server->udp, .events = POLLIN },
				{ .fd = server->tcp, .events = POLLIN },
				{ .fd = server->stop[0], .events = POLLIN } };

	while (poll(fds, 3, -1) > 0 && !fds[2].revents) {
		if (fds[0].revents)
			scripted_serve_udp(server);
		if (fds[1].revents)
			scripted_serve_tcp(server);
	}
	return NULL;
}

static inline int scripted_bind(int kind, const char *address, uint16_t port, uint16_t *ret_port)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(port) };
	socklen_t size = sizeof(in);
	int fd = socket(AF_INET, kind | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(inet_pton(AF_INET, address, &in.sin_addr), 1);
	if (bind(fd, (struct sockaddr *)&in, size) < 0 ||
	    (kind == SOCK_STREAM && listen(fd, 16) < 0)) {
		close(fd);
		return -1;
	}
	assert_int_equal(getsockname(fd, (struct sockaddr *)&in, &size), 0);
	*ret_port = ntohs(in.sin_port);
	return fd;
}

/*
 * Starts count servers at 127.0.0.1, 127.0.0.2 and so on, all at one port that nobody has. rows[i]
 * is the table of the i-th.
 */
static inline void scripted_start(struct scripted_server *servers,
				  const struct scripted_row *const *rows, size_t count)
{
	uint16_t port = 0;
	size_t bound = 0;

	while (bound < count) {
		struct scripted_server *server = &servers[bound];
		unsigned char bytes[4] = { 127, 0, 0, (unsigned char)(1 + bound) };
		char address[32];

		*server = (struct scripted_server){ .rows = rows[bound] };
		snprintf(address, sizeof(address), "127.0.0.%zu", 1 + bound);
		server->udp = scripted_bind(SOCK_DGRAM, address, port, &port);
		server->tcp =
			server->udp < 0 ? -1 : scripted_bind(SOCK_STREAM, address, port, &port);
		if (server->tcp >= 0) {
			socket_address_set(&server->address, bytes, 4, port);
			bound++;
			continue;
		}
		if (server->udp >= 0)
			close(server->udp);
		for (port = 0; bound > 0; bound--) {
			close(servers[bound - 1].udp);
			close(servers[bound - 1].tcp);
		}
	}
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(pipe(servers[i].stop), 0);
		assert_int_equal(
			pthread_create(&servers[i].thread, NULL, scripted_run, &servers[i]), 0);
	}
}

/* Ends them; the logs are complete then. */
static inline void scripted_stop(struct scripted_server *servers, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		close(servers[i].stop[1]);
		pthread_join(servers[i].thread, NULL);
		close(servers[i].stop[0]);
		close(servers[i].udp);
		close(servers[i].tcp);
	}
}

static inline int scripted_compare_lines(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* What was asked, sorted but for the first keep lines: questions that are under way together come
 * in any order. For the log of a server that was stopped. */
static inline const char *scripted_asked(struct scripted_server *server, size_t keep)
{
	char *copy = strdup(server->log), *lines[500], *rest = copy, *line;
	size_t count = 0, length = 0;

	while ((line = strsep(&rest, "\n")) && count < 500) {
		if (*line)
			lines[count++] = line;
	}
	if (count > keep)
		qsort(lines + keep, count - keep, sizeof(*lines), scripted_compare_lines);
	*server->log = '\0';
	for (size_t i = 0; i < count; i++)
		length += (size_t)snprintf(server->log + length, sizeof(server->log) - length,
					   "%s\n", lines[i]);
	free(copy);
	return server->log;
}

#endif
