/*
 * The service: loads the settings, starts the workers, follows the store, obeys signals.
 * SIGHUP loads configuration and providers anew; SIGTERM and SIGINT end it after what is under way.
 */
#ifndef SERVER_SERVICE_H
#define SERVER_SERVICE_H

#include "base/error.h"

/*
 * Runs until a signal ends it. Returns 0, or -1 with *err set: ERROR_INVALID, ERROR_SYNTAX,
 * ERROR_NOT_FOUND (the configuration or a provider; every finding has been logged), ERROR_IO (a
 * socket).
 */
int service_run(const char *configuration_path, struct error *err);

#endif
