#include "http/client_kind.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void tells_programs_apart(void **state)
{
	static const struct {
		const char *user_agent, *name;
	} cases[] = {
		{ NULL, "-" },
		{ "", "-" },
		{ "x", "other" },
		{ "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Thunderbird/153.7.0",
		  "thunderbird" },
		{ "okhttp/4.12.0", "okhttp" },
		{ "Evolution/3.46.4", "evolution" },
		{ "Mozilla/5.0 (X11; Linux x86_64) KHTML/5.103.0 (like Gecko) Konqueror/5 "
		  "KIO/5.103",
		  "kmail" },
		{ "Geary/43.0", "geary" },
		{ "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.17328; Pro)",
		  "outlook" },
		{ "Mozilla/4.0 (compatible; ms-office; Microsoft Outlook 16.0)", "outlook" },
		{ "MacOutlook/16.89.24090815 (Intelx64 Mac OS X Version 14.6.1)", "outlook" },
		{ "OutlookMobileCloudService-Autodetect/1.0.0", "outlook-cloud" },
		{ "Outlook-iOS-Android/1.0", "outlook-cloud" },
		{ "Outlook-Android/2.0", "outlook-cloud" },
		{ "eM Client/9.2.2093.0", "em-client" },
		{ "Apple-iPhone14C2/2002.380", "apple" },
		{ "iOS/17.1 (21B74) accountsd/1.0", "apple" },
		{ "SAMSUNG-SM-G991B/101.13", "android-mail" },
		{ "Android-Mail/7.5", "android-mail" },
		{ "Nine-53454c54/1.0", "android-mail" },
		{ "exchangelib/4.9.0 (python-requests/2.28.1)", "exchangelib" },
		{ "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 "
		  "(KHTML, like Gecko) Version/17.1 Mobile/15E148 Safari/604.1",
		  "browser" },
		{ "curl/7.88.1", "curl" },
		/* in the letter case in which it is sent, and at the beginning of a word */
		{ "thunderbird/1", "other" },
		{ "libcurl/7", "other" },
		{ "Thunderbird", "other" },
		{ "(Thunderbird/1)", "thunderbird" },
		{ " (  Thunderbird/1", "thunderbird" },
		{ "curl/", "curl" },
		{ "cur", "other" },
		{ "\xff\xfe \x01 {~", "other" },
		/* the rest of the table */
		{ "Mozilla/5.0 (X11) Gecko/20100101 Betterbird/128.1", "thunderbird" },
		{ "Mozilla/5.0 (compatible; Konqueror/4.14; Linux)", "kmail" },
		{ "Outlook/16.89", "outlook" },
		{ "eMClient/9", "em-client" },
		{ "dataaccessd/1.0", "apple" },
		{ "Mail/3774.200.91 CFNetwork/1490.0.4 Darwin/23.2.0", "apple" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_string_equal(client_kind_name(client_kind_of(cases[i].user_agent)),
				    cases[i].name);
}

static void looks_at_the_beginning_of_a_long_one(void **state)
{
	char user_agent[4096];

	(void)state;
	memset(user_agent, 'x', sizeof(user_agent));
	memcpy(user_agent + 100, " curl/7 ", strlen(" curl/7 "));
	strcpy(user_agent + 4000, " Thunderbird/1");
	assert_int_equal(client_kind_of(user_agent), CLIENT_CURL);
}

static void every_kind_has_a_name(void **state)
{
	(void)state;
	for (unsigned int kind = 0; kind < CLIENT_KIND_COUNT; kind++) {
		assert_non_null(client_kind_name(kind));
		for (unsigned int other = 0; other < kind; other++)
			assert_string_not_equal(client_kind_name(kind), client_kind_name(other));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_programs_apart),
		cmocka_unit_test(looks_at_the_beginning_of_a_long_one),
		cmocka_unit_test(every_kind_has_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
