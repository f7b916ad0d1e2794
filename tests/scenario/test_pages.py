"""Settings pages as browsers get them: headers, the form and its limit, reloads, broken files."""

import os
import re
import threading
import unittest

import link_token
import service
import wire
from service_test import ServiceTest

HOST = "setup.hosting.example"
PERSON = "/s/"
ADDRESS = "anna.berg@kunde.example"
CSP = ("default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; "
       "form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
HTML = ("Content-Type", "text/html; charset=utf-8")
PLAIN = ("Content-Type", "text/plain; charset=utf-8")
NO_SNIFFING = ("X-Content-Type-Options", "nosniff")
NO_STORE = ("Cache-Control", "no-store")
NO_TRACE = [("Content-Security-Policy", CSP), ("Referrer-Policy", "no-referrer"),
            ("X-Robots-Tag", "noindex, nofollow"), ("Cross-Origin-Opener-Policy", "same-origin")]
SECURE = ("Strict-Transport-Security", "max-age=31536000")
FOR_EVER = ("Cache-Control", "public, max-age=31536000, immutable")
PAGE = [HTML, NO_SNIFFING, NO_STORE, *NO_TRACE]
LOGO = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d 1"/>'
TEXTS = '<texts xmlns="urn:signpost:page" language="%s" name="%s" direction="ltr">%s</texts>'
HEADING = '<text key="form.heading">%s</text>'


def form_request(body, host=HOST, target="/", headers=(), length=None):
    lines = ["POST %s HTTP/1.1" % target, "Host: " + host,
             "Content-Type: application/x-www-form-urlencoded",
             "Content-Length: %d" % (len(body) if length is None else length), *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


def heading(answer):
    """What stands in the page's h1, without its elements."""
    found = re.search(rb"<h1>(.*?)</h1>", answer.body, re.S)
    return re.sub(r"<[^>]*>", "", found.group(1).decode()) if found else None


def page_of(answer):
    """Language and kind of a page: "en form"."""
    language = re.search(rb'<html lang="([^"]*)"', answer.body)
    kind = re.search(rb'<body class="\S+ ([^"]*)"', answer.body)
    return "%s %s" % (language.group(1).decode(), kind.group(1).decode())


class PagesTest(ServiceTest):
    def setUp(self):
        super().setUp()
        self.keys_path = os.path.join(self.site.directory, self.site.key("links", "keys"))

    def token(self, address=ADDRESS, language="", days=30, key=0):
        return link_token.seal(link_token.read_keys(self.keys_path)[key],
                               link_token.today() + days, language, address)

    def page(self, target, host=HOST, **more):
        return self.daemon.get(target, host, **more)

    def post(self, body, source=None, **more):
        """The answer to a form, on a connection of its own."""
        with wire.Connection(self.site.port, 10.0 * service.SLOWER, source=source) as connection:
            connection.send(form_request(body, **more))
            return connection.answer("POST")

    def put(self, name, text):
        """Writes a file of the pages' directory, all at once as an editor does."""
        directory = os.path.join(self.site.directory, "pages")
        os.makedirs(directory, exist_ok=True)
        path = os.path.join(directory, name)
        with open(path + "~", "w", encoding="utf-8") as file:
            file.write(text)
        os.rename(path + "~", path)

    def reload(self):
        """Returns what the log says of it, behind a line break."""
        position = len(self.daemon.log()) - 1
        self.daemon.reload()
        self.daemon.wait_log("reloaded", position)
        return self.daemon.log()[position:]


class Headers(PagesTest):
    """Whole: a header too many tells something, one too few protects nobody."""

    def assert_headers(self, answer, status, headers):
        self.assertEqual(answer.status, status, answer.body[:200])
        found = [(name, value) for name, value in answer.headers
                 if name not in ("Date", "Content-Length", "Connection")]
        self.assertEqual(sorted(found), sorted(headers))

    def assert_both(self, target, status, headers, host=HOST):
        answer = self.page(target, host)
        self.assert_headers(answer, status, headers)
        head = self.page(target, host, method="HEAD")
        self.assert_headers(head, status, headers)
        self.assertEqual(head.header("Content-Length"), str(len(answer.body)))
        return answer

    def test_pages(self):
        token = self.token()
        svg = [("Content-Type", "image/svg+xml"), NO_SNIFFING, NO_STORE, *NO_TRACE]
        text = [PLAIN, NO_SNIFFING, NO_STORE, *NO_TRACE]
        profile = [("Content-Type", "application/x-apple-aspen-config"), NO_SNIFFING, NO_STORE,
                   *NO_TRACE, SECURE,
                   ("Content-Disposition",
                    'attachment; filename="mail-kunde.example.mobileconfig"')]
        gone = self.token("anna@gone.example")
        for target, status, headers in (
                ("/", 200, PAGE), ("/setup?lang=de", 200, PAGE),
                (PERSON + token, 200, PAGE), (PERSON + token + "/print", 200, PAGE),
                (PERSON + token + "?format=text", 200, text),
                (PERSON + token + "/qr.svg", 200, svg),
                (PERSON + token + "/thunderbird.svg", 200, svg),
                (PERSON + token + "/nothing", 404, PAGE),
                (PERSON + token[:-1], 404, PAGE), (PERSON, 404, PAGE),
                (PERSON + self.token(days=-1), 410, PAGE), (PERSON + gone, 410, PAGE),
                ("/d/kunde.example", 200, PAGE), ("/d/foreign.example", 404, PAGE)):
            with self.subTest(target=target):
                self.assert_both(target, status, [*headers, SECURE])
                self.assert_both(target, status, headers, "kunde.example")
        for target in (PERSON + token, "/d/kunde.example"):
            self.assert_both(target + "/mail.mobileconfig", 200, profile)

    def test_ways(self):
        self.assert_both("/", 302, [PLAIN, NO_SNIFFING, NO_STORE, *NO_TRACE,
                                    ("Location", "https://%s/d/kunde.example" % HOST)],
                         "autoconfig.kunde.example")
        answer = self.post(b"address=" + ADDRESS.encode())
        self.assert_headers(answer, 303, [PLAIN, NO_SNIFFING, NO_STORE, *NO_TRACE, SECURE,
                                          ("Location", PERSON + self.token() + "?share=1")])

    def test_refusals(self):
        for data, status in ((form_request(b"address=anna"), 422),
                             (form_request(b"address=anna@foreign.example"), 404),
                             (form_request(b"x"), 400),
                             (form_request(b"").replace(b"application/x-www-form-urlencoded",
                                                        b"text/plain"), 415)):
            with self.daemon.connect() as connection:
                connection.send(data)
                self.assert_headers(connection.answer("POST"), status, [*PAGE, SECURE])

    def test_others(self):
        for method, target, status, more in (
                ("GET", "/nowhere", 404, []),
                ("GET", "/favicon.ico", 404, []),
                ("GET", "/logo", 404, []),
                ("DELETE", "/", 405, [("Allow", "GET, HEAD, POST"), NO_STORE, *NO_TRACE]),
                ("POST", PERSON + "x", 405, [("Allow", "GET, HEAD"), NO_STORE, *NO_TRACE]),
                ("POST", "/setup", 405, [("Allow", "GET, HEAD"), NO_STORE, *NO_TRACE])):
            with self.subTest(target=target), self.daemon.connect() as connection:
                connection.send(("%s %s HTTP/1.1\r\nHost: %s\r\nContent-Length: 0\r\n\r\n"
                                 % (method, target, HOST)).encode())
                self.assert_headers(connection.answer(method), status, [PLAIN, NO_SNIFFING, *more])

    def test_assets(self):
        self.put("logo.svg", LOGO % 1)
        self.site.set("site", "logo", "pages/logo.svg")
        self.reload()
        page = self.page("/").body.decode()
        for path, media_type in (("/page.css", "text/css; charset=utf-8"),
                                 ("/page.js", "text/javascript; charset=utf-8"),
                                 ("/logo", "image/svg+xml")):
            with self.subTest(path=path):
                versioned = re.search(r'"(%s\?[0-9a-f]{16})"' % re.escape(path), page).group(1)
                headers = [("Content-Type", media_type), NO_SNIFFING, *NO_TRACE]
                answer = self.assert_both(versioned, 200, [*headers, FOR_EVER])
                other = self.assert_both(path, 200, [*headers, NO_STORE])
                self.assertEqual(answer.body, other.body)
                self.assert_both(path + "?0", 200, [*headers, NO_STORE])


class Form(PagesTest):
    def test_large(self):
        """A page says so, at any length; bytes over the limit are not kept."""
        for size, status in ((2048, 303), (2049, 413), (16384, 413), (16385, 413), (60000, 413)):
            with self.subTest(size=size), self.daemon.connect() as connection:
                body = b"address=" + ADDRESS.encode() + b"&x="
                connection.send_while_reading(form_request(body + b"x" * (size - len(body))))
                answer = connection.answer("POST")
                self.assertEqual(answer.status, status)
                if status == 413:
                    self.assertEqual(page_of(answer), "en unreadable")
                    self.assertNotIn(b"anna", answer.body)

    def test_large_without_a_length(self):
        with self.daemon.connect() as connection:
            body = b"address=anna@kunde.example&x=" + b"x" * 3000
            connection.send(form_request(b"").replace(b"Content-Length: 0",
                                                      b"Transfer-Encoding: chunked")
                            + b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body))
            answer = connection.answer("POST")
        self.assertEqual(answer.status, 413)
        self.assertEqual(page_of(answer), "en unreadable")

    def test_leads_to_the_page(self):
        answer = self.post(b"address=%20Anna.Berg%40M%C3%BCller.example%20",
                           headers=["Accept-Language: de"])
        self.assertEqual(answer.status, 404)  # not ours
        self.site.import_domains([("m\u00fcller.example", "hosting")])
        service.wait_until(lambda: self.page("/d/m%C3%BCller.example").status == 200, 5,
                           "the domain is there")
        answer = self.post(b"address=+Anna.Berg%40M%C3%BCller.example+",
                           headers=["Accept-Language: de"])
        self.assertEqual(answer.status, 303)
        page = self.page(answer.header("Location"), headers=["Accept-Language: de"])
        self.assertEqual(page.status, 200)
        self.assertEqual(page_of(page), "de settings")
        self.assertIn("Anna.Berg@M\u00fcller.example", heading(page))

    def test_nobody_is_named(self):
        """Neither in the log nor in a location stands what somebody typed."""
        position = len(self.daemon.log())
        for body in (b"address=secret.name@kunde.example", b"address=secret.name",
                     b"address=secret.name@secret.example"):
            self.assertNotIn("secret", self.post(body).header("Location") or "")
        self.page("/?address=secret.name@kunde.example")
        self.page(PERSON + self.token("secret.name@kunde.example"))
        self.page(PERSON + "secret.name")
        self.page("/d/secret.example")
        wanted = ["kunde.example form - 303", "- form - 422", "- form - 404", "- form - 200",
                  "kunde.example page - 200", "- page - 404", "- page - 404"]

        def found():
            lines = self.daemon.log()[position:].splitlines()
            return [line.rsplit(" ", 1)[0] for line in lines
                    if not line.startswith("signpostd:") and " operations " not in line]
        service.wait_until(lambda: len(found()) >= len(wanted), 5, "log lines")
        self.assertEqual(sorted(found()), sorted(wanted))
        self.assertNotIn("secret", self.daemon.log())


class Limit(PagesTest):
    keys = {"http_forms_per_network": "2"}

    def statuses(self, count, source, body=b"address=" + ADDRESS.encode()):
        return [self.post(body, source).status for _ in range(count)]

    def test_networks(self):
        """127.0.0.0/24 is one network, whatever the address and whatever is typed."""
        self.assertEqual(self.statuses(1, "127.0.0.1"), [303])
        self.assertEqual(self.statuses(1, "127.0.0.77", b"address=nobody"), [422])
        answer = self.post(b"address=secret@kunde.example", "127.0.0.200",
                           headers=["Accept-Language: de"])
        self.assertEqual(answer.status, 429)
        self.assertEqual(page_of(answer), "de limited")
        self.assertIn(answer.header("Retry-After"), [str(n) for n in range(1, 31)])
        self.assertNotIn(b"secret", answer.body)
        found = [(name, value) for name, value in answer.headers
                 if name not in ("Date", "Content-Length", "Retry-After")]
        self.assertEqual(sorted(found), sorted([*PAGE, SECURE]))
        # the same address from elsewhere is not held back
        self.assertEqual(self.statuses(3, "127.1.0.1"), [303, 303, 429])
        # whoever only looks, or asks for anything else, is not
        for _ in range(5):
            self.assertEqual(self.page("/").status, 200)
            self.assertEqual(self.page(PERSON + self.token()).status, 200)
        self.assertEqual(self.served_by("kunde.example"), "mail.hosting.example")

    def test_addresses(self):
        """One address from many networks is nobody's fault."""
        for number in range(1, 20):
            self.assertEqual(self.statuses(1, "127.2.%d.1" % number), [303])

    def test_reload(self):
        self.assertEqual(self.statuses(3, None), [303, 303, 429])
        self.site.set("http", "forms_per_network", "100000")
        self.reload()
        service.wait_until(lambda: self.statuses(1, None) == [303], 5, "more is let through")

    def test_workers_share_it(self):
        """Many connections at once are no way around it."""
        crowd = [self.daemon.connect() for _ in range(40)]
        for connection in crowd:
            connection.send(form_request(b"address=" + ADDRESS.encode()))
        statuses = sorted(connection.answer("POST").status for connection in crowd)
        for connection in crowd:
            connection.close()
        self.assertEqual(statuses[:2], [303, 303])
        self.assertLessEqual(statuses.count(303), 3)  # one more may have come in by time
        self.assertEqual(set(statuses), {303, 429})


class Reload(PagesTest):
    def test_texts_and_logo(self):
        self.put("texts.en.xml", TEXTS % ("en", "English", HEADING % "One &lt;"))
        self.put("logo.svg", LOGO % 1)
        self.site.set("site", "pages", "pages")
        self.site.set("site", "logo", "pages/logo.svg")
        log = self.reload()
        self.assertRegex(log, r"(?m)^signpostd: warning: \S*/pages/texts\.en\.xml: "
                         r"\d+ texts are missing")
        self.assertNotIn("error", log)
        page = self.page("/")
        self.assertEqual(heading(page), "One &lt;")
        first = re.search(rb'"(/logo\?[0-9a-f]{16})"', page.body).group(1).decode()
        self.assertEqual(self.page(first).body.decode(), LOGO % 1)
        self.put("texts.en.xml", TEXTS % ("en", "English", HEADING % "Two"))
        self.put("logo.svg", LOGO % 2)
        self.reload()
        page = self.page("/")
        self.assertEqual(heading(page), "Two")
        second = re.search(rb'"(/logo\?[0-9a-f]{16})"', page.body).group(1).decode()
        self.assertNotEqual(first, second)
        self.assertEqual(self.page(second).body.decode(), LOGO % 2)
        # whoever still has the old page gets a logo, and keeps it not for ever
        self.assertEqual(self.page(first).header("Cache-Control"), "no-store")

    def test_keys(self):
        old = self.token()
        self.assertEqual(self.page(PERSON + old).status, 200)
        self.site.signpost("init", "--link-key")
        self.reload()
        new = self.post(b"address=" + ADDRESS.encode()).header("Location")[3:].split("?")[0]
        self.assertEqual(new, self.token())
        self.assertNotEqual(new, old)
        for token in (old, new):
            self.assertEqual(self.page(PERSON + token).status, 200)
        with open(self.keys_path, encoding="ascii") as file:
            lines = file.readlines()
        keys = [line for line in lines if line.strip() and not line.startswith("#")]
        self.assertEqual(len(keys), 2)
        with open(self.keys_path, "w", encoding="ascii") as file:
            file.writelines(line for line in lines if line != keys[1])
        self.reload()
        answer = self.page(PERSON + old)
        self.assertEqual((answer.status, page_of(answer)), (404, "en invalid"))
        self.assertEqual(self.page(PERSON + new).status, 200)

    def test_keys_that_others_may_read(self):
        """A reload that fails changes nothing."""
        token = self.token()
        os.chmod(self.keys_path, 0o644)
        self.daemon.reload()
        self.daemon.wait_log(r"^signpostd: error: .*its mode 0644")
        self.daemon.wait_log(r"^signpostd: error: reload failed")
        self.assertEqual(self.page(PERSON + token).status, 200)

    def test_without_keys(self):
        token = self.token()
        self.site.set("links", "keys", "")
        self.reload()
        self.assertEqual(self.page(PERSON + token).status, 404)
        self.assertEqual(self.post(b"address=" + ADDRESS.encode()).header("Location"),
                         "/d/kunde.example?share=1")

    def test_languages(self):
        self.assertEqual(page_of(self.page("/?lang=de")), "de form")
        self.site.set("site", "languages", "fr en")
        self.reload()
        self.assertEqual(page_of(self.page("/?lang=de")), "fr form")
        token = self.token(language="de")  # one that the site has no longer
        answer = self.page(PERSON + token, headers=["Accept-Language: en"])
        self.assertEqual(page_of(answer), "en settings")


class Broken(PagesTest):
    """The service starts and serves whatever is wrong with its pages, and says what it is."""

    def break_all(self):
        self.put("page.xsl", "<a>\n</b>")
        self.put("text.xsl", "<a/>")
        self.put("texts.de.xml", TEXTS % ("fr", "x", ""))
        self.put("texts.en.xml", "\x01")
        self.put("programs.xml", "<programs/>")
        self.put("logo.svg", "<svg>")
        self.put("stray.txt", "x")
        self.site.set("site", "pages", "pages")
        self.site.set("site", "logo", "pages/logo.svg")
        self.site.set("site", "languages", "de en sv")

    findings = (r"error: \S*/pages/page\.xsl:2: not XML: ",
                r"error: \S*/pages/text\.xsl: no XSLT stylesheet",
                r"error: \S*/pages/texts\.de\.xml: language=\"fr\" in a file called texts\.de\.xml",
                r"error: \S*/pages/texts\.en\.xml:1: control character 0x01",
                r"error: \S*/pages/programs\.xml:1: the root is not <programs ",
                r"error: \S*/pages/logo\.svg:1: not XML: ",
                r"error: \[site\] languages: there is no texts\.sv\.xml for sv",
                r"warning: \S*/pages/stray\.txt: no file of settings pages is called so")

    def assert_served(self, log):
        for finding in self.findings:
            self.assertRegex(log, "(?m)^signpostd: " + finding)
        self.assertIn("\npages: %d errors in their files" % log.count("\nsignpostd: error: "),
                      self.ready_text())
        self.assertEqual(page_of(self.page("/")), "de form")
        self.assertEqual(page_of(self.page("/?lang=en")), "en form")
        answer = self.page(PERSON + self.token(), headers=["Accept-Language: en"])
        self.assertEqual(page_of(answer), "en settings")
        self.assertIn(ADDRESS, heading(answer))
        self.assertEqual(self.page("/logo").status, 404)
        self.assertNotIn(b"/logo", self.page("/").body)

    def test_start(self):
        self.assertEqual(self.daemon.stop(), 0)
        self.break_all()
        position = len(self.daemon.log()) - 1
        self.daemon = self.start()
        self.assert_served(self.daemon.log()[position:])

    def test_reload(self):
        self.assertNotIn("pages:", self.ready_text())
        self.break_all()
        self.assert_served(self.reload())
        self.site.set("site", "pages", "")
        self.site.set("site", "logo", "")
        self.site.set("site", "languages", "en de")
        self.reload()
        self.assertNotIn("pages:", self.ready_text())

    def test_check(self):
        """signpost check tells the same."""
        self.break_all()
        done = self.site.signpost("check", check=False)
        self.assertNotEqual(done.returncode, 0)
        for finding in self.findings:
            self.assertRegex(done.stdout + done.stderr, finding.split(": ", 1)[1])

    def test_nothing_there(self):
        self.site.set("site", "pages", "none")
        self.site.set("site", "logo", "none.svg")
        log = self.reload()
        self.assertRegex(log, r"error: \[site\] pages: none: No such file or directory")
        self.assertRegex(log, r"error: \[site\] logo: \S*/none\.svg: No such file or directory")
        self.assertEqual(self.page("/").status, 200)

    def test_page_that_ends_itself(self):
        """In place of a stylesheet that compiles and fails the built-in one is used."""
        self.put("page.xsl", '<xsl:stylesheet version="1.0" '
                 'xmlns:xsl="http://www.w3.org/1999/XSL/Transform"><xsl:template match="/">'
                 '<xsl:call-template name="none"/></xsl:template></xsl:stylesheet>')
        self.site.set("site", "pages", "pages")
        self.reload()
        answer = self.page("/")
        self.assertEqual(answer.status, 200)
        self.assertIn(b"<!DOCTYPE html", answer.body)
        self.daemon.wait_log(r"error: \[site\] pages: page.xsl: the page cannot be made: ")
        self.assertEqual(self.page(PERSON + self.token() + "?format=text").status, 200)
        self.assertEqual(self.page(PERSON + self.token() + "/mail.mobileconfig").status, 200)
        self.assertEqual(self.served_by("kunde.example"), "mail.hosting.example")


class Crowd(PagesTest):
    """Many people at once, while the settings change."""

    keys = {"http_pages_per_network": "1000000"}
    languages = ("en", "de", "fr", "es")

    def ask(self, number, tokens, stop, failures):
        try:
            with self.daemon.connect() as connection:
                turn = number
                while not stop.is_set() and not failures:
                    turn += 1
                    language = self.languages[turn % len(self.languages)]
                    address = "person%d@kunde.example" % (turn % len(tokens))
                    view = ("", "/print")[turn // 3 % 2]
                    connection.send(("GET /s/%s%s?lang=%s HTTP/1.1\r\nHost: %s\r\n\r\n" % (
                        tokens[turn % len(tokens)], view, language, HOST)).encode())
                    answer = connection.answer()
                    found = heading(answer)
                    if (answer.status != 200 or address not in found
                            or page_of(answer) != language + " settings"
                            or not answer.body.rstrip().endswith(b"</html>")):
                        failures.append((number, answer.status, language, found))
        except (OSError, wire.WireError, AttributeError) as error:
            failures.append((number, repr(error)))

    def test_reloads(self):
        tokens = [self.token("person%d@kunde.example" % number) for number in range(10)]
        stop, failures = threading.Event(), []
        crowd = [threading.Thread(target=self.ask, args=(number, tokens, stop, failures))
                 for number in range(20)]
        self.site.set("site", "pages", "pages")
        self.put("page.js", "// 0")
        for person in crowd:
            person.start()
        try:
            for turn in range(10):
                self.put("page.js", "// %d" % turn)
                self.reload()
        finally:
            stop.set()
            for person in crowd:
                person.join()
        self.assertEqual(failures, [])
        self.assertIn(b"// 9", self.page("/page.js").body)


if __name__ == "__main__":
    unittest.main()
