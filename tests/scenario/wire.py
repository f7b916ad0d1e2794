"""HTTP as it lies on the wire: requests go out as raw bytes, answers are read to the letter.

http.client forgives what a mail program may not: blanks, odd line ends, a wrong length, bytes
behind the body. Here all of that is a WireError.
"""

import re
import selectors
import socket
import time


class WireError(Exception):
    """The peer sent something that HTTP/1.1 does not allow, or nothing in time."""


class Incomplete(Exception):
    """More bytes are needed."""


STATUS_LINE = re.compile(rb"HTTP/1\.[01] ([1-5][0-9][0-9]) ([\x20-\x7e]*)\Z")
TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")
FIELD_VALUE = re.compile(rb"[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?\Z|\Z")  # no blank at an end
LENGTH = re.compile(r"(0|[1-9][0-9]*)\Z")
ONLY_ONCE = ("content-type", "content-length", "date", "location", "allow", "cache-control",
             "x-content-type-options", "content-disposition", "access-control-allow-origin")
HEAD_MAX = 8192


class Answer:
    """One answer: status, headers as [(name, value)], body, and the 1xx statuses before it."""

    def __init__(self, status, headers, body, interim, head):
        self.status = status
        self.headers = headers
        self.body = body
        self.interim = interim
        self.head = head  # the raw bytes before the body

    def header(self, name):
        for key, value in self.headers:
            if key.lower() == name.lower():
                return value
        return None

    def closes(self):
        return (self.header("Connection") or "").lower() == "close"


def parse_head(head):
    """(status, headers) of the bytes before the empty line, without their last CR LF."""
    lines = head.split(b"\r\n")
    for line in lines:
        if b"\r" in line or b"\n" in line:
            raise WireError("a line does not end with CR LF: %r" % line)
    found = STATUS_LINE.match(lines[0])
    if not found:
        raise WireError("not a status line: %r" % lines[0])
    headers = []
    for line in lines[1:]:
        name, colon, value = line.partition(b":")
        if not colon or not TOKEN.match(name):
            raise WireError("not a header line: %r" % line)
        if not value.startswith(b" ") or not FIELD_VALUE.match(value[1:]):
            raise WireError("odd bytes or blanks in the header line %r" % line)
        headers.append((name.decode("ascii"), value[1:].decode("ascii")))
    return int(found.group(1)), headers


def body_length(status, headers, method):
    names = [name.lower() for name, _ in headers]
    for name in ONLY_ONCE:
        if names.count(name) > 1:
            raise WireError("header %s is there %d times" % (name, names.count(name)))
    if "transfer-encoding" in names:
        raise WireError("Transfer-Encoding: answers are of known length")
    if 100 <= status < 200 or status in (204, 304):
        if "content-length" in names:
            raise WireError("Content-Length with status %d" % status)
        return 0
    if "content-length" not in names:
        raise WireError("no Content-Length")
    text = headers[names.index("content-length")][1]
    if not LENGTH.match(text):
        raise WireError("Content-Length %r" % text)
    return 0 if method == "HEAD" else int(text)


def parse_answer(data, method):
    """(Answer, rest) of the bytes received so far; Incomplete if more are needed."""
    interim = []
    while True:
        end = data.find(b"\r\n\r\n")
        if end < 0:
            if len(data) > HEAD_MAX:
                raise WireError("more than %d bytes of headers" % HEAD_MAX)
            raise Incomplete
        head, data = data[:end], data[end + 4:]
        status, headers = parse_head(head)
        length = body_length(status, headers, method)
        if status >= 200:
            break
        interim.append(status)
    if len(data) < length:
        raise Incomplete
    return Answer(status, headers, data[:length], interim, head), data[length:]


class Connection:
    """A connection to 127.0.0.1:port. Every wait has a deadline (seconds) and ends in WireError."""

    def __init__(self, port, deadline=10.0, address="127.0.0.1", source=None):
        self.deadline = deadline
        self.received = b""
        self.ended = False
        self.was_reset = False
        self.socket = socket.create_connection((address, port), timeout=deadline,
                                               source_address=source and (source, 0))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def finish(self):
        """Says that nothing more will be sent."""
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # the server was first

    def receive(self, until):
        """Waits for more bytes until that time; False at the end of the stream."""
        if self.ended:
            return False
        left = until - time.monotonic()
        if left <= 0:
            raise WireError("no answer in time; so far: %r" % self.received[-200:])
        self.socket.settimeout(left)
        try:
            data = self.socket.recv(65536)
        except socket.timeout:
            raise WireError("no answer in time; so far: %r" % self.received[-200:]) from None
        except ConnectionError:
            data = b""  # the server closed with our bytes unread
            self.was_reset = True
        self.received += data
        self.ended = not data
        return not self.ended

    def answer(self, method="GET"):
        """The next answer, or None if the server closed without a byte of one."""
        until = time.monotonic() + self.deadline
        while True:
            try:
                answer, self.received = parse_answer(self.received, method)
                return answer
            except Incomplete:
                if self.receive(until):
                    continue
                if not self.received:
                    return None
                raise WireError("closed within an answer: %r" % self.received[-200:]) from None

    def end(self):
        """Waits for the server to close; bytes that come before are a WireError."""
        until = time.monotonic() + self.deadline
        while self.receive(until):
            pass
        if self.received:
            raise WireError("bytes behind the answer: %r" % self.received[:200])

    def send_while_reading(self, data):
        """Sends data, reading along, since a server may answer before it has read all of it."""
        until = time.monotonic() + self.deadline
        self.socket.setblocking(False)
        with selectors.DefaultSelector() as selector:
            selector.register(self.socket, selectors.EVENT_READ | selectors.EVENT_WRITE)
            while data and not self.ended:
                events = selector.select(max(0.0, until - time.monotonic()))
                if not events:
                    raise WireError("the server takes no more bytes")
                data = self.send_some(data, events[0][1])
        return not data

    def send_some(self, data, events):
        try:
            if events & selectors.EVENT_READ:
                chunk = self.socket.recv(65536)
                self.received += chunk
                self.ended = not chunk
            if events & selectors.EVENT_WRITE:
                data = data[self.socket.send(data):]
        except BlockingIOError:
            pass
        except ConnectionError:
            self.ended = True
        return data


def get(port, target, host="kunde.example", headers=(), deadline=10.0, method="GET"):
    """One request on a connection of its own."""
    lines = ["%s %s HTTP/1.1" % (method, target), "Host: " + host, "Connection: close"]
    with Connection(port, deadline) as connection:
        connection.send("\r\n".join([*lines, *headers, "", ""]).encode("utf-8"))
        answer = connection.answer(method)
        if answer is None:
            raise WireError("closed without an answer to %s" % target)
        connection.end()
        return answer
