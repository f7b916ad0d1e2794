#include "cmd/provider_print.h"

#include "cmd/findings_print.h"
#include "cmd/output.h"

#include <stdio.h>
#include <string.h>

#define ENDPOINT_SIZE (DOMAIN_NAME_SIZE + sizeof(":65535"))

/* "HOST:PORT", or "-" for a server that is not there. */
static const char *endpoint(const struct mail_server *server, char *ret)
{
	if (server && server->hostname)
		snprintf(ret, ENDPOINT_SIZE, "%s:%u", server->hostname, server->port);
	else
		snprintf(ret, ENDPOINT_SIZE, "-");
	return ret;
}

enum column { COLUMN_ID, COLUMN_IMAP, COLUMN_POP3, COLUMN_SMTP, COLUMN_COUNT };

static const char *const headings[COLUMN_COUNT] = { "ID", "IMAP", "POP3", "SMTP" };

static const char *cell(const struct provider_answers *answers, enum column column, char *ret)
{
	const struct email_provider *provider = answers->provider;

	switch (column) {
	case COLUMN_IMAP:
		return endpoint(provider->imap, ret);
	case COLUMN_POP3:
		return endpoint(provider->pop3, ret);
	case COLUMN_SMTP:
		return endpoint(provider->smtp, ret);
	case COLUMN_ID:
	case COLUMN_COUNT:
	default:
		return answers->id;
	}
}

static int column_width(const struct provider_set *providers, enum column column)
{
	size_t width = strlen(headings[column]);
	char text[ENDPOINT_SIZE];

	for (size_t i = 0; i < providers->count; i++) {
		size_t length = strlen(cell(providers->list[i], column, text));

		if (length > width)
			width = length;
	}
	return (int)width;
}

void provider_print_heading(const struct provider_set *providers)
{
	for (int i = 0; i < COLUMN_COUNT; i++)
		output_text("%-*s  ", column_width(providers, (enum column)i), headings[i]);
	output_text("DOMAINS  NAME\n");
}

static const char *display_name(const struct email_provider *provider)
{
	const char *name = email_provider_display_name(provider, NULL);

	return name ? name : "-";
}

/* NULL for a server that is not there: json_pack leaves the key out. */
static json_t *endpoint_json(const struct mail_server *server)
{
	char text[ENDPOINT_SIZE];

	return server && server->hostname ? json_string(endpoint(server, text)) : NULL;
}

static void print_row_json(const struct provider_answers *answers, const size_t *domains)
{
	const struct email_provider *provider = answers->provider;

	output_json(json_pack("{s:s, s:s*, s:o*, s:o*, s:o*, s:o*}", "id", answers->id,
			      "display_name", email_provider_display_name(provider, NULL), "imap",
			      endpoint_json(provider->imap), "pop3", endpoint_json(provider->pop3),
			      "smtp", endpoint_json(provider->smtp), "domains",
			      domains ? json_integer((json_int_t)*domains) : NULL));
}

void provider_print_row(const struct provider_set *providers, size_t number, const size_t *domains,
			bool json)
{
	const struct provider_answers *answers = providers->list[number];
	char text[ENDPOINT_SIZE];

	if (json) {
		print_row_json(answers, domains);
		return;
	}
	for (int i = 0; i < COLUMN_COUNT; i++)
		output_text("%-*s  ", column_width(providers, (enum column)i),
			    cell(answers, (enum column)i, text));
	if (domains)
		output_text("%7zu  ", *domains);
	else
		output_text("%7s  ", "-");
	output_text("%s\n", display_name(answers->provider));
}

/* What is given out, in the order in which it is printed. */
static size_t chosen_servers(const struct email_provider *provider,
			     const struct mail_server *ret[SERVER_TYPE_COUNT])
{
	const struct mail_server *all[] = {
		provider->imap,	      provider->pop3,	 provider->smtp,   provider->ews,
		provider->activesync, provider->jmap,	 provider->graph,  provider->exchange,
		provider->caldav,     provider->carddav, provider->webdav,
	};
	size_t count = 0;

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		if (all[i])
			ret[count++] = all[i];
	}
	return count;
}

