"""Behind nginx, HAProxy and Caddy, with the configurations that docs/operations.md shows."""

import concurrent.futures
import re
import ssl
import time
import unittest

import crowd
import h2_frames
import proxies
import service
import smuggling
import wire

SITE = "https://setup.hosting.example"
HERE = "127.0.0.1"  # where proxies and operations come from
OUTSIDE = ["127.%d.0.1" % number for number in range(2, 100)]  # each in a network of its own
AUTOCONFIG, POX = smuggling.AUTOCONFIG, smuggling.POX
FORMS = 3  # a minute from one network
QUIET = 0.5  # seconds after which nothing more is expected of a proxy that keeps a connection

# What a stranger may claim, all at once and one by one.
LIES = [
    ["X-Forwarded-For: 127.0.0.1"],
    ["X-Forwarded-For: 127.0.0.1, 127.0.0.1"],
    ["X-Forwarded-For: 127.0.0.1", "X-Forwarded-For: 127.0.0.1"],
    ["x-forwarded-for: unknown"],
    ["Forwarded: for=127.0.0.1"],
    ["Forwarded: for=127.0.0.1;proto=https;host=x.example;x=\""],
    ["X-Forwarded-For: 127.0.0.1", "Forwarded: for=127.0.0.1"],
    ["X-Real-IP: 127.0.0.1", "X-Client-IP: 127.0.0.1"],
    ["Connection: X-Forwarded-For"],
    ["Connection: close, X-Forwarded-For, X-Forwarded-Proto, Forwarded"],
]
DOMAINS = ["kunde.example", *("%s%d.example" % (letter, number) for letter in ("outer", "inner")
                              for number in range(2 * smuggling.NUMBER))]


def read_all(connection):
    """What comes until the end, or until nothing more comes."""
    while True:
        try:
            if not connection.receive(time.monotonic() + QUIET * service.SLOWER):
                return connection.received
        except wire.WireError:
            return connection.received


