#include "dns/dns_message.h"

#include <stdio.h>

#define ANY 0xffU
#define QUERY (1U << DNS_MESSAGE_QUERY)
#define TRANSFER (1U << DNS_MESSAGE_TRANSFER)
#define UPDATE (1U << DNS_MESSAGE_UPDATE)

/* How far an answer can be trusted. */
#define SIGNED 1U     /* question and answer are */
#define ONE_SIDED 2U  /* the question is, the answer is not */
#define NOT_SIGNED 4U /* the question is not */

#define SEE_LOG "its log has the reason"
#define CHANGED "somebody changed the zone meanwhile; read it again"
#define COMPARE "compare the key files"

/* The first row whose masks and rcode fit holds. */
static const struct {
	unsigned int kinds, trust, rcode;
	const char *name, *what, *advice;
} rows[] = {
	{ ANY, ANY, LDNS_RCODE_NOERROR, "NOERROR", "answers", NULL },

	{ UPDATE, ANY, LDNS_RCODE_FORMERR, "FORMERR", "cannot read the update", SEE_LOG },
	{ ANY, ANY, LDNS_RCODE_FORMERR, "FORMERR", "cannot read the question",
	  "it may not know EDNS" },

	{ UPDATE, ANY, LDNS_RCODE_SERVFAIL, "SERVFAIL", "fails",
	  SEE_LOG ", often a zone file or journal that it cannot write" },
	{ ANY, ANY, LDNS_RCODE_SERVFAIL, "SERVFAIL", "fails",
	  SEE_LOG ", often a zone that it could not load" },

	{ UPDATE, ANY, LDNS_RCODE_NXDOMAIN, "NXDOMAIN", "has not got a name that has to be there",
	  CHANGED },
	{ ANY, ANY, LDNS_RCODE_NXDOMAIN, "NXDOMAIN", "has no such name", NULL },

	{ UPDATE, ANY, LDNS_RCODE_NOTIMPL, "NOTIMP", "takes no updates",
	  "updates go to the primary only; a server that knows none needs zone files" },
	{ ANY, ANY, LDNS_RCODE_NOTIMPL, "NOTIMP", "does not answer such questions", NULL },

	{ UPDATE, SIGNED, LDNS_RCODE_REFUSED, "REFUSED", "refuses",
	  "the key may not change these names, or the server's own checks refuse a record; look at "
	  "its log, and at update-policy or acl" },
	{ UPDATE, ONE_SIDED, LDNS_RCODE_REFUSED, "REFUSED", "refuses without a signature",
	  "it takes no updates of this zone, from this address, or with this key; look at "
	  "update-policy, allow-update or TSIG-ALLOW-DNSUPDATE" },
	{ UPDATE, NOT_SIGNED, LDNS_RCODE_REFUSED, "REFUSED", "refuses",
	  "it wants updates to be signed, or takes none from this address; set the key, or look at "
	  "allow-update" },
	{ TRANSFER, ANY, LDNS_RCODE_REFUSED, "REFUSED", "refuses the transfer",
	  "it has not got the zone, or gives it to others only; look at allow-transfer or acl" },
	{ ANY, ANY, LDNS_RCODE_REFUSED, "REFUSED", "refuses to answer",
	  "it has not got the zone, or does not answer this address" },

	{ UPDATE, ANY, LDNS_RCODE_YXDOMAIN, "YXDOMAIN", "has a name that may not be there",
	  CHANGED },
	{ UPDATE, ANY, LDNS_RCODE_YXRRSET, "YXRRSET", "has records that may not be there",
	  CHANGED },
	{ UPDATE, ANY, LDNS_RCODE_NXRRSET, "NXRRSET", "has not got the records that were read",
	  CHANGED },

	{ UPDATE, SIGNED, LDNS_RCODE_NOTAUTH, "NOTAUTH", "is not the primary of this zone",
	  "updates go to the server that the zone's records are kept at" },
	{ UPDATE, ONE_SIDED, LDNS_RCODE_NOTAUTH, "NOTAUTH", "refuses without a signature",
	  "it is not the primary of this zone, or takes no updates with this key; look at its "
	  "acl" },
	{ UPDATE, NOT_SIGNED, LDNS_RCODE_NOTAUTH, "NOTAUTH", "refuses",
	  "it is not the primary of this zone, or wants updates to be signed; set the key" },
	{ TRANSFER, ANY, LDNS_RCODE_NOTAUTH, "NOTAUTH", "refuses the transfer",
	  "it has not got the zone, or gives it to others only; look at allow-transfer or acl" },
	{ ANY, ANY, LDNS_RCODE_NOTAUTH, "NOTAUTH", "refuses to answer", "it has not got the zone" },

	{ ANY, ANY, LDNS_RCODE_NOTZONE, "NOTZONE", "has a name of the update in another zone",
	  "look where the zone ends" },
	{ ANY, ANY, 16, "BADVERS", "does not know EDNS", NULL },
};

static const struct {
	unsigned int error;
	const char *name, *what, *advice;
} signatures[] = {
	{ TSIG_ERROR_SIG, "BADSIG", "refuses the signature",
	  "under the key's name it has another secret; " COMPARE },
	{ TSIG_ERROR_KEY, "BADKEY", "does not know the key",
	  "its name or algorithm is another one there; " COMPARE },
	{ TSIG_ERROR_TIME, "BADTIME", "refuses the signature",
	  "its clock and ours differ by more than 300 s; set them" },
};

static const char *write_reason(char *ret, const char *what, const char *name, const char *advice)
{
	snprintf(ret, DNS_REASON_SIZE, "%s (%s)%s%s", what, name, advice ? ": " : "",
		 advice ? advice : "");
	return ret;
}

static const char *write_signature(const struct dns_answer *answer, char *ret)
{
	char advice[100], name[sizeof("TSIG error 65535")];

	if (answer->tsig_error == TSIG_ERROR_TIME && answer->clock_ahead) {
		snprintf(advice, sizeof(advice),
			 "its clock is %lld s %s ours, at most %d s are allowed; set them",
			 (long long)(answer->clock_ahead < 0 ? -answer->clock_ahead
							     : answer->clock_ahead),
			 answer->clock_ahead < 0 ? "behind" : "ahead of", TSIG_FUDGE);
		return write_reason(ret, "refuses the signature", "BADTIME", advice);
	}
	for (size_t i = 0; i < sizeof(signatures) / sizeof(*signatures); i++) {
		if (signatures[i].error == answer->tsig_error)
			return write_reason(ret, signatures[i].what, signatures[i].name,
					    signatures[i].advice);
	}
	snprintf(name, sizeof(name), "TSIG error %u", answer->tsig_error & 0xffffU);
	return write_reason(ret, "refuses the signature", name, NULL);
}

const char *dns_answer_reason(const struct dns_answer *answer, char *ret)
{
	unsigned int trust = !answer->keyed ? NOT_SIGNED : answer->verified ? SIGNED : ONE_SIDED;
	char name[sizeof("RCODE 4095")];

	if (answer->tsig_error)
		return write_signature(answer, ret);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (rows[i].rcode == answer->rcode && (rows[i].trust & trust) &&
		    (rows[i].kinds & 1U << answer->kind))
			return write_reason(ret, rows[i].what, rows[i].name, rows[i].advice);
	}
	snprintf(name, sizeof(name), "RCODE %u", answer->rcode & 0xfffU);
	return write_reason(ret, "answers with an error", name, NULL);
}
