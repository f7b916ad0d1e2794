/*
 * What a name server sends: the first byte chooses the question and whether the server knows the
 * key, then messages follow, each with two bytes of length before it. Their ids are set right. One
 * from a server that knows the key is signed as it is; the record is counted if the header has
 * room for it.
 */
#include "fuzz.h"

#include "base/bytes.h"
#include "dns/dns_message.h"
#include "dns/message_layout.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <time.h>

#define SECRET "0123456789abcdef0123456789abcdef"
#define MESSAGES_MAX 8

enum { UPDATE = 1, TRANSFER = 2, KEYED = 4, SIGNED = 8 };

static const struct tsig_key key = { (char *)"k.", "hmac-sha256.",
				     (char *)"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=" };

static void ask(unsigned int mode, struct dns_message *request)
{
	const struct update_steps steps = { NULL, 0 };
	const struct tsig_key *with = mode & KEYED ? &key : NULL;
	struct error err = { 0 };
	int result;

	if (mode & UPDATE)
		result = dns_message_update("a.test.", &steps, with, request, &err);
	else
		result = dns_message_query("a.test.",
					   mode & TRANSFER ? LDNS_RR_TYPE_AXFR : LDNS_RR_TYPE_TXT,
					   false, with, request, &err);
	PROMISE(result == 0);
}

/* Signs what comes first as RFC 8945 4.3 has it. */
static void sign(struct bytes *message, const struct tsig_mac *mac)
{
	static const char name[] = "\1k", algorithm[] = "\013hmac-sha256";
	struct bytes digested = { 0 };
	const char id[2] = { message->data[0], message->data[1] };
	unsigned char ours[32], times[8] = { 0, 0, 0, 0, 0, 0, 1, 44 };
	unsigned int count = message_uint16((unsigned char *)message->data + 10) + 1U;
	int64_t now = time(NULL);

	for (int i = 0; i < 6; i++)
		times[i] = (unsigned char)(now >> 8 * (5 - i));
	bytes_append(&digested, "\0\x20", 2);
	bytes_append(&digested, mac->bytes, mac->size);
	bytes_append(&digested, message->data, message->size);
	bytes_append(&digested, name, sizeof(name));
	bytes_append(&digested, "\0\xff\0\0\0\0", 6);
	bytes_append(&digested, algorithm, sizeof(algorithm));
	bytes_append(&digested, times, sizeof(times));
	bytes_append(&digested, "\0\0\0\0", 4);
	PROMISE(HMAC(EVP_sha256(), SECRET, 32, (unsigned char *)digested.data, digested.size, ours,
		     NULL));
	bytes_clear(&digested);

	bytes_append(message, name, sizeof(name));
	bytes_append(message, "\0\xfa\0\xff\0\0\0\0\0\x3d", 10);
	bytes_append(message, algorithm, sizeof(algorithm));
	bytes_append(message, times, sizeof(times));
	bytes_append(message, "\0\x20", 2);
	bytes_append(message, ours, sizeof(ours));
	bytes_append(message, id, sizeof(id));
	bytes_append(message, "\0\0\0\0", 4);
	message->data[10] = (char)(count >> 8);
	message->data[11] = (char)count;
}

static void promise_records(const struct dns_record_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct dns_record *record = list->list[i];

		promise_text(record->owner, strlen(record->owner));
		promise_text(record->rdata, strlen(record->rdata));
		PROMISE(record->owner_size >= 1 && record->owner_size <= DNS_OWNER_WIRE_MAX);
		PROMISE(record->type != LDNS_RR_TYPE_TSIG && record->type != LDNS_RR_TYPE_OPT);
	}
}

static void promise_reason(const struct dns_answer *answer)
{
	char reason[DNS_REASON_SIZE];

	dns_answer_reason(answer, reason);
	promise_text(reason, strlen(reason));
	PROMISE(strlen(reason) > 8 && strlen(reason) < sizeof(reason) - 1);
}

static void try_answer(const struct dns_message *request, unsigned int mode,
		       const struct bytes *message)
{
	struct dns_answer answer = { .verified = false };
	struct error err = { 0 };

	if (dns_message_answer(request, (const unsigned char *)message->data, message->size,
			       &answer, &err) < 0) {
		promise_failure(&err);
		PROMISE(!answer.answer.list && !answer.authority.list && !answer.additional.list);
		return;
	}
	if (answer.keyed && !answer.verified) {
		PROMISE(answer.rcode != LDNS_RCODE_NOERROR);
		PROMISE(!answer.answer.count && !answer.authority.count);
		PROMISE(!answer.additional.count);
	}
	PROMISE(!answer.verified || mode & SIGNED);
	promise_records(&answer.answer);
	promise_records(&answer.authority);
	promise_records(&answer.additional);
	promise_reason(&answer);
	dns_answer_clear(&answer);
}

static bool take_message(const uint8_t **data, size_t *size, const struct dns_message *request,
			 bool with_signature, struct bytes *ret)
{
	size_t length = *size >= 2 ? message_uint16(*data) : 0;

	if (*size < 2)
		return false;
	*data += 2;
	*size -= 2;
	if (length > *size)
		length = *size;
	bytes_append(ret, *data, length);
	*data += length;
	*size -= length;
	if (length >= 2)
		memcpy(ret->data, request->bytes, 2);
	if (with_signature && length >= MESSAGE_HEADER_SIZE)
		sign(ret, &request->mac);
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dns_message request = { .size = 0 };
	struct dns_record_list list = { .count = 0 };
	unsigned int mode = size ? *data : 0, soa_seen = 0;
	bool failed = false;

	if (size == 0)
		return 0;
	if (mode & SIGNED)
		mode |= KEYED;
	if (mode & UPDATE)
		mode &= ~(unsigned int)TRANSFER;
	data++;
	size--;
	ask(mode, &request);
	for (int i = 0; i < MESSAGES_MAX && !failed; i++) {
		struct bytes message = { 0 };
		struct error err = { 0 };

		if (!take_message(&data, &size, &request, mode & SIGNED && i == 0, &message))
			break;
		if (!message.data)
			bytes_append(&message, "", 0);
		if (!(mode & TRANSFER)) {
			try_answer(&request, mode, &message);
		} else if (dns_message_transfer(&request, (unsigned char *)message.data,
						message.size, i == 0, &soa_seen, &list, &err) < 0) {
			promise_failure(&err);
			failed = true;
		} else {
			PROMISE(soa_seen <= 2 && list.count <= 65535U * MESSAGES_MAX);
			PROMISE(!(mode & KEYED) || mode & SIGNED);
			PROMISE(!(mode & KEYED) || soa_seen < 2 || i == 0);
		}
		bytes_clear(&message);
	}
	promise_records(&list);
	dns_record_list_clear(&list);
	dns_message_clear(&request);
	return 0;
}
