/*
 * What proxies say: a line each of X-Forwarded-For, -Proto, -Host and Forwarded, empty for none,
 * and what a trusted proxy adds to the first and the last, which nothing in front of it may change.
 */
#include "fuzz.h"

#include "http/forwarded.h"

#include <netinet/in.h>

#define TRUSTED "10.0.0.0/8 127.0.0.1 fd00::/8"

static const struct network_list *trusted_networks(void)
{
	static struct network_list trusted;
	struct error err;

	if (trusted.count == 0)
		PROMISE(network_list_parse(TRUSTED, &trusted, &err) == 0);
	return &trusted;
}

/* Filled with what is nowhere a value, for all of it to be written. */
static void read_headers(const struct forwarded_headers *headers, struct forwarded *ret)
{
	memset(ret, 0xa5, sizeof(*ret));
	forwarded_read(headers, trusted_networks(), ret);
	PROMISE(ret->scheme == FORWARDED_UNKNOWN || ret->scheme == FORWARDED_HTTP ||
		ret->scheme == FORWARDED_HTTPS);
	PROMISE(memchr(ret->host, '\0', sizeof(ret->host)));
	for (const char *at = ret->host; *at; at++)
		PROMISE(*at > ' ' && *at < 0x7f);
	if (ret->client_size == sizeof(struct sockaddr_in))
		PROMISE(ret->client.ss_family == AF_INET);
	else if (ret->client_size == sizeof(struct sockaddr_in6))
		PROMISE(ret->client.ss_family == AF_INET6);
	else
		PROMISE(ret->client_size == 0);
}

static bool is_same(const struct forwarded *a, const struct forwarded *b)
{
	return a->client_size == b->client_size &&
	       memcmp(&a->client, &b->client, a->client_size) == 0;
}

/* One kind alone is believed, and what both tell is what one of them tells. */
static void promise_kinds(const struct forwarded_headers *headers)
{
	struct forwarded both, separate, standard;
	struct forwarded_headers one = *headers;

	read_headers(headers, &both);
	one.forwarded = NULL;
	read_headers(&one, &separate);
	one = (struct forwarded_headers){ .forwarded = headers->forwarded };
	read_headers(&one, &standard);
	PROMISE(both.client_size == 0 || is_same(&both, &separate) || is_same(&both, &standard));
	PROMISE(!both.scheme || both.scheme == separate.scheme || both.scheme == standard.scheme);
	PROMISE(!both.host[0] || strcmp(both.host, separate.host) == 0 ||
		strcmp(both.host, standard.host) == 0);
}

/* The words of a proxy of ours stand at the end, and they are about a stranger: all else is his. */
static void promise_client(const char *in_front, const char *added, bool standard)
{
	struct forwarded_headers headers = { 0 };
	const struct sockaddr_in *client;
	struct forwarded told;
	char *value = NULL;

	PROMISE(asprintf(&value, "%s,%s", in_front, added) >= 0);
	*(standard ? &headers.forwarded : &headers.x_for) = value;
	read_headers(&headers, &told);
	client = (const struct sockaddr_in *)&told.client;
	PROMISE(told.client_size == sizeof(*client));
	PROMISE(ntohl(client->sin_addr.s_addr) == 0xc0000207);
	PROMISE(!standard || told.scheme == FORWARDED_HTTPS);
	free(value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t length;
	char *x_for = fuzz_piece(&data, &size, '\n', &length);
	char *x_proto = fuzz_piece(&data, &size, '\n', &length);
	char *x_host = fuzz_piece(&data, &size, '\n', &length);
	char *forwarded = fuzz_piece(&data, &size, '\n', &length);
	const struct forwarded_headers headers = {
		.x_for = *x_for ? x_for : NULL,
		.x_proto = *x_proto ? x_proto : NULL,
		.x_host = *x_host ? x_host : NULL,
		.forwarded = *forwarded ? forwarded : NULL,
	};

	promise_kinds(&headers);
	promise_client(x_for, " 192.0.2.7", false);
	promise_client(x_for, " 192.0.2.7, 10.1.2.3", false);
	promise_client(forwarded, " for=192.0.2.7;proto=https", true);
	promise_client(forwarded, "for=\"192.0.2.7:1\";host=\"\\\";for=127.0.0.1;\";proto=https",
		       true);
	free(forwarded);
	free(x_host);
	free(x_proto);
	free(x_for);
	return 0;
}
