#include "place.h"
#include "store/link_keys_load.h"

#define KEY                                                                                        \
	"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"                         \
	"202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f"

#define USER 65534  /* not root */
#define OTHER 65533 /* another one */

/* Loads NAME in the place; text is what is complained about behind the path, or NULL. */
static void check(const struct place *place, const char *name, enum error_code code,
		  const char *text)
{
	struct link_keys keys = { .count = 7 };
	char path[256], expected[ERROR_TEXT_SIZE] = "";
	struct error err = { 0 };

	snprintf(path, sizeof(path), "%s/%s", place->directory, name);
	assert_int_equal(link_keys_load(path, &keys, &err), text ? -1 : 0);
	if (text && strstr(text, ": run "))
		snprintf(expected, sizeof(expected), "%s%s %s", path, text, path);
	else if (text)
		snprintf(expected, sizeof(expected), "%s%s", path, text);
	assert_string_equal(err.text, expected);
	assert_int_equal(err.code, code);
	if (!text) {
		assert_int_equal(keys.count, 1);
		assert_int_equal(keys.list[0].id, 9);
		assert_int_equal(keys.list[0].bytes[63], 0x3f);
	}
}

static void write_keys(const struct place *place, const char *text, size_t size, unsigned int mode)
{
	char path[256];

	place_write(place, "k", text, size);
	snprintf(path, sizeof(path), "%s/k", place->directory);
	assert_int_equal(chmod(path, mode), 0);
}

static void is_for_the_owner_alone(void **state)
{
	static const char text[] = "9 " KEY "\n";
	static const struct {
		unsigned int mode;
		const char *text;
	} cases[] = {
		{ 0600, NULL },
		{ 0400, NULL },
		{ 0700, NULL },
		{ 0640, ": its mode 0640 lets others at the keys: run chmod 600" },
		{ 0660, ": its mode 0660 lets others at the keys: run chmod 600" },
		{ 0644, ": its mode 0644 lets others at the keys: run chmod 600" },
		{ 0604, ": its mode 0604 lets others at the keys: run chmod 600" },
		{ 0602, ": its mode 0602 lets others at the keys: run chmod 600" },
		{ 0601, ": its mode 0601 lets others at the keys: run chmod 600" },
		{ 0610, ": its mode 0610 lets others at the keys: run chmod 600" },
		{ 02620, ": its mode 2620 lets others at the keys: run chmod 600" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		write_keys(*state, text, strlen(text), cases[i].mode);
		check(*state, "k", cases[i].text ? ERROR_INVALID : ERROR_NONE, cases[i].text);
	}
}

/* Who can give a file away or take another user's place is root alone. */
static void belongs_to_root_or_the_user(void **state)
{
	static const char text[] = "9 " KEY "\n";
	const struct place *place = *state;
	char path[256];

	if (geteuid() != 0)
		skip();
	write_keys(place, text, strlen(text), 0600);
	snprintf(path, sizeof(path), "%s/k", place->directory);
	check(place, "k", ERROR_NONE, NULL);
	assert_int_equal(chown(path, USER, (gid_t)-1), 0);
	check(place, "k", ERROR_NONE, NULL); /* the service's, read by root */

	assert_int_equal(seteuid(USER), 0);
	check(place, "k", ERROR_NONE, NULL);
	assert_int_equal(seteuid(0), 0);
	assert_int_equal(seteuid(OTHER), 0);
	check(place, "k", ERROR_IO,
	      ": is for its owner alone, the user that the service runs as; uid 65533 may not "
	      "read it");
	assert_int_equal(seteuid(0), 0);
}

static void complains_as_the_parser_does(void **state)
{
	static const char text[] = "# no\n9 " KEY "0\n";

	write_keys(*state, text, strlen(text), 0600);
	check(*state, "k", ERROR_INVALID, ":2: the key is not 128 hexadecimal digits");
	write_keys(*state, "", 0, 0600);
	check(*state, "k", ERROR_INVALID, ": has no key in it");
}

static void loads_files_only(void **state)
{
	const struct place *place = *state;
	char path[256], large[LINK_KEYS_FILE_MAX + 1];

	check(place, "none", ERROR_NOT_FOUND, ": is not there; signpost init --link-key makes it");
	snprintf(path, sizeof(path), "%s/directory", place->directory);
	assert_int_equal(mkdir(path, 0700), 0);
	check(place, "directory", ERROR_INVALID, ": is not a file");
	snprintf(path, sizeof(path), "%s/fifo", place->directory);
	assert_int_equal(mkfifo(path, 0600), 0);
	check(place, "fifo", ERROR_INVALID, ": is not a file"); /* and nobody waits for it */
	memset(large, '\n', sizeof(large));
	memcpy(large, "9 " KEY, strlen("9 " KEY));
	write_keys(place, large, sizeof(large), 0600);
	check(place, "k", ERROR_TOO_LARGE, ": more than 16384 bytes");
	check(place, "k/x", ERROR_IO, ": Not a directory");
	write_keys(place, large, sizeof(large) - 1, 0600);
	check(place, "k", ERROR_NONE, NULL);
	snprintf(path, sizeof(path), "%s/link", place->directory);
	assert_int_equal(symlink("k", path), 0);
	check(place, "link", ERROR_NONE, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLACE_TEST(is_for_the_owner_alone),
		PLACE_TEST(belongs_to_root_or_the_user),
		PLACE_TEST(complains_as_the_parser_does),
		PLACE_TEST(loads_files_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
