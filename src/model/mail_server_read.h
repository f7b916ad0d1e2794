/* Reads one server section of a clientConfig document. */
#ifndef MODEL_MAIL_SERVER_READ_H
#define MODEL_MAIL_SERVER_READ_H

#include "model/mail_server.h"
#include "model/provider_reader.h"

enum mail_server_result {
	MAIL_SERVER_READ,
	MAIL_SERVER_PASSED_OVER, /* nothing wrong but nothing for us, with a warning */
	MAIL_SERVER_FAILED,	 /* with an error */
};

/*
 * Reads an incomingServer, outgoingServer, addressBook, addressbook, calendar or fileShare. On
 * MAIL_SERVER_READ *ret is what the caller clears with mail_server_clear(), else it is untouched.
 */
enum mail_server_result mail_server_read(struct provider_reader *reader, xmlNode *node,
					 struct mail_server *ret);

#endif
