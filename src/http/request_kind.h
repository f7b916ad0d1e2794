/* What a request asks for, in one word: for the log, the figures and what is remembered of it. */
#ifndef HTTP_REQUEST_KIND_H
#define HTTP_REQUEST_KIND_H

enum request_kind {
	KIND_NONE, /* nothing that there is */
	KIND_AUTOCONFIG,
	KIND_AUTODISCOVER,
	KIND_ACTIVESYNC, /* autodiscover for ActiveSync */
	KIND_AUTODISCOVER_JSON,
	KIND_PACC,
	KIND_MOBILECONFIG,
	KIND_DAV,
	KIND_MTA_STS,
	KIND_PAGE,
	KIND_FORM,
	KIND_ASSET,
	KIND_ACME,
	KIND_OPERATIONS,
	KIND_COUNT,
};

/* "autoconfig", "autodiscover-json", ...; "-" for KIND_NONE. A constant. */
const char *request_kind_name(enum request_kind kind);

#endif
