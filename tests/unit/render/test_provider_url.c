#include "render/provider_url.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void parses(void **state)
{
	static const struct {
		const char *url, *host;
		uint16_t port;
		bool has_port;
		const char *path;
	} cases[] = {
		{ "https://mail.hosting.example/WebDAV/", "mail.hosting.example", 443, false,
		  "/WebDAV/" },
		{ "HTTPS://DAV.Hosting.Example", "dav.hosting.example", 443, false, "/" },
		{ "https://dav.%EMAILDOMAIN%:8443/%EMAILADDRESS%/", "dav.%EMAILDOMAIN%", 8443, true,
		  "/%EMAILADDRESS%/" },
		{ "https://192.0.2.1:443/", "192.0.2.1", 443, true, "/" },
		{ "https://h:1", "h", 1, true, "/" },
		{ "https://h:65535/a:b@c", "h", 65535, true, "/a:b@c" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct provider_url url = { 0 };
		struct error err = { 0 };

		assert_int_equal(provider_url_parse(cases[i].url, &url, &err), 0);
		assert_string_equal(url.host, cases[i].host);
		assert_int_equal(url.port, cases[i].port);
		assert_int_equal(url.has_port, cases[i].has_port);
		assert_string_equal(url.path, cases[i].path);
	}
}

static void refuses(void **state)
{
	static const struct {
		const char *url, *text;
	} cases[] = {
		{ "http://h.example/", "\"http://h.example/\" does not begin with https://" },
		{ "", "\"\" does not begin with https://" },
		{ "https://h.example/?a", "\"https://h.example/?a\" has a query or a fragment" },
		{ "https://h.example#a", "\"https://h.example#a\" has a query or a fragment" },
		{ "https://h.example:/", "\"https://h.example:/\": port \"\" is not 1..65535" },
		{ "https://h.example:0/", "\"https://h.example:0/\": port \"0\" is not 1..65535" },
		{ "https://h.example:65536",
		  "\"https://h.example:65536\": port \"65536\" is not 1..65535" },
		{ "https://h.example:4 3/",
		  "\"https://h.example:4 3/\": port \"4 3\" is not 1..65535" },
		{ "https://h.example:99999999999999999999999/",
		  "\"https://h.example:99999999999999999999999/\": port \"9999999999999999\" is "
		  "not "
		  "1..65535" },
		/* a user name has no place in an answer */
		{ "https://anna@h.example/",
		  "\"https://anna@h.example/\": domain name has a character other than letters, "
		  "digits, hyphens and dots" },
		{ "https://anna:secret@h.example/",
		  "\"https://anna:secret@h.example/\": port \"secret@h.example\" is not 1..65535" },
		{ "https:///", "\"https:///\": domain name is empty" },
		{ "https://[2001:db8::1]/",
		  "\"https://[2001:db8::1]/\": port \"db8::1]\" is not 1..65535" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct provider_url url = { 0 };
		struct error err = { 0 };

		assert_int_equal(provider_url_parse(cases[i].url, &url, &err), -1);
		assert_int_equal(err.code, ERROR_INVALID);
		assert_string_equal(err.text, cases[i].text);
		assert_null(url.path); /* nothing is written on failure */
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses),
		cmocka_unit_test(refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
