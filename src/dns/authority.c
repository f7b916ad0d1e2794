#include "dns/authority.h"

#include "base/bytes.h"
#include "dns/authority_search.h"

#include <string.h>

#define CHILD_TRIES 3 /* of a zone's servers that are asked which others there are */

struct authority_finder {
	struct authority_settings settings;
	struct authority_tools tools;
};

int authority_finder_new(struct exchange *exchange, const struct authority_settings *settings,
			 struct authority_finder **ret, struct error *err)
{
	struct authority_finder *finder = calloc(1, sizeof(*finder));

	if (!finder)
		return error_no_memory(err);
	finder->settings = *settings;
	finder->tools = (struct authority_tools){
		.exchange = exchange,
		.cache = authority_cache_new(),
		.resolvers = settings->resolvers,
		.port = settings->port,
	};
	if (!finder->tools.cache) {
		free(finder);
		return error_no_memory(err);
	}
	*ret = finder;
	return 0;
}

void authority_finder_free(struct authority_finder *finder)
{
	if (!finder)
		return;
	authority_cache_free(finder->tools.cache);
	free(finder);
}

/* Adds a sentence. */
static int add_note(struct authority *authority, struct bytes *sentence, struct error *err)
{
	CLEANUP(bytes_clear) struct bytes note = { 0 };

	if (authority->note)
		bytes_append_format(&note, "%s; ", authority->note);
	bytes_append(&note, sentence->data, sentence->size);
	if (sentence->failed || note.failed)
		return error_no_memory(err);
	free(authority->note);
	return bytes_take(&note, &authority->note, NULL, err);
}

static void add_server(struct authority *authority, const char *name,
		       const struct socket_address *address)
{
	struct authority_server *server = &authority->servers[authority->count];
	size_t length = strlen(name);

	if (authority->count == AUTHORITY_SERVERS_MAX)
		return;
	for (size_t i = 0; i < authority->count; i++) {
		if (socket_address_equal(&authority->servers[i].address, address))
			return;
	}
	length -= length > 0; /* the final dot */
	memcpy(server->name, name, length);
	server->name[length] = '\0';
	server->address = *address;
	authority->count++;
}

/* From the configuration. reason is why, or NULL. */
static int take_configured(const struct authority_settings *settings, struct authority *authority,
			   const char *reason, struct error *err)
{
	CLEANUP(bytes_clear) struct bytes note = { 0 };

	authority->configured = true;
	for (size_t i = 0; i < settings->servers->count; i++)
		add_server(authority, "", &settings->servers->list[i]);
	if (authority->count == 0 && settings->primary)
		add_server(authority, "", settings->primary);
	if (authority->count == 0)
		bytes_append_format(&note, "no name server is known: %s; set dns.servers",
				    reason ? reason : "no resolver is configured");
	else if (reason)
		bytes_append_format(&note, "%s; those of the configuration are asked", reason);
	return note.size || note.failed ? add_note(authority, &note, err) : 0;
}

static int take_found(const struct authority_settings *settings,
		      const struct authority_search *search, struct authority *authority,
		      struct error *err)
{
	CLEANUP(bytes_clear) struct bytes lost = { 0 };

	for (size_t i = 0; i < search->hosts.count; i++) {
		const struct authority_host *host = search->hosts.list[i];

		for (size_t j = 0; j < host->count; j++)
			add_server(authority, host->name, &host->addresses[j]);
		if (host->count == 0)
			bytes_append_format(&lost, "%s%s", lost.size ? ", " : "", host->name);
	}
	if (lost.size) {
		bytes_append_text(&lost,
				  lost.failed || !strchr(lost.data, ',')
					  ? " has no address that can be reached from here"
					  : " have no address that can be reached from here");
		if (add_note(authority, &lost, err) < 0)
			return -1;
	}
	if (authority->count > 0)
		return 0;
	return take_configured(settings, authority,
			       search->hosts.count ? "none of the domain's servers has an address"
						   : "the zone above names no usable server",
			       err);
}

/* Parent and child */

static void append_names(struct bytes *bytes, const struct authority_hosts *hosts,
			 const struct authority_hosts *without)
{
	bool first = true;

	for (size_t i = 0; i < hosts->count; i++) {
		if (authority_hosts_contain(without, hosts->list[i]))
			continue;
		bytes_append_format(bytes, "%s%s", first ? "" : ", ", hosts->list[i]->name);
		first = false;
	}
}

static bool contains_all(const struct authority_hosts *hosts, const struct authority_hosts *others)
{
	for (size_t i = 0; i < others->count; i++) {
		if (!authority_hosts_contain(hosts, others->list[i]))
			return false;
	}
	return true;
}

