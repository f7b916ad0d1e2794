/*
 * An SRV record is written only where the document says the same, since Evolution and FairEmail
 * believe it more than the settings file. "Not offered" is one record with the target ".", which
 * some programs take for an empty host name; so it is written only beside an offered sibling or for
 * mail that is really not offered, and never for autodiscover.
 */
#include "dns/discovery_records.h"

#include "base/bytes.h"
#include "base/cleanup.h"
#include "dns/note.h"
#include "render/placeholder.h"
#include "render/provider_url.h"
#include "render/template.h"

#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define TXT_PATH_MAX 250 /* bytes: one string of a TXT record is 255, "path=" included */

struct maker {
	const struct email_provider *provider;
	const struct domain_name *domain;
	const struct discovery_policy *policy;
	struct discovery_records made;
};

static void maker_clear(struct maker *maker)
{
	discovery_records_clear(&maker->made);
}

int autodiscover_record_from_name(const char *name)
{
	static const char *const names[] = { [AUTODISCOVER_HOST] = "host",
					     [AUTODISCOVER_SRV] = "srv",
					     [AUTODISCOVER_BOTH] = "both" };

	for (int i = 0; i < (int)(sizeof(names) / sizeof(*names)); i++) {
		if (strcmp(names[i], name) == 0)
			return i;
	}
	return -1;
}

/* The caller frees it. NULL: out of memory. */
__attribute__((format(printf, 1, 2))) static char *format_text(const char *format, ...)
{
	va_list args;
	char *ret = NULL;
	int length;

	va_start(args, format);
	length = vasprintf(&ret, format, args);
	va_end(args);
	return length < 0 ? NULL : ret;
}

#define ADD_NOTE(maker, err, ...)                                                                  \
	note_add(&(maker)->made.notes, &(maker)->made.note_count, err, __VA_ARGS__)

static int check_name(const char *name, struct error *err)
{
	if (strlen(name) < DOMAIN_NAME_SIZE)
		return 0;
	return error_set(err, ERROR_INVALID, "name \"%s\" is longer than %d bytes", name,
			 DOMAIN_NAME_SIZE - 1);
}

/* owner is without its final dot. */
static int add_record(struct maker *maker, const char *owner, const char *type, const char *rdata,
		      const char *reason, struct error *err)
{
	struct dns_record *record;

	if (check_name(owner, err) < 0)
		return -1;
	if (dns_record_parse(owner, maker->policy->ttl, type, rdata, ".", reason, &record, err) < 0)
		return error_prefix(err, "%s. %s", owner, type);
	return dns_record_list_add(&maker->made.records, record, err);
}

/* The name below the domain: _imaps._tcp -> _imaps._tcp.kunde.example. As format_text(). */
static char *below_domain(const struct maker *maker, const char *label)
{
	return format_text("%s.%s", label, maker->domain->text);
}

struct srv {
	unsigned int priority, weight;
	uint16_t port;
};

static int add_srv(struct maker *maker, const char *label, struct srv srv, const char *target,
		   const char *reason, struct error *err)
{
	CLEANUP(freep) char *owner = below_domain(maker, label);
	CLEANUP(freep)
	char *rdata = format_text("%u %u %u %s.", srv.priority, srv.weight, srv.port, target);

	if (!owner || !rdata)
		return error_no_memory(err);
	return add_record(maker, owner, "SRV", rdata, reason, err);
}

static int add_not_offered(struct maker *maker, const char *label, const char *what,
			   struct error *err)
{
	CLEANUP(freep) char *reason = format_text("%s is not offered.", what);

	if (!reason)
		return error_no_memory(err);
	return add_srv(maker, label, (struct srv){ 0 }, "", reason, err);
}

/* Our own name for customers' autoconfig. and autodiscover., or NULL. */
static const char *service_name(const struct maker *maker)
{
	const char *service = maker->policy->service;

	return service && *service ? service : NULL;
}

static bool wants_host(const struct maker *maker)
{
	return maker->policy->autodiscover != AUTODISCOVER_SRV;
}

/* Whether name is LABEL.DOMAIN. */
static bool is_below_domain(const struct maker *maker, const char *name, const char *label)
{
	size_t length = strlen(label);

	return strncmp(name, label, length) == 0 && name[length] == '.' &&
	       strcmp(name + length + 1, maker->domain->text) == 0;
}

/* Whether name is one that the records here make a CNAME of: no SRV record may lead to such. */
static bool is_our_cname(const struct maker *maker, const char *name)
{
	const char *service = service_name(maker);

	if (!service || strcmp(name, service) == 0)
		return false;
	return is_below_domain(maker, name, "autoconfig") ||
	       (maker->policy->pacc_digest && is_below_domain(maker, name, "ua-auto-config")) ||
	       (wants_host(maker) && is_below_domain(maker, name, "autodiscover"));
}

