/* An IPv6 address stands in brackets (RFC 3986 3.2.2): 2001:db8::1:80 alone could mean two things.
 */
#include "model/listen_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define BLANKS " \t"
#define LISTEN_TEXT_SIZE (INET6_ADDRSTRLEN + sizeof("[]:65535"))

static int port_parse(const char *text, in_port_t *ret)
{
	unsigned long port = 0;

	if (!*text)
		return -1;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return -1;
		port = port * 10 + (unsigned long)(*text - '0');
		if (port > UINT16_MAX)
			return -1;
	}
	if (port == 0)
		return -1;
	*ret = htons((uint16_t)port);
	return 0;
}

/* address is without brackets and port. */
static bool address_parse(const char *address, bool ipv6, in_port_t port,
			  struct listen_address *ret)
{
	*ret = (struct listen_address){ .size = 0 };
	if (ipv6) {
		struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)(void *)&ret->address;

		in6->sin6_family = AF_INET6;
		in6->sin6_port = port;
		ret->size = sizeof(*in6);
		return inet_pton(AF_INET6, address, &in6->sin6_addr) == 1;
	}
	struct sockaddr_in *in = (struct sockaddr_in *)(void *)&ret->address;

	in->sin_family = AF_INET;
	in->sin_port = port;
	ret->size = sizeof(*in);
	return inet_pton(AF_INET, address, &in->sin_addr) == 1;
}

static int listen_address_parse(const char *word, size_t size, struct listen_address *ret,
				struct error *err)
{
	char text[LISTEN_TEXT_SIZE], *address = text, *colon;
	bool ipv6 = *word == '[';
	in_port_t port = 0;

	if (size >= sizeof(text))
		return error_set(err, ERROR_INVALID, "\"%.*s...\" is not ADDRESS:PORT", 40, word);
	memcpy(text, word, size);
	text[size] = '\0';
	colon = strrchr(text, ':');
	if (!colon || colon == text || (ipv6 && colon[-1] != ']'))
		return error_set(err, ERROR_INVALID, "\"%s\" is not ADDRESS:PORT or [ADDRESS]:PORT",
				 text);
	if (port_parse(colon + 1, &port) < 0)
		return error_set(err, ERROR_INVALID, "\"%s\": the port is not 1..65535", text);
	*colon = '\0';
	if (ipv6) {
		colon[-1] = '\0';
		address++;
	}
	if (!address_parse(address, ipv6, port, ret))
		return error_set(err, ERROR_INVALID, "\"%s\" is not an %s address%s", address,
				 ipv6 ? "IPv6" : "IPv4",
				 strchr(address, ':') && !ipv6 ? "; an IPv6 address needs brackets"
							       : "");
	return 0;
}

static bool is_same(const struct listen_address *a, const struct listen_address *b)
{
	if (a->address.ss_family != b->address.ss_family)
		return false;
	if (a->address.ss_family == AF_INET) {
		const struct sockaddr_in *x = (const void *)&a->address;
		const struct sockaddr_in *y = (const void *)&b->address;

		return x->sin_port == y->sin_port && x->sin_addr.s_addr == y->sin_addr.s_addr;
	}
	const struct sockaddr_in6 *x = (const void *)&a->address;
	const struct sockaddr_in6 *y = (const void *)&b->address;

	return x->sin6_port == y->sin6_port && IN6_ARE_ADDR_EQUAL(&x->sin6_addr, &y->sin6_addr);
}

static bool is_in(const struct listen_address_list *addresses, const struct listen_address *address)
{
	for (size_t i = 0; i < addresses->count; i++) {
		if (is_same(&addresses->list[i], address))
			return true;
	}
	return false;
}

int listen_address_list_parse(const char *text, struct listen_address_list *ret, struct error *err)
{
	struct listen_address_list addresses = { .count = 0 };

	for (;;) {
		struct listen_address *address = &addresses.list[addresses.count];
		size_t size;

		text += strspn(text, BLANKS);
		size = strcspn(text, BLANKS);
		if (size == 0)
			break;
		if (addresses.count == LISTEN_ADDRESS_LIST_MAX)
			return error_set(err, ERROR_INVALID, "more than %d addresses",
					 LISTEN_ADDRESS_LIST_MAX);
		if (listen_address_parse(text, size, address, err) < 0)
			return -1;
		if (is_in(&addresses, address))
			return error_set(err, ERROR_INVALID, "\"%.*s\" stands there twice",
					 (int)size, text);
		addresses.count++;
		text += size;
	}
	*ret = addresses;
	return 0;
}
