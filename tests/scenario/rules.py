"""What mail programs demand of every answer of a format, whichever request it was made for.

Each rule has its reason beside it: the program that stumbles, and how.
"""

import json
import plistlib
import re
import uuid
import xml.etree.ElementTree as ElementTree

import facts

AUTO, OUTLOOK, SYNC = ("{%s}" % facts.NAMESPACES[name] for name in ("auto", "outlook", "sync"))
HOST = re.compile(r"(?=.{1,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]\Z")
IMPLICIT_TLS_PORTS = ("993", "995", "465")


class RuleError(Exception):
    pass


def need(truth, reason):
    if not truth:
        raise RuleError(reason)


def check(answer, method="GET"):
    """Raises RuleError with the reason if the answer breaks a rule."""
    check_headers(answer)
    if method == "HEAD" or not answer.body:
        return
    media_type = answer.header("Content-Type")
    need(media_type, "a body without Content-Type: programs guess from nosniff on")
    how = facts.kind(media_type)
    if how == "xml":
        check_xml(answer, method)
    elif how == "json":
        check_json(answer)
    elif how == "plist":
        check_plist(answer)
    elif answer.body.startswith(b"version:"):
        check_mta_sts(answer)


def check_headers(answer):
    need(answer.header("X-Content-Type-Options") == "nosniff", "every answer says nosniff")
    for name in ("Set-Cookie", "WWW-Authenticate", "Proxy-Authenticate"):
        # Outlook loops on its prompt, Thunderbird says that the password is wrong, and a 401 is
        # how passwords get sent to whoever asks.
        need(answer.header(name) is None, "%s is never sent" % name)
    need(answer.status != 401, "nobody is ever asked to authenticate")
    if 200 <= answer.status < 300:
        media_type = (answer.header("Content-Type") or "").lower()
        # The first 2xx ends the search of Thunderbird and Delta Chat, usable or not.
        need("html" not in media_type, "never 200 with a page")


def check_xml(answer, method):
    body = answer.body
    # Blanks before the declaration are malformed for Thunderbird; the draft allows no BOM.
    need(body.startswith(b"<?xml "), "an XML answer begins with its declaration")
    body.decode("utf-8")
    need(b"<!DOCTYPE" not in body and b"<!ENTITY" not in body, "no DTD")
    # Thunderbird and Delta Chat compare names with the prefix on them.
    need(not re.search(rb"<[A-Za-z0-9_.-]+:", body), "no prefix: the default namespace alone")
    root = ElementTree.fromstring(body)
    if root.tag == "clientConfig":
        check_autoconfig(root, body)
    elif root.tag == AUTO + "Autodiscover":
        check_autodiscover(root, answer, method)
    else:
        raise RuleError("unknown root element %s" % root.tag)


# autoconfig

VALUES = ("hostname", "port", "socketType", "authentication", "username")


def check_autoconfig(root, body):
    need(answer_has_no_placeholder_of_domain(body),
         "%EMAILDOMAIN% is filled in: Evolution makes nothing of it, Geary leaves it literally")
    need(root.get("version") == "1.1", "version 1.1: no program reads what 1.2 adds")
    providers = root.findall("emailProvider")
    need(len(providers) == 1, "one emailProvider")
    provider = providers[0]
    name = provider.get("id") or ""
    # Thunderbird and its Android sister refuse an id that is no host name.
    need(HOST.match(name), "emailProvider@id %r is no host name" % name)
    domains = provider.findall("domain")
    # automx2 gives the whole list of customers to whoever asks; Thunderbird refuses a domain
    # element with an attribute.
    need([d.text for d in domains] == [name], "the asked domain alone is listed")
    need(not domains[0].attrib, "no attribute on domain")
    check_autoconfig_servers(provider)
    for element in provider.iter():
        # Mailu: it makes Thunderbird send through another account's server.
        need(element.tag != "useGlobalPreferredServer", "no useGlobalPreferredServer")


