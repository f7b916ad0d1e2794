#include "server/tls_certificates.h"

#include "tls_handshake.h"

#include <pthread.h>

static void finds_names(void **state)
{
	static const struct {
		const char *folder, *names;
	} folders[] = {
		{ "kunde.example",
		  "DNS:kunde.example,DNS:autoconfig.kunde.example,DNS:Mail.Kunde.Example" },
		{ "praxis.example", "DNS:praxis.example,DNS:*.praxis.example" },
		{ "_.lego.example", "DNS:*.lego.example,DNS:lego.example" },
		{ "*.star.example", "DNS:*.star.example" },
		{ "second.example-0001", "DNS:second.example" },
		{ "many", "DNS:one.example,DNS:*.two.example,DNS:autoconfig.three.example" },
		{ "Upper.Example", "DNS:upper.example" },
		{ "xn--mller-kva.example", "DNS:xn--mller-kva.example" },
		{ "other.example", "DNS:elsewhere.example" },
		{ "odd.example",
		  "DNS:*,DNS:a b.example,DNS:x_y.example,IP:192.0.2.1,DNS:odd.example" },
		{ "192.0.2.1", "IP:192.0.2.1" },
		{ "b.deep.example", "DNS:*.deep.example,DNS:*.other.example" },
	};
	static const struct {
		const char *name;
		int folder; /* of the list above; -1: none */
	} cases[] = {
		{ "kunde.example", 0 },
		{ "kunde.example.", 0 },
		{ "KUNDE.Example", 0 },
		{ "autoconfig.kunde.example", 0 },
		{ "Autoconfig.KUNDE.example.", 0 },
		{ "mail.kunde.example", 0 },
		{ "autodiscover.kunde.example", -1 },
		{ "kunde.example..", -1 },
		{ "a.autoconfig.kunde.example", -1 },
		{ "praxis.example", 1 },
		{ "autoconfig.praxis.example", 1 },
		{ "a.b.praxis.example", -1 },
		{ ".praxis.example", -1 },
		{ "*.praxis.example", -1 },
		{ "a.lego.example", 2 },
		{ "lego.example", 2 },
		{ "a.star.example", 3 },
		{ "star.example", -1 },
		{ "second.example", 4 },
		{ "second.example-0001", -1 },
		{ "one.example", 5 },
		{ "a.two.example", 5 },
		{ "two.example", -1 },
		{ "a.b.two.example", -1 },
		{ "autoconfig.three.example", 5 },
		{ "three.example", -1 },
		{ "many", -1 },
		{ "upper.example", 6 },
		{ "xn--mller-kva.example", 7 },
		{ "XN--MLLER-KVA.example", 7 },
		{ "m\xc3\xbcller.example", 7 },
		{ "other.example", -1 },
		{ "elsewhere.example", 8 },
		{ "odd.example", 9 },
		{ "192.0.2.1", -1 },
		{ "b.deep.example", 11 },
		{ "a.b.deep.example", -1 },
		{ "deep.example", -1 },
		{ "[2001:db8::1]", -1 },
		{ "", -1 },
		{ ".", -1 },
		{ "..", -1 },
		{ "example", -1 },
		{ "../kunde.example", -1 },
		{ "x/../kunde.example", -1 },
		{ "kunde.example/", -1 },
		{ "kunde.example/fullchain.pem", -1 },
		{ "kunde.example\n", -1 },
		{ "kunde.example:443", -1 },
		{ "\xff\xfe.example", -1 },
		{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example", -1 },
	};
	struct maker *maker = *state;
	long serials[sizeof(folders) / sizeof(*folders)];
	CLEANUP(tls_certificates_freep) struct tls_certificates *certificates = NULL;

	maker_clear(maker);
	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++)
		serials[i] = maker_put_names(maker, folders[i].folder, folders[i].names);
	certificates = open_with(maker, 16);
	walk(certificates, maker->now + LATER);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		long expected = cases[i].folder < 0 ? NO_CERTIFICATE : serials[cases[i].folder];

		for (int again = 0; again < 2; again++) {
			long serial = ask_at(certificates, cases[i].name, maker->now + LATER);

			if (serial != expected)
				fail_msg("\"%s\" (%d): %ld, not %ld", cases[i].name, again, serial,
					 expected);
		}
	}
	assert_int_equal(tls_certificates_use(certificates, NULL, "kunde.example\0x", 15,
					      maker->now + LATER),
			 false);
}

