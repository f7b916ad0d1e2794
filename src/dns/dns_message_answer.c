/*
 * The signature's record is cut off before ldns sees the message: it leaks a second one and ends
 * the program on some.
 */
#include "dns/dns_message.h"

#include "dns/message_layout.h"

#include <string.h>
#include <time.h>

#define ADDITIONAL_COUNT 10 /* where it stands in a header */
#define CLOCK_SIZE 6	    /* bytes: the server's clock in the other data of BADTIME */

DEFINE_CLEANUP(ldns_pkt *, ldns_pkt_free)
DEFINE_CLEANUP(ldns_rdf *, ldns_rdf_deep_free)

/* Decodes a message without its signature. */
static int decode(const unsigned char *bytes, size_t size, const struct message_layout *layout,
		  ldns_pkt **ret, struct error *err)
{
	size_t end = layout->tsig ? layout->tsig : size;
	unsigned char *copy = malloc(end);
	ldns_status status;

	if (!copy)
		return error_no_memory(err);
	memcpy(copy, bytes, end);
	if (layout->tsig) {
		unsigned int count = layout->counts[MESSAGE_ADDITIONAL] - 1U;

		copy[ADDITIONAL_COUNT] = (unsigned char)(count >> 8);
		copy[ADDITIONAL_COUNT + 1] = (unsigned char)count;
	}
	status = ldns_wire2pkt(ret, copy, end);
	free(copy);
	if (status == LDNS_STATUS_MEM_ERR)
		return error_no_memory(err);
	if (status != LDNS_STATUS_OK)
		return error_set(err, ERROR_SYNTAX, "is not a DNS message: %s",
				 ldns_get_errorstr_by_id(status));
	return 0;
}

/* Finds the parts of a message that answers request. tsig is that of the layout, if it has one. */
static int read_layout(const struct dns_message *request, const unsigned char *bytes, size_t size,
		       bool later, struct message_layout *layout, struct tsig *tsig,
		       struct error *err)
{
	if (message_layout_read(bytes, size, layout, err) < 0)
		return -1;
	if (!message_answers(request->bytes, request->size, bytes, size, later))
		return error_set(err, ERROR_SYNTAX, "is not the answer to the question");
	if (layout->cut)
		return error_set(err, ERROR_SYNTAX, "is cut off (TC)");
	if (layout->tsig && !request->key)
		return error_set(err, ERROR_SYNTAX, "is signed, though the question was not");
	if (layout->tsig)
		return tsig_read(bytes, size, layout->tsig, request->key, tsig, err);
	return 0;
}

/* Whether it is an error that a server need not or cannot sign, as of an unknown key. */
static bool is_unsigned_error(const struct message_layout *layout, const struct tsig *tsig)
{
	return layout->rcode != LDNS_RCODE_NOERROR && (!layout->tsig || tsig->mac.size == 0);
}

static int64_t read_clock(const struct tsig *tsig)
{
	int64_t clock = 0;

	for (size_t i = 0; i < CLOCK_SIZE; i++)
		clock = clock << 8 | tsig->other[i];
	return clock;
}

static int check_answer(const struct dns_message *request, const unsigned char *bytes, size_t size,
			const struct message_layout *layout, const struct tsig *tsig,
			struct dns_answer *answer, struct error *err)
{
	CLEANUP(tsig_check_freep) struct tsig_check *check = NULL;
	int64_t now = time(NULL);

	if (layout->tsig)
		answer->tsig_error = tsig->error;
	if (is_unsigned_error(layout, tsig))
		return 0;
	if (layout->tsig && size > DNS_MESSAGE_SIGNED_MAX)
		return error_set(err, ERROR_SYNTAX, "is signed and has %zu bytes, at most %d", size,
				 DNS_MESSAGE_SIGNED_MAX);
	if (tsig_check_new(request->key, &request->mac, &check, err) < 0 ||
	    tsig_check_message(check, bytes, size, layout->tsig ? tsig : NULL, now, err) < 0)
		return -1;
	answer->verified = true;
	if (tsig->error == TSIG_ERROR_TIME && tsig->other_size == CLOCK_SIZE)
		answer->clock_ahead = read_clock(tsig) - now;
	return 0;
}

