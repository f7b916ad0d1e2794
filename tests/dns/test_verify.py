"""signpost dns verify: what it says of every server and resolver is what they serve. The servers
are found through the parent zone, as the world finds them.
"""

import os
import time
import unittest

import ask
import dns_case
import relay
import servers
from dns_case import desired, record
from server_process import wait_until
from servers import zone_text
from zone_tree import ZoneTree

NAMES = ("ns1.hosting.example", "ns2.hosting.example", "ns3.hosting.example")
PRIMARY, SECOND, THIRD = ADDRESSES = ("127.0.0.1", "127.0.0.2", "127.0.0.3")
# before and after; what the change replaces has a TTL that nothing else has
OLD = "@ 7200 MX 10 old.hosting.example."
WITHDRAW = "@ MX 10 old.hosting.example.\n"


class Tree:
    """Servers of all tests: a primary, two secondaries, the parent, a resolver."""

    def __init__(self):
        self.primary = servers.Bind(key=dns_case.KEY).start()
        port = self.primary.port
        self.second = servers.Nsd(key=dns_case.KEY, address=SECOND, port=port).start()
        self.third = servers.Knot(key=dns_case.KEY, address=THIRD, port=port).start()
        self.tree = ZoneTree(port).start()


class Verify(dns_case.DnsCase):
    @classmethod
    def setUpClass(cls):
        cls.servers = Tree()
        cls.by_address = dict(zip(ADDRESSES, (cls.servers.primary, cls.servers.second,
                                              cls.servers.third)))

    def setUp(self):
        self.server = self.servers.primary

    def make_site(self, domains=(), **more):
        resolver = self.servers.tree.resolver
        return super().make_site(domains, **{
            "withdraw": WITHDRAW, "port": self.server.port, "timeout": 1,
            "queries_per_server": 1000,
            "resolvers": dns_case.address_text(resolver), **more})

    def text(self, zone, *records):
        return zone_text(zone, *self.FOREIGN, *records, servers=[name + "." for name in NAMES])

    def delegated_zone(self, *without, delegation=None):
        """A zone with the old MX record at the primary and its secondaries, but for those without
        it, which belong to the test."""
        zone = dns_case.new_name()
        followers = [self.by_address[address] for address in (SECOND, THIRD)
                     if address not in without]
        self.server.add_zone(zone, self.text(zone, OLD), notify=followers)
        for server in followers:
            server.add_zone(zone, None, primary=self.server)
        self.servers.tree.delegate({zone: delegation or {
            name: [address] for name, address in zip(NAMES, ADDRESSES)}}, self.server)
        return zone

    def publish_and_wait(self, site, zone, *without):
        self.publish(site, zone)
        for address, server in self.by_address.items():
            if address not in without:
                server.wait_serving(zone, serial=self.server.serial(zone))

    def states(self, site, *zones, status):
        """({address: state}, {resolver: state}, the last object of the domain)."""
        result = self.expect(site, "verify", *zones, "--json", status=status)
        self.assertEqual(result.complaints, "")
        objects = result.objects()
        return ({one["address"].rsplit(":", 1)[0]: one["state"]
                 for one in objects if "address" in one},
                {one["resolver"]: one for one in objects if "resolver" in one},
                [one for one in objects if "everywhere" in one and "domain" in one][-1])

    def test_targets_are_looked_up(self):
        """Those outside of the domain: in the domain they may be about to be made."""
        other = self.delegated_zone()
        zone = self.delegated_zone()
        site = self.make_site([zone], zone_file=(
            "@ MX 10 www\nhost A 192.0.2.7\n_a._tcp SRV 0 1 1 host\n"
            "_b._tcp SRV 0 1 2 www.%s.\n_c._tcp SRV 0 1 3 nobody.%s.\n" % (other, other)))
        notes = [line for line in self.expect(site, "diff", zone).output.splitlines()
                 if "no address" in line and "mail.hosting.example" not in line]
        self.assertEqual(notes, [
            "note: _c._tcp.%s. SRV 0 1 3 nobody.%s.: the server has no address (A, AAAA) at the "
            "resolver; make it, or correct the name" % (zone, other)])

    def test_everywhere(self):
        zone = self.delegated_zone()
        site = self.make_site([zone])
        self.publish_and_wait(site, zone)
        began = int(time.time())
        states, resolvers, end = self.states(site, zone, status=0)
        self.assertEqual(states, dict.fromkeys(ADDRESSES, "new"))
        self.assertEqual([one["state"] for one in resolvers.values()], ["new"])
        self.assertTrue(end["everywhere"])
        # the old MX record had the highest TTL of what was replaced
        self.assertTrue(began <= end["seen"] <= time.time())
        self.assertEqual(end["gone_by"], end["seen"] + 7200)
        wait_until(lambda: int(time.time()) > end["seen"], 5, "the next second")
        self.assertEqual(self.states(site, zone, status=0)[2], end)
        text = self.expect(site, "verify", zone).output
        for name, address in zip(NAMES, ADDRESSES):
            self.assertRegex(text, r"(?m)^ +%s +%s:%d +new +%d +\d+$"
                             % (name.replace(".", r"\."), address, self.server.port,
                                self.server.serial(zone)))

    def test_a_store_that_may_not_be_written(self):
        zone = self.delegated_zone()
        site = self.make_site([zone])
        self.publish_and_wait(site, zone)
        somebody = site.unprivileged()
        os.chmod(site.directory, 0o550)
        self.addCleanup(os.chmod, site.directory, 0o750)
        for name in os.listdir(site.directory):
            if name.startswith("signpost.db"):
                os.chmod(os.path.join(site.directory, name), 0o440)
        result = self.expect(site, "verify", zone, **somebody)
        self.assertIn("is not kept", result.complaints)

    def test_before_anything_was_published(self):
        zone = self.delegated_zone()
        states, resolvers, end = self.states(self.make_site([zone]), zone, status=1)
        self.assertEqual(set(states), set(ADDRESSES))
        self.assertNotIn("new", states.values())
        self.assertEqual((resolvers, end["everywhere"]), ({}, False))

    def test_a_ttl_that_is_not_there(self):
        zone = self.delegated_zone()
        site = self.make_site([zone], zone_file="")
        text = self.expect(site, "verify", zone, status=1).output
        for address in ADDRESSES:
            self.assertRegex(text, r"(?m)^ .* %s:%d +\w+ +%d +-(  |$)"
                             % (address, self.server.port, self.server.serial(zone)))
        self.assertNotRegex(text, r"(?m) 0$")

    def test_a_change_whose_end_is_not_known(self):
        zone = self.delegated_zone()
        front = relay.Relay(self.server, rule=relay.lost_after_update(relay.PASS))
        self.addCleanup(front.close)
        site = self.make_site([zone], primary=dns_case.address_text(front))
        self.publish(site, zone, status=1)
        site.set(primary=dns_case.address_text(self.server))
        pending = "%s: a change was begun and not finished" % zone
        self.assertIn(pending, site.dns("verify", zone).complaints)
        self.assertIn(pending, site.dns("verify", zone, "--json").complaints)
        self.publish(site, zone)
        self.assertNotIn(pending, site.dns("verify", zone).complaints)

    def test_one_is_stopped(self):
        zone = self.delegated_zone()
        site = self.make_site([zone])
        self.publish_and_wait(site, zone)
        self.servers.second.pause()
        try:
            states, resolvers, end = self.states(site, zone, status=1)
        finally:
            self.servers.second.resume()
        self.assertEqual(states, {PRIMARY: "new", SECOND: "no answer", THIRD: "new"})
        self.assertEqual((resolvers, end["everywhere"]), ({}, False))
        self.servers.second.wait_serving(zone)
        self.assertEqual(self.states(site, zone, status=0)[0], dict.fromkeys(ADDRESSES, "new"))

    def test_one_is_stale(self):
        zone = self.delegated_zone(SECOND)
        self.servers.second.add_zone(zone, self.text(zone, OLD))
        site = self.make_site([zone])
        self.publish_and_wait(site, zone, SECOND)
        states, resolvers, end = self.states(site, zone, status=1)
        self.assertEqual(states, {PRIMARY: "new", SECOND: "old", THIRD: "new"})
        self.assertEqual((resolvers, end["everywhere"]), ({}, False))
        lines = self.expect(site, "verify", zone, "--json", status=1).objects()
        self.assertEqual([one["behind"] for one in lines if "address" in one],
                         [False, True, False])

    def test_one_is_lame(self):
        zone = self.delegated_zone(THIRD)
        site = self.make_site([zone])
        self.publish_and_wait(site, zone, THIRD)
        self.assertEqual(self.states(site, zone, status=1)[0],
                         {PRIMARY: "new", SECOND: "new", THIRD: "lame"})

    def test_one_has_something_else(self):
        zone = self.delegated_zone(SECOND, THIRD)
        mixed = [line for line in desired(zone)
                 if "_imaps" in line or "_pop3" in line]
        self.servers.second.add_zone(zone, self.text(zone, *mixed, OLD))
        other = [line for line in desired(zone) if " MX " not in line]
        self.servers.third.add_zone(zone, self.text(zone, *other, "@ 60 MX 5 else.example."),
                                    static=True)
        site = self.make_site([zone])
        self.publish(site, zone)
        self.assertEqual(self.states(site, zone, status=1)[0],
                         {PRIMARY: "new", SECOND: "mixed", THIRD: "other"})

    def test_somebody_changes_it_later(self):
        zone = self.delegated_zone()
        site = self.make_site([zone])
        self.publish_and_wait(site, zone)
        self.server.update("update add %s 3600 MX 20 else.example." % zone)
        for server in self.by_address.values():
            server.wait_serving(zone, serial=self.server.serial(zone))
        self.assertEqual(self.states(site, zone, status=1)[0], dict.fromkeys(ADDRESSES, "other"))

    def test_what_a_resolver_still_has(self):
        zone = self.delegated_zone()
        resolver = self.servers.tree.resolver
        self.assertEqual(ask.dig(resolver, zone, "MX", "+recurse"),
                         [record(zone, "@", "MX", "10 old.hosting.example.", 7200)])
        site = self.make_site([zone])
        self.publish_and_wait(site, zone)
        states, resolvers, end = self.states(site, zone, status=0)
        self.assertEqual(states, dict.fromkeys(ADDRESSES, "new"))
        (one,) = resolvers.values()
        self.assertIn(one["state"], ("old", "mixed"))
        self.assertTrue(7100 < one["remaining"] <= 7200, one)
        self.assertGreaterEqual(end["gone_by"], time.time() + one["remaining"] - 60)

    def test_names_are_not_asked_at_resolvers_too_early(self):
        # the answer that they are not there would be kept
        zone = self.delegated_zone(THIRD)
        front = relay.Relay(self.servers.tree.resolver)
        self.addCleanup(front.close)
        site = self.make_site([zone], resolvers=dns_case.address_text(front))
        self.publish_and_wait(site, zone, THIRD)
        self.states(site, zone, status=1)
        asked = {relay.question(message) for message in front.messages}
        self.assertTrue(asked)
        self.assertEqual([name for name in asked if name.endswith("." + zone)], [])
        self.servers.third.add_zone(zone, None, primary=self.server)
        self.states(site, zone, status=0)
        asked = {relay.question(message) for message in front.messages}
        self.assertIn("_imaps._tcp." + zone, asked)

    def test_a_server_with_two_addresses(self):
        sixth = self.start_server(servers.Bind, key=dns_case.KEY, address="::1",
                                  port=self.server.port)
        zone = self.delegated_zone(SECOND, THIRD, delegation={
            "ns6.hosting.example": [PRIMARY, "::1"]})
        sixth.add_zone(zone, None, primary=self.server)
        site = self.make_site([zone])
        self.publish(site, zone)
        sixth.run(*sixth.rndc_words(), "retransfer", zone)
        sixth.wait_serving(zone, serial=self.server.serial(zone))
        self.assertEqual(self.states(site, zone, status=0)[0],
                         {PRIMARY: "new", "[::1]": "new"})

    def test_configured_servers(self):
        zone = self.delegated_zone()
        site = self.make_site([zone], resolvers="", servers="%s %s" % (PRIMARY, SECOND))
        self.publish_and_wait(site, zone)
        states, resolvers, end = self.states(site, zone, status=0)
        self.assertEqual(states, {PRIMARY: "new", SECOND: "new"})
        self.assertEqual((resolvers, end["everywhere"]), ({}, True))

    def test_a_domain_inside_of_a_zone(self):
        zone = self.delegated_zone()
        inside = "post." + zone
        site = self.make_site([inside])
        self.publish_and_wait(site, inside, *ADDRESSES)
        for server in self.by_address.values():
            server.wait_serving(zone, serial=self.server.serial(zone))
        began = int(time.time())
        states, _, end = self.states(site, inside, status=0)
        self.assertEqual(states, dict.fromkeys(ADDRESSES, "new"))
        # that its names are not there may be kept for the zone's MINIMUM
        self.assertGreaterEqual(end["gone_by"], began + 300)
        self.assertLess(end["gone_by"], time.time() + 300 + 60)

    def test_all(self):
        zones = [self.delegated_zone() for _ in range(3)]
        site = self.make_site(zones)
        for zone in zones[:2]:
            self.publish_and_wait(site, zone)
        counts = self.expect(site, "verify", "--all", "--json", status=1).objects()[-1]
        self.assertEqual((counts["counts"]["everywhere"], counts["counts"]["not_everywhere"]),
                         (2, 1))
        text = self.expect(site, "verify", "--all", status=1).output
        self.assertIn(zones[2], text)
        self.assertNotIn(zones[0], text)

    def test_after_undo(self):
        zone = self.delegated_zone()
        site = self.make_site([zone])
        self.publish_and_wait(site, zone)
        self.undo(site, zone)
        for server in self.by_address.values():
            server.wait_serving(zone, serial=self.server.serial(zone))
        states = self.states(site, zone, status=1)[0]
        self.assertNotIn("new", states.values())

    def test_no_delegation(self):
        zone = dns_case.new_name()
        self.server.add_zone(zone, self.text(zone, OLD))
        site = self.make_site([zone], resolvers=dns_case.address_text(
            self.servers.tree.resolver))
        self.publish(site, zone)
        result = site.dns("verify", zone)
        self.assertIn(zone, result.output + result.complaints)


if __name__ == "__main__":
    unittest.main()
