/*
 * A page is transformed once for all persons, with holes for what is a person's, and filled in for
 * each: see page_cache.h.
 */
#include "render/page.h"

#include "base/bytes.h"
#include "model/xml_in.h"
#include "render/page_cache.h"
#include "render/page_document.h"
#include "render/page_set_parts.h"
#include "render/qr_code.h"

#include <string.h>

const char *page_device_name(enum page_device device)
{
	static const char *const names[PAGE_DEVICE_COUNT] = {
		[DEVICE_OTHER] = "other",     [DEVICE_IPHONE] = "iphone",
		[DEVICE_MAC] = "mac",	      [DEVICE_ANDROID] = "android",
		[DEVICE_WINDOWS] = "windows", [DEVICE_LINUX] = "linux",
	};

	return names[device];
}

static void append_path(struct bytes *bytes, const char *token, const struct domain_name *domain)
{
	bytes_append_format(bytes, "/%s/%s", token ? "s" : "d", token ? token : domain->text);
}

int page_path(const char *token, const struct domain_name *domain, char **ret, struct error *err)
{
	CLEANUP(bytes_clear) struct bytes bytes = { 0 };

	append_path(&bytes, token, domain);
	return bytes_take(&bytes, ret, NULL, err);
}

int page_link(const struct configuration *configuration, const char *token,
	      const struct domain_name *domain, char **ret, struct error *err)
{
	CLEANUP(bytes_clear) struct bytes bytes = { 0 };

	*ret = NULL;
	if (!configuration->site_url)
		return 0;
	bytes_append_text(&bytes, configuration->site_url);
	append_path(&bytes, token, domain);
	return bytes_take(&bytes, ret, NULL, err);
}

/* "?lang=de&", or nothing. RFC 5646 tags need no encoding in a query. */
static int make_query(const struct provider_set *providers, const struct page_request *request,
		      char **ret, struct error *err)
{
	CLEANUP(bytes_clear) struct bytes bytes = { 0 };

	if (request->language_chosen)
		bytes_append_format(&bytes, "?lang=%s&",
				    page_set_language(providers->pages, request->language));
	return bytes_take(&bytes, ret, NULL, err);
}

int page_request_link(const struct provider_set *providers, const struct page_request *request,
		      char **ret, struct error *err)
{
	CLEANUP(freep) char *link = NULL, *query = NULL;
	CLEANUP(bytes_clear) struct bytes bytes = { 0 };

	*ret = NULL;
	if (page_link(providers->configuration, request->token, request->subject.domain, &link,
		      err) < 0 ||
	    make_query(providers, request, &query, err) < 0)
		return -1;
	if (!link)
		return 0;
	bytes_append_text(&bytes, link);
	bytes_append(&bytes, query, *query ? strlen(query) - 1 : 0); /* without the "&" */
	return bytes_take(&bytes, ret, NULL, err);
}

int page_thunderbird_qr(const struct provider_set *providers, const struct page_request *request,
			char **ret, size_t *ret_size, struct error *err)
{
	static const struct document_choice no_choice;
	struct document document;

	*ret = NULL;
	if (!request->subject.address)
		return 0;
	if (document_make(providers, request->answers, DOCUMENT_QR, &no_choice, &request->subject,
			  &document, err) < 0)
		return err->code == ERROR_NOT_FOUND ? 0 : -1;
	if (document.size > QR_CODE_SIZE_MAX) {
		free(document.bytes);
		return 0;
	}
	*ret = document.bytes;
	*ret_size = document.size;
	return 0;
}

/*
 * What a page depends on besides the person, in the bits of a number; never 0. A link and a code
 * are there or not, and a link may be too long for a code.
 */
static uint64_t variant_key(const struct provider_set *providers,
			    const struct page_request *request, const char *link, const char *qr)
{
	bool settings = request->kind == PAGE_SETTINGS;
	uint64_t key = 1;

	key = key << 1 | (link != NULL);
	key = key << 1 | (link && strlen(link) <= QR_CODE_SIZE_MAX);
	key = key << 1 | (qr != NULL);
	key = key << 1 | (settings && request->subject.address);
	key = key << 1 | (settings && request->expires);
	key = key << 1 | request->cannot_install;
	key = key << 1 | request->share;
	key = key << 1 | request->language_chosen;
	key = key << 4 | request->kind;
	key = key << 2 | request->view;
	key = key << 3 | request->device;
	key = key << 6 | request->language;
	key = key << 32 |
	      (settings ? provider_set_position_of(providers, request->answers) + 1 : 0);
	return key;
}

