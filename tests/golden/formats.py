"""Host, port, socket type and user name, read back out of every format as programs read them."""

import collections
import json
import plistlib
import re
import xml.etree.ElementTree as ElementTree

AUTODISCOVER = "http://schemas.microsoft.com/exchange/autodiscover/"
OUTER = "{%sresponseschema/2006}" % AUTODISCOVER
OUTLOOK = "{%soutlook/responseschema/2006a}" % AUTODISCOVER
MOBILESYNC = "{%smobilesync/responseschema/2006}" % AUTODISCOVER

Setting = collections.namedtuple("Setting", "type host port socket user")


def read_autoconfig(data):
    """Mail servers in their order; URLs by type."""
    settings, urls = [], {}
    for element in ElementTree.fromstring(data).iter():
        if element.find("url") is not None:
            urls[element.get("type").lower()] = element.findtext("url")
        elif element.tag in ("incomingServer", "outgoingServer"):
            settings.append(Setting(element.get("type"), element.findtext("hostname"),
                                    int(element.findtext("port")), element.findtext("socketType"),
                                    element.findtext("username")))
    return settings, urls


# Encryption is what Outlook goes by where there is one.
SOCKET_TYPES = {("on", "SSL"): "SSL", ("on", "TLS"): "STARTTLS", ("off", "None"): "plain"}


def read_outlook(data):
    """Mail servers in their order; DAV URLs by type with their login; the redirection or None."""
    settings, urls = [], {}
    account = ElementTree.fromstring(data).find(OUTLOOK + "Response/" + OUTLOOK + "Account")
    for protocol in account.findall(OUTLOOK + "Protocol"):
        get = {child.tag[len(OUTLOOK):]: child.text for child in protocol}.get
        type_ = get("Type").lower()
        if type_ in ("caldav", "carddav"):
            urls[type_] = (get("Server"), get("LoginName"))
        else:
            settings.append(Setting(type_, get("Server"), int(get("Port")),
                                    SOCKET_TYPES[get("SSL"), get("Encryption")],
                                    get("LoginName")))
    return settings, urls, account.findtext(OUTLOOK + "RedirectUrl")


def read_mobilesync(data):
    """The URL and the address."""
    root = ElementTree.fromstring(data)
    return (root.findtext(".//" + MOBILESYNC + "Url"),
            root.findtext(".//" + MOBILESYNC + "EMailAddress"))


def read_profile(data):
    """The payloads by type, without com.apple. and what follows."""
    return {payload["PayloadType"].split(".")[2]: payload
            for payload in plistlib.loads(data)["PayloadContent"]}


def read_profile_mail(data):
    """Incoming and outgoing server. The format has one boolean for TLS: True or False as socket."""
    payload = read_profile(data)["mail"]
    type_ = {"EmailTypeIMAP": "imap", "EmailTypePOP": "pop3"}[payload["EmailAccountType"]]
    return [Setting(name, payload[way + "MailServerHostName"],
                    payload[way + "MailServerPortNumber"], payload[way + "MailServerUseSSL"],
                    payload.get(way + "MailServerUsername"))
            for name, way in ((type_, "Incoming"), ("smtp", "Outgoing"))]


def read_pacc(data):
    return json.loads(data)["protocols"]


QR_PROTOCOLS = {0: "imap", 1: "pop3"}
QR_SECURITIES = {0: "plain", 2: "STARTTLS", 3: "SSL"}


def read_qr(data):
    """Incoming and outgoing server of what Thunderbird for Android scans; the address."""
    _version, _sequence, incoming, [[outgoing, [address, _name]]] = json.loads(data)
    return [Setting(type_, host, port, QR_SECURITIES[security], user or None)
            for type_, (_, host, port, security, _method, user)
            in ((QR_PROTOCOLS[incoming[0]], incoming), ("smtp", outgoing))], address


def read_policy(data):
    """Mode, seconds and MX patterns of an MTA-STS policy, read as RFC 8461 3.2 has it."""
    fields = [tuple(part.strip() for part in line.split(":", 1))
              for line in data.decode("ascii").splitlines()]
    value = dict(reversed(fields))  # of a field that is there twice the first counts
    if value["version"] != "STSv1":
        raise ValueError("version %r" % value["version"])
    return (value["mode"], int(value["max_age"]), [name for key, name in fields if key == "mx"])


def policy_names(patterns, host):
    """Whether one of the MX patterns is the host's; "*." is one label (RFC 8461 4.1)."""
    return host in patterns or "*." + host.partition(".")[2] in patterns


Record = collections.namedtuple("Record", "owner ttl type rdata")
RECORD_LINE = re.compile(r"([a-z0-9._-]+\.) ([0-9]+) IN ([A-Z]+) (.+)\Z")


def read_records(data):
    """The records; ValueError for a line that is none, nor a comment or empty."""
    records = []
    for line in data.decode("ascii").splitlines():
        match = RECORD_LINE.match(line)
        if match:
            records.append(Record(match[1], int(match[2]), match[3], match[4]))
        elif line and not line.startswith("; "):
            raise ValueError("no record: %r" % line)
    return records


def read_srv(records, domain):
    """SRV records by service ("imaps"): (priority, port, host); host "" is not offered."""
    ending = "._tcp.%s." % domain
    services = {}
    for record in records:
        if record.type == "SRV" and record.owner.endswith(ending):
            priority, _weight, port, target = record.rdata.split(" ")
            services[record.owner[1:-len(ending)]] = (int(priority), int(port), target[:-1])
    return services
