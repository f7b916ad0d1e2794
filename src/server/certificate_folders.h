/*
 * In which folders a certificate for a name is looked for, by their names alone. Clients of ACME
 * call a folder after the first name in the certificate, so it lies in that of the name or of the
 * domain above it. A wildcard's "*" they keep (dehydrated), leave out (certbot, uacme) or write as
 * "_" (lego).
 */
#ifndef SERVER_CERTIFICATE_FOLDERS_H
#define SERVER_CERTIFICATE_FOLDERS_H

#include "model/domain_name.h"

#include <stdbool.h>
#include <stddef.h>

#define CERTIFICATE_FOLDERS_MAX 4
#define CERTIFICATE_FOLDER_SIZE 256 /* bytes, with the final NUL: the longest that Linux has */

struct certificate_folders {
	size_t count; /* at least 1 */
	/* letters in lower case, digits, hyphens, dots between; perhaps "*." or "_." in front */
	char list[CERTIFICATE_FOLDERS_MAX][CERTIFICATE_FOLDER_SIZE];
};

void certificate_folders_of(const struct domain_name *name, struct certificate_folders *ret);

/*
 * Whether folder is looked into for every name that is meant by own, a name of a certificate, with
 * or without "*." before it.
 */
bool certificate_folders_reach(const char *own, const char *folder);

#endif
