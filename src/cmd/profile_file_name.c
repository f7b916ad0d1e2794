#include "cmd/profile_file_name.h"

#include "base/text.h"
#include "render/mobileconfig.h"

#include <stdio.h>
#include <string.h>

#define SUFFIX ".mobileconfig"
#define WHOLE_MAX 200 /* bytes before the suffix */
#define CUT_MAX 180   /* bytes that remain of more */
#define LONGEST (3 * EMAIL_ADDRESS_LOCAL_MAX + 1 + DOMAIN_NAME_SIZE)

static bool stays(char c, bool first)
{
	static const char others[] = "abcdefghijklmnopqrstuvwxyz0123456789_+";

	return c && (strchr(others, c) || (!first && (c == '-' || c == '.')));
}

static void encode(const struct email_address *address, char ret[LONGEST])
{
	char *to = ret;

	for (size_t i = 0; i < address->local_length; i++) {
		char c = text_lower(address->text[i]);

		if (stays(c, i == 0))
			*to++ = c;
		else
			to += snprintf(to, 4, "%%%02X", (unsigned char)c);
	}
	snprintf(to, 1 + DOMAIN_NAME_SIZE, "@%s", address->domain.text);
}

/* Not in the middle of "%C3". */
static int cut_length(const char *name)
{
	int length = CUT_MAX;

	while (name[length - 1] == '%' || name[length - 2] == '%')
		length--;
	return length;
}

int profile_file_name(const struct email_address *address, char ret[PROFILE_FILE_NAME_SIZE],
		      struct error *err)
{
	static const unsigned char namespace[16] = { 0 }; /* no part of what is taken from it */
	struct mobileconfig_identity identity;
	char name[LONGEST];

	encode(address, name);
	if (strlen(name) <= WHOLE_MAX) {
		snprintf(ret, PROFILE_FILE_NAME_SIZE, "%.*s" SUFFIX, WHOLE_MAX, name);
		return 0;
	}
	if (mobileconfig_identity_make(address, namespace, 0, &identity, err) < 0)
		return -1;
	snprintf(ret, PROFILE_FILE_NAME_SIZE, "%.*s~%s" SUFFIX, cut_length(name), name,
		 identity.id);
	return 0;
}
