#include "server/service_manager.h"

#include "base/cleanup.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define FIRST_FD 3 /* sd_listen_fds(3) */
#define COUNT(list) (sizeof(list) / sizeof(*(list)))

#ifdef HAVE_LIBSYSTEMD
#define NEED_LIBSYSTEMD
#else
#define NEED_LIBSYSTEMD skip()
#endif

enum kind { LISTENING, LISTENING6, BOUND, UDP, UNIX, PIPE };

/* Any free port if port is 0. Returns the descriptor. */
static int make_socket(enum kind kind, in_port_t port)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(port) };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	const int on = 1;
	int ends[2], fd;

	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	in6.sin6_addr = in6addr_loopback;
	if (kind == PIPE) {
		assert_int_equal(pipe(ends), 0);
		close(ends[1]);
		return ends[0];
	}
	fd = socket(kind == UNIX	 ? AF_UNIX
		    : kind == LISTENING6 ? AF_INET6
					 : AF_INET,
		    kind == UDP ? SOCK_DGRAM : SOCK_STREAM, 0);
	assert_true(fd >= 0);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)), 0);
	if (kind == LISTENING6)
		assert_int_equal(bind(fd, (struct sockaddr *)&in6, sizeof(in6)), 0);
	else if (kind != UNIX)
		assert_int_equal(bind(fd, (struct sockaddr *)&in, sizeof(in)), 0);
	if (kind == LISTENING || kind == LISTENING6)
		assert_int_equal(listen(fd, 1), 0);
	return fd;
}

/* Puts what is to be passed where systemd does, from FIRST_FD on. */
static void pass(int number, int fd)
{
	int high = fcntl(fd, F_DUPFD, 200);

	assert_true(high >= 0);
	close(fd);
	assert_int_equal(dup2(high, FIRST_FD + number), FIRST_FD + number);
	close(high);
}

static void announce(int count, const char *names)
{
	char text[32];

	snprintf(text, sizeof(text), "%d", count);
	setenv("LISTEN_FDS", text, 1);
	snprintf(text, sizeof(text), "%d", (int)getpid());
	setenv("LISTEN_PID", text, 1);
	if (names)
		setenv("LISTEN_FDNAMES", names, 1);
	else
		unsetenv("LISTEN_FDNAMES");
}

static void close_passed(int count)
{
	for (int i = 0; i < count; i++)
		close(FIRST_FD + i);
}

static void takes_nothing(void **state)
{
	struct passed_sockets sockets = { .count = 7 };
	struct error err = { 0 };

	(void)state;
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_PID");
	assert_int_equal(service_manager_sockets(&sockets, &err), 0);
	assert_int_equal(sockets.count, 0);
	announce(1, NULL);
	setenv("LISTEN_PID", "1", 1); /* those of another process */
	sockets.count = 7;
	assert_int_equal(service_manager_sockets(&sockets, &err), 0);
	assert_int_equal(sockets.count, 0);
}

static void takes_sockets(void **state)
{
	static const struct {
		const char *names;
		int count;
		struct {
			enum kind kind;
			in_port_t port;
			bool https;
		} sockets[4];
	} cases[] = {
		{ "http:https", 2, { { LISTENING, 0, false }, { LISTENING, 0, true } } },
		{ "https:http:https:http",
		  4,
		  { { LISTENING6, 0, true },
		    { LISTENING6, 0, false },
		    { LISTENING, 0, true },
		    { LISTENING, 0, false } } },
		/* the name counts for more than the port */
		{ "http", 1, { { LISTENING, 8443, false } } },
		{ "signpostd.socket", 1, { { LISTENING, 8443, true } } },
		{ "signpostd.socket", 1, { { LISTENING6, 8443, true } } },
		{ "HTTPS", 1, { { LISTENING, 0, false } } },
		{ "", 1, { { LISTENING, 8443, true } } },
		/* systemd before 227 gives no names */
		{ NULL, 2, { { LISTENING, 0, false }, { LISTENING6, 8443, true } } },
	};

	(void)state;
	NEED_LIBSYSTEMD;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct passed_sockets sockets = { 0 };
		struct error err = { 0 };

		for (int j = 0; j < cases[i].count; j++)
			pass(j, make_socket(cases[i].sockets[j].kind, cases[i].sockets[j].port));
		announce(cases[i].count, cases[i].names);
		if (service_manager_sockets(&sockets, &err) < 0)
			fail_msg("case %zu: %s", i, err.text);
		assert_int_equal(sockets.count, cases[i].count);
		for (int j = 0; j < cases[i].count; j++) {
			int fd = sockets.list[j].fd;

			assert_int_equal(fd, FIRST_FD + j);
			if (sockets.list[j].https != cases[i].sockets[j].https)
				fail_msg("case %zu, socket %d", i, j);
			assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
			assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
		}
		assert_null(getenv("LISTEN_FDS"));
		assert_null(getenv("LISTEN_PID"));
		assert_null(getenv("LISTEN_FDNAMES"));
		close_passed(cases[i].count);
	}
}

