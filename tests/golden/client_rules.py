"""What mail programs demand of the contents of an answer, whatever the provider.

Each rule has its reason beside it: the program that stumbles, and how. check() runs those of a
format against an answer; the judge of the settings themselves is agreement.py.
"""

import json
import plistlib
import re
import uuid
import xml.etree.ElementTree as ElementTree

import formats
import provider_choice
from formats import OUTER, OUTLOOK, MOBILESYNC

LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
HOST = re.compile(r"(?=.{1,253}\Z)%s(\.%s)*\Z" % (LABEL, LABEL))
SCHEMA_2006A = "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"

XML = ("autoconfig", "autodiscover", "autodiscover-domain", "activesync")
OUTLOOKS = ("autodiscover", "autodiscover-domain")
JSON = ("autodiscover-json", "autodiscover-json-activesync", "autodiscover-json-ews", "pacc")
PROFILES = ("mobileconfig", "mobileconfig-all", "mobileconfig-activesync")


class Answer:
    """The bytes of an answer in a format, whom it is for, and what the provider's document says."""

    def __init__(self, format_, data, address, choice):
        self.format, self.data, self.address, self.choice = format_, data, address, choice
        self.domain = address.rsplit("@", 1)[1].lower().encode("idna").decode("ascii")
        if format_ in XML:
            self.root = ElementTree.fromstring(data)

    def protocols(self):
        return self.root.findall("%sResponse/%sAccount/%sProtocol" % ((OUTLOOK,) * 3))

    def mail_protocols(self):
        return [protocol for protocol in self.protocols()
                if protocol.findtext(OUTLOOK + "Type") in ("IMAP", "POP3", "SMTP")]

    def servers(self):
        """The mail servers of autoconfig."""
        return [element for element in self.root.iter()
                if element.tag in ("incomingServer", "outgoingServer")
                and element.get("type") in provider_choice.MAIL_TYPES]


RULES = []


def rule(formats_, reason):
    """Marks a rule: a function that returns whether an answer keeps it."""
    def add(function):
        RULES.append((formats_, reason, function))
        return function
    return add


def check(answer):
    """The rules that the answer breaks, as texts."""
    return ["%s: %s" % (function.__name__, reason) for formats_, reason, function in RULES
            if answer.format in formats_ and not function(answer)]


# Every XML answer


@rule(XML, "Thunderbird: a blank or a BOM in front of the declaration is malformed")
def begins_with_declaration(answer):
    return answer.data.startswith(b'<?xml version="1.0" encoding="UTF-8"?>\n')


@rule(XML, "no program needs a DTD, and many refuse one")
def no_dtd(answer):
    return b"<!" not in answer.data


@rule(XML, "Thunderbird and Delta Chat compare names with the prefix that stands on them")
def no_prefix(answer):
    return not re.search(rb"</?[A-Za-z0-9_.-]+:|xmlns:", answer.data)


@rule(XML, "FairEmail, AOSP, KMail, Evolution, Geary, Horde: a blank, a line end or a comment "
           "in a value is part of it")
def bare_values(answer):
    return all(len(element) or (element.text or "") == (element.text or "").strip()
               for element in answer.root.iter()) and b"<!--" not in answer.data


# autoconfig


@rule(("autoconfig",), "names by local text: the default namespace would do, none is safest; "
                       "no program reads what version 1.2 adds")
def plain_client_config(answer):
    return answer.root.tag == "clientConfig" and answer.root.attrib == {"version": "1.1"}


@rule(("autoconfig",), "Thunderbird for desktop and Android refuse an id that is no host name; "
                       "automx2's is \"automx2-1\"")
def id_is_the_domain(answer):
    providers = answer.root.findall("emailProvider")
    return len(providers) == 1 and providers[0].attrib == {"id": answer.domain} \
        and HOST.match(answer.domain)


@rule(("autoconfig",), "automx2 gives its whole list of customers to whoever asks; Thunderbird "
                       "refuses a file whose only domain has purpose=\"mx\"")
