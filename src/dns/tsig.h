/*
 * Transaction signatures (RFC 8945) over messages in their wire form, with OpenSSL's HMAC. Whole
 * MACs only, hmac-sha256 and hmac-sha512 only.
 */
#ifndef DNS_TSIG_H
#define DNS_TSIG_H

#include "base/bytes.h"
#include "dns/tsig_key.h"

#include <stdbool.h>
#include <stdint.h>

#define TSIG_MAC_MAX 64	     /* bytes, of hmac-sha512 */
#define TSIG_FUDGE 300	     /* seconds by which two clocks may differ */
#define TSIG_UNSIGNED_MAX 99 /* messages of a transfer between two signed ones (RFC 8945 5.3.1) */

enum tsig_error { TSIG_ERROR_SIG = 16, TSIG_ERROR_KEY = 17, TSIG_ERROR_TIME = 18 };

struct tsig_mac {
	size_t size; /* bytes */
	unsigned char bytes[TSIG_MAC_MAX];
};

/* What a TSIG record says, nothing of it checked. */
struct tsig {
	size_t place; /* where it begins; the signed message ends there */
	int64_t time; /* seconds since 1970: when it was signed */
	unsigned int fudge, error;
	uint16_t id; /* of the message when it was signed */
	struct tsig_mac mac;
	const unsigned char *other; /* within the message */
	size_t other_size;
	bool our_key, our_algorithm;
};

/*
 * Signs a message and appends the record. ret is what the answer's signature is made over.
 * ERROR_INVALID: the key has no name or secret that can be used; ERROR_UNAVAILABLE: OpenSSL fails.
 */
int tsig_sign(struct bytes *message, const struct tsig_key *key, int64_t now, struct tsig_mac *ret,
	      struct error *err);

/* Reads the record at place of a message. ERROR_SYNTAX. ret points into bytes. */
int tsig_read(const unsigned char *bytes, size_t size, size_t place, const struct tsig_key *key,
	      struct tsig *ret, struct error *err);

/* Checks the answers to one signed message, in the order in which they came. */
struct tsig_check;

/* mac is of the message. key must live as long as the check. */
int tsig_check_new(const struct tsig_key *key, const struct tsig_mac *mac, struct tsig_check **ret,
		   struct error *err);
void tsig_check_free(struct tsig_check *check);
DEFINE_CLEANUP(struct tsig_check *, tsig_check_free)

/*
 * One message; tsig is NULL if it has none, which is refused for the first and after
 * TSIG_UNSIGNED_MAX such. ERROR_INVALID: the signature is wrong or missing, or was made at another
 * time than now give or take its fudge; the check is then of no more use.
 */
int tsig_check_message(struct tsig_check *check, const unsigned char *bytes, size_t size,
		       const struct tsig *tsig, int64_t now, struct error *err);

#endif
