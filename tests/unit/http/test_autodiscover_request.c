#include "http/autodiscover_request.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define BOM "\xef\xbb\xbf"
#define SCHEMA "http://schemas.microsoft.com/exchange/autodiscover/"
#define OUTLOOK                                                                                    \
	"<AcceptableResponseSchema>" SCHEMA                                                        \
	"outlook/responseschema/2006a</AcceptableResponseSchema>"
#define MOBILESYNC                                                                                 \
	"<AcceptableResponseSchema>" SCHEMA                                                        \
	"mobilesync/responseschema/2006</AcceptableResponseSchema>"
#define ADDRESS "<EMailAddress>anna@kunde.example</EMailAddress>"
#define BODY(request)                                                                              \
	"<Autodiscover xmlns=\"" SCHEMA "outlook/requestschema/2006\"><Request>" request           \
	"</Request></Autodiscover>"

/* Parses a copy that ends where its memory ends, so that a sanitizer sees who reads on. */
static int parse(const char *xml, size_t size, struct autodiscover_request *ret, struct error *err)
{
	char *copy = malloc(size + 1);
	int result;

	assert_non_null(copy);
	memcpy(copy + 1, xml, size);
	result = autodiscover_request_parse(copy + 1, size, ret, err);
	free(copy);
	return result;
}

