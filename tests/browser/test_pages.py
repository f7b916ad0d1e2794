"""What a customer does with the pages, on a phone and on a desktop, in English and German: from the
form to the page, through its sections, to copied values, a profile, another language and paper.
"""

import functools
import plistlib
import unittest
import urllib.parse

import chromium
import pages_case
import webdriver

SEEN = [(look, language) for look in (chromium.PHONE, chromium.DESKTOP)
        for language in ("en", "de")]
DEVICES = ["iphone", "mac", "android", "windows", "linux", "web"]
FIRST = [(chromium.PHONE, "iphone"), (chromium.DESKTOP, "windows"), (chromium.MAC, "mac"),
         (chromium.ANDROID_PHONE, "android"),
         (chromium.DESKTOP.but(user_agent=chromium.LINUX, platform=""), "linux")]


def seen(test):
    """Runs the test with each look and language, and a name for pictures of that."""
    @functools.wraps(test)
    def run(self):
        for look, language in SEEN:
            with self.subTest(look=look.name, language=language):
                self.browser.become(look.but(languages=language))
                test(self, "%s-%s" % (look.name, language))
                self.check_quiet()
    return run


class Pages(pages_case.PagesTest):
    @seen
    def test_form_to_page(self, name):
        self.open("/")
        self.picture("form-" + name)
        self.submit(pages_case.ADDRESS)
        self.assertTrue(self.place().startswith("/s/"), self.place())
        self.assertNotIn("anna", urllib.parse.unquote(self.browser.url))
        self.assertNotIn("anna", self.browser.title)
        self.assertIn(pages_case.ADDRESS, self.browser.find("h1").text.replace("\n", ""))
        self.picture("from-form-" + name)
        self.browser.reload()
        self.assertIn(pages_case.ADDRESS, self.browser.find("h1").text.replace("\n", ""))
        self.browser.back()
        self.assertEqual(self.place(), "/")

    def test_form_by_keys(self):
        """Tab leads to the field at once behind the skip link and the languages; Enter sends."""
        self.open("/")
        for _ in range(10):
            self.browser.press(webdriver.TAB)
            if self.browser.focused.attribute("name") == "address":
                break
        self.browser.press(*pages_case.ADDRESS, webdriver.ENTER)
        self.browser.wait(lambda: self.place().startswith("/s/"), "the page")

    @seen
    def test_support_passes_the_page_on(self, name):
        """From the form, the page has a text to paste: the link, and nothing personal."""
        self.open("/")
        self.submit(pages_case.ADDRESS)
        self.assertFalse(self.browser.find(".share pre").is_shown)
        self.browser.find(".share summary").click()
        text = self.browser.find(".share pre").text
        self.assertNotIn("anna", text)
        self.assertEqual(len(text.split("\n")), 4, text)
        path = self.place().split("?")[0]
        self.assertIn(pages_case.service.SITE_URL + path, text)
        self.leave(self.browser.find_link("Français").click)
        self.browser.find(".share summary").click()
        self.assertIn("Ouvrez le lien", self.browser.find(".share pre").text)
        self.open(path)
        self.assertEqual(self.browser.find_all(".share"), [])

    def test_sections(self):
        """The device in hand is first and open; the others are there, closed, and open."""
        for look, device in FIRST:
            with self.subTest(device):
                self.open(self.link(), look)
                self.picture("settings-" + device)
                sections = self.browser.find_all("#add > .here, #add > details.device")
                order = [section.attribute("id") for section in sections]
                self.assertEqual(order, [device] + [d for d in DEVICES if d != device])
                self.assertEqual([section.attribute("open") for section in sections],
                                 [None] * len(DEVICES))
                self.assertTrue(sections[0].find("ol.steps, details, p").is_shown)
                for section in sections[1:]:
                    self.assertFalse(section.find(".body").is_shown)
                    section.find("summary").click()
                    self.assertTrue(section.find(".body").is_shown)

    def test_unknown_device(self):
        self.open(self.link(), chromium.DESKTOP.but(user_agent="curl/8.0", platform=""))
        self.assertEqual([section.attribute("id") for section in
                          self.browser.find_all("#add > details.device")], DEVICES)
        self.assertEqual(self.browser.find_all("#add > .here"), [])

    def test_contents(self):
        """Each link of the list leads to something that is there, open, and on the screen."""
        for look in (chromium.PHONE, chromium.DESKTOP):
            self.open(self.link(), look)
            targets = [link.attribute("href") for link in
                       self.browser.find_all("nav.contents a")]
            self.assertGreater(len(targets), len(DEVICES))
            for target in targets:
                with self.subTest(look=look.name, target=target):
                    self.open(self.link())
                    self.browser.find("nav.contents a[href='%s']" % target).click()
                    self.browser.wait(lambda: self.is_reached(target), target + " is reached")
                    self.check_quiet()

    def is_reached(self, target):
        return self.browser.run("""
            const element = document.querySelector(arguments[0]);
            const box = element.getBoundingClientRect();
            const body = element.matches("details") ? element.querySelector(".body") : element;
            return box.top >= -1 && box.top < innerHeight - 44 && body.checkVisibility();
            """, target)

    def test_links_inside(self):
        """No link within the page leads nowhere."""
        for path in (self.link(), self.link("anna.berg@enterprise.example"), "/d/kunde.example",
                     self.link("anna.berg@altkunde.example")):
            self.open(path)
            self.assertEqual(self.browser.run("""
                return [...document.querySelectorAll("a[href^='#']")].map(a => a.hash)
                    .filter(hash => !document.getElementById(hash.slice(1)));"""), [], path)
            self.check_ids()

    def check_ids(self):
        self.assertEqual(self.browser.run("""
            const ids = [...document.querySelectorAll("[id]")].map(e => e.id);
            return ids.filter((id, i) => ids.indexOf(id) !== i);"""), [])

    def test_logo(self):
        """A logo that says nothing of its size is seen all the same."""
        for look in (chromium.PHONE, chromium.DESKTOP, chromium.NARROW):
            self.open(self.link(), look)
            box = self.browser.find(".site img").box
            self.assertGreaterEqual(box["width"], 24, look.name)
            self.assertGreaterEqual(box["height"], 24, look.name)

    def test_first_steps_are_near(self):
        """On a phone, point 1 leaves out what concerns computers alone; their sections say it."""
        for look in (chromium.PHONE, chromium.ANDROID_PHONE):
            self.open(self.link(), look)
            self.open_all()
            self.assertNotIn("Outlook", self.browser.find("#before").text)
            self.assertIn("Keep the old account", self.browser.find("#mac").text)
            windows = self.browser.find("#windows").text
            self.assertIn("Keep the old account", windows)
            self.assertIn("Export them first", windows)
        self.open(self.link(), chromium.DESKTOP)
        before = self.browser.find("#before").text
        self.assertIn("Export them first", before)
        self.assertIn("Keep the old account", before)

    @seen
    def test_copy(self, name):
        """Each value has a button that is named, puts it into the clipboard, and says so."""
        self.open(self.link())
        self.open_all()
        buttons = self.browser.find_all("button.copy")
        values = [value.text for value in self.browser.find_all("[data-copy]:not(#status)")]
        self.assertEqual(len(buttons), len(values))
        self.assertIn("mail.hosting.example", values)
        self.assertIn(pages_case.ADDRESS, values)
        said = self.browser.find("#status")
        for button, value in zip(buttons, values):
            self.browser.run("document.querySelector('#status').textContent = ''")
            self.assertGreater(len(button.label.split()), 1, button.label)
            button.click()
            self.browser.wait(lambda: said.text or said.value("textContent"),
                              "what was copied is said")
            self.assertEqual(self.clipboard().strip(), value)
        self.assertEqual(said.attribute("aria-live"), "polite")
        self.picture("copied-" + name)

    def clipboard(self):
        return self.browser.run_promise("return navigator.clipboard.readText()")

    def test_language_switch(self):
        """It keeps the page, and every further link keeps it."""
        for path in (self.link(), "/d/kunde.example", "/"):
            for language, name in (("de", "Deutsch"), ("fr", "Français"), ("es", "Español"),
                                   ("en", "English")):
                with self.subTest(path, language=language):
                    self.open(path)
                    self.leave(self.browser.find_link(name).click)
                    self.assertEqual(self.place().split("?")[0], path)
                    self.assertEqual(self.browser.find("html").attribute("lang"), language)
                    current = self.browser.find("nav.languages a[aria-current]")
                    self.assertEqual(current.text, name)
                    self.assertEqual(current.attribute("lang"), language)
        self.open("/?lang=de")
        self.submit(pages_case.ADDRESS)
        self.assertEqual(self.browser.find("html").attribute("lang"), "de")

    def test_language_of_a_link(self):
        """That of the link wins over the browser's, the chosen one over both."""
        path = self.link(language="fr")
        self.browser.become(chromium.DESKTOP.but(languages="de"))
        for query, language in (("", "fr"), ("?lang=es", "es"), ("?lang=xx", "fr")):
            self.open(path + query)
            self.assertEqual(self.browser.find("html").attribute("lang"), language)

    @seen
    def test_print_view(self, name):
        self.open(self.link())
        link = self.browser.find("footer a[href*='/print']")
        self.leave(link.click)
        self.assertEqual(self.place().split("?")[0], self.link() + "/print")
        self.assertEqual(self.browser.find_all("details, script"), [])
        for device in DEVICES:
            self.assertTrue(self.browser.find("section#" + device).is_shown)
        self.picture("print-" + name)
        self.leave(self.browser.find("header a").click)
        self.assertEqual(self.place().split("?")[0], self.link())

    def test_profile(self):
        """The button is a plain link to a profile, on iPhone and Mac."""
        for look in (chromium.PHONE, chromium.MAC):
            self.open(self.link(), look)
            link = self.browser.find(".here a.install")
            self.assertIsNone(link.attribute("download"))
            self.assertIsNone(link.attribute("target"))
            status, headers, body = self.ask(urllib.parse.urlsplit(link.value("href")).path)
            self.assertEqual(status, 200)
            self.assertEqual(headers["Content-Type"], "application/x-apple-aspen-config")
            self.assertEqual(headers["Content-Disposition"],
                             'attachment; filename="mail-kunde.example.mobileconfig"')
            profile = plistlib.loads(body)
            self.assertIn(pages_case.ADDRESS, str(profile))
            link.click()
            path = self.browser.wait_download()
            with open(path, "rb") as file:
                self.assertEqual(file.read(), body)
            self.browser.remove_downloads()

    def test_text_version(self):
        self.open(self.link())
        self.leave(self.browser.find("footer a[href*='format=text']").click)
        text = self.browser.find("body").text
        for value in (pages_case.ADDRESS, "mail.hosting.example", "993", "465"):
            self.assertIn(value, text)
        self.picture("text")

    def test_cannot_install(self):
        """Firefox on an iPhone is sent to Safari, above the button."""
        self.open(self.link(), chromium.PHONE.but(user_agent=chromium.IPHONE_FIREFOX))
        notice, button = self.browser.find("#safari"), self.browser.find(".here a.install")
        self.assertLess(notice.box["y"], button.box["y"])
        self.assertIn("Safari", notice.text)
        self.picture("settings-iphone-firefox")
        self.open(self.link(), chromium.PHONE)
        self.assertEqual(self.browser.find_all("#safari"), [])

    def test_ipad(self):
        """It says that it is a Mac; the script sees the touch screen, else there is a link."""
        self.open(self.link(), chromium.IPAD)
        name = self.browser.find("nav.contents .mine").text
        self.assertIn("iPad", name)
        self.assertTrue(self.browser.find("#add > h2").text.endswith(name))
        self.assertEqual([section.attribute("id") for section in
                          self.browser.find_all("#add > .here, #add > details.device")], DEVICES)
        self.assertTrue(self.browser.find("#add > .here .steps").is_shown)
        self.assertEqual([button.box["y"] > 0 for button in self.browser.find_all("a.install")
                          if button.is_shown], [True])
        self.assertNotIn("iPad?", self.browser.find("#add").text)
        self.picture("settings-ipad")
        self.check_ids()
        self.open(self.link(), chromium.IPAD.but(script=False))
        self.browser.find("#mac a[href='#iphone']").click()
        self.check_quiet()

    def test_every_provider(self):
        for domain in ("enterprise.example", "altkunde.example", "xn--bcher-kva.example"):
            for look in (chromium.PHONE, chromium.DESKTOP):
                self.open(self.link("anna.berg@" + domain), look)
                self.picture("settings-%s-%s" % (domain, look.name))
                self.check_quiet()


if __name__ == "__main__":
    unittest.main()
