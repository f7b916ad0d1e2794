#include "dns/mta_sts_records.h"

#include "base/bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define A50 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define LONG_DOMAIN                                                                                \
	A50 "." A50 "." A50 "." A50 ".aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example" /* 246 */

static char mx[] = "mx.hosting.example", pattern[] = "*.mx.hosting.example";
static struct mta_sts_policy policy = {
	.mode = MTA_STS_ENFORCE, .max_age = 604800, .mx = { mx, pattern }, .mx_count = 2
};
static struct email_provider provider = { .mta_sts = &policy }, without;
static struct provider_answers answers = { .provider = &provider,
					   .mta_sts_id = "0123456789abcdef" },
			       no_answers = { .provider = &without };

static struct domain_name domain_of(const char *text)
{
	struct domain_name domain = { .length = strlen(text) };

	assert_true(domain.length < sizeof(domain.text));
	memcpy(domain.text, text, domain.length + 1);
	return domain;
}

static void fill(struct dns_record_list *list, const char *lines)
{
	struct error err = { 0 };

	if (dns_record_list_parse(lines, strlen(lines), list, &err) < 0)
		fail_msg("%s", err.text);
}

/* The lines of the list, each with its reason behind it. The caller frees it. */
static char *dump(struct dns_record_list *list)
{
	struct bytes bytes = { 0 };
	struct error err;
	char *ret = NULL;

	for (size_t i = 0; i < list->count; i++) {
		dns_record_append(&bytes, list->list[i]);
		bytes_append_format(&bytes, " ; %s\n", list->list[i]->reason);
	}
	assert_int_equal(bytes_take(&bytes, &ret, NULL, &err), 0);
	return ret;
}

#define ID(domain)                                                                                 \
	"_mta-sts." domain ". 300 IN TXT \"v=STSv1; id=0123456789abcdef;\" ; Other mail servers "  \
	"look here for the domain's MTA-STS policy; the id changes with it.\n"
#define HOST(domain)                                                                               \
	"mta-sts." domain ". 300 IN CNAME autoconfig.hosting.example. ; Where the MTA-STS policy " \
	"is, over https; needs a certificate for this name.\n"
#define SERVICE "autoconfig.hosting.example"
#define NOT_CONFIGURED                                                                             \
	"No name of the settings service is configured: mta-sts. and _mta-sts. are left out."

static void adds_records(void **state)
{
	static const struct {
		const struct provider_answers *answers;
		const char *service, *domain, *before;
		const char *after; /* NULL: fails with note as its text */
		const char *note;  /* NULL: none */
	} cases[] = {
		{ &answers, SERVICE, "kunde.example", "", ID("kunde.example") HOST("kunde.example"),
		  NULL },
		{ &no_answers, SERVICE, "kunde.example", "", "", NULL },
		{ &no_answers, NULL, "kunde.example", "", "", NULL },
		{ &answers, NULL, "kunde.example", "", "", NOT_CONFIGURED },
		{ &answers, "", "kunde.example", "", "", NOT_CONFIGURED },
		/* a host of the admin's own wins, with a service or without */
		{ &answers, SERVICE, "kunde.example", "mta-sts.kunde.example. 60 IN A 192.0.2.1\n",
		  "mta-sts.kunde.example. 60 IN A 192.0.2.1 ; \n" ID("kunde.example"), NULL },
		{ &answers, NULL, "kunde.example",
		  "mta-sts.kunde.example. 60 IN AAAA 2001:db8::1\n",
		  "mta-sts.kunde.example. 60 IN AAAA 2001:db8::1 ; \n" ID("kunde.example"), NULL },
		{ &answers, "", "kunde.example", "mta-sts.kunde.example. 60 IN CNAME a.example.\n",
		  "mta-sts.kunde.example. 60 IN CNAME a.example. ; \n" ID("kunde.example"), NULL },
		/* these are none */
		{ &answers, NULL, "kunde.example",
		  "kunde.example. 60 IN A 192.0.2.1\nmta-sts.kunde.example. 60 IN TXT \"x\"\n",
		  "kunde.example. 60 IN A 192.0.2.1 ; \nmta-sts.kunde.example. 60 IN TXT \"x\" ; "
		  "\n",
		  NOT_CONFIGURED },
		/* the settings service's own domain */
		{ &answers, "mta-sts.hosting.example", "hosting.example", "", ID("hosting.example"),
		  "mta-sts.hosting.example is the settings service itself: it needs its address "
		  "records (A, AAAA)." },
		{ &answers, SERVICE, LONG_DOMAIN, "", NULL, "_mta-sts." LONG_DOMAIN ". TXT: " },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(dns_record_list_clear) struct dns_record_list list = { 0 };
		CLEANUP(freep) char *note = (char *)&note, *after = NULL;
		struct domain_name domain = domain_of(cases[i].domain);
		struct error err = { 0 };
		int result;

		fill(&list, cases[i].before);
		result = mta_sts_records_add(cases[i].answers, cases[i].service, 300, &domain,
					     &list, &note, &err);
		assert_int_equal(result, cases[i].after ? 0 : -1);
		if (result < 0) {
			assert_null(note);
			assert_int_equal(err.code, ERROR_INVALID);
			assert_memory_equal(err.text, cases[i].note, strlen(cases[i].note));
			continue;
		}
		after = dump(&list);
		assert_string_equal(after, cases[i].after);
		if (cases[i].note)
			assert_string_equal(note, cases[i].note);
		else
			assert_null(note);
	}
}

