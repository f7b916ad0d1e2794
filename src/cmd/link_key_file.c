/* The file is its owner's to edit, so that a new key leaves every line of it as it is. */
#include "cmd/link_key_file.h"

#include "base/bytes.h"
#include "cmd/file_write.h"
#include "cmd/link_day.h"
#include "store/file_read.h"
#include "store/link_keys_load.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>

static const char heading[] =
	"# The keys of settings links. The first makes them, all of them open them. Whoever\n"
	"# has one can make links and read the addresses in them: keep this file secret.\n"
	"# \"signpost init --link-key\" puts a new one in front.\n"
	"\n";

/* A line of a new key, and one that says of when it is. */
static int append_key(struct bytes *bytes, uint8_t id, struct error *err)
{
	unsigned char key[LINK_KEY_BYTES];
	char today[LINK_DAY_SIZE];

	if (getrandom(key, sizeof(key), 0) != (ssize_t)sizeof(key))
		return error_errno(err, errno, "no random bytes");
	link_day_text(link_day_after(0), today);
	bytes_append_format(bytes, "# made %s\n%u ", today, id);
	for (size_t i = 0; i < sizeof(key); i++)
		bytes_append_format(bytes, "%02x", key[i]);
	bytes_append_text(bytes, "\n");
	explicit_bzero(key, sizeof(key));
	return 0;
}

/* Not for a moment may others read it. */
static int write_secret(const char *path, const struct bytes *bytes, bool replace,
			struct error *err)
{
	mode_t mask;
	int result;

	if (bytes->failed)
		return error_no_memory(err);
	mask = umask(077);
	result = file_write(path, bytes->data, bytes->size, replace, err);
	(void)umask(mask);
	return result;
}

int link_key_file_make(const char *path, struct error *err)
{
	CLEANUP(bytes_clear) struct bytes bytes = { 0 };

	bytes_append_text(&bytes, heading);
	if (append_key(&bytes, 1, err) < 0)
		return -1;
	return write_secret(path, &bytes, false, err);
}

/* Where the first key's line begins, or the comment that stands right above it. */
static size_t find_place(const char *text)
{
	const char *place = text, *line = text;

	while (*line == '#' || *line == '\n' || *line == '\r') {
		bool comment = *line == '#';

		line += strcspn(line, "\n");
		line += *line == '\n';
		if (!comment)
			place = line;
	}
	return (size_t)(place - text);
}

/* After the newest; one that was in use before is used again only when all others were. */
static uint8_t next_id(const struct link_keys *keys)
{
	uint8_t id = keys->list[0].id;

	do
		id++; /* 0 follows on 255 */
	while (link_keys_find(keys, id));
	return id;
}

/* The file's text with a new key in it. */
static int insert_key(const char *text, size_t size, uint8_t id, struct bytes *ret,
		      struct error *err)
{
	size_t place = find_place(text);

	bytes_append(ret, text, place);
	if (append_key(ret, id, err) < 0)
		return -1;
	bytes_append(ret, text + place, size - place);
	return 0;
}

int link_key_file_add(const char *path, uint8_t *ret_id, struct error *err)
{
	CLEANUP(freep) char *file = realpath(path, NULL); /* a link to it stays one */
	CLEANUP(bytes_clear) struct bytes bytes = { 0 };
	CLEANUP(freep) char *text = NULL;
	struct link_keys keys;
	size_t size, count;
	uint8_t id;

	if (!file)
		return error_errno(err, errno, "%s", path);
	if (link_keys_load(path, &keys, err) < 0)
		return -1;
	id = next_id(&keys);
	count = keys.count;
	link_keys_clear(&keys);
	if (count == LINK_KEYS_MAX)
		return error_set(err, ERROR_TOO_LARGE,
				 "%s: has %d keys, as many as there may be; take those away whose "
				 "links have expired",
				 path, LINK_KEYS_MAX);
	if (file_read(path, LINK_KEYS_FILE_MAX, &text, &size, err) < 0 ||
	    insert_key(text, size, id, &bytes, err) < 0)
		return -1;
	if (bytes.size > LINK_KEYS_FILE_MAX)
		return error_set(err, ERROR_TOO_LARGE,
				 "%s: would have more than %d bytes; shorten its comments", path,
				 LINK_KEYS_FILE_MAX);
	if (write_secret(file, &bytes, true, err) < 0)
		return -1;
	*ret_id = id;
	return 0;
}
