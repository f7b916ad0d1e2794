#include "server/signer_follower.h"

#include "../sign/certificates.h"

#define CONFIGURATION "[profile]\ncertificate = fullchain.pem\nkey = privkey.pem\n"

/* What was logged goes to a file. */
struct logged {
	FILE *file;
	int standard_error;
};

static void log_begin(struct logged *logged)
{
	logged->file = tmpfile();
	assert_non_null(logged->file);
	fflush(stderr);
	logged->standard_error = dup(STDERR_FILENO);
	assert_true(dup2(fileno(logged->file), STDERR_FILENO) >= 0);
}

/* The lines since the last look, without the directory. */
static void expect_log(const struct certificates *all, struct logged *logged, const char *wanted)
{
	size_t length = strlen(all->directory) + 1;
	char text[4096], *at;
	ssize_t size = pread(fileno(logged->file), text, sizeof(text) - 1, 0);

	assert_true(size >= 0);
	text[size] = '\0';
	assert_int_equal(ftruncate(fileno(logged->file), 0), 0);
	assert_int_equal(lseek(fileno(logged->file), 0, SEEK_SET), 0);
	while ((at = strstr(text, all->directory)))
		memmove(at, at + length, strlen(at + length) + 1);
	assert_string_equal(text, wanted);
}

static void log_end(struct logged *logged)
{
	assert_true(dup2(logged->standard_error, STDERR_FILENO) >= 0);
	close(logged->standard_error);
	fclose(logged->file);
}

static void put_pair(const struct certificates *all, const struct certificate_wish *wish)
{
	X509 *chain[] = { certificates_leaf(all, wish), all->intermediate };

	certificates_write(all, "fullchain.pem", chain, 2);
	certificates_write_key(all, "privkey.pem", all->keys[wish->key], NULL);
	X509_free(chain[0]);
}

static void set(const struct certificates *all, struct signer_follower *follower, const char *text,
		int64_t now)
{
	CLEANUP(findings_clear) struct findings findings = { 0 };
	CLEANUP(configuration_freep) struct configuration *configuration = NULL;
	struct error err;

	assert_int_equal(configuration_parse(text, strlen(text), "c", all->directory,
					     &configuration, &findings, &err),
			 0);
	assert_int_equal(signer_follower_set(follower, configuration, now, &err), 0);
}

static void expect_state(const struct certificates *all, const struct signer_follower *follower,
			 const char *wanted)
{
	CLEANUP(bytes_clear) struct bytes text = { 0 };
	char *at;

	signer_follower_describe(follower, &text);
	at = strstr(text.data, all->directory);
	if (at)
		memmove(at, at + strlen(all->directory) + 1,
			strlen(at + strlen(all->directory) + 1) + 1);
	assert_string_equal(text.data, wanted);
}

static struct signer_follower *make_follower(void)
{
	struct signer_follower *follower = NULL;
	struct error err;

	assert_int_equal(signer_follower_new(&follower, &err), 0);
	return follower;
}

#define SIGNED "profiles: signed, the certificate is valid until 2027-04-05T08:00:00Z"
#define LOADED                                                                                     \
	"signpostd: profiles are signed; the certificate is valid until 2027-04-05T08:00:00Z\n"
#define GARBAGE "fullchain.pem: no certificate in PEM form (-----BEGIN CERTIFICATE-----) is in it"

static void keeps_what_was_there(void **state)
{
	static const struct certificate_wish usual = { .key = KEY_P256 };
	const struct certificates *all = *state;
	struct signer_follower *follower = make_follower();
	struct profile_signer *first;
	struct logged logged;

	put_pair(all, &usual);
	log_begin(&logged);
	set(all, follower, CONFIGURATION, NOW);
	expect_log(all, &logged, LOADED);
	expect_state(all, follower, SIGNED "\n");
	first = signer_follower_signer(follower);
	assert_non_null(first);
	assert_false(signer_follower_look(follower, NOW));

	certificates_write_bytes(all, "fullchain.pem", "x", 1);
	assert_false(signer_follower_look(follower, NOW)); /* once a second is enough */
	assert_true(signer_follower_look(follower, NOW + 1));
	assert_ptr_equal(signer_follower_signer(follower), first);
	expect_log(all, &logged,
		   "signpostd: error: " GARBAGE
		   "; profiles are signed with the certificate and key "
		   "that were read before\n");
	expect_state(all, follower,
		     SIGNED
		     "; certificate and key cannot be read since 2027-01-15T08:00:01Z: " GARBAGE
		     "\n");
	for (int second = 2; second < 200; second++)
		assert_false(signer_follower_look(follower, NOW + second));
	expect_log(all, &logged, ""); /* tried again, and not told again */

	put_pair(all, &usual);
	assert_true(signer_follower_look(follower, NOW + 200));
	assert_ptr_not_equal(signer_follower_signer(follower), NULL);
	expect_log(all, &logged, LOADED);
	expect_state(all, follower, SIGNED "\n");

	set(all, follower, "", NOW + 201);
	assert_null(signer_follower_signer(follower));
	expect_log(all, &logged,
		   "signpostd: profiles go out unsigned: [profile] certificate and key are not "
		   "set\n");
	expect_state(all, follower, "profiles: unsigned\n");
	log_end(&logged);
	signer_follower_free(follower);
}

