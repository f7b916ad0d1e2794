/* Configuration and providers from their files. */
#include "place.h"
#include "store/settings_load.h"

#include <limits.h>

#define SERVER(type, direction, host, port)                                                        \
	"<" direction " type=\"" type "\"><hostname>" host "</hostname><port>" port "</port>"      \
	"<socketType>SSL</socketType><username>%EMAILADDRESS%</username>"                          \
	"<authentication>password-cleartext</authentication></" direction ">"
#define DOCUMENT(port)                                                                             \
	"<clientConfig version=\"1.1\"><emailProvider id=\"x.example\">"                           \
	"<domain>x.example</domain><displayName>X</displayName>" SERVER("imap", "incomingServer",  \
									"mail.x.example", port)    \
		SERVER("smtp", "outgoingServer", "mail.x.example",                                 \
		       "465") "</emailProvider></clientConfig>"

static void write_text(const struct place *place, const char *name, const char *text)
{
	place_write(place, name, text, strlen(text));
}

/* Loads NAME in the place; the findings, each with a line break, go to ret. */
static struct configuration *load_configuration(const struct place *place, const char *name,
						char *ret, struct error *err)
{
	CLEANUP(findings_clear) struct findings findings = { 0 };
	struct configuration *configuration = NULL;
	char path[256];
	int result;

	snprintf(path, sizeof(path), "%s/%s", place->directory, name);
	result = configuration_load(path, &configuration, &findings, err);
	assert_int_equal(result<0, findings.errors> 0);
	assert_int_equal(result < 0, configuration == NULL);
	*ret = '\0';
	for (size_t i = 0; i < findings.count; i++)
		snprintf(ret + strlen(ret), PLACE_TEXT_SIZE - strlen(ret), "%s\n",
			 findings.list[i].text);
	place_text(place, ret);
	return configuration;
}

static void loads_a_configuration(void **state)
{
	struct place *place = *state;
	CLEANUP(configuration_freep) struct configuration *configuration = NULL;
	CLEANUP(freep) char *url = NULL;
	char text[PLACE_TEXT_SIZE], wanted[256], directory[PATH_MAX];
	struct error err = { 0 };

	write_text(place, "a.conf", "[store]\nurl = sqlite:data/x.db\n");
	configuration = load_configuration(place, "a.conf", text, &err);
	assert_string_equal(text, "");
	assert_non_null(configuration);
	assert_string_equal(configuration->store_url, "sqlite:data/x.db");
	assert_non_null(realpath(place->directory, directory));
	assert_string_equal(configuration->directory, directory);
	url = configuration_store_url(configuration);
	snprintf(wanted, sizeof(wanted), "sqlite:%.100s/data/x.db", directory);
	assert_string_equal(url, wanted);
}

/* The working directory may change after loading; paths of the configuration do not. */
static void paths_do_not_follow_the_working_directory(void **state)
{
	struct place *place = *state;
	char directory[PATH_MAX], paths[4][256];

	assert_non_null(realpath(place->directory, directory));
	snprintf(paths[0], sizeof(*paths), "a.conf");
	snprintf(paths[1], sizeof(*paths), "./a.conf");
	snprintf(paths[2], sizeof(*paths), "..%s/a.conf", strrchr(place->directory, '/'));
	snprintf(paths[3], sizeof(*paths), "%s//a.conf", place->directory);
	write_text(place, "a.conf", "[store]\nurl = sqlite:/var/lib/x.db\n");
	assert_int_equal(chdir(place->directory), 0);
	for (size_t i = 0; i < 4; i++) {
		CLEANUP(configuration_freep) struct configuration *configuration = NULL;
		CLEANUP(findings_clear) struct findings findings = { 0 };
		CLEANUP(freep) char *url = NULL;
		struct error err = { 0 };

		assert_int_equal(configuration_load(paths[i], &configuration, &findings, &err), 0);
		assert_string_equal(configuration->directory, directory);
		url = configuration_store_url(configuration);
		assert_string_equal(url, "sqlite:/var/lib/x.db");
	}
	assert_int_equal(chdir("/"), 0);
}

