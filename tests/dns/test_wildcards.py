"""What stands at a name and what only seems to: wildcards, cuts, and sets shared with others."""

import unittest

import dns_case
import servers
from dns_case import desired, record


class Seeming:
    """At each kind of server, asked question by question."""

    def test_a_record_that_says_what_the_wildcard_says(self):
        zone = self.new_zone("* 3600 A 192.0.2.10", "autoconfig 3600 A 192.0.2.10")
        before = self.server.axfr(zone)
        site = self.make_site([zone], withdraw="autoconfig A 192.0.2.10\n")
        self.publish(site, zone)
        self.assert_zone(zone, [line for line in before if not line.startswith("autoconfig.")]
                         + desired(zone))
        self.assertIn(": unchanged", self.publish(site, zone).output)
        self.undo(site, zone)
        self.assert_zone(zone, before)

    def test_verify_under_a_wildcard(self):
        zone = self.new_zone("* 300 A 192.0.2.10", "imap 3600 A 192.0.2.55")
        site = self.make_site([zone], withdraw="imap A 192.0.2.55 ; The old server.\n")
        self.publish(site, zone)
        self.assertEqual(self.server.dig("imap." + zone), [
            record(zone, "imap", "A", "192.0.2.10", 300)])
        self.assertIn(" new ", self.expect(site, "verify", zone).output)

    def test_a_cut_at_the_very_name(self):
        zone = self.new_zone("autoconfig 60 NS ns.elsewhere.example.")
        site = self.make_site([zone])
        before = self.server.axfr(zone, soa=True)
        for read in ("query", "transfer"):
            site.set(read=read)
            complaints = self.publish(site, zone, status=1).complaints
            self.assertIn("autoconfig.%s." % zone, complaints)
            self.assertEqual(self.server.axfr(zone, soa=True), before)

    def test_the_ttl_of_somebody_elses_string(self):
        for ttl in (604800, 10):
            zone = self.new_zone("@ %d TXT \"site-verification=1\"" % ttl)
            site = self.make_site([zone])
            self.publish(site, zone)
            self.assertEqual({line.split(" ")[1] for line in self.server.dig(zone, "TXT")},
                             {str(ttl)})
            self.assertIn(": unchanged", self.publish(site, zone).output)

    def test_a_service_where_an_alias_is_wanted(self):
        zone = self.new_zone("_sieve._tcp 3600 SRV 0 0 4190 else.example.")
        site = self.make_site([zone], zone_file=(
            "_sieve._tcp CNAME _sieve._tcp.hosting.example.\n"))
        self.assertIn("conflict at _sieve._tcp.%s. SRV" % zone,
                      self.publish(site, zone, status=1).complaints)
        self.publish(site, zone, "--adopt", "_sieve._tcp")
        self.assertEqual(self.server.dig("_sieve._tcp." + zone, "CNAME"), [
            record(zone, "_sieve._tcp", "CNAME", "_sieve._tcp.hosting.example.")])


class SeemingAtBind(Seeming, dns_case.DnsCase):
    kind = servers.Bind


class SeemingAtKnot(Seeming, dns_case.DnsCase):
    kind = servers.Knot


if __name__ == "__main__":
    unittest.main()
