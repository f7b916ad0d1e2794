/*
 * Three things of different pace are held apart: providers and configuration change with a reload,
 * domains whenever the store does. A change of one makes a new settings object that shares the
 * rest.
 */
#include "render/settings.h"

#include "base/bytes.h"
#include "render/autoconfig.h"
#include "render/autodiscover.h"
#include "render/pacc.h"
#include "render/thunderbird_qr.h"

#include <string.h>

/*
 * Where version 2 sends a program that asks for the XML: the mail server itself if Exchange is
 * handed over to it, else our own address, from the configuration and never from a Host header.
 */
static int compile_json_autodiscover(struct provider_answers *answers,
				     const struct configuration *configuration, struct error *err)
{
	CLEANUP(bytes_clear) struct bytes url = { 0 };

	if (answers->provider->autodiscover_url)
		bytes_append_text(&url, answers->provider->autodiscover_url);
	else
		bytes_append_format(&url, "%s/autodiscover/autodiscover.xml",
				    configuration->site_url && *configuration->site_url
					    ? configuration->site_url
					    : "https://autodiscover.%EMAILDOMAIN%");
	if (url.failed)
		return error_no_memory(err);
	return autodiscover_json_compile("AutodiscoverV1", url.data, &answers->json_autodiscover,
					 err);
}

static int compile_json(struct provider_answers *answers, const struct configuration *configuration,
			struct error *err)
{
	const struct email_provider *provider = answers->provider;

	if (compile_json_autodiscover(answers, configuration, err) < 0)
		return -1;
	if (provider->activesync &&
	    autodiscover_json_compile("ActiveSync", provider->activesync->url,
				      &answers->json_activesync, err) < 0)
		return -1;
	if (provider->ews &&
	    autodiscover_json_compile("Ews", provider->ews->url, &answers->json_ews, err) < 0)
		return -1;
	return 0;
}

/* No namespace, no profiles: without it, two of them on one device could not tell each other apart.
 */
static int compile_mobileconfig(struct provider_answers *answers,
				const struct configuration *configuration, struct error *err)
{
	struct mobileconfig_site site = {
		.organization = configuration->site_name,
		.identifier = configuration->profile_identifier,
	};

	if (!configuration->profile_namespace || !*configuration->profile_namespace)
		return 0;
	for (unsigned int content = 0; content < MOBILECONFIG_CONTENT_COUNT; content++) {
		if (!mobileconfig_available(answers->provider, content))
			continue;
		for (unsigned int form = 0; form < MOBILECONFIG_FORM_COUNT; form++) {
			if (mobileconfig_compile(answers->provider, content, form, &site,
						 &answers->mobileconfig[content][form], err) < 0)
				return -1;
		}
	}
	return 0;
}

static int compile_answers(struct provider_answers *answers,
			   const struct configuration *configuration, struct error *err)
{
	const struct email_provider *provider = answers->provider;

	if (autoconfig_compile(provider, &answers->autoconfig, err) < 0 ||
	    autodiscover_outlook_compile(provider, true, &answers->outlook, err) < 0 ||
	    autodiscover_outlook_compile(provider, false, &answers->outlook_without_address, err) <
		    0 ||
	    pacc_compile(provider, &answers->pacc, err) < 0 ||
	    thunderbird_qr_compile(provider, &answers->qr, err) < 0 ||
	    mta_sts_compile(provider, &answers->mta_sts, err) < 0 ||
	    mta_sts_id(provider, answers->mta_sts_id, err) < 0)
		return -1;
	if (provider->activesync &&
	    autodiscover_mobilesync_compile(provider, &answers->mobilesync, err) < 0)
		return -1;
	if (compile_json(answers, configuration, err) < 0)
		return -1;
	return compile_mobileconfig(answers, configuration, err);
}

int provider_answers_make(const char *id, struct email_provider *provider,
			  const struct configuration *configuration, struct provider_answers **ret,
			  struct error *err)
{
	CLEANUP(provider_answers_freep)
	struct provider_answers *answers = calloc(1, sizeof(*answers));

	if (!answers) {
		email_provider_free(provider);
		return error_no_memory(err);
	}
	answers->provider = provider;
	answers->id = strdup(id);
	if (!answers->id)
		return error_no_memory(err);
	if (compile_answers(answers, configuration, err) < 0)
		return error_prefix(err, "%s", id);
	*ret = answers;
	answers = NULL;
	return 0;
}

