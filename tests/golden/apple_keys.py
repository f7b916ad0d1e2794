#!/usr/bin/env python3
"""Apple's documented keys of configuration profiles: types, required keys, ranges.

From Apple's schema repository apple/device-management (iOS 18.1, macOS 15.1). A key that is not in
it is refused: devices pass it over in silence, so a misspelt one would go unnoticed. Refused as
well is what the schema allows and experience forbids: a password, an empty text (it is not "ask"),
TLS and ports left to their defaults (off, and 25 first), identities that are not unique.

Run alone, it judges every golden profile, and is judged by profiles that were spoilt.
"""

import collections
import datetime
import glob
import os
import plistlib
import re
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))

Key = collections.namedtuple("Key", "kind required allowed", defaults=(False, None))
PORT = range(1, 65536)
AUTHENTICATION = ("EmailAuthNone", "EmailAuthPassword", "EmailAuthCRAMMD5", "EmailAuthNTLM",
                  "EmailAuthHTTPMD5")
IDENTIFIER = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
UUID = re.compile(r"[0-9A-F]{8}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{12}")
HOST = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
ADDRESS = re.compile(r"[^\s@,]+@[^\s@,]+")  # one alone: a list is not documented

COMMON = {
    "PayloadIdentifier": Key(str, True, IDENTIFIER),
    "PayloadUUID": Key(str, True, UUID),
    "PayloadVersion": Key(int, True, (1,)),
    "PayloadDisplayName": Key(str),
    "PayloadDescription": Key(str),
    "PayloadOrganization": Key(str),
}
PROFILE = {
    **COMMON,
    "PayloadType": Key(str, True, ("Configuration",)),
    "PayloadContent": Key(list, True),
    "ConsentText": Key(dict),
    "PayloadExpirationDate": Key(datetime.datetime),
    "TargetDeviceType": Key(int, False, (0, 1, 2, 5, 6)),
    "PayloadScope": Key(str, False, ("User", "System")),
}


def server(way):
    """The keys of one direction. Port and TLS are optional in the schema alone."""
    return {
        way + "MailServerAuthentication": Key(str, True, AUTHENTICATION),
        way + "MailServerHostName": Key(str, True, HOST),
        way + "MailServerPortNumber": Key(int, True, PORT),
        way + "MailServerUseSSL": Key(bool, True),
        way + "MailServerUsername": Key(str),
    }


def dav(name, principal):
    return {
        name + "AccountDescription": Key(str),
        name + "HostName": Key(str, True, HOST),
        name + "Port": Key(int, True, PORT),
        name + "UseSSL": Key(bool, True),
        name + "Username": Key(str),
        name + "PrincipalURL": Key(str, False, principal),
    }


PAYLOADS = {
    "com.apple.mail.managed": {
        **server("Incoming"), **server("Outgoing"),
        "EmailAccountType": Key(str, True, ("EmailTypeIMAP", "EmailTypePOP")),
        "EmailAccountDescription": Key(str),
        "EmailAccountName": Key(str),
        "EmailAddress": Key(str, False, ADDRESS),
        "OutgoingPasswordSameAsIncomingPassword": Key(bool),
        "IncomingMailServerIMAPPathPrefix": Key(str),
        "PreventMove": Key(bool),
        "PreventAppSheet": Key(bool),
        "allowMailDrop": Key(bool),
        "disableMailRecentsSyncing": Key(bool),
    },
    "com.apple.caldav.account": dav("CalDAV", re.compile(r"/\S*")),
    "com.apple.carddav.account": dav("CardDAV", re.compile(r"/\S*")),
    "com.apple.eas.account": {
        "Host": Key(str, True, HOST),
        "SSL": Key(bool, True, (True,)),
        "UserName": Key(str),
        "EmailAddress": Key(str, False, ADDRESS),
        "MailNumberOfPastDaysToSync": Key(int, False, (0, 1, 3, 7, 14, 31)),
        "PreventMove": Key(bool),
        "PreventAppSheet": Key(bool),
        "EnableMail": Key(bool), "EnableContacts": Key(bool), "EnableCalendars": Key(bool),
        "EnableReminders": Key(bool), "EnableNotes": Key(bool),
    },
}


