"""axe-core finds nothing on any kind of page: in every language, on a phone and on a desktop, light
and dark, with every section open.

Arguments: the languages; none: all.
"""

import sys
import unittest

import axe
import chromium
import pages_case

LANGUAGES = [word for word in sys.argv[1:] if word in pages_case.LANGUAGES]


class Access(pages_case.PagesTest):
    def test_every_page(self):
        found = []
        for language in LANGUAGES or pages_case.LANGUAGES:
            for look in (chromium.PHONE, chromium.DESKTOP):
                for name, opens in self.every_page().items():
                    found += self.look_at(name, opens, look.but(languages=language))
        self.assertEqual(found, [], "\n" + "\n".join(found))

    def look_at(self, name, opens, look):
        self.browser.become(look)
        opens()
        self.check_quiet()
        name = "%s-%s-%s" % (name, look.name, look.languages)
        self.assertEqual(self.browser.find("html").attribute("lang"), look.languages, name)
        self.open_all()
        found = self.judge(name)
        self.browser.become(look.but(dark=True))
        if look.languages == "en":
            self.picture(name + "-dark")
        return found + self.judge(name + "-dark", axe.COLOURS)

    def test_closed_sections(self):
        self.open(self.link())
        self.assertEqual(self.judge("closed"), [])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
