"""signpost dns undo: the zone is, byte for byte but for its serial, what it was before."""

import unittest

import dns_case
import servers
from dns_case import SPF, record


class Undoing:
    """On every kind of server."""

    def test_restores_the_zone(self):
        zone = self.new_zone("autoconfig 300 A 192.0.2.80", "autoconfig 300 AAAA 2001:db8::80",
                             "_autodiscover._tcp 60 SRV 0 0 443 cpanelemaildiscovery.cpanel.net.",
                             '@ 3600 TXT "v=spf1 a -all"', "@ 14400 MX 0 old.example.")
        site = self.make_site([zone], withdraw=(
            "autoconfig A 192.0.2.80\nautoconfig AAAA 2001:db8::80\n"
            "_autodiscover._tcp SRV 0 0 443 cpanelemaildiscovery.cpanel.net.\n"
            '@ TXT "v=spf1 a -all"\n@ MX 0 old.example.\n'))
        before = self.server.axfr(zone)
        serial = self.server.serial(zone)
        self.publish(site, zone)
        self.assertNotEqual(self.server.axfr(zone), before)
        self.expect(site, "undo", zone, "--dry-run")
        self.assertNotEqual(self.server.axfr(zone), before)
        self.assertIn(": undone", self.undo(site, zone).output)
        self.assert_zone(zone, before)
        self.assertGreater(self.server.serial(zone), serial)
        result = self.undo(site, zone, status=1)
        self.assertIn("nothing to take back", result.complaints)
        self.publish(site, zone)
        self.undo(site, zone)
        self.assert_zone(zone, before)

    def test_takes_changes_back_one_by_one(self):
        zone = self.new_zone()
        site = self.make_site([zone], zone_file="@ MX 10 mx1.hosting.example.\n")
        states = [self.server.axfr(zone)]
        self.publish(site, zone)
        for change in ({"zone_file": "@ MX 10 mx2.hosting.example.\n"}, {"ttl": 300}):
            states.append(self.server.axfr(zone))
            if "zone_file" in change:
                site.write_zone_file(change["zone_file"])
            else:
                site.set(**change)
            self.publish(site, zone)
        for state in reversed(states):
            self.undo(site, zone)
            self.assert_zone(zone, state)
        self.undo(site, zone, status=1)

    def test_what_others_have_added_meanwhile_stays(self):
        zone = self.new_zone()
        site = self.make_site([zone])
        before = self.server.axfr(zone)
        self.publish(site, zone)
        self.server.update('update add %s 3600 TXT "another=1"' % zone,
                           "update add new.%s 60 A 192.0.2.9" % zone)
        self.undo(site, zone)
        self.assert_zone(zone, before + [record(zone, "@", "TXT", '"another=1"'),
                                         record(zone, "new", "A", "192.0.2.9", 60)])

    def test_what_others_have_changed_meanwhile_is_a_conflict(self):
        zone = self.new_zone()
        site = self.make_site([zone])
        self.publish(site, zone)
        self.server.update("update delete _imaps._tcp.%s SRV" % zone,
                           "update add _imaps._tcp.%s 60 SRV 0 1 993 else.example." % zone)
        changed = self.server.axfr(zone, soa=True)
        result = self.undo(site, zone)
        # a record that only had to go is left to whoever has made it another one
        self.assertEqual(self.server.dig("_imaps._tcp." + zone, "SRV"),
                         [record(zone, "_imaps._tcp", "SRV", "0 1 993 else.example.", 60)], result)
        self.assertNotEqual(self.server.axfr(zone, soa=True), changed)

    def test_what_was_withdrawn_does_not_overwrite(self):
        zone = self.new_zone("autoconfig 300 A 192.0.2.80")
        site = self.make_site([zone], withdraw="autoconfig A 192.0.2.80\n")
        self.publish(site, zone)
        self.server.update("update delete autoconfig.%s" % zone,
                           "update add autoconfig.%s 60 A 192.0.2.99" % zone)
        changed = self.server.axfr(zone, soa=True)
        self.assertIn("autoconfig." + zone, self.undo(site, zone, status=1).complaints)
        self.assertEqual(self.server.axfr(zone, soa=True), changed)

    def test_foreign_string_beside_spf_survives(self):
        zone = self.new_zone('@ 3600 TXT "v=spf1 a -all"')
        site = self.make_site([zone], withdraw='@ TXT "v=spf1 a -all"\n')
        self.publish(site, zone)
        self.server.update('update add %s 3600 TXT "late=2"' % zone)
        self.assertIn(record(zone, "@", "TXT", SPF), self.server.dig(zone, "TXT"))
        self.undo(site, zone)
        self.assertEqual(self.server.dig(zone, "TXT"), [
            record(zone, "@", "TXT", text) for text in ('"late=2"', '"site-verification=abc"',
                                                        '"v=spf1 a -all"')])

    def test_adopted_values_come_back(self):
        zone = self.new_zone("autoconfig 300 A 192.0.2.99", '@ 3600 TXT "v=spf1 mx -all"')
        site = self.make_site([zone])
        before = self.server.axfr(zone)
        self.publish(site, zone, "--adopt", "autoconfig,@/TXT")
        self.undo(site, zone)
        self.assert_zone(zone, before)


class UndoAtBind(Undoing, dns_case.DnsCase):
    def test_of_a_domain_that_is_no_longer_served(self):
        zone = self.new_zone()
        site = self.make_site([zone])
        before = self.server.axfr(zone)
        self.publish(site, zone)
        site.run("domain", "remove", zone)
        self.publish(site, zone, status=1)
        self.undo(site, zone)
        self.assert_zone(zone, before)

    def test_of_all_that_was_published(self):
        zones = [self.new_zone() for _ in range(3)]
        site = self.make_site(zones)
        before = [self.server.axfr(zone) for zone in zones]
        self.publish(site, *zones[:2])
        self.undo(site, "--all", status=1)  # two of three are more than 30 %
        self.assertIn("undone 2", self.undo(site, "--all", "--limit", "100").output)
        for zone, records in zip(zones, before):
            self.assert_zone(zone, records)

    def test_when_nothing_was_ever_published(self):
        zone = self.new_zone()
        site = self.make_site([zone])
        serial = self.server.serial(zone)
        self.assertIn("nothing to take back", self.undo(site, zone, status=1).complaints)
        self.assertEqual(self.server.serial(zone), serial)

    def test_when_everything_stood_there_before(self):
        zone = self.new_zone(
            *["%s 3600 SRV %s" % item for item in dns_case.SRV.items()],
            *["%s 3600 CNAME %s." % (name, dns_case.SERVICE) for name in ("autoconfig",
                                                                          "autodiscover")])
        site = self.make_site([zone], zone_file="")
        before = self.server.axfr(zone, soa=True)
        self.publish(site, zone)
        self.assertEqual(self.server.axfr(zone, soa=True), before)
        self.undo(site, zone)
        # they were there before us, so they stay
        self.assertEqual(self.server.axfr(zone, soa=True), before)


class UndoAtKnot(Undoing, dns_case.DnsCase):
    kind = servers.Knot


class UndoAtPowerDns(Undoing, dns_case.DnsCase):
    kind = servers.PowerDns


if __name__ == "__main__":
    unittest.main()
