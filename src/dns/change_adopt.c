/* The names that an admin takes over: NAME or NAME/TYPE, separated by commas. */
#include "dns/change_plan_parts.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

int change_name_parse(const struct change_plan_input *input, const char *text,
		      struct dns_record **ret, struct error *err)
{
	char origin[DOMAIN_NAME_SIZE + 1];

	snprintf(origin, sizeof(origin), "%s.", input->domain->text);
	return dns_record_parse(text, 0, "CNAME", ".", origin, "", ret, err);
}

const char *change_name_text(const struct change_plan_input *input, const char *owner, char *ret)
{
	size_t size = strlen(owner), length = input->domain->length;
	const char *end = size > length ? owner + size - length - 1 : NULL;

	snprintf(ret, DNS_OWNER_TEXT_SIZE, "%s", owner);
	if (!end || memcmp(end, input->domain->text, length) != 0)
		return ret;
	if (end == owner)
		snprintf(ret, DNS_OWNER_TEXT_SIZE, "@");
	else if (end[-1] == '.')
		ret[end - owner - 1] = '\0';
	return ret;
}

static ldns_rr_type parse_type(const char *text, size_t size)
{
	char name[16] = "";

	if (size >= sizeof(name))
		return 0;
	memcpy(name, text, size);
	return ldns_get_rr_type_by_name(name);
}

static int parse_item(const struct change_plan_input *input, const char *text, size_t size,
		      struct change_adopted *ret, struct error *err)
{
	const char *slash = memrchr(text, '/', size);
	size_t length = slash ? (size_t)(slash - text) : size;
	CLEANUP(freep) char *name = NULL;

	if (size == 0)
		return error_set(err, ERROR_INVALID, "adopt: a name is missing in \"%s\"",
				 input->adopt);
	if (slash)
		ret->type = parse_type(slash + 1, size - length - 1);
	if (slash && !ret->type)
		return error_set(err, ERROR_INVALID, "adopt: \"%.*s\" is not NAME/TYPE", (int)size,
				 text);
	name = strndup(text, length);
	if (!name)
		return error_no_memory(err);
	if (change_name_parse(input, name, &ret->name, err) < 0)
		return error_prefix(err, "adopt");
	return 0;
}

int change_adopt_parse(struct change_draft *draft, struct error *err)
{
	const char *text = draft->input->adopt;
	size_t room = 1;

	if (!text)
		return 0;
	for (const char *at = text; *at; at++)
		room += *at == ',';
	draft->adopted = calloc(room, sizeof(*draft->adopted));
	if (!draft->adopted)
		return error_no_memory(err);
	for (size_t i = 0; i < room; i++) {
		size_t length = strcspn(text, ","), size = length;
		const char *item = text;

		text_trim(&item, &size);
		if (parse_item(draft->input, item, size, &draft->adopted[draft->adopted_count++],
			       err) < 0)
			return -1;
		text += length + 1;
	}
	return 0;
}

bool change_adopt_has(struct change_draft *draft, const struct dns_record *record,
		      ldns_rr_type type)
{
	bool found = false;

	for (size_t i = 0; i < draft->adopted_count; i++) {
		struct change_adopted *adopted = &draft->adopted[i];

		if (dns_owner_compare(adopted->name, record) != 0 ||
		    (adopted->type && adopted->type != type))
			continue;
		adopted->found = true;
		found = true;
	}
	return found;
}
