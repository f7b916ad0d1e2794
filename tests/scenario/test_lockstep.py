"""Clients in lock-step: all ask at once, and none asks again before all have their answer.

libmicrohttpd's own epoll thread fetches 128 events at a time; when exactly 128 (256, ...) are
ready, it waits for more before it serves those it has, and everybody waits until some other event
comes. So the numbers around these are tried, for many rounds. To make sure that all requests lie
ready in one go, some rounds stop the process while they are sent. One worker, so that it gets all.
"""

import select
import signal
import time
import unittest

import service

REQUEST = b"GET /mail/config-v1.1.xml HTTP/1.1\r\nHost: autoconfig.kunde.example\r\n\r\n"
DEADLINE = 5.0 * service.SLOWER  # seconds a round may take; a stall lasts http.timeout
STOPPED_ROUNDS = 10
FREE_ROUNDS = 100


class Crowd:
    """Keep-alive clients that act as one."""

    def __init__(self, daemon, count):
        self.daemon = daemon
        self.connections = [daemon.connect() for _ in range(count)]
        self.by_number = {c.socket.fileno(): c.socket for c in self.connections}
        self.poll = select.epoll(count)
        for number, each in self.by_number.items():
            each.setblocking(False)
            self.poll.register(number, select.EPOLLIN)
        self.size = 0  # bytes of one answer

    def close(self):
        self.poll.close()
        for connection in self.connections:
            connection.close()

    def ask(self):
        for each in self.by_number.values():
            each.send(REQUEST)

    def round(self, stopped):
        """Seconds until all have their answers."""
        start = time.monotonic()
        if stopped:
            self.daemon.process.send_signal(signal.SIGSTOP)
        try:
            self.ask()
        finally:
            if stopped:
                self.daemon.process.send_signal(signal.SIGCONT)
        self.collect(start + DEADLINE)
        return time.monotonic() - start

    def collect(self, until):
        missing = dict.fromkeys(self.by_number, self.size)
        while missing:
            events = self.poll.poll(max(0.0, until - time.monotonic()))
            if not events:
                raise AssertionError("%d of %d clients have no answer after %g s" % (
                    len(missing), len(self.connections), DEADLINE))
            for number, _ in events:
                self.take(number, missing)

    def take(self, number, missing):
        data = self.by_number[number].recv(65536)
        if not data:
            raise AssertionError("closed")
        if number not in missing:
            raise AssertionError("bytes that nobody asked for")
        missing[number] -= len(data)
        if missing[number] < 0:
            raise AssertionError("an answer is longer than the first")
        if missing[number] == 0:
            if not data.endswith(b"</clientConfig>\n") and not data.endswith(b"</clientConfig>"):
                raise AssertionError("an answer ends in %r" % data[-50:])
            del missing[number]


class LockStep(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.site = service.Site(domains=[("kunde.example", "hosting")], http_workers="1")
        cls.daemon = service.Daemon(cls.site)
        with cls.daemon.connect() as connection:
            connection.send(REQUEST)
            until = time.monotonic() + connection.deadline
            while b"</clientConfig>" not in connection.received and connection.receive(until):
                pass
            cls.answer_size = len(connection.received)
            cls.answer = connection.answer()

    @classmethod
    def tearDownClass(cls):
        status = cls.daemon.stop()
        cls.site.remove()
        if status != 0:
            raise AssertionError("signpostd ended with %d" % status)

    def test_answer(self):
        self.assertEqual(service.autoconfig_server(self.answer), "mail.hosting.example")

    def run_rounds(self, count):
        crowd = Crowd(self.daemon, count)
        self.addCleanup(crowd.close)
        crowd.size = self.answer_size
        for number in range(STOPPED_ROUNDS + FREE_ROUNDS):
            try:
                crowd.round(stopped=number < STOPPED_ROUNDS)
            except AssertionError as error:
                self.fail("round %d: %s" % (number, error))


def add_tests():
    for count in (127, 128, 129, 130, 255, 256, 257):
        def test(self, count=count):
            self.run_rounds(count)
        setattr(LockStep, "test_%d_clients" % count, test)


add_tests()

if __name__ == "__main__":
    unittest.main()
