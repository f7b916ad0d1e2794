"""The QR codes, read off the screen as a telephone does, light and dark: the page's link, and the
account for Thunderbird for Android.
"""

import json
import unittest

import chromium
import pages_case
import service

HOST = "mail.hosting.example"
TLS, PASSWORD = 3, 1  # Thunderbird for Android's feature/migration/qrcode/qr-code-format.md
IMAP_PORT, SMTP_PORT = 993, 465


def account(address):
    return [1, [1, 1], [0, HOST, IMAP_PORT, TLS, PASSWORD, address],
            [[[0, HOST, SMTP_PORT, TLS, PASSWORD, address], [address, address]]]]


class Codes(pages_case.PagesTest):
    def shown(self, selector):
        """What the pictures of a code say, where they are on the screen."""
        self.open_all()
        codes = set()
        for image in self.browser.find_all(selector):
            self.assertTrue(image.attribute("alt"))
            self.assertTrue(image.is_shown)
            self.browser.run("arguments[0].scrollIntoView({block: 'center'})", image)
            self.browser.wait(lambda image=image: image.value("complete"), "the code is loaded")
            name = "code-%s.png" % "".join(filter(str.isalpha, selector))
            read = pages_case.read_codes(pages_case.keep(name, image.screenshot()))
            self.assertEqual(len(read), 1, read)
            codes.update(read)
        self.assertEqual(len(codes), 1, codes)
        return codes.pop()

    def test_link(self):
        for look in (chromium.DESKTOP, chromium.DESKTOP.but(dark=True), chromium.PHONE,
                     chromium.NARROW):
            for path in (self.link(), self.link(pages_case.LONGEST + "@kunde.example"),
                         "/d/kunde.example"):
                with self.subTest(look=look.name, dark=look.dark, path=path):
                    self.open(path, look)
                    self.assertEqual(self.shown("img[src*='/qr.svg']"), service.SITE_URL + path)
                    self.assertIn(service.SITE_URL + path,
                                  self.browser.find("body").text.replace("\n", ""))

    def test_thunderbird(self):
        for look in (chromium.DESKTOP, chromium.DESKTOP.but(dark=True), chromium.ANDROID_PHONE):
            for address in (pages_case.ADDRESS, pages_case.LONGEST + "@kunde.example"):
                with self.subTest(look=look.name, dark=look.dark, address=address):
                    self.open(self.link(address), look)
                    code = self.shown("img[src*='/thunderbird.svg']")
                    self.assertTrue(code.isascii())
                    self.assertNotIn("\n", code)
                    self.assertEqual(json.loads(code), account(address))

    def test_stays_black_on_white(self):
        """A code that is inverted is read by few telephones."""
        for name in ("qr.svg", "thunderbird.svg"):
            _, headers, body = self.ask(self.link() + "/" + name)
            self.assertEqual(headers["Content-Type"], "image/svg+xml")
            self.assertNotIn(b"currentColor", body)
            self.assertNotIn(b"style", body)
            self.assertIn(b'fill="#fff"', body)
            self.assertIn(b'stroke="#000"', body)


if __name__ == "__main__":
    unittest.main()