static void tells_why_a_configuration_is_not_loaded(void **state)
{
	static const struct {
		const char *name, *text;
		enum error_code code;
	} cases[] = {
		{ "none.conf", "/none.conf: No such file or directory", ERROR_NOT_FOUND },
		{ "dir.conf", "/dir.conf: is not a file", ERROR_INVALID },
		{ "fifo.conf", "/fifo.conf: is not a file", ERROR_INVALID },
		{ "large.conf", "/large.conf: 65537 bytes are more than 65536", ERROR_TOO_LARGE },
	};
	struct place *place = *state;
	char path[256], text[PLACE_TEXT_SIZE], large[64 * 1024 + 1];

	snprintf(path, sizeof(path), "%s/dir.conf", place->directory);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(path, sizeof(path), "%s/fifo.conf", place->directory);
	assert_int_equal(mkfifo(path, 0600), 0);
	memset(large, '\n', sizeof(large));
	place_write(place, "large.conf", large, sizeof(large));
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct error err = { 0 };

		assert_null(load_configuration(place, cases[i].name, text, &err));
		assert_string_equal(place_text(place, err.text), cases[i].text);
		assert_int_equal(strcspn(text, "\n"), strlen(cases[i].text));
		assert_memory_equal(text, cases[i].text, strlen(cases[i].text));
		assert_int_equal(err.code, cases[i].code);
	}
	write_text(place, "bad.conf", "[store]\nurl = sqlite:x.db\nurll = 2\n");
	{
		struct error err = { 0 };

		assert_null(load_configuration(place, "bad.conf", text, &err));
		assert_non_null(strstr(text, "/bad.conf:3: "));
	}
}

/* The providers of the place's directory: their ids and what was found, each in a line. more goes
 * into the configuration. */
static int load_providers_with(const struct place *place, const char *more, char *ret,
			       struct error *err)
{
	char text[256];
	CLEANUP(findings_clear) struct findings findings = { 0 };
	CLEANUP(provider_set_unrefp) struct provider_set *set = NULL;
	struct configuration *configuration;
	int result;

	snprintf(text, sizeof(text), "[providers]\ndirectory = .\n%s", more);
	write_text(place, "signpost.conf", text);
	configuration = load_configuration(place, "signpost.conf", ret, err);
	assert_string_equal(ret, "");
	result = provider_set_load(configuration, &set, &findings, err);
	for (size_t i = 0; set && i < set->count; i++)
		snprintf(ret + strlen(ret), PLACE_TEXT_SIZE - strlen(ret), "%s\n",
			 set->list[i]->id);
	for (size_t i = 0; i < findings.count; i++)
		snprintf(ret + strlen(ret), PLACE_TEXT_SIZE - strlen(ret), "%s: %s\n",
			 findings.list[i].severity == FINDING_ERROR ? "error" : "warning",
			 findings.list[i].text);
	/* the place's directory is "." in the configuration */
	while (strstr(ret, "/./"))
		memmove(strstr(ret, "/./"), strstr(ret, "/./") + 2,
			strlen(strstr(ret, "/./") + 2) + 1);
	if (set && set->link_keys.count)
		snprintf(ret + strlen(ret), PLACE_TEXT_SIZE - strlen(ret), "keys: %zu",
			 set->link_keys.count);
	place_text(place, ret);
	return result;
}

static int load_providers(const struct place *place, char *ret, struct error *err)
{
	return load_providers_with(place, "", ret, err);
}