def asked_domain_alone(answer):
    return [(domain.text, domain.attrib) for domain in answer.root.iter("domain")] \
        == [(answer.domain, {})]


@rule(("autoconfig",), "Thunderbird takes a missing displayName for the text \"undefined\"")
def has_names(answer):
    provider = answer.root.find("emailProvider")
    return all(provider.findtext(name) for name in ("displayName", "displayShortName"))


@rule(("autoconfig",), "Thunderbird: any attribute on a value makes it unreadable")
def no_attribute_on_values(answer):
    return all(not child.attrib for server in answer.servers() for child in server
               if child.tag != "pop3")


@rule(("autoconfig",), "Geary refuses all unless imap is the first incoming server; "
                       "Thunderbird recommends the first; Evolution takes the last of a type")
def imap_first_and_one_of_each(answer):
    types = [element.get("type") for element in answer.root.iter("incomingServer")]
    mail = [type_ for type_ in ("imap", "pop3") if answer.choice.get(type_)]
    return types[:len(mail)] == mail and len(set(types)) == len(types)


@rule(("autoconfig",), "Geary and Thunderbird want smtp as the first outgoing server")
def one_outgoing_server(answer):
    types = [element.get("type") for element in answer.root.iter("outgoingServer")]
    return types == (["smtp"] if answer.choice.get("smtp") else [])


@rule(("autoconfig",), "owa breaks the page of Thunderbird's account hub")
def no_owa(answer):
    return not any(element.get("type") == "owa" for element in answer.root.iter())


@rule(("autoconfig",), "Thunderbird for Android refuses the whole file for one plain server: "
                       "only where the provider has nothing else of the type")
def encrypted(answer):
    return all(server.findtext("socketType") in ("SSL", "STARTTLS")
               or all(other.socket == "plain"
                      for other in answer.choice.of_type(server.get("type")))
               for server in answer.servers())


@rule(("autoconfig",), "Thunderbird for Android refuses the whole file for one value that is "
                       "missing; the desktop makes a missing user name \"undefined\"")
def values_complete(answer):
    for server in answer.servers():
        tags = [child.tag for child in server]
        login = provider_choice.needs_login(answer.choice.get(server.get("type")))
        wanted = ["hostname", "port", "socketType"] + (["username"] if login else [])
        if any(tags.count(name) != 1 for name in wanted) or "authentication" not in tags:
            return False
    return True


@rule(("autoconfig",), "Thunderbird for Android ignores \"plain\" and \"secure\", and then refuses "
                       "the file")
def known_authentication(answer):
    words = {"password-cleartext", "password-encrypted", "NTLM", "GSSAPI", "client-IP-address",
             "TLS-client-cert", "OAuth2", "smtp-after-pop", "none"}
    return all(element.text in words for element in answer.root.iter("authentication"))


@rule(("autoconfig",), "Evolution makes \"\" of %EMAILDOMAIN%, Geary leaves it as it is")
def domain_filled_in(answer):
    return b"%EMAILDOMAIN%" not in answer.data


@rule(("autoconfig",), "K-9, KMail, Delta Chat and Geary name no address, Evolution a made-up "
                       "one: one answer for a domain, whoever asks")
def no_person_in_it(answer):
    return answer.address.encode() not in answer.data


@rule(("autoconfig",), "Mailu: useGlobalPreferredServer sends through another account's "
                       "server; a password is never ours to give; nobody reads an oAuth2 block")
def no_harmful_elements(answer):
    return not any(element.tag in ("useGlobalPreferredServer", "addThisServer", "password",
                                   "oAuth2", "inputField", "restriction")
                   for element in answer.root.iter())


# autodiscover POX for Outlook


@rule(OUTLOOKS, "the namespaces begin with http://: the https:// of Microsoft's pages is "
                "wrong; 2006a stands in the inner one alone")
def outlook_namespaces(answer):
    return answer.root.tag == OUTER + "Autodiscover" \
        and [child.tag for child in answer.root] == [OUTLOOK + "Response"] \
        and all(element.tag.startswith(OUTLOOK) for element in answer.root[0].iter())


