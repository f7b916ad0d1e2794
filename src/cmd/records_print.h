/* Prints the DNS records of a domain: zone text, or one JSON object for each record. */
#ifndef CMD_RECORDS_PRINT_H
#define CMD_RECORDS_PRINT_H

#include "dns/domain_records.h"

#include <stdbool.h>

/* Complains about what goes wrong. Returns STATUS_DONE or an exit status. */
int records_print(const struct domain_records *records, const struct domain_name *domain,
		  bool json);

#endif
