#include "http/request_kind.h"

const char *request_kind_name(enum request_kind kind)
{
	static const char *const names[] = {
		[KIND_NONE] = "-",
		[KIND_AUTOCONFIG] = "autoconfig",
		[KIND_AUTODISCOVER] = "autodiscover",
		[KIND_ACTIVESYNC] = "activesync",
		[KIND_AUTODISCOVER_JSON] = "autodiscover-json",
		[KIND_PACC] = "pacc",
		[KIND_MOBILECONFIG] = "mobileconfig",
		[KIND_DAV] = "dav",
		[KIND_MTA_STS] = "mta-sts",
		[KIND_PAGE] = "page",
		[KIND_FORM] = "form",
		[KIND_ASSET] = "asset",
		[KIND_ACME] = "acme",
		[KIND_OPERATIONS] = "operations",
	};

	return names[kind];
}
