/* Headers as libmicrohttpd cuts them, of requests that come in over one end of a socket pair. */
#include "server/request_headers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define COUNT(list) (sizeof(list) / sizeof(*(list)))
#define TURNS 100
#define REQUEST(headers) TEXT("GET / HTTP/1.1\r\n" headers "\r\n")
#define TEXT(text) text, sizeof(text) - 1

/* What the handler has found. */
struct found {
	bool called, clear, forwarded;
	char text[2048];
};

static void note(struct found *found, const char *name, const char *value)
{
	size_t length = strlen(found->text);

	if (value)
		snprintf(found->text + length, sizeof(found->text) - length, "%s=%s;", name, value);
}

static enum MHD_Result handle(void *cls, struct MHD_Connection *connection, const char *url,
			      const char *method, const char *version, const char *data,
			      size_t *size, void **con_cls)
{
	CLEANUP(request_headers_clear) struct request_headers headers;
	struct found *found = cls;
	char number[64];

	(void)url;
	(void)method;
	(void)data;
	(void)size;
	(void)con_cls;
	request_headers_read(connection, &headers);
	found->called = true;
	found->clear = request_headers_are_clear(&headers, version);
	found->forwarded = headers.is_forwarded;
	note(found, "host", headers.host);
	note(found, "agent", headers.user_agent);
	note(found, "language", headers.accept_language);
	note(found, "platform", headers.platform);
	note(found, "type", headers.content_type);
	note(found, "for", headers.forwarded.x_for);
	note(found, "proto", headers.forwarded.x_proto);
	note(found, "xhost", headers.forwarded.x_host);
	note(found, "forwarded", headers.forwarded.forwarded);
	if (headers.length_count) {
		snprintf(number, sizeof(number), "%ju", (uintmax_t)headers.content_length);
		note(found, "length", number);
	}
	if (headers.chunked)
		note(found, "chunked", "yes");
	return MHD_NO;
}

static struct found ask(const char *text, size_t size)
{
	struct found found = { 0 };
	int ends[2];
	struct MHD_Daemon *daemon = MHD_start_daemon(MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET, 0,
						     NULL, NULL, handle, &found, MHD_OPTION_END);
	const struct sockaddr nobody = { .sa_family = AF_UNIX };

	assert_non_null(daemon);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
	assert_int_equal(write(ends[0], text, size), size);
	assert_int_equal(MHD_add_connection(daemon, ends[1], &nobody, sizeof(nobody)), MHD_YES);
	for (int i = 0; i < TURNS && !found.called; i++)
		MHD_run(daemon);
	MHD_stop_daemon(daemon);
	close(ends[0]);
	return found;
}

