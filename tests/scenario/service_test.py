"""What the tests of the daemon share: a site for each test, and the questions they ask it."""

import os
import time
import unittest

import service
import wire

DOMAINS = [("kunde.example", "hosting"), ("enterprise.example", "enterprise")]
AUTOCONFIG = "/mail/config-v1.1.xml"
POX = "/autodiscover/autodiscover.xml"
POX_BODY = (b'<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/'
            b'requestschema/2006"><Request><EMailAddress>anna.berg@kunde.example</EMailAddress>'
            b'<AcceptableResponseSchema>http://schemas.microsoft.com/exchange/autodiscover/outlook/'
            b'responseschema/2006a</AcceptableResponseSchema></Request></Autodiscover>')


def request(host, target=AUTOCONFIG, method="GET", body=b"", headers=()):
    lines = ["%s %s HTTP/1.1" % (method, target), "Host: " + host, *headers]
    if body:
        lines.append("Content-Length: %d" % len(body))
    return "\r\n".join([*lines, "", ""]).encode() + body


def ask_until(daemon, stop, failures, count=None):
    """Asks over and over on kept connections; appends whatever goes wrong."""
    try:
        while not stop.is_set():
            with daemon.connect() as connection:
                closes = False
                while not stop.is_set() and not closes:
                    start = time.monotonic()
                    connection.send(request("autoconfig.kunde.example"))
                    answer = connection.answer()
                    if answer is None or service.autoconfig_server(answer) is None:
                        failures.append(answer and answer.status)
                        return
                    if count is not None:
                        count.append(time.monotonic() - start)
                    closes = answer.closes()  # after http.requests_per_connection
    except (OSError, wire.WireError) as error:
        failures.append(repr(error))


class ServiceTest(unittest.TestCase):
    """Each test has a site and a daemon of its own; keys are set before the daemon starts."""

    keys = {}
    ends_with = 0

    def setUp(self):
        self.site = service.Site(domains=DOMAINS, **self.keys)
        self.addCleanup(self.site.remove)
        self.daemon = self.start()

    def start(self, **more):
        daemon = service.Daemon(self.site, **more)
        self.addCleanup(self.check_end, daemon)
        return daemon

    def check_end(self, daemon):
        self.assertEqual(daemon.stop(), self.ends_with, daemon.log()[-2000:])

    def served_by(self, domain):
        """The IMAP server that autoconfig names for the domain, None for an unknown one."""
        answer = self.daemon.get(AUTOCONFIG, "autoconfig." + domain)
        self.assertIn(answer.status, (200, 404))
        return service.autoconfig_server(answer)

    def wait_served(self, domain, server, seconds=1.0):
        """Waits until the domain is answered with this server; the seconds that it took."""
        start = time.monotonic()
        service.wait_until(lambda: self.served_by(domain) == server, seconds,
                           "%s is served with %s" % (domain, server))
        return time.monotonic() - start

    def ready_text(self):
        answer = self.daemon.get("/-/ready")
        self.assertEqual(answer.status, 200)
        return answer.body.decode()

    def provider_path(self, name="hosting.xml"):
        return os.path.join(self.site.providers, name)

    def edit(self, path, old, new):
        """Replaces a text in a file, all at once as an editor does."""
        with open(path, encoding="utf-8") as file:
            text = file.read()
        self.assertIn(old, text)
        with open(path + ".new", "w", encoding="utf-8") as file:
            file.write(text.replace(old, new))
        os.rename(path + ".new", path)