@rule(OUTLOOKS, "exchangelib fails on an answer without User (MS-OXDSCLI 3.2.5: it must be "
                "there)")
def user_always(answer):
    user = answer.root[0][0]
    names = [child.tag[len(OUTLOOK):] for child in user]
    if answer.format == "autodiscover-domain":
        return user.tag == OUTLOOK + "User" and names == ["DisplayName"] \
            and user[0].text == answer.domain
    return user.tag == OUTLOOK + "User" \
        and names == ["DisplayName", "AutoDiscoverSMTPAddress"] \
        and {child.text for child in user} == {answer.address}


@rule(OUTLOOKS, "the schema has one Account; go-autoconfig sends two")
def one_account(answer):
    return [child.tag[len(OUTLOOK):] for child in answer.root[0]] == ["User", "Account"]


@rule(OUTLOOKS, "FairEmail's reader wants AccountType and Action in front of every Protocol")
def account_type_and_action_first(answer):
    account = answer.root[0][1]
    return account[0].tag == OUTLOOK + "AccountType" and account[0].text == "email" \
        and account[1].tag == OUTLOOK + "Action" \
        and {child.tag[len(OUTLOOK):] for child in account[2:]} <= {"Protocol", "RedirectUrl"}


@rule(OUTLOOKS, "RedirectUrl and settings exclude each other; AOSP, exchangelib and the EWS "
                "library follow https only, to a path that ends in autodiscover.xml")
def redirection(answer):
    account = answer.root[0][1]
    url = account.findtext(OUTLOOK + "RedirectUrl")
    if account[1].text == "settings":
        return url is None
    return account[1].text == "redirectUrl" and len(account) == 3 \
        and url.startswith("https://") and url.lower().endswith("/autodiscover.xml")


@rule(OUTLOOKS, "FairEmail keeps the last of a kind, the others the first: one of each, IMAP "
                "in front. WEB turns Thunderbird's account into Exchange, EXCH makes Outlook "
                "try MAPI, POP is no type (Monogramm)")
def protocols_in_order(answer):
    types = [protocol.findtext(OUTLOOK + "Type") for protocol in answer.protocols()]
    order = ["IMAP", "POP3", "SMTP", "CalDAV", "CardDAV"]
    return types == [type_ for type_ in order if type_ in types]


@rule(OUTLOOKS, "AOSP and FairEmail read what follows by the Type they have met")
def type_first(answer):
    return all(protocol[0].tag == OUTLOOK + "Type" for protocol in answer.protocols())


@rule(OUTLOOKS, "Thunderbird, Delta Chat and FairEmail drop a block without Port; a Server is "
                "a name without scheme")
def server_and_port(answer):
    return all(HOST.match(protocol.findtext(OUTLOOK + "Server"))
               and 1 <= int(protocol.findtext(OUTLOOK + "Port")) <= 65535
               for protocol in answer.mail_protocols())


@rule(OUTLOOKS, "left out, LoginName is what stands before the @ for Outlook, the whole "
                "address for Thunderbird")
def login_name(answer):
    for protocol in answer.mail_protocols():
        server = answer.choice.get(protocol.findtext(OUTLOOK + "Type").lower())
        name = protocol.findtext(OUTLOOK + "LoginName")
        if answer.format == "autodiscover" \
                and name != (provider_choice.fill(server.user, answer.address)
                             if provider_choice.needs_login(server) else None):
            return False
    return True


@rule(("autodiscover-domain",), "Delta Chat asks by GET without an address, and takes the "
                                "whole address where there is no LoginName: a half-filled one "
                                "is wrong")
def no_login_without_address(answer):
    names = [element.text for element in answer.root.iter(OUTLOOK + "LoginName")]
    return b"%EMAIL" not in answer.data and all(names)


@rule(OUTLOOKS, "left out, SPA is on: Thunderbird picks NTLM (automx2 #38); DomainRequired on "
                "makes Outlook ask for a domain")
