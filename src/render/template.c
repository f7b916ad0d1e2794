/*
 * Literal bytes and holes alternate: piece i is `size` literal bytes, then hole `hole`, the last
 * piece has none. A value is escaped once per fill, however often it stands in the template.
 */
#include "render/template.h"

#include <string.h>

#define NO_HOLE TEMPLATE_HOLE_COUNT

struct template_piece {
	size_t size;
	enum template_hole hole;
};

struct template
{
	unsigned int holes;
	enum template_escape escape;
	size_t literal_size; /* of all pieces */
	size_t piece_count;
	unsigned int uses[TEMPLATE_HOLE_COUNT]; /* how often each hole stands here */
	char *literals;				/* of all pieces, one behind the other */
	struct template_piece pieces[];
};

static const char *const markers[TEMPLATE_HOLE_COUNT] = {
	[HOLE_EMAILADDRESS] = "%EMAILADDRESS%",
	[HOLE_EMAILLOCALPART] = "%EMAILLOCALPART%",
	[HOLE_EMAILDOMAIN] = "%EMAILDOMAIN%",
	[HOLE_PROFILE_ID] = "%PROFILE:ID%",
	[HOLE_UUID_PROFILE] = "%PROFILE:UUID:PROFILE%",
	[HOLE_UUID_MAIL] = "%PROFILE:UUID:MAIL%",
	[HOLE_UUID_CALDAV] = "%PROFILE:UUID:CALDAV%",
	[HOLE_UUID_CARDDAV] = "%PROFILE:UUID:CARDDAV%",
	[HOLE_UUID_EAS] = "%PROFILE:UUID:EAS%",
	[HOLE_PROFILE_NAME] = "%PROFILE:NAME%",
	[HOLE_PROFILE_DESCRIPTION] = "%PROFILE:DESCRIPTION%",
	[HOLE_PROFILE_CALENDARS] = "%PROFILE:CALENDARS%",
	[HOLE_PROFILE_CONTACTS] = "%PROFILE:CONTACTS%",
	[HOLE_FULL_NAME] = "%PROFILE:FULLNAME%",
	[HOLE_LOGIN] = "%PROFILE:LOGIN%",
	[HOLE_PAGE_PATH] = "%PAGE:PATH%",
	[HOLE_PAGE_LINK] = "%PAGE:LINK%",
	[HOLE_PAGE_QUERY] = "%PAGE:QUERY%",
	[HOLE_PAGE_MORE] = "%PAGE:MORE%",
	[HOLE_PAGE_UNTIL] = "%PAGE:UNTIL%",
	[HOLE_PAGE_DOMAIN] = "%PAGE:DOMAIN%",
	[HOLE_PAGE_HOST] = "%PAGE:HOST%",
};

const char *template_hole_marker(enum template_hole hole)
{
	return markers[hole];
}

/* The first marker of a wanted hole in text, or NULL. */
static const char *find_marker(const char *text, size_t size, unsigned int holes,
			       enum template_hole *ret)
{
	const char *end = text + size;

	for (const char *p = text; (p = memchr(p, '%', (size_t)(end - p))); p++) {
		for (unsigned int hole = 0; hole < TEMPLATE_HOLE_COUNT; hole++) {
			size_t length = strlen(markers[hole]);

			if ((holes & TEMPLATE_HOLE(hole)) && (size_t)(end - p) >= length &&
			    memcmp(p, markers[hole], length) == 0) {
				*ret = hole;
				return p;
			}
		}
	}
	return NULL;
}

static size_t count_markers(const char *text, size_t size, unsigned int holes)
{
	const char *end = text + size, *p = text;
	enum template_hole hole = NO_HOLE;
	size_t count = 0;

	while ((p = find_marker(p, (size_t)(end - p), holes, &hole))) {
		p += strlen(markers[hole]);
		count++;
	}
	return count;
}