static bool is_text(const struct page_request *request)
{
	return request->view == PAGE_TEXT || request->view == PAGE_SHARE;
}

static int transform(const struct provider_set *providers, const struct page_request *request,
		     const char *link, const char *qr, const struct page_stylesheet *stylesheet,
		     char **ret, size_t *ret_size, struct error *err)
{
	CLEANUP(xmlFreeDocp) xmlDoc *doc = NULL;

	if (page_document_make(providers, request, link, qr, &doc, err) < 0)
		return -1;
	return page_stylesheet_apply(stylesheet, doc, ret, ret_size, err);
}

/* The page with holes where the person's values come. The caller frees it. */
static int compile(const struct provider_set *providers, const struct page_request *request,
		   const char *link, const char *qr, struct template **ret, size_t *ret_size,
		   struct error *err)
{
	const struct page_set *set = providers->pages;
	bool text = is_text(request);
	const struct page_stylesheet *spare = text ? set->spare_text : set->spare_page;
	CLEANUP(freep) char *bytes = NULL;

	if (transform(providers, request, link, qr, text ? set->text : set->page, &bytes, ret_size,
		      err) < 0 &&
	    (!spare || transform(providers, request, link, qr, spare, &bytes, ret_size, err) < 0))
		return -1;
	return template_compile(bytes, *ret_size, PAGE_HOLES, text ? ESCAPE_NONE : ESCAPE_XML, ret,
				err);
}

static void set_value(struct template_values *values, enum template_hole hole, const char *text,
		      size_t size)
{
	values->hole[hole].text = text;
	values->hole[hole].size = size;
}

static void set_text(struct template_values *values, enum template_hole hole, const char *text)
{
	set_value(values, hole, text ? text : "", text ? strlen(text) : 0);
}

/* Values that are made for a page. */
struct made {
	char *path, *link, *unicode, *until, *query;
	char *qr;
};

static void made_clear(struct made *made)
{
	free(made->path);
	free(made->link);
	free(made->unicode);
	free(made->until);
	free(made->query);
	free(made->qr);
}

static int make_values(const struct provider_set *providers, const struct page_request *request,
		       struct made *made, struct error *err)
{
	const struct configuration *configuration = providers->configuration;
	const struct domain_name *domain = request->subject.domain;
	size_t size;

	if (make_query(providers, request, &made->query, err) < 0)
		return -1;
	if (request->kind != PAGE_SETTINGS)
		return 0;
	made->unicode = domain_name_unicode(domain->text);
	if (request->expires && page_set_date(providers->pages, request->language, request->expires,
					      &made->until, err) < 0)
		return -1;
	if (page_request_link(providers, request, &made->link, err) < 0 ||
	    page_thunderbird_qr(providers, request, &made->qr, &size, err) < 0)
		return -1;
	if (request->standalone && made->link)
		return page_link(configuration, request->token, domain, &made->path, err);
	return page_path(request->token, domain, &made->path, err);
}

static void fill_values(const struct page_request *request, const struct made *made,
			struct template_values *values)
{
	const struct email_address *address = request->subject.address;
	size_t query = strlen(made->query);

	/* a text of the configuration may have looked like a placeholder */
	for (unsigned int hole = 0; hole < TEMPLATE_HOLE_COUNT; hole++)
		set_value(values, hole, "", 0);
	set_value(values, HOLE_PAGE_QUERY, made->query, query ? query - 1 : 0);
	set_text(values, HOLE_PAGE_MORE, query ? made->query + 1 : "");
	set_text(values, HOLE_PAGE_PATH, made->path);
	set_text(values, HOLE_PAGE_LINK, made->link);
	set_text(values, HOLE_PAGE_UNTIL, made->until);
	if (request->kind != PAGE_SETTINGS)
		return;
	set_value(values, HOLE_EMAILDOMAIN, request->subject.domain->text,
		  request->subject.domain->length);
	set_text(values, HOLE_PAGE_DOMAIN,
		 made->unicode ? made->unicode : request->subject.domain->text);
	if (!address)
		return;
	set_value(values, HOLE_EMAILADDRESS, address->text, address->length);
	set_value(values, HOLE_EMAILLOCALPART, address->text, address->local_length);
	set_text(values, HOLE_PAGE_HOST, address->text + address->local_length + 1);
}

