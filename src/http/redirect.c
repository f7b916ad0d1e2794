/*
 * 302 and not 301: what a browser keeps for ever cannot be taken back.
 *
 * A form that came by plain HTTP is answered with 303, the empty form, and not with 307, which
 * would have the browser send it again: pages lead to https, so whoever posts here uses a form of
 * somebody else's, or one that was changed on its way, and is to see the right one.
 */
#include "http/redirect.h"

#include "http/site_host.h"

#include <string.h>

/* Room is kept for the NUL. */
struct location {
	char *text;
	size_t length;
	bool full;
};

static struct location location_begin(struct http_response *response)
{
	return (struct location){ .text = response->location };
}

static void put(struct location *location, const char *text, size_t size)
{
	if (size > HTTP_LOCATION_MAX - location->length) {
		location->full = true;
		return;
	}
	memcpy(location->text + location->length, text, size);
	location->length += size;
}

static void put_text(struct location *location, const char *text)
{
	put(location, text, strlen(text));
}

/*
 * What may stand in a path or a query (RFC 3986 3.3, 3.4). A "%" has two digits behind it, or the
 * target would have been refused.
 */
static bool is_url_character(unsigned char c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
	       (c && strchr("-._~!$&'()*+,;=:@/?%", c));
}

static void put_target(struct location *location, const char *raw)
{
	static const char digits[] = "0123456789ABCDEF";

	for (; *raw && !location->full; raw++) {
		unsigned char c = (unsigned char)*raw;
		const char encoded[] = { '%', digits[c >> 4], digits[c & 15] };

		if (is_url_character(c))
			put(location, raw, 1);
		else
			put(location, encoded, sizeof(encoded));
	}
}

static void answer_location(struct http_response *response, struct location *location,
			    unsigned int status)
{
	location->text[location->full ? 0 : location->length] = '\0';
	answer_status(response, location->full ? 414 : status);
}

void redirect_to(struct http_response *response, unsigned int status, const char *location)
{
	size_t length = strlen(location);

	if (length > HTTP_LOCATION_MAX) {
		answer_status(response, 500);
		return;
	}
	memcpy(response->location, location, length + 1);
	answer_status(response, status);
}

bool redirect_to_site(const struct question *question, struct http_response *response)
{
	const struct configuration *configuration = question->settings->providers->configuration;
	const struct http_request *request = question->request;
	struct location location = location_begin(response);

	if (request->transport != HTTP_TRANSPORT_PLAIN || !site_host_is_secure(configuration))
		return false;
	put_text(&location, configuration->site_url);
	put_target(&location, request->raw);
	answer_location(response, &location, request->method == HTTP_POST ? 303 : 302);
	return true;
}

/*
 * Puts a name of the configuration that leads here. Below the path of a site.url there may be
 * somebody else's web server, and it is the one that would be asked.
 */
static bool put_own_name(struct location *location, const struct configuration *configuration)
{
	size_t size = 0;
	const char *site = site_host_authority(configuration, &size);

	if (site && site_host_is_secure(configuration) && !site[size])
		put(location, site, size);
	else if (configuration->dns_service)
		put_text(location, configuration->dns_service);
	else
		return false;
	return true;
}

/* Whether the Host is a name of the service itself, under which customers' domains are asked for.
 */
static bool is_own_name(const struct question *question)
{
	const struct configuration *configuration = question->settings->providers->configuration;
	const struct http_request *request = question->request;

	return request->has_host && (site_host_is(configuration, &request->host) ||
				     (configuration->dns_service &&
				      strcmp(configuration->dns_service, request->host.text) == 0));
}

/* The path may have an address behind the endpoint's prefix, the query another one. */
void redirect_to_service(struct question *question, struct http_response *response)
{
	const struct http_request *request = question->request;
	struct location location = location_begin(response);
	bool found, by_host = false;

	question_take_address(question, question->rest, question->rest_length);
	if (question_read_address(question) < 0) {
		answer_status(response, 400);
		return;
	}
	found = question_find(question, response);
	if (!found && (question->address || !is_own_name(question))) {
		answer_status(response, 404);
		return;
	}
	put_text(&location, "https://");
	if (put_own_name(&location, question->settings->providers->configuration)) {
		by_host = found && !question->address;
	} else {
		put_text(&location, "autodiscover.");
		put(&location, response->domain.text, response->domain.length);
	}
	put_target(&location, request->raw);
	if (by_host) {
		put_text(&location,
			 request->query ? "&" REDIRECT_DOMAIN "=" : "?" REDIRECT_DOMAIN "=");
		put(&location, response->domain.text, response->domain.length);
	}
	answer_location(response, &location, 302);
}

void redirect_to_prefix(const struct question *question, const char *prefix,
			struct http_response *response)
{
	struct location location = location_begin(response);

	put_text(&location, "https://");
	put_text(&location, prefix);
	put(&location, response->domain.text, response->domain.length);
	put_target(&location, question->request->raw);
	answer_location(response, &location, 302);
}
