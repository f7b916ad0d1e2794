#include "render/thunderbird_qr.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#define FORMAT_VERSION 1
#define ADDRESS_MAX 254 /* bytes: core/common/.../mail/EmailAddress.kt */

enum { PROTOCOL_IMAP, PROTOCOL_POP3, PROTOCOL_SMTP = 0 };
enum { SECURITY_PLAIN = 0, SECURITY_STARTTLS = 2, SECURITY_TLS = 3 };
enum {
	AUTHENTICATION_UNKNOWN = -1,
	AUTHENTICATION_NONE = 0,
	AUTHENTICATION_PASSWORD = 1,
	AUTHENTICATION_ENCRYPTED = 2,
	AUTHENTICATION_CERTIFICATE = 5,
	AUTHENTICATION_OAUTH2 = 6
};

static const int securities[] = {
	[SOCKET_PLAIN] = SECURITY_PLAIN,
	[SOCKET_STARTTLS] = SECURITY_STARTTLS,
	[SOCKET_SSL] = SECURITY_TLS,
};

static const int authentications[AUTH_METHOD_COUNT] = {
	[AUTH_PASSWORD_CLEARTEXT] = AUTHENTICATION_PASSWORD,
	[AUTH_PASSWORD_ENCRYPTED] = AUTHENTICATION_ENCRYPTED,
	[AUTH_NTLM] = AUTHENTICATION_UNKNOWN,
	[AUTH_GSSAPI] = AUTHENTICATION_UNKNOWN,
	[AUTH_CLIENT_IP_ADDRESS] = AUTHENTICATION_NONE,
	[AUTH_TLS_CLIENT_CERT] = AUTHENTICATION_CERTIFICATE,
	[AUTH_OAUTH2] = AUTHENTICATION_OAUTH2,
	[AUTH_SMTP_AFTER_POP] = AUTHENTICATION_NONE,
	[AUTH_NONE] = AUTHENTICATION_NONE,
};

/*
 * The first method that the program knows. OAuth2 only where there is no other: the program has a
 * list of hosts for which it can do that, and whoever runs this server is not in it.
 */
static int choose_authentication(const struct mail_server *server)
{
	int oauth2 = AUTHENTICATION_UNKNOWN;

	for (size_t i = 0; i < server->auth_count; i++) {
		int number = authentications[server->auth[i]];

		if (number == AUTHENTICATION_OAUTH2)
			oauth2 = number;
		else if (number != AUTHENTICATION_UNKNOWN)
			return number;
	}
	return oauth2;
}

static bool is_understood(const struct mail_server *server)
{
	return server && choose_authentication(server) != AUTHENTICATION_UNKNOWN;
}

static const struct mail_server *choose_incoming(const struct email_provider *provider)
{
	if (is_understood(provider->imap))
		return provider->imap;
	return is_understood(provider->pop3) ? provider->pop3 : NULL;
}

static json_t *make_server(int protocol, const struct mail_server *server)
{
	int authentication = choose_authentication(server);
	bool login = server->username && authentication != AUTHENTICATION_NONE;

	return json_pack("[i, s, i, i, i, s]", protocol, server->hostname, (int)server->port,
			 securities[server->socket_type], authentication,
			 login ? server->username : "");
}

int thunderbird_qr_compile(const struct email_provider *provider, struct template **ret,
			   struct error *err)
{
	const struct mail_server *incoming = choose_incoming(provider);
	const char *address = template_hole_marker(HOLE_EMAILADDRESS);
	CLEANUP(freep) char *json = NULL;
	json_t *document;

	if (!incoming || !is_understood(provider->smtp)) {
		*ret = NULL;
		return 0;
	}
	/* an "o" that is NULL frees the others and makes the whole NULL */
	document =
		json_pack("[i, [i, i], o, [[o, [s, s]]]]", FORMAT_VERSION, 1, 1,
			  make_server(incoming->type == SERVER_IMAP ? PROTOCOL_IMAP : PROTOCOL_POP3,
				      incoming),
			  make_server(PROTOCOL_SMTP, provider->smtp), address, address);
	if (document)
		json = json_dumps(document, JSON_COMPACT);
	json_decref(document);
	if (!json)
		return error_no_memory(err);
	return template_compile(json, strlen(json), TEMPLATE_HOLES_ADDRESS, ESCAPE_JSON, ret, err);
}

static bool is_ascii(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if ((unsigned char)text[i] >= 0x80)
			return false;
	}
	return true;
}

/* RFC 5321 4.1.2, Dot-string: the other characters are those of an address of ours. */
static bool has_stray_dot(const char *local, size_t size)
{
	return local[0] == '.' || local[size - 1] == '.' || memmem(local, size, "..", 2);
}

bool thunderbird_qr_address(const struct email_address *address, struct email_address *ret)
{
	const char *local = address->text;
	size_t local_length = address->local_length;
	struct email_address result = *address;

	if (!is_ascii(local, local_length) || has_stray_dot(local, local_length))
		return false;
	if (!is_ascii(address->text, address->length))
		result.length = (size_t)snprintf(result.text, sizeof(result.text), "%.*s@%s",
						 (int)local_length, local, address->domain.text);
	if (result.length > ADDRESS_MAX)
		return false;
	*ret = result;
	return true;
}
