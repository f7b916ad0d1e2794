"""What a stranger types or links to: each has its page, and nothing of it comes back as markup."""

import http.client
import unittest
import urllib.parse

import chromium
import pages_case

FORM = "application/x-www-form-urlencoded"
MARKUP = "<img src=x onerror=alert(1) class=pwned>"
RTL = "\u202e"

# value, status, whether it is an address whose page is shown in the end
VALUES = [
    (MARKUP, 422, False),
    ('"><script class=pwned>alert(1)</script>', 422, False),
    (MARKUP + "@kunde.example", 422, False),
    ("anna@kunde.example" + MARKUP, 422, False),
    ("' onfocus=alert(1) autofocus x='", 422, False),
    ('" onfocus=alert(1) autofocus x="', 422, False),
    ('"quoted string"@kunde.example', 422, False),
    ("anna\r\nbcc: eve@kunde.example", 422, False),
    ("anna" + RTL + "gpj.exe@kunde.example", 422, False),
    ("anna\0@kunde.example", 422, False),
    ("javascript:alert(1)", 422, False),
    ("{{7*7}}${7*7}<%= 7 %>", 422, False),
    ("%3Cimg%20src=x%20class=pwned%3E", 422, False),
    ("x" * 65 + "@kunde.example", 422, False),
    ("anna@" + "x" * 64 + ".example", 422, False),
    ("", 422, False),
    (" ", 422, False),
    ("@", 422, False),
    ("anna@elsewhere.example", 404, False),
    ("anna@" + "x" * 63 + ".example", 404, False),
    ("x" * 64 + "@kunde.example", 200, True),
    ("o'brien&amp=1+tag#x@kunde.example", 200, True),
    ("anna@b\u00fccher.example", 200, True),
    ("j\u00f6rg@BÜCHER.example", 200, True),
    ("  anna@kunde.example ", 200, True),
]


class Hostile(pages_case.PagesTest):
    def look_closely(self, shown):
        """Nothing ran, nothing became an element; what is shown of it is text."""
        self.assertIsNone(self.browser.dialog)
        self.assertEqual(self.browser.find_all(".pwned, [onerror], [onfocus], [autofocus]"), [])
        text = self.browser.find("body").text
        self.assertNotIn(RTL, text)
        if shown:
            self.assertIn(shown, text)
        self.check_quiet()

    def test_form(self):
        for value, status, is_shown in VALUES:
            with self.subTest(value):
                self.open("/")
                self.send(value)
                self.assertEqual(self.browser.run(
                    "return performance.getEntriesByType('navigation')[0].responseStatus"), status)
                self.assertEqual(self.place().startswith("/s/"), is_shown)
                self.assertTrue(self.browser.find("h1").text)
                self.look_closely(value.strip() if is_shown and value.isascii() else None)

    def post(self, body, kind=FORM):
        headers = {"Content-Type": kind} if kind else {}
        status, headers, answer = self.ask("/", "POST", body, headers.items())
        return status, headers.get("Location"), answer

    def test_bodies(self):
        address = b"address=anna%40kunde.example"
        for name, body, kind, expected in [
            ("another field", b"mail=anna%40kunde.example", FORM, 400),
            ("no field", b"", FORM, 400),
            ("another type", address, "text/plain", 415),
            ("no type", address, None, 415),
            ("a form with files", b"--x\r\n\r\n--x--", "multipart/form-data; boundary=x", 415),
            ("bad escapes", b"address=%4", FORM, 422),
            ("no UTF-8", b"address=%ff%40kunde.example", FORM, 422),
            ("NUL", b"address=a%00%40kunde.example", FORM, 422),
            ("a long address", b"address=" + b"x" * 2000, FORM, 422),
            ("16 kB", b"address=" + b"x" * 16000, FORM, 413),
        ]:
            with self.subTest(name):
                status, location, answer = self.post(body, kind)
                self.assertEqual((status, location), (expected, None))
                self.assertIn(b"<form", answer)
                self.assertNotIn(b"xxxxxxxx", answer)

    def test_paths(self):
        for path in ("/s/%3Cimg%20src=x%20class=pwned%3E", "/d/%3Cimg%20src=x%20class=pwned%3E",
                     "/d/kunde.example%22%3E%3Cb%20class=pwned%3E", "/s/" + "A" * 2000,
                     "/?lang=%22%3E%3Cb%20class=pwned%3E", "/?format=%3Cb%20class=pwned%3E",
                     "/?lang=xx", "/?lang=de&lang=en&lang=",
                     self.link() + "?x=%3Cb%20class=pwned%3E&lang=de"):
            with self.subTest(path):
                self.open(path)
                self.assertTrue(self.browser.find("h1").text)
                self.look_closely(None)

    def test_headers(self):
        """A language or device that makes no sense is none; nothing of it is on the page."""
        for name, value in [("Accept-Language", "<b class=pwned>"),
                            ("Accept-Language", "de;q=x,,;"), ("Accept-Language", "x-" * 500),
                            ("User-Agent", "<b class=pwned>"),
                            ("Sec-CH-UA-Platform", '"><b class=pwned>'), ("User-Agent", "")]:
            with self.subTest(name=name, value=value):
                status, _, body = self.ask(self.link(), headers={name: value}.items())
                self.assertEqual(status, 200)
                self.assertNotIn(b"pwned", body)

    def test_tokens(self):
        """Cut, changed, longer, of another key, of yesterday: none tells which."""
        token = self.site.token()
        key = (1, bytes(range(64)))
        answers = {name: self.ask("/s/" + other)[::2] for name, other in {
            "cut": token[:-4], "one character": token[:-1] + ("A" if token[-1] != "A" else "B"),
            "longer": token + "AAAA", "another key": self.site.token(key=key),
            "empty": "", "padding": token + "=", "expired, another key":
                self.site.token(days=-1, key=key)}.items()}
        self.assertEqual(len(set(answers.values())), 1, answers.keys())
        self.assertEqual(answers["cut"][0], 404)
        status, _, body = self.ask("/s/" + self.site.token(days=-1))
        self.assertEqual(status, 410)
        self.assertNotIn(pages_case.ADDRESS.encode(), body)


class Limited(pages_case.PagesTest):
    keys = {"http_forms_per_network": "2"}

    def test_limit(self):
        self.browser.become(chromium.PHONE)
        for _ in range(2):
            self.open_answer(pages_case.ADDRESS)
            self.assertTrue(self.place().startswith("/s/"))
        self.open_answer(pages_case.ADDRESS)
        self.assertEqual(self.place(), "/")
        self.assertNotIn(pages_case.ADDRESS, self.browser.find("h1").text)
        self.assertTrue(self.browser.find("form"))
        self.picture("limited")
        self.assertEqual(self.judge("limited"), [])
        body = urllib.parse.urlencode({"address": pages_case.ADDRESS})
        status, headers, _ = self.ask("/", "POST", body, {"Content-Type": FORM}.items())
        self.assertEqual(status, http.client.TOO_MANY_REQUESTS)
        self.assertGreater(int(headers["Retry-After"]), 0)


if __name__ == "__main__":
    unittest.main()
