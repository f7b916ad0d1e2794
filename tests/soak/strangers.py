"""Strangers who mean no good: slow ones, and ones that send what no program sends."""

import contextlib
import glob
import os
import random
import re
import resource
import selectors
import socket
import ssl
import threading
import time

import crowd
import request_file
import service
import wire
from lab import HERE, PAGE, Lab, check, raise_descriptors, sources

TIMEOUT = 2  # seconds: [http] timeout of these scenarios
SLACK = 1.5  # how much later a connection may be cut, since two cores do all of this
GREEDY = 256  # clients that do not read
TESTS = os.path.dirname(HERE)
RATE = 1000  # malformed requests a second


# Slow ones

class Slow:
    """One connection that sends a byte now and then, until the service has enough of it."""

    def __init__(self, port, source, at_once, slowly):
        self.socket = socket.create_connection(("127.0.0.1", port), 10, (source, 0))
        self.socket.setblocking(False)
        self.slowly = slowly
        self.position = 0
        self.began = time.monotonic()
        self.try_send(at_once)

    def try_send(self, data):
        try:
            self.socket.send(data)
        except OSError:
            pass

    def step(self):
        self.try_send(self.slowly[self.position:self.position + 1])
        self.position = (self.position + 1) % len(self.slowly)

    def is_over(self):
        """Whether the service has closed; what it sends before that is not looked at."""
        try:
            while self.socket.recv(65536):
                pass
            return True
        except BlockingIOError:
            return False
        except OSError:
            return True


def slow_crowd(seconds, make_slow, tls=False):
    """Keeps 256 slow ones there, at one byte in 0.2 s; how long the longest stayed, how many."""
    raise_descriptors()
    longest, cut = 0.0, 0
    with Lab(http_timeout=str(TIMEOUT)) as lab:
        port = lab.site.port_tls if tls else lab.site.port
        places = list(sources(256, 64))
        slow = [make_slow(lab, port, source) for source in places]
        until = time.monotonic() + max(seconds, TIMEOUT + SLACK + 1)
        while time.monotonic() < until:
            time.sleep(0.2)
            for number, one in enumerate(slow):
                if one.is_over():
                    longest = max(longest, time.monotonic() - one.began)
                    cut += 1
                    one.socket.close()
                    slow[number] = make_slow(lab, port, places[number])
                else:
                    one.step()
            oldest = max(time.monotonic() - one.began for one in slow)
            check(oldest < (TIMEOUT + SLACK) * service.SLOWER,
                  "one is open for %.1f s, though [http] timeout is %d s", oldest, TIMEOUT)
        for one in slow:
            one.socket.close()
        check(cut >= len(slow), "%d were cut", cut)
        text = lab.good_text()
    return "%d cut, the last after %.1f s (timeout %d s); %s" % (cut, longest, TIMEOUT, text)


def slow_header(seconds):
    def make(lab, port, source):
        return Slow(port, source, b"GET / HTTP/1.1\r\nHost: %s\r\nX: " % lab.domains[0].encode(),
                    b"x")
    return slow_crowd(seconds, make)


def slow_body(seconds):
    def make(lab, port, source):
        return Slow(port, source, b"POST /autodiscover/autodiscover.xml HTTP/1.1\r\nHost: %s\r\n"
                    b"Content-Length: 15000\r\n\r\n<" % lab.domains[0].encode(), b"x")
    return slow_crowd(seconds, make)


def slow_reading(seconds):
    """Many questions, and nobody reads the answers: such a client holds a connection, no more."""
    raise_descriptors()
    with Lab(http_timeout=str(TIMEOUT)) as lab:
        lab.crowd.wait_answered(50)
        memory, kernel, descriptors_before = lab.memory(), socket_memory(), lab.descriptors()
        over = time.monotonic() + seconds
        rounds, most, most_kernel, longest = 0, 0, 0, 0.0
        while rounds == 0 or time.monotonic() < over:
            greedy = [open_greedy(lab, source) for source in sources(GREEDY, 64)]
            began = time.monotonic()
            while lab.descriptors() > descriptors_before + 32:
                most = max(most, lab.memory() - memory)
                most_kernel = max(most_kernel, socket_memory() - kernel)
                longest = time.monotonic() - began
                check(longest < 20 * service.SLOWER, "still there after %.0f s", longest)
                time.sleep(0.05)
            for connection in greedy:
                connection.close()
            rounds += 1
        text = lab.good_text()
    each = most_kernel / GREEDY / 1024
    check(each < 1024, "%.0f kB of the kernel's memory for each client that does not read", each)
    return "%d of them, all cut after %.1f s (timeout %d s); each takes %.0f kB of the service's " \
        "memory, %.0f kB of the kernel's; %s" % (GREEDY * rounds, longest, TIMEOUT,
                                                 most / GREEDY / 1024, each, text)


