#include "dns/authority_cache.h"

#include <string.h>
#include <unistd.h>

#define BUCKETS 4096

struct authority_cache {
	struct authority_host *hosts[BUCKETS];
	struct authority_zone *zones[BUCKETS];
	size_t count;
};

struct authority_cache *authority_cache_new(void)
{
	return calloc(1, sizeof(struct authority_cache));
}

static void empty(struct authority_cache *cache)
{
	for (size_t i = 0; i < BUCKETS; i++) {
		for (struct authority_host *host = cache->hosts[i], *next; host; host = next) {
			next = host->next;
			free(host);
		}
		for (struct authority_zone *zone = cache->zones[i], *next; zone; zone = next) {
			next = zone->next;
			free(zone);
		}
	}
	*cache = (struct authority_cache){ .count = 0 };
}

void authority_cache_free(struct authority_cache *cache)
{
	if (!cache)
		return;
	empty(cache);
	free(cache);
}

void authority_cache_bound(struct authority_cache *cache)
{
	if (cache->count > AUTHORITY_CACHE_MAX)
		empty(cache);
}

/* FNV-1a, 32 bits. */
static size_t bucket(const char *name)
{
	uint32_t hash = 2166136261U;

	for (; *name; name++)
		hash = (hash ^ (unsigned char)*name) * 16777619U;
	return hash % BUCKETS;
}

struct authority_host *authority_cache_host(struct authority_cache *cache, const char *name)
{
	struct authority_host **head = &cache->hosts[bucket(name)], *host;

	for (host = *head; host; host = host->next) {
		if (strcmp(host->name, name) == 0)
			return host;
	}
	host = calloc(1, sizeof(*host) + strlen(name) + 1);
	if (!host)
		return NULL;
	memcpy(host->name, name, strlen(name) + 1);
	host->next = *head;
	*head = host;
	cache->count++;
	return host;
}

struct authority_zone *authority_cache_zone(struct authority_cache *cache, const char *name)
{
	struct authority_zone **head = &cache->zones[bucket(name)], *zone;

	for (zone = *head; zone; zone = zone->next) {
		if (strcmp(zone->name, name) == 0)
			return zone;
	}
	zone = calloc(1, sizeof(*zone) + strlen(name) + 1);
	if (!zone)
		return NULL;
	memcpy(zone->name, name, strlen(name) + 1);
	zone->next = *head;
	*head = zone;
	cache->count++;
	return zone;
}

bool authority_hosts_contain(const struct authority_hosts *hosts, const struct authority_host *host)
{
	for (size_t i = 0; i < hosts->count; i++) {
		if (hosts->list[i] == host)
			return true;
	}
	return false;
}

int authority_cache_targets(struct authority_cache *cache, const struct dns_record_list *list,
			    const char *owner, struct authority_hosts *ret)
{
	for (size_t i = 0; i < list->count && ret->count < AUTHORITY_NAMES_MAX; i++) {
		const struct dns_record *record = list->list[i];
		struct authority_host *host;

		if (record->type != LDNS_RR_TYPE_NS || strcmp(record->owner, owner) != 0 ||
		    strlen(record->rdata) > DOMAIN_NAME_SIZE || strcmp(record->rdata, ".") == 0)
			continue;
		host = authority_cache_host(cache, record->rdata);
		if (!host)
			return -1;
		if (!authority_hosts_contain(ret, host))
			ret->list[ret->count++] = host;
	}
	return 0;
}

/* A connected UDP socket sends nothing; the kernel only looks for a route. */
static bool has_route(const struct socket_address *address)
{
	int fd = socket(address->address.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool result;

	if (fd < 0)
		return false;
	result = connect(fd, (const struct sockaddr *)&address->address, address->size) == 0;
	close(fd);
	return result;
}

void authority_host_add(struct authority_host *host, const struct dns_record *record, uint16_t port)
{
	size_t size = record->type == LDNS_RR_TYPE_A ? 4 : 16;
	struct socket_address address;

	if (host->count == AUTHORITY_HOST_ADDRESSES_MAX || record->rdata_size != size)
		return;
	socket_address_set(&address, record->rdata_wire, size, port);
	for (size_t i = 0; i < host->count; i++) {
		if (socket_address_equal(&host->addresses[i], &address))
			return;
	}
	if (has_route(&address))
		host->addresses[host->count++] = address;
}
