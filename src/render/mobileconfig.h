/*
 * Apple configuration profiles, unsigned. Identity: a profile with the same PayloadIdentifier
 * replaces the one on the device, and payloads whose identifier and UUID are both the same are
 * updated in place. So both are derived from the address and from one UUID that is fixed when the
 * site is set up, and nothing that may change (servers, ports, names, language, version) goes into
 * them. There is one profile for an address: another content takes the place of the one before.
 *
 * A profile for a domain is for anybody there, and the device asks who. Its identity cannot tell
 * the mailboxes of a household apart: were it derived from the domain, the second mailbox on a
 * device would take the place of the first, which would be gone with its mail. So every download
 * has an identity of its own. Two mailboxes live side by side; who installs twice has the account
 * twice, which is seen and harms nothing.
 */
#ifndef RENDER_MOBILECONFIG_H
#define RENDER_MOBILECONFIG_H

#include "model/email_address.h"
#include "model/email_provider.h"
#include "render/template.h"

enum mobileconfig_content {
	MOBILECONFIG_MAIL,	 /* incoming and outgoing mail: one question for the password */
	MOBILECONFIG_ALL,	 /* mail, calendars (CalDAV) and contacts (CardDAV) */
	MOBILECONFIG_ACTIVESYNC, /* one Exchange ActiveSync account for everything */
	MOBILECONFIG_CONTENT_COUNT
};

/* The word of the content parameter: "mail", "all", "activesync". */
const char *mobileconfig_content_name(enum mobileconfig_content content);
int mobileconfig_content_from_name(const char *name, size_t size); /* -1: no such content */

/* NAMED and LOGIN are bits that may go together. */
enum mobileconfig_form {
	MOBILECONFIG_PERSON,
	MOBILECONFIG_PERSON_NAMED, /* HOLE_FULL_NAME is the sender's name in sent mail */
	MOBILECONFIG_PERSON_LOGIN, /* HOLE_LOGIN is the user name of every account */
	MOBILECONFIG_PERSON_NAMED_LOGIN,
	MOBILECONFIG_DOMAIN, /* without address, and without user names that are a person's */
	MOBILECONFIG_FORM_COUNT
};

/* Whether the provider has what the content needs (ALL: CalDAV or CardDAV). */
bool mobileconfig_available(const struct email_provider *provider,
			    enum mobileconfig_content content);

struct mobileconfig_site {
	const char *organization; /* the host's name, shown to the person; NULL: none */
	const char *identifier;	  /* reverse domain, "example.hosting" */
};

/*
 * *ret is XML-escaped. It has the holes HOLE_PROFILE_* and HOLE_UUID_*, that of the domain, and in
 * a person's form those of the address and those that the form names. The caller frees it.
 */
int mobileconfig_compile(const struct email_provider *provider, enum mobileconfig_content content,
			 enum mobileconfig_form form, const struct mobileconfig_site *site,
			 struct template **ret, struct error *err);

#define MOBILECONFIG_ID_SIZE 17	    /* base32 of 10 bytes and the NUL */
#define MOBILECONFIG_UUID_SIZE 37   /* upper case with hyphens and the NUL */
#define MOBILECONFIG_NONCE_BYTES 16 /* random */

struct mobileconfig_identity {
	char id[MOBILECONFIG_ID_SIZE];
	char uuid[TEMPLATE_HOLE_COUNT][MOBILECONFIG_UUID_SIZE]; /* HOLE_UUID_*, those asked for */
};

/*
 * id: base32 (lower case) of the first 10 bytes of SHA-256("profile\n" ADDRESS); UUIDs: version 5
 * of namespace and PART "\n" ADDRESS. ADDRESS is in lower case with its domain as A-labels. Of the
 * UUIDs only those in holes (TEMPLATE_HOLE bits) are made: each is a hash, the dearest part of a
 * profile.
 */
int mobileconfig_identity_make(const struct email_address *address,
			       const unsigned char namespace[16], unsigned int holes,
			       struct mobileconfig_identity *ret, struct error *err);

/*
 * The identity of one download of a domain's profile: as above, with "domain\n" HEX "\n" DOMAIN for
 * ADDRESS, where HEX is nonce in lower-case digits and DOMAIN in A-labels.
 */
int mobileconfig_identity_make_domain(const struct domain_name *domain,
				      const unsigned char nonce[MOBILECONFIG_NONCE_BYTES],
				      const unsigned char namespace[16], unsigned int holes,
				      struct mobileconfig_identity *ret, struct error *err);

/* Puts the identity into the holes of values; identity must outlive values. */
void mobileconfig_identity_values(const struct mobileconfig_identity *identity,
				  struct template_values *values);

#endif
