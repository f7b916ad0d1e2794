"""What the formats should say, by the provider's document alone."""

import formats
from provider_choice import MAIL_TYPES, PORTS, fill, needs_login


def filled(server, address, login=True):
    """The server as a format that fills everything in should have it."""
    return formats.Setting(server.type, fill(server.host, address), server.port, server.socket,
                           fill(server.user, address) if login and needs_login(server) else None)


def is_https(server):
    return server is not None and server.url.lower().startswith("https://")


def names_person(text):
    return "%EMAILADDRESS%" in text or "%EMAILLOCALPART%" in text


def answers_expected(choice, address):
    """The formats in which the provider has something to say to the address."""
    mail = bool(choice.get("imap") or choice.get("pop3")) and bool(choice.get("smtp"))
    eas = choice.get("activesync")
    incoming = [choice.get(kind) for kind in ("imap", "pop3", "jmap", "ews", "graph", "activesync")]
    expected = {"autodiscover-json", "records"}
    if choice.get("smtp") and any(incoming):  # Thunderbird refuses a file without one of them
        expected.add("autoconfig")
    if choice.get("imap") or choice.get("pop3") or choice.autodiscover_url:
        expected |= {"autodiscover", "autodiscover-domain"}
    if eas:
        expected |= {"activesync", "autodiscover-json-activesync"}
        if eas.url.count(":") == 1:  # the profile has no key for a port
            expected.add("mobileconfig-activesync")
    if choice.get("ews"):
        expected.add("autodiscover-json-ews")
    if mail:
        expected.add("mobileconfig")
        if is_https(choice.get("caldav")) or is_https(choice.get("carddav")):
            expected.add("mobileconfig-all")
    if choice.policy:
        expected.add("mta-sts")
    if qr_expected(choice, address):
        expected.add("qr")
    if pacc_expected(choice, "a@b.example"):
        expected.add("pacc")
    return expected


# In the order of the numbers, but for OAuth2, which is taken only where there is nothing else.
QR_METHODS = {"none": 0, "client-IP-address": 0, "smtp-after-pop": 0, "password-cleartext": 1,
              "password-encrypted": 2, "TLS-client-cert": 5, "OAuth2": 6}


def qr_method(server):
    """The number of the server's method, or None if the program knows none of them."""
    known = [method for method in server.methods if method in QR_METHODS] if server else []
    known.sort(key=lambda method: method == "OAuth2")
    return QR_METHODS[known[0]] if known else None


def qr_address(address):
    """The address with a domain in ASCII; the program has no way to say more."""
    return address if address.isascii() \
        else "%s@%s" % (address.rsplit("@", 1)[0], fill("%EMAILDOMAIN%", address))


def qr_expected(choice, address):
    """Servers and methods of what Thunderbird for Android scans, or None."""
    incoming = next((server for server in (choice.get("imap"), choice.get("pop3"))
                     if qr_method(server) is not None), None)
    outgoing = choice.get("smtp")
    ascii_address = qr_address(address)
    if not incoming or qr_method(outgoing) is None or not ascii_address.isascii():
        return None
    return [(filled(server, ascii_address, qr_method(server) != 0), qr_method(server))
            for server in (incoming, outgoing)]


def pacc_expected(choice, address):
    """PACC's protocols: TLS from the start at the usual port, the address as user name."""
    def sayable(server):
        return (not server.user or fill(server.user, "a@b.example") == "a@b.example") \
            and (server.url or (server.socket == "SSL"
                                and server.port == PORTS[server.type, "SSL"]))

    expected = {}
    for type_ in MAIL_TYPES:
        chosen = choice.get(type_)
        servers = [server for server in [chosen] + choice.of_type(type_)
                   if server and sayable(server)]
        if servers:
            expected[type_] = {"host": fill(servers[0].host, address)}
    if "smtp" in expected:
        expected["submit"] = expected["smtp"]
    for type_ in ("jmap", "caldav", "carddav", "webdav"):
        server = choice.get(type_)
        if is_https(server) and sayable(server) and not names_person(server.url) \
                and server.url.count(":") == 1:
            url = fill(server.url, address)
            expected[type_] = {"url": url if url.count("/") > 2 else url + "/"}
    return expected


def srv_expected(choice, address):
    """SRV records that name a mail server, by service; \".\" is not asked for here."""
    expected = {}
    for type_, secure, upgraded, priority in (("imap", "imaps", "imap", 0),
                                              ("pop3", "pop3s", "pop3", 20),
                                              ("smtp", "submissions", "submission", 0)):
        chosen = choice.get(type_)
        for socket, service in (("SSL", secure), ("STARTTLS", upgraded)):
            server = next((s for s in choice.of_type(type_) if s.socket == socket), None)
            if server is None or chosen.socket == "plain":
                continue
            host = fill(server.host, address)
            if not host.replace(".", "").isdigit():
                expected[service] = (priority + (0 if server is chosen else 10), server.port, host)
    return expected