/* A page that is one file has codes in it, which are a person's: nothing to be kept. */
static int fill(const struct provider_set *providers, const struct page_request *request,
		const struct made *made, const struct template_values *values,
		struct document *document, struct error *err)
{
	CLEANUP(template_freep) struct template *own = NULL;
	uint64_t key = variant_key(providers, request, made->link, made->qr);
	const struct template *template =
		request->standalone ? NULL : page_cache_find(providers->page_cache, key);
	size_t size;

	if (!template) {
		if (compile(providers, request, made->link, made->qr, &own, &size, err) < 0)
			return -1;
		template = own;
	}
	if (template_fill(template, values, &document->bytes, &document->size, err) < 0)
		return -1;
	if (own && !request->standalone && page_cache_add(providers->page_cache, key, own, size))
		own = NULL;
	return 0;
}

/*
 * What makes no difference is made the same, so that pages that are the same are kept once: only a
 * settings page on a screen has an order of devices and a text to be passed on, and only a form has
 * a language to hand on that is not in a link.
 */
static struct page_request normalise(const struct page_request *asked)
{
	struct page_request request = *asked;
	bool settings = request.kind == PAGE_SETTINGS;

	if (!settings || request.view != PAGE_SCREEN) {
		request.device = DEVICE_OTHER;
		request.share = false;
	}
	if (request.device != DEVICE_IPHONE)
		request.cannot_install = false;
	return request;
}

int page_make(const struct provider_set *providers, const struct page_request *request,
	      struct document *ret, struct error *err)
{
	const struct page_request normal = normalise(request);
	CLEANUP(made_clear) struct made made = { 0 };
	struct template_values values;
	struct document document = {
		.media_type =
			is_text(request) ? "text/plain; charset=utf-8" : "text/html; charset=utf-8",
	};

	request = &normal;
	if (make_values(providers, request, &made, err) < 0)
		return -1;
	fill_values(request, &made, &values);
	if (fill(providers, request, &made, &values, &document, err) < 0)
		return -1;
	*ret = document;
	return 0;
}

/* Whether the stylesheet of the request makes it; else a finding says why. */
static bool try_page(const struct provider_set *providers, const struct page_request *request,
		     struct findings *findings)
{
	static const char sample[] = "https://setup.example/s/sample";
	const struct page_set *set = providers->pages;
	CLEANUP(freep) char *bytes = NULL;
	struct error err;
	size_t size;

	if (transform(providers, request, sample, sample, is_text(request) ? set->text : set->page,
		      &bytes, &size, &err) == 0)
		return true;
	findings_add(findings, FINDING_ERROR, "[site] pages: %s: %s; the built-in one is used",
		     is_text(request) ? "text.xsl" : "page.xsl", err.text);
	return false;
}

void page_try(const struct provider_set *providers, struct findings *findings)
{
	static const enum page_view views[] = { PAGE_SCREEN, PAGE_PRINT, PAGE_TEXT, PAGE_SHARE };
	struct email_address address;
	struct error ignored;
	bool good[2] = { true, true }; /* page.xsl, text.xsl: each is complained about once */

	if (email_address_parse("anna@kunde.example", strlen("anna@kunde.example"), &address,
				&ignored) < 0)
		return;
	for (size_t i = 0; i < sizeof(views) / sizeof(*views); i++) {
		struct page_request request = {
			.kind = providers->count ? PAGE_SETTINGS : PAGE_FORM,
			.view = views[i],
			.share = true,
			.subject = { &address.domain, &address },
			.answers = providers->count ? providers->list[0] : NULL,
			.expires = 1,
		};
		bool *is_good = &good[is_text(&request)];

		*is_good = *is_good && try_page(providers, &request, findings);
		request.kind = PAGE_FORM;
		*is_good = *is_good && try_page(providers, &request, findings);
	}
}
