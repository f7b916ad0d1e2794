"""The pages on a narrow screen, without script, and with what is longest."""

import unittest

import chromium
import pages_case

NARROW = 320  # CSS pixels: WCAG 2.2, 1.4.10
TARGET = 44  # CSS pixels, in height, of what is tapped
LONG_DOMAIN = ("mittelstaendische-und-sehr-ausfuehrlich-benannte-gesellschaft.mit-beschraenkter-"
               "haftung-und-co-kommanditgesellschaft.example")

# What sticks out to the right, though it may scroll nowhere.
STICKS_OUT = """
return [...document.body.querySelectorAll("*")].filter(e => {
  const box = e.getBoundingClientRect();
  return box.width && box.height && (box.right > innerWidth + 0.5 || box.left < -0.5) &&
    getComputedStyle(e).position !== "absolute";
}).map(e => e.outerHTML.slice(0, 120));
"""

# Text that is cut off by its own box.
CUT_OFF = """
return [...document.body.querySelectorAll("*")].filter(e => {
  const style = getComputedStyle(e);
  return e.checkVisibility() && style.overflowX !== "visible" && style.position !== "absolute" &&
    (e.scrollWidth > e.clientWidth + 1) && e.clientWidth;
}).map(e => e.outerHTML.slice(0, 120));
"""

# What stands in more than one line, though it is one word.
BROKEN = """
return [...document.querySelectorAll("td code, .copy, th, .languages a")].filter(e => {
  if (e.getBoundingClientRect().width <= 1) return false; // for screen readers alone
  const words = document.createTreeWalker(e, NodeFilter.SHOW_TEXT);
  for (let text; (text = words.nextNode());)
    for (const word of text.data.matchAll(/\\S+/g)) {
      const range = document.createRange();
      range.setStart(text, word.index);
      range.setEnd(text, word.index + word[0].length);
      if (new Set([...range.getClientRects()].map(box => box.top)).size > 1) return true;
    }
  return false;
}).map(e => e.outerHTML.slice(0, 120));
"""

SMALL = """
return [...document.querySelectorAll("button, a.button, summary, nav a, input:not([type=hidden])")]
  .filter(e => e.checkVisibility()).map(e => [e, e.getBoundingClientRect()])
  .filter(([e, box]) => box.height < arguments[0] - 0.5 || box.width < 24)
  .map(([e, box]) => Math.round(box.width) + "x" + Math.round(box.height) + " " +
    e.outerHTML.slice(0, 120));
"""


class Layout(pages_case.PagesTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.site.import_domains([(LONG_DOMAIN, "smartermail")])
        pages_case.service.wait_until(
            lambda: cls.daemon.get("/d/" + LONG_DOMAIN).status == 200, 5, "the domain is served")

    def every_path(self):
        pages = self.every_page()
        for name, address in (("longest", pages_case.LONGEST + "@kunde.example"),
                              ("longest-domain", pages_case.LONGEST + "@" + LONG_DOMAIN)):
            pages[name] = lambda address=address: self.open(self.link(address))
        pages["domain-longest"] = lambda: self.open("/d/" + LONG_DOMAIN)
        return pages

    def test_narrow(self):
        found = []
        for name, opens in self.every_path().items():
            for language in pages_case.LANGUAGES:
                self.browser.become(chromium.NARROW.but(languages=language))
                opens()
                self.open_all()
                if language == "de":
                    self.picture("narrow-" + name)
                width = self.browser.run("return document.documentElement.scrollWidth")
                if width > NARROW:
                    found.append("%s, %s: %d wide" % (name, language, width))
                found += ["%s, %s: sticks out: %s" % (name, language, what)
                          for what in self.browser.run(STICKS_OUT)[:3]]
                found += ["%s, %s: cut off: %s" % (name, language, what)
                          for what in self.browser.run(CUT_OFF)[:3]]
        self.assertEqual(found, [], "\n" + "\n".join(found))

    def test_targets(self):
        for look in (chromium.PHONE, chromium.DESKTOP, chromium.NARROW):
            for name, opens in self.every_page().items():
                with self.subTest(name, look=look.name):
                    self.browser.become(look)
                    opens()
                    self.open_all()
                    small = self.browser.run(SMALL, TARGET)
                    self.assertEqual(small, [], "\n" + "\n".join(small))

    def test_values_are_whole(self):
        """Where there is room, no value and no button is broken in the middle."""
        for look in (chromium.PHONE, chromium.DESKTOP):
            for language in pages_case.LANGUAGES:
                with self.subTest(look=look.name, language=language):
                    self.open(self.link(), look.but(languages=language))
                    self.open_all()
                    broken = self.browser.run(BROKEN)
                    self.assertEqual(broken, [], "\n" + "\n".join(broken))

    def test_enlarged(self):
        """Text of twice the size, as 1.4.4 asks: nothing is lost."""
        self.open(self.link(), chromium.DESKTOP)
        self.open_all()
        self.browser.run("document.documentElement.style.setProperty('font-size', '200%')")
        self.assertEqual(self.browser.run("return document.documentElement.scrollWidth"),
                         chromium.DESKTOP.width)
        self.assertEqual(self.browser.run(CUT_OFF), [])

    def test_without_script(self):
        """Everything is there and opens; only the copy buttons are missing."""
        for look in (chromium.PHONE, chromium.DESKTOP):
            look = look.but(script=False)
            self.open("/", look)
            self.submit(pages_case.ADDRESS)
            self.assertTrue(self.place().startswith("/s/"))
            self.picture("no-script-" + look.name)
            self.assertEqual([button.text for button in self.browser.find_all("button")
                              if button.is_shown], [])
            for summary in self.browser.find_all("details:not([open]) > summary"):
                if summary.is_shown:
                    summary.click()
            self.assertEqual([d.attribute("id") for d in
                              self.browser.find_all("details.device:not([open])")], [])
            self.picture("no-script-open-" + look.name)
            value = self.browser.find("table.server code")
            self.assertEqual(value.style("user-select"), "all")
            self.check_quiet()

    def test_first_paint(self):
        """The page stands in the HTML as it was sent; a script that never comes stops nothing."""
        self.browser.cdp("Network.setBlockedURLs", urls=["*page.js*"])
        self.addCleanup(self.browser.cdp, "Network.setBlockedURLs", urls=[])
        self.open(self.link())
        self.browser.wait(lambda: self.browser.run(
            "return performance.getEntriesByName('first-contentful-paint').length"), "the paint")
        self.assertTrue(self.browser.find("h1").is_shown)

    def test_nothing_moves(self):
        """Where the device asks for that, as it does in these tests."""
        self.open(self.link())
        moving = """return [...document.querySelectorAll("*")].filter(e => {
            const s = getComputedStyle(e);
            return s.animationName !== "none" || s.scrollBehavior !== "auto" ||
                !/^0s(, 0s)*$/.test(s.transitionDuration);
        }).map(e => e.outerHTML.slice(0, 80));"""
        self.assertEqual(self.browser.run(moving), [])


if __name__ == "__main__":
    unittest.main()