def spa_and_domain_off(answer):
    return all(protocol.findtext(OUTLOOK + "SPA") == "off"
               and protocol.findtext(OUTLOOK + "DomainRequired") == "off"
               for protocol in answer.mail_protocols())


@rule(OUTLOOKS, "TTL 0 means never again; a program that holds old settings for days misses a "
                "move")
def short_ttl(answer):
    return all(1 <= int(protocol.findtext(OUTLOOK + "TTL")) <= 24
               for protocol in answer.mail_protocols())


def as_outlook(ssl, encryption, _port):
    """Encryption overrides SSL: SSL is TLS from the start, TLS is STARTTLS."""
    return {"SSL": "SSL", "TLS": "STARTTLS", "None": "plain"}[encryption]


def as_outlook_2007(ssl, _encryption, port):
    """Knows no Encryption: on is TLS, from the start but for the old ports."""
    return "plain" if ssl == "off" else "STARTTLS" if port in (25, 110, 143, 587) else "SSL"


def as_thunderbird(ssl, encryption, port):
    """SSL off is plain text whatever Encryption says; else the port decides."""
    if ssl == "off" or encryption == "None":
        return "plain"
    return "STARTTLS" if port in (25, 110, 143, 587) else "SSL"


PROGRAMS = {"Outlook": as_outlook, "Outlook 2007": as_outlook_2007, "Thunderbird": as_thunderbird}
USUAL_PORTS = {"SSL": (993, 995, 465), "STARTTLS": (143, 110, 587, 25),
               "plain": tuple(range(65536))}


@rule(OUTLOOKS, "Stalwart #3248: with Encryption TLS on 993 Outlook waits for a greeting for "
                "ever; with SSL off Thunderbird and Delta Chat send the password in clear. "
                "Whoever reads the block comes to the document's socket type, if the port is a "
                "usual one")
def same_encryption_for_everybody(answer):
    for protocol in answer.mail_protocols():
        wanted = answer.choice.get(protocol.findtext(OUTLOOK + "Type").lower()).socket
        values = (protocol.findtext(OUTLOOK + "SSL"), protocol.findtext(OUTLOOK + "Encryption"),
                  int(protocol.findtext(OUTLOOK + "Port")))
        if as_outlook(*values) != wanted:
            return False
        if values[2] in USUAL_PORTS[wanted] \
                and any(read(*values) != wanted for read in PROGRAMS.values()):
            return False
    return True


@rule(OUTLOOKS, "off where sending asks for no login, or Outlook asks for a password that "
                "there is not")
def auth_required(answer):
    return all((protocol.findtext(OUTLOOK + "AuthRequired") == "on")
               == provider_choice.needs_login(
                   answer.choice.get(protocol.findtext(OUTLOOK + "Type").lower()))
               for protocol in answer.mail_protocols())


@rule(OUTLOOKS, "UsePOPAuth and SMTPLast belong to SMTP alone; with UsePOPAuth on Outlook asks "
                "for one password, so it is on where the login is the same")
def sending_switches(answer):
    choice = answer.choice
    incoming = choice.get("imap") or choice.get("pop3")
    for protocol in answer.mail_protocols():
        pop_auth = protocol.findtext(OUTLOOK + "UsePOPAuth")
        last = protocol.findtext(OUTLOOK + "SMTPLast")
        if protocol.findtext(OUTLOOK + "Type") != "SMTP":
            if pop_auth or last:
                return False
            continue
        smtp = choice.get("smtp")
        same = provider_choice.needs_login(smtp) and bool(incoming) and smtp.user == incoming.user
        if (pop_auth == "on") != same \
                or (last == "on") != ("smtp-after-pop" in smtp.methods
                                      and not provider_choice.needs_login(smtp)):
            return False
    return True


@rule(OUTLOOKS, "eM Client reads Server as a URL, and LoginName; calendars are never offered "
                "without TLS")
def dav_for_em_client(answer):
    dav = [protocol for protocol in answer.protocols() if protocol not in answer.mail_protocols()]
    return all(protocol.findtext(OUTLOOK + "Server").startswith("https://")
               and protocol.findtext(OUTLOOK + "DomainRequired") == "off" for protocol in dav)


