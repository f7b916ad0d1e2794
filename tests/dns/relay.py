"""A relay in front of a name server, by UDP and TCP, that sees every message and may keep one from
its way: so things happen at an exact point of somebody's dealings with the server.
"""

import socket
import struct
import threading

from server_process import free_port

QUERY, UPDATE = 0, 5  # opcodes

PASS = "pass"
DROP = "drop"  # it never arrives, and nothing is answered
CUT = "cut"    # it never arrives, and the connection ends
MUTE = "mute"  # it arrives and is obeyed, but the answer is lost and the connection ends
REFUSE = "refuse"  # it never arrives, and what is answered is a refusal that nobody has signed
BELIE = "belie"    # the same, but it arrives and is obeyed


def opcode(message):
    return message[2] >> 3 & 15 if len(message) > 2 else None


def question(message):
    """The name that a message asks for, without its final dot."""
    labels, at = [], 12
    while message[at]:
        labels.append(message[at + 1:at + 1 + message[at]].decode("ascii", "replace"))
        at += 1 + message[at]
    return ".".join(labels).lower()


def refusal(message):
    """An answer that anybody on the way can make: REFUSED, without a signature."""
    at = 12
    while message[at]:
        at += 1 + message[at]
    return (message[:2] + bytes([0x80 | message[2] & 0x78, 5]) + message[4:6] + bytes(6)
            + message[12:at + 5])


def receive(connection, size):
    """So many bytes, or None at the end of the connection."""
    data = b""
    while len(data) < size:
        part = connection.recv(size - len(data))
        if not part:
            return None
        data += part
    return data


def receive_message(connection):
    head = receive(connection, 2)
    return head and receive(connection, struct.unpack("!H", head)[0])


def framed(message):
    return struct.pack("!H", len(message)) + message


def lost_after_update(verdict):
    """A rule: the first update gets the verdict, and nothing comes through from then on."""
    lost = []

    def rule(message):
        if lost:
            return DROP
        if opcode(message) == UPDATE:
            lost.append(message)
            return verdict
        return PASS

    return rule


class Relay:
    """rule(message) tells what happens to one that comes in; it may do things meanwhile."""

    def __init__(self, target, address="127.0.0.5", rule=None):
        self.target, self.key, self.address, self.port = target, target.key, address, free_port()
        self.rule = rule or (lambda message: PASS)
        self.messages, self.lock, self.open = [], threading.Lock(), True
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind((address, self.port))
        self.tcp = socket.create_server((address, self.port))
        for work in (self.serve_udp, self.serve_tcp):
            threading.Thread(target=work, daemon=True).start()

    def count(self, wanted):
        """How many messages with this opcode have come in."""
        with self.lock:
            return sum(opcode(message) == wanted for message in self.messages)

    def judge(self, message):
        with self.lock:
            self.messages.append(message)
        return self.rule(message)

    def serve_udp(self):
        while self.open:
            try:
                message, client = self.udp.recvfrom(65535)
            except OSError:
                return
            threading.Thread(target=self.pass_udp, args=(message, client), daemon=True).start()

    def pass_udp(self, message, client):
        if self.judge(message) != PASS:
            return
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as upstream:
            upstream.settimeout(20)
            upstream.connect((self.target.address, self.target.port))
            try:
                upstream.send(message)
                self.udp.sendto(upstream.recv(65535), client)
            except OSError:
                pass  # the server is gone, or the relay is

    def serve_tcp(self):
        while self.open:
            try:
                connection = self.tcp.accept()[0]
            except OSError:
                return
            threading.Thread(target=self.pass_tcp, args=(connection,), daemon=True).start()

    def pass_tcp(self, connection):
        with connection:
            try:
                with socket.create_connection((self.target.address, self.target.port)) as upstream:
                    self.pump(connection, upstream)
            except OSError:
                pass  # one of the two has ended it

    def pump(self, connection, upstream):
        answers = threading.Thread(target=self.pump_answers, args=(upstream, connection),
                                   daemon=True)
        while message := receive_message(connection):
            verdict = self.judge(message)
            if verdict == DROP:
                continue
            if verdict == CUT:
                break
            if verdict != REFUSE:
                upstream.sendall(framed(message))
            if verdict == BELIE:
                receive_message(upstream)
            if verdict in (REFUSE, BELIE):
                connection.sendall(framed(refusal(message)))
                continue
            if verdict == MUTE:
                receive_message(upstream)
                break
            if not answers.ident:
                answers.start()
        connection.shutdown(socket.SHUT_RDWR)
        upstream.shutdown(socket.SHUT_RDWR)

    @staticmethod
    def pump_answers(upstream, connection):
        try:
            while data := upstream.recv(65536):
                connection.sendall(data)
            connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def close(self):
        self.open = False
        for listener in (self.udp, self.tcp):
            try:
                listener.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # a datagram socket is not connected, and wakes up all the same
            listener.close()
