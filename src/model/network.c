/*
 * Few networks, asked for seldom (operations only): a list that is walked is enough.
 *
 * 10.0.0.1/8 is refused and not read as 10.0.0.0/8: whoever writes it means one of two things, and
 * the wrong guess lets strangers in.
 */
#include "model/network.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#define BLANKS " \t"
#define NETWORK_TEXT_SIZE (INET6_ADDRSTRLEN + sizeof("/128"))

static bool bit_is_set(const unsigned char *bytes, unsigned int number)
{
	return bytes[number / 8] & (0x80U >> number % 8);
}

/* Whether the first bits of both are the same. */
static bool same_beginning(const unsigned char *a, const unsigned char *b, unsigned int bits)
{
	unsigned int whole = bits / 8, rest = bits % 8;

	if (memcmp(a, b, whole) != 0)
		return false;
	return rest == 0 || (a[whole] ^ b[whole]) >> (8 - rest) == 0;
}

/* Decimal digits alone: no sign, no blank, no leading zero that somebody takes for octal. */
static int bits_parse(const char *text, unsigned int maximum, unsigned int *ret)
{
	unsigned int bits = 0;

	if (!*text || (text[0] == '0' && text[1]))
		return -1;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return -1;
		bits = bits * 10 + (unsigned int)(*text - '0');
		if (bits > maximum)
			return -1;
	}
	*ret = bits;
	return 0;
}

static int network_parse(const char *word, size_t size, struct network *ret, struct error *err)
{
	char text[NETWORK_TEXT_SIZE], *slash;
	struct network network = { .family = AF_INET };
	unsigned int maximum;

	if (size >= sizeof(text))
		return error_set(err, ERROR_INVALID, "\"%.*s...\" is not an IP address", 40, word);
	memcpy(text, word, size);
	text[size] = '\0';
	slash = strchr(text, '/');
	if (slash)
		*slash++ = '\0';
	if (strchr(text, ':'))
		network.family = AF_INET6;
	maximum = network.family == AF_INET ? 32 : 128;
	network.bits = maximum;
	if (inet_pton(network.family, text, network.bytes) != 1)
		return error_set(err, ERROR_INVALID, "\"%s\" is not an IP address", text);
	if (slash && bits_parse(slash, maximum, &network.bits) < 0)
		return error_set(err, ERROR_INVALID, "\"%s/%s\": the bits are not 0..%u", text,
				 slash, maximum);
	for (unsigned int i = network.bits; i < maximum; i++) {
		if (bit_is_set(network.bytes, i))
			return error_set(err, ERROR_INVALID,
					 "\"%s/%u\" is an address inside the network: give the "
					 "network's first address, or the address alone",
					 text, network.bits);
	}
	*ret = network;
	return 0;
}

int network_list_parse(const char *text, struct network_list *ret, struct error *err)
{
	struct network_list networks = { .count = 0 };

	for (;;) {
		size_t size;

		text += strspn(text, BLANKS);
		size = strcspn(text, BLANKS);
		if (size == 0)
			break;
		if (networks.count == NETWORK_LIST_MAX)
			return error_set(err, ERROR_INVALID, "more than %d networks",
					 NETWORK_LIST_MAX);
		if (network_parse(text, size, &networks.list[networks.count], err) < 0)
			return -1;
		networks.count++;
		text += size;
	}
	*ret = networks;
	return 0;
}

bool network_list_contains(const struct network_list *networks, const struct sockaddr *address)
{
	const unsigned char *bytes;
	int family = address->sa_family;

	if (family == AF_INET) {
		bytes = (const unsigned char *)&((const struct sockaddr_in *)(const void *)address)
				->sin_addr;
	} else if (family == AF_INET6) {
		const struct in6_addr *in6 =
			&((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;

		bytes = in6->s6_addr;
		if (IN6_IS_ADDR_V4MAPPED(in6)) {
			bytes += 12;
			family = AF_INET;
		}
	} else {
		return false;
	}
	for (size_t i = 0; i < networks->count; i++) {
		const struct network *network = &networks->list[i];

		if (network->family == family &&
		    same_beginning(network->bytes, bytes, network->bits))
			return true;
	}
	return false;
}