/* What lies in the folder of a name or of its parent needs no walk. */
static void finds_without_a_walk(void **state)
{
	struct maker *maker = *state;
	CLEANUP(tls_certificates_freep) struct tls_certificates *certificates = NULL;
	long serial, other;

	maker_clear(maker);
	certificates = open_with(maker, 16);
	assert_int_equal(ask_at(certificates, "kunde.example", maker->now), NO_CERTIFICATE);
	serial = maker_put_names(maker, "kunde.example", "DNS:kunde.example,DNS:*.kunde.example");
	assert_int_equal(ask_at(certificates, "kunde.example", maker->now), serial);
	assert_int_equal(ask_at(certificates, "a.kunde.example", maker->now), serial);
	other = maker_put_names(maker, "any", "DNS:other.example");
	assert_int_equal(ask_at(certificates, "other.example", maker->now), NO_CERTIFICATE);
	walk(certificates, maker->now);
	assert_int_equal(ask_at(certificates, "other.example", maker->now), other);
}

static void waits_for_its_directory(void **state)
{
	struct maker *maker = *state;
	struct maker inside = *maker;
	CLEANUP(tls_certificates_freep) struct tls_certificates *certificates = NULL;
	CLEANUP(bytes_clear) struct bytes text = { 0 };
	long serial;

	maker_clear(maker);
	snprintf(inside.directory, sizeof(inside.directory), "%.50s/later", maker->directory);
	certificates = open_with(&inside, 16);
	tls_certificates_describe(certificates, &text);
	walk(certificates, maker->now);
	assert_int_equal(ask_at(certificates, "kunde.example", maker->now), NO_CERTIFICATE);
	tls_certificates_describe(certificates, &text);
	assert_int_equal(mkdir(inside.directory, 0755), 0);
	serial = maker_put_names(&inside, "any", "DNS:kunde.example");
	walk(certificates, maker->now + LATER);
	assert_int_equal(ask_at(certificates, "kunde.example", maker->now + LATER), serial);
	assert_string_equal(without_directory(maker, text.data),
			    "certificates: being counted\n"
			    "certificates: later: No such file or directory\n");
	assert_int_equal(figures_of(certificates).folders, 1);
}

static void gives_what_the_client_can_do(void **state)
{
	static const struct {
		const char *signatures;
		int version;
		int folder; /* 0: ECDSA, 1: RSA, -1: none */
	} cases[] = {
		{ BOTH_KINDS, TLS1_3_VERSION, 0 },
		{ BOTH_KINDS, TLS1_2_VERSION, 0 },
		{ "RSA-PSS+SHA256:ECDSA+SHA256", TLS1_2_VERSION, 0 },
		{ "RSA-PSS+SHA256", TLS1_3_VERSION, 1 },
		{ "RSA+SHA256", TLS1_2_VERSION, 1 },
		{ "ECDSA+SHA256", TLS1_3_VERSION, 0 },
		{ "ed25519", TLS1_3_VERSION, -1 },
	};
	static const char *const places[][2] = {
		{ "kunde.example", "kunde.example-rsa" },
		{ "other", "kunde.example" },
		{ "one", "two" },
	};
	struct maker *maker = *state;

	for (size_t place = 0; place < sizeof(places) / sizeof(*places); place++) {
		CLEANUP(tls_certificates_freep) struct tls_certificates *certificates = NULL;
		struct asked asked = { NULL, "kunde.example", 13, maker->now };
		long serials[2];

		maker_clear(maker);
		serials[0] = maker_put_names(maker, places[place][0], "DNS:kunde.example");
		serials[1] = maker_put(
			maker, places[place][1],
			&(struct maker_wish){ .names = "DNS:kunde.example", .key = MAKER_RSA });
		certificates = open_with(maker, 16);
		walk(certificates, maker->now);
		asked.certificates = certificates;
		for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
			long expected =
				cases[i].folder < 0 ? NO_CERTIFICATE : serials[cases[i].folder];

			if (ask_as(asked, cases[i].signatures, cases[i].version) != expected)
				fail_msg("place %zu, case %zu", place, i);
		}
	}
}

