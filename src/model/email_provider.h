/*
 * A provider's settings: what one clientConfig document says, reduced to what Signpost gives out.
 * Vocabulary: autoconfig v1.1 and draft-ietf-mailmaint-autoconfig-06 (version 1.2), with what the
 * files of Mozilla's ISPDB really hold; our own elements are in the namespace
 * urn:signpost:provider.
 *
 * All text is clean UTF-8 (text_is_clean), trimmed, owned by the struct, and NULL where the
 * document says nothing. Placeholders of the vocabulary (%EMAILADDRESS%, %EMAILLOCALPART%,
 * %EMAILDOMAIN%) stand in it as written. Never changed after parsing, so that threads may share it.
 */
#ifndef MODEL_EMAIL_PROVIDER_H
#define MODEL_EMAIL_PROVIDER_H

#include "base/error.h"
#include "base/findings.h"
#include "model/mail_server.h"
#include "model/mta_sts_policy.h"
#include "model/xml_in.h"

#define EMAIL_PROVIDER_XML_MAX XML_IN_MAX /* bytes */
#define EMAIL_PROVIDER_NAMESPACE "urn:signpost:provider"

/* A text for people in one language. */
struct localized_text {
	char *language; /* RFC 5646 tag as written, or NULL */
	char *text;
};

struct provider_document { /* documentation, enable: a page and what it is about */
	char *url;
	struct localized_text *descriptions;
	size_t description_count;
};

struct email_provider {
	char *id; /* emailProvider@id, or NULL */
	struct localized_text *display_names;
	size_t display_name_count;
	char *display_short_name;

	/*
	 * What is given out, chosen from the document: see email_provider_parse(). NULL where there
	 * is none of the type. They point into servers.
	 */
	const struct mail_server *imap, *pop3, *smtp;
	/* First of each type in the document that has a url, for Exchange and JMAP. */
	const struct mail_server *ews, *activesync, *jmap, *graph, *exchange;
	/* The same of calendar (caldav), addressBook (carddav), fileShare (webdav). */
	const struct mail_server *caldav, *carddav, *webdav;

	struct mail_server *servers; /* all usable ones, in the document's order */
	size_t server_count;

	char *webmail_url; /* webMail/loginPage */
	struct provider_document *documentation;
	size_t documentation_count;
	struct provider_document *enables; /* enable@visiturl with its instructions */
	size_t enable_count;

	char *autodiscover_url; /* sp:autodiscover: the mail server's own, Exchange is handed over
				   to it */
	struct mta_sts_policy *mta_sts; /* sp:mtaSts, or NULL */
};

/*
 * Parses one clientConfig document: size bytes of UTF-8, called name in texts. Keeps neither. Opens
 * no file and no connection; refuses a DTD.
 *
 * Everything that is wrong is added to *findings, "name:line: element: ...". A warning harms nobody
 * (unknown elements, odd values that no program stumbles over); errors are: not XML, a DTD, over
 * EMAIL_PROVIDER_XML_MAX, control characters, broken UTF-8, a port outside 1..65535, a server with
 * neither hostname nor url, a mail server without a known socketType, no usable incoming or
 * outgoing server at all (what Exchange and JMAP receive with sends, too), an unknown element or a
 * bad value in our own namespace.
 *
 * Chosen is, of each type, the first server that uses SSL or STARTTLS, and a plain one only if the
 * type has no other (with a warning): Evolution takes the last of a type that it sees, Thunderbird
 * for Android refuses a whole document for one plain server.
 *
 * Returns 0 and sets *ret, which the caller frees with email_provider_free(); or returns -1 with
 * *err set to the first error: ERROR_SYNTAX, ERROR_INVALID, ERROR_TOO_LARGE, ERROR_NO_MEMORY.
 */
int email_provider_parse(const char *xml, size_t size, const char *name,
			 struct email_provider **ret, struct findings *findings, struct error *err);

/* The name for people: language is a tag such as "de" or NULL; else English, else the first. Or
 * NULL. */
const char *email_provider_display_name(const struct email_provider *provider,
					const char *language);

void email_provider_free(struct email_provider *provider);
DEFINE_CLEANUP(struct email_provider *, email_provider_free)

#endif
