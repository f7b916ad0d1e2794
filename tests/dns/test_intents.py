"""signpost dns publish and undo when what became of a change is not plain: the zone is the judge,
and what was once begun can be taken back.
"""

import os
import threading
import time
import unittest

import dns_case
import relay
import servers
from dns_case import desired, record
from servers import zone_text

OLD = ("autoconfig 300 A 192.0.2.80", "@ 14400 MX 0 old.example.",
       "_autodiscover._tcp 60 SRV 0 0 443 old.example.")
WITHDRAW = ("autoconfig A 192.0.2.80\n@ MX 0 old.example.\n"
            "_autodiscover._tcp SRV 0 0 443 old.example.\n")


class Updates(dns_case.DnsCase):
    """A relay stands in front of the primary."""

    def setUp(self):
        super().setUp()
        self.zone = self.new_zone(*OLD)
        self.before = self.server.axfr(self.zone)
        theirs = ("autoconfig.", "_autodiscover.")
        self.after = sorted(
            [line for line in self.before if not line.startswith(theirs) and " MX " not in line]
            + desired(self.zone))
        self.front = relay.Relay(self.server)
        self.addCleanup(self.front.close)
        self.site = self.make_site([self.zone], server=self.front, timeout=1, withdraw=WITHDRAW)

    def pass_all(self):
        self.front.rule = lambda message: relay.PASS

    def on_update(self, verdict, afterwards=lambda message: relay.PASS):
        """What happens to the first update, and to all that comes after it."""
        seen = []

        def rule(message):
            if seen:
                return afterwards(message)
            if relay.opcode(message) != relay.UPDATE:
                return relay.PASS
            seen.append(message)
            return verdict

        self.front.rule = rule

    def change_after_update(self, verdict, *commands):
        """Somebody changes the zone as soon as the first question after the update comes."""
        lock, changed = threading.Lock(), []

        def afterwards(_):
            with lock:
                if not changed:
                    self.server.update(*commands, zone=self.zone)
                    changed.append(True)
            return relay.PASS

        self.on_update(verdict, afterwards)

    def test_all_is_lost_after_the_update(self):
        for read in ("query", "transfer"):
            self.site.set(read=read)
            self.on_update(relay.PASS, lambda message: relay.DROP)
            result = self.publish(self.site, self.zone, status=1)
            self.assertIn("whether the change was made is not known", result.complaints)
            self.assert_zone(self.zone, self.after)
            self.pass_all()
            self.assertIn(": unchanged", self.publish(self.site, self.zone).output)
            self.undo(self.site, self.zone)
            self.assert_zone(self.zone, self.before)

    def test_all_is_lost_after_the_update_and_undo_comes_next(self):
        self.on_update(relay.PASS, lambda message: relay.DROP)
        self.publish(self.site, self.zone, status=1)
        self.pass_all()
        self.undo(self.site, self.zone)
        self.assert_zone(self.zone, self.before)
        self.assertIn("nothing to take back",
                      self.undo(self.site, self.zone, status=1).complaints)

    def test_all_is_lost_after_the_update_of_an_undo(self):
        self.publish(self.site, self.zone)
        self.on_update(relay.PASS, lambda message: relay.DROP)
        self.undo(self.site, self.zone, status=1)
        self.pass_all()
        self.assert_zone(self.zone, self.before)
        self.assertIn("nothing to take back",
                      self.undo(self.site, self.zone, status=1).complaints)
        self.assert_zone(self.zone, self.before)
        self.publish(self.site, self.zone)
        self.assert_zone(self.zone, self.after)

    def test_one_of_ours_is_deleted_before_it_is_read_back(self):
        for verdict in (relay.PASS, relay.MUTE):
            with self.subTest(verdict=verdict):
                self.change_after_update(verdict,
                                         "update delete _imaps._tcp.%s SRV" % self.zone)
                result = self.publish(self.site, self.zone, status=1)
                self.assertIn("does not serve all of it", result.complaints)
                self.pass_all()
                self.assert_zone(self.zone, [line for line in self.after
                                             if not line.startswith("_imaps.")])
                self.undo(self.site, self.zone)
                self.assert_zone(self.zone, self.before)

    def test_one_of_ours_is_replaced_before_it_is_read_back(self):
        theirs = record(self.zone, "autodiscover", "A", "192.0.2.99", 60)
        self.change_after_update(relay.PASS, "update delete autodiscover.%s CNAME" % self.zone,
                                 "update add autodiscover.%s 60 A 192.0.2.99" % self.zone)
        self.publish(self.site, self.zone, status=1)
        self.pass_all()
        result = self.site.dns("undo", self.zone)
        self.assertNotIn("nothing to take back", result.complaints)
        self.assertIn(theirs, self.server.axfr(self.zone))
        if result.status == 0:
            self.assert_zone(self.zone, self.before + [theirs])
        else:
            self.assertIn("conflict", result.complaints)

    def make_stale(self, seconds):
        """For so long after an update the zone is served as it was before it."""
        stale = self.start_server(servers.Bind)
        stale.add_zone(self.zone, zone_text(self.zone, *self.FOREIGN, *OLD))
        began = []

        def afterwards(_):
            if not began:
                began.append(time.monotonic())
            late = time.monotonic() - began[0] > seconds
            self.front.target = self.server if late else stale
            return relay.PASS

        self.on_update(relay.PASS, afterwards)

    def test_the_server_is_a_moment_late(self):
        self.make_stale(0.4)
        self.assertIn(": published", self.publish(self.site, self.zone).output)
        self.pass_all()
        self.assert_zone(self.zone, self.after)
        self.assertIn(": unchanged", self.publish(self.site, self.zone).output)
        self.undo(self.site, self.zone)
        self.assert_zone(self.zone, self.before)

    def test_the_server_is_too_late(self):
        self.make_stale(600)
        self.assertIn("does not serve all of it",
                      self.publish(self.site, self.zone, status=1).complaints)
        self.front.target = self.server
        self.pass_all()
        self.undo(self.site, self.zone)
        self.assert_zone(self.zone, self.before)

    def lose_and_publish_elsewhere(self):
        """A change of the zone whose end is not known; then changes go to files."""
        directory = self.server.path("elsewhere-" + self.zone)
        os.mkdir(directory)
        self.on_update(relay.PASS, lambda message: relay.DROP)
        self.publish(self.site, self.zone, status=1)
        self.pass_all()
        self.site.set(publish="fragments", directory=directory, primary="")

    def undo_at_the_primary(self):
        self.site.set(publish="update", primary=dns_case.address_text(self.front))
        self.undo(self.site, self.zone)
        self.assert_zone(self.zone, self.before)

    def test_undo_elsewhere_of_what_is_not_known(self):
        self.lose_and_publish_elsewhere()
        complaints = self.undo(self.site, self.zone, status=1).complaints
        self.assertIn('"update %s", not to "fragments ' % dns_case.address_text(self.front),
                      complaints)
        self.undo_at_the_primary()

    def test_publish_elsewhere_after_what_is_not_known(self):
        self.lose_and_publish_elsewhere()
        if self.site.dns("publish", self.zone).status == 0:
            self.undo(self.site, self.zone)
        self.undo_at_the_primary()

    def test_a_forged_refusal_of_what_went_through(self):
        self.on_update(relay.BELIE)
        self.assertIn(": published", self.publish(self.site, self.zone).output)
        self.assert_zone(self.zone, self.after)
        self.undo(self.site, self.zone)
        self.assert_zone(self.zone, self.before)

    def test_a_forged_refusal_of_what_did_not(self):
        self.on_update(relay.REFUSE)
        result = self.publish(self.site, self.zone, status=1)
        self.assertIn("REFUSED", result.complaints)
        self.assertIn("nothing was changed", result.complaints)
        self.assert_zone(self.zone, self.before)
        self.pass_all()
        self.assertIn("nothing to take back",
                      self.undo(self.site, self.zone, status=1).complaints)
        self.publish(self.site, self.zone)
        self.assert_zone(self.zone, self.after)


