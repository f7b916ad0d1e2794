/*
 * Lists are cut into elements from the right, quoted strings too: what a stranger put in front, say
 * a quote that is never closed, cannot change how a proxy's own words behind it are read.
 */
#include "http/forwarded.h"

#include "base/text.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>

#define NODE_MAX (INET6_ADDRSTRLEN + 16) /* bytes: "[IPV6]:PORT" */

/* One kind of headers, read. */
struct view {
	bool tells_client; /* readable or not */
	struct forwarded what;
};

struct text {
	const char *begin;
	size_t size;
};

static bool is_escaped(const char *list, size_t place)
{
	size_t slashes = 0;

	while (slashes < place && list[place - slashes - 1] == '\\')
		slashes++;
	return slashes % 2;
}

static size_t element_begin(const char *list, size_t end)
{
	bool quoted = false;

	while (end && (quoted || list[end - 1] != ',')) {
		end--;
		if (list[end] == '"' && !is_escaped(list, end))
			quoted = !quoted;
	}
	return end;
}

/*
 * Cuts the last element off the list, which has *size bytes. Empty ones are passed over
 * (RFC 9110 5.6.1). False: there is none.
 */
static bool cut_element(const char *list, size_t *size, struct text *ret)
{
	while (*size) {
		size_t begin = element_begin(list, *size);

		ret->begin = list + begin;
		ret->size = *size - begin;
		*size = begin ? begin - 1 : 0;
		text_trim(&ret->begin, &ret->size);
		if (ret->size)
			return true;
	}
	return false;
}

/* The element at place, counted from the right; the first if there are fewer. */
static bool find_element(const char *list, size_t place, struct text *ret)
{
	size_t size = strlen(list);

	if (!cut_element(list, &size, ret))
		return false;
	while (place-- && cut_element(list, &size, ret))
		;
	return true;
}

/* A port, or "_" and a word that stands for one (RFC 7239 6.3). Nobody wants to know it. */
static bool is_port(const char *text)
{
	return strlen(text) <= (*text == '_' ? NODE_MAX : 5) &&
	       strspn(text, *text == '_' ? "abcdefghijklmnopqrstuvwxyz"
					   "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"
					 : "0123456789") == strlen(text) &&
	       *text;
}

/* An IPv6 address may have brackets, and must if there is a port; all else is no address. */
static bool read_node(const struct text *node, struct forwarded *ret)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)&ret->client;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&ret->client;
	char text[NODE_MAX + 1], *address = text, *rest = NULL;

	if (node->size > NODE_MAX || memchr(node->begin, '\0', node->size))
		return false;
	memcpy(text, node->begin, node->size);
	text[node->size] = '\0';
	if (*text == '[') {
		address++;
		rest = strchr(text, ']');
		if (!rest)
			return false;
		*rest++ = '\0';
		if (*rest && *rest != ':')
			return false;
	} else if (strchr(text, ':') == strrchr(text, ':')) {
		rest = strchr(text, ':');
	}
	if (rest && *rest) {
		*rest++ = '\0';
		if (!is_port(rest))
			return false;
	}
	memset(&ret->client, 0, sizeof(ret->client));
	if (*text != '[' && inet_pton(AF_INET, address, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		ret->client_size = sizeof(*v4);
	} else if (inet_pton(AF_INET6, address, &v6->sin6_addr) == 1) {
		v6->sin6_family = AF_INET6;
		ret->client_size = sizeof(*v6);
	}
	return ret->client_size != 0;
}

static void read_scheme(const struct text *text, struct forwarded *ret)
{
	if (text_equals(text->begin, text->size, "https"))
		ret->scheme = FORWARDED_HTTPS;
	else if (text_equals(text->begin, text->size, "http"))
		ret->scheme = FORWARDED_HTTP;
}

static void read_host(const struct text *text, struct forwarded *ret)
{
	if (text->size >= sizeof(ret->host))
		return;
	for (size_t i = 0; i < text->size; i++) {
		if (text->begin[i] <= ' ' || text->begin[i] >= 0x7f)
			return;
	}
	memcpy(ret->host, text->begin, text->size);
	ret->host[text->size] = '\0';
}

static bool is_token(const struct text *text)
{
	static const char marks[] = "!#$%&'*+-.^_`|~";

	for (size_t i = 0; i < text->size; i++) {
		unsigned char c = (unsigned char)text->begin[i];
		bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';

		if (!letter && !(c >= '0' && c <= '9') && !(c && strchr(marks, c)))
			return false;
	}
	return text->size > 0;
}

static struct text between(const char *begin, const char *end)
{
	return (struct text){ begin, (size_t)(end - begin) };
}

/* Behind the quoted string that begins at text; NULL: it has no end. */
static const char *quoted_end(const char *text, const char *end)
{
	for (text++; text < end; text++) {
		if (*text == '"')
			return text + 1;
		if (*text == '\\')
			text++;
	}
	return NULL;
}

