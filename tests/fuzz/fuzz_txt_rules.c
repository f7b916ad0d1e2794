/* A TXT string at a name, as one reads them in other people's zones: "NAME LF STRING". */
#include "fuzz.h"

#include "dns/spf.h"
#include "dns/tag_list.h"
#include "dns/txt_rules.h"

static void promise_spf(const char *text, size_t size)
{
	struct error err = { 0 };
	struct spf spf;

	if (!spf_is(text, size))
		return;
	if (spf_parse(text, size, &spf, &err) < 0) {
		promise_failure(&err);
		return;
	}
	PROMISE(spf.lookups <= size / 2);
	PROMISE(spf.all == '\0' || strchr("+-~?", spf.all));
	PROMISE(!spf.all || !spf.redirect);
	PROMISE(!spf.redirect || spf.lookups > 0);
	PROMISE(!spf.ptr || spf.lookups > 0);
}

static void promise_tags(const char *text, size_t size)
{
	struct error err = { 0 };
	struct tag_list list;

	if (tag_list_parse(text, size, &list, &err) < 0) {
		promise_failure(&err);
		return;
	}
	PROMISE(list.count <= TAG_LIST_MAX);
	for (size_t i = 0; i < list.count; i++) {
		const struct tag *tag = &list.tags[i];

		PROMISE(tag->name_size > 0);
		PROMISE(tag->name >= text && tag->name + tag->name_size <= text + size);
		PROMISE(tag->value >= text && tag->value + tag->value_size <= text + size);
		for (size_t j = 0; j < i; j++)
			PROMISE(list.tags[j].name_size != tag->name_size ||
				memcmp(list.tags[j].name, tag->name, tag->name_size) != 0);
	}
}

static void promise_rule(const char *owner, const char *text, size_t size)
{
	const struct txt_rule *rule = txt_rule_find(owner, text, size);
	char advice[TXT_ADVICE_SIZE];
	struct error err = { 0 };

	if (!rule) {
		PROMISE(!spf_is(text, size));
		return;
	}
	PROMISE(*rule->name && (rule->several || rule->many));
	if (txt_rule_check(rule, text, size, advice, &err) < 0) {
		promise_failure(&err);
		PROMISE(err.code == ERROR_INVALID);
		return;
	}
	PROMISE(rule->takes(rule, text, size));
	promise_text(advice, strnlen(advice, sizeof(advice)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* and at the names that have rules, so that the fuzzer need not find them */
	static const char *const owners[] = {
		"kunde.example.",
		"_dmarc.kunde.example.",
		"s._domainkey.kunde.example.",
		"_mta-sts.kunde.example.",
		"_smtp._tls.kunde.example.",
		"_ua-auto-config.kunde.example.",
		"_caldavs._tcp.kunde.example.",
	};
	size_t owner_size;
	char *owner = fuzz_piece(&data, &size, '\n', &owner_size);
	char *text = malloc(size ? size : 1); /* without a NUL behind it */

	PROMISE(text);
	if (size)
		memcpy(text, data, size);

	promise_spf(text, size);
	promise_tags(text, size);
	promise_rule(owner, text, size);
	for (size_t i = 0; i < sizeof(owners) / sizeof(*owners); i++)
		promise_rule(owners[i], text, size);
	free(owner);
	free(text);
	return 0;
}
