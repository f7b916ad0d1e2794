"""TLS as it lies on the wire: a client that holds its own records, and may send any others.

Python's ssl does the handshake in memory. In TLS 1.3 records can be sealed here with its keys, of
any type and with anything in them, since no library sends what it should not.
"""

import ctypes
import hashlib
import hmac
import os
import ssl
import tempfile
import time

import wire

CHANGE_CIPHER_SPEC, ALERT, HANDSHAKE, DATA = 20, 21, 22, 23
UNRECOGNIZED_NAME = 112
SEALED_MAX = 16384 + 1  # bytes in a record with its type
TAG = 16
GET_TAG = 0x10  # EVP_CTRL_AEAD_GET_TAG


def record(kind, data, version=0x0303):
    """A record in the clear, or with what was sealed."""
    return bytes([kind]) + version.to_bytes(2, "big") + len(data).to_bytes(2, "big") + data


def split(data):
    """[(type, contents)] of whole records, and the bytes behind them."""
    found = []
    while len(data) >= 5 and len(data) >= 5 + int.from_bytes(data[3:5], "big"):
        size = int.from_bytes(data[3:5], "big")
        found.append((data[0], data[5:5 + size]))
        data = data[5 + size:]
    return found, data


class Crypto:
    """AES-128-GCM of the library that Python's ssl uses."""

    def __init__(self):
        self.library = ctypes.CDLL("libcrypto.so.3")
        for name in ("EVP_CIPHER_CTX_new", "EVP_aes_128_gcm"):
            getattr(self.library, name).restype = ctypes.c_void_p

    def seal(self, key, nonce, head, data):
        lib, size = self.library, ctypes.c_int()
        context = ctypes.c_void_p(lib.EVP_CIPHER_CTX_new())
        out = ctypes.create_string_buffer(len(data) + TAG)
        tag = ctypes.create_string_buffer(TAG)
        done = (lib.EVP_EncryptInit_ex(context, ctypes.c_void_p(lib.EVP_aes_128_gcm()), None, key,
                                       nonce) and
                lib.EVP_EncryptUpdate(context, None, ctypes.byref(size), head, len(head)) and
                lib.EVP_EncryptUpdate(context, out, ctypes.byref(size), data, len(data)) and
                lib.EVP_EncryptFinal_ex(context, tag, ctypes.byref(size)) and
                lib.EVP_CIPHER_CTX_ctrl(context, GET_TAG, TAG, tag))
        lib.EVP_CIPHER_CTX_free(context)
        if not done:
            raise AssertionError("libcrypto does not seal")
        return out.raw[:len(data)] + tag.raw


def expand(secret, label, size):
    """HKDF-Expand-Label (RFC 8446 7.1) of at most 32 bytes, without a context."""
    full = b"tls13 " + label
    info = size.to_bytes(2, "big") + bytes([len(full)]) + full + b"\0"
    return hmac.new(secret, info + b"\1", hashlib.sha256).digest()[:size]


class Sealer:
    """A client's side of TLS 1.3 with AES-128-GCM, from its secret on."""

    def __init__(self, secret):
        self.crypto = Crypto()
        self.set_secret(secret)

    def set_secret(self, secret):
        self.secret = secret
        self.key, self.iv = expand(secret, b"key", 16), expand(secret, b"iv", 12)
        self.sequence = 0

    def record(self, kind, data):
        nonce = int.from_bytes(self.iv, "big") ^ self.sequence
        self.sequence += 1
        head = bytes([DATA, 3, 3]) + (len(data) + 1 + TAG).to_bytes(2, "big")
        return head + self.crypto.seal(self.key, nonce.to_bytes(12, "big"), head,
                                       data + bytes([kind]))

    def key_update(self, asks=False):
        """Whatever comes behind it is sealed with the next key."""
        data = self.record(HANDSHAKE, bytes([24, 0, 0, 1, asks]))
        self.set_secret(expand(self.secret, b"traffic upd", 32))
        return data


def client_context(authority, version=None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(authority)
    if version:
        context.minimum_version = context.maximum_version = version
    return context


class RawTls(wire.Connection):
    """A connection whose TLS is in memory: hello() and so on give bytes, and nothing goes out by
    itself. Answers are read as on any other wire.Connection."""

    def __init__(self, port, context, name, deadline=10.0, session=None):
        super().__init__(port, deadline)
        self.raw = b""  # all that came, as it came
        self.closed_by_notify = False
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.incoming, self.outgoing, server_hostname=name,
                                    session=session)

    def step(self):
        """The bytes that the handshake wants to send now; None when it is over."""
        try:
            self.tls.do_handshake()
            done = True
        except ssl.SSLWantReadError:
            done = False
        data = self.outgoing.read()
        return None if done and not data else data

    def shake_hands(self, send=None):
        """The whole handshake; the client's last bytes go out, too."""
        until = time.monotonic() + self.deadline
        while True:
            data = self.step()
            if data is None:
                return self
            if data:
                (send or self.send_raw)(data)
            elif not self.receive_raw(until):
                raise wire.WireError("closed within the handshake: %r" % self.raw)

    def send_raw(self, data):
        self.socket.sendall(data)

    def sealed(self, data):
        """data in records, of the library's making."""
        self.tls.write(data)
        return self.outgoing.read()

    def send(self, data):
        self.send_raw(self.sealed(data))

    def receive_raw(self, until):
        """More records for the library; False at the end of the stream."""
        plain, self.received = self.received, b""
        more = super().receive(until)
        self.raw += self.received
        self.incoming.write(self.received)
        self.received = plain
        return more

    def receive(self, until):
        """More plain bytes; False at close_notify or the end of the stream."""
        while True:
            try:
                data = self.tls.read(65536)
            except ssl.SSLWantReadError:
                if not self.receive_raw(until):
                    return False
                continue
            except ssl.SSLZeroReturnError:
                data = b""
            self.closed_by_notify |= not data
            self.received += data
            return bool(data)

    def alert(self):
        """The last bytes of what the server said in the clear, if they are a fatal alert: its
        number."""
        records, _ = split(self.raw)
        if records and records[-1][0] == ALERT and len(records[-1][1]) == 2:
            return records[-1][1][1]
        return None


class SealingTls(RawTls):
    """TLS 1.3 with AES-128-GCM, which sends records of its own."""

    def __init__(self, port, authority, name, deadline=10.0):
        context = client_context(authority, ssl.TLSVersion.TLSv1_3)
        handle, path = tempfile.mkstemp(prefix="signpost-keys-")
        os.close(handle)
        try:
            context.keylog_filename = path
            super().__init__(port, context, name, deadline)
            self.shake_hands()
            with open(path, encoding="ascii") as file:
                secrets = dict(line.split()[0::2] for line in file if line[0] != "#")
        finally:
            os.unlink(path)
        if self.tls.cipher()[0] != "TLS_AES_128_GCM_SHA256":
            raise AssertionError(self.tls.cipher())
        self.sealer = Sealer(bytes.fromhex(secrets["CLIENT_TRAFFIC_SECRET_0"]))

    def sealed(self, data):
        return self.sealer.record(DATA, data)
