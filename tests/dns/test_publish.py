"""signpost dns publish to BIND, Knot and PowerDNS: what dig finds afterwards is what was there,
less what was withdrawn, and what has to be there, and nothing else.
"""

import subprocess
import unittest
import urllib.request

import ask
import dns_case
import servers
from dns_case import SPF, desired, discovery, record
from server_process import wait_until
from servers import zone_text


class Publishing:
    """On every kind of server."""

    def test_publishes_exactly_what_is_wanted(self):
        zone = self.new_zone()
        site = self.make_site([zone])
        before = self.server.axfr(zone)
        self.publish(site, zone)
        self.assert_zone(zone, before + desired(zone))
        for name, kind in (("_imaps._tcp." + zone, "SRV"), ("autoconfig." + zone, "CNAME"),
                           (zone, "MX")):
            wanted = [line for line in desired(zone) if line.startswith(name + ". ")
                      and " IN %s " % kind in line]
            self.assertEqual(self.server.dig(name, kind), wanted)
            self.assertEqual(ask.kdig(self.server, name, kind), wanted)
        serial = self.server.serial(zone)
        self.assertIn(": unchanged", self.publish(site, zone).output)
        self.assertEqual(self.server.serial(zone), serial)
        self.assert_zone(zone, before + desired(zone))

    def test_dry_run_and_diff_change_nothing(self):
        zone = self.new_zone()
        site = self.make_site([zone])
        before = self.server.axfr(zone, soa=True)
        for command, *options in (["publish", "--dry-run"], ["diff"], ["diff", "--json"]):
            output = self.expect(site, command, zone, *options).output
            self.assertIn("_imaps._tcp." + zone, output)
        self.assertEqual(self.server.axfr(zone, soa=True), before)

    def test_changes_ttl(self):
        zone = self.new_zone()
        before = self.server.axfr(zone)
        site = self.make_site([zone], zone_file="")
        self.publish(site, zone)
        site.set(ttl=300)
        self.publish(site, zone)
        self.assert_zone(zone, before + discovery(zone, ttl=300))

    def test_ttl_of_a_shared_set_is_theirs(self):
        # a set has one TTL, and somebody else's string in it is not ours to change
        zone = self.new_zone()
        before = self.server.axfr(zone)
        site = self.make_site([zone], zone_file='@ TXT %s\n' % SPF)
        self.publish(site, zone)
        site.set(ttl=300)
        self.publish(site, zone)
        self.assert_zone(zone, before + discovery(zone, ttl=300) + [
            record(zone, "@", "TXT", SPF)])
        self.assertIn(": unchanged", self.publish(site, zone).output)

    def test_changes_a_value(self):
        zone = self.new_zone()
        before = self.server.axfr(zone)
        site = self.make_site([zone], zone_file="@ MX 10 mx1.hosting.example.\n")
        self.publish(site, zone)
        site.write_zone_file("@ MX 10 mx2.hosting.example.\n@ MX 10 mx3.hosting.example.\n")
        self.publish(site, zone)
        self.assert_zone(zone, before + discovery(zone) + [
            record(zone, "@", "MX", "10 mx2.hosting.example."),
            record(zone, "@", "MX", "10 mx3.hosting.example.")])
        site.write_zone_file("")
        self.publish(site, zone)
        self.assert_zone(zone, before + discovery(zone))

    def test_replaces_an_expected_address_by_a_cname(self):
        zone = self.new_zone("autoconfig 300 A 192.0.2.80", "autodiscover 300 A 192.0.2.80")
        site = self.make_site([zone], zone_file="", withdraw=(
            "autoconfig A 192.0.2.80\nautodiscover A 192.0.2.80\n"))
        self.publish(site, zone)
        self.assertEqual(self.server.dig("autoconfig." + zone, "CNAME"),
                         [record(zone, "autoconfig", "CNAME", "autoconfig.hosting.example.")])
        self.assertEqual(self.server.dig("autodiscover." + zone, "A"),
                         [record(zone, "autodiscover", "CNAME", "autoconfig.hosting.example.")])

    def test_foreign_address_where_a_cname_belongs_is_a_conflict(self):
        zone = self.new_zone("autoconfig 300 A 192.0.2.99")
        site = self.make_site([zone])
        before = self.server.axfr(zone, soa=True)
        result = self.publish(site, zone, status=1)
        self.assertIn("conflict", result.complaints)
        self.assertIn("autoconfig.%s. A" % zone, result.complaints)
        self.assertEqual(self.server.axfr(zone, soa=True), before)
        self.publish(site, zone, "--adopt", "autoconfig")
        self.assertEqual(self.server.dig("autoconfig." + zone, "A"),
                         [record(zone, "autoconfig", "CNAME", "autoconfig.hosting.example.")])

    def test_withdraws_what_an_old_panel_left(self):
        zone = self.new_zone("_autodiscover._tcp 300 SRV 0 0 443 cpanelemaildiscovery.cpanel.net.",
                             "cpcalendars 300 A 192.0.2.80", "webmail 300 A 192.0.2.81",
                             '_caldav._tcp 300 TXT "path=/"')
        before = self.server.axfr(zone)
        site = self.make_site([zone], withdraw=(
            "_autodiscover._tcp SRV 0 0 443 cpanelemaildiscovery.cpanel.net.\n"
            "cpcalendars A 192.0.2.80\n"
            "webmail A 192.0.2.80\n"  # here it has another value, so it is somebody else's
            '_caldav._tcp TXT "path=/"\n'))
        self.publish(site, zone)
        gone = ("_autodiscover._tcp.", "cpcalendars.", "_caldav._tcp.")
        self.assert_zone(zone, [line for line in before if not line.startswith(gone)]
                         + desired(zone))

    def test_foreign_string_beside_spf_survives(self):
        zone = self.new_zone('@ 3600 TXT "v=spf1 a -all"')
        site = self.make_site([zone], withdraw='@ TXT "v=spf1 a -all"\n')
        self.publish(site, zone)
        self.assertEqual(self.server.dig(zone, "TXT"), sorted([
            record(zone, "@", "TXT", '"site-verification=abc"'), record(zone, "@", "TXT", SPF)]))

    def test_foreign_spf_is_a_conflict(self):
        zone = self.new_zone('@ 3600 TXT "v=spf1 a mx -all"')
        site = self.make_site([zone])
        before = self.server.axfr(zone, soa=True)
        self.assertIn("%s. TXT" % zone, self.publish(site, zone, status=1).complaints)
        self.assertEqual(self.server.axfr(zone, soa=True), before)
        self.publish(site, zone, "--adopt", "@/TXT")
        self.assertEqual(self.server.dig(zone, "TXT"), sorted([
            record(zone, "@", "TXT", '"site-verification=abc"'), record(zone, "@", "TXT", SPF)]))

    def test_second_spf_beside_ours_is_a_conflict(self):
        zone = self.new_zone()
        site = self.make_site([zone])
        self.publish(site, zone)
        self.server.update('update add %s 3600 TXT "v=spf1 mx -all"' % zone)
        before = self.server.axfr(zone, soa=True)
        self.assertIn("TXT", self.publish(site, zone, status=1).complaints)
        self.assertEqual(self.server.axfr(zone, soa=True), before)

    def test_wildcards_are_no_conflict(self):
        zone = self.new_zone("* 300 A 192.0.2.7", "* 300 MX 10 wild.hosting.example.",
                             '* 300 TXT "wild"')
        before = self.server.axfr(zone)
        site = self.make_site([zone])
        self.publish(site, zone)
        self.assert_zone(zone, before + desired(zone))
        self.assertEqual(self.server.dig("any." + zone), [record(zone, "any", "A", "192.0.2.7",
                                                                 300)])

    def test_a_domain_inside_of_a_zone(self):
        zone = self.new_zone()
        inside = "post." + zone
        before = self.server.axfr(zone)
        self.publish(self.make_site([inside]), inside)
        self.assert_zone(zone, before + desired(inside))

    def test_reads_by_transfer(self):
        zone = self.new_zone()
        before = self.server.axfr(zone)
        site = self.make_site([zone], read="transfer")
        self.expect(site, "diff", zone)
        self.publish(site, zone)
        self.assert_zone(zone, before + desired(zone))
        self.assertIn(": unchanged", self.publish(site, zone).output)

    def test_long_strings(self):
        text = "k=" + "0123456789" * 60
        zone = self.new_zone()
        site = self.make_site([zone], zone_file='long TXT "%s"\n' % text)
        self.publish(site, zone)
        self.assertEqual(self.server.dig("long." + zone, "TXT"), [
            record(zone, "long", "TXT", " ".join('"%s"' % text[start:start + 255]
                                                 for start in range(0, len(text), 255)))])
        self.assertIn(": unchanged", self.publish(site, zone).output)

    def test_nsupdate_script_does_the_same(self):
        zone, by_hand = self.new_zone(), self.new_zone("autoconfig 300 A 192.0.2.80")
        site = self.make_site([zone, by_hand], withdraw="autoconfig A 192.0.2.80\n")
        before = self.server.axfr(by_hand)
        script = self.expect(site, "diff", by_hand, "--format", "nsupdate").output
        done = subprocess.run([ask.program("nsupdate"), "-v", "-k", dns_case.KEY.path],
                              input=script, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, check=False, timeout=30)
        self.assertEqual((done.returncode, done.stdout), (0, ""), script)
        self.assert_zone(by_hand, [line for line in before if not line.startswith("autoconfig.")]
                         + desired(by_hand))
        again = subprocess.run([ask.program("nsupdate"), "-v", "-k", dns_case.KEY.path],
                               input=script, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                               text=True, check=False, timeout=30)
        self.assertEqual(again.returncode, 2, "its prerequisites hold a second time")
        self.assertEqual(self.expect(site, "diff", by_hand, "--format", "nsupdate").output, "")