static void print_server(const struct mail_server *server)
{
	char text[ENDPOINT_SIZE];

	output_text("%-14s", server_type_name(server->type));
	if (server->hostname)
		output_text("%s %s", endpoint(server, text), socket_type_name(server->socket_type));
	if (server->url)
		output_text("%s%s", server->hostname ? " " : "", server->url);
	for (size_t i = 0; i < server->auth_count; i++)
		output_text(" %s", auth_method_name(server->auth[i]));
	if (server->username)
		output_text(" %s", server->username);
	output_text("\n");
}

static void print_mta_sts(const struct mta_sts_policy *policy)
{
	output_text("%-14s%s for %u seconds:", "mta-sts", mta_sts_mode_name(policy->mode),
		    policy->max_age);
	for (size_t i = 0; i < policy->mx_count; i++)
		output_text(" %s", policy->mx[i]);
	output_text("\n");
}

void provider_print_full(const char *id, const char *path, const struct email_provider *provider,
			 const struct findings *findings)
{
	const struct mail_server *servers[SERVER_TYPE_COUNT];

	output_text("%-14s%s\n%-14s%s\n", "id", id, "document", path);
	if (provider) {
		size_t count = chosen_servers(provider, servers);

		output_text("%-14s%s\n", "name", display_name(provider));
		for (size_t i = 0; i < count; i++)
			print_server(servers[i]);
		if (provider->webmail_url)
			output_text("%-14s%s\n", "webmail", provider->webmail_url);
		if (provider->autodiscover_url)
			output_text("%-14s%s\n", "autodiscover", provider->autodiscover_url);
		if (provider->mta_sts)
			print_mta_sts(provider->mta_sts);
	}
	findings_print(findings, false);
}

static json_t *server_json(const struct mail_server *server)
{
	json_t *auth = json_array();

	for (size_t i = 0; i < server->auth_count; i++)
		json_array_append_new(auth, json_string(auth_method_name(server->auth[i])));
	return json_pack("{s:s, s:s*, s:o*, s:s*, s:s*, s:o, s:s*}", "type",
			 server_type_name(server->type), "hostname", server->hostname, "port",
			 server->port ? json_integer(server->port) : NULL, "socket_type",
			 server->hostname ? socket_type_name(server->socket_type) : NULL, "url",
			 server->url, "authentication", auth, "username", server->username);
}

/* NULL for no policy: json_pack leaves the key out. */
static json_t *mta_sts_json(const struct mta_sts_policy *policy)
{
	json_t *mx;

	if (!policy)
		return NULL;
	mx = json_array();
	for (size_t i = 0; i < policy->mx_count; i++)
		json_array_append_new(mx, json_string(policy->mx[i]));
	return json_pack("{s:s, s:I, s:o}", "mode", mta_sts_mode_name(policy->mode), "max_age",
			 (json_int_t)policy->max_age, "mx", mx);
}

static json_t *findings_json(const struct findings *findings)
{
	json_t *list = json_array();

	for (size_t i = 0; i < findings->count; i++)
		json_array_append_new(list,
				      json_pack("{s:s, s:s}", "severity",
						finding_severity_name(findings->list[i].severity),
						"text", findings->list[i].text));
	return list;
}

void provider_print_full_json(const char *id, const char *path,
			      const struct email_provider *provider,
			      const struct findings *findings)
{
	const struct mail_server *servers[SERVER_TYPE_COUNT];
	size_t count = provider ? chosen_servers(provider, servers) : 0;
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, server_json(servers[i]));
	output_json(json_pack("{s:s, s:s, s:s*, s:o, s:s*, s:s*, s:o*, s:o}", "id", id, "document",
			      path, "display_name",
			      provider ? email_provider_display_name(provider, NULL) : NULL,
			      "servers", list, "webmail", provider ? provider->webmail_url : NULL,
			      "autodiscover", provider ? provider->autodiscover_url : NULL,
			      "mta_sts", provider ? mta_sts_json(provider->mta_sts) : NULL,
			      "findings", findings_json(findings)));
}
