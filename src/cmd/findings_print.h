/* Findings about files, for people and programs. */
#ifndef CMD_FINDINGS_PRINT_H
#define CMD_FINDINGS_PRINT_H

#include "base/findings.h"

#include <stdbool.h>

/* Each finding on standard output: "error: TEXT", or a JSON object. */
void findings_print(const struct findings *findings, bool json);

/* Each finding on standard error, as a complaint. */
void findings_complain(const struct findings *findings);

/* "error" or "warning". */
const char *finding_severity_name(enum finding_severity severity);

#endif