static void takes_every_kind_of_key(void **state)
{
	static const enum maker_key keys[] = { MAKER_P256, MAKER_RSA, MAKER_P521, MAKER_ED25519 };
	struct maker *maker = *state;

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		CLEANUP(tls_certificates_freep) struct tls_certificates *certificates = NULL;
		struct asked asked = { NULL, "kunde.example", 13, maker->now };
		long serial;

		maker_clear(maker);
		serial = maker_put(
			maker, "kunde.example",
			&(struct maker_wish){ .names = "DNS:kunde.example", .key = keys[i] });
		asked.certificates = certificates = open_with(maker, 16);
		assert_int_equal(ask_as(asked, NULL, TLS1_3_VERSION), serial);
	}
}

/* Of several the one that ends last, of those that are valid. */
static void chooses_the_latest_end(void **state)
{
	static const struct {
		int64_t begin, end; /* days */
	} cases[][3] = {
		/* the second is the best each time */
		{ { -10, 20 }, { -10, 30 }, { -10, 10 } },
		{ { -10, -1 }, { -10, 1 }, { -20, -10 } },
		{ { 1, 80 }, { -10, 5 }, { -10, 4 } },
	};
	static const char *const folders[] = { "a.kunde.example", "kunde.example", "elsewhere" };
	struct maker *maker = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		for (size_t turn = 0; turn < 3; turn++) {
			CLEANUP(tls_certificates_freep)
			struct tls_certificates *certificates = NULL;
			long serials[3];

			maker_clear(maker);
			for (size_t j = 0; j < 3; j++)
				serials[j] = maker_put(
					maker, folders[(j + turn) % 3],
					&(struct maker_wish){ .names = "DNS:a.kunde.example",
							      .begin = cases[i][j].begin * DAY,
							      .end = cases[i][j].end * DAY });
			certificates = open_with(maker, 16);
			walk(certificates, maker->now);
			assert_int_equal(ask_at(certificates, "a.kunde.example", maker->now),
					 serials[1]);
		}
	}
}

static void uses_only_what_is_valid(void **state)
{
	static const struct {
		int64_t begin, end; /* seconds */
		bool valid;
		const char *text; /* NULL: nothing is told */
	} cases[] = {
		{ 0, 80 * DAY, true, NULL },
		{ -80 * DAY, 0, true, NULL }, /* its last second */
		{ 1, 80 * DAY, false, "is not valid before" },
		{ -80 * DAY, -1, false, "expired at" },
		{ 10 * DAY, 20 * DAY, false, "is not valid before" },
		{ -20 * DAY, -10 * DAY, false, "expired at" },
	};
	struct maker *maker = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(tls_certificates_freep) struct tls_certificates *certificates = NULL;
		CLEANUP(bytes_clear) struct bytes text = { 0 };
		struct tls_certificates_figures figures;
		long serial;

		maker_clear(maker);
		serial = maker_put(maker, "kunde.example",
				   &(struct maker_wish){ .names = "DNS:kunde.example",
							 .begin = cases[i].begin,
							 .end = cases[i].end });
		certificates = open_with(maker, 16);
		assert_int_equal(ask_at(certificates, "kunde.example", maker->now),
				 cases[i].valid ? serial : NO_CERTIFICATE);
		walk(certificates, maker->now);
		figures = figures_of(certificates);
		assert_int_equal(figures.folders, 1);
		assert_int_equal(figures.expired, !cases[i].valid);
		assert_int_equal(figures.ending, cases[i].valid && cases[i].end < 14 * DAY);
		assert_int_equal(figures.next_end, cases[i].valid ? maker->now + cases[i].end : 0);
		tls_certificates_describe(certificates, &text);
		if (cases[i].text)
			assert_non_null(strstr(text.data, cases[i].text));
		else
			assert_null(strstr(text.data, "certificate: "));
	}
}

