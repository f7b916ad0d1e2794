"""Name servers that do not keep to the rules, on loopback: each is a few lines in a table of what
it does with a datagram and with a connection.

    server = hostile.Hostile(udp=hostile.silent)
"""

import socket
import struct
import threading
import time

from relay import framed, receive_message
from server_process import free_port

QR, AA, TC = 0x8000, 0x0400, 0x0200
RD = 0x0100
OPCODE = 0x7800
A, SOA, TSIG, OPT, AXFR, IN, ANY = 1, 6, 250, 41, 252, 1, 255
ALGORITHM = b"\x0bhmac-sha256\0"


def question_of(message):
    """The question section, as it stands."""
    end = 12
    while message[end]:
        end += 1 + message[end]
    return message[12:end + 5]


def record(owner, kind, rdata, class_=IN, ttl=60):
    return owner + struct.pack("!HHIH", kind, class_, ttl, len(rdata)) + rdata


def address(last=1, owner=b"\xc0\x0c"):
    """An A record of the question's name."""
    return record(owner, A, bytes([192, 0, 2, last]))


def soa(serial=1, owner=b"\xc0\x0c"):
    return record(owner, SOA, b"\0\0" + struct.pack("!IIIII", serial, 3600, 600, 86400, 300))


def signature(mac=b"", error=0, other=b"", id_=0, when=None, name=b"\x08signpost\0"):
    return record(name, TSIG, ALGORITHM + (int(when or time.time())).to_bytes(6, "big")
                  + struct.pack("!HH", 300, len(mac)) + mac
                  + struct.pack("!HHH", id_, error, len(other)) + other, ANY, 0)


def answer(message, answers=None, additional=(), flags=0, rcode=0, id_=None, question=None,
           counts=None):
    """A good answer with one address, or one that is made worse."""
    answers = [address()] if answers is None else answers
    question = question_of(message) if question is None else question
    opcode = struct.unpack_from("!H", message, 2)[0] & (OPCODE | RD)
    head = struct.pack("!HHHHHH", struct.unpack_from("!H", message)[0] if id_ is None else id_,
                       (QR | AA | opcode | rcode) ^ flags, *(counts or (
                           1 if question else 0, len(answers), 0, len(additional))))
    return head + question + b"".join(answers) + b"".join(additional)


def other_id(message):
    return struct.unpack_from("!H", message)[0] ^ 1


class Hostile:
    """udp(server, message, client) and tcp(server, connection) do what they like; None: no socket
    there at all. A connection is closed when tcp returns."""

    def __init__(self, udp=None, tcp=None, host="127.0.0.1"):
        self.port, self.host, self.open = free_port(), host, True
        self.messages, self.ports, self.lock = [], [], threading.Lock()
        self.sockets = []
        if udp:
            self.udp = self.listen(socket.SOCK_DGRAM)
            threading.Thread(target=self.serve_udp, args=(udp,), daemon=True).start()
        if tcp:
            listener = self.listen(socket.SOCK_STREAM)
            threading.Thread(target=self.serve_tcp, args=(listener, tcp), daemon=True).start()

    def listen(self, kind):
        listener = socket.socket(socket.AF_INET, kind)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((self.host, self.port))
        if kind == socket.SOCK_STREAM:
            listener.listen(128)
        self.sockets.append(listener)
        return listener

    @property
    def text(self):
        return "%s:%d" % (self.host, self.port)

    def note(self, message, client):
        with self.lock:
            self.messages.append(message)
            self.ports.append(client[1])
            return len(self.messages)

    def serve_udp(self, what):
        while self.open:
            try:
                message, client = self.udp.recvfrom(65535)
            except OSError:
                return
            if not client:  # that was close()
                return
            self.note(message, client)
            threading.Thread(target=self.run, args=(what, message, client), daemon=True).start()

    def serve_tcp(self, listener, what):
        while self.open:
            try:
                connection = listener.accept()[0]
            except OSError:
                return
            threading.Thread(target=self.run_tcp, args=(what, connection), daemon=True).start()

    def run(self, what, *arguments):
        try:
            what(self, *arguments)
        except OSError:
            pass  # whoever asked has gone, which is what many of these try for

    def run_tcp(self, what, connection):
        with connection:
            self.run(what, connection)

    def send(self, message, client):
        self.udp.sendto(message, client)

    def close(self):
        self.open = False
        for one in self.sockets:
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # a datagram socket is not connected, and wakes up all the same
            one.close()


def sends(*makers):
    """UDP: so many datagrams for each that comes in."""
    def behave(server, message, client):
        for make in makers:
            server.send(make(message), client)
    return behave


def good(message):
    return answer(message)


def silent(server, message, client):
    """Says nothing."""


def other_port(server, message, client):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.bind((server.host, 0))
        stranger.sendto(answer(message), client)


def second_only(server, message, client):
    """The first datagram is lost."""
    if len(server.messages) > 1:
        server.send(answer(message), client)


def first_late(seconds):
    """Only the first datagram is answered, and late."""
    def behave(server, message, client):
        if len(server.messages) == 1:
            time.sleep(seconds)
            server.send(answer(message), client)
    return behave


def flood(server, message, client):
    """Garbage until nobody listens, and no answer."""
    while server.open:
        server.send(b"\xff" * 40, client)
        server.send(b"", client)
        server.send(answer(message, id_=other_id(message)), client)
        time.sleep(0.001)


def replies(*makers):
    """TCP: reads the question, sends so many messages, closes."""
    def behave(server, connection):
        message = receive_message(connection)
        for make in makers:
            connection.sendall(framed(make(message)))
        connection.shutdown(socket.SHUT_WR)
        connection.recv(1)
    return behave


def drips(make, seconds=0.4):
    """TCP: one byte at a time."""
    def behave(server, connection):
        for byte in framed(make(receive_message(connection))):
            connection.sendall(bytes([byte]))
            time.sleep(seconds)
    return behave


def closes(server, connection):
    """TCP: without a word."""


def resets(server, connection):
    """TCP: with a reset, when the question is there."""
    receive_message(connection)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def ends_early(server, connection):
    """TCP: in the middle of the answer."""
    message = receive_message(connection)
    connection.sendall(framed(answer(message))[:20])


def mute(server, connection):
    """TCP: takes the question and says nothing until the other side goes."""
    receive_message(connection)
    connection.recv(1)


def deaf(server, connection):
    """TCP: does not even read."""
    while server.open:
        time.sleep(0.05)


def endless(*records):
    """A transfer that has no end."""
    def behave(server, connection):
        message = receive_message(connection)
        connection.sendall(framed(answer(message, [soa()])))
        rest = framed(answer(message, records))
        while server.open:
            connection.sendall(rest)
    return behave


def trickle(server, connection):
    """A transfer that goes on, with a small message now and then."""
    message = receive_message(connection)
    connection.sendall(framed(answer(message, [soa()])))
    while server.open:
        connection.sendall(framed(answer(message, [address(owner=b"\x01a\xc0\x0c")])))
        time.sleep(0.05)