static void loads_the_documents_of_a_directory(void **state)
{
	struct place *place = *state;
	char text[PLACE_TEXT_SIZE];
	struct error err = { 0 };

	write_text(place, "smartermail.xml", DOCUMENT("993"));
	write_text(place, "oldserver.xml", DOCUMENT("993"));
	write_text(place, "9-lives_v1.2.xml", DOCUMENT("993"));
	/* none of them is a document */
	write_text(place, ".hidden.xml", "no");
	write_text(place, ".#oldserver.xml", "no");
	write_text(place, ".oldserver.xml.swp", "no");
	write_text(place, "#oldserver.xml#", "no");
	write_text(place, "oldserver.xml~", "no");
	write_text(place, "oldserver.xml.bak", "no");
	write_text(place, "oldserver.xml.dpkg-new", "no");
	write_text(place, "README", "no");
	write_text(place, "xml", "no");
	assert_int_equal(load_providers(place, text, &err), 0);
	assert_string_equal(text, "9-lives_v1.2\noldserver\nsmartermail\n");
}

static void tells_every_fault_of_every_file(void **state)
{
	static const char name_rule[] =
		": a provider's file is named ID.xml, ID is 1 to 64 of a-z 0-9 - _ . and begins "
		"with a letter or digit\n";
	struct place *place = *state;
	char path[256], text[PLACE_TEXT_SIZE], wanted[PLACE_TEXT_SIZE], first[ERROR_TEXT_SIZE],
		*large = calloc(1, EMAIL_PROVIDER_XML_MAX + 1);
	struct error err = { 0 };
	const char *line;

	assert_non_null(large);
	place_write(place, "b-large.xml", large, EMAIL_PROVIDER_XML_MAX + 1);
	free(large);
	write_text(place, "a-port.xml", DOCUMENT("0"));
	write_text(place, "c good.xml", DOCUMENT("993"));
	write_text(place, "D.xml", DOCUMENT("993"));
	write_text(place, "e.XML", DOCUMENT("993"));
	write_text(place, "z-good.xml", DOCUMENT("993"));
	snprintf(path, sizeof(path), "%s/f-directory.xml", place->directory);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(path, sizeof(path), "%s/g-fifo.xml", place->directory);
	assert_int_equal(mkfifo(path, 0600), 0);
	snprintf(path, sizeof(path), "%s/h-link.xml", place->directory);
	assert_int_equal(symlink("nowhere.xml", path), 0);
	assert_int_equal(load_providers(place, text, &err), -1);

	/* in the order of names; what is wrong in a document is the parser's to say */
	snprintf(wanted, sizeof(wanted), "error: /D.xml%s", name_rule);
	assert_memory_equal(text, wanted, strlen(wanted));
	snprintf(first, sizeof(first), "/D.xml%.*s", (int)strlen(name_rule) - 1, name_rule);
	assert_string_equal(place_text(place, err.text) + 2, first); /* behind "/." */
	line = text + strlen(wanted);
	assert_memory_equal(line, "error: /a-port.xml:1: ", 22);
	line = strstr(line, "error: /b-large");
	assert_non_null(line);
	snprintf(wanted, sizeof(wanted),
		 "error: /b-large.xml: 262145 bytes are more than 262144\n"
		 "error: /c good.xml%s"
		 "error: /e.XML%s"
		 "error: /f-directory.xml: is not a file\n"
		 "error: /g-fifo.xml: is not a file\n"
		 "error: /h-link.xml: No such file or directory\n",
		 name_rule, name_rule);
	assert_string_equal(line, wanted);
}

static void tells_of_a_directory_without_providers(void **state)
{
	struct place *place = *state;
	CLEANUP(findings_clear) struct findings findings = { 0 };
	struct configuration *configuration;
	struct provider_set *set = NULL;
	char text[PLACE_TEXT_SIZE];
	struct error err = { 0 };

	assert_int_equal(load_providers(place, text, &err), 0); /* a site may begin so */
	assert_non_null(strstr(text, ": no provider, there is no file ID.xml\n"));
	assert_memory_equal(text, "warning: ", 9);

	write_text(place, "b.conf", "[providers]\ndirectory = none\n");
	configuration = load_configuration(place, "b.conf", text, &err);
	assert_int_equal(provider_set_load(configuration, &set, &findings, &err), -1);
	assert_null(set);
	assert_int_equal(err.code, ERROR_NOT_FOUND);
	assert_int_equal(findings.count, 1);
	assert_string_equal(findings.list[0].text, err.text);
	assert_string_equal(place_text(place, err.text), "/none: No such file or directory");
}