static void refuses(void **state)
{
	static const struct {
		const char *names;
		int count;
		enum kind kinds[2];
		const char *text;
	} cases[] = {
		{ "http", 1, { BOUND }, "socket 1 of systemd, \"http\"" },
		{ "http", 1, { UDP }, "socket 1 of systemd, \"http\"" },
		{ "http:other", 2, { LISTENING, UNIX }, "socket 2 of systemd, \"other\"" },
		{ "http", 1, { PIPE }, "socket 1 of systemd, \"http\"" },
	};
	struct passed_sockets sockets;

	(void)state;
	NEED_LIBSYSTEMD;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct error err = { 0 };
		char expected[ERROR_TEXT_SIZE];

		for (int j = 0; j < cases[i].count; j++)
			pass(j, make_socket(cases[i].kinds[j], 0));
		announce(cases[i].count, cases[i].names);
		snprintf(expected, sizeof(expected),
			 "%s: is no listening TCP socket: see ListenStream= and Accept= of its "
			 "unit",
			 cases[i].text);
		assert_int_equal(service_manager_sockets(&sockets, &err), -1);
		assert_string_equal(err.text, expected);
		assert_int_equal(err.code, ERROR_INVALID);
		assert_null(getenv("LISTEN_FDS"));
		close_passed(cases[i].count);
	}
}

static void refuses_numbers(void **state)
{
	static const struct {
		int count;
		const char *number, *names, *text;
	} cases[] = {
		{ PASSED_SOCKETS_MAX + 1, NULL, NULL, "33 sockets of systemd, at most 32" },
		{ 1, "many", NULL,
		  "the sockets of systemd cannot be taken (LISTEN_FDS, LISTEN_FDNAMES): Invalid "
		  "argument" },
		{ 1, NULL, "http:https",
		  "the sockets of systemd cannot be taken (LISTEN_FDS, LISTEN_FDNAMES): Invalid "
		  "argument" },
	};
	struct passed_sockets sockets;

	(void)state;
	NEED_LIBSYSTEMD;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct error err = { 0 };

		for (int j = 0; j < cases[i].count; j++)
			pass(j, make_socket(LISTENING, 0));
		announce(cases[i].count, cases[i].names);
		if (cases[i].number)
			setenv("LISTEN_FDS", cases[i].number, 1);
		assert_int_equal(service_manager_sockets(&sockets, &err), -1);
		assert_string_equal(err.text, cases[i].text);
		assert_int_equal(err.code, ERROR_INVALID);
		close_passed(cases[i].count);
	}
}

static void takes_as_many_as_it_may(void **state)
{
	struct passed_sockets sockets;
	struct error err = { 0 };

	(void)state;
	NEED_LIBSYSTEMD;
	for (int i = 0; i < PASSED_SOCKETS_MAX; i++)
		pass(i, make_socket(LISTENING, 0));
	announce(PASSED_SOCKETS_MAX, NULL);
	assert_int_equal(service_manager_sockets(&sockets, &err), 0);
	assert_int_equal(sockets.count, PASSED_SOCKETS_MAX);
	close_passed(PASSED_SOCKETS_MAX);
}

/* What is told, to a socket in systemd's place. */

