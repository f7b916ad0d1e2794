/*
 * tests/providers/good are documents that are accepted, however odd, tests/providers/bad are
 * refused. Beside each NAME.xml stands NAME.findings, what is found in it, a line each; beside the
 * good ones NAME.settings, all that was read. A test run with SIGNPOST_WRITE_EXPECTED=1 writes
 * these anew: read the difference before it is kept.  */
#include "base/bytes.h"
#include "base/cleanup.h"
#include "model/email_provider.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

DEFINE_CLEANUP(DIR *, closedir)
DEFINE_CLEANUP(FILE *, fclose)

/* A document with one server section of a type, and beside it what a document cannot do without. */
#define SMTP                                                                                       \
	"<outgoingServer type='smtp'><hostname>smtp.example</hostname><port>465</port>"            \
	"<socketType>SSL</socketType><authentication>none</authentication></outgoingServer>"
#define DOCUMENT(content)                                                                          \
	"<clientConfig><emailProvider id='p.example'><domain>p.example</domain>" content           \
	"</emailProvider></clientConfig>"
#define IMAP(content) DOCUMENT(SMTP "<incomingServer type='imap'>" content "</incomingServer>")
#define HOST "<hostname>imap.example</hostname>"
#define PORT "<port>993</port>"
#define SSL "<socketType>SSL</socketType>"
#define PASSWORD "<authentication>password-cleartext</authentication>"
#define USER "<username>%EMAILADDRESS%</username>"

#define WITH_POLICY(mx)                                                                            \
	IMAP(HOST PORT SSL PASSWORD USER                                                           \
	     "</incomingServer><s:mtaSts xmlns:s='" EMAIL_PROVIDER_NAMESPACE "'>" mx "</s:mtaSts>" \
	     "<incomingServer type='imap'>" HOST PORT SSL PASSWORD USER)
#define MX(name) "<s:mx>" name ".example.org</s:mx>"
#define TEN_MX MX("a") MX("b") MX("c") MX("d") MX("e") MX("f") MX("g") MX("h") MX("i") MX("j")

static char *read_file(const char *path, size_t *size)
{
	CLEANUP(fclosep) FILE *file = fopen(path, "rb");
	CLEANUP(bytes_clear) struct bytes bytes = { 0 };
	char buffer[4096], *ret = NULL;
	struct error err;
	size_t got;

	if (!file)
		fail_msg("%s: cannot be opened", path);
	while ((got = fread(buffer, 1, sizeof(buffer), file)) > 0)
		bytes_append(&bytes, buffer, got);
	assert_int_equal(bytes_take(&bytes, &ret, size, &err), 0);
	return ret;
}

/* Compares with the file, or writes it if so wanted. */
static void compare_expected(const char *path, const char *text)
{
	const char *write = getenv("SIGNPOST_WRITE_EXPECTED");
	CLEANUP(freep) char *expected = NULL;

	if (write && strcmp(write, "1") == 0) {
		CLEANUP(fclosep) FILE *file = fopen(path, "w");

		assert_non_null(file);
		assert_true(fputs(text, file) >= 0);
		return;
	}
	expected = read_file(path, NULL);
	if (strcmp(text, expected) != 0)
		print_error("%s is not as expected, but:\n%s", path, text);
	assert_string_equal(text, expected);
}

static char *dump_findings(const struct findings *findings)
{
	struct bytes bytes = { 0 };
	struct error err;
	char *ret = NULL;

	for (size_t i = 0; i < findings->count; i++)
		bytes_append_format(&bytes, "%s %s\n",
				    findings->list[i].severity == FINDING_ERROR ? "error"
										: "warning",
				    findings->list[i].text);
	assert_int_equal(bytes_take(&bytes, &ret, NULL, &err), 0);
	return ret;
}

static const char *or_none(const char *text)
{
	return text ? text : "-";
}

static void dump_texts(struct bytes *out, const char *name, const struct localized_text *texts,
		       size_t count)
{
	for (size_t i = 0; i < count; i++)
		bytes_append_format(out, "%s %s: %s\n", name, or_none(texts[i].language),
				    texts[i].text);
}

static void dump_documents(struct bytes *out, const char *name,
			   const struct provider_document *documents, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		bytes_append_format(out, "%s: %s\n", name, documents[i].url);
		dump_texts(out, "    about", documents[i].descriptions,
			   documents[i].description_count);
	}
}

