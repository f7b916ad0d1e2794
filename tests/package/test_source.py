"""What packaging/debian repeats from elsewhere in the tree is the same there."""

import os
import re
import subprocess
import unittest

SOURCE = os.environ["SIGNPOST_SOURCE"]
# In build-essential, which no package names; debhelper is for packages alone.
COMPILER = {"gcc", "libc6-dev"}
HELPER = {"debhelper-compat"}


def read(*path):
    with open(os.path.join(SOURCE, *path), encoding="utf-8") as file:
        return file.read()


class Source(unittest.TestCase):
    def test_version(self):
        """Whoever raises the version of meson.build adds an entry to debian/changelog."""
        meson = re.search(r"version: '([^']+)'", read("meson.build")).group(1)
        debian = re.match(r"signpost \(([^)]+)\)", read("packaging", "debian", "changelog"))
        self.assertEqual(debian.group(1), meson)

    def test_build_depends(self):
        field = re.search(r"(?ms)^Build-Depends:(.*?)^\S",
                          read("packaging", "debian", "control")).group(1)
        depends = {entry.split()[0] for entry in field.split(",")}
        listed = subprocess.run([os.path.join(SOURCE, "tools", "deps"), "--list", "build"],
                                check=True, stdout=subprocess.PIPE, text=True).stdout
        self.assertEqual(depends - HELPER, set(listed.split()) - COMPILER)

    def test_licence(self):
        """The copyright file has the licence's words, a dot for each empty line."""
        licence = read("LICENSE").split("\n\n", 2)[2]
        text = read("packaging", "debian", "copyright").split("License: MIT\n")[1]
        self.assertEqual(re.sub(r"(?m)^ \.?", "", text), licence)


if __name__ == "__main__":
    unittest.main()
