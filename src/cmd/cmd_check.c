/*
 * signpost check: everything that is wrong, in one go. With files it looks at provider documents
 * and zone files alone and needs no configuration, so that a file can be checked before it is put
 * anywhere.
 */
#include "base/bytes.h"
#include "cmd/dns_check.h"
#include "cmd/findings_print.h"
#include "cmd/input.h"
#include "cmd/options.h"
#include "cmd/output.h"
#include "cmd/records_check.h"
#include "cmd/settings_print.h"
#include "cmd/site.h"
#include "server/tls_certificates.h"
#include "sign/profile_signer.h"
#include "store/settings_load.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define ZONE_SUFFIX ".zone"
#define STRAYS_MAX 20	 /* unknown providers told apart */
#define STRAY_EXAMPLES 3 /* domains named for each */

static int print_settings(const struct invocation *invocation)
{
	CLEANUP(bytes_clear) struct bytes text = { 0 };

	if (!invocation->json) {
		settings_print_append(&text, NULL);
		if (!text.failed)
			output_bytes(text.data, text.size);
		return STATUS_DONE;
	}
	for (size_t i = 0; i < configuration_key_count; i++) {
		const struct configuration_key *key = &configuration_keys[i];
		json_t *row =
			json_pack("{s:s, s:s, s:s, s:s, s:s, s:s*, s:s*}", "section", key->section,
				  "key", key->name, "type", settings_print_type(key->type),
				  "default", key->fallback, "description", key->description, "unit",
				  key->unit, "choices", key->choices);

		if (row && key->type == CONFIGURATION_NUMBER) {
			json_object_set_new(row, "minimum", json_integer(key->minimum));
			json_object_set_new(row, "maximum", json_integer(key->maximum));
		}
		output_json(row);
	}
	return STATUS_DONE;
}

/* Prints and counts; the end of a check. */
static int finish(const struct findings *findings, bool json)
{
	findings_print(findings, json);
	if (json)
		output_json(json_pack("{s:I, s:I}", "errors", (json_int_t)findings->errors,
				      "warnings", (json_int_t)findings->warnings));
	else
		output_text("%zu error%s, %zu warning%s\n", findings->errors,
			    findings->errors == 1 ? "" : "s", findings->warnings,
			    findings->warnings == 1 ? "" : "s");
	return findings->errors ? STATUS_FINDING : STATUS_DONE;
}

static int check_document(const char *path, struct findings *findings, struct error *err)
{
	CLEANUP(email_provider_freep) struct email_provider *provider = NULL;
	CLEANUP(freep) char *bytes = NULL;
	size_t size = 0;

	if (input_read(path, EMAIL_PROVIDER_XML_MAX, &bytes, &size, err) < 0)
		return -1;
	return email_provider_parse(bytes, size, input_name(path), &provider, findings, err);
}

static int check_zone_file(const char *path, struct findings *findings, struct error *err)
{
	CLEANUP(zone_file_freep) struct zone_file *file = NULL;
	CLEANUP(freep) char *bytes = NULL;
	size_t size = 0;

	if (input_read(path, ZONE_FILE_SIZE_MAX, &bytes, &size, err) < 0)
		return -1;
	return zone_file_parse(bytes, size, path, &file, findings, err);
}

static bool is_zone_file(const char *path)
{
	size_t length = strlen(path), suffix = strlen(ZONE_SUFFIX);

	return length >= suffix && strcmp(path + length - suffix, ZONE_SUFFIX) == 0;
}

static void check_file(const char *path, struct findings *findings)
{
	size_t before = findings->errors;
	struct error err;
	int result = is_zone_file(path) ? check_zone_file(path, findings, &err)
					: check_document(path, findings, &err);

	if (result < 0 && findings->errors == before)
		findings_add(findings, FINDING_ERROR, "%s", err.text);
}

static int check_files(const struct invocation *invocation)
{
	CLEANUP(findings_clear) struct findings findings = { 0 };

	for (size_t i = 0; i < invocation->operand_count; i++)
		check_file(invocation->operands[i], &findings);
	return finish(&findings, invocation->json);
}

