#include "render/mta_sts.h"

#include "base/bytes.h"

#include <openssl/evp.h>

/* RFC 8461 3.2, lines in the order of its example. Nothing of a line needs escaping. */
static void append_policy(struct bytes *bytes, const struct mta_sts_policy *policy)
{
	bytes_append_format(bytes, "version: STSv1\r\nmode: %s\r\n",
			    mta_sts_mode_name(policy->mode));
	for (size_t i = 0; i < policy->mx_count; i++)
		bytes_append_format(bytes, "mx: %s\r\n", policy->mx[i]);
	bytes_append_format(bytes, "max_age: %u\r\n", policy->max_age);
}

int mta_sts_compile(const struct email_provider *provider, struct template **ret, struct error *err)
{
	CLEANUP(bytes_clear) struct bytes bytes = { 0 };

	*ret = NULL;
	if (!provider->mta_sts)
		return 0;
	append_policy(&bytes, provider->mta_sts);
	if (bytes.failed)
		return error_no_memory(err);
	return template_compile(bytes.data, bytes.size, 0, ESCAPE_NONE, ret, err);
}

int mta_sts_id(const struct email_provider *provider, char ret[MTA_STS_ID_SIZE], struct error *err)
{
	static const char digits[] = "0123456789abcdef";
	CLEANUP(bytes_clear) struct bytes bytes = { 0 };
	unsigned char digest[EVP_MAX_MD_SIZE];

	*ret = '\0';
	if (!provider->mta_sts)
		return 0;
	append_policy(&bytes, provider->mta_sts);
	if (bytes.failed)
		return error_no_memory(err);
	if (!EVP_Q_digest(NULL, "SHA256", NULL, bytes.data, bytes.size, digest, NULL))
		return error_set(err, ERROR_UNAVAILABLE, "OpenSSL does not give SHA256");
	for (size_t i = 0; i < MTA_STS_ID_SIZE / 2; i++) {
		*ret++ = digits[digest[i] >> 4];
		*ret++ = digits[digest[i] & 15];
	}
	*ret = '\0';
	return 0;
}
