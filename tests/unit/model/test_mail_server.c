#include "model/mail_server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static void test_server_type(void **state)
{
	static const struct {
		const char *name;
		int type;
	} cases[] = {
		{ "imap", SERVER_IMAP },
		{ "pop3", SERVER_POP3 },
		{ "smtp", SERVER_SMTP },
		{ "ews", SERVER_EWS },
		{ "activeSync", SERVER_ACTIVESYNC },
		{ "activesync", SERVER_ACTIVESYNC }, /* both are in the drafts */
		{ "IMAP", SERVER_IMAP },
		{ "jmap", SERVER_JMAP },
		{ "graph", SERVER_GRAPH },
		{ "exchange", SERVER_EXCHANGE },
		{ "owa", SERVER_OWA },
		{ "caldav", SERVER_CALDAV },
		{ "carddav", SERVER_CARDDAV },
		{ "webdav", SERVER_WEBDAV },
		{ "pop", -1 },
		{ "nntp", -1 },
		{ "", -1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(server_type_from_name(cases[i].name, strlen(cases[i].name)),
				 cases[i].type);
	assert_int_equal(server_type_from_name("imap!", 4), SERVER_IMAP); /* size bytes, no more */
	for (int i = 0; i < SERVER_TYPE_COUNT; i++) {
		const char *name = server_type_name((enum server_type)i);

		assert_int_equal(server_type_from_name(name, strlen(name)), i);
	}
	assert_string_equal(server_type_name(SERVER_ACTIVESYNC), "activeSync");
}

static void test_socket_type(void **state)
{
	static const struct {
		const char *name;
		int type;
	} cases[] = {
		{ "SSL", SOCKET_SSL },
		{ "STARTTLS", SOCKET_STARTTLS },
		{ "plain", SOCKET_PLAIN },
		{ "ssl", -1 }, /* Thunderbird does not know it */
		{ "TLS", -1 },
		{ "none", -1 },
		{ "SSL ", -1 },
		{ "", -1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(socket_type_from_name(cases[i].name, strlen(cases[i].name)),
				 cases[i].type);
	assert_string_equal(socket_type_name(SOCKET_NONE), "none");
	assert_string_equal(socket_type_name(SOCKET_PLAIN), "plain");
	assert_string_equal(socket_type_name(SOCKET_STARTTLS), "STARTTLS");
	assert_string_equal(socket_type_name(SOCKET_SSL), "SSL");
}

static void test_auth_method(void **state)
{
	static const struct {
		const char *name;
		int method;
	} cases[] = {
		{ "password-cleartext", AUTH_PASSWORD_CLEARTEXT },
		{ "password-encrypted", AUTH_PASSWORD_ENCRYPTED },
		{ "NTLM", AUTH_NTLM },
		{ "GSSAPI", AUTH_GSSAPI },
		{ "client-IP-address", AUTH_CLIENT_IP_ADDRESS },
		{ "TLS-client-cert", AUTH_TLS_CLIENT_CERT },
		{ "OAuth2", AUTH_OAUTH2 },
		{ "smtp-after-pop", AUTH_SMTP_AFTER_POP },
		{ "SMTP-after-POP", AUTH_SMTP_AFTER_POP }, /* so in the text of v1.1 */
		{ "none", AUTH_NONE },
		{ "plain", AUTH_PASSWORD_CLEARTEXT }, /* v1.0 */
		{ "secure", AUTH_PASSWORD_ENCRYPTED },
		{ "http-basic", AUTH_PASSWORD_CLEARTEXT }, /* v1.1 */
		{ "http-digest", AUTH_PASSWORD_ENCRYPTED },
		{ "basic", AUTH_PASSWORD_CLEARTEXT }, /* drafts of 1.2, in both cases */
		{ "Basic", AUTH_PASSWORD_CLEARTEXT },
		{ "digest", AUTH_PASSWORD_ENCRYPTED },
		{ "Digest", AUTH_PASSWORD_ENCRYPTED },
		{ "PLAIN", AUTH_PASSWORD_CLEARTEXT }, /* SASL */
		{ "LOGIN", AUTH_PASSWORD_CLEARTEXT },
		{ "CRAM-MD5", AUTH_PASSWORD_ENCRYPTED },
		{ "SCRAM-SHA-256", AUTH_PASSWORD_ENCRYPTED },
		{ "XOAUTH2", AUTH_OAUTH2 },
		{ "OAUTHBEARER", AUTH_OAUTH2 },
		{ "EXTERNAL", AUTH_TLS_CLIENT_CERT },
		{ "oauth2", -1 },
		{ "password", -1 },
		{ "password-encryptedt", -1 },
		{ "", -1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(auth_method_from_name(cases[i].name, strlen(cases[i].name)),
				 cases[i].method);
	for (int i = 0; i < AUTH_METHOD_COUNT; i++) {
		const char *name = auth_method_name((enum auth_method)i);

		assert_int_equal(auth_method_from_name(name, strlen(name)), i);
	}
}

static void test_needs_username(void **state)
{
	static const bool needs[AUTH_METHOD_COUNT] = {
		[AUTH_PASSWORD_CLEARTEXT] = true,
		[AUTH_PASSWORD_ENCRYPTED] = true,
		[AUTH_NTLM] = true,
		[AUTH_GSSAPI] = true,
		[AUTH_OAUTH2] = true,
	};

	(void)state;
	for (int i = 0; i < AUTH_METHOD_COUNT; i++)
		assert_int_equal(auth_method_needs_username((enum auth_method)i), needs[i]);
}

static void test_default_port(void **state)
{
	static const struct {
		enum server_type type;
		int none, plain, starttls, ssl;
	} cases[] = {
		{ SERVER_IMAP, 0, 143, 143, 993 }, { SERVER_POP3, 0, 110, 110, 995 },
		{ SERVER_SMTP, 0, 587, 587, 465 }, { SERVER_EWS, 0, 0, 0, 0 },
		{ SERVER_CALDAV, 0, 0, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		enum server_type type = cases[i].type;

		assert_int_equal(server_type_default_port(type, SOCKET_NONE), cases[i].none);
		assert_int_equal(server_type_default_port(type, SOCKET_PLAIN), cases[i].plain);
		assert_int_equal(server_type_default_port(type, SOCKET_STARTTLS),
				 cases[i].starttls);
		assert_int_equal(server_type_default_port(type, SOCKET_SSL), cases[i].ssl);
	}
}

static void test_offers_and_clear(void **state)
{
	struct mail_server server = {
		.type = SERVER_POP3,
		.hostname = strdup("mail.example"),
		.username = strdup("%EMAILADDRESS%"),
		.url = strdup("https://mail.example/"),
		.auth = { AUTH_OAUTH2, AUTH_PASSWORD_CLEARTEXT },
		.auth_count = 2,
	};

	(void)state;
	assert_true(mail_server_offers(&server, AUTH_OAUTH2));
	assert_true(mail_server_offers(&server, AUTH_PASSWORD_CLEARTEXT));
	assert_false(mail_server_offers(&server, AUTH_NTLM));
	mail_server_clear(&server);
	assert_null(server.hostname);
	assert_int_equal(server.auth_count, 0);
	mail_server_clear(&server); /* twice is once */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_server_type),  cmocka_unit_test(test_socket_type),
		cmocka_unit_test(test_auth_method),  cmocka_unit_test(test_needs_username),
		cmocka_unit_test(test_default_port), cmocka_unit_test(test_offers_and_clear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
