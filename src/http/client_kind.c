/*
 * A product name begins a word of the User-Agent. So only the beginnings of words are compared, and
 * only those whose first letter begins a word of the table; of several matches the one that stands
 * first in the table counts.
 */
#include "http/client_kind.h"

#include <stdint.h>
#include <string.h>

#define USER_AGENT_MAX 512 /* bytes in which words are looked for */

static const char *const names[CLIENT_KIND_COUNT] = {
	[CLIENT_NONE] = "-",
	[CLIENT_OTHER] = "other",
	[CLIENT_THUNDERBIRD] = "thunderbird",
	[CLIENT_OKHTTP] = "okhttp",
	[CLIENT_EVOLUTION] = "evolution",
	[CLIENT_KMAIL] = "kmail",
	[CLIENT_GEARY] = "geary",
	[CLIENT_OUTLOOK] = "outlook",
	[CLIENT_OUTLOOK_CLOUD] = "outlook-cloud",
	[CLIENT_EM_CLIENT] = "em-client",
	[CLIENT_APPLE] = "apple",
	[CLIENT_ANDROID_MAIL] = "android-mail",
	[CLIENT_EXCHANGELIB] = "exchangelib",
	[CLIENT_BROWSER] = "browser",
	[CLIENT_CURL] = "curl",
};

/* In the letter case in which they are sent. */
static const struct client_word {
	const char *word;
	enum client_kind kind;
} words[] = {
	{ "Thunderbird/", CLIENT_THUNDERBIRD }, /* Mozilla/5.0 (...) Gecko/... Thunderbird/153.7 */
	{ "Betterbird/", CLIENT_THUNDERBIRD },	/* a Thunderbird under another name */
	{ "okhttp/", CLIENT_OKHTTP },		/* the HTTP library's own, nothing is added */
	{ "Evolution/", CLIENT_EVOLUTION },
	{ "KIO/", CLIENT_KMAIL },	/* Mozilla/5.0 (...) KHTML/... Konqueror/5 KIO/5.103 */
	{ "Konqueror/", CLIENT_KMAIL }, /* the same in KDE 4 */
	{ "Geary/", CLIENT_GEARY },
	{ "OutlookMobileCloudService", CLIENT_OUTLOOK_CLOUD }, /* -Autodetect/1.0.0 */
	{ "Outlook-iOS", CLIENT_OUTLOOK_CLOUD },	       /* the apps' own connections, too, */
	{ "Outlook-Android", CLIENT_OUTLOOK_CLOUD },	       /* come from Microsoft's servers */
	{ "Microsoft Office/", CLIENT_OUTLOOK }, /* Microsoft Office/16.0 (...; Microsoft Outlook */
	{ "Microsoft Outlook", CLIENT_OUTLOOK },
	{ "Outlook/", CLIENT_OUTLOOK }, /* on the Mac: MacOutlook/16.89, Outlook/16.89 */
	{ "MacOutlook/", CLIENT_OUTLOOK },
	{ "eM Client/", CLIENT_EM_CLIENT },
	{ "eMClient/", CLIENT_EM_CLIENT },
	{ "Apple-", CLIENT_APPLE },	/* ActiveSync: Apple-iPhone14C2/2002.380 */
	{ "accountsd/", CLIENT_APPLE }, /* iOS/17.1 (21B74) accountsd/1.0 */
	{ "dataaccessd/", CLIENT_APPLE },
	{ "CFNetwork/", CLIENT_APPLE },
	{ "SAMSUNG-", CLIENT_ANDROID_MAIL }, /* Samsung Email: SAMSUNG-SM-G991B/101.13 */
	{ "Android-", CLIENT_ANDROID_MAIL }, /* AOSP: Android-Mail/7.5, Android-EAS/3.0 */
	{ "Nine-", CLIENT_ANDROID_MAIL },
	{ "exchangelib/", CLIENT_EXCHANGELIB }, /* exchangelib/4.9.0 (python-requests/2.28.1) */
	{ "curl/", CLIENT_CURL },
	{ "Mozilla/", CLIENT_BROWSER }, /* last: half the world says so */
};
#define WORD_COUNT (sizeof(words) / sizeof(*words))

const char *client_kind_name(enum client_kind kind)
{
	return names[kind];
}

#define LETTER(c) (UINT64_C(1) << ((c) - 'A')) /* 'A' to 'z' */

/* Of the table's words. */
static const uint64_t first_letters = LETTER('A') | LETTER('B') | LETTER('C') | LETTER('E') |
				      LETTER('G') | LETTER('K') | LETTER('M') | LETTER('N') |
				      LETTER('O') | LETTER('S') | LETTER('T') | LETTER('a') |
				      LETTER('c') | LETTER('d') | LETTER('e') | LETTER('o');

/* The place in the table of the word that text begins with, if that is before best. */
static size_t find_word(const char *text, size_t best)
{
	if (*text < 'A' || *text > 'z' || !(first_letters & LETTER(*text)))
		return best;
	for (size_t i = 0; i < best; i++) {
		const char *word = words[i].word;

		if (word[0] == text[0] && word[1] == text[1] &&
		    strncmp(text, word, strlen(word)) == 0)
			return i;
	}
	return best;
}

enum client_kind client_kind_of(const char *user_agent)
{
	size_t best = WORD_COUNT;
	const char *word = user_agent;

	if (!user_agent || !*user_agent)
		return CLIENT_NONE;
	while (word && word - user_agent < USER_AGENT_MAX) {
		while (*word == ' ' || *word == '(')
			word++;
		best = find_word(word, best);
		word = strchr(word, ' ');
	}
	return best < WORD_COUNT ? words[best].kind : CLIENT_OTHER;
}
