#include "server/certificate_names.h"

#include "base/bytes.h"

#include <openssl/x509v3.h>
#include <string.h>

#define WILDCARD "*."
#define WILDCARD_LENGTH (sizeof(WILDCARD) - 1)

DEFINE_CLEANUP(GENERAL_NAMES *, GENERAL_NAMES_free)

static void append_name(struct bytes *bytes, const char *text, size_t size)
{
	bool wildcard = size > WILDCARD_LENGTH && memcmp(text, WILDCARD, WILDCARD_LENGTH) == 0;
	size_t skipped = wildcard ? WILDCARD_LENGTH : 0;
	struct domain_name name;
	struct error ignored;

	if (domain_name_parse(text + skipped, size - skipped, &name, &ignored) < 0)
		return;
	bytes_append(bytes, WILDCARD, skipped);
	bytes_append(bytes, name.text, name.length + 1);
}

int certificate_names_read(const X509 *certificate, struct certificate_names *ret,
			   struct error *err)
{
	CLEANUP(bytes_clear) struct bytes bytes = { 0 };
	CLEANUP(GENERAL_NAMES_freep)
	GENERAL_NAMES *list = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);

	for (int i = 0; i < sk_GENERAL_NAME_num(list); i++) {
		const GENERAL_NAME *item = sk_GENERAL_NAME_value(list, i);

		if (item->type == GEN_DNS)
			append_name(&bytes, (const char *)ASN1_STRING_get0_data(item->d.dNSName),
				    (size_t)ASN1_STRING_length(item->d.dNSName));
	}
	return bytes_take(&bytes, &ret->text, &ret->size, err);
}

const char *certificate_names_next(const struct certificate_names *names, const char *name)
{
	size_t next = name ? (size_t)(name - names->text) + strlen(name) + 1 : 0;

	return next < names->size ? names->text + next : NULL;
}

bool certificate_names_include(const struct certificate_names *names,
			       const struct domain_name *name)
{
	const char *parent = strchr(name->text, '.');

	for (const char *own = NULL; (own = certificate_names_next(names, own));) {
		if (own[0] == '*' ? parent && strcmp(own + 1, parent) == 0
				  : strcmp(own, name->text) == 0)
			return true;
	}
	return false;
}

void certificate_names_clear(struct certificate_names *names)
{
	free(names->text);
	*names = (struct certificate_names){ 0 };
}
