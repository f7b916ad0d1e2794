/*
 * A POX autodiscover request (MS-OXDSCLI 2.2.3, MS-ASCMD 2.2.1.1.2). Read leniently: names in any
 * letter case with or without a prefix, a BOM or blanks in front, unknown elements passed over.
 */
#ifndef HTTP_AUTODISCOVER_REQUEST_H
#define HTTP_AUTODISCOVER_REQUEST_H

#include "base/error.h"
#include "model/email_address.h"

#include <stdbool.h>
#include <stddef.h>

#define AUTODISCOVER_REQUEST_MAX (16 * 1024) /* bytes; the largest real request is about 600 */
#define AUTODISCOVER_REQUEST_DEPTH_MAX 16

struct autodiscover_request {
	struct email_address address;
	/* which AcceptableResponseSchema the client named; several are possible, none too */
	bool accepts_outlook, accepts_mobilesync;
};

/*
 * Parses size bytes. ERROR_SYNTAX: not XML, a DTD, deeper than AUTODISCOVER_REQUEST_DEPTH_MAX, no
 * Autodiscover/Request. ERROR_INVALID: no EMailAddress, or none that can be read;
 * ERROR_TOO_LARGE: over AUTODISCOVER_REQUEST_MAX; ERROR_NO_MEMORY. Texts repeat nothing of the
 * request.
 */
int autodiscover_request_parse(const char *xml, size_t size, struct autodiscover_request *ret,
			       struct error *err);

#endif
