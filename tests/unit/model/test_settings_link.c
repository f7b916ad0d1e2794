#include "model/settings_link.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define DAY 20759

/* Keys of bytes that count up from first. */
static struct link_keys make_keys(uint8_t id, unsigned char first)
{
	struct link_keys keys = { .count = 1, .list = { { .id = id } } };

	for (unsigned int i = 0; i < LINK_KEY_BYTES; i++)
		keys.list[0].bytes[i] = (unsigned char)(first + i);
	return keys;
}

static struct settings_link make_link(const char *address, uint16_t last_day, const char *language)
{
	struct settings_link link = { .last_day = last_day };
	struct error err = { 0 };

	snprintf(link.language, sizeof(link.language), "%s", language);
	assert_int_equal(email_address_parse(address, strlen(address), &link.address, &err), 0);
	return link;
}

static void assert_same(const struct settings_link *a, const struct settings_link *b)
{
	assert_int_equal(a->last_day, b->last_day);
	assert_string_equal(a->language, b->language);
	assert_string_equal(a->address.text, b->address.text);
	assert_int_equal(a->address.length, b->address.length);
	assert_int_equal(a->address.local_length, b->address.local_length);
	assert_string_equal(a->address.domain.text, b->address.domain.text);
	assert_int_equal(a->address.domain.length, b->address.domain.length);
}

/* What settings_link_open() must do with everything that it did not make itself. */
static void assert_refused(const struct link_keys *keys, const char *token, size_t size)
{
	struct settings_link link = { .last_day = 7 };
	struct error err = { 0 };

	if (settings_link_open(keys, token, size, &link, &err) == 0)
		fail_msg("\"%.*s\" was opened: %s", (int)size, token, link.address.text);
	assert_int_equal(err.code, ERROR_NOT_FOUND);
	assert_string_equal(err.text, "not a settings link of this site");
	assert_int_equal(link.last_day, 7); /* untouched */
	assert_int_equal(link.address.length, 0);
}

/*
 * Computed without OpenSSL's AES-SIV: RFC 5297 over single blocks of AES, tried on its test vector
 * A.1.
 */
