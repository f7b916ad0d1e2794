#include "render/qr_code.h"

#include "base/bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* Version 1, level M, as the library chose the mask: that it says "A" tells
 * tests/golden/test_qr.py. */
static const char *const picture[] = {
	"#######.##.#..#######", "#.....#..##...#.....#", "#.###.#..####.#.###.#",
	"#.###.#.###...#.###.#", "#.###.#.###.#.#.###.#", "#.....#.####..#.....#",
	"#######.#.#.#.#######", "........#.###........", "#...#.###..#.#####..#",
	"..#.#...#..##..#.#.##", "####.##...##..#####..", "###....#.#...##.#.##.",
	"###.#####...###...###", "........#.#.###...###", "#######.##..##.....#.",
	"#.....#..####..#.#.#.", "#.###.#.####..#######", "#.###.#..#.##..#.#.##",
	"#.###.#....#..#####..", "#.....#..#...##.#.#..", "#######.#.#.###...#.#",
};
#define PICTURE_WIDTH 21

/* The SVG of the picture, put together in another way: module by module. */
static void append_path(struct bytes *svg)
{
	for (int y = 0; y < PICTURE_WIDTH; y++) {
		const char *row = picture[y];

		size_t x = strcspn(row, "#"), width, gap;

		bytes_append_format(svg, "M%zu %d.5", x + 4, y + 4);
		for (; row[x]; x += width + gap) {
			width = strspn(row + x, "#");
			gap = strcspn(row + x + width, "#");
			bytes_append_format(svg, "h%zu", width);
			if (row[x + width + gap])
				bytes_append_format(svg, "m%zu 0", gap);
		}
	}
}

static void draws(void **state)
{
	CLEANUP(bytes_clear) struct bytes wanted = { 0 };
	CLEANUP(freep) char *svg = NULL;
	struct error err = { 0 };
	size_t size = 0;

	(void)state;
	bytes_append_text(&wanted,
			  "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 29 29\" "
			  "shape-rendering=\"crispEdges\">"
			  "<rect width=\"29\" height=\"29\" fill=\"#fff\"/>"
			  "<path stroke=\"#000\" d=\"");
	append_path(&wanted);
	bytes_append_text(&wanted, "\"/></svg>\n");
	assert_int_equal(qr_code_svg("A", 1, &svg, &size, &err), 0);
	assert_string_equal(svg, wanted.data);
	assert_int_equal(size, wanted.size);
}

/* Sides are 17 + 4 * version modules and the quiet zone; capacities are those of level M. */
static void sizes(void **state)
{
	static const struct {
		size_t size;
		int side;
	} cases[] = {
		{ 1, 29 },   { 14, 29 },   { 15, 33 },	 { 42, 37 },
		{ 43, 41 },  { 57, 41 },   { 62, 41 },	 { 63, 45 },
		{ 227, 69 }, { 997, 125 }, { 998, 129 }, { QR_CODE_SIZE_MAX, 129 },
	};
	static const char zeros[QR_CODE_SIZE_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(freep) char *svg = NULL;
		struct error err = { 0 };
		size_t size;
		char box[64];

		assert_int_equal(qr_code_svg(zeros, cases[i].size, &svg, &size, &err), 0);
		snprintf(box, sizeof(box), " viewBox=\"0 0 %d %d\" ", cases[i].side, cases[i].side);
		if (!strstr(svg, box))
			fail_msg("%zu bytes: %.80s", cases[i].size, svg);
		assert_null(strstr(svg, "style"));
	}
}

static void refuses(void **state)
{
	static const char zeros[QR_CODE_SIZE_MAX + 1];
	static const struct {
		size_t size;
		enum error_code code;
		const char *text;
	} cases[] = {
		{ 0, ERROR_INVALID, "a QR code of nothing" },
		{ sizeof(zeros), ERROR_TOO_LARGE, "1001 bytes for a QR code; 1000 are the most" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct error err = { 0 };
		char *svg = NULL;
		size_t size = 7;

		assert_int_equal(qr_code_svg(zeros, cases[i].size, &svg, &size, &err), -1);
		assert_int_equal(err.code, cases[i].code);
		assert_string_equal(err.text, cases[i].text);
		assert_null(svg);
		assert_int_equal(size, 7);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(draws),
		cmocka_unit_test(sizes),
		cmocka_unit_test(refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
