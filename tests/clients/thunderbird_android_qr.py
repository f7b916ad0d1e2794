#!/usr/bin/env python3
"""thunderbird_android_qr.py BUILD_DIR: what Thunderbird for Android makes of our QR codes.

The program itself needs a telephone; these are the rules of its reader, written down from its
source (feature/migration/qrcode: QrCodePayloadAdapter, QrCodePayloadValidator, IntValueMapper;
core/common: EmailAddressParser). One wrong value refuses the whole code. parse() may be imported.
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile

import lab
from thunderbird_android_rules import RefusedError, fill, is_host_name

INCOMING = {0: "imap", 1: "pop3"}
SECURITY = {0: "plain", 1: "STARTTLS", 2: "STARTTLS", 3: "SSL"}
AUTHENTICATION = {0: "none", 1: "password-cleartext", 2: "password-encrypted",
                  5: "TLS-client-cert", 6: "OAuth2"}
ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
ADDRESS = re.compile(r"%s(\.%s)*@%s(\.%s)*\Z" % (ATOM, ATOM, LABEL, LABEL))


class Reader:
    """An array that is read from its beginning, as the program's JSON reader does."""

    def __init__(self, array):
        if not isinstance(array, list):
            raise RefusedError("not an array: %r" % (array,))
        self.left = list(array)

    def next(self, type_):
        if not self.left:
            raise RefusedError("an array that is too short")
        value = self.left.pop(0)
        if type(value) is not type_:
            raise RefusedError("not of type %s: %r" % (type_.__name__, value))
        return value


def known(table, value):
    if value not in table:
        raise RefusedError("unsupported value: %r" % value)
    return table[value]


def one_line(text):
    if re.search(r"[\r\n]", text):
        raise RefusedError("must not contain a line break: %r" % text)
    return text


def parse_server(array, protocols):
    """(protocol, host, port, socketType, authentication, user name)."""
    reader = Reader(array)
    protocol, host, port = reader.next(int), reader.next(str), reader.next(int)
    security, method, user = reader.next(int), reader.next(int), reader.next(str)
    for text in reader.left[:2]:  # account name, password: none of ours
        one_line(text)
    if not is_host_name(host):
        raise RefusedError("not a valid domain or IP: %r" % host)
    if not 0 <= port <= 65535:
        raise RefusedError("not a valid port: %d" % port)
    return (known(protocols, protocol), host, port, known(SECURITY, security),
            known(AUTHENTICATION, method), one_line(user))


def parse_identity(array):
    reader = Reader(array)
    address, name = reader.next(str), reader.next(str)
    if not ADDRESS.match(address) or len(address) > 254 or address.index("@") > 64:
        raise RefusedError("e-mail address failed to parse: %r" % address)
    return address, one_line(name)


def parse(payload):
    """(incoming, outgoing, (address, name)) of the one account; RefusedError if it is refused."""
    try:
        root = Reader(json.loads(payload))
    except ValueError as problem:
        raise RefusedError("not JSON: %s" % problem) from None
    if root.next(int) != 1:
        raise RefusedError("unsupported version")
    sequence = Reader(root.next(list))
    if (sequence.next(int), sequence.next(int)) != (1, 1):
        raise RefusedError("waits for further codes")
    incoming = parse_server(root.next(list), INCOMING)
    group = Reader(Reader(root.next(list)).next(list))
    return incoming, parse_server(group.next(list), {0: "smtp"}), parse_identity(group.next(list))


GOOD = ('[1,[1,1],[0,"mail.x.example",993,3,1,"anna@kunde.example"],'
        '[[[0,"mail.x.example",465,3,1,"anna@kunde.example"],["anna@kunde.example","Anna"]]]]')
BAD = {
    "a version": GOOD.replace("[1,[", "[2,["),
    "half a sequence": GOOD.replace("[1,1]", "[1,2]"),
    "a protocol": GOOD.replace("[0,", "[2,", 1),
    "a port as text": GOOD.replace("993", '"993"'),
    "a port": GOOD.replace("993", "99993"),
    "a host": GOOD.replace("mail.x.example", "mail x.example", 1),
    "security": GOOD.replace("993,3", "993,4"),
    "GSSAPI": GOOD.replace("3,1,", "3,3,", 1),
    "NTLM": GOOD.replace("3,1,", "3,4,", 1),
    "a line break": GOOD.replace('"Anna"', '"Anna\\n"'),
    "an address beyond ASCII": GOOD.replace('["anna', '["\u00e4nna'),
    "a quoted local part": GOOD.replace('["anna', '["\\"an na\\"'),
    "two dots": GOOD.replace('["anna', '["an..na'),
    "no identity": GOOD.replace(',["anna@kunde.example","Anna"]', ""),
    "no outgoing server": GOOD[:GOOD.index(",[[[")] + "]",
    "a web address": "https://setup.hosting.example/s/abc",
}


def check_rules(tally):
    tally.equal("a good payload", parse(GOOD), (
        ("imap", "mail.x.example", 993, "SSL", "password-cleartext", "anna@kunde.example"),
        ("smtp", "mail.x.example", 465, "SSL", "password-cleartext", "anna@kunde.example"),
        ("anna@kunde.example", "Anna")))
    for what, text in BAD.items():
        try:
            tally.equal(what, parse(text), "refused")
        except RefusedError as problem:
            tally.equal(what, "refused", "refused")
            print("        ", problem)


def wanted_server(text, kind, address):
    """What a provider document means for this program."""
    element = lab.server_element(text, kind)
    return (*lab.server(text, kind)[:1], fill(element.findtext("hostname").strip(), address),
            *lab.server(text, kind)[2:], element.findtext("authentication").strip(),
            fill(element.findtext("username").strip(), address))


def check_samples(build, tally):
    documents = {path.stem: path.read_text("utf-8")
                 for path in sorted((lab.ROOT / "xml" / "providers").glob("*.xml"))}
    tally.true("provider documents", documents)
    with tempfile.TemporaryDirectory() as directory:
        directory = pathlib.Path(directory)
        (directory / "providers").mkdir()
        for name, text in documents.items():
            (directory / "providers" / (name + ".xml")).write_text(text)
        (directory / "signpost.conf").write_text("[providers]\ndirectory = providers\n")
        for name, text in documents.items():
            address = "Anna.Berg+x@kunde.example"
            done = subprocess.run(
                [str(pathlib.Path(build) / "src" / "cmd" / "signpost"), "--config",
                 str(directory / "signpost.conf"), "show", address, "qr", "--provider", name],
                capture_output=True, text=True, check=False)
            tally.equal(name + " complaint", done.stderr, "")
            try:
                tally.equal(name, parse(done.stdout),
                            (wanted_server(text, "imap", address),
                             wanted_server(text, "smtp", address), (address, address)))
            except RefusedError as problem:
                tally.fail("%s: refused: %s" % (name, problem))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    counts = lab.Tally()
    check_rules(counts)
    check_samples(sys.argv[1], counts)
    counts.finish()
