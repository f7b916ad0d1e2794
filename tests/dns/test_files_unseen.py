"""signpost dns publish by files that the server does not read, or not yet: nothing is called done
that dig does not find, and what is written can be taken back.
"""

import os
import unittest

import ask
import dns_case
import servers
import test_files
from dns_case import desired, record
from servers import zone_text

HIGH = 2100000000  # a serial that no date makes
NOTHING = "/bin/true"
BROKEN = "/bin/false"


class Unseen(test_files.Files):
    """What all kinds of files share."""

    FOREIGN = ("www 300 A 192.0.2.1",)  # nothing in a set of ours, whose TTL the server makes one

    def reload_words(self):
        return [*self.server.rndc_words(), "reload", "%ZONE%"]

    def start_reloading(self, site):
        site.set(reload=" ".join(self.reload_words()), timeout=10)

    def assert_not_served(self, zone):
        for name, kind in (("_imaps._tcp." + zone, "SRV"), (zone, "MX")):
            answer = ask.ask(self.server, name, kind)
            self.assertEqual(answer.records if answer else [], [])

    def fail_twice(self, site, zone):
        for _ in range(2):
            result = self.publish(site, zone, status=1)
            self.assertIn("%s does not serve it" % dns_case.address_text(self.server),
                          result.complaints)
            self.assert_not_served(zone)


class Fragments(Unseen):
    """Zones that somebody else writes, with $INCLUDE for our part."""

    def including_zone(self):
        """(zone, path of our part, its records)"""
        zone = dns_case.new_name()
        path = self.server.path("fragments", zone + ".zone")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "a", encoding="ascii"):
            pass
        self.server.add_zone(zone, zone_text(zone, *self.FOREIGN, "$INCLUDE " + path), static=True)
        return zone, path, self.server.axfr(zone)

    def make_site(self, domains=(), **more):
        return super().make_site(domains, **{
            "zone_file": dns_case.ZONE_FILE, "directory": self.server.path("fragments"),
            "publish": "fragments", "reload": NOTHING, "timeout": 1, **more})

    def test_a_server_that_reads_it_later(self):
        zone, path, before = self.including_zone()
        site = self.make_site([zone])
        self.fail_twice(site, zone)
        self.assertGreater(os.stat(path).st_size, 0)
        self.server.rndc("reload", zone)
        self.assert_zone(zone, before + desired(zone))
        self.publish(site, zone)
        self.assertIn(": unchanged", self.publish(site, zone).output)
        self.start_reloading(site)
        self.undo(site, zone)
        self.assert_zone(zone, before)
        self.assertIn("nothing to take back", self.undo(site, zone, status=1).complaints)

    def test_undo_of_what_was_never_seen(self):
        zone, path, before = self.including_zone()
        site = self.make_site([zone])
        self.publish(site, zone, status=1)
        self.start_reloading(site)
        self.undo(site, zone)
        self.assert_zone(zone, before)
        with open(path, encoding="ascii") as file:
            self.assertNotIn("_imaps", file.read())

    def test_ten_failing_runs(self):
        zone, _, before = self.including_zone()
        site = self.make_site([zone], ttl=300)
        self.start_reloading(site)
        self.publish(site, zone)
        site.set(ttl=3600, reload=BROKEN)
        for _ in range(10):
            self.assertIn("false", self.publish(site, zone, status=1).complaints)
        self.assert_zone(zone, before + desired(zone, 300))
        self.start_reloading(site)
        self.publish(site, zone)
        self.assert_zone(zone, before + desired(zone))
        self.undo(site, zone)
        self.assert_zone(zone, before + desired(zone, 300))
        self.undo(site, zone)
        self.assert_zone(zone, before)

    def test_written_anew_before_it_was_seen(self):
        zone, _, before = self.including_zone()
        site = self.make_site([zone], reload=BROKEN)
        self.publish(site, zone, status=1)
        site.set(ttl=300)
        self.publish(site, zone, status=1)
        self.start_reloading(site)
        self.publish(site, zone)
        self.assert_zone(zone, before + desired(zone, 300))
        self.undo(site, zone)
        self.assert_zone(zone, before + desired(zone))
        self.undo(site, zone)
        self.assert_zone(zone, before)


class WholeZones(Unseen):
    """Zones that are ours alone."""

    def test_a_server_that_reads_it_later(self):
        zone = self.awaited_zone()
        site = self.make_site([zone], reload=NOTHING, timeout=1)
        self.fail_twice(site, zone)
        self.server.rndc("reload", zone)
        self.publish(site, zone)
        self.assert_zone(zone, self.whole(zone))
        self.start_reloading(site)
        self.undo(site, zone)
        self.assert_zone(zone, [record(zone, "@", "NS", "ns1.hosting.example.")])

    def high_zone(self):
        """A zone with a high serial, whose file is gone."""
        zone = dns_case.new_name()
        self.server.add_zone(zone, zone_text(zone, serial=HIGH), static=True)
        os.remove(self.server.zone_path(zone))
        return zone

    def test_a_higher_serial_is_no_proof(self):
        zone = self.high_zone()
        site = self.make_site([zone], reload=NOTHING, timeout=1)
        self.fail_twice(site, zone)
        self.assertEqual(self.server.serial(zone), HIGH)

    def test_serial_comes_after_that_of_the_primary(self):
        zone = self.high_zone()
        site = self.make_site([zone])
        self.publish(site, zone)
        self.assertEqual(self.server.serial(zone), HIGH + 1)
        self.assert_zone(zone, self.whole(zone))
        # the file is put back to an old one
        with open(self.server.zone_path(zone), "w", encoding="ascii") as file:
            file.write(self.text_with_serial(zone, 5))
        site.set(ttl=300)
        self.publish(site, zone)
        self.assertEqual(self.server.serial(zone), HIGH + 2)
        self.assert_zone(zone, self.whole(zone, 300))

    def test_serial_comes_after_that_of_the_file(self):
        zone = self.awaited_zone()
        site = self.make_site([zone])
        self.publish(site, zone)
        with open(self.server.zone_path(zone), "w", encoding="ascii") as file:
            file.write(self.text_with_serial(zone, HIGH))
        site.set(ttl=300)
        self.publish(site, zone)
        self.assertEqual(self.server.serial(zone), HIGH + 1)
        self.assert_zone(zone, self.whole(zone, 300))

    def text_with_serial(self, zone, serial):
        """The zone as published with ttl 3600, with another serial."""
        return "\n".join([
            "%s. 3600 IN SOA ns1.hosting.example. hostmaster.hosting.example. %d 3600 600 1209600 "
            "300" % (zone, serial), *self.whole(zone), ""])


if __name__ == "__main__":
    unittest.main()
