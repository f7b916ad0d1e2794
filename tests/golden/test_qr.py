#!/usr/bin/env python3
"""test_qr.py QR_PRINT: QR codes are read back by zbar, byte for byte.

The SVG is drawn by the few lines here, which know nothing but what the program should write: a
white square and a path of horizontal lines in black, each one unit high.
"""

import os
import random
import re
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree

import validators

SVG = "{http://www.w3.org/2000/svg}"
LINE = re.compile(r"(?:M([0-9]+) ([0-9]+)\.5|m([0-9]+) 0)h([0-9]+)")
SCALE = 4  # pixels a module
SIZE_MAX = 1000  # bytes: QR_CODE_SIZE_MAX
QUIET_ZONE = 4

LINK = b"https://setup.hosting.example/s/" + b"AbCdEfGhIjKlMnOpQrStUvWxY"
PAYLOAD = (b'[1,[1,1],[0,"imap.mail.hosting-company.example",993,3,1,'
           b'"anna.berg@kunde-mit-lange.example"],'
           b'[[[0,"smtp.mail.hosting-company.example",465,3,1,'
           b'"anna.berg@kunde.example"],["anna.berg@kunde.example",'
           b'"Anna Berg, Berg & Partner"]]]]')
CASES = {
    "one byte": b"A",
    "a link": LINK,
    "a payload": PAYLOAD,
    "digits": b"0123456789" * 5,
    "capitals": b"HTTPS://SETUP.HOSTING.EXAMPLE/",
    "UTF-8": "Größe, Ελλάδα, 日本 🙂".encode(),
    "a NUL and the end of a line": b"a\0b\r\nc\n",
    "any bytes": bytes(range(256)),
    "the most": random.Random(4).randbytes(SIZE_MAX),
}


def runs(root):
    """The black runs as (x, y, width); AssertionError for a path that is anything else."""
    path = root[1].get("d")
    matches = list(LINE.finditer(path))
    if "".join(match[0] for match in matches) != path:
        raise AssertionError("not a path of lines: %.80r" % path)
    found = []
    x = y = None
    for match in matches:
        if match[1]:
            x, y = int(match[1]), int(match[2])
        else:
            x += int(match[3])
        found.append((x, y, int(match[4])))
        x += int(match[4])
    return found


def draw(root):
    """The code as an image (PGM), its side in modules, and its rows, 0 for black."""
    side = int(root.get("viewBox").split(" ")[2])
    rows = [bytearray(b"\xff" * side) for _ in range(side)]
    for x, y, width in runs(root):
        if 0 in rows[y][x:x + width] or x + width > side:
            raise AssertionError("run %d %d %d covers another or leaves the square" % (x, y, width))
        rows[y][x:x + width] = b"\0" * width
    pixels = b"".join(b"".join(bytes([value]) * SCALE for value in row) * SCALE for row in rows)
    return b"P5 %d %d 255\n" % (side * SCALE, side * SCALE) + pixels, side, rows


class Codes(unittest.TestCase):
    program = None

    def svg(self, data):
        result = subprocess.run([self.program], input=data, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, check=False)
        self.assertEqual(result.stderr, b"")
        return result.stdout

    def decode(self, image):
        with tempfile.NamedTemporaryFile(suffix=".pgm") as file:
            file.write(image)
            file.flush()
            result = subprocess.run(["zbarimg", "--quiet", "--nodbus", "--raw", "--oneshot",
                                     "-Sdisable", "-Sqrcode.enable", "-Sbinary", file.name],
                                    stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        self.assertEqual((result.returncode, result.stderr), (0, b""))
        return result.stdout

    @unittest.skipIf(validators.missing("zbarimg"), "zbarimg is not installed")
    def test_codes_say_what_they_should(self):
        for name, data in CASES.items():
            with self.subTest(name):
                image, _, _ = draw(ElementTree.fromstring(self.svg(data)))
                self.assertEqual(self.decode(image), data)

    @unittest.skipIf(validators.missing("zbarimg"), "zbarimg is not installed")
    def test_every_length_up_to_a_payload(self):
        for size in range(1, 240, 17):
            with self.subTest(size=size):
                data = PAYLOAD * 2
                image, _, _ = draw(ElementTree.fromstring(self.svg(data[:size])))
                self.assertEqual(self.decode(image), data[:size])

    def test_elements(self):
        """One square, one path; colours are attributes, or the page's policy hides them."""
        for name, data in CASES.items():
            with self.subTest(name):
                text = self.svg(data)
                root = ElementTree.fromstring(text)
                side = root.get("viewBox").split(" ")[2]
                self.assertTrue(text.startswith(b"<svg xmlns="))
                self.assertEqual((root.tag, root.attrib), (SVG + "svg", {
                    "viewBox": "0 0 %s %s" % (side, side), "shape-rendering": "crispEdges"}))
                self.assertEqual([(child.tag, set(child.attrib)) for child in root],
                                 [(SVG + "rect", {"width", "height", "fill"}),
                                  (SVG + "path", {"d", "stroke"})])
                self.assertEqual(root[0].attrib, {"width": side, "height": side, "fill": "#fff"})
                self.assertEqual(root[1].get("stroke"), "#000")

    def test_quiet_zone(self):
        for name, data in CASES.items():
            with self.subTest(name):
                _, side, rows = draw(ElementTree.fromstring(self.svg(data)))
                dark = [(x, y) for y, row in enumerate(rows) for x in range(side) if not row[x]]
                for axis in zip(*dark):
                    self.assertEqual((min(axis), max(axis)), (QUIET_ZONE, side - 1 - QUIET_ZONE))

    def test_weight(self):
        """What a page has room for."""
        self.assertEqual((len(LINK), len(PAYLOAD)), (57, 227))
        self.assertLess(len(self.svg(LINK)), 2500)
        self.assertLess(len(self.svg(PAYLOAD)), 7500)

    def test_limits(self):
        for data, text in ((b"", b"a QR code of nothing"),
                           (b"a" * (SIZE_MAX + 1),
                            b"1001 bytes for a QR code; 1000 are the most")):
            result = subprocess.run([self.program], input=data, stdout=subprocess.PIPE,
                                    stderr=subprocess.PIPE, check=False)
            self.assertEqual((result.returncode, result.stdout, result.stderr),
                             (1, b"", b"qr_print: " + text + b"\n"))


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] in ("--help", "-h"):
        sys.exit(__doc__)
    Codes.program = os.path.abspath(sys.argv[1])
    unittest.main(argv=sys.argv[:1])
