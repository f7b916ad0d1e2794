/*
 * signpost init: something to start from. The configuration is written last: it is what says that
 * a site is there, and a second init must not meet one without a store.
 */
#include "base/bytes.h"
#include "cmd/file_write.h"
#include "cmd/link_day.h"
#include "cmd/link_key_file.h"
#include "cmd/options.h"
#include "cmd/output.h"
#include "cmd/settings_print.h"
#include "cmd/site.h"
#include "store/settings_load.h"

#include <errno.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#define UUID_SIZE 37 /* bytes of the text, with the NUL */

/* RFC 9562 5.4, version 4. */
static int make_uuid(char ret[UUID_SIZE], struct error *err)
{
	unsigned char bytes[16];
	size_t length = 0;

	if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
		return error_errno(err, errno, "no random bytes");
	bytes[6] = (unsigned char)((bytes[6] & 0x0f) | 0x40);
	bytes[8] = (unsigned char)((bytes[8] & 0x3f) | 0x80);
	for (size_t i = 0; i < sizeof(bytes); i++)
		length += (size_t)snprintf(ret + length, UUID_SIZE - length, "%s%02x",
					   i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "",
					   bytes[i]);
	return 0;
}

static void print_made(const struct invocation *invocation, const char *path)
{
	if (invocation->json)
		output_json(json_pack("{s:s}", "made", path));
	else
		output_text("made %s\n", path);
}

/* A directory that is there already is as good. */
static int make_directory(const struct invocation *invocation, const char *path, struct error *err)
{
	if (mkdir(path, 0750) == 0) {
		print_made(invocation, path);
		return 0;
	}
	return errno == EEXIST ? 0 : error_errno(err, errno, "%s", path);
}

/* Makes an empty store if there is none. Returns 1 if it did. */
static int make_store(const struct invocation *invocation, const char *url, struct error *err)
{
	CLEANUP(store_closep) struct store *store = NULL;

	if (store_open(url, STORE_READ, &store, err) == 0)
		return 0;
	if (err->code != ERROR_NOT_FOUND || store_open(url, STORE_CREATE, &store, err) < 0)
		return -1;
	print_made(invocation, url);
	return 1;
}

/* Makes the file of keys if there is none. Whether one that is there is good, check will tell. */
static int make_link_keys(const struct invocation *invocation, const char *path, struct error *err)
{
	if (access(path, F_OK) == 0)
		return 0;
	if (link_key_file_make(path, err) < 0)
		return -1;
	print_made(invocation, path);
	return 0;
}

/* The configuration's bytes, and what they say. */
static int make_configuration(const char *directory, const char *path, struct bytes *ret_text,
			      struct configuration **ret, struct error *err)
{
	CLEANUP(findings_clear) struct findings findings = { 0 };
	char uuid[UUID_SIZE];
	struct settings_print_own own = { .profile_namespace = uuid, .links_keys = "links.keys" };

	if (make_uuid(uuid, err) < 0)
		return -1;
	settings_print_append(ret_text, &own);
	if (ret_text->failed)
		return error_no_memory(err);
	return configuration_parse(ret_text->data, ret_text->size, path, directory, ret, &findings,
				   err);
}

/* What goes into the directory, which is there; directory and path are absolute. */
static int fill_directory(const struct invocation *invocation, const char *directory,
			  const char *path, struct error *err)
{
	CLEANUP(configuration_freep) struct configuration *configuration = NULL;
	CLEANUP(bytes_clear) struct bytes text = { 0 };
	CLEANUP(freep) char *providers = NULL;
	CLEANUP(freep) char *zones = NULL;
	CLEANUP(freep) char *keys = NULL;
	CLEANUP(freep) char *url = NULL;

	if (access(path, F_OK) == 0)
		return error_set(err, ERROR_CONFLICT, "%s is there already", path);
	if (make_configuration(directory, path, &text, &configuration, err) < 0)
		return -1;
	providers = configuration_path(configuration, configuration->providers_directory);
	zones = configuration_path(configuration, configuration->providers_zones);
	keys = configuration_path(configuration, configuration->links_keys);
	url = configuration_store_url(configuration);
	if (!providers || !zones || !keys || !url)
		return error_no_memory(err);
	if (make_directory(invocation, providers, err) < 0 ||
	    make_directory(invocation, zones, err) < 0 || make_store(invocation, url, err) < 0 ||
	    make_link_keys(invocation, keys, err) < 0 ||
	    file_write(path, text.data, text.size, false, err) < 0)
		return -1;
	print_made(invocation, path);
	if (!invocation->json)
		output_text("next: signpost --config %s provider import FILE\n", path);
	return 0;
}

