#include "model/mail_server.h"

#include "base/text.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct word {
	const char *name;
	int value;
};

static const char *const server_types[] = {
	[SERVER_IMAP] = "imap",
	[SERVER_POP3] = "pop3",
	[SERVER_SMTP] = "smtp",
	[SERVER_EWS] = "ews",
	[SERVER_ACTIVESYNC] = "activeSync",
	[SERVER_JMAP] = "jmap",
	[SERVER_GRAPH] = "graph",
	[SERVER_EXCHANGE] = "exchange",
	[SERVER_OWA] = "owa",
	[SERVER_CALDAV] = "caldav",
	[SERVER_CARDDAV] = "carddav",
	[SERVER_WEBDAV] = "webdav",
};

static const char *const socket_types[] = {
	[SOCKET_NONE] = "none",
	[SOCKET_PLAIN] = "plain",
	[SOCKET_STARTTLS] = "STARTTLS",
	[SOCKET_SSL] = "SSL",
};

static const char *const auth_methods[] = {
	[AUTH_PASSWORD_CLEARTEXT] = "password-cleartext",
	[AUTH_PASSWORD_ENCRYPTED] = "password-encrypted",
	[AUTH_NTLM] = "NTLM",
	[AUTH_GSSAPI] = "GSSAPI",
	[AUTH_CLIENT_IP_ADDRESS] = "client-IP-address",
	[AUTH_TLS_CLIENT_CERT] = "TLS-client-cert",
	[AUTH_OAUTH2] = "OAuth2",
	[AUTH_SMTP_AFTER_POP] = "smtp-after-pop",
	[AUTH_NONE] = "none",
};

/* Other words for the same: of v1.0, of the HTTP names in v1.1 and draft 1.2, of the SASL registry.
 */
static const struct word auth_synonyms[] = {
	{ "plain", AUTH_PASSWORD_CLEARTEXT },
	{ "secure", AUTH_PASSWORD_ENCRYPTED },
	{ "http-basic", AUTH_PASSWORD_CLEARTEXT },
	{ "http-digest", AUTH_PASSWORD_ENCRYPTED },
	{ "basic", AUTH_PASSWORD_CLEARTEXT },
	{ "digest", AUTH_PASSWORD_ENCRYPTED },
	{ "Basic", AUTH_PASSWORD_CLEARTEXT },
	{ "Digest", AUTH_PASSWORD_ENCRYPTED },
	{ "SMTP-after-POP", AUTH_SMTP_AFTER_POP },
	{ "PLAIN", AUTH_PASSWORD_CLEARTEXT },
	{ "LOGIN", AUTH_PASSWORD_CLEARTEXT },
	{ "CRAM-MD5", AUTH_PASSWORD_ENCRYPTED },
	{ "DIGEST-MD5", AUTH_PASSWORD_ENCRYPTED },
	{ "SCRAM-SHA-1", AUTH_PASSWORD_ENCRYPTED },
	{ "SCRAM-SHA-1-PLUS", AUTH_PASSWORD_ENCRYPTED },
	{ "SCRAM-SHA-256", AUTH_PASSWORD_ENCRYPTED },
	{ "SCRAM-SHA-256-PLUS", AUTH_PASSWORD_ENCRYPTED },
	{ "XOAUTH2", AUTH_OAUTH2 },
	{ "OAUTHBEARER", AUTH_OAUTH2 },
	{ "EXTERNAL", AUTH_TLS_CLIENT_CERT },
};

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* Whether size bytes are the word, to the letter. */
static bool is_word(const char *name, size_t size, const char *word)
{
	return strlen(word) == size && memcmp(name, word, size) == 0;
}

const char *server_type_name(enum server_type type)
{
	assert(type < COUNT(server_types));
	return server_types[type];
}

const char *socket_type_name(enum socket_type type)
{
	assert(type < COUNT(socket_types));
	return socket_types[type];
}

const char *auth_method_name(enum auth_method method)
{
	assert(method < COUNT(auth_methods));
	return auth_methods[method];
}

int server_type_from_name(const char *name, size_t size)
{
	for (size_t i = 0; i < COUNT(server_types); i++) {
		if (text_equals(name, size, server_types[i]))
			return (int)i;
	}
	return -1;
}

int socket_type_from_name(const char *name, size_t size)
{
	for (size_t i = SOCKET_PLAIN; i < COUNT(socket_types); i++) { /* none is no word */
		if (is_word(name, size, socket_types[i]))
			return (int)i;
	}
	return -1;
}

int auth_method_from_name(const char *name, size_t size)
{
	for (size_t i = 0; i < COUNT(auth_methods); i++) {
		if (is_word(name, size, auth_methods[i]))
			return (int)i;
	}
	for (size_t i = 0; i < COUNT(auth_synonyms); i++) {
		if (is_word(name, size, auth_synonyms[i].name))
			return auth_synonyms[i].value;
	}
	return -1;
}

bool auth_method_needs_username(enum auth_method method)
{
	return method != AUTH_CLIENT_IP_ADDRESS && method != AUTH_TLS_CLIENT_CERT &&
	       method != AUTH_SMTP_AFTER_POP && method != AUTH_NONE;
}

uint16_t server_type_default_port(enum server_type type, enum socket_type socket_type)
{
	bool ssl = socket_type == SOCKET_SSL;

	if (socket_type == SOCKET_NONE)
		return 0;
	switch (type) {
	case SERVER_IMAP:
		return ssl ? 993 : 143;
	case SERVER_POP3:
		return ssl ? 995 : 110;
	case SERVER_SMTP:
		return ssl ? 465 : 587; /* 25 is for servers among themselves (RFC 8314 3.3) */
	default:
		return 0;
	}
}

bool mail_server_offers(const struct mail_server *server, enum auth_method method)
{
	for (size_t i = 0; i < server->auth_count; i++) {
		if (server->auth[i] == method)
			return true;
	}
	return false;
}

bool mail_server_needs_username(const struct mail_server *server)
{
	for (size_t i = 0; i < server->auth_count; i++) {
		if (auth_method_needs_username(server->auth[i]))
			return true;
	}
	return false;
}

void mail_server_clear(struct mail_server *server)
{
	free(server->hostname);
	free(server->url);
	free(server->username);
	*server = (struct mail_server){ 0 };
}
