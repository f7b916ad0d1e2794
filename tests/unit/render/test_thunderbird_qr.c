#include "render/thunderbird_qr.h"

#include "../sample_provider.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct email_provider *provider_of(struct mail_server *incoming,
						const struct mail_server *outgoing)
{
	static struct email_provider provider;

	provider = (struct email_provider){ .smtp = outgoing };
	if (incoming && incoming->type == SERVER_POP3)
		provider.pop3 = incoming;
	else
		provider.imap = incoming;
	return &provider;
}

static struct mail_server windows_server = {
	MAIL(SERVER_IMAP, "imap.hosting.example", 143, SOCKET_STARTTLS), PASSWORD,
	.username = TEXT("KUNDE\\%EMAILLOCALPART%")
};
static const struct email_provider windows_provider = {
	.imap = &windows_server,
	.smtp = &full_servers[3],
};

/* The payload for an address, or NULL where there is none. The caller frees it. */
static char *render(const struct email_provider *provider, const char *address)
{
	CLEANUP(template_freep) struct template *template = NULL;
	struct error err = { 0 };

	assert_int_equal(thunderbird_qr_compile(provider, &template, &err), 0);
	if (!template)
		return NULL;
	assert_int_equal(template_holes(template) & ~TEMPLATE_HOLES_ADDRESS, 0);
	return sample_fill(template, address);
}

