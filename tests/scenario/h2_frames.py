"""HTTP/2 frames with fields that no library would send, to see what a proxy makes of them."""

import struct

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RST_STREAM, SETTINGS, GOAWAY = 0, 1, 3, 4, 7
END_STREAM, END_HEADERS = 1, 4


def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def literal(value):
    """A string without Huffman coding (RFC 7541 5.2)."""
    value = value.encode("latin-1")
    if len(value) < 127:
        return bytes([len(value)]) + value
    length, rest = b"\x7f", len(value) - 127
    while rest >= 128:
        length += bytes([rest % 128 + 128])
        rest //= 128
    return length + bytes([rest]) + value


def request(fields, body=None):
    """The connection's beginning and one request on stream 1; no field is ever indexed."""
    block = b"".join(b"\x10" + literal(name) + literal(value) for name, value in fields)
    flags = END_HEADERS if body is not None else END_HEADERS | END_STREAM
    data = PREFACE + frame(SETTINGS, 0, 0) + frame(HEADERS, flags, 1, block)
    return data if body is None else data + frame(DATA, END_STREAM, 1, body)


def frames(data):
    """(kind, flags, stream, payload) of the whole frames in data."""
    while len(data) >= 9 and len(data) >= 9 + int.from_bytes(data[:3], "big"):
        length = int.from_bytes(data[:3], "big")
        kind, flags, stream = struct.unpack(">BBI", data[3:9])
        yield kind, flags, stream, data[9:9 + length]
        data = data[9 + length:]


def outcome(data):
    """(what became of stream 1, its body): "answered", "reset", "gone" (all of it), or None yet."""
    body = b""
    for kind, flags, stream, payload in frames(data):
        if kind == GOAWAY:
            return "gone", body
        if stream != 1:
            continue
        if kind == RST_STREAM:
            return "reset", body
        if kind == DATA:
            body += payload
        if kind in (DATA, HEADERS) and flags & END_STREAM:
            return "answered", body
    return None, body