def answer_has_no_placeholder_of_domain(body):
    return b"%EMAILDOMAIN%" not in body


def check_autoconfig_servers(provider):
    incoming = provider.findall("incomingServer")
    types = [server.get("type") for server in incoming]
    outgoing = [server.get("type") for server in provider.findall("outgoingServer")]
    # Geary wants imap first; Thunderbird recommends whatever is first; Evolution takes the last of
    # a type.
    mail = [word for word in types if word in ("imap", "pop3")]
    need(types[:len(mail)] == mail, "imap and pop3 come before other types, not %s" % types)
    need(mail in (["imap"], ["pop3"], ["imap", "pop3"]), "one of each, imap first, not %s" % types)
    # Thunderbird and Geary refuse a file without smtp.
    need(outgoing == ["smtp"], "one outgoing server, not %s" % outgoing)
    for server in incoming[:len(mail)] + provider.findall("outgoingServer"):
        check_autoconfig_server(server)


def check_autoconfig_server(server):
    tags = [child.tag for child in server]
    for name in VALUES:
        # Thunderbird for Android refuses a whole file for one that is missing; the desktop makes
        # the user name "undefined" of it.
        need(name in tags, "%s without %s" % (server.get("type"), name))
    for name in ("hostname", "port", "socketType", "username"):
        need(tags.count(name) == 1, "%s once: programs differ in which they take" % name)
    for child in server:
        if child.tag not in VALUES:
            continue
        # An attribute makes the value unreadable for Thunderbird; KMail, Evolution, Geary and
        # Horde each stumble over blanks and comments in one or another.
        need(not child.attrib and not len(child), "%s has a bare value" % child.tag)
        text = child.text or ""
        need(text and text == text.strip(), "%s %r has no blanks around it" % (child.tag, text))
    # "plain" beside or alone makes Thunderbird for Android refuse the whole file.
    need(server.findtext("socketType") in ("SSL", "STARTTLS"), "SSL or STARTTLS only")
    methods = [child.text for child in server.findall("authentication")]
    # KMail takes the first; OAuth2 first would be OAuth2, which no such server has.
    need(methods[0] == "password-cleartext", "password-cleartext first, not %s" % methods)
    need(HOST.match(server.findtext("hostname")), "hostname is a name, in lower case")
    need(1 <= int(server.findtext("port")) <= 65535, "port")


# autodiscover POX


def check_autodiscover(root, answer, method):
    # DavMail's class compares the whole line.
    need(answer.header("Content-Type") == "text/xml; charset=utf-8", "the exact media type")
    # Microsoft's own pages print https://schemas, which no client knows.
    need(b"https://schemas.microsoft.com" not in answer.body, "namespaces begin with http://")
    need(len(root) == 1, "one Response")
    response = root[0]
    if response.tag == AUTO + "Response":
        check_autodiscover_error(response)
    elif response.tag == OUTLOOK + "Response":
        check_outlook(response)
    elif response.tag == SYNC + "Response":
        check_mobilesync(response)
    else:
        raise RuleError("Response in an unknown namespace: %s" % response.tag)
    # Any other status makes clients try their next URL; but any 2xx to a GET ends Delta Chat's
    # search, so there an error is a 404.
    wanted = 404 if method == "GET" and response.tag == AUTO + "Response" else 200
    need(answer.status == wanted, "status %d" % wanted)
    for element in root.iter():
        # FairEmail and the mail program of AOSP compare exactly.
        text = element.text or ""
        need(len(element) or text == text.strip(), "no blanks around %r" % text)


def names(element, namespace):
    """The names of the children, all of which must be in the namespace."""
    for child in element:
        need(child.tag.startswith(namespace), "%s is in a wrong namespace" % child.tag)
    return [child.tag[len(namespace):] for child in element]


def check_autodiscover_error(response):
    need(names(response, AUTO) == ["Error"], "an error answer holds one Error")
    need(names(response[0], AUTO)[:2] == ["ErrorCode", "Message"], "ErrorCode, then Message")
    need(response[0][0].text in ("500", "600", "601"), "ErrorCode %s" % response[0][0].text)


