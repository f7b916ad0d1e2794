"""What the daemon notes of programs that ask, and what `signpost domain show` makes of it.

A reload writes what was noted at once, so nothing here waits for the interval.
"""

import json
import os
import re
import shutil
import sqlite3
import stat
import threading
import unittest

import service
from service_test import AUTOCONFIG, POX, POX_BODY, ServiceTest, ask_until, request

OUTLOOK = "User-Agent: Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.17328; Pro)"
THUNDERBIRD = ("User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 "
               "Thunderbird/128.0")


class SeenTest(ServiceTest):
    keys = {"seen_file": "seen.db"}

    def setUp(self):
        super().setUp()
        self.path = os.path.join(self.site.directory, "seen.db")

    def ask_outlook(self):
        with self.daemon.connect() as connection:
            connection.send(request("autodiscover.kunde.example", POX, "POST", POX_BODY,
                                    (OUTLOOK, "Content-Type: text/xml")))
            return connection.answer("POST").status

    def ask_thunderbird(self, domain="kunde.example"):
        return self.daemon.get(AUTOCONFIG, "autoconfig." + domain, headers=(THUNDERBIRD,)).status

    def show(self, *arguments, status=0):
        done = self.site.signpost("domain", "show", *arguments, check=False,
                                  env={**os.environ, "TZ": "UTC"})
        self.assertEqual((done.returncode, done.stderr), (status, ""), done.stdout)
        return done.stdout

    def rows(self, domain="kunde.example"):
        """(kind, client, provider or None, status, times) of each row, the newest first."""
        lines = [json.loads(line) for line in self.show(domain, "--json").splitlines()]
        self.assertNotIn("client", lines[0])
        return [(r["kind"], r["client"], r.get("provider"), r["status"], r["times"])
                for r in lines[1:]]

    def wait_rows(self, wanted, domain="kunde.example"):
        """Has the daemon write, and waits until the file has these rows, in any order."""
        def there():
            self.daemon.reload()
            try:
                return sorted(map(str, self.rows(domain))) == sorted(map(str, wanted))
            except AssertionError as error:
                if "try again" in str(error):
                    return False  # somebody reads while it is made
                raise
        service.wait_until(there, 5, "%r is seen of %s" % (wanted, domain))

    def wait_state(self, pattern):
        service.wait_until(lambda: re.search(r"(?m)^seen: " + pattern, self.ready_text()), 5,
                           "/-/ready says %r" % pattern)


class Seen(SeenTest):
    def test_answers_what_support_asks(self):
        """Has his Outlook asked after the move, and what was it given?"""
        self.assertEqual((self.ask_outlook(), self.ask_thunderbird()), (200, 200))
        self.assertEqual(self.daemon.get("/.well-known/caldav").status, 404)
        self.site.signpost("domain", "add", "kunde.example", "--provider", "enterprise")
        before = [("autodiscover", "outlook", "hosting", 200, 1),
                  ("autoconfig", "thunderbird", "hosting", 200, 1),
                  ("dav", "-", None, 404, 1)]
        self.wait_rows(before)
        self.wait_served("kunde.example", "mail.enterprise.example")
        self.assertEqual(self.ask_outlook(), 200)
        service.wait_until(lambda: self.daemon.reload() or
                           ("autodiscover", "outlook", "enterprise", 200, 1) in self.rows(), 5,
                           "Outlook is seen again")
        text = self.show("kunde.example")
        time = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"
        self.assertRegex(text, r"\Akunde\.example: provider enterprise since %s\n" % time)
        self.assertRegex(text, r"(?m)^  LAST +ASKED FOR +PROGRAM +TIMES +WAS GIVEN$")
        self.assertRegex(text, r"(?m)^  %s  \d+ s ago +autodiscover +outlook +1  enterprise$"
                         % time)
        self.assertRegex(text, r"(?m)^  %s  \d+ s ago +autodiscover +outlook +1  hosting  "
                               r"\(older settings\)$" % time)
        self.assertRegex(text, r"(?m)^  %s  \d+ s ago +dav +- +1  nothing \(404\)$" % time)
        self.assertRegex(text, r"(?m)^Noted until %s, \d+ s ago\.\n\Z" % time)
        times = re.findall(r"(?m)^  (%s)" % time, text)
        self.assertEqual(times, sorted(times, reverse=True))

    def test_holds_nobody_and_no_address(self):
        self.ask_outlook()
        self.daemon.get(AUTOCONFIG + "?emailaddress=anna.berg%40kunde.example")
        self.wait_rows([("autodiscover", "outlook", "hosting", 200, 1),
                        ("autoconfig", "-", "hosting", 200, 1)])
        self.assertEqual(self.daemon.stop(), 0)
        for name in os.listdir(self.site.directory):
            if name.startswith("seen.db"):
                with open(os.path.join(self.site.directory, name), "rb") as file:
                    content = file.read()
                for secret in (b"anna", b"berg", b"127.0.0.1", b"Microsoft"):
                    self.assertNotIn(secret, content)
        self.assertEqual(stat.S_IMODE(os.stat(self.path).st_mode) & ~0o640, 0)

    def test_says_what_it_does_not_know(self):
        self.ask_thunderbird("stranger.example")
        self.wait_rows([], "enterprise.example")
        self.assertRegex(self.show("enterprise.example"),
                         r"(?m)^  no program has asked for it in 90 days, or since the file was "
                         r"made$")
        self.assertRegex(self.show("stranger.example", status=1),
                         r"\Astranger\.example: not in the store\n  no program ")
        self.assertEqual(self.rows("enterprise.example"), [])
        self.assertEqual(len(self.show("--all", "--json").splitlines()), 2)

    def test_writes_what_is_left_when_it_ends(self):
        self.ask_thunderbird()
        self.assertEqual(self.daemon.stop(), 0)
        self.assertEqual(self.rows(), [("autoconfig", "thunderbird", "hosting", 200, 1)])
        self.daemon = self.start()
        self.ask_thunderbird()
        self.wait_rows([("autoconfig", "thunderbird", "hosting", 200, 2)])

    def test_begins_and_ends_with_a_reload(self):
        self.wait_state("written to ")
        self.site.set("seen", "file", "")
        self.daemon.reload()
        service.wait_until(lambda: "\nseen: " not in self.ready_text(), 5, "nothing is noted")
        self.ask_thunderbird()
        self.assertRegex(self.show("kunde.example"), r"(?m)^Which programs ask is not noted: "
                         r"\[seen\] file is not set in the configuration\.$")
        self.site.set("seen", "file", "other.db")
        self.assertRegex(self.show("kunde.example"), r"(?m)^Which programs ask is not noted yet: "
                         r"signpostd makes \S+/other\.db when it starts or reloads\.$")
        self.daemon.reload()
        self.wait_state(r"written to \S+/other\.db$")
        self.ask_thunderbird()
        self.wait_rows([("autoconfig", "thunderbird", "hosting", 200, 1)])

    def test_tells_an_unreadable_file(self):
        self.site.set("seen", "file", "garbage")
        with open(os.path.join(self.site.directory, "garbage"), "wb") as file:
            file.write(b"what is this? " * 100)
        done = self.site.signpost("domain", "show", "kunde.example", check=False)
        self.assertEqual(done.returncode, 65)
        self.assertRegex(done.stderr, r"^signpost: \S+/garbage: cannot read what it is: file is "
                         r"not a database; it is no file of what was seen: move it away, or name "
                         r"another in \[seen\] file\n\Z")
        self.assertRegex(done.stdout, r"\Akunde\.example: provider hosting since [^\n]*\n"
                         r"Which programs asked is not known: \S+/garbage cannot be read\.\n\Z")