static void reads(void **state)
{
	static const struct {
		const char *request;
		size_t size;
		bool clear, forwarded;
		const char *text;
	} cases[] = {
		{ REQUEST("Host: a.example\r\n"), true, false, "host=a.example;" },
		{ REQUEST("hOST:a.example\r\nuser-AGENT: b\r\naccept-LANGUAGE: c\r\n"
			  "sec-ch-ua-PLATFORM: d\r\ncontent-TYPE: e\r\n"),
		  true, false, "host=a.example;agent=b;language=c;platform=d;type=e;" },
		/* the last of several counts */
		{ REQUEST("Host: a\r\nUser-Agent: b\r\nUser-Agent: c\r\n"), true, false,
		  "host=a;agent=c;" },
		/* others of the same length */
		{ REQUEST("Host: a\r\nXser-Agent: b\r\nXost: c\r\nXontent-Type: d\r\n"), true,
		  false, "host=a;" },
		/* Host */
		{ REQUEST(""), false, false, "" },
		{ TEXT("GET / HTTP/1.0\r\n\r\n"), true, false, "" },
		{ REQUEST("Host: a\r\nHost: a\r\n"), false, false, "host=a;" },
		{ REQUEST("Host:\r\n"), true, false, "host=;" },
		{ REQUEST("Host: a b\r\n"), false, false, "host=a b;" },
		{ REQUEST("Host: a\x7f\r\n"), false, false, "host=a\x7f;" },
		{ REQUEST("Host: m\xc3\xbcller.example\r\n"), true, false,
		  "host=m\xc3\xbcller.example;" },
		{ REQUEST("Host: m\xfcller.example\r\n"), false, false, "host=m\xfcller.example;" },
		/* names */
		{ REQUEST("Host: a\r\nX Y: b\r\n"), false, false, "host=a;" },
		{ REQUEST("Host: a\r\nContent-Length : 5\r\n"), false, false, "host=a;" },
		{ REQUEST("Host: a\r\nContent-Lengthx: 5\r\n"), false, false, "host=a;" },
		{ REQUEST("Host: a\r\nTransfer-Encodingx: chunked\r\n"), false, false, "host=a;" },
		{ REQUEST("Host: a\r\nX\t: b\r\n"), false, false, "host=a;" },
		/* values: NUL, CR, LF alone */
		{ REQUEST("Host: a\0b\r\n"), false, false, "host=a;" },
		{ REQUEST("Host: a\r\nX: b\0c\r\n"), false, false, "host=a;" },
		{ REQUEST("Host: a\r\nX: b\rc\r\n"), false, false, "host=a;" },
		{ REQUEST("Host: a\r\nX: b\nY: c\r\n"), false, false, "host=a;" },
		/* where the body ends */
		{ REQUEST("Host: a\r\nContent-Length: 0\r\n"), true, false, "host=a;length=0;" },
		{ REQUEST("Host: a\r\nContent-Length: 18446744073709551614\r\n"), true, false,
		  "host=a;length=18446744073709551615;" },
		{ REQUEST("Host: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n"), false, false,
		  "host=a;length=5;" },
		{ REQUEST("Host: a\r\nTransfer-Encoding: chunked\r\n"), true, false,
		  "host=a;chunked=yes;" },
		{ REQUEST("Host: a\r\nTransfer-Encoding: Chunked\r\n"), true, false,
		  "host=a;chunked=yes;" },
		{ REQUEST("Host: a\r\nTransfer-Encoding: chunked\r\n"
			  "Transfer-Encoding: chunked\r\n"),
		  false, false, "host=a;chunked=yes;" },
		{ REQUEST("Host: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n"), false,
		  false, "host=a;length=5;chunked=yes;" },
		{ REQUEST("Host: a\r\nTransfer-Encoding: gzip, chunked\r\n"), false, false,
		  "host=a;chunked=yes;" },
		{ TEXT("GET / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"), false,
		  false, "host=a;chunked=yes;" },
		/* what proxies say: several are as one */
		{ REQUEST("Host: a\r\nX-Forwarded-For: 1\r\n"), true, true, "host=a;for=1;" },
		{ REQUEST("Host: a\r\nX-Forwarded-For: 1\r\nX-Forwarded-For: 2, 3\r\n"
			  "x-forwarded-for: 4\r\n"),
		  true, true, "host=a;for=1,2, 3,4;" },
		{ REQUEST("Host: a\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: b\r\n"
			  "Forwarded: for=c\r\nForwarded: for=d\r\n"),
		  true, true, "host=a;proto=https;xhost=b;forwarded=for=c,for=d;" },
		{ REQUEST("Host: a\r\nX-Forwarded-Xor: 1\r\nForwardex: 2\r\n"), true, false,
		  "host=a;" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct found found = ask(cases[i].request, cases[i].size);

		if (!found.called || found.clear != cases[i].clear ||
		    found.forwarded != cases[i].forwarded || strcmp(found.text, cases[i].text) != 0)
			fail_msg("case %zu: called %d, clear %d, forwarded %d, %s", i, found.called,
				 found.clear, found.forwarded, found.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(reads) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
