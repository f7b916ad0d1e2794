#include "dns/tag_list.h"

#include "base/text.h"

#include <string.h>

#define SHOWN 60 /* bytes of a part in a text */

static bool is_name(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		char c = text_lower(text[i]);
		bool letter = c >= 'a' && c <= 'z';

		if (!letter && (i == 0 || ((c < '0' || c > '9') && c != '_')))
			return false;
	}
	return size > 0;
}

static bool is_blank(const char *text, size_t size)
{
	text_trim(&text, &size);
	return size == 0;
}

static bool same_name(const struct tag *a, const struct tag *b)
{
	return a->name_size == b->name_size && memcmp(a->name, b->name, a->name_size) == 0;
}

static int add_tag(struct tag_list *list, const char *text, size_t size, struct error *err)
{
	const char *sign;
	struct tag tag;

	text_trim(&text, &size);
	sign = memchr(text, '=', size);
	tag.name = text;
	tag.name_size = sign ? (size_t)(sign - text) : 0;
	tag.value = sign ? sign + 1 : text;
	tag.value_size = size - (size_t)(tag.value - text);
	text_trim(&tag.name, &tag.name_size);
	text_trim(&tag.value, &tag.value_size);
	if (!is_name(tag.name, tag.name_size))
		return error_set(err, ERROR_INVALID,
				 "\"%.*s\" is not NAME=VALUE; tags have \";\" between them",
				 (int)text_cut(text, size, SHOWN), text);
	for (size_t i = 0; i < list->count; i++) {
		if (same_name(&list->tags[i], &tag))
			return error_set(err, ERROR_INVALID, "the tag \"%.*s\" stands there twice",
					 (int)text_cut(tag.name, tag.name_size, SHOWN), tag.name);
	}
	if (list->count == TAG_LIST_MAX)
		return error_set(err, ERROR_INVALID, "more than %d tags", TAG_LIST_MAX);
	list->tags[list->count++] = tag;
	return 0;
}

int tag_list_parse(const char *text, size_t size, struct tag_list *ret, struct error *err)
{
	ret->count = 0;
	for (size_t i = 0; i < size; i++) {
		if (text[i] < ' ' || text[i] > '~')
			return error_set(err, ERROR_INVALID, "byte 0x%02x: it is printable ASCII",
					 (unsigned char)text[i]);
	}
	while (!is_blank(text, size)) {
		const char *end = memchr(text, ';', size);
		size_t length = end ? (size_t)(end - text) : size;

		if (add_tag(ret, text, length, err) < 0)
			return -1;
		text += length + (end ? 1 : 0);
		size -= length + (end ? 1 : 0);
	}
	return 0;
}

const struct tag *tag_list_find(const struct tag_list *list, const char *name)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct tag *tag = &list->tags[i];

		if (tag->name_size == strlen(name) && memcmp(tag->name, name, tag->name_size) == 0)
			return tag;
	}
	return NULL;
}

/* Whether the value is the word's first length bytes. */
static bool is_word(const struct tag *tag, const char *word, size_t length)
{
	for (size_t i = 0; i < length && i < tag->value_size; i++) {
		if (text_lower(tag->value[i]) != text_lower(word[i]))
			return false;
	}
	return length == tag->value_size;
}

bool tag_is_one_of(const struct tag *tag, const char *words)
{
	while (*words) {
		size_t length = strcspn(words, " ");

		if (is_word(tag, words, length))
			return true;
		words += length + (words[length] == ' ');
	}
	return false;
}
