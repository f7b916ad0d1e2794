/*
 * The name that a TLS client asks for, on the first line, a folder on the second, and on the others
 * the names of the certificate in it: which folders are looked into, and what is found there.
 */
#include "fuzz.h"

#include "server/certificate_folders.h"
#include "server/certificate_names.h"

#define OWN_MAX 8

static void promise_folders(const struct certificate_folders *folders)
{
	PROMISE(folders->count >= 1 && folders->count <= CERTIFICATE_FOLDERS_MAX);
	for (size_t i = 0; i < folders->count; i++) {
		const char *folder = folders->list[i];
		size_t mark = i >= 2 ? 1 : 0; /* "*" or "_", and only there */

		promise_text(folder, strnlen(folder, CERTIFICATE_FOLDER_SIZE));
		PROMISE(folder[0] != '\0' && folder[0] != '.');
		PROMISE(!strchr(folder, '/') && !strstr(folder, ".."));
		PROMISE(strspn(folder + mark, "abcdefghijklmnopqrstuvwxyz0123456789-.") ==
			strlen(folder) - mark);
		PROMISE(!mark || folder[0] == '*' || folder[0] == '_');
		PROMISE(!mark || folder[1] == '.');
	}
}

/* The slow way to tell whether own is the name or stands for it. */
static bool is_meant(const char *own, const struct domain_name *name)
{
	const char *dot = strchr(name->text, '.');

	if (own[0] != '*')
		return strcmp(own, name->text) == 0;
	return own[1] == '.' && strcmp(own + 2, dot + 1) == 0;
}

static bool is_listed(const struct certificate_folders *folders, const char *folder)
{
	for (size_t i = 0; i < folders->count; i++) {
		if (strcmp(folders->list[i], folder) == 0)
			return true;
	}
	return false;
}

/* A name of a certificate as certificate_names_read() leaves it; "" for what it passes over. */
static void read_own(const char *text, size_t size, char ret[DOMAIN_NAME_SIZE + 2])
{
	size_t mark = size > 2 && text[0] == '*' && text[1] == '.' ? 2 : 0;
	struct domain_name name;
	struct error err;

	ret[0] = '\0';
	if (domain_name_parse(text + mark, size - mark, &name, &err) < 0)
		return;
	memcpy(ret, text, mark);
	memcpy(ret + mark, name.text, name.length + 1);
}

/* Of one certificate with one name: whether it is found where it should be. */
static void try_own(const struct domain_name *name, const struct certificate_folders *folders,
		    const char *folder, char *own)
{
	struct certificate_names names = { own, strlen(own) + 1 };
	bool meant = is_meant(own, name);

	PROMISE(certificate_names_include(&names, name) == meant);
	PROMISE(certificate_names_next(&names, NULL) == own);
	PROMISE(!certificate_names_next(&names, own));
	/* what is not in the index is found without it */
	if (meant && certificate_folders_reach(own, folder))
		PROMISE(is_listed(folders, folder));
	if (own[0] != '*' && meant && is_listed(folders, folder))
		PROMISE(certificate_folders_reach(own, folder));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct certificate_folders folders;
	struct domain_name name;
	char own[DOMAIN_NAME_SIZE + 2];
	size_t asked_size, folder_size, line_size;
	char *asked = fuzz_piece(&data, &size, '\n', &asked_size);
	char *folder = fuzz_piece(&data, &size, '\n', &folder_size), *line;
	struct error err = { 0 };

	if (domain_name_parse(asked, asked_size, &name, &err) == 0) {
		certificate_folders_of(&name, &folders);
		promise_folders(&folders);
		PROMISE(strcmp(folders.list[0], name.text) == 0);
		for (size_t i = 0; i < OWN_MAX && size; i++) {
			line = fuzz_piece(&data, &size, '\n', &line_size);
			read_own(line, line_size, own);
			if (own[0])
				try_own(&name, &folders, folder, own);
			free(line);
		}
	} else {
		promise_failure(&err);
	}
	free(asked);
	free(folder);
	return 0;
}
