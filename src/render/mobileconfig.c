/*
 * One profile for an address, whatever is in it: mail, mail with calendars and contacts, and
 * ActiveSync have the same PayloadIdentifier, so that a device holds one of them. Whoever takes
 * "all" after "mail" keeps the mail account, since its payload is the same in both; whoever takes
 * ActiveSync loses the IMAP account in the same step, instead of seeing every message twice. An
 * IMAP account cannot become a POP account: the payload's identifier has the kind in it, so a
 * provider that changes from one to the other gets a new account made.
 *
 * No password is ever in it: it would need a profile encrypted for the one device. The device asks.
 * Ports and UseSSL are always written: left out, UseSSL is false and sending begins at port 25.
 * EmailAccountName is the sender's name; where nobody has told it, the device asks.
 * TargetDeviceType is left out: an iPad says that it is a Mac.
 */
#include "render/mobileconfig.h"

#include "base/bytes.h"
#include "base/text.h"
#include "render/placeholder.h"
#include "render/provider_url.h"

#include <plist/plist.h>
#include <stdio.h>
#include <string.h>

DEFINE_CLEANUP(plist_t, plist_free)

static const char *const content_names[MOBILECONFIG_CONTENT_COUNT] = {
	[MOBILECONFIG_MAIL] = "mail",
	[MOBILECONFIG_ALL] = "all",
	[MOBILECONFIG_ACTIVESYNC] = "activesync",
};

const char *mobileconfig_content_name(enum mobileconfig_content content)
{
	return content_names[content];
}

int mobileconfig_content_from_name(const char *name, size_t size)
{
	for (int i = 0; i < MOBILECONFIG_CONTENT_COUNT; i++) {
		if (text_equals(name, size, content_names[i]))
			return i;
	}
	return -1;
}

/* Whether the server has an https URL, whose parts go to *ret. */
static bool has_url(const struct mail_server *server, struct provider_url *ret)
{
	struct error unusable;

	return server && server->url && provider_url_parse(server->url, ret, &unusable) == 0;
}

bool mobileconfig_available(const struct email_provider *provider,
			    enum mobileconfig_content content)
{
	bool mail = (provider->imap || provider->pop3) && provider->smtp;
	struct provider_url url;

	switch (content) {
	case MOBILECONFIG_MAIL:
		return mail;
	case MOBILECONFIG_ALL:
		return mail &&
		       (has_url(provider->caldav, &url) || has_url(provider->carddav, &url));
	case MOBILECONFIG_ACTIVESYNC: /* the payload has no key for a port */
		return has_url(provider->activesync, &url) && url.port == PROVIDER_URL_PORT;
	case MOBILECONFIG_CONTENT_COUNT:
	default:
		return false;
	}
}

/* Writing. libplist ends the program when memory does, so nothing here can fail. */

static void set_text(plist_t dict, const char *key, const char *text)
{
	if (text && *text) /* an empty value is not "ask", it is empty */
		plist_dict_set_item(dict, key, plist_new_string(text));
}

static void set_number(plist_t dict, const char *key, uint64_t number)
{
	plist_dict_set_item(dict, key, plist_new_uint(number));
}

static void set_bool(plist_t dict, const char *key, bool value)
{
	plist_dict_set_item(dict, key, plist_new_bool(value));
}

/* What all payloads of one profile are made from. */
struct writing {
	const struct email_provider *provider;
	enum mobileconfig_form form;
	const struct mobileconfig_site *site;
	const char *owner; /* what the accounts are called: the address, or the domain */
};

/* What every payload has. kind is the end of its identifier, NULL for the profile itself. */
static int set_payload(plist_t dict, const char *type, const char *kind, enum template_hole uuid,
		       const struct mobileconfig_site *site, struct error *err)
{
	CLEANUP(bytes_clear) struct bytes identifier = { 0 };

	bytes_append_format(&identifier, "%s.mail.%s", site->identifier,
			    template_hole_marker(HOLE_PROFILE_ID));
	if (kind)
		bytes_append_format(&identifier, ".%s", kind);
	if (identifier.failed)
		return error_no_memory(err);
	set_text(dict, "PayloadIdentifier", identifier.data);
	set_text(dict, "PayloadType", type);
	set_text(dict, "PayloadUUID", template_hole_marker(uuid));
	set_number(dict, "PayloadVersion", 1);
	return 0;
}