def socket_memory():
    """Bytes of the kernel's memory in TCP sockets, of both ends."""
    with open("/proc/net/sockstat", encoding="ascii") as file:
        return int(re.search(r"TCP: .* mem (\d+)", file.read()).group(1)) * PAGE


def open_greedy(lab, source):
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.bind((source, 0))
    connection.connect(("127.0.0.1", lab.site.port))
    connection.setblocking(False)
    data = lab.questions[0].kept * 50
    try:
        for _ in range(100):
            connection.send(data)
    except OSError:
        pass  # it takes no more
    return connection


# TLS

def client_hello(name):
    """The first bytes of a handshake, as a real client sends them."""
    outgoing = ssl.MemoryBIO()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    stream = context.wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname=name)
    try:
        stream.do_handshake()
    except ssl.SSLWantReadError:
        pass
    return outgoing.read()


def half_open(seconds):
    """Handshakes that stop: before the first byte, within the hello, after it, byte by byte."""
    hello = client_hello("autoconfig.kunde0.example")
    parts = [b"", hello[:3], hello[:5], hello[:100], hello[:-1], hello]
    number = 0

    def make(_lab, port, source):
        nonlocal number
        number += 1
        part = parts[number % len(parts)]
        # a whole hello is followed by nothing: other bytes would be an error of their own
        rest = hello[len(part):] if len(part) < len(hello) else b""
        one = Slow(port, source, part, rest or b" ")
        if not rest or number % 2:
            one.step = lambda: None
        return one
    return slow_crowd(seconds, make, tls=True)


def garbage_pieces(chance):
    """Bytes that are no handshake, and a name for each."""
    hello = client_hello("autoconfig.kunde0.example")
    broken = bytearray(hello)
    for _ in range(8):
        broken[chance.randrange(len(broken))] = chance.randrange(256)
    return (
        ("random bytes", chance.randbytes(chance.randrange(1, 2000))),
        ("a request in plain HTTP", b"GET / HTTP/1.1\r\nHost: kunde0.example\r\n\r\n"),
        ("a record of 64 kB", b"\x16\x03\x01\xff\xff" + chance.randbytes(3000)),
        ("an empty record", b"\x16\x03\x01\x00\x00" * 200),
        ("an alert", b"\x15\x03\x03\x00\x02\x02\x28"),
        ("data before the handshake", b"\x17\x03\x03\x00\x20" + chance.randbytes(32)),
        ("SSL 2", b"\x80\x2e\x01\x00\x02\x00\x15\x00\x00\x00\x10" + chance.randbytes(37)),
        ("SSL 3", b"\x16\x03\x00" + hello[3:]),
        ("a changed hello", bytes(broken)),
        ("a hello, then garbage", hello + chance.randbytes(500)),
        ("two hellos", hello + hello),
        ("a hello in records of a byte",
         b"".join(b"\x16\x03\x01\x00\x01" + hello[i:i + 1] for i in range(5, len(hello)))),
        ("a name of 255 bytes", client_hello(".".join(["a" * 49] * 5))),
        ("the end at once", b""),
    )


def send_garbage(lab, source, data):
    """Sends it, says that this is all, and waits for the end; seconds that this took."""
    began = time.monotonic()
    with wire.Connection(lab.site.port_tls, TIMEOUT + SLACK, source=source) as connection:
        connection.send_while_reading(data)
        connection.finish()
        while connection.receive(began + (TIMEOUT + SLACK) * service.SLOWER):
            pass
    return time.monotonic() - began