class Undone(dns_case.DnsCase):
    """What there is to take back."""

    def zone_with_an_empty_change(self):
        """(zone, site, the records before all of it): the last change found everything there."""
        zone = self.new_zone()
        site = self.make_site([zone], zone_file="")
        self.server.update("update add by-hand.%s 60 A 192.0.2.9" % zone)
        before = self.server.axfr(zone)
        self.publish(site, zone)
        serial = self.server.serial(zone)
        site.write_zone_file("by-hand 60 A 192.0.2.9\n")
        self.assertIn(": unchanged", self.publish(site, zone).output)
        self.assertEqual(self.server.serial(zone), serial)
        return zone, site, before

    def test_skips_a_change_that_found_everything_there(self):
        zone, site, before = self.zone_with_an_empty_change()
        self.assertIn(": undone", self.undo(site, zone).output)
        self.assert_zone(zone, before)
        self.assertIn("nothing to take back", self.undo(site, zone, status=1).complaints)

    def test_tells_what_it_will_take_back_past_such_a_change(self):
        zone, site, before = self.zone_with_an_empty_change()
        serial = self.server.serial(zone)
        result = self.undo(site, "--all", "--limit", "99", status=1)
        self.assertIn("1 of 1 zones would change", result.complaints)
        self.assertIn("_imaps._tcp." + zone, self.undo(site, zone, "--dry-run").output)
        self.assertEqual(self.server.serial(zone), serial)
        self.undo(site, zone)
        self.assert_zone(zone, before)

    def test_only_where_it_was_published(self):
        zone = self.new_zone()
        before = self.server.axfr(zone)
        site = self.make_site([zone])
        directory = self.server.path("elsewhere-" + zone)
        os.mkdir(directory)
        path = os.path.join(directory, zone + ".zone")
        targets = ("update " + dns_case.address_text(self.server), "fragments " + directory)
        self.publish(site, zone)
        site.set(publish="fragments", directory=directory)
        complaints = self.undo(site, zone, status=1).complaints
        self.assertIn('"%s", not to "%s"' % targets, complaints)
        self.assert_zone(zone, before + desired(zone))
        self.assertEqual(os.listdir(directory), [])
        site.set(publish="update")
        self.undo(site, zone)
        self.assert_zone(zone, before)
        self.publish(site, zone)
        site.set(publish="fragments")
        result = self.publish(site, zone)
        self.assertEqual(result.complaints, "")
        with open(path, encoding="ascii") as file:
            self.assertIn("_imaps._tcp." + zone, file.read())
        site.set(publish="update")
        self.assertIn('"%s", not to "%s"' % targets[::-1],
                      self.undo(site, zone, status=1).complaints)
        self.assert_zone(zone, before + desired(zone))
        site.set(publish="fragments", primary="")
        self.undo(site, zone)
        site.set(publish="update", primary=dns_case.address_text(self.server))
        self.undo(site, zone)
        self.assert_zone(zone, before)

    def test_the_zone_file_of_the_provider_is_moved_away(self):
        zone = self.new_zone()
        before = self.server.axfr(zone)
        site = self.make_site([zone], withdraw="webmail A 192.0.2.80\n")
        self.publish(site, zone)
        serial = self.server.serial(zone)
        path = os.path.join(site.directory, "zones", dns_case.PROVIDER + ".zone")
        os.remove(path)
        complaints = self.publish(site, zone, status=1).complaints
        self.assertIn("MX 10 mail.hosting.example. would be taken away", complaints)
        self.assertIn(dns_case.PROVIDER + ".zone", complaints)
        self.assertEqual(self.server.serial(zone), serial)
        self.assertIn("warning: %s: has no zone file %s.zone" % ((dns_case.PROVIDER,) * 2),
                      site.run("check")[1])
        site.write_zone_file("")
        self.assertNotIn("zone file", site.run("check")[1])
        self.publish(site, zone)
        self.assert_zone(zone, before + dns_case.discovery(zone))


if __name__ == "__main__":
    unittest.main()
