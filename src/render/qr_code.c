/*
 * One path for all: a line of a module's width through the middle of each horizontal run, and moves
 * that count from where the line before it ended. That is 3 kB for a link, where runs drawn as
 * rectangles are 6 and an element for each module is 33; and whoever draws runs leaves no hair
 * lines between modules.
 */
#include "render/qr_code.h"

#include "base/bytes.h"
#include "render/xml_out.h"

#include <errno.h>
#include <qrencode.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define QUIET_ZONE 4 /* modules: ISO/IEC 18004 6.3.8 */

static void qr_code_free(QRcode *code)
{
	QRcode_free(code);
}
DEFINE_CLEANUP(QRcode *, qr_code_free)

static bool is_dark(const QRcode *code, int x, int y)
{
	return code->data[y * code->width + x] & 1; /* the other bits say what kind it is */
}

/* printf() would take as long as all of the encoding. */
static void append_number(struct bytes *path, char before, int number)
{
	char text[16], *begin = text + sizeof(text);

	do
		*--begin = (char)('0' + number % 10);
	while ((number /= 10) > 0);
	*--begin = before;
	bytes_append(path, begin, (size_t)(text + sizeof(text) - begin));
}

/* "M4 4.5h7m2 0h1": the first run of a row, and one behind a gap of two. */
static void draw_row(struct bytes *path, const QRcode *code, int y)
{
	int drawn = -1; /* where the last run ended */

	for (int x = 0, end; x < code->width; x = end) {
		for (end = x + 1;
		     end < code->width && is_dark(code, end, y) == is_dark(code, x, y);)
			end++;
		if (!is_dark(code, x, y))
			continue;
		if (drawn < 0) {
			append_number(path, 'M', x + QUIET_ZONE);
			append_number(path, ' ', y + QUIET_ZONE);
			bytes_append_text(path, ".5");
		} else {
			append_number(path, 'm', x - drawn);
			bytes_append_text(path, " 0");
		}
		append_number(path, 'h', end - x);
		drawn = end;
	}
}

static int write_svg(int width, const char *path, char **ret, size_t *ret_size, struct error *err)
{
	CLEANUP(xml_out_freep) struct xml_out *out = xml_out_new_fragment();
	char size[16], box[40];

	snprintf(size, sizeof(size), "%d", width);
	snprintf(box, sizeof(box), "0 0 %d %d", width, width);
	xml_out_open(out, "svg");
	xml_out_attribute(out, "xmlns", "http://www.w3.org/2000/svg");
	xml_out_attribute(out, "viewBox", box);
	xml_out_attribute(out, "shape-rendering", "crispEdges");
	xml_out_open(out, "rect");
	xml_out_attribute(out, "width", size);
	xml_out_attribute(out, "height", size);
	xml_out_attribute(out, "fill", "#fff");
	xml_out_close(out);
	xml_out_open(out, "path");
	xml_out_attribute(out, "stroke", "#000");
	xml_out_attribute(out, "d", path);
	xml_out_close(out);
	xml_out_close(out);
	return xml_out_finish(&out, ret, ret_size, err);
}

int qr_code_svg(const void *bytes, size_t size, char **ret, size_t *ret_size, struct error *err)
{
	CLEANUP(bytes_clear) struct bytes path = { 0 };
	CLEANUP(qr_code_freep) QRcode *code = NULL;

	if (size == 0)
		return error_set(err, ERROR_INVALID, "a QR code of nothing");
	if (size > QR_CODE_SIZE_MAX)
		return error_set(err, ERROR_TOO_LARGE, "%zu bytes for a QR code; %d are the most",
				 size, QR_CODE_SIZE_MAX);
	code = QRcode_encodeData((int)size, bytes, 0, QR_ECLEVEL_M);
	if (!code)
		return error_no_memory(err); /* a size in bounds leaves no other cause */
	for (int y = 0; y < code->width; y++)
		draw_row(&path, code, y);
	if (path.failed)
		return error_no_memory(err);
	return write_svg(code->width + 2 * QUIET_ZONE, path.data, ret, ret_size, err);
}
