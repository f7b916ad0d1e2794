#include "dns/spf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define V "v=spf1 "
#define NONE_OF " is none of all, include, a, mx, ip4, ip6, exists, ptr, redirect=, exp="
#define LENGTHS ": behind the name stand /0 to /32 for IPv4 and //0 to //128 for IPv6"

static void tells_what_is_one(void **state)
{
	static const struct {
		const char *text;
		bool is;
	} cases[] = {
		{ "v=spf1", true },	  { "V=SPF1 -all", true }, { "v=spf1  ", true },
		{ "v=spf1;-all", false }, { "v=spf10", false },	   { "v=spf", false },
		{ " v=spf1", false },	  { "", false },	   { "v=spf1\t-all", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(spf_is(cases[i].text, strlen(cases[i].text)), cases[i].is);
}

static void reads(void **state)
{
	static const struct {
		const char *text;
		struct spf spf;
	} cases[] = {
		{ "v=spf1", { 0 } },
		{ V "-all", { .all = '-' } },
		{ V "all", { .all = '+' } },
		{ V "  ~ALL  ", { .all = '~' } },
		{ V "a mx ptr -all", { .lookups = 3, .all = '-', .ptr = true } },
		{ V "+a:mail.example.com/24//64 MX/32 mx//0 a:x.example. ?all",
		  { .lookups = 4, .all = '?' } },
		{ V "include:_spf.hosting.example -all", { .lookups = 1, .all = '-' } },
		{ V "ip4:192.0.2.1 ip4:192.0.2.0/24 ip6:2001:db8::/32 ip6:::1 -all",
		  { .all = '-' } },
		{ V "exists:%{i}._spf.%{d2} -all", { .lookups = 1, .all = '-' } },
		{ V "exists:%{ir}.%{v}.arpa.%{L-}.x%%%_%-.example -all",
		  { .lookups = 1, .all = '-' } },
		{ V "include:%{d1r.+-/} a:%{d}/24 -all", { .lookups = 2, .all = '-' } },
		{ V "redirect=_spf.hosting.example", { .lookups = 1, .redirect = true } },
		{ V "a redirect=_spf.example.com exp=why.%{d}",
		  { .lookups = 2, .redirect = true } },
		{ V "-all exp=explain.hosting.example x-1.y_z=anything,%{s}", { .all = '-' } },
		{ V "ptr:example.com ~all", { .lookups = 1, .all = '~', .ptr = true } },
		{ V "a a a a a a a a a a a -all", { .lookups = 11, .all = '-' } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct error err = { 0 };
		struct spf spf;

		assert_int_equal(spf_parse(cases[i].text, strlen(cases[i].text), &spf, &err), 0);
		assert_int_equal(spf.lookups, cases[i].spf.lookups);
		assert_int_equal(spf.all, cases[i].spf.all);
		assert_int_equal(spf.redirect, cases[i].spf.redirect);
		assert_int_equal(spf.ptr, cases[i].spf.ptr);
	}
}

static void refuses(void **state)
{
	static const struct {
		const char *text, *error;
	} cases[] = {
		/* slips of the pen */
		{ V "a mx, -all", "\"mx,\"" NONE_OF },
		{ V "amx -all", "\"amx\"" NONE_OF },
		{ V "- all", "\"-\"" NONE_OF },
		{ V "--all", "\"--all\"" NONE_OF },
		{ V "mail.example.com -all", "\"mail.example.com\"" NONE_OF },
		{ V "192.0.2.1 -all", "\"192.0.2.1\"" NONE_OF },
		{ V "+redirect=x.example", "\"+redirect=x.example\"" NONE_OF },
		{ V "-all.", "\"-all.\"" NONE_OF },
		{ V "include=x.example -all",
		  "\"include=x.example\": a name is missing: include:NAME" },
		{ V "include -all", "\"include\": a name is missing: include:NAME" },
		{ V "exists/24 -all", "\"exists/24\": a name is missing: exists:NAME" },
		{ V "a=x.example -all", "\"a=x.example\"" LENGTHS },
		{ V "all:x -all", "\"all:x\": nothing stands behind \"all\"" },
		{ V "a v=spf1 mx -all", "\"v=spf1\": the version stands once, at the beginning" },
		/* names */
		{ V "include: -all", "\"include:\": \"\" is no domain name" },
		{ V "include:localhost -all",
		  "\"include:localhost\": \"localhost\" is no domain name" },
		{ V "include:192.0.2.1 -all",
		  "\"include:192.0.2.1\": \"192.0.2.1\" is no domain name" },
		{ V "include:x..example -all",
		  "\"include:x..example\": \"x..example\" is no domain name" },
		{ V "include:.example -all",
		  "\"include:.example\": \".example\" is no domain name" },
		{ V "include:x.-example -all",
		  "\"include:x.-example\": \"x.-example\" is no domain name" },
		{ V "include:a.example,b.example -all",
		  "\"include:a.example,b.example\": \",\" stands in no domain name" },
		{ V "a:x.example; -all", "\"a:x.example;\": \";\" stands in no domain name" },
		{ V "ptr/24 -all", "\"ptr/24\": a name is missing: ptr:NAME" },
		/* addresses */
		{ V "ip4:192.0.2.256 -all",
		  "\"ip4:192.0.2.256\": \"192.0.2.256\" is not an IPv4 address" },
		{ V "ip4:2001:db8::1 -all",
		  "\"ip4:2001:db8::1\": \"2001:db8::1\" is not an IPv4 address" },
		{ V "ip4 -all", "\"ip4\": \"\" is not an IPv4 address" },
		{ V "ip4:192.0.2.0/33 -all", "\"ip4:192.0.2.0/33\": the prefix is not /0 to /32" },
		{ V "ip4:192.0.2.0/ -all", "\"ip4:192.0.2.0/\": the prefix is not /0 to /32" },
		{ V "ip4:192.0.2.0/024 -all",
		  "\"ip4:192.0.2.0/024\": the prefix is not /0 to /32" },
		{ V "ip6:192.0.2.1 -all",
		  "\"ip6:192.0.2.1\": \"192.0.2.1\" is not an IPv6 address" },
		{ V "ip6:::/129 -all", "\"ip6:::/129\": the prefix is not /0 to /128" },
		{ V "a/33 -all", "\"a/33\": a prefix of IPv4 addresses is /0 to /32" },
		{ V "a//129 -all", "\"a//129\"" LENGTHS },
		{ V "mx/2x -all", "\"mx/2x\": a prefix of IPv4 addresses is /0 to /32" },
		{ V "include:x.ex_mple -all",
		  "\"include:x.ex_mple\": \"x.ex_mple\" is no domain name" },
		{ V "mx/ -all", "\"mx/\"" LENGTHS },
		{ V "mx/24/64 -all", "\"mx/24/64\"" LENGTHS },
		/* macros */
		{ V "exists:%(i).x.example -all",
		  "\"exists:%(i).x.example\": \"%\" begins no macro: it is "
		  "%{i} or the like, and %% for itself" },
		{ V "exists:%{z}.x.example -all",
		  "\"exists:%{z}.x.example\": \"%\" begins no macro: it is "
		  "%{i} or the like, and %% for itself" },
		{ V "exists:%{i -all", "\"exists:%{i\": \"%\" begins no macro: it is %{i} or the "
				       "like, and %% for itself" },
		{ V "x=5% -all", "\"x=5%\": \"%\" begins no macro: it is %{i} or the like, and %% "
				 "for itself" },
		/* what is never looked at */
		{ V "-all include:x.example",
		  "\"include:x.example\" stands behind \"all\", where nobody looks; put \"all\" "
		  "last" },
		{ V "-all -all",
		  "\"-all\" stands behind \"all\", where nobody looks; put \"all\" last" },
		{ V "redirect=x.example -all",
		  "\"redirect=\" is never followed beside \"all\"; take one of them away" },
		{ V "redirect=x.example redirect=y.example",
		  "\"redirect=y.example\": there is one already" },
		{ V "exp=x.example EXP=y.example -all", "\"EXP=y.example\": there is one already" },
		{ V "a\tmx -all",
		  "byte 0x09: it is printable ASCII with blanks between the terms" },
		{ V "a \xc3\xb6 -all",
		  "byte 0xc3: it is printable ASCII with blanks between the terms" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct spf spf = { .lookups = 77 };
		struct error err = { 0 };

		assert_int_equal(spf_parse(cases[i].text, strlen(cases[i].text), &spf, &err), -1);
		assert_string_equal(err.text, cases[i].error);
		assert_int_equal(err.code, ERROR_INVALID);
		assert_int_equal(spf.lookups, 77);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_what_is_one),
		cmocka_unit_test(reads),
		cmocka_unit_test(refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
