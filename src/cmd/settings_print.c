#include "cmd/settings_print.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define COLUMNS 88

const char *settings_print_type(enum configuration_type type)
{
	static const char *const names[] = {
		[CONFIGURATION_TEXT] = "text",
		[CONFIGURATION_NUMBER] = "number",
		[CONFIGURATION_LISTEN] = "list of addresses with port",
		[CONFIGURATION_SERVERS] = "list of name servers",
		[CONFIGURATION_NETWORKS] = "list of networks",
		[CONFIGURATION_PATH] = "path",
		[CONFIGURATION_STORE] = "sqlite:PATH",
		[CONFIGURATION_URL] = "URL",
		[CONFIGURATION_UUID] = "UUID",
		[CONFIGURATION_NAME] = "domain name",
		[CONFIGURATION_IDENTIFIER] = "identifier",
		[CONFIGURATION_CHOICE] = "choice",
		[CONFIGURATION_EMAIL] = "e-mail address",
		[CONFIGURATION_LINK] = "web address",
		[CONFIGURATION_LANGUAGES] = "list of languages",
		[CONFIGURATION_COLOR] = "#rrggbb",
	};

	return names[type];
}

/* Words of text in comment lines of at most COLUMNS. */
static void append_comment(struct bytes *bytes, const char *text)
{
	size_t column = 0;

	while (*text) {
		size_t size = strcspn(text, " ");

		if (column && column + 1 + size > COLUMNS) {
			bytes_append_text(bytes, "\n");
			column = 0;
		}
		bytes_append_text(bytes, column ? " " : "# ");
		bytes_append(bytes, text, size);
		column += size + (column ? 1 : 2);
		text += size + strspn(text + size, " ");
	}
	bytes_append_text(bytes, "\n");
}

/* Where something lies or listens: everybody looks for that first, so it is not in a comment. */
static bool is_place(const struct configuration_key *key)
{
	return key->type == CONFIGURATION_LISTEN || key->type == CONFIGURATION_STORE ||
	       key->type == CONFIGURATION_PATH;
}

/* What stands for the default in the configuration of a new site, or NULL. */
static const char *own_value(const struct configuration_key *key,
			     const struct settings_print_own *own)
{
	if (own && key->offset == offsetof(struct configuration, profile_namespace))
		return own->profile_namespace;
	if (own && key->offset == offsetof(struct configuration, links_keys))
		return own->links_keys;
	return NULL;
}

static void append_key(struct bytes *bytes, const struct configuration_key *key,
		       const struct settings_print_own *own)
{
	const char *value = own_value(key, own);
	char text[512];

	if (key->type == CONFIGURATION_NUMBER)
		snprintf(text, sizeof(text), "%s %ld to %ld%s%s.", key->description, key->minimum,
			 key->maximum, key->unit ? " " : "", key->unit ? key->unit : "");
	else if (key->choices)
		snprintf(text, sizeof(text), "%s One of %s.", key->description, key->choices);
	else
		snprintf(text, sizeof(text), "%s", key->description);
	append_comment(bytes, text);
	if (value)
		bytes_append_format(bytes, "%s = %s\n", key->name, value);
	else
		bytes_append_format(bytes, "%s%s =%s%s\n", is_place(key) ? "" : "#", key->name,
				    *key->fallback ? " " : "", key->fallback);
}

void settings_print_append(struct bytes *bytes, const struct settings_print_own *own)
{
	const char *section = "";

	append_comment(bytes, "Settings of signpostd and signpost; signpost.conf(5) tells more. "
			      "Paths are relative to this file. A key in a comment shows the "
			      "default.");
	for (size_t i = 0; i < configuration_key_count; i++) {
		const struct configuration_key *key = &configuration_keys[i];

		if (strcmp(key->section, section) != 0)
			bytes_append_format(bytes, "\n[%s]\n", key->section);
		else
			bytes_append_text(bytes, "\n");
		section = key->section;
		append_key(bytes, key, own);
	}
}
