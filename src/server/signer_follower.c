/*
 * A pair is renewed in two steps, and between them the key is not the certificate's: that is
 * trouble for a moment, and ends when the other file changes too. What may end without a change of
 * the files (no descriptors, no memory) is tried again every minute.
 */
#include "server/signer_follower.h"

#include "server/log.h"

#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define RETRY 60	 /* seconds */
#define TELL (24 * 3600) /* seconds between two lines about the same */
#define TIME_SIZE sizeof("2026-01-01T00:00:00Z")

struct file_stamp {
	bool there;
	dev_t device;
	ino_t inode;
	off_t size;
	struct timespec modified, changed;
};

struct pair_stamp {
	struct file_stamp certificate, key;
};

struct signer_follower {
	char *certificate, *key; /* paths; NULL: not set */
	struct pair_stamp stamp; /* before the last reading */
	struct profile_signer *signer;
	bool valid;	      /* signer was at the last look */
	struct error trouble; /* of the last reading; code ERROR_NONE: none */
	int64_t trouble_since, read_at, told_at, looked_at;
};

static void stamp_file(const char *path, struct file_stamp *ret)
{
	struct stat info;

	*ret = (struct file_stamp){ .there = false };
	if (!path || stat(path, &info) < 0)
		return;
	ret->there = true;
	ret->device = info.st_dev;
	ret->inode = info.st_ino;
	ret->size = info.st_size;
	ret->modified = info.st_mtim;
	ret->changed = info.st_ctim;
}

static struct pair_stamp stamp_pair(const struct signer_follower *follower)
{
	struct pair_stamp ret;

	stamp_file(follower->certificate, &ret.certificate);
	stamp_file(follower->key, &ret.key);
	return ret;
}

