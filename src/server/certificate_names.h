/* The names that a certificate is good for: DNS names of subjectAltName, and nothing else. */
#ifndef SERVER_CERTIFICATE_NAMES_H
#define SERVER_CERTIFICATE_NAMES_H

#include "base/error.h"
#include "model/domain_name.h"

#include <openssl/x509.h>
#include <stdbool.h>
#include <stddef.h>

/* All zero is the empty value. */
struct certificate_names {
	char *text;  /* one behind the other, each with a NUL: "kunde.example", "*.kunde.example" */
	size_t size; /* bytes of text */
};

/* *ret is all zero before; the caller frees it with certificate_names_clear(). Passes over what is
 * no domain name, with or without "*." before it: nobody can ask for it. ERROR_NO_MEMORY. */
int certificate_names_read(const X509 *certificate, struct certificate_names *ret,
			   struct error *err);

/* The name after the one given, the first after NULL; NULL: there are no more. */
const char *certificate_names_next(const struct certificate_names *names, const char *name);

/* Whether one of them is the name, or stands for it: "*" for exactly one label (RFC 9525 6.3). */
bool certificate_names_include(const struct certificate_names *names,
			       const struct domain_name *name);

void certificate_names_clear(struct certificate_names *names);

#endif
