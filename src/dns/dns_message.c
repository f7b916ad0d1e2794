#include "dns/dns_message.h"

#include "dns/message_layout.h"

#include <openssl/rand.h>
#include <string.h>
#include <time.h>

#define RECURSION_DESIRED 0x0100 /* in the second word of a header */
#define OPCODE_SHIFT 11

DEFINE_CLEANUP(ldns_rdf *, ldns_rdf_deep_free)

/* How each step stands in an update (RFC 2136 2.4 and 2.5). */
static const struct update_form {
	enum message_section section; /* prerequisites are in the place of answers, changes of
					 authority */
	ldns_rr_class class;
	ldns_rr_type type; /* 0: the step's or its record's */
	bool has_rdata, has_ttl;
} forms[] = {
	[UPDATE_REQUIRE_RECORD] = { MESSAGE_ANSWER, LDNS_RR_CLASS_IN, 0, true, false },
	[UPDATE_REQUIRE_NO_SET] = { MESSAGE_ANSWER, LDNS_RR_CLASS_NONE, 0, false, false },
	[UPDATE_REQUIRE_NO_NAME] = { MESSAGE_ANSWER, LDNS_RR_CLASS_NONE, LDNS_RR_TYPE_ANY, false,
				     false },
	[UPDATE_DELETE_SET] = { MESSAGE_AUTHORITY, LDNS_RR_CLASS_ANY, 0, false, false },
	[UPDATE_DELETE_RECORD] = { MESSAGE_AUTHORITY, LDNS_RR_CLASS_NONE, 0, true, false },
	[UPDATE_ADD_RECORD] = { MESSAGE_AUTHORITY, LDNS_RR_CLASS_IN, 0, true, true },
};

static void append_number(struct bytes *bytes, uint32_t number, size_t size)
{
	while (size-- > 0) {
		unsigned char byte = (unsigned char)(number >> 8 * size);

		bytes_append(bytes, &byte, 1);
	}
}

static int append_name(struct bytes *bytes, const char *name, struct error *err)
{
	CLEANUP(ldns_rdf_deep_freep) ldns_rdf *rdf = ldns_dname_new_frm_str(name);

	if (!rdf)
		return error_set(err, ERROR_INVALID, "\"%.300s\" is not a domain name", name);
	bytes_append(bytes, ldns_rdf_data(rdf), ldns_rdf_size(rdf));
	return 0;
}

static int append_header(struct bytes *bytes, uint32_t flags, const uint16_t counts[4],
			 struct error *err)
{
	uint16_t id = 0;

	if (RAND_bytes((unsigned char *)&id, sizeof(id)) != 1)
		return error_set(err, ERROR_UNAVAILABLE, "OpenSSL has no random numbers");
	append_number(bytes, id, 2);
	append_number(bytes, flags, 2);
	for (int i = MESSAGE_QUESTION; i <= MESSAGE_ADDITIONAL; i++)
		append_number(bytes, counts[i], 2);
	return 0;
}

static int append_question(struct bytes *bytes, const char *owner, ldns_rr_type type,
			   struct error *err)
{
	if (append_name(bytes, owner, err) < 0)
		return -1;
	append_number(bytes, type, 2);
	append_number(bytes, LDNS_RR_CLASS_IN, 2);
	return 0;
}

/* RFC 6891 6.1.2: the root, the size in the place of the class, no flags, no options. */
static void append_edns(struct bytes *bytes)
{
	append_number(bytes, 0, 1);
	append_number(bytes, LDNS_RR_TYPE_OPT, 2);
	append_number(bytes, DNS_MESSAGE_EDNS_SIZE, 2);
	append_number(bytes, 0, 4);
	append_number(bytes, 0, 2);
}

/* Signs, if there is a key, and hands the bytes over. */
static int finish(struct bytes *bytes, enum dns_message_kind kind, const struct tsig_key *key,
		  struct dns_message *ret, struct error *err)
{
	struct dns_message message = { .kind = kind, .key = key };
	char *data = NULL;

