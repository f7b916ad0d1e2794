"""signpost dns publish and undo for many domains in one run."""

import os
import time
import unittest

import ask
import dns_case
import relay
from dns_case import desired, record
from servers import zone_text


class Lists(dns_case.DnsCase):
    """Many domains in one run."""

    def test_two_hundred_with_one_refused(self):
        zones = ["bulk%d.example" % number for number in range(200)]
        refused = zones[77]
        texts = {zone: zone_text(zone, "www A 192.0.2.1") for zone in zones if zone != refused}
        self.server.add_zones(texts)
        self.server.add_zone(refused, zone_text(refused), policy="grant signpost name a. A;")
        site = self.make_site(zones, zone_file="")
        began = time.monotonic()
        result = self.publish(site, "--all", "--limit", "100", status=1)
        print("200 domains: %.2f s" % (time.monotonic() - began))
        self.assertIn("published 199, unchanged 0, in conflict 0, failed 1, refused 0",
                      result.output)
        self.assertEqual([line.split(": ")[1] for line in result.complaints.splitlines()],
                         [refused])
        for zone in zones[::20]:
            self.assert_zone(zone, [record(zone, "@", "NS", "ns1.hosting.example."),
                                    record(zone, "www", "A", "192.0.2.1"),
                                    *dns_case.discovery(zone)])
        self.assert_zone(refused, [record(refused, "@", "NS", "ns1.hosting.example.")])
        serials = ask.serials(self.server, zones)
        self.assertEqual(len(serials), 200)
        self.assertIn("published 0, unchanged 199", self.publish(site, "--all", "--limit", "100",
                                                                 status=1).output)
        self.assertEqual(ask.serials(self.server, zones), serials)
        self.assertIn("undone 199", self.undo(site, "--all", "--limit", "100").output)
        self.assert_zone(zones[0], [record(zones[0], "@", "NS", "ns1.hosting.example."),
                                    record(zones[0], "www", "A", "192.0.2.1")])

    def test_more_than_the_limit(self):
        zones = [self.new_zone() for _ in range(5)]
        site = self.make_site(zones)
        serials = ask.serials(self.server, zones)
        result = self.publish(site, "--all", status=1)
        self.assertIn("5 of 5 zones would change (100 %), which is more than 30 %",
                      result.complaints)
        self.assertEqual(ask.serials(self.server, zones), serials)
        self.publish(site, *zones)  # named one by one they may
        site.write_zone_file("")
        self.publish(site, "--all", "--limit", "99", status=1)
        site.set(change_limit=100)
        self.assertIn("published 5", self.publish(site, "--all").output)

    def test_a_list_with_bad_lines(self):
        zones = [self.new_zone() for _ in range(2)]
        site = self.make_site(zones)
        before = [self.server.axfr(zone) for zone in zones]
        path = site.write("list", "# a comment\n%s\n\na..b\nnot-in-the-store.example\n%s\n"
                          % tuple(zones))
        result = self.publish(site, "--from", path, "--limit", "100", status=1)
        self.assertIn("%s:4" % path, result.complaints)
        self.assertIn("not-in-the-store.example", result.complaints)
        self.assertIn("published 2, unchanged 0, in conflict 0, failed 1, refused 1",
                      result.output)
        for zone, records in zip(zones, before):
            self.assert_zone(zone, records + desired(zone))
        result = self.publish(site, "--from", "-", "--limit", "100",
                              given=("\n".join(zones)).encode())
        self.assertIn("published 0, unchanged 2", result.output)

    def test_neither_names_nor_a_list(self):
        site = self.make_site(["a.example"])
        for arguments in ((), ("a.example", "--all"), ("--all", "--from", "-")):
            self.publish(site, *arguments, status=2)

    def test_options_that_make_no_sense(self):
        zone = self.new_zone()
        front = relay.Relay(self.server)
        self.addCleanup(front.close)
        site = self.make_site([zone], server=front)
        for limit in ("0", "101", "-1", "+5", "5%", "x", ""):
            for command in ("publish", "undo"):
                result = self.expect(site, command, "--all", "--limit", limit, status=2)
                self.assertIn('--limit "%s" is not 1..100 percent' % limit, result.complaints)
        for command in ("publish", "undo"):
            result = self.expect(site, command, zone, "--limit", "50", status=2)
            self.assertIn("--limit goes with --all and --from", result.complaints)
        for names in ("a..b", "-x/NOTYPE", "autoconfig/", "autoconfig,,autodiscover", ","):
            for command in ("publish", "diff"):
                result = self.expect(site, command, zone, "--adopt", names, status=2)
                self.assertIn("--adopt", result.complaints)
                self.assertEqual(result.output, "")
        self.assertEqual(front.messages, [])

    def test_a_domain_that_stands_there_more_than_once(self):
        plain = self.new_zone()
        international = "m\u00fcller.example"
        zone = international.encode("idna").decode()
        self.server.add_zone(zone, zone_text(zone, *self.FOREIGN))
        front = relay.Relay(self.server)
        self.addCleanup(front.close)
        site = self.make_site([plain, international], server=front)
        before = {name: self.server.axfr(name) for name in (plain, zone)}
        names = (plain, international, plain.upper(), zone.upper(), "M\u00dcLLER.example",
                 plain + ".", zone, plain)
        path = site.write("list", "domain,provider\n" + "".join(name + "\n" for name in names))
        for arguments in (names, ("--from", path, "--limit", "100")):
            front.messages.clear()
            *domains, counts = self.publish(site, *arguments, "--json").objects()
            self.assertEqual([(one["domain"], one["outcome"]) for one in domains],
                             [(plain, "published"), (zone, "published")])
            self.assertEqual(counts["counts"]["published"], 2)
            self.assertEqual(front.count(relay.UPDATE), 2)
            for name, records in before.items():
                self.assert_zone(name, records + desired(name))
            result = self.undo(site, *arguments)
            self.assertIn("undone 2, unchanged 0, in conflict 0, failed 0, refused 0",
                          result.output)
            for name, records in before.items():
                self.assert_zone(name, records)

    def test_nobody_reads_what_is_printed(self):
        names = ["quiet%d.example" % number for number in range(600)]
        site = dns_case.DnsSite(names, publish="fragments", directory="out")
        self.addCleanup(site.remove)
        out = os.path.join(site.directory, "out")
        os.mkdir(out, 0o750)
        path = site.write("list", "".join(name + "\n" for name in names))
        for options in ([], ["--json"]):
            reader, writer = os.pipe()
            os.close(reader)
            with os.fdopen(writer, "wb") as closed:
                result = self.publish(site, "--from", path, "--limit", "100", *options,
                                      stdout=closed)
            self.assertEqual(result.complaints, "")
            self.assertEqual(sorted(os.listdir(out)), sorted(name + ".zone" for name in names))
            for name in names[::100]:
                with open(os.path.join(out, name + ".zone"), encoding="ascii") as file:
                    self.assertIn("_imaps._tcp." + name, file.read())
            self.assertIn("unchanged 600", self.publish(site, "--all", "--limit", "100").output)
            self.assertIn("undone 600", self.undo(site, "--all", "--limit", "100").output)

    def test_json_is_one_object_a_line(self):
        zones = [self.new_zone() for _ in range(2)]
        self.server.update("update add autoconfig.%s 60 A 192.0.2.99" % zones[1])
        site = self.make_site(zones)
        first, second, counts = self.publish(site, *zones, "--json", status=1).objects()
        self.assertEqual((first["domain"], first["outcome"], first["added"], first["serial"]),
                         (zones[0], "published", len(desired(zones[0])),
                          self.server.serial(zones[0])))
        self.assertEqual((second["domain"], second["outcome"]), (zones[1], "conflict"))
        self.assertEqual(counts["counts"]["published"], 1)
        self.assertEqual(counts["counts"]["conflict"], 1)


if __name__ == "__main__":
    unittest.main()
