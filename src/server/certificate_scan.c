/*
 * A folder is known by a hash of its name and of its files' stamp: if the last walk had the same,
 * it is what it was. Without the key, a folder is read again by the next walk: when a file is so
 * fresh that a change might not show, and when one that cannot be used was changed a moment ago,
 * since certificate and key are written one after the other; then it is not told either.
 */
#include "server/certificate_scan.h"

#include "base/siphash.h"
#include "base/text.h"
#include "server/certificate_pair.h"
#include "server/certificate_stamp.h"
#include "server/log.h"
#include "sign/certificate_file.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define TELL (24 * 3600) /* seconds between two lines about the same */

struct certificate_scan {
	char *directory;
	uint64_t seed;
	struct certificate_pool *pool;
	struct certificate_index *index; /* of the last walk; NULL: there was none */
	int64_t walked_at, told_at;
	bool has_walked;
	struct error trouble; /* that was told last */
};

/* One walk. */
struct walk {
	struct certificate_scan *scan;
	int64_t now;
	bool tell_all;
	struct certificate_index *index;
	struct certificate_report *report;
	size_t told, untold; /* lines; more that would have been */
};

/* One folder of it. */
struct visit {
	const char *folder;
	struct certificate_record record;
	struct error trouble; /* of the reading, if it was read and cannot be used */
	bool news;	      /* if it cannot be used, that was not known */
};

bool certificate_scan_is_folder(const char *name)
{
	size_t length = strlen(name);

	return name[0] != '.' && length < CERTIFICATE_FOLDER_SIZE && text_is_clean(name, length);
}

static uint64_t key_of(const struct certificate_scan *scan, const char *folder,
		       const struct certificate_stamp *stamp)
{
	return siphash(scan->seed ^ stamp->value, folder, strlen(folder)) | 1;
}

/* Reading */

static struct certificate_record judge(const struct certificate_pair *pair, int64_t now,
				       uint64_t key)
{
	bool early = now < pair->begin;

	return (struct certificate_record){ key, early ? CERTIFICATE_EARLY : CERTIFICATE_GOOD,
					    early ? pair->begin : pair->end };
}

static bool may_pass(const struct error *err)
{
	return err->code == ERROR_IO || err->code == ERROR_NO_MEMORY;
}

static int read_folder(struct walk *walk, struct visit *visit,
		       const struct certificate_stamp *stamp, uint64_t key, struct error *err)
{
	CLEANUP(certificate_pair_unrefp) struct certificate_pair *pair = NULL;
	const struct certificate_scan *scan = walk->scan;

	if (certificate_pair_read(scan->directory, visit->folder, scan->pool, &pair,
				  &visit->trouble) == 0) {
		visit->record = judge(pair, walk->now, stamp->settled ? key : 0);
		return certificate_index_add(walk->index, visit->folder, &visit->record,
					     &pair->names, err);
	}
	visit->record = (struct certificate_record){
		.key = stamp->quiet ? key : 0,
		.verdict = may_pass(&visit->trouble) ? CERTIFICATE_RETRY : CERTIFICATE_BAD,
	};
	visit->news = visit->news && stamp->quiet;
	return certificate_index_add(walk->index, visit->folder, &visit->record, NULL, err);
}

/* Whether what the last walk knew of it still holds. */
static bool still_holds(const struct certificate_record *record, int64_t now)
{
	return record->verdict == CERTIFICATE_GOOD || record->verdict == CERTIFICATE_BAD ||
	       (record->verdict == CERTIFICATE_EARLY && now < record->limit);
}

/* Counting and telling */

static bool is_over(const struct certificate_record *record, int64_t now)
{
	return record->verdict == CERTIFICATE_EARLY ||
	       (record->verdict == CERTIFICATE_GOOD && record->limit < now);
}

static bool is_bad(const struct certificate_record *record)
{
	return record->verdict == CERTIFICATE_BAD || record->verdict == CERTIFICATE_RETRY;
}

/* What is wrong with the folder, in a sentence. */
static void describe(const struct walk *walk, struct visit *visit)
{
	CLEANUP(certificate_pair_unrefp) struct certificate_pair *ignored = NULL;
	char at[CERTIFICATE_FILE_TIME_SIZE];

	if (!is_bad(&visit->record))
		(void)error_set(&visit->trouble, ERROR_UNAVAILABLE,
				"%s/%s/" CERTIFICATE_CHAIN_NAME ": the certificate %s %s",
				walk->scan->directory, visit->folder,
				visit->record.verdict == CERTIFICATE_EARLY ? "is not valid before"
									   : "expired at",
				certificate_file_time(visit->record.limit, at));
	else if (visit->trouble.code == ERROR_NONE)
		(void)certificate_pair_read(walk->scan->directory, visit->folder, walk->scan->pool,
					    &ignored, &visit->trouble);
	if (visit->trouble.code == ERROR_NONE) /* it was mended meanwhile */
		(void)error_set(&visit->trouble, ERROR_UNAVAILABLE, "%s/%s: cannot be used yet",
				walk->scan->directory, visit->folder);
}

static void note_fault(struct walk *walk, struct visit *visit)
{
	struct certificate_report *report = walk->report;
	bool show = report->example_count < CERTIFICATE_SCAN_EXAMPLES;
	bool news = visit->news || walk->tell_all;
	bool tell = news && walk->told < CERTIFICATE_SCAN_EXAMPLES;

	walk->told += tell;
	walk->untold += news && !tell;
	if (!show && !tell)
		return;
	describe(walk, visit);
	if (show)
		memcpy(report->examples[report->example_count++], visit->trouble.text,
		       ERROR_TEXT_SIZE);
	if (tell)
		log_error("%s; it is not used", visit->trouble.text);
}

