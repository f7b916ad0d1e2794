"""The print view on paper: A4, everything on it, codes that can be scanned."""

import json
import os
import re
import unittest

import chromium
import pages_case
import service

DOTS = "150"  # an inch, as a poor printer has
SHEETS = range(2, 13)


class Print(pages_case.PagesTest):
    def print(self, name, path):
        """Path of the PDF."""
        self.open(path)
        return pages_case.keep(name + ".pdf", self.browser.pdf())

    def facts(self, pdf):
        return dict(re.findall(r"(?m)^([\w ]+): +(.*)$", pages_case.program("pdfinfo", pdf)))

    def codes(self, pdf):
        """What a telephone reads off the sheets."""
        pages_case.program("pdftoppm", "-gray", "-png", "-r", DOTS, pdf, pdf[:-len(".pdf")])
        names = sorted(name for name in os.listdir(pages_case.PICTURES)
                       if re.fullmatch(re.escape(os.path.basename(pdf)[:-4]) + r"-\d+\.png", name))
        self.assertTrue(names)
        codes = {code for name in names
                 for code in pages_case.read_codes(os.path.join(pages_case.PICTURES, name))}
        for name in names:
            os.unlink(os.path.join(pages_case.PICTURES, name))
        return codes

    def check_paper(self, name, path):
        pdf = self.print(name, path)
        facts = self.facts(pdf)
        self.assertIn("(A4)", facts["Page size"])
        self.assertIn(int(facts["Pages"]), SHEETS)
        return pdf, pages_case.program("pdftotext", "-layout", pdf, "-")

    def test_person(self):
        for language in pages_case.LANGUAGES:
            with self.subTest(language):
                self.browser.become(chromium.DESKTOP.but(languages=language))
                link = self.link()
                pdf, text = self.check_paper("paper-" + language, link + "/print")
                first = text.split("\f")[0]
                self.assertIn(pages_case.ADDRESS, first)
                for value in ("mail.hosting.example", "993", "465"):
                    self.assertIn(value, text)
                self.assertIn(service.SITE_URL + link, re.sub(r"\s", "", text))
                if language == "de":
                    self.check_codes(pdf, link)

    def check_codes(self, pdf, link):
        """One for the page, on many sheets, and Thunderbird's."""
        codes = sorted(self.codes(pdf), key=len)
        self.assertEqual(len(codes), 2, codes)
        self.assertEqual(codes[0], service.SITE_URL + link)
        self.assertEqual(json.loads(codes[1])[2][1], "mail.hosting.example")

    def test_domain(self):
        pdf, text = self.check_paper("paper-domain", "/d/kunde.example/print")
        self.assertIn("kunde.example", text)
        self.assertNotIn("anna", text)
        self.assertEqual(self.codes(pdf), {service.SITE_URL + "/d/kunde.example"})

    def test_sheets_are_used(self):
        """None is there for a few words only, and an address breaks before its @ if anywhere."""
        address = "anna.berg@enterprise.example"
        for language in pages_case.LANGUAGES:
            with self.subTest(language):
                self.browser.become(chromium.DESKTOP.but(languages=language))
                _, text = self.check_paper("paper-sheets", self.link(address) + "/print")
                sheets = text.split("\f")[:-1]
                self.assertEqual([number for number, sheet in enumerate(sheets, 1)
                                  if len(sheet.split()) < 30], [], "nearly empty sheets")
                self.assertEqual([word for word in re.findall(r"\S*@\S*", text)
                                  if "enterprise.example" not in word and "support@" not in word],
                                 [], "broken addresses")


if __name__ == "__main__":
    unittest.main()