#define EXPIRES                                                                                    \
	"signpostd: warning: fullchain.pem: the certificate expires at 2027-01-17T08:00:00Z\n"
#define EXPIRED                                                                                    \
	"signpostd: error: fullchain.pem: the certificate expired at 2027-01-17T08:00:00Z; "       \
	"profiles go out unsigned\n"

static void reminds_once_a_day(void **state)
{
	static const struct certificate_wish short_one = { .key = KEY_P256, .begin = -1, .end = 2 };
	static const struct {
		int64_t at; /* seconds from the start */
		bool news, valid;
		const char *log;
	} looks[] = {
		{ 60, false, true, "" },
		{ DAY - 1, false, true, "" },
		{ DAY, false, true, EXPIRES },
		{ DAY + 1, false, true, "" },
		{ 2 * DAY, false, true, EXPIRES },
		{ 2 * DAY + 1, true, false, EXPIRED },
		{ 2 * DAY + 2, false, false, "" },
		{ 3 * DAY, false, false, "" },
		{ 3 * DAY + 1, false, false, EXPIRED },
		/* a clock that goes back */
		{ DAY, true, true,
		  "signpostd: profiles are signed; the certificate is valid until "
		  "2027-01-17T08:00:00Z\n" EXPIRES },
	};
	const struct certificates *all = *state;
	struct signer_follower *follower = make_follower();
	struct logged logged;

	put_pair(all, &short_one);
	log_begin(&logged);
	set(all, follower, CONFIGURATION, NOW);
	expect_log(all, &logged,
		   "signpostd: profiles are signed; the certificate is valid until "
		   "2027-01-17T08:00:00Z\n" EXPIRES);
	for (size_t i = 0; i < sizeof(looks) / sizeof(*looks); i++) {
		assert_int_equal(signer_follower_look(follower, NOW + looks[i].at), looks[i].news);
		assert_int_equal(signer_follower_signer(follower) != NULL, looks[i].valid);
		expect_log(all, &logged, looks[i].log);
		expect_state(all, follower,
			     looks[i].valid ? "profiles: signed, the certificate is valid until "
					      "2027-01-17T08:00:00Z\n"
					    : "profiles: unsigned, the certificate is not valid "
					      "(its end: 2027-01-17T08:00:00Z)\n");
	}
	log_end(&logged);
	signer_follower_free(follower);
}

static void waits_for_files(void **state)
{
	static const struct certificate_wish usual = { .key = KEY_P256 };
	const struct certificates *all = *state;
	struct signer_follower *follower = make_follower();
	struct logged logged;
	char path[128];

	put_pair(all, &usual);
	assert_int_equal(unlink(certificates_path(all, "privkey.pem", path)), 0);
	log_begin(&logged);
	set(all, follower, CONFIGURATION, NOW);
	expect_log(all, &logged,
		   "signpostd: error: privkey.pem: No such file or directory; profiles go out "
		   "unsigned until it can be read\n");
	expect_state(all, follower,
		     "profiles: unsigned; certificate and key cannot be read since "
		     "2027-01-15T08:00:00Z: privkey.pem: No such file or directory\n");
	assert_null(signer_follower_signer(follower));
	assert_false(signer_follower_look(follower, NOW + 1));
	put_pair(all, &usual);
	assert_true(signer_follower_look(follower, NOW + 2));
	assert_non_null(signer_follower_signer(follower));
	expect_log(all, &logged, LOADED);

	set(all, follower, "[profile]\nkey = privkey.pem\n", NOW + 3);
	assert_null(signer_follower_signer(follower));
	expect_log(all, &logged,
		   "signpostd: error: [profile] key is set, but certificate is not; profiles go "
		   "out unsigned\n");
	assert_false(signer_follower_look(follower, NOW + 4));
	log_end(&logged);
	signer_follower_free(follower);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_what_was_there),
		cmocka_unit_test(reminds_once_a_day),
		cmocka_unit_test(waits_for_files),
	};

	return cmocka_run_group_tests(tests, certificates_begin, certificates_end);
}
