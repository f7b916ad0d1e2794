/* Substrings, in an order: every iPhone's user agent says "Mac OS X", every Android's "Linux". */
#include "http/device.h"

#include "base/text.h"

#include <stddef.h>
#include <string.h>

struct device_word {
	const char *word;
	enum page_device device;
};

static const struct device_word user_agents[] = {
	{ "Windows Phone", DEVICE_OTHER }, /* calls itself Android and iPhone as well */
	{ "iPhone", DEVICE_IPHONE },
	{ "iPad", DEVICE_IPHONE },
	{ "iPod", DEVICE_IPHONE },
	{ "CriOS/", DEVICE_IPHONE }, /* these on an iPad say Macintosh beside it */
	{ "FxiOS/", DEVICE_IPHONE },
	{ "EdgiOS/", DEVICE_IPHONE },
	{ "Android", DEVICE_ANDROID },
	{ "Windows", DEVICE_WINDOWS },
	{ "CrOS", DEVICE_OTHER }, /* has Android's programs or none, but says X11 */
	{ "Macintosh", DEVICE_MAC },
	{ "X11", DEVICE_LINUX },
	{ "Linux", DEVICE_LINUX },
};

/* Of User-Agent Client Hints; "Unknown" is left to the user agent. */
static const struct device_word platforms[] = {
	{ "\"Android\"", DEVICE_ANDROID },   { "\"iOS\"", DEVICE_IPHONE },
	{ "\"macOS\"", DEVICE_MAC },	     { "\"Windows\"", DEVICE_WINDOWS },
	{ "\"Linux\"", DEVICE_LINUX },	     { "\"Chrome OS\"", DEVICE_OTHER },
	{ "\"Chromium OS\"", DEVICE_OTHER },
};

/* Have "Version/" as Safari has, and keep profiles to themselves. Focus says FxiOS. */
static const char *const keep_profiles[] = { "FxiOS/", "DuckDuckGo/", "Ddg/", " Line/" };

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

enum page_device device_of(const char *platform, const char *user_agent)
{
	for (size_t i = 0; platform && i < COUNT(platforms); i++) {
		if (text_equals(platform, strlen(platform), platforms[i].word))
			return platforms[i].device;
	}
	for (size_t i = 0; user_agent && i < COUNT(user_agents); i++) {
		if (strstr(user_agent, user_agents[i].word))
			return user_agents[i].device;
	}
	return DEVICE_OTHER;
}

bool device_cannot_install(const char *user_agent)
{
	if (device_of(NULL, user_agent) != DEVICE_IPHONE)
		return false;
	for (size_t i = 0; i < COUNT(keep_profiles); i++) {
		if (strstr(user_agent, keep_profiles[i]))
			return true;
	}
	return !strstr(user_agent, "Version/") && !strstr(user_agent, "CriOS/");
}
