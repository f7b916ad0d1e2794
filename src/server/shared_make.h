/* Makes what all workers share from the configuration. */
#ifndef SERVER_SHARED_MAKE_H
#define SERVER_SHARED_MAKE_H

#include "base/error.h"
#include "model/configuration.h"
#include "server/shared.h"

#include <stdbool.h>

/*
 * Fills *ret, which is all zero; https: somebody listens for it. Raises the process's limit of
 * descriptors as far as it goes. Whatever is returned, shared_clear() has to be called.
 * ERROR_INVALID: https without [tls] certificates. ERROR_NO_MEMORY, ERROR_IO.
 */
int shared_make(const struct configuration *configuration, bool https, struct shared *ret,
		struct error *err);

/* Takes over what may change without a restart. ERROR_NO_MEMORY: nothing has changed then. */
int shared_reload(struct shared *shared, const struct configuration *configuration,
		  struct error *err);

/* After all workers have ended. */
void shared_clear(struct shared *shared);

#endif