#define FAULT(domain, host)                                                                        \
	domain ". MX: \"" host                                                                     \
	       "\" is not in the provider's sp:mtaSts (mx.hosting.example *.mx.hosting.example): "

static void checks_mx(void **state)
{
	static const struct {
		const char *records, *findings;
	} cases[] = {
		{ "", "" },
		{ "k.example. 60 IN MX 10 mx.hosting.example.\n"
		  "k.example. 60 IN MX 10 b.mx.hosting.example.\n",
		  "" },
		{ "k.example. 60 IN MX 0 .\n", "" }, /* no mail, no host */
		{ "k.example. 60 IN MX 10 mx.hosting.example.\n"
		  "k.example. 60 IN MX 20 mail.old.example.\n"
		  "k.example. 60 IN MX 20 a.b.mx.hosting.example.\n",
		  FAULT("k.example", "mail.old.example") "?\n" FAULT(
			  "k.example", "a.b.mx.hosting.example") "?\n" },
		/* a policy is that of one name, not of what is below (RFC 8461 3.4) */
		{ "sub.k.example. 60 IN MX 10 mail.old.example.\n"
		  "other.example. 60 IN MX 10 mail.old.example.\n"
		  "k.example. 60 IN TXT \"10 mail.old.example.\"\n",
		  "" },
	};
	static const struct {
		enum mta_sts_mode mode;
		enum finding_severity severity;
		const char *effect; /* NULL: nothing is found */
	} modes[] = {
		{ MTA_STS_ENFORCE, FINDING_ERROR, "other mail servers do not deliver to it" },
		{ MTA_STS_TESTING, FINDING_WARNING,
		  "in mode enforce other mail servers would not deliver to it" },
		{ MTA_STS_NONE, FINDING_WARNING, NULL },
	};
	struct domain_name domain = domain_of("k.example");

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases) * 3; i++) {
		const char *expected = cases[i / 3].findings;
		CLEANUP(dns_record_list_clear) struct dns_record_list list = { 0 };
		CLEANUP(findings_clear) struct findings findings = { 0 };
		const char *effect = modes[i % 3].effect;

		fill(&list, cases[i / 3].records);
		policy.mode = modes[i % 3].mode;
		mta_sts_records_check(&answers, &domain, &list, &findings);
		for (size_t j = 0; effect && j < findings.count; j++) {
			size_t length = strcspn(expected, "?");

			assert_int_equal(findings.list[j].severity, modes[i % 3].severity);
			assert_memory_equal(findings.list[j].text, expected, length);
			assert_string_equal(findings.list[j].text + length, effect);
			expected += length + 2;
		}
		if (effect)
			assert_string_equal(expected, "");
		else
			assert_int_equal(findings.errors + findings.warnings, 0);
	}
	policy.mode = MTA_STS_ENFORCE;
}

static void checks_nothing_without_policy(void **state)
{
	CLEANUP(dns_record_list_clear) struct dns_record_list list = { 0 };
	CLEANUP(findings_clear) struct findings findings = { 0 };
	struct domain_name domain = domain_of("k.example");

	(void)state;
	fill(&list, "k.example. 60 IN MX 10 mail.old.example.\n");
	mta_sts_records_check(&no_answers, &domain, &list, &findings);
	assert_int_equal(findings.errors + findings.warnings, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(adds_records),
		cmocka_unit_test(checks_mx),
		cmocka_unit_test(checks_nothing_without_policy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