/* Names point at each other in a message, so that a small one can decode to megabytes. */
static int check_counts(const struct message_layout *layout, struct error *err)
{
	unsigned int count = 0;

	for (int i = MESSAGE_ANSWER; i <= MESSAGE_ADDITIONAL; i++)
		count += layout->counts[i];
	if (count > DNS_ANSWER_RECORDS_MAX)
		return error_set(err, ERROR_SYNTAX, "has %u records, at most %d", count,
				 DNS_ANSWER_RECORDS_MAX);
	return 0;
}

/* Without content are updates' records, and some types that are legal so. */
static bool is_wanted(const ldns_rr *rr)
{
	return ldns_rr_get_class(rr) == LDNS_RR_CLASS_IN && ldns_rr_rd_count(rr) > 0;
}

static int add_records(const ldns_rr_list *from, struct dns_record_list *list, struct error *err)
{
	for (size_t i = 0; i < ldns_rr_list_rr_count(from); i++) {
		const ldns_rr *rr = ldns_rr_list_rr(from, i);
		struct dns_record *record = NULL;

		if (!is_wanted(rr))
			continue;
		if (dns_record_from_rr(rr, &record, err) < 0)
			return error_prefix(err, "has a record that cannot be read");
		if (dns_record_list_add(list, record, err) < 0)
			return -1;
	}
	return 0;
}

static int read_records(const ldns_pkt *packet, struct dns_answer *answer, struct error *err)
{
	answer->rcode |= ldns_pkt_edns_extended_rcode(packet) << 4U;
	if (answer->kind == DNS_MESSAGE_UPDATE)
		return 0;
	if (add_records(ldns_pkt_answer(packet), &answer->answer, err) < 0 ||
	    add_records(ldns_pkt_authority(packet), &answer->authority, err) < 0)
		return -1;
	return add_records(ldns_pkt_additional(packet), &answer->additional, err);
}

int dns_message_answer(const struct dns_message *request, const unsigned char *bytes, size_t size,
		       struct dns_answer *ret, struct error *err)
{
	CLEANUP(dns_answer_clear) struct dns_answer answer = { .verified = false };
	CLEANUP(ldns_pkt_freep) ldns_pkt *packet = NULL;
	struct message_layout layout;
	struct tsig tsig = { .error = 0 };

	if (read_layout(request, bytes, size, false, &layout, &tsig, err) < 0)
		return -1;
	answer.kind = request->kind;
	answer.keyed = request->key != NULL;
	answer.rcode = layout.rcode;
	answer.authoritative = layout.authoritative;
	if (request->key && check_answer(request, bytes, size, &layout, &tsig, &answer, err) < 0)
		return -1;
	if (!request->key || answer.verified) {
		if (check_counts(&layout, err) < 0 ||
		    decode(bytes, size, &layout, &packet, err) < 0 ||
		    read_records(packet, &answer, err) < 0)
			return -1;
	}
	*ret = answer;
	answer = (struct dns_answer){ .verified = false };
	return 0;
}

/* Adds one record of a transfer. zone is the owner of its SOA records. */
static int add_transferred(const ldns_rr *rr, const ldns_rdf *zone, unsigned int *soa_seen,
			   struct dns_record_list *list, struct error *err)
{
	bool is_soa = ldns_rr_get_type(rr) == LDNS_RR_TYPE_SOA &&
		      ldns_dname_compare(ldns_rr_owner(rr), zone) == 0;
	struct dns_record *record = NULL;
	bool is_same;

