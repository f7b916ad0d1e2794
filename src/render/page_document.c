/*
 * Put together with libxml2's tree functions, which take every value as it is and escape nothing
 * here: whatever somebody typed is text in this tree, and becomes text in the page.
 *
 * A failure is remembered in the builder and told at the end.
 */
#include "render/page_document.h"

#include "base/bytes.h"
#include "render/page_set_parts.h"
#include "render/placeholder.h"
#include "render/qr_code.h"

#include <libxml/parser.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

struct builder {
	const struct provider_set *providers;
	const struct page_set *set;
	const struct configuration *configuration;
	const struct page_request *request;
	xmlDoc *doc;
	xmlNode *page;
	xmlNs *namespace;
	const char *link, *qr; /* what the codes hold; NULL: there is none */
	struct error *err;
	bool failed; /* *err is set */
};

static const char *const kind_names[PAGE_KIND_COUNT] = {
	[PAGE_SETTINGS] = "settings",	  [PAGE_FORM] = "form",
	[PAGE_EXPIRED] = "expired",	  [PAGE_INVALID] = "invalid",
	[PAGE_ELSEWHERE] = "elsewhere",	  [PAGE_NO_ADDRESS] = "no-address",
	[PAGE_UNREADABLE] = "unreadable", [PAGE_LIMITED] = "limited",
	[PAGE_NOTHING] = "nothing",	  [PAGE_FAILED] = "failed",
};

static const char *const view_names[] = {
	[PAGE_SCREEN] = "screen",
	[PAGE_PRINT] = "print",
	[PAGE_TEXT] = "text",
	[PAGE_SHARE] = "share",
};

static void fail_memory(struct builder *builder)
{
	if (!builder->failed)
		error_no_memory(builder->err);
	builder->failed = true;
}

static xmlNode *add(struct builder *builder, xmlNode *parent, const char *name)
{
	xmlNode *node = xmlNewDocNode(builder->doc, builder->namespace, BAD_CAST name, NULL);

	if (!node || !xmlAddChild(parent, node)) {
		xmlFreeNode(node);
		fail_memory(builder);
		return NULL;
	}
	return node;
}

static void add_text(struct builder *builder, xmlNode *parent, const char *name, const char *text,
		     size_t size)
{
	xmlNode *node = add(builder, parent, name);
	xmlNode *content = node ? xmlNewTextLen(BAD_CAST text, (int)size) : NULL;

	if (!content || !xmlAddChild(node, content))
		fail_memory(builder);
}

/* An empty value is as good as none: there is no attribute then. */
static void set(struct builder *builder, xmlNode *node, const char *name, const char *value)
{
	if (!value || !*value || !node)
		return;
	if (!xmlNewProp(node, BAD_CAST name, BAD_CAST value))
		fail_memory(builder);
}

static void set_number(struct builder *builder, xmlNode *node, const char *name, long number)
{
	char text[24];

	snprintf(text, sizeof(text), "%ld", number);
	set(builder, node, name, text);
}

static void set_yes(struct builder *builder, xmlNode *node, const char *name, bool yes)
{
	set(builder, node, name, yes ? "yes" : "no");
}

__attribute__((format(printf, 4, 5))) static void
set_format(struct builder *builder, xmlNode *node, const char *name, const char *format, ...)
{
	char *text;
	va_list args;
	int length;

	va_start(args, format);
	length = vasprintf(&text, format, args);
	va_end(args);
	if (length < 0) {
		fail_memory(builder);
		return;
	}
	set(builder, node, name, text);
	free(text);
}

/* The logo as data, for a page that is one file. */
static void set_logo_data(struct builder *builder, xmlNode *site, const struct page_asset *logo)
{
	CLEANUP(freep) char *text = malloc(logo->size / 3 * 4 + 5);

	if (!text) {
		fail_memory(builder);
		return;
	}
	EVP_EncodeBlock((unsigned char *)text, (const unsigned char *)logo->bytes, (int)logo->size);
	set_format(builder, site, "logo", "data:%s;base64,%s", logo->media_type, text);
}

static void add_assets(struct builder *builder, xmlNode *site)
{
	static const char *const names[] = {
		[PAGE_CSS] = "css",
		[PAGE_SCRIPT] = "script",
		[PAGE_LOGO] = "logo",
	};
	static const char *const embedded[] = {
		[PAGE_CSS] = "style",
		[PAGE_SCRIPT] = "script",
	};

	for (unsigned int kind = 0; kind < PAGE_ASSET_COUNT; kind++) {
		const struct page_asset *asset = page_set_asset(builder->set, kind);

		if (!asset)
			continue;
		if (!builder->request->standalone)
			set_format(builder, site, names[kind], "%s?%s", asset->path,
				   asset->version);
		else if (kind == PAGE_LOGO)
			set_logo_data(builder, site, asset);
		else
			add_text(builder, site, embedded[kind], asset->bytes, asset->size);
	}
}