class ProxyTest:
    """Once for each proxy; one site, and one after the other."""

    proxy_class = None

    @classmethod
    def setUpClass(cls):
        cls.site = proxies.site_behind_proxy([(domain, "hosting") for domain in DOMAINS],
                                             http_forms_per_network=str(FORMS),
                                             http_operations_from=HERE)
        cls.addClassCleanup(cls.site.remove)
        cls.daemon = service.Daemon(cls.site)
        cls.addClassCleanup(cls.daemon.stop)
        cls.proxy = cls.proxy_class(cls.site)
        cls.addClassCleanup(cls.proxy.stop)
        cls.tls = crowd.tls_context(cls.proxy.authority_file)

    def connect(self, tls, source=OUTSIDE[0], name="autoconfig.kunde.example"):
        return crowd.Connection(self.proxy.port_tls if tls else self.proxy.port,
                                10 * service.SLOWER, self.tls if tls else None, name, source)

    def ask(self, target, host, tls, headers=(), method="GET", body=b"", **more):
        lines = ["%s %s HTTP/1.1" % (method, target), "Host: " + host, *headers]
        if body:
            lines.append("Content-Length: %d" % len(body))
        with self.connect(tls, **more) as connection:
            connection.send("\r\n".join([*lines, "", ""]).encode() + body)
            return connection.answer(method)

    def post_form(self, source, headers=()):
        return self.ask("/", "setup.hosting.example", True,
                        ["Content-Type: application/x-www-form-urlencoded", *headers], "POST",
                        b"address=anna%40kunde.example", source=source).status

    def test_answers_for_the_host_that_was_asked(self):
        for tls in (False, True):
            for lies in ([], ["X-Forwarded-Host: outer1.example"],
                         ["Forwarded: host=outer1.example"]):
                answer = self.ask(AUTOCONFIG, "autoconfig.kunde.example", tls, lies)
                self.assertEqual(service.autoconfig_server(answer), "mail.hosting.example")
                self.assertIn(b'<emailProvider id="kunde.example">', answer.body)
            self.assertEqual(self.ask(AUTOCONFIG, "x.example", tls).status, 404)

    def test_leads_to_https(self):
        """Whatever somebody says of his own connection."""
        for lies in ([], ["X-Forwarded-Proto: https"], ["Forwarded: proto=https"],
                     ["X-Forwarded-Proto: https, https"],
                     ["X-Forwarded-Host: x.example", "X-Forwarded-Proto: https"]):
            for host, target, location in (
                    ("autodiscover.kunde.example", POX, POX + "?domain=kunde.example"),
                    ("autodiscover.kunde.example", POX + "?emailaddress=a%40kunde.example&x",
                     POX + "?emailaddress=a%40kunde.example&x"),
                    ("setup.hosting.example", "/s/abc?lang=de", "/s/abc?lang=de"),
                    ("autoconfig.kunde.example", "/", "/d/kunde.example")):
                answer = self.ask(target, host, False, lies)
                self.assertEqual((answer.status, answer.header("Location")),
                                 (302, SITE + location))
                self.assertIsNone(answer.header("Strict-Transport-Security"))
        self.assertEqual(self.ask(POX, "autodiscover.x.example", False).status, 404)

    def test_answers_by_https(self):
        for lies in ([], ["X-Forwarded-Proto: http"], ["Forwarded: proto=http"]):
            answer = self.ask(POX, "autodiscover.kunde.example", True, lies)
            self.assertEqual(answer.status, 200)
            answer = self.ask("/d/kunde.example", "setup.hosting.example", True, lies)
            self.assertEqual(answer.status, 200)
            self.assertIsNotNone(answer.header("Strict-Transport-Security"))

    def test_operations_are_for_those_who_may(self):
        for tls in (False, True):
            for lies in [[], *LIES]:
                for target in ("/-/ready", "/-/metrics", "/-/tls-allowed?domain=kunde.example",
                               "/%2D/health", "//-/health"):
                    answer = self.ask(target, "kunde.example", tls, lies)
                    self.assertIn(answer.status, (400, 404, 308), (lies, target))
                    self.assertNotIn(b"ready", answer.body)
            self.assertEqual(self.ask("/-/health", "kunde.example", tls, source=HERE).status, 200)
        self.assertEqual(self.daemon.get("/-/health").status, 200)

    def test_limits_people_and_not_the_proxy(self):
        sent = [self.post_form(OUTSIDE[1]) for _ in range(FORMS + 1)]
        self.assertEqual(sent, [303] * FORMS + [429])
        self.assertEqual(self.post_form(OUTSIDE[2]), 303)
        for lies in LIES:
            self.assertEqual(self.post_form(OUTSIDE[1], lies), 429, lies)
        for number, lies in enumerate(LIES):
            self.assertEqual(self.post_form(OUTSIDE[10 + number], lies), 303, lies)

    def attack_raw(self, attack):
        name, data, number = attack
        with self.connect(False, OUTSIDE[20]) as connection:
            connection.send(data)
            return name, number, read_all(connection)

    def attack_framed(self, attack):
        name, data, number = attack
        context = ssl.create_default_context(cafile=self.proxy.authority_file)
        context.set_alpn_protocols(["h2"])
        with crowd.Connection(self.proxy.port_tls, 10, context, "autoconfig.kunde.example",
                              OUTSIDE[21]) as connection:
            connection.send(data)
            return name, number, h2_frames.outcome(read_all(connection))

    def under_attack(self, attack, attacks):
        """What the attacks came to, while others ask and get what is theirs."""
        asked = crowd.questions(self.site, ["kunde.example"])
        others = [crowd.Client(self.proxy.port, asked, kept, source=OUTSIDE[30], pause=0.002)
                  for kept in (False, True)]
        for client in others:
            client.start()
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            outcomes = list(pool.map(attack, attacks))
        for client in others:
            client.stopped.set()
            client.join()
            self.assertEqual(client.tally.failures, [])
            self.assertGreater(client.tally.answered, 20)
        return outcomes

    def hosts(self, number):
        return "autoconfig.outer%d.example" % number, "autoconfig.inner%d.example" % number

    def inner_in_log(self):
        time.sleep(0.5)  # lines wait 0.2 s
        return {int(number) for number in re.findall(r"(?m)^inner(\d+)\.example autoconfig ",
                                                     self.daemon.log())}

    def test_no_request_is_hidden_in_another(self):
        """One that reaches the service as two was two for the proxy, who answers both."""
        attacks = [(*smuggling.raw(*self.hosts(number))[number], number)
                   for number in range(smuggling.NUMBER)]
        outcomes = self.under_attack(self.attack_raw, attacks)
        seen = self.inner_in_log()
        for name, number, received in outcomes:
            answered = b'<emailProvider id="inner%d.example">' % number in received
            self.assertEqual(number in seen, answered, (name, received))
            statuses = re.findall(rb"HTTP/1\.[01] (\d+)", received)
            self.assertLessEqual(len(statuses), 1 + answered, (name, received))
            if answered:
                self.assertIn(b"outer%d.example" % number if b"200" == statuses[0] else b"",
                              received)

    def test_no_request_is_hidden_in_frames(self):
        first = smuggling.NUMBER
        attacks = []
        for number in range(smuggling.NUMBER):
            name, fields, body = smuggling.framed(*self.hosts(first + number))[number]
            attacks.append((name, h2_frames.request(fields, body), first + number))
        outcomes = self.under_attack(self.attack_framed, attacks)
        seen = self.inner_in_log()
        for name, number, (what, body) in outcomes:
            self.assertIsNotNone(what, name)
            self.assertNotIn(number, seen, name)
            self.assertNotIn(b"inner%d" % number, body, name)
            self.assertNotIn(b"ready", body, name)
        good = h2_frames.request(smuggling.h2_fields("autoconfig.kunde.example"))
        _, _, (what, body) = self.attack_framed(("good", good, 0))
        self.assertEqual(what, "answered")
        self.assertIn(b'<emailProvider id="kunde.example">', body)


