/*
 * An IPv6 address with a port stands in brackets (RFC 3986 3.2.2): 2001:db8::1:80 alone could mean
 * two things.
 */
#include "model/socket_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define BLANKS " \t"
#define ADDRESS_TEXT_SIZE (INET6_ADDRSTRLEN + sizeof("[]:65535"))

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
			  struct socket_address *ret)
{
	*ret = (struct socket_address){ .size = 0 };
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

/* The colon before the port, or NULL if text has no port, which default_port allows. */
static char *find_port(char *text, uint16_t default_port)
{
	char *colon = strrchr(text, ':');
	bool bare; /* an address alone: without brackets, or up to its closing one */

	if (!default_port || !colon)
		return colon;
	bare = *text == '[' ? strchr(colon, ']') != NULL : strchr(text, ':') != colon;
	return bare ? NULL : colon;
}

static int complain_form(const char *text, uint16_t default_port, struct error *err)
{
	return error_set(err, ERROR_INVALID, "\"%s\" is not %s", text,
			 default_port ? "an address, or one with a port"
				      : "ADDRESS:PORT or [ADDRESS]:PORT");
}

/* text is cut where the address ends. */
static int split_port(char *text, uint16_t default_port, in_port_t *ret, struct error *err)
{
	bool brackets = *text == '[';
	char *colon = find_port(text, default_port);
	char *end = colon ? colon : text + strlen(text);

	if ((!colon && !default_port) || end == text || (brackets && end[-1] != ']'))
		return complain_form(text, default_port, err);
	*ret = htons(default_port);
	if (colon && port_parse(colon + 1, ret) < 0)
		return error_set(err, ERROR_INVALID, "\"%s\": the port is not 1..65535", text);
	end[brackets ? -1 : 0] = '\0';
	return 0;
}

static int socket_address_parse(const char *word, size_t size, uint16_t default_port,
				struct socket_address *ret, struct error *err)
{
	char text[ADDRESS_TEXT_SIZE], *address = text;
	bool ipv6 = *word == '[';
	in_port_t port = 0;

	if (size >= sizeof(text))
		return error_set(err, ERROR_INVALID, "\"%.*s...\" is not ADDRESS:PORT", 40, word);
	memcpy(text, word, size);
	text[size] = '\0';
	if (split_port(text, default_port, &port, err) < 0)
		return -1;
	if (ipv6)
		address++;
	if (!ipv6 && default_port && strchr(address, ':'))
		ipv6 = true;
	if (!address_parse(address, ipv6, port, ret))
		return error_set(err, ERROR_INVALID, "\"%s\" is not an %s address%s", address,
				 ipv6 ? "IPv6" : "IPv4",
				 strchr(address, ':') && !ipv6 ? "; an IPv6 address needs brackets"
							       : "");
	return 0;
}

bool socket_address_equal(const struct socket_address *a, const struct socket_address *b)
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

static bool is_in(const struct socket_address_list *addresses, const struct socket_address *address)
{
	for (size_t i = 0; i < addresses->count; i++) {
		if (socket_address_equal(&addresses->list[i], address))
			return true;
	}
	return false;
}

int socket_address_list_parse(const char *text, uint16_t default_port,
			      struct socket_address_list *ret, struct error *err)
{
	struct socket_address_list addresses = { .count = 0 };

	for (;;) {
		struct socket_address *address = &addresses.list[addresses.count];
		size_t size;

		text += strspn(text, BLANKS);
		size = strcspn(text, BLANKS);
		if (size == 0)
			break;
		if (addresses.count == SOCKET_ADDRESS_LIST_MAX)
			return error_set(err, ERROR_INVALID, "more than %d addresses",
					 SOCKET_ADDRESS_LIST_MAX);
		if (socket_address_parse(text, size, default_port, address, err) < 0)
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

void socket_address_set(struct socket_address *address, const unsigned char *bytes, size_t size,
			uint16_t port)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)&address->address;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&address->address;

	*address = (struct socket_address){ .size = size == 4 ? sizeof(*v4) : sizeof(*v6) };
	if (size == 4) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(port);
		memcpy(&v4->sin_addr, bytes, size);
	} else {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons(port);
		memcpy(&v6->sin6_addr, bytes, sizeof(v6->sin6_addr));
	}
}

uint16_t socket_address_port(const struct socket_address *address)
{
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)&address->address;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)&address->address;

	return ntohs(address->address.ss_family == AF_INET ? v4->sin_port : v6->sin6_port);
}

const char *socket_address_text(const struct socket_address *address, uint16_t default_port,
				char *ret)
{
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)&address->address;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)&address->address;
	bool is_v4 = address->address.ss_family == AF_INET;
	uint16_t port = socket_address_port(address);
	char host[INET6_ADDRSTRLEN] = "?";

	inet_ntop(address->address.ss_family,
		  is_v4 ? (const void *)&v4->sin_addr : (const void *)&v6->sin6_addr, host,
		  sizeof(host));
	if (default_port && port == default_port)
		snprintf(ret, SOCKET_ADDRESS_TEXT_SIZE, "%s", host);
	else
		snprintf(ret, SOCKET_ADDRESS_TEXT_SIZE, is_v4 ? "%s:%u" : "[%s]:%u", host, port);
	return ret;
}