/* A device asks for what is left out. Outside of forms for persons that is all that is a person's.
 */
static void set_username(plist_t dict, const char *key, const struct mail_server *server,
			 const struct writing *writing)
{
	if (writing->form == MOBILECONFIG_DOMAIN) {
		if (!placeholder_names_person(server->username))
			set_text(dict, key, server->username);
	} else if (writing->form & MOBILECONFIG_PERSON_LOGIN) {
		set_text(dict, key, template_hole_marker(HOLE_LOGIN));
	} else {
		set_text(dict, key, server->username);
	}
}

static void set_address(plist_t dict, const struct writing *writing)
{
	if (writing->form != MOBILECONFIG_DOMAIN)
		set_text(dict, "EmailAddress", template_hole_marker(HOLE_EMAILADDRESS));
}

/*
 * Over TLS the plain password is what every server takes. The two others are for servers that take
 * nothing else; OAuth2 and Kerberos this payload does not have, where a password is worth a try.
 */
static const char *authentication(const struct mail_server *server)
{
	if (!mail_server_needs_username(server))
		return "EmailAuthNone";
	if (mail_server_offers(server, AUTH_PASSWORD_CLEARTEXT))
		return "EmailAuthPassword";
	if (mail_server_offers(server, AUTH_PASSWORD_ENCRYPTED))
		return "EmailAuthCRAMMD5";
	return mail_server_offers(server, AUTH_NTLM) ? "EmailAuthNTLM" : "EmailAuthPassword";
}

/* direction is "Incoming" or "Outgoing". */
static void set_server(plist_t dict, const char *direction, const struct mail_server *server,
		       const struct writing *writing)
{
	char key[64];

	snprintf(key, sizeof(key), "%sMailServerAuthentication", direction);
	set_text(dict, key, authentication(server));
	snprintf(key, sizeof(key), "%sMailServerHostName", direction);
	set_text(dict, key, server->hostname);
	snprintf(key, sizeof(key), "%sMailServerPortNumber", direction);
	set_number(dict, key, server->port);
	/* one boolean for both ways of TLS: true for STARTTLS as well, the device finds out which
	 */
	snprintf(key, sizeof(key), "%sMailServerUseSSL", direction);
	set_bool(dict, key, server->socket_type != SOCKET_PLAIN);
	snprintf(key, sizeof(key), "%sMailServerUsername", direction);
	if (mail_server_needs_username(server))
		set_username(dict, key, server, writing);
}

static int append_mail(plist_t payloads, const struct writing *writing, struct error *err)
{
	const struct email_provider *provider = writing->provider;
	const struct mail_server *incoming = provider->imap ? provider->imap : provider->pop3;
	plist_t dict = plist_new_dict();

	plist_array_append_item(payloads, dict);
	set_text(dict, "EmailAccountDescription", writing->owner);
	if (writing->form != MOBILECONFIG_DOMAIN && (writing->form & MOBILECONFIG_PERSON_NAMED))
		set_text(dict, "EmailAccountName", template_hole_marker(HOLE_FULL_NAME));
	set_text(dict, "EmailAccountType", provider->imap ? "EmailTypeIMAP" : "EmailTypePOP");
	set_address(dict, writing);
	set_server(dict, "Incoming", incoming, writing);
	set_server(dict, "Outgoing", provider->smtp, writing);
	if (mail_server_needs_username(provider->smtp)) /* asked once */
		set_bool(dict, "OutgoingPasswordSameAsIncomingPassword", true);
	set_text(dict, "PayloadDisplayName", writing->owner);
	return set_payload(dict, "com.apple.mail.managed", provider->imap ? "imap" : "pop",
			   HOLE_UUID_MAIL, writing->site, err);
}

/* CalDAV and CardDAV differ in the beginning of their keys alone. */
static const struct dav_kind {
	const char *prefix, *type, *kind;
	enum template_hole name, uuid;
} calendars = { "CalDAV", "com.apple.caldav.account", "caldav", HOLE_PROFILE_CALENDARS,
		HOLE_UUID_CALDAV },
  contacts = { "CardDAV", "com.apple.carddav.account", "carddav", HOLE_PROFILE_CONTACTS,
	       HOLE_UUID_CARDDAV };

/*
 * The host is that of the DAV server itself: devices have been seen not to follow a redirection
 * from another one. The path is where they begin; without it they try /.well-known and
 * /principals/, which a server that lives under /WebDAV/ need not answer.
 */
