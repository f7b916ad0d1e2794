#include "dns/change_plan.h"

#include "plan_fixture.h"

/* The values of a unit, by letter: a desired, b published once, e expected, f somebody else's. */
struct kind {
	const char *owner, *type;
	const char *values[26];
};

static const struct kind set_kinds[] = {
	{ "_imaps._tcp",
	  "SRV",
	  { ['a' - 'a'] = "0 1 993 a.example.",
	    ['b' - 'a'] = "0 1 993 b.example.",
	    ['e' - 'a'] = "0 1 993 e.example.",
	    ['f' - 'a'] = "0 1 993 f.example." } },
	{ "@",
	  "MX",
	  { ['a' - 'a'] = "10 a.example.",
	    ['b' - 'a'] = "10 b.example.",
	    ['e' - 'a'] = "0 kunde.example.",
	    ['f' - 'a'] = "10 f.example." } },
	{ "autoconfig",
	  "CNAME",
	  { ['a' - 'a'] = "a.example.",
	    ['b' - 'a'] = "b.example.",
	    ['e' - 'a'] = "e.example.",
	    ['f' - 'a'] = "f.example." } },
	{ "@",
	  "TXT",
	  { ['a' - 'a'] = "\"v=spf1 include:a.example -all\"",
	    ['b' - 'a'] = "\"v=spf1 include:b.example -all\"",
	    ['e' - 'a'] = "\"v=spf1 a mx ~all\"",
	    ['f' - 'a'] = "\"V=SPF1 ip4:192.0.2.1 -all\"" } },
	{ "s1._domainkey",
	  "TXT",
	  { ['a' - 'a'] = "\"v=DKIM1; p=YQ==\"",
	    ['b' - 'a'] = "\"v=DKIM1; p=Yg==\"",
	    ['e' - 'a'] = "\"v=DKIM1; p=ZQ==\"",
	    ['f' - 'a'] = "\"k=rsa; p=Zg==\"" } },
	{ "_caldavs._tcp",
	  "TXT",
	  { ['a' - 'a'] = "\"path=/a\"",
	    ['b' - 'a'] = "\"path=/b\"",
	    ['e' - 'a'] = "\"path=/\"",
	    ['f' - 'a'] = "\"path=/f\"" } },
	{ "_smtp._tls",
	  "TXT",
	  { ['a' - 'a'] = "\"v=TLSRPTv1; rua=mailto:a@a.example\"",
	    ['b' - 'a'] = "\"v=TLSRPTv1; rua=mailto:b@a.example\"",
	    ['e' - 'a'] = "\"v=TLSRPTv1; rua=mailto:e@a.example\"",
	    ['f' - 'a'] = "\"v=TLSRPTv1;rua=mailto:f@a.example\"" } },
	{ "_mta-sts",
	  "TXT",
	  { ['a' - 'a'] = "\"v=STSv1; id=1\"",
	    ['b' - 'a'] = "\"v=STSv1; id=2\"",
	    ['e' - 'a'] = "\"v=STSv1; id=3\"",
	    ['f' - 'a'] = "\"v=STSv1; id=4\"" } },
	{ "_ua-auto-config",
	  "TXT",
	  { ['a' - 'a'] = "\"v=UAAC1; a=sha256; d=YQ==\"",
	    ['b' - 'a'] = "\"v=UAAC1; a=sha256; d=Yg==\"",
	    ['e' - 'a'] = "\"v=UAAC1; a=sha256; d=ZQ==\"",
	    ['f' - 'a'] = "\"v=UAAC1; a=sha256; d=Zg==\"" } },
};

static const struct kind policy_kind = { "_dmarc",
					 "TXT",
					 { ['a' - 'a'] = "\"v=DMARC1; p=none\"",
					   ['b' - 'a'] = "\"v=DMARC1; p=quarantine\"",
					   ['e' - 'a'] = "\"v=DMARC1; p=none; pct=0\"",
					   ['f' - 'a'] = "\"v=DMARC1; p=reject\"" } };

static const struct kind string_kind = { "@",
					 "TXT",
					 { ['a' - 'a'] = "\"a-verification=1\"",
					   ['b' - 'a'] = "\"b-verification=1\"",
					   ['e' - 'a'] = "\"e-verification=1\"",
					   ['f' - 'a'] = "\"f-verification=1\"" } };

/* Letters in upper case have another TTL. */
#define TTL 3600
#define OTHER_TTL 300

/* The lines of some letters. The caller frees it. */
static char *kind_lines(const struct kind *kind, const char *letters)
{
	CLEANUP(bytes_clear) struct bytes bytes = { 0 };
	struct error err;
	char *ret = NULL;

	for (; *letters; letters++) {
		bool upper = *letters < 'a';

		bytes_append_format(&bytes, "%s %d %s %s\n", kind->owner, upper ? OTHER_TTL : TTL,
				    kind->type, kind->values[*letters - (upper ? 'A' : 'a')]);
	}
	assert_int_equal(bytes_take(&bytes, &ret, NULL, &err), 0);
	return ret;
}