static int init_directory(const struct invocation *invocation, const char *name)
{
	CLEANUP(bytes_clear) struct bytes path = { 0 };
	CLEANUP(freep) char *directory = NULL;
	struct error err;
	bool made;

	(void)umask(umask(0) | 027); /* the store and what is in it are the service's group's */
	made = mkdir(name, 0750) == 0;
	directory = made || errno == EEXIST ? realpath(name, NULL) : NULL;
	if (!directory) {
		error_errno(&err, errno, "%s", name);
		return complain_error(&err);
	}
	if (made)
		print_made(invocation, directory);
	bytes_append_format(&path, "%s/signpost.conf", directory);
	if (path.failed)
		error_no_memory(&err);
	else if (fill_directory(invocation, directory, path.data, &err) == 0)
		return STATUS_DONE;
	return complain_error(&err);
}

static int init_store(const struct invocation *invocation)
{
	CLEANUP(configuration_freep) struct configuration *configuration = NULL;
	CLEANUP(freep) char *url = NULL;
	struct error err;
	int status = site_configuration(invocation, &configuration), made;

	if (status != STATUS_DONE)
		return status;
	url = configuration_store_url(configuration);
	if (!url) {
		error_no_memory(&err);
		return complain_error(&err);
	}
	(void)umask(umask(0) | 027);
	made = make_store(invocation, url, &err);
	if (made == 0)
		error_set(&err, ERROR_CONFLICT, "%s is there already", url);
	return made == 1 ? STATUS_DONE : complain_error(&err);
}

/* The path of the file of keys. The caller frees *ret. */
static int find_link_keys(const struct invocation *invocation,
			  const struct configuration *configuration, char **ret)
{
	struct error err;

	if (!configuration->links_keys) {
		complain("%s: [links] keys is not set: add \"keys = links.keys\" below [links], "
			 "then "
			 "run this again",
			 invocation->config);
		return EX_CONFIG;
	}
	*ret = configuration_path(configuration, configuration->links_keys);
	if (*ret)
		return STATUS_DONE;
	error_no_memory(&err);
	return complain_error(&err);
}

/* A link that was made today works for so long; the day after, nobody needs the other keys. */
static void print_new_key(const struct invocation *invocation, const char *path, uint8_t id,
			  long days)
{
	char day[LINK_DAY_SIZE];

	link_day_text(link_day_after(days + 1), day);
	if (invocation->json) {
		output_json(json_pack("{s:s, s:i, s:s}", "made", path, "id", id,
				      "keep_others_until", day));
		return;
	}
	output_text("made key %u in %s\n", id, path);
	output_text("next: reload signpostd (SIGHUP); then new links are made with this key\n");
	output_text("keep the other keys until %s, longer if links were made with more than %ld "
		    "days: they open the links that are out\n",
		    day, days);
}

static int init_link_key(const struct invocation *invocation)
{
	CLEANUP(configuration_freep) struct configuration *configuration = NULL;
	CLEANUP(freep) char *path = NULL;
	int status = site_configuration(invocation, &configuration);
	struct error err;
	uint8_t id;

	if (status == STATUS_DONE)
		status = find_link_keys(invocation, configuration, &path);
	if (status != STATUS_DONE)
		return status;
	if (access(path, F_OK) < 0) {
		if (make_link_keys(invocation, path, &err) == 0)
			return STATUS_DONE;
	} else if (link_key_file_add(path, &id, &err) == 0) {
		print_new_key(invocation, path, id, configuration->links_days);
		return STATUS_DONE;
	}
	return complain_error(&err);
}

static int init(const struct invocation *invocation)
{
	bool store = option_value(invocation, "store");
	bool link_key = option_value(invocation, "link-key");

	if (store + link_key + (invocation->operand_count == 1) != 1) {
		complain("init needs either DIR, --store or --link-key");
		return STATUS_USAGE;
	}
	if (link_key)
		return init_link_key(invocation);
	return store ? init_store(invocation) : init_directory(invocation, invocation->operands[0]);
}

static const struct command_option init_options[] = {
	{ "store", NULL, "make only the empty store of the configuration that is in use" },
	{ "link-key", NULL, "make only a new key for settings links, in front of the others" },
	{ NULL, NULL, NULL },
};

const struct command command_init = {
	.name = "init",
	.operands = "[DIR]",
	.minimum = 0,
	.maximum = 1,
	.sentence = "Make a directory with a commented configuration and an empty store.",
	.options = init_options,
	.run = init,
};