static int append_dav(plist_t payloads, const struct mail_server *server,
		      const struct dav_kind *kind, const struct writing *writing, struct error *err)
{
	const char *name = template_hole_marker(kind->name);
	struct provider_url url;
	plist_t dict;
	char key[32];

	if (!has_url(server, &url))
		return 0;
	dict = plist_new_dict();
	plist_array_append_item(payloads, dict);
	snprintf(key, sizeof(key), "%sAccountDescription", kind->prefix);
	set_text(dict, key, name);
	snprintf(key, sizeof(key), "%sHostName", kind->prefix);
	set_text(dict, key, url.host);
	snprintf(key, sizeof(key), "%sPort", kind->prefix);
	set_number(dict, key, url.port);
	snprintf(key, sizeof(key), "%sPrincipalURL", kind->prefix);
	if (strcmp(url.path, "/") != 0 &&
	    (writing->form != MOBILECONFIG_DOMAIN || !placeholder_names_person(url.path)))
		set_text(dict, key, url.path);
	snprintf(key, sizeof(key), "%sUseSSL", kind->prefix);
	set_bool(dict, key, true);
	snprintf(key, sizeof(key), "%sUsername", kind->prefix);
	set_username(dict, key, server, writing);
	set_text(dict, "PayloadDisplayName", name);
	return set_payload(dict, kind->type, kind->kind, kind->uuid, writing->site, err);
}

static int append_activesync(plist_t payloads, const struct writing *writing, struct error *err)
{
	const struct mail_server *server = writing->provider->activesync;
	struct provider_url url;
	plist_t dict;

	if (!has_url(server, &url))
		return 0;
	dict = plist_new_dict();
	plist_array_append_item(payloads, dict);
	set_address(dict, writing);
	set_text(dict, "Host", url.host);
	/* all: left out, it is a week, and after a move older mail would seem lost */
	set_number(dict, "MailNumberOfPastDaysToSync", 0);
	set_text(dict, "PayloadDisplayName", writing->owner);
	if (set_payload(dict, "com.apple.eas.account", "eas", HOLE_UUID_EAS, writing->site, err) <
	    0)
		return -1;
	set_bool(dict, "SSL", true); /* left out: false */
	set_username(dict, "UserName", server, writing);
	return 0;
}

static int append_payloads(plist_t payloads, enum mobileconfig_content content,
			   const struct writing *writing, struct error *err)
{
	if (content == MOBILECONFIG_ACTIVESYNC)
		return append_activesync(payloads, writing, err);
	if (append_mail(payloads, writing, err) < 0)
		return -1;
	if (content == MOBILECONFIG_MAIL)
		return 0;
	if (append_dav(payloads, writing->provider->caldav, &calendars, writing, err) < 0)
		return -1;
	return append_dav(payloads, writing->provider->carddav, &contacts, writing, err);
}

int mobileconfig_compile(const struct email_provider *provider, enum mobileconfig_content content,
			 enum mobileconfig_form form, const struct mobileconfig_site *site,
			 struct template **ret, struct error *err)
{
	const struct writing writing = {
		.provider = provider,
		.form = form,
		.site = site,
		.owner = template_hole_marker(form == MOBILECONFIG_DOMAIN ? HOLE_EMAILDOMAIN
									  : HOLE_EMAILADDRESS),
	};
	CLEANUP(plist_freep) plist_t profile = plist_new_dict();
	CLEANUP(freep) char *xml = NULL;
	plist_t payloads = plist_new_array();
	uint32_t size = 0;

	plist_dict_set_item(profile, "PayloadContent", payloads);
	if (append_payloads(payloads, content, &writing, err) < 0)
		return -1;
	set_text(profile, "PayloadDescription", template_hole_marker(HOLE_PROFILE_DESCRIPTION));
	set_text(profile, "PayloadDisplayName", template_hole_marker(HOLE_PROFILE_NAME));
	set_text(profile, "PayloadOrganization", site->organization);
	if (set_payload(profile, "Configuration", NULL, HOLE_UUID_PROFILE, site, err) < 0)
		return -1;
	plist_to_xml(profile, &xml, &size);
	if (!xml)
		return error_no_memory(err);
	return template_compile(xml, size, TEMPLATE_HOLES_ALL & ~TEMPLATE_HOLES_PAGE, ESCAPE_XML,
				ret, err);
}
