/* What somebody holds in the hand, told by what the browser says of itself; a guess, for order. */
#ifndef HTTP_DEVICE_H
#define HTTP_DEVICE_H

#include "render/page.h"

#include <stdbool.h>

/*
 * platform is the header Sec-CH-UA-Platform (a quoted word), which wins over user_agent; NULL where
 * there is none. Safari on an iPad says Macintosh as a Mac does; only a script can tell.
 */
enum page_device device_of(const char *platform, const char *user_agent);

/*
 * Whether it is a browser on an iPhone or iPad that does not hand a profile over to the settings:
 * Firefox, Focus, DuckDuckGo, and web views inside of other programs, which have no "Version/".
 * Chrome does. (Observed by others in March 2025: firefox-ios 25476, packetfence 2898.)
 */
bool device_cannot_install(const char *user_agent);

#endif
