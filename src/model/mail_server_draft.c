/*
 * Where every mail program would take a value for granted, so do we, with a warning: the port of
 * the protocol, a password as authentication, the address as user name. Where programs would go
 * different ways, or fail, it is an error.
 */
#include "model/mail_server_draft.h"

#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

bool mail_server_draft_is_mail(const struct mail_server_draft *draft)
{
	enum server_type type = draft->server.type;

	return type == SERVER_IMAP || type == SERVER_POP3 || type == SERVER_SMTP;
}

void mail_server_draft_fail(struct provider_reader *reader, struct mail_server_draft *draft,
			    const xmlNode *node, enum mail_server_fault fault, const char *text,
			    const char *reason)
{
	draft->failed |= fault;
	provider_fail(reader, node, draft->element, "%s \"%.*s\" %s", provider_element_name(node),
		      PROVIDER_SHOWN(text), reason);
}

void mail_server_draft_warn(struct provider_reader *reader, const struct mail_server_draft *draft,
			    const xmlNode *node, const char *text, const char *reason)
{
	provider_warn(reader, node, draft->element, "%s \"%.*s\" %s", provider_element_name(node),
		      PROVIDER_SHOWN(text), reason);
}

void mail_server_draft_add_auth(struct mail_server_draft *draft, enum auth_method method)
{
	if (!mail_server_offers(&draft->server, method))
		draft->server.auth[draft->server.auth_count++] = method;
}

static void finish_socket(struct provider_reader *reader, struct mail_server_draft *draft)
{
	bool needed = mail_server_draft_is_mail(draft) && !draft->server.socket_type;

	if (draft->bad_socket && needed)
		mail_server_draft_fail(reader, draft, draft->bad_socket, FAULT_SOCKET_TYPE,
				       draft->bad_socket_text, "is not SSL, STARTTLS or plain");
	else if (draft->bad_socket)
		mail_server_draft_warn(reader, draft, draft->bad_socket, draft->bad_socket_text,
				       "is not SSL, STARTTLS or plain, passed over");
	else if (needed && !(draft->failed & FAULT_SOCKET_TYPE)) {
		provider_fail(reader, draft->node, draft->element,
			      "no socketType: SSL, STARTTLS or plain");
		draft->failed |= FAULT_SOCKET_TYPE;
	}
}

static void finish_address(struct provider_reader *reader, struct mail_server_draft *draft)
{
	bool mail = mail_server_draft_is_mail(draft);

	if (draft->failed & FAULT_ADDRESS || draft->server.hostname || (!mail && draft->server.url))
		return;
	draft->failed |= FAULT_ADDRESS;
	provider_fail(reader, draft->node, draft->element,
		      mail ? "no hostname" : "neither hostname nor url");
}

/* What RFC 8314 and IANA have a port for. */
static void check_port(struct provider_reader *reader, const struct mail_server_draft *draft)
{
	static const struct {
		uint16_t port;
		enum server_type type;
		bool ssl;
	} ports[] = {
		{ 143, SERVER_IMAP, false }, { 993, SERVER_IMAP, true },
		{ 110, SERVER_POP3, false }, { 995, SERVER_POP3, true },
		{ 25, SERVER_SMTP, false },  { 465, SERVER_SMTP, true },
		{ 587, SERVER_SMTP, false },
	};
	const struct mail_server *server = &draft->server;
	bool known = false;

	for (size_t i = 0; i < COUNT(ports); i++) {
		if (ports[i].port != server->port)
			continue;
		known = true;
		if (ports[i].type != server->type ||
		    ports[i].ssl != (server->socket_type == SOCKET_SSL))
			provider_warn(reader, draft->node, draft->element,
				      "port %d is not where programs expect %s with %s",
				      (int)server->port, server_type_name(server->type),
				      socket_type_name(server->socket_type));
	}
	/* autodiscover has no word for STARTTLS that Thunderbird reads: it goes by the port */
	if (!known && server->socket_type == SOCKET_STARTTLS)
		provider_warn(reader, draft->node, draft->element,
			      "STARTTLS on port %d: Thunderbird takes it for SSL when it asks "
			      "autodiscover",
			      (int)server->port);
}

static void finish_port(struct provider_reader *reader, struct mail_server_draft *draft)
{
	struct mail_server *server = &draft->server;

	if (!server->port) {
		server->port = server_type_default_port(server->type, server->socket_type);
		provider_warn(reader, draft->node, draft->element, "no port, taken as %d",
			      (int)server->port);
	}
	check_port(reader, draft);
}

static void finish_login(struct provider_reader *reader, struct mail_server_draft *draft)
{
	struct mail_server *server = &draft->server;

	if (!server->auth_count) {
		provider_warn(reader, draft->node, draft->element,
			      "no authentication that is known, taken as %s",
			      auth_method_name(AUTH_PASSWORD_CLEARTEXT));
		mail_server_draft_add_auth(draft, AUTH_PASSWORD_CLEARTEXT);
	}
	if (server->username ||
	    (server->type == SERVER_SMTP && !mail_server_needs_username(server)))
		return;
	/* Thunderbird would log in as "undefined", Thunderbird for Android refuses the document */
	provider_warn(reader, draft->node, draft->element,
		      "no username, taken as %%EMAILADDRESS%%");
	server->username = strdup("%EMAILADDRESS%");
	if (!server->username)
		provider_no_memory(reader);
}

void mail_server_draft_finish(struct provider_reader *reader, struct mail_server_draft *draft)
{
	finish_address(reader, draft);
	finish_socket(reader, draft);
	if (draft->failed)
		return;
	if (mail_server_draft_is_mail(draft))
		finish_port(reader, draft);
	else if (!draft->server.url)
		provider_warn(reader, draft->node, draft->element,
			      "no url: %s is given out only with one",
			      server_type_name(draft->server.type));
	finish_login(reader, draft);
}

void mail_server_draft_clear(struct mail_server_draft *draft)
{
	mail_server_clear(&draft->server);
	free(draft->bad_socket_text);
	draft->bad_socket_text = NULL;
}