class Sender(threading.Thread):
    """Calls send(number) at a steady rate until it is stopped."""

    def __init__(self, send, rate, first, step):
        super().__init__(daemon=True)
        self.send, self.rate, self.number, self.step = send, rate, first, step
        self.stopped = threading.Event()
        self.count, self.slowest, self.failures = 0, 0.0, []

    def run(self):
        due = time.monotonic()
        while not self.stopped.is_set():
            began = time.monotonic()
            try:
                self.send(self.number)
            except (OSError, wire.WireError) as error:
                self.failures.append("%d: %r" % (self.number, error))
            self.slowest = max(self.slowest, time.monotonic() - began)
            self.number += self.step
            self.count += 1
            due = max(due + 1 / self.rate, time.monotonic() - 1)
            self.stopped.wait(max(0.0, due - time.monotonic()))


def send_all(send, rate, seconds, threads=8):
    """How many were sent, the seconds that the slowest took; AssertionError if one failed."""
    senders = [Sender(send, rate / threads, first, threads) for first in range(threads)]
    for sender in senders:
        sender.start()
    time.sleep(seconds)
    for sender in senders:
        sender.stopped.set()
    for sender in senders:
        sender.join(30)
    failures = [text for sender in senders for text in sender.failures]
    check(not failures, "%d failed: %s", len(failures), failures[:5])
    return sum(sender.count for sender in senders), max(sender.slowest for sender in senders)


def tls_garbage(seconds):
    raise_descriptors()
    chance = random.Random(1)
    pieces = [piece for _ in range(50) for piece in garbage_pieces(chance)]
    places = list(sources(512, 64))
    with Lab(http_timeout=str(TIMEOUT)) as lab:
        lab.crowd.wait_answered(20)
        count, slowest = send_all(
            lambda number: send_garbage(lab, places[number % len(places)],
                                        pieces[number % len(pieces)][1]), 500, seconds)
        text = lab.good_text()
    return "%d handshakes of garbage, %.0f/s, each ended within %.2f s; %s" % (
        count, count / seconds, slowest, text)


# Malformed requests

