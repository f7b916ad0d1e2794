#include "render/mobileconfig_texts.h"

#include <string.h>

static const enum page_phrase descriptions[MOBILECONFIG_CONTENT_COUNT] = {
	[MOBILECONFIG_MAIL] = PHRASE_PROFILE_MAIL,
	[MOBILECONFIG_ALL] = PHRASE_PROFILE_ALL,
	[MOBILECONFIG_ACTIVESYNC] = PHRASE_PROFILE_ACTIVESYNC,
};

/* What stands for a placeholder. */
struct replacement {
	const char *marker, *text;
};

/* The first replacement's marker in text, or NULL. */
static const char *find_marker(const char *text, const struct replacement list[2],
			       const struct replacement **ret)
{
	const char *first = NULL;

	for (size_t i = 0; i < 2; i++) {
		const char *at = strstr(text, list[i].marker);

		if (at && (!first || at < first)) {
			first = at;
			*ret = &list[i];
		}
	}
	return first;
}

/* Fills a phrase. What is filled in is not looked at again. */
static void append_phrase(struct bytes *bytes, const struct mobileconfig_reader *reader,
			  enum page_phrase phrase, const char *domain)
{
	const char *text = page_set_phrase(reader->pages, reader->language, phrase);
	const struct replacement list[2] = {
		{ template_hole_marker(HOLE_EMAILADDRESS),
		  reader->address ? reader->address->text : domain },
		{ template_hole_marker(HOLE_EMAILDOMAIN), domain },
	};
	const struct replacement *found = NULL;
	const char *at;

	while ((at = find_marker(text, list, &found))) {
		bytes_append(bytes, text, (size_t)(at - text));
		bytes_append_text(bytes, found->text);
		text = at + strlen(found->marker);
	}
	bytes_append_text(bytes, text);
}

static void append_description(struct bytes *bytes, const struct mobileconfig_reader *reader,
			       const char *domain)
{
	append_phrase(bytes, reader, descriptions[reader->content], domain);
	if (!reader->support || !*reader->support)
		return;
	bytes_append_text(bytes, " ");
	append_phrase(bytes, reader, PHRASE_PROFILE_HELP, domain);
	bytes_append_format(bytes, " %s", reader->support);
}

int mobileconfig_texts_make(const struct mobileconfig_reader *reader, unsigned int holes,
			    struct mobileconfig_texts *ret, struct error *err)
{
	CLEANUP(freep) char *unicode = domain_name_unicode(reader->domain->text);
	const char *domain = unicode ? unicode : reader->domain->text;

	*ret = (struct mobileconfig_texts){ .name = { 0 } };
	if (holes & TEMPLATE_HOLE(HOLE_PROFILE_NAME))
		append_phrase(&ret->name, reader,
			      reader->address ? PHRASE_PROFILE_NAME : PHRASE_PROFILE_NAME_DOMAIN,
			      domain);
	if (holes & TEMPLATE_HOLE(HOLE_PROFILE_DESCRIPTION))
		append_description(&ret->description, reader, domain);
	if (holes & TEMPLATE_HOLE(HOLE_PROFILE_CALENDARS))
		append_phrase(&ret->calendars, reader, PHRASE_CALENDARS, domain);
	if (holes & TEMPLATE_HOLE(HOLE_PROFILE_CONTACTS))
		append_phrase(&ret->contacts, reader, PHRASE_CONTACTS, domain);
	if (ret->name.failed || ret->description.failed || ret->calendars.failed ||
	    ret->contacts.failed)
		return error_no_memory(err);
	return 0;
}

static void set_value(struct template_values *values, enum template_hole hole,
		      const struct bytes *bytes)
{
	values->hole[hole].text = bytes->data;
	values->hole[hole].size = bytes->size;
}

void mobileconfig_texts_values(const struct mobileconfig_texts *texts,
			       struct template_values *values)
{
	set_value(values, HOLE_PROFILE_NAME, &texts->name);
	set_value(values, HOLE_PROFILE_DESCRIPTION, &texts->description);
	set_value(values, HOLE_PROFILE_CALENDARS, &texts->calendars);
	set_value(values, HOLE_PROFILE_CONTACTS, &texts->contacts);
}

void mobileconfig_texts_clear(struct mobileconfig_texts *texts)
{
	bytes_clear(&texts->name);
	bytes_clear(&texts->description);
	bytes_clear(&texts->calendars);
	bytes_clear(&texts->contacts);
}
