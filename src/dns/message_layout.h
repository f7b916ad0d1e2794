/*
 * Where the parts of a message lie (RFC 1035 4.1), found before anything is decoded: what breaks a
 * rule here never reaches ldns.
 */
#ifndef DNS_MESSAGE_LAYOUT_H
#define DNS_MESSAGE_LAYOUT_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MESSAGE_HEADER_SIZE 12 /* bytes */

enum message_section { MESSAGE_QUESTION, MESSAGE_ANSWER, MESSAGE_AUTHORITY, MESSAGE_ADDITIONAL };

struct message_layout {
	uint16_t id;
	unsigned int opcode, rcode;	   /* the four bits of each */
	bool response, authoritative, cut; /* QR, AA, TC */
	uint16_t counts[MESSAGE_ADDITIONAL + 1];
	size_t tsig; /* where the TSIG record begins, which is then the last; 0: there is none */
};

/*
 * ERROR_SYNTAX: the sections do not fill the bytes exactly, more than one question, more than one
 * OPT or TSIG record, or one of them where it may not stand (RFC 6891 6.1.1, RFC 8945 5.1).
 */
int message_layout_read(const unsigned char *bytes, size_t size, struct message_layout *ret,
			struct error *err);

/*
 * Whether answer is to question by its id, QR, opcode and question, the last without letter case.
 * The question may be missing from an answer to an update (RFC 2136 3.8), from an error without
 * records, as from a server that could not read it, and, if later, from a transfer's messages
 * (RFC 5936 2.2.1). Looks at header and question only. question is a message of our own.
 */
bool message_answers(const unsigned char *question, size_t question_size,
		     const unsigned char *answer, size_t answer_size, bool later);

/* TC. answer has a header. */
bool message_is_cut(const unsigned char *answer);

uint16_t message_uint16(const unsigned char *bytes);

#endif
