/*
 * What mail programs demand of the file, each seen with the program itself:
 * - no attribute and no blank in a value element: Thunderbird cannot read the value then;
 * - one server of a type: Evolution takes the last, others the first; IMAP first, or Geary refuses
 * all;
 * - everything that is not IMAP or POP3 behind them: `ews` in front is what Geary refuses and what
 *   Thunderbird recommends; `owa` not at all, it breaks Thunderbird's account hub, and `exchange`
 *   not, which is for an add-on and says nothing that `ews` does not;
 * - id and domain are the asked domain: a stranger is not told who else is a customer;
 * - no useGlobalPreferredServer, no OAuth2 block: the one stops sending, the other is read by
 * nobody.
 */
#include "render/autoconfig.h"

#include "render/xml_out.h"

static void write_auth(struct xml_out *out, const struct mail_server *server)
{
	for (size_t i = 0; i < server->auth_count; i++)
		xml_out_element(out, "authentication", auth_method_name(server->auth[i]));
}

static void write_pop3_options(struct xml_out *out, const struct mail_server *server)
{
	static const char *const words[] = { [POP3_NO] = "false", [POP3_YES] = "true" };

	if (!server->leave_messages_on_server && !server->days_to_leave_messages_on_server &&
	    !server->download_on_biff)
		return;
	xml_out_open(out, "pop3");
	xml_out_element(out, "leaveMessagesOnServer", words[server->leave_messages_on_server]);
	xml_out_element(out, "downloadOnBiff", words[server->download_on_biff]);
	if (server->days_to_leave_messages_on_server)
		xml_out_element_number(out, "daysToLeaveMessagesOnServer",
				       server->days_to_leave_messages_on_server);
	xml_out_close(out);
}

static void write_server(struct xml_out *out, const char *element, const struct mail_server *server)
{
	if (!server)
		return;
	xml_out_open(out, element);
	xml_out_attribute(out, "type", server_type_name(server->type));
	xml_out_element(out, "url", server->url);
	xml_out_element(out, "hostname", server->hostname);
	if (server->port)
		xml_out_element_number(out, "port", server->port);
	if (server->socket_type != SOCKET_NONE)
		xml_out_element(out, "socketType", socket_type_name(server->socket_type));
	write_auth(out, server);
	xml_out_element(out, "username", server->username);
	if (server->type == SERVER_POP3)
		write_pop3_options(out, server);
	xml_out_close(out);
}

/* calendar, addressBook, fileShare: draft 1.2 puts them under the root. */
static void write_dav(struct xml_out *out, const char *element, const struct mail_server *server)
{
	if (!server)
		return;
	xml_out_open(out, element);
	xml_out_attribute(out, "type", server_type_name(server->type));
	xml_out_element(out, "url", server->url);
	write_auth(out, server);
	xml_out_element(out, "username", server->username);
	xml_out_close(out);
}

static void write_pages(struct xml_out *out, const char *element, const char *attribute,
			const char *child, const struct provider_document *pages, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		xml_out_open(out, element);
		xml_out_attribute(out, attribute, pages[i].url);
		for (size_t j = 0; j < pages[i].description_count; j++) {
			const struct localized_text *text = &pages[i].descriptions[j];

			xml_out_open(out, child);
			xml_out_attribute(out, "lang", text->language);
			xml_out_text(out, text->text);
			xml_out_close(out);
		}
		xml_out_close(out);
	}
}

static void write_provider(struct xml_out *out, const struct email_provider *provider)
{
	const char *name = email_provider_display_name(provider, NULL);

	xml_out_open(out, "emailProvider");
	xml_out_attribute(out, "id", "%EMAILDOMAIN%");
	xml_out_element(out, "domain", "%EMAILDOMAIN%");
	xml_out_element(out, "displayName", name ? name : "%EMAILDOMAIN%"); /* else "undefined" */
	xml_out_element(out, "displayShortName",
			provider->display_short_name ? provider->display_short_name
			: name			     ? name
						     : "%EMAILDOMAIN%");
	write_server(out, "incomingServer", provider->imap);
	write_server(out, "incomingServer", provider->pop3);
	write_server(out, "incomingServer", provider->jmap);
	write_server(out, "incomingServer", provider->ews);
	write_server(out, "incomingServer", provider->graph);
	write_server(out, "incomingServer", provider->activesync);
	write_server(out, "outgoingServer", provider->smtp);
	write_pages(out, "enable", "visiturl", "instruction", provider->enables,
		    provider->enable_count);
	write_pages(out, "documentation", "url", "descr", provider->documentation,
		    provider->documentation_count);
	xml_out_close(out);
}

static int compile(const struct email_provider *provider, struct template **ret, struct error *err)
{
	CLEANUP(xml_out_freep) struct xml_out *out = xml_out_new();
	CLEANUP(freep) char *xml = NULL;
	size_t size = 0;

	xml_out_open(out, "clientConfig");
	xml_out_attribute(out, "version", "1.1");
	write_provider(out, provider);
	write_dav(out, "addressBook", provider->carddav);
	write_dav(out, "calendar", provider->caldav);
	write_dav(out, "fileShare", provider->webdav);
	if (provider->webmail_url) {
		xml_out_open(out, "webMail");
		xml_out_open(out, "loginPage");
		xml_out_attribute(out, "url", provider->webmail_url);
		xml_out_close(out);
		xml_out_close(out);
	}
	xml_out_close(out);
	if (xml_out_finish(&out, &xml, &size, err) < 0)
		return -1;
	return template_compile(xml, size, TEMPLATE_HOLES_DOMAIN, ESCAPE_XML, ret, err);
}

/* Without both Thunderbird refuses the file, and a file without servers ends Delta Chat's search.
 */
static bool is_complete(const struct email_provider *provider)
{
	return provider->smtp && (provider->imap || provider->pop3 || provider->jmap ||
				  provider->ews || provider->graph || provider->activesync);
}

int autoconfig_compile(const struct email_provider *provider, struct template **ret,
		       struct error *err)
{
	if (!is_complete(provider)) {
		*ret = NULL;
		return 0;
	}
	return compile(provider, ret, err);
}