static void has_known_answers(void **state)
{
	static const struct {
		uint8_t id, first_byte;
		uint16_t last_day;
		const char *language, *address, *token;
	} cases[] = {
		{ 1, 0, 20000, "de", "anna@customer.example",
		  "AfLp6pDvGzERc_EP_hJBwjDByj4NGBmtuYqghn0oMqrdFSxVE4_FTspnfA" },
		{ 1, 0, DAY, "de", "anna@kunde.example",
		  "AQBqOHkKDptPW-ImsiBvaHwiFQhGEJuccnaAVr8b6QXJe2RKGhQP5w" },
		{ 1, 0, DAY, "", "a@b.c", "AfqiOSbz7EjerEAkPdz0UBvzElZDyJ32fJBU" },
		{ 255, 0, 65535, "fr",
		  "j\xc3\xb6rg@b\xc3\xbc"
		  "cher.example",
		  "_2VQfo3Jiq__TnYLta1zIIMAx7BR1zlQo39SQP8JCu8WdeGL1G-BiGbbkg" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct link_keys keys = make_keys(cases[i].id, cases[i].first_byte);
		struct settings_link link =
			make_link(cases[i].address, cases[i].last_day, cases[i].language);
		struct settings_link opened;
		char token[SETTINGS_LINK_TOKEN_SIZE];
		struct error err = { 0 };

		assert_int_equal(settings_link_seal(&keys, &link, token, &err), 0);
		assert_string_equal(token, cases[i].token);
		assert_int_equal(settings_link_seal(&keys, &link, token, &err), 0);
		assert_string_equal(token, cases[i].token); /* all day */
		assert_int_equal(settings_link_open(&keys, token, strlen(token), &opened, &err), 0);
		assert_same(&opened, &link);
	}
}

/* An address of so many bytes, with up to 64 before the @. */
static void make_address(char *ret, size_t size)
{
	size_t local = size - 4 < EMAIL_ADDRESS_LOCAL_MAX ? size - 4 : EMAIL_ADDRESS_LOCAL_MAX;
	size_t end = size;

	memset(ret, 'x', size);
	ret[size] = '\0';
	ret[local] = '@';
	memcpy(ret + size - 2, ".c", 2);
	for (end -= 2; end > local + 1 + 63; end -= 64)
		ret[end - 64] = '.';
}

static void goes_round_in_every_length(void **state)
{
	struct link_keys keys = make_keys(3, 100);
	char address[EMAIL_ADDRESS_SIZE];
	size_t longest = 0;

	(void)state;
	for (size_t size = 5; size <= EMAIL_ADDRESS_LOCAL_MAX + 1 + 253; size++) {
		char token[SETTINGS_LINK_TOKEN_SIZE];
		struct settings_link link, opened;
		struct error err = { 0 };

		make_address(address, size);
		if (email_address_parse(address, size, &link.address, &err) < 0)
			continue; /* the dots fall so that a label is empty */
		link = make_link(address, (uint16_t)(size * 200), size % 2 ? "es" : "");
		assert_int_equal(settings_link_seal(&keys, &link, token, &err), 0);
		assert_int_equal(strlen(token), ((1 + 16 + 5 + size) * 8 + 5) / 6);
		assert_int_equal(settings_link_open(&keys, token, strlen(token), &opened, &err), 0);
		assert_same(&opened, &link);
		longest = size;
	}
	assert_int_equal(longest, EMAIL_ADDRESS_LOCAL_MAX + 1 + 253);
}

static void goes_round_with_every_address(void **state)
{
	static const char *const addresses[] = {
		"Anna.Example+tag@Kunde.EXAMPLE",
		("j\xc3\xb6rg@b\xc3\xbc"
		 "cher.example"),
		"anna@xn--bcher-kva.example",
		"\xf0\x9f\x93\xa7@kunde.example",
		"0123456789012345678901234567890123456789012345678901234567890123@kunde.example",
		"<script>'&=%/?#`{|}~!$^*@kunde.example",
		"%EMAILADDRESS%@kunde.example",
		"a@b.c.",
	};
	struct link_keys keys = make_keys(0, 1);

	(void)state;
	for (size_t i = 0; i < sizeof(addresses) / sizeof(*addresses); i++) {
		char token[SETTINGS_LINK_TOKEN_SIZE];
		struct settings_link link = { .last_day = DAY }, opened;
		struct error err = { 0 };

		if (email_address_parse(addresses[i], strlen(addresses[i]), &link.address, &err) <
		    0) {
			assert_int_equal(addresses[i][0], '<'); /* no address at all */
			continue;
		}
		assert_int_equal(settings_link_seal(&keys, &link, token, &err), 0);
		assert_int_equal(settings_link_open(&keys, token, strlen(token), &opened, &err), 0);
		assert_same(&opened, &link);
		assert_null(strstr(token, "kunde"));
	}
}

static void opens_with_every_key(void **state)
{
	struct link_keys old = make_keys(4, 40), new = make_keys(5, 50), both = new;
	struct settings_link link = make_link("anna@kunde.example", DAY, ""), opened;
	char old_token[SETTINGS_LINK_TOKEN_SIZE], token[SETTINGS_LINK_TOKEN_SIZE];
	struct error err = { 0 };

	(void)state;
	both.list[both.count++] = old.list[0];
	assert_int_equal(settings_link_seal(&old, &link, old_token, &err), 0);
	assert_int_equal(settings_link_seal(&both, &link, token, &err), 0);
	assert_int_equal(settings_link_open(&both, old_token, strlen(old_token), &opened, &err), 0);
	assert_same(&opened, &link);
	/* the first makes */
	assert_int_equal(settings_link_open(&new, token, strlen(token), &opened, &err), 0);
	assert_refused(&old, token, strlen(token));
	assert_refused(&new, old_token, strlen(old_token));
}

static void refuses_another_key_with_the_same_id(void **state)
{
	struct link_keys keys = make_keys(4, 40), other = make_keys(4, 41), none = { .count = 0 };
	struct link_keys renamed = make_keys(8, 40);
	struct settings_link link = make_link("anna@kunde.example", DAY, "");
	char token[SETTINGS_LINK_TOKEN_SIZE];
	struct error err = { 0 };

	(void)state;
	assert_int_equal(settings_link_seal(&keys, &link, token, &err), 0);
	assert_refused(&other, token, strlen(token));
	assert_refused(&none, token, strlen(token));
	/* the id is authenticated, so a key does not open tokens of its own under another name */
	assert_int_equal(settings_link_seal(&renamed, &link, token, &err), 0);
	assert_int_equal(token[0], 'C'); /* the first six bits of the id */
	token[0] = 'B';
	assert_refused(&keys, token, strlen(token));
}

static void refuses_every_change(void **state)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	static const char *const addresses[] = { "anna@kunde.example", "anna2@kunde.example",
						 "anna22@kunde.example" };
	struct link_keys keys = make_keys(1, 0);

	(void)state;
	for (size_t n = 0; n < sizeof(addresses) / sizeof(*addresses); n++) {
		struct settings_link link = make_link(addresses[n], DAY, "de");
		char token[SETTINGS_LINK_TOKEN_SIZE], changed[SETTINGS_LINK_TOKEN_SIZE + 2];
		struct error err = { 0 };
		size_t size;

		assert_int_equal(settings_link_seal(&keys, &link, token, &err), 0);
		size = strlen(token);
		for (size_t i = 0; i < size; i++) {
			int digit = (int)(strchr(digits, token[i]) - digits);

			memcpy(changed, token, size);
			/* every bit of what it holds, in the last digit also those that are 0 */
			for (int bit = 0; bit < 6; bit++) {
				changed[i] = digits[digit ^ 1 << bit];
				assert_refused(&keys, changed, size);
			}
			/* every bit of the text: other letters, and bytes that are none */
			for (int bit = 0; bit < 8; bit++) {
				changed[i] = (char)(token[i] ^ 1 << bit);
				assert_refused(&keys, changed, size);
			}
			assert_refused(&keys, token, i);
			assert_refused(&keys, token + i + 1, size - i - 1);
		}
		for (int c = 0; c < 256; c++) {
			memcpy(changed, token, size);
			changed[size] = (char)c;
			assert_refused(&keys, changed, size + 1);
			memcpy(changed + 1, token, size);
			changed[0] = (char)c;
			assert_refused(&keys, changed, size + 1);
		}
	}
}

