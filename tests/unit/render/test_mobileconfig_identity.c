#include "render/mobileconfig.h"

#include "../sample_provider.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Made with Python's hashlib and uuid.uuid5. They must stay for ever: devices hold them. */
static void known_values(void **state)
{
	struct email_address address = sample_address("anna.berg@kunde.example");
	struct mobileconfig_identity identity;
	struct error err = { 0 };

	(void)state;
	assert_int_equal(mobileconfig_identity_make(&address, sample_namespace, TEMPLATE_HOLES_ALL,
						    &identity, &err),
			 0);
	assert_string_equal(identity.id, "nppfgiq43zy5fm42");
	assert_string_equal(identity.uuid[HOLE_UUID_PROFILE],
			    "81D8BAA8-6B4E-5346-9E33-3C77F4EE8236");
	assert_string_equal(identity.uuid[HOLE_UUID_MAIL], "AD9CF355-D972-575F-93D6-FD5430D5895F");
	assert_string_equal(identity.uuid[HOLE_UUID_CALDAV],
			    "A298C947-F3F2-570E-9B3A-A104A5875857");
	assert_string_equal(identity.uuid[HOLE_UUID_CARDDAV],
			    "C0FA2E89-9389-52AE-B154-8ED4BBB1BC85");
	assert_string_equal(identity.uuid[HOLE_UUID_EAS], "0BDDFE58-D54D-5666-BC72-A12F999CEA91");
}

/* However the person wrote the address: letter case, U-labels or A-labels. */
static void same_mailbox_same_identity(void **state)
{
	struct email_address written = sample_address("O'Hara+X@M\xc3\xbcnchen.example");
	struct email_address plain = sample_address("o'hara+x@xn--mnchen-3ya.example");
	struct mobileconfig_identity a, b;
	struct error err = { 0 };

	(void)state;
	written.domain = plain.domain; /* as the parser does */
	assert_int_equal(mobileconfig_identity_make(&written, sample_namespace, TEMPLATE_HOLES_ALL,
						    &a, &err),
			 0);
	assert_int_equal(
		mobileconfig_identity_make(&plain, sample_namespace, TEMPLATE_HOLES_ALL, &b, &err),
		0);
	assert_string_equal(a.id, "sin2xizwtgv43rht");
	assert_string_equal(a.id, b.id);
	for (int hole = HOLE_UUID_PROFILE; hole <= HOLE_UUID_EAS; hole++)
		assert_string_equal(a.uuid[hole], b.uuid[hole]);
}

/* Two mailboxes, or two sites, on one device do not replace each other's accounts. */
static void others_differ(void **state)
{
	static const unsigned char other_namespace[16] = { 1 };
	struct email_address anna = sample_address("anna@kunde.example");
	struct email_address bert = sample_address("bert@kunde.example");
	struct mobileconfig_identity a, b, c;
	struct error err = { 0 };

	(void)state;
	assert_int_equal(
		mobileconfig_identity_make(&anna, sample_namespace, TEMPLATE_HOLES_ALL, &a, &err),
		0);
	assert_int_equal(
		mobileconfig_identity_make(&bert, sample_namespace, TEMPLATE_HOLES_ALL, &b, &err),
		0);
	assert_int_equal(
		mobileconfig_identity_make(&anna, other_namespace, TEMPLATE_HOLES_ALL, &c, &err),
		0);
	assert_string_not_equal(a.id, b.id);
	for (int hole = HOLE_UUID_PROFILE; hole <= HOLE_UUID_EAS; hole++) {
		assert_string_not_equal(a.uuid[hole], b.uuid[hole]);
		assert_string_not_equal(a.uuid[hole], c.uuid[hole]);
		for (int other = hole + 1; other <= HOLE_UUID_EAS; other++)
			assert_string_not_equal(a.uuid[hole], a.uuid[other]);
	}
}

static void values(void **state)
{
	struct email_address address = sample_address("anna@kunde.example");
	struct mobileconfig_identity identity;
	struct template_values values = { 0 };
	struct error err = { 0 };

	(void)state;
	assert_int_equal(mobileconfig_identity_make(&address, sample_namespace, TEMPLATE_HOLES_ALL,
						    &identity, &err),
			 0);
	mobileconfig_identity_values(&identity, &values);
	assert_ptr_equal(values.hole[HOLE_PROFILE_ID].text, identity.id);
	assert_int_equal(values.hole[HOLE_PROFILE_ID].size, 16);
	for (int hole = HOLE_UUID_PROFILE; hole <= HOLE_UUID_EAS; hole++) {
		assert_ptr_equal(values.hole[hole].text, identity.uuid[hole]);
		assert_int_equal(values.hole[hole].size, 36);
	}
	assert_null(values.hole[HOLE_EMAILADDRESS].text); /* not its business */
}

/* Made with Python's hashlib and uuid.uuid5, too. */
static void domain_identity(void **state)
{
	static const unsigned char nonce[MOBILECONFIG_NONCE_BYTES] = { 0,  1,  2,  3,	4,  5,
								       6,  7,  8,  9,	10, 11,
								       12, 13, 14, 0xff };
	static const unsigned char other[MOBILECONFIG_NONCE_BYTES] = { 1 };
	struct email_address address = sample_address("anna@kunde.example");
	struct mobileconfig_identity a, b;
	struct error err = { 0 };

	(void)state;
	assert_int_equal(mobileconfig_identity_make_domain(&address.domain, nonce, sample_namespace,
							   TEMPLATE_HOLES_ALL, &a, &err),
			 0);
	assert_string_equal(a.id, "x4wnmq2d5cg45dr7");
	assert_string_equal(a.uuid[HOLE_UUID_PROFILE], "14A50DB6-A767-5A48-9344-F293E16B6351");
	assert_string_equal(a.uuid[HOLE_UUID_MAIL], "3E73CF93-566B-5619-9A8F-1F2E7D53B385");
	assert_int_equal(mobileconfig_identity_make_domain(&address.domain, other, sample_namespace,
							   TEMPLATE_HOLES_ALL, &b, &err),
			 0);
	assert_string_not_equal(a.id, b.id);
	for (int hole = HOLE_UUID_PROFILE; hole <= HOLE_UUID_EAS; hole++)
		assert_string_not_equal(a.uuid[hole], b.uuid[hole]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_values),	   cmocka_unit_test(same_mailbox_same_identity),
		cmocka_unit_test(others_differ),   cmocka_unit_test(values),
		cmocka_unit_test(domain_identity),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
