/*
 * POX in the default namespace alone: Thunderbird and Delta Chat compare element names with
 * whatever prefix stands on them. MS-OXDSCLI's XML namespaces begin with http://; the pages of
 * learn.microsoft.com that print https:// are wrong.
 *
 * A provider that has EWS gets no EXCH block: Outlook would try MAPI on it and give up. Its
 * document names the mail server's own autodiscover instead, which Outlook is redirected to.
 */
#include "render/autodiscover.h"

#include "render/placeholder.h"
#include "render/provider_url.h"
#include "render/xml_out.h"

#include <assert.h>
#include <jansson.h>
#include <string.h>

#define NAMESPACE "http://schemas.microsoft.com/exchange/autodiscover/"
#define NAMESPACE_OUTER NAMESPACE "responseschema/2006"
#define NAMESPACE_OUTLOOK NAMESPACE "outlook/responseschema/2006a"
#define NAMESPACE_MOBILESYNC NAMESPACE "mobilesync/responseschema/2006"

/*
 * Hours until a program may ask again. 0 would be "never again", so this is the shortest: the
 * service is there for mailboxes that move, and old settings should not outlive a move by a day.
 */
#define TTL_HOURS 1

/* Outlook tells SSL and STARTTLS apart by Encryption. Others read SSL, which must not be "off". */
static const struct {
	const char *ssl, *encryption;
} encryptions[] = {
	[SOCKET_NONE] = { NULL, NULL },
	[SOCKET_PLAIN] = { "off", "None" },
	[SOCKET_STARTTLS] = { "on", "TLS" },
	[SOCKET_SSL] = { "on", "SSL" },
};

static const char *protocol_type(enum server_type type)
{
	switch (type) {
	case SERVER_IMAP:
		return "IMAP";
	case SERVER_POP3:
		return "POP3"; /* not "POP" */
	case SERVER_SMTP:
		return "SMTP";
	case SERVER_CALDAV:
		return "CalDAV";
	default:
		return "CardDAV";
	}
}

static const char *login_name(const struct mail_server *server, bool with_address)
{
	if (!mail_server_needs_username(server) ||
	    (!with_address && placeholder_names_person(server->username)))
		return NULL;
	return server->username;
}

/* One question for the password instead of two. */
static bool same_login(const struct mail_server *outgoing, const struct mail_server *incoming)
{
	return incoming && mail_server_needs_username(outgoing) &&
	       mail_server_needs_username(incoming) && outgoing->username && incoming->username &&
	       strcmp(outgoing->username, incoming->username) == 0;
}

/* What a program takes for granted where an element is left out is wrong here: all are written. */
static void write_mail_protocol(struct xml_out *out, const struct mail_server *server,
				const struct mail_server *incoming, bool with_address)
{
	if (!server)
		return;
	xml_out_open(out, "Protocol");
	xml_out_element(out, "Type", protocol_type(server->type));
	xml_out_element_number(out, "TTL", TTL_HOURS);
	xml_out_element(out, "Server", server->hostname);
	xml_out_element_number(out, "Port", server->port);
	/* left out: what stands before the @ */
	xml_out_element(out, "LoginName", login_name(server, with_address));
	/* on: Outlook asks for a Windows domain */
	xml_out_element(out, "DomainRequired", "off");
	/*
	 * Left out: on, which is NTLM or Kerberos. Off for a server that knows nothing else, too:
	 * who is to be set up from outside has no ticket of its network.
	 */
	xml_out_element(out, "SPA", "off");
	xml_out_element(out, "SSL", encryptions[server->socket_type].ssl);
	xml_out_element(out, "Encryption", encryptions[server->socket_type].encryption);
	xml_out_element(out, "AuthRequired", mail_server_needs_username(server) ? "on" : "off");
	if (server->type == SERVER_SMTP) {
		bool pop_first = !mail_server_needs_username(server) &&
				 mail_server_offers(server, AUTH_SMTP_AFTER_POP);

		xml_out_element(out, "UsePOPAuth", same_login(server, incoming) ? "on" : "off");
		xml_out_element(out, "SMTPLast", pop_first ? "on" : "off");
	}
	xml_out_close(out);
}

/* The form that eM Client reads: Server is the URL. Other programs pass over it. */
static void write_dav_protocol(struct xml_out *out, const struct mail_server *server,
			       bool with_address)
{
	struct provider_url url;
	struct error unusable;

	if (!server || !server->url || provider_url_parse(server->url, &url, &unusable) < 0 ||
	    (!with_address && placeholder_names_person(server->url)))
		return;
	xml_out_open(out, "Protocol");
	xml_out_element(out, "Type", protocol_type(server->type));
	xml_out_element(out, "Server", server->url);
	xml_out_element(out, "LoginName", login_name(server, with_address));
	xml_out_element(out, "DomainRequired", "off");
	xml_out_close(out);
}

static void write_protocols(struct xml_out *out, const struct email_provider *provider,
			    bool with_address)
{
	const struct mail_server *incoming = provider->imap ? provider->imap : provider->pop3;

	write_mail_protocol(out, provider->imap, NULL, with_address);
	write_mail_protocol(out, provider->pop3, NULL, with_address);
	write_mail_protocol(out, provider->smtp, incoming, with_address);
	write_dav_protocol(out, provider->caldav, with_address);
	write_dav_protocol(out, provider->carddav, with_address);
}

