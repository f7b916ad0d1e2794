/*
 * A section is read element by element into a draft; what is missing or does not go together is
 * judged at the end of it, in mail_server_draft.c.
 */
#include "model/mail_server_read.h"

#include "base/cleanup.h"
#include "model/domain_name.h"
#include "model/mail_server_draft.h"
#include "model/provider_placeholder.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

struct section {
	const char *element;
	const char *fallback; /* the type if the section does not say one, or NULL */
	unsigned int types;   /* bits of enum server_type */
};

#define TYPE(type) (1U << SERVER_##type)
#define EXCHANGE_TYPES (TYPE(EWS) | TYPE(ACTIVESYNC) | TYPE(JMAP) | TYPE(GRAPH) | TYPE(EXCHANGE))

static const struct section sections[] = {
	{ "incomingServer", NULL, TYPE(IMAP) | TYPE(POP3) | EXCHANGE_TYPES | TYPE(OWA) },
	{ "outgoingServer", NULL, TYPE(SMTP) | EXCHANGE_TYPES },
	{ "calendar", "caldav", TYPE(CALDAV) },
	{ "addressBook", "carddav", TYPE(CARDDAV) }, /* v1.1 */
	{ "addressbook", "carddav", TYPE(CARDDAV) }, /* draft 1.2 */
	{ "fileShare", "webdav", TYPE(WEBDAV) },
};

/* The value of an element, or NULL. An error in it is the fault. */
static char *read_value(struct provider_reader *reader, struct mail_server_draft *draft,
			xmlNode *node, enum mail_server_fault fault)
{
	size_t errors = reader->findings->errors;
	char *text = provider_value(reader, node);

	if (reader->findings->errors > errors)
		draft->failed |= fault;
	return text;
}

/* Whether it is the first of an element that may stand once; a further one gets a warning. */
static bool is_first(struct provider_reader *reader, const struct mail_server_draft *draft,
		     const xmlNode *node, bool *seen)
{
	bool first = !*seen;

	if (!first)
		provider_warn(reader, node, draft->element, "%s given again, the first one counts",
			      provider_element_name(node));
	*seen = true;
	return first;
}

/*
 * Puts the last % behind placeholders that lack it, with a warning: files of the ISPDB have
 * "%EMAILADDRESS", which programs would send to the server as it stands.
 */
static void complete_placeholders(struct provider_reader *reader,
				  const struct mail_server_draft *draft, const xmlNode *node,
				  char **text)
{
	char *whole = NULL;
	struct error err;

	if (provider_placeholders_complete(*text, &whole, &err) < 0)
		provider_no_memory(reader);
	if (!whole)
		return;
	mail_server_draft_warn(reader, draft, node, *text,
			       "lacks the last % of its placeholder, put there");
	free(*text);
	*text = whole;
}

static void read_hostname(struct provider_reader *reader, xmlNode *node, void *context)
{
	struct mail_server_draft *draft = context;
	CLEANUP(freep) char *text = NULL;
	char hostname[DOMAIN_NAME_SIZE];
	struct error err;

	if (!is_first(reader, draft, node, &draft->hostname))
		return;
	text = read_value(reader, draft, node, FAULT_ADDRESS);
	if (!text)
		return;
	complete_placeholders(reader, draft, node, &text);
	if (strstr(text, "%EMAILADDRESS%") || strstr(text, "%EMAILLOCALPART%")) {
		/* one answer has to do for all addresses of a domain, and some ask without one */
		mail_server_draft_warn(
			reader, draft, node, text,
			"differs between the addresses of a domain, server passed over");
		draft->unusable = true;
		return;
	}
	if (domain_name_parse_server(text, strlen(text), hostname, &err) < 0) {
		provider_fail(reader, node, draft->element, "hostname \"%.*s\": %s",
			      PROVIDER_SHOWN(text), err.text);
		draft->failed |= FAULT_ADDRESS;
		return;
	}
	draft->server.hostname = strdup(hostname);
	if (!draft->server.hostname)
		provider_no_memory(reader);
}

/* Reads decimal digits alone. Returns the number, or -1 if it is none or above maximum. */
static long number(const char *text, long maximum)
{
	long ret = 0;

	if (!*text)
		return -1;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return -1;
		ret = ret * 10 + (*text - '0');
		if (ret > maximum)
			return -1;
	}
	return ret;
}

