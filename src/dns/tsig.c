/*
 * ldns has functions for this; they do not tell why a signature is refused, take any algorithm and
 * any time, cannot check a transfer, and end the program on a long message with an empty MAC.
 */
#include "dns/tsig.h"

#include "base/text.h"
#include "dns/message_layout.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <string.h>

#define TIME_SIZE 6 /* bytes */
#define TYPE_CLASS_TTL ((uint64_t)LDNS_RR_TYPE_TSIG << 48 | (uint64_t)LDNS_RR_CLASS_ANY << 32)
#define ADDITIONAL_COUNT 10 /* where it stands in a header */

DEFINE_CLEANUP(EVP_MAC_CTX *, EVP_MAC_CTX_free)
DEFINE_CLEANUP(ldns_rdf *, ldns_rdf_deep_free)

static const struct algorithm {
	const char *name; /* as struct tsig_key has it */
	const char *wire; /* with its final NUL, which is the root */
	const char *digest;
} algorithms[] = {
	{ "hmac-sha256.", "\013hmac-sha256", "SHA256" },
	{ "hmac-sha512.", "\013hmac-sha512", "SHA512" },
};

struct tsig_check {
	const struct tsig_key *key;
	EVP_MAC_CTX *digest; /* of what came since the last signature, that one included */
	bool first;
	unsigned int unsigned_count; /* messages since the last signature */
};

static const struct algorithm *find_algorithm(const struct tsig_key *key)
{
	for (size_t i = 0; i < sizeof(algorithms) / sizeof(*algorithms); i++) {
		if (strcmp(key->algorithm, algorithms[i].name) == 0)
			return &algorithms[i];
	}
	return NULL;
}

static int failed(struct error *err)
{
	return error_set(err, ERROR_UNAVAILABLE, "OpenSSL cannot compute an HMAC");
}

/* The caller frees *ret. */
static int digest_begin(const struct tsig_key *key, EVP_MAC_CTX **ret, struct error *err)
{
	const struct algorithm *algorithm = find_algorithm(key);
	unsigned char secret[TSIG_SECRET_MAX];
	size_t size = 0;
	OSSL_PARAM params[2] = { OSSL_PARAM_END, OSSL_PARAM_END };
	EVP_MAC *mac = NULL;
	int result = -1;

	if (!algorithm || tsig_key_secret(key, secret, &size) < 0)
		return error_set(err, ERROR_INVALID, "the key's algorithm or secret is of no use");
	params[0] = OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST,
						     (char *)algorithm->digest, 0);
	mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	*ret = mac ? EVP_MAC_CTX_new(mac) : NULL;
	if (*ret && EVP_MAC_init(*ret, secret, size, params) == 1)
		result = 0;
	EVP_MAC_free(mac);
	OPENSSL_cleanse(secret, sizeof(secret));
	if (result < 0) {
		EVP_MAC_CTX_free(*ret);
		*ret = NULL;
		return failed(err);
	}
	return 0;
}

static void digest_feed(EVP_MAC_CTX *digest, const void *data, size_t size, bool *ok)
{
	*ok = *ok && EVP_MAC_update(digest, data, size) == 1;
}

static void digest_feed_number(EVP_MAC_CTX *digest, uint64_t number, size_t size, bool *ok)
{
	unsigned char bytes[8];

	for (size_t i = 0; i < size; i++)
		bytes[i] = (unsigned char)(number >> 8 * (size - 1 - i));
	digest_feed(digest, bytes, size, ok);
}

/* A signature that a later one is made over (RFC 8945 4.3.1). */
static void digest_feed_mac(EVP_MAC_CTX *digest, const struct tsig_mac *mac, bool *ok)
{
	digest_feed_number(digest, mac->size, 2, ok);
	digest_feed(digest, mac->bytes, mac->size, ok);
}

