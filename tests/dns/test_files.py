"""signpost dns publish by files: BIND, Knot and NSD read them from the directory, and dig finds at
the server what they say.
"""

import os
import random
import subprocess
import time
import unittest

import ask
import dns_case
import servers
from dns_case import ZONE_FILE, desired, record

FRAME = """\
@ 3600 IN SOA ns1.hosting.example. hostmaster.hosting.example. 1 3600 600 1209600 300
@ IN NS ns1.hosting.example.
"""


class Files(dns_case.DnsCase):
    def reload_words(self):
        """The command that tells the server of new files."""
        raise NotImplementedError

    def make_site(self, domains=(), **more):
        return super().make_site(domains, **{
            "zone_file": FRAME + ZONE_FILE, "directory": self.server.path("zones"),
            "reload": " ".join(self.reload_words()), "publish": "zones", "timeout": 10, **more})

    def awaited_zone(self):
        """A domain whose file the server looks for and does not find yet."""
        zone = dns_case.new_name()
        self.server.keep_zone(zone, None, static=True)
        self.server.configure()
        self.server.reconfigure()
        return zone

    @staticmethod
    def whole(zone, ttl=3600):
        return desired(zone, ttl) + [record(zone, "@", "NS", "ns1.hosting.example.", ttl)]

    def read(self, zone):
        with open(self.server.zone_path(zone), encoding="ascii") as file:
            return file.read()


class WholeZones:
    """Zones that are ours alone."""

    def test_written_and_served(self):
        zone = self.awaited_zone()
        site = self.make_site([zone])
        self.publish(site, zone)
        self.assert_zone(zone, self.whole(zone))
        text, serial = self.read(zone), self.server.serial(zone)
        stamp = os.stat(self.server.zone_path(zone)).st_mtime_ns
        self.assertIn(": unchanged", self.publish(site, zone).output)
        self.assertEqual((self.read(zone), self.server.serial(zone)), (text, serial))
        self.assertEqual(os.stat(self.server.zone_path(zone)).st_mtime_ns, stamp)

    def test_changed_and_taken_back(self):
        zone = self.awaited_zone()
        site = self.make_site([zone])
        self.publish(site, zone)
        first = self.server.serial(zone)
        site.set(ttl=300)
        self.publish(site, zone)
        second = self.server.serial(zone)
        self.assertEqual(self.server.dig("_imaps._tcp." + zone, "SRV"), [
            record(zone, "_imaps._tcp", "SRV", "0 1 993 mail.hosting.example.", 300)])
        self.undo(site, zone)
        self.assertEqual(self.server.dig("_imaps._tcp." + zone, "SRV"), [
            record(zone, "_imaps._tcp", "SRV", "0 1 993 mail.hosting.example.")])
        self.assertLess(first, second)
        self.assertLess(second, self.server.serial(zone))

    def test_records_that_others_have_put_into_the_file(self):
        zone = self.awaited_zone()
        site = self.make_site([zone])
        self.publish(site, zone)
        with open(self.server.zone_path(zone), "a", encoding="ascii") as file:
            file.write("www.%s. 60 IN A 192.0.2.1\n" % zone)
        site.set(ttl=300)
        self.publish(site, zone)
        self.assert_zone(zone, self.whole(zone, 300) + [record(zone, "www", "A", "192.0.2.1", 60)])

    def test_records_that_others_have_changed_in_the_file(self):
        zone = self.awaited_zone()
        site = self.make_site([zone])
        self.publish(site, zone)
        changed = self.read(zone).replace(" 993 mail.hosting.", " 993 else.hosting.")
        with open(self.server.zone_path(zone), "w", encoding="ascii") as file:
            file.write(changed)
        self.assertIn("_imaps._tcp", self.publish(site, zone, status=1).complaints)
        self.assertEqual(self.read(zone), changed)

    def test_many_at_once(self):
        zones = [self.awaited_zone() for _ in range(12)]
        site = self.make_site(zones)
        self.assertIn("published 12", self.publish(site, *zones).output)
        for zone in zones:
            self.assert_zone(zone, self.whole(zone))