static void read_port(struct provider_reader *reader, xmlNode *node, void *context)
{
	struct mail_server_draft *draft = context;
	CLEANUP(freep) char *text = NULL;
	long port;

	if (!is_first(reader, draft, node, &draft->port))
		return;
	text = read_value(reader, draft, node, FAULT_OTHER);
	if (!text)
		return;
	port = number(text, UINT16_MAX);
	if (port < 1)
		mail_server_draft_fail(reader, draft, node, FAULT_OTHER, text, "is not 1..65535");
	else
		draft->server.port = (uint16_t)port;
}

/* Of several the first that encrypts counts: SSL or STARTTLS, else plain. */
static void read_socket_type(struct provider_reader *reader, xmlNode *node, void *context)
{
	struct mail_server_draft *draft = context;
	CLEANUP(freep) char *text = read_value(reader, draft, node, FAULT_SOCKET_TYPE);
	int type;

	if (!text)
		return;
	type = socket_type_from_name(text, strlen(text));
	if (type < 0 && !draft->bad_socket) { /* an error or not: see finish_socket() */
		draft->bad_socket = node;
		draft->bad_socket_text = text;
		text = NULL;
	} else if (type < 0) {
		mail_server_draft_warn(reader, draft, node, text,
				       "is not SSL, STARTTLS or plain, passed over");
	} else if (draft->server.socket_type <= SOCKET_PLAIN) {
		draft->server.socket_type = (enum socket_type)type;
	}
}

static void read_authentication(struct provider_reader *reader, xmlNode *node, void *context)
{
	struct mail_server_draft *draft = context;
	CLEANUP(freep) char *text = read_value(reader, draft, node, FAULT_OTHER);
	int method;

	if (!text)
		return;
	method = auth_method_from_name(text, strlen(text));
	if (method < 0)
		mail_server_draft_warn(reader, draft, node, text, "is not known, passed over");
	else
		mail_server_draft_add_auth(draft, (enum auth_method)method);
}

static void read_username(struct provider_reader *reader, xmlNode *node, void *context)
{
	struct mail_server_draft *draft = context;
	char *text;

	if (!is_first(reader, draft, node, &draft->username))
		return;
	text = read_value(reader, draft, node, FAULT_OTHER);
	if (!text)
		return;
	complete_placeholders(reader, draft, node, &text);
	if (provider_placeholders(text) == PLACEHOLDERS_UNKNOWN)
		mail_server_draft_warn(reader, draft, node, text,
				       "has a placeholder that is unknown");
	else if (provider_placeholders(text) == PLACEHOLDERS_NONE)
		mail_server_draft_warn(reader, draft, node, text, "is the same for every address");
	draft->server.username = text;
}

static bool is_dav(enum server_type type)
{
	return type == SERVER_CALDAV || type == SERVER_CARDDAV || type == SERVER_WEBDAV;
}

static void take_url(struct provider_reader *reader, struct mail_server_draft *draft, xmlNode *node,
		     enum url_rank rank)
{
	CLEANUP(freep) char *text = NULL;

	if (mail_server_draft_is_mail(draft)) /* reached by host name */
		return;
	text = read_value(reader, draft, node, FAULT_ADDRESS);
	if (!text)
		return;
	if (!provider_is_url(text, true) && is_dav(draft->server.type)) {
		/* calendars and contacts are an extra: mail is set up without them */
		mail_server_draft_warn(reader, draft, node, text,
				       "is not an http or https URL, passed over");
		draft->unusable = true;
		return;
	}
	if (!provider_is_url(text, true)) {
		mail_server_draft_fail(reader, draft, node, FAULT_ADDRESS, text,
				       "is not an http or https URL");
		return;
	}
	if (rank == draft->url_rank)
		provider_warn(reader, node, draft->element, "%s given again, the first one counts",
			      provider_element_name(node));
	if (rank <= draft->url_rank)
		return;
	if (!provider_is_https(text))
		mail_server_draft_warn(reader, draft, node, text, "is not https");
	free(draft->server.url);
	draft->server.url = text;
	draft->url_rank = rank;
	text = NULL;
}

static void read_url(struct provider_reader *reader, xmlNode *node, void *context)
{
	take_url(reader, context, node, URL_OWN);
}

static void read_ews_url(struct provider_reader *reader, xmlNode *node, void *context)
{
	take_url(reader, context, node, URL_EWS);
}

static void read_owa_url(struct provider_reader *reader, xmlNode *node, void *context)
{
	take_url(reader, context, node, URL_OWA);
}

static void read_boolean(struct provider_reader *reader, struct mail_server_draft *draft,
			 xmlNode *node, enum pop3_choice *ret)
{
	CLEANUP(freep) char *text = read_value(reader, draft, node, FAULT_OTHER);

	if (!text)
		return;
	*ret = strcmp(text, "true") == 0 ? POP3_YES : POP3_NO;
	if (*ret == POP3_NO && strcmp(text, "false") != 0)
		mail_server_draft_warn(reader, draft, node, text,
				       "is not true or false, taken as false");
}

