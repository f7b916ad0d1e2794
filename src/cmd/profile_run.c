#include "cmd/profile_run.h"

#include "base/text.h"
#include "cmd/options.h"
#include "cmd/output.h"
#include "cmd/profile_file_name.h"
#include "cmd/site.h"

#include <search.h>
#include <string.h>

struct profile_run_file {
	size_t number, size;
	char address[EMAIL_ADDRESS_SIZE];
	char name[PROFILE_FILE_NAME_SIZE];
};

/* A name that is taken, and by whom. */
struct taken_name {
	size_t number;
	const char *name; /* of one that is kept, behind the struct */
};

static int open_source(const struct invocation *invocation, struct profile_run *run)
{
	const char *id = option_value(invocation, "provider");

	if (!id)
		return site_store(run->providers->configuration, STORE_READ, &run->store);
	run->answers = site_find_provider(run->providers, id);
	return run->answers ? STATUS_DONE : STATUS_FINDING;
}

static int open_maker(const struct invocation *invocation, struct profile_run *run)
{
	const char *wanted_unsigned = option_value(invocation, "unsigned");
	int status = profile_maker_open(&run->maker, run->providers, wanted_unsigned);

	if (status == STATUS_DONE && !run->maker.signer && !wanted_unsigned)
		complain("unsigned, so devices warn: [profile] certificate and key are not set");
	return status;
}

static int open_directory(const struct invocation *invocation, struct profile_run *run)
{
	struct error err;

	run->directory = option_value(invocation, "out");
	if (!run->directory)
		return STATUS_DONE;
	if (file_batch_open(run->directory, option_value(invocation, "force"), &run->batch, &err) <
	    0)
		return complain_error(&err);
	run->files = calloc(PROFILE_RUN_BATCH, sizeof(*run->files));
	if (run->files)
		return STATUS_DONE;
	error_no_memory(&err);
	return complain_error(&err);
}

int profile_run_open(const struct invocation *invocation, struct profile_run *ret)
{
	int status;

	*ret = (struct profile_run){ .json = invocation->json };
	ret->refusals.progress = &ret->progress;
	status = site_providers(invocation, &ret->providers);
	if (status == STATUS_DONE)
		status = profile_maker_choose(ret->providers, option_value(invocation, "content"),
					      option_value(invocation, "language"), &ret->choice);
	if (status == STATUS_DONE)
		status = open_source(invocation, ret);
	if (status == STATUS_DONE)
		status = open_maker(invocation, ret);
	if (status == STATUS_DONE)
		status = open_directory(invocation, ret);
	if (status == STATUS_DONE)
		progress_begin(&ret->progress, "lines");
	return status;
}

void profile_run_close(struct profile_run *run)
{
	file_batch_close(run->batch);
	free(run->files);
	tdestroy(run->names, free);
	profile_maker_close(&run->maker);
	store_close(run->store);
	provider_set_unref(run->providers);
}

/* One profile */

static int check_text(const char *what, const char *text, size_t size, struct error *err)
{
	if (size > PROFILE_RUN_NAME_MAX)
		return error_set(err, ERROR_INVALID, "its %s has %zu bytes, more than %d", what,
				 size, PROFILE_RUN_NAME_MAX);
	if (!text_is_clean(text, size))
		return error_set(err, ERROR_INVALID,
				 "its %s is not UTF-8 text without control characters", what);
	return 0;
}

static int find_answers(const struct profile_run *run, const struct domain_name *domain,
			const struct provider_answers **ret, struct error *err)
{
	CLEANUP(freep) char *id = NULL;

	*ret = run->answers;
	if (*ret)
		return 0;
	if (store_find(run->store, domain, &id, err) < 0)
		return err->code == ERROR_NOT_FOUND
			       ? error_set(err, ERROR_NOT_FOUND, "%s is not in the store",
					   domain->text)
			       : -1;
	*ret = provider_set_find(run->providers, id);
	return *ret ? 0 : error_set(err, ERROR_NOT_FOUND, "its provider, %s, is not loaded", id);
}

static int make(const struct profile_run *run, const struct profile_line *line,
		struct email_address *address, struct document *ret, struct error *err)
{
	const struct document_subject subject = { .domain = &address->domain, .address = address };
	const struct provider_answers *answers = NULL;
	struct document_choice choice = run->choice;

	if (email_address_parse(line->text, line->size, address, err) < 0 ||
	    check_text("name", line->full_name, line->full_name_size, err) < 0 ||
	    check_text("login name", line->login, line->login_size, err) < 0 ||
	    find_answers(run, &address->domain, &answers, err) < 0)
		return -1;
	choice.full_name = line->full_name;
	choice.login = line->login;
	return profile_maker_make(&run->maker, answers, &choice, &subject, ret, err);
}

static int compare_names(const void *a, const void *b)
{
	const struct taken_name *first = a, *second = b;

	return strcmp(first->name, second->name);
}