static void dump_server(struct bytes *out, const struct mail_server *server)
{
	static const char *const choices[] = {
		[POP3_UNSAID] = "unsaid", [POP3_NO] = "no", [POP3_YES] = "yes"
	};

	bytes_append_format(out, "line %ld: %s host %s port %d %s url %s user %s", server->line,
			    server_type_name(server->type), or_none(server->hostname),
			    (int)server->port, socket_type_name(server->socket_type),
			    or_none(server->url), or_none(server->username));
	for (size_t i = 0; i < server->auth_count; i++)
		bytes_append_format(out, " %s", auth_method_name(server->auth[i]));
	if (server->leave_messages_on_server || server->download_on_biff ||
	    server->days_to_leave_messages_on_server)
		bytes_append_format(out, " (leave %s, biff %s, days %u)",
				    choices[server->leave_messages_on_server],
				    choices[server->download_on_biff],
				    server->days_to_leave_messages_on_server);
	bytes_append_text(out, "\n");
}

static void dump_chosen(struct bytes *out, const struct email_provider *provider)
{
	const struct {
		const char *name;
		const struct mail_server *server;
	} chosen[] = {
		{ "imap", provider->imap },
		{ "pop3", provider->pop3 },
		{ "smtp", provider->smtp },
		{ "ews", provider->ews },
		{ "activesync", provider->activesync },
		{ "jmap", provider->jmap },
		{ "graph", provider->graph },
		{ "exchange", provider->exchange },
		{ "caldav", provider->caldav },
		{ "carddav", provider->carddav },
		{ "webdav", provider->webdav },
	};

	for (size_t i = 0; i < COUNT(chosen); i++) {
		const struct mail_server *server = chosen[i].server;

		if (!server)
			continue;
		assert_in_range(server - provider->servers, 0, provider->server_count - 1);
		bytes_append_format(out, "%s: line %ld\n", chosen[i].name, server->line);
	}
}

static void dump_policy(struct bytes *out, const struct mta_sts_policy *policy)
{
	if (!policy)
		return;
	bytes_append_format(out, "mta-sts: %s for %u seconds", mta_sts_mode_name(policy->mode),
			    policy->max_age);
	for (size_t i = 0; i < policy->mx_count; i++)
		bytes_append_format(out, " %s", policy->mx[i]);
	bytes_append_text(out, "\n");
}

static char *dump_provider(const struct email_provider *provider)
{
	struct bytes out = { 0 };
	struct error err;
	char *ret = NULL;

	bytes_append_format(&out, "id: %s\nshort name: %s\nwebmail: %s\nautodiscover: %s\n",
			    or_none(provider->id), or_none(provider->display_short_name),
			    or_none(provider->webmail_url), or_none(provider->autodiscover_url));
	dump_policy(&out, provider->mta_sts);
	dump_texts(&out, "name", provider->display_names, provider->display_name_count);
	for (size_t i = 0; i < provider->server_count; i++)
		dump_server(&out, &provider->servers[i]);
	dump_chosen(&out, provider);
	dump_documents(&out, "documentation", provider->documentation,
		       provider->documentation_count);
	dump_documents(&out, "enable", provider->enables, provider->enable_count);
	assert_int_equal(bytes_take(&out, &ret, NULL, &err), 0);
	return ret;
}

static void path_of(char path[4096], const char *directory, const char *name, const char *suffix)
{
	const char *source = getenv("SIGNPOST_SOURCE");
	size_t length = strlen(name);

	assert_non_null(source);
	if (suffix[0])
		length -= strlen(".xml");
	assert_true(snprintf(path, 4096, "%s/%s/%.*s%s", source, directory, (int)length, name,
			     suffix) < 4096);
}

static const char *first_error(const struct findings *findings)
{
	for (size_t i = 0; i < findings->count; i++) {
		if (findings->list[i].severity == FINDING_ERROR)
			return findings->list[i].text;
	}
	return "";
}

static void check_document(const char *directory, const char *name, bool good)
{
	CLEANUP(email_provider_freep) struct email_provider *provider = NULL;
	CLEANUP(findings_clear) struct findings findings = { 0 };
	CLEANUP(freep) char *xml = NULL, *found = NULL, *settings = NULL;
	struct error err = { 0 };
	char path[4096];
	size_t size;
	int result;

	path_of(path, directory, name, "");
	xml = read_file(path, &size);
	result = email_provider_parse(xml, size, name, &provider, &findings, &err);
	if (result != (good ? 0 : -1))
		fail_msg("%s: %d, %s", path, result, err.text);
	assert_int_equal(findings.errors > 0, !good);
	assert_string_equal(err.text, first_error(&findings));
	found = dump_findings(&findings);
	path_of(path, directory, name, ".findings");
	compare_expected(path, found);
	if (!good) {
		assert_true(err.code == ERROR_SYNTAX || err.code == ERROR_INVALID);
		assert_null(provider);
		return;
	}
	settings = dump_provider(provider);
	path_of(path, directory, name, ".settings");
	compare_expected(path, settings);
}

