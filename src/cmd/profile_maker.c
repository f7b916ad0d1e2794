#include "cmd/profile_maker.h"

#include "base/bytes.h"
#include "cmd/command.h"
#include "cmd/output.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <sysexits.h>
#include <time.h>

/* What is wrong with the certificate's time; the rest is for signpost check. */
static int check_validity(const struct profile_signer *signer)
{
	CLEANUP(findings_clear) struct findings findings = { 0 };

	profile_signer_check(signer, time(NULL), &findings);
	for (size_t i = 0; i < findings.count; i++) {
		if (findings.list[i].severity == FINDING_ERROR)
			complain("%s", findings.list[i].text);
	}
	return findings.errors ? EX_CONFIG : STATUS_DONE;
}

int profile_maker_open(struct profile_maker *maker, const struct provider_set *providers,
		       bool wanted_unsigned)
{
	struct error err;
	int status;

	*maker = (struct profile_maker){ .providers = providers };
	if (wanted_unsigned)
		return STATUS_DONE;
	if (profile_signer_load_configured(providers->configuration, &maker->signer, &err) < 0) {
		status = complain_error(&err);
		if (err.code == ERROR_INVALID)
			status = EX_CONFIG;
	} else {
		status = maker->signer ? check_validity(maker->signer) : STATUS_DONE;
	}
	if (status != STATUS_DONE)
		complain("--unsigned makes profiles without a signature");
	return status;
}

void profile_maker_close(struct profile_maker *maker)
{
	profile_signer_unref(maker->signer);
	maker->signer = NULL;
}

static void complain_language(const struct page_set *pages, const char *language)
{
	CLEANUP(bytes_clear) struct bytes names = { 0 };

	for (size_t i = 0; i < page_set_language_count(pages); i++)
		bytes_append_format(&names, "%s%s", i ? ", " : "", page_set_language(pages, i));
	complain("--language %s: the site has %s", language, names.data ? names.data : "");
}

int profile_maker_choose(const struct provider_set *providers, const char *content,
			 const char *language, struct document_choice *ret)
{
	int number = content ? mobileconfig_content_from_name(content, strlen(content)) : 0;
	int found =
		language ? page_set_find_language(providers->pages, language, strlen(language)) : 0;

	if (number < 0) {
		complain("--content %s: there are mail, all and activesync", content);
		return STATUS_USAGE;
	}
	if (found < 0) {
		complain_language(providers->pages, language);
		return STATUS_USAGE;
	}
	ret->content = (enum mobileconfig_content)number;
	ret->language = (size_t)found;
	return STATUS_DONE;
}

/* Puts the signature in the place of what it holds. */
static int sign(const struct profile_signer *signer, struct document *document, struct error *err)
{
	char *signature;
	size_t size;

	if (profile_signer_sign(signer, document->bytes, document->size, time(NULL), &signature,
				&size, err) < 0)
		return -1;
	free(document->bytes);
	document->bytes = signature;
	document->size = size;
	return 0;
}

int profile_maker_make(const struct profile_maker *maker, const struct provider_answers *answers,
		       const struct document_choice *choice, const struct document_subject *subject,
		       struct document *ret, struct error *err)
{
	unsigned char nonce[MOBILECONFIG_NONCE_BYTES];
	struct document_choice own = *choice;
	struct document document;

	if (!subject->address) {
		if (getrandom(nonce, sizeof(nonce), 0) != (ssize_t)sizeof(nonce))
			return error_errno(err, errno, "no random bytes");
		own.nonce = nonce;
	}
	if (document_make(maker->providers, answers, DOCUMENT_MOBILECONFIG, &own, subject,
			  &document, err) < 0)
		return -1;
	if (maker->signer && sign(maker->signer, &document, err) < 0) {
		free(document.bytes);
		return -1;
	}
	*ret = document;
	return 0;
}
