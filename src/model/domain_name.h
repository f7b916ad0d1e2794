/*
 * A domain name as it is looked up and compared: letters in lower case, an internationalised name
 * in its A-label form (xn--, RFC 5890), no final dot. Letters, digits, hyphens and dots only,
 * labels of 1 to 63 bytes, 253 bytes in all (RFC 1035 2.3.4), at least two labels, the last not all
 * digits (that is an address, not a name).
 */
#ifndef MODEL_DOMAIN_NAME_H
#define MODEL_DOMAIN_NAME_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

#define DOMAIN_NAME_SIZE 254 /* bytes, with the final NUL */

struct domain_name {
	size_t length; /* bytes of text, 3 to 253 */
	char text[DOMAIN_NAME_SIZE];
};

/*
 * Reads size bytes: a name in any case, as U-labels (UTF-8, mapped by UTS 46) or A-labels, with or
 * without one final dot. ERROR_INVALID says which rule it breaks.
 */
int domain_name_parse(const char *text, size_t size, struct domain_name *ret, struct error *err);

/*
 * Reads a Host header or the authority of an absolute target: a name as above, with or without
 * ":port". An IP address is ERROR_INVALID.
 */
int domain_name_parse_host(const char *text, size_t size, struct domain_name *ret,
			   struct error *err);

/*
 * The name with its U-labels (RFC 5890), for people to read; NULL if it has none that can be shown,
 * or memory has run out. The caller frees it.
 */
char *domain_name_unicode(const char *name);

/*
 * Takes one prefix under which programs look for settings (autoconfig., autodiscover.,
 * ua-auto-config., mta-sts.) off the name, if there is one and a name remains. Returns whether.
 */
bool domain_name_strip_service(struct domain_name *name);

/*
 * As domain_name_parse() for the name of a server: one label is enough, "%EMAILDOMAIN%" may stand
 * for a whole run of labels (mail.%EMAILDOMAIN%), an IPv4 address may stand for a name. ret_text
 * has DOMAIN_NAME_SIZE bytes and gets the name in lower case, the placeholder as it is written
 * here.
 */
int domain_name_parse_server(const char *text, size_t size, char *ret_text, struct error *err);

#endif