/* The variables (4.3.3), of which a transfer's later messages have the timers only (5.3.1). */
static int digest_feed_variables(EVP_MAC_CTX *digest, const struct tsig_key *key,
				 const struct tsig *tsig, bool timers_only, struct error *err)
{
	CLEANUP(ldns_rdf_deep_freep) ldns_rdf *name = NULL;
	const struct algorithm *algorithm = find_algorithm(key);
	bool ok = true;

	if (!timers_only) {
		name = ldns_dname_new_frm_str(key->name);
		if (!name || !algorithm)
			return error_set(err, ERROR_INVALID, "the key's name is no name");
		ldns_dname2canonical(name);
		digest_feed(digest, ldns_rdf_data(name), ldns_rdf_size(name), &ok);
		digest_feed_number(digest, LDNS_RR_CLASS_ANY, 2, &ok);
		digest_feed_number(digest, 0, 4, &ok);
		digest_feed(digest, algorithm->wire, strlen(algorithm->wire) + 1, &ok);
	}
	digest_feed_number(digest, (uint64_t)tsig->time, TIME_SIZE, &ok);
	digest_feed_number(digest, tsig->fudge, 2, &ok);
	if (!timers_only) {
		digest_feed_number(digest, tsig->error, 2, &ok);
		digest_feed_number(digest, tsig->other_size, 2, &ok);
		digest_feed(digest, tsig->other, tsig->other_size, &ok);
	}
	return ok ? 0 : failed(err);
}

static int digest_end(EVP_MAC_CTX *digest, struct tsig_mac *ret, struct error *err)
{
	if (EVP_MAC_final(digest, ret->bytes, &ret->size, sizeof(ret->bytes)) != 1)
		return failed(err);
	return 0;
}

static void append_number(struct bytes *bytes, uint64_t number, size_t size)
{
	while (size-- > 0) {
		unsigned char byte = (unsigned char)(number >> 8 * size);

		bytes_append(bytes, &byte, 1);
	}
}

static int append_record(struct bytes *message, const struct tsig_key *key, const struct tsig *tsig,
			 struct error *err)
{
	CLEANUP(ldns_rdf_deep_freep) ldns_rdf *name = ldns_dname_new_frm_str(key->name);
	const char *algorithm = find_algorithm(key)->wire;
	size_t algorithm_size = strlen(algorithm) + 1;

	if (!name)
		return error_no_memory(err);
	bytes_append(message, ldns_rdf_data(name), ldns_rdf_size(name));
	append_number(message, LDNS_RR_TYPE_TSIG, 2);
	append_number(message, LDNS_RR_CLASS_ANY, 2);
	append_number(message, 0, 4);
	append_number(message, algorithm_size + TIME_SIZE + 10 + tsig->mac.size, 2);
	bytes_append(message, algorithm, algorithm_size);
	append_number(message, (uint64_t)tsig->time, TIME_SIZE);
	append_number(message, tsig->fudge, 2);
	append_number(message, tsig->mac.size, 2);
	bytes_append(message, tsig->mac.bytes, tsig->mac.size);
	append_number(message, tsig->id, 2);
	append_number(message, 0, 4); /* no error, no other data */
	if (message->failed)
		return error_no_memory(err);
	return 0;
}

/* Counts one record more or less in the additional section. */
static void count_additional(unsigned char *header, int change)
{
	int count = message_uint16(header + ADDITIONAL_COUNT) + change;

	header[ADDITIONAL_COUNT] = (unsigned char)(count >> 8);
	header[ADDITIONAL_COUNT + 1] = (unsigned char)count;
}

int tsig_sign(struct bytes *message, const struct tsig_key *key, int64_t now, struct tsig_mac *ret,
	      struct error *err)
{
	CLEANUP(EVP_MAC_CTX_freep) EVP_MAC_CTX *digest = NULL;
	struct tsig tsig = { .time = now, .fudge = TSIG_FUDGE };
	bool ok = true;

