/* Which rule is for which name, and those that are short. DKIM keys: dkim_key.c, SPF: spf.c. */
#include "dns/txt_rules.h"

#include "base/text.h"
#include "dns/dkim_key.h"
#include "dns/spf.h"
#include "dns/tag_list.h"
#include "model/email_address.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define SHOWN 60	    /* bytes of a value in a text */
#define STS_ID_MAX 32	    /* bytes, RFC 8461 3.1 */
#define PACC_DIGEST_SIZE 44 /* bytes of the base64 of 32 bytes */

#define VALUE(tag) (int)text_cut((tag)->value, (tag)->value_size, SHOWN), (tag)->value

static bool begins(const char *text, size_t size, const char *word)
{
	size_t length = strlen(word);

	return size >= length && memcmp(text, word, length) == 0;
}

/* SPF */

static bool takes_spf(const struct txt_rule *rule, const char *text, size_t size)
{
	(void)rule;
	return spf_is(text, size);
}

static void advise_spf(const struct spf *spf, size_t size, char ret[TXT_ADVICE_SIZE])
{
	if (spf->all == '+')
		snprintf(ret, TXT_ADVICE_SIZE,
			 "\"+all\" lets everybody send; -all or ~all is meant");
	else if (!spf->all && !spf->redirect)
		snprintf(ret, TXT_ADVICE_SIZE,
			 "without \"all\" at the end it forbids nobody to send");
	else if (spf->ptr)
		snprintf(ret, TXT_ADVICE_SIZE,
			 "\"ptr\" is slow and not to be used (RFC 7208 5.5); name the servers");
	else if (size > SPF_SIZE_MAX)
		snprintf(ret, TXT_ADVICE_SIZE,
			 "%zu bytes are too many for one small answer (RFC 7208 3.4: %d)", size,
			 SPF_SIZE_MAX);
}

static int check_spf(const char *text, size_t size, char ret_advice[TXT_ADVICE_SIZE],
		     struct error *err)
{
	struct spf spf;

	if (spf_parse(text, size, &spf, err) < 0)
		return -1;
	if (spf.lookups > SPF_LOOKUPS_MAX)
		return error_set(
			err, ERROR_INVALID,
			"%u terms that need a look-up, at most %d (RFC 7208 4.6.4); ip4 and "
			"ip6 need none",
			spf.lookups, SPF_LOOKUPS_MAX);
	advise_spf(&spf, size, ret_advice);
	return 0;
}

/* Tag lists. What all of them have in common: the version is the first tag. */

/* The version alone or before blanks and a ";". */
static bool takes_version(const struct txt_rule *rule, const char *text, size_t size)
{
	size_t length = strlen(rule->begins);

	if (!begins(text, size, rule->begins))
		return false;
	text += length;
	size -= length;
	text_trim(&text, &size);
	return size == 0 || *text == ';';
}

/* A string must be of the words, if the tag is there. */
static int check_word(const struct tag_list *list, const char *name, const char *words,
		      struct error *err)
{
	const struct tag *tag = tag_list_find(list, name);

	if (!tag || tag_is_one_of(tag, words))
		return 0;
	return error_set(err, ERROR_INVALID, "%s \"%.*s\" is none of: %s", name, VALUE(tag), words);
}

static int check_number(const struct tag_list *list, const char *name, unsigned long maximum,
			struct error *err)
{
	const struct tag *tag = tag_list_find(list, name);
	unsigned long number = 0;

	if (!tag)
		return 0;
	for (size_t i = 0; i < tag->value_size && number <= maximum; i++) {
		char c = tag->value[i];

		number = c < '0' || c > '9' ? maximum + 1 : number * 10 + (unsigned long)(c - '0');
	}
	if (tag->value_size > 0 && number <= maximum)
		return 0;
	return error_set(err, ERROR_INVALID, "%s \"%.*s\" is not 0..%lu", name, VALUE(tag),
			 maximum);
}

/* One of the addresses that reports are sent to; text is without blanks at its ends. */
static int check_address(const char *name, const char *text, size_t size, bool https,
			 struct error *err)
{
	static const char mailto[] = "mailto:", web[] = "https://";
	struct email_address address;
	struct error fault = { 0 };
	size_t length = 0;

	if (https && size > strlen(web) && text_equals(text, strlen(web), web))
		return 0;
	if (size <= strlen(mailto) || !text_equals(text, strlen(mailto), mailto))
		return error_set(err, ERROR_INVALID, "%s \"%.*s\" does not begin with %s%s", name,
				 (int)text_cut(text, size, SHOWN), text, mailto,
				 https ? " or https://" : "");
	text += strlen(mailto);
	size -= strlen(mailto);
	while (length < size && text[length] != '!' && text[length] != '?')
		length++; /* what follows is the largest report, or a subject */
	if (email_address_parse(text, length, &address, &fault) == 0)
		return 0;
	return error_set(err, ERROR_INVALID, "%s mailto:%.*s: %s", name,
			 (int)text_cut(text, size, SHOWN), text, fault.text);
}