static bool same_time(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

static bool same_file(const struct file_stamp *a, const struct file_stamp *b)
{
	return a->there == b->there && a->device == b->device && a->inode == b->inode &&
	       a->size == b->size && same_time(&a->modified, &b->modified) &&
	       same_time(&a->changed, &b->changed);
}

static bool same_pair(const struct pair_stamp *a, const struct pair_stamp *b)
{
	return same_file(&a->certificate, &b->certificate) && same_file(&a->key, &b->key);
}

static const char *time_text(int64_t seconds, char ret[TIME_SIZE])
{
	time_t at = (time_t)seconds;
	struct tm parts;

	if (!gmtime_r(&at, &parts) || !strftime(ret, TIME_SIZE, "%Y-%m-%dT%H:%M:%SZ", &parts))
		ret[0] = '\0';
	return ret;
}

/* Telling */

static void tell_findings(struct signer_follower *follower, int64_t now)
{
	CLEANUP(findings_clear) struct findings findings = { 0 };

	profile_signer_check(follower->signer, now, &findings);
	for (size_t i = 0; i < findings.count; i++)
		log_finding(&findings.list[i]);
	follower->told_at = now;
}

static void tell_trouble(const struct signer_follower *follower)
{
	log_error("%s; profiles %s", follower->trouble.text,
		  follower->signer ? "are signed with the certificate and key that were read "
				     "before"
				   : "go out unsigned until it can be read");
}

static void tell_signer(const struct signer_follower *follower)
{
	char at[TIME_SIZE];

	if (follower->valid)
		log_message("profiles are signed; the certificate is valid until %s",
			    time_text(profile_signer_expires(follower->signer), at));
}

/* Reading */

static void take_signer(struct signer_follower *follower, struct profile_signer *signer,
			int64_t now)
{
	profile_signer_unref(follower->signer);
	follower->signer = signer;
	follower->valid = profile_signer_is_valid(signer, now);
	follower->trouble.code = ERROR_NONE;
	tell_signer(follower);
	tell_findings(follower, now);
}

/* Returns whether signer or trouble is another than before. */
static bool read_pair(struct signer_follower *follower, int64_t now)
{
	struct profile_signer *signer = NULL;
	struct error err = { 0 };
	bool news;

	follower->stamp = stamp_pair(follower);
	follower->read_at = now;
	if (profile_signer_load(follower->certificate, follower->key, &signer, &err) == 0) {
		take_signer(follower, signer, now);
		return true;
	}
	news = follower->trouble.code != err.code || strcmp(follower->trouble.text, err.text) != 0;
	if (follower->trouble.code == ERROR_NONE)
		follower->trouble_since = now;
	follower->trouble = err;
	if (news)
		tell_trouble(follower);
	return news;
}

/* Without both names there is nothing to read. */
static void note_missing(struct signer_follower *follower)
{
	profile_signer_unref(follower->signer);
	follower->signer = NULL;
	follower->valid = false;
	follower->trouble.code = ERROR_NONE;
	if (follower->certificate || follower->key)
		log_error("[profile] %s is set, but %s is not; profiles go out unsigned",
			  follower->certificate ? "certificate" : "key",
			  follower->certificate ? "key" : "certificate");
	else
		log_message("profiles go out unsigned: [profile] certificate and key are not set");
}

int signer_follower_new(struct signer_follower **ret, struct error *err)
{
	*ret = calloc(1, sizeof(**ret));
	return *ret ? 0 : error_no_memory(err);
}

/* A path of the configuration; NULL stays NULL. */
static int take_path(const struct configuration *configuration, const char *path, char **ret,
		     struct error *err)
{
	if (!path)
		return 0;
	*ret = configuration_path(configuration, path);
	return *ret ? 0 : error_no_memory(err);
}

int signer_follower_set(struct signer_follower *follower, const struct configuration *configuration,
			int64_t now, struct error *err)
{
	CLEANUP(freep) char *certificate = NULL;
	CLEANUP(freep) char *key = NULL;

	if (take_path(configuration, configuration->profile_certificate, &certificate, err) < 0 ||
	    take_path(configuration, configuration->profile_key, &key, err) < 0)
		return -1;
	free(follower->certificate);
	free(follower->key);
	follower->certificate = certificate;
	follower->key = key;
	certificate = NULL;
	key = NULL;
	follower->trouble.code = ERROR_NONE; /* so that it is told again */
	if (follower->certificate && follower->key)
		(void)read_pair(follower, now);
	else
		note_missing(follower);
	return 0;
}

/* A certificate begins or ends to be valid, or somebody has to be reminded that it is not. */
static bool watch_time(struct signer_follower *follower, int64_t now)
{
	bool before = follower->valid, near;

	if (!follower->signer)
		return false;
	follower->valid = profile_signer_is_valid(follower->signer, now);
	near = profile_signer_expires(follower->signer) - now < PROFILE_SIGNER_EXPIRY_NEAR;
	if (follower->valid != before)
		tell_signer(follower);
	if (follower->valid != before ||
	    ((near || !follower->valid) && now - follower->told_at >= TELL))
		tell_findings(follower, now);
	return follower->valid != before;
}

bool signer_follower_look(struct signer_follower *follower, int64_t now)
{
	struct pair_stamp stamp;
	bool news;

	if (now == follower->looked_at)
		return false;
	follower->looked_at = now;
	news = watch_time(follower, now);
	if (!follower->certificate || !follower->key)
		return news;
	stamp = stamp_pair(follower);
	if (!same_pair(&stamp, &follower->stamp) ||
	    (follower->trouble.code != ERROR_NONE && now - follower->read_at >= RETRY))
		news |= read_pair(follower, now);
	return news;
}

struct profile_signer *signer_follower_signer(const struct signer_follower *follower)
{
	return follower->valid ? follower->signer : NULL;
}

void signer_follower_describe(const struct signer_follower *follower, struct bytes *text)
{
	char at[TIME_SIZE];

	if (!follower->signer)
		bytes_append_text(text, "profiles: unsigned");
	else if (follower->valid)
		bytes_append_format(text, "profiles: signed, the certificate is valid until %s",
				    time_text(profile_signer_expires(follower->signer), at));
	else
		bytes_append_format(text,
				    "profiles: unsigned, the certificate is not valid (its end: "
				    "%s)",
				    time_text(profile_signer_expires(follower->signer), at));
	if (follower->trouble.code != ERROR_NONE)
		bytes_append_format(text, "; certificate and key cannot be read since %s: %s",
				    time_text(follower->trouble_since, at), follower->trouble.text);
	bytes_append_text(text, "\n");
}

void signer_follower_free(struct signer_follower *follower)
{
	if (!follower)
		return;
	profile_signer_unref(follower->signer);
	free(follower->certificate);
	free(follower->key);
	free(follower);
}