class PublishToBind(Publishing, dns_case.DnsCase):
    def test_by_ipv6_and_sha512(self):
        server = self.start_server(servers.Bind, key=dns_case.BIG_KEY, address="::1")
        zone = self.new_zone(server=server)
        before = server.axfr(zone)
        site = self.make_site([zone], server=server, key=dns_case.BIG_KEY)
        self.publish(site, zone)
        self.assert_zone(zone, before + desired(zone), server)
        script = self.expect(site, "diff", zone, "--format", "nsupdate").output
        self.assertEqual(script, "")

    def test_international_names(self):
        zone = "xn--bcher-%s.example" % "kva"
        self.server.add_zone(zone, zone_text(zone, "www A 192.0.2.1"))
        before = self.server.axfr(zone)
        site = self.make_site(["b\u00fccher.example"])
        self.publish(site, "B\u00dcCHER.example")
        self.assert_zone(zone, before + desired(zone))

    def test_nothing_is_put_below_a_delegation(self):
        zone = self.new_zone("_tcp 300 NS ns.other.example.")
        site = self.make_site([zone])
        before = self.server.axfr(zone, soa=True)
        result = self.publish(site, zone, status=1)
        self.assertIn("_tcp.%s." % zone, result.complaints)
        self.assertEqual(self.server.axfr(zone, soa=True), before)

    def test_a_zone_that_the_server_signs(self):
        zone = self.new_zone(signed=True)

        def unsigned():
            return [line for line in self.server.axfr(zone) if line.split(" ")[3] not in (
                "CDNSKEY", "CDS", "DNSKEY", "NSEC", "NSEC3", "NSEC3PARAM", "RRSIG", "TYPE65534")]

        wait_until(lambda: self.server.dig(zone, "DNSKEY"), 20, "the zone is signed")
        before = unsigned()
        for read in ("query", "transfer"):
            site = self.make_site([zone], read=read)
            self.publish(site, zone)
            self.assertEqual(unsigned(), sorted(before + desired(zone)))
            self.assertIn(": unchanged", self.publish(site, zone).output)
            self.undo(site, zone)
            self.assertEqual(unsigned(), before)

    def test_cname_at_a_name_of_ours(self):
        zone = self.new_zone("_imaps._tcp 300 CNAME elsewhere.example.")
        site = self.make_site([zone])
        before = self.server.axfr(zone, soa=True)
        self.assertIn("_imaps._tcp", self.publish(site, zone, status=1).complaints)
        self.assertEqual(self.server.axfr(zone, soa=True), before)

    def test_an_existing_dmarc_policy_is_left_alone(self):
        zone = self.new_zone('_dmarc 300 TXT "v=DMARC1; p=reject"')
        before = self.server.axfr(zone)
        site = self.make_site([zone], zone_file='_dmarc TXT "v=DMARC1; p=none"\n')
        self.publish(site, zone)
        self.assert_zone(zone, before + discovery(zone))

    def test_a_json_plan_names_every_set(self):
        zone = self.new_zone()
        site = self.make_site([zone])
        sets = [line for line in self.expect(site, "diff", zone, "--format", "json").objects()
                if "owner" in line]
        self.assertEqual({line["owner"] for line in sets},
                         {line.split(" ")[0] for line in desired(zone)})


class PublishToKnot(Publishing, dns_case.DnsCase):
    kind = servers.Knot


class PublishToPowerDns(Publishing, dns_case.DnsCase):
    kind = servers.PowerDns

    def test_patch_does_the_same(self):
        zone = self.new_zone("autoconfig 300 A 192.0.2.80")
        before = self.server.axfr(zone)
        site = self.make_site([zone], withdraw="autoconfig A 192.0.2.80\n")
        body = self.expect(site, "diff", zone, "--format", "powerdns").output
        request = urllib.request.Request(
            "http://127.0.0.1:%d/api/v1/servers/localhost/zones/%s." % (self.server.control, zone),
            data=body.encode(), method="PATCH", headers={"X-API-Key": self.server.api_key})
        with urllib.request.urlopen(request, timeout=10) as response:
            self.assertEqual(response.status, 204)
        self.assert_zone(zone, [line for line in before if not line.startswith("autoconfig.")]
                         + desired(zone))
        self.assertIn(": unchanged", self.publish(site, zone).output)


if __name__ == "__main__":
    unittest.main()