/* A list with commas between its parts, if the tag is there. */
static int check_addresses(const struct tag_list *list, const char *name, bool https,
			   struct error *err)
{
	const struct tag *tag = tag_list_find(list, name);
	const char *at = tag ? tag->value : NULL, *end = tag ? at + tag->value_size : NULL;

	while (at) {
		const char *comma = memchr(at, ',', (size_t)(end - at)), *part = at;
		size_t size = (size_t)((comma ? comma : end) - at);

		text_trim(&part, &size);
		if (check_address(name, part, size, https, err) < 0)
			return -1;
		at = comma ? comma + 1 : NULL;
	}
	return 0;
}

/* Tags that no reader knows are passed over: most are slips of the pen. */
static void advise_unknown(const struct tag_list *list, const char *known,
			   char ret[TXT_ADVICE_SIZE])
{
	for (size_t i = 0; i < list->count; i++) {
		const struct tag *tag = &list->tags[i];
		const struct tag name = { .value = tag->name, .value_size = tag->name_size };

		if (!tag_is_one_of(&name, known)) {
			snprintf(ret, TXT_ADVICE_SIZE, "nobody knows the tag \"%.*s\"",
				 (int)text_cut(tag->name, tag->name_size, SHOWN), tag->name);
			return;
		}
	}
}

/* Some of the letters with ":" between them, if the tag is there. */
static int check_options(const struct tag_list *list, const char *name, const char *letters,
			 struct error *err)
{
	const struct tag *tag = tag_list_find(list, name);
	bool good = !tag || tag->value_size % 2 == 1;

	for (size_t i = 0; tag && i < tag->value_size; i++)
		good = good &&
		       (i % 2 ? tag->value[i] == ':' : strchr(letters, tag->value[i]) != NULL);
	if (good)
		return 0;
	return error_set(err, ERROR_INVALID,
			 "%s \"%.*s\" is not some of %s with \":\" between them", name, VALUE(tag),
			 letters);
}

static int check_dmarc(const char *text, size_t size, char ret_advice[TXT_ADVICE_SIZE],
		       struct error *err)
{
	static const char policies[] = "none quarantine reject", modes[] = "r s";
	struct tag_list list;

	if (tag_list_parse(text, size, &list, err) < 0)
		return -1;
	if (!tag_list_find(&list, "p"))
		return error_set(err, ERROR_INVALID,
				 "the tag p is missing: p=none, p=quarantine or p=reject");
	if (check_word(&list, "p", policies, err) < 0 ||
	    check_word(&list, "sp", policies, err) < 0 ||
	    check_word(&list, "np", policies, err) < 0 ||
	    check_word(&list, "adkim", modes, err) < 0 ||
	    check_word(&list, "aspf", modes, err) < 0 || check_word(&list, "rf", "afrf", err) < 0 ||
	    check_word(&list, "t", "y n", err) < 0 || check_word(&list, "psd", "y n u", err) < 0 ||
	    check_number(&list, "pct", 100, err) < 0 ||
	    check_number(&list, "ri", UINT32_MAX, err) < 0 ||
	    check_options(&list, "fo", "01ds", err) < 0 ||
	    check_addresses(&list, "rua", false, err) < 0 ||
	    check_addresses(&list, "ruf", false, err) < 0)
		return -1;
	advise_unknown(&list, "v p sp np adkim aspf rf t psd pct ri fo rua ruf", ret_advice);
	return 0;
}

static int check_sts(const char *text, size_t size, char ret_advice[TXT_ADVICE_SIZE],
		     struct error *err)
{
	const struct tag *id;
	struct tag_list list;
	bool good;

	if (tag_list_parse(text, size, &list, err) < 0)
		return -1;
	id = tag_list_find(&list, "id");
	if (!id)
		return error_set(err, ERROR_INVALID,
				 "the tag id is missing, which changes with the policy");
	good = id->value_size >= 1 && id->value_size <= STS_ID_MAX;
	for (size_t i = 0; i < id->value_size; i++) {
		char c = text_lower(id->value[i]);

		good = good && ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'));
	}
	if (!good)
		return error_set(err, ERROR_INVALID,
				 "id \"%.*s\" is not 1 to %d letters and digits", VALUE(id),
				 STS_ID_MAX);
	advise_unknown(&list, "v id", ret_advice);
	return 0;
}

static int check_tls_report(const char *text, size_t size, char ret_advice[TXT_ADVICE_SIZE],
			    struct error *err)
{
	struct tag_list list;

	if (tag_list_parse(text, size, &list, err) < 0)
		return -1;
	if (!tag_list_find(&list, "rua"))
		return error_set(err, ERROR_INVALID,
				 "the tag rua is missing: where the reports are sent");
	if (check_addresses(&list, "rua", true, err) < 0)
		return -1;
	advise_unknown(&list, "v rua", ret_advice);
	return 0;
}

/* Digits and letters of base64 and one "=" at the end. */
static bool is_digest(const struct tag *tag)
{
	for (size_t i = 0; i < tag->value_size; i++) {
		char c = text_lower(tag->value[i]);

		if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '+' && c != '/' &&
		    (c != '=' || i + 1 != PACC_DIGEST_SIZE))
			return false;
	}
	return tag->value_size == PACC_DIGEST_SIZE && tag->value[PACC_DIGEST_SIZE - 1] == '=';
}

