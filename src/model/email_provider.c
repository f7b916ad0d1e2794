#include "model/email_provider.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *find_tag(const struct email_provider *provider, const char *tag, size_t size)
{
	for (size_t i = 0; i < provider->display_name_count; i++) {
		const struct localized_text *name = &provider->display_names[i];

		if (name->language && text_equals(tag, size, name->language))
			return name->text;
	}
	return NULL;
}

/* The first that is of the language in whatever country or script: de-AT for de. */
static const char *find_language(const struct email_provider *provider, const char *language,
				 size_t size)
{
	for (size_t i = 0; i < provider->display_name_count; i++) {
		const char *tag = provider->display_names[i].language;

		if (tag && strcspn(tag, "-") == size && strncasecmp(tag, language, size) == 0)
			return provider->display_names[i].text;
	}
	return NULL;
}

/* For de-AT: the name in de-AT, else in de, else in any other German. */
static const char *find_name(const struct email_provider *provider, const char *tag)
{
	size_t length = strcspn(tag, "-");
	const char *name = find_tag(provider, tag, strlen(tag));

	if (!name)
		name = find_tag(provider, tag, length);
	return name ? name : find_language(provider, tag, length);
}

const char *email_provider_display_name(const struct email_provider *provider, const char *language)
{
	const char *name = language ? find_name(provider, language) : NULL;

	if (!name)
		name = find_name(provider, "en");
	if (!name && provider->display_name_count)
		name = provider->display_names[0].text;
	return name;
}

static void localized_texts_free(struct localized_text *texts, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(texts[i].language);
		free(texts[i].text);
	}
	free(texts);
}

static void documents_free(struct provider_document *documents, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(documents[i].url);
		localized_texts_free(documents[i].descriptions, documents[i].description_count);
	}
	free(documents);
}

void email_provider_free(struct email_provider *provider)
{
	if (!provider)
		return;
	for (size_t i = 0; i < provider->server_count; i++)
		mail_server_clear(&provider->servers[i]);
	free(provider->servers);
	localized_texts_free(provider->display_names, provider->display_name_count);
	documents_free(provider->documentation, provider->documentation_count);
	documents_free(provider->enables, provider->enable_count);
	free(provider->id);
	free(provider->display_short_name);
	free(provider->webmail_url);
	free(provider->autodiscover_url);
	mta_sts_policy_free(provider->mta_sts);
	free(provider);
}