static void add_site(struct builder *builder)
{
	const struct configuration *configuration = builder->configuration;
	xmlNode *site = add(builder, builder->page, "site");

	set(builder, site, "name", configuration->site_name);
	set(builder, site, "phone", configuration->site_phone);
	set(builder, site, "hours", configuration->site_hours);
	set(builder, site, "email", configuration->site_email);
	set(builder, site, "support", configuration->site_support);
	set(builder, site, "help", configuration->site_help);
	set(builder, site, "welcome", configuration->site_welcome);
	if (builder->request->standalone)
		set_format(builder, site, "action", "%s/",
			   configuration->site_url ? configuration->site_url : "");
	else
		set(builder, site, "action", "/");
	if (site)
		add_assets(builder, site);
}

static void add_languages(struct builder *builder)
{
	xmlNode *languages = add(builder, builder->page, "languages");
	bool whole = builder->request->standalone && builder->link;

	for (size_t i = 0; languages && i < builder->set->language_count; i++) {
		const struct page_texts *texts = &builder->set->languages[i];
		xmlNode *language = add(builder, languages, "language");

		set(builder, language, "tag", texts->language);
		set(builder, language, "name", texts->name);
		set_format(builder, language, "href", "%s?lang=%s",
			   whole ? template_hole_marker(HOLE_PAGE_PATH) : "", texts->language);
		set_yes(builder, language, "current", i == builder->request->language);
	}
}

static void add_for(struct builder *builder)
{
	xmlNode *node = add(builder, builder->page, "for");

	if (builder->request->subject.address) {
		set(builder, node, "address", template_hole_marker(HOLE_EMAILADDRESS));
		set(builder, node, "local", template_hole_marker(HOLE_EMAILLOCALPART));
		set(builder, node, "host", template_hole_marker(HOLE_PAGE_HOST));
	}
	set(builder, node, "domain", template_hole_marker(HOLE_PAGE_DOMAIN));
}

static void add_link(struct builder *builder)
{
	const char *path = template_hole_marker(HOLE_PAGE_PATH);
	const char *query = template_hole_marker(HOLE_PAGE_QUERY);
	const char *more = template_hole_marker(HOLE_PAGE_MORE);
	xmlNode *link = add(builder, builder->page, "link");

	if (builder->link)
		set(builder, link, "href", template_hole_marker(HOLE_PAGE_LINK));
	set(builder, link, "path", path);
	set_format(builder, link, "page", "%s%s", path, query);
	set_format(builder, link, "print", "%s/print%s", path, query);
	set_format(builder, link, "text", "%s?%sformat=text", path, more);
	if (builder->request->expires)
		set(builder, link, "until", template_hole_marker(HOLE_PAGE_UNTIL));
}

static const char *security_name(enum socket_type type)
{
	return type == SOCKET_SSL ? "SSL" : type == SOCKET_STARTTLS ? "STARTTLS" : "plain";
}

/* With its placeholders, which are holes too; nothing for a domain's page if it names a person. */
static void set_text(struct builder *builder, xmlNode *node, const char *name, const char *text)
{
	if (builder->request->subject.address || !placeholder_names_person(text))
		set(builder, node, name, text);
}

static void add_server(struct builder *builder, const struct mail_server *server)
{
	xmlNode *node;

	if (!server)
		return;
	node = add(builder, builder->page, "server");
	set(builder, node, "type", server_type_name(server->type));
	set_text(builder, node, "hostname", server->hostname);
	set_number(builder, node, "port", server->port);
	set(builder, node, "security", security_name(server->socket_type));
	set(builder, node, "authentication", auth_method_name(server->auth[0]));
	set_text(builder, node, "username", server->username);
}

static void add_web(struct builder *builder, const char *type, const char *url)
{
	xmlNode *node;

	if (!url)
		return;
	node = add(builder, builder->page, "web");
	set(builder, node, "type", type);
	set_text(builder, node, "url", url);
}

static void add_servers(struct builder *builder)
{
	const struct email_provider *provider = builder->request->answers->provider;

	add_server(builder, provider->imap);
	add_server(builder, provider->pop3);
	add_server(builder, provider->smtp);
	add_web(builder, "webmail", provider->webmail_url);
	add_web(builder, "caldav", provider->caldav ? provider->caldav->url : NULL);
	add_web(builder, "carddav", provider->carddav ? provider->carddav->url : NULL);
	add_web(builder, "activesync", provider->activesync ? provider->activesync->url : NULL);
	add_web(builder, "exchange", provider->autodiscover_url);
}

