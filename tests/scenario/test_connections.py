"""Connections as clients treat them: kept, filled, cut, held open, left alone."""

import os
import socket
import struct
import time
import unittest

import service
from service_test import AUTOCONFIG, DOMAINS, POX, POX_BODY, ServiceTest, request


class Connections(ServiceTest):
    keys = {"http_timeout": "2"}

    def test_keep_alive(self):
        with self.daemon.connect() as connection:
            for _ in range(50):
                for domain, server in (("kunde", "hosting"), ("enterprise", "enterprise")):
                    connection.send(request("autoconfig.%s.example" % domain))
                    answer = connection.answer()
                    self.assertFalse(answer.closes())
                    self.assertEqual(service.autoconfig_server(answer), "mail.%s.example" % server)

    def test_pipelining(self):
        """Several requests in one packet, answers in their order."""
        wanted = []
        data = b""
        for number in range(8):
            kind = number % 4
            data += (request("autoconfig.kunde.example"),
                     request("autodiscover.kunde.example", POX, "POST", POX_BODY),
                     request("autoconfig.enterprise.example", method="HEAD"),
                     request("autoconfig.unknown.example"))[kind]
            wanted.append(("GET", "POST", "HEAD", "GET")[kind])
        with self.daemon.connect() as connection:
            connection.send(data)
            answers = [connection.answer(method) for method in wanted]
            connection.finish()
            connection.end()
        self.assertEqual([answer.status for answer in answers], [200, 200, 200, 404] * 2)
        for number in (0, 4):
            self.assertEqual(service.autoconfig_server(answers[number]), "mail.hosting.example")
            self.assertIn(b"<Autodiscover", answers[number + 1].body)
            self.assertEqual(answers[number + 2].body, b"")

    def test_byte_by_byte(self):
        data = request("autodiscover.kunde.example", POX, "POST", POX_BODY)
        with self.daemon.connect() as connection:
            for position in range(len(data)):
                connection.send(data[position:position + 1])
            self.assertEqual(connection.answer("POST").status, 200)

    def test_half_closed(self):
        """A client that says at once that it has nothing more to send gets its answer."""
        with self.daemon.connect() as connection:
            connection.send(request("autoconfig.kunde.example"))
            connection.finish()
            self.assertEqual(connection.answer().status, 200)

    def test_clients_that_leave_within_a_request(self):
        """The end of the stream comes along with the bytes: what they held is given back."""
        for cut in (20, 100, 200):
            for _ in range(10):
                with self.daemon.connect() as connection:
                    connection.send(request("kunde.example", POX, "POST", POX_BODY)[:cut])
        start = time.monotonic()
        self.assertEqual(self.daemon.stop(), 0)
        self.assertLess(time.monotonic() - start, 1 * service.SLOWER)

    def test_many_parameters(self):
        """More of them than libmicrohttpd has memory for: answered, and nothing is kept of them."""
        for count in (100, 500, 1900):
            answer = self.daemon.get(AUTOCONFIG + "?" + "&" * count + "email=anna@kunde.example")
            self.assertEqual(service.autoconfig_server(answer), "mail.hosting.example", count)
        start = time.monotonic()
        self.assertEqual(self.daemon.stop(), 0)
        self.assertLess(time.monotonic() - start, 1 * service.SLOWER)

    def test_where_the_body_ends(self):
        """Whatever another reader of the headers might think is a body is never a request."""
        chunked = b"5\r\nhello\r\n0\r\n\r\n"
        for version, headers in (("1.1", "Content-Length : 18"),
                                 ("1.1", "Content-Length:\r\n 18"),
                                 ("1.1", "Transfer-Encoding : chunked"),
                                 ("1.1", "Transfer-Encoding:\r\n chunked"),
                                 ("1.1", "X: y\r\n Transfer-Encoding: chunked"),
                                 ("1.0", "Connection: keep-alive\r\nTransfer-Encoding: chunked")):
            data = "POST %s HTTP/%s\r\nHost: kunde.example\r\n%s\r\n\r\n" % (POX, version, headers)
            with self.subTest(headers), self.daemon.connect() as connection:
                connection.send(data.encode() + chunked + request("autoconfig.kunde.example"))
                answer = connection.answer("POST")
                self.assertEqual((answer.status, answer.closes()), (400, True))
                self.assertIsNone(connection.answer())

    def test_clients_that_close_early(self):
        for number in range(100):
            with self.daemon.connect() as connection:
                connection.send(request("autoconfig.kunde.example") * 20)
                if number % 2:  # a reset, with answers on their way
                    connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                                 struct.pack("ii", 1, 0))
        for cut in (1, 20, 100, 200):
            with self.daemon.connect() as connection:
                connection.send(request("kunde.example", POX, "POST", POX_BODY)[:cut])
        self.assertEqual(self.served_by("kunde.example"), "mail.hosting.example")