class NginxTest(ProxyTest, unittest.TestCase):
    proxy_class = proxies.Nginx


class HaproxyTest(ProxyTest, unittest.TestCase):
    proxy_class = proxies.Haproxy


class CaddyTest(ProxyTest, unittest.TestCase):
    proxy_class = proxies.Caddy

    def connects(self, name):
        """Whether there is a good certificate; Caddy's own authority may begin a second ahead."""
        try:
            self.connect(True, name=name).close()
            return True
        except ssl.SSLCertVerificationError as error:
            self.assertIn("not yet valid", str(error))
            return False

    def test_certificates_for_names_of_ours(self):
        for name in ("kunde.example", "autoconfig.kunde.example", "autodiscover.kunde.example",
                     "AUTOCONFIG.Inner1.example", "ua-auto-config.kunde.example",
                     "setup.hosting.example", "autoconfig.hosting.example"):
            service.wait_until(lambda name=name: self.connects(name), 5, name)
        for name in ("x.example", "autoconfig.x.example", "www.kunde.example",
                     "mta-sts.kunde.example", "autoconfig.autoconfig.kunde.example"):
            with self.assertRaises(ssl.SSLError, msg=name):
                self.connect(True, name=name).close()


class DirectTest(unittest.TestCase):
    """Without a proxy: what a stranger says of himself is not heard, and nothing is hidden."""

    def setUp(self):
        self.site = service.Site([(domain, "hosting") for domain in DOMAINS],
                                 http_trusted_proxies="127.99.0.1",
                                 http_operations_from="127.0.0.1 127.99.0.1",
                                 http_forms_per_network=str(FORMS))
        self.addCleanup(self.site.remove)
        self.daemon = service.Daemon(self.site)
        self.addCleanup(self.daemon.stop)

    def ask(self, target, headers, source):
        with wire.Connection(self.site.port, 10 * service.SLOWER, source=source) as connection:
            lines = ["GET %s HTTP/1.1" % target, "Host: setup.hosting.example", *headers]
            connection.send("\r\n".join([*lines, "", ""]).encode())
            return connection.answer()

    def test_strangers_are_not_believed(self):
        for lies in LIES:
            self.assertEqual(self.ask("/-/health", lies, OUTSIDE[0]).status, 404, lies)
        answer = self.ask("/d/kunde.example", ["X-Forwarded-Proto: http"], OUTSIDE[0])
        self.assertEqual(answer.status, 200)
        answer = self.ask(AUTOCONFIG, ["X-Forwarded-Host: kunde.example"], OUTSIDE[0])
        self.assertEqual(answer.status, 404)

    def test_the_proxy_does_not_ask_for_itself(self):
        """If its words cannot be read, nobody knows who asks; without any it does."""
        source = "127.99.0.1"
        for headers in ([], ["X-Forwarded-For: 127.0.0.1"], ["Forwarded: for=127.0.0.1"]):
            self.assertEqual(self.ask("/-/health", headers, source).status, 200, headers)
        for headers in (["X-Forwarded-For: unknown"], ["X-Forwarded-Proto: https"],
                        ["X-Forwarded-For: 127.0.0.1", "Forwarded: for=192.0.2.1"],
                        ["X-Forwarded-For: 127.0.0.1, 192.0.2.1"]):
            self.assertEqual(self.ask("/-/health", headers, source).status, 404, headers)

    def test_no_request_is_hidden_in_another(self):
        for number in range(smuggling.NUMBER):
            hosts = ["autoconfig.%s%d.example" % (letter, number) for letter in ("outer", "inner")]
            name, data = smuggling.raw(*hosts)[number]
            with wire.Connection(self.site.port, 10 * service.SLOWER,
                                 source=OUTSIDE[0]) as connection:
                connection.send(data)
                received = read_all(connection)
            statuses = re.findall(rb"HTTP/1\.[01] (\d)", received)
            waits = name == "LF in a chunk's extension"  # for the chunk's end
            self.assertEqual(set(statuses), set() if waits else {b"4"}, name)
        time.sleep(0.5)
        self.assertNotIn("inner", self.daemon.log())


if __name__ == "__main__":
    unittest.main()
