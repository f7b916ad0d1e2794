"""What a provider document says, read without the program: the judge of every answer.

Of each type the first server that encrypts is given out, a plain one only where there is no other.
"""

import collections
import xml.etree.ElementTree as ElementTree

SIGNPOST = "{urn:signpost:provider}"
MAIL_TYPES = ("imap", "pop3", "smtp")
OTHER_TYPES = ("jmap", "ews", "exchange", "graph", "activesync")
DAV_TYPES = {"calendar": "caldav", "addressBook": "carddav", "addressbook": "carddav",
             "fileShare": "webdav"}
PORTS = {("imap", "SSL"): 993, ("pop3", "SSL"): 995, ("smtp", "SSL"): 465,
         ("imap", "STARTTLS"): 143, ("pop3", "STARTTLS"): 110, ("smtp", "STARTTLS"): 587}
WITHOUT_LOGIN = {"none", "client-IP-address", "smtp-after-pop", "TLS-client-cert"}
SYNONYMS = {"plain": "password-cleartext", "secure": "password-encrypted",
            "Basic": "password-cleartext", "Digest": "password-encrypted"}

Server = collections.namedtuple("Server", "type host port socket user methods url")


def read_policy(element):
    """Mode, seconds and MX patterns of sp:mtaSts, or None."""
    if element is None:
        return None
    names = [value(child).lower().rstrip(".") for child in element.findall(SIGNPOST + "mx")]
    return (element.get("mode", "testing"), int(element.get("maxAge", "604800")),
            [name.encode("idna").decode("ascii") for name in names])


def value(element):
    """A value without the blanks around it and the comments in it."""
    return "".join(element.itertext()).strip()


def child_value(element, *names):
    """The value of the first child with one of the names, or None."""
    return next((value(child) for child in element if child.tag in names), None)


def read_server(element, type_):
    host = child_value(element, "hostname")
    port = child_value(element, "port")
    methods = [value(child) for child in element.findall("authentication")]
    return Server(type_, host.lower().replace("%emaildomain%", "%EMAILDOMAIN%") if host else None,
                  int(port) if port else None, child_value(element, "socketType"),
                  child_value(element, "username"),
                  [SYNONYMS.get(method, method) for method in methods],
                  child_value(element, "url", "serverURL"))


def needs_login(server):
    return not set(server.methods) <= WITHOUT_LOGIN


def fill(template, address):
    """The placeholders of the vocabulary, replaced for an address."""
    if template is None:
        return None
    local, domain = address.rsplit("@", 1)
    ascii_domain = domain.lower().encode("idna").decode("ascii")
    for name, text in (("%EMAILADDRESS%", address), ("%EMAILLOCALPART%", local),
                       ("%EMAILDOMAIN%", ascii_domain)):
        template = template.replace(name, text)
    return template


class Choice:
    """A document's servers: `all` of them in order, and the chosen one by type, or None."""

    def __init__(self, path):
        root = ElementTree.parse(path).getroot()
        provider = root.find("emailProvider")
        self.all = [read_server(element, element.get("type").lower()) for element in provider
                    if element.tag in ("incomingServer", "outgoingServer")]
        for parent in (provider, root):
            self.all += [read_server(element, DAV_TYPES[element.tag]) for element in parent
                         if element.tag in DAV_TYPES]
        self.autodiscover_url = child_value(provider, SIGNPOST + "autodiscover")
        self.policy = read_policy(provider.find(SIGNPOST + "mtaSts"))
        self.webmail = next((page.get("url") for page in root.iter("loginPage")), None)

    def of_type(self, type_):
        return [server for server in self.all if server.type == type_]

    def get(self, type_):
        servers = self.of_type(type_)
        if type_ in MAIL_TYPES:
            servers.sort(key=lambda server: server.socket == "plain")  # keeps their order
        else:
            servers = [server for server in servers if server.url]
        return servers[0] if servers else None

    def mail(self):
        """The chosen mail servers, IMAP before POP3 before SMTP."""
        return [self.get(type_) for type_ in MAIL_TYPES if self.get(type_)]
