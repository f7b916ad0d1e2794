#include "render/xml_out.h"

#include <libxml/xmlwriter.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct xml_out {
	xmlBuffer *buffer;
	xmlTextWriter *writer;
	bool failed;
};

static void xml_out_note(struct xml_out *out, int result)
{
	if (result < 0)
		out->failed = true;
}

struct xml_out *xml_out_new_fragment(void)
{
	struct xml_out *out = calloc(1, sizeof(*out));

	if (!out)
		return NULL;
	out->buffer = xmlBufferCreate();
	out->writer = out->buffer ? xmlNewTextWriterMemory(out->buffer, 0) : NULL;
	if (!out->writer) {
		xml_out_free(out);
		return NULL;
	}
	return out;
}

struct xml_out *xml_out_new(void)
{
	struct xml_out *out = xml_out_new_fragment();

	if (!out)
		return NULL;
	xml_out_note(out, xmlTextWriterSetIndent(out->writer, 1));
	xml_out_note(out, xmlTextWriterSetIndentString(out->writer, BAD_CAST "  "));
	xml_out_note(out, xmlTextWriterStartDocument(out->writer, "1.0", "UTF-8", NULL));
	return out;
}

void xml_out_open(struct xml_out *out, const char *element)
{
	if (out)
		xml_out_note(out, xmlTextWriterStartElement(out->writer, BAD_CAST element));
}

void xml_out_attribute(struct xml_out *out, const char *name, const char *value)
{
	if (out && value)
		xml_out_note(out, xmlTextWriterWriteAttribute(out->writer, BAD_CAST name,
							      BAD_CAST value));
}

void xml_out_text(struct xml_out *out, const char *text)
{
	if (out && text)
		xml_out_note(out, xmlTextWriterWriteString(out->writer, BAD_CAST text));
}

void xml_out_close(struct xml_out *out)
{
	if (out)
		xml_out_note(out, xmlTextWriterEndElement(out->writer));
}

void xml_out_element(struct xml_out *out, const char *element, const char *text)
{
	if (!text)
		return;
	xml_out_open(out, element);
	xml_out_text(out, text);
	xml_out_close(out);
}

void xml_out_element_number(struct xml_out *out, const char *element, unsigned long number)
{
	char text[24];

	snprintf(text, sizeof(text), "%lu", number);
	xml_out_element(out, element, text);
}

int xml_out_finish(struct xml_out **out, char **ret, size_t *ret_size, struct error *err)
{
	struct xml_out *o = *out;
	char *text = NULL;

	*out = NULL;
	if (!o)
		return error_no_memory(err);
	xml_out_note(o, xmlTextWriterEndDocument(o->writer)); /* writes everything to the buffer */
	if (!o->failed) {
		*ret_size = (size_t)xmlBufferLength(o->buffer);
		text = strndup((const char *)xmlBufferContent(o->buffer), *ret_size);
	}
	xml_out_free(o);
	if (!text)
		return error_no_memory(err); /* the writer fails for no other reason here */
	*ret = text;
	return 0;
}

void xml_out_free(struct xml_out *out)
{
	if (!out)
		return;
	if (out->writer)
		xmlFreeTextWriter(out->writer);
	if (out->buffer)
		xmlBufferFree(out->buffer);
	free(out);
}
