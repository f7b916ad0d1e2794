/*
 * Files become settings. Whoever loads goes on after a fault, so that all of them are told in one
 * go; the first is also the error that is returned.
 */
#include "store/settings_load.h"

#include "base/bytes.h"
#include "base/text.h"
#include "render/page.h"
#include "store/file_read.h"
#include "store/link_keys_load.h"
#include "store/page_load.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>

#define PROVIDER_SUFFIX ".xml"
#define PROVIDER_ID_MAX 64 /* bytes */

bool provider_id_valid(const char *text)
{
	static const char first[] = "abcdefghijklmnopqrstuvwxyz0123456789";
	static const char rest[] = "abcdefghijklmnopqrstuvwxyz0123456789-_.";
	size_t length = strlen(text);

	return length >= 1 && length <= PROVIDER_ID_MAX && strchr(first, *text) &&
	       strspn(text, rest) == length;
}

/* The directory of a file, absolute, so that it stays right whatever becomes the working directory.
 */
static int directory_of(const char *path, char **ret, struct error *err)
{
	CLEANUP(freep) char *directory = strdup(path);
	char *slash = directory ? strrchr(directory, '/') : NULL;

	if (!directory)
		return error_no_memory(err);
	if (slash)
		slash[slash == directory ? 1 : 0] = '\0';
	*ret = realpath(slash ? directory : ".", NULL);
	return *ret ? 0 : error_errno(err, errno, "%s", path);
}

int configuration_load(const char *path, struct configuration **ret, struct findings *findings,
		       struct error *err)
{
	CLEANUP(freep) char *directory = NULL, *text = NULL;
	size_t size;

	if (file_read(path, CONFIGURATION_SIZE_MAX, &text, &size, err) < 0 ||
	    directory_of(path, &directory, err) < 0) {
		findings_add(findings, FINDING_ERROR, "%s", err->text);
		return -1;
	}
	return configuration_parse(text, size, path, directory, ret, findings, err);
}

char *configuration_store_url(const struct configuration *configuration)
{
	static const char scheme[] = "sqlite:";
	const char *url = configuration->store_url;
	CLEANUP(freep) char *path = NULL;
	CLEANUP(bytes_clear) struct bytes bytes = { 0 };
	struct error err;
	char *ret = NULL;

	if (!text_begins(url, scheme)) /* store_open() will say what it does not know */
		return strdup(url);
	path = configuration_path(configuration, url + strlen(scheme));
	if (!path)
		return NULL;
	bytes_append_text(&bytes, scheme);
	bytes_append_text(&bytes, path);
	return bytes_take(&bytes, &ret, NULL, &err) < 0 ? NULL : ret;
}

struct provider_loading {
	struct provider_set *set;
	struct findings *findings;
	struct error first;
};

static void note_first(struct provider_loading *loading, const struct error *err)
{
	if (loading->first.code == ERROR_NONE)
		loading->first = *err;
}

/* An error that nobody has put among the findings yet. */
static void note_fault(struct provider_loading *loading, const struct error *err)
{
	findings_add(loading->findings, FINDING_ERROR, "%s", err->text);
	note_first(loading, err);
}

/* Reads one document and makes its answers. id is the file's name without its end. */
static void load_document(struct provider_loading *loading, const char *path, const char *id)
{
	struct provider_answers *answers = NULL;
	struct email_provider *provider = NULL;
	CLEANUP(freep) char *text = NULL;
	struct error err = { 0 };
	size_t size;

	if (file_read(path, EMAIL_PROVIDER_XML_MAX, &text, &size, &err) < 0) {
		note_fault(loading, &err);
		return;
	}
	if (email_provider_parse(text, size, path, &provider, loading->findings, &err) < 0) {
		note_first(loading, &err);
		return;
	}
	if (provider_answers_make(id, provider, loading->set->configuration, &answers, &err) < 0 ||
	    provider_set_add(loading->set, answers, &err) < 0) {
		error_prefix(&err, "%s", path);
		note_fault(loading, &err);
	}
}

