"""The programs of this build are hardened; a program without hardening would be found out."""

import os
import subprocess
import tempfile
import unittest

import hardening

PROGRAMS = os.environ["SIGNPOST_PROGRAMS"]


class Hardening(unittest.TestCase):
    def test_programs(self):
        for name in ("signpost", "signpostd"):
            with self.subTest(name):
                self.assertEqual(hardening.faults(os.path.join(PROGRAMS, name)), [])

    def test_a_program_without(self):
        with tempfile.TemporaryDirectory() as folder:
            source = os.path.join(folder, "bare.c")
            with open(source, "w", encoding="ascii") as file:
                file.write("int main(void) { return 0; }\n")
            program = os.path.join(folder, "bare")
            subprocess.run(["gcc", "-no-pie", "-fno-stack-protector", "-U_FORTIFY_SOURCE",
                            "-Wl,-z,norelro,-z,lazy,-z,execstack", "-o", program, source],
                           check=True, stderr=subprocess.DEVNULL)
            self.assertGreaterEqual(len(hardening.faults(program)), 6)


if __name__ == "__main__":
    unittest.main()
