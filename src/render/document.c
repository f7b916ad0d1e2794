/* One place where a format meets a provider and a person: HTTP and `signpost show` both come here.
 */
#include "render/document.h"

#include "render/mobileconfig_texts.h"
#include "render/thunderbird_qr.h"

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
	[DOCUMENT_QR] = { "qr", "application/json" },
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

static enum mobileconfig_form choose_form(const struct document_choice *choice, bool with_address)
{
	unsigned int form = MOBILECONFIG_PERSON;

	if (!with_address)
		return MOBILECONFIG_DOMAIN;
	if (choice->full_name && *choice->full_name)
		form |= MOBILECONFIG_PERSON_NAMED;
	if (choice->login && *choice->login)
		form |= MOBILECONFIG_PERSON_LOGIN;
	return (enum mobileconfig_form)form;
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
		return answers->mobileconfig[choice->content][choose_form(choice, with_address)];
	case DOCUMENT_PACC:
		return answers->pacc;
	case DOCUMENT_MTA_STS:
		return answers->mta_sts;
	case DOCUMENT_QR:
		return answers->qr;
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

static void set_address(struct template_values *values, const struct email_address *address)
{
	set_value(values, HOLE_EMAILADDRESS, address->text, address->length);
	set_value(values, HOLE_EMAILLOCALPART, address->text, address->local_length);
}

/*
 * A profile may hold the marker of any hole, since texts of the configuration stand in it: what is
 * not known is empty. The other formats have none but those that are set or asked for.
 */
static void clear_values(struct template_values *values)
{
	for (unsigned int hole = 0; hole < TEMPLATE_HOLE_COUNT; hole++)
		set_value(values, hole, "", 0);
}

/* The person's name goes in as it was sent; the domain as we know it. */
static void set_subject(struct template_values *values, const struct document_subject *subject)
{
	set_value(values, HOLE_EMAILDOMAIN, subject->domain->text, subject->domain->length);
	if (subject->address)
		set_address(values, subject->address);
}

/* What is asked for is for a person, and there is none. */
static bool lacks_address(enum document_format format, const struct template *template,
			  const struct document_choice *choice,
			  const struct document_subject *subject)
{
	if (subject->address)
		return false;
	return format == DOCUMENT_MOBILECONFIG
		       ? !choice->nonce
		       : (template_holes(template) & ~TEMPLATE_HOLES_DOMAIN) != 0;
}

static int make_identity(const struct provider_set *providers, const struct document_choice *choice,
			 const struct document_subject *subject, unsigned int holes,
			 struct mobileconfig_identity *ret, struct error *err)
{
	const unsigned char *namespace = providers->profile_namespace;

	if (subject->address)
		return mobileconfig_identity_make(subject->address, namespace, holes, ret, err);
	return mobileconfig_identity_make_domain(subject->domain, choice->nonce, namespace, holes,
						 ret, err);
}

/* A profile has more holes than all else. Fills values up, and the template from it. */
static int fill_profile(const struct provider_set *providers, const struct document_choice *choice,
			const struct document_subject *subject, const struct template *template,
			struct template_values *values, struct document *ret, struct error *err)
{
	const struct mobileconfig_reader reader = {
		.pages = providers->pages,
		.language = choice->language,
		.content = choice->content,
		.support = providers->configuration->site_support,
		.domain = subject->domain,
		.address = subject->address,
	};
	CLEANUP(mobileconfig_texts_clear) struct mobileconfig_texts texts = { .name = { 0 } };
	unsigned int holes = template_holes(template);
	struct mobileconfig_identity identity;

	if (make_identity(providers, choice, subject, holes, &identity, err) < 0 ||
	    mobileconfig_texts_make(&reader, holes, &texts, err) < 0)
		return -1;
	mobileconfig_identity_values(&identity, values);
	mobileconfig_texts_values(&texts, values);
	if (choice->full_name)
		set_value(values, HOLE_FULL_NAME, choice->full_name, strlen(choice->full_name));
	if (choice->login)
		set_value(values, HOLE_LOGIN, choice->login, strlen(choice->login));
	snprintf(ret->file_name, sizeof(ret->file_name), "mail-%s.mobileconfig",
		 subject->domain->text);
	return template_fill(template, values, &ret->bytes, &ret->size, err);
}

int document_make(const struct provider_set *providers, const struct provider_answers *answers,
		  enum document_format format, const struct document_choice *choice,
		  const struct document_subject *subject, struct document *ret, struct error *err)
{
	const struct template *template =
		choose_template(answers, format, choice, subject->address != NULL);
	struct email_address qr_address;
	struct template_values values;
	struct document document;
	int result;

	if (!template)
		return error_set(err, ERROR_NOT_FOUND, "provider %s has no answer in format %s",
				 answers->id, formats[format].name);
	if (lacks_address(format, template, choice, subject))
		return error_set(err, ERROR_INVALID, "format %s needs an e-mail address",
				 formats[format].name);
	if (format == DOCUMENT_MOBILECONFIG)
		clear_values(&values);
	set_subject(&values, subject);
	if (format == DOCUMENT_QR) {
		if (!thunderbird_qr_address(subject->address, &qr_address))
			return error_set(err, ERROR_NOT_FOUND,
					 "provider %s has no answer in format %s for this address: "
					 "only for ASCII, with single dots between other letters",
					 answers->id, formats[format].name);
		set_address(&values, &qr_address);
	}
	document.file_name[0] = '\0';
	result = format == DOCUMENT_MOBILECONFIG
			 ? fill_profile(providers, choice, subject, template, &values, &document,
					err)
			 : template_fill(template, &values, &document.bytes, &document.size, err);
	if (result < 0)
		return -1;
	document.media_type = formats[format].media_type;
	*ret = document;
	return 0;
}
