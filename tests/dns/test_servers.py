"""The servers that the other tests rest on: each serves a zone, takes a signed update, refuses an
unsigned one, gives a transfer to the key only, and stops.
"""

import os
import tempfile
import time
import unittest

import ask
import relay
import servers
import zone_tree
from servers import zone_text

ZONE = "kunde.example"
TEXT = zone_text(ZONE, "www 300 A 192.0.2.1", '@ TXT "v=spf1 -all" "two"')
SERVED = ['kunde.example. 3600 IN NS ns1.hosting.example.',
          'kunde.example. 3600 IN TXT "v=spf1 -all" "two"',
          'www.kunde.example. 300 IN A 192.0.2.1']


class Servers(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="signpost-key-")
        self.addCleanup(folder.cleanup)
        self.key = ask.Key(os.path.join(folder.name, "key"))
        self.other = ask.Key(os.path.join(folder.name, "other"), secret="b3RoZXIgb3RoZXIgb3RoZXI=")
        self.sha512 = ask.Key(os.path.join(folder.name, "sha512"), "big", "hmac-sha512")

    def start(self, kind, **more):
        server = kind(**more)
        self.addCleanup(server.remove)
        began = time.monotonic()
        server.start()
        print("%s: %.2f s" % (kind.__name__, time.monotonic() - began))
        return server

    def check_served(self, server):
        self.assertEqual(server.axfr(ZONE), SERVED)
        self.assertEqual(ask.axfr(server, ZONE, program_name="kdig"), SERVED)
        self.assertEqual(server.dig("www." + ZONE), ["www.kunde.example. 300 IN A 192.0.2.1"])
        self.assertEqual(ask.kdig(server, ZONE, "TXT"),
                         ['kunde.example. 3600 IN TXT "v=spf1 -all" "two"'])
        self.assertEqual(server.dig("none." + ZONE), [])

    def check_updates(self, server):
        zone = "neu.example"
        server.add_zone(zone, zone_text(zone))
        before = server.serial(zone)
        add = "update add _imaps._tcp.%s 300 SRV 0 1 993 mail.hosting.example." % zone
        server.update(add, zone=zone)
        self.assertEqual(server.dig("_imaps._tcp." + zone, "SRV"),
                         ["_imaps._tcp.neu.example. 300 IN SRV 0 1 993 mail.hosting.example."])
        self.assertGreater(server.serial(zone), before)
        whole = server.axfr(zone)
        status, output = ask.nsupdate(server, "prereq nxdomain _imaps._tcp." + zone, add, zone=zone)
        self.assertNotEqual(status, 0)
        self.assertIn("YXDOMAIN", output)
        self.assertNotEqual(ask.nsupdate(server, add, zone=zone, key=self.other)[0], 0)
        self.assertEqual(server.axfr(zone), whole)

    def check_transfer(self, server):
        server.key = None
        with self.assertRaises(AssertionError):
            server.axfr(ZONE)

    def check_end(self, server):
        server.stop()
        self.assertIsNone(server.serial(ZONE))
        self.assertIsNotNone(server.process.returncode)

    def check_all(self, kind, **more):
        server = self.start(kind, zones={ZONE: TEXT}, **more)
        self.check_served(server)
        self.check_updates(server)
        self.check_transfer(server)
        self.check_end(server)

    def test_bind(self):
        self.check_all(servers.Bind, key=self.key)

    def test_bind_on_ipv6_with_sha512(self):
        self.check_all(servers.Bind, key=self.sha512, address="::1")

    def test_knot(self):
        self.check_all(servers.Knot, key=self.key)

    def test_powerdns(self):
        self.check_all(servers.PowerDns, key=self.key)

    def test_secondaries_follow(self):
        primary = self.start(servers.Bind, key=self.key)
        secondaries = [self.start(kind, key=self.key, address=address, port=primary.port)
                       for kind, address in ((servers.Nsd, "127.0.0.2"),
                                             (servers.Knot, "127.0.0.3"), (servers.Bind, "::1"))]
        primary.add_zone(ZONE, TEXT, notify=secondaries)
        for server in secondaries:
            server.add_zone(ZONE, None, primary=primary)
            self.check_served(server)
        primary.update("update add neu.%s 60 A 192.0.2.7" % ZONE)
        for server in secondaries:
            server.wait_serving(ZONE, serial=primary.serial(ZONE))
            self.assertEqual(server.dig("neu." + ZONE), ["neu.kunde.example. 60 IN A 192.0.2.7"])
            self.check_end(server)

    def test_paused_and_killed(self):
        server = self.start(servers.Bind, zones={ZONE: TEXT})
        server.pause()
        self.assertIsNone(ask.ask(server, ZONE, "SOA", "+time=1", tries=1))
        server.resume()
        server.wait_serving(ZONE)
        server.kill()
        self.assertIsNone(server.serial(ZONE))
        server.start()
        self.check_served(server)

    @unittest.skipUnless(servers.CLOCK_SHIFT, "SIGNPOST_CLOCK_SHIFT names no library")
    def test_wrong_clock(self):
        server = self.start(servers.Bind, zones={ZONE: TEXT}, key=self.key, clock_shift=-600)
        status, output = ask.nsupdate(server, "update add a.%s 60 A 192.0.2.1" % ZONE)
        self.assertNotEqual(status, 0)
        self.assertIn("clocks are unsynchronized", output)

    def test_tree(self):
        primary = self.start(servers.Bind, zones={ZONE: TEXT}, key=self.key)
        tree = zone_tree.ZoneTree(primary.port).start()
        self.addCleanup(tree.parent.remove)
        self.addCleanup(tree.resolver.remove)
        tree.delegate({ZONE: {"ns1.hosting.example": [primary.address]}}, primary)
        referral = ask.ask(tree.parent, ZONE, "NS", "+authority", "+additional")
        self.assertEqual((referral.status, "aa" in referral.flags, referral.records),
                         ("NOERROR", False, [
                             "kunde.example. 172800 IN NS ns1.hosting.example.",
                             "ns1.hosting.example. 172800 IN A 127.0.0.1"]))
        self.assertEqual(ask.dig(tree.resolver, "example", "NS", "+recurse"),
                         ["example. 3600 IN NS ns.parent.example."])
        self.assertEqual(ask.dig(tree.resolver, "www." + ZONE, "A", "+recurse"),
                         ["www.kunde.example. 300 IN A 192.0.2.1"])
        self.assertEqual(ask.dig(tree.resolver, "ns.parent.example", "A", "+recurse"),
                         ["ns.parent.example. 172800 IN A 127.0.0.9"])
        primary.update("update delete www.%s" % ZONE)
        self.assertEqual(len(ask.dig(tree.resolver, "www." + ZONE, "A", "+recurse")), 1)

    def test_relay(self):
        server = self.start(servers.Bind, zones={ZONE: TEXT}, key=self.key)
        passed = relay.Relay(server)
        self.addCleanup(passed.close)
        self.assertEqual(ask.axfr(passed, ZONE), SERVED)
        self.assertEqual(ask.dig(passed, "www." + ZONE), ["www.kunde.example. 300 IN A 192.0.2.1"])
        for number, (verdict, arrives) in enumerate(((relay.PASS, True), (relay.CUT, False),
                                                     (relay.MUTE, True))):
            passed.rule = lambda message, verdict=verdict: (
                verdict if relay.opcode(message) == relay.UPDATE else relay.PASS)
            status, output = ask.nsupdate(
                passed, "update add %d.%s 60 A 192.0.2.1" % (number, ZONE), zone=ZONE, tcp=True)
            self.assertEqual(status == 0, verdict == relay.PASS, output)
            self.assertEqual(bool(server.dig("%d.%s" % (number, ZONE))), arrives)
        self.assertGreaterEqual(passed.count(relay.UPDATE), 3)


if __name__ == "__main__":
    unittest.main()