/* A text of the document with %EMAILDOMAIN% filled in. As format_text(). */
static char *fill_domain(const struct maker *maker, const char *text)
{
	const char *marker = template_hole_marker(HOLE_EMAILDOMAIN), *hit;
	CLEANUP(bytes_clear) struct bytes filled = { 0 };
	struct error unused;
	char *ret = NULL;

	for (; (hit = strstr(text, marker)); text = hit + strlen(marker)) {
		bytes_append(&filled, text, (size_t)(hit - text));
		bytes_append_text(&filled, maker->domain->text);
	}
	bytes_append_text(&filled, text);
	return bytes_take(&filled, &ret, NULL, &unused) < 0 ? NULL : ret;
}

/*
 * The name that an SRV record of a server leads to. Returns 1 with the name in ret, which has
 * DOMAIN_NAME_SIZE bytes, or 0 with a note if no SRV record can lead there; what is the server's
 * type.
 */
static int find_target(struct maker *maker, const char *what, const char *hostname, char *ret,
		       struct error *err)
{
	CLEANUP(freep) char *name = fill_domain(maker, hostname);
	struct in_addr address;
	const char *fault = NULL;

	if (!name)
		return error_no_memory(err);
	if (check_name(name, err) < 0)
		return -1;
	if (inet_pton(AF_INET, name, &address) == 1)
		fault = "is an IP address, and an SRV record needs a name";
	else if (!strchr(name, '.'))
		fault = "is a name of one label, which means nothing outside its network";
	else if (is_our_cname(maker, name))
		fault = "is a CNAME to the settings service, where no SRV record may lead";
	if (fault)
		return ADD_NOTE(maker, err, "%s: no SRV record: \"%s\" %s.", what, name, fault);
	memcpy(ret, name, strlen(name) + 1);
	return 1;
}

/* autoconfig., autodiscover. */

static int add_service_host(struct maker *maker, const char *label, const char *service,
			    const char *reason, struct error *err)
{
	CLEANUP(freep) char *owner = below_domain(maker, label);
	CLEANUP(freep) char *rdata = format_text("%s.", service);

	if (!owner || !rdata)
		return error_no_memory(err);
	if (strcmp(owner, service) == 0)
		return ADD_NOTE(maker, err,
				"%s is the settings service itself: it needs its address records "
				"(A, AAAA).",
				owner);
	return add_record(maker, owner, "CNAME", rdata, reason, err);
}

static int add_service(struct maker *maker, struct error *err)
{
	const char *service = service_name(maker);

	if (!service)
		return ADD_NOTE(maker, err,
				"No name of the settings service is configured: autoconfig. and "
				"autodiscover. are left out.");
	if (add_service_host(maker, "autoconfig", service,
			     "Settings for Thunderbird, Evolution, KMail, Delta Chat and others.",
			     err) < 0)
		return -1;
	if (wants_host(maker) &&
	    add_service_host(maker, "autodiscover", service,
			     "Settings for Outlook, eM Client and ActiveSync.", err) < 0)
		return -1;
	if (maker->policy->autodiscover == AUTODISCOVER_HOST)
		return 0;
	return add_srv(maker, "_autodiscover._tcp", (struct srv){ .port = PROVIDER_URL_PORT },
		       service,
		       "Settings for Outlook and others where autodiscover. does not answer.", err);
}

/* The digest is of the document's exact bytes: whenever they change, so does the record. */
static int add_pacc(struct maker *maker, struct error *err)
{
	const char *service = service_name(maker), *digest = maker->policy->pacc_digest;
	CLEANUP(freep) char *owner = below_domain(maker, "_ua-auto-config");
	CLEANUP(freep)
	char *rdata = digest ? format_text("\"v=UAAC1; a=sha256; d=%s\"", digest) : NULL;

	if (!digest)
		return 0;
	if (!service)
		return ADD_NOTE(maker, err,
				"No name of the settings service is configured: ua-auto-config. is "
				"left out.");
	if (!owner || !rdata)
		return error_no_memory(err);
	if (add_service_host(maker, "ua-auto-config", service,
			     "Settings for programs that know PACC.", err) < 0)
		return -1;
	return add_record(maker, owner, "TXT", rdata,
			  "What these settings are checked by; changes with them.", err);
}

/* Mail */

/*
 * Priorities are compared between services: the chosen server before the other one, IMAP before
 * POP3 (RFC 6186 3.4).
 */