static char record_letter(const struct kind *kind, const struct dns_record *record)
{
	char lines[] = "a";

	for (; *lines <= 'f'; ++*lines) {
		CLEANUP(freep)
		char *line = kind->values[*lines - 'a'] ? kind_lines(kind, lines) : NULL;
		CLEANUP(dns_record_list_clear) struct dns_record_list list = plan_records(line);

		if (list.count && dns_record_compare(list.list[0], record) == 0)
			return (char)(record->ttl == TTL ? *lines : *lines + 'A' - 'a');
	}
	return '?';
}

/* The lines of one kind, by letter. */
static void append_lines(struct bytes *bytes, const struct kind *kind,
			 const struct change_plan *plan, enum change_kind which)
{
	static const char signs[] = "=-+!";

	for (const char *letter = "aAbBeEfF"; *letter; letter++) {
		for (size_t i = 0; i < plan->change_count; i++) {
			const struct change *change = &plan->changes[i];

			if (change->kind == which && record_letter(kind, change->record) == *letter)
				bytes_append_format(bytes, "%c%c ", signs[which], *letter);
		}
	}
}

/* "-e +a n1 a": lines, the number of notes, what is published after it. The caller frees it. */
static char *plan_letters(const struct kind *kind, const struct change_plan *plan)
{
	CLEANUP(bytes_clear) struct bytes bytes = { 0 };
	struct error err;
	char *ret = NULL;

	for (int i = CHANGE_KEEP; i <= CHANGE_CONFLICT; i++)
		append_lines(&bytes, kind, plan, i);
	assert_int_equal(bytes.size, 3 * plan->change_count);
	bytes_append_format(&bytes, "n%zu ", plan->note_count);
	for (size_t i = 0; i < plan->published.count; i++)
		bytes_append_format(&bytes, "%c", record_letter(kind, plan->published.list[i]));
	assert_int_equal(bytes_take(&bytes, &ret, NULL, &err), 0);
	return ret;
}

/*
 * All that can be published, and stand there, and be wanted, for a set, for a policy and for single
 * strings; "" for a policy where it is as for a set. After the signs come the number of notes and
 * what is published by the plan.
 */