static int listen_for_news(void)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	/* an abstract name: no file is left over */
	snprintf(un.sun_path + 1, sizeof(un.sun_path) - 1, "signpost-test-%d", (int)getpid());
	assert_int_equal(bind(fd, (struct sockaddr *)&un,
			      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 +
					  strlen(un.sun_path + 1))),
			 0);
	un.sun_path[0] = '@';
	setenv("NOTIFY_SOCKET", un.sun_path, 1);
	return fd;
}

static void check_told(int fd, const char *text)
{
	char got[256] = "";

	assert_true(recv(fd, got, sizeof(got) - 1, 0) > 0);
	assert_string_equal(got, text);
}

static void tells(void **state)
{
	int fd;

	(void)state;
	NEED_LIBSYSTEMD;
	fd = listen_for_news();
	service_manager_ready("answers for 5 domains");
	check_told(fd, "READY=1\nSTATUS=answers for 5 domains");
	service_manager_stopping("100% done");
	check_told(fd, "STOPPING=1\nSTATUS=100% done");
	service_manager_status("");
	check_told(fd, "STATUS=");
	service_manager_alive();
	check_told(fd, "WATCHDOG=1");
	close(fd);
}

static int64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void tells_when_it_reloads(void **state)
{
	static const char start[] = "RELOADING=1\nMONOTONIC_USEC=";
	int64_t before = now_us(), at;
	char got[128] = "", *end;
	int fd;

	(void)state;
	NEED_LIBSYSTEMD;
	fd = listen_for_news();
	service_manager_reloading();
	assert_true(recv(fd, got, sizeof(got) - 1, 0) > 0);
	assert_memory_equal(got, start, strlen(start));
	at = strtoll(got + strlen(start), &end, 10);
	assert_int_equal(*end, '\0');
	assert_in_range(at, before, now_us());
	close(fd);
}

static void tells_nobody(void **state)
{
	static const char *const addresses[] = { NULL, "", "/nonexistent/notify", "@none", "x" };

	(void)state;
	for (size_t i = 0; i < COUNT(addresses); i++) {
		if (addresses[i])
			setenv("NOTIFY_SOCKET", addresses[i], 1);
		else
			unsetenv("NOTIFY_SOCKET");
		service_manager_ready("ready");
		service_manager_reloading();
		service_manager_status("status");
		service_manager_stopping("stopping");
		service_manager_alive();
	}
}

static void knows_the_watchdog(void **state)
{
	static const struct {
		const char *microseconds, *process; /* NULL: not set; "": ours */
		int64_t milliseconds;
	} cases[] = {
		{ NULL, NULL, 0 },	{ "30000000", "", 15000 }, { "30000000", NULL, 15000 },
		{ "30000000", "1", 0 }, { "2000", NULL, 1 },	   { "1", NULL, 1 },
		{ "3999", NULL, 1 },	{ "4000", NULL, 2 },	   { "0", NULL, 0 },
		{ "soon", NULL, 0 },
	};
	char own[32];

	(void)state;
	NEED_LIBSYSTEMD;
	snprintf(own, sizeof(own), "%d", (int)getpid());
	for (size_t i = 0; i < COUNT(cases); i++) {
		unsetenv("WATCHDOG_USEC");
		unsetenv("WATCHDOG_PID");
		if (cases[i].microseconds)
			setenv("WATCHDOG_USEC", cases[i].microseconds, 1);
		if (cases[i].process)
			setenv("WATCHDOG_PID", cases[i].process[0] ? cases[i].process : own, 1);
		if (service_manager_watchdog() != cases[i].milliseconds)
			fail_msg("case %zu: %lld", i, (long long)service_manager_watchdog());
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_nothing),
		cmocka_unit_test(takes_sockets),
		cmocka_unit_test(refuses),
		cmocka_unit_test(refuses_numbers),
		cmocka_unit_test(takes_as_many_as_it_may),
		cmocka_unit_test(tells),
		cmocka_unit_test(tells_when_it_reloads),
		cmocka_unit_test(tells_nobody),
		cmocka_unit_test(knows_the_watchdog),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
