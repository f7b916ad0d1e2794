/*
 * Messages to and from name servers. They are written here byte by byte from records in their wire
 * form; answers are taken apart with ldns, after checks that ldns does not make. What comes out is
 * records, never a packet.
 */
#ifndef DNS_DNS_MESSAGE_H
#define DNS_DNS_MESSAGE_H

#include "dns/dns_record.h"
#include "dns/exchange.h"
#include "dns/tsig.h"
#include "dns/tsig_key.h"
#include "dns/update_steps.h"

#define DNS_MESSAGE_SIGNED_MAX (16 * 1024) /* bytes of a signed answer, other than a transfer's */
#define DNS_MESSAGE_EDNS_SIZE 1232	   /* bytes of an answer over UDP (RFC 9715) */
#define DNS_ANSWER_RECORDS_MAX 400 /* of another answer: each may take 2 KiB once it is decoded */
#define DNS_TRANSFER_RECORDS_MAX 1000000 /* of one zone transfer */
#define DNS_REASON_SIZE 200		 /* bytes, with the final NUL */

enum dns_message_kind { DNS_MESSAGE_QUERY, DNS_MESSAGE_TRANSFER, DNS_MESSAGE_UPDATE };

/* A message and, if it was signed, what is needed to check the answer. All zero is none. */
struct dns_message {
	enum dns_message_kind kind;
	unsigned char *bytes; /* owned */
	size_t size;
	const struct tsig_key *key; /* must live as long as the message; NULL: not signed */
	struct tsig_mac mac;
	struct tsig_check *transfer; /* of the signed question for a transfer: how far its messages
					have been checked; owned */
};

/* For CLEANUP(). */
void dns_message_clear(struct dns_message *message);

/*
 * A question with a random id. owner is absolute. recurse sets RD. key may be NULL. EDNS with
 * DNS_MESSAGE_EDNS_SIZE, but for AXFR. ERROR_INVALID: owner is no name; and those of tsig_sign().
 */
int dns_message_query(const char *owner, ldns_rr_type type, bool recurse,
		      const struct tsig_key *key, struct dns_message *ret, struct error *err);

/* An update of zone. ERROR_TOO_LARGE: over UPDATE_SIZE_MAX. key may be NULL. */
int dns_message_update(const char *zone, const struct update_steps *steps,
		       const struct tsig_key *key, struct dns_message *ret, struct error *err);

/* An answer. */
struct dns_answer {
	enum dns_message_kind kind; /* what is answered */
	bool keyed;		    /* the question was signed */
	ldns_pkt_rcode rcode;	    /* with the bits of EDNS: 16 is BADVERS */
	unsigned int tsig_error;    /* RFC 8945 3: 16 BADSIG, 17 BADKEY, 18 BADTIME; 0: none */
	int64_t clock_ahead; /* of BADTIME, if verified: seconds from our clock to the server's */
	bool authoritative;  /* AA */
	bool verified;	     /* signed, and the signature is right; only with a key */
	struct dns_record_list answer, authority, additional; /* class IN, unsorted; without OPT and
								 TSIG; of an update none */
};

/*
 * Takes apart the answer to request. With a key an unsigned answer with rcode NOERROR is refused, a
 * wrong signature always; an error that comes unsigned, as servers do for an unknown key, is told
 * with verified false and without its records. ERROR_SYNTAX: not a message, not an answer to
 * request, cut (TC), or it breaks a limit; ERROR_INVALID: the signature is wrong or missing, or a
 * record is one that dns_record_from_rr() refuses. Texts are the rest of a sentence about the
 * answer: "has a wrong signature".
 */
int dns_message_answer(const struct dns_message *request, const unsigned char *bytes, size_t size,
		       struct dns_answer *ret, struct error *err);

/*
 * One message of a zone transfer, in the order in which they come. If request was signed, all of
 * them are covered by signatures: the first and the last message have to be signed, and every
 * hundredth (RFC 8945 5.3.1). soa_seen, 0 before the first message, counts the SOA records of the
 * zone over all messages: the transfer ends with the second, which is not added to list. Records
 * outside the zone are left out. Errors as of dns_message_answer(), with an rcode other than
 * NOERROR as ERROR_UNAVAILABLE and the text of dns_answer_reason(), and ERROR_TOO_LARGE for more
 * than DNS_TRANSFER_RECORDS_MAX. What was added to list on the
 * way stays there.
 */
int dns_message_transfer(const struct dns_message *request, const unsigned char *bytes, size_t size,
			 bool first, unsigned int *soa_seen, struct dns_record_list *list,
			 struct error *err);

/* For CLEANUP(). */
void dns_answer_clear(struct dns_answer *answer);

/*
 * What an rcode and TSIG error mean and what to do, as the rest of a sentence: "refuses (REFUSED):
 * the key may not change this name; look at update-policy". Of NOERROR "answers (NOERROR)". ret has
 * DNS_REASON_SIZE bytes. Returns ret.
 */
const char *dns_answer_reason(const struct dns_answer *answer, char *ret);

#endif
