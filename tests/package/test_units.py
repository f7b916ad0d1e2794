"""systemd understands the units, and the sandbox is as tight as docs/operations.md says."""

import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

SOURCE = os.environ["SIGNPOST_SOURCE"]
PROGRAMS = os.environ["SIGNPOST_PROGRAMS"]
PACKAGING = os.path.join(SOURCE, "packaging")
SERVICE = os.path.join(PACKAGING, "signpostd.service")
SOCKETS = {"http": "80", "https": "443"}  # by name, the port
CERTIFICATES = ["signpost-certificates.service", "signpost-certificates.timer"]


def analyze(*arguments):
    return subprocess.run(["systemd-analyze", "--no-pager", *arguments], check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def settings(path):
    """Pairs of a unit's file."""
    with open(path, encoding="utf-8") as file:
        return dict(re.findall(r"(?m)^(\w+)=(.*)$", file.read()))


class Units(unittest.TestCase):
    def test_understood(self):
        """No complaint at all: of an unknown setting systemd only warns."""
        with tempfile.TemporaryDirectory() as folder:
            for path in glob.glob(os.path.join(PACKAGING, "signpost*.*")):
                with open(path, encoding="utf-8") as file:
                    text = file.read()
                text = text.replace("/usr/sbin/", PROGRAMS + "/")
                text = text.replace("/usr/share/signpost/", PACKAGING + "/")
                with open(os.path.join(folder, os.path.basename(path)), "w",
                          encoding="utf-8") as file:
                    file.write(text)
            self.assertGreaterEqual(len(os.listdir(folder)), 1 + len(SOCKETS))
            done = analyze("verify", "--man=no", *(os.path.join(folder, name)
                                                   for name in sorted(os.listdir(folder))))
        self.assertEqual((done.returncode, done.stdout), (0, ""))

    def test_sockets(self):
        for name, port in SOCKETS.items():
            with self.subTest(name):
                found = settings(os.path.join(PACKAGING, f"signpostd-{name}.socket"))
                self.assertEqual(found["ListenStream"], port)
                self.assertEqual(found["FileDescriptorName"], name)
                self.assertEqual(found["Service"], "signpostd.service")

    def test_score(self):
        """The documented score is the real one: at most, for a newer systemd asks for more."""
        with open(os.path.join(SOURCE, "docs", "operations.md"), encoding="utf-8") as file:
            documented = re.search(r"systemd-analyze security[^.]*?\s(\d\.\d)\b", file.read())
        self.assertIsNotNone(documented, "docs/operations.md has no score")
        done = analyze("security", "--offline=yes", SERVICE)
        score = re.search(r"exposure level for signpostd.service: (\d+\.\d)", done.stdout)
        self.assertLessEqual(float(score.group(1)), float(documented.group(1)), done.stdout)


if __name__ == "__main__":
    if not shutil.which("systemd-analyze"):
        print("no systemd-analyze here; tools/deps package installs it")
        sys.exit(77)
    unittest.main()
