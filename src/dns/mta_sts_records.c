#include "dns/mta_sts_records.h"

#include "base/bytes.h"

#include <stdio.h>
#include <string.h>

#define REASON_ID                                                                                  \
	"Other mail servers look here for the domain's MTA-STS policy; the id changes with it."
#define REASON_HOST "Where the MTA-STS policy is, over https; needs a certificate for this name."

#define OWNER_SIZE (sizeof("_mta-sts..") + DOMAIN_NAME_SIZE)

static void make_owner(const char *label, const struct domain_name *domain, char ret[OWNER_SIZE])
{
	snprintf(ret, OWNER_SIZE, "%s.%s.", label, domain->text);
}

static bool leads_somewhere(const struct dns_record_list *list, const char *owner)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct dns_record *record = list->list[i];

		if ((record->type == LDNS_RR_TYPE_A || record->type == LDNS_RR_TYPE_AAAA ||
		     record->type == LDNS_RR_TYPE_CNAME) &&
		    strcmp(record->owner, owner) == 0)
			return true;
	}
	return false;
}

static int add_record(const char *owner, uint32_t ttl, const char *type, const char *rdata,
		      const char *reason, struct dns_record_list *list, struct error *err)
{
	struct dns_record *record;

	if (dns_record_parse(owner, ttl, type, rdata, ".", reason, &record, err) < 0)
		return error_prefix(err, "%s %s", owner, type);
	return dns_record_list_add(list, record, err);
}

__attribute__((format(printf, 3, 4))) static int set_note(char **ret, struct error *err,
							  const char *format, ...)
{
	va_list args;
	int length;

	va_start(args, format);
	length = vasprintf(ret, format, args);
	va_end(args);
	if (length >= 0)
		return 0;
	*ret = NULL;
	return error_no_memory(err);
}

/* The name at which the policy is fetched, service is a name. */
static int add_host(const char *owner, const char *service, uint32_t ttl,
		    struct dns_record_list *list, char **ret_note, struct error *err)
{
	char target[DOMAIN_NAME_SIZE + 1];

	snprintf(target, sizeof(target), "%s.", service);
	if (strcmp(owner, target) == 0)
		return set_note(ret_note, err,
				"%s is the settings service itself: it needs its address records "
				"(A, AAAA).",
				service);
	return add_record(owner, ttl, "CNAME", target, REASON_HOST, list, err);
}

int mta_sts_records_add(const struct provider_answers *answers, const char *service, uint32_t ttl,
			const struct domain_name *domain, struct dns_record_list *list,
			char **ret_note, struct error *err)
{
	char owner[OWNER_SIZE], host[OWNER_SIZE];
	char rdata[sizeof("\"v=STSv1; id=;\"") + MTA_STS_ID_SIZE];
	bool has_host;

	*ret_note = NULL;
	if (!answers->provider->mta_sts)
		return 0;
	make_owner("_mta-sts", domain, owner);
	make_owner("mta-sts", domain, host);
	has_host = leads_somewhere(list, host);
	if (!has_host && (!service || !*service))
		return set_note(ret_note, err,
				"No name of the settings service is configured: mta-sts. and "
				"_mta-sts. are left out.");
	snprintf(rdata, sizeof(rdata), "\"v=STSv1; id=%s;\"", answers->mta_sts_id);
	if (add_record(owner, ttl, "TXT", rdata, REASON_ID, list, err) < 0)
		return -1;
	return has_host ? 0 : add_host(host, service, ttl, list, ret_note, err);
}

/* The patterns with blanks between. The caller frees it. NULL: out of memory. */
static char *join_patterns(const struct mta_sts_policy *policy)
{
	CLEANUP(bytes_clear) struct bytes bytes = { 0 };
	struct error unused;
	char *ret = NULL;

	for (size_t i = 0; i < policy->mx_count; i++)
		bytes_append_format(&bytes, "%s%s", i ? " " : "", policy->mx[i]);
	return bytes_take(&bytes, &ret, NULL, &unused) < 0 ? NULL : ret;
}

static void check_mx(const struct mta_sts_policy *policy, const struct dns_record *record,
		     struct findings *findings)
{
	const char *blank = strchr(record->rdata, ' ');
	const char *target = blank ? blank + 1 : record->rdata;
	size_t size = strlen(target) - 1; /* without the final dot */
	CLEANUP(freep) char *patterns = NULL;
	bool enforced = policy->mode == MTA_STS_ENFORCE;

	if (size == 0 || mta_sts_policy_names(policy, target, size))
		return;
	patterns = join_patterns(policy);
	findings_add(findings, enforced ? FINDING_ERROR : FINDING_WARNING,
		     "%s MX: \"%.*s\" is not in the provider's sp:mtaSts (%s): %s", record->owner,
		     (int)size, target, patterns ? patterns : "",
		     enforced ? "other mail servers do not deliver to it"
			      : "in mode enforce other mail servers would not deliver to it");
}

void mta_sts_records_check(const struct provider_answers *answers, const struct domain_name *domain,
			   const struct dns_record_list *records, struct findings *findings)
{
	const struct mta_sts_policy *policy = answers->provider->mta_sts;
	char owner[DOMAIN_NAME_SIZE + 1];

	if (!policy || policy->mode == MTA_STS_NONE)
		return;
	snprintf(owner, sizeof(owner), "%s.", domain->text);
	for (size_t i = 0; i < records->count; i++) {
		if (records->list[i]->type == LDNS_RR_TYPE_MX &&
		    strcmp(records->list[i]->owner, owner) == 0)
			check_mx(policy, records->list[i], findings);
	}
}
