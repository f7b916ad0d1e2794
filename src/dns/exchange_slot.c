#include "dns/exchange_slot.h"

#include "dns/message_layout.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#define LENGTH_SIZE 2 /* bytes before each message over TCP (RFC 1035 4.2.2) */
#define AGAIN_PART 3  /* of the timeout, after which a question is sent again over UDP */
#define READS_MAX 16  /* of one socket, before the others get their turn */

void exchange_slot_init(struct exchange_slot *slot, uint32_t number)
{
	*slot = (struct exchange_slot){ .number = number, .sockets = { -1, -1 } };
}

static void close_sockets(struct exchange_slot *slot)
{
	for (int i = 0; i < EXCHANGE_SLOT_SOCKETS; i++) {
		if (slot->sockets[i] >= 0)
			close(slot->sockets[i]);
		slot->sockets[i] = -1;
	}
}

void exchange_slot_clear(struct exchange_slot *slot)
{
	close_sockets(slot);
	free(slot->message);
	exchange_slot_init(slot, slot->number);
}

static void end(struct exchange_slot *slot, enum exchange_outcome outcome, int number)
{
	slot->query->outcome = outcome;
	slot->query->error_number = number;
}

/* Whether there are none left now, but will be again. */
static bool is_shortage(int number)
{
	return number == EMFILE || number == ENFILE || number == ENOBUFS || number == ENOMEM ||
	       number == EADDRNOTAVAIL || number == EAGAIN;
}

/* Whether a call has to be made again later, or what it sent may be lost as anything over UDP. */
static bool is_passing(int number)
{
	return number == EAGAIN || number == EINTR || number == ENOBUFS || number == ENOMEM;
}

/*
 * Opens a socket, connected or connecting, and watches it. 0: *ret is set; else an errno. The
 * kernel picks the port at random.
 */