/* Whether profile.identifier is what it is if nobody chooses one. */
static bool identifier_is_default(const struct configuration *configuration)
{
	for (size_t i = 0; i < configuration_key_count; i++) {
		const struct configuration_key *key = &configuration_keys[i];

		if (key->offset == offsetof(struct configuration, profile_identifier))
			return strcmp(configuration->profile_identifier, key->fallback) == 0;
	}
	return false;
}

/* What may be left out, but should be known to be. */
static void check_unset(const char *path, const struct configuration *configuration,
			struct findings *findings)
{
	const struct {
		const char *value, *text;
	} settings[] = {
		{ configuration->site_url,
		  "[site] url: not set, so autodiscover answers name https://autodiscover. and the "
		  "domain" },
		{ configuration->profile_namespace,
		  "[profile] namespace: not set, so no Apple profiles are given out" },
		{ configuration->dns_service,
		  "[dns] service: not set, so autoconfig and autodiscover names are missing from "
		  "the DNS records" },
	};

	for (size_t i = 0; i < sizeof(settings) / sizeof(*settings); i++) {
		if (!settings[i].value)
			findings_add(findings, FINDING_WARNING, "%s: %s", path, settings[i].text);
	}
	if (configuration->profile_namespace && identifier_is_default(configuration))
		findings_add(findings, FINDING_WARNING,
			     "%s: [profile] identifier: not set, so that of Apple profiles begins "
			     "with %s; set it before the first is given out",
			     path, configuration->profile_identifier);
}

/* A provider that domains use and that is not loaded. */
struct stray {
	char id[80];
	size_t count;
	struct bytes examples;
};

struct strays {
	const struct provider_set *providers;
	struct stray list[STRAYS_MAX];
	size_t count, more; /* more: domains of others that found no room in the list */
};

static struct stray *find_stray(struct strays *strays, const char *id)
{
	for (size_t i = 0; i < strays->count; i++) {
		if (strcmp(strays->list[i].id, id) == 0)
			return &strays->list[i];
	}
	if (strays->count == STRAYS_MAX)
		return NULL;
	snprintf(strays->list[strays->count].id, sizeof(strays->list->id), "%s", id);
	return &strays->list[strays->count++];
}

static int look_for_stray(void *context, const char *domain, size_t length, const char *provider,
			  struct error *err)
{
	struct strays *strays = context;
	struct stray *stray;

	(void)err;
	if (provider_set_find(strays->providers, provider))
		return 0;
	stray = find_stray(strays, provider);
	if (!stray) {
		strays->more++;
		return 0;
	}
	if (stray->count < STRAY_EXAMPLES) {
		bytes_append_text(&stray->examples, stray->count ? ", " : "");
		bytes_append(&stray->examples, domain, length);
	}
	stray->count++;
	return 0;
}

static void add_strays(struct strays *strays, const char *url, struct findings *findings)
{
	for (size_t i = 0; i < strays->count; i++) {
		struct stray *stray = &strays->list[i];

		findings_add(findings, FINDING_ERROR,
			     "%s: provider \"%s\" is not loaded, but %zu domain%s use%s it: %s%s",
			     url, stray->id, stray->count, stray->count == 1 ? "" : "s",
			     stray->count == 1 ? "s" : "",
			     stray->examples.data ? stray->examples.data : "",
			     stray->count > STRAY_EXAMPLES ? ", ..." : "");
		bytes_clear(&stray->examples);
	}
	if (strays->more)
		findings_add(findings, FINDING_ERROR,
			     "%s: %zu more domains use other providers that are not loaded", url,
			     strays->more);
}

/* providers is NULL if they could not be loaded. */
static void check_store(const char *url, const struct provider_set *providers,
			struct findings *findings)
{
	struct strays strays = { .providers = providers };
	CLEANUP(store_closep) struct store *store = NULL;
	struct error err;

