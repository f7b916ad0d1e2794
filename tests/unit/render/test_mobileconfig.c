#include "render/mobileconfig.h"

#include "../sample_provider.h"

#include "base/bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <plist/plist.h>

static const struct mobileconfig_site site = { .organization = "Example & <Hosting>",
					       .identifier = "example.hosting" };

static char *render_form(const struct email_provider *provider, enum mobileconfig_content content,
			 enum mobileconfig_form form, const char *address)
{
	CLEANUP(template_freep) struct template *template = NULL;
	struct error err = { 0 };

	assert_true(mobileconfig_available(provider, content));
	assert_int_equal(mobileconfig_compile(provider, content, form, &site, &template, &err), 0);
	return sample_fill(template, address);
}

static char *render(const struct email_provider *provider, enum mobileconfig_content content,
		    const char *address)
{
	return render_form(provider, content, MOBILECONFIG_PERSON, address);
}

#define HEAD                                                                                       \
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"                                             \
	"<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" "                                  \
	"\"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n"                                    \
	"<plist version=\"1.0\">\n"                                                                \
	"<dict>\n"                                                                                 \
	"\t<key>PayloadContent</key>\n"                                                            \
	"\t<array>\n"
#define TAIL                                                                                       \
	"\t</array>\n"                                                                             \
	"\t<key>PayloadDescription</key>\n"                                                        \
	"\t<string>The &lt;description&gt;</string>\n"                                             \
	"\t<key>PayloadDisplayName</key>\n"                                                        \
	"\t<string>The &amp; name</string>\n"                                                      \
	"\t<key>PayloadOrganization</key>\n"                                                       \
	"\t<string>Example &amp; &lt;Hosting&gt;</string>\n"                                       \
	"\t<key>PayloadIdentifier</key>\n"                                                         \
	"\t<string>example.hosting.mail.nppfgiq43zy5fm42</string>\n"                               \
	"\t<key>PayloadType</key>\n"                                                               \
	"\t<string>Configuration</string>\n"                                                       \
	"\t<key>PayloadUUID</key>\n"                                                               \
	"\t<string>81D8BAA8-6B4E-5346-9E33-3C77F4EE8236</string>\n"                                \
	"\t<key>PayloadVersion</key>\n"                                                            \
	"\t<integer>1</integer>\n"                                                                 \
	"</dict>\n"                                                                                \
	"</plist>\n"
#define DICT(items) "\t\t<dict>\n" items "\t\t</dict>\n"
#define S(key, value) "\t\t\t<key>" key "</key>\n\t\t\t<string>" value "</string>\n"
#define N(key, value) "\t\t\t<key>" key "</key>\n\t\t\t<integer>" value "</integer>\n"
#define YES(key) "\t\t\t<key>" key "</key>\n\t\t\t<true/>\n"
#define NO(key) "\t\t\t<key>" key "</key>\n\t\t\t<false/>\n"
#define PAYLOAD(type, kind, uuid)                                                                  \
	S("PayloadIdentifier", "example.hosting.mail.nppfgiq43zy5fm42." kind)                      \
	S("PayloadType", type) S("PayloadUUID", uuid) N("PayloadVersion", "1")
#define ANNA "anna.berg@kunde.example"
#define HOST "mail.hosting.example"
#define MAIL_UUID "AD9CF355-D972-575F-93D6-FD5430D5895F"

#define FULL_MAIL                                                                                  \
	DICT(S("EmailAccountDescription", ANNA) S("EmailAccountType", "EmailTypeIMAP") S(          \
		"EmailAddress", ANNA) S("IncomingMailServerAuthentication",                        \
					"EmailAuthPassword") S("IncomingMailServerHostName", HOST) \
		     N("IncomingMailServerPortNumber", "993") YES("IncomingMailServerUseSSL")      \
			     S("IncomingMailServerUsername",                                       \
			       ANNA) S("OutgoingMailServerAuthentication",                         \
				       "EmailAuthPassword") S("OutgoingMailServerHostName", HOST)  \
				     N("OutgoingMailServerPortNumber",                             \
				       "465") YES("OutgoingMailServerUseSSL")                      \
					     S("OutgoingMailServerUsername",                       \
					       ANNA) YES("OutgoingPasswordSameAsIncomingPassword") \
						     S("PayloadDisplayName", ANNA)                 \
							     PAYLOAD("com.apple.mail.managed",     \
								     "imap", MAIL_UUID))