	if (message->failed)
		return error_no_memory(err);
	tsig.id = message_uint16((unsigned char *)message->data);
	if (digest_begin(key, &digest, err) < 0)
		return -1;
	digest_feed(digest, message->data, message->size, &ok);
	if (!ok)
		return failed(err);
	if (digest_feed_variables(digest, key, &tsig, false, err) < 0 ||
	    digest_end(digest, &tsig.mac, err) < 0 || append_record(message, key, &tsig, err) < 0)
		return -1;
	count_additional((unsigned char *)message->data, 1);
	*ret = tsig.mac;
	return 0;
}

/* What is left of a record's bytes; taking more than there is marks it as failed. */
struct reader {
	const unsigned char *bytes;
	size_t size;
	bool failed;
};

static const unsigned char *reader_take(struct reader *reader, size_t size)
{
	const unsigned char *bytes = reader->bytes;

	if (reader->failed || reader->size < size) {
		reader->failed = true;
		return NULL;
	}
	reader->bytes += size;
	reader->size -= size;
	return bytes;
}

static uint64_t reader_number(struct reader *reader, size_t size)
{
	const unsigned char *bytes = reader_take(reader, size);
	uint64_t number = 0;

	for (size_t i = 0; bytes && i < size; i++)
		number = number << 8 | bytes[i];
	return number;
}

static bool is_our_key(const ldns_rdf *owner, const struct tsig_key *key)
{
	CLEANUP(ldns_rdf_deep_freep) ldns_rdf *name = ldns_dname_new_frm_str(key->name);

	return name && ldns_dname_compare(owner, name) == 0;
}

/* Steps over the algorithm's name. Returns whether it is the key's. */
static bool read_algorithm(struct reader *reader, const struct tsig_key *key)
{
	const struct algorithm *algorithm = find_algorithm(key);
	const char *begin = (const char *)reader->bytes;
	size_t size = 0, label;

	do {
		label = (size_t)reader_number(reader, 1);
		reader_take(reader, label);
		size += 1 + label;
	} while (label && label <= 63 && !reader->failed);
	if (reader->failed || label > 63) {
		reader->failed = true;
		return false;
	}
	return algorithm && size == strlen(algorithm->wire) + 1 &&
	       text_equals(begin, size - 1, algorithm->wire);
}

static void read_mac(struct reader *reader, struct tsig_mac *ret)
{
	size_t size = (size_t)reader_number(reader, 2);
	const unsigned char *bytes = reader_take(reader, size);

	*ret = (struct tsig_mac){ .size = size };
	if (bytes && size <= sizeof(ret->bytes))
		memcpy(ret->bytes, bytes, size);
	else if (size > sizeof(ret->bytes))
		reader->failed = true;
}

int tsig_read(const unsigned char *bytes, size_t size, size_t place, const struct tsig_key *key,
	      struct tsig *ret, struct error *err)
{
	CLEANUP(ldns_rdf_deep_freep) ldns_rdf *owner = NULL;
	struct tsig tsig = { .place = place };
	struct reader reader;
	size_t at = place, length;
	bool is_plain;

	if (ldns_wire2dname(&owner, bytes, size, &at) != LDNS_STATUS_OK)
		return error_set(err, ERROR_SYNTAX, "is not a DNS message: the key's name");
	reader = (struct reader){ .bytes = bytes + at, .size = size - at };
	is_plain = reader_number(&reader, 8) == TYPE_CLASS_TTL;
	length = (size_t)reader_number(&reader, 2);
	is_plain = is_plain && length == reader.size;
	tsig.our_key = is_our_key(owner, key);
	tsig.our_algorithm = read_algorithm(&reader, key);
	tsig.time = (int64_t)reader_number(&reader, TIME_SIZE);
	tsig.fudge = (unsigned int)reader_number(&reader, 2);
	read_mac(&reader, &tsig.mac);
	tsig.id = (uint16_t)reader_number(&reader, 2);
	tsig.error = (unsigned int)reader_number(&reader, 2);
	tsig.other_size = (size_t)reader_number(&reader, 2);
	tsig.other = reader_take(&reader, tsig.other_size);
	if (reader.failed || reader.size || !is_plain)
		return error_set(err, ERROR_SYNTAX, "is not a DNS message: its TSIG record");
	*ret = tsig;
	return 0;
}

