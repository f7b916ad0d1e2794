"""What `signpost show` and `signpost link` print, opened in a browser: a page in one file that
looks as the served one does, and a link that leads to it.
"""

import os
import unittest

import chromium
import pages_case
import service

LOOKS = """
return ["body", "h1", ".card", ".button", "details", "nav.contents a", ".qr"].map(selector => {
  const element = document.querySelector(selector), style = getComputedStyle(element);
  return [selector, style.color, style.backgroundColor, style.font, style.padding,
          Math.round(element.getBoundingClientRect().width)];
});
"""


class Preview(pages_case.PagesTest):
    def preview(self, kind, *options):
        """URL of a file with what is printed."""
        path = os.path.join(self.site.root, kind + ".html")
        page = self.site.signpost("show", pages_case.ADDRESS, kind, *options).stdout
        with open(path, "w", encoding="utf-8") as file:
            file.write(page)
        return "file://" + path

    def test_page(self):
        for look in (chromium.DESKTOP, chromium.DESKTOP.but(dark=True), chromium.PHONE):
            url = self.preview("page")
            self.browser.become(look)
            self.browser.forget()
            self.browser.go(url)
            self.assertEqual([asked for asked in self.browser.requests()
                              if not asked.startswith("data:")], [url])
            self.check_quiet()
            looks = self.browser.run(LOOKS)
            self.open(self.link(), look.but(user_agent="curl/8.0", platform=""))
            self.assertEqual(self.browser.run(LOOKS), looks)

    def test_it_is_whole(self):
        self.browser.go(self.preview("page", "--language", "de"))
        self.assertEqual(self.browser.find("html").attribute("lang"), "de")
        self.assertGreater(self.browser.run("return document.querySelector('.site img')"
                                            ".naturalWidth"), 0)
        self.browser.find("#android summary").click()
        self.assertTrue(self.browser.find("#android .body").is_shown)
        button = self.browser.find(".server button.copy")
        button.click()
        self.browser.wait(lambda: self.browser.find("#status").value("textContent"), "a word")
        self.open_all()
        self.assertEqual(self.judge("preview"), [])
        self.picture("preview")

    def test_codes(self):
        self.browser.go(self.preview("page"))
        self.open_all()
        codes = {code for drawing in self.browser.find_all("[role=img]") for code in
                 pages_case.read_codes(pages_case.keep("preview-code.png", drawing.screenshot()))}
        link, account = sorted(codes, key=len)
        self.assertTrue(link.startswith(service.SITE_URL + "/s/"), link)
        self.assertIn(pages_case.ADDRESS, account)

    def test_print(self):
        self.browser.go(self.preview("page-print"))
        pdf = pages_case.keep("paper-preview.pdf", self.browser.pdf())
        self.assertIn(pages_case.ADDRESS, pages_case.program("pdftotext", pdf, "-"))

    def test_link(self):
        printed = self.site.signpost("link", pages_case.ADDRESS, "--language", "fr").stdout
        url = next(word for word in printed.split() if word.startswith(service.SITE_URL))
        self.open(url[len(service.SITE_URL):])
        self.assertEqual(self.browser.find("html").attribute("lang"), "fr")
        self.assertIn(pages_case.ADDRESS, self.browser.find("h1").text.replace("\n", ""))


if __name__ == "__main__":
    unittest.main()
