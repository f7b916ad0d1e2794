#include "render/pacc.h"

#include "base/text.h"
#include "render/placeholder.h"
#include "render/provider_url.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

/* Characters, by the draft. */
#define NAME_MAX_LENGTH 60
#define SHORT_NAME_MAX_LENGTH 20

/* The format has no user name: programs log in with the whole address. */
static bool logs_in_with_address(const struct mail_server *server)
{
	char parts[64];

	snprintf(parts, sizeof(parts), "%s@%s", template_hole_marker(HOLE_EMAILLOCALPART),
		 template_hole_marker(HOLE_EMAILDOMAIN));
	return !server->username ||
	       strcmp(server->username, template_hole_marker(HOLE_EMAILADDRESS)) == 0 ||
	       strcmp(server->username, parts) == 0;
}

static bool mail_server_fits(const struct mail_server *server)
{
	return server->socket_type == SOCKET_SSL && logs_in_with_address(server) &&
	       server->port == server_type_default_port(server->type, SOCKET_SSL);
}

/* The chosen server if the format can say it, else the document's first that it can say. */
static const struct mail_server *pick_mail_server(const struct email_provider *provider,
						  const struct mail_server *chosen)
{
	if (!chosen || mail_server_fits(chosen))
		return chosen;
	for (size_t i = 0; i < provider->server_count; i++) {
		if (provider->servers[i].type == chosen->type &&
		    mail_server_fits(&provider->servers[i]))
			return &provider->servers[i];
	}
	return NULL;
}

/* Takes value over. */
static int set(json_t *object, const char *key, json_t *value)
{
	return json_object_set_new(object, key, value); /* refuses a NULL value */
}

static int add_mail_server(json_t *protocols, const char *key, const struct mail_server *server)
{
	return server ? set(protocols, key, json_pack("{s:s}", "host", server->hostname)) : 0;
}

/* The server if the format can say its URL: an explicit port is against it. Else NULL. */
static const struct mail_server *pick_url(const struct mail_server *server)
{
	struct provider_url url;
	struct error unusable;

	if (!server || !server->url || placeholder_names_person(server->url) ||
	    !logs_in_with_address(server) || provider_url_parse(server->url, &url, &unusable) < 0 ||
	    url.has_port)
		return NULL;
	return server;
}

/* A URL without a path is that of "/" (RFC 3986 6.2.3). */
static int add_url(json_t *protocols, const char *key, const struct mail_server *server)
{
	struct provider_url url;
	struct error err;

	if (!server)
		return 0;
	if (provider_url_parse(server->url, &url, &err) < 0)
		return -1;
	return set(protocols, key,
		   json_pack("{s:o}", "url", json_sprintf("https://%s%s", url.host, url.path)));
}

static bool offers_password(const struct mail_server *server)
{
	return server && (mail_server_offers(server, AUTH_PASSWORD_CLEARTEXT) ||
			  mail_server_offers(server, AUTH_PASSWORD_ENCRYPTED));
}

/* text, cut after max characters, and in front of a placeholder that would be cut in two. */
static json_t *limited_text(const char *text, size_t max)
{
	const char *marker = template_hole_marker(HOLE_EMAILDOMAIN);
	size_t size = 0, length = 0;

	while (text[size] && length < max) {
		if (strncmp(text + size, marker, strlen(marker)) == 0) {
			length += strlen(marker);
			if (length > max)
				break;
			size += strlen(marker);
			continue;
		}
		do
			size++;
		while ((text[size] & 0xc0) == 0x80); /* the rest of a UTF-8 character */
		length++;
	}
	return json_stringn(text, size);
}

/* What the document names: NULL for what it does not. */
struct named {
	const struct mail_server *imap, *pop3, *smtp, *jmap, *caldav, *carddav, *webdav;
};

static struct named find_named(const struct email_provider *provider)
{
	return (struct named){
		.imap = pick_mail_server(provider, provider->imap),
		.pop3 = pick_mail_server(provider, provider->pop3),
		.smtp = pick_mail_server(provider, provider->smtp),
		.jmap = pick_url(provider->jmap),
		.caldav = pick_url(provider->caldav),
		.carddav = pick_url(provider->carddav),
		.webdav = pick_url(provider->webdav),
	};
}

static json_t *make_protocols(const struct named *named)
{
	json_t *protocols = json_object();

	if (add_mail_server(protocols, "imap", named->imap) < 0 ||
	    add_mail_server(protocols, "pop3", named->pop3) < 0 ||
	    add_mail_server(protocols, "smtp", named->smtp) < 0 ||
	    add_mail_server(protocols, "submit", named->smtp) < 0 ||
	    add_url(protocols, "jmap", named->jmap) < 0 ||
	    add_url(protocols, "caldav", named->caldav) < 0 ||
	    add_url(protocols, "carddav", named->carddav) < 0 ||
	    add_url(protocols, "webdav", named->webdav) < 0) {
		json_decref(protocols);
		return NULL;
	}
	return protocols;
}

/* Whether what is named takes a password: not what other servers of the provider do. */
static json_t *make_authentication(const struct named *named)
{
	const struct mail_server *const servers[] = { named->imap,  named->pop3,   named->smtp,
						      named->jmap,  named->caldav, named->carddav,
						      named->webdav };
	json_t *authentication = json_object();
	bool password = false;

	for (size_t i = 0; i < sizeof(servers) / sizeof(*servers); i++)
		password |= offers_password(servers[i]);
	if (password && set(authentication, "password", json_true()) < 0) {
		json_decref(authentication);
		return NULL;
	}
	return authentication;
}

static json_t *make_info(const struct email_provider *provider)
{
	const char *name = email_provider_display_name(provider, NULL);
	const char *short_name = provider->display_short_name, *page = NULL;
	json_t *names = json_pack("{s:o}", "name",
				  limited_text(name ? name : template_hole_marker(HOLE_EMAILDOMAIN),
					       NAME_MAX_LENGTH));
	json_t *info = json_pack("{s:o}", "provider", names);

	for (size_t i = 0; i < provider->documentation_count && !page; i++) {
		if (!placeholder_names_person(provider->documentation[i].url))
			page = provider->documentation[i].url;
	}
	if (!info) /* and names is freed */
		return NULL;
	if ((short_name &&
	     set(names, "shortName", limited_text(short_name, SHORT_NAME_MAX_LENGTH)) < 0) ||
	    (page && set(info, "help", json_pack("{s:s}", "documentation", page)) < 0)) {
		json_decref(info);
		return NULL;
	}
	return info;
}

int pacc_compile(const struct email_provider *provider, struct template **ret, struct error *err)
{
	const struct named named = find_named(provider);
	json_t *protocols = make_protocols(&named), *document;
	CLEANUP(freep) char *json = NULL;

	if (protocols && json_object_size(protocols) == 0) {
		json_decref(protocols);
		*ret = NULL;
		return 0;
	}
	/* an "o" that is NULL frees the others and makes the whole NULL; keys stay in this order */
	document = json_pack("{s:o, s:o, s:o}", "protocols", protocols, "authentication",
			     make_authentication(&named), "info", make_info(provider));
	if (document)
		json = json_dumps(document, JSON_COMPACT);
	json_decref(document);
	if (!json)
		return error_no_memory(err);
	return template_compile(json, strlen(json), TEMPLATE_HOLES_DOMAIN, ESCAPE_JSON, ret, err);
}