static void reads_requests(void **state)
{
	static const struct {
		const char *xml, *address;
		bool outlook, mobilesync;
	} cases[] = {
		{ "<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n" BODY(ADDRESS OUTLOOK),
		  "anna@kunde.example", true, false },
		{ BODY(MOBILESYNC ADDRESS), "anna@kunde.example", false, true },
		{ BODY(ADDRESS), "anna@kunde.example", false, false },
		{ BODY(ADDRESS OUTLOOK MOBILESYNC), "anna@kunde.example", true, true },
		/* a BOM, blanks or both in front, which XML does not allow before a declaration */
		{ BOM "<?xml version=\"1.0\"?>" BODY(ADDRESS OUTLOOK), "anna@kunde.example", true,
		  false },
		{ "\r\n \t<?xml version=\"1.0\"?>" BODY(ADDRESS OUTLOOK), "anna@kunde.example",
		  true, false },
		{ "\n" BOM "\n<?xml version=\"1.0\"?>" BODY(ADDRESS OUTLOOK), "anna@kunde.example",
		  true, false },
		/* prefixes, declared or not */
		{ "<a:Autodiscover xmlns:a=\"x\"><a:Request><a:EMailAddress>anna@kunde.example"
		  "</a:EMailAddress><a:AcceptableResponseSchema>" SCHEMA
		  "outlook/responseschema/2006a</a:AcceptableResponseSchema></a:Request>"
		  "</a:Autodiscover>",
		  "anna@kunde.example", true, false },
		{ "<a:Autodiscover><b:Request><c:EMailAddress>anna@kunde.example</c:EMailAddress>"
		  "</b:Request></a:Autodiscover>",
		  "anna@kunde.example", false, false },
		/* names and schemas in any letter case; https as Microsoft's pages print it */
		{ "<AUTODISCOVER><request><EmailAddress>anna@kunde.example</EmailAddress>"
		  "<acceptableresponseschema>HTTPS://schemas.microsoft.com/exchange/autodiscover/"
		  "Outlook/ResponseSchema/2006A</acceptableresponseschema></request>"
		  "</AUTODISCOVER>",
		  "anna@kunde.example", true, false },
		/* blanks around values; the address as it is typed */
		{ BODY("<EMailAddress>\r\n  Anna.Berg+x@KUNDE.example.\t</EMailAddress>"),
		  "Anna.Berg+x@KUNDE.example", false, false },
		/* CDATA, a reference, a comment and a processing instruction inside a value */
		{ BODY("<EMailAddress><![CDATA[anna]]>&#64;kun<!-- x -->de<?x?>.example"
		       "</EMailAddress>"),
		  "anna@kunde.example", false, false },
		{ BODY("<EMailAddress>r&amp;d@kunde.example</EMailAddress>"), "r&d@kunde.example",
		  false, false },
		{ BODY("<EMailAddress>m\xc3\xbcller@m\xc3\xbcller.example</EMailAddress>"),
		  "m\xc3\xbcller@m\xc3\xbcller.example", false, false },
		/* unknown elements, with what is in them, are passed over */
		{ BODY("<X><EMailAddress>no@kunde.example</EMailAddress></X>" ADDRESS "<Y/>"),
		  "anna@kunde.example", false, false },
		{ "<Autodiscover><X><EMailAddress>no@kunde.example</EMailAddress></"
		  "X><Request>" ADDRESS "</Request></Autodiscover>",
		  "anna@kunde.example", false, false },
		{ BODY("<EMailAddress>anna<b>x</b>@kunde.example</EMailAddress>"),
		  "anna@kunde.example", false, false },
		/* MS-OXDSCLI lets LegacyDN win; nobody has one here, so the address beside it
		   counts */
		{ BODY("<LegacyDN>/o=x/cn=y</LegacyDN>" ADDRESS), "anna@kunde.example", false,
		  false },
		/* the first address that is one */
		{ BODY("<EMailAddress/><EMailAddress>x</EMailAddress>" ADDRESS
		       "<EMailAddress>b@kunde.example</EMailAddress>"),
		  "anna@kunde.example", false, false },
		/* other schemas do not count, the next version's neither */
		{ BODY(ADDRESS "<AcceptableResponseSchema>" SCHEMA
			       "outlook/responseschema/2007</AcceptableResponseSchema>"
			       "<AcceptableResponseSchema>x</AcceptableResponseSchema>"
			       "<AcceptableResponseSchema/>"),
		  "anna@kunde.example", false, false },
		/* .NET's StringWriter declares utf-16 in front of what is then sent as UTF-8 */
		{ "<?xml version=\"1.0\" encoding=\"utf-16\"?>" BODY(ADDRESS OUTLOOK),
		  "anna@kunde.example", true, false },
		{ "<?xml version=\"1.0\" encoding=\"iso-8859-1\"?>" BODY(ADDRESS OUTLOOK),
		  "anna@kunde.example", true, false },
		{ "<?xml version=\"1.0\" encoding=\"no-such-thing\"?>" BODY(ADDRESS OUTLOOK),
		  "anna@kunde.example", true, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct autodiscover_request request;
		struct error err = { 0 };

		assert_int_equal(parse(cases[i].xml, strlen(cases[i].xml), &request, &err), 0);
		assert_string_equal(err.text, "");
		assert_string_equal(request.address.text, cases[i].address);
		assert_int_equal(request.accepts_outlook, cases[i].outlook);
		assert_int_equal(request.accepts_mobilesync, cases[i].mobilesync);
	}
}

/* XML 1.0 4.3.3: every program reads UTF-16, and it begins with a BOM. */
static void reads_utf16(void **state)
{
	static const char xml[] =
		"<?xml version=\"1.0\" encoding=\"UTF-16\"?>" BODY(ADDRESS OUTLOOK);

	(void)state;
	for (size_t big = 0; big < 2; big++) {
		struct autodiscover_request request;
		char wide[2 * sizeof(xml)] = { 0 };
		struct error err = { 0 };

		memcpy(wide, big ? "\xfe\xff" : "\xff\xfe", 2);
		for (size_t i = 0; i < sizeof(xml) - 1; i++)
			wide[2 + 2 * i + big] = xml[i];
		assert_int_equal(parse(wide, sizeof(wide), &request, &err), 0);
		assert_string_equal(request.address.text, "anna@kunde.example");
		assert_true(request.accepts_outlook);
	}
}

/* Without a BOM it is no XML, and four bytes a character are read by iconv's modules alone. */
static void refuses_other_encodings(void **state)
{
	static const char begins[][8] = { "<\0?\0x\0", "\0<\0?\0x", "<\0\0\0?\0\0", "\0\0\0<" };

	(void)state;
	for (size_t i = 0; i < sizeof(begins) / sizeof(*begins); i++) {
		struct autodiscover_request request;
		struct error err = { 0 };

		assert_int_equal(parse(begins[i], sizeof(*begins), &request, &err), -1);
		assert_int_equal(err.code, ERROR_SYNTAX);
		assert_string_equal(err.text, "autodiscover request: not XML");
	}
	for (size_t width = 2; width <= 4; width += 2) {
		static const char xml[] = "<?xml version=\"1.0\"?>" BODY(ADDRESS);
		struct autodiscover_request request;
		char wide[4 * sizeof(xml)] = { 0 };
		struct error err = { 0 };

		for (size_t i = 0; i < sizeof(xml) - 1; i++)
			wide[width * i] = xml[i];
		assert_int_equal(parse(wide, width * (sizeof(xml) - 1), &request, &err), -1);
	}
}

static void refuses_what_is_no_request(void **state)
{
#define NOT_XML "autodiscover request: not XML"
#define NO_REQUEST "autodiscover request: no Request element in Autodiscover"
#define NO_ADDRESS "autodiscover request: no EMailAddress"
#define DTD "autodiscover request: a DTD"
	static const struct {
		const char *xml;
		enum error_code code;
		const char *text;
	} cases[] = {
		{ "", ERROR_SYNTAX, NOT_XML },
		{ " \r\n", ERROR_SYNTAX, NOT_XML },
		{ BOM, ERROR_SYNTAX, NOT_XML },
		{ "{\"Email\":\"anna@kunde.example\"}", ERROR_SYNTAX, NOT_XML },
		{ "<", ERROR_SYNTAX, NOT_XML },
		{ "<a>", ERROR_SYNTAX, NOT_XML },
		{ "<a/><b/>", ERROR_SYNTAX, NOT_XML },
		{ BODY(ADDRESS) "x", ERROR_SYNTAX, NOT_XML },
		{ BODY("<EMailAddress>anna@kunde.example</Request>"), ERROR_SYNTAX, NOT_XML },
		{ BODY("<EMailAddress>anna\x01@kunde.example</EMailAddress>"), ERROR_SYNTAX,
		  NOT_XML },
		{ BODY("<EMailAddress>m\xfcller@kunde.example</EMailAddress>"), ERROR_SYNTAX,
		  NOT_XML },
		{ BODY("<EMailAddress>&unknown;@kunde.example</EMailAddress>"), ERROR_SYNTAX,
		  NOT_XML },
		/*
		 * Thunderbird does not escape the address. What a lenient parser would read here
		 * is r@kunde.example, another person; Thunderbird has autoconfig to go by.
		 */
		{ BODY("<EMailAddress>r&d@kunde.example</EMailAddress>"), ERROR_SYNTAX, NOT_XML },
		/* EBCDIC and UTF-7: encodings that nobody uses and that iconv would have to load */
		{ "\x4c\x6f\xa7\x94\x93", ERROR_SYNTAX, NOT_XML },
		{ "+ADw-Autodiscover+AD4-", ERROR_SYNTAX, NOT_XML },
		{ "<!DOCTYPE Autodiscover><Autodiscover/>", ERROR_SYNTAX, DTD },
		{ "<!DOCTYPE a [<!ENTITY b \"c\"><!ENTITY d \"&b;&b;\">]>" BODY(
			  "<EMailAddress>&d;@kunde.example</EMailAddress>"),
		  ERROR_SYNTAX, DTD },
		{ "<!DOCTYPE a SYSTEM \"file:///etc/passwd\">" BODY(ADDRESS), ERROR_SYNTAX, DTD },
		{ "<!DOCTYPE a [<!ENTITY % b SYSTEM \"http://127.0.0.1:1/\"> %b;]>" BODY(ADDRESS),
		  ERROR_SYNTAX, DTD },
		{ "<a/>", ERROR_SYNTAX, NO_REQUEST },
		{ "<Autodiscover/>", ERROR_SYNTAX, NO_REQUEST },
		{ "<Request>" ADDRESS "</Request>", ERROR_SYNTAX, NO_REQUEST },
		{ "<a><Request>" ADDRESS "</Request></a>", ERROR_SYNTAX, NO_REQUEST },
		{ "<Autodiscover><a><Request>" ADDRESS "</Request></a></Autodiscover>",
		  ERROR_SYNTAX, NO_REQUEST },
		{ "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>"
		  "<GetUserSettingsRequestMessage><Request/></GetUserSettingsRequestMessage>"
		  "</s:Body></s:Envelope>",
		  ERROR_SYNTAX, NO_REQUEST },
		{ BODY(""), ERROR_INVALID, NO_ADDRESS },
		{ BODY(OUTLOOK), ERROR_INVALID, NO_ADDRESS },
		/* a name in a directory that is not here */
		{ BODY("<LegacyDN>/o=x/cn=y</LegacyDN>" OUTLOOK), ERROR_INVALID, NO_ADDRESS },
		{ "<Autodiscover><Request/>" ADDRESS "</Autodiscover>", ERROR_INVALID, NO_ADDRESS },
		{ BODY("<EMailAddress/>"), ERROR_INVALID,
		  "autodiscover request: EMailAddress: address has no @" },
		{ BODY("<EMailAddress>kunde.example</EMailAddress>"), ERROR_INVALID,
		  "autodiscover request: EMailAddress: address has no @" },
		{ BODY("<EMailAddress>@kunde.example</EMailAddress>"), ERROR_INVALID,
		  "autodiscover request: EMailAddress: address has nothing before the @" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct autodiscover_request request;
		struct error err = { 0 };

		assert_int_equal(parse(cases[i].xml, strlen(cases[i].xml), &request, &err), -1);
		assert_string_equal(err.text, cases[i].text);
		assert_int_equal(err.code, cases[i].code);
	}
}

/* Autodiscover is the first level, Request the second. */
static void keeps_its_depth(void **state)
{
	static const char begin[] = "<Autodiscover><Request>" ADDRESS;
	static const char end[] = "</Request></Autodiscover>";

	(void)state;
	for (size_t extra = 0; extra < 3; extra++) {
		size_t levels = AUTODISCOVER_REQUEST_DEPTH_MAX - 3 + extra;
		struct autodiscover_request request;
		struct error err = { 0 };
		char xml[1024] = "";

		strcat(xml, begin);
		for (size_t i = 0; i < levels; i++)
			strcat(xml, "<a>");
		for (size_t i = 0; i < levels; i++)
			strcat(xml, "</a>");
		strcat(xml, end);
		assert_int_equal(parse(xml, strlen(xml), &request, &err), extra < 2 ? 0 : -1);
		assert_string_equal(
			err.text,
			extra < 2 ? "" : "autodiscover request: elements are nested too deeply");
	}
}

static void keeps_its_size(void **state)
{
	static const char begin[] = BODY("<EMailAddress>a@kunde.example</EMailAddress>");
	char *xml = malloc(AUTODISCOVER_REQUEST_MAX + 1);
	struct autodiscover_request request;
	struct error err = { 0 };

	(void)state;
	assert_non_null(xml);
	memset(xml, ' ', AUTODISCOVER_REQUEST_MAX + 1);
	memcpy(xml, begin, sizeof(begin) - 1);
	assert_int_equal(parse(xml, AUTODISCOVER_REQUEST_MAX, &request, &err), 0);
	assert_int_equal(parse(xml, AUTODISCOVER_REQUEST_MAX + 1, &request, &err), -1);
	assert_int_equal(err.code, ERROR_TOO_LARGE);
	assert_string_equal(err.text, "autodiscover request: over 16384 bytes");
	free(xml);
}

/* A value longer than any that means something is passed over, not cut: what is left of a cut
 * address would be another one. */
static void passes_over_long_values(void **state)
{
	static const struct {
		size_t length;
		int result;
		const char *text;
	} cases[] = {
		{ 10, 0, "" },
		{ 900, -1,
		  "autodiscover request: EMailAddress: address has more than 64 bytes before the "
		  "@" },
		{ 5000, -1, "autodiscover request: no EMailAddress" },
	};
	char xml[8192], name[5001];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct autodiscover_request request;
		struct error err = { 0 };

		memset(name, 'a', cases[i].length);
		name[cases[i].length] = '\0';
		strcpy(xml, "<Autodiscover><Request><EMailAddress>");
		strcat(xml, name);
		strcat(xml, "@kunde.example</EMailAddress></Request></Autodiscover>");
		assert_int_equal(parse(xml, strlen(xml), &request, &err), cases[i].result);
		assert_string_equal(err.text, cases[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_requests),
		cmocka_unit_test(reads_utf16),
		cmocka_unit_test(refuses_other_encodings),
		cmocka_unit_test(refuses_what_is_no_request),
		cmocka_unit_test(keeps_its_depth),
		cmocka_unit_test(keeps_its_size),
		cmocka_unit_test(passes_over_long_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
