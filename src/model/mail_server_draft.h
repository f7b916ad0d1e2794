/* A server section while it is read: what stood in it so far, right or wrong. */
#ifndef MODEL_MAIL_SERVER_DRAFT_H
#define MODEL_MAIL_SERVER_DRAFT_H

#include "model/mail_server.h"
#include "model/provider_reader.h"

/* How good an address a url element is: of several the best is taken. */
enum url_rank { URL_NONE, URL_OWA, URL_EWS, URL_OWN };

/* Where an error was: what is wrong already is not called missing as well. */
enum mail_server_fault { FAULT_ADDRESS = 1, FAULT_SOCKET_TYPE = 2, FAULT_OTHER = 4 };

struct mail_server_draft {
	struct mail_server server;
	xmlNode *node;
	const char *element;	   /* the name of node */
	const xmlNode *bad_socket; /* the first socketType that is unknown */
	char *bad_socket_text;
	enum url_rank url_rank;
	bool hostname, port, username; /* whether the element was there */
	bool unusable;		       /* to be passed over */
	unsigned int failed;	       /* bits of enum mail_server_fault: an error was found */
};

/* Whether the server is reached by host name and port, and speaks IMAP, POP3 or SMTP. */
bool mail_server_draft_is_mail(const struct mail_server_draft *draft);

/* Adds a finding about the value text of the element node: "ELEMENT: node "text" REASON". */
void mail_server_draft_fail(struct provider_reader *reader, struct mail_server_draft *draft,
			    const xmlNode *node, enum mail_server_fault fault, const char *text,
			    const char *reason);
void mail_server_draft_warn(struct provider_reader *reader, const struct mail_server_draft *draft,
			    const xmlNode *node, const char *text, const char *reason);

/* Adds a method, if it is not there yet. */
void mail_server_draft_add_auth(struct mail_server_draft *draft, enum auth_method method);

/* Judges what is missing when all is read, and fills in what everybody would. */
void mail_server_draft_finish(struct provider_reader *reader, struct mail_server_draft *draft);

/* Frees what the draft owns, not the struct. */
void mail_server_draft_clear(struct mail_server_draft *draft);

#endif