/* No two lines write the same file, whether it may be replaced or not. */
static int check_name(const struct profile_run *run, const char *name, struct error *err)
{
	const struct taken_name wanted = { .name = name };
	struct taken_name *const *found = tfind(&wanted, &run->names, compare_names);

	if (!found)
		return 0;
	return error_set(err, ERROR_CONFLICT, "%s %zu has the file name %s already",
			 run->refusals.source ? "line" : "address", (*found)->number, name);
}

static int take_name(struct profile_run *run, size_t number, const char *name, struct error *err)
{
	size_t size = strlen(name) + 1;
	struct taken_name *taken = malloc(sizeof(*taken) + size);

	if (!taken)
		return error_no_memory(err);
	taken->number = number;
	taken->name = memcpy(taken + 1, name, size);
	if (tsearch(taken, &run->names, compare_names))
		return 0;
	free(taken);
	return error_no_memory(err);
}

static int write_document(struct profile_run *run, size_t number,
			  const struct email_address *address, const struct document *document,
			  struct error *err)
{
	struct profile_run_file *file = &run->files[file_batch_count(run->batch)];

	if (profile_file_name(address, file->name, err) < 0 ||
	    check_name(run, file->name, err) < 0 || take_name(run, number, file->name, err) < 0 ||
	    file_batch_add(run->batch, file->name, document->bytes, document->size, err) < 0)
		return -1;
	file->number = number;
	file->size = document->size;
	memcpy(file->address, address->text, address->length + 1);
	return 0;
}

/* Beside --json the bytes themselves have no place. */
static void print_document(struct profile_run *run, const struct email_address *address,
			   const struct document *document)
{
	if (run->json)
		output_json(json_pack("{s:s, s:s, s:s, s:I, s:b}", "address", address->text,
				      "file_name", document->file_name, "media_type",
				      document->media_type, "bytes", (json_int_t)document->size,
				      "signed", run->maker.signer != NULL));
	else
		output_bytes(document->bytes, document->size);
	run->made++;
}

static void file_done(void *context, size_t index, const struct error *err)
{
	struct profile_run *run = context;
	const struct profile_run_file *file = &run->files[index];

	if (err) {
		refusals_add(&run->refusals, file->number, file->address, strlen(file->address),
			     err->text);
		return;
	}
	run->made++;
	if (run->json)
		output_json(json_pack("{s:s, s:s, s:I, s:b}", "address", file->address, "file",
				      file->name, "bytes", (json_int_t)file->size, "signed",
				      run->maker.signer != NULL));
	else if (!run->refusals.source)
		output_text("%s/%s\n", run->directory, file->name);
}

static int commit(struct profile_run *run)
{
	struct error err;

	if (file_batch_commit(run->batch, file_done, run, &err) == 0)
		return STATUS_DONE;
	progress_clear(&run->progress);
	return complain_error(&err);
}

/* Whether an error is about the one line, so that others can still be made. */
static bool is_refusal(const struct error *err)
{
	return err->code == ERROR_INVALID || err->code == ERROR_NOT_FOUND ||
	       err->code == ERROR_CONFLICT;
}

static int refuse(struct profile_run *run, const struct profile_line *line, struct error *err)
{
	if (is_refusal(err)) {
		refusals_add(&run->refusals, line->number, line->text, line->size, err->text);
		return STATUS_DONE;
	}
	progress_clear(&run->progress);
	if (run->refusals.source)
		error_prefix(err, "%s:%zu", run->refusals.source, line->number);
	return complain_error(err);
}

int profile_run_line(struct profile_run *run, const struct profile_line *line)
{
	struct email_address address;
	struct document document;
	struct error err;
	int result;

	if (make(run, line, &address, &document, &err) < 0)
		return refuse(run, line, &err);
	if (!run->batch) {
		print_document(run, &address, &document);
		free(document.bytes);
		return STATUS_DONE;
	}
	result = write_document(run, line->number, &address, &document, &err);
	free(document.bytes);
	if (result < 0)
		return refuse(run, line, &err);
	return file_batch_count(run->batch) == PROFILE_RUN_BATCH ? commit(run) : STATUS_DONE;
}

static void print_counts(const struct profile_run *run)
{
	if (run->json)
		output_json(json_pack("{s:I, s:I}", "made", (json_int_t)run->made, "refused",
				      (json_int_t)run->refusals.count));
	else
		output_text("made %zu, refused %zu\n", run->made, run->refusals.count);
}

int profile_run_end(struct profile_run *run, int status)
{
	int committed = run->batch ? commit(run) : STATUS_DONE;

	progress_clear(&run->progress);
	refusals_end(&run->refusals);
	if (run->batch)
		print_counts(run);
	if (status == STATUS_DONE)
		status = committed;
	return status == STATUS_DONE && run->refusals.count ? STATUS_FINDING : status;
}