/* Calls check for each .xml file of a directory and returns how many there are. */
static size_t each_document(const char *directory, bool good,
			    void (*check)(const char *directory, const char *name, bool good))
{
	CLEANUP(closedirp) DIR *dir = NULL;
	struct dirent *entry;
	char path[4096];
	size_t count = 0;

	path_of(path, directory, "", "");
	dir = opendir(path);
	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		const char *dot = strrchr(entry->d_name, '.');

		if (!dot || strcmp(dot, ".xml") != 0)
			continue;
		check(directory, entry->d_name, good);
		count++;
	}
	return count;
}

static void test_good_documents(void **state)
{
	(void)state;
	assert_true(each_document("tests/providers/good", true, check_document) >= 15);
}

static void test_bad_documents(void **state)
{
	(void)state;
	assert_true(each_document("tests/providers/bad", false, check_document) >= 30);
}

/* The samples are what admins begin with: not even a warning. */
static void check_sample(const char *directory, const char *name, bool good)
{
	CLEANUP(email_provider_freep) struct email_provider *provider = NULL;
	CLEANUP(findings_clear) struct findings findings = { 0 };
	CLEANUP(freep) char *xml = NULL, *found = NULL;
	struct error err = { 0 };
	char path[4096];
	size_t size;

	(void)good;
	path_of(path, directory, name, "");
	xml = read_file(path, &size);
	assert_int_equal(email_provider_parse(xml, size, name, &provider, &findings, &err), 0);
	found = dump_findings(&findings);
	assert_string_equal(found, "");
}

static void test_samples(void **state)
{
	(void)state;
	assert_true(each_document("xml/providers", true, check_sample) >= 3);
}