static const struct {
	const struct email_provider *provider;
	enum mobileconfig_content content;
	const char *xml;
} documents[] = {
	{ &full_provider, MOBILECONFIG_MAIL, HEAD FULL_MAIL TAIL },
	/* the mail payload is the same to the byte: the account stays when calendars come */
	{ &full_provider, MOBILECONFIG_ALL,
	  HEAD FULL_MAIL DICT(
		  S("CalDAVAccountDescription", "The calendars") S("CalDAVHostName", HOST)
			  N("CalDAVPort", "443") S("CalDAVPrincipalURL", "/WebDAV/")
				  YES("CalDAVUseSSL") S("CalDAVUsername", ANNA)
					  S("PayloadDisplayName", "The calendars")
						  PAYLOAD("com.apple.caldav.account", "caldav",
							  "A298C947-F3F2-570E-9B3A-A104A5875857"))
		  DICT(S("CardDAVAccountDescription", "The contacts") S("CardDAVHostName", HOST) N(
			  "CardDAVPort", "443") S("CardDAVPrincipalURL", "/WebDAV/")
			       YES("CardDAVUseSSL") S("CardDAVUsername",
						      ANNA) S("PayloadDisplayName", "The contacts")
				       PAYLOAD("com.apple.carddav.account", "carddav",
					       "C0FA2E89-9389-52AE-B154-8ED4BBB1BC85")) TAIL },
	/* the same profile identity: it takes the IMAP account's place */
	{ &full_provider, MOBILECONFIG_ACTIVESYNC,
	  HEAD DICT(S("EmailAddress", ANNA) S("Host", HOST) N("MailNumberOfPastDaysToSync", "0") S(
		  "PayloadDisplayName", ANNA) PAYLOAD("com.apple.eas.account", "eas",
						      "0BDDFE58-D54D-5666-BC72-A12F999CEA91")
			    YES("SSL") S("UserName", ANNA)) TAIL },
	/* STARTTLS is UseSSL true; POP has the mail's UUID and an identifier of its own; nothing is
	 * said of a password where sending wants none */
	{ &odd_provider, MOBILECONFIG_MAIL,
	  HEAD DICT(S("EmailAccountDescription", ANNA) S("EmailAccountType", "EmailTypePOP") S(
		  "EmailAddress", ANNA) S("IncomingMailServerAuthentication", "EmailAuthCRAMMD5")
			    S("IncomingMailServerHostName",
			      "pop.kunde.example") N("IncomingMailServerPortNumber",
						     "110") YES("IncomingMailServerUseSSL")
				    S("IncomingMailServerUsername", "anna.berg") S(
					    "OutgoingMailServerAuthentication", "EmailAuthNone")
					    S("OutgoingMailServerHostName", "smtp.kunde.example")
						    N("OutgoingMailServerPortNumber",
						      "2525") NO("OutgoingMailServerUseSSL")
							    S("PayloadDisplayName", ANNA) PAYLOAD(
								    "com.apple.mail.managed", "pop",
								    MAIL_UUID)) TAIL },
};

static void whole_documents(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(documents) / sizeof(*documents); i++) {
		CLEANUP(freep)
		char *xml = render(documents[i].provider, documents[i].content, ANNA);

		assert_non_null(xml);
		assert_string_equal(xml, documents[i].xml);
		assert_null(strstr(xml, "Password</key>\n\t\t\t<string>")); /* never one in it */
	}
}

/* An address is data; a device refuses the whole profile for one bare &. */
static void escapes(void **state)
{
	CLEANUP(freep) char *xml = render(&full_provider, MOBILECONFIG_MAIL, "a&<b>@kunde.example");

	(void)state;
	assert_non_null(strstr(
		xml,
		"<key>EmailAddress</key>\n\t\t\t<string>a&amp;&lt;b&gt;@kunde.example</string>"));
	assert_null(strstr(xml, "a&<"));
}