/* Not even for the seconds that an answer stands. */
static void stops_at_its_last_second(void **state)
{
	struct maker *maker = *state;
	CLEANUP(tls_certificates_freep) struct tls_certificates *certificates = NULL;
	long serial;

	maker_clear(maker);
	serial = maker_put(
		maker, "kunde.example",
		&(struct maker_wish){ .names = "DNS:kunde.example", .begin = -DAY, .end = 1 });
	certificates = open_with(maker, 16);
	assert_int_equal(ask_at(certificates, "kunde.example", maker->now), serial);
	assert_int_equal(ask_at(certificates, "kunde.example", maker->now + 1), serial);
	assert_int_equal(ask_at(certificates, "kunde.example", maker->now + 2), NO_CERTIFICATE);
}

/* Time goes on: valid, ending, over; and one that has yet to begin. */
static void follows_the_clock(void **state)
{
	struct maker *maker = *state;
	CLEANUP(tls_certificates_freep) struct tls_certificates *certificates = NULL;
	struct tls_certificates_figures figures;
	long first, second;

	maker_clear(maker);
	first = maker_put(
		maker, "a",
		&(struct maker_wish){ .names = "DNS:kunde.example", .begin = -1, .end = 20 * DAY });
	second = maker_put(maker, "b",
			   &(struct maker_wish){ .names = "DNS:kunde.example",
						 .begin = 30 * DAY,
						 .end = 90 * DAY });
	certificates = open_with(maker, 16);
	for (int64_t day = 1; day <= 100; day++) {
		int64_t now = maker->now + day * DAY;
		long expected = day <= 20		 ? first
				: day >= 30 && day <= 90 ? second
							 : NO_CERTIFICATE;

		walk(certificates, now);
		assert_int_equal(ask_at(certificates, "kunde.example", now), expected);
		figures = figures_of(certificates);
		assert_int_equal(figures.expired, (day > 20) + (day < 30 || day > 90));
		assert_int_equal(figures.ending, (day > 6 && day <= 20) || (day > 76 && day <= 90));
	}
}

/* Bounds */

static void keeps_no_more_than_it_may(void **state)
{
	struct maker *maker = *state;
	CLEANUP(tls_certificates_freep) struct tls_certificates *certificates = NULL;
	int64_t now = maker->now + LATER;
	long serials[100];
	char name[32], names[64];

	maker_clear(maker);
	for (int i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "n%d.example", i);
		snprintf(names, sizeof(names), "DNS:n%d.example", i);
		serials[i] = maker_put_names(maker, name, names);
	}
	certificates = open_with(maker, 16);
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 100; i++) {
			snprintf(name, sizeof(name), "n%d.example", i);
			assert_int_equal(ask_at(certificates, name, now), serials[i]);
			/* who is asked for all the time stays */
			assert_int_equal(ask_at(certificates, "n0.example", now), serials[0]);
			assert_true(figures_of(certificates).kept <= 16);
		}
	}
	assert_int_equal(figures_of(certificates).kept, 16);
	assert_int_equal(figures_of(certificates).reads, 1 + 3 * 99);
	assert_int_equal(figures_of(certificates).hits, 600 - 1 - 3 * 99);
	assert_int_equal(ask_at(certificates, "none.example", now), NO_CERTIFICATE);
	assert_int_equal(figures_of(certificates).misses, 1);
}

/* Several threads, while certificates are replaced, broken and taken away. */

#define THREADS 4
#define ROUNDS 60
#define SITES 8

struct hammer {
	struct maker *maker;
	struct tls_certificates *certificates;
	unsigned int number, failures;
};

