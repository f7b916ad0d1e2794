"""Certificates from an ACME authority: got by uacme and lego through acme_webroot, brought over by
the hooks of the package, and served, first and renewed, by a signpostd that nobody reloads."""

import grp
import os
import re
import socket
import ssl
import sys
import time
import unittest

import acme
import crowd
import service
from certificates import openssl
from service_test import ServiceTest
from tls_site import TlsSite

PREFIXES = ("", "autoconfig.", "autodiscover.")
DOMAINS = ["kunde.example", "praxis.example"]


def names_of(domain):
    return [prefix + domain for prefix in PREFIXES]


class AcmeTest(ServiceTest):
    def setUp(self):
        self.site = TlsSite([])
        self.addCleanup(self.site.remove)
        self.site.import_domains([(domain, "hosting") for domain in DOMAINS])
        webroot = os.path.join(self.site.root, "acme")
        os.makedirs(os.path.join(webroot, ".well-known", "acme-challenge"))
        self.site.set("http", "acme_webroot", webroot)
        self.authority = acme.Authority(self.site)
        self.addCleanup(self.authority.stop)
        self.client = acme.Client(self.site, self.authority, webroot,
                                  grp.getgrgid(os.getgid()).gr_name)
        self.daemon = self.start()
        self.tls = crowd.tls_context(self.authority.root)
        self.given = 0

    def served(self, name):
        """The serial number of the certificate for a name, which leads to the authority; or None:
        refused at once."""
        with socket.create_connection(("127.0.0.1", self.site.port_tls), 10) as plain:
            try:
                with self.tls.wrap_socket(plain, server_hostname=name) as secure:
                    return secure.getpeercert()["serialNumber"]
            except ssl.SSLCertVerificationError:
                raise
            except (ssl.SSLError, ConnectionError):
                return None

    def on_disk(self, folder):
        path = os.path.join(self.site.certificates, folder, "fullchain.pem")
        text = openssl("x509", "-noout", "-serial", "-in", path).decode()
        return text.strip().split("=")[1]

    def proofs(self):
        """How many proofs were given since this was asked last."""
        metrics = self.daemon.get("/-/metrics").body.decode()
        found = re.search(r'(?m)^signpost_requests_total{kind="acme",code="200"} (\d+)$', metrics)
        given, self.given = self.given, int(found.group(1))
        return self.given - given

    def check_served(self, names, folder):
        """All names at once, without a reload: what is there before anybody asks is found."""
        serials = [self.served(name) for name in names]
        self.assertEqual(serials, [self.on_disk(folder)] * len(names))

    def renew_under_load(self, domain, renew):
        """Kept and single connections ask meanwhile. Every handshake and every answer is good, and
        the new certificate is served within a minute."""
        asked = crowd.questions(self.site, [domain])
        first = self.on_disk(domain)
        clients = crowd.Crowd()
        for kept in (True, False):
            clients.add(1, self.site.port_tls, asked, kept, self.tls, pause=0.01)
        with clients:
            clients.wait_answered(20)
            renew()
            written = time.monotonic()
            self.assertNotEqual(self.on_disk(domain), first)
            service.wait_until(lambda: self.served("autoconfig." + domain) == self.on_disk(domain),
                               60, "the renewed certificate is served")
            took = time.monotonic() - written
            clients.wait_answered(20)
        tally = clients.tally()
        print("%s: served %.1f s after it was written; %s" % (domain, took, tally))
        self.assertEqual(tally.failures, [])
        self.assertEqual(tally.repeated, {})
        self.assertLess(took, 60 * service.SLOWER)

    def test_uacme(self):
        names = names_of("kunde.example")
        self.client.uacme("new", "admin@hosting.example")
        self.assertEqual([self.served(name) for name in names], [None] * 3)
        self.client.uacme_issue(*names)
        self.assertGreaterEqual(self.proofs(), 3)
        self.check_served(names, "kunde.example")
        self.renew_under_load("kunde.example", lambda: self.client.uacme_issue(
            *names, options=["--force"]))
        self.assertGreaterEqual(self.proofs(), 3)
        self.check_served(names, "kunde.example")
        self.assertIsNone(self.served("autoconfig.praxis.example"))

    def test_lego(self):
        """Two names: lego waits 5 s for each of them."""
        names = names_of("kunde.example")[:2]
        self.client.lego(names, "run")
        self.assertGreaterEqual(self.proofs(), 2)
        self.check_served(names, "kunde.example")
        self.renew_under_load("kunde.example", lambda: self.client.lego(
            names, "renew", "--days", "100000", "--no-random-sleep"))
        self.assertGreaterEqual(self.proofs(), 2)
        self.check_served(names, "kunde.example")

    def test_whole_store(self):
        """The script of the timer: what is missing is got, what is current costs nothing, a
        domain that leads elsewhere waits, what was lost on the way is brought over again."""
        self.client.uacme("new", "admin@hosting.example")
        host = "setup.hosting.example"
        self.assertIn("\n3 new, 0 not here, 0 failed\n", self.client.uacme_domains(host))
        self.assertGreaterEqual(self.proofs(), 5)
        for domain in DOMAINS:
            self.check_served(names_of(domain)[1:], domain)
        self.check_served([host], host)

        self.assertEqual(self.client.uacme_domains(host), "0 new, 0 not here, 0 failed\n")
        self.assertEqual(self.proofs(), 0)
        os.unlink(os.path.join(self.site.certificates, "praxis.example", "fullchain.pem"))
        self.assertEqual(self.client.uacme_domains(host), "praxis.example has a new certificate\n"
                         "1 new, 0 not here, 0 failed\n")

        self.site.signpost("domain", "add", "away.example", "--provider", "hosting")
        self.assertEqual(
            self.client.uacme_domains(http_proxy="http://127.0.0.1:%d" % service.free_port()),
            "autoconfig.away.example does not lead here\n0 new, 1 not here, 0 failed\n")
        self.assertFalse(os.path.exists(os.path.join(self.site.certificates, "away.example")))

        said = self.client.uacme_domains(status=1, SIGNPOST_PREFIXES="autoconfig ua-auto-config",
                                         UACME_URL=self.authority.url + "/nothing")
        self.assertTrue(said.endswith("\n0 new, 0 not here, 3 failed\n"), said)
        for domain in DOMAINS:
            self.check_served(names_of(domain)[1:], domain)

    def test_no_proof_no_certificate(self):
        """The authority really looks: a proof that is not below acme_webroot proves nothing."""
        elsewhere = os.path.join(self.site.root, "elsewhere")
        os.mkdir(elsewhere)
        self.client.uacme("new", "admin@hosting.example")
        self.client.uacme("issue", "autoconfig.kunde.example", status=2,
                          UACME_CHALLENGE_PATH=elsewhere)
        self.assertEqual(self.proofs(), 0)
        self.assertEqual(os.listdir(self.site.certificates), [])


if __name__ == "__main__":
    if acme.missing():
        print("not installed (tools/deps test): " + ", ".join(acme.missing()))
        sys.exit(77)
    unittest.main()