static void authentications(void **state)
{
	static const struct {
		enum auth_method auth[2];
		size_t count;
		const char *name;
	} cases[] = {
		{ { AUTH_PASSWORD_ENCRYPTED, AUTH_PASSWORD_CLEARTEXT }, 2, "EmailAuthPassword" },
		{ { AUTH_PASSWORD_ENCRYPTED }, 1, "EmailAuthCRAMMD5" },
		{ { AUTH_GSSAPI, AUTH_NTLM }, 2, "EmailAuthNTLM" },
		{ { AUTH_OAUTH2 }, 1, "EmailAuthPassword" },
		{ { AUTH_NONE }, 1, "EmailAuthNone" },
		{ { AUTH_CLIENT_IP_ADDRESS, AUTH_PASSWORD_CLEARTEXT }, 2, "EmailAuthPassword" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct mail_server smtp = full_servers[3];
		struct email_provider provider = full_provider;
		CLEANUP(freep) char *xml = NULL;
		char wanted[128];

		memcpy(smtp.auth, cases[i].auth, sizeof(cases[i].auth));
		smtp.auth_count = cases[i].count;
		provider.smtp = &smtp;
		xml = render(&provider, MOBILECONFIG_MAIL, ANNA);
		snprintf(wanted, sizeof(wanted),
			 "<key>OutgoingMailServerAuthentication</key>\n\t\t\t<string>%s</string>",
			 cases[i].name);
		assert_non_null(strstr(xml, wanted));
	}
}

/* A DAV root is no principal; one of two is enough for "all"; an empty organization is left out. */
static void left_out(void **state)
{
	struct mail_server dav = { WEB(SERVER_CARDDAV, "https://dav.%EMAILDOMAIN%:8443"), PASSWORD,
				   ADDRESS };
	static const struct mobileconfig_site nameless = { .organization = "",
							   .identifier = "example.hosting" };
	CLEANUP(template_freep) struct template *template = NULL;
	struct email_provider provider = full_provider;
	CLEANUP(freep) char *xml = NULL;
	struct error err = { 0 };

	(void)state;
	provider.caldav = NULL;
	provider.carddav = &dav;
	assert_int_equal(mobileconfig_compile(&provider, MOBILECONFIG_ALL, MOBILECONFIG_PERSON,
					      &nameless, &template, &err),
			 0);
	xml = sample_fill(template, ANNA);
	assert_null(strstr(xml, "CalDAV"));
	assert_null(strstr(xml, "PrincipalURL"));
	assert_null(strstr(xml, "PayloadOrganization"));
	assert_non_null(strstr(xml, "<key>CardDAVHostName</key>\n\t\t\t<string>dav.kunde.example"));
	assert_non_null(strstr(xml, "<key>CardDAVPort</key>\n\t\t\t<integer>8443</integer>"));
}

static void available(void **state)
{
	struct mail_server plain = { WEB(SERVER_CALDAV, "http://dav.hosting.example/"), PASSWORD,
				     ADDRESS };
	struct mail_server odd_port = {
		WEB(SERVER_ACTIVESYNC, "https://mail.hosting.example:4443/"), PASSWORD, ADDRESS
	};
	const struct {
		struct email_provider provider;
		bool mail, all, activesync;
	} cases[] = {
		{ { 0 }, false, false, false },
		{ { .imap = &full_servers[0] }, false, false, false }, /* cannot send */
		{ { .smtp = &full_servers[3], .caldav = &full_servers[5] }, false, false, false },
		{ { .pop3 = &full_servers[2], .smtp = &full_servers[3] }, true, false, false },
		{ { .imap = &full_servers[0],
		    .smtp = &full_servers[3],
		    .caldav = &plain,
		    .activesync = &odd_port },
		  true,
		  false,
		  false },
		{ { .imap = &full_servers[0],
		    .smtp = &full_servers[3],
		    .carddav = &full_servers[6] },
		  true,
		  true,
		  false },
		{ { .activesync = &full_servers[7] }, false, false, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct email_provider *provider = &cases[i].provider;

		assert_int_equal(mobileconfig_available(provider, MOBILECONFIG_MAIL),
				 cases[i].mail);
		assert_int_equal(mobileconfig_available(provider, MOBILECONFIG_ALL), cases[i].all);
		assert_int_equal(mobileconfig_available(provider, MOBILECONFIG_ACTIVESYNC),
				 cases[i].activesync);
	}
}

DEFINE_CLEANUP(plist_t, plist_free)

static plist_t parse(const char *xml)
{
	plist_t profile = NULL;

	plist_from_xml(xml, (uint32_t)strlen(xml), &profile);
	assert_non_null(profile);
	return profile;
}

/* The payload of a type in the profile, NULL for the profile itself. */
static plist_t find_payload(plist_t profile, const char *type)
{
	plist_t payloads = plist_dict_get_item(profile, "PayloadContent");

	for (uint32_t i = 0; type && i < plist_array_get_size(payloads); i++) {
		plist_t payload = plist_array_get_item(payloads, i);
		plist_t item = plist_dict_get_item(payload, "PayloadType");

		if (strcmp(plist_get_string_ptr(item, NULL), type) == 0)
			return payload;
	}
	return type ? NULL : profile;
}

#define MAIL_ACCOUNT "com.apple.mail.managed"
#define CALDAV "com.apple.caldav.account"
#define CARDDAV "com.apple.carddav.account"
#define EAS "com.apple.eas.account"
#define NAME "Anna & <Berg>"
#define LOGIN "kunde\\anna"

/* What a form changes; ours is in every case a mailbox whose logins are the address. */
static void forms(void **state)
{
	static const struct {
		enum mobileconfig_content content;
		const char *type, *key;
		const char *values[MOBILECONFIG_FORM_COUNT]; /* NULL: the key is left out */
	} cases[] = {
		{ MOBILECONFIG_ALL,
		  MAIL_ACCOUNT,
		  "EmailAccountName",
		  { NULL, NAME, NULL, NAME, NULL } },
		{ MOBILECONFIG_ALL,
		  MAIL_ACCOUNT,
		  "EmailAddress",
		  { ANNA, ANNA, ANNA, ANNA, NULL } },
		{ MOBILECONFIG_ALL,
		  MAIL_ACCOUNT,
		  "EmailAccountDescription",
		  { ANNA, ANNA, ANNA, ANNA, "kunde.example" } },
		{ MOBILECONFIG_ALL,
		  MAIL_ACCOUNT,
		  "PayloadDisplayName",
		  { ANNA, ANNA, ANNA, ANNA, "kunde.example" } },
		{ MOBILECONFIG_ALL,
		  MAIL_ACCOUNT,
		  "IncomingMailServerUsername",
		  { ANNA, ANNA, LOGIN, LOGIN, NULL } },
		{ MOBILECONFIG_ALL,
		  MAIL_ACCOUNT,
		  "OutgoingMailServerUsername",
		  { ANNA, ANNA, LOGIN, LOGIN, NULL } },
		{ MOBILECONFIG_ALL,
		  MAIL_ACCOUNT,
		  "IncomingMailServerHostName",
		  { HOST, HOST, HOST, HOST, HOST } },
		{ MOBILECONFIG_ALL, CALDAV, "CalDAVUsername", { ANNA, ANNA, LOGIN, LOGIN, NULL } },
		{ MOBILECONFIG_ALL,
		  CARDDAV,
		  "CardDAVUsername",
		  { ANNA, ANNA, LOGIN, LOGIN, NULL } },
		{ MOBILECONFIG_ACTIVESYNC, EAS, "EmailAddress", { ANNA, ANNA, ANNA, ANNA, NULL } },
		{ MOBILECONFIG_ACTIVESYNC, EAS, "UserName", { ANNA, ANNA, LOGIN, LOGIN, NULL } },
		{ MOBILECONFIG_ACTIVESYNC,
		  EAS,
		  "PayloadDisplayName",
		  { ANNA, ANNA, ANNA, ANNA, "kunde.example" } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		for (unsigned int form = 0; form < MOBILECONFIG_FORM_COUNT; form++) {
			CLEANUP(freep)
			char *xml = render_form(&full_provider, cases[i].content, form, ANNA);
			CLEANUP(plist_freep) plist_t profile = parse(xml);
			plist_t item = plist_dict_get_item(find_payload(profile, cases[i].type),
							   cases[i].key);

			if (cases[i].values[form])
				assert_string_equal(plist_get_string_ptr(item, NULL),
						    cases[i].values[form]);
			else
				assert_null(item);
		}
	}
}

/* Nothing of an address is in a domain's profile, but a login that is everybody's is. */
static void domain_form(void **state)
{
	struct mail_server smtp = full_servers[3];
	struct email_provider provider = full_provider;
	CLEANUP(freep) char *xml = NULL;

	(void)state;
	smtp.username = (char *)"relay@%EMAILDOMAIN%";
	provider.smtp = &smtp;
	xml = render_form(&provider, MOBILECONFIG_ALL, MOBILECONFIG_DOMAIN, ANNA);
	assert_null(strstr(xml, "anna"));
	assert_non_null(strstr(xml, "<key>OutgoingMailServerUsername</key>\n\t\t\t"
				    "<string>relay@kunde.example</string>"));
	assert_null(strstr(xml, "IncomingMailServerUsername"));
}

/* Identifier and UUID of the profile and of each payload, a line each. */
static void append_identity(struct bytes *ret, plist_t payload)
{
	bytes_append_format(
		ret, "%s %s\n",
		plist_get_string_ptr(plist_dict_get_item(payload, "PayloadIdentifier"), NULL),
		plist_get_string_ptr(plist_dict_get_item(payload, "PayloadUUID"), NULL));
}

static void read_identities(struct bytes *ret, const struct email_provider *provider,
			    enum mobileconfig_content content, enum mobileconfig_form form,
			    const char *address)
{
	CLEANUP(freep) char *xml = render_form(provider, content, form, address);
	CLEANUP(plist_freep) plist_t profile = parse(xml);
	plist_t payloads = plist_dict_get_item(profile, "PayloadContent");

	append_identity(ret, profile);
	for (uint32_t i = 0; i < plist_array_get_size(payloads); i++)
		append_identity(ret, plist_array_get_item(payloads, i));
}

/* The servers of a provider moved: other hosts, ports, TLS, logins. */
static void update_replaces_in_place(void **state)
{
	struct mail_server servers[8];
	struct email_provider moved = full_provider;

	(void)state;
	memcpy(servers, full_servers, sizeof(servers));
	for (size_t i = 0; i < 8; i++) {
		servers[i].hostname = (char *)"new.elsewhere.example";
		servers[i].port = (uint16_t)(1000 + i);
		servers[i].socket_type = SOCKET_STARTTLS;
		servers[i].username = (char *)"%EMAILLOCALPART%";
		servers[i].url = (char *)"https://dav.elsewhere.example/";
	}
	moved.imap = &servers[0];
	moved.smtp = &servers[3];
	moved.caldav = &servers[5];
	moved.carddav = &servers[6];
	moved.activesync = &servers[7];
	for (unsigned int content = 0; content < MOBILECONFIG_CONTENT_COUNT; content++) {
		CLEANUP(bytes_clear) struct bytes before = { 0 };

		read_identities(&before, &full_provider, content, MOBILECONFIG_PERSON, ANNA);
		for (unsigned int form = 0; form < MOBILECONFIG_DOMAIN; form++) {
			CLEANUP(bytes_clear) struct bytes after = { 0 };

			read_identities(&after, &moved, content, form, ANNA);
			assert_string_equal(before.data, after.data);
		}
	}
}

/* No identifier and no UUID of one is one of the other's. */
static void mailboxes_live_side_by_side(void **state)
{
	CLEANUP(bytes_clear) struct bytes anna = { 0 };
	CLEANUP(bytes_clear) struct bytes bert = { 0 };
	char *rest = NULL;

	(void)state;
	read_identities(&anna, &full_provider, MOBILECONFIG_ALL, MOBILECONFIG_PERSON, ANNA);
	read_identities(&bert, &full_provider, MOBILECONFIG_ALL, MOBILECONFIG_PERSON,
			"bert@kunde.example");
	for (char *word = strtok_r(anna.data, " \n", &rest); word;
	     word = strtok_r(NULL, " \n", &rest))
		assert_null(strstr(bert.data, word));
}

static void content_names(void **state)
{
	(void)state;
	for (int i = 0; i < MOBILECONFIG_CONTENT_COUNT; i++) {
		const char *name = mobileconfig_content_name(i);

		assert_int_equal(mobileconfig_content_from_name(name, strlen(name)), i);
	}
	assert_int_equal(mobileconfig_content_from_name("ALL", 3), MOBILECONFIG_ALL);
	assert_int_equal(mobileconfig_content_from_name("al", 2), -1);
	assert_int_equal(mobileconfig_content_from_name("", 0), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_documents),
		cmocka_unit_test(escapes),
		cmocka_unit_test(authentications),
		cmocka_unit_test(left_out),
		cmocka_unit_test(available),
		cmocka_unit_test(content_names),
		cmocka_unit_test(forms),
		cmocka_unit_test(domain_form),
		cmocka_unit_test(update_replaces_in_place),
		cmocka_unit_test(mailboxes_live_side_by_side),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
