#include "model/provider_placeholder.h"

#include "base/bytes.h"
#include "base/cleanup.h"

#include <string.h>

/* The bytes of a known placeholder that text begins with, without its last %; or 0. */
static size_t known_length(const char *text)
{
	static const char *const names[] = { "%EMAILADDRESS", "%EMAILLOCALPART", "%EMAILDOMAIN" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		size_t length = strlen(names[i]);

		if (strncmp(text, names[i], length) == 0)
			return length;
	}
	return 0;
}

enum placeholders provider_placeholders(const char *text)
{
	enum placeholders ret = PLACEHOLDERS_NONE;

	for (const char *p = strchr(text, '%'); p; p = strchr(p, '%')) {
		size_t length = known_length(p);

		if (!length || p[length] != '%')
			return PLACEHOLDERS_UNKNOWN;
		ret = PLACEHOLDERS_KNOWN;
		p += length + 1;
	}
	return ret;
}

/* Whether the name of a placeholder would go on with the character. */
static bool is_name_byte(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

int provider_placeholders_complete(const char *text, char **ret, struct error *err)
{
	CLEANUP(bytes_clear) struct bytes whole = { 0 };
	bool lacking = false;

	*ret = NULL;
	while (*text) {
		size_t length = known_length(text);

		bytes_append(&whole, text, length ? length : 1);
		text += length ? length : 1;
		if (!length || is_name_byte(*text))
			continue;
		bytes_append(&whole, "%", 1);
		if (*text == '%')
			text++;
		else
			lacking = true;
	}
	return lacking ? bytes_take(&whole, ret, NULL, err) : 0;
}
