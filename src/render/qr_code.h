/* QR codes (ISO/IEC 18004) as SVG: a white square with a quiet zone of 4 modules, one black path.
 */
#ifndef RENDER_QR_CODE_H
#define RENDER_QR_CODE_H

#include "base/error.h"

#include <stddef.h>

#define QR_CODE_SIZE_MAX 1000 /* bytes: larger codes are too fine for a camera at a screen */

/*
 * Encodes size bytes at error correction level M. *ret is one <svg> element of the SVG namespace
 * without a declaration, with a viewBox of one unit a module and no size of its own, fit for a file
 * and for being put into HTML; colours are presentation attributes, which a strict content security
 * policy lets pass. The caller frees *ret. ERROR_TOO_LARGE: over QR_CODE_SIZE_MAX; ERROR_INVALID:
 * size is 0.
 */
int qr_code_svg(const void *bytes, size_t size, char **ret, size_t *ret_size, struct error *err);

#endif