def fits(value, allowed):
    if allowed is None:
        return True
    if isinstance(allowed, re.Pattern):
        return allowed.fullmatch(value) is not None
    return value in allowed


def check_keys(values, keys, place):
    """Complaints about the keys of one dictionary."""
    complaints = ["%s: %s: not documented" % (place, name) for name in values if name not in keys]
    for name, key in keys.items():
        value = values.get(name)
        if value is None:
            if key.required:
                complaints.append("%s: %s: missing" % (place, name))
        elif type(value) is not key.kind:  # a bool is an int, and no int here
            complaints.append("%s: %s: is %s" % (place, name, type(value).__name__))
        elif value == "":
            complaints.append("%s: %s: empty" % (place, name))
        elif not fits(value, key.allowed):
            complaints.append("%s: %s: %r" % (place, name, value))
    return complaints


def check_identities(profile):
    """Within the profile all differ, and a payload's identifier extends the profile's."""
    everything = [profile] + profile["PayloadContent"]
    complaints = []
    for key in ("PayloadIdentifier", "PayloadUUID"):
        values = [payload.get(key) for payload in everything]
        if len(set(values)) != len(values):
            complaints.append("%s: not unique" % key)
    for payload in profile["PayloadContent"]:
        if not str(payload.get("PayloadIdentifier")).startswith(
                str(profile.get("PayloadIdentifier")) + "."):
            complaints.append("PayloadIdentifier: a payload's does not extend the profile's")
    return complaints


def check(data):
    """All complaints about an unsigned profile, as texts."""
    try:
        profile = plistlib.loads(data)
    except Exception as error:  # plistlib raises many kinds, an empty <integer/> a ValueError
        return ["not a property list: %r" % error]
    complaints = check_keys(profile, PROFILE, "profile")
    if type(profile.get("PayloadContent")) is not list or not profile["PayloadContent"]:
        return complaints + ["profile: PayloadContent: no payload"]
    for payload in profile["PayloadContent"]:
        kind = payload.get("PayloadType")
        if kind not in PAYLOADS:
            complaints.append("payload: PayloadType: %r" % kind)
            continue
        keys = {**COMMON, **PAYLOADS[kind], "PayloadType": Key(str, True)}
        complaints += check_keys(payload, keys, kind)
    return complaints + check_identities(profile)


def identities(data):
    """[(identifier, uuid)] of the profile and its payloads: what a device tells accounts by."""
    profile = plistlib.loads(data)
    return [(payload["PayloadIdentifier"], payload["PayloadUUID"])
            for payload in [profile] + profile["PayloadContent"]]


