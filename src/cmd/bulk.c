#include "cmd/bulk.h"

#include "cmd/command.h"
#include "cmd/output.h"
#include "cmd/site.h"

#include <string.h>

int bulk_begin(struct bulk *bulk)
{
	struct error err;

	bulk->rows = calloc(BULK_BATCH, sizeof(*bulk->rows));
	if (!bulk->rows) {
		error_no_memory(&err);
		return complain_error(&err);
	}
	bulk->refusals.source = bulk->source;
	bulk->refusals.progress = &bulk->progress;
	progress_begin(&bulk->progress, "lines");
	return STATUS_DONE;
}

void bulk_refuse(struct bulk *bulk, size_t number, const char *text, size_t size,
		 const char *reason)
{
	refusals_add(&bulk->refusals, number, text, size, reason);
}

static int write_rows(struct bulk *bulk, struct error *err)
{
	char user[64];

	if (store_begin(bulk->store, err) < 0)
		return -1;
	for (size_t i = 0; i < bulk->row_count; i++) {
		struct bulk_row *row = &bulk->rows[i];
		int result = bulk->removes ? store_remove_domain(bulk->store, &row->domain,
								 &row->outcome, err)
					   : store_set_domain(bulk->store, &row->domain,
							      row->provider, &row->outcome, err);

		if (result < 0) {
			store_rollback(bulk->store);
			return -1;
		}
	}
	return store_commit(bulk->store, site_user(user, sizeof(user)), bulk->what, err);
}

/* What write_rows() would find. A domain that comes twice is looked up twice in the same store. */
static int look_rows_up(struct bulk *bulk, struct error *err)
{
	for (size_t i = 0; i < bulk->row_count; i++) {
		struct bulk_row *row = &bulk->rows[i];
		CLEANUP(freep) char *provider = NULL;
		bool found = store_find(bulk->store, &row->domain, &provider, err) == 0;

		if (!found && err->code != ERROR_NOT_FOUND)
			return -1;
		if (bulk->removes)
			row->outcome = found ? STORE_REMOVED : STORE_ABSENT;
		else if (!found)
			row->outcome = STORE_ADDED;
		else
			row->outcome = strcmp(provider, row->provider) == 0 ? STORE_UNCHANGED
									    : STORE_CHANGED;
	}
	return 0;
}

/* Counts only what is safely in the store. */
static int finish_batch(struct bulk *bulk)
{
	struct error err;
	int result = bulk->dry_run ? look_rows_up(bulk, &err) : write_rows(bulk, &err);

	if (result < 0) {
		progress_clear(&bulk->progress);
		if (bulk->source && bulk->rows[0].number > 1)
			error_prefix(&err,
				     "%s: what comes before line %zu is done, the rest is not",
				     bulk->source, bulk->rows[0].number);
		return complain_error(&err);
	}
	for (size_t i = 0; i < bulk->row_count; i++) {
		const struct bulk_row *row = &bulk->rows[i];

		bulk->outcomes[row->outcome]++;
		if (row->outcome == STORE_ABSENT)
			refusals_complain(&bulk->refusals, row->number, row->domain.text,
					  "not in the store");
	}
	bulk->row_count = 0;
	return STATUS_DONE;
}

int bulk_row(struct bulk *bulk, size_t number, const struct domain_name *domain,
	     const char *provider)
{
	bulk->rows[bulk->row_count++] = (struct bulk_row){
		.number = number,
		.provider = provider,
		.domain = *domain,
	};
	return bulk->row_count == BULK_BATCH ? finish_batch(bulk) : STATUS_DONE;
}

static void print_counts(const struct bulk *bulk)
{
	const size_t *n = bulk->outcomes;

	if (bulk->json && bulk->removes)
		output_json(json_pack("{s:I, s:I, s:I, s:b}", "removed",
				      (json_int_t)n[STORE_REMOVED], "absent",
				      (json_int_t)n[STORE_ABSENT], "refused",
				      (json_int_t)bulk->refusals.count, "dry_run", bulk->dry_run));
	else if (bulk->json)
		output_json(json_pack(
			"{s:I, s:I, s:I, s:I, s:b}", "added", (json_int_t)n[STORE_ADDED], "changed",
			(json_int_t)n[STORE_CHANGED], "unchanged", (json_int_t)n[STORE_UNCHANGED],
			"refused", (json_int_t)bulk->refusals.count, "dry_run", bulk->dry_run));
	else if (bulk->removes)
		output_text("%sremoved %zu, absent %zu, refused %zu\n",
			    bulk->dry_run ? "dry run: " : "", n[STORE_REMOVED], n[STORE_ABSENT],
			    bulk->refusals.count);
	else
		output_text("%sadded %zu, changed %zu, unchanged %zu, refused %zu\n",
			    bulk->dry_run ? "dry run: " : "", n[STORE_ADDED], n[STORE_CHANGED],
			    n[STORE_UNCHANGED], bulk->refusals.count);
}

int bulk_end(struct bulk *bulk, int status)
{
	if (status == STATUS_DONE && bulk->row_count)
		status = finish_batch(bulk);
	progress_clear(&bulk->progress);
	refusals_end(&bulk->refusals);
	print_counts(bulk);
	free(bulk->rows);
	bulk->rows = NULL;
	if (status == STATUS_DONE && (bulk->refusals.count || bulk->outcomes[STORE_ABSENT]))
		status = STATUS_FINDING;
	return status;
}
