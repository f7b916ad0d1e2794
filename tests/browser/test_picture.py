"""The README's picture of the page: made here, the one in the tree looked at."""

import os
import unittest

import chromium
import pages_case
import picture
import service

HEIGHT = 720  # dots of the picture
SCALE = 0.7
BROAD = chromium.DESKTOP.but(name="picture-desktop", width=900, height=1030, scale=SCALE)
SLIM = chromium.PHONE.but(name="picture-phone", width=460, height=1030, scale=SCALE)
BOARD = """<!DOCTYPE html><html lang="en"><title>picture</title><style>
body { margin: 0; padding: 12px 10px; display: flex; gap: 16px; background: #d8dde3; }
img { display: block; border: 1px solid #9aa5b1; border-radius: 6px; }
</style><img src="%s" alt=""><img src="%s" alt="">"""


class Picture(pages_case.PagesTest):
    def test_made(self):
        for look in (BROAD, SLIM):
            self.open(self.link("erika@kunde.example"), look)
            if look is SLIM:
                self.browser.run("document.querySelector('#add').scrollIntoView()")
            pages_case.keep(look.name + ".png", self.browser.screenshot())
        board = pages_case.keep("settings-page.html", (BOARD % (
            BROAD.name + ".png", SLIM.name + ".png")).encode())
        self.browser.become(chromium.DESKTOP.but(width=picture.WIDTH, height=HEIGHT + 26))
        self.browser.go("file://" + board)
        made = pages_case.keep(picture.NAME, self.browser.screenshot())
        self.assertIsNone(picture.check(made))

    def test_in_the_tree(self):
        self.assertIsNone(picture.check(picture.PLACE))
        with open(os.path.join(service.SOURCE, "README.md"), encoding="utf-8") as file:
            self.assertIn("docs/" + picture.NAME, file.read())


if __name__ == "__main__":
    unittest.main()
