#!/usr/bin/env python3
"""thunderbird_android_rules.py BUILD_DIR: what Thunderbird for Android makes of the answers.

The program itself needs a telephone; these are the rules of its parser, written down from its
source (feature/autodiscovery/autoconfig, RealAutoconfigParser). One wrong server refuses a whole
file, so the rules are strict where other programs are not. parse() may be imported.
"""

import http.client
import ipaddress
import pathlib
import re
import socket
import sys
import tempfile
import xml.parsers.expat

import lab

NAME = re.compile(r"(?=.{1,253}\Z)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
                  r"(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*\.?\Z", re.IGNORECASE)
AUTHENTICATION = ("OAuth2", "password-cleartext", "password-encrypted")  # others are passed over
SECURITY = ("SSL", "STARTTLS")


class RefusedError(Exception):
    """The program would not use the file."""


class Element:
    def __init__(self, name, attributes):
        self.name = name  # with its prefix: the program's reader knows no namespaces
        self.attributes = attributes
        self.children = []
        self.data = ""

    def text(self):
        if self.children:
            raise RefusedError("%s: expected text, but got an element" % self.name)
        return self.data


def read(body):
    """The root element of a document."""
    reader = xml.parsers.expat.ParserCreate()
    top = Element("", {})
    open_elements = [top]

    def start(name, attributes):
        element = Element(name, attributes)
        open_elements[-1].children.append(element)
        open_elements.append(element)

    def data(text):
        open_elements[-1].data += text

    reader.StartElementHandler = start
    reader.EndElementHandler = lambda name: open_elements.pop()
    reader.CharacterDataHandler = data
    try:
        reader.Parse(body, True)
    except xml.parsers.expat.ExpatError as problem:
        raise RefusedError("not XML: %s" % problem) from None
    return top.children[0]


def is_host_name(text):
    text = text.strip()
    if NAME.match(text):
        return True
    try:
        ipaddress.ip_address(text)
        return True
    except ValueError:
        return False


def fill(text, address):
    local, _, domain = address.rpartition("@")
    return (text.replace("%EMAILDOMAIN%", domain.lower()).replace("%EMAILLOCALPART%", local)
            .replace("%EMAILADDRESS%", address))


def parse_server(element, address):
    """(host, port, socketType, [authentication], user name)."""
    found, methods = {}, []
    for child in element.children:
        if child.name == "authentication":
            if child.text() in AUTHENTICATION:
                methods.append(child.text())
        elif child.name in ("hostname", "port", "username", "socketType"):
            found[child.name] = check_value(child, address)
    for name in ("hostname", "port", "username", "socketType"):
        if name not in found:
            raise RefusedError("missing '%s' element" % name)
    if not methods:
        raise RefusedError("no usable 'authentication' element found")
    return (found["hostname"], found["port"], found["socketType"], methods, found["username"])


def check_value(element, address):
    text = element.text()
    if element.name == "port":
        if not re.match(r"[+-]?[0-9]+\Z", text) or not 0 <= int(text) <= 65535:
            raise RefusedError("invalid 'port' value: %r" % text)
        return int(text)
    if element.name == "socketType":
        if text not in SECURITY:
            raise RefusedError("unknown 'socketType' value: %r" % text)
        return text
    text = fill(text, address)
    if element.name == "hostname" and not is_host_name(text):
        raise RefusedError("invalid 'hostname' value: %r" % text)
    return text


def parse(body, address):
    """(imap, smtp), each as parse_server() gives it; RefusedError if the program refuses."""
    root = read(body)
    providers = [child for child in root.children if child.name == "emailProvider"]
    if root.name != "clientConfig" or not providers:
        raise RefusedError("missing 'clientConfig' or 'emailProvider' element")
    return [parse_provider(provider, address) for provider in providers][-1]


def parse_provider(provider, address):
    if not is_host_name(provider.attributes.get("id", "")):
        raise RefusedError("missing or invalid 'emailProvider.id' attribute")
    found, domain = {}, False
    for child in provider.children:
        kind = child.attributes.get("type")
        if child.name == "domain":
            domain = is_host_name(fill(child.text(), address)) or domain
        elif (child.name, kind) in (("incomingServer", "imap"), ("outgoingServer", "smtp")):
            server = parse_server(child, address)  # one after the first is looked at, too
            found.setdefault(kind, server)
    if not domain:
        raise RefusedError("valid 'domain' element required")
    for kind, name in (("imap", "incomingServer"), ("smtp", "outgoingServer")):
        if kind not in found:
            raise RefusedError("missing '%s' element" % name)
    return found["imap"], found["smtp"]


