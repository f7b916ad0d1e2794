/* One place where a format meets a provider and a person: HTTP and `signpost show` both come here.
 */
#include "render/document.h"

#include <stdio.h>
#include <string.h>

static const struct {
	const char *name, *media_type;
} formats[DOCUMENT_FORMAT_COUNT] = {
	/* Thunderbird compares the beginning to the letter; some Exchange programs the whole line.
	 */
	[DOCUMENT_AUTOCONFIG] = { "autoconfig", "text/xml; charset=utf-8" },
	[DOCUMENT_AUTODISCOVER] = { "autodiscover", "text/xml; charset=utf-8" },
	[DOCUMENT_ACTIVESYNC] = { "activesync", "text/xml; charset=utf-8" },
	[DOCUMENT_AUTODISCOVER_JSON] = { "autodiscover-json", "application/json; charset=utf-8" },
	[DOCUMENT_MOBILECONFIG] = { "mobileconfig", "application/x-apple-aspen-config" },
	[DOCUMENT_PACC] = { "pacc", "application/json" },
	[DOCUMENT_MTA_STS] = { "mta-sts", "text/plain" },
};

const char *document_format_name(enum document_format format)
{
	return formats[format].name;
}

int document_format_from_name(const char *name)
{
	for (int i = 0; i < DOCUMENT_FORMAT_COUNT; i++) {
		if (strcmp(formats[i].name, name) == 0)
			return i;
	}
	return -1;
}

const char *document_media_type(enum document_format format)
{
	return formats[format].media_type;
}

static const struct template *json_template(const struct provider_answers *answers,
					    enum document_json json)
{
	switch (json) {
	case JSON_ACTIVESYNC:
		return answers->json_activesync;
	case JSON_EWS:
		return answers->json_ews;
	case JSON_AUTODISCOVER:
	default:
		return answers->json_autodiscover;
	}
}

static const struct template *choose_template(const struct provider_answers *answers,
					      enum document_format format,
					      const struct document_choice *choice,
					      bool with_address)
{
	switch (format) {
	case DOCUMENT_AUTOCONFIG:
		return answers->autoconfig;
	case DOCUMENT_AUTODISCOVER:
		return with_address ? answers->outlook : answers->outlook_without_address;
	case DOCUMENT_ACTIVESYNC:
		return answers->mobilesync;
	case DOCUMENT_AUTODISCOVER_JSON:
		return json_template(answers, choice->json);
	case DOCUMENT_MOBILECONFIG:
		return answers->mobileconfig[choice->content];
	case DOCUMENT_PACC:
		return answers->pacc;
	case DOCUMENT_MTA_STS:
		return answers->mta_sts;
	case DOCUMENT_FORMAT_COUNT:
	default:
		return NULL;
	}
}

static void set_value(struct template_values *values, enum template_hole hole, const char *text,
		      size_t size)
{
	values->hole[hole].text = text;
	values->hole[hole].size = size;
}

/* The person's name goes in as it was sent; the domain as we know it. */
static void set_subject(struct template_values *values, const struct document_subject *subject)
{
	set_value(values, HOLE_EMAILDOMAIN, subject->domain->text, subject->domain->length);
	if (!subject->address)
		return;
	set_value(values, HOLE_EMAILADDRESS, subject->address->text, subject->address->length);
	set_value(values, HOLE_EMAILLOCALPART, subject->address->text,
		  subject->address->local_length);
}

int document_make(const struct provider_set *providers, const struct provider_answers *answers,
		  enum document_format format, const struct document_choice *choice,
		  const struct document_subject *subject, struct document *ret, struct error *err)
{
	const struct template *template =
		choose_template(answers, format, choice, subject->address != NULL);
	struct mobileconfig_identity identity;
	struct template_values values;
	struct document document;

	if (!template)
		return error_set(err, ERROR_NOT_FOUND, "provider %s has no answer in format %s",
				 answers->id, formats[format].name);
	if (!subject->address && (template_holes(template) & ~TEMPLATE_HOLES_DOMAIN))
		return error_set(err, ERROR_INVALID, "format %s needs an e-mail address",
				 formats[format].name);
	set_subject(&values, subject);
	document.file_name[0] = '\0';
	if (format == DOCUMENT_MOBILECONFIG) {
		if (mobileconfig_identity_make(subject->address, providers->profile_namespace,
					       template_holes(template), &identity, err) < 0)
			return -1;
		mobileconfig_identity_values(&identity, &values);
		snprintf(document.file_name, sizeof(document.file_name), "mail-%s.mobileconfig",
			 subject->domain->text);
	}
	if (template_fill(template, &values, &document.bytes, &document.size, err) < 0)
		return -1;
	document.media_type = formats[format].media_type;
	*ret = document;
	return 0;
}
