#include "cmd/link_run.h"

#include "base/bytes.h"
#include "base/text.h"
#include "cmd/output.h"
#include "cmd/site.h"
#include "model/settings_link.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

/* A link under way. */
struct link_making {
	struct email_address address;
	struct domain_name domain;
	struct document_subject subject;
	const struct provider_answers *answers;
	size_t language;      /* of the page set */
	bool language_chosen; /* or it is the site's first */
	char token[SETTINGS_LINK_TOKEN_SIZE];
	char *link; /* owned */
	char *text; /* to be pasted; owned, NULL: not wanted */
};

static void link_making_clear(struct link_making *making)
{
	free(making->link);
	free(making->text);
}

/* "en de fr es" */
static void append_languages(struct bytes *bytes, const struct page_set *pages)
{
	for (size_t i = 0; i < page_set_language_count(pages); i++)
		bytes_append_format(bytes, "%s%s", i ? " " : "", page_set_language(pages, i));
}

static int find_language(const struct page_set *pages, const char *tag, size_t size, int *ret,
			 struct error *err)
{
	CLEANUP(bytes_clear) struct bytes names = { 0 };

	*ret = page_set_find_language(pages, tag, size);
	if (*ret >= 0)
		return 0;
	append_languages(&names, pages);
	if (names.failed)
		return error_no_memory(err);
	return error_set(err, ERROR_NOT_FOUND, "no language \"%.*s\"; the site has %s",
			 (int)text_cut(tag, size, 40), tag, names.data);
}

static int check_url(const struct link_run *run)
{
	if (run->providers->configuration->site_url)
		return STATUS_DONE;
	complain("%s: [site] url is not set: links begin with it; set it to where people reach the "
		 "service, such as https://setup.hosting.example",
		 run->config);
	return EX_CONFIG;
}

/* Links to a domain need none. */
static int check_keys(const struct link_run *run)
{
	if (run->providers->link_keys.count)
		return STATUS_DONE;
	complain("%s: [links] keys is not set: links to a person need a key; add "
		 "\"keys = links.keys\" below [links], then run signpost init --link-key",
		 run->config);
	return EX_CONFIG;
}

int link_run_open(const struct invocation *invocation, long days, const char *language,
		  struct link_run *ret)
{
	int status;
	struct error err;

	*ret = (struct link_run){ .config = invocation->config, .language = -1 };
	ret->refusals.progress = &ret->progress;
	status = site_providers_and_keys(invocation, &ret->providers);
	if (status == STATUS_DONE)
		status = check_url(ret);
	if (status == STATUS_DONE)
		status = site_store(ret->providers->configuration, STORE_READ, &ret->store);
	if (status != STATUS_DONE)
		return status;
	if (language && find_language(ret->providers->pages, language, strlen(language),
				      &ret->language, &err) < 0) {
		complain("--language: %s", err.text);
		return STATUS_USAGE;
	}
	ret->last_day = link_day_after(days ? days : ret->providers->configuration->links_days);
	link_day_text(ret->last_day, ret->last_day_text);
	progress_begin(&ret->progress, "lines");
	return STATUS_DONE;
}

void link_run_close(struct link_run *run)
{
	provider_set_unref(run->providers);
	store_close(run->store);
}

/* The address or domain, and its answers. */
static int find_subject(const struct link_run *run, const struct link_line *line,
			struct link_making *making, struct error *err)
{
	CLEANUP(freep) char *provider = NULL;

	if (memchr(line->text, '@', line->size)) {
		if (email_address_parse(line->text, line->size, &making->address, err) < 0)
			return -1;
		making->domain = making->address.domain;
		making->subject.address = &making->address;
	} else if (domain_name_parse(line->text, line->size, &making->domain, err) < 0) {
		return -1;
	}
	making->subject.domain = &making->domain;
	if (store_find(run->store, &making->domain, &provider, err) < 0)
		return err->code == ERROR_NOT_FOUND
			       ? error_set(err, ERROR_NOT_FOUND, "%s is not in the store",
					   making->domain.text)
			       : -1;
	making->answers = provider_set_find(run->providers, provider);
	if (!making->answers)
		return error_set(err, ERROR_NOT_FOUND, "its provider, %s, is not loaded", provider);
	return 0;
}

static int choose_language(const struct link_run *run, const struct link_line *line,
			   struct link_making *making, struct error *err)
{
	int language = run->language;

	if (line->language && find_language(run->providers->pages, line->language,
					    line->language_size, &language, err) < 0)
		return -1;
	making->language_chosen = language >= 0;
	making->language = language >= 0 ? (size_t)language : 0;
	return 0;
}