static const struct mail_service {
	enum server_type type;
	unsigned int priority; /* of the chosen server; the other has 10 more */
	struct mail_name {
		const char *label, *what;
	} names[SOCKET_SSL + 1];
} mail_services[] = {
	{ SERVER_IMAP,
	  0,
	  { [SOCKET_SSL] = { "_imaps._tcp", "IMAP with TLS from the start" },
	    [SOCKET_STARTTLS] = { "_imap._tcp", "IMAP with STARTTLS" } } },
	{ SERVER_POP3,
	  20,
	  { [SOCKET_SSL] = { "_pop3s._tcp", "POP3 with TLS from the start" },
	    [SOCKET_STARTTLS] = { "_pop3._tcp", "POP3 with STARTTLS" } } },
	{ SERVER_SMTP,
	  0,
	  { [SOCKET_SSL] = { "_submissions._tcp", "Sending with TLS from the start" },
	    [SOCKET_STARTTLS] = { "_submission._tcp", "Sending with STARTTLS" } } },
};

static const struct mail_server *chosen_server(const struct email_provider *provider,
					       enum server_type type)
{
	return type == SERVER_IMAP   ? provider->imap
	       : type == SERVER_POP3 ? provider->pop3
				     : provider->smtp;
}

static const struct mail_server *first_server(const struct email_provider *provider,
					      enum server_type type, enum socket_type socket_type)
{
	for (size_t i = 0; i < provider->server_count; i++) {
		const struct mail_server *server = &provider->servers[i];

		if (server->type == type && server->socket_type == socket_type)
			return server;
	}
	return NULL;
}

/* Returns 1 if a record names a server, 0 if none does. */
static int add_mail_socket(struct maker *maker, const struct mail_service *service,
			   enum socket_type socket_type, struct error *err)
{
	const struct mail_name *name = &service->names[socket_type];
	const struct mail_server *server =
		first_server(maker->provider, service->type, socket_type);
	bool chosen = server == chosen_server(maker->provider, service->type);
	struct srv srv = { service->priority + (chosen ? 0 : 10), 1, server ? server->port : 0 };
	CLEANUP(freep) char *reason = NULL;
	char target[DOMAIN_NAME_SIZE];
	int found;

	if (!server)
		return 0;
	found = find_target(maker, server_type_name(service->type), server->hostname, target, err);
	if (found <= 0)
		return found;
	reason = format_text("%s.", name->what);
	if (!reason)
		return error_no_memory(err);
	return add_srv(maker, name->label, srv, target, reason, err) < 0 ? -1 : 1;
}

static int add_mail(struct maker *maker, const struct mail_service *service, struct error *err)
{
	static const enum socket_type sockets[] = { SOCKET_SSL, SOCKET_STARTTLS };
	const struct mail_server *chosen = chosen_server(maker->provider, service->type);
	const char *type = server_type_name(service->type);
	int found[] = { 0, 0 };

	/* under these names programs expect TLS, and would not connect */
	if (chosen && chosen->socket_type == SOCKET_PLAIN)
		return ADD_NOTE(maker, err, "%s: no SRV record: \"%s\" speaks plain text only.",
				type, chosen->hostname);
	if (chosen && chosen->username &&
	    strcmp(chosen->username, template_hole_marker(HOLE_EMAILADDRESS)) != 0 &&
	    ADD_NOTE(maker, err,
		     "%s: the user name is %s; programs that go by SRV records try "
		     "the whole address.",
		     type, chosen->username) < 0)
		return -1;
	for (int i = 0; i < 2; i++) {
		found[i] = add_mail_socket(maker, service, sockets[i], err);
		if (found[i] < 0)
			return -1;
	}
	if (chosen && !found[0] && !found[1])
		return 0; /* offered, but not to be said here: "not offered" would be a lie */
	for (int i = 0; i < 2; i++) {
		const struct mail_name *name = &service->names[sockets[i]];

		if (!first_server(maker->provider, service->type, sockets[i]) &&
		    add_not_offered(maker, name->label, name->what, err) < 0)
			return -1;
	}
	return 0;
}

/* Calendars, contacts, JMAP */

static const struct url_service {
	const char *label, *reason;
	const char *path_reason;	 /* NULL: the path is fixed by the protocol */
	const char *plain_label, *plain; /* the service without TLS, NULL for none */
} calendars = { "_caldavs._tcp", "Calendars (CalDAV over https).",
		"Where calendars begin on the server.", "_caldav._tcp", "CalDAV without TLS" },
  contacts = { "_carddavs._tcp", "Contacts (CardDAV over https).",
	       "Where contacts begin on the server.", "_carddav._tcp", "CardDAV without TLS" },
  jmap = { "_jmap._tcp", "JMAP over https.", NULL, NULL, NULL };

