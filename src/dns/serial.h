/* Serial numbers of zones: RFC 1982. */
#ifndef DNS_SERIAL_H
#define DNS_SERIAL_H

#include <stdint.h>

/* -1, 0, 1 as a is before, equal to or behind b; 2: the two cannot be compared (2^31 apart). */
int serial_compare(uint32_t a, uint32_t b);

/*
 * The next serial in the style of the live one: YYYYMMDDnn (today's date in UTC and 01, or one more
 * if that is not higher), seconds since 1970 (now, or one more), else one more. Never 0; always
 * behind live. now is in seconds since 1970. live 0: the zone is new, it gets today's date and 01.
 */
uint32_t serial_next(uint32_t live, int64_t now);

#endif
