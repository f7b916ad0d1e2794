/* What dns verify says of a domain: a table of its servers, and when nothing old is left. */
#ifndef CMD_VERIFICATION_PRINT_H
#define CMD_VERIFICATION_PRINT_H

#include "dns/verification.h"

#include <stdbool.h>

void verification_print(const struct verification_input *input,
			const struct verification *verification, bool json);

#endif