static void read_leave(struct provider_reader *reader, xmlNode *node, void *context)
{
	struct mail_server_draft *draft = context;

	read_boolean(reader, draft, node, &draft->server.leave_messages_on_server);
}

static void read_biff(struct provider_reader *reader, xmlNode *node, void *context)
{
	struct mail_server_draft *draft = context;

	read_boolean(reader, draft, node, &draft->server.download_on_biff);
}

static void read_days(struct provider_reader *reader, xmlNode *node, void *context)
{
	struct mail_server_draft *draft = context;
	CLEANUP(freep) char *text = read_value(reader, draft, node, FAULT_OTHER);
	long days = text ? number(text, 36500) : 0;

	if (days < 0)
		mail_server_draft_warn(reader, draft, node, text,
				       "is not a number of days, passed over");
	else
		draft->server.days_to_leave_messages_on_server = (unsigned int)days;
}

static void read_pop3(struct provider_reader *reader, xmlNode *node, void *context)
{
	static const struct provider_element elements[] = {
		{ "leaveMessagesOnServer", false, read_leave },
		{ "downloadOnBiff", false, read_biff },
		{ "daysToLeaveMessagesOnServer", false, read_days },
		{ "checkInterval", false, NULL },
	};
	const struct mail_server_draft *draft = context;

	if (draft->server.type == SERVER_POP3)
		provider_walk(reader, node, elements, COUNT(elements), context);
}

static const struct provider_element server_elements[] = {
	{ "hostname", false, read_hostname },
	{ "port", false, read_port },
	{ "socketType", false, read_socket_type },
	{ "authentication", false, read_authentication },
	{ "username", false, read_username },
	{ "url", false, read_url },	  /* draft 1.2 */
	{ "serverURL", false, read_url }, /* v1.1 */
	{ "server", false, read_url },	  /* of activesync for Firefox OS */
	{ "ewsURL", false, read_ews_url },
	{ "owaURL", false, read_owa_url },
	{ "easURL", false, NULL },
	{ "pop3", false, read_pop3 },
	{ "password", false, NULL }, /* never given out */
	{ "restriction", false, NULL },
	{ "addThisServer", false, NULL },
	{ "useGlobalPreferredServer", false, NULL },
	{ "displayName", false, NULL },
	{ "oAuth2", false, NULL },
};

static const struct section *find_section(const char *element)
{
	size_t i = 0;

	while (i < COUNT(sections) && strcmp(sections[i].element, element) != 0)
		i++;
	assert(i < COUNT(sections)); /* the callers' tables name no other element */
	return &sections[i];
}

/* Finds the type of a section. Returns false, after a warning, if it is none that is given out. */
static bool read_type(struct provider_reader *reader, struct mail_server_draft *draft)
{
	const struct section *section = find_section(draft->element);
	CLEANUP(freep) char *text = provider_attribute(reader, draft->node, "type");
	const char *name = text ? text : section->fallback;
	int type = name ? server_type_from_name(name, strlen(name)) : -1;

	if (!text && name)
		provider_warn(reader, draft->node, draft->element, "no type, taken as %s", name);
	else if (!text)
		provider_warn(reader, draft->node, draft->element, "no type, passed over");
	else if (type < 0 || !(section->types & 1U << type))
		provider_warn(reader, draft->node, draft->element,
			      "type \"%.*s\" is not served, passed over", PROVIDER_SHOWN(text));
	if (type < 0 || !(section->types & 1U << type))
		return false;
	draft->server.type = (enum server_type)type;
	return true;
}

enum mail_server_result mail_server_read(struct provider_reader *reader, xmlNode *node,
					 struct mail_server *ret)
{
	struct mail_server_draft draft = { .node = node, .element = provider_element_name(node) };

	draft.server.line = xmlGetLineNo(node);
	if (!read_type(reader, &draft))
		return MAIL_SERVER_PASSED_OVER;
	provider_walk(reader, node, server_elements, COUNT(server_elements), &draft);
	if (!draft.unusable)
		mail_server_draft_finish(reader, &draft);
	if (draft.failed || draft.unusable) {
		mail_server_draft_clear(&draft);
		return draft.failed ? MAIL_SERVER_FAILED : MAIL_SERVER_PASSED_OVER;
	}
	*ret = draft.server;
	draft.server = (struct mail_server){ 0 };
	mail_server_draft_clear(&draft);
	return MAIL_SERVER_READ;
}
