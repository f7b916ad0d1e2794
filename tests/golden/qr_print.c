/* qr_print: the QR code of standard input's bytes as SVG on standard output. */
#include "render/qr_code.h"

#include "base/cleanup.h"

#include <stdio.h>

int main(void)
{
	char bytes[QR_CODE_SIZE_MAX + 1];
	size_t size = fread(bytes, 1, sizeof(bytes), stdin), svg_size = 0;
	CLEANUP(freep) char *svg = NULL;
	struct error err;

	if (qr_code_svg(bytes, size, &svg, &svg_size, &err) < 0) {
		fprintf(stderr, "qr_print: %s\n", err.text);
		return 1;
	}
	return fwrite(svg, 1, svg_size, stdout) == svg_size ? 0 : 1;
}