# ActiveSync


@rule(("activesync",), "the order is the schema's; AOSP reads a Url only behind the Type, and "
                       "compares MobileSync to the letter")
def mobilesync_order(answer):
    def names(element):
        return [child.tag[len(MOBILESYNC):] for child in element]

    response = answer.root[0]
    server = response[2][0][0]
    return answer.root.tag == OUTER + "Autodiscover" and response.tag == MOBILESYNC + "Response" \
        and names(response) == ["Culture", "User", "Action"] \
        and names(response[1]) == ["DisplayName", "EMailAddress"] \
        and names(response[2]) == ["Settings"] and names(response[2][0]) == ["Server"] \
        and names(server) == ["Type", "Url", "Name"] and server[0].text == "MobileSync" \
        and server[1].text == server[2].text


@rule(("activesync",), "the address is the asked one")
def mobilesync_address(answer):
    return answer.root.findtext(".//" + MOBILESYNC + "EMailAddress") == answer.address


# JSON


@rule(JSON + ("qr",), "bytes that a digest in DNS and a test can rely on: no blanks between, "
                      "UTF-8 as it is")
def compact_json(answer):
    value = json.loads(answer.data)
    return answer.data.rstrip(b"\n").decode() \
        == json.dumps(value, separators=(",", ":"), ensure_ascii=False)


@rule(JSON[:3], "Exchange's own order and names; the Url is never built from a Host header, and "
                "programs follow https alone")
def autodiscover_v2(answer):
    value = json.loads(answer.data)
    return list(value) == ["Protocol", "Url"] and value["Url"].startswith("https://")


@rule(("pacc",), "text protocols have no port: only TLS from the start at the usual one can be "
                 "said; the name before and after draft -03 both stand there")
def pacc_protocols(answer):
    protocols = json.loads(answer.data)["protocols"]
    order = ["imap", "pop3", "smtp", "submit", "jmap", "caldav", "carddav", "webdav"]
    return list(protocols) == [name for name in order if name in protocols] \
        and ("smtp" in protocols) == ("submit" in protocols) \
        and all(list(protocols[name]) == (["host"] if name in order[:4] else ["url"])
                for name in protocols)


@rule(("pacc",), "DAV URLs are https, with a path and without a port (automx's rule)")
def pacc_urls(answer):
    return all(re.match(r"https://[^/:]+/", value["url"])
               for value in json.loads(answer.data)["protocols"].values() if "url" in value)


@rule(("pacc",), "a name has 60 characters at most, a short one 20")
def pacc_names(answer):
    provider = json.loads(answer.data)["info"]["provider"]
    return len(provider["name"]) <= 60 and len(provider.get("shortName", "")) <= 20


@rule(("pacc",), "the digest of the bytes stands in DNS, once for a domain")
def pacc_without_person(answer):
    return answer.address.encode() not in answer.data and b"%EMAIL" not in answer.data


# What Thunderbird for Android scans (feature/migration/qrcode/qr-code-format.md)


@rule(("qr",), "version 1, one code of one; exactly the elements of the format, since a writer "
               "must add none, and no password behind them")
def qr_elements(answer):
    value = json.loads(answer.data)
    version, sequence, incoming, groups = value
    (outgoing, identity), = groups
    return (version, sequence) == (1, [1, 1]) and (len(incoming), len(outgoing)) == (6, 6) \
        and len(identity) == 2 and incoming[0] in (0, 1) and outgoing[0] == 0


@rule(("qr",), "numbers are integers, texts are strings of one line; the program refuses the whole "
               "code otherwise, and for 1 (a legacy kind of STARTTLS), GSSAPI and NTLM")
def qr_values(answer):
    _, _, incoming, [[outgoing, identity]] = json.loads(answer.data)
    return all([type(value) for value in server] == [int, str, int, int, int, str]
               and 1 <= server[2] <= 65535 and server[3] in (0, 2, 3)
               and server[4] in (0, 1, 2, 5, 6) for server in (incoming, outgoing)) \
        and all(value.splitlines() == [value]
                for value in (incoming[1], outgoing[1], *identity))