static void refuses_what_is_no_token(void **state)
{
	static const char *const texts[] = {
		"",
		"=",
		"A",
		"AQ",
		"AQ==",
		"AQID",
		"wp-login.php",
		"../../etc/passwd",
		"%41%51",
		" ",
		"\n",
		"AfqiOSbz7EjerEAkPdz0UBvzElZDyJ32fJBU=",
		"AfqiOSbz7EjerEAkPdz0UBvzElZDyJ32fJBU==",
		"AfqiOSbz7EjerEAkPdz0UBvzElZDyJ32fJB",
		" AfqiOSbz7EjerEAkPdz0UBvzElZDyJ32fJBU",
		"AfqiOSbz7EjerEAkPdz0UBvzElZDyJ32fJBU ",
		"AfqiOSbz7EjerEAkPdz0UBvzElZDyJ32fJBU\n",
		/* a vector of zeros around nothing */
		"AQAAAAAAAAAAAAAAAAAAAAA",
		"AQAAAAAAAAAAAAAAAAAAAAAA",
	};
	struct link_keys keys = make_keys(1, 0);
	static char large[10000];

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		assert_refused(&keys, texts[i], strlen(texts[i]));
	memset(large, 'A', sizeof(large));
	for (size_t size = 0; size <= sizeof(large); size++)
		assert_refused(&keys, large, size);
	large[1] = 'Q'; /* with the id of a key */
	for (size_t size = 0; size <= sizeof(large); size++)
		assert_refused(&keys, large, size);
	assert_refused(&keys, "AfqiOSbz7EjerEAkPdz0UBvzElZDyJ32\0fJBU", 37);
}

/* Made with the key, as a later version or somebody with the key might: of another form all the
 * same. By the program that made the known answers. */
