#include "dns/tsig_key.h"

#include "temporary.h"

#define SECRET "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
#define BIND(secret) "key \"k\" {\n\talgorithm hmac-sha256;\n\tsecret \"" secret "\";\n};\n"
#define FORMS "neither key \"NAME\" { ... };, Knot's YAML nor [ALGORITHM:]NAME:SECRET"

static void reads(void **state)
{
	static const struct {
		const char *text, *name, *algorithm, *secret;
	} cases[] = {
		{ BIND(SECRET), "k.", "hmac-sha256.", SECRET },
		{ "# a\n// b\n/* c\n\"*/key K.Example. { secret '" SECRET "'; algorithm "
		  "HMAC-SHA512.; } ;",
		  "k.example.", "hmac-sha512.", SECRET },
		{ "key k{secret " SECRET ";};", "k.", "hmac-sha256.", SECRET },
		{ "# hmac-sha256:k:" SECRET "\nkey:\n  - id: k\n    algorithm: hmac-sha256\n"
		  "    secret: " SECRET "\n",
		  "k.", "hmac-sha256.", SECRET },
		{ "key:\r\n- id: \"k\"\r\n  secret: '" SECRET "'\r\n", "k.", "hmac-sha256.",
		  SECRET },
		/* which begins a comment in BIND's form only */
		{ "key:\n- id: k\n  secret: //8AAAAAAAAAAAAAAAAAAA==\n", "k.", "hmac-sha256.",
		  "//8AAAAAAAAAAAAAAAAAAA==" },
		{ "k:" SECRET, "k.", "hmac-sha256.", SECRET },
		{ "hmac-sha512:my_key-1.example:" SECRET "\n", "my_key-1.example.", "hmac-sha512.",
		  SECRET },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(tsig_key_freep) struct tsig_key *key = NULL;
		struct error err = { 0 };

		tsig_key_parse(cases[i].text, strlen(cases[i].text), "f", &key, &err);
		assert_string_equal(err.text, "");
		assert_string_equal(key->name, cases[i].name);
		assert_string_equal(key->algorithm, cases[i].algorithm);
		assert_string_equal(key->secret, cases[i].secret);
	}
}

