#include "cmd/verification_print.h"

#include "cmd/output.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define TIME_SIZE 48 /* bytes: "14:35 on 2026-11-23 (CET)" and more, with the NUL */

/* "14:35" and the date, in the time zone of whoever reads it. */
static const char *time_text(int64_t at, char ret[TIME_SIZE])
{
	time_t seconds = at + 59; /* never earlier than it is */
	struct tm parts;

	localtime_r(&seconds, &parts);
	strftime(ret, TIME_SIZE, "%H:%M on %Y-%m-%d (%Z)", &parts);
	return ret;
}

static bool has_zone(enum verification_state state)
{
	return state != VERIFICATION_NO_ANSWER && state != VERIFICATION_LAME;
}

/* Text */

static void print_server(const struct verification_server *server)
{
	char address[SOCKET_ADDRESS_TEXT_SIZE], serial[16] = "-", ttl[16] = "-";

	if (has_zone(server->state)) {
		snprintf(serial, sizeof(serial), "%u%s", server->serial, server->behind ? "!" : "");
		if (server->ttl)
			snprintf(ttl, sizeof(ttl), "%u", server->ttl);
	}
	output_text("  %-28s %-22s %-9s %10s %6s%s%s\n",
		    *server->server->name ? server->server->name : "(configured)",
		    socket_address_text(&server->server->address, 53, address),
		    verification_state_name(server->state), serial, ttl,
		    *server->detail ? "  " : "", server->detail);
}

static void print_resolver(const struct verification_resolver *resolver)
{
	char address[SOCKET_ADDRESS_TEXT_SIZE], remaining[16] = "-";

	if (resolver->remaining)
		snprintf(remaining, sizeof(remaining), "%u", resolver->remaining);
	output_text("  %-28s %-22s %-9s %10s %6s%s%s\n", "resolver",
		    socket_address_text(resolver->address, 53, address),
		    verification_state_name(resolver->state), "", remaining,
		    *resolver->detail ? "  " : "", resolver->detail);
}

static void print_end(const struct verification_input *input,
		      const struct verification *verification)
{
	char when[TIME_SIZE];

	if (!verification->server_count)
		output_text("  no server is known that could be asked; set dns.primary, "
			    "dns.servers or dns.resolvers\n");
	else if (!verification->everywhere)
		output_text("  not everywhere yet\n");
	else if (!input->change)
		output_text("  everywhere; when it was changed is not known, since that was not "
			    "done from here\n");
	else if (verification->gone_by)
		output_text("  everywhere; what was before is gone from caches by %s\n",
			    time_text(verification->gone_by, when));
	else
		output_text("  everywhere; a resolver has something else\n");
}

static void print_text(const struct verification_input *input,
		       const struct verification *verification)
{
	output_text("%s\n", input->domain->text);
	if (verification->server_count)
		output_text("  %-28s %-22s %-9s %10s %6s\n", "server", "address", "state", "serial",
			    "TTL");
	for (size_t i = 0; i < verification->server_count; i++)
		print_server(&verification->servers[i]);
	for (size_t i = 0; i < verification->resolver_count; i++)
		print_resolver(&verification->resolvers[i]);
	if (input->authority->note)
		output_text("  note: %s\n", input->authority->note);
	print_end(input, verification);
}

/* JSON */

static void set_text(json_t *object, const char *key, const char *text)
{
	if (object && *text)
		json_object_set_new(object, key, json_string(text));
}

static void print_server_json(const char *domain, const struct verification_server *server)
{
	char address[SOCKET_ADDRESS_TEXT_SIZE];
	json_t *line = json_pack("{s:s, s:s, s:s}", "domain", domain, "address",
				 socket_address_text(&server->server->address, 53, address),
				 "state", verification_state_name(server->state));

	set_text(line, "server", server->server->name);
	if (line && has_zone(server->state))
		json_object_update_new(
			line, json_pack("{s:I, s:I, s:b}", "serial", (json_int_t)server->serial,
					"ttl", (json_int_t)server->ttl, "behind", server->behind));
	set_text(line, "detail", server->detail);
	output_json(line);
}

static void print_resolver_json(const char *domain, const struct verification_resolver *resolver)
{
	char address[SOCKET_ADDRESS_TEXT_SIZE];
	json_t *line = json_pack("{s:s, s:s, s:s, s:I}", "domain", domain, "resolver",
				 socket_address_text(resolver->address, 53, address), "state",
				 verification_state_name(resolver->state), "remaining",
				 (json_int_t)resolver->remaining);

	set_text(line, "detail", resolver->detail);
	output_json(line);
}

/* Times are seconds since 1970. */
static void print_json(const struct verification_input *input,
		       const struct verification *verification)
{
	const char *domain = input->domain->text;
	json_t *line;

	for (size_t i = 0; i < verification->server_count; i++)
		print_server_json(domain, &verification->servers[i]);
	for (size_t i = 0; i < verification->resolver_count; i++)
		print_resolver_json(domain, &verification->resolvers[i]);
	line = json_pack("{s:s, s:b}", "domain", domain, "everywhere", verification->everywhere);
	if (line && verification->seen)
		json_object_set_new(line, "seen", json_integer(verification->seen));
	if (line && verification->gone_by)
		json_object_set_new(line, "gone_by", json_integer(verification->gone_by));
	set_text(line, "note", input->authority->note ? input->authority->note : "");
	output_json(line);
}

void verification_print(const struct verification_input *input,
			const struct verification *verification, bool json)
{
	if (json)
		print_json(input, verification);
	else
		print_text(input, verification);
}