#define KEY_WITHOUT_END                                                                            \
	"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"                         \
	"202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e"

static void loads_the_keys_of_links(void **state)
{
	static const char wrong_mode[] = ": its mode 0640 lets others at the keys: run chmod 600 ";
	static const struct {
		const char *configuration, *keys;
		unsigned int mode;
		const char *text;
	} cases[] = {
		{ "", "broken", 0666, "x\n" },
		{ "[site]\nurl = https://x.example\n[links]\nkeys = k\n",
		  "1 " KEY_WITHOUT_END "3f\n2 " KEY_WITHOUT_END "40\n", 0600, "x\nkeys: 2" },
		{ "[links]\nkeys = k\n", "1 " KEY_WITHOUT_END "3f\n", 0600,
		  "x\nwarning: /k: links need [site] url, which is not set\nkeys: 1" },
		/* a service does not start with a broken file, and all else is told as well */
		{ "[links]\nkeys = k\n", "1 " KEY_WITHOUT_END "\n", 0600,
		  "error: /k:1: the key is not 128 hexadecimal digits\n" },
		{ "[links]\nkeys = k\n", "1 " KEY_WITHOUT_END "3f\n", 0640, wrong_mode },
		{ "[links]\nkeys = none\n", "", 0600,
		  "error: /none: is not there; signpost init --link-key makes it\n" },
	};
	struct place *place = *state;
	char path[256], text[PLACE_TEXT_SIZE], expected[PLACE_TEXT_SIZE];

	write_text(place, "x.xml", DOCUMENT("993"));
	snprintf(path, sizeof(path), "%s/k", place->directory);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		bool fault = !strstr(cases[i].text, "x\n");
		struct error err = { 0 };

		write_text(place, "k", cases[i].keys);
		assert_int_equal(chmod(path, cases[i].mode), 0);
		assert_int_equal(load_providers_with(place, cases[i].configuration, text, &err),
				 fault ? -1 : 0);
		snprintf(expected, sizeof(expected), "%s", cases[i].text);
		if (cases[i].text == wrong_mode)
			snprintf(expected, sizeof(expected), "error: /k%s/k\n", wrong_mode);
		assert_string_equal(text, expected);
		place_text(place, err.text);
		assert_memory_equal(err.text, expected + (fault ? strlen("error: ") : 0),
				    fault ? strlen(err.text) : 0);
		assert_int_equal(err.code != ERROR_NONE, fault);
	}
}

static void knows_an_id(void **state)
{
	static const struct {
		const char *text;
		bool valid;
	} cases[] = {
		{ "a", true },
		{ "0", true },
		{ "smartermail-enterprise", true },
		{ "a.b_c-9", true },
		{ "a.", true },
		{ "0123456789012345678901234567890123456789012345678901234567890123", true },
		{ "01234567890123456789012345678901234567890123456789012345678901234", false },
		{ "", false },
		{ ".", false },
		{ "..", false }, /* it becomes a file's name */
		{ "-a", false }, /* and an operand of commands */
		{ "_a", false },
		{ "A", false }, /* file systems without case would take two for one */
		{ "a/b", false },
		{ "a b", false },
		{ "a,b", false }, /* it stands in CSV */
		{ "\xc3\xa4", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(provider_id_valid(cases[i].text), cases[i].valid);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLACE_TEST(loads_a_configuration),
		PLACE_TEST(paths_do_not_follow_the_working_directory),
		PLACE_TEST(tells_why_a_configuration_is_not_loaded),
		PLACE_TEST(loads_the_documents_of_a_directory),
		PLACE_TEST(tells_every_fault_of_every_file),
		PLACE_TEST(tells_of_a_directory_without_providers),
		PLACE_TEST(loads_the_keys_of_links),
		cmocka_unit_test(knows_an_id),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
