#include "dns/txt_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* Keys made with openssl, whose other halves nobody has. */
#define RSA512                                                                                     \
	"MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBALHC3YQMjVSvzrICII/tZ0rXArApb3vb6TLui9pyFhC9T0mK"         \
	"huuxLGh6IMfvapd7zB/F7X2f4H5694qY0G9JADMCAwEAAQ=="
#define RSA1024                                                                                    \
	"MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDFCC7hd74x3MPk4nO0U8HeXrNHdcxs7lxXLoo/PTA+"         \
	"zSOajqYoCjmr58BgdTxroMqWAHdbT9gjBTFvTASxVomI9i4FGs/xgCcSYF0pogcGO+L6UhWJdrXmhSNC"         \
	"wIOIaB15vb1XNMFoqQNcoH6ccoByE8gWNu79WocwHUb72SIdLQIDAQAB"
#define RSA2048                                                                                    \
	"MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAup5cadwfV4gdhzbDOWDyx+GjrHt/2FOLGGXw"         \
	"UkHr7qX7eJtgGC2INTG594QVlzkW9dTXMgkbAQPV7aOvEO5YSzPzk625f+77/1mVKdjJLbh5dH8/A2uq"         \
	"KeLc0sqXwO98DAKkHe7SzUEPUc42qn4hvTHwvO5vmxvShHAa8EsDS/saNO/KDQ/wheQg7TjUnVAMWNaK"         \
	"PFPt9Q3BVpAK2YrGfOM6UnerqgrW4QIgxWRJXHLtOV+g1y8bE0oLz4U/TlkwCwaMNECUsqDAL+/RVTUd"         \
	"Bo/ck4iAam03/3pSPDKe96UnwoUZ4pFBsWgjQX8aY0ALXlNWr+T4xCGdyReEYvg4dwIDAQAB"
#define RSA_ALONE                                                                                  \
	"MIIBCgKCAQEAzjgwJitO6/qW/OkYUQFVzMhZiMjx/69Go3SgJ3xvoumBckIn5g2tuRuS7v0W0wCpAzXk"         \
	"7mpcvPgzq+tonajZ7juaeAJ/li35fM6SMb4audUof1+5/VuhtFbUrj99UJHd2l67e+1ycskmwXIY7bhb"         \
	"52CCGAJrS6jcuicPL++gUXXNf3pYIr1ZCtD/D4QsodGcD+lrC4eArhyoujWo5b0io+RK/imLr9/ZubTA"         \
	"ihqKAISOfMA4ZuWgnCsYgOiKLpSu/vzlGf8t0P+XVBGaRd8QR24gHHkrQI2WkRY6TE5eUYiRN/mtMZtN"         \
	"WrvqdJn/sb8BflYedvLGPAuali0paoZH3QIDAQAB"
#define EC                                                                                         \
	"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEKJHIRY8u1AU4jM6b2Qxiea9jH//HlAE7vlYwuU2UHUCz"         \
	"4SjHHfSm6kCGu4lBYU3CmwbGPBMH6LjbiD5NMbYVrg=="
#define ED25519 "EtvjKvdB4XRE9id4W5kd43c4YQh8QKRX9LP4ANIckSQ="
#define CUT " is not base64; was the key cut off when it was copied?"
#define DMARC "_dmarc.kunde.example."
#define DKIM "s1._domainkey.kunde.example."
#define STS "_mta-sts.kunde.example."
#define REPORT "_smtp._tls.kunde.example."
#define PACC "_ua-auto-config.kunde.example."
#define PATH "_caldavs._tcp.kunde.example."
#define APEX "kunde.example."
#define DIGEST "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="

