/*
 * One server of a type is given out, whatever the document lists: Evolution takes the last of a
 * type that it sees, other programs the first. It is the first that encrypts: Thunderbird for
 * Android refuses a whole document for one plain section, so a plain one must never stand beside a
 * better one.
 */
#include "model/email_provider_choose.h"

static const struct mail_server *choose_mail(const struct email_provider *provider,
					     enum server_type type)
{
	const struct mail_server *plain = NULL;

	for (size_t i = 0; i < provider->server_count; i++) {
		const struct mail_server *server = &provider->servers[i];

		if (server->type != type)
			continue;
		if (server->socket_type != SOCKET_PLAIN)
			return server;
		if (!plain)
			plain = server;
	}
	return plain;
}

/* The first of a type that has a url: without one there is nothing to give out. */
static const struct mail_server *choose_url(const struct email_provider *provider,
					    enum server_type type)
{
	for (size_t i = 0; i < provider->server_count; i++) {
		if (provider->servers[i].type == type && provider->servers[i].url)
			return &provider->servers[i];
	}
	return NULL;
}

static void warn_plain(struct provider_reader *reader, const struct mail_server *server,
		       const char *element)
{
	if (server && server->socket_type == SOCKET_PLAIN)
		provider_add(reader, FINDING_WARNING, server->line, element,
			     "%s at \"%.*s\" is plain: passwords and mail go over the network "
			     "for all to read",
			     server_type_name(server->type), PROVIDER_SHOWN(server->hostname));
}

/* Thunderbird drops such a server unless it knows the host; profiles can only ask for a password.
 */
static void warn_oauth2(struct provider_reader *reader, const struct mail_server *server,
			const char *element)
{
	if (server && server->auth_count == 1 && server->auth[0] == AUTH_OAUTH2)
		provider_add(reader, FINDING_WARNING, server->line, element,
			     "%s at \"%.*s\" offers OAuth2 alone: programs that do not know this "
			     "host refuse it",
			     server_type_name(server->type), PROVIDER_SHOWN(server->hostname));
}

static void warn_of_mail_server(struct provider_reader *reader, const struct mail_server *server,
				const char *element)
{
	warn_plain(reader, server, element);
	warn_oauth2(reader, server, element);
}

void email_provider_choose(struct provider_reader *reader, long line, bool incoming_failed,
			   bool outgoing_failed)
{
	struct email_provider *provider = reader->provider;
	bool exchange;

	provider->imap = choose_mail(provider, SERVER_IMAP);
	provider->pop3 = choose_mail(provider, SERVER_POP3);
	provider->smtp = choose_mail(provider, SERVER_SMTP);
	provider->ews = choose_url(provider, SERVER_EWS);
	provider->activesync = choose_url(provider, SERVER_ACTIVESYNC);
	provider->jmap = choose_url(provider, SERVER_JMAP);
	provider->graph = choose_url(provider, SERVER_GRAPH);
	provider->exchange = choose_url(provider, SERVER_EXCHANGE);
	provider->caldav = choose_url(provider, SERVER_CALDAV);
	provider->carddav = choose_url(provider, SERVER_CARDDAV);
	provider->webdav = choose_url(provider, SERVER_WEBDAV);
	warn_of_mail_server(reader, provider->imap, "incomingServer");
	warn_of_mail_server(reader, provider->pop3, "incomingServer");
	warn_of_mail_server(reader, provider->smtp, "outgoingServer");
	/* these send, too */
	exchange = provider->ews || provider->activesync || provider->jmap || provider->graph ||
		   provider->exchange;
	if (!provider->imap && !provider->pop3 && !exchange && !incoming_failed)
		provider_add(reader, FINDING_ERROR, line, "emailProvider",
			     "no incomingServer that can be used");
	if (provider->smtp || outgoing_failed)
		return;
	if (exchange)
		provider_add(reader, FINDING_WARNING, line, "emailProvider",
			     "no outgoingServer of type smtp: most programs refuse the settings");
	else
		provider_add(reader, FINDING_ERROR, line, "emailProvider",
			     "no outgoingServer that can be used");
}