class WholeZonesOfBind(WholeZones, Files):
    def reload_words(self):
        return [*self.server.rndc_words(), "reload", "%ZONE%"]

    def test_journal_beside(self):
        zone = self.awaited_zone()
        site = self.make_site([zone])
        with open(self.server.zone_path(zone) + ".jnl", "wb"):
            pass
        result = self.publish(site, zone, status=1)
        self.assertIn(".zone.jnl", result.complaints)
        self.assertFalse(os.path.exists(self.server.zone_path(zone)))

    def test_reload_that_fails(self):
        zone = self.awaited_zone()
        site = self.make_site([zone], reload="/bin/sh -c exit", timeout=1)
        self.publish(site, zone, status=1)  # it went well, but the server has nothing new
        for command in ("/bin/false", "/nonexistent/rndc", "/bin/ls /nonexistent"):
            site.set(reload=command)
            self.assertIn(command.split(" ")[0].split("/")[-1],
                          self.publish(site, zone, status=1).complaints)
        site.set(reload=" ".join(self.reload_words()), timeout=10)
        self.publish(site, zone)
        self.assert_zone(zone, self.whole(zone))

    def test_killed_at_any_point(self):
        chance = random.Random(os.environ.get("SIGNPOST_SEED", "1"))
        zone = self.awaited_zone()
        site = self.make_site([zone])
        began = time.monotonic()
        self.publish(site, zone)
        seconds = time.monotonic() - began
        killed, ttl = 0, 3600
        for number in range(20):
            old, ttl = ttl, 300 + number
            site.set(ttl=ttl)
            run = site.start_dns("publish", zone)
            try:
                run.wait(chance.uniform(0, seconds))
            except subprocess.TimeoutExpired:
                run.kill()
                killed += 1
            run.communicate()
            records = [line for line in ask.lines(self.read(zone)) if " SOA " not in line]
            self.assertIn(records, [sorted(self.whole(zone, old)), sorted(self.whole(zone, ttl))])
            self.publish(site, zone)
            self.assert_zone(zone, self.whole(zone, ttl))
        self.assertGreater(killed, 0)
        self.assertEqual([name for name in os.listdir(self.server.path("zones")) if zone in name],
                         [zone + ".zone"])

    def test_reload_that_hangs(self):
        zone = self.awaited_zone()
        site = self.make_site([zone], reload="/bin/sleep 60", timeout=1)
        began = time.monotonic()
        self.publish(site, zone, status=1)
        self.assertLess(time.monotonic() - began, 20)

    def test_no_shell_between(self):
        zone = self.awaited_zone()
        mark = self.server.path("mark")
        site = self.make_site([zone], reload="/bin/true ; touch " + mark, timeout=1)
        self.publish(site, zone, status=1)
        self.assertFalse(os.path.exists(mark))

    def test_directory_that_cannot_be_written(self):
        zone = self.awaited_zone()
        site = self.make_site([zone])
        somebody = site.unprivileged()
        site.set(directory="out")
        directory = os.path.join(site.directory, "out")
        result = self.publish(site, zone, status=78, **somebody)
        self.assertIn("[dns] directory: " + directory, result.complaints)
        os.mkdir(directory, 0o550)
        if somebody:
            os.chown(directory, somebody["user"], somebody["group"])
        result = site.dns("publish", zone, **somebody)
        self.assertNotEqual(result.status, 0)
        self.assertIn(directory, result.complaints)
        self.assertEqual(os.listdir(directory), [])

    def test_dry_run_writes_nothing(self):
        zone = self.awaited_zone()
        site = self.make_site([zone])
        self.assertIn("_imaps._tcp", self.publish(site, zone, "--dry-run").output)
        self.assertIn("_imaps._tcp", self.expect(site, "diff", zone).output)
        self.assertFalse(os.path.exists(self.server.zone_path(zone)))

    def test_no_soa_record_to_make_a_zone_of(self):
        zone = self.awaited_zone()
        site = self.make_site([zone], zone_file=ZONE_FILE)
        self.assertIn("SOA", self.publish(site, zone, status=1).complaints)
        self.assertFalse(os.path.exists(self.server.zone_path(zone)))


class WholeZonesOfKnot(WholeZones, Files):
    kind = servers.Knot

    def reload_words(self):
        return [*self.server.knotc_words(), "zone-reload", "%ZONES%"]


class WholeZonesOfNsd(WholeZones, Files):
    kind = servers.Nsd

    def reload_words(self):
        return [*self.server.control_words(), "reload", "%ZONE%"]


class Fragments(Files):
    """Zones that somebody else writes, with $INCLUDE for our part."""

    def including_zone(self):
        zone = dns_case.new_name()
        path = self.server.path("fragments", zone + ".zone")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "a", encoding="ascii"):
            pass
        self.server.add_zone(zone, servers.zone_text(zone, *self.FOREIGN, "$INCLUDE " + path),
                             static=True)
        return zone, path

    def make_site(self, domains=(), **more):
        return super().make_site(domains, **{
            "zone_file": ZONE_FILE, "directory": self.server.path("fragments"),
            "publish": "fragments", **more})

    def reload_words(self):
        return [*self.server.rndc_words(), "reload", "%ZONE%"]

    def test_written_and_served(self):
        zone, path = self.including_zone()
        before = self.server.axfr(zone)
        site = self.make_site([zone])
        self.publish(site, zone)
        self.assert_zone(zone, before + desired(zone))
        with open(path, encoding="ascii") as file:
            text = file.read()
        self.assertIn(": unchanged", self.publish(site, zone).output)
        with open(path, encoding="ascii") as file:
            self.assertEqual(file.read(), text)
        self.undo(site, zone)
        self.assert_zone(zone, before)


if __name__ == "__main__":
    unittest.main()
