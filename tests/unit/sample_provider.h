/* Providers as the parser would give them, written by hand, and an answer filled for somebody. */
#ifndef TESTS_SAMPLE_PROVIDER_H
#define TESTS_SAMPLE_PROVIDER_H

#include "base/cleanup.h"
#include "model/email_provider.h"
#include "render/mobileconfig.h"
#include "render/template.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define TEXT(text) ((char[]){ text }) /* a char * that nobody frees */
#define PASSWORD .auth = { AUTH_PASSWORD_CLEARTEXT }, .auth_count = 1
#define ADDRESS .username = TEXT("%EMAILADDRESS%")
#define MAIL(t, host, p, socket)                                                                   \
	.type = (t), .hostname = TEXT(host), .port = (p), .socket_type = (socket)
#define WEB(t, address) .type = (t), .url = TEXT(address)

/* Everything, with TLS from the start. */
static struct mail_server full_servers[] = {
	{ MAIL(SERVER_IMAP, "mail.hosting.example", 993, SOCKET_SSL), PASSWORD, ADDRESS },
	{ MAIL(SERVER_IMAP, "mail.hosting.example", 143, SOCKET_STARTTLS), PASSWORD, ADDRESS },
	{ MAIL(SERVER_POP3, "mail.hosting.example", 995, SOCKET_SSL), PASSWORD, ADDRESS },
	{ MAIL(SERVER_SMTP, "mail.hosting.example", 465, SOCKET_SSL), PASSWORD, ADDRESS },
	{ MAIL(SERVER_SMTP, "mail.hosting.example", 587, SOCKET_STARTTLS), PASSWORD, ADDRESS },
	{ WEB(SERVER_CALDAV, "https://mail.hosting.example/WebDAV/"), PASSWORD, ADDRESS },
	{ WEB(SERVER_CARDDAV, "https://mail.hosting.example/WebDAV/"), PASSWORD, ADDRESS },
	{ WEB(SERVER_ACTIVESYNC, "https://mail.hosting.example/Microsoft-Server-ActiveSync"),
	  PASSWORD, ADDRESS },
	{ WEB(SERVER_JMAP, "https://jmap.hosting.example"), PASSWORD, ADDRESS },
};
static struct localized_text full_names[] = { { TEXT("de"), TEXT("Beispiel & S\xc3\xb6hne") },
					      { TEXT("en"), TEXT("Example & Sons") } };
static struct provider_document full_documentation[] = {
	{ .url = TEXT("https://help.hosting.example/?u=%EMAILADDRESS%") },
	{ .url = TEXT("https://help.hosting.example/mail") },
};
static const struct email_provider full_provider = {
	.display_names = full_names,
	.display_name_count = 2,
	.display_short_name = TEXT("Example"),
	.imap = &full_servers[0],
	.pop3 = &full_servers[2],
	.smtp = &full_servers[3],
	.caldav = &full_servers[5],
	.carddav = &full_servers[6],
	.activesync = &full_servers[7],
	.jmap = &full_servers[8],
	.servers = full_servers,
	.server_count = sizeof(full_servers) / sizeof(*full_servers),
	.documentation = full_documentation,
	.documentation_count = 2,
};

/* STARTTLS, the customer's own server names, logins that are not the address, no IMAP. */
static struct mail_server odd_servers[] = {
	{ MAIL(SERVER_POP3, "pop.%EMAILDOMAIN%", 110, SOCKET_STARTTLS),
	  .auth = { AUTH_PASSWORD_ENCRYPTED }, .auth_count = 1,
	  .username = TEXT("%EMAILLOCALPART%") },
	{ MAIL(SERVER_SMTP, "smtp.%EMAILDOMAIN%", 2525, SOCKET_PLAIN),
	  .auth = { AUTH_CLIENT_IP_ADDRESS }, .auth_count = 1 },
};
static const struct email_provider odd_provider = {
	.pop3 = &odd_servers[0],
	.smtp = &odd_servers[1],
	.servers = odd_servers,
	.server_count = 2,
};

/* Exchange is handed over. */
static const struct email_provider redirecting_provider = {
	.imap = &full_servers[0],
	.smtp = &full_servers[3],
	.servers = full_servers,
	.server_count = 4,
	.autodiscover_url = TEXT("https://mail.hosting.example/autodiscover/autodiscover.xml"),
};

static const unsigned char sample_namespace[16] = {
	0x6b, 0xa7, 0xb8, 0x10, 0x9d, 0xad, 0x11, 0xd1,
	0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8
};

static inline struct email_address sample_address(const char *text)
{
	struct email_address address = { .length = strlen(text),
					 .local_length = (size_t)(strchr(text, '@') - text) };

	memcpy(address.text, text, address.length + 1);
	address.domain.length = address.length - address.local_length - 1;
	memcpy(address.domain.text, text + address.local_length + 1, address.domain.length + 1);
	return address;
}

/* The template filled for address ("@domain": for nobody), or NULL. The caller frees it. */
static inline char *sample_fill(const struct template *template, const char *text)
{
	struct email_address address = sample_address(text);
	struct mobileconfig_identity identity;
	struct template_values values = {
		.hole = {
			[HOLE_EMAILADDRESS] = { address.text, address.length },
			[HOLE_EMAILLOCALPART] = { address.text, address.local_length },
			[HOLE_EMAILDOMAIN] = { address.domain.text, address.domain.length },
			[HOLE_PROFILE_NAME] = { "The & name", 10 },
			[HOLE_PROFILE_DESCRIPTION] = { "The <description>", 17 },
			[HOLE_PROFILE_CALENDARS] = { "The calendars", 13 },
			[HOLE_PROFILE_CONTACTS] = { "The contacts", 12 },
			[HOLE_FULL_NAME] = { "Anna & <Berg>", 13 },
			[HOLE_LOGIN] = { "kunde\\anna", 10 },
		},
	};
	struct error err;
	char *ret = NULL;
	size_t size;

	if (!template || mobileconfig_identity_make(&address, sample_namespace, TEMPLATE_HOLES_ALL,
						    &identity, &err) < 0)
		return NULL;
	mobileconfig_identity_values(&identity, &values);
	return template_fill(template, &values, &ret, &size, &err) < 0 ? NULL : ret;
}

#endif
