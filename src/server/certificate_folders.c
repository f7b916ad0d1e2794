#include "server/certificate_folders.h"

#include <stdio.h>
#include <string.h>

static const char *const marks[] = { "", "*.", "_." };

#define MARKS (sizeof(marks) / sizeof(*marks))

/* The domain above it, NULL where that would be a single label. */
static const char *parent_of(const char *name)
{
	const char *dot = strchr(name, '.');

	return dot && strchr(dot + 1, '.') ? dot + 1 : NULL;
}

void certificate_folders_of(const struct domain_name *name, struct certificate_folders *ret)
{
	const char *parent = parent_of(name->text);

	memcpy(ret->list[0], name->text, name->length + 1);
	ret->count = 1;
	for (size_t i = 0; parent && i < MARKS; i++) {
		int length = snprintf(ret->list[ret->count], CERTIFICATE_FOLDER_SIZE, "%s%s",
				      marks[i], parent);

		if (length < CERTIFICATE_FOLDER_SIZE) /* no folder has a longer name */
			ret->count++;
	}
}

static bool is_marked(const char *parent, const char *folder)
{
	for (size_t i = 0; i < MARKS; i++) {
		size_t length = strlen(marks[i]);

		if (strncmp(folder, marks[i], length) == 0 && strcmp(folder + length, parent) == 0)
			return true;
	}
	return false;
}

bool certificate_folders_reach(const char *own, const char *folder)
{
	const char *parent = parent_of(own);

	if (own[0] != '*' && strcmp(own, folder) == 0)
		return true;
	return parent && is_marked(parent, folder);
}
