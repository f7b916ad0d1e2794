/*
 * An e-mail address as a mail program sends it. Quoted local parts ("a b"@c) and comments are not
 * understood: no provider of mailboxes gives them out.
 */
#ifndef MODEL_EMAIL_ADDRESS_H
#define MODEL_EMAIL_ADDRESS_H

#include "base/error.h"
#include "model/domain_name.h"

#define EMAIL_ADDRESS_LOCAL_MAX 64 /* bytes, RFC 5321 4.5.3.1.1 */
#define EMAIL_ADDRESS_SIZE (EMAIL_ADDRESS_LOCAL_MAX + 1 + 3 * DOMAIN_NAME_SIZE)

struct email_address {
	char text[EMAIL_ADDRESS_SIZE]; /* as it was sent, without a final dot */
	size_t length;		       /* bytes of text */
	size_t local_length;	       /* bytes before the @ */
	struct domain_name domain;     /* what is behind it, A-labels in lower case */
};

/*
 * Reads size bytes of UTF-8 without invisible characters and marks that turn the direction of
 * writing. The local part is 1 to 64 bytes without control characters, blanks and any of
 * "(),:;<>@[\] ; beyond RFC 5322, dots may stand anywhere, since such mailboxes exist.
 * ERROR_INVALID says which rule the text breaks, without repeating it.
 */
int email_address_parse(const char *text, size_t size, struct email_address *ret,
			struct error *err);

#endif
