#include "server/answer_send.h"

#include "server/clock.h"
#include "server/log.h"

#include <stdio.h>
#include <stdlib.h>

#define COMPLAINT_INTERVAL (60 * INT64_C(1000000000)) /* nanoseconds */

static const char *allow_text(unsigned int methods)
{
	switch (methods) {
	case HTTP_GET | HTTP_HEAD:
		return "GET, HEAD";
	case HTTP_GET | HTTP_HEAD | HTTP_POST:
		return "GET, HEAD, POST";
	case HTTP_POST:
		return "POST";
	default:
		return "GET";
	}
}

/*
 * A page shows nothing from elsewhere and tells nobody where it was: the link to it is as good as
 * the address that it holds.
 */
static void add_page_headers(struct MHD_Response *to, const struct http_response *response)
{
	MHD_add_response_header(to, "Content-Security-Policy",
				"default-src 'none'; style-src 'self'; img-src 'self'; "
				"script-src 'self'; form-action 'self'; base-uri 'none'; "
				"frame-ancestors 'none'");
	MHD_add_response_header(to, "Referrer-Policy", "no-referrer");
	MHD_add_response_header(to, "X-Robots-Tag", "noindex, nofollow");
	MHD_add_response_header(to, "Cross-Origin-Opener-Policy", "same-origin");
	if (response->immutable)
		MHD_add_response_header(to, MHD_HTTP_HEADER_CACHE_CONTROL,
					"public, max-age=31536000, immutable");
	if (response->secure_host)
		MHD_add_response_header(to, "Strict-Transport-Security", "max-age=31536000");
}

static void add_headers(struct MHD_Response *to, const struct http_response *response, bool close)
{
	if (response->media_type)
		MHD_add_response_header(to, MHD_HTTP_HEADER_CONTENT_TYPE, response->media_type);
	MHD_add_response_header(to, "X-Content-Type-Options", "nosniff");
	if (response->no_store)
		MHD_add_response_header(to, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	if (response->page)
		add_page_headers(to, response);
	if (response->retry_after) {
		char seconds[16];

		snprintf(seconds, sizeof(seconds), "%u", response->retry_after);
		MHD_add_response_header(to, MHD_HTTP_HEADER_RETRY_AFTER, seconds);
	}
	if (response->any_origin)
		MHD_add_response_header(to, MHD_HTTP_HEADER_ACCESS_CONTROL_ALLOW_ORIGIN, "*");
	if (response->allow)
		MHD_add_response_header(to, MHD_HTTP_HEADER_ALLOW, allow_text(response->allow));
	if (response->location[0])
		MHD_add_response_header(to, MHD_HTTP_HEADER_LOCATION, response->location);
	if (response->file_name[0]) { /* made of a domain name: nothing in it to quote */
		char value[sizeof(response->file_name) + sizeof("attachment; filename=\"\"")];

		snprintf(value, sizeof(value), "attachment; filename=\"%s\"", response->file_name);
		MHD_add_response_header(to, MHD_HTTP_HEADER_CONTENT_DISPOSITION, value);
	}
	if (close)
		MHD_add_response_header(to, MHD_HTTP_HEADER_CONNECTION, "close");
}

/* Once a minute and worker, however many want a profile. */
static void complain_unsigned(struct answer_signer *signer, const struct error *err)
{
	int64_t now = clock_ns();

	if (signer->complained && now - signer->complained < COMPLAINT_INTERVAL)
		return;
	signer->complained = now;
	log_error("a profile goes out unsigned: %s", err->text);
}

void answer_sign(struct answer_signer *signer, const struct snapshot *snapshot,
		 struct metrics_worker *metrics, struct http_response *response)
{
	char *signed_profile;
	struct error err;
	size_t size;

	if (!snapshot->signer)
		return;
	if (profile_signer_sign(snapshot->signer, response->body, response->body_size,
				clock_seconds(), &signed_profile, &size, &err) < 0) {
		metrics_add(metrics, METRIC_PROFILES_UNSIGNED, 1);
		complain_unsigned(signer, &err);
		return;
	}
	metrics_add(metrics, METRIC_PROFILES_SIGNED, 1);
	free(response->owned);
	response->owned = signed_profile;
	response->body = signed_profile;
	response->body_size = size;
}

enum MHD_Result answer_send(struct MHD_Connection *connection, const struct http_response *response,
			    bool close)
{
	struct MHD_Response *to;
	enum MHD_Result result;

	to = response->owned
		     ? MHD_create_response_from_buffer(response->body_size, response->owned,
						       MHD_RESPMEM_MUST_FREE)
		     : MHD_create_response_from_buffer(response->body_size, (void *)response->body,
						       MHD_RESPMEM_MUST_COPY);
	if (!to) {
		free(response->owned);
		return MHD_NO;
	}
	add_headers(to, response, close);
	result = MHD_queue_response(connection, response->status, to);
	MHD_destroy_response(to);
	return result;
}
