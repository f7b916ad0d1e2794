#include "model/link_keys.h"

#include "base/bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* 128 digits each. */
#define A                                                                                          \
	"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"                         \
	"202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f"
#define B                                                                                          \
	"ff0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"                         \
	"202122232425262728292A2B2C2D2E2F303132333435363738393A3B3C3D3EFF"
#define REPEATED                                                                                   \
	"4242424242424242424242424242424242424242424242424242424242424242"                         \
	"4242424242424242424242424242424242424242424242424242424242424242"

static void reads(void **state)
{
	static const struct {
		const char *text;
		size_t count;
		uint8_t ids[3];
	} cases[] = {
		{ "1 " A, 1, { 1 } },
		{ "1 " A "\n", 1, { 1 } },
		{ "0 " A "\n255 " B "\n", 2, { 0, 255 } },
		{ "# the keys\n\n  \t\n 17\t \t" A " \r\n\t# 3 " A "\n#\n2 " B, 2, { 17, 2 } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct link_keys keys = { .count = 7 };
		struct error err = { 0 };

		assert_int_equal(
			link_keys_parse(cases[i].text, strlen(cases[i].text), "k", &keys, &err), 0);
		assert_int_equal(keys.count, cases[i].count);
		for (size_t n = 0; n < keys.count; n++) {
			assert_int_equal(keys.list[n].id, cases[i].ids[n]);
			assert_int_equal(keys.list[n].bytes[0], n == 0 ? 0x00 : 0xff);
			assert_int_equal(keys.list[n].bytes[42], 0x2a);
			assert_int_equal(keys.list[n].bytes[63], n == 0 ? 0x3f : 0xff);
		}
	}
}

static void finds(void **state)
{
	static const char text[] = "9 " A "\n0 " B "\n";
	struct link_keys keys;
	struct error err = { 0 };

	(void)state;
	assert_int_equal(link_keys_parse(text, strlen(text), "k", &keys, &err), 0);
	assert_ptr_equal(link_keys_find(&keys, 9), &keys.list[0]);
	assert_ptr_equal(link_keys_find(&keys, 0), &keys.list[1]);
	assert_null(link_keys_find(&keys, 1));
	link_keys_clear(&keys);
	assert_null(link_keys_find(&keys, 0));
}

static bool all_zero(const struct link_keys *keys)
{
	const unsigned char *bytes = (const unsigned char *)keys;

	for (size_t i = 0; i < sizeof(*keys); i++) {
		if (bytes[i])
			return false;
	}
	return true;
}

#define TEXT(text) text, sizeof(text) - 1

static void refuses(void **state)
{
	static const struct {
		const char *text;
		size_t size;
		const char *result;
	} cases[] = {
		{ TEXT(""), "k: has no key in it" },
		{ TEXT("# 1 " A "\n\n"), "k: has no key in it" },
		{ TEXT("1\n"), "k:1: not ID KEY" },
		{ TEXT(A "\n"), "k:1: not ID KEY" },
		{ TEXT(A " 1\n"), "k:1: the id is not a number from 0 to 255" },
		{ TEXT("256 " A "\n"), "k:1: the id is not a number from 0 to 255" },
		{ TEXT("-1 " A "\n"), "k:1: the id is not a number from 0 to 255" },
		{ TEXT("+1 " A "\n"), "k:1: the id is not a number from 0 to 255" },
		{ TEXT("01 " A "\n"), "k:1: the id is not a number from 0 to 255" },
		{ TEXT("4294967297 " A "\n"), "k:1: the id is not a number from 0 to 255" },
		{ TEXT("a " A "\n"), "k:1: the id is not a number from 0 to 255" },
		{ TEXT("\n1 " A "0\n"), "k:2: the key is not 128 hexadecimal digits" },
		{ TEXT("1 0" A "\n"), "k:1: the key is not 128 hexadecimal digits" },
		{ TEXT("1 " A " # mine\n"), "k:1: the key is not 128 hexadecimal digits" },
		{ TEXT("1 " A "\0\n"), "k:1: the key is not 128 hexadecimal digits" },
		{ TEXT("1 00\n"), "k:1: the key is not 128 hexadecimal digits" },
		{ TEXT("1 g00102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
		       "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f"),
		  "k:1: the key is not 128 hexadecimal digits" },
		{ TEXT("1\0" A "\n"), "k:1: not ID KEY" },
		{ TEXT("1 " REPEATED "\n"),
		  "k:1: the key is one byte, repeated; it must be random" },
		{ TEXT("1 " A "\n2 " B "\n1 " B "\n"), "k:3: id 1 stands there twice" },
		{ TEXT("1 " A "\n#\n2 " A "\n"), "k:3: ids 1 and 2 have the same key" },
		{ TEXT("1 " A "\nmore\n"), "k:2: not ID KEY" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct link_keys keys = { .count = 7 };
		struct error err = { 0 };

		assert_int_equal(link_keys_parse(cases[i].text, cases[i].size, "k", &keys, &err),
				 -1);
		assert_string_equal(err.text, cases[i].result);
		assert_int_equal(err.code, ERROR_INVALID);
		assert_true(all_zero(&keys)); /* not a byte of those that were read before */
	}
}

static void has_a_limit(void **state)
{
	CLEANUP(bytes_clear) struct bytes text = { 0 };
	struct link_keys keys;
	struct error err = { 0 };

	(void)state;
	for (int i = 0; i < LINK_KEYS_MAX; i++)
		bytes_append_format(&text, "%d %02x%s\n", i, 16 + i, &A[2]);
	assert_int_equal(link_keys_parse(text.data, text.size, "k", &keys, &err), 0);
	assert_int_equal(keys.count, LINK_KEYS_MAX);
	assert_true(text.size < LINK_KEYS_FILE_MAX);
	bytes_append_format(&text, "16 " A "\n");
	assert_int_equal(link_keys_parse(text.data, text.size, "k", &keys, &err), -1);
	assert_string_equal(err.text, "k:17: more than 16 keys");
	assert_true(all_zero(&keys));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads),
		cmocka_unit_test(finds),
		cmocka_unit_test(refuses),
		cmocka_unit_test(has_a_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