	if (store_open(url, STORE_READ, &store, &err) < 0 || store_check(store, &err) < 0) {
		findings_add(findings, FINDING_ERROR, "%s", err.text);
		return;
	}
	if (providers && store_list(store, NULL, look_for_stray, &strays, &err) < 0)
		findings_add(findings, FINDING_ERROR, "%s", err.text);
	add_strays(&strays, url, findings);
}

static void check_providers(struct configuration *configuration, struct provider_set **ret,
			    struct findings *findings)
{
	size_t before = findings->errors;
	struct error err;

	if (provider_set_load(configuration, ret, findings, &err) < 0 && findings->errors == before)
		findings_add(findings, FINDING_ERROR, "%s", err.text);
}

static void check_zones(const struct configuration *configuration, struct zone_set **ret,
			struct findings *findings)
{
	size_t before = findings->errors;
	struct error err;

	if (zone_set_load(configuration, ret, findings, &err) < 0 && findings->errors == before)
		findings_add(findings, FINDING_ERROR, "%s", err.text);
}

static void check_signer(const struct configuration *configuration, const char *path,
			 struct findings *findings)
{
	CLEANUP(profile_signer_unrefp) struct profile_signer *signer = NULL;
	struct error err;

	if (profile_signer_load_configured(configuration, &signer, &err) < 0)
		findings_add(findings, FINDING_ERROR, "%s", err.text);
	else if (signer)
		profile_signer_check(signer, time(NULL), findings);
	else if (configuration->profile_namespace)
		findings_add(findings, FINDING_WARNING,
			     "%s: [profile] certificate and key: not set, so Apple profiles go out "
			     "unsigned and devices warn",
			     path);
}

static void check_certificates(const struct configuration *configuration, struct findings *findings)
{
	CLEANUP(freep) char *directory = NULL;

	if (!configuration->tls_certificates) {
		if (configuration->listen_https && *configuration->listen_https)
			findings_add(findings, FINDING_ERROR,
				     "[tls] certificates: not set, but [listen] https is, so the "
				     "service does not start: name the directory with the "
				     "certificates, or take [listen] https out");
		return;
	}
	directory = configuration_path(configuration, configuration->tls_certificates);
	if (directory)
		tls_certificates_check(directory, time(NULL), findings);
	else
		findings_add(findings, FINDING_ERROR, "[tls] certificates: out of memory");
}

static int check_site(const struct invocation *invocation)
{
	CLEANUP(findings_clear) struct findings findings = { 0 };
	CLEANUP(provider_set_unrefp) struct provider_set *providers = NULL;
	CLEANUP(zone_set_freep) struct zone_set *zones = NULL;
	struct configuration *configuration = NULL;
	CLEANUP(freep) char *url = NULL;
	struct error err;

	if (configuration_load(invocation->config, &configuration, &findings, &err) < 0)
		return findings.errors ? finish(&findings, invocation->json) : complain_error(&err);
	url = configuration_store_url(configuration);
	check_unset(invocation->config, configuration, &findings);
	check_signer(configuration, invocation->config, &findings);
	check_certificates(configuration, &findings);
	dns_check(configuration, invocation->config, &findings);
	check_zones(configuration, &zones, &findings);
	check_providers(configuration, &providers, &findings); /* takes configuration over */
	if (zones && providers)
		records_check(providers, zones, &findings);
	if (url)
		check_store(url, providers, &findings);
	return finish(&findings, invocation->json);
}

static int check(const struct invocation *invocation)
{
	if (option_value(invocation, "settings"))
		return print_settings(invocation);
	return invocation->operand_count ? check_files(invocation) : check_site(invocation);
}

static const struct command_option check_options[] = {
	{ "settings", NULL, "print what can be set, with defaults, and check nothing" },
	{ NULL, NULL, NULL },
};

const struct command command_check = {
	.name = "check",
	.operands = "[FILE...]",
	.minimum = 0,
	.maximum = COMMAND_OPERANDS_ANY,
	.sentence = "Print every finding about configuration, providers, zone files and store.",
	.details =
		"With FILE operands: about these provider documents and zone files (*.zone) alone.",
	.options = check_options,
	.run = check,
};
