#include "render/page_asset.h"

#include "base/bytes.h"
#include "base/text.h"
#include "model/xml_in.h"

#include <openssl/evp.h>
#include <string.h>

#define SVG "image/svg+xml"
#define SVG_NAMESPACE "http://www.w3.org/2000/svg" /* without it, browsers show nothing */

/* 64 bits tell versions of one file apart. */
static int set_version(struct page_asset *asset, struct error *err)
{
	static const char digits[] = "0123456789abcdef";
	unsigned char digest[EVP_MAX_MD_SIZE];

	if (!EVP_Q_digest(NULL, "SHA256", NULL, asset->bytes, asset->size, digest, NULL))
		return error_set(err, ERROR_UNAVAILABLE, "OpenSSL does not give SHA256");
	for (size_t i = 0; i + 1 < sizeof(asset->version); i++)
		asset->version[i] = digits[digest[i / 2] >> (i % 2 ? 0 : 4) & 15];
	return 0;
}

/* Takes what bytes hold. */
static int fill(struct page_asset *ret, const char *path, const char *media_type,
		struct bytes *bytes, struct error *err)
{
	struct page_asset asset = { .path = path, .media_type = media_type };
	char *text;

	if (bytes_take(bytes, &text, &asset.size, err) < 0)
		return -1;
	asset.bytes = text;
	if (set_version(&asset, err) < 0) {
		free(text);
		return -1;
	}
	*ret = asset;
	return 0;
}

/* It may become a part of a page. */
static int check_text(const struct page_file *file, struct error *err)
{
	if (!text_is_utf8(file->bytes, file->size) || memchr(file->bytes, '\0', file->size))
		return error_set(err, ERROR_INVALID, "%s: not UTF-8 text", file->path);
	return 0;
}

int page_asset_css(const struct page_file *file, const struct configuration *configuration,
		   struct page_asset *ret, struct error *err)
{
	CLEANUP(bytes_clear) struct bytes bytes = { 0 };

	if (check_text(file, err) < 0)
		return -1;
	bytes_append_format(&bytes, ":root{--accent:%s;--accent-dark:%s}\n",
			    configuration->site_color, configuration->site_color_dark);
	bytes_append(&bytes, file->bytes, file->size);
	return fill(ret, "/page.css", "text/css; charset=utf-8", &bytes, err);
}

int page_asset_script(const struct page_file *file, struct page_asset *ret, struct error *err)
{
	CLEANUP(bytes_clear) struct bytes bytes = { 0 };

	if (check_text(file, err) < 0)
		return -1;
	bytes_append(&bytes, file->bytes, file->size);
	return fill(ret, "/page.js", "text/javascript; charset=utf-8", &bytes, err);
}

static bool begins(const struct page_file *file, const char *bytes, size_t size)
{
	return file->size >= size && memcmp(file->bytes, bytes, size) == 0;
}

static bool ends(const struct page_file *file, const char *bytes, size_t size)
{
	return file->size >= size && memcmp(file->bytes + file->size - size, bytes, size) == 0;
}

/* The first chunk is the header, of 13 bytes, and the last is the empty one that ends it. */
static bool is_png(const struct page_file *file)
{
	return begins(file, "\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR", 16) &&
	       ends(file, "\0\0\0\0IEND\xae\x42\x60\x82", 12);
}

/* RIFF tells how long it is: the bytes behind the first 8. */
static bool is_webp(const struct page_file *file)
{
	const unsigned char *bytes = (const unsigned char *)file->bytes;

	return file->size > 12 && begins(file, "RIFF", 4) && memcmp(bytes + 8, "WEBP", 4) == 0 &&
	       ((size_t)bytes[4] | (size_t)bytes[5] << 8 | (size_t)bytes[6] << 16 |
		(size_t)bytes[7] << 24) <= file->size - 8;
}

/* NULL: it is none of the kinds, and *err says so. */
static const char *logo_type(const struct page_file *file, struct findings *findings,
			     struct error *err)
{
	CLEANUP(xmlFreeDocp) xmlDoc *doc = NULL;
	const xmlNode *root;

	if (is_png(file))
		return "image/png";
	if (begins(file, "\xff\xd8\xff", 3) && memmem(file->bytes, file->size, "\xff\xd9", 2))
		return "image/jpeg";
	if (is_webp(file))
		return "image/webp";
	if (file->size && (file->bytes[0] == '<' || begins(file, "\xef\xbb\xbf", 3))) {
		if (xml_in_parse(file->bytes, file->size, file->path, &doc, findings, err) < 0)
			return NULL;
		root = xmlDocGetRootElement(doc);
		if (strcmp((const char *)root->name, "svg") == 0 && root->ns &&
		    strcmp((const char *)root->ns->href, SVG_NAMESPACE) == 0)
			return SVG;
	}
	error_set(err, ERROR_INVALID,
		  "%s: neither SVG nor PNG, JPEG or WebP, or not the whole file", file->path);
	return NULL;
}

int page_asset_logo(const struct page_file *file, struct page_asset *ret, struct findings *findings,
		    struct error *err)
{
	CLEANUP(findings_clear) struct findings ignored = { 0 };
	CLEANUP(bytes_clear) struct bytes bytes = { 0 };
	const char *type;

	if (file->size > PAGE_LOGO_MAX)
		return error_set(err, ERROR_INVALID, "%s: more than %d KiB", file->path,
				 PAGE_LOGO_MAX / 1024);
	type = logo_type(file, &ignored, err);
	if (!type)
		return -1;
	if (file->size > PAGE_LOGO_SMALL)
		findings_add(findings, FINDING_WARNING,
			     "%s: %zu bytes are much for a logo; on a telephone everything but it "
			     "is there sooner with at most %d",
			     file->path, file->size, PAGE_LOGO_SMALL);
	bytes_append(&bytes, file->bytes, file->size);
	return fill(ret, "/logo", type, &bytes, err);
}

void page_asset_clear(struct page_asset *asset)
{
	free((char *)asset->bytes);
	*asset = (struct page_asset){ 0 };
}