/* One rule a row: what is found in a document and which server is given out for IMAP. */
static void test_rules(void **state)
{
	static const struct {
		const char *xml;
		int result;
		const char *findings;
	} cases[] = {
		{ IMAP(HOST PORT SSL PASSWORD USER), 0, "" },
		{ IMAP(HOST "<port>0</port>" SSL PASSWORD USER), -1,
		  "error p.xml:1: incomingServer: port \"0\" is not 1..65535\n" },
		{ IMAP(HOST "<port>65535</port>" SSL PASSWORD USER), 0, "" },
		{ IMAP(HOST "<port>65536</port>" SSL PASSWORD USER), -1,
		  "error p.xml:1: incomingServer: port \"65536\" is not 1..65535\n" },
		{ IMAP(HOST "<port>1</port>" SSL PASSWORD USER), 0, "" },
		{ IMAP(HOST SSL PASSWORD USER), 0,
		  "warning p.xml:1: incomingServer: no port, taken as 993\n" },
		{ IMAP(HOST PORT SSL USER), 0,
		  "warning p.xml:1: incomingServer: no authentication that is known, taken as "
		  "password-cleartext\n" },
		{ IMAP(HOST PORT SSL PASSWORD), 0,
		  "warning p.xml:1: incomingServer: no username, taken as %EMAILADDRESS%\n" },
		/* an incoming server asks for a user name whatever the method: programs need one */
		{ IMAP(HOST PORT SSL "<authentication>none</authentication>"), 0,
		  "warning p.xml:1: incomingServer: no username, taken as %EMAILADDRESS%\n" },
		{ IMAP(PORT SSL PASSWORD USER), -1,
		  "error p.xml:1: incomingServer: no hostname\n" },
		{ IMAP(HOST PORT PASSWORD USER), -1,
		  "error p.xml:1: incomingServer: no socketType: SSL, STARTTLS or plain\n" },
		/* faults that have nothing to do with each other are all told */
		{ IMAP("<port>x</port><socketType>TLS</socketType>"), -1,
		  "error p.xml:1: incomingServer: port \"x\" is not 1..65535\n"
		  "error p.xml:1: incomingServer: no hostname\n"
		  "error p.xml:1: incomingServer: socketType \"TLS\" is not SSL, STARTTLS or "
		  "plain\n" },
		/* a long value is shown in part, and no character in half */
		{ IMAP(HOST PORT SSL PASSWORD "<username>"
					      "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
					      "xxxxxxxxxxx\xc3\xbcyz</username>"),
		  0,
		  "warning p.xml:1: incomingServer: username "
		  "\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\" is the same "
		  "for every address\n" },
		/* faults of a policy that a schema cannot tell */
		{ WITH_POLICY(TEN_MX MX("k") MX("l")), -1,
		  "error p.xml:1: sp:mx: \"k.example.org\" is one more than the 10 allowed\n"
		  "error p.xml:1: sp:mx: \"l.example.org\" is one more than the 10 allowed\n" },
		{ WITH_POLICY(TEN_MX MX("*")), -1,
		  "error p.xml:1: sp:mx: \"*.example.org\" is one more than the 10 allowed\n" },
		{ WITH_POLICY("<s:mx>A.example.org.</s:mx>" MX("a")), -1,
		  "error p.xml:1: sp:mx: \"a.example.org\" given twice\n" },
		{ DOCUMENT(SMTP), -1,
		  "error p.xml:1: emailProvider: no incomingServer that can be used\n" },
		/* the cause has been told: not a second time */
		{ DOCUMENT(SMTP "<incomingServer type='imap'/>"), -1,
		  "error p.xml:1: incomingServer: no hostname\n"
		  "error p.xml:1: incomingServer: no socketType: SSL, STARTTLS or plain\n" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		CLEANUP(email_provider_freep) struct email_provider *provider = NULL;
		CLEANUP(findings_clear) struct findings findings = { 0 };
		CLEANUP(freep) char *found = NULL;
		struct error err = { 0 };
		int result = email_provider_parse(cases[i].xml, strlen(cases[i].xml), "p.xml",
						  &provider, &findings, &err);

		found = dump_findings(&findings);
		assert_string_equal(found, cases[i].findings);
		assert_int_equal(result, cases[i].result);
		assert_string_equal(err.text, first_error(&findings));
	}
}

/* The findings of documents that were read before stay, and are not taken for those of this one. */
static void test_findings_are_added(void **state)
{
	static const char bad[] = IMAP(HOST "<port>0</port>" SSL PASSWORD USER);
	static const char good[] = IMAP(HOST PORT SSL PASSWORD USER);
	CLEANUP(email_provider_freep) struct email_provider *provider = NULL;
	CLEANUP(findings_clear) struct findings findings = { 0 };
	struct error err = { 0 };

	(void)state;
	findings_add(&findings, FINDING_ERROR, "earlier");
	assert_int_equal(email_provider_parse(good, sizeof(good) - 1, "good.xml", &provider,
					      &findings, &err),
			 0);
	assert_string_equal(err.text, "");
	email_provider_free(provider);
	provider = NULL;
	assert_int_equal(
		email_provider_parse(bad, sizeof(bad) - 1, "bad.xml", &provider, &findings, &err),
		-1);
	assert_string_equal(err.text, "bad.xml:1: incomingServer: port \"0\" is not 1..65535");
	assert_int_equal(findings.count, 2);
	assert_string_equal(findings.list[0].text, "earlier");
}

static void test_size(void **state)
{
	static const char document[] = IMAP(HOST PORT SSL PASSWORD USER);
	CLEANUP(email_provider_freep) struct email_provider *provider = NULL;
	CLEANUP(findings_clear) struct findings findings = { 0 };
	CLEANUP(freep) char *xml = malloc(EMAIL_PROVIDER_XML_MAX + 1);
	struct error err = { 0 };

	(void)state;
	assert_non_null(xml);
	memset(xml, '\n', EMAIL_PROVIDER_XML_MAX + 1);
	memcpy(xml + EMAIL_PROVIDER_XML_MAX - sizeof(document) + 1, document, sizeof(document) - 1);
	assert_int_equal(email_provider_parse(xml, EMAIL_PROVIDER_XML_MAX, "p.xml", &provider,
					      &findings, &err),
			 0);
	assert_int_equal(findings.count, 0);
	assert_int_equal(provider->imap->line,
			 EMAIL_PROVIDER_XML_MAX - sizeof(document) + 2); /* beyond 65535 */
	email_provider_free(provider);
	provider = NULL;
	assert_int_equal(email_provider_parse(xml, EMAIL_PROVIDER_XML_MAX + 1, "p.xml", &provider,
					      &findings, &err),
			 -1);
	assert_int_equal(err.code, ERROR_TOO_LARGE);
	assert_string_equal(err.text, "p.xml: more than 256 KiB");
	assert_int_equal(findings.errors, 1);
	assert_string_equal(findings.list[0].text, "p.xml: more than 256 KiB");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good_documents),
		cmocka_unit_test(test_bad_documents),
		cmocka_unit_test(test_samples),
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_findings_are_added),
		cmocka_unit_test(test_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