static void refuses_another_content(void **state)
{
	static const char *const tokens[] = {
		/* no language, address or day */
		"ATJ8xUHuQj3Zv1ODjXMToQMm",
		/* no address */
		"AY1Ewo2BYtsWbzcrf4kuFjIQDVDTTw",
		/* version 0 */
		"AVAOZoRH4xSXwg_Yoe_vUjBF9pu1EJAtC1s_",
		/* version 2 */
		"Ae4d9Bzb26B-Nh2bU_DUEwu8LQd8d3mMi0bG",
		/* version 255 */
		"AQusMls15UrsZSG2mz_MtsH_hO8zEDnBBVpg",
		/* language in capitals */
		"AV7SiFu18okJq-9_qeSmpAlcoTj-TffV0QsS",
		/* half a language */
		"AdoIW3kmQkwmKRJhxiQjYJncAz2IMoJC4thi",
		/* the other half */
		"ASO9r-BnlI_ze5sOqvC-mPDgeiVR_rS6oUKb",
		/* no letters */
		"AWC6ImcXagD7LGX0fVUZTtzalPfoycDeeij3",
		/* a final dot: one link, two tokens */
		"AfNnkRkzSlYSyvh4SrGQp0Zhg_yMu7PRQHzqAw",
		/* no @ */
		"ASGJrPgn2NqFlm42N4sQGfdxaP47pLgxOExr",
		/* a NUL behind the address */
		"Afb3rQ9TVJiY7hbeolCByz3geHuLS9yrOdRElg",
		/* a NUL in it */
		"AVs1W47nWTc16GdsH7zoUqj7YQ0sMfa8gInoOg",
		/* a newline */
		"Af7ytQd4MtcPAqKbVRQcwDQ5La3y0YBlAXXqSG4",
		/* one label */
		"AcYyglw8ZZuYmJPRJ5Q6W-nfMS1FnpEWlQ",
		/* not UTF-8 */
		"AVOiRKeuw9LS_m0LGCXPEkuCJA5qYOr8ZfVl",
		/* 65 bytes before the @ */
		("AdWWbsdY4z3zFe9E5kGIhBbOT2iizAXjHSn1MN-tANGKNyomYlN0wVjwHzAuOIZGw-"
		 "kacAHCghnq3lkRGqs20N9dTf8qTe9QWLrVTRhmpQ-XPPSZva3_BMf1MQ"),
		/* right, but the id is not authenticated */
		"ATYOq3qeR8tvpvBnMAHVZRhbr3UYB-ESSbH_",
	};
	struct link_keys keys = make_keys(1, 0);

	(void)state;
	for (size_t i = 0; i < sizeof(tokens) / sizeof(*tokens); i++)
		assert_refused(&keys, tokens[i], strlen(tokens[i]));
}

static void seals_nothing_else(void **state)
{
	static const char *const languages[] = { "d", "DE", "d1", "\xc3\xa4", "1", " ", "-" };
	struct link_keys keys = make_keys(1, 0), none = { .count = 0 };
	struct settings_link link = make_link("anna@kunde.example", DAY, "");
	char token[SETTINGS_LINK_TOKEN_SIZE] = "untouched", text[80];
	struct error err = { 0 };

	(void)state;
	assert_int_equal(settings_link_seal(&none, &link, token, &err), -1);
	assert_int_equal(err.code, ERROR_INVALID);
	assert_string_equal(err.text, "there is no key for settings links");
	for (size_t i = 0; i < sizeof(languages) / sizeof(*languages); i++) {
		snprintf(link.language, sizeof(link.language), "%s", languages[i]);
		snprintf(text, sizeof(text), "language \"%s\" is not two lower-case letters",
			 languages[i]);
		assert_int_equal(settings_link_seal(&keys, &link, token, &err), -1);
		assert_int_equal(err.code, ERROR_INVALID);
		assert_string_equal(err.text, text);
	}
	assert_string_equal(token, "untouched");
}

static void counts_days(void **state)
{
	static const struct {
		int64_t seconds;
		uint16_t day;
	} cases[] = {
		{ 0, 0 },
		{ 86399, 0 },
		{ 86400, 1 },
		{ 1798761599, 20818 },
		{ 1798761600, 20819 }, /* 2027-01-01T00:00:00Z */
		{ -1, 0 },
		{ INT64_MIN, 0 },
		{ 65536LL * 86400 - 1, 65535 },
		{ 65536LL * 86400, 65535 },
		{ INT64_MAX, 65535 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(settings_link_day(cases[i].seconds), cases[i].day);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(has_known_answers),
		cmocka_unit_test(goes_round_in_every_length),
		cmocka_unit_test(goes_round_with_every_address),
		cmocka_unit_test(opens_with_every_key),
		cmocka_unit_test(refuses_another_key_with_the_same_id),
		cmocka_unit_test(refuses_every_change),
		cmocka_unit_test(refuses_what_is_no_token),
		cmocka_unit_test(refuses_another_content),
		cmocka_unit_test(seals_nothing_else),
		cmocka_unit_test(counts_days),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
