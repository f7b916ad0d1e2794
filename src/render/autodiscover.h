/*
 * Microsoft's autodiscover answers: POX for Outlook (responseschema 2006a), POX for ActiveSync
 * (mobilesync 2006), their errors, and version 2 in JSON. MS-OXDSCLI, MS-ASCMD.
 */
#ifndef RENDER_AUTODISCOVER_H
#define RENDER_AUTODISCOVER_H

#include "model/email_provider.h"
#include "render/template.h"

#include <stdbool.h>

/*
 * Outlook's answer: a Protocol for IMAP, POP3 and SMTP each, CalDAV and CardDAV if the provider has
 * them (eM Client reads those); or the redirection to provider->autodiscover_url.
 * Without an address (a GET that names none), LoginName is left out where the person's name would
 * stand in it, and User/DisplayName is the domain. The caller frees *ret; it is NULL if the
 * provider has neither IMAP nor POP3 nor an autodiscover_url, so that there is nothing to say.
 */
int autodiscover_outlook_compile(const struct email_provider *provider, bool with_address,
				 struct template **ret, struct error *err);

/* ActiveSync's answer. The provider must have activesync. The caller frees *ret. */
int autodiscover_mobilesync_compile(const struct email_provider *provider, struct template **ret,
				    struct error *err);

enum autodiscover_error {
	AUTODISCOVER_ADDRESS_UNKNOWN = 500, /* not a domain of ours */
	AUTODISCOVER_BAD_REQUEST = 600,
	AUTODISCOVER_NO_PROVIDER = 601, /* nothing for that AcceptableResponseSchema */
};

/* The whole error document, a constant; sent with HTTP status 200. */
const char *autodiscover_error_document(enum autodiscover_error code);

/* Version 2: {"Protocol": ..., "Url": ...}. url may hold placeholders. The caller frees *ret. */
int autodiscover_json_compile(const char *protocol, const char *url, struct template **ret,
			      struct error *err);

#endif
