/* What signpost prints about providers. */
#ifndef CMD_PROVIDER_PRINT_H
#define CMD_PROVIDER_PRINT_H

#include "base/findings.h"
#include "render/settings.h"

#include <stdbool.h>
#include <stddef.h>

/* The heading of a table of all providers, and the row of one; domains is NULL if not known. */
void provider_print_heading(const struct provider_set *providers);
void provider_print_row(const struct provider_set *providers, size_t number, const size_t *domains,
			bool json);

/* One provider in full; provider is NULL if its document has errors. */
void provider_print_full(const char *id, const char *path, const struct email_provider *provider,
			 const struct findings *findings);
void provider_print_full_json(const char *id, const char *path,
			      const struct email_provider *provider,
			      const struct findings *findings);

#endif
