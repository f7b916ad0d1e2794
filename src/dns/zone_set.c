#include "dns/zone_set.h"

#include "base/bytes.h"
#include "base/text.h"
#include "store/file_read.h"
#include "store/settings_load.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>

#define SUFFIX ".zone"

struct loading {
	struct zone_set *set;
	const char *directory;
	struct findings *findings;
	struct error first; /* code ERROR_NONE: none yet */
};

static void note_first(struct loading *loading, const struct error *err)
{
	if (loading->first.code == ERROR_NONE)
		loading->first = *err;
}

/* An error that nobody has put among the findings yet. */
static void note_fault(struct loading *loading, const struct error *err)
{
	findings_add(loading->findings, FINDING_ERROR, "%s", err->text);
	note_first(loading, err);
}

static void entry_clear(struct zone_set_entry *entry)
{
	free(entry->id);
	zone_file_free(entry->file);
}

/* Takes over what is in entry. set->list has room. */
static void add_entry(struct zone_set *set, struct zone_set_entry *entry)
{
	set->list[set->count++] = *entry;
	*entry = (struct zone_set_entry){ 0 };
}

/* entry has its id. */
static void load_zone(struct loading *loading, const char *path, struct zone_set_entry *entry)
{
	CLEANUP(freep) char *text = NULL;
	struct error err;
	size_t size;

	if (file_read(path, ZONE_FILE_SIZE_MAX, &text, &size, &err) < 0)
		note_fault(loading, &err);
	else if (zone_file_parse(text, size, path, &entry->file, loading->findings, &err) < 0)
		note_first(loading, &err);
	else
		add_entry(loading->set, entry);
}

static void load_file(struct loading *loading, const char *name)
{
	size_t length = strlen(name) - strlen(SUFFIX);
	CLEANUP(entry_clear) struct zone_set_entry entry = { .id = strndup(name, length) };
	CLEANUP(bytes_clear) struct bytes path = { 0 };
	struct error err = { 0 };

	bytes_append_format(&path, "%s/%s", loading->directory, name);
	if (!entry.id || path.failed)
		error_no_memory(&err);
	else if (strcmp(name + length, SUFFIX) != 0 || !provider_id_valid(entry.id))
		error_set(&err, ERROR_INVALID,
			  "%s: a zone file is named ID.zone as the provider's is ID.xml, or "
			  "withdraw.zone",
			  path.data);
	if (err.code == ERROR_NONE)
		load_zone(loading, path.data, &entry);
	else
		note_fault(loading, &err);
}

/* Hidden files are an editor's. A suffix in another case is let in to be refused by name. */
static int is_zone(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name), suffix = strlen(SUFFIX);

	return entry->d_name[0] != '.' && length >= suffix &&
	       text_equals(entry->d_name + length - suffix, suffix, SUFFIX);
}

/* As strcmp() in every locale; alphasort() is not. */
static int compare_names(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int compare_ids(const void *a, const void *b)
{
	return strcmp(((const struct zone_set_entry *)a)->id,
		      ((const struct zone_set_entry *)b)->id);
}

/* Whether the key has its default, so that nobody said that the directory is there. */
static bool is_default(const struct configuration *configuration)
{
	for (size_t i = 0; i < configuration_key_count; i++) {
		if (configuration_keys[i].offset == offsetof(struct configuration, providers_zones))
			return strcmp(configuration->providers_zones,
				      configuration_keys[i].fallback) == 0;
	}
	return false;
}

static void load_directory(struct loading *loading, bool may_be_absent)
{
	struct zone_set *set = loading->set;
	struct dirent **names = NULL;
	int count = scandir(loading->directory, &names, is_zone, compare_names);
	struct error err;

	if (count < 0) {
		if (errno == ENOENT && may_be_absent)
			return;
		error_errno(&err, errno, "%s", loading->directory);
		note_fault(loading, &err);
		return;
	}
	set->list = calloc((size_t)count + 1, sizeof(*set->list));
	if (!set->list) {
		error_no_memory(&err);
		note_fault(loading, &err);
	}
	for (int i = 0; i < count; i++) {
		if (set->list)
			load_file(loading, names[i]->d_name);
		free(names[i]);
	}
	free(names);
	if (set->list) /* x.zone comes behind x-y.zone, x before x-y */
		qsort(set->list, set->count, sizeof(*set->list), compare_ids);
}

int zone_set_load(const struct configuration *configuration, struct zone_set **ret,
		  struct findings *findings, struct error *err)
{
	CLEANUP(freep)
	char *directory = configuration_path(configuration, configuration->providers_zones);
	CLEANUP(zone_set_freep) struct zone_set *set = calloc(1, sizeof(*set));
	struct loading loading = { .set = set, .directory = directory, .findings = findings };

	if (!directory || !set)
		return error_no_memory(err);
	load_directory(&loading, is_default(configuration));
	if (loading.first.code != ERROR_NONE) {
		*err = loading.first;
		return -1;
	}
	*ret = set;
	set = NULL;
	return 0;
}

static int compare_id(const void *id, const void *entry)
{
	return strcmp(id, ((const struct zone_set_entry *)entry)->id);
}

const struct zone_file *zone_set_find(const struct zone_set *set, const char *id)
{
	const struct zone_set_entry *found =
		set->count ? bsearch(id, set->list, set->count, sizeof(*set->list), compare_id)
			   : NULL;

	return found ? found->file : NULL;
}

void zone_set_free(struct zone_set *set)
{
	if (!set)
		return;
	for (size_t i = 0; i < set->count; i++)
		entry_clear(&set->list[i]);
	free(set->list);
	free(set);
}