def check_outlook(response):
    children = names(response, OUTLOOK)
    account = response.find(OUTLOOK + "Account")
    need(account is not None, "Account")
    parts = names(account, OUTLOOK)
    # FairEmail's reader needs both before Protocol.
    need(parts[:2] == ["AccountType", "Action"], "AccountType and Action come first")
    need(account[0].text == "email", "AccountType email")
    if account[1].text == "redirectUrl":
        need(parts == ["AccountType", "Action", "RedirectUrl"], "RedirectUrl alone")
        # Clients follow https only, and Microsoft's library wants this ending.
        url = account[2].text
        need(url.startswith("https://") and url.lower().endswith("autodiscover.xml"), url)
        return
    need(account[1].text == "settings", "Action settings")
    # MS-OXDSCLI 3.2.5 demands User; exchangelib 4.9 crashes without it.
    need(children == ["User", "Account"], "User, then Account, not %s" % children)
    need(response[0].findtext(OUTLOOK + "DisplayName"), "User has a DisplayName")
    need(set(parts[2:]) == {"Protocol"}, "Protocol elements, not %s" % parts[2:])
    types = [protocol.findtext(OUTLOOK + "Type") for protocol in account[2:]]
    # WEB turns Thunderbird's account into an exchange one, EXCH makes Outlook try MAPI.
    order = ["IMAP", "POP3", "SMTP", "CalDAV", "CardDAV"]
    need(types == [word for word in order if word in types], "types %s" % types)
    need("SMTP" in types, "SMTP")
    for protocol in account[2:]:
        check_outlook_protocol(protocol)


def check_outlook_protocol(protocol):
    parts = names(protocol, OUTLOOK)
    need(len(set(parts)) == len(parts), "no element twice in a Protocol")
    need(parts[0] == "Type", "Type comes first: readers switch on it")
    value = {name: child.text for name, child in zip(parts, protocol)}
    # Absent means on: NTLM, and a question for a domain.
    need(value["DomainRequired"] == "off", "DomainRequired off")
    if value["Type"] in ("CalDAV", "CardDAV"):
        need(value["Server"].startswith("https://"), "eM Client wants a URL")
        return
    # Thunderbird and Delta Chat drop a block without Port.
    need(HOST.match(value["Server"]) and value["Port"].isdigit(), "Server and Port")
    need(value["SPA"] == "off", "SPA off: absent means on, and then Thunderbird picks NTLM")
    # SSL off makes plain text of it in Thunderbird and Delta Chat, whatever Encryption says.
    need(value["SSL"] == "on", "SSL on")
    # Encryption overrides SSL in Outlook: SSL is TLS from the start, TLS is STARTTLS. The wrong
    # one waits for a greeting for ever.
    wanted = "SSL" if value["Port"] in IMPLICIT_TLS_PORTS else "TLS"
    need(value["Encryption"] == wanted, "Encryption %(Encryption)s on %(Port)s" % value)
    need(value["AuthRequired"] == "on", "AuthRequired on")


def check_mobilesync(response):
    # The order of the schema; AOSP's reader takes Url only after Type.
    need([c for c in names(response, SYNC) if c != "Culture"] == ["User", "Action"], "User, Action")
    need(names(response.find(SYNC + "User"), SYNC) == ["DisplayName", "EMailAddress"], "User")
    action = response.find(SYNC + "Action")
    need(names(action, SYNC) == ["Settings"], "Action")
    for server in action[0]:
        need(names(server, SYNC) == ["Type", "Url", "Name"], "Server: Type, Url, Name")
        need(server[0].text == "MobileSync", "AOSP compares MobileSync to the letter")
        need(server[1].text.startswith("https://"), "Url")


# JSON: autodiscover version 2 and PACC