static void load_file(struct provider_loading *loading, const char *directory, const char *name)
{
	size_t length = strlen(name) - strlen(PROVIDER_SUFFIX);
	CLEANUP(freep) char *id = strndup(name, length);
	CLEANUP(bytes_clear) struct bytes path = { 0 };
	struct error err = { 0 };

	bytes_append_format(&path, "%s/%s", directory, name);
	if (!id || path.failed)
		error_no_memory(&err);
	else if (strcmp(name + length, PROVIDER_SUFFIX) != 0 || !provider_id_valid(id))
		error_set(&err, ERROR_INVALID,
			  "%s: a provider's file is named ID.xml, ID is 1 to %d of a-z 0-9 - _ . "
			  "and begins with a letter or digit",
			  path.data, PROVIDER_ID_MAX);
	if (err.code == ERROR_NONE)
		load_document(loading, path.data, id);
	else
		note_fault(loading, &err);
}

/*
 * Hidden files are an editor's (.#x.xml, .x.xml.swp), as are x.xml~ and #x.xml#. XML in another
 * case is let in to be refused by name: passed over in silence it would be missed for long.
 */
static int is_document(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name), suffix = strlen(PROVIDER_SUFFIX);

	return entry->d_name[0] != '.' && length >= suffix &&
	       text_equals(entry->d_name + length - suffix, suffix, PROVIDER_SUFFIX);
}

/* As strcmp() in every locale; alphasort() is not. */
static int compare_names(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void load_directory(struct provider_loading *loading, const char *directory)
{
	struct dirent **names = NULL;
	struct error err = { 0 };
	int count = scandir(directory, &names, is_document, compare_names);

	if (count < 0) {
		error_errno(&err, errno, "%s", directory);
		note_fault(loading, &err);
		return;
	}
	if (count == 0)
		findings_add(loading->findings, FINDING_WARNING,
			     "%s: no provider, there is no file ID.xml", directory);
	for (int i = 0; i < count; i++) {
		load_file(loading, directory, names[i]->d_name);
		free(names[i]);
	}
	free(names);
}

/* Without them there are no links to persons, and nothing is wrong. */
static bool has_path(const char *url)
{
	return strchr(strstr(url, "://") + strlen("://"), '/') != NULL;
}

static void load_link_keys(struct provider_loading *loading)
{
	const struct configuration *configuration = loading->set->configuration;
	CLEANUP(freep) char *path = NULL;
	struct error err = { 0 };

	if (!configuration->links_keys)
		return;
	path = configuration_path(configuration, configuration->links_keys);
	if (!path) {
		error_no_memory(&err);
		note_fault(loading, &err);
	} else if (link_keys_load(path, &loading->set->link_keys, &err) < 0) {
		note_fault(loading, &err);
	} else if (!configuration->site_url) {
		findings_add(loading->findings, FINDING_WARNING,
			     "%s: links need [site] url, which is not set", path);
	} else if (has_path(configuration->site_url)) {
		error_set(
			&err, ERROR_INVALID,
			"[site] url: \"%s\" has a path; settings pages and links need a host name "
			"of their own: leave it out, or [links] keys",
			configuration->site_url);
		note_fault(loading, &err);
	}
}

int provider_set_load(struct configuration *configuration, struct provider_set **ret,
		      struct findings *findings, struct error *err)
{
	CLEANUP(provider_set_unrefp) struct provider_set *set = NULL;
	struct provider_loading loading = { .findings = findings };
	CLEANUP(freep) char *directory = NULL;
	CLEANUP(page_set_unrefp) struct page_set *pages = NULL;

	if (page_set_load(configuration, &pages, findings, err) < 0) {
		configuration_free(configuration);
		return -1;
	}
	if (provider_set_new(configuration, pages, &set, err) < 0)
		return -1;
	directory = configuration_path(configuration, configuration->providers_directory);
	if (!directory)
		return error_no_memory(err);
	loading.set = set;
	load_directory(&loading, directory);
	if (set->configuration->site_pages)
		page_try(set, findings);
	load_link_keys(&loading);
	if (loading.first.code != ERROR_NONE) {
		*err = loading.first;
		return -1;
	}
	*ret = set;
	set = NULL;
	return 0;
}
