"""Clients that do to TLS what they should not: leave, dawdle, send nonsense, come in crowds."""

import os
import re
import signal
import socket
import ssl
import struct
import time
import unittest

import crowd
import service
import tls_records
import wire
from service_test import POX, POX_BODY, request
from tls_records import ALERT, CHANGE_CIPHER_SPEC, HANDSHAKE, record
from tls_test import NAME, TlsTest

VERSIONS = (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)
HALF_KEY_UPDATE = bytes([24, 0, 0, 1])  # without its last byte


class FaultTest(TlsTest):
    """Looks at what the daemon holds open."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.daemon.wait_log(r"^signpostd: .* workers$")
        cls.descriptors = cls.count_descriptors()

    @classmethod
    def count_descriptors(cls):
        return len(os.listdir("/proc/%d/fd" % cls.daemon.process.pid))

    def cpu_seconds(self):
        with open("/proc/%d/stat" % self.daemon.process.pid, encoding="ascii") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def gauge(self, name="signpost_connections"):
        text = self.daemon.get("/-/metrics").body.decode()
        return int(re.search(r"(?m)^%s (\d+)$" % re.escape(name), text).group(1))

    def wait_all_closed(self, seconds):
        """Nothing is left of anybody: the one connection is that which asks."""
        service.wait_until(lambda: self.count_descriptors() <= self.descriptors and
                           self.gauge() == 1, seconds,
                           "all descriptors and places are given back")

    def check_served(self):
        with self.connect() as connection:
            self.check_answer(connection)

    def check_idle(self, seconds=0.3):
        """Nothing is burnt while nothing happens."""
        used = self.cpu_seconds()
        time.sleep(seconds)  # what is measured is what happens meanwhile
        self.assertLess(self.cpu_seconds() - used, seconds / 3)

    def reset(self, connection):
        connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()

    def narrow(self):
        """A connection of somebody who takes little at a time."""
        connection = self.sealing()
        connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        return connection

    def fill(self, connection):
        """Asks without reading, until the daemon takes no more."""
        data = connection.sealed(request(NAME, "/page.css") * 200)
        connection.socket.settimeout(0.2)
        try:
            for _ in range(1000):
                connection.send_raw(data)
                data = connection.sealed(request(NAME, "/page.css") * 200)
        except socket.timeout:
            return
        self.fail("it takes everything")


class Vanishing(FaultTest):
    """A client that is gone, orderly or not, in each state."""

    keys = {"http_timeout": "1"}

    def states(self, version):
        """Connections, each left in another state."""
        hello = self.hello(version=version)
        yield hello
        hello = self.hello(version=version)
        hello.send_raw(hello.step()[:50])
        yield hello
        hello = self.hello(version=version)
        hello.send_raw(hello.step())
        yield hello
        hello = self.hello(version=version)
        hello.send_raw(hello.step())
        hello.receive_raw(time.monotonic() + hello.deadline)
        hello.send_raw(hello.step()[:10])
        yield hello
        yield self.connect(version=version)
        for data in (request(NAME)[:30], request("kunde.example", POX, "POST", POX_BODY)[:-10]):
            connection = self.connect(version=version)
            connection.send(data)
            yield connection
        for size in (3, 5, 20):
            connection = self.connect(version=version)
            connection.send_raw(connection.sealed(request(NAME))[:size])
            yield connection
        connection = self.connect(version=version)
        connection.send(request(NAME))
        yield connection
        connection = self.connect(version=version)
        self.check_answer(connection)
        yield connection
        connection = self.connect(version=version)
        connection.send(request(NAME) * 100)
        connection.receive_raw(time.monotonic() + connection.deadline)
        yield connection

    def leave_all(self, leave):
        for version in VERSIONS:
            for connection in self.states(version):
                leave(connection)
        self.check_served()
        self.wait_all_closed(5)

    def test_closed(self):
        self.leave_all(lambda connection: connection.close())

    def test_reset(self):
        self.leave_all(self.reset)

    def test_silent(self):
        """They are still there, but say and take nothing: cut, and no work meanwhile."""
        kept = []
        self.leave_all(kept.append)
        for connection in kept:
            connection.close()

    def test_while_answers_are_blocked(self):
        for leave in (lambda connection: connection.close(), self.reset, lambda _: None):
            connection = self.narrow()
            self.fill(connection)
            self.check_idle()
            leave(connection)
            self.wait_all_closed(8)
            connection.close()


class Slow(FaultTest):
    """All that goes on for longer than http.timeout is cut, however steadily it goes on."""

    keys = {"http_timeout": "1", "http_workers": "1"}

    def check_cut(self, connection, data):
        """A byte every 30 ms; others are served."""
        start = time.monotonic()
        connection.socket.settimeout(0.03)
        for position in range(len(data)):
            try:
                connection.send_raw(data[position:position + 1])
                if connection.socket.recv(4096) == b"":
                    break
            except socket.timeout:
                continue
            except ConnectionError:
                break
        else:
            self.fail("all %d bytes were taken" % len(data))
        self.assertLess(time.monotonic() - start, 2.5 * service.SLOWER)
        connection.close()
        self.check_served()
        self.wait_all_closed(3)

    def test_handshake(self):
        for version in VERSIONS:
            hello = self.hello(version=version)
            self.check_cut(hello, hello.step())

    def test_header(self):
        connection = self.connect()
        self.check_cut(connection, connection.sealed(request(NAME)) +
                       connection.sealed(request(NAME)))

    def test_header_in_small_records(self):
        connection = self.connect()
        data = b"".join(connection.sealed(request(NAME)[i:i + 1]) for i in range(20))
        self.check_cut(connection, data)

    def test_body(self):
        connection = self.connect()
        data = request("kunde.example", POX, "POST", POX_BODY)
        connection.send(data[:-len(POX_BODY)])
        self.check_cut(connection, b"".join(connection.sealed(data[i:i + 1])
                                            for i in range(-len(POX_BODY), 0)))

    def test_reading(self):
        connection = self.narrow()
        self.fill(connection)
        self.wait_all_closed(6)
        connection.close()


class Nonsense(FaultTest):
    """What is no TLS, or should not be: the connection ends, the daemon does not mind."""

    keys = {"http_timeout": "2", "http_workers": "1"}

    def check_refused(self, *parts):
        """Closed at once; no byte of an answer in the clear."""
        for in_one in (True, False):
            with self.subTest(parts[0][:20], in_one=in_one):
                connection = self.hello()
                try:
                    for part in [b"".join(parts)] if in_one else parts:
                        connection.send_raw(part)
                    start = time.monotonic()
                    while connection.receive_raw(start + connection.deadline):
                        pass
                    self.assertLess(time.monotonic() - start, 1 * service.SLOWER)
                except ConnectionError:
                    pass
                connection.close()
                self.assertNotIn(b"HTTP/", connection.raw)
                self.assertLessEqual(len(connection.raw), 7)

    def test_instead_of_a_hello(self):
        self.check_refused(b"GET / HTTP/1.1\r\nHost: kunde.example\r\n\r\n")
        self.check_refused(b"\x80\x2e\x01\x00\x02\x00\x15\x00\x00\x00\x10" + bytes(37))  # SSLv2
        self.check_refused(b"\0" * 100)
        self.check_refused(b"\xff" * 5000)
        self.check_refused(bytes(range(256)) * 100)
        self.check_refused(record(HANDSHAKE, b"\xff" * 0x100))
        self.check_refused(b"\x16\x03\x01\xff\xff" + b"\1" * 100)
        self.check_refused(b"\x16\x03\x01\x48\x01" + b"\1" * 0x4801)
        self.check_refused(record(ALERT, b"\2\x28"))
        self.check_refused(*[record(ALERT, b"\1\x5a")] * 1000)
        self.check_refused(*[record(HANDSHAKE, b"")] * 1000)
        self.check_refused(*[record(CHANGE_CIPHER_SPEC, b"\1")] * 1000)
        self.check_refused(record(23, b"GET / HTTP/1.1\r\n\r\n"))
        self.check_served()
        self.wait_all_closed(5)

    def test_hello_of_a_huge_length(self):
        """16 MiB are announced, and never come."""
        hello = self.hello()
        hello.send_raw(record(HANDSHAKE, b"\1\xff\xff\xff" + bytes(4000)))
        start = time.monotonic()
        while hello.receive_raw(start + hello.deadline):
            pass
        self.assertLess(time.monotonic() - start, 1 * service.SLOWER)
        hello.close()

    def check_sealed(self, *records):
        """After the handshake, and after an answer. What matters is that all goes on."""
        for asked in (False, True):
            with self.sealing() as connection:
                if asked:
                    self.check_answer(connection)
                try:
                    connection.send_raw(b"".join(make(connection.sealer) for make in records))
                    connection.send(request(NAME))
                    answer = connection.answer()
                    self.assertIn(answer and answer.status, (None, 200, 400, 414))
                except (ConnectionError, ssl.SSLError):
                    pass

    def test_behind_the_handshake(self):
        for records in ([lambda s: s.record(23, b"")] * 1000,
                        [lambda s: s.record(ALERT, b"\1\0")],
                        [lambda s: s.record(ALERT, b"\2\x50")],
                        [lambda s: s.record(ALERT, b"\1\x5a")] * 1000,
                        [lambda s: s.record(ALERT, b"\1")],
                        [lambda s: s.record(HANDSHAKE, b"\1\0\0\0")],
                        [lambda s: s.record(HANDSHAKE, b"\x18\0\0\0")],
                        [lambda s: s.record(HANDSHAKE, b"\x18\0\0\1\7")],
                        [lambda s: s.record(HANDSHAKE, b"\x18\xff\xff\xff" + bytes(9))],
                        [lambda s: s.record(HANDSHAKE, b"\4\0\0\0")],
                        [lambda s: s.record(CHANGE_CIPHER_SPEC, b"\1")],
                        [lambda s: record(CHANGE_CIPHER_SPEC, b"\1")] * 1000,
                        [lambda s: s.record(0, b"")], [lambda s: s.record(255, b"x")],
                        [lambda s: s.record(23, bytes(16384))],
                        [lambda s: s.record(23, bytes(17000))],
                        [lambda s: s.record(23, b"x")[:-1] + b"x"],
                        [lambda s: record(23, b"")], [lambda s: record(23, bytes(16))],
                        [lambda s: b"\x17\x03\x03\xff\xff" + bytes(100)],
                        [lambda s: s.key_update(False)] * 2000,
                        [lambda s: s.key_update(True)] * 2000):
            self.check_sealed(*records)
        self.check_served()
        self.wait_all_closed(5)

    def test_half_a_key_update(self):
        """Behind a request, whose answer cannot go out before the rest of it comes in."""
        connection = self.sealing()
        connection.send_raw(connection.sealed(request(NAME)) +
                            connection.sealer.record(HANDSHAKE, HALF_KEY_UPDATE))
        self.check_idle()
        secret = tls_records.expand(connection.sealer.secret, b"traffic upd", 32)
        connection.send_raw(connection.sealer.record(HANDSHAKE, b"\0"))
        connection.sealer.set_secret(secret)
        self.assertEqual(connection.answer().status, 200)
        self.check_answer(connection)
        connection.close()

    def test_half_a_key_update_for_ever(self):
        connection = self.sealing()
        connection.send_raw(connection.sealed(request(NAME)) +
                            connection.sealer.record(HANDSHAKE, HALF_KEY_UPDATE))
        self.check_idle()
        self.wait_all_closed(5)
        connection.close()

    def test_key_update_while_blocked(self):
        connection = self.narrow()
        self.fill(connection)
        try:
            connection.send_raw(connection.sealer.key_update(True))
        except OSError:
            pass
        self.check_idle()
        connection.close()
        self.wait_all_closed(5)

    def test_no_name_leaves_nothing(self):
        before = self.gauge('signpost_tls_handshakes_failed_total{reason="no_certificate"}')
        for _ in range(100):
            hello = self.hello("nobody.example")
            hello.send_raw(hello.step())
            self.reset(hello)
        service.wait_until(
            lambda: self.gauge('signpost_tls_handshakes_failed_total{reason="no_certificate"}') >
            before, 5, "some have been looked at")
        self.wait_all_closed(5)


class Full(FaultTest):
    """As many connections as there may be: the idle make room."""

    keys = {"http_connections": "16", "http_workers": "1", "http_timeout": "30"}

    def plain(self):
        return self.daemon.connect()

    def half_hello(self):
        hello = self.hello()
        hello.send_raw(hello.step()[:20])
        return hello

    def check_newcomers(self, ask, *kinds):
        """All places are taken by these; then somebody asks."""
        held = [kinds[number % len(kinds)]() for number in range(16)]
        for connection in held:
            self.addCleanup(connection.close)
        start = time.monotonic()
        ask()
        self.assertLess(time.monotonic() - start, 6 * service.SLOWER)
        for connection in held:
            connection.close()
        self.wait_all_closed(5)

    def check_plain(self):
        with self.plain() as connection:
            connection.send(request(NAME))
            self.assertEqual(connection.answer().status, 200)

    def test_plain(self):
        self.check_newcomers(self.check_served, self.plain)

    def test_tls(self):
        self.check_newcomers(self.check_plain, self.connect)

    def test_handshakes(self):
        self.check_newcomers(self.check_plain, self.half_hello)

    def test_all_kinds(self):
        self.check_newcomers(self.check_served, self.plain, self.connect, self.half_hello)


class PerAddress(FaultTest):
    keys = {"http_connections_per_address": "8", "http_workers": "2"}

    def test_limit(self):
        """The ninth is closed at once, whatever the eight are; then all is free again."""
        for _ in range(3):
            held = [self.connect() if number % 2 else self.daemon.connect() for number in range(8)]
            for connection in held:
                connection.send(request(NAME))
                self.assertEqual(connection.answer().status, 200)
            for _ in range(5):
                start = time.monotonic()
                for connect in (self.daemon.connect, self.connect):
                    with self.assertRaises((ConnectionError, wire.WireError)):
                        with connect() as connection:
                            connection.send(request(NAME))
                            if connection.answer() is None:
                                raise ConnectionError
                self.assertLess(time.monotonic() - start, 1 * service.SLOWER)
            self.check_answer(held[1])
            for connection in held:
                connection.close()
            service.wait_until(self.is_free, 5, "the places are given back")

    def is_free(self):
        try:
            return self.gauge() == 1
        except (OSError, wire.WireError):
            return False


class Renewal(FaultTest):
    """Certificates that are replaced while clients ask."""

    keys = {"http_workers": "2"}

    def serial(self):
        with self.connect() as connection:
            return connection.tls.getpeercert()["serialNumber"]

    def test_under_load(self):
        asked = crowd.questions(self.site, ["kunde.example", "zwei.example"])
        load = crowd.Crowd()
        load.add(2, self.site.port_tls, asked, False, crowd.tls_context(self.authority))
        load.add(1, self.site.port_tls, asked, True, crowd.tls_context(self.authority))
        with load:
            before = self.serial()
            start = time.monotonic()
            self.site.put_certificate("kunde.example")
            self.site.put_certificate("kunde.example")
            service.wait_until(lambda: self.serial() != before, 60, "the new one is used")
            load.wait_answered(50)
            self.assertLess(time.monotonic() - start, 60 * service.SLOWER)
        tally = load.tally()
        self.assertEqual(tally.failures, [])
        self.assertGreater(tally.answered, 50)


class Termination(FaultTest):
    """SIGTERM while clients are in every state."""

    keys = {"http_timeout": "30"}

    def test_end(self):
        hello = self.hello()
        hello.send_raw(hello.step()[:20])
        asked = self.connect()
        asked.send(request(NAME)[:20])
        idle = self.connect()
        self.check_answer(idle)
        many = self.connect()
        many.send(request(NAME) * 50)
        start = time.monotonic()
        self.daemon.process.terminate()
        answered = 0
        try:
            while many.answer():
                answered += 1
        except wire.WireError as error:
            self.fail(error)
        self.assertGreater(answered, 0)
        self.assertEqual(self.daemon.stop(), 0)
        self.assertLess(time.monotonic() - start, 4 * service.SLOWER)
        for connection in (hello, asked, idle, many):
            connection.close()


class TerminationInQueue(FaultTest):
    """SIGTERM while many have connected that nobody has taken in yet: all are answered."""

    keys = {"http_workers": "1"}

    def test_end(self):
        self.daemon.process.send_signal(signal.SIGSTOP)
        plain = [self.daemon.connect() for _ in range(40)]
        secure = [self.hello() for _ in range(40)]
        for connection in plain:
            connection.send(request(NAME))
        for connection in secure:
            connection.send_raw(connection.step())
        self.daemon.process.terminate()
        self.daemon.process.send_signal(signal.SIGCONT)
        for connection in secure:
            connection.shake_hands()
            connection.send(request(NAME))
        for connection in plain + secure:
            self.assertEqual(connection.answer().status, 200)
            connection.close()
        self.assertEqual(self.daemon.stop(), 0)


if __name__ == "__main__":
    unittest.main()
