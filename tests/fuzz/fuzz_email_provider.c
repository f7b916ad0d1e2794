/*
 * A provider document, any bytes. What loads must be sound, and every answer made of it must be of
 * its format; the autoconfig answer must load again and name the same servers.
 */
#include "fuzz.h"

#include "render/document.h"

#include <jansson.h>
#include <libxml/parser.h>
#include <plist/plist.h>

static void promise_optional_text(const char *text)
{
	if (text) {
		promise_text(text, strlen(text));
		PROMISE(text[0] != '\0');
	}
}

static void promise_server(const struct mail_server *server)
{
	PROMISE(server->type < SERVER_TYPE_COUNT);
	PROMISE(server->hostname || server->url);
	PROMISE(server->auth_count >= 1 && server->auth_count <= AUTH_METHOD_COUNT);
	for (size_t i = 0; i < server->auth_count; i++)
		PROMISE(server->auth[i] < AUTH_METHOD_COUNT);
	if (server->type <= SERVER_SMTP) {
		PROMISE(server->hostname && !server->url);
		PROMISE(server->port && server->socket_type != SOCKET_NONE);
	}
	promise_optional_text(server->hostname);
	promise_optional_text(server->url);
	promise_optional_text(server->username);
}

static void promise_chosen(const struct email_provider *provider, const struct mail_server *server,
			   enum server_type type)
{
	if (!server)
		return;
	PROMISE(server >= provider->servers && server < provider->servers + provider->server_count);
	PROMISE(server->type == type);
}

static void promise_pages(const struct provider_document *pages, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		promise_optional_text(pages[i].url);
		for (size_t j = 0; j < pages[i].description_count; j++) {
			promise_optional_text(pages[i].descriptions[j].language);
			promise_optional_text(pages[i].descriptions[j].text);
		}
	}
}

