#include "http/endpoint.h"

#include "render/autodiscover.h"
#include "render/document.h"
#include "sample_settings.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define QUERY "?emailaddress=anna%40kunde.example"
#define TEXT "text/plain; charset=utf-8"
#define XML "text/xml; charset=utf-8"
#define JSON "application/json; charset=utf-8"
#define MTA_STS "/.well-known/mta-sts.txt"

static struct settings *settings;
static struct http_request request;
static struct http_response response;
static const struct endpoint_state ready = { .ready = true, .text = "ready\n" };

static int set_up(void **state)
{
	struct error err;

	(void)state;
	settings = sample_settings(&err);
	if (!settings)
		print_error("sample settings: %s\n", err.text);
	return settings ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	settings_unref(settings);
	return 0;
}

/* What the edge sets for endpoints of people alone. */
static void add_person(void)
{
	request.accept_language = request.platform = request.user_agent = request.content_type =
		NULL;
	request.now = 0;
	request.has_nonce = false;
	request.retry_after = 0;
}

/* Request and response are filled with what is nowhere a value, for the callee to overwrite. */
static void ask(enum http_method method, const char *target, const char *host, const char *body)
{
	struct error err = { 0 };

	memset(&request, 1, sizeof(request));
	memset(&response, 1, sizeof(response));
	request.method = method;
	request.body = body;
	request.body_size = body ? strlen(body) : 0;
	request.client = CLIENT_NONE;
	request.operations = true;
	request.transport = HTTP_TRANSPORT_ANY;
	request.given = NULL;
	request.given_size = 0;
	assert_int_equal(http_request_parse_target(&request, target, host, &err), 0);
	endpoint_choose(&request);
	if (endpoint_is_page(&request))
		add_person();
	endpoint_serve(&request, settings, &ready, &response);
	if (response.owned)
		assert_ptr_equal(response.owned, response.body);
	else
		assert_int_equal(response.body_size, strlen(response.body));
	assert_non_null(response.media_type);
}

/* The body is the document of format for address ("@domain": for nobody). */
static void assert_document(enum document_format format, const struct document_choice *choice,
			    const char *address_text)
{
	const struct provider_answers *answers;
	struct email_address address;
	struct domain_name domain;
	struct document_subject subject = { .domain = &domain };
	struct document document;
	struct error err;

	if (*address_text == '@') {
		assert_int_equal(domain_name_parse(address_text + 1, strlen(address_text + 1),
						   &domain, &err),
				 0);
	} else {
		assert_int_equal(
			email_address_parse(address_text, strlen(address_text), &address, &err), 0);
		domain = address.domain;
		subject.address = &address;
	}
	answers = settings_find(settings, &domain);
	assert_non_null(answers);
	assert_int_equal(document_make(settings->providers, answers, format, choice, &subject,
				       &document, &err),
			 0);
	assert_int_equal(response.status, 200);
	assert_string_equal(response.media_type, document.media_type);
	assert_int_equal(response.body_size, document.size);
	assert_memory_equal(response.body, document.bytes, document.size);
	assert_string_equal(response.file_name, document.file_name);
	assert_string_equal(response.domain.text, domain.text);
	assert_int_equal(response.domain.length, domain.length);
	assert_string_equal(response.location, "");
	assert_int_equal(response.allow, 0);
	assert_ptr_equal(response.provider, answers->id);
	free(document.bytes);
}

/* A text that is a constant: of status, with nothing of the request in it. */
static void assert_text(unsigned int status, const char *media_type, const char *kind,
			const char *domain, const char *text)
{
	assert_string_equal(response.body, text);
	assert_int_equal(response.status, status);
	assert_string_equal(response.media_type, media_type);
	assert_string_equal(request_kind_name(response.kind), kind);
	assert_string_equal(response.domain.text, domain);
	assert_int_equal(response.domain.length, strlen(domain));
	assert_null(response.owned);
	assert_null(response.provider);
	assert_string_equal(response.file_name, "");
}