@rule(("qr",), "host names and addresses are ASCII; the address is a Dot-string (RFC 5321 "
               "4.1.2), or the program refuses the whole code")
def qr_ascii(answer):
    _, _, incoming, [[outgoing, (address, _)]] = json.loads(answer.data)
    atom = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
    return all(HOST.match(server[1].lower()) for server in (incoming, outgoing)) \
        and re.fullmatch(r"%s(\.%s)*@[A-Za-z0-9.-]+" % (atom, atom), address) \
        and len(address) <= 254


@rule(("qr",), "more than some hundred bytes are a code too fine for a camera")
def qr_size(answer):
    return len(answer.data.rstrip(b"\n")) <= 1000


# MTA-STS

# RFC 8461 3.2 and, of a Domain, RFC 5321 4.1.2.
POLICY_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?"
POLICY_VALUES = {
    "version": r"STSv1", "mode": r"testing|enforce|none", "max_age": r"[0-9]{1,10}",
    "mx": r"(\*\.)?%s(\.%s)*" % (POLICY_LABEL, POLICY_LABEL),
}


def policy_lines(answer):
    """Name and value of each line, split at the first colon; the value with the blank before it."""
    return [line.partition(":")[::2] for line in answer.data.decode("ascii").splitlines()]


@rule(("mta-sts",), "RFC 8461 3.2: the text wants CR LF, which some senders insist on, and the "
                    "grammar no empty line")
def policy_line_ends(answer):
    lines = answer.data.split(b"\r\n")
    return lines[-1] == b"" and all(line and not re.search(rb"[\r\n]", line)
                                    for line in lines[:-1])


@rule(("mta-sts",), "RFC 8461 3.2: values to the letter, no blank before the colon of mode; "
                    "unknown fields are allowed, and of no use")
def policy_grammar(answer):
    return all(re.fullmatch(" *(%s) *" % POLICY_VALUES.get(name, "(?!)"), value)
               for name, value in policy_lines(answer))


@rule(("mta-sts",), "RFC 8461 3.2: version, mode and max_age once, mx at least once; readers that "
                    "tell the format by its first line want the version there")
def policy_fields(answer):
    names = [name for name, _ in policy_lines(answer)]
    return names[0] == "version" and "mx" in names \
        and all(names.count(name) == 1 for name in ("version", "mode", "max_age"))


@rule(("mta-sts",), "RFC 8461 3.2: a year at most, cut by senders; 8.3: a day is what a policy "
                    "ends with, and checkers refuse less")
def policy_age(answer):
    return 86400 <= int(dict(policy_lines(answer))["max_age"]) <= 31557600


@rule(("mta-sts",), "RFC 8461 3.1: the id in DNS stands for the policy, so it is one of a domain")
def policy_without_person(answer):
    return answer.address.encode() not in answer.data and b"%" not in answer.data


# Apple profiles


def payloads(answer):
    return plistlib.loads(answer.data)["PayloadContent"]


@rule(PROFILES, "required of the profile and of every payload")
def required_keys(answer):
    profile = plistlib.loads(answer.data)
    return profile["PayloadType"] == "Configuration" \
        and all(part["PayloadVersion"] == 1 and part["PayloadIdentifier"] and part["PayloadType"]
                for part in [profile] + profile["PayloadContent"])


@rule(PROFILES, "identifiers are unique within a profile and extend the profile's; a constant "
                "or per-domain one makes the second mailbox remove the first (mailcow 1053, "
                "Mailu)")
def identifiers(answer):
    profile = plistlib.loads(answer.data)
    own = profile["PayloadIdentifier"]
    inner = [payload["PayloadIdentifier"] for payload in profile["PayloadContent"]]
    return re.match(r"[a-z0-9.-]+\.mail\.[a-z2-7]{16}\Z", own) and len(set(inner)) == len(inner) \
        and all(identifier.startswith(own + ".") for identifier in inner)