def corpus():
    """What fuzzing and our own tests have found worth sending, in the places where it belongs."""
    requests = []
    for path in sorted(glob.glob(os.path.join(TESTS, "fuzz", "*.in", "*"))):
        with open(path, "rb") as file:
            data = file.read()
        requests.append(data)
        requests.append(b"GET " + data + b" HTTP/1.1\r\nHost: kunde0.example\r\n\r\n")
        requests.append(b"GET / HTTP/1.1\r\nHost: " + data + b"\r\n\r\n")
        requests.append(b"POST /autodiscover/autodiscover.xml HTTP/1.1\r\nHost: kunde0.example\r\n"
                        b"Content-Length: %d\r\n\r\n" % len(data) + data)
        requests.append(b"POST / HTTP/1.1\r\nHost: setup.hosting.example\r\nContent-Type: "
                        b"application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n"
                        % len(data) + data)
    for request in request_file.load(os.path.join(TESTS, "scenario", "requests")):
        requests.append(request.data)
        requests.append(request.data.replace(b"\r\n", b"\n"))
        requests.append(request.data[:len(request.data) // 2])
    random.Random(2).shuffle(requests)
    return requests


def send_malformed_tls(lab, source, data):
    """Whatever comes back is whole answers, up to the end."""
    with crowd.Connection(lab.site.port_tls, 5, lab.tls, "autoconfig." + lab.domains[0],
                          source) as connection:
        until = time.monotonic() + 5 * service.SLOWER
        connection.send(data)
        connection.finish()
        while connection.receive(until):
            pass
        check_whole(connection.received, data)


class Flood(threading.Thread):
    """Sends malformed requests over plain HTTP at a steady rate, and waits for none of them: a
    part of a request may keep its connection until the timeout."""

    def __init__(self, lab, requests, rate):
        super().__init__(daemon=True)
        self.lab, self.requests, self.rate = lab, requests, rate
        self.selector = selectors.DefaultSelector()
        self.stopped = threading.Event()
        self.count, self.most_open, self.failures = 0, 0, []

    def run(self):
        places = list(sources(4096, 64))
        due = time.monotonic()
        while not self.stopped.is_set() or self.selector.get_map():
            now = time.monotonic()
            if not self.stopped.is_set() and now >= due:
                self.open_one(places[self.count % len(places)])
                due = max(due + 1 / self.rate, now - 1)
            for key, _ in self.selector.select(0 if now >= due else min(0.01, due - now)):
                self.read(key.fileobj, key.data)
            self.most_open = max(self.most_open, len(self.selector.get_map()))
            if self.stopped.is_set() and now > due + 30 * service.SLOWER:
                self.failures.append("%d stay open" % len(self.selector.get_map()))
                return

    def open_one(self, source):
        data = self.requests[self.count % len(self.requests)]
        self.count += 1
        try:
            one = socket.create_connection(("127.0.0.1", self.lab.site.port), 5, (source, 0))
        except OSError as error:
            self.failures.append("connect: %r" % error)
            return
        with contextlib.suppress(OSError):  # it may have enough before the end
            one.sendall(data)
            one.shutdown(socket.SHUT_WR)
        one.setblocking(False)
        self.selector.register(one, selectors.EVENT_READ, [data, b""])

    def read(self, one, state):
        try:
            chunk = one.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            chunk = None  # a reset may take what was not yet read with it
        if chunk:
            state[1] += chunk
            return
        self.selector.unregister(one)
        one.close()
        try:
            if chunk is not None:
                check_whole(state[1], state[0])
        except wire.WireError as error:
            self.failures.append(str(error))


def without_second_head(received):
    """libmicrohttpd 0.9.75 answers a malformed Content-Length by itself, sends the head of this
    answer twice, and closes: known, and not ours to mend."""
    head, separator, rest = received.partition(b"\r\n\r\n")
    return rest if separator and rest.startswith(head + separator) else received


def check_whole(received, data):
    """Raises WireError if the bytes end within an answer; HEAD has bodies that are not there."""
    methods = [word.split(b" ")[0] for word in data.split(b"\n")]
    received = without_second_head(received)
    while received:
        try:
            _, received = wire.parse_answer(received, "GET")
        except wire.Incomplete:
            if b"HEAD" in methods and b"\r\n\r\n" in received:
                return
            raise wire.WireError("half an answer: %r to %r" % (received[:300], data[:300])) \
                from None
        except wire.WireError:
            if b"HEAD" in methods:
                return
            raise


def malformed(seconds):
    """A tenth of them over TLS."""
    raise_descriptors()
    requests = corpus()
    places = list(sources(512, 64))
    with Lab(http_timeout=str(TIMEOUT), good=1) as lab:
        lab.crowd.wait_answered(20)
        flood = Flood(lab, requests, RATE * 0.9)
        flood.start()
        count, _ = send_all(lambda number: send_malformed_tls(
            lab, places[number % len(places)], requests[number % len(requests)]),
            RATE * 0.1, seconds)
        flood.stopped.set()
        flood.join()
        check(not flood.failures, "%d failed: %s", len(flood.failures), flood.failures[:5])
        text = lab.good_text()
    return "%d malformed requests of %d kinds, %.0f/s, %d at most at one time; %s" % (
        count + flood.count, len(requests), (count + flood.count) / seconds, flood.most_open, text)


# Descriptors

def crowd_of_idle(lab):
    return [crowd.Connection(lab.site.port_tls if number % 4 == 0 else lab.site.port, 10,
                             source=source) for number, source in enumerate(sources(400, 50))]


def descriptors(seconds):
    """All are used up, by clients; once as it was started, and then by a limit that is lowered
    below what it counts on."""
    raise_descriptors()
    with Lab(good=0, wrap=["sh", "-c", 'ulimit -n 128; exec "$@"', "sh"],
             http_timeout="60") as lab:
        burnt, longest, rounds = 0.0, 0.0, 0
        until = time.monotonic() + seconds
        while rounds < 2 or time.monotonic() < until:
            limit = contextlib.nullcontext() if rounds % 2 == 0 else \
                lab.limited(resource.RLIMIT_NOFILE, lab.descriptors() + 8)
            with limit:
                idle = crowd_of_idle(lab)
                used = lab.cpu_seconds()
                time.sleep(0.5)
                burnt = max(burnt, lab.cpu_seconds() - used)
                for connection in idle:
                    connection.close()
            began = time.monotonic()
            lab.ask("plain")
            lab.ask("tls")
            longest = max(longest, time.monotonic() - began)
            rounds += 1
        check(burnt < 0.25 * service.SLOWER, "%.2f s of the processor in 0.5 s, for nothing", burnt)
        check(longest < 5 * service.SLOWER, "answers only after %.1f s", longest)
        lab.start_good(1)
        lab.crowd.wait_answered(10)
    return "400 connections for 128 descriptors, %d times: answers %.2f s after they left; " \
        "%.0f %% of a core meanwhile" % (rounds, longest, burnt / 0.5 * 100)
