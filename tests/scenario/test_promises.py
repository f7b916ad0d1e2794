"""What the service never does, seen from outside: SECURITY.md promises it."""

import os
import re
import stat
import subprocess
import unittest

import service
from service_test import AUTOCONFIG, POX, POX_BODY, ServiceTest, request

# Functions that ask another machine, or that run another program.
OUTWARD = {"connect", "getaddrinfo", "gethostbyname", "gethostbyname_r", "res_query", "res_search",
           "res_nquery", "SSL_connect", "BIO_do_connect", "BIO_new_connect", "fork", "vfork",
           "execve", "execv", "execvp", "execl", "posix_spawn", "posix_spawnp", "system", "popen"}
WRITES = os.O_WRONLY | os.O_RDWR


class Promises(ServiceTest):
    def ask_everything(self):
        for data in (request("kunde.example", AUTOCONFIG + "?emailaddress=a@kunde.example"),
                     request("autodiscover.kunde.example", POX, "POST", POX_BODY),
                     request("setup.hosting.example", "/", "POST", b"address=a%40kunde.example",
                             ["Content-Type: application/x-www-form-urlencoded"]),
                     request("kunde.example", "/mobileconfig?emailaddress=a@kunde.example"),
                     request("setup.hosting.example", "/d/kunde.example"),
                     request("kunde.example", "/.well-known/acme-challenge/x", "PUT", b"x"),
                     request("stranger.example", "/../../etc/passwd")):
            with self.daemon.connect() as connection:
                connection.send(data)
                self.assertIsNotNone(connection.answer())
        start = len(self.daemon.log())
        self.daemon.reload()
        self.daemon.wait_log(r"^signpostd: reloaded", start)

    def files(self):
        """Everything below the site: what it is, how large, how old."""
        found = {}
        for folder, folders, names in os.walk(self.site.directory):
            for path in [os.path.join(folder, name) for name in [*folders, *names]]:
                info = os.lstat(path)
                found[path] = (info.st_ino, info.st_mode, info.st_size, info.st_mtime_ns)
        return found

    def open_to_write(self):
        """Regular files that the process could write into, but for its log."""
        folder = "/proc/%d" % self.daemon.process.pid
        found = set()
        for number in os.listdir(folder + "/fd"):
            try:
                path = os.readlink("%s/fd/%s" % (folder, number))
                mode = os.stat("%s/fd/%s" % (folder, number)).st_mode
                with open("%s/fdinfo/%s" % (folder, number), encoding="ascii") as file:
                    flags = int(re.search(r"flags:\s+([0-7]+)", file.read()).group(1), 8)
            except FileNotFoundError:
                continue  # closed meanwhile
            if stat.S_ISREG(mode) and flags & WRITES and path != self.daemon.log_path:
                found.add(path)
        return found

    def test_writes_nothing(self):
        before = self.files()
        self.ask_everything()
        self.assertEqual(self.open_to_write(), set())
        self.assertEqual(self.daemon.stop(), 0)
        self.assertEqual(self.files(), before)

    def test_writes_one_file(self):
        """With [seen] file, that one and what SQLite keeps beside it."""
        before = self.files()
        self.site.set("seen", "file", "seen.db")
        self.ask_everything()
        self.assertEqual(self.daemon.stop(), 0)
        changed = {os.path.relpath(path, self.site.directory)
                   for path, what in self.files().items() if before.get(path) != what}
        self.assertIn("seen.db", changed)
        self.assertLessEqual(changed, {"seen.db", "seen.db-wal", "seen.db-shm", "signpost.conf"})

    def test_starts_no_connection_and_no_program(self):
        """It is not linked to anything that could."""
        done = subprocess.run(["nm", "--dynamic", os.path.join(service.PROGRAMS, "signpostd")],
                              check=True, stdout=subprocess.PIPE, text=True)
        if "__asan_" in done.stdout:
            self.skipTest("a sanitizer brings functions of its own")
        used = {line.split()[-1].split("@")[0] for line in done.stdout.splitlines()
                if line.split()[-2] == "U"}
        self.assertIn("accept4", used)  # so this does see functions
        self.assertEqual(used & OUTWARD, set())
        self.assertEqual({name for name in used if name.startswith("ldns_")}, set())


if __name__ == "__main__":
    unittest.main()
