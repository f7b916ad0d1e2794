"""Every sample provider: its answers keep the rules of all programs, and agree with each other."""

import os
import plistlib
import unittest
import xml.etree.ElementTree as ElementTree

import facts
import rules
import service
from service_test import AUTOCONFIG, POX, request

ADDRESS = "anna.berg@%s"
POX_BODY = ('<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/'
            'requestschema/2006"><Request><EMailAddress>%s</EMailAddress>'
            '<AcceptableResponseSchema>' + facts.NAMESPACES["outlook"] +
            '</AcceptableResponseSchema></Request></Autodiscover>')


def from_autoconfig(body, address):
    """{type: (host, port, socket type, user name)} with the placeholders filled in."""
    servers = {}
    local = address.split("@")[0]
    for server in ElementTree.fromstring(body).find("emailProvider"):
        if server.get("type") in ("imap", "pop3", "smtp"):
            user = server.findtext("username").replace("%EMAILADDRESS%", address)
            servers[server.get("type")] = (
                server.findtext("hostname"), int(server.findtext("port")),
                server.findtext("socketType"), user.replace("%EMAILLOCALPART%", local))
    return servers


def from_outlook(body):
    servers = {}
    for protocol in ElementTree.fromstring(body).iter(rules.OUTLOOK + "Protocol"):
        value = {child.tag[len(rules.OUTLOOK):]: child.text for child in protocol}
        if value["Type"] in ("IMAP", "POP3", "SMTP"):
            servers[value["Type"].lower()] = (
                value["Server"], int(value["Port"]),
                {"SSL": "SSL", "TLS": "STARTTLS"}[value["Encryption"]], value["LoginName"])
    return servers


def from_profile(body):
    """A profile cannot tell SSL from STARTTLS."""
    servers = {}
    for payload in plistlib.loads(body)["PayloadContent"]:
        incoming = {"EmailTypeIMAP": "imap", "EmailTypePOP": "pop3"}[payload["EmailAccountType"]]
        for kind, prefix in ((incoming, "IncomingMailServer"), ("smtp", "OutgoingMailServer")):
            servers[kind] = (payload[prefix + "HostName"], payload[prefix + "PortNumber"],
                             payload[prefix + "Username"])
    return servers


class Samples(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.ids = sorted(name[:-len(".xml")] for directory in service.PROVIDERS
                         for name in os.listdir(directory) if name.endswith(".xml"))
        cls.site = service.Site(domains=[(each + ".example", each) for each in cls.ids])
        cls.daemon = service.Daemon(cls.site)

    @classmethod
    def tearDownClass(cls):
        status = cls.daemon.stop()
        cls.site.remove()
        if status != 0:
            raise AssertionError("signpostd ended with %d" % status)

    def ask(self, target, host):
        answer = self.daemon.get(target, host)
        self.assertEqual(answer.status, 200, (target, answer.body))
        rules.check(answer)
        return answer.body

    def post(self, domain):
        with self.daemon.connect() as connection:
            connection.send(request(domain, POX, "POST",
                                    (POX_BODY % (ADDRESS % domain)).encode()))
            answer = connection.answer("POST")
        rules.check(answer)
        return answer.body

    def test_agreement(self):
        self.assertIn("smartermail", self.ids)
        for each in self.ids:
            with self.subTest(provider=each):
                domain = each + ".example"
                address = ADDRESS % domain
                servers = from_autoconfig(self.ask(AUTOCONFIG, domain), address)
                outlook = self.post(domain)
                if b"<RedirectUrl>" not in outlook:
                    self.assertEqual(from_outlook(outlook), servers)
                incoming = "imap" if "imap" in servers else "pop3"
                profile = self.ask("/mobileconfig?emailaddress=" + address, domain)
                self.assertEqual(from_profile(profile), {
                    kind: servers[kind][:2] + servers[kind][3:] for kind in (incoming, "smtp")})
                if ("SSL", 993) in [(server[2], server[1]) for server in servers.values()]:
                    # The format has no ports: it names what uses TLS at the protocol's own.
                    self.ask("/.well-known/user-agent-configuration.json",
                             "ua-auto-config." + domain)
                self.ask("/autodiscover/autodiscover.json?Protocol=AutodiscoverV1&Email=" + address,
                         domain)


if __name__ == "__main__":
    unittest.main()