static void add_profiles(struct builder *builder)
{
	const char *path = template_hole_marker(HOLE_PAGE_PATH);
	const char *more = template_hole_marker(HOLE_PAGE_MORE);

	if (!builder->providers->configuration->profile_namespace)
		return;
	for (unsigned int content = 0; content < MOBILECONFIG_CONTENT_COUNT; content++) {
		const char *name = mobileconfig_content_name(content);
		xmlNode *profile;

		if (!mobileconfig_available(builder->request->answers->provider, content))
			continue;
		profile = add(builder, builder->page, "profile");
		set(builder, profile, "content", name);
		if (content == MOBILECONFIG_MAIL)
			set_format(builder, profile, "href", "%s/mail.mobileconfig%s", path,
				   template_hole_marker(HOLE_PAGE_QUERY));
		else
			set_format(builder, profile, "href", "%s/mail.mobileconfig?%scontent=%s",
				   path, more, name);
	}
}

/* Puts the image itself into a page that is one file. */
static void embed_svg(struct builder *builder, xmlNode *qr, const char *payload, size_t size)
{
	CLEANUP(freep) char *svg = NULL;
	xmlDoc *doc;
	xmlNode *root = NULL;
	size_t svg_size;

	if (qr_code_svg(payload, size, &svg, &svg_size, builder->err) < 0) {
		builder->failed = true;
		return;
	}
	/* not xmlReadMemory(): 2.9.14 crashes if it cannot allocate its copy */
	doc = xmlReadDoc((const xmlChar *)svg, NULL, "UTF-8", XML_PARSE_NONET);
	if (doc)
		root = xmlDocCopyNode(xmlDocGetRootElement(doc), builder->doc, 1);
	xmlFreeDoc(doc);
	if (!root || !xmlAddChild(qr, root))
		fail_memory(builder);
}

static void add_qr(struct builder *builder, const char *what, const char *file, const char *payload,
		   const char *text)
{
	xmlNode *qr;

	if (!payload || strlen(payload) > QR_CODE_SIZE_MAX) /* too fine to be scanned */
		return;
	qr = add(builder, builder->page, "qr");
	set(builder, qr, "for", what);
	set(builder, qr, "text", text);
	if (!builder->request->standalone)
		set_format(builder, qr, "src", "%s/%s%s", template_hole_marker(HOLE_PAGE_PATH),
			   file, template_hole_marker(HOLE_PAGE_QUERY));
	else if (qr)
		embed_svg(builder, qr, payload, strlen(payload));
}

static void add_settings(struct builder *builder)
{
	add_for(builder);
	add_link(builder);
	add_servers(builder);
	add_profiles(builder);
	add_qr(builder, "page", "qr.svg", builder->link, template_hole_marker(HOLE_PAGE_LINK));
	add_qr(builder, "thunderbird", "thunderbird.svg", builder->qr, NULL);
}

static void add_copy(struct builder *builder, const xmlDoc *doc)
{
	xmlNode *copy = xmlDocCopyNode(xmlDocGetRootElement(doc), builder->doc, 1);

	if (!copy || !xmlAddChild(builder->page, copy))
		fail_memory(builder);
}

static int begin(struct builder *builder)
{
	builder->doc = xmlNewDoc(BAD_CAST "1.0");
	builder->page =
		builder->doc ? xmlNewDocNode(builder->doc, NULL, BAD_CAST "page", NULL) : NULL;
	if (!builder->page)
		return error_no_memory(builder->err);
	xmlDocSetRootElement(builder->doc, builder->page);
	builder->namespace = xmlNewNs(builder->page, BAD_CAST PAGE_NAMESPACE, NULL);
	if (!builder->namespace)
		return error_no_memory(builder->err);
	xmlSetNs(builder->page, builder->namespace);
	return 0;
}

static void set_request(struct builder *builder)
{
	const struct page_request *request = builder->request;

	set(builder, builder->page, "kind", kind_names[request->kind]);
	set(builder, builder->page, "view", view_names[request->view]);
	set(builder, builder->page, "language",
	    builder->set->languages[request->language].language);
	set(builder, builder->page, "device", page_device_name(request->device));
	set_yes(builder, builder->page, "cannot-install", request->cannot_install);
	set_yes(builder, builder->page, "share", request->share);
	set_yes(builder, builder->page, "language-chosen", request->language_chosen);
	set_yes(builder, builder->page, "standalone", request->standalone);
}

static int build(struct builder *builder)
{
	if (begin(builder) < 0)
		return -1;
	set_request(builder);
	add_site(builder);
	add_languages(builder);
	if (builder->request->kind == PAGE_SETTINGS)
		add_settings(builder);
	add_copy(builder, builder->set->programs);
	add_copy(builder, builder->set->languages[builder->request->language].doc);
	return builder->failed ? -1 : 0;
}

int page_document_make(const struct provider_set *providers, const struct page_request *request,
		       const char *link, const char *qr, xmlDoc **ret, struct error *err)
{
	struct builder builder = {
		.providers = providers,
		.set = providers->pages,
		.configuration = providers->configuration,
		.request = request,
		.link = link,
		.qr = qr,
		.err = err,
	};

	if (build(&builder) < 0) {
		xmlFreeDoc(builder.doc);
		return -1;
	}
	*ret = builder.doc;
	return 0;
}