static void count(struct walk *walk, struct visit *visit)
{
	struct certificate_report *report = walk->report;
	const struct certificate_record *record = &visit->record;

	report->folders++;
	if (is_bad(record) || is_over(record, walk->now)) {
		report->unreadable += is_bad(record);
		report->expired += !is_bad(record);
		note_fault(walk, visit);
		return;
	}
	report->ending += record->limit - walk->now < CERTIFICATE_SCAN_ENDING;
	if (!report->next_end || record->limit < report->next_end)
		report->next_end = record->limit;
}

/* Walking */

static int visit_folder(struct walk *walk, const char *folder, struct error *err)
{
	struct visit visit = { .folder = folder, .news = true };
	struct certificate_scan *scan = walk->scan;
	struct certificate_stamp stamp;
	uint64_t key;
	int result;

	certificate_stamp_look(scan->directory, folder, scan->seed, walk->now, &stamp);
	if (!stamp.there)
		return 0;
	key = key_of(scan, folder, &stamp);
	if (certificate_index_record(scan->index, key, &visit.record))
		visit.news = !is_bad(&visit.record) && !is_over(&visit.record, scan->walked_at);
	if (visit.record.key && still_holds(&visit.record, walk->now))
		result = certificate_index_carry(walk->index, scan->index, key, folder, err);
	else
		result = read_folder(walk, &visit, &stamp, key, err);
	if (result == 0)
		count(walk, &visit);
	return result;
}

static int visit_all(struct walk *walk, DIR *directory, certificate_scan_pause *pause,
		     void *context, struct error *err)
{
	const struct dirent *entry;

	while ((entry = readdir(directory))) {
		if (entry->d_type == DT_REG || !certificate_scan_is_folder(entry->d_name))
			continue;
		if (visit_folder(walk, entry->d_name, err) < 0)
			return -1;
		if (pause && !pause(context))
			return 1;
	}
	return certificate_index_finish(walk->index, err);
}

static void tell_end(const struct walk *walk)
{
	const struct certificate_report *report = walk->report;

	if (walk->untold)
		log_error("%zu more certificates cannot be used; signpost check tells all",
			  walk->untold);
	if (!walk->scan->has_walked)
		log_message("certificates: %zu, of which %zu cannot be used", report->folders,
			    report->unreadable + report->expired);
}

/* Without a directory, what was known before is not known to be wrong. */
static int note_trouble(struct certificate_scan *scan, struct certificate_index **ret_index,
			struct certificate_report *report, struct error *err)
{
	(void)error_errno(&report->trouble, errno, "%s", scan->directory);
	if (strcmp(scan->trouble.text, report->trouble.text) != 0)
		log_error("%s; [tls] certificates", report->trouble.text);
	scan->trouble = report->trouble;
	if (!scan->index && (certificate_index_new(scan->seed, &scan->index, err) < 0 ||
			     certificate_index_finish(scan->index, err) < 0))
		return -1;
	*ret_index = certificate_index_ref(scan->index);
	return 0;
}

static void finish(struct walk *walk)
{
	struct certificate_scan *scan = walk->scan;

	tell_end(walk);
	if (walk->tell_all)
		scan->told_at = walk->now;
	certificate_index_unref(scan->index);
	scan->index = certificate_index_ref(walk->index);
	scan->walked_at = walk->now;
	scan->has_walked = true;
	scan->trouble = (struct error){ 0 };
}

static void closedirp(DIR **directory)
{
	if (*directory)
		closedir(*directory);
}

int certificate_scan_walk(struct certificate_scan *scan, int64_t now, certificate_scan_pause *pause,
			  void *context, struct certificate_index **ret_index,
			  struct certificate_report *report, struct error *err)
{
	CLEANUP(closedirp) DIR *directory = opendir(scan->directory);
	CLEANUP(certificate_index_unrefp) struct certificate_index *index = NULL;
	struct certificate_report found = { 0 };
	struct walk walk = {
		.scan = scan,
		.now = now,
		.tell_all = !scan->has_walked || now - scan->told_at >= TELL,
		.report = &found,
	};
	int result;

	if (!directory) {
		*report = found;
		return note_trouble(scan, ret_index, report, err);
	}
	if (certificate_index_new(scan->seed, &index, err) < 0)
		return -1;
	walk.index = index;
	result = visit_all(&walk, directory, pause, context, err);
	if (result != 0)
		return result;
	finish(&walk);
	*report = found;
	*ret_index = index;
	index = NULL;
	return 0;
}

int certificate_scan_new(const char *directory, uint64_t seed, struct certificate_pool *pool,
			 struct certificate_scan **ret, struct error *err)
{
	struct certificate_scan *scan = calloc(1, sizeof(*scan));

	if (!scan)
		return error_no_memory(err);
	scan->directory = strdup(directory);
	if (!scan->directory) {
		free(scan);
		return error_no_memory(err);
	}
	scan->seed = seed;
	scan->pool = pool;
	*ret = scan;
	return 0;
}

void certificate_scan_free(struct certificate_scan *scan)
{
	if (!scan)
		return;
	free(scan->directory);
	certificate_index_unref(scan->index);
	free(scan);
}
