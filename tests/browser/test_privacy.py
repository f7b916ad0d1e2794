"""Nothing comes from another host or stays on the device, and the page is light."""

import unittest
import urllib.parse

import chromium
import markup
import pages_case

POLICY = ("default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; "
          "form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Content-Type": "text/html; charset=utf-8",
}
WEIGHT = 60000  # bytes of all that a page is made of, without compression


class Privacy(pages_case.PagesTest):
    def test_requests(self):
        """Only this server is asked, and the address stands in no request."""
        for name, opens in self.every_page().items():
            for look in (chromium.PHONE, chromium.DESKTOP):
                with self.subTest(name, look=look.name):
                    self.browser.become(look)
                    opens()
                    asked = self.browser.requests()
                    self.assertTrue(asked)
                    self.assertEqual([url for url in asked
                                      if not url.startswith(self.site.url + "/")], [])
                    self.assertEqual([url for url in asked
                                      if "@" in urllib.parse.unquote(url)], [])
                    self.check_quiet()

    def test_nothing_stays(self):
        for opens in self.every_page().values():
            opens()
            self.assertEqual(self.browser.cookies, [])
            self.assertEqual(self.browser.run(
                "return [document.cookie, localStorage.length, sessionStorage.length]"),
                ["", 0, 0])
        self.assertEqual(self.browser.run_promise(
            "return [(await caches.keys()).length, (await indexedDB.databases()).length,"
            "(await navigator.serviceWorker.getRegistrations()).length]"), [0, 0, 0])

    def test_headers(self):
        for path in (self.link(), self.link() + "/print", "/", "/d/kunde.example",
                     self.link(days=-1), "/s/" + "A" * 60):
            with self.subTest(path):
                _, headers, _ = self.ask(path)
                self.assertEqual({name: headers[name] for name in HEADERS}, HEADERS)
                self.assertIsNone(headers["Set-Cookie"])

    def test_policy_is_enforced(self):
        """The log that the other tests read does tell of what the policy stopped."""
        self.open(self.link())
        self.browser.run("document.body.insertAdjacentHTML('beforeend',"
                         "'<p style=\"color:red\">x</p><img src=\"data:,\">')")
        self.browser.wait(lambda: [text for text in self.browser.complaints()
                                   if "Content Security Policy" in text], "a complaint")

    def test_nothing_inline(self):
        for path in (self.link(), self.link("anna.berg@enterprise.example"), self.link() + "/print",
                     "/", "/d/kunde.example", self.link(days=-1), "/s/" + "A" * 60):
            with self.subTest(path):
                page = self.markup(path)
                self.assertEqual(page.inline(), [])
                self.assertEqual(page.scripted_links(), [])
                self.assertEqual([address for address in page.loaded()
                                  if urllib.parse.urlsplit(address).netloc], [])

    def markup(self, path):
        return markup.Markup(self.ask(path)[2].decode("utf-8"))

    def test_weight(self):
        """What a browser loads when it opens the page and all of its sections, the codes too."""
        weights = {}
        for address in (pages_case.ADDRESS, "anna.berg@enterprise.example"):
            for language in pages_case.LANGUAGES:
                for look in (chromium.PHONE, chromium.DESKTOP, chromium.ANDROID_PHONE):
                    self.open(self.link(address) + "?share=1", look.but(languages=language))
                    self.assertEqual(self.browser.find("html").attribute("lang"), language)
                    weights[address, language, look.name] = self.weigh()
        heaviest = max(weights, key=weights.get)
        print("the heaviest page: %d bytes, %s" % (weights[heaviest], " ".join(heaviest)))
        self.assertLess(weights[heaviest], WEIGHT)

    def weigh(self):
        """Bytes of the page that is open and of what it loaded: CSS, script, logo, two codes."""
        self.open_all()
        for image in self.browser.find_all("img"):
            self.browser.run("arguments[0].scrollIntoView()", image)
            self.browser.wait(lambda image=image: image.value("complete"), "an image is loaded")
        sizes = dict(self.browser.run(
            "return ['navigation', 'resource'].flatMap(kind => performance.getEntriesByType(kind))"
            ".map(entry => [entry.name, entry.decodedBodySize]);"))
        self.assertEqual(len(sizes), 6, sizes)
        self.assertGreater(min(sizes.values()), 0)
        return sum(sizes.values())


if __name__ == "__main__":
    unittest.main()
