#include "model/email_address.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define T(text) text, sizeof(text) - 1

#define L16 "abcdefghijklmnop"
#define L64 L16 L16 L16 L16

#define LOCAL_CHARACTER                                                                            \
	"address has a blank, a control character or one of \"(),:;<>@[\\] before the @"
#define DIRECTION                                                                                  \
	"address has an invisible character, or a mark that turns the direction of writing"

static void test_parse(void **state)
{
	static const struct {
		const char *input;
		size_t size;
		const char *text; /* what is kept, NULL for an error */
		size_t local_length;
		const char *domain; /* or the error */
	} cases[] = {
		{ T("fred@example.com"), "fred@example.com", 4, "example.com" },
		{ T("Fred.Smith@EXAMPLE.Com"), "Fred.Smith@EXAMPLE.Com", 10, "example.com" },
		{ T("fred@example.com."), "fred@example.com", 4, "example.com" },
		{ T("fred+tag@example.com"), "fred+tag@example.com", 8, "example.com" },
		{ T("!#$%&'*+-/=?^_`{|}~@example.com"), "!#$%&'*+-/=?^_`{|}~@example.com", 19,
		  "example.com" },
		/* dots that RFC 5322 does not allow, but some mobile operators gave out */
		{ T(".a..b.@example.com"), ".a..b.@example.com", 6, "example.com" },
		{ T("m\xc3\xbcller@m\xc3\xbcller.example"), "m\xc3\xbcller@m\xc3\xbcller.example",
		  7, "xn--mller-kva.example" },
		{ T("f@xn--mller-kva.example"), "f@xn--mller-kva.example", 1,
		  "xn--mller-kva.example" },
		{ T(L64 "@example.com"), L64 "@example.com", 64, "example.com" },
		{ T(""), NULL, 0, "address has no @" },
		{ T("fred"), NULL, 0, "address has no @" },
		{ T("@"), NULL, 0, "address has nothing before the @" },
		{ T("@example.com"), NULL, 0, "address has nothing before the @" },
		{ T("fred@"), NULL, 0, "domain name is empty" },
		{ T("fred@."), NULL, 0, "domain name is empty" },
		{ T("fred@example.com.."), NULL, 0, "domain name has an empty label" },
		{ T(L64 "x@example.com"), NULL, 0, "address has more than 64 bytes before the @" },
		{ T("a@b@example.com"), NULL, 0, LOCAL_CHARACTER },
		{ T("\"a b\"@example.com"), NULL, 0, LOCAL_CHARACTER },
		{ T("a b@example.com"), NULL, 0, LOCAL_CHARACTER },
		{ T(" a@example.com"), NULL, 0, LOCAL_CHARACTER },
		{ T("<a@example.com"), NULL, 0, LOCAL_CHARACTER },
		{ T("a\\@example.com"), NULL, 0, LOCAL_CHARACTER },
		{ T("a\n@example.com"), NULL, 0, LOCAL_CHARACTER },
		{ T("a\0@example.com"), NULL, 0, LOCAL_CHARACTER },
		{ T("a\x7f@example.com"), NULL, 0, LOCAL_CHARACTER },
		{ T("a;b@example.com"), NULL, 0, LOCAL_CHARACTER },
		{ T("a\xff@example.com"), NULL, 0,
		  "address is not UTF-8 or has control characters" },
		{ T("a\xc2\x85@example.com"), NULL, 0,
		  "address is not UTF-8 or has control characters" },	/* U+0085, next line */
		{ T("fred\u202emoc@example.com"), NULL, 0, DIRECTION }, /* right-to-left override */
		{ T("\u061c@example.com"), NULL, 0, DIRECTION },
		/* what is pasted together with an address; a name would lose it without a word */
		{ T("fred@example.com\u200b"), NULL, 0, DIRECTION },
		{ T("fred@exam\u00adple.com"), NULL, 0, DIRECTION },
		{ T("fr\u00aded@example.com"), NULL, 0, DIRECTION },
		{ T("\ufefffred@example.com"), NULL, 0, DIRECTION },
		{ T("fred\U000e0001@example.com"), NULL, 0, DIRECTION },
		{ T("fr\u2028ed@example.com"), NULL, 0, DIRECTION },
		{ T("fred\u2069@example.com"), NULL, 0, DIRECTION },
		{ T("fr\u200ded@example.com"), "fr\u200ded@example.com", 7,
		  "example.com" }, /* joins */
		{ T("fred@localhost"), NULL, 0, "domain name has one label only" },
		{ T("fred@[192.0.2.1]"), NULL, 0,
		  "domain name has a character other than letters, digits, hyphens and dots" },
		{ T("fred@192.0.2.1"), NULL, 0,
		  "domain name ends in a number, as an IP address does" },
		{ T("fred@example.com "), NULL, 0,
		  "domain name has a character other than letters, digits, hyphens and dots" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct email_address address = { 0 };
		struct error err = { 0 };
		int result = email_address_parse(cases[i].input, cases[i].size, &address, &err);

		if (!cases[i].text) {
			assert_string_equal(err.text, cases[i].domain);
			assert_int_equal(result, -1);
			assert_int_equal(err.code, ERROR_INVALID);
			continue;
		}
		assert_string_equal(err.text, "");
		assert_int_equal(result, 0);
		assert_string_equal(address.text, cases[i].text);
		assert_int_equal(address.length, strlen(cases[i].text));
		assert_int_equal(address.local_length, cases[i].local_length);
		assert_string_equal(address.domain.text, cases[i].domain);
		assert_int_equal(address.domain.length, strlen(cases[i].domain));
	}
}

/* The longest that fits, and one byte more: the text is the caller's struct, not larger. */
static void test_length(void **state)
{
	char text[EMAIL_ADDRESS_SIZE + 8];
	struct email_address address;
	struct error err = { 0 };

	(void)state;
	memset(text, 'a', sizeof(text));
	text[1] = '@';
	assert_int_equal(email_address_parse(text, EMAIL_ADDRESS_SIZE, &address, &err), -1);
	assert_string_equal(err.text, "address has more than 826 bytes");
	assert_int_equal(email_address_parse(text, EMAIL_ADDRESS_SIZE - 1, &address, &err), -1);
	assert_string_equal(err.text, "domain name has more than 253 bytes");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
