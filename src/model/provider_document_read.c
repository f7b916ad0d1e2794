/* Nothing here keeps a mail program from working, so whatever is odd is a warning and left out. */
#include "model/provider_document_read.h"

#include "base/cleanup.h"
#include "model/email_provider.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

#define LANGUAGE_MAX 35 /* bytes, RFC 5646 4.4.1 */

static bool is_language(const char *text)
{
	size_t length = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				     "0123456789-");

	return length && length <= LANGUAGE_MAX && text[length] == '\0';
}

/* The lang attribute, or NULL. */
static char *read_language(struct provider_reader *reader, xmlNode *node)
{
	char *language = provider_attribute(reader, node, "lang");

	if (!language || is_language(language))
		return language;
	provider_warn(reader, node, provider_element_name(node),
		      "lang \"%.*s\" is not a language tag, left out", PROVIDER_SHOWN(language));
	free(language);
	return NULL;
}

static void read_localized(struct provider_reader *reader, xmlNode *node,
			   struct localized_text **list, size_t *count)
{
	CLEANUP(freep) char *text = provider_display_text(reader, node);
	struct localized_text *texts;

	if (!text)
		return;
	texts = provider_grow(reader, *list, *count, sizeof(*texts));
	if (!texts)
		return;
	*list = texts;
	texts[*count].language = read_language(reader, node);
	texts[(*count)++].text = text;
	text = NULL;
}

void provider_read_display_name(struct provider_reader *reader, xmlNode *node, void *context)
{
	struct email_provider *provider = reader->provider;

	(void)context;
	read_localized(reader, node, &provider->display_names, &provider->display_name_count);
}

void provider_read_short_name(struct provider_reader *reader, xmlNode *node, void *context)
{
	struct email_provider *provider = reader->provider;

	(void)context;
	if (!provider->display_short_name)
		provider->display_short_name = provider_display_text(reader, node);
}

/* The URL in an attribute, or NULL after a warning. */
static char *read_url(struct provider_reader *reader, xmlNode *node, const char *attribute)
{
	const char *element = provider_element_name(node);
	char *url = provider_attribute(reader, node, attribute);

	if (url && provider_is_url(url, false))
		return url;
	if (url)
		provider_warn(reader, node, element,
			      "%s \"%.*s\" is not an http or https URL, passed over", attribute,
			      PROVIDER_SHOWN(url));
	else
		provider_warn(reader, node, element, "no %s, passed over", attribute);
	free(url);
	return NULL;
}

static void read_description(struct provider_reader *reader, xmlNode *node, void *context)
{
	struct provider_document *document = context;

	read_localized(reader, node, &document->descriptions, &document->description_count);
}

static void read_page(struct provider_reader *reader, xmlNode *node, const char *attribute,
		      const struct provider_element *child, struct provider_document **list,
		      size_t *count)
{
	CLEANUP(freep) char *url = read_url(reader, node, attribute);
	struct provider_document *documents;

	if (!url)
		return;
	documents = provider_grow(reader, *list, *count, sizeof(*documents));
	if (!documents)
		return;
	*list = documents;
	documents[*count].url = url;
	url = NULL;
	provider_walk(reader, node, child, 1, &documents[(*count)++]);
}

void provider_read_documentation(struct provider_reader *reader, xmlNode *node, void *context)
{
	static const struct provider_element child = { "descr", false, read_description };
	struct email_provider *provider = reader->provider;

	(void)context;
	read_page(reader, node, "url", &child, &provider->documentation,
		  &provider->documentation_count);
}

void provider_read_enable(struct provider_reader *reader, xmlNode *node, void *context)
{
	static const struct provider_element child = { "instruction", false, read_description };
	struct email_provider *provider = reader->provider;

	(void)context;
	read_page(reader, node, "visiturl", &child, &provider->enables, &provider->enable_count);
}

/* loginPage comes first, wherever it stands; loginPageInfo is for programs that fill in forms. */
static void read_login_page(struct provider_reader *reader, xmlNode *node, void *context)
{
	struct email_provider *provider = reader->provider;
	char *url = provider->webmail_url ? NULL : read_url(reader, node, "url");

	(void)context;
	if (!url)
		return;
	if (!provider_is_https(url))
		provider_warn(reader, node, provider_element_name(node),
			      "url \"%.*s\" is not https", PROVIDER_SHOWN(url));
	provider->webmail_url = url;
}

void provider_read_webmail(struct provider_reader *reader, xmlNode *node, void *context)
{
	static const struct provider_element elements[] = {
		{ "loginPage", false, read_login_page },
		{ "loginPageInfo", false, NULL },
	};

	provider_walk(reader, node, elements, COUNT(elements), context);
}