@rule(PROFILES, "random UUIDs pile up an account with each installation (automx2), or never "
                "update in place (mailcow): they are made of the address, in upper case with "
                "hyphens")
def uuids(answer):
    profile = plistlib.loads(answer.data)
    texts = [part["PayloadUUID"] for part in [profile] + profile["PayloadContent"]]
    return len(set(texts)) == len(texts) \
        and all(text == str(uuid.UUID(text)).upper() and uuid.UUID(text).version == 5
                for text in texts)


@rule(PROFILES, "a password belongs into an encrypted profile, which a web server cannot make")
def no_password(answer):
    return all("Password" not in key or key == "OutgoingPasswordSameAsIncomingPassword"
               for payload in payloads(answer) for key in payload)


@rule(PROFILES, "an empty string is not \"ask\", it is empty (Mailu); an empty <integer/> makes "
                "the profile unopenable (mailcow 2296)")
def nothing_empty(answer):
    return all(value != "" for payload in payloads(answer) for value in payload.values())


@rule(PROFILES, "a port is an integer; <real> breaks the schema")
def integer_ports(answer):
    return b"<real>" not in answer.data \
        and all(type(value) is int and 1 <= value <= 65535
                for payload in payloads(answer) for key, value in payload.items()
                if key.endswith(("Port", "PortNumber")))


@rule(PROFILES, "left out, UseSSL is false and sending begins at port 25")
def tls_and_ports_written(answer):
    for payload in payloads(answer):
        if payload["PayloadType"] == "com.apple.eas.account" and payload.get("SSL") is not True:
            return False
        for key in payload:
            if key.endswith("MailServerHostName"):
                way = key[:-len("HostName")]
                if not isinstance(payload.get(way + "UseSSL"), bool) \
                        or way + "PortNumber" not in payload:
                    return False
            elif key.endswith("DAVHostName"):
                way = key[:-len("HostName")]
                if payload.get(way + "UseSSL") is not True or way + "Port" not in payload:
                    return False
    return True


@rule(PROFILES, "one boolean for both ways of TLS: false only where there is none")
def tls_of_mail(answer):
    types = {"EmailTypeIMAP": "imap", "EmailTypePOP": "pop3"}
    return all(payload["IncomingMailServerUseSSL"]
               == (answer.choice.get(types[payload["EmailAccountType"]]).socket != "plain")
               and payload["OutgoingMailServerUseSSL"]
               == (answer.choice.get("smtp").socket != "plain")
               for payload in payloads(answer) if "EmailAccountType" in payload)


@rule(PROFILES, "the sender's name is not known (Mailu writes the host's); TargetDeviceType "
                "would shut an iPad out, which says that it is a Mac; a removal date takes the "
                "account with it")
def nothing_made_up(answer):
    profile = plistlib.loads(answer.data)
    keys = set(profile) | {key for payload in profile["PayloadContent"] for key in payload}
    return not keys & {"EmailAccountName", "TargetDeviceType", "RemovalDate",
                       "DurationUntilRemoval", "PayloadRemovalDisallowed", "ConsentText"}


@rule(PROFILES, "what the person sees before the passcode: whose mailbox, and that no password "
                "is in it")
def says_what_it_is(answer):
    profile = plistlib.loads(answer.data)
    return profile["PayloadDisplayName"] == "Mail: " + answer.address \
        and "no password" in profile["PayloadDescription"] \
        and answer.address.rpartition("@")[2].lower() in profile["PayloadDescription"]


# DNS records


def records(answer):
    return formats.read_records(answer.data)


@rule(("records",), "two records of a kind at one name: programs differ in which they take; "
                    "\"not offered\" beside a server is accepted by every checker and by no "
                    "program")
def one_srv_a_name(answer):
    owners = [record.owner for record in records(answer) if record.type == "SRV"]
    return len(set(owners)) == len(owners)


