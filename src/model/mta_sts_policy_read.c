#include "model/mta_sts_policy_read.h"

#include "base/text.h"
#include "model/domain_name.h"
#include "model/email_provider.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* In findings, whatever the prefix. */
#define ELEMENT "sp:mtaSts"
#define ELEMENT_MX "sp:mx"

static enum mta_sts_mode read_mode(struct provider_reader *reader, xmlNode *node)
{
	CLEANUP(freep) char *name = provider_attribute(reader, node, "mode");
	int mode;

	if (!xmlHasNsProp(node, (const xmlChar *)"mode", NULL))
		return MTA_STS_TESTING;
	mode = name ? mta_sts_mode_from_name(name) : -1;
	if (mode >= 0)
		return (enum mta_sts_mode)mode;
	provider_fail(reader, node, ELEMENT, "mode \"%.*s\" is not none, testing or enforce",
		      PROVIDER_SHOWN(name ? name : ""));
	return MTA_STS_NONE;
}

static unsigned int read_max_age(struct provider_reader *reader, xmlNode *node)
{
	CLEANUP(freep) char *text = provider_attribute(reader, node, "maxAge");
	unsigned long seconds = 0;

	if (!xmlHasNsProp(node, (const xmlChar *)"maxAge", NULL))
		return MTA_STS_MAX_AGE_DEFAULT;
	if (text && text[strspn(text, "0123456789")] == '\0')
		seconds = strtoul(text, NULL, 10); /* too large a number is ULONG_MAX */
	if (seconds < MTA_STS_MAX_AGE_MIN || seconds > MTA_STS_MAX_AGE_MAX)
		provider_fail(reader, node, ELEMENT, "maxAge \"%.*s\" is not %d..%d seconds",
			      PROVIDER_SHOWN(text ? text : ""), MTA_STS_MAX_AGE_MIN,
			      MTA_STS_MAX_AGE_MAX);
	return (unsigned int)seconds;
}

/* Writes the pattern as it goes into the policy. Returns whether it is one. */
static bool read_pattern(struct provider_reader *reader, xmlNode *node, char ret[], size_t room)
{
	size_t errors = reader->findings->errors;
	CLEANUP(freep) char *text = provider_value(reader, node);
	const char *value = text ? text : "";
	const char *prefix = strncmp(value, "*.", 2) == 0 ? "*." : "";
	const char *rest = value + strlen(prefix);
	struct domain_name name;
	struct error err;

	if (reader->findings->errors > errors)
		return false;
	if (domain_name_parse(rest, strlen(rest), &name, &err) < 0) {
		provider_fail(reader, node, ELEMENT_MX, "\"%.*s\": %s", PROVIDER_SHOWN(value),
			      err.text);
		return false;
	}
	snprintf(ret, room, "%s%s", prefix, name.text);
	return true;
}

static void add_mx(struct provider_reader *reader, xmlNode *node, struct mta_sts_policy *policy)
{
	char pattern[sizeof("*.") + DOMAIN_NAME_SIZE];

	if (xmlFirstElementChild(node)) {
		provider_fail(reader, node, ELEMENT_MX, "has an element in its value");
		return;
	}
	if (!read_pattern(reader, node, pattern, sizeof(pattern)))
		return;
	for (size_t i = 0; i < policy->mx_count; i++) {
		if (strcmp(policy->mx[i], pattern) == 0) {
			provider_fail(reader, node, ELEMENT_MX, "\"%.*s\" given twice",
				      PROVIDER_SHOWN(pattern));
			return;
		}
	}
	if (policy->mx_count == MTA_STS_MX_MAX) {
		provider_fail(reader, node, ELEMENT_MX, "\"%.*s\" is one more than the %d allowed",
			      PROVIDER_SHOWN(pattern), MTA_STS_MX_MAX);
		return;
	}
	policy->mx[policy->mx_count] = strdup(pattern);
	if (policy->mx[policy->mx_count])
		policy->mx_count++;
	else
		provider_no_memory(reader);
}

static bool is_text(const xmlNode *node)
{
	return (node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE) &&
	       !xmlIsBlankNode(node);
}

/* Returns how many mx elements there are, good or not. What is ours but no mx has been told. */
static size_t read_children(struct provider_reader *reader, xmlNode *parent,
			    struct mta_sts_policy *policy)
{
	size_t count = 0;

	for (xmlNode *node = parent->children; node; node = node->next) {
		if (is_text(node)) {
			provider_fail(reader, parent, ELEMENT, "has text beside its elements");
		} else if (node->type == XML_ELEMENT_NODE && !provider_is_own(node->ns)) {
			provider_fail(reader, node, ELEMENT, "%.*s is not in the namespace %s",
				      PROVIDER_SHOWN(provider_element_name(node)),
				      EMAIL_PROVIDER_NAMESPACE);
		} else if (node->type == XML_ELEMENT_NODE &&
			   strcmp(provider_element_name(node), "mx") == 0) {
			add_mx(reader, node, policy);
			count++;
		}
	}
	return count;
}

void mta_sts_policy_read(struct provider_reader *reader, xmlNode *node, void *context)
{
	struct mta_sts_policy *policy;

	(void)context;
	if (reader->provider->mta_sts) {
		provider_fail(reader, node, ELEMENT, "given twice");
		return;
	}
	policy = calloc(1, sizeof(*policy));
	if (!policy) {
		provider_no_memory(reader);
		return;
	}
	reader->provider->mta_sts = policy;
	policy->mode = read_mode(reader, node);
	policy->max_age = read_max_age(reader, node);
	if (read_children(reader, node, policy) == 0)
		provider_fail(reader, node, ELEMENT, "no sp:mx");
}
