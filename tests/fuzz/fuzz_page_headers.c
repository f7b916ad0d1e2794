/*
 * What a browser says of itself: a line each of Accept-Language, Sec-CH-UA-Platform and User-Agent;
 * a language and a device come of whatever is in them.
 */
#include "fuzz.h"

#include "http/accept_language.h"
#include "http/device.h"

static struct page_set *make_set(void)
{
	CLEANUP(findings_clear) struct findings findings = { 0 };
	struct configuration *configuration = NULL;
	struct page_set *set = NULL;
	struct error err = { 0 };

	PROMISE(configuration_parse("", 0, "c", "/", &configuration, &findings, &err) == 0);
	PROMISE(page_set_make(configuration, NULL, 0, NULL, &set, &findings, &err) == 0);
	configuration_free(configuration);
	return set;
}

/* The same header gives the same language, said once or twice. */
static void promise_language(const struct page_set *set, const char *header, size_t length)
{
	size_t language = accept_language_choose(set, header);
	char *twice = malloc(2 * length + 2);

	PROMISE(language < page_set_language_count(set));
	PROMISE(accept_language_choose(set, header) == language);
	PROMISE(twice);
	snprintf(twice, 2 * length + 2, "%s,%s", header, header);
	if (2 * strlen(header) + 1 <= ACCEPT_LANGUAGE_MAX)
		PROMISE(accept_language_choose(set, twice) == language);
	free(twice);
}

static void promise_device(const char *platform, const char *user_agent)
{
	enum page_device by_agent = device_of(NULL, user_agent);

	PROMISE((unsigned int)by_agent < PAGE_DEVICE_COUNT);
	PROMISE((unsigned int)device_of(platform, user_agent) < PAGE_DEVICE_COUNT);
	PROMISE((unsigned int)device_of(platform, NULL) < PAGE_DEVICE_COUNT);
	PROMISE(!device_cannot_install(user_agent) || by_agent == DEVICE_IPHONE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct page_set *set;
	size_t length, unused;
	char *languages = fuzz_piece(&data, &size, '\n', &length);
	char *platform = fuzz_piece(&data, &size, '\n', &unused);
	char *user_agent = fuzz_piece(&data, &size, '\n', &unused);

	if (!set)
		set = make_set();
	promise_language(set, languages, length);
	promise_device(platform, user_agent);
	free(user_agent);
	free(platform);
	free(languages);
	return 0;
}