static const struct product {
	const char *desired, *published, *live;
	const char *set, *policy, *strings;
} products[] = {
	/* first published */
	{ "a", "", "", "+a n0 a", "", "+a n0 a" },
	{ "a", "", "a", "=a n0 a", "", "=a n0 a" },
	{ "a", "", "e", "-e +a n0 a", "", "-e +a n0 a" },
	{ "a", "", "ae", "=a -e n0 a", "", "=a -e n0 a" },
	{ "a", "", "f", "!f n0 ", "n1 ", "+a n0 a" },
	{ "a", "", "af", "=a !f n0 ", "n1 ", "=a n0 a" },
	{ "a", "", "ef", "!f n0 ", "n2 ", "-e +a n0 a" },
	{ "a", "", "A", "-A +a n0 a", "", "-A +a n0 a" },
	{ "a", "", "E", "-E +a n0 a", "", "-E +a n0 a" },
	{ "a", "", "AE", "-A -E +a n0 a", "", "-A -E +a n0 a" },
	{ "a", "", "F", "!F n0 ", "n1 ", "+A n0 A" },
	{ "a", "", "AF", "=A !F n0 ", "n1 ", "=A n0 A" },
	/* published as it is desired */
	{ "a", "a", "", "!a n0 ", "", "!a n0 " },
	{ "a", "a", "a", "=a n0 a", "", "=a n0 a" },
	{ "a", "a", "e", "!e n0 ", "", "-e !a n0 " },
	{ "a", "a", "ae", "=a !e n0 ", "", "=a -e n0 a" },
	{ "a", "a", "f", "!f n0 ", "", "!a n0 " },
	{ "a", "a", "af", "=a !f n0 ", "", "=a n0 a" },
	{ "a", "a", "A", "!A n0 ", "", "!A n0 " },
	{ "a", "A", "A", "-A +a n0 a", "", "-A +a n0 a" },
	{ "a", "A", "a", "=a n0 a", "", "=a n0 a" },
	{ "a", "a", "F", "!F n0 ", "", "!a n0 " },
	{ "a", "a", "AF", "=A !F n0 ", "", "=A n0 A" },
	{ "a", "A", "AF", "=A !F n0 ", "", "=A n0 A" },
	/* something else published */
	{ "a", "b", "", "!b n0 ", "", "+a n0 a" },
	{ "a", "b", "a", "=a n0 a", "", "=a n0 a" },
	{ "a", "b", "b", "-b +a n0 a", "", "-b +a n0 a" },
	{ "a", "b", "e", "!e n0 ", "", "-e +a n0 a" },
	{ "a", "b", "ae", "=a !e n0 ", "", "=a -e n0 a" },
	{ "a", "b", "ab", "=a -b n0 a", "", "=a -b n0 a" },
	{ "a", "b", "f", "!f n0 ", "", "+a n0 a" },
	{ "a", "b", "bf", "!f n0 ", "", "-b +a n0 a" },
	{ "a", "b", "A", "!A n0 ", "", "-A +a n0 a" },
	{ "a", "b", "B", "!B n0 ", "", "-B +a n0 a" },
	{ "a", "B", "B", "-B +a n0 a", "", "-B +a n0 a" },
	{ "a", "B", "b", "-b +a n0 a", "", "-b +a n0 a" },
	{ "a", "B", "BF", "!F n0 ", "", "-B +A n0 A" },
	/* nothing desired, nothing published */
	{ "", "", "", "n0 ", "", "n0 " },
	{ "", "", "a", "n1 ", "", "n0 " },
	{ "", "", "e", "-e n0 ", "", "-e n0 " },
	{ "", "", "ae", "-e n1 ", "", "-e n0 " },
	{ "", "", "f", "n1 ", "", "n0 " },
	{ "", "", "af", "n2 ", "", "n0 " },
	{ "", "", "E", "-E n0 ", "", "-E n0 " },
	/* nothing desired any more */
	{ "", "a", "", "n0 ", "", "n0 " },
	{ "", "a", "a", "-a n0 ", "", "-a n0 " },
	{ "", "a", "e", "-e n0 ", "", "-e n0 " },
	{ "", "a", "ae", "-a -e n0 ", "", "-a -e n0 " },
	{ "", "a", "f", "n1 ", "", "n0 " },
	{ "", "a", "af", "-a n1 ", "", "-a n0 " },
	{ "", "a", "A", "-A n0 ", "", "-A n0 " },
	{ "", "A", "a", "-a n0 ", "", "-a n0 " },
	/* several values */
	{ "ab", "", "", "+a +b n0 ab", "", "+a +b n0 ab" },
	{ "ab", "ab", "a", "=a !b n0 ", "", "=a !b n0 a" },
	{ "ab", "a", "a", "=a +b n0 ab", "", "=a +b n0 ab" },
	{ "ab", "ab", "ab", "=a =b n0 ab", "", "=a =b n0 ab" },
	{ "ab", "a", "ab", "=a =b n0 ab", "", "=a =b n0 ab" },
	{ "a", "ab", "a", "=a n0 a", "", "=a n0 a" },
	{ "a", "ab", "ab", "=a -b n0 a", "", "=a -b n0 a" },
	{ "a", "ab", "b", "!a n0 ", "", "-b !a n0 " },
	/* two TTL of one set: the lower */
	{ "aB", "", "", "+A +B n0 AB", "", "+A +B n0 AB" },
	{ "aB", "", "ab", "-a -b +A +B n0 AB", "", "-a -b +A +B n0 AB" },
};

static void check_product(const struct kind *kind, const struct product *product,
			  const char *result)
{
	CLEANUP(freep) char *desired = kind_lines(kind, product->desired);
	CLEANUP(freep) char *expected = kind_lines(kind, "e");
	CLEANUP(freep) char *published = kind_lines(kind, product->published);
	CLEANUP(freep) char *live = kind_lines(kind, product->live);
	CLEANUP(change_plan_freep)
	struct change_plan *plan = plan_of(&(struct plan_texts){
		.desired = desired,
		.expected = expected,
		.published = *published ? published : NULL,
		.live = live,
	});
	CLEANUP(freep) char *letters = plan_letters(kind, plan);

	if (strcmp(letters, result) != 0)
		fail_msg("%s %s: desired \"%s\" published \"%s\" live \"%s\": \"%s\", not \"%s\"",
			 kind->owner, kind->type, product->desired, product->published,
			 product->live, letters, result);
}

static bool is_cname_of_two(const struct kind *kind, const struct product *product)
{
	return strcmp(kind->type, "CNAME") == 0 && strlen(product->desired) > 1;
}

static void compares_three_ways(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(products) / sizeof(*products); i++) {
		const struct product *product = &products[i];

		for (size_t j = 0; j < sizeof(set_kinds) / sizeof(*set_kinds); j++) {
			if (!is_cname_of_two(&set_kinds[j], product))
				check_product(&set_kinds[j], product, product->set);
		}
		check_product(&policy_kind, product,
			      *product->policy ? product->policy : product->set);
		check_product(&string_kind, product, product->strings);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compares_three_ways),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