static void *hammer_run(void *data)
{
	struct hammer *hammer = data;
	char name[32];

	for (unsigned int i = 0; i < ROUNDS; i++) {
		/* a clock that jumps, so that each answer is made anew */
		int64_t now = hammer->maker->now + LATER + (i * 7 + hammer->number) % 97;

		snprintf(name, sizeof(name), "n%u.example", (i + hammer->number) % SITES);
		hammer->failures += ask_at(hammer->certificates, name, now) == NO_CERTIFICATE;
	}
	return NULL;
}

static void *renew_run(void *data)
{
	struct hammer *hammer = data;
	char folder[32], names[64];

	for (unsigned int i = 0; i < ROUNDS; i++) {
		struct maker_wish wish = { .names = names,
					   .key = i % 3 ? MAKER_P256 : MAKER_OTHER };

		snprintf(folder, sizeof(folder), "n%u.example", i % SITES);
		snprintf(names, sizeof(names), "DNS:n%u.example", i % SITES);
		(void)maker_put(hammer->maker, folder, &wish);
		walk(hammer->certificates, hammer->maker->now + LATER);
	}
	return NULL;
}

static void is_shared_by_threads(void **state)
{
	struct maker *maker = *state;
	CLEANUP(tls_certificates_freep) struct tls_certificates *certificates = NULL;
	struct hammer hammers[THREADS + 1];
	pthread_t threads[THREADS + 1];
	char folder[32], names[64];

	maker_clear(maker);
	for (int i = 0; i < SITES; i++) {
		snprintf(folder, sizeof(folder), "n%d.example", i);
		snprintf(names, sizeof(names), "DNS:n%d.example", i);
		(void)maker_put_names(maker, folder, names);
	}
	certificates = open_with(maker, SITES + 4); /* all: what is kept stays in use */
	for (int i = 0; i < SITES; i++) {
		snprintf(folder, sizeof(folder), "n%d.example", i);
		assert_int_not_equal(ask_at(certificates, folder, maker->now), NO_CERTIFICATE);
	}
	for (unsigned int i = 0; i <= THREADS; i++) {
		hammers[i] = (struct hammer){ maker, certificates, i, 0 };
		assert_int_equal(
			pthread_create(&threads[i], NULL, i ? hammer_run : renew_run, &hammers[i]),
			0);
	}
	for (unsigned int i = 0; i <= THREADS; i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
		assert_int_equal(hammers[i].failures, 0);
	}
}

/* With its own thread: what it counts is there after a moment, and it ends at once. */
static void walks_by_itself(void **state)
{
	struct maker *maker = *state;
	CLEANUP(tls_certificates_freep) struct tls_certificates *certificates = NULL;
	CLEANUP(bytes_clear) struct bytes text = { 0 };
	struct timespec pause = { .tv_nsec = 1000000 };
	struct error err;

	maker_clear(maker);
	(void)maker_put_names(maker, "any", "DNS:kunde.example");
	assert_int_equal(tls_certificates_new(maker->directory, 16, &certificates, &err), 0);
	for (int i = 0; i < 10000 && figures_of(certificates).folders == 0; i++)
		nanosleep(&pause, NULL);
	assert_int_equal(figures_of(certificates).folders, 1);
	assert_int_not_equal(ask_at(certificates, "kunde.example", maker->now), NO_CERTIFICATE);
	tls_certificates_describe(certificates, &text);
	assert_non_null(strstr(text.data, "certificates: 1, the next ends at 2"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_names),
		cmocka_unit_test(finds_without_a_walk),
		cmocka_unit_test(waits_for_its_directory),
		cmocka_unit_test(gives_what_the_client_can_do),
		cmocka_unit_test(takes_every_kind_of_key),
		cmocka_unit_test(chooses_the_latest_end),
		cmocka_unit_test(uses_only_what_is_valid),
		cmocka_unit_test(stops_at_its_last_second),
		cmocka_unit_test(follows_the_clock),
		cmocka_unit_test(keeps_no_more_than_it_may),
		cmocka_unit_test(is_shared_by_threads),
		cmocka_unit_test(walks_by_itself),
	};

	return cmocka_run_group_tests(tests, maker_begin, maker_end);
}