class Faults(SeenTest):
    """Whatever becomes of the file, answers go on, it is told, and nothing is lost."""

    def setUp(self):
        super().setUp()
        self.ask_thunderbird()
        self.wait_rows([("autoconfig", "thunderbird", "hosting", 200, 1)])

    def wait_trouble(self, pattern):
        start = len(self.daemon.log())
        failures, stop = [], threading.Event()
        asking = threading.Thread(target=ask_until, args=(self.daemon, stop, failures))
        asking.start()
        try:
            self.daemon.reload()
            self.wait_state(r"kept in memory, not written since \S+: \S+: " + pattern)
            self.daemon.wait_log(r"seen: \S+: " + pattern, start)
        finally:
            stop.set()
            asking.join()
        self.assertEqual(failures, [])
        self.ask_outlook()

    def wait_mended(self, times=1):
        start = len(self.daemon.log())
        self.daemon.reload()
        self.wait_state("written to ")
        self.daemon.wait_log(r"seen: written again; 0 notes found no room", start)
        service.wait_until(lambda: ("autodiscover", "outlook", "hosting", 200, times)
                           in self.rows(), 5, "what was kept is written")

    def test_lock(self):
        holder = sqlite3.connect(self.path, isolation_level=None, timeout=10)
        holder.execute("BEGIN IMMEDIATE")
        self.wait_trouble("cannot begin to write: database is locked; another program holds it")
        holder.execute("ROLLBACK")
        holder.close()
        self.wait_mended()

    def test_garbage_in_its_place(self):
        garbage = b"what is this? " * 1000
        os.rename(self.path, self.path + ".kept")
        with open(self.path + ".garbage", "wb") as file:
            file.write(garbage)
        os.rename(self.path + ".garbage", self.path)
        self.wait_trouble("cannot read what it is: file is not a database; it is no file of what")
        with open(self.path, "rb") as file:
            self.assertEqual(file.read(), garbage)
        os.rename(self.path, self.path + ".garbage")
        self.daemon.reload()
        self.wait_mended()

    def test_directory_is_missing(self):
        away = self.site.directory + "/lost/seen.db"
        self.site.set("seen", "file", "lost/seen.db")
        self.wait_trouble("cannot make it: No such file or directory")
        os.mkdir(os.path.dirname(away))
        self.wait_mended()
        self.assertTrue(os.path.exists(away))
        shutil.rmtree(os.path.dirname(away))

    def test_deleted(self):
        for end in ("", "-wal", "-shm"):
            os.unlink(self.path + end)
        self.daemon.reload()
        service.wait_until(lambda: os.path.exists(self.path), 5, "it is made again")
        self.ask_outlook()
        self.wait_rows([("autodiscover", "outlook", "hosting", 200, 1)])

    def test_ends_in_time_with_a_lock(self):
        holder = sqlite3.connect(self.path, isolation_level=None, timeout=10)
        holder.execute("BEGIN IMMEDIATE")
        self.ask_outlook()
        self.assertEqual(self.daemon.stop(), 0)
        holder.execute("ROLLBACK")
        holder.close()


if __name__ == "__main__":
    unittest.main()