void provider_answers_free(struct provider_answers *answers)
{
	if (!answers)
		return;
	template_free(answers->autoconfig);
	template_free(answers->outlook);
	template_free(answers->outlook_without_address);
	template_free(answers->mobilesync);
	template_free(answers->json_autodiscover);
	template_free(answers->json_activesync);
	template_free(answers->json_ews);
	for (size_t i = 0; i < MOBILECONFIG_CONTENT_COUNT; i++) {
		for (size_t form = 0; form < MOBILECONFIG_FORM_COUNT; form++)
			template_free(answers->mobileconfig[i][form]);
	}
	template_free(answers->pacc);
	template_free(answers->qr);
	template_free(answers->mta_sts);
	email_provider_free(answers->provider);
	free(answers->id);
	free(answers);
}

/* Pages from built-in files alone have nothing in them that could be found fault with. */
static int take_pages(struct provider_set *set, struct page_set *pages, struct error *err)
{
	CLEANUP(findings_clear) struct findings findings = { 0 };

	if (!pages)
		return page_set_make(set->configuration, NULL, 0, NULL, &set->pages, &findings,
				     err);
	set->pages = page_set_ref(pages);
	return 0;
}

int provider_set_new(struct configuration *configuration, struct page_set *pages,
		     struct provider_set **ret, struct error *err)
{
	struct provider_set *set = calloc(1, sizeof(*set));

	if (!set) {
		configuration_free(configuration);
		return error_no_memory(err);
	}
	set->references = 1;
	set->configuration = configuration;
	configuration_namespace(configuration, set->profile_namespace);
	if (take_pages(set, pages, err) < 0 || page_cache_new(&set->page_cache, err) < 0) {
		provider_set_unref(set);
		return -1;
	}
	*ret = set;
	return 0;
}

/* Where id stands in the list, or where it would have to. */
static size_t provider_set_position(const struct provider_set *set, const char *id)
{
	size_t low = 0, high = set->count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (strcmp(set->list[middle]->id, id) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

int provider_set_add(struct provider_set *set, struct provider_answers *answers, struct error *err)
{
	size_t position = provider_set_position(set, answers->id);
	struct provider_answers **list;

	if (position < set->count && strcmp(set->list[position]->id, answers->id) == 0) {
		error_set(err, ERROR_CONFLICT, "provider %s is there twice", answers->id);
		provider_answers_free(answers);
		return -1;
	}
	list = reallocarray(set->list, set->count + 1, sizeof(*list));
	if (!list) {
		provider_answers_free(answers);
		return error_no_memory(err);
	}
	memmove(list + position + 1, list + position, (set->count - position) * sizeof(*list));
	list[position] = answers;
	set->list = list;
	set->count++;
	return 0;
}

const struct provider_answers *provider_set_find(const struct provider_set *set, const char *id)
{
	size_t position = provider_set_position(set, id);

	if (position < set->count && strcmp(set->list[position]->id, id) == 0)
		return set->list[position];
	return NULL;
}

size_t provider_set_position_of(const struct provider_set *set,
				const struct provider_answers *answers)
{
	return provider_set_position(set, answers->id);
}

struct provider_set *provider_set_ref(struct provider_set *set)
{
	__atomic_add_fetch(&set->references, 1, __ATOMIC_RELAXED);
	return set;
}

void provider_set_unref(struct provider_set *set)
{
	if (!set || __atomic_sub_fetch(&set->references, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	for (size_t i = 0; i < set->count; i++)
		provider_answers_free(set->list[i]);
	free(set->list);
	link_keys_clear(&set->link_keys);
	page_cache_free(set->page_cache);
	page_set_unref(set->pages);
	configuration_free(set->configuration);
	free(set);
}

int settings_new(struct provider_set *providers, struct domain_table *domains,
		 struct settings **ret, struct error *err)
{
	size_t count = domain_table_provider_count(domains);
	struct settings *settings = calloc(1, sizeof(*settings));

	if (!settings)
		return error_no_memory(err);
	settings->by_number = calloc(count + 1, sizeof(const struct provider_answers *));
	if (!settings->by_number) {
		free(settings);
		return error_no_memory(err);
	}
	for (size_t i = 0; i < count; i++)
		settings->by_number[i] =
			provider_set_find(providers, domain_table_provider(domains, i));
	settings->references = 1;
	settings->providers = provider_set_ref(providers);
	settings->domains = domain_table_ref(domains);
	*ret = settings;
	return 0;
}

const struct provider_answers *settings_find(const struct settings *settings,
					     const struct domain_name *domain)
{
	int number = domain_table_find(settings->domains, domain->text, domain->length);

	return number < 0 ? NULL : settings->by_number[number];
}

struct settings *settings_ref(struct settings *settings)
{
	__atomic_add_fetch(&settings->references, 1, __ATOMIC_RELAXED);
	return settings;
}

void settings_unref(struct settings *settings)
{
	if (!settings || __atomic_sub_fetch(&settings->references, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	provider_set_unref(settings->providers);
	domain_table_unref(settings->domains);
	free(settings->by_number);
	free(settings);
}