static void write_user(struct xml_out *out, bool with_address)
{
	const char *address = template_hole_marker(HOLE_EMAILADDRESS);

	/* always: exchangelib fails on an answer without User */
	xml_out_open(out, "User");
	xml_out_element(out, "DisplayName",
			with_address ? address : template_hole_marker(HOLE_EMAILDOMAIN));
	if (with_address)
		xml_out_element(out, "AutoDiscoverSMTPAddress", address);
	xml_out_close(out);
}

/* Ends out and cuts it at the holes. */
static int finish(struct xml_out **out, unsigned int holes, struct template **ret,
		  struct error *err)
{
	CLEANUP(freep) char *xml = NULL;
	size_t size;

	if (xml_out_finish(out, &xml, &size, err) < 0)
		return -1;
	return template_compile(xml, size, holes, ESCAPE_XML, ret, err);
}

int autodiscover_outlook_compile(const struct email_provider *provider, bool with_address,
				 struct template **ret, struct error *err)
{
	CLEANUP(xml_out_freep) struct xml_out *out = NULL;
	const char *redirect = provider->autodiscover_url;

	if (!redirect && !provider->imap && !provider->pop3) { /* sending alone is no account */
		*ret = NULL;
		return 0;
	}
	out = xml_out_new();
	xml_out_open(out, "Autodiscover");
	xml_out_attribute(out, "xmlns", NAMESPACE_OUTER);
	xml_out_open(out, "Response");
	xml_out_attribute(out, "xmlns", NAMESPACE_OUTLOOK);
	write_user(out, with_address);
	xml_out_open(out, "Account");
	/* these two in front: FairEmail decides by them as it meets each Protocol */
	xml_out_element(out, "AccountType", "email");
	xml_out_element(out, "Action", redirect ? "redirectUrl" : "settings");
	if (redirect)
		xml_out_element(out, "RedirectUrl", redirect);
	else
		write_protocols(out, provider, with_address);
	xml_out_close(out);
	xml_out_close(out);
	xml_out_close(out);
	return finish(&out, with_address ? TEMPLATE_HOLES_ADDRESS : TEMPLATE_HOLES_DOMAIN, ret,
		      err);
}

/* Order as in the schema: Android's own reader knows a Url only behind the Type. */
int autodiscover_mobilesync_compile(const struct email_provider *provider, struct template **ret,
				    struct error *err)
{
	const char *address = template_hole_marker(HOLE_EMAILADDRESS);
	CLEANUP(xml_out_freep) struct xml_out *out = NULL;

	assert(provider->activesync && provider->activesync->url);
	out = xml_out_new();
	xml_out_open(out, "Autodiscover");
	xml_out_attribute(out, "xmlns", NAMESPACE_OUTER);
	xml_out_open(out, "Response");
	xml_out_attribute(out, "xmlns", NAMESPACE_MOBILESYNC);
	xml_out_element(out, "Culture", "en:us");
	xml_out_open(out, "User");
	xml_out_element(out, "DisplayName", address);
	xml_out_element(out, "EMailAddress", address);
	xml_out_close(out);
	xml_out_open(out, "Action");
	xml_out_open(out, "Settings");
	xml_out_open(out, "Server");
	xml_out_element(out, "Type", "MobileSync");
	xml_out_element(out, "Url", provider->activesync->url);
	xml_out_element(out, "Name", provider->activesync->url);
	for (int open = 0; open < 5; open++)
		xml_out_close(out);
	return finish(&out, TEMPLATE_HOLES_ADDRESS, ret, err);
}

/* Response is in the outer namespace. Time and Id may be left out. */
#define ERROR_DOCUMENT(code, message)                                                              \
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"                                             \
	"<Autodiscover xmlns=\"" NAMESPACE_OUTER "\">\n"                                           \
	"  <Response>\n"                                                                           \
	"    <Error>\n"                                                                            \
	"      <ErrorCode>" code "</ErrorCode>\n"                                                  \
	"      <Message>" message "</Message>\n"                                                   \
	"      <DebugData/>\n"                                                                     \
	"    </Error>\n"                                                                           \
	"  </Response>\n"                                                                          \
	"</Autodiscover>\n"

const char *autodiscover_error_document(enum autodiscover_error code)
{
	switch (code) {
	case AUTODISCOVER_ADDRESS_UNKNOWN:
		return ERROR_DOCUMENT("500", "The email address can't be found.");
	case AUTODISCOVER_NO_PROVIDER:
		return ERROR_DOCUMENT("601", "Provider is not available");
	default:
		return ERROR_DOCUMENT("600", "Invalid Request");
	}
}

int autodiscover_json_compile(const char *protocol, const char *url, struct template **ret,
			      struct error *err)
{
	CLEANUP(freep) char *json = NULL;
	json_t *object = json_pack("{s:s, s:s}", "Protocol", protocol, "Url", url);

	if (object)
		json = json_dumps(object, JSON_COMPACT); /* in the order of json_pack() */
	json_decref(object);
	if (!json)
		return error_no_memory(err);
	return template_compile(json, strlen(json), TEMPLATE_HOLES_ADDRESS, ESCAPE_JSON, ret, err);
}