/* A token has room for a primary tag of two letters. What leads to another language has to be in
 * the query. */
static bool needs_query(const struct link_run *run, const struct link_making *making,
			const char *language)
{
	const struct page_set *pages = run->providers->pages;

	return making->language_chosen &&
	       (!making->subject.address || !*language ||
		page_set_find_language(pages, language, strlen(language)) != (int)making->language);
}

static int make_link(const struct link_run *run, struct link_making *making, struct error *err)
{
	const char *tag = page_set_language(run->providers->pages, making->language);
	struct settings_link link = { .last_day = run->last_day };
	CLEANUP(bytes_clear) struct bytes bytes = { 0 };
	CLEANUP(freep) char *text = NULL;

	if (making->language_chosen && strcspn(tag, "-") == 2)
		memcpy(link.language, tag, 2);
	link.address = making->address;
	if (making->subject.address &&
	    settings_link_seal(&run->providers->link_keys, &link, making->token, err) < 0)
		return -1;
	if (page_link(run->providers->configuration, *making->token ? making->token : NULL,
		      &making->domain, &text, err) < 0)
		return -1;
	bytes_append_text(&bytes, text);
	if (needs_query(run, making, link.language))
		bytes_append_format(&bytes, "?lang=%s", tag);
	return bytes_take(&bytes, &making->link, NULL, err);
}

/* What support pastes, without a line break at its end. */
static int make_text(const struct link_run *run, struct link_making *making, struct error *err)
{
	struct page_request request = {
		.kind = PAGE_SETTINGS,
		.view = PAGE_SHARE,
		.language = making->language,
		.language_chosen = strchr(making->link, '?') != NULL,
		.subject = making->subject,
		.answers = making->answers,
	};
	struct document document;

	if (making->subject.address) {
		request.token = making->token;
		request.expires = ((int64_t)run->last_day + 1) * 86400 - 1;
	}
	if (page_make(run->providers, &request, &document, err) < 0)
		return -1;
	while (document.size && document.bytes[document.size - 1] == '\n')
		document.size--;
	making->text = strndup(document.bytes, document.size);
	free(document.bytes);
	return making->text ? 0 : error_no_memory(err);
}

/* RFC 4180 2.5 to 2.7: in quotes where it has to be. */
static void print_field(const char *text, char end)
{
	if (text[strcspn(text, "\",\r\n")] == '\0') {
		output_text("%s%c", text, end);
		return;
	}
	output_text("\"");
	for (size_t size; *text; text += size) {
		size = strcspn(text, "\"");
		output_bytes(text, size);
		if (text[size] == '"') {
			output_text("\"\"");
			size++;
		}
	}
	output_text("\"%c", end);
}

static void print_link(const struct link_run *run, const struct link_making *making)
{
	bool person = making->subject.address;
	const char *whom = person ? making->address.text : making->domain.text;
	const char *last_day = person ? run->last_day_text : "";

	switch (run->form) {
	case LINK_ALONE:
		output_text("%s\n", making->link);
		break;
	case LINK_LINES:
		output_text("%s %s\n", whom, making->link);
		break;
	case LINK_CSV:
		print_field(whom, ',');
		print_field(making->link, ',');
		print_field(last_day, ',');
		print_field(making->text, '\n');
		break;
	case LINK_JSON:
		output_json(json_pack("{s:s, s:s, s:s*, s:s}", person ? "address" : "domain", whom,
				      "link", making->link, "last_day", person ? last_day : NULL,
				      "text", making->text));
		break;
	}
}

/* A fault of the line is one refusal, every other one the end. */
static int refuse(struct link_run *run, const struct link_line *line, const struct error *err)
{
	if (err->code != ERROR_NOT_FOUND && err->code != ERROR_INVALID) {
		progress_clear(&run->progress);
		return complain_error(err);
	}
	refusals_add(&run->refusals, line->number, line->text, line->size, err->text);
	return STATUS_DONE;
}

int link_run_line(struct link_run *run, const struct link_line *line)
{
	CLEANUP(link_making_clear) struct link_making making = { .link = NULL };
	struct error err;

	if (choose_language(run, line, &making, &err) < 0 ||
	    find_subject(run, line, &making, &err) < 0)
		return refuse(run, line, &err);
	if (making.subject.address && check_keys(run) != STATUS_DONE)
		return EX_CONFIG;
	if (make_link(run, &making, &err) < 0 ||
	    (run->form >= LINK_CSV && make_text(run, &making, &err) < 0)) {
		progress_clear(&run->progress);
		return complain_error(&err);
	}
	print_link(run, &making);
	run->made++;
	return STATUS_DONE;
}
