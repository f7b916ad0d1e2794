"""A store that is changed, locked, broken, replaced or filled while the daemon answers."""

import os
import re
import shutil
import sqlite3
import threading
import time
import unittest

import service
import wire
from service_test import AUTOCONFIG, DOMAINS, ServiceTest, ask_until


class Store(ServiceTest):
    """What becomes of the store never stops the answers."""

    def setUp(self):
        super().setUp()
        self.path = self.site.store()
        self.files = [self.path + end for end in ("", "-wal", "-shm")]

    def add(self, domain, provider="hosting"):
        self.site.signpost("domain", "add", domain, "--provider", provider)

    def wait_trouble(self):
        """Waits until /-/ready tells in words that the store cannot be read; answers go on."""
        def told():
            line = re.search(r"(?m)^store: (.*)$", self.ready_text())
            self.assertTrue(line, self.ready_text())
            return line.group(1) != "ok" and line.group(1)
        text = service.wait_until(told, 3, "/-/ready tells of the store")
        self.assertRegex(text, r"[a-z]{3,} [a-z]{3,}")
        self.daemon.wait_log(r"^signpostd: (error: )?store: ")
        for _ in range(3):
            self.assertEqual(self.served_by("kunde.example"), "mail.hosting.example")
            self.assertEqual(self.served_by("enterprise.example"), "mail.enterprise.example")
            self.assertIsNone(self.served_by("unknown.example"))

    def wait_followed(self, domain):
        """The store is sound again: it is followed."""
        service.wait_until(lambda: "store: ok\n" in self.ready_text(), 3, "/-/ready is content")
        self.add(domain)
        self.wait_served(domain, "mail.hosting.example")

    def save(self):
        """A copy of the store as one file."""
        copy = self.path + ".copy"
        with sqlite3.connect(self.path) as source, sqlite3.connect(copy) as target:
            source.backup(target)
        source.close()
        target.close()
        return copy

    def remove_files(self):
        for path in self.files:
            if os.path.exists(path):
                os.unlink(path)

    def put_back(self, copy):
        self.remove_files()
        shutil.copy(copy, self.path + ".new")
        os.rename(self.path + ".new", self.path)

    def test_change_is_served_within_a_second(self):
        times = []
        for number in range(3):
            domain = "d%d.example" % number
            self.add(domain)
            times.append(self.wait_served(domain, "mail.hosting.example"))
            self.add(domain, "enterprise")
            times.append(self.wait_served(domain, "mail.enterprise.example"))
            self.site.signpost("domain", "remove", domain)
            times.append(self.wait_served(domain, None))
        print("a change is served after %.3f s, at most %.3f s" % (sum(times) / len(times),
                                                                  max(times)))

    def test_locked(self):
        other = sqlite3.connect(self.path, isolation_level=None)
        self.addCleanup(other.close)
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        other.execute("CREATE TABLE lock (x)")
        other.execute("COMMIT")  # the lock stays, the file has changed
        self.wait_trouble()
        other.execute("DROP TABLE lock")
        other.close()
        self.wait_followed("after-lock.example")

    def test_transaction_of_another(self):
        """Somebody writes for long: nothing to read yet, and nothing to worry about."""
        other = sqlite3.connect(self.path, isolation_level=None)
        self.addCleanup(other.close)
        other.execute("BEGIN EXCLUSIVE")
        other.execute("CREATE TABLE lock (x)")
        for _ in range(3):
            self.assertEqual(self.served_by("kunde.example"), "mail.hosting.example")
            self.assertEqual(self.daemon.get("/-/ready").status, 200)
        other.execute("ROLLBACK")
        self.wait_followed("after-transaction.example")

    def test_deleted(self):
        copy = self.save()
        self.remove_files()
        self.wait_trouble()
        self.put_back(copy)
        self.wait_followed("after-deletion.example")

    def test_directory_deleted(self):
        copy = self.save()
        shutil.move(copy, self.site.root)
        os.rename(self.site.directory, self.site.directory + ".away")
        self.wait_trouble()
        os.rename(self.site.directory + ".away", self.site.directory)
        self.wait_followed("after-directory.example")

    def test_truncated(self):
        for size in (0, 100, 4096, 5000):
            with self.subTest(size=size):
                copy = self.save()
                os.truncate(self.path, size)
                for path in self.files[1:]:
                    if os.path.exists(path):
                        os.unlink(path)
                self.wait_trouble()
                self.put_back(copy)
                self.wait_followed("after-%d.example" % size)

    def test_overwritten_with_garbage(self):
        copy = self.save()
        with open(self.path, "r+b") as file:
            file.write(os.urandom(os.path.getsize(self.path)))
        self.wait_trouble()
        self.put_back(copy)
        self.wait_followed("after-garbage.example")

    def test_replaced_by_garbage(self):
        copy = self.save()
        with open(self.path + ".new", "wb") as file:
            file.write(b"this is no database\n" * 1000)
        os.rename(self.path + ".new", self.path)
        self.wait_trouble()
        self.put_back(copy)
        self.wait_followed("after-garbage.example")

    def test_replaced_by_directory(self):
        copy = self.save()
        self.remove_files()
        os.mkdir(self.path)
        self.wait_trouble()
        os.rmdir(self.path)
        self.put_back(copy)
        self.wait_followed("after-directory.example")

    def test_replaced_by_foreign_database(self):
        copy = self.save()
        foreign = sqlite3.connect(self.path + ".new")
        foreign.execute("CREATE TABLE domain (name TEXT)")
        foreign.commit()
        foreign.close()
        self.remove_files()
        os.rename(self.path + ".new", self.path)
        self.wait_trouble()
        self.put_back(copy)
        self.wait_followed("after-foreign.example")

    def test_replaced_by_another_store(self):
        """A store of ours, restored from elsewhere: its domains count, and no others."""
        other = service.Site(domains=[("other.example", "hosting")])
        self.addCleanup(other.remove)
        with sqlite3.connect(other.store()) as source, sqlite3.connect(self.path + ".new") as new:
            source.backup(new)
        source.close()
        new.close()
        self.remove_files()
        os.rename(self.path + ".new", self.path)
        self.wait_served("other.example", "mail.hosting.example", 3)
        self.assertIsNone(self.served_by("kunde.example"))
        self.wait_followed("after-other.example")

    def test_older_copy(self):
        """A copy from before the last changes is put back: what it holds counts."""
        copy = self.save()
        self.add("newer.example")
        self.wait_served("newer.example", "mail.hosting.example")
        self.put_back(copy)
        self.wait_served("newer.example", None, 3)
        self.assertEqual(self.served_by("kunde.example"), "mail.hosting.example")
        self.wait_followed("after-copy.example")


