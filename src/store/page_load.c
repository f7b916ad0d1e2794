/*
 * libxslt tells what is wrong with a stylesheet through one function for the whole process. It is
 * set while a set is made, which happens in the one thread that loads; a transformation has its
 * own.
 */
#include "store/page_load.h"

#include "base/bytes.h"
#include "base/text.h"
#include "store/file_read.h"

#include <dirent.h>
#include <errno.h>
#include <libxslt/xsltutils.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define FILES_MAX 64 /* of the directory */

/* What has been read; names, paths and bytes are owned. */
struct files {
	struct page_file list[FILES_MAX];
	size_t count;
	const char *logo; /* its path, which may be in the directory; NULL: there is none */
};

static void file_clear(struct page_file *file)
{
	free((char *)file->name);
	free((char *)file->path);
	free((char *)file->bytes);
	*file = (struct page_file){ 0 };
}

static void files_clear(struct files *files)
{
	for (size_t i = 0; i < files->count; i++)
		file_clear(&files->list[i]);
	files->count = 0;
}

/* path is taken over. */
static int read_file(const char *name, char *path, size_t size_max, struct page_file *ret,
		     struct error *err)
{
	struct page_file file = { .name = strdup(name), .path = path };
	char *bytes = NULL;

	if (!file.name || !path) {
		error_no_memory(err);
	} else if (file_read(path, size_max, &bytes, &file.size, err) == 0) {
		file.bytes = bytes;
		*ret = file;
		return 0;
	}
	file_clear(&file);
	return -1;
}

static bool is_texts(const char *name)
{
	size_t length = strlen(name);

	return text_begins(name, "texts.") && length > strlen("texts..xml") &&
	       strcmp(name + length - strlen(".xml"), ".xml") == 0;
}

static bool is_known(const char *name)
{
	for (size_t i = 0; i < page_builtin_count; i++) {
		if (strcmp(page_builtin[i].name, name) == 0)
			return true;
	}
	return is_texts(name);
}

/* What an editor leaves behind, and the manual, are passed over in silence. */
static int is_candidate(const struct dirent *entry)
{
	const char *name = entry->d_name;
	size_t length = strlen(name);

	return name[0] != '.' && name[0] != '#' && name[length - 1] != '~' &&
	       strcmp(name, "README.md") != 0;
}

static int compare_names(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void take_file(struct files *files, const char *directory, const char *name,
		      struct findings *findings)
{
	struct page_file file;
	struct error err;
	char *path;

	if (asprintf(&path, "%s/%s", directory, name) < 0)
		path = NULL;
	if (is_known(name) && files->count == FILES_MAX) {
		findings_add(findings, FINDING_ERROR, "%s: more than %d files; %s is not used",
			     directory, FILES_MAX, name);
	} else if (is_known(name)) { /* takes path over */
		if (read_file(name, path, PAGE_FILE_MAX, &file, &err) < 0)
			findings_add(findings, FINDING_ERROR, "%s", err.text);
		else
			files->list[files->count++] = file;
		return;
	} else if (path && (!files->logo || strcmp(files->logo, path) != 0)) {
		findings_add(findings, FINDING_WARNING,
			     "%s: no file of settings pages is called so, it is not used", path);
	}
	free(path);
}

static void read_directory(const struct configuration *configuration, struct files *files,
			   struct findings *findings)
{
	CLEANUP(freep)
	char *directory = configuration_path(configuration, configuration->site_pages);
	struct dirent **names = NULL;
	int count = directory ? scandir(directory, &names, is_candidate, compare_names) : -1;
	struct error err;

	if (count < 0) {
		error_errno(&err, directory ? errno : ENOMEM, "[site] pages: %s",
			    configuration->site_pages);
		findings_add(findings, FINDING_ERROR, "%s", err.text);
		return;
	}
	for (int i = 0; i < count; i++) {
		take_file(files, directory, names[i]->d_name, findings);
		free(names[i]);
	}
	free(names);
}

static bool read_logo(const struct configuration *configuration, struct page_file *ret,
		      struct findings *findings)
{
	char *path;
	struct error err;

	if (!configuration->site_logo)
		return false;
	path = configuration_path(configuration, configuration->site_logo);
	if (read_file("logo", path, PAGE_LOGO_MAX, ret, &err) == 0)
		return true;
	findings_add(findings, FINDING_ERROR, "[site] logo: %s", err.text);
	return false;
}

__attribute__((format(printf, 2, 3))) static void gather(void *context, const char *format, ...)
{
	struct bytes *bytes = context;
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	bytes_append_text(bytes, text);
}

/* Each line that libxslt said is a finding. */
static void tell_lines(const struct bytes *said, struct findings *findings)
{
	const char *line = said->data;

	while (line && *line) {
		size_t size = strcspn(line, "\n");

		if (size && text_is_clean(line, size))
			findings_add(findings, FINDING_ERROR, "[site] pages: %.*s", (int)size,
				     line);
		line += size + (line[size] ? 1 : 0);
	}
}

int page_set_load(const struct configuration *configuration, struct page_set **ret,
		  struct findings *findings, struct error *err)
{
	CLEANUP(files_clear) struct files files = { .count = 0 };
	CLEANUP(file_clear) struct page_file logo = { 0 };
	CLEANUP(bytes_clear) struct bytes said = { 0 };
	bool has_logo = read_logo(configuration, &logo, findings);
	int result;

	files.logo = logo.path;
	if (configuration->site_pages)
		read_directory(configuration, &files, findings);
	xsltSetGenericErrorFunc(&said, gather);
	xmlSetGenericErrorFunc(&said, gather); /* of this thread: what XPath has to say */
	result = page_set_make(configuration, files.list, files.count, has_logo ? &logo : NULL, ret,
			       findings, err);
	xmlSetGenericErrorFunc(NULL, NULL);
	xsltSetGenericErrorFunc(NULL, NULL);
	tell_lines(&said, findings);
	return result;
}
