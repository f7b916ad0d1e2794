#include "http/device.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define IPHONE "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) "
#define IPAD "Mozilla/5.0 (iPad; CPU OS 18_6 like Mac OS X) "
#define MAC "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) "
#define WINDOWS "Mozilla/5.0 (Windows NT 10.0; Win64; x64) "
#define WEBKIT "AppleWebKit/605.1.15 (KHTML, like Gecko) "
#define CHROME "AppleWebKit/537.36 (KHTML, like Gecko) "

static void browsers(void **state)
{
	static const struct {
		const char *user_agent;
		enum page_device device;
		bool cannot_install;
	} cases[] = {
		/* iPhone and iPad: Safari, Chrome, Edge */
		{ IPHONE WEBKIT "Version/18.6 Mobile/15E148 Safari/604.1", DEVICE_IPHONE, false },
		{ "Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X) " WEBKIT
		  "Version/26.0 Mobile/15E148 Safari/604.1",
		  DEVICE_IPHONE, false },
		{ "Mozilla/5.0 (iPod touch; CPU iPhone OS 12_5 like Mac OS X) " WEBKIT
		  "Version/12.1.2 Mobile/15E148 Safari/604.1",
		  DEVICE_IPHONE, false },
		{ IPAD WEBKIT "Version/18.6 Mobile/15E148 Safari/604.1", DEVICE_IPHONE, false },
		{ IPHONE WEBKIT "CriOS/138.0.7204.156 Mobile/15E148 Safari/604.1", DEVICE_IPHONE,
		  false },
		{ MAC WEBKIT "CriOS/138 Version/11.1.1 Safari/605.1.15", DEVICE_IPHONE, false },
		{ IPHONE WEBKIT "Version/18.0 EdgiOS/129.2792.84 Mobile/15E148 Safari/605.1.15",
		  DEVICE_IPHONE, false },
		/* ... which do not hand a profile over: Firefox and Focus, on an iPad too,
		   DuckDuckGo */
		{ IPHONE WEBKIT "FxiOS/140.0 Mobile/15E148 Safari/605.1.15", DEVICE_IPHONE, true },
		{ IPHONE WEBKIT "FxiOS/8.1.1 Mobile/16D57 Safari/605.1.15", DEVICE_IPHONE, true },
		{ MAC WEBKIT "FxiOS/140.0 Safari/605.1.15", DEVICE_IPHONE, true },
		{ IPHONE WEBKIT "Version/18.6 Mobile/15E148 DuckDuckGo/7 Safari/605.1.15",
		  DEVICE_IPHONE, true },
		{ IPHONE WEBKIT "Version/18.6 Mobile/15E148 Safari/604.1 Ddg/18.6", DEVICE_IPHONE,
		  true },
		/* ... inside other programs */
		{ IPHONE WEBKIT
		  "Mobile/15E148 Instagram 399.0.0.24.84 (iPhone15,2; iOS 18_6; de_DE)",
		  DEVICE_IPHONE, true },
		{ IPHONE WEBKIT "Mobile/15E148 [FBAN/FBIOS;FBAV/468.0.0.31.107;FBDV/iPhone15,2;"
				"FBSN/iOS;FBSV/18.6;FBLC/de_DE]",
		  DEVICE_IPHONE, true },
		{ IPHONE WEBKIT "Mobile/15E148 [LinkedInApp]/9.30.2", DEVICE_IPHONE, true },
		{ IPHONE WEBKIT "Mobile/15E148 GSA/379.0.785410560 Safari/604.1", DEVICE_IPHONE,
		  true }, /* Google, Gmail */
		{ IPHONE WEBKIT "Version/18.6 Mobile/15E148 Safari/604.1 Line/14.12.0",
		  DEVICE_IPHONE, true },
		{ IPHONE WEBKIT "Mobile/15E148", DEVICE_IPHONE, true }, /* a bare web view */
		/* Mac, and iPads as they come */
		{ MAC WEBKIT "Version/18.6 Safari/605.1.15", DEVICE_MAC, false },
		{ MAC WEBKIT "Version/18.6 Safari/605.1.15 Ddg/18.6", DEVICE_MAC, false },
		{ MAC WEBKIT, DEVICE_MAC, false }, /* Mail's viewer */
		{ MAC CHROME "Chrome/138.0.0.0 Safari/537.36", DEVICE_MAC, false },
		{ "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:140.0) Gecko/20100101 "
		  "Firefox/140.0",
		  DEVICE_MAC, false },
		/* Android: Chrome, Samsung, Firefox, web views, tablets */
		{ "Mozilla/5.0 (Linux; Android 10; K) " CHROME
		  "Chrome/138.0.0.0 Mobile Safari/537.36",
		  DEVICE_ANDROID, false },
		{ "Mozilla/5.0 (Linux; Android 14; SAMSUNG SM-S918B) " CHROME
		  "SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36",
		  DEVICE_ANDROID, false },
		{ "Mozilla/5.0 (Android 14; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0",
		  DEVICE_ANDROID, false },
		{ "Mozilla/5.0 (Linux; Android 14; Pixel 8 Build/AP2A.240805.005; wv) " CHROME
		  "Version/4.0 Chrome/138.0.7204.157 Mobile Safari/537.36",
		  DEVICE_ANDROID, false },
		{ "Mozilla/5.0 (Linux; Android 14; Pixel 8) " CHROME
		  "Chrome/126.0.0.0 Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/468.0.0.31.107;]",
		  DEVICE_ANDROID, false },
		{ "Mozilla/5.0 (Linux; Android 14) " CHROME
		  "Version/4.0 Chrome/140.0.0.0 Mobile DuckDuckGo/5 Safari/537.36",
		  DEVICE_ANDROID, false },
		{ "Mozilla/5.0 (Linux; Android 12; HarmonyOS; NOH-AN00; HMSCore 6.13.0.302) " CHROME
		  "Chrome/114.0.5735.196 HuaweiBrowser/15.0.4.312 Mobile Safari/537.36",
		  DEVICE_ANDROID, false },
		/* Windows: Edge, Chrome, Firefox, old Explorer */
		{ WINDOWS CHROME "Chrome/138.0.0.0 Safari/537.36 Edg/138.0.0.0", DEVICE_WINDOWS,
		  false },
		{ WINDOWS CHROME "Chrome/138.0.0.0 Safari/537.36", DEVICE_WINDOWS, false },
		{ "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 "
		  "Firefox/140.0",
		  DEVICE_WINDOWS, false },
		{ "Mozilla/5.0 (Windows NT 6.1; Trident/7.0; rv:11.0) like Gecko", DEVICE_WINDOWS,
		  false },
		/* Linux and what is like it */
		{ "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
		  DEVICE_LINUX, false },
		{ "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
		  DEVICE_LINUX, false },
		{ "Mozilla/5.0 (X11; Linux x86_64) " CHROME "Chrome/138.0.0.0 Safari/537.36",
		  DEVICE_LINUX, false },
		{ "Mozilla/5.0 (Wayland; Linux x86_64) " WEBKIT "Version/18.0 Safari/605.1.15",
		  DEVICE_LINUX, false },
		{ "Mozilla/5.0 (X11; FreeBSD amd64; rv:140.0) Gecko/20100101 Firefox/140.0",
		  DEVICE_LINUX, false },
		/* none of these */
		{ "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) " CHROME
		  "Chrome/138.0.0.0 Safari/537.36",
		  DEVICE_OTHER, false },
		{ "Mozilla/5.0 (Windows Phone 10.0; Android 6.0.1; Microsoft; Lumia 950) " CHROME
		  "Chrome/52.0.2743.116 Mobile Safari/537.36 Edge/15.15063",
		  DEVICE_OTHER, false },
		{ "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
		  DEVICE_OTHER, false },
		{ "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", DEVICE_OTHER,
		  false },
		{ "curl/7.88.1", DEVICE_OTHER, false },
		{ "Lynx/2.9.0dev.12 libwww-FM/2.14", DEVICE_OTHER, false },
		{ "\xff\xfe;;;()", DEVICE_OTHER, false },
		{ "", DEVICE_OTHER, false },
		{ NULL, DEVICE_OTHER, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *user_agent = cases[i].user_agent;

		if (device_of(NULL, user_agent) != cases[i].device)
			fail_msg("%d for %s", device_of(NULL, user_agent), user_agent);
		if (device_cannot_install(user_agent) != cases[i].cannot_install)
			fail_msg("%s", user_agent);
	}
}

static void platforms(void **state)
{
	static const struct {
		const char *platform, *user_agent;
		enum page_device device;
	} cases[] = {
		{ "\"Android\"", NULL, DEVICE_ANDROID },
		{ "\"iOS\"", NULL, DEVICE_IPHONE },
		{ "\"macOS\"", NULL, DEVICE_MAC },
		{ "\"Windows\"", NULL, DEVICE_WINDOWS },
		{ "\"Linux\"", NULL, DEVICE_LINUX },
		{ "\"linux\"", NULL, DEVICE_LINUX },
		/* it wins over the user agent */
		{ "\"Android\"", "Mozilla/5.0 (X11; Linux x86_64) Chrome/138.0.0.0",
		  DEVICE_ANDROID },
		{ "\"Chrome OS\"", "Mozilla/5.0 (X11; Linux x86_64)", DEVICE_OTHER },
		{ "\"Chromium OS\"", "Mozilla/5.0 (X11; Linux x86_64)", DEVICE_OTHER },
		/* but for what says nothing */
		{ "\"Unknown\"", "Mozilla/5.0 (Windows NT 10.0)", DEVICE_WINDOWS },
		{ "", "Mozilla/5.0 (Windows NT 10.0)", DEVICE_WINDOWS },
		{ "Android", "Mozilla/5.0 (Windows NT 10.0)", DEVICE_WINDOWS },
		{ "\"Android", "Mozilla/5.0 (Windows NT 10.0)", DEVICE_WINDOWS },
		{ "\"Androids\"", "Mozilla/5.0 (Windows NT 10.0)", DEVICE_WINDOWS },
		{ "\"\xff\"", NULL, DEVICE_OTHER },
		{ NULL, NULL, DEVICE_OTHER },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		enum page_device device = device_of(cases[i].platform, cases[i].user_agent);

		if (device != cases[i].device)
			fail_msg("case %zu: %d", i, device);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(browsers),
		cmocka_unit_test(platforms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