static int open_socket(const struct exchange_slot *slot, const struct exchange_io *io, bool tcp,
		       unsigned int place, int *ret)
{
	const struct socket_address *server = &slot->query->server;
	int fd = socket(server->address.ss_family,
			(tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	struct epoll_event event = { .events = EPOLLIN | (tcp ? EPOLLOUT : 0U) };
	int number;

	if (fd < 0)
		return errno;
	event.data.u64 = (uint64_t)slot->number << 32 | place;
	if ((connect(fd, (const struct sockaddr *)&server->address, server->size) < 0 &&
	     errno != EINPROGRESS) ||
	    epoll_ctl(io->epoll, EPOLL_CTL_ADD, fd, &event) < 0) {
		number = errno;
		close(fd);
		return number;
	}
	*ret = fd;
	return 0;
}

/* 0: sent; else an errno. What finds no room is sent as well: it may be lost on its way, too. */
static int send_datagram(struct exchange_slot *slot, struct exchange_io *io, unsigned int place)
{
	const struct exchange_query *query = slot->query;
	int number = open_socket(slot, io, false, place, &slot->sockets[place]);

	if (number)
		return number;
	io->sent++;
	if (send(slot->sockets[place], query->message, query->size, MSG_NOSIGNAL) < 0 &&
	    !is_passing(errno))
		return errno;
	return 0;
}

/* As send_datagram(), but only the connection is begun. */
static int start_tcp(struct exchange_slot *slot, struct exchange_io *io)
{
	int number;

	slot->tcp = true;
	slot->again = EXCHANGE_NEVER;
	number = open_socket(slot, io, true, 0, &slot->sockets[0]);
	io->sent += number == 0;
	return number;
}

void exchange_slot_connect(struct exchange_slot *slot, struct exchange_io *io)
{
	int number = start_tcp(slot, io);

	slot->cut = false;
	if (number)
		end(slot, EXCHANGE_UNREACHABLE, number);
}

int exchange_slot_start(struct exchange_slot *slot, struct exchange_io *io,
			struct exchange_query *query, int64_t now)
{
	bool tcp = query->transport != EXCHANGE_UDP;
	int number;

	slot->query = query;
	slot->deadline = now + io->timeout;
	slot->end = now + io->timeout * EXCHANGE_TRANSFER_TIMEOUTS;
	slot->again = now + io->timeout / AGAIN_PART;
	number = tcp ? start_tcp(slot, io) : send_datagram(slot, io, 0);
	if (is_shortage(number)) {
		exchange_slot_clear(slot);
		errno = number;
		return 0;
	}
	if (number)
		end(slot, EXCHANGE_UNREACHABLE, number);
	return 1;
}

static bool is_answer(const struct exchange_slot *slot, const unsigned char *bytes, size_t size)
{
	const struct exchange_query *query = slot->query;

	return message_answers(query->message, query->size, bytes, size, slot->any);
}

static void receive_datagram(struct exchange_slot *slot, struct exchange_io *io, int fd)
{
	struct exchange_query *query = slot->query;
	ssize_t size = recv(fd, io->buffer, EXCHANGE_MESSAGE_MAX, 0);
	unsigned char *answer;

	if (size < 0) {
		if (!is_passing(errno))
			end(slot, EXCHANGE_UNREACHABLE, errno);
		return;
	}
	if (!is_answer(slot, io->buffer, (size_t)size))
		return;
	if (message_is_cut(io->buffer)) {
		close_sockets(slot);
		slot->again = EXCHANGE_NEVER;
		slot->cut = true;
		return;
	}
	answer = malloc((size_t)size);
	if (!answer) {
		end(slot, EXCHANGE_BROKEN, ENOMEM);
		return;
	}
	memcpy(answer, io->buffer, (size_t)size);
	query->answer = answer;
	query->answer_size = (size_t)size;
	end(slot, EXCHANGE_ANSWERED, 0);
}

/* Sends what is left of the question, behind its length. -1: a failure, which is the outcome. */
static int send_stream(struct exchange_slot *slot, struct exchange_io *io)
{
	struct exchange_query *query = slot->query;
	unsigned char length[LENGTH_SIZE] = { (unsigned char)(query->size >> 8),
					      (unsigned char)query->size };
	size_t of_length = slot->out < LENGTH_SIZE ? LENGTH_SIZE - slot->out : 0;
	size_t skipped = slot->out < LENGTH_SIZE ? 0 : slot->out - LENGTH_SIZE;
	struct iovec parts[] = {
		{ length + LENGTH_SIZE - of_length, of_length },
		{ (void *)(query->message + skipped), query->size - skipped },
	};
	struct msghdr header = { .msg_iov = parts, .msg_iovlen = 2 };
	struct epoll_event event = { .events = EPOLLIN };
	ssize_t size = sendmsg(slot->sockets[0], &header, MSG_NOSIGNAL);

	if (size < 0) {
		if (is_passing(errno))
			return 0;
		end(slot, slot->out ? EXCHANGE_BROKEN : EXCHANGE_UNREACHABLE, errno);
		return -1;
	}
	slot->out += (size_t)size;
	if (slot->out == LENGTH_SIZE + query->size) {
		query->sent = true;
		event.data.u64 = (uint64_t)slot->number << 32;
		epoll_ctl(io->epoll, EPOLL_CTL_MOD, slot->sockets[0], &event);
	}
	return 0;
}

/* A message is complete. Those that are no answer are passed over, as datagrams are. */
static void take_message(struct exchange_slot *slot, struct exchange_io *io, int64_t now)
{
	struct exchange_query *query = slot->query;
	size_t size = slot->in - LENGTH_SIZE;
	int more;

	slot->in = 0;
	if (!is_answer(slot, slot->message, size))
		return;
	if (query->transport != EXCHANGE_TRANSFER) {
		query->answer = slot->message;
		query->answer_size = size;
		slot->message = NULL;
		end(slot, EXCHANGE_ANSWERED, 0);
		return;
	}
	slot->any = true;
	slot->deadline = now + io->timeout < slot->end ? now + io->timeout : slot->end;
	more = query->more(query->context, slot->message, size);
	if (more <= 0)
		end(slot, more == 0 ? EXCHANGE_ANSWERED : EXCHANGE_BROKEN, 0);
}

/* Reads what there is of the length or of the message, never beyond. 0: nothing more for now. */
static int receive_part(struct exchange_slot *slot)
{
	size_t length = (size_t)slot->length[0] << 8 | slot->length[1];
	bool head = slot->in < LENGTH_SIZE;
	unsigned char *to =
		head ? slot->length + slot->in : slot->message + (slot->in - LENGTH_SIZE);
	ssize_t size = recv(slot->sockets[0], to,
			    head ? LENGTH_SIZE - slot->in : LENGTH_SIZE + length - slot->in, 0);

	if (size < 0 && is_passing(errno))
		return 0;
	if (size <= 0) {
		end(slot, slot->out ? EXCHANGE_BROKEN : EXCHANGE_UNREACHABLE, size < 0 ? errno : 0);
		return 0;
	}
	slot->in += (size_t)size;
	slot->total += (size_t)size;
	return 1;
}

/* Makes room for the message whose length is known now. */
static void begin_message(struct exchange_slot *slot)
{
	size_t length = (size_t)slot->length[0] << 8 | slot->length[1];

	free(slot->message);
	slot->message = malloc(length ? length : 1);
	if (!slot->message)
		end(slot, EXCHANGE_BROKEN, ENOMEM);
}

static void receive_stream(struct exchange_slot *slot, struct exchange_io *io, int64_t now)
{
	for (int i = 0; i < READS_MAX; i++) {
		bool head = slot->in < LENGTH_SIZE;

		if (!receive_part(slot))
			return;
		if (slot->total > EXCHANGE_TRANSFER_MAX) {
			end(slot, EXCHANGE_BROKEN, EMSGSIZE);
			return;
		}
		if (slot->in < LENGTH_SIZE)
			continue;
		if (head)
			begin_message(slot);
		if (slot->query->outcome == EXCHANGE_PENDING &&
		    slot->in - LENGTH_SIZE == ((size_t)slot->length[0] << 8 | slot->length[1]))
			take_message(slot, io, now);
		if (slot->query->outcome != EXCHANGE_PENDING)
			return;
	}
}

void exchange_slot_event(struct exchange_slot *slot, struct exchange_io *io, unsigned int number,
			 int64_t now)
{
	if (!slot->tcp) {
		receive_datagram(slot, io, slot->sockets[number]);
		return;
	}
	if (slot->out < LENGTH_SIZE + slot->query->size && send_stream(slot, io) < 0)
		return;
	if (slot->out)
		receive_stream(slot, io, now);
}

int64_t exchange_slot_wake(const struct exchange_slot *slot)
{
	return slot->again < slot->deadline ? slot->again : slot->deadline;
}

void exchange_slot_tick(struct exchange_slot *slot, struct exchange_io *io, int64_t now)
{
	int number;

	if (now >= slot->deadline) {
		end(slot, EXCHANGE_SILENT, 0);
		return;
	}
	if (now < slot->again)
		return;
	slot->again = EXCHANGE_NEVER;
	number = send_datagram(slot, io, 1);
	if (number && !is_shortage(number))
		end(slot, EXCHANGE_UNREACHABLE, number);
}
