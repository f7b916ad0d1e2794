/* A finished answer: the same bytes for an HTTP client, `signpost show` and a file. */
#ifndef RENDER_DOCUMENT_H
#define RENDER_DOCUMENT_H

#include "model/email_address.h"
#include "render/settings.h"

enum document_format {
	DOCUMENT_AUTOCONFIG,
	DOCUMENT_AUTODISCOVER,
	DOCUMENT_ACTIVESYNC,
	DOCUMENT_AUTODISCOVER_JSON,
	DOCUMENT_MOBILECONFIG,
	DOCUMENT_PACC,
	DOCUMENT_MTA_STS,
	DOCUMENT_QR,
	DOCUMENT_FORMAT_COUNT
};

struct document {
	char *bytes; /* owned */
	size_t size;
	const char *media_type;						 /* a constant */
	char file_name[sizeof("mail-.mobileconfig") + DOMAIN_NAME_SIZE]; /* "" : none is proposed */
};

const char *document_format_name(enum document_format format); /* "autoconfig", ... */
int document_format_from_name(const char *name);	       /* -1: no such format */
const char *document_media_type(enum document_format format);

/* Who is asking: a person, or only a domain (address is NULL). */
struct document_subject {
	const struct domain_name *domain;
	const struct email_address *address;
};

/* Which of the format's variants. All zero is the usual one. */
struct document_choice {
	enum document_json { JSON_AUTODISCOVER, JSON_ACTIVESYNC, JSON_EWS } json;
	/* of DOCUMENT_MOBILECONFIG: */
	enum mobileconfig_content content;
	size_t language;	       /* of the provider set's pages */
	const char *full_name, *login; /* clean text, see mobileconfig_form; NULL or "": none */
	const unsigned char *nonce;    /* MOBILECONFIG_NONCE_BYTES; without an address only */
};

/*
 * Makes the document from answers, one of providers. ERROR_NOT_FOUND: the provider has nothing to
 * say in this format (ActiveSync, DAV, EWS, MTA-STS, QR), or not to this address (QR wants ASCII).
 * ERROR_INVALID: the format needs an address (ACTIVESYNC, QR; MOBILECONFIG without a nonce). The
 * caller frees ret->bytes.
 */
int document_make(const struct provider_set *providers, const struct provider_answers *answers,
		  enum document_format format, const struct document_choice *choice,
		  const struct document_subject *subject, struct document *ret, struct error *err);

#endif
