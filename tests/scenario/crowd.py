"""Clients that ask at full speed, over plain HTTP and TLS, and look at every answer whole.

An answer has to be 200 and byte for byte what `signpost show` prints for the domain; nothing else
counts as answered. What a connection ends like is told apart: "closed", "reset", or "cut", which is
TLS without its close_notify.
"""

import contextlib
import socket
import ssl
import threading
import time

import service
import wire

TARGET = "/mail/config-v1.1.xml"
KINDS = (("plain", False), ("plain", True), ("tls", False), ("tls", True))  # transport, kept open


class Question:
    """One request for a domain, and the only right answer to it."""

    def __init__(self, domain, body):
        self.host = "autoconfig." + domain
        self.body = body
        head = "GET %s HTTP/1.1\r\nHost: %s\r\n" % (TARGET, self.host)
        self.kept = (head + "\r\n").encode()
        self.single = (head + "Connection: close\r\n\r\n").encode()

    def fault(self, answer):
        """What is wrong with the answer, or None."""
        if answer.status != 200:
            return "status %d" % answer.status
        if answer.body != self.body:
            return "another document: %r" % answer.body[:300]
        return None


def question(site, domain):
    """The answer is taken from the command line, so the service under load is not its own judge."""
    shown = site.signpost("show", "anna@" + domain, "autoconfig")
    return Question(domain, shown.stdout.encode())


def questions(site, domains):
    return [question(site, domain) for domain in domains]


class Connection(wire.Connection):
    """Remembers how it ended; with tls (an ssl.SSLContext) it is one for name."""

    def __init__(self, port, deadline=10.0, tls=None, name=None, source=None):
        super().__init__(port, deadline, source=source)
        self.was_cut = False
        if tls:
            try:
                self.socket = tls.wrap_socket(self.socket, server_hostname=name,
                                              suppress_ragged_eofs=False)
            except BaseException:
                self.socket.close()
                raise

    def receive(self, until):
        try:
            return super().receive(until)
        except ssl.SSLEOFError:
            self.ended = self.was_cut = True
            return False

    def ending(self):
        if self.was_cut:
            return "cut"
        return "reset" if self.was_reset else "closed"

    def finish(self):
        """Below TLS, which has no such thing: the service sees a client that is gone half way."""
        with contextlib.suppress(OSError):
            socket.socket.shutdown(self.socket, socket.SHUT_WR)

    def send(self, data):
        """What cannot be sent any more may have an answer all the same."""
        with contextlib.suppress(BrokenPipeError, ConnectionResetError, ssl.SSLEOFError,
                                 ssl.SSLZeroReturnError):
            super().send(data)


class Tally:
    """What became of the requests of a client, or of many."""

    def __init__(self):
        self.answered = 0
        self.slowest = 0.0  # seconds
        self.repeated = {}  # how a connection that was kept ended before an answer: how often
        self.failures = []

    def add(self, other):
        self.answered += other.answered
        self.slowest = max(self.slowest, other.slowest)
        self.failures += other.failures
        for ending, count in other.repeated.items():
            self.repeated[ending] = self.repeated.get(ending, 0) + count

    def __str__(self):
        text = "%d answered, the slowest after %.3f s" % (self.answered, self.slowest)
        for ending, count in sorted(self.repeated.items()):
            text += ", %d repeated after %s" % (count, ending)
        return text + ", %d failed" % len(self.failures)


class Client(threading.Thread):
    """Asks until it is stopped. kept: as long on one connection as the service keeps it."""

    def __init__(self, port, asked, kept, tls=None, source=None, pause=0.0):
        super().__init__(daemon=True)
        self.port, self.asked, self.kept, self.tls = port, asked, kept, tls
        self.source, self.pause = source, pause
        self.tally = Tally()
        self.stopped = threading.Event()
        self.connection = None  # that is kept
        self.name_at = None  # whom it is to: another name needs another one with TLS

    def run(self):
        number = self.ident % len(self.asked)
        while not self.stopped.is_set():
            number = (number + 1) % len(self.asked)
            began = time.monotonic()
            try:
                self.ask(self.asked[number])
                self.tally.answered += 1
            except (OSError, wire.WireError) as error:
                self.tally.failures.append("%s %s after %.3f s: %r" % (
                    "tls" if self.tls else "plain", "kept" if self.kept else "single",
                    time.monotonic() - began, error))
                self.drop()
            self.tally.slowest = max(self.tally.slowest, time.monotonic() - began)
            if self.pause:
                self.stopped.wait(self.pause)
        self.drop()

    def drop(self):
        if self.connection:
            self.connection.close()
            self.connection = None

    def connect(self, question):
        return Connection(self.port, 10 * service.SLOWER, self.tls, question.host, self.source)

    def check(self, question, answer):
        fault = question.fault(answer)
        if fault:
            raise wire.WireError(fault)

    def ask(self, question):
        if self.kept:
            self.ask_kept(question)
        else:
            self.ask_once(question)

    def ask_once(self, question):
        with self.connect(question) as connection:
            connection.send(question.single)
            answer = connection.answer()
            if answer is None:
                raise wire.WireError("no answer: " + connection.ending())
            self.check(question, answer)
            connection.end()
            if connection.ending() != "closed":
                raise wire.WireError("answered, then " + connection.ending())

    def ask_kept(self, question):
        if self.connection and self.tls and self.name_at != question.host:
            self.drop()
        was_idle = self.connection is not None
        if not was_idle:
            self.connection = self.connect(question)
            self.name_at = question.host
        self.connection.send(question.kept)
        answer = self.connection.answer()
        if answer is None:
            ending = self.connection.ending()
            self.drop()
            if not was_idle:
                raise wire.WireError("no answer: " + ending)
            self.tally.repeated[ending] = self.tally.repeated.get(ending, 0) + 1
            self.ask_kept(question)
            return
        self.check(question, answer)
        if answer.closes():
            self.drop()


class Crowd:
    """Clients of all kinds at once, in threads."""

    def __init__(self):
        self.clients = []

    def add(self, count, *arguments, **more):
        for _ in range(count):
            self.clients.append(Client(*arguments, **more))

    def __enter__(self):
        for client in self.clients:
            client.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def answered(self):
        return sum(client.tally.answered for client in self.clients)

    def wait_answered(self, count, seconds=30):
        """Waits until so many more are answered."""
        wanted = self.answered() + count
        service.wait_until(lambda: self.answered() >= wanted, seconds,
                           "%d more answers: %s" % (count, self.tally()))

    def stop(self):
        for client in self.clients:
            client.stopped.set()
        for client in self.clients:
            client.join(60 * service.SLOWER)

    def tally(self):
        tally = Tally()
        for client in self.clients:
            tally.add(client.tally)
        return tally


def tls_context(authority):
    """Trusts the certificates in a file alone."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(authority)
    return context
