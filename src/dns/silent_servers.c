#include "dns/silent_servers.h"

#include <string.h>

#define BUCKETS 1024
#define SERVERS_MAX 65536 /* then it begins anew */

struct silent_server {
	struct silent_server *next;
	struct socket_address address;
	unsigned int times; /* silent in a row */
	int64_t until;	    /* when it may be asked again */
};

struct silent_servers {
	struct silent_server *buckets[BUCKETS];
	size_t count;
};

struct silent_servers *silent_servers_new(void)
{
	return calloc(1, sizeof(struct silent_servers));
}

static void empty(struct silent_servers *servers)
{
	for (size_t i = 0; i < BUCKETS; i++) {
		for (struct silent_server *server = servers->buckets[i], *next; server;
		     server = next) {
			next = server->next;
			free(server);
		}
		servers->buckets[i] = NULL;
	}
	servers->count = 0;
}

void silent_servers_free(struct silent_servers *servers)
{
	if (!servers)
		return;
	empty(servers);
	free(servers);
}

/* FNV-1a, 32 bits, of the text. */
static size_t bucket(const struct socket_address *address)
{
	char text[SOCKET_ADDRESS_TEXT_SIZE];
	uint32_t hash = 2166136261U;

	socket_address_text(address, 0, text);
	for (const char *c = text; *c; c++)
		hash = (hash ^ (unsigned char)*c) * 16777619U;
	return hash % BUCKETS;
}

static struct silent_server *find(const struct silent_servers *servers,
				  const struct socket_address *address)
{
	struct silent_server *server = servers->buckets[bucket(address)];

	while (server && !socket_address_equal(&server->address, address))
		server = server->next;
	return server;
}

bool silent_servers_has(const struct silent_servers *servers, const struct socket_address *address,
			int64_t now)
{
	const struct silent_server *server = find(servers, address);

	return server && server->times >= SILENT_SERVERS_TIMES && now < server->until;
}

void silent_servers_tell(struct silent_servers *servers, const struct socket_address *address,
			 bool answered, int64_t now)
{
	struct silent_server *server = find(servers, address);

	if (answered) {
		if (server)
			server->times = 0;
		return;
	}
	if (!server) {
		struct silent_server **head;

		if (servers->count == SERVERS_MAX)
			empty(servers);
		server = calloc(1, sizeof(*server));
		if (!server)
			return;
		head = &servers->buckets[bucket(address)];
		server->address = *address;
		server->next = *head;
		*head = server;
		servers->count++;
	}
	server->times++;
	server->until = now + SILENT_SERVERS_SECONDS;
}
