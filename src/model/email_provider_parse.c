/*
 * The document is read in three steps: bytes to a tree (provider_xml.c), the tree's elements to the
 * struct (here, mail_server_read.c, provider_document_read.c), and what is given out of it
 * (email_provider_choose.c).
 */
#include "model/email_provider.h"

#include "base/text.h"
#include "model/domain_name.h"
#include "model/email_provider_choose.h"
#include "model/mail_server_read.h"
#include "model/mta_sts_policy_read.h"
#include "model/provider_document_read.h"
#include "model/provider_reader.h"
#include "model/xml_in.h"

#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

#define OWN_AUTODISCOVER "sp:autodiscover" /* in findings, whatever the prefix */
#define AUTODISCOVER_PATH "/autodiscover/autodiscover.xml"

struct reading {
	xmlNode *provider; /* the emailProvider that counts */
	size_t domains;
	bool incoming_failed, outgoing_failed; /* one of these was faulty */
};

/* Reads a server section into the provider. Returns whether it was faulty. */
static bool read_server(struct provider_reader *reader, xmlNode *node)
{
	struct email_provider *provider = reader->provider;
	struct mail_server server = { 0 };
	enum mail_server_result result = mail_server_read(reader, node, &server);
	struct mail_server *servers;

	if (result != MAIL_SERVER_READ)
		return result == MAIL_SERVER_FAILED;
	servers =
		provider_grow(reader, provider->servers, provider->server_count, sizeof(*servers));
	if (!servers) {
		mail_server_clear(&server);
		return false;
	}
	provider->servers = servers;
	servers[provider->server_count++] = server;
	return false;
}

static void read_incoming(struct provider_reader *reader, xmlNode *node, void *context)
{
	struct reading *reading = context;

	if (read_server(reader, node))
		reading->incoming_failed = true;
}

static void read_outgoing(struct provider_reader *reader, xmlNode *node, void *context)
{
	struct reading *reading = context;

	if (read_server(reader, node))
		reading->outgoing_failed = true;
}

static void read_dav(struct provider_reader *reader, xmlNode *node, void *context)
{
	(void)context;
	read_server(reader, node);
}

/* Domains are in the store; a document that goes to others should have one, and none that is odd.
 */
static void read_domain(struct provider_reader *reader, xmlNode *node, void *context)
{
	struct reading *reading = context;
	CLEANUP(freep) char *text = provider_value(reader, node);
	char name[DOMAIN_NAME_SIZE];
	struct error err;

	reading->domains++;
	if (text && domain_name_parse_server(text, strlen(text), name, &err) < 0)
		provider_warn(reader, node, "domain", "\"%.*s\": %s", PROVIDER_SHOWN(text),
			      err.text);
}

static bool ends_in_autodiscover(const char *url)
{
	size_t size = strlen(url), length = strlen(AUTODISCOVER_PATH);

	return size >= length && text_equals(url + size - length, length, AUTODISCOVER_PATH);
}

static void read_autodiscover(struct provider_reader *reader, xmlNode *node, void *context)
{
	struct email_provider *provider = reader->provider;
	CLEANUP(freep) char *url = NULL;

	(void)context;
	if (xmlFirstElementChild(node)) {
		provider_fail(reader, node, OWN_AUTODISCOVER, "has an element in its value");
		return;
	}
	url = provider_value(reader, node);
	if (!url || !provider_is_https(url) || !provider_is_url(url, true)) {
		provider_fail(reader, node, OWN_AUTODISCOVER, "\"%.*s\" is not an https URL",
			      PROVIDER_SHOWN(url ? url : ""));
		return;
	}
	if (strstr(url, "%EMAILADDRESS%") || strstr(url, "%EMAILLOCALPART%")) {
		provider_fail(
			reader, node, OWN_AUTODISCOVER,
			"\"%.*s\" depends on the person: only %%EMAILDOMAIN%% may stand in it",
			PROVIDER_SHOWN(url));
		return;
	}
	if (provider->autodiscover_url) {
		provider_fail(reader, node, OWN_AUTODISCOVER, "given twice");
		return;
	}
	if (!ends_in_autodiscover(url))
		provider_warn(reader, node, OWN_AUTODISCOVER, "\"%.*s\" does not end in %s",
			      PROVIDER_SHOWN(url), AUTODISCOVER_PATH);
	provider->autodiscover_url = url;
	url = NULL;
}

