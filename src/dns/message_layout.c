#include "dns/message_layout.h"

#include "base/text.h"

#include <ldns/ldns.h>
#include <string.h>

#define QR 0x80
#define OPCODE 0x78
#define AA 0x04
#define TC 0x02
#define RCODE 0x0f

#define POINTER 0xc0	  /* the two bits of a compressed name (RFC 1035 4.1.4) */
#define NAME_WIRE_MAX 255 /* bytes */
#define QUESTION_REST 4	  /* bytes: type and class */
#define RECORD_REST 10	  /* bytes: type, class, TTL, and the size of what follows */
#define QUESTION_MIN (1 + QUESTION_REST)
#define RECORD_MIN (1 + RECORD_REST)

uint16_t message_uint16(const unsigned char *bytes)
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

bool message_is_cut(const unsigned char *answer)
{
	return answer[2] & TC;
}

/* The bytes that the name at place takes there, its last pointer included; 0: it has no end. */
static size_t name_size(const unsigned char *bytes, size_t size, size_t place)
{
	for (size_t at = place; at < size && at - place < NAME_WIRE_MAX;) {
		if (bytes[at] == 0)
			return at + 1 - place;
		if ((bytes[at] & POINTER) == POINTER)
			return size - at >= 2 ? at + 2 - place : 0;
		if (bytes[at] & POINTER)
			return 0;
		at += 1U + bytes[at];
	}
	return 0;
}

static int complain(struct error *err, const char *what)
{
	return error_set(err, ERROR_SYNTAX, "is not a DNS message: %s", what);
}

/* What has been seen while walking. */
struct walk {
	const unsigned char *bytes;
	size_t size, at;
	bool opt;
};

static int walk_question(struct walk *walk, struct error *err)
{
	size_t name = name_size(walk->bytes, walk->size, walk->at);

	if (!name || walk->size - walk->at - name < QUESTION_REST)
		return complain(err, "its question is cut off");
	walk->at += name + QUESTION_REST;
	return 0;
}

/* A record with a meaning for the whole message. last: it is the last of the additional section. */
static int note_record(struct walk *walk, ldns_rr_type type, enum message_section section,
		       bool last, struct message_layout *layout, struct error *err)
{
	if (type == LDNS_RR_TYPE_TSIG) {
		if (section != MESSAGE_ADDITIONAL || !last)
			return complain(err, "a TSIG record is not the last one");
		layout->tsig = walk->at;
	} else if (type == LDNS_RR_TYPE_OPT) {
		if (section != MESSAGE_ADDITIONAL || walk->opt)
			return complain(err, "an OPT record too many");
		walk->opt = true;
	}
	return 0;
}

static int walk_record(struct walk *walk, enum message_section section, bool last,
		       struct message_layout *layout, struct error *err)
{
	size_t name = name_size(walk->bytes, walk->size, walk->at), left;
	const unsigned char *rest = walk->bytes + walk->at + name;

	left = walk->size - walk->at - name;
	if (!name || left < RECORD_REST || left - RECORD_REST < message_uint16(rest + 8))
		return complain(err, "a record is cut off");
	if (note_record(walk, message_uint16(rest), section, last, layout, err) < 0)
		return -1;
	walk->at += name + RECORD_REST + message_uint16(rest + 8);
	return 0;
}

static int walk_sections(struct walk *walk, struct message_layout *layout, struct error *err)
{
	if (layout->counts[MESSAGE_QUESTION] && walk_question(walk, err) < 0)
		return -1;
	for (int section = MESSAGE_ANSWER; section <= MESSAGE_ADDITIONAL; section++) {
		for (unsigned int i = 1; i <= layout->counts[section]; i++) {
			if (walk_record(walk, section, i == layout->counts[section], layout, err) <
			    0)
				return -1;
		}
	}
	if (walk->at != walk->size)
		return complain(err, "something stands behind its end");
	return 0;
}

static bool counts_fit(const struct message_layout *layout, size_t size)
{
	size_t records = (size_t)layout->counts[MESSAGE_ANSWER] +
			 layout->counts[MESSAGE_AUTHORITY] + layout->counts[MESSAGE_ADDITIONAL];

	return layout->counts[MESSAGE_QUESTION] * QUESTION_MIN + records * RECORD_MIN <=
	       size - MESSAGE_HEADER_SIZE;
}

int message_layout_read(const unsigned char *bytes, size_t size, struct message_layout *ret,
			struct error *err)
{
	struct walk walk = { .bytes = bytes, .size = size, .at = MESSAGE_HEADER_SIZE };
	struct message_layout layout = { .id = 0 };

	if (size < MESSAGE_HEADER_SIZE)
		return complain(err, "it is shorter than a header");
	layout.id = message_uint16(bytes);
	layout.response = bytes[2] & QR;
	layout.opcode = (bytes[2] & OPCODE) >> 3;
	layout.authoritative = bytes[2] & AA;
	layout.cut = bytes[2] & TC;
	layout.rcode = bytes[3] & RCODE;
	for (int i = MESSAGE_QUESTION; i <= MESSAGE_ADDITIONAL; i++)
		layout.counts[i] = message_uint16(bytes + 4 + 2 * i);
	if (layout.counts[MESSAGE_QUESTION] > 1)
		return complain(err, "it has more than one question");
	if (!counts_fit(&layout, size))
		return complain(err, "it is too short for as many records as it announces");
	if (walk_sections(&walk, &layout, err) < 0)
		return -1;
	*ret = layout;
	return 0;
}

/*
 * A label's length is below any letter, so the whole name can be compared at once. Type and class
 * are compared as they are: 0x41 and 0x61 are two types.
 */
static bool same_question(const unsigned char *a, size_t a_size, const unsigned char *b,
			  size_t b_size)
{
	size_t end = MESSAGE_HEADER_SIZE + name_size(a, a_size, MESSAGE_HEADER_SIZE);

	if (end + QUESTION_REST > a_size || end + QUESTION_REST > b_size)
		return false;
	for (size_t i = MESSAGE_HEADER_SIZE; i < end; i++) {
		if (text_lower((char)a[i]) != text_lower((char)b[i]))
			return false;
	}
	return memcmp(a + end, b + end, QUESTION_REST) == 0;
}

/* Whether an answer without a question may be one. */
static bool may_lack_question(const unsigned char *answer)
{
	unsigned int rcode = answer[3] & RCODE;

	if ((answer[2] & OPCODE) >> 3 == LDNS_PACKET_UPDATE)
		return true;
	return rcode != LDNS_RCODE_NOERROR && rcode != LDNS_RCODE_NXDOMAIN &&
	       message_uint16(answer + 6) == 0 && message_uint16(answer + 8) == 0;
}

bool message_answers(const unsigned char *question, size_t question_size,
		     const unsigned char *answer, size_t answer_size, bool later)
{
	if (question_size < MESSAGE_HEADER_SIZE || answer_size < MESSAGE_HEADER_SIZE ||
	    memcmp(question, answer, 2) != 0 || !(answer[2] & QR) ||
	    (question[2] & OPCODE) != (answer[2] & OPCODE))
		return false;
	if (message_uint16(answer + 4) == 0)
		return later || may_lack_question(answer);
	return message_uint16(answer + 4) == 1 &&
	       same_question(question, question_size, answer, answer_size);
}