	if (key && tsig_sign(bytes, key, time(NULL), &message.mac, err) < 0)
		return -1;
	if (bytes_take(bytes, &data, &message.size, err) < 0)
		return -1;
	message.bytes = (unsigned char *)data;
	*ret = message;
	return 0;
}

int dns_message_query(const char *owner, ldns_rr_type type, bool recurse,
		      const struct tsig_key *key, struct dns_message *ret, struct error *err)
{
	CLEANUP(bytes_clear) struct bytes bytes = { 0 };
	CLEANUP(dns_message_clear) struct dns_message message = { .size = 0 };
	bool is_transfer = type == LDNS_RR_TYPE_AXFR;
	const uint16_t counts[] = { 1, 0, 0, is_transfer ? 0 : 1 };

	if (append_header(&bytes, recurse ? RECURSION_DESIRED : 0, counts, err) < 0 ||
	    append_question(&bytes, owner, type, err) < 0)
		return -1;
	if (!is_transfer)
		append_edns(&bytes);
	if (finish(&bytes, is_transfer ? DNS_MESSAGE_TRANSFER : DNS_MESSAGE_QUERY, key, &message,
		   err) < 0)
		return -1;
	if (key && is_transfer && tsig_check_new(key, &message.mac, &message.transfer, err) < 0)
		return -1;
	*ret = message;
	message = (struct dns_message){ .size = 0 };
	return 0;
}

static int append_step(struct bytes *bytes, const struct update_step *step, struct error *err)
{
	const struct update_form *form = &forms[step->kind];
	const struct dns_record *record = form->has_rdata ? step->record : NULL;
	ldns_rr_type type = form->type ? form->type : step->type;

	if (record) {
		type = record->type;
		bytes_append(bytes, record->owner_wire, record->owner_size);
	} else if (append_name(bytes, step->owner, err) < 0) {
		return -1;
	}
	append_number(bytes, type, 2);
	append_number(bytes, form->class, 2);
	append_number(bytes, record && form->has_ttl ? record->ttl : 0, 4);
	append_number(bytes, record ? record->rdata_size : 0, 2);
	if (record)
		bytes_append(bytes, record->rdata_wire, record->rdata_size);
	return 0;
}

static int append_steps(struct bytes *bytes, const struct update_steps *steps,
			enum message_section section, struct error *err)
{
	for (size_t i = 0; i < steps->count; i++) {
		if (forms[steps->list[i].kind].section == section &&
		    append_step(bytes, &steps->list[i], err) < 0)
			return -1;
		if (bytes->size > UPDATE_SIZE_MAX)
			return error_set(err, ERROR_TOO_LARGE,
					 "the update has more than %d bytes: publish it in parts",
					 UPDATE_SIZE_MAX);
	}
	return 0;
}

int dns_message_update(const char *zone, const struct update_steps *steps,
		       const struct tsig_key *key, struct dns_message *ret, struct error *err)
{
	CLEANUP(bytes_clear) struct bytes bytes = { 0 };
	uint16_t counts[] = { 1, 0, 0, 0 };

	if (steps->count > UPDATE_STEPS_MAX)
		return error_set(err, ERROR_TOO_LARGE, "the update has %zu records, at most %d",
				 steps->count, UPDATE_STEPS_MAX);
	for (size_t i = 0; i < steps->count; i++)
		counts[forms[steps->list[i].kind].section]++;
	if (append_header(&bytes, LDNS_PACKET_UPDATE << OPCODE_SHIFT, counts, err) < 0 ||
	    append_question(&bytes, zone, LDNS_RR_TYPE_SOA, err) < 0 ||
	    append_steps(&bytes, steps, MESSAGE_ANSWER, err) < 0 ||
	    append_steps(&bytes, steps, MESSAGE_AUTHORITY, err) < 0)
		return -1;
	return finish(&bytes, DNS_MESSAGE_UPDATE, key, ret, err);
}

void dns_message_clear(struct dns_message *message)
{
	free(message->bytes);
	tsig_check_free(message->transfer);
	*message = (struct dns_message){ .size = 0 };
}
