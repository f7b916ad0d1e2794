/*
 * A line with a local part, a line with a domain, and a text with markers. Filled in three ways:
 * the text itself, compared with a slow replacement; and XML and JSON around the values, which must
 * give them back when they are parsed.
 */
#include "fuzz.h"

#include "render/template.h"

#include <jansson.h>
#include <libxml/parser.h>
#include <libxml/tree.h>

static char *fill(const char *text, size_t size, unsigned int holes, enum template_escape escape,
		  const struct template_values *values, size_t *ret_size)
{
	struct template *template = NULL;
	struct error err = { 0 };
	char *result = NULL;

	PROMISE(template_compile(text, size, holes, escape, &template, &err) == 0);
	PROMISE((template_holes(template) & ~holes) == 0);
	PROMISE(template_fill(template, values, &result, ret_size, &err) == 0);
	PROMISE(result[*ret_size] == '\0');
	template_free(template);
	return result;
}

/* Replaces from the left, a marker at a time; holes that are not wanted stay. */
static void promise_replaced(const char *text, size_t size, unsigned int holes,
			     const struct template_values *values)
{
	size_t filled_size, place = 0;
	char *filled = fill(text, size, holes, ESCAPE_NONE, values, &filled_size);

	for (size_t i = 0; i < size;) {
		const char *value = text + i;
		size_t value_size = 1, step = 1;

		for (unsigned int hole = 0; hole < TEMPLATE_HOLE_COUNT; hole++) {
			const char *marker = template_hole_marker(hole);

			if (!(holes & TEMPLATE_HOLE(hole)) || size - i < strlen(marker) ||
			    memcmp(text + i, marker, strlen(marker)) != 0)
				continue;
			value = values->hole[hole].text;
			value_size = values->hole[hole].size;
			step = strlen(marker);
		}
		PROMISE(filled_size - place >= value_size);
		PROMISE(memcmp(filled + place, value, value_size) == 0);
		place += value_size;
		i += step;
	}
	PROMISE(place == filled_size);
	free(filled);
}

/* Attribute values and texts come back from XML as they went in. */
static void promise_xml(const struct template_values *values, const char *value)
{
	static const char text[] = "<a b='%EMAILADDRESS%' c=\"%EMAILADDRESS%\">%EMAILADDRESS%</a>";
	size_t size;
	char *xml = fill(text, sizeof(text) - 1, TEMPLATE_HOLES_ALL, ESCAPE_XML, values, &size);
	xmlDoc *doc = xmlReadMemory(xml, (int)size, NULL, "UTF-8",
				    XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	xmlNode *root = doc ? xmlDocGetRootElement(doc) : NULL;
	xmlChar *b, *c, *content;

	PROMISE(root);
	b = xmlGetProp(root, (const xmlChar *)"b");
	c = xmlGetProp(root, (const xmlChar *)"c");
	content = xmlNodeGetContent(root);
	PROMISE(b && strcmp((char *)b, value) == 0);
	PROMISE(c && strcmp((char *)c, value) == 0);
	PROMISE(content && strcmp((char *)content, value) == 0);
	xmlFree(b);
	xmlFree(c);
	xmlFree(content);
	xmlFreeDoc(doc);
	free(xml);
}

static void promise_json(const struct template_values *values, const char *value)
{
	static const char text[] = "{\"a\":\"%EMAILADDRESS%\"}";
	size_t size;
	char *json = fill(text, sizeof(text) - 1, TEMPLATE_HOLES_ALL, ESCAPE_JSON, values, &size);
	json_t *object = json_loadb(json, size, 0, NULL);

	PROMISE(object && json_object_size(object) == 1);
	PROMISE(strcmp(json_string_value(json_object_get(object, "a")), value) == 0);
	json_decref(object);
	free(json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct template_values values;
	size_t local_size, domain_size;
	char *local = fuzz_piece(&data, &size, '\n', &local_size);
	char *domain = fuzz_piece(&data, &size, '\n', &domain_size);

	/* values are clean by contract */
	if (text_is_clean(local, local_size) && text_is_clean(domain, domain_size)) {
		for (unsigned int hole = 0; hole < TEMPLATE_HOLE_COUNT; hole++) {
			values.hole[hole].text = domain;
			values.hole[hole].size = domain_size;
		}
		values.hole[HOLE_EMAILADDRESS].text = local;
		values.hole[HOLE_EMAILADDRESS].size = local_size;
		promise_replaced((const char *)data, size, TEMPLATE_HOLES_ALL, &values);
		promise_replaced((const char *)data, size, TEMPLATE_HOLES_ADDRESS, &values);
		promise_replaced((const char *)data, size, TEMPLATE_HOLES_DOMAIN, &values);
		promise_replaced((const char *)data, size, 0, &values);
		promise_xml(&values, local);
		promise_json(&values, local);
	}
	free(domain);
	free(local);
	return 0;
}