# (format of the golden file, what to find (a pattern), what to put there, the complaint)
MAIL = "com.apple.mail.managed: "
SPOILT = [
    ("mobileconfig", r"<key>EmailAccountType</key>\s*<string>[^<]*</string>", "",
     MAIL + "EmailAccountType: missing"),
    ("mobileconfig", "EmailTypeIMAP", "EmailTypeImap", MAIL + "EmailAccountType: 'EmailTypeImap'"),
    ("mobileconfig", "<integer>993</integer>", "<real>993</real>",
     MAIL + "IncomingMailServerPortNumber: is float"),
    ("mobileconfig", "<integer>993</integer>", "<string>993</string>",
     MAIL + "IncomingMailServerPortNumber: is str"),
    ("mobileconfig", "<integer>993</integer>", "<integer>65536</integer>",
     MAIL + "IncomingMailServerPortNumber: 65536"),
    ("mobileconfig", r"(?s)<true/>", "<string>true</string>",
     MAIL + "IncomingMailServerUseSSL: is str"),
    ("mobileconfig", r"<key>IncomingMailServerUseSSL</key>\s*<true/>", "",
     MAIL + "IncomingMailServerUseSSL: missing"),
    ("mobileconfig", "IncomingMailServerUsername", "IncomingMailServerUserName",
     MAIL + "IncomingMailServerUserName: not documented"),
    ("mobileconfig", "<key>EmailAccountType",
     "<key>IncomingPassword</key><string>x</string><key>EmailAccountType",
     MAIL + "IncomingPassword: not documented"),
    ("mobileconfig", r"(<key>EmailAddress</key>\s*<string>)[^<]*", r"\1",
     MAIL + "EmailAddress: empty"),
    ("mobileconfig", r"(<key>EmailAddress</key>\s*<string>)", r"\1x@y.example,",
     MAIL + "EmailAddress: 'x@y.example,anna.berg@smartermail-enterprise.kunde.example'"),
    ("mobileconfig", "EmailAuthPassword", "EmailAuthPlain",
     MAIL + "IncomingMailServerAuthentication: 'EmailAuthPlain'"),
    ("mobileconfig", "<integer>1</integer>", "<integer>2</integer>", MAIL + "PayloadVersion: 2"),
    ("mobileconfig", "Configuration", "Profile", "profile: PayloadType: 'Profile'"),
    ("mobileconfig", "com.apple.mail.managed", "com.apple.mail", "payload: PayloadType: "
     "'com.apple.mail'"),
    ("mobileconfig", r"(?s)<array>.*</array>", "<array/>", "profile: PayloadContent: no payload"),
    ("mobileconfig", r"\.imap<", "<", "PayloadIdentifier: not unique"),
    ("mobileconfig", r"\.mail\.([a-z2-7]*)\.imap", r".post.\1.imap",
     "PayloadIdentifier: a payload's does not extend the profile's"),
    ("mobileconfig", r"<dict>", "<dict><key>PayloadRemovalDisallowed</key><true/>",
     "profile: PayloadRemovalDisallowed: not documented"),
    ("mobileconfig-all", r"(?s)(<key>PayloadUUID</key>\s*<string>)[^<]*(.*?PayloadUUID</key>\s*"
     r"<string>)[^<]*", r"\g<1>AD9CF355-D972-575F-93D6-FD5430D5895F\2"
     "AD9CF355-D972-575F-93D6-FD5430D5895F", "PayloadUUID: not unique"),
    ("mobileconfig-all", "<key>CalDAVHostName</key>", "<key>CalDAVHost</key>",
     "com.apple.caldav.account: CalDAVHostName: missing"),
    ("mobileconfig-all", r"(<key>CardDAVPrincipalURL</key>\s*<string>)", r"\1https://h.example",
     "com.apple.carddav.account: CardDAVPrincipalURL: 'https://h.example/WebDAV/'"),
    ("mobileconfig-activesync", "<integer>0</integer>", "<integer>2</integer>",
     "com.apple.eas.account: MailNumberOfPastDaysToSync: 2"),
    ("mobileconfig-activesync", r"<key>SSL</key>\s*<true/>", "<key>SSL</key><false/>",
     "com.apple.eas.account: SSL: False"),
    ("mobileconfig", "&amp;|<string>", "<string>&", "not a property list: "),
    ("mobileconfig", "<integer>993</integer>", "<integer/>", "not a property list: "),
]


class AppleKeys(unittest.TestCase):
    def test_every_golden_profile(self):
        paths = glob.glob(os.path.join(HERE, "expected", "*", "mobileconfig*"))
        self.assertGreater(len(paths), 10)
        for path in paths:
            with open(path, "rb") as file, self.subTest(path=path):
                self.assertEqual(check(file.read()), [])

    def test_refuses_what_is_spoilt(self):
        for name, pattern, replacement, complaint in SPOILT:
            path = os.path.join(HERE, "expected", "smartermail-enterprise", name)
            with open(path, encoding="utf-8") as file, self.subTest(complaint=complaint):
                text, count = re.subn(pattern, replacement, file.read(), count=1)
                self.assertEqual(count, 1)
                found = check(text.encode())
                self.assertTrue(any(each.startswith(complaint) for each in found), found)


if __name__ == "__main__":
    sys.exit(unittest.main())