int template_compile(const char *text, size_t size, unsigned int holes, enum template_escape escape,
		     struct template **ret, struct error *err)
{
	size_t count = count_markers(text, size, holes) + 1;
	const char *end = text + size, *p = text;
	struct template *template =
		calloc(1, sizeof(*template) + count * sizeof(*template->pieces));
	char *to;

	if (!template)
		return error_no_memory(err);
	to = template->literals = malloc(size + 1);
	if (!to) {
		template_free(template);
		return error_no_memory(err);
	}
	template->escape = escape;
	for (size_t i = 0; i < count; i++) {
		enum template_hole hole = NO_HOLE;
		const char *marker = find_marker(p, (size_t)(end - p), holes, &hole);
		size_t literal = (size_t)((marker ? marker : end) - p);

		template->pieces[i] = (struct template_piece){ literal, hole };
		if (literal)
			memcpy(to, p, literal);
		to += literal;
		template->literal_size += literal;
		if (marker) {
			template->holes |= TEMPLATE_HOLE(hole);
			template->uses[hole]++;
			p = marker + strlen(markers[hole]);
		}
	}
	template->piece_count = count;
	*ret = template;
	return 0;
}

unsigned int template_holes(const struct template *template)
{
	return template->holes;
}

static const char *xml_entity(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

/* The length of text once it is escaped; `size` itself if there is nothing to do. */
static size_t escaped_size(const char *text, size_t size, enum template_escape escape)
{
	size_t result = size;

	for (size_t i = 0; escape == ESCAPE_XML && i < size; i++) {
		const char *entity = xml_entity(text[i]);

		if (entity)
			result += strlen(entity) - 1;
	}
	for (size_t i = 0; escape == ESCAPE_JSON && i < size; i++)
		result += text[i] == '"' || text[i] == '\\';
	return result;
}

/* Control characters need no care: values are clean text. Returns where the next byte goes. */
static char *escape_into(char *to, const char *text, size_t size, enum template_escape escape)
{
	for (size_t i = 0; i < size; i++) {
		const char *entity = escape == ESCAPE_XML ? xml_entity(text[i]) : NULL;

		if (entity) {
			size_t length = strlen(entity);

			memcpy(to, entity, length);
			to += length;
			continue;
		}
		if (escape == ESCAPE_JSON && (text[i] == '"' || text[i] == '\\'))
			*to++ = '\\';
		*to++ = text[i];
	}
	return to;
}

int template_fill(const struct template *template, const struct template_values *values, char **ret,
		  size_t *ret_size, struct error *err)
{
	size_t sizes[TEMPLATE_HOLE_COUNT] = { 0 }, total = template->literal_size;
	const char *literal = template->literals;
	char *result, *to;

	for (unsigned int left = template->holes; left; left &= left - 1) {
		unsigned int hole = (unsigned int)__builtin_ctz(left);

		sizes[hole] = escaped_size(values->hole[hole].text, values->hole[hole].size,
					   template->escape);
		total += template->uses[hole] * sizes[hole];
	}
	result = to = malloc(total + 1);
	if (!result)
		return error_no_memory(err);
	for (size_t i = 0; i < template->piece_count; i++) {
		const struct template_piece *piece = &template->pieces[i];
		enum template_hole hole = piece->hole;

		memcpy(to, literal, piece->size);
		literal += piece->size;
		to += piece->size;
		if (hole == NO_HOLE)
			continue;
		if (sizes[hole] == values->hole[hole].size) { /* nothing in it to escape */
			memcpy(to, values->hole[hole].text, sizes[hole]);
			to += sizes[hole];
		} else {
			to = escape_into(to, values->hole[hole].text, values->hole[hole].size,
					 template->escape);
		}
	}
	*to = '\0';
	*ret = result;
	*ret_size = total;
	return 0;
}

void template_free(struct template *template)
{
	if (template)
		free(template->literals);
	free(template);
}