static void promise_policy(const struct mta_sts_policy *policy)
{
	PROMISE(policy->mode < MTA_STS_MODE_COUNT);
	PROMISE(policy->max_age >= MTA_STS_MAX_AGE_MIN && policy->max_age <= MTA_STS_MAX_AGE_MAX);
	PROMISE(policy->mx_count >= 1 && policy->mx_count <= MTA_STS_MX_MAX);
	for (size_t i = 0; i < policy->mx_count; i++) {
		const char *name = policy->mx[i] + (policy->mx[i][0] == '*' ? 2 : 0);

		PROMISE(name == policy->mx[i] || policy->mx[i][1] == '.');
		PROMISE(strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-.") == strlen(name));
		PROMISE(mta_sts_policy_names(policy, name, strlen(name)) || name != policy->mx[i]);
	}
}

static void promise_provider(const struct email_provider *provider)
{
	for (size_t i = 0; i < provider->server_count; i++)
		promise_server(&provider->servers[i]);
	promise_chosen(provider, provider->imap, SERVER_IMAP);
	promise_chosen(provider, provider->pop3, SERVER_POP3);
	promise_chosen(provider, provider->smtp, SERVER_SMTP);
	promise_chosen(provider, provider->ews, SERVER_EWS);
	promise_chosen(provider, provider->activesync, SERVER_ACTIVESYNC);
	promise_chosen(provider, provider->jmap, SERVER_JMAP);
	promise_chosen(provider, provider->graph, SERVER_GRAPH);
	promise_chosen(provider, provider->exchange, SERVER_EXCHANGE);
	promise_chosen(provider, provider->caldav, SERVER_CALDAV);
	promise_chosen(provider, provider->carddav, SERVER_CARDDAV);
	promise_chosen(provider, provider->webdav, SERVER_WEBDAV);
	promise_optional_text(provider->id);
	promise_optional_text(provider->display_short_name);
	promise_optional_text(provider->webmail_url);
	promise_optional_text(provider->autodiscover_url);
	if (provider->mta_sts)
		promise_policy(provider->mta_sts);
	promise_optional_text(email_provider_display_name(provider, "de"));
	for (size_t i = 0; i < provider->display_name_count; i++)
		promise_optional_text(provider->display_names[i].text);
	promise_pages(provider->documentation, provider->documentation_count);
	promise_pages(provider->enables, provider->enable_count);
}

static struct settings *make_settings(struct email_provider *provider)
{
	static const char text[] = "[site]\nname = A & B\n[profile]\n"
				   "namespace = 6ba7b811-9dad-11d1-80b4-00c04fd430c8\n"
				   "identifier = example.hosting\n";
	CLEANUP(findings_clear) struct findings findings = { 0 };
	CLEANUP(provider_set_unrefp) struct provider_set *set = NULL;
	CLEANUP(domain_table_unrefp) struct domain_table *table = NULL;
	struct domain_table_builder *builder = NULL;
	struct configuration *configuration = NULL;
	struct provider_answers *answers = NULL;
	struct settings *settings = NULL;
	struct error err;

	PROMISE(configuration_parse(text, sizeof(text) - 1, "c", "/", &configuration, &findings,
				    &err) == 0);
	PROMISE(provider_set_new(configuration, NULL, &set, &err) == 0);
	PROMISE(provider_answers_make("p", provider, configuration, &answers, &err) == 0);
	PROMISE(provider_set_add(set, answers, &err) == 0);
	PROMISE(domain_table_builder_new(NULL, 1, &builder, &err) == 0);
	PROMISE(domain_table_builder_set(builder, "kunde.example", 13, "p", &err) == 0);
	PROMISE(domain_table_builder_finish(&builder, &table, &err) == 0);
	PROMISE(settings_new(set, table, &settings, &err) == 0);
	return settings;
}

/* The document of format, or NULL if the provider has none. The caller frees it. */
static char *make(const struct settings *settings, enum document_format format,
		  struct document_choice choice, size_t *ret_size)
{
	static const char text[] = "o'x&y+<z@kunde.example";
	const struct provider_answers *answers = settings->by_number[0];
	struct email_address address = { .length = sizeof(text) - 1, .local_length = 8 };
	struct document_subject subject = { &address.domain, &address };
	struct document document;
	struct error err = { 0 };

	memcpy(address.text, text, sizeof(text));
	address.domain.length = strlen("kunde.example");
	strcpy(address.domain.text, "kunde.example");
	if (document_make(settings->providers, answers, format, &choice, &subject, &document,
			  &err) < 0) {
		promise_failure(&err);
		PROMISE(err.code == ERROR_NOT_FOUND);
		return NULL;
	}
	PROMISE(strlen(document.bytes) == document.size);
	PROMISE(text_is_utf8(document.bytes, document.size));
	*ret_size = document.size;
	return document.bytes;
}

static void promise_xml(char *xml, size_t size)
{
	xmlDoc *doc = xml ? xmlReadMemory(xml, (int)size, NULL, "UTF-8",
					  XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING)
			  : NULL;

	PROMISE(!xml || doc);
	xmlFreeDoc(doc);
	free(xml);
}

static void promise_json(char *json, size_t size)
{
	json_t *object = json ? json_loadb(json, size, JSON_REJECT_DUPLICATES, NULL) : NULL;

	PROMISE(!json || json_is_object(object));
	json_decref(object);
	free(json);
}

static void promise_plist(char *text, size_t size)
{
	plist_t plist = NULL;

	if (text)
		plist_from_xml(text, (uint32_t)size, &plist);
	PROMISE(!text || plist_get_node_type(plist) == PLIST_DICT);
	plist_free(plist);
	free(text);
}

static void promise_same(const struct mail_server *one, const struct mail_server *other)
{
	PROMISE(!one == !other);
	if (!one)
		return;
	PROMISE(one->port == other->port && one->socket_type == other->socket_type);
	PROMISE(one->auth_count == other->auth_count);
	PROMISE(memcmp(one->auth, other->auth, one->auth_count * sizeof(*one->auth)) == 0);
	PROMISE(!one->hostname == !other->hostname);
	PROMISE(!one->username == !other->username);
	if (one->hostname && !strstr(one->hostname, "%EMAILDOMAIN%"))
		PROMISE(strcmp(one->hostname, other->hostname) == 0);
	if (one->username && !strstr(one->username, "%EMAILDOMAIN%"))
		PROMISE(strcmp(one->username, other->username) == 0);
}

static void promise_autoconfig(const struct email_provider *provider, char *xml, size_t size)
{
	CLEANUP(findings_clear) struct findings findings = { 0 };
	CLEANUP(email_provider_freep) struct email_provider *again = NULL;
	struct error err;

	PROMISE(email_provider_parse(xml, size, "again", &again, &findings, &err) == 0);
	PROMISE(strcmp(again->id, "kunde.example") == 0);
	promise_same(provider->imap, again->imap);
	promise_same(provider->pop3, again->pop3);
	promise_same(provider->smtp, again->smtp);
	free(xml);
}

static void promise_answers(struct email_provider *provider)
{
	CLEANUP(settings_unrefp) struct settings *settings = make_settings(provider);
	size_t size = 0;
	char *text = make(settings, DOCUMENT_AUTOCONFIG, (struct document_choice){ 0 }, &size);

	if (text)
		promise_autoconfig(provider, text, size);
	else
		PROMISE(!(provider->imap || provider->pop3) || !provider->smtp);
	text = make(settings, DOCUMENT_AUTODISCOVER, (struct document_choice){ 0 }, &size);
	PROMISE((text != NULL) == (provider->imap || provider->pop3 || provider->autodiscover_url));
	promise_xml(text, size);
	text = make(settings, DOCUMENT_ACTIVESYNC, (struct document_choice){ 0 }, &size);
	promise_xml(text, size);
	text = make(settings, DOCUMENT_PACC, (struct document_choice){ 0 }, &size);
	promise_json(text, size);
	text = make(settings, DOCUMENT_MTA_STS, (struct document_choice){ 0 }, &size);
	PROMISE((text != NULL) == (provider->mta_sts != NULL));
	PROMISE(!text || strncmp(text, "version: STSv1\r\n", 16) == 0);
	free(text);
	for (unsigned int json = JSON_AUTODISCOVER; json <= JSON_EWS; json++) {
		text = make(settings, DOCUMENT_AUTODISCOVER_JSON,
			    (struct document_choice){ .json = json }, &size);
		promise_json(text, size);
	}
	for (unsigned int content = 0; content < MOBILECONFIG_CONTENT_COUNT; content++) {
		text = make(settings, DOCUMENT_MOBILECONFIG,
			    (struct document_choice){ .content = content }, &size);
		promise_plist(text, size);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(findings_clear) struct findings findings = { 0 };
	struct email_provider *provider = NULL;
	struct error err = { 0 };

	if (email_provider_parse((const char *)data, size, "p.xml", &provider, &findings, &err) <
	    0) {
		promise_failure(&err);
		PROMISE(findings.errors > 0 && !provider);
	} else {
		PROMISE(findings.errors == 0);
		promise_provider(provider);
		promise_answers(provider);
	}
	for (size_t i = 0; i < findings.count; i++)
		promise_text(findings.list[i].text, strlen(findings.list[i].text));
	return 0;
}
