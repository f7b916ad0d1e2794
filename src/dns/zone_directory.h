/*
 * Files for name servers, DOMAIN.zone in one directory. A batch writes new files under other names,
 * brings all of them to disk with one syncfs(), and then renames them, so that whoever is killed
 * leaves every file old or new.
 */
#ifndef DNS_ZONE_DIRECTORY_H
#define DNS_ZONE_DIRECTORY_H

#include "base/cleanup.h"
#include "base/error.h"
#include "model/domain_name.h"

#include <stddef.h>

struct zone_directory;

/* For reading, until the first write. ERROR_NOT_FOUND, ERROR_IO (not a directory). */
int zone_directory_open(const char *path, struct zone_directory **ret, struct error *err);

/* Drops what was not committed. */
void zone_directory_close(struct zone_directory *directory);
DEFINE_CLEANUP(struct zone_directory *, zone_directory_close)

/*
 * The file of a domain. ERROR_NOT_FOUND; ERROR_CONFLICT: a journal (DOMAIN.zone.jnl) stands beside
 * it, so the server changes this zone itself and a file would be lost or break it; ERROR_TOO_LARGE;
 * ERROR_IO. The caller frees *ret.
 */
int zone_directory_read(struct zone_directory *directory, const struct domain_name *domain,
			char **ret, size_t *ret_size, struct error *err);

/*
 * Gets ready to write; the first zone_directory_write() does it if nobody has. One process writes
 * at a time, up to zone_directory_close(). Deletes what an earlier one that was killed has left
 * under temporary names. ERROR_IO: not writable; ERROR_UNAVAILABLE: another process writes.
 */
int zone_directory_begin(struct zone_directory *directory, struct error *err);

/*
 * Writes the file of a domain under a temporary name. A new file has mode 0640 as far as the umask
 * leaves it; one that is to be replaced hands on its mode and, where permitted, its owner. On
 * failure, such as a full disk, the domain's file stands as it did and other domains' stay pending.
 * ERROR_IO with the domain's path; ERROR_CONFLICT: a journal, as above.
 */
int zone_directory_write(struct zone_directory *directory, const struct domain_name *domain,
			 const char *text, size_t size, struct error *err);

/*
 * All that was written since the last commit becomes the domains' files, a later one of the same
 * domain last. On failure the rest is dropped; the text tells whether and how many were replaced
 * before.
 */
int zone_directory_commit(struct zone_directory *directory, struct error *err);

/*
 * Runs the reload command for domains whose files have changed: words separated by blanks, no
 * shell. %ZONE% in a word is replaced by each domain in turn, one run each; a word %ZONES% by up to
 * 100 at once; without either it is run once. Nothing is run for no domains or no words.
 *
 * A run that fails stops no other, one that cannot be started or is not done within timeout seconds
 * does (that process is killed, not what it has started). The text, which may follow "but", tells
 * of the first failure, with the first line on its standard error, and how many there were.
 * ERROR_INVALID: %ZONES% inside of a word, or with %ZONE%; ERROR_IO.
 */
int zone_reload(const char *command, const struct domain_name *const *domains, size_t count,
		unsigned int timeout, struct error *err);

#endif
