/* What is live: at the primary, at every authoritative server, or in the directory's files. */
#include "dns/publication_parts.h"
#include "dns/serial.h"

#include <stdio.h>
#include <string.h>

/* The jobs of one batch; each belongs to a domain. */
struct reading {
	struct live_job *jobs;
	struct job_owner {
		struct publication *publication;
		const char *name; /* of the server, "" for one that has none */
	} * owners;
	size_t count, room;
};

static int add_job(const struct publication_site *site, struct reading *reading,
		   struct publication *publication, const struct socket_address *server,
		   const char *name, struct error *err)
{
	if (reading->count == reading->room) {
		size_t room = reading->room ? reading->room * 2 : 64;
		struct live_job *jobs = reallocarray(reading->jobs, room, sizeof(*jobs));
		struct job_owner *owners;

		if (!jobs)
			return error_no_memory(err);
		reading->jobs = jobs;
		owners = reallocarray(reading->owners, room, sizeof(*owners));
		if (!owners)
			return error_no_memory(err);
		reading->owners = owners;
		reading->room = room;
	}
	reading->owners[reading->count] = (struct job_owner){ publication, name };
	reading->jobs[reading->count++] = (struct live_job){
		.domain = &publication->domain,
		.server = *server,
		.transfer = site->transfer,
		.key = site->transfer ? site->key : NULL,
		.names = { &publication->records.desired, &publication->records.expected,
			   &publication->known },
	};
	return 0;
}

static void append_server(char *text, size_t size, const struct live_job *job, const char *name)
{
	char address[SOCKET_ADDRESS_TEXT_SIZE];

	socket_address_text(&job->server, 53, address);
	if (*name)
		snprintf(text, size, "%s (%s)", name, address);
	else
		snprintf(text, size, "%s", address);
}

/* Whether two SOA records differ in nothing but the serial: the five numbers end the rdata. */
static bool soa_equal(const struct dns_record *a, const struct dns_record *b)
{
	size_t names = a->rdata_size - 20;

	return a->rdata_size == b->rdata_size && a->rdata_size > 20 &&
	       memcmp(a->rdata_wire, b->rdata_wire, names) == 0 &&
	       memcmp(a->rdata_wire + names + 4, b->rdata_wire + names + 4, 16) == 0;
}

bool publication_same_records(const struct dns_record_list *a, const struct dns_record_list *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		if (dns_record_compare(a->list[i], b->list[i]) != 0 ||
		    a->list[i]->ttl != b->list[i]->ttl)
			return false;
	}
	return true;
}

/* A server that could not be read is a note only, if another one can. */
static int forgive(struct publication *publication, struct error *err)
{
	int result = *publication->reason ? note_add(&publication->notes, &publication->note_count,
						     err, "%s", publication->reason)
					  : 0;

	publication->outcome = PUBLICATION_UNCHANGED;
	publication->reason[0] = '\0';
	return result;
}

/* One more server's answer for a domain. The first that can be read is the one that counts. */
static int take_job(struct live_job *job, const struct job_owner *owner, struct error *err)
{
	struct publication *publication = owner->publication;
	static const char advice[] = "; is dns.primary right, and does it answer there by UDP and "
				     "TCP?";
	char server[DOMAIN_NAME_SIZE + SOCKET_ADDRESS_TEXT_SIZE];

	append_server(server, sizeof(server), job, owner->name);
	if (job->state != LIVE_READ) {
		if (!publication->live.domain && !*publication->reason) {
			publication_fail(
				publication, PUBLICATION_FAILED, "%s %s%s", server, job->reason,
				job->state == LIVE_NO_ANSWER && !*owner->name ? advice : "");
			return 0;
		}
		return note_add(&publication->notes, &publication->note_count, err, "%s %s", server,
				job->reason);
	}
	if (!publication->live.domain) {
		publication->live = *job;
		job->records = (struct dns_record_list){ 0 };
		return forgive(publication, err);
	}
	if (publication_same_records(&job->records, &publication->live.records))
		return 0;
	return note_add(&publication->notes, &publication->note_count, err,
			"%s has something else (serial %u, not %u): the servers of the zone "
			"do not agree yet",
			server, job->serial, publication->live.serial);
}

static int add_authorities(const struct publication_site *site, struct reading *reading,
			   struct publication *publication, const struct authority *authority,
			   struct error *err)
{
	if (authority->note &&
	    note_add(&publication->notes, &publication->note_count, err, "%s", authority->note) < 0)
		return -1;
	for (size_t i = 0; i < authority->count; i++) {
		const struct authority_server *server = &authority->servers[i];

		if (site->primary && socket_address_equal(site->primary, &server->address))
			continue;
		if (add_job(site, reading, publication, &server->address, server->name, err) < 0)
			return -1;
	}
	if (!authority->count && !site->primary)
		publication_fail(publication, PUBLICATION_FAILED,
				 "no name server is known that could be asked; set dns.primary, "
				 "dns.servers or dns.resolvers");
	return 0;
}

/* Jobs at the authoritative servers of those that are fine. */
static int find_authorities(const struct publication_site *site, struct publication *list,
			    size_t count, struct authority *authorities, struct error *err)
{
	const struct domain_name **domains = calloc(count, sizeof(*domains));
	int result = domains ? 0 : error_no_memory(err);

	for (size_t i = 0; i < count && result == 0; i++)
		domains[i] = &list[i].domain;
	if (result == 0)
		result = authority_find(site->authorities, domains, count, authorities, err);
	free(domains);
	return result;
}

static int read_jobs(const struct publication_site *site, struct reading *reading,
		     struct error *err)
{
	int result = 0;

	if (reading->count > 0)
		result = live_records_read(site->exchange, reading->jobs, reading->count, err);
	for (size_t i = 0; i < reading->count && result == 0; i++)
		result = take_job(&reading->jobs[i], &reading->owners[i], err);
	return result;
}