/* Behind the value that begins at text. Colons and brackets should be quoted, and often are not. */
static const char *value_end(const char *text, const char *end)
{
	if (text < end && *text == '"')
		return quoted_end(text, end);
	while (text<end && * text> ' ' && *text < 0x7f && *text != ';' && *text != '"')
		text++;
	return text;
}

/*
 * Cuts "name=value" and the semicolon behind it off rest. A value in quotes stays as it is between
 * them: what needs a backslash there is no address, scheme or host. False: it has another form.
 */
static bool cut_pair(struct text *rest, struct text *name, struct text *value)
{
	const char *end = rest->begin + rest->size, *stop;
	const char *mark = memchr(rest->begin, '=', rest->size);

	if (!mark)
		return false;
	*name = between(rest->begin, mark);
	text_trim(&name->begin, &name->size);
	stop = value_end(++mark, end);
	if (!stop || !is_token(name))
		return false;
	*value = *mark == '"' ? between(mark + 1, stop - 1) : between(mark, stop);
	*rest = between(stop, end);
	text_trim(&rest->begin, &rest->size);
	if (rest->size && *rest->begin != ';')
		return false;
	if (rest->size)
		*rest = between(rest->begin + 1, end);
	return true;
}

/* What an element says, each NULL if nothing. */
struct element {
	struct text node, proto, host;
};

static struct text *part_of(struct element *element, const struct text *name)
{
	if (text_equals(name->begin, name->size, "for"))
		return &element->node;
	if (text_equals(name->begin, name->size, "proto"))
		return &element->proto;
	return text_equals(name->begin, name->size, "host") ? &element->host : NULL;
}

/* RFC 7239 4: pairs in any order, each name once. */
static bool read_pairs(struct text text, struct element *ret)
{
	struct text name, value, *part;

	while (text_trim(&text.begin, &text.size), text.size) {
		if (*text.begin == ';') {
			text = between(text.begin + 1, text.begin + text.size);
			continue;
		}
		if (!cut_pair(&text, &name, &value))
			return false;
		part = part_of(ret, &name);
		if (part && part->begin)
			return false;
		if (part)
			*part = value;
	}
	return true;
}

/*
 * Finds who asks: goes from the right to the first that is no trusted proxy. Sets the client, and
 * what the element says besides. Returns its place, counted from the right.
 */
static size_t find_client(const char *list, bool pairs, const struct network_list *trusted,
			  struct element *element, struct view *view)
{
	size_t size = strlen(list), place = 0;
	struct text text;

	for (; cut_element(list, &size, &text); place++) {
		view->what.client_size = 0;
		*element = (struct element){ 0 };
		if (place == FORWARDED_HOPS_MAX)
			break;
		if (!pairs)
			element->node = text;
		else if (!read_pairs(text, element)) {
			*element = (struct element){ 0 };
			view->tells_client = true;
			break;
		}
		view->tells_client = view->tells_client || element->node.begin;
		if (!element->node.begin || !read_node(&element->node, &view->what) ||
		    !network_list_contains(trusted, (struct sockaddr *)&view->what.client))
			return place;
	}
	return place ? place - 1 : 0;
}

static void read_separate(const struct forwarded_headers *headers,
			  const struct network_list *trusted, struct view *view)
{
	struct element element;
	struct text text;
	size_t place = 0;

	if (headers->x_for)
		place = find_client(headers->x_for, false, trusted, &element, view);
	if (headers->x_proto && find_element(headers->x_proto, place, &text))
		read_scheme(&text, &view->what);
	if (headers->x_host && find_element(headers->x_host, place, &text))
		read_host(&text, &view->what);
}

static void read_standard(const struct forwarded_headers *headers,
			  const struct network_list *trusted, struct view *view)
{
	struct element element = { 0 };

	if (!headers->forwarded)
		return;
	find_client(headers->forwarded, true, trusted, &element, view);
	if (element.proto.begin)
		read_scheme(&element.proto, &view->what);
	if (element.host.begin)
		read_host(&element.host, &view->what);
}

static bool contradict(const struct view *a, const struct view *b)
{
	if (a->tells_client && b->tells_client &&
	    (a->what.client_size == 0 || a->what.client_size != b->what.client_size ||
	     memcmp(&a->what.client, &b->what.client, a->what.client_size) != 0))
		return true;
	if (a->what.scheme && b->what.scheme && a->what.scheme != b->what.scheme)
		return true;
	return a->what.host[0] && b->what.host[0] && strcasecmp(a->what.host, b->what.host) != 0;
}

void forwarded_read(const struct forwarded_headers *headers, const struct network_list *trusted,
		    struct forwarded *ret)
{
	struct view separate = { 0 }, standard = { 0 };

	read_separate(headers, trusted, &separate);
	read_standard(headers, trusted, &standard);
	memset(ret, 0, sizeof(*ret));
	if (contradict(&separate, &standard))
		return;
	*ret = separate.tells_client ? separate.what : standard.what;
	if (!ret->scheme)
		ret->scheme = separate.what.scheme ? separate.what.scheme : standard.what.scheme;
	if (!ret->host[0])
		memcpy(ret->host, separate.what.host[0] ? separate.what.host : standard.what.host,
		       sizeof(ret->host));
}
