#include "cmd/site.h"

#include "base/bytes.h"
#include "cmd/output.h"
#include "store/settings_load.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

/* One line for the first error; check has the room for all. */
static int complain_findings(const struct findings *findings, const struct error *err)
{
	int status = complain_error(err);

	if (findings->errors > 1)
		complain("%zu more error%s; signpost check tells them all", findings->errors - 1,
			 findings->errors == 2 ? "" : "s");
	return status == EX_DATAERR || status == EX_CANTCREAT ? EX_CONFIG : status;
}

int site_configuration(const struct invocation *invocation, struct configuration **ret)
{
	CLEANUP(findings_clear) struct findings findings = { 0 };
	struct error err;

	if (configuration_load(invocation->config, ret, &findings, &err) < 0)
		return complain_findings(&findings, &err);
	return STATUS_DONE;
}

/* Whoever may read them is told if they are broken. */
static int leave_keys_out(struct configuration *configuration)
{
	CLEANUP(freep) char *path = NULL;
	struct error err;

	if (!configuration->links_keys)
		return STATUS_DONE;
	path = configuration_path(configuration, configuration->links_keys);
	if (!path) {
		error_no_memory(&err);
		return complain_error(&err);
	}
	if (euidaccess(path, R_OK) < 0 && errno == EACCES) {
		free(configuration->links_keys);
		configuration->links_keys = NULL;
	}
	return STATUS_DONE;
}

static int load_providers(const struct invocation *invocation, bool keys, struct provider_set **ret)
{
	CLEANUP(findings_clear) struct findings findings = { 0 };
	struct configuration *configuration = NULL;
	struct error err;
	int status = site_configuration(invocation, &configuration);

	if (status == STATUS_DONE && !keys)
		status = leave_keys_out(configuration);
	if (status != STATUS_DONE) {
		configuration_free(configuration);
		return status;
	}
	if (provider_set_load(configuration, ret, &findings, &err) < 0)
		return complain_findings(&findings, &err);
	return STATUS_DONE;
}

int site_providers(const struct invocation *invocation, struct provider_set **ret)
{
	return load_providers(invocation, false, ret);
}

int site_providers_and_keys(const struct invocation *invocation, struct provider_set **ret)
{
	return load_providers(invocation, true, ret);
}

int site_zones(const struct configuration *configuration, struct zone_set **ret)
{
	CLEANUP(findings_clear) struct findings findings = { 0 };
	struct error err;

	if (zone_set_load(configuration, ret, &findings, &err) < 0)
		return complain_findings(&findings, &err);
	return STATUS_DONE;
}

int site_store(const struct configuration *configuration, enum store_mode mode, struct store **ret)
{
	CLEANUP(freep) char *url = configuration_store_url(configuration);
	struct error err;
	int status;

	if (!url) {
		error_no_memory(&err);
		return complain_error(&err);
	}
	if (store_open(url, mode, ret, &err) == 0)
		return STATUS_DONE;
	status = complain_error(&err);
	if (err.code == ERROR_NOT_FOUND)
		complain("bring it back from a copy, or make an empty one: signpost init --store");
	return status;
}

const struct provider_answers *site_find_provider(const struct provider_set *providers,
						  const char *id)
{
	const struct provider_answers *answers = provider_set_find(providers, id);

	if (!answers)
		complain("no provider \"%s\"; signpost provider list tells which there are", id);
	return answers;
}

char *site_provider_path(const struct configuration *configuration, const char *id)
{
	CLEANUP(bytes_clear) struct bytes name = { 0 };

	bytes_append_format(&name, "%s/%s.xml", configuration->providers_directory, id);
	return name.failed ? NULL : configuration_path(configuration, name.data);
}

/* Root is mostly somebody who used sudo. */
const char *site_user(char *ret, size_t size)
{
	const char *sudo = getuid() == 0 ? getenv("SUDO_USER") : NULL;
	const struct passwd *user = getpwuid(getuid());

	if (sudo && *sudo)
		snprintf(ret, size, "%s", sudo);
	else if (user)
		snprintf(ret, size, "%s", user->pw_name);
	else
		snprintf(ret, size, "uid %lu", (unsigned long)getuid());
	return ret;
}
