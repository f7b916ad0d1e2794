/* One server of a provider and the enumerations of its settings, in the words of clientConfig. */
#ifndef MODEL_MAIL_SERVER_H
#define MODEL_MAIL_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum server_type {
	SERVER_IMAP,
	SERVER_POP3,
	SERVER_SMTP,
	SERVER_EWS,
	SERVER_ACTIVESYNC,
	SERVER_JMAP,
	SERVER_GRAPH,
	SERVER_EXCHANGE,
	SERVER_OWA,
	SERVER_CALDAV,
	SERVER_CARDDAV,
	SERVER_WEBDAV,
	SERVER_TYPE_COUNT
};

enum socket_type { SOCKET_NONE, SOCKET_PLAIN, SOCKET_STARTTLS, SOCKET_SSL };

enum auth_method {
	AUTH_PASSWORD_CLEARTEXT,
	AUTH_PASSWORD_ENCRYPTED,
	AUTH_NTLM,
	AUTH_GSSAPI,
	AUTH_CLIENT_IP_ADDRESS,
	AUTH_TLS_CLIENT_CERT,
	AUTH_OAUTH2,
	AUTH_SMTP_AFTER_POP,
	AUTH_NONE,
	AUTH_METHOD_COUNT
};

enum pop3_choice { POP3_UNSAID, POP3_NO, POP3_YES };

struct mail_server {
	enum server_type type;
	long line;	/* in the document */
	char *hostname; /* lower case, may hold %EMAILDOMAIN%; NULL for a server that has a url
			   alone */
	char *url;	/* as written; NULL for imap, pop3, smtp */
	uint16_t port;	/* 1 to 65535; 0 for a server that has a url alone */
	enum socket_type socket_type; /* SOCKET_NONE for a server that has a url alone */
	enum auth_method auth[AUTH_METHOD_COUNT]; /* in the document's order, each once */
	size_t auth_count;			  /* at least 1 */
	char *username;				  /* NULL only where no authentication wants one */
	/* pop3 only */
	enum pop3_choice leave_messages_on_server, download_on_biff;
	unsigned int days_to_leave_messages_on_server; /* 0 where the document says nothing */
};

/* The word of clientConfig ("imap", "activeSync", "SSL", "password-cleartext"); never NULL. */
const char *server_type_name(enum server_type type);
const char *socket_type_name(enum socket_type type);
const char *auth_method_name(enum auth_method method);

/*
 * The value of a word of size bytes, or -1. Words are compared to the letter, as Thunderbird does,
 * but for the types of servers, where the drafts themselves write both activeSync and activesync.
 */
int server_type_from_name(const char *name, size_t size);
int socket_type_from_name(const char *name, size_t size);

/* Takes the older words plain and secure too, and the SASL and HTTP names of draft 1.2. */
int auth_method_from_name(const char *name, size_t size);

/* Whether the user name and a password, token or ticket belong to the method. */
bool auth_method_needs_username(enum auth_method method);

/* The port of a type over a socket type (RFC 8314, RFC 6186), 0 if there is none. */
uint16_t server_type_default_port(enum server_type type, enum socket_type socket_type);

/* Whether auth holds the method. */
bool mail_server_offers(const struct mail_server *server, enum auth_method method);

/* Whether one of its methods needs a user name. */
bool mail_server_needs_username(const struct mail_server *server);

/* Frees what the struct owns, not the struct. */
void mail_server_clear(struct mail_server *server);

#endif
