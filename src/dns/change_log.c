/*
 * A line is a sign, a blank and a record. Besides what was added, removed and kept, a log has what
 * somebody else has in the units that were changed: without it a value that stood beside others
 * could not be put back, since they would be in conflict with it.
 */
#include "base/bytes.h"
#include "dns/change_plan.h"
#include "dns/record_unit.h"

#include <string.h>

#define SIGN_ADDED '+'
#define SIGN_REMOVED '-'
#define SIGN_KEPT '='
#define SIGN_LEFT '~'

static void append_line(struct bytes *bytes, char sign, const struct dns_record *record)
{
	bytes_append_format(bytes, "%c ", sign);
	dns_record_append(bytes, record);
	bytes_append_text(bytes, "\n");
}

static bool is_changed(const struct change_plan *plan, const struct dns_record *record)
{
	for (size_t i = 0; i < plan->change_count; i++) {
		const struct change *change = &plan->changes[i];

		if ((change->kind == CHANGE_ADD || change->kind == CHANGE_REMOVE) &&
		    record_unit_compare(change->record, record) == 0)
			return true;
	}
	return false;
}

/* What is somebody else's and stays in the units of a set that change. */
static void append_left(struct bytes *bytes, const struct change_plan *plan,
			const struct change_set *set)
{
	for (size_t i = 0; set->changes && i < set->after.count; i++) {
		const struct dns_record *record = set->after.list[i];

		if (!dns_record_list_find(&plan->published, record) && is_changed(plan, record))
			append_line(bytes, SIGN_LEFT, record);
	}
}

int change_plan_log(const struct change_plan *plan, char **ret, size_t *ret_size, struct error *err)
{
	static const char signs[] = {
		[CHANGE_KEEP] = SIGN_KEPT, [CHANGE_REMOVE] = SIGN_REMOVED, [CHANGE_ADD] = SIGN_ADDED
	};
	CLEANUP(bytes_clear) struct bytes bytes = { 0 };

	for (size_t i = 0; i < plan->change_count; i++) {
		if (plan->changes[i].kind != CHANGE_CONFLICT)
			append_line(&bytes, signs[plan->changes[i].kind], plan->changes[i].record);
	}
	for (size_t i = 0; i < plan->set_count; i++)
		append_left(&bytes, plan, &plan->sets[i]);
	return bytes_take(&bytes, ret, ret_size, err);
}

static int parse_line(const char *line, size_t size, struct change_log *ret, struct error *err)
{
	struct dns_record *record;

	if (size < 2 || line[1] != ' ' || !memchr("+-=~", line[0], 4))
		return error_set(err, ERROR_SYNTAX,
				 "\"%.*s\" does not begin with a sign of + - = ~",
				 (int)(size < 40 ? size : 40), line);
	if (dns_record_parse_line(line + 2, size - 2, &record, err) < 0)
		return -1;
	switch (line[0]) {
	case SIGN_REMOVED:
		return dns_record_list_add(&ret->removed, record, err);
	case SIGN_LEFT:
		return dns_record_list_add(&ret->left, record, err);
	case SIGN_KEPT:
		return dns_record_list_add(&ret->published, record, err);
	default:
		if (dns_record_list_add_copy(&ret->published, record, err) < 0) {
			free(record);
			return -1;
		}
		return dns_record_list_add(&ret->added, record, err);
	}
}

int change_log_parse(const char *text, size_t size, struct change_log *ret, struct error *err)
{
	const char *end = text + size;
	unsigned int number = 1;

	for (; text < end; number++) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		size_t length = newline ? (size_t)(newline - text) : (size_t)(end - text);

		if (parse_line(text, length, ret, err) < 0)
			return error_prefix(err, "line %u", number);
		text += length + 1;
	}
	dns_record_list_sort(&ret->added);
	dns_record_list_sort(&ret->removed);
	dns_record_list_sort(&ret->published);
	dns_record_list_sort(&ret->left);
	return 0;
}

void change_log_clear(struct change_log *log)
{
	dns_record_list_clear(&log->added);
	dns_record_list_clear(&log->removed);
	dns_record_list_clear(&log->published);
	dns_record_list_clear(&log->left);
}

/* The inverse */

static bool has_unit(const struct dns_record_list *list, const struct dns_record *record)
{
	for (size_t i = 0; i < list->count; i++) {
		if (record_unit_compare(list->list[i], record) == 0)
			return true;
	}
	return false;
}

static int add_again(struct dns_record_list *list, const struct dns_record *record,
		     struct error *err)
{
	struct dns_record *copy = dns_record_copy(
		record, record->ttl, "It stood here before the change that is taken back.");

	return copy ? dns_record_list_add(list, copy, err) : error_no_memory(err);
}

static int inverse_published(const struct change_log *log, const struct dns_record *record,
			     struct dns_record_list *ret_desired,
			     struct dns_record_list *ret_published, struct error *err)
{
	if (!has_unit(&log->added, record) && !has_unit(&log->removed, record))
		return 0;
	if (dns_record_list_add_copy(ret_published, record, err) < 0)
		return -1;
	if (dns_record_list_find(&log->added, record))
		return 0;
	return add_again(ret_desired, record, err);
}

int change_log_inverse(const struct change_log *log, struct dns_record_list *ret_desired,
		       struct dns_record_list *ret_published, struct error *err)
{
	for (size_t i = 0; i < log->removed.count; i++) {
		if (add_again(ret_desired, log->removed.list[i], err) < 0)
			return -1;
	}
	for (size_t i = 0; i < log->published.count; i++) {
		if (inverse_published(log, log->published.list[i], ret_desired, ret_published,
				      err) < 0)
			return -1;
	}
	for (size_t i = 0; i < log->left.count; i++) {
		if (add_again(ret_desired, log->left.list[i], err) < 0 ||
		    dns_record_list_add_copy(ret_published, log->left.list[i], err) < 0)
			return -1;
	}
	dns_record_list_sort(ret_desired);
	dns_record_list_sort(ret_published);
	return 0;
}