static void answers_autoconfig(void **state)
{
	static const struct document_choice usual;
	static const struct {
		const char *target, *host, *domain;
		bool any_origin;
	} cases[] = {
		{ "/mail/config-v1.1.xml" QUERY, "autoconfig.kunde.example", "kunde.example",
		  false },
		{ "/.well-known/autoconfig/mail/config-v1.1.xml" QUERY, "kunde.example",
		  "kunde.example", true },
		{ "/.well-known/mail-v1.xml", "kunde.example", "kunde.example", true },
		{ "/v1.1/mail/config-v1.1.xml" QUERY, "x.example", "kunde.example", false },
		{ "/v1.1/kunde.example", "autoconfig.hosting.example", "kunde.example", false },
		{ "/v1.1/KUNDE.example.", NULL, "kunde.example", false },
		{ "/v1.1/m%C3%BCller.example", NULL, "xn--mller-kva.example", false },
		/* no address at all: the Host decides (Thunderbird for Android, KMail, Geary) */
		{ "/mail/config-v1.1.xml", "autoconfig.kunde.example", "kunde.example", false },
		{ "/mail/config-v1.1.xml", "AutoConfig.Kunde.Example.:443", "kunde.example",
		  false },
		{ "/mail/config-v1.1.xml", "kunde.example:8080", "kunde.example", false },
		{ "/mail/config-v1.1.xml", "autoconfig.m\xc3\xbcller.example",
		  "xn--mller-kva.example", false },
		/* Delta Chat: absolute form */
		{ "https://autoconfig.kunde.example/mail/config-v1.1.xml" QUERY, "x.example",
		  "kunde.example", false },
		/* Evolution's made-up address, and its other parameter */
		{ "/mail/config-v1.1.xml?emailaddress=EVOLUTIONUSER%40kunde.example&emailmd5=1",
		  "autoconfig.kunde.example", "kunde.example", false },
		/* found by MX: the Host is the provider's, the address the customer's */
		{ "/mail/config-v1.1.xml" QUERY, "autoconfig.mail.example", "kunde.example",
		  false },
		{ "/mail/config-v1.1.xml" QUERY, "127.0.0.1:8080", "kunde.example", false },
		{ "/mail/config-v1.1.xml" QUERY, NULL, "kunde.example", false },
		{ "/mail/config-v1.1.xml?email=anna+shop@kunde.example", NULL, "kunde.example",
		  false },
		{ "/mail/config-v1.1.xml?EmailAddress=Anna@KUNDE.example", NULL, "kunde.example",
		  false },
		{ "/mail/config-v1.1.xml?emailaddress=a@m%C3%BCller.example", NULL,
		  "xn--mller-kva.example", false },
		{ "/mail/config-v1.1.xml?emailaddress=%20anna@kunde.example%20", NULL,
		  "kunde.example", false },
		/* what is no address counts as none */
		{ "/mail/config-v1.1.xml?emailaddress=", "kunde.example", "kunde.example", false },
		{ "/mail/config-v1.1.xml?emailaddress=anna", "kunde.example", "kunde.example",
		  false },
		{ "/mail/config-v1.1.xml?emailaddress=&email=a@kunde.example", "mail.example",
		  "kunde.example", false },
		/* a prefix is taken off first; a domain that begins with one is found, too */
		{ "/mail/config-v1.1.xml", "autodiscover.mail.example", "mail.example", false },
		{ "/mail/config-v1.1.xml", "autoconfig.alone.example", "autoconfig.alone.example",
		  false },
		{ "/mail/config-v1.1.xml", "autoconfig.autoconfig.alone.example",
		  "autoconfig.alone.example", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		for (unsigned int method = HTTP_GET; method <= HTTP_HEAD; method++) {
			char subject[100] = "@";

			ask(method, cases[i].target, cases[i].host, NULL);
			strcat(subject, cases[i].domain);
			assert_document(DOCUMENT_AUTOCONFIG, &usual, subject);
			assert_string_equal(request_kind_name(response.kind), "autoconfig");
			assert_int_equal(response.any_origin, cases[i].any_origin);
			assert_false(response.no_store); /* the same for all of a domain */
			free(response.owned);
		}
	}
}

#define NOTHING "There is nothing here.\n"
#define UNREADABLE "The request cannot be read.\n"

/* Never 200 with something else in it: the first 2xx ends a program's search. */
static void says_not_found(void **state)
{
	static const struct {
		const char *target, *host, *kind, *domain;
	} cases[] = {
		{ "/index.html", "kunde.example", "-", "" },
		{ "/s", "kunde.example", "-", "" },
		{ "/d", "kunde.example", "-", "" },
		{ "/S/x", "kunde.example", "-", "" },
		{ "/setup/", "kunde.example", "-", "" },
		{ "/Setup", "kunde.example", "-", "" },
		{ "/logo.svg", "kunde.example", "-", "" },
		{ "/logo", "kunde.example", "asset", "" }, /* there is none */
		{ "/favicon.ico", "kunde.example", "-", "" },
		{ "/mail", "kunde.example", "-", "" },
		{ "/mail/config-v1.1.xml/", "kunde.example", "-", "" },
		{ "//mail/config-v1.1.xml", "kunde.example", "-", "" },
		{ "/mail/../mail/config-v1.1.xml", "kunde.example", "-", "" },
		{ "/Mail/Config-v1.1.xml", "kunde.example", "-", "" },
		{ "/autodiscover/autodiscover.svc", "kunde.example", "-", "" },
		{ "/v1.1", "kunde.example", "-", "" },
		{ "/-/metrics/", "kunde.example", "-", "" },
		{ "/mail/config-v1.1.xml", "x.example", "autoconfig", "" },
		{ "/mail/config-v1.1.xml", "sub.kunde.example", "autoconfig", "" },
		{ "/mail/config-v1.1.xml", "127.0.0.1", "autoconfig", "" },
		{ "/mail/config-v1.1.xml", NULL, "autoconfig", "" },
		{ "/mail/config-v1.1.xml", "autoconfig.example", "autoconfig", "" },
		/* a usable address decides, though the Host is ours */
		{ "/mail/config-v1.1.xml?emailaddress=a@x.example", "kunde.example", "autoconfig",
		  "" },
		{ "/v1.1/x.example", "kunde.example", "autoconfig", "" },
		{ "/v1.1/", "kunde.example", "autoconfig", "" },
		{ "/v1.1/a@kunde.example", "kunde.example", "autoconfig", "" },
		{ "/.well-known/user-agent-configuration.json", "x.example", "pacc", "" },
		{ "/mobileconfig?emailaddress=a@x.example", "kunde.example", "mobileconfig", "" },
		/* no ActiveSync, no DAV */
		{ "/mobileconfig?emailaddress=a@mail.example&content=activesync", NULL,
		  "mobileconfig", "mail.example" },
		{ "/mobileconfig?emailaddress=a@mail.example&content=all", NULL, "mobileconfig",
		  "mail.example" },
		{ "/.well-known/caldav", "mail.example", "dav", "mail.example" },
		{ "/.well-known/carddav", "mail.example", "dav", "mail.example" },
		{ "/.well-known/carddav", "x.example", "dav", "" },
		/* a policy: at no other name, of no other domain, and not where there is none */
		{ MTA_STS, "policy.example", "mta-sts", "" },
		{ MTA_STS, "autoconfig.policy.example", "mta-sts", "" },
		{ MTA_STS, "x.mta-sts.policy.example", "mta-sts", "" },
		{ MTA_STS, "mta-sts.x.policy.example", "mta-sts", "" },
		{ MTA_STS, "mta-sts.autoconfig.policy.example", "mta-sts", "" },
		{ MTA_STS, "mta-sts.x.example", "mta-sts", "" },
		{ MTA_STS, "mta-sts.alone.example", "mta-sts", "" },
		{ MTA_STS, "mta-sts.example", "mta-sts", "" },
		{ MTA_STS, "mta-sts", "mta-sts", "" },
		{ MTA_STS, "127.0.0.1", "mta-sts", "" },
		{ MTA_STS, NULL, "mta-sts", "" },
		{ MTA_STS "?emailaddress=a@policy.example", "x.example", "mta-sts", "" },
		{ MTA_STS, "mta-sts.kunde.example", "mta-sts", "kunde.example" },
		{ "/.well-known/MTA-STS.txt", "mta-sts.policy.example", "-", "" },
		{ "/.well-known/mta-sts.txt/", "mta-sts.policy.example", "-", "" },
		{ "/mta-sts.txt", "mta-sts.policy.example", "-", "" },
		/* a URL that wants to know who asks; one that is too long for a header */
		{ "/.well-known/caldav", "odd.example", "dav", "odd.example" },
		{ "/.well-known/caldav", "long.example", "dav", "long.example" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		ask(HTTP_GET, cases[i].target, cases[i].host, NULL);
		assert_text(404, TEXT, cases[i].kind, cases[i].domain, NOTHING);
		assert_string_equal(response.location, "");
		assert_int_equal(response.allow, 0);
	}
}

/* The method is judged first: the domains here are unknown, the addresses missing. */
static void refuses_methods(void **state)
{
	static const struct {
		enum http_method method;
		const char *target, *kind;
		unsigned int allow;
	} cases[] = {
		{ HTTP_POST, "/mail/config-v1.1.xml", "autoconfig", HTTP_GET | HTTP_HEAD },
		{ HTTP_OTHER, "/.well-known/autoconfig/mail/config-v1.1.xml", "autoconfig",
		  HTTP_GET | HTTP_HEAD },
		{ HTTP_POST, "/v1.1/x.example", "autoconfig", HTTP_GET | HTTP_HEAD },
		{ HTTP_OTHER, "/Autodiscover/autodiscover.XML", "autodiscover",
		  HTTP_GET | HTTP_HEAD | HTTP_POST },
		{ HTTP_POST, "/autodiscover/autodiscover.json", "autodiscover-json",
		  HTTP_GET | HTTP_HEAD },
		{ HTTP_POST, "/autodiscover/autodiscover.json/v1.0/", "autodiscover-json",
		  HTTP_GET | HTTP_HEAD },
		{ HTTP_POST, "/.well-known/user-agent-configuration.json", "pacc",
		  HTTP_GET | HTTP_HEAD },
		{ HTTP_POST, "/mobileconfig", "mobileconfig", HTTP_GET | HTTP_HEAD },
		{ HTTP_OTHER, "/", "form", HTTP_GET | HTTP_HEAD | HTTP_POST }, /* Evolution */
		{ HTTP_POST, "/setup", "form", HTTP_GET | HTTP_HEAD },
		{ HTTP_POST, "/s/x", "page", HTTP_GET | HTTP_HEAD },
		{ HTTP_OTHER, "/d/kunde.example", "page", HTTP_GET | HTTP_HEAD },
		{ HTTP_POST, "/page.css", "asset", HTTP_GET | HTTP_HEAD },
		{ HTTP_POST, MTA_STS, "mta-sts", HTTP_GET | HTTP_HEAD },
		{ HTTP_OTHER, "/-/health", "operations", HTTP_GET | HTTP_HEAD },
		{ HTTP_POST, "/-/ready", "operations", HTTP_GET | HTTP_HEAD },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		ask(cases[i].method, cases[i].target, "x.example", "body");
		assert_text(405, TEXT, cases[i].kind, "", "This method has no meaning here.\n");
		assert_int_equal(response.allow, cases[i].allow);
	}
}

#define POX(schema, address)                                                                       \
	"<Autodiscover><Request><EMailAddress>" address "</EMailAddress>"                          \
	"<AcceptableResponseSchema>http://schemas.microsoft.com/exchange/autodiscover/" schema     \
	"</AcceptableResponseSchema></Request></Autodiscover>"
#define OUTLOOK "outlook/responseschema/2006a"
#define MOBILESYNC "mobilesync/responseschema/2006"

static void answers_autodiscover(void **state)
{
	static const struct document_choice usual;
	static const struct {
		const char *target, *host, *body; /* NULL: GET */
		enum document_format format;
		const char *kind, *address;
	} cases[] = {
		{ "/autodiscover/autodiscover.xml", "autodiscover.kunde.example",
		  POX(OUTLOOK, "Anna@kunde.example"), DOCUMENT_AUTODISCOVER, "autodiscover",
		  "Anna@kunde.example" },
		{ "/Autodiscover/Autodiscover.xml", "kunde.example",
		  POX(OUTLOOK, "anna@kunde.example"), DOCUMENT_AUTODISCOVER, "autodiscover",
		  "anna@kunde.example" },
		{ "/AUTODISCOVER/AUTODISCOVER.XML?x=y", NULL, POX(OUTLOOK, "anna@mail.example"),
		  DOCUMENT_AUTODISCOVER, "autodiscover", "anna@mail.example" },
		{ "/autodiscover/autodiscover.xml", "127.0.0.1",
		  POX(MOBILESYNC, "anna@kunde.example"), DOCUMENT_ACTIVESYNC, "activesync",
		  "anna@kunde.example" },
		/* the redirection is an answer like another */
		{ "/autodiscover/autodiscover.xml", NULL, POX(OUTLOOK, "anna@handed.example"),
		  DOCUMENT_AUTODISCOVER, "autodiscover", "anna@handed.example" },
		/* both schemas: Outlook's answer says more */
		{ "/autodiscover/autodiscover.xml", NULL,
		  "<Autodiscover><Request><EMailAddress>a@kunde.example</EMailAddress>"
		  "<AcceptableResponseSchema>http://schemas.microsoft.com/exchange/autodiscover/"
		  "mobilesync/responseschema/2006</AcceptableResponseSchema>"
		  "<AcceptableResponseSchema>http://schemas.microsoft.com/exchange/autodiscover/"
		  "outlook/responseschema/2006a</AcceptableResponseSchema></Request></"
		  "Autodiscover>",
		  DOCUMENT_AUTODISCOVER, "autodiscover", "a@kunde.example" },
		/* by GET the Host says for which domain: Delta Chat */
		{ "/autodiscover/autodiscover.xml", "autodiscover.kunde.example", NULL,
		  DOCUMENT_AUTODISCOVER, "autodiscover", "@kunde.example" },
		{ "https://kunde.example/autodiscover/autodiscover.xml", NULL, NULL,
		  DOCUMENT_AUTODISCOVER, "autodiscover", "@kunde.example" },
		{ "/autodiscover/autodiscover.xml?email=a@kunde.example", "mail.example", NULL,
		  DOCUMENT_AUTODISCOVER, "autodiscover", "a@kunde.example" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		ask(cases[i].body ? HTTP_POST : HTTP_GET, cases[i].target, cases[i].host,
		    cases[i].body);
		assert_document(cases[i].format, &usual, cases[i].address);
		assert_string_equal(request_kind_name(response.kind), cases[i].kind);
		assert_int_equal(response.no_store, cases[i].address[0] != '@');
		free(response.owned);
	}
}

static void answers_autodiscover_errors(void **state)
{
	static const struct {
		const char *target, *host, *body; /* NULL: GET */
		unsigned int status;
		enum autodiscover_error code;
		const char *kind, *domain;
	} cases[] = {
#define PATH "/autodiscover/autodiscover.xml"
		/* the Host is ours, but who posts names an address */
		{ PATH, "kunde.example", "", 200, AUTODISCOVER_BAD_REQUEST, "autodiscover", "" },
		{ PATH, "kunde.example", "<a>", 200, AUTODISCOVER_BAD_REQUEST, "autodiscover", "" },
		{ PATH, "kunde.example", "<!DOCTYPE a>" POX(OUTLOOK, "a@kunde.example"), 200,
		  AUTODISCOVER_BAD_REQUEST, "autodiscover", "" },
		{ PATH "?email=a@kunde.example", "kunde.example", POX(OUTLOOK, "anna"), 200,
		  AUTODISCOVER_BAD_REQUEST, "autodiscover", "" },
		{ PATH, "kunde.example", POX(OUTLOOK, "a@x.example"), 200,
		  AUTODISCOVER_ADDRESS_UNKNOWN, "autodiscover", "" },
		{ PATH, "kunde.example", POX(MOBILESYNC, "a@x.example"), 200,
		  AUTODISCOVER_ADDRESS_UNKNOWN, "activesync", "" },
		{ PATH, "kunde.example", POX("x", "a@kunde.example"), 200, AUTODISCOVER_NO_PROVIDER,
		  "autodiscover", "kunde.example" },
		{ PATH, "kunde.example",
		  "<Autodiscover><Request><EMailAddress>a@kunde.example</EMailAddress></Request>"
		  "</Autodiscover>",
		  200, AUTODISCOVER_NO_PROVIDER, "autodiscover", "kunde.example" },
		{ PATH, "kunde.example", POX(MOBILESYNC, "a@mail.example"), 200,
		  AUTODISCOVER_NO_PROVIDER, "activesync", "mail.example" },
		/* Delta Chat ends its search at any 200 */
		{ PATH, "x.example", NULL, 404, AUTODISCOVER_ADDRESS_UNKNOWN, "autodiscover", "" },
		{ PATH "?email=a@x.example", "kunde.example", NULL, 404,
		  AUTODISCOVER_ADDRESS_UNKNOWN, "autodiscover", "" },
		{ PATH, "127.0.0.1", NULL, 404, AUTODISCOVER_BAD_REQUEST, "autodiscover", "" },
		{ PATH, NULL, NULL, 404, AUTODISCOVER_BAD_REQUEST, "autodiscover", "" },
#undef PATH
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		ask(cases[i].body ? HTTP_POST : HTTP_GET, cases[i].target, cases[i].host,
		    cases[i].body);
		assert_text(cases[i].status, XML, cases[i].kind, cases[i].domain,
			    autodiscover_error_document(cases[i].code));
	}
}

#define PATH "/autodiscover/autodiscover.json"

static void answers_autodiscover_json(void **state)
{
	static const struct {
		const char *target, *host;
		struct document_choice choice;
		const char *domain;
	} cases[] = {
		{ PATH "?Email=a%40kunde.example&Protocol=AutodiscoverV1&RedirectCount=1",
		  "autodiscover.kunde.example",
		  { .json = JSON_AUTODISCOVER },
		  "@kunde.example" },
		{ PATH "?Email=a%40kunde.example&Protocol=ActiveSync",
		  "x.example",
		  { .json = JSON_ACTIVESYNC },
		  "@kunde.example" },
		{ PATH "?Email=a%40kunde.example&Protocol=Ews",
		  NULL,
		  { .json = JSON_EWS },
		  "@kunde.example" },
		/* any letter case of path, names and values */
		{ "/AutoDiscover/AutoDiscover.JSON?EMAIL=a@kunde.example&protocol=EWS",
		  NULL,
		  { .json = JSON_EWS },
		  "@kunde.example" },
		{ PATH "/v1.0/a@kunde.example?Protocol=activesync",
		  NULL,
		  { .json = JSON_ACTIVESYNC },
		  "@kunde.example" },
		{ "/Autodiscover/Autodiscover.json/V1.0/A%40KUNDE.example?Protocol=EWS",
		  NULL,
		  { .json = JSON_EWS },
		  "@kunde.example" },
		/* the path's address before the query's before the Host */
		{ PATH "/v1.0/a@kunde.example?Email=a@mail.example&Protocol=EWS",
		  "x.example",
		  { .json = JSON_EWS },
		  "@kunde.example" },
		{ PATH "/v1.0/?Email=a@kunde.example&Protocol=EWS",
		  "x.example",
		  { .json = JSON_EWS },
		  "@kunde.example" },
		{ PATH "?Protocol=AutodiscoverV1",
		  "autodiscover.kunde.example",
		  { .json = JSON_AUTODISCOVER },
		  "@kunde.example" },
		{ PATH "?Email=anna&Protocol=AutodiscoverV1",
		  "mail.example",
		  { .json = JSON_AUTODISCOVER },
		  "@mail.example" },
		{ PATH "?Email=a@handed.example&Protocol=AutodiscoverV1",
		  NULL,
		  { .json = JSON_AUTODISCOVER },
		  "@handed.example" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		ask(HTTP_GET, cases[i].target, cases[i].host, NULL);
		assert_document(DOCUMENT_AUTODISCOVER_JSON, &cases[i].choice, cases[i].domain);
		assert_string_equal(request_kind_name(response.kind), "autodiscover-json");
		free(response.owned);
	}
}

/* Asserts that text is {"ErrorCode": code, "ErrorMessage": message}. */
static void assert_json_error(const char *text, const char *code, const char *message)
{
	json_t *json = json_loads(text, 0, NULL);

	assert_non_null(json);
	assert_int_equal(json_object_size(json), 2);
	assert_string_equal(json_string_value(json_object_get(json, "ErrorCode")), code);
	assert_string_equal(json_string_value(json_object_get(json, "ErrorMessage")), message);
	json_decref(json);
}

static void answers_autodiscover_json_errors(void **state)
{
	static const struct {
		const char *target, *host;
		unsigned int status;
		const char *domain, *code, *message;
	} cases[] = {
#define INVALID "InvalidProtocol", "The protocol value is not supported here. Supported values are "
#define MISSING "MandatoryParameterMissing", "The parameter "
#define UNKNOWN "UserNotFound", "The domain is not known here."
		{ PATH "?Email=a@kunde.example&Protocol=Pop3<x>", NULL, 400, "kunde.example",
		  INVALID "'ActiveSync,AutodiscoverV1,Ews'" },
		/* saying ActiveSync for a domain without it makes Outlook mobile fail hard */
		{ PATH "?Email=a@mail.example&Protocol=ActiveSync", NULL, 400, "mail.example",
		  INVALID "'AutodiscoverV1'" },
		{ PATH "?Email=a@mail.example&Protocol=Ews", NULL, 400, "mail.example",
		  INVALID "'AutodiscoverV1'" },
		{ PATH "?Email=a@mail.example&Protocol=AutodiscoverV1AndSomethingMore", NULL, 400,
		  "mail.example", INVALID "'AutodiscoverV1'" },
		{ PATH "/v1.0/a@mail.example?Protocol=Rest", NULL, 400, "mail.example",
		  INVALID "'AutodiscoverV1'" },
		{ PATH "?Email=a@kunde.example", NULL, 400, "", MISSING "'Protocol' is missing." },
		{ PATH "?Email=a@kunde.example&Protocol=", NULL, 400, "",
		  MISSING "'Protocol' is missing." },
		{ PATH, "kunde.example", 400, "", MISSING "'Protocol' is missing." },
		{ PATH "?Protocol=Ews", NULL, 400, "", MISSING "'Email' is missing." },
		{ PATH "?Protocol=Ews&Email=a", "127.0.0.1", 400, "",
		  MISSING "'Email' is missing." },
		{ PATH "?Protocol=Ews&Email=a@x.example", "kunde.example", 404, "", UNKNOWN },
		{ PATH "?Protocol=Rest&Email=a@x.example", "kunde.example", 404, "", UNKNOWN },
		{ PATH "/v1.0/a@x.example?Protocol=Ews", "kunde.example", 404, "", UNKNOWN },
		{ PATH "?Protocol=Ews", "x.example", 404, "", UNKNOWN },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		ask(HTTP_GET, cases[i].target, cases[i].host, NULL);
		assert_text(cases[i].status, JSON, "autodiscover-json", cases[i].domain,
			    response.body);
		assert_json_error(response.body, cases[i].code, cases[i].message);
	}
}

static void answers_mta_sts(void **state)
{
	static const struct document_choice usual;
	static const struct {
		const char *target, *host, *domain;
	} cases[] = {
		{ MTA_STS, "mta-sts.policy.example", "@policy.example" },
		{ MTA_STS, "MTA-STS.Policy.Example.:443", "@policy.example" },
		{ "https://mta-sts.policy.example" MTA_STS, "x.example", "@policy.example" },
		/* the query has no say */
		{ MTA_STS "?emailaddress=a@kunde.example", "mta-sts.policy.example",
		  "@policy.example" },
		/* a domain whose own name begins so: one prefix is taken off, not two */
		{ MTA_STS, "mta-sts.mta-sts.alone.example", "@mta-sts.alone.example" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		for (int head = 0; head < 2; head++) {
			ask(head ? HTTP_HEAD : HTTP_GET, cases[i].target, cases[i].host, NULL);
			assert_document(DOCUMENT_MTA_STS, &usual, cases[i].domain);
			assert_string_equal(response.body, "version: STSv1\r\nmode: enforce\r\n"
							   "mx: mx.hosting.example\r\n"
							   "max_age: 604800\r\n");
			assert_string_equal(response.media_type, "text/plain");
			assert_string_equal(request_kind_name(response.kind), "mta-sts");
			assert_false(response.no_store);
			assert_false(response.any_origin);
			free(response.owned);
		}
	}
}

static void answers_pacc(void **state)
{
	static const struct document_choice usual;

	(void)state;
	ask(HTTP_GET, "/.well-known/user-agent-configuration.json", "ua-auto-config.kunde.example",
	    NULL);
	assert_document(DOCUMENT_PACC, &usual, "@kunde.example");
	assert_string_equal(request_kind_name(response.kind), "pacc");
	assert_true(response.any_origin);
	assert_false(response.no_store); /* its digest stands in DNS: it names nobody */
	free(response.owned);
}

static void answers_profiles(void **state)
{
	static const struct {
		const char *query;
		struct document_choice choice;
		const char *address;
	} cases[] = {
		{ "emailaddress=anna%40kunde.example",
		  { .content = MOBILECONFIG_MAIL },
		  "anna@kunde.example" },
		{ "content=mail&email=anna@kunde.example",
		  { .content = MOBILECONFIG_MAIL },
		  "anna@kunde.example" },
		{ "content=all&emailaddress=anna@kunde.example",
		  { .content = MOBILECONFIG_ALL },
		  "anna@kunde.example" },
		{ "content=activesync&emailaddress=anna@kunde.example",
		  { .content = MOBILECONFIG_ACTIVESYNC },
		  "anna@kunde.example" },
		{ "emailaddress=anna@m%C3%BCller.example",
		  { .content = MOBILECONFIG_MAIL },
		  "anna@m\xc3\xbcller.example" },
	};
	static const char *const bad[] = {
		"",
		"emailaddress=",
		"emailaddress=anna",
		"emailaddress=a%40kunde.example&content=",
		"emailaddress=a%40kunde.example&content=mails",
		"emailaddress=a%40kunde.example&content=somethinglongerthanany",
		"content=mail",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char target[200] = "/mobileconfig?";

		strcat(target, cases[i].query);
		ask(HTTP_GET, target, NULL, NULL);
		assert_document(DOCUMENT_MOBILECONFIG, &cases[i].choice, cases[i].address);
		assert_string_equal(request_kind_name(response.kind), "mobileconfig");
		assert_true(response.no_store);
		assert_string_not_equal(response.file_name, "");
		free(response.owned);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		char target[200] = "/mobileconfig?";

		strcat(target, bad[i]);
		ask(HTTP_GET, target, "kunde.example", NULL); /* the Host does not name a person */
		assert_text(400, TEXT, "mobileconfig", "", UNREADABLE);
	}
}

/* A parameter that no address fits into is no address by mistake. */
static void refuses_long_parameters(void **state)
{
	static const char *const begins[] = {
		"/mail/config-v1.1.xml?emailaddress=",
		"/mail/config-v1.1.xml?email=",
		"/autodiscover/autodiscover.xml?email=",
		"/autodiscover/autodiscover.json?Protocol=Ews&Email=",
		"/mobileconfig?emailaddress=",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(begins) / sizeof(*begins); i++) {
		size_t length = strlen(begins[i]);
		char target[1200];

		memset(target, 'a', sizeof(target));
		memcpy(target, begins[i], length);
		target[length + EMAIL_ADDRESS_SIZE] = '\0';
		ask(HTTP_GET, target, "kunde.example", NULL);
		assert_text(400, TEXT, request_kind_name(response.kind), "", UNREADABLE);
	}
}

static void redirects_dav(void **state)
{
	static const struct {
		enum http_method method;
		const char *target, *host, *location;
	} cases[] = {
		{ HTTP_GET, "/.well-known/caldav", "kunde.example",
		  "https://dav.kunde.example/WebDAV/" },
		{ HTTP_HEAD, "/.well-known/carddav", "kunde.example",
		  "https://mail.hosting.example/WebDAV/" },
		{ HTTP_OTHER, "/.well-known/caldav", "KUNDE.example:443",
		  "https://dav.kunde.example/WebDAV/" },
		{ HTTP_POST, "/.well-known/carddav?x", "kunde.example",
		  "https://mail.hosting.example/WebDAV/" },
		{ HTTP_GET, "/.well-known/carddav", "odd.example",
		  "https://odd.example/%41/odd.example?x=odd.example" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		ask(cases[i].method, cases[i].target, cases[i].host, NULL);
		assert_string_equal(response.location, cases[i].location);
		assert_int_equal(response.status, 301);
		assert_string_equal(response.provider,
				    strcmp(response.domain.text, "odd.example") ? "full" : "odd");
		assert_string_equal(request_kind_name(response.kind), "dav");
	}
}

static void answers_operations(void **state)
{
	const struct endpoint_state not_ready = { .text = "the store cannot be read\n" };

	(void)state;
	ask(HTTP_GET, "/-/health", NULL, NULL);
	assert_text(200, TEXT, "operations", "", "ok\n");
	assert_true(response.no_store);
	ask(HTTP_HEAD, "/-/ready", NULL, NULL);
	assert_text(200, TEXT, "operations", "", "ready\n");
	assert_true(response.no_store);
	endpoint_serve(&request, settings, &not_ready, &response);
	assert_text(503, TEXT, "operations", "", "the store cannot be read\n");

	/* to others nothing tells that there is something, the method neither */
	request.operations = false;
	endpoint_serve(&request, settings, &ready, &response);
	assert_text(404, TEXT, "-", "", NOTHING);
	request.method = HTTP_POST;
	endpoint_serve(&request, settings, &ready, &response);
	assert_text(404, TEXT, "-", "", NOTHING);
	assert_int_equal(response.allow, 0);
}

static void refuses(void **state)
{
	static const unsigned int statuses[] = { 400, 404, 405, 408, 413, 414, 431, 500, 503 };

	(void)state;
	for (size_t i = 0; i < sizeof(statuses) / sizeof(*statuses); i++) {
		memset(&response, 1, sizeof(response));
		endpoint_refuse(statuses[i], &response);
		assert_text(statuses[i], TEXT, "-", "", response.body);
		assert_true(response.body_size > 1);
		assert_int_equal(response.body[response.body_size - 1], '\n');
		assert_string_equal(response.location, "");
		assert_int_equal(response.allow, 0);
		assert_false(response.no_store);
		assert_false(response.any_origin);
	}
	endpoint_refuse(418, &response); /* one without a sentence of its own */
	assert_text(418, TEXT, "-", "", "\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_autoconfig),
		cmocka_unit_test(says_not_found),
		cmocka_unit_test(refuses_methods),
		cmocka_unit_test(answers_autodiscover),
		cmocka_unit_test(answers_autodiscover_errors),
		cmocka_unit_test(answers_autodiscover_json),
		cmocka_unit_test(answers_autodiscover_json_errors),
		cmocka_unit_test(answers_mta_sts),
		cmocka_unit_test(answers_pacc),
		cmocka_unit_test(answers_profiles),
		cmocka_unit_test(refuses_long_parameters),
		cmocka_unit_test(redirects_dav),
		cmocka_unit_test(answers_operations),
		cmocka_unit_test(refuses),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