/* Whether the path is the inside of a quoted string as it stands. */
static bool is_txt_path(const char *path)
{
	size_t size = strlen(path);

	for (size_t i = 0; i < size; i++) {
		if (path[i] <= ' ' || path[i] > '~' || path[i] == '"' || path[i] == '\\')
			return false;
	}
	return size <= TXT_PATH_MAX && !placeholder_names_person(path);
}

static int add_path(struct maker *maker, const char *owner, const char *path, const char *reason,
		    struct error *err)
{
	CLEANUP(freep) char *rdata = format_text("\"path=%s\"", path);

	if (!rdata)
		return error_no_memory(err);
	return add_record(maker, owner, "TXT", rdata, reason, err);
}

/* Whether name lies in the domain. */
static bool is_in_domain(const struct maker *maker, const char *name)
{
	size_t length = strlen(name);

	return length > maker->domain->length + 1 &&
	       name[length - maker->domain->length - 1] == '.' &&
	       strcmp(name + length - maker->domain->length, maker->domain->text) == 0;
}

/* Thunderbird 153 finds the path of contacts here; other versions look at the server's name. */
static int add_path_at_target(struct maker *maker, const char *target, const char *path,
			      struct error *err)
{
	CLEANUP(freep) char *owner = NULL;

	if (strcmp(path, "/") == 0 || strcmp(target, maker->domain->text) == 0)
		return 0;
	owner = format_text("%s.%s", contacts.label, target);
	if (!owner)
		return error_no_memory(err);
	if (is_in_domain(maker, target))
		return add_path(maker, owner, path,
				"The same, where some versions of Thunderbird look for it.", err);
	return ADD_NOTE(maker, err,
			"carddav: some versions of Thunderbird look for the path at %s.: put TXT "
			"\"path=%s\" there, once for all domains.",
			owner, path);
}

/* The records of a service whose URL could be read. */
static int add_parsed_service(struct maker *maker, const struct url_service *service,
			      const struct provider_url *url, const char *what, struct error *err)
{
	CLEANUP(freep) char *owner = below_domain(maker, service->label);
	CLEANUP(freep) char *path = fill_domain(maker, url->path);
	char target[DOMAIN_NAME_SIZE];
	int found;

	if (!owner || !path)
		return error_no_memory(err);
	if (service->path_reason && !is_txt_path(path))
		return ADD_NOTE(maker, err,
				"%s: no SRV record: the path \"%s\" cannot stand in a TXT record.",
				what, path);
	found = find_target(maker, what, url->host, target, err);
	if (found <= 0)
		return found;
	if (add_srv(maker, service->label, (struct srv){ 0, 1, url->port }, target, service->reason,
		    err) < 0)
		return -1;
	if (service->path_reason && add_path(maker, owner, path, service->path_reason, err) < 0)
		return -1;
	if (service == &contacts && add_path_at_target(maker, target, path, err) < 0)
		return -1;
	return service->plain ? add_not_offered(maker, service->plain_label, service->plain, err)
			      : 0;
}

static int add_url_service(struct maker *maker, const struct mail_server *server,
			   const struct url_service *service, struct error *err)
{
	struct provider_url url;
	struct error unusable;

	if (!server)
		return 0;
	if (provider_url_parse(server->url, &url, &unusable) < 0)
		return ADD_NOTE(maker, err, "%s: no SRV record: %s.",
				server_type_name(server->type), unusable.text);
	return add_parsed_service(maker, service, &url, server_type_name(server->type), err);
}

int discovery_records_make(const struct email_provider *provider, const struct domain_name *domain,
			   const struct discovery_policy *policy, struct discovery_records *ret,
			   struct error *err)
{
	CLEANUP(maker_clear)
	struct maker maker = { .provider = provider, .domain = domain, .policy = policy };

	if (add_service(&maker, err) < 0 || add_pacc(&maker, err) < 0)
		return -1;
	for (size_t i = 0; i < sizeof(mail_services) / sizeof(*mail_services); i++) {
		if (add_mail(&maker, &mail_services[i], err) < 0)
			return -1;
	}
	if (add_url_service(&maker, provider->caldav, &calendars, err) < 0 ||
	    add_url_service(&maker, provider->carddav, &contacts, err) < 0 ||
	    add_url_service(&maker, provider->jmap, &jmap, err) < 0)
		return -1;
	dns_record_list_sort(&maker.made.records);
	*ret = maker.made;
	maker.made = (struct discovery_records){ 0 };
	return 0;
}

void discovery_records_clear(struct discovery_records *records)
{
	dns_record_list_clear(&records->records);
	note_clear(&records->notes, &records->note_count);
}
