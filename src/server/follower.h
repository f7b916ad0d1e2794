/*
 * Follows the store: the table of domains that is served is what the store held when it could last
 * be read. A store that is locked, replaced, cut off or gone changes nothing but what is said about
 * it.
 */
#ifndef SERVER_FOLLOWER_H
#define SERVER_FOLLOWER_H

#include "store/settings_load.h"

#include <stdbool.h>

#define FOLLOWER_INTERVAL_MS                                                                       \
	250 /* a change is served within a second: look four times as often                        \
	     */

struct follower;

/* Follows the store at url (copied). Begins with an empty table. */
int follower_new(const char *url, struct follower **ret, struct error *err);

/*
 * Looks at the store once. Returns 1 if the table or the store's state changed, 0 if not; never
 * fails, since what goes wrong is the state.
 */
int follower_look(struct follower *follower);

/* The table, with no reference added; never NULL. */
struct domain_table *follower_table(const struct follower *follower);

/* Why the store could not be read at the last look, or NULL: it could. Lives until the next look.
 */
const char *follower_trouble(const struct follower *follower);

/* Since when: seconds since 1970, 0 without trouble. */
int64_t follower_trouble_since(const struct follower *follower);

/* Whether the store was ever read. */
bool follower_has_read(const struct follower *follower);

void follower_free(struct follower *follower);
DEFINE_CLEANUP(struct follower *, follower_free)

#endif
