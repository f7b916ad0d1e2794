/* What the dns commands say of a domain. */
#ifndef CMD_PUBLICATION_PRINT_H
#define CMD_PUBLICATION_PRINT_H

#include "cmd/dns_run.h"
#include "dns/change_plan_print.h"

/* Prints a plan with its notes. Returns STATUS_DONE or the status of a failure. */
int publication_print_plan(struct dns_run *run, const struct publication *publication,
			   enum change_plan_format format);

/* One line about what has become of a domain; complaints about those that failed. */
void publication_print_outcome(struct dns_run *run, const struct publication *publication);

/* How many domains ended how. */
struct publication_counts {
	size_t of[PUBLICATION_FAILED + 1];
};

/* The count line of a run; refused are those that were no domains. Returns the exit status. */
int publication_print_counts(const struct dns_run *run, const struct publication_counts *counts);

#endif