/* Begins what the next signature is made over with the last one. */
static int check_begin(struct tsig_check *check, const struct tsig_mac *mac, struct error *err)
{
	bool ok = true;

	EVP_MAC_CTX_free(check->digest);
	check->digest = NULL;
	if (digest_begin(check->key, &check->digest, err) < 0)
		return -1;
	digest_feed_mac(check->digest, mac, &ok);
	check->unsigned_count = 0;
	return ok ? 0 : failed(err);
}

int tsig_check_new(const struct tsig_key *key, const struct tsig_mac *mac, struct tsig_check **ret,
		   struct error *err)
{
	CLEANUP(tsig_check_freep) struct tsig_check *check = calloc(1, sizeof(*check));

	if (!check)
		return error_no_memory(err);
	*check = (struct tsig_check){ .key = key, .first = true };
	if (check_begin(check, mac, err) < 0)
		return -1;
	*ret = check;
	check = NULL;
	return 0;
}

/* The message as it was when it was signed: with its first id and without the record. */
static int feed_message(EVP_MAC_CTX *digest, const unsigned char *bytes, const struct tsig *tsig,
			struct error *err)
{
	unsigned char header[MESSAGE_HEADER_SIZE];
	bool ok = true;

	memcpy(header, bytes, sizeof(header));
	header[0] = (unsigned char)(tsig->id >> 8);
	header[1] = (unsigned char)tsig->id;
	count_additional(header, -1);
	digest_feed(digest, header, sizeof(header), &ok);
	digest_feed(digest, bytes + sizeof(header), tsig->place - sizeof(header), &ok);
	return ok ? 0 : failed(err);
}

static int check_unsigned(struct tsig_check *check, const unsigned char *bytes, size_t size,
			  struct error *err)
{
	bool ok = true;

	if (check->first || check->unsigned_count >= TSIG_UNSIGNED_MAX)
		return error_set(err, ERROR_INVALID, "is not signed, though the question was");
	check->unsigned_count++;
	digest_feed(check->digest, bytes, size, &ok);
	return ok ? 0 : failed(err);
}

static int check_signature(struct tsig_check *check, const unsigned char *bytes,
			   const struct tsig *tsig, struct error *err)
{
	struct tsig_mac mac = { .size = 0 };

	if (!tsig->our_key || !tsig->our_algorithm)
		return error_set(err, ERROR_INVALID, "is signed with another key or algorithm");
	if (feed_message(check->digest, bytes, tsig, err) < 0 ||
	    digest_feed_variables(check->digest, check->key, tsig, !check->first, err) < 0 ||
	    digest_end(check->digest, &mac, err) < 0)
		return -1;
	if (mac.size != tsig->mac.size || CRYPTO_memcmp(mac.bytes, tsig->mac.bytes, mac.size) != 0)
		return error_set(err, ERROR_INVALID, "has a wrong signature");
	return 0;
}

int tsig_check_message(struct tsig_check *check, const unsigned char *bytes, size_t size,
		       const struct tsig *tsig, int64_t now, struct error *err)
{
	int64_t difference;

	if (!tsig)
		return check_unsigned(check, bytes, size, err);
	if (check_signature(check, bytes, tsig, err) < 0)
		return -1;
	difference = tsig->time - now;
	if (difference > tsig->fudge || -difference > tsig->fudge)
		return error_set(err, ERROR_INVALID,
				 "was signed %lld seconds %s now: compare the clocks",
				 (long long)(difference > 0 ? difference : -difference),
				 difference > 0 ? "after" : "before");
	check->first = false;
	return check_begin(check, &tsig->mac, err);
}

void tsig_check_free(struct tsig_check *check)
{
	if (!check)
		return;
	EVP_MAC_CTX_free(check->digest);
	free(check);
}