class SlowClients(ServiceTest):
    keys = {"http_timeout": "1", "http_workers": "1"}

    def check_cut(self, at_once, slowly):
        """Sends a byte every tenth of a second until the service closes; others are served."""
        start = time.monotonic()
        with self.daemon.connect() as slow:
            slow.send(at_once)
            slow.socket.settimeout(0.1)
            for position in range(len(slowly)):
                try:
                    slow.socket.send(slowly[position:position + 1])
                    if slow.socket.recv(4096) == b"":
                        return
                except socket.timeout:
                    pass
                except ConnectionError:
                    return
                asked = time.monotonic()
                self.assertEqual(self.served_by("kunde.example"), "mail.hosting.example")
                self.assertLess(time.monotonic() - asked, 0.5 * service.SLOWER)
                if time.monotonic() - start > 4 * service.SLOWER:
                    self.fail("still open after %g s" % (time.monotonic() - start))
            self.fail("all %d bytes were taken" % len(slowly))

    def test_slow_from_the_start(self):
        self.check_cut(b"", request("autoconfig.kunde.example", headers=["X: " + "x" * 1000]))

    def test_slow_header(self):
        data = request("autoconfig.kunde.example", headers=["X-Slow: " + "x" * 1000])
        self.check_cut(data[:100], data[100:])

    def test_slow_body(self):
        data = request("kunde.example", POX, "POST", POX_BODY)
        self.check_cut(data[:-len(POX_BODY)], data[-len(POX_BODY):])

    def test_tls_on_the_wrong_port(self):
        """The first bytes of a TLS handshake: no line ever ends."""
        with self.daemon.connect() as connection:
            connection.send(bytes.fromhex("16030100c8010000c40303") + b"attacker" * 20)
            self.assertIsNone(connection.answer())

    def test_silent(self):
        with self.daemon.connect() as silent:
            self.assertIsNone(silent.answer())

    def test_client_that_does_not_read(self):
        """Many requests whose answers nobody takes: cut as well, and no hindrance."""
        with self.daemon.connect() as connection:
            connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.socket.settimeout(0.2)
            try:
                for _ in range(2000):
                    connection.socket.send(request("autoconfig.kunde.example") * 20)
            except OSError:
                pass
            self.assertEqual(self.served_by("kunde.example"), "mail.hosting.example")


class ConnectionLimit(ServiceTest):
    """At the limit those that are in are served, and after a close those that wait."""

    keys = {"http_connections": "16", "http_workers": "1", "http_timeout": "60"}

    def test_those_who_are_in(self):
        crowd = [self.daemon.connect() for _ in range(40)]
        self.addCleanup(lambda: [connection.close() for connection in crowd])
        answered = 0
        for connection in crowd[:15]:
            connection.send(request("autoconfig.kunde.example"))
            answered += connection.answer().status == 200
        self.assertEqual(answered, 15)

    def test_after_all_have_closed(self):
        for _ in range(20):
            crowd = [self.daemon.connect() for _ in range(20)]
            for connection in crowd:
                connection.close()
            with self.daemon.connect(3) as connection:
                connection.send(request("autoconfig.kunde.example"))
                self.assertEqual(connection.answer().status, 200)

    def test_after_one_has_closed(self):
        crowd = [self.daemon.connect() for _ in range(17)]
        self.addCleanup(lambda: [connection.close() for connection in crowd])
        crowd[-1].send(request("autoconfig.kunde.example"))
        crowd[3].close()
        self.assertEqual(crowd[-1].answer().status, 200)


class DescriptorLimit(unittest.TestCase):
    """Out of descriptors: no request is lost for ever, and the processor is not burnt."""

    def setUp(self):
        self.site = service.Site(domains=DOMAINS, http_timeout="60")
        self.addCleanup(self.site.remove)
        self.daemon = service.Daemon(self.site,
                                     wrap=["sh", "-c", 'ulimit -n 64; exec "$@"', "sh"])
        self.addCleanup(lambda: self.assertEqual(self.daemon.stop(), 0))

    def cpu_seconds(self):
        with open("/proc/%d/stat" % self.daemon.process.pid, encoding="ascii") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @unittest.skipIf(service.WRAP, "valgrind keeps descriptors of its own")
    def test_out_of_descriptors(self):
        for _ in range(3):
            crowd = [self.daemon.connect() for _ in range(100)]
            used = self.cpu_seconds()
            time.sleep(0.3)  # what is measured is what happens while nothing does
            burnt = self.cpu_seconds() - used
            for connection in crowd:
                connection.close()
            self.assertLess(burnt, 0.2, "seconds of the processor, for nothing")
            with self.daemon.connect(3) as connection:
                connection.send(request("kunde.example"))
                self.assertEqual(connection.answer().status, 200)


if __name__ == "__main__":
    unittest.main()
