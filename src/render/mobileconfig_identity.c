/*
 * The parts of an identity are hashes: an address in it could hold characters that an identifier
 * must not have, and would be readable in every backup of the device.
 */
#include "base/bytes.h"
#include "base/text.h"
#include "render/mobileconfig.h"

#include <openssl/evp.h>
#include <string.h>

#define HASHED_FOR_ID 10 /* bytes: 80 bits, 16 characters of base32 without padding */
#define UUID_BYTES 16

/* What each payload is called in the hash. It never changes, or devices would lose accounts. */
static const char *const parts[TEMPLATE_HOLE_COUNT] = {
	[HOLE_UUID_PROFILE] = "profile", [HOLE_UUID_MAIL] = "mail", [HOLE_UUID_CALDAV] = "caldav",
	[HOLE_UUID_CARDDAV] = "carddav", [HOLE_UUID_EAS] = "eas",
};

static int hash(const char *algorithm, const struct bytes *bytes, unsigned char *ret,
		struct error *err)
{
	if (bytes->failed)
		return error_no_memory(err);
	if (!EVP_Q_digest(NULL, algorithm, NULL, bytes->data, bytes->size, ret, NULL))
		return error_set(err, ERROR_UNAVAILABLE, "OpenSSL does not give %s", algorithm);
	return 0;
}

static void base32(const unsigned char *bytes, size_t size, char *ret)
{
	static const char digits[] = "abcdefghijklmnopqrstuvwxyz234567"; /* RFC 4648, lower case */
	unsigned int bits = 0, held = 0;

	for (size_t i = 0; i < size; i++) {
		bits = bits << 8 | bytes[i];
		for (held += 8; held >= 5; held -= 5)
			*ret++ = digits[bits >> (held - 5) & 31];
	}
	*ret = '\0';
}

/* RFC 4122 4.3: version 5 and the variant go over the first bytes of a SHA-1. */
static void uuid_text(unsigned char *bytes, char ret[MOBILECONFIG_UUID_SIZE])
{
	static const char digits[] = "0123456789ABCDEF";

	bytes[6] = (unsigned char)((bytes[6] & 0x0f) | 0x50);
	bytes[8] = (unsigned char)((bytes[8] & 0x3f) | 0x80);
	for (int i = 0; i < UUID_BYTES; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*ret++ = '-';
		*ret++ = digits[bytes[i] >> 4];
		*ret++ = digits[bytes[i] & 15];
	}
	*ret = '\0';
}

/* The same mailbox however the person wrote it: all in lower case, the domain as A-labels. */
static void append_address(struct bytes *bytes, const struct email_address *address)
{
	for (size_t i = 0; i < address->local_length; i++) {
		char c = text_lower(address->text[i]);

		bytes_append(bytes, &c, 1);
	}
	bytes_append_format(bytes, "@%s", address->domain.text);
}

/* owner is whom the identity is for, NUL-terminated. */
static int make_id(const char *owner, char ret[MOBILECONFIG_ID_SIZE], struct error *err)
{
	CLEANUP(bytes_clear) struct bytes bytes = { 0 };
	unsigned char digest[EVP_MAX_MD_SIZE];

	bytes_append_format(&bytes, "profile\n%s", owner);
	if (hash("SHA256", &bytes, digest, err) < 0)
		return -1;
	base32(digest, HASHED_FOR_ID, ret);
	return 0;
}

static int make_uuid(const char *owner, const unsigned char namespace[16], const char *part,
		     char ret[MOBILECONFIG_UUID_SIZE], struct error *err)
{
	CLEANUP(bytes_clear) struct bytes bytes = { 0 };
	unsigned char digest[EVP_MAX_MD_SIZE];

	bytes_append(&bytes, namespace, UUID_BYTES);
	bytes_append_format(&bytes, "%s\n%s", part, owner);
	if (hash("SHA1", &bytes, digest, err) < 0)
		return -1;
	uuid_text(digest, ret);
	return 0;
}

static int make_identity(const struct bytes *owner, const unsigned char namespace[16],
			 unsigned int holes, struct mobileconfig_identity *ret, struct error *err)
{
	if (owner->failed)
		return error_no_memory(err);
	if (make_id(owner->data, ret->id, err) < 0)
		return -1;
	for (int hole = 0; hole < TEMPLATE_HOLE_COUNT; hole++) {
		if (parts[hole] && (holes & TEMPLATE_HOLE(hole)) &&
		    make_uuid(owner->data, namespace, parts[hole], ret->uuid[hole], err) < 0)
			return -1;
	}
	return 0;
}

int mobileconfig_identity_make(const struct email_address *address,
			       const unsigned char namespace[16], unsigned int holes,
			       struct mobileconfig_identity *ret, struct error *err)
{
	CLEANUP(bytes_clear) struct bytes owner = { 0 };

	append_address(&owner, address);
	return make_identity(&owner, namespace, holes, ret, err);
}

int mobileconfig_identity_make_domain(const struct domain_name *domain,
				      const unsigned char nonce[MOBILECONFIG_NONCE_BYTES],
				      const unsigned char namespace[16], unsigned int holes,
				      struct mobileconfig_identity *ret, struct error *err)
{
	CLEANUP(bytes_clear) struct bytes owner = { 0 };

	bytes_append_text(&owner, "domain\n");
	for (size_t i = 0; i < MOBILECONFIG_NONCE_BYTES; i++)
		bytes_append_format(&owner, "%02x", nonce[i]);
	bytes_append_format(&owner, "\n%s", domain->text);
	return make_identity(&owner, namespace, holes, ret, err);
}

void mobileconfig_identity_values(const struct mobileconfig_identity *identity,
				  struct template_values *values)
{
	values->hole[HOLE_PROFILE_ID].text = identity->id;
	values->hole[HOLE_PROFILE_ID].size = sizeof(identity->id) - 1;
	for (int hole = 0; hole < TEMPLATE_HOLE_COUNT; hole++) {
		if (!parts[hole])
			continue;
		values->hole[hole].text = identity->uuid[hole];
		values->hole[hole].size = sizeof(identity->uuid[hole]) - 1;
	}
}