static void read_id(struct provider_reader *reader, xmlNode *node, struct email_provider *provider)
{
	char name[DOMAIN_NAME_SIZE];
	struct error err;

	provider->id = provider_attribute(reader, node, "id");
	if (!provider->id)
		provider_warn(reader, node, "emailProvider", "no id");
	else if (domain_name_parse_server(provider->id, strlen(provider->id), name, &err) < 0)
		provider_warn(reader, node, "emailProvider", "id \"%.*s\" is not a domain name",
			      PROVIDER_SHOWN(provider->id));
}

/* Drafts and authors differ in what goes into emailProvider and what beside it: these go anywhere.
 */
#define ANYWHERE                                                                                   \
	{ "addressBook", false, read_dav }, { "addressbook", false, read_dav },                    \
		{ "calendar", false, read_dav }, { "fileShare", false, read_dav },                 \
		{ "webMail", false, provider_read_webmail },                                       \
		{ "enable", false, provider_read_enable },                                         \
		{ "documentation", false, provider_read_documentation },                           \
		{ "instruction", false,                                                            \
		  provider_read_documentation }, /* its name before documentation */               \
		{ "oAuth2", false, NULL }, { "mAuth", false, NULL },                               \
		{ "inputField", false, NULL }, { "clientConfigUpdate", false, NULL },              \
		{ "chatServer", false, NULL }, { "videoConference", false, NULL },                 \
	{                                                                                          \
		"setupServer", false, NULL                                                         \
	}

static void read_provider(struct provider_reader *reader, xmlNode *node, void *context)
{
	static const struct provider_element elements[] = {
		{ "domain", false, read_domain },
		{ "displayName", false, provider_read_display_name },
		{ "displayShortName", false, provider_read_short_name },
		{ "displayNameShort", false, provider_read_short_name }, /* once in the ISPDB */
		{ "incomingServer", false, read_incoming },
		{ "outgoingServer", false, read_outgoing },
		{ "identity", false, NULL },
		{ "autodiscover", true, read_autodiscover },
		{ "mtaSts", true, mta_sts_policy_read },
		ANYWHERE,
	};
	struct reading *reading = context;

	if (reading->provider) {
		provider_warn(reader, node, "emailProvider", "given again, the first one counts");
		return;
	}
	reading->provider = node;
	read_id(reader, node, reader->provider);
	provider_walk(reader, node, elements, COUNT(elements), context);
	if (!reading->domains)
		provider_warn(reader, node, "emailProvider", "no domain");
}

static void read_document(struct provider_reader *reader, xmlNode *root)
{
	static const struct provider_element elements[] = {
		{ "emailProvider", false, read_provider },
		ANYWHERE,
	};
	struct reading reading = { 0 };

	if (provider_is_own(root->ns) || strcmp(provider_element_name(root), "clientConfig") != 0) {
		provider_fail(reader, root, provider_element_name(root), "not a clientConfig");
		return;
	}
	reader->space = root->ns ? root->ns->href : NULL;
	provider_check_own(reader, root);
	provider_walk(reader, root, elements, COUNT(elements), &reading);
	if (!reading.provider)
		provider_fail(reader, root, "clientConfig", "no emailProvider");
	else
		email_provider_choose(reader, xmlGetLineNo(reading.provider),
				      reading.incoming_failed, reading.outgoing_failed);
}

int email_provider_parse(const char *xml, size_t size, const char *name,
			 struct email_provider **ret, struct findings *findings, struct error *err)
{
	CLEANUP(email_provider_freep) struct email_provider *provider = NULL;
	CLEANUP(xmlFreeDocp) xmlDoc *doc = NULL;
	struct provider_reader reader = { .name = name, .findings = findings, .err = err };

	if (xml_in_parse(xml, size, name, &doc, findings, err) < 0)
		return -1;
	provider = calloc(1, sizeof(*provider));
	if (!provider)
		return error_no_memory(err);
	reader.provider = provider;
	read_document(&reader, xmlDocGetRootElement(doc));
	if (reader.failed)
		return -1;
	*ret = provider;
	provider = NULL;
	return 0;
}
