"""Requests that one reader takes for one and another for two, and fields that HTTP/2 lets through.

outer is the host that is asked, inner that of a second request, which is hidden in the first.
"""

AUTOCONFIG = "/mail/config-v1.1.xml"
POX = "/autodiscover/autodiscover.xml"
CHUNKED = b"Transfer-Encoding: chunked\r\n"
LAST_CHUNK = b"0\r\n\r\n"
NUMBER = 24  # of each


def head(method, target, host, version="1.1"):
    return ("%s %s HTTP/%s\r\nHost: %s\r\n" % (method, target, version, host)).encode()


def length(number, text=b"Content-Length: %d\r\n"):
    return text % number


def raw(outer, inner):
    """Pairs of what is wrong and the bytes."""
    second = head("GET", AUTOCONFIG, inner) + b"\r\n"
    get, post = head("GET", AUTOCONFIG, outer), head("POST", POX, outer)
    old = head("POST", POX, outer, "1.0")
    size, behind = len(second), len(LAST_CHUNK + second)
    tail = b"\r\n" + LAST_CHUNK + second
    return [
        ("length and chunks", post + length(behind) + CHUNKED + tail),
        ("chunks and length", post + CHUNKED + length(4) + b"\r\n%x\r\n" % size + second +
         b"\r\n" + LAST_CHUNK),
        ("folded encoding", post + b"Transfer-Encoding:\r\n chunked\r\n" + length(behind) + tail),
        ("folded length", post + b"X: y\r\n " + length(size) + b"\r\n" + second),
        ("other encoding", post + b"Transfer-Encoding: xchunked\r\n" + length(behind) + tail),
        ("two encodings", post + CHUNKED + b"Transfer-Encoding: identity\r\n" + tail),
        ("listed encodings", post + b"Transfer-Encoding: identity, chunked\r\n" +
         length(behind) + tail),
        ("control in encoding", post + b"Transfer-Encoding: \x0bchunked\r\n" + length(behind) +
         tail),
        ("blank before colon", post + b"Transfer-Encoding : chunked\r\n" + length(behind) + tail),
        ("tab before colon", post + length(size, b"Content-Length\t: %d\r\n") + b"\r\n" + second),
        ("two lengths", post + length(0) + length(size) + b"\r\n" + second),
        ("listed lengths", post + length(size, b"Content-Length: 0, %d\r\n") + b"\r\n" + second),
        ("signed length", post + length(size, b"Content-Length: +%d\r\n") + b"\r\n" + second),
        ("hexadecimal length", post + length(size, b"Content-Length: 0x%x\r\n") + b"\r\n" +
         second),
        ("negative length", post + length(-1) + b"\r\n" + second),
        ("chunk too large", post + CHUNKED + b"\r\n10000000000000000\r\n" + second),
        ("LF in a chunk's extension", post + CHUNKED + b"\r\n2;\nxx\r\n%x\r\n" % behind +
         LAST_CHUNK + second),
        ("CR alone", get + b"X: y\r" + length(size) + b"\r\n" + second),
        ("CR alone before a name", get + b"\rX: y\r\n" + length(size) + b"\r\n" + second),
        ("NUL", get + b"X: y\0z\r\n" + length(size) + b"\r\n" + second),
        ("two hosts", get + b"Host: " + inner.encode() + b"\r\n\r\n"),
        ("chunks in 1.0", old + CHUNKED + tail),
        ("LF alone", get.replace(b"\r\n", b"\n") + b"X: y\n\n"),
        ("no version", b"GET " + AUTOCONFIG.encode() + b"\r\n" + second),
    ]


def h2_fields(host, method="GET", path=AUTOCONFIG):
    return [(":method", method), (":scheme", "https"), (":authority", host), (":path", path)]


def framed(outer, inner):
    """Triples of what is wrong, the fields and the body, or None."""
    second = (head("GET", AUTOCONFIG, inner) + b"\r\n").decode()
    line = " HTTP/1.1\r\nHost: %s\r\n\r\n" % inner
    chunks = LAST_CHUNK + second.encode()
    get, post = h2_fields(outer), h2_fields(outer, "POST", POX)
    size = str(len(second))
    ready = [("x-forwarded-for", "127.0.0.1")]
    return [
        ("chunks", post + [("transfer-encoding", "chunked")], chunks),
        ("chunks and length", post + [("content-length", "5"), ("transfer-encoding", "chunked")],
         chunks),
        ("length too short", post + [("content-length", "0")], second.encode()),
        ("length too long", post + [("content-length", "500")], second.encode()),
        ("two lengths", post + [("content-length", "0"), ("content-length", size)],
         second.encode()),
        ("signed length", post + [("content-length", "+" + size)], second.encode()),
        ("request in a value", get + [("x", "y\r\n\r\n" + second)], None),
        ("header in a value", post + [("x", "y\r\nTransfer-Encoding: chunked")], chunks),
        ("LF in a value", post + [("x", "y\nTransfer-Encoding: chunked")], chunks),
        ("header in a name", get + [("x\r\nhost: %s\r\ny" % inner, "z")], None),
        ("colon in a name", post + [("transfer-encoding: chunked\r\nx", "z")], chunks),
        ("blank in a name", post + [("transfer-encoding ", "chunked")], chunks),
        ("upper case", post + [("Transfer-Encoding", "chunked")], chunks),
        ("line in the path", h2_fields(outer, path=AUTOCONFIG + line + second), None),
        ("version in the path", h2_fields(outer, path=AUTOCONFIG + " HTTP/1.1"), None),
        ("path without a slash", h2_fields(outer, path="mail/config-v1.1.xml"), None),
        ("another URL as path", h2_fields(outer, path="http://%s%s" % (inner, AUTOCONFIG)), None),
        ("line in the method", h2_fields(outer, "GET " + AUTOCONFIG + line + "GET"), None),
        ("header in the authority", h2_fields(outer + "\r\nX-Forwarded-For: 127.0.0.1",
                                              path="/-/ready"), None),
        ("two authorities", get + [(":authority", inner)], None),
        ("another host", get + [("host", inner)], None),
        ("connection drops the client", h2_fields(outer, path="/-/ready") +
         [("connection", "x-forwarded-for, x-forwarded-proto")], None),
        ("own client", h2_fields(outer, path="/-/ready") + ready, None),
        ("folded client", h2_fields(outer, path="/-/ready") +
         [("forwarded", "for=127.0.0.1;x=\"")] + ready, None),
    ]