# Documents that must be refused, to know that the rules bite

GOOD = lab.document(("imap", "mail.x.example", 993, "SSL"), ("smtp", "mail.x.example", 465, "SSL"))
BAD = {
    "no id": GOOD.replace(' id="hoster.example"', ""),
    "an id that is no name": GOOD.replace('id="hoster.example"', 'id="Example Hosting"'),
    "no domain": GOOD.replace("<domain>hoster.example</domain>", ""),
    "blanks around the port": GOOD.replace("<port>993", "<port> 993"),
    "port": GOOD.replace("993", "99993"),
    "plain": GOOD.replace("<socketType>SSL", "<socketType>plain", 1),
    "a plain server behind a good one": GOOD.replace("    <outgoingServer", lab.SERVER % {
        "element": "incomingServer", "type": "imap", "host": "mail.x.example", "port": 143,
        "socket": "plain", "user": "%EMAILADDRESS%"} + "    <outgoingServer"),
    "no user name": GOOD.replace("<username>%EMAILADDRESS%</username>", "", 1),
    "an element in a value": GOOD.replace("<port>993", "<port><b/>993"),
    "authentication": GOOD.replace("password-cleartext", "NTLM", 1),
    "no smtp": lab.document(("imap", "mail.x.example", 993, "SSL")),
    "no imap": lab.document(("pop3", "mail.x.example", 995, "SSL"),
                            ("smtp", "mail.x.example", 465, "SSL")),
    "a prefix": GOOD.replace("clientConfig", "c:clientConfig").replace("xmlns:sp", "xmlns:c"),
    "HTML": "<html><body><p>Welcome</p></body></html>",
}


def check_rules(tally):
    address = "anna@kunde.example"
    server = ("mail.x.example", 993, "SSL", ["password-cleartext"], address)
    tally.equal("a good document", parse(GOOD.encode(), address)[0], server)
    for what, text in BAD.items():
        try:
            tally.equal(what, parse(text.encode(), address), "refused")
        except RefusedError as problem:
            tally.equal(what, "refused", "refused")
            print("        ", problem)


# The daemon's answers


def wanted_server(text, kind, address):
    """What a provider document means for this program, or None: the first with TLS of a type."""
    for element in lab.server_elements(text, kind):
        if (element.findtext("socketType") or "").strip() in SECURITY:
            methods = [method.text.strip() for method in element.findall("authentication")]
            return (fill(element.findtext("hostname").strip(), address),
                    int(element.findtext("port")), element.findtext("socketType").strip(),
                    [method for method in methods if method in AUTHENTICATION],
                    fill(element.findtext("username").strip(), address))
    return None


def ask(port, host, target):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", target, headers={"Host": host, "User-Agent": "okhttp/4.12.0"})
    answer = connection.getresponse()
    return answer.status, answer.read()


def check_answer(tally, what, text, answer, address):
    status, body = answer
    tally.equal(what + " status", status, 200)
    wanted = [wanted_server(text, kind, address) for kind in ("imap", "smtp")]
    try:
        tally.equal(what, list(parse(body, address)), wanted)
    except RefusedError as problem:
        if None in wanted:
            tally.equal(what, "refused", "refused")
        else:
            tally.fail("%s: refused: %s" % (what, problem))


def check_daemon(build, tally):
    documents = {path.stem: path.read_text("utf-8")
                 for path in sorted((lab.ROOT / "xml" / "providers").glob("*.xml"))}
    tally.true("provider documents", documents)
    domains = {"kunde-%d.example" % i: name for i, name in enumerate(documents)}
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as directory:
        daemon = lab.Daemon(build, pathlib.Path(directory) / "site", documents, domains, port)
        try:
            for domain, name in domains.items():
                for host, target in (("autoconfig." + domain, "/mail/config-v1.1.xml"),
                                     (domain, "/.well-known/autoconfig/mail/config-v1.1.xml")):
                    check_answer(tally, "%s by %s" % (name, host), documents[name],
                                 ask(port, host, target), "Anna.Berg+x@" + domain)
            status, _ = ask(port, "autoconfig.unbekannt.example", "/mail/config-v1.1.xml")
            tally.equal("an unknown domain", status, 404)
        finally:
            daemon.close()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    counts = lab.Tally()
    check_rules(counts)
    check_daemon(sys.argv[1], counts)
    counts.finish()