static int compare(const struct authority_hosts *parent, const struct authority_hosts *child,
		   struct authority *authority, struct error *err)
{
	CLEANUP(bytes_clear) struct bytes note = { 0 };

	if (!contains_all(parent, child)) {
		bytes_append_text(&note, "the zone itself also names ");
		append_names(&note, child, parent);
		bytes_append_text(&note, ", which its parent does not and which is not asked");
	}
	if (!contains_all(child, parent)) {
		bytes_append_text(&note, note.size ? "; the zone itself does not name "
						   : "the zone itself does not name ");
		append_names(&note, parent, child);
		bytes_append_text(&note, ", which its parent does");
	}
	return note.size || note.failed ? add_note(authority, &note, err) : 0;
}

/* One server's answer. Sets *ret_told if the server has the zone. */
static int take_child(const struct authority_finder *finder, const struct authority_search *search,
		      const struct dns_question *question, struct authority *authority,
		      bool *ret_told, struct error *err)
{
	struct authority_hosts child = { .count = 0 };

	if (!dns_question_answered(question) || !question->answer.authoritative)
		return 0;
	if (authority_cache_targets(finder->tools.cache, &question->answer.answer, search->apex,
				    &child) < 0)
		return error_no_memory(err);
	*ret_told = true;
	return child.count ? compare(&search->hosts, &child, authority, err) : 0;
}

/* Asks a server of each zone for its NS records; of those that do not tell, the next one. */
static int ask_children(const struct authority_finder *finder,
			const struct authority_search *searches, size_t count, size_t turn,
			bool *told, struct authority *ret, struct error *err)
{
	CLEANUP(dns_question_list_clear) struct dns_question_list questions = { 0 };

	for (size_t i = 0; i < count; i++) {
		if (told[i] || ret[i].configured || searches[i].inside || turn >= ret[i].count)
			continue;
		if (dns_question_add(&questions, &ret[i].servers[turn].address, searches[i].apex,
				     LDNS_RR_TYPE_NS, false, i, err) < 0)
			return -1;
	}
	if (dns_question_ask(finder->tools.exchange, &questions, err) < 0)
		return -1;
	for (size_t i = 0; i < questions.count; i++) {
		size_t which = questions.list[i].tag;

		if (take_child(finder, &searches[which], &questions.list[i], &ret[which],
			       &told[which], err) < 0)
			return -1;
	}
	return 0;
}

static int compare_children(const struct authority_finder *finder,
			    const struct authority_search *searches, size_t count,
			    struct authority *ret, struct error *err)
{
	CLEANUP(freep) bool *told = calloc(count, sizeof(*told));

	if (!told)
		return error_no_memory(err);
	for (size_t turn = 0; turn < CHILD_TRIES; turn++) {
		if (ask_children(finder, searches, count, turn, told, ret, err) < 0)
			return -1;
	}
	return 0;
}

/* All */

static int find_all(const struct authority_finder *finder, struct authority_search *searches,
		    size_t count, struct authority *ret, struct error *err)
{
	const struct authority_settings *settings = &finder->settings;
	int result = 0;

	if (authority_search(&finder->tools, searches, count, err) < 0)
		return -1;
	for (size_t i = 0; i < count && result == 0; i++) {
		if (searches[i].state == AUTHORITY_SEARCH_FOUND)
			result = take_found(settings, &searches[i], &ret[i], err);
		else
			result = take_configured(settings, &ret[i], searches[i].reason, err);
	}
	return result < 0 ? -1 : compare_children(finder, searches, count, ret, err);
}

int authority_find(struct authority_finder *finder, const struct domain_name *const *domains,
		   size_t count, struct authority *ret, struct error *err)
{
	CLEANUP(freep) struct authority_search *searches = NULL;

	for (size_t i = 0; i < count; i++)
		ret[i] = (struct authority){ .count = 0 };
	if (count == 0)
		return 0;
	if (finder->settings.resolvers->count == 0) {
		for (size_t i = 0; i < count; i++) {
			if (take_configured(&finder->settings, &ret[i], NULL, err) < 0)
				return -1;
		}
		return 0;
	}
	searches = calloc(count, sizeof(*searches));
	if (!searches)
		return error_no_memory(err);
	authority_cache_bound(finder->tools.cache);
	for (size_t i = 0; i < count; i++) {
		memcpy(searches[i].apex, domains[i]->text, domains[i]->length);
		searches[i].apex[domains[i]->length] = '.';
	}
	return find_all(finder, searches, count, ret, err);
}

void authority_clear(struct authority *authority)
{
	free(authority->note);
	*authority = (struct authority){ .count = 0 };
}