@rule(("records",), "RFC 2782: the target \".\" is priority, weight and port 0")
def not_offered_is_all_zero(answer):
    return all(record.rdata == "0 0 0 ." for record in records(answer)
               if record.type == "SRV" and record.rdata.endswith(" ."))


@rule(("records",), "programs that know no \".\" take it for an empty host name: Thunderbird's "
                    "autodiscover would ask it")
def autodiscover_is_never_refused(answer):
    return all(record.rdata.startswith("0 0 443 ") and not record.rdata.endswith(" .")
               for record in records(answer) if record.owner.startswith("_autodiscover."))


@rule(("records",), "RFC 2782: a target is no CNAME; RFC 1034: nothing stands beside one")
def cnames_alone(answer):
    aliases = {record.owner for record in records(answer) if record.type == "CNAME"}
    others = {record.owner for record in records(answer) if record.type != "CNAME"}
    targets = {record.rdata.split(" ")[-1] for record in records(answer)
               if record.type in ("SRV", "CNAME")}
    return not aliases & (others | targets)


@rule(("records",), "an IP address is no target (no checker but one sees it)")
def targets_are_names(answer):
    return not any(re.search(r" [0-9.]+\.\Z", record.rdata) for record in records(answer)
                   if record.type == "SRV" and not record.rdata.endswith(" ."))


@rule(("records",), "RFC 6186 3.4: the smaller number is preferred; Evolution and FairEmail "
                    "believe these records more than the XML, so the server that it names "
                    "comes first, and IMAP before POP3")
def priorities(answer):
    services = formats.read_srv(records(answer), answer.domain)
    for type_, names in (("imap", ("imaps", "imap")), ("pop3", ("pop3s", "pop3")),
                         ("smtp", ("submissions", "submission"))):
        offered = {name: services[name] for name in names if services.get(name, (0, 0, ""))[2]}
        chosen = answer.choice.get(type_)
        best = names[0] if chosen and chosen.socket == "SSL" else names[1]
        if offered and best not in offered:
            return False
        if any(offered[name][0] <= offered[best][0] for name in offered if name != best):
            return False
    pop3 = [services[name][0] for name in ("pop3s", "pop3") if services.get(name, (0, 0, ""))[2]]
    imap = [services[name][0] for name in ("imaps", "imap") if services.get(name, (0, 0, ""))[2]]
    return not pop3 or not imap or max(imap) < min(pop3)


@rule(("records",), "calendars and contacts are never offered without TLS")
def no_plain_dav(answer):
    services = formats.read_srv(records(answer), answer.domain)
    return all(services.get(name, (0, 0, ""))[2] == "" for name in ("caldav", "carddav"))


@rule(("records",), "RFC 6764: the path stands in a TXT record at the same name; without it "
                    "programs try /.well-known, which a server need not answer")
def dav_has_a_path(answer):
    found = records(answer)
    paths = {record.owner for record in found if record.type == "TXT"
             and re.match(r'"path=/[!-~]*"\Z', record.rdata)}
    return all(record.owner in paths for record in found if record.type == "SRV"
               and record.owner.startswith(("_caldavs._tcp.", "_carddavs._tcp.")))


@rule(("records",), "RFC 8461 3.1: version first, an id of 1 to 32 letters and digits; with a "
                    "second record that begins so there is no policy")
def mta_sts_announced(answer):
    found = [record.rdata for record in records(answer) if record.type == "TXT"
             and record.owner == "_mta-sts.%s." % answer.domain]
    return len(found) == bool(answer.choice.policy) \
        and all(re.fullmatch(r'"v=STSv1 *(; *id=[A-Za-z0-9]{1,32} *);? *"', text) for text in found)


@rule(("records",), "every tool reads absolute names in lower case with a TTL and a class on "
                    "each line; directives and raw UTF-8 some do not")
def plain_zone_text(answer):
    return all(record.owner == record.owner.lower() and len(record.owner) <= 254
               and ("." + record.owner).endswith("." + answer.domain + ".")
               for record in records(answer)) \
        and b"$" not in answer.data and answer.data.endswith(b"\n")