static void payloads(void **state)
{
	static const struct {
		const struct email_provider *provider;
		const char *address, *json; /* NULL: nothing to say */
	} cases[] = {
		{ &full_provider, "anna@kunde.example",
		  "[1,[1,1],[0,\"mail.hosting.example\",993,3,1,\"anna@kunde.example\"],"
		  "[[[0,\"mail.hosting.example\",465,3,1,\"anna@kunde.example\"],"
		  "[\"anna@kunde.example\",\"anna@kunde.example\"]]]]" },
		{ &odd_provider, "anna@kunde.example",
		  "[1,[1,1],[1,\"pop.kunde.example\",110,2,2,\"anna\"],"
		  "[[[0,\"smtp.kunde.example\",2525,0,0,\"\"],"
		  "[\"anna@kunde.example\",\"anna@kunde.example\"]]]]" },
		{ &windows_provider, "o'hara&c/o@kunde.example",
		  "[1,[1,1],[0,\"imap.hosting.example\",143,2,1,\"KUNDE\\\\o'hara&c/o\"],"
		  "[[[0,\"mail.hosting.example\",465,3,1,\"o'hara&c/o@kunde.example\"],"
		  "[\"o'hara&c/o@kunde.example\",\"o'hara&c/o@kunde.example\"]]]]" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(freep) char *json = render(cases[i].provider, cases[i].address);

		assert_non_null(json);
		assert_string_equal(json, cases[i].json);
	}
}

/* Each method alone and beside others; -1: the program understands none of them. */
static void authentications(void **state)
{
	static const struct {
		enum auth_method auth[3];
		size_t count;
		int number;
	} cases[] = {
		{ { AUTH_PASSWORD_CLEARTEXT }, 1, 1 },
		{ { AUTH_PASSWORD_ENCRYPTED }, 1, 2 },
		{ { AUTH_NTLM }, 1, -1 },
		{ { AUTH_GSSAPI }, 1, -1 },
		{ { AUTH_CLIENT_IP_ADDRESS }, 1, 0 },
		{ { AUTH_TLS_CLIENT_CERT }, 1, 5 },
		{ { AUTH_OAUTH2 }, 1, 6 },
		{ { AUTH_SMTP_AFTER_POP }, 1, 0 },
		{ { AUTH_NONE }, 1, 0 },
		{ { AUTH_NTLM, AUTH_GSSAPI }, 2, -1 },
		{ { AUTH_GSSAPI, AUTH_PASSWORD_ENCRYPTED, AUTH_PASSWORD_CLEARTEXT }, 3, 2 },
		{ { AUTH_OAUTH2, AUTH_PASSWORD_CLEARTEXT }, 2, 1 },
		{ { AUTH_OAUTH2, AUTH_NTLM }, 2, 6 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct mail_server server = {
			MAIL(SERVER_IMAP, "imap.a.example", 143, SOCKET_STARTTLS),
			.auth_count = cases[i].count, .username = TEXT("me")
		};
		char wanted[64];

		memcpy(server.auth, cases[i].auth, sizeof(cases[i].auth));
		{
			CLEANUP(freep)
			char *json =
				render(provider_of(&server, &full_servers[3]), "anna@b.example");
			CLEANUP(freep)
			char *sending =
				render(provider_of(&full_servers[0], &server), "anna@b.example");

			if (cases[i].number < 0) {
				assert_null(json);
				assert_null(sending);
				continue;
			}
			snprintf(wanted, sizeof(wanted), "\"imap.a.example\",143,2,%d,\"%s\"]",
				 cases[i].number, cases[i].number ? "me" : "");
			assert_non_null(strstr(json, wanted));
			assert_non_null(strstr(sending, wanted));
		}
	}
}

static void chooses_servers(void **state)
{
	struct mail_server ntlm = { MAIL(SERVER_IMAP, "imap.a.example", 993, SOCKET_SSL),
				    .auth = { AUTH_NTLM }, .auth_count = 1 };
	struct email_provider provider = { .imap = &ntlm, .smtp = &full_servers[3] };
	CLEANUP(freep) char *json = NULL;

	(void)state;
	assert_null(render(&provider, "a@b.example"));
	provider.pop3 = &full_servers[2]; /* better than nothing */
	json = render(&provider, "a@b.example");
	assert_string_equal(json, "[1,[1,1],[1,\"mail.hosting.example\",995,3,1,\"a@b.example\"],"
				  "[[[0,\"mail.hosting.example\",465,3,1,\"a@b.example\"],"
				  "[\"a@b.example\",\"a@b.example\"]]]]");
	provider.smtp = NULL;
	assert_null(render(&provider, "a@b.example"));
	assert_null(render(provider_of(NULL, &full_servers[3]), "a@b.example"));
}

#define LOCAL_64 "0123456789012345678901234567890123456789012345678901234567890123"
#define LABEL_60 "012345678901234567890123456789012345678901234567890123456789"

static void addresses(void **state)
{
	static const struct {
		const char *address, *text; /* NULL: no code for it */
	} cases[] = {
		{ "anna@kunde.example", "anna@kunde.example" },
		{ "Anna.BERG@Kunde.EXAMPLE", "Anna.BERG@Kunde.EXAMPLE" },
		{ "anna@m\xc3\xbcller.example", "anna@xn--mller-kva.example" },
		{ "Anna@M\xc3\x9cLLER.example", "Anna@xn--mller-kva.example" },
		{ "anna@xn--mller-kva.example", "anna@xn--mller-kva.example" },
		{ "o'hara+tag&{x}/%EMAILDOMAIN%@b.example",
		  "o'hara+tag&{x}/%EMAILDOMAIN%@b.example" },
		{ "j\xc3\xbcrgen@kunde.example", NULL },
		{ ".anna@kunde.example", NULL },
		{ "anna.@kunde.example", NULL },
		{ "anna..berg@kunde.example", NULL },
		{ ".@kunde.example", NULL },
		{ LOCAL_64 "@" LABEL_60 "." LABEL_60 "." LABEL_60 ".museum",
		  LOCAL_64 "@" LABEL_60 "." LABEL_60 "." LABEL_60 ".museum" },
		{ LOCAL_64 "@" LABEL_60 "." LABEL_60 "." LABEL_60 ".museums", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct email_address address, result = { .length = 7 };
		struct error err = { 0 };

		assert_int_equal(email_address_parse(cases[i].address, strlen(cases[i].address),
						     &address, &err),
				 0);
		assert_int_equal(thunderbird_qr_address(&address, &result), cases[i].text != NULL);
		if (!cases[i].text) {
			assert_int_equal(result.length, 7);
			continue;
		}
		assert_string_equal(result.text, cases[i].text);
		assert_int_equal(result.length, strlen(cases[i].text));
		assert_int_equal(result.local_length, address.local_length);
		assert_string_equal(result.domain.text, address.domain.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(payloads),
		cmocka_unit_test(authentications),
		cmocka_unit_test(chooses_servers),
		cmocka_unit_test(addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