static int check_pacc(const char *text, size_t size, char ret_advice[TXT_ADVICE_SIZE],
		      struct error *err)
{
	const struct tag *algorithm, *digest;
	struct tag_list list;

	if (tag_list_parse(text, size, &list, err) < 0)
		return -1;
	algorithm = tag_list_find(&list, "a");
	digest = tag_list_find(&list, "d");
	if (!algorithm || !tag_is_one_of(algorithm, "sha256"))
		return error_set(err, ERROR_INVALID, "the tag a is not sha256");
	if (!digest || !is_digest(digest))
		return error_set(err, ERROR_INVALID, "the tag d is not 32 bytes in base64");
	advise_unknown(&list, "v a d", ret_advice);
	return 0;
}

/* RFC 6764 4 */

static bool takes_beginning(const struct txt_rule *rule, const char *text, size_t size)
{
	return begins(text, size, rule->begins);
}

static int check_path(const char *text, size_t size, char ret_advice[TXT_ADVICE_SIZE],
		      struct error *err)
{
	static const char beginning[] = "path=/";

	(void)ret_advice;
	if (!begins(text, size, beginning))
		return error_set(err, ERROR_INVALID, "the path does not begin with \"/\"");
	for (size_t i = 0; i < size; i++) {
		if (text[i] <= ' ' || text[i] > '~')
			return error_set(err, ERROR_INVALID,
					 "byte 0x%02x in the path; a URL has it as %%%02X",
					 (unsigned char)text[i], (unsigned char)text[i]);
	}
	return 0;
}

/* DKIM: whatever stands at a selector is taken for the key. */

static bool takes_all(const struct txt_rule *rule, const char *text, size_t size)
{
	(void)rule;
	(void)text;
	(void)size;
	return true;
}

static const struct txt_rule spf_rule = {
	.name = "SPF string",
	.begins = "v=spf1",
	.many = "receivers take none of them (permerror, RFC 7208 4.5)",
	.takes = takes_spf,
	.check = check_spf,
};

static const struct txt_rule dkim_rule = {
	.name = "DKIM key",
	.many = "receivers take any of them (RFC 6376 3.6.2.2)",
	.takes = takes_all,
	.check = dkim_key_check,
};

/* By the beginning of the name. */
static const struct named_rule {
	const char *owner;
	struct txt_rule rule;
} named_rules[] = {
	{ "_dmarc.",
	  { .name = "DMARC policy",
	    .begins = "v=DMARC1",
	    .many = "receivers take none of them (RFC 7489 6.6.3)",
	    .takes = takes_version,
	    .check = check_dmarc } },
	{ "_mta-sts.",
	  { .name = "MTA-STS id",
	    .begins = "v=STSv1",
	    .many = "senders take none of them (RFC 8461 3.1)",
	    .takes = takes_version,
	    .check = check_sts } },
	{ "_smtp._tls.",
	  { .name = "TLS-RPT address",
	    .begins = "v=TLSRPTv1",
	    .many = "senders take none of them (RFC 8460 3)",
	    .takes = takes_version,
	    .check = check_tls_report } },
	{ "_ua-auto-config.",
	  { .name = "PACC digest",
	    .begins = "v=UAAC1",
	    .several = true, /* the old and the new one while the document changes */
	    .takes = takes_version,
	    .check = check_pacc } },
#define PATH(label)                                                                                \
	{                                                                                          \
		label,                                                                             \
		{                                                                                  \
			.name = "path", .begins = "path=", .many = "programs take any of them",    \
			.takes = takes_beginning, .check = check_path                              \
		}                                                                                  \
	}
	PATH("_caldavs._tcp."),
	PATH("_caldav._tcp."),
	PATH("_carddavs._tcp."),
	PATH("_carddav._tcp."),
};

const struct txt_rule *txt_rule_find(const char *owner, const char *text, size_t size)
{
	for (size_t i = 0; i < sizeof(named_rules) / sizeof(*named_rules); i++) {
		if (text_begins(owner, named_rules[i].owner))
			return &named_rules[i].rule;
	}
	if (strstr(owner, "._domainkey."))
		return &dkim_rule;
	/* also what begins so and is not taken for one: v=spf1; */
	if (size >= strlen(spf_rule.begins) &&
	    text_equals(text, strlen(spf_rule.begins), spf_rule.begins))
		return &spf_rule;
	return NULL;
}

int txt_rule_check(const struct txt_rule *rule, const char *text, size_t size,
		   char ret_advice[TXT_ADVICE_SIZE], struct error *err)
{
	*ret_advice = '\0';
	if (rule->takes(rule, text, size))
		return rule->check(text, size, ret_advice, err);
	if (rule->takes == takes_beginning)
		return error_set(err, ERROR_INVALID, "it does not begin with \"%s\"", rule->begins);
	return error_set(err, ERROR_INVALID, "it does not begin with \"%s\" and %s", rule->begins,
			 rule->takes == takes_spf ? "a blank" : "a \";\"");
}
