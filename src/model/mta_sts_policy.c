#include "model/mta_sts_policy.h"

#include <string.h>

static const char *const mode_names[MTA_STS_MODE_COUNT] = {
	[MTA_STS_NONE] = "none",
	[MTA_STS_TESTING] = "testing",
	[MTA_STS_ENFORCE] = "enforce",
};

const char *mta_sts_mode_name(enum mta_sts_mode mode)
{
	return mode_names[mode];
}

int mta_sts_mode_from_name(const char *name)
{
	for (int i = 0; i < MTA_STS_MODE_COUNT; i++) {
		if (strcmp(mode_names[i], name) == 0)
			return i;
	}
	return -1;
}

static bool matches(const char *pattern, const char *host, size_t size)
{
	if (*pattern == '*') {
		const char *dot = memchr(host, '.', size);

		if (!dot || dot == host)
			return false;
		size -= (size_t)(dot - host);
		host = dot;
		pattern++;
	}
	return strlen(pattern) == size && memcmp(pattern, host, size) == 0;
}

bool mta_sts_policy_names(const struct mta_sts_policy *policy, const char *host, size_t size)
{
	for (size_t i = 0; i < policy->mx_count; i++) {
		if (matches(policy->mx[i], host, size))
			return true;
	}
	return false;
}

void mta_sts_policy_free(struct mta_sts_policy *policy)
{
	if (!policy)
		return;
	for (size_t i = 0; i < policy->mx_count; i++)
		free(policy->mx[i]);
	free(policy);
}
