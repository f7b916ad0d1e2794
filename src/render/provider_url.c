#include "render/provider_url.h"

#include "base/text.h"

#include <string.h>

static int port_parse(const char *url, const char *text, size_t size, uint16_t *ret,
		      struct error *err)
{
	unsigned long port = 0;

	for (size_t i = 0; i < size && port <= UINT16_MAX; i++) {
		if (text[i] < '0' || text[i] > '9')
			port = UINT16_MAX;
		port = 10 * port + (unsigned long)(text[i] - '0');
	}
	if (port < 1 || port > UINT16_MAX)
		return error_set(err, ERROR_INVALID, "\"%.200s\": port \"%.*s\" is not 1..65535",
				 url, size > 16 ? 16 : (int)size, text);
	*ret = (uint16_t)port;
	return 0;
}

int provider_url_parse(const char *url, struct provider_url *ret, struct error *err)
{
	static const char scheme[] = "https://";
	struct provider_url parts = { .port = PROVIDER_URL_PORT, .path = "/" };
	const char *authority, *colon;
	size_t size, host_size;

	if (!text_begins(url, scheme))
		return error_set(err, ERROR_INVALID, "\"%.200s\" does not begin with https://",
				 url);
	authority = url + sizeof(scheme) - 1;
	if (strpbrk(authority, "?#"))
		return error_set(err, ERROR_INVALID, "\"%.200s\" has a query or a fragment", url);
	size = strcspn(authority, "/");
	if (authority[size])
		parts.path = authority + size;
	colon = memchr(authority, ':', size);
	host_size = colon ? (size_t)(colon - authority) : size;
	if (colon) {
		if (port_parse(url, colon + 1, size - host_size - 1, &parts.port, err) < 0)
			return -1;
		parts.has_port = true;
	}
	/* a user name ("user@host") ends here too: no server's name holds an @ */
	if (domain_name_parse_server(authority, host_size, parts.host, err) < 0)
		return error_prefix(err, "\"%.200s\"", url);
	*ret = parts;
	return 0;
}