def check_json(answer):
    value = json.loads(answer.body.decode("utf-8"))
    need(isinstance(value, dict), "an object")
    if "protocols" in value:
        check_pacc(value)
    elif answer.status == 200:
        need(list(value) == ["Protocol", "Url"], "Protocol and Url, not %s" % list(value))
        need(value["Url"].startswith("https://"), "Url")
    else:
        need(list(value) == ["ErrorCode", "ErrorMessage"], "an error, not %s" % list(value))


def check_pacc(value):
    for name, server in value["protocols"].items():
        need(list(server) in (["host"], ["url"]), "%s has a host or a url" % name)
    need(value["authentication"]["password"] is True, "by password")


# MTA-STS

POLICY = re.compile(rb"version: STSv1\r\nmode: (none|testing|enforce)\r\n"
                    rb"(mx: (\*\.)?[a-z0-9.-]+\r\n){1,10}max_age: [0-9]{5,8}\r\n\Z")


def check_mta_sts(answer):
    # Checkers compare the type as a whole, though parameters are allowed.
    need(answer.header("Content-Type") == "text/plain", "text/plain alone")
    need(answer.status == 200, "RFC 8461 3.3: a policy comes with 200")
    need(POLICY.match(answer.body), "lines that end in CR LF, all fields")


# Apple profiles

PROFILE_KEYS = ("PayloadIdentifier", "PayloadUUID", "PayloadType", "PayloadVersion")


def check_plist(answer):
    body = answer.body
    need(answer.header("Cache-Control") == "no-store", "a profile names a person: no-store")
    # "attachment" and a name: Safari hands it to Settings.
    need(re.match(r'attachment; filename="mail-[a-z0-9.-]+\.mobileconfig"\Z',
                  answer.header("Content-Disposition") or ""), "Content-Disposition")
    need(body.startswith(b'<?xml version="1.0" encoding="UTF-8"?>'), "the declaration comes first")
    need(b'"-//Apple//DTD PLIST 1.0//EN"' in body, "Apple's document type")
    need(b"<real>" not in body, "numbers are integers: <real> breaks the schema")
    profile = plistlib.loads(body)
    need(profile["PayloadType"] == "Configuration", "PayloadType")
    payloads = profile["PayloadContent"]
    need(payloads, "something in it")
    for payload in [profile, *payloads]:
        check_payload(payload)
    for name in ("PayloadIdentifier", "PayloadUUID"):
        values = [payload[name] for payload in [profile, *payloads]]
        # A constant one makes the second mailbox remove the first.
        need(len(set(values)) == len(values), "%s is unique" % name)
    for payload in payloads:
        need(payload["PayloadIdentifier"].startswith(profile["PayloadIdentifier"] + "."),
             "a payload's identifier extends the profile's")


def check_payload(payload):
    for key in PROFILE_KEYS:
        need(key in payload, "%s is required" % key)
    need(payload["PayloadVersion"] == 1, "PayloadVersion 1")
    text = payload["PayloadUUID"]
    need(text == str(uuid.UUID(text)).upper(), "PayloadUUID %r in upper case with hyphens" % text)
    # Random ones pile up an account with each installation.
    need(uuid.UUID(text).version == 5, "PayloadUUID is made from the address")
    for key, value in payload.items():
        # Password keys belong into encrypted profiles only.
        need("Password" not in key or key == "OutgoingPasswordSameAsIncomingPassword", key)
        need(value != "", "%s is empty: Apple does not read that as \"ask\"" % key)
        if key.endswith("Port") or key.endswith("PortNumber"):
            need(type(value) is int and 1 <= value <= 65535, "%s is an integer" % key)
    for key in payload:
        # Absent means false.
        if key.endswith("MailServerHostName"):
            prefix = key[:-len("HostName")]
            need(payload.get(prefix + "UseSSL") is True, prefix + "UseSSL is written, and true")
            # Absent means 25 first.
            need(prefix + "PortNumber" in payload, prefix + "PortNumber is written")