	if (*soa_seen > 1)
		return error_set(err, ERROR_SYNTAX, "goes on behind the transfer's end");
	if (!is_soa && *soa_seen == 0)
		return error_set(err, ERROR_SYNTAX, "does not begin with the zone's SOA");
	*soa_seen += is_soa;
	if (!is_wanted(rr) || (!ldns_dname_is_subdomain(ldns_rr_owner(rr), zone) &&
			       ldns_dname_compare(ldns_rr_owner(rr), zone) != 0))
		return 0;
	if (list->count >= DNS_TRANSFER_RECORDS_MAX)
		return error_set(err, ERROR_TOO_LARGE, "transfers more than %d records",
				 DNS_TRANSFER_RECORDS_MAX);
	if (dns_record_from_rr(rr, &record, err) < 0)
		return error_prefix(err, "has a record that cannot be read");
	if (*soa_seen < 2)
		return dns_record_list_add(list, record, err);
	is_same = dns_record_list_find(list, record) != NULL;
	free(record);
	if (!is_same)
		return error_set(err, ERROR_SYNTAX, "ends with another SOA than it began with");
	return 0;
}

/* A transfer's message that is an error: told as dns_answer_reason() has it. */
static int complain_rcode(const struct dns_message *request, const struct message_layout *layout,
			  const struct tsig *tsig, bool verified, struct error *err)
{
	struct dns_answer answer = { .kind = request->kind,
				     .keyed = request->key != NULL,
				     .rcode = layout->rcode,
				     .tsig_error = tsig->error,
				     .verified = verified };
	char reason[DNS_REASON_SIZE];

	return error_set(err, ERROR_UNAVAILABLE, "%s", dns_answer_reason(&answer, reason));
}

/* Checks signature and rcode of a transfer's message. */
static int check_transfer(const struct dns_message *request, const unsigned char *bytes,
			  size_t size, const struct message_layout *layout, const struct tsig *tsig,
			  struct error *err)
{
	bool verified = request->key && !is_unsigned_error(layout, tsig);

	if (verified && tsig_check_message(request->transfer, bytes, size,
					   layout->tsig ? tsig : NULL, time(NULL), err) < 0)
		return -1;
	if (layout->rcode != LDNS_RCODE_NOERROR)
		return complain_rcode(request, layout, tsig, verified, err);
	return 0;
}

/* The question is our own and whole. */
static ldns_rdf *question_name(const struct dns_message *request)
{
	size_t at = MESSAGE_HEADER_SIZE;
	ldns_rdf *name = NULL;

	if (ldns_wire2dname(&name, request->bytes, request->size, &at) != LDNS_STATUS_OK)
		return NULL;
	return name;
}

int dns_message_transfer(const struct dns_message *request, const unsigned char *bytes, size_t size,
			 bool first, unsigned int *soa_seen, struct dns_record_list *list,
			 struct error *err)
{
	CLEANUP(ldns_rdf_deep_freep) ldns_rdf *zone = question_name(request);
	CLEANUP(ldns_pkt_freep) ldns_pkt *packet = NULL;
	struct message_layout layout;
	struct tsig tsig = { .error = 0 };
	const ldns_rr_list *records;

	if (!zone)
		return error_no_memory(err);
	if (read_layout(request, bytes, size, !first, &layout, &tsig, err) < 0)
		return -1;
	if (check_transfer(request, bytes, size, &layout, &tsig, err) < 0)
		return -1;
	if (decode(bytes, size, &layout, &packet, err) < 0)
		return -1;
	records = ldns_pkt_answer(packet);
	for (size_t i = 0; i < ldns_rr_list_rr_count(records); i++) {
		if (add_transferred(ldns_rr_list_rr(records, i), zone, soa_seen, list, err) < 0)
			return -1;
	}
	if (*soa_seen > 1 && request->key && !layout.tsig)
		return error_set(err, ERROR_INVALID, "is the last of a transfer and not signed");
	return 0;
}

void dns_answer_clear(struct dns_answer *answer)
{
	dns_record_list_clear(&answer->answer);
	dns_record_list_clear(&answer->authority);
	dns_record_list_clear(&answer->additional);
}