int publication_read_servers(const struct publication_site *site, struct publication *list,
			     size_t count, struct error *err)
{
	struct authority *authorities = NULL;
	struct reading reading = { 0 };
	int result = 0;

	if (site->authorities) {
		authorities = calloc(count, sizeof(*authorities));
		result = authorities ? find_authorities(site, list, count, authorities, err)
				     : error_no_memory(err);
	}
	for (size_t i = 0; i < count && result == 0; i++) {
		if (!publication_is_fine(&list[i]))
			continue;
		if (site->primary)
			result = add_job(site, &reading, &list[i], site->primary, "", err);
		if (result == 0 && authorities)
			result = add_authorities(site, &reading, &list[i], &authorities[i], err);
	}
	if (result == 0)
		result = read_jobs(site, &reading, err);
	for (size_t i = 0; i < reading.count; i++)
		live_job_clear(&reading.jobs[i]);
	free(reading.jobs);
	free(reading.owners);
	for (size_t i = 0; i < count && authorities; i++)
		authority_clear(&authorities[i]);
	free(authorities);
	return result;
}

/*
 * Whether the SOA and NS records of the file are what the provider's zone file has; the serial is
 * the file's own.
 */
static bool same_frame(const struct dns_record_list *file, const struct dns_record_list *wanted)
{
	size_t matching = 0;

	for (size_t i = 0; i < wanted->count; i++) {
		const struct dns_record *record = wanted->list[i];

		for (size_t j = 0; j < file->count; j++) {
			if (file->list[j]->type == record->type &&
			    file->list[j]->ttl == record->ttl &&
			    (record->type == LDNS_RR_TYPE_SOA
				     ? soa_equal(file->list[j], record)
				     : dns_record_compare(file->list[j], record) == 0))
				matching++;
		}
	}
	return matching == wanted->count && file->count == wanted->count;
}

static bool is_text_of(const struct publication_site *site, const struct publication *publication,
		       const char *text, size_t size)
{
	struct error ignored;
	size_t made_size;
	char *made;
	bool same;

	if (zone_text_make(site->kind, &publication->domain, &publication->records.desired,
			   &publication->records.frame, publication->last.serial, &made, &made_size,
			   &ignored) < 0)
		return false;
	same = made_size == size && memcmp(made, text, size) == 0;
	free(made);
	return same;
}

/* Most files of most runs: nothing need be compared record by record. */
static bool is_as_written(const struct publication_site *site,
			  const struct publication *publication, const char *text, size_t size)
{
	return site->terse && !site->undo && !publication->pending.id && publication->last.id &&
	       publication_same_records(&publication->records.desired,
					&publication->last_log.published) &&
	       is_text_of(site, publication, text, size);
}

/* The file is what is live. */
int publication_read_file(const struct publication_site *site, struct publication *publication,
			  struct error *err)
{
	struct live_job *live = &publication->live;
	CLEANUP(freep) char *text = NULL;
	char name[DOMAIN_NAME_SIZE + 32];
	struct error fault;
	size_t size;

	*live = (struct live_job){ .domain = &publication->domain,
				   .transfer = true,
				   .zone = publication->domain };
	if (zone_directory_read(site->directory, &publication->domain, &text, &size, &fault) < 0) {
		if (fault.code != ERROR_NOT_FOUND)
			publication_fail(publication, PUBLICATION_FAILED, "%s", fault.text);
		return 0;
	}
	publication->as_written = is_as_written(site, publication, text, size);
	if (publication->as_written)
		return 0;
	snprintf(name, sizeof(name), "%s.zone in dns.directory", publication->domain.text);
	if (zone_text_parse(text, size, name, &publication->domain, &live->records,
			    &publication->frame, &live->serial, &fault) < 0) {
		publication_fail(publication, PUBLICATION_FAILED,
				 "the file cannot be read: %s; mend it, or move it away",
				 fault.text);
		return 0;
	}
	dns_record_list_sort(&live->records);
	publication->frame_changes = site->kind == ZONE_TEXT_ZONE && !site->undo &&
				     !same_frame(&publication->frame, &publication->records.frame);
	if (publication->frame_changes && publication->frame.count)
		return note_add(&publication->notes, &publication->note_count, err,
				"the SOA and NS records become those of the provider's "
				"zone file");
	return 0;
}

static void take_serial(const struct publication_site *site, struct publication *publication,
			const struct live_job *job)
{
	struct live_job *live = &publication->live;

	live->negative_ttl = job->negative_ttl;
	if (site->kind == ZONE_TEXT_ZONE &&
	    (!live->serial || serial_compare(live->serial, job->serial) < 0))
		live->serial = job->serial;
}

int publication_read_serials(const struct publication_site *site, struct publication *list,
			     size_t count, struct error *err)
{
	struct live_job *jobs = calloc(count + 1, sizeof(*jobs));
	struct publication **of = calloc(count + 1, sizeof(struct publication *));
	size_t asked = 0;
	int result = jobs && of ? 0 : error_no_memory(err);

	for (size_t i = 0; i < count && result == 0; i++) {
		if (list[i].outcome != PUBLICATION_PLANNED)
			continue;
		of[asked] = &list[i];
		jobs[asked++] = (struct live_job){ .domain = &list[i].domain,
						   .server = *site->primary,
						   .records_only = true };
	}
	if (result == 0)
		result = live_records_read(site->exchange, jobs, asked, err);
	for (size_t i = 0; i < asked; i++) {
		if (result == 0 && jobs[i].state == LIVE_READ)
			take_serial(site, of[i], &jobs[i]);
		live_job_clear(&jobs[i]);
	}
	free(jobs);
	free(of);
	return result;
}
