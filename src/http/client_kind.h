/* Which program asks, told from its User-Agent: for the log alone, never for choosing an answer. */
#ifndef HTTP_CLIENT_KIND_H
#define HTTP_CLIENT_KIND_H

#include <stddef.h>

enum client_kind {
	CLIENT_NONE, /* no User-Agent: Delta Chat, eM Client at times */
	CLIENT_OTHER,
	CLIENT_THUNDERBIRD,
	CLIENT_OKHTTP, /* Thunderbird for Android, K-9, FairEmail */
	CLIENT_EVOLUTION,
	CLIENT_KMAIL,
	CLIENT_GEARY,
	CLIENT_OUTLOOK,
	CLIENT_OUTLOOK_CLOUD, /* Microsoft's servers, for new Outlook and Outlook mobile */
	CLIENT_EM_CLIENT,
	CLIENT_APPLE,
	CLIENT_ANDROID_MAIL, /* Samsung, Nine, AOSP */
	CLIENT_EXCHANGELIB,
	CLIENT_BROWSER,
	CLIENT_CURL,
	CLIENT_KIND_COUNT
};

const char *client_kind_name(enum client_kind kind); /* "thunderbird", ...; "-" for CLIENT_NONE */
enum client_kind client_kind_of(const char *user_agent); /* NULL is CLIENT_NONE */

#endif