static void knows_the_names(void **state)
{
	static const struct {
		const char *owner, *text, *name;
		bool several;
	} cases[] = {
		{ APEX, "v=spf1 -all", "SPF string", false },
		{ APEX, "V=SPF1;", "SPF string", false },
		{ "_spf.kunde.example.", "v=spf1 -all", "SPF string", false },
		{ APEX, "google-site-verification=x", NULL, false },
		{ APEX, "v=spf", NULL, false },
		{ APEX, "v=DMARC1; p=none", NULL, false },
		{ DMARC, "anything", "DMARC policy", false },
		{ "_dmarc.sub.kunde.example.", "", "DMARC policy", false },
		{ "kunde.example._report._dmarc.hosting.example.", "v=DMARC1", NULL, false },
		{ DKIM, "anything", "DKIM key", false },
		{ "a.b._domainkey.kunde.example.", "", "DKIM key", false },
		{ "_domainkey.kunde.example.", "o=-", NULL, false },
		{ STS, "", "MTA-STS id", false },
		{ REPORT, "", "TLS-RPT address", false },
		{ PACC, "", "PACC digest", true },
		{ PATH, "", "path", false },
		{ "_carddav._tcp.kunde.example.", "", "path", false },
		{ "_imaps._tcp.kunde.example.", "path=/", NULL, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct txt_rule *rule =
			txt_rule_find(cases[i].owner, cases[i].text, strlen(cases[i].text));

		assert_int_equal(rule != NULL, cases[i].name != NULL);
		if (!rule)
			continue;
		assert_string_equal(rule->name, cases[i].name);
		assert_int_equal(rule->several, cases[i].several);
	}
}

/* What stands beside one and is passed over by readers is no second one. */
static void takes(void **state)
{
	static const struct {
		const char *owner, *text;
		bool takes;
	} cases[] = {
		{ DMARC, "v=DMARC1", true },
		{ DMARC, "v=DMARC1 ; p=none", true },
		{ DMARC, "v=DMARC1x; p=none", false },
		{ DMARC, "v=dmarc1; p=none", false },
		{ DMARC, "google-site-verification=x", false },
		{ STS, "v=STSv1;id=1", true },
		{ REPORT, "v=TLSRPTv1; rua=mailto:a@b.example", true },
		{ DKIM, "anything", true },
		{ PATH, "path=/", true },
		{ PATH, "txtvers=1", false },
		{ APEX, "v=spf1", true },
		{ APEX, "v=spf1;", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		size_t size = strlen(cases[i].text);
		const struct txt_rule *rule = txt_rule_find(cases[i].owner, cases[i].text, size);

		assert_non_null(rule);
		assert_int_equal(rule->takes(rule, cases[i].text, size), cases[i].takes);
	}
}

/* An error, or advice, or neither. */
static void judges(void **state)
{
	static const struct {
		const char *owner, *text, *error, *advice;
	} cases[] = {
		{ APEX, "v=spf1 mx -all", "", "" },
		{ APEX, "v=spf1;mx -all", "it does not begin with \"v=spf1\" and a blank", "" },
		{ APEX, "v=spf1 amx -all",
		  "\"amx\" is none of all, include, a, mx, ip4, ip6, exists, ptr, redirect=, exp=",
		  "" },
		{ APEX, "v=spf1 a a a a a a a a a a -all", "", "" },
		{ APEX, "v=spf1 a a a a a a a a a a redirect=x.example",
		  "11 terms that need a look-up, at most 10 (RFC 7208 4.6.4); ip4 and ip6 need "
		  "none",
		  "" },
		{ APEX, "v=spf1 mx +all", "",
		  "\"+all\" lets everybody send; -all or ~all is meant" },
		{ APEX, "v=spf1 mx", "", "without \"all\" at the end it forbids nobody to send" },
		{ APEX, "v=spf1 redirect=x.example", "", "" },
		{ APEX, "v=spf1 ptr -all", "",
		  "\"ptr\" is slow and not to be used (RFC 7208 5.5); name the servers" },

		{ DMARC, "v=DMARC1; p=none", "", "" },
		{ DMARC, "v=DMARC1;p=reject;", "", "" },
		{ DMARC,
		  "v=DMARC1; p=quarantine; sp=none; np=reject; adkim=s; aspf=r; pct=50; fo=1:d:s; "
		  "ri=86400; rf=afrf; t=y; psd=n; rua=mailto:a@b.example!10m , "
		  "mailto:c@d.example; ruf=mailto:e@f.example?subject=x ; ",
		  "", "" },
		{ DMARC, "v=DMARC1", "the tag p is missing: p=none, p=quarantine or p=reject", "" },
		{ DMARC, "v=DMARC1 p=none", "it does not begin with \"v=DMARC1\" and a \";\"", "" },
		{ DMARC, "p=none; v=DMARC1", "it does not begin with \"v=DMARC1\" and a \";\"",
		  "" },
		{ DMARC, "v=DMARC1; p=nonne", "p \"nonne\" is none of: none quarantine reject",
		  "" },
		{ DMARC, "v=DMARC1; p=none; sp=", "sp \"\" is none of: none quarantine reject",
		  "" },
		{ DMARC, "v=DMARC1; p=none; adkim=strict", "adkim \"strict\" is none of: r s", "" },
		{ DMARC, "v=DMARC1; p=none, rua=mailto:a@b.example",
		  "p \"none, rua=mailto:a@b.example\" is none of: none quarantine reject", "" },
		{ DMARC, "v=DMARC1; p=none; p=reject", "the tag \"p\" stands there twice", "" },
		{ DMARC, "v=DMARC1; p=none; pct=101", "pct \"101\" is not 0..100", "" },
		{ DMARC, "v=DMARC1; p=none; pct=", "pct \"\" is not 0..100", "" },
		{ DMARC, "v=DMARC1; p=none; fo=1,d",
		  "fo \"1,d\" is not some of 01ds with \":\" between them", "" },
		{ DMARC, "v=DMARC1; p=none; fo=1:",
		  "fo \"1:\" is not some of 01ds with \":\" between them", "" },
		{ DMARC, "v=DMARC1; p=none; rua=a@b.example",
		  "rua \"a@b.example\" does not begin with mailto:", "" },
		{ DMARC, "v=DMARC1; p=none; rua=https://b.example/",
		  "rua \"https://b.example/\" does not begin with mailto:", "" },
		{ DMARC, "v=DMARC1; p=none; rua=mailto:a@b.example,",
		  "rua \"\" does not begin with mailto:", "" },
		{ DMARC, "v=DMARC1; p=none; ruf=mailto:b.example",
		  "ruf mailto:b.example: address has no @", "" },
		{ DMARC, "v=DMARC1; p=none; rau=mailto:a@b.example", "",
		  "nobody knows the tag \"rau\"" },
		{ DMARC, "v=DMARC1; p=none; quarantine",
		  "\"quarantine\" is not NAME=VALUE; tags have \";\" between them", "" },
		{ DMARC, "v=DMARC1; p=none; 1x=y",
		  "\"1x=y\" is not NAME=VALUE; tags have \";\" between them", "" },
		{ DMARC, "v=DMARC1;; p=none",
		  "\"\" is not NAME=VALUE; tags have \";\" between them", "" },
		{ DMARC, "v=DMARC1; p=n\xc3\xb6ne", "byte 0xc3: it is printable ASCII", "" },
		{ DMARC, "v=DMARC1;\tp=none", "byte 0x09: it is printable ASCII", "" },

		{ STS, "v=STSv1; id=20261123T0700Z;", "", "" },
		{ STS, "v=STSv1;id=1; x=y", "", "nobody knows the tag \"x\"" },
		{ STS, "v=STSv1", "the tag id is missing, which changes with the policy", "" },
		{ STS, "v=STSv1; id=2026-11-23",
		  "id \"2026-11-23\" is not 1 to 32 letters and digits", "" },
		{ STS, "v=STSv1; id", "\"id\" is not NAME=VALUE; tags have \";\" between them",
		  "" },
		{ STS, "v=STSv1; id=", "id \"\" is not 1 to 32 letters and digits", "" },
		{ STS, "v=STSv1; id=abcdefghijklmnopqrstuvwxyz0123456",
		  "id \"abcdefghijklmnopqrstuvwxyz0123456\" is not 1 to 32 letters and digits",
		  "" },
		{ STS, "v=STSv2; id=1", "it does not begin with \"v=STSv1\" and a \";\"", "" },

		{ REPORT, "v=TLSRPTv1; rua=mailto:tls@hosting.example", "", "" },
		{ REPORT, "v=TLSRPTv1;rua=https://r.example/x,mailto:tls@hosting.example;", "",
		  "" },
		{ REPORT, "v=TLSRPTv1; rua",
		  "\"rua\" is not NAME=VALUE; tags have \";\" between them", "" },
		{ REPORT, "v=TLSRPTv1; ", "the tag rua is missing: where the reports are sent",
		  "" },
		{ REPORT, "v=TLSRPTv1; rua=tls@hosting.example",
		  "rua \"tls@hosting.example\" does not begin with mailto: or https://", "" },
		{ REPORT, "v=TLSRPTv1; rua=mailto:tls@hosting.example; ruf=x", "",
		  "nobody knows the tag \"ruf\"" },

		{ PACC, "v=UAAC1; a=sha256; d=" DIGEST, "", "" },
		{ PACC, "v=UAAC1; a=sha256; d=" DIGEST "; x=1", "", "nobody knows the tag \"x\"" },
		{ PACC, "v=UAAC1; a", "\"a\" is not NAME=VALUE; tags have \";\" between them", "" },
		{ PACC, "v=UAAC1; a=sha1; d=" DIGEST, "the tag a is not sha256", "" },
		{ PACC, "v=UAAC1; a=sha256", "the tag d is not 32 bytes in base64", "" },
		{ PACC, "v=UAAC1; a=sha256; d=AAAA", "the tag d is not 32 bytes in base64", "" },
		{ PACC, "v=UAAC1; a=sha256; d=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU=",
		  "the tag d is not 32 bytes in base64", "" },

		{ PATH, "path=/", "", "" },
		{ PATH, "path=/dav/%u/", "", "" },
		{ PATH, "path=dav", "the path does not begin with \"/\"", "" },
		{ PATH, "/dav", "it does not begin with \"path=\"", "" },
		{ PATH, "path=/my dav", "byte 0x20 in the path; a URL has it as %20", "" },

		{ DKIM, "v=DKIM1; k=rsa; p=" RSA2048, "", "" },
		{ DKIM, "p=" RSA_ALONE, "", "" },
		{ DKIM, "v=DKIM1; k=ed25519; p=" ED25519, "", "" },
		{ DKIM, "v=DKIM1; h=sha1:sha256; s=email:x; t=s; p=" RSA2048 ";", "", "" },
		{ DKIM, "v=DKIM1; p=" RSA1024, "", "an RSA key of 1024 bits; 2048 are advised" },
		{ DKIM, "v=DKIM1; t=s:y; p=" RSA2048, "",
		  "t=y says that it is a test; receivers treat the mail as not signed" },
		{ DKIM, "v=DKIM1; p=", "", "p is empty: the key is revoked" },
		{ DKIM, "v=DKIM1; p=" RSA512,
		  "an RSA key of 512 bits, which receivers must not use (RFC 8301 3.2); make one "
		  "of "
		  "2048",
		  "" },
		{ DKIM, "v=DKIM1; k=rsa", "the tag p is missing, the key itself", "" },
		{ DKIM, "k=rsa; v=DKIM1; p=" RSA2048, "the version is not v=DKIM1 at the beginning",
		  "" },
		{ DKIM, "v=DKIM2; p=" RSA2048, "the version is not v=DKIM1 at the beginning", "" },
		{ DKIM, "v=DKIM1; k=dsa; p=" RSA2048, "k \"dsa\" is none of: rsa ed25519", "" },
		{ DKIM, "v=DKIM1; h=sha1; p=" RSA2048,
		  "h \"sha1\" is without sha256, the only hash that may be used", "" },
		{ DKIM, "v=DKIM1; s=tlsrpt; p=" RSA2048,
		  "s \"tlsrpt\" is without email, so it is no key for mail", "" },
		{ DKIM, "v=DKIM1; k=ed25519; p=AAAA", "p holds 3 bytes, an Ed25519 key has 32",
		  "" },
		{ DKIM, "v=DKIM1; p=AAAA", "p holds no RSA key; was it cut off when it was copied?",
		  "" },
		{ DKIM, "v=DKIM1; p=" EC, "p holds no RSA key; was it cut off when it was copied?",
		  "" },
		{ DKIM, "v=DKIM1; p=AAAAA", "p \"AAAAA\"" CUT, "" },
		{ DKIM, "v=DKIM1; p=A=AA", "p \"A=AA\"" CUT, "" },
		{ DKIM, "v=DKIM1; p=A===", "p \"A===\"" CUT, "" },
		{ DKIM, "v=DKIM1; p=AA-_", "p \"AA-_\"" CUT, "" },
		{ DKIM, "v=DKIM1; p=\"MIIB\"", "p \"\"MIIB\"\"" CUT, "" },
		{ DKIM, "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A",
		  "\"MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A\" is not NAME=VALUE; tags have \";\" between "
		  "them",
		  "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		size_t size = strlen(cases[i].text);
		const struct txt_rule *rule = txt_rule_find(cases[i].owner, cases[i].text, size);
		char advice[TXT_ADVICE_SIZE] = "not touched";
		struct error err = { 0 };
		int result;

		assert_non_null(rule);
		result = txt_rule_check(rule, cases[i].text, size, advice, &err);
		assert_string_equal(err.text, cases[i].error);
		assert_int_equal(result, *cases[i].error ? -1 : 0);
		if (result == 0)
			assert_string_equal(advice, cases[i].advice);
		else
			assert_int_equal(err.code, ERROR_INVALID);
	}
}

/* A key may be written in pieces with blanks between, but not without an end. */
static void keys_in_pieces(void **state)
{
	char text[6000] = "v=DKIM1; k=ed25519; p=EtvjKvdB4XRE9id4W5kd43 c4YQh8QKRX9LP4ANIckSQ =";
	char advice[TXT_ADVICE_SIZE];
	struct error err = { 0 };
	const struct txt_rule *rule = txt_rule_find(DKIM, text, strlen(text));

	(void)state;
	assert_int_equal(txt_rule_check(rule, text, strlen(text), advice, &err), 0);
	memset(text + 22, 'A', 5000);
	text[22 + 5000] = '\0';
	assert_int_equal(txt_rule_check(rule, text, strlen(text), advice, &err), -1);
	assert_string_equal(
		err.text, "p \"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"" CUT);
}

static void long_spf(void **state)
{
	char text[600] = "v=spf1", advice[TXT_ADVICE_SIZE];
	struct error err = { 0 };

	(void)state;
	while (strlen(text) < 450)
		strcat(text, " ip4:192.0.2.1");
	strcat(text, " -all");
	assert_int_equal(txt_rule_check(txt_rule_find(APEX, text, strlen(text)), text, strlen(text),
					advice, &err),
			 0);
	assert_string_equal(advice,
			    "459 bytes are too many for one small answer (RFC 7208 3.4: 450)");
}

static void many_tags(void **state)
{
	char text[600] = "v=DMARC1; p=none", advice[TXT_ADVICE_SIZE];
	struct error err = { 0 };

	(void)state;
	for (char c = 'a'; c <= 'z'; c++)
		sprintf(text + strlen(text), "; x%c=1", c);
	for (char c = 'a'; c <= 'e'; c++)
		sprintf(text + strlen(text), "; y%c=1", c);
	assert_int_equal(txt_rule_check(txt_rule_find(DMARC, text, strlen(text)), text,
					strlen(text), advice, &err),
			 -1);
	assert_string_equal(err.text, "more than 32 tags");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_the_names), cmocka_unit_test(takes),
		cmocka_unit_test(judges),	   cmocka_unit_test(keys_in_pieces),
		cmocka_unit_test(long_spf),	   cmocka_unit_test(many_tags),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