class StoreAtStart(unittest.TestCase):
    def test_missing(self):
        site = service.Site(domains=DOMAINS)
        self.addCleanup(site.remove)
        path = site.store()
        os.rename(path, path + ".away")
        daemon = service.Daemon(site, ready=False)
        try:
            service.wait_until(lambda: self.status_of(daemon) == 503, 10, "/-/ready says 503")
            self.assertEqual(daemon.get("/-/health").status, 200)
            self.assertEqual(daemon.get(AUTOCONFIG, "kunde.example").status, 404)
            os.rename(path + ".away", path)
            service.wait_until(lambda: self.status_of(daemon) == 200, 3, "/-/ready says 200")
            self.assertEqual(daemon.get(AUTOCONFIG, "kunde.example").status, 200)
        finally:
            self.assertEqual(daemon.stop(), 0)

    def status_of(self, daemon):
        try:
            return daemon.get("/-/ready").status
        except (ConnectionError, wire.WireError):
            return None  # while it starts


class Import(ServiceTest):
    COUNT = 100000 if not service.WRAP else 5000

    def test_large_import_while_asked(self):
        stop = threading.Event()
        failures, times = [], []
        askers = [threading.Thread(target=ask_until, args=(self.daemon, stop, failures, times))
                  for _ in range(4)]
        for asker in askers:
            asker.start()
        try:
            self.site.import_domains(("d%06d.example" % number, "hosting")
                                     for number in range(self.COUNT))
            ended = time.monotonic()
            for domain in ("d000000.example", "d%06d.example" % (self.COUNT - 1)):
                self.wait_served(domain, "mail.hosting.example", 2)
            print("%d domains imported; all served %.3f s later; %d requests meanwhile, the "
                  "slowest %.3f s" % (self.COUNT, time.monotonic() - ended, len(times),
                                      max(times)))
        finally:
            stop.set()
            for asker in askers:
                asker.join()
        self.assertEqual(failures, [])
        self.assertGreater(len(times), 100)
        self.assertIn("domains: %d\n" % (self.COUNT + len(DOMAINS)), self.ready_text())


if __name__ == "__main__":
    unittest.main()
