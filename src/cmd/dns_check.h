/* What the dns commands would refuse of a configuration, before anybody is asked anything. */
#ifndef CMD_DNS_CHECK_H
#define CMD_DNS_CHECK_H

#include "base/findings.h"
#include "model/configuration.h"

/* path is the configuration's, for texts. */
void dns_check(const struct configuration *configuration, const char *path,
	       struct findings *findings);

#endif
