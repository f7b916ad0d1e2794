/* Servers that were silent for several domains, so that not each of many domains waits for them. */
#ifndef DNS_SILENT_SERVERS_H
#define DNS_SILENT_SERVERS_H

#include "base/cleanup.h"
#include "model/socket_address.h"

#define SILENT_SERVERS_TIMES 3	  /* silent in a row before one is no more asked */
#define SILENT_SERVERS_SECONDS 60 /* until it is asked again */

struct silent_servers;

struct silent_servers *silent_servers_new(void); /* NULL: no memory */
void silent_servers_free(struct silent_servers *servers);
DEFINE_CLEANUP(struct silent_servers *, silent_servers_free)

/* Whether it need not be asked now. Times are seconds of any clock that never goes back. */
bool silent_servers_has(const struct silent_servers *servers, const struct socket_address *address,
			int64_t now);

/* A server was asked about one domain and answered, or was silent. Without memory it is forgotten.
 */
void silent_servers_tell(struct silent_servers *servers, const struct socket_address *address,
			 bool answered, int64_t now);

#endif
