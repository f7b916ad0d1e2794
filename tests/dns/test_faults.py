"""signpost dns publish with a wrong key, or to a server that does not want: nothing is changed, and
the complaint says what to look at.
"""

import os
import threading
import unittest

import ask
import dns_case
import relay
import servers
from dns_case import desired
from servers import zone_text


class Refused(dns_case.DnsCase):
    """The server says no: nothing is changed, and the complaint says what to look at."""

    def check_refused(self, site, zone, *words, server=None):
        server = server or self.server
        before = server.axfr(zone, soa=True)
        result = self.publish(site, zone, status=1)
        for word in words:
            self.assertIn(word, result.complaints)
        self.assertEqual(server.axfr(zone, soa=True), before)
        return result

    def test_wrong_secret(self):
        zone = self.new_zone()
        key = ask.Key(os.path.join(dns_case.KEYS, "wrong"), dns_case.KEY.name)
        site = self.make_site([zone], key=key)
        site.secrets.append(key.secret)
        self.check_refused(site, zone, zone, "BADSIG")

    def test_unknown_key(self):
        zone = self.new_zone()
        self.check_refused(self.make_site([zone], key=dns_case.OTHER_KEY), zone, "BADKEY")

    def test_no_key(self):
        zone = self.new_zone()
        site = self.make_site([zone])
        site.set(key="")
        self.check_refused(site, zone, "REFUSED")

    @unittest.skipUnless(servers.CLOCK_SHIFT, "SIGNPOST_CLOCK_SHIFT names no library")
    def test_clocks_differ(self):
        zone = dns_case.new_name()
        server = self.start_server(servers.Bind, key=dns_case.KEY, clock_shift=-3600,
                                   zones={zone: zone_text(zone)})
        site = self.make_site([zone], server=server)
        serial = server.serial(zone)
        result = self.publish(site, zone, status=1)
        self.assertIn("BADTIME", result.complaints)
        self.assertIn("clock", result.complaints)
        self.assertEqual(server.serial(zone), serial)

    def test_one_name_is_forbidden(self):
        zone = dns_case.new_name()
        self.server.add_zone(zone, zone_text(zone, *self.FOREIGN), policy=(
            "grant signpost subdomain _tcp.%s. SRV; grant signpost name autodiscover.%s. CNAME;"
            % (zone, zone)))
        site = self.make_site([zone], zone_file="")
        self.check_refused(site, zone, "REFUSED", "update-policy")

    def test_no_updates_allowed(self):
        zone = self.new_zone(static=True)
        self.check_refused(self.make_site([zone]), zone, "REFUSED")

    def test_server_has_not_got_the_zone(self):
        zone = dns_case.new_name()
        site = self.make_site([zone])
        result = self.publish(site, zone, status=1)
        self.assertIn(zone, result.complaints)
        self.assertEqual(site.dns("undo", zone).status, 1)

    def test_secondary_instead_of_the_primary(self):
        zone = self.new_zone()
        secondary = self.start_server(servers.Nsd, key=dns_case.KEY)
        secondary.add_zone(zone, None, primary=self.server)
        before = self.server.axfr(zone, soa=True)
        result = self.publish(self.make_site([zone], server=secondary), zone, status=1)
        self.assertRegex(result.complaints, "NOTIMP|REFUSED|NOTAUTH")
        self.assertEqual(self.server.axfr(zone, soa=True), before)

    def test_zone_that_does_not_load(self):
        zone = dns_case.new_name()
        # a zone without an NS record: the server knows the name, and answers SERVFAIL
        self.server.keep_zone(zone, "$TTL 60\n@ SOA a. b. 1 1 1 1 1\n")
        self.server.configure()
        self.server.reconfigure()
        self.addCleanup(self.server.remove_zone, zone)
        self.assertIn(zone, self.publish(self.make_site([zone]), zone, status=1).complaints)

    def test_transfer_refused(self):
        zone = self.new_zone()
        site = self.make_site([zone], read="transfer", key=dns_case.OTHER_KEY)
        self.check_refused(site, zone, zone)


class KeyFile(dns_case.DnsCase):
    """What is in the key's file stays there."""

    def test_of_everybody(self):
        zone = self.new_zone()
        key = ask.Key(os.path.join(dns_case.KEYS, "open"))
        site = self.make_site([zone], key=key)
        site.secrets.append(key.secret)
        serial = self.server.serial(zone)
        for mode in (0o644, 0o604, 0o660, 0o602):
            os.chmod(key.path, mode)
            self.assertIn(key.path, self.publish(site, zone, status=78).complaints)
        self.assertEqual(self.server.serial(zone), serial)

    def test_other_forms(self):
        zone = self.new_zone()
        before = self.server.axfr(zone)
        key = dns_case.KEY
        site = self.make_site([zone])
        for text in (key.yaml(), key.line() + "\n"):
            path = key.write(os.path.join(dns_case.KEYS, "form"), text)
            site.set(key=path)
            self.publish(site, zone)
            self.assert_zone(zone, before + desired(zone))
            self.undo(site, zone)
            self.assert_zone(zone, before)

    def test_faults_of_the_file(self):
        zone = self.new_zone()
        path = os.path.join(dns_case.KEYS, "faulty")
        site = self.make_site([zone])
        site.secrets += ["c2hvcnQ=", "bm90IGFsbCBvZiBpdA"]
        site.set(key=path)
        for text in ("", 'key "a" { algorithm hmac-md5; secret "bm90IGFsbCBvZiBpdA=="; };',
                     'key "a" { algorithm hmac-sha256; secret "c2hvcnQ="; };',
                     'key "a" { algorithm hmac-sha256; secret "bm90IGFsbCBvZiBpdA=!"; };',
                     dns_case.KEY.text() * 2):
            ask.Key.write(dns_case.KEY, path, text)
            self.assertIn(path, self.publish(site, zone, status=78).complaints)

    def test_secret_stays_out_of_command_lines(self):
        zone = self.new_zone()
        site = self.make_site([zone])
        seen, started = [], threading.Event()

        def rule(message):
            started.wait(30)
            seen.append(self.command_line(run))
            return relay.PASS

        front = relay.Relay(self.server, rule=rule)
        self.addCleanup(front.close)
        site.set(primary=dns_case.address_text(front))
        with site.start_dns("publish", zone) as run:
            started.set()
            run.communicate(timeout=60)
        self.assertEqual(run.returncode, 0)
        self.assertTrue([line for line in seen if b"publish" in line])
        self.assertFalse([line for line in seen if dns_case.KEY.secret.encode() in line])

    @staticmethod
    def command_line(process):
        """What everybody can read of a process; its environment is its owner's."""
        try:
            with open("/proc/%d/cmdline" % process.pid, "rb") as file:
                return file.read()
        except FileNotFoundError:
            return b""


if __name__ == "__main__":
    unittest.main()