static void refuses(void **state)
{
	static const struct {
		const char *text;
		enum error_code code;
		const char *complaint;
	} cases[] = {
		{ "", ERROR_SYNTAX, "f: has no key in it" },
		{ "# k:" SECRET "\n", ERROR_SYNTAX, "f: has no key in it" },
		{ "/* k:" SECRET, ERROR_SYNTAX, "f:1: a comment has no end" },
		{ "key \"k\n", ERROR_SYNTAX, "f:1: a quotation mark is missing" },
		{ SECRET, ERROR_SYNTAX, "f:1: " FORMS },
		{ "k " SECRET, ERROR_SYNTAX, "f:1: " FORMS },
		{ "key", ERROR_SYNTAX, "f:1: not key \"NAME\" { ... };" },
		{ "key k " SECRET, ERROR_SYNTAX, "f:1: not key \"NAME\" { ... };" },
		{ "key k {", ERROR_SYNTAX, "f:1: } is missing" },
		{ "key k {\nsecret", ERROR_SYNTAX, "f:2: a value is missing" },
		{ "key k {\nsecret " SECRET "\n}", ERROR_SYNTAX, "f:2: ; is missing" },
		{ "key k { secret " SECRET "; }", ERROR_SYNTAX, "f:1: ; is missing" },
		{ "key k {\n" SECRET ";\n};", ERROR_SYNTAX, "f:2: neither algorithm nor secret" },
		{ "key k { algorithm hmac-sha256; };", ERROR_SYNTAX,
		  "f:1: the key's name or secret is missing" },
		{ BIND(SECRET) BIND(SECRET), ERROR_INVALID,
		  "f:5: there is more in it than one key" },
		{ "key k { secret " SECRET ";\nsecret " SECRET "; };", ERROR_INVALID,
		  "f:2: there is more in it than one key" },
		{ "key:\n  - id: k\n    type: x\n", ERROR_SYNTAX,
		  "f:3: neither id, algorithm nor secret" },
		{ "key:\n- id: k\n  secret: " SECRET "\n- id: l\n  secret: " SECRET "\n",
		  ERROR_INVALID, "f:4: there is more in it than one key" },
		{ "key:\n- id: k\n  secret:\n", ERROR_SYNTAX, "f:3: a value is missing" },
		{ "k:" SECRET "\nl:" SECRET "\n", ERROR_INVALID,
		  "f:2: there is more in it than one key" },
		{ "k:" SECRET " x", ERROR_SYNTAX, "f:1: " FORMS },
		{ "hmac-md5:k:" SECRET, ERROR_INVALID,
		  "f:1: algorithm hmac-md5: use hmac-sha256 or hmac-sha512" },
		{ "key k { algorithm hmac-sha384; secret " SECRET "; };", ERROR_INVALID,
		  "f:1: algorithm hmac-sha384: use hmac-sha256 or hmac-sha512" },
		{ SECRET ":k:hmac-sha256", ERROR_INVALID,
		  "f:1: the algorithm is neither hmac-sha256 nor hmac-sha512" },
		{ "hmac-sha256", ERROR_SYNTAX, "f:1: " FORMS },
		{ "hmac-sha256::" SECRET, ERROR_INVALID, "f:1: the key's name is no domain name" },
		{ "a..b:" SECRET, ERROR_INVALID, "f:1: the key's name is no domain name" },
		{ "a/b:" SECRET, ERROR_INVALID, "f:1: the key's name is no domain name" },
		{ ".:" SECRET, ERROR_INVALID, "f:1: the key's name is no domain name" },
		{ "a234567890123456789012345678901234567890123456789012345678901234:" SECRET,
		  ERROR_INVALID, "f:1: the key's name is no domain name" },
		{ "k:", ERROR_INVALID, "f:1: the secret is not base64 of at most 512 bytes" },
		{ "k:" SECRET "=", ERROR_INVALID,
		  "f:1: the secret is not base64 of at most 512 bytes" },
		{ "k:MDEyMzQ1Njc4OWFiY2Rl!jAxMjM0NTY3ODlhYmNkZWY=", ERROR_INVALID,
		  "f:1: the secret is not base64 of at most 512 bytes" },
		{ "k:MDEyMzQ1Njc4OWFi=2RlZjAxMjM0NTY3ODlhYmNkZWY=", ERROR_INVALID,
		  "f:1: the secret is not base64 of at most 512 bytes" },
		{ "k:MDEyMzQ1Njc4OWFiY2Rl", ERROR_INVALID,
		  "f:1: the secret has 15 bytes, at least 16 keep it safe" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct tsig_key *key = NULL;
		struct error err = { 0 };

		assert_int_equal(
			tsig_key_parse(cases[i].text, strlen(cases[i].text), "f", &key, &err), -1);
		assert_string_equal(err.text, cases[i].complaint);
		assert_int_equal(err.code, cases[i].code);
		assert_null(key);
	}
}

static void refuses_what_is_no_text(void **state)
{
	static const char text[] = "k:" SECRET "\0x";
	struct tsig_key *key = NULL;
	struct error err = { 0 };

	(void)state;
	assert_int_equal(tsig_key_parse(text, sizeof(text) - 1, "f", &key, &err), -1);
	assert_string_equal(err.text, "f: is not text");
}

static void refuses_a_long_secret(void **state)
{
	char text[1024] = "k:";
	struct tsig_key *key = NULL;
	struct error err = { 0 };

	(void)state;
	memset(text + 2, 'A', 680); /* 510 bytes */
	assert_int_equal(tsig_key_parse(text, 682, "f", &key, &err), 0);
	tsig_key_free(key);
	memset(text + 682, 'A', 4);
	assert_int_equal(tsig_key_parse(text, 686, "f", &key, &err), -1);
	assert_string_equal(err.text, "f:1: the secret is not base64 of at most 512 bytes");
}

static void decodes(void **state)
{
	struct tsig_key key = { .secret = (char *)SECRET };
	unsigned char bytes[TSIG_SECRET_MAX];
	size_t size = 0;

	(void)state;
	assert_int_equal(tsig_key_secret(&key, bytes, &size), 0);
	assert_int_equal(size, 32);
	assert_memory_equal(bytes, "0123456789abcdef0123456789abcdef", 32);
	key.secret = (char *)"AA==";
	assert_int_equal(tsig_key_secret(&key, bytes, &size), 0);
	assert_int_equal(size, 1);
	key.secret = (char *)"AAA";
	assert_int_equal(tsig_key_secret(&key, bytes, &size), -1);
}

/* Loads a file of this mode and content; text is what the complaint has behind the path, or NULL.
 */
static void check_file(const char *directory, unsigned int mode, const char *content,
		       const char *text)
{
	CLEANUP(tsig_key_freep) struct tsig_key *key = NULL;
	char path[256], expected[1024] = "";
	struct error err = { 0 };

	snprintf(path, sizeof(path), "%s/key", directory);
	temporary_write(directory, "key", content);
	assert_int_equal(chmod(path, mode), 0);
	tsig_key_load(path, &key, &err);
	if (text && strstr(text, "chmod"))
		snprintf(expected, sizeof(expected), "%s: %s %s", path, text, path);
	else if (text)
		snprintf(expected, sizeof(expected), "%s: %s", path, text);
	assert_string_equal(err.text, expected);
	assert_true((key == NULL) == (text != NULL));
}

static void loads_what_others_cannot_read(void **state)
{
	static const struct {
		unsigned int mode;
		const char *text;
	} cases[] = {
		{ 0600, NULL },
		{ 0400, NULL },
		{ 0640, NULL },
		{ 0644, "its mode 0644 lets others at the secret: run chmod 640" },
		{ 0604, "its mode 0604 lets others at the secret: run chmod 600" },
		{ 0660, "its mode 0660 lets others at the secret: run chmod 640" },
		{ 0601, "its mode 0601 lets others at the secret: run chmod 600" },
		{ 0602, "its mode 0602 lets others at the secret: run chmod 600" },
		{ 0777, "its mode 0777 lets others at the secret: run chmod 640" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		check_file(*state, cases[i].mode, "k:" SECRET "\n", cases[i].text);
}

static void loads_files_only(void **state)
{
	char big[TSIG_KEY_FILE_MAX + 2], path[256], text[300];
	struct tsig_key *key = NULL;
	struct error err = { 0 };

	memset(big, '\n', sizeof(big));
	big[sizeof(big) - 1] = '\0';
	check_file(*state, 0600, big, "more than 4096 bytes");
	big[sizeof(big) - 2] = '\0';
	check_file(*state, 0600, big, "has no key in it");
	assert_int_equal(tsig_key_load(*state, &key, &err), -1);
	snprintf(text, sizeof(text), "%s: is not a file", (const char *)*state);
	assert_string_equal(err.text, text);
	snprintf(path, sizeof(path), "%s/none", (const char *)*state);
	assert_int_equal(tsig_key_load(path, &key, &err), -1);
	assert_int_equal(err.code, ERROR_NOT_FOUND);
	snprintf(text, sizeof(text), "%s: No such file or directory", path);
	assert_string_equal(err.text, text);
	snprintf(path, sizeof(path), "%s/fifo", (const char *)*state);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(tsig_key_load(path, &key, &err), -1); /* and nobody waits */
	snprintf(text, sizeof(text), "%s: is not a file", path);
	assert_string_equal(err.text, text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads),
		cmocka_unit_test(refuses),
		cmocka_unit_test(refuses_what_is_no_text),
		cmocka_unit_test(refuses_a_long_secret),
		cmocka_unit_test(decodes),
		TEMPORARY_TEST(loads_what_others_cannot_read),
		TEMPORARY_TEST(loads_files_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
