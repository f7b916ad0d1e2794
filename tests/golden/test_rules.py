#!/usr/bin/env python3
"""The judges are judged: every rule and every schema refuses an answer that was spoilt for it.

A golden file is taken, one thing in it is changed, and the rule has to notice. A rule that no
change here breaks fails the test, so that none is empty.
"""

import os
import re
import tempfile
import unittest

import client_rules
import validators
from agreement import ADDRESSES, EXPECTED, SCHEMA_OF, provider_paths
from provider_choice import Choice

# rule: [(provider/format of the golden file, what to find (a pattern), what to put there), ...]
# The change is made once, at the first place.
SPOILT = {
    # every XML answer
    "begins_with_declaration": [("starttls/autoconfig", r"\A", " "),
                                ("starttls/autodiscover", r"\A", "\ufeff")],
    "no_dtd": [("starttls/autoconfig", r"<clientConfig", "<!DOCTYPE clientConfig><clientConfig")],
    "no_prefix": [("starttls/autodiscover", r"<User>", '<User xmlns:a="urn:a">'),
                  ("handed-over/activesync", r"<User>", '<User xmlns:a="urn:a">')],
    "bare_values": [("starttls/autoconfig", r"<socketType>", "<socketType> "),
                    ("starttls/autodiscover", r"<Type>", "<Type>\n"),
                    ("starttls/autoconfig", r"<port>", "<port><!-- -->")],
    # autoconfig
    "plain_client_config": [("starttls/autoconfig", r'version="1.1"', 'version="1.2"'),
                            ("starttls/autoconfig", r"<clientConfig", '<clientConfig xmlns="u:a"')],
    "id_is_the_domain": [("starttls/autoconfig", r'id="[^"]+"', 'id="Example Hosting"'),
                         ("starttls/autoconfig", r'id="[^"]+"', 'id="automx2-1"')],
    "asked_domain_alone": [("starttls/autoconfig", r"<domain>", '<domain purpose="mx">'),
                           ("starttls/autoconfig", r"<domain>.*</domain>", r"\g<0>\g<0>")],
    "has_names": [("starttls/autoconfig", r"<displayName>.*</displayName>", "")],
    "no_attribute_on_values": [("starttls/autoconfig", r"<hostname>", '<hostname x="1">'),
                               ("starttls/autoconfig", r"<authentication>",
                                '<authentication system="http">')],
    "imap_first_and_one_of_each": [("odd-order/autoconfig", r'type="imap"', 'type="pop3"'),
                                   ("handed-over/autoconfig", r'type="ews"', 'type="imap"'),
                                   ("handed-over/autoconfig", r'type="imap"', 'type="exchange"')],
    "one_outgoing_server": [("odd-order/autoconfig", r"(?s)<outgoingServer.*</outgoingServer>", ""),
                            ("odd-order/autoconfig", r"(?s)<outgoingServer.*</outgoingServer>",
                             r"\g<0>\g<0>")],
    "no_owa": [("handed-over/autoconfig", r'type="ews"', 'type="owa"')],
    "encrypted": [("odd-order/autoconfig", r"<socketType>SSL", "<socketType>plain"),
                  ("odd-order/autoconfig", r"<socketType>SSL", "<socketType>TLS")],
    "values_complete": [("starttls/autoconfig", r"<port>.*</port>", ""),
                        ("starttls/autoconfig", r"<username>.*</username>", ""),
                        ("starttls/autoconfig", r"<authentication>.*</authentication>", ""),
                        ("starttls/autoconfig", r"<hostname>.*</hostname>", r"\g<0>\g<0>")],
    "known_authentication": [("starttls/autoconfig", r"password-cleartext", "plain")],
    "domain_filled_in": [("customer-hosts/autoconfig", r"mail\.customer[^<]*", "%EMAILDOMAIN%")],
    "no_person_in_it": [("odd-order/autoconfig", r"%EMAILADDRESS%",
                         "anna.berg@odd-order.kunde.example")],
    "no_harmful_elements": [("starttls/autoconfig", r"<port>",
                             "<useGlobalPreferredServer>true</useGlobalPreferredServer><port>"),
                            ("starttls/autoconfig", r"<port>", "<password>x</password><port>")],
    # autodiscover for Outlook
    "outlook_namespaces": [("starttls/autodiscover", r"http://", "https://"),
                           ("starttls/autodiscover", r"2006a", "2006"),
                           ("starttls/autodiscover", r"responseschema/2006\"",
                            'responseschema/2006a"')],
    "user_always": [("starttls/autodiscover", r"(?s)<User>.*</User>", "<User/>"),
                    ("starttls/autodiscover-domain", r"(?s)<User>.*</User>", "<User/>"),
                    ("starttls/autodiscover", r"<DisplayName>anna", "<DisplayName>bert")],
    "one_account": [("handed-over/autodiscover", r"(?s)<Account>.*</Account>", r"\g<0>\g<0>")],
    "account_type_and_action_first": [
        ("starttls/autodiscover", r"(?s)(\s*<AccountType>.*</Action>)(.*)(\s*</Account>)",
         r"\2\1\3"),
        ("starttls/autodiscover", r"<AccountType>email", "<AccountType>mail")],
    "redirection": [("handed-over/autodiscover", r"https://", "http://"),
                    ("handed-over/autodiscover", r"autodiscover\.xml", "settings.xml"),
                    ("starttls/autodiscover", r"(?=</Account>)",
                     "<RedirectUrl>https://a.example/autodiscover.xml</RedirectUrl>")],
    "protocols_in_order": [("starttls/autodiscover", r"<Type>POP3", "<Type>POP"),
                           ("starttls/autodiscover", r"<Type>POP3", "<Type>IMAP"),
                           ("starttls/autodiscover", r"<Type>IMAP", "<Type>SMTP"),
                           ("starttls/autodiscover", r"<Type>POP3", "<Type>WEB"),
                           ("starttls/autodiscover", r"<Type>POP3", "<Type>EXCH")],
    "type_first": [("starttls/autodiscover", r"(\s*<Type>.*)(\s*<TTL>.*)", r"\2\1")],
    "server_and_port": [("starttls/autodiscover", r"<Port>143", "<Port>0"),
                        ("starttls/autodiscover", r"<Port>143", "<Port>65536"),
                        ("starttls/autodiscover", r"<Server>", "<Server>imap://")],
    "login_name": [("starttls/autodiscover", r"<LoginName>.*</LoginName>", ""),
                   ("odd-order/autodiscover", r"<LoginName>[^<]*@[^<]*", "<LoginName>anna.berg"),
                   ("no-login/autodiscover", r"<SPA>off</SPA>\s*<SSL>on</SSL>\s*<Encryption>TLS",
                    r"<LoginName>anna</LoginName>\g<0>")],
    "no_login_without_address": [
        ("odd-order/autodiscover-domain", r"<SPA>", "<LoginName>%EMAILADDRESS%</LoginName><SPA>"),
        ("odd-order/autodiscover-domain", r"<SPA>", "<LoginName></LoginName><SPA>")],
    "spa_and_domain_off": [("starttls/autodiscover", r"<SPA>off", "<SPA>on"),
                           ("starttls/autodiscover", r"<SPA>off</SPA>", ""),
                           ("starttls/autodiscover", r"<DomainRequired>off", "<DomainRequired>on")],
    "short_ttl": [("starttls/autodiscover", r"<TTL>1", "<TTL>0"),
                  ("starttls/autodiscover", r"<TTL>1", "<TTL>168")],
    "same_encryption_for_everybody": [
        ("odd-order/autodiscover", r"<Encryption>SSL", "<Encryption>TLS"),
        ("starttls/autodiscover", r"<Encryption>TLS", "<Encryption>SSL"),
        ("starttls/autodiscover", r"<SSL>on", "<SSL>off"),
        ("plain/autodiscover", r"<SSL>off", "<SSL>on")],
    "auth_required": [("starttls/autodiscover", r"<AuthRequired>on", "<AuthRequired>off"),
                      ("no-login/autodiscover", r"<AuthRequired>off", "<AuthRequired>on")],
    "sending_switches": [("odd-order/autodiscover", r"<UsePOPAuth>on", "<UsePOPAuth>off"),
                         ("customer-hosts/autodiscover", r"<UsePOPAuth>off", "<UsePOPAuth>on"),
                         ("no-login/autodiscover", r"<SMTPLast>on", "<SMTPLast>off"),
                         ("starttls/autodiscover", r"<AuthRequired>",
                          "<SMTPLast>off</SMTPLast><AuthRequired>")],
    "dav_for_em_client": [("customer-hosts/autodiscover", r"<Server>https:", "<Server>http:"),
                          ("web-services/autodiscover", r"(?s)(CalDAV.*<DomainRequired>)off",
                           r"\1on")],
    # ActiveSync
    "mobilesync_order": [("handed-over/activesync", r"(\s*<Type>.*)(\s*<Url>.*)", r"\2\1"),
                         ("handed-over/activesync", r"MobileSync", "mobilesync"),
                         ("handed-over/activesync", r"<Name>.*</Name>", ""),
                         ("handed-over/activesync", r"mobilesync/responseschema/2006",
                          "mobilesync/responseschema/2006a")],
    "mobilesync_address": [("handed-over/activesync", r"<EMailAddress>anna", "<EMailAddress>bert")],
    # JSON
    "compact_json": [("starttls/autodiscover-json", r":", ": "),
                     ("markup/pacc", r"ü", r"\\u00fc")],
    "autodiscover_v2": [("starttls/autodiscover-json", r"https:", "http:"),
                        ("starttls/autodiscover-json", r"\{(.*),(.*)\}", r"{\2,\1}"),
                        ("handed-over/autodiscover-json-activesync", r"Url", "URL"),
                        ("handed-over/autodiscover-json-ews", r"\}", ',"A":1}')],
    "pacc_protocols": [("odd-order/pacc", r'"host":', '"port":993,"host":'),
                       ("odd-order/pacc", r'"imap"', '"imaps"'),
                       ("markup/pacc", r'"submit":\{[^}]*\}', '"jmap":{"url":"https://a/"}')],
    "pacc_urls": [("web-services/pacc", r"https://jmap.web.example/", "https://jmap.web.example"),
                  ("web-services/pacc", r"https://jmap.web.example/",
                   "https://jmap.web.example:443/"),
                  ("web-services/pacc", r"https://jmap", "http://jmap")],
    "pacc_names": [("markup/pacc", r'"name":"', '"name":"x'),
                   ("markup/pacc", r'"shortName":"', '"shortName":"x')],
    "pacc_without_person": [("odd-order/pacc", r"Odd order", "anna.berg@odd-order.kunde.example"),
                            ("odd-order/pacc", r"Odd order", "%EMAILDOMAIN%")],
    # what Thunderbird for Android scans
    "qr_elements": [("starttls/qr", r"\[1,", "[2,"),
                    ("starttls/qr", r"\[1,1\]", "[1,2]"),
                    ("starttls/qr", r'"\],\[\[', '","password"],[['),
                    ("starttls/qr", r"\[0,", "[2,"),
                    ("starttls/qr", r'"\]\]\]', '"]],[]]')],
    "qr_values": [("starttls/qr", r"143", '"143"'), ("starttls/qr", r"143", "143.0"),
                  ("starttls/qr", r"143", "0"), ("starttls/qr", r"143,2,", "143,1,"),
                  ("starttls/qr", r"143,2,[0-9]", "143,2,4"),
                  ("starttls/qr", r'"anna\.berg@([^"]*)","', r'"anna\\nberg@\1","')],
    "qr_ascii": [("starttls/qr", r'\["anna', '["ä'),
                 ("starttls/qr", r'\[0,"', '[0,"ä'),
                 ("starttls/qr", r'\["anna\.', '["anna..'),
                 ("starttls/qr", r'\["anna', '["' + 250 * "a" + "anna")],
    "qr_size": [("starttls/qr", r"berg@", 900 * "b" + "@")],
    # MTA-STS
    "policy_line_ends": [("policy/mta-sts", r"\r\n", "\n"),
                         ("policy/mta-sts", r"\r\n\Z", ""),
                         ("policy/mta-sts", r"\r\nmode", "\r\n\r\nmode")],
    "policy_grammar": [("policy/mta-sts", r"mode:", "mode :"),
                       ("policy/mta-sts", r"enforce", "Enforce"),
                       ("policy/mta-sts", r"STSv1", "STSv2"),
                       ("policy/mta-sts", r"mx: \*\.", "mx: ."),
                       ("policy/mta-sts", r"mx: \*\.", "mx: *.*."),
                       ("policy/mta-sts", r"mx: ", "mx: *"),
                       ("policy/mta-sts", r"mx: mx", "mx: mx_"),
                       ("policy/mta-sts", r"max_age: ", "max_age: 1e"),
                       ("policy/mta-sts", r"max_age: ", "max-age: ")],
    "policy_fields": [("policy/mta-sts", r"version.*\r\n", ""),
                      ("policy/mta-sts", r"(version.*\r\n)(mode.*\r\n)", r"\2\1"),
                      ("policy/mta-sts", r"mode.*\r\n", r"\g<0>\g<0>"),
                      ("policy/mta-sts", r"(mx.*\r\n)+", ""),
                      ("policy/mta-sts", r"max_age.*\r\n", "")],
    "policy_age": [("policy/mta-sts", r"max_age: ", "max_age: 10"),
                   ("policy/mta-sts", r"max_age: .*\r", "max_age: 3600\r")],
    "policy_without_person": [("policy/mta-sts", r"mx: \*", "mx: %EMAILDOMAIN%")],
    # Apple profiles
    "required_keys": [("starttls/mobileconfig", r"<integer>1<", "<integer>2<"),
                      ("starttls/mobileconfig", r"<string>Configuration", "<string>Profile")],
    "identifiers": [("starttls/mobileconfig", r"\.mail\.[a-z2-7]{16}<", ".mail<"),
                    ("starttls/mobileconfig", r"<string>example\.hosting\.(.*imap)", r"<string>\1"),
                    ("customer-hosts/mobileconfig-all", r"\.carddav<", ".caldav<")],
    "uuids": [("starttls/mobileconfig", r"-5([0-9A-F]{3}-)", r"-4\1"),
              ("starttls/mobileconfig", r"<string>([0-9A-F]{8})-", r"<string>\1"),
              ("starttls/mobileconfig", r"<string>[0-9A-F]{8}-", "<string>abcdef01-")],
    "no_password": [("starttls/mobileconfig", r"<key>IncomingMailServerUsername",
                     "<key>IncomingPassword")],
    "nothing_empty": [("starttls/mobileconfig", r"<string>anna.berg@[^<]*", "<string>")],
    "integer_ports": [("starttls/mobileconfig", r"<integer>143</integer>", "<real>143</real>"),
                      ("starttls/mobileconfig", r"<integer>143</integer>", "<string>143</string>"),
                      ("starttls/mobileconfig", r"<integer>143</integer>", "<integer>0</integer>"),
                      ("customer-hosts/mobileconfig-all", r"<integer>8443</integer>",
                       "<integer>84430</integer>")],
    "tls_and_ports_written": [
        ("starttls/mobileconfig", r"<key>IncomingMailServerUseSSL</key>\s*<true/>", ""),
        ("starttls/mobileconfig", r"<key>OutgoingMailServerPort.*\s*<integer>.*</integer>", ""),
        ("customer-hosts/mobileconfig-all", r"(CalDAVUseSSL</key>\s*)<true/>", r"\1<false/>"),
        ("customer-hosts/mobileconfig-all", r"<key>CardDAVPort</key>\s*<integer>.*</integer>", ""),
        ("handed-over/mobileconfig-activesync", r"<key>SSL</key>\s*<true/>", "")],
    "tls_of_mail": [("starttls/mobileconfig", r"(IncomingMailServerUseSSL</key>\s*)<true/>",
                     r"\1<false/>"),
                    ("plain/mobileconfig", r"(IncomingMailServerUseSSL</key>\s*)<false/>",
                     r"\1<true/>")],
    "nothing_made_up": [("starttls/mobileconfig", r"<key>EmailAccountType</key>",
                         "<key>EmailAccountName</key><string>Host</string>\\g<0>"),
                        ("starttls/mobileconfig", r"<key>PayloadDescription",
                         "<key>TargetDeviceType</key><integer>1</integer>\\g<0>")],
    "says_what_it_is": [("starttls/mobileconfig", r"Mail: anna", "Mail: bert"),
                        ("starttls/mobileconfig", r"holds no password", "is nice")],
    # DNS records
    "one_srv_a_name": [("starttls/records", r"(?m)^_imap\._tcp.* SRV .*\n",
                        r"\g<0>_imap._tcp.starttls.kunde.example. 3600 IN SRV 0 0 0 .\n")],
    "not_offered_is_all_zero": [("starttls/records", r"SRV 0 0 0 \.", "SRV 0 0 993 .")],
    "autodiscover_is_never_refused": [
        ("starttls/records", r"SRV 0 0 443 autoconfig.hosting.example\.", "SRV 0 0 0 ."),
        ("starttls/records", r"SRV 0 0 443 ", "SRV 0 0 8443 ")],
    "cnames_alone": [("starttls/records", r"SRV 0 1 143 imap\.starttls\.example\.",
                      "SRV 0 1 143 autoconfig.starttls.kunde.example."),
                     ("starttls/records", r"(?m)^autoconfig\.(.*) CNAME .*\n",
                      r'\g<0>autoconfig.\1 TXT "a"' + "\n")],
    "targets_are_names": [("starttls/records", r"143 imap\.starttls\.example", "143 192.0.2.1")],
    "priorities": [("odd-order/records", r"SRV 10 1 143", "SRV 0 1 143"),
                   ("odd-order/records", r"SRV 10 1 465", "SRV 0 1 465"),
                   ("odd-order/records", r"SRV 20 1 995", "SRV 10 1 995")],
    "no_plain_dav": [("customer-hosts/records", r"(_caldav\._tcp\S* 3600 IN SRV) 0 0 0 \.",
                      r"\1 0 1 80 dav.example.")],
    "dav_has_a_path": [("customer-hosts/records", r"(?m)^_caldavs.* TXT .*\n", ""),
                       ("customer-hosts/records", r'"path=/dav/"', '"path=dav"')],
    "mta_sts_announced": [
        ("policy/records", r"(?m)^_mta-sts\..*\n", ""),
        ("policy/records", r"(?m)^_mta-sts\..*\n", r"\g<0>\g<0>"),
        ("policy/records", r"v=STSv1; id=", "id="), ("policy/records", r"v=STSv1", "v=stsv1"),
        ("policy/records", r"; id=", ";id:"), ("policy/records", r"(?<=; id=)", "a" * 33),
        ("policy/records", r"(?<=; id=)", "-"), ("policy/records", r";\"", "; x\""),
        ("starttls/records", r"\A",
         '_mta-sts.starttls.kunde.example. 3600 IN TXT "v=STSv1; id=a"\n')],
    "plain_zone_text": [("starttls/records", r"\A", "$TTL 3600\n"),
                        ("starttls/records", r"\n\Z", ""),
                        ("starttls/records", r"_imap\._tcp\S*", "_imap._tcp.a.example.")],
}

# schema: as above
REFUSED = {
    "autoconfig.rng": [
        ("starttls/autoconfig", r"<port>143", "<port> 143"),
        ("starttls/autoconfig", r"<port>143", "<port>0"),
        ("starttls/autoconfig", r"<port>143", "<port>65536"),
        ("starttls/autoconfig", r"<port>143", "<port>00143"),
        ("starttls/autoconfig", r"<hostname>", '<hostname x="1">'),
        ("starttls/autoconfig", r"<hostname>imap", "<hostname>IMAP"),
        ("starttls/autoconfig", r"<socketType>STARTTLS", "<socketType>starttls"),
        ("starttls/autoconfig", r"</username>", "\n</username>"),
        ("starttls/autoconfig", r"password-cleartext", "plain"),
        ("starttls/autoconfig", r"(\s*<hostname>.*)(\s*<port>.*)", r"\2\1"),
        ("starttls/autoconfig", r"<domain>.*</domain>", r"\g<0>\g<0>"),
        ("starttls/autoconfig", r'type="pop3"', 'type="imap"'),
        ("starttls/autoconfig", r"<clientConfig", '<clientConfig xmlns="urn:a"')],
    "autodiscover-outlook.rng": [
        ("starttls/autodiscover", r"<SPA>off", "<SPA>on"),
        ("starttls/autodiscover", r"<SPA>off</SPA>", ""),
        ("starttls/autodiscover", r"<SSL>on", "<SSL>On"),
        ("starttls/autodiscover", r"<SSL>on", "<SSL>off"),
        ("starttls/autodiscover", r"<Encryption>TLS", "<Encryption>STARTTLS"),
        ("starttls/autodiscover", r"<Type>POP3", "<Type>POP"),
        ("starttls/autodiscover", r"<Type>IMAP", "<Type> IMAP"),
        ("starttls/autodiscover", r"<Port>143", "<Port>143 "),
        ("starttls/autodiscover", r"(?s)<User>.*</User>", ""),
        ("starttls/autodiscover", r"(\s*<AccountType>.*)(\s*<Action>.*)", r"\2\1"),
        ("starttls/autodiscover", r"2006a", "2006"),
        ("starttls/autodiscover", r"<Type>", '<Type a="b">'),
        ("handed-over/autodiscover", r"https://", "http://"),
        ("handed-over/autodiscover", r"redirectUrl", "settings")],
    "autodiscover-mobilesync.rng": [
        ("handed-over/activesync", r"(\s*<Type>.*)(\s*<Url>.*)", r"\2\1"),
        ("handed-over/activesync", r"MobileSync", "MobileSync "),
        ("handed-over/activesync", r"<Culture>.*</Culture>", ""),
        ("handed-over/activesync", r"<Url>https", "<Url>ftp")],
    "mobileconfig.rng": [
        ("starttls/mobileconfig", r"<integer>143", "<integer>65536"),
        ("starttls/mobileconfig", r"<integer>143</integer>", "<integer/>"),
        ("starttls/mobileconfig", r"<integer>143</integer>", "<real>143</real>"),
        ("starttls/mobileconfig", r"<true/>", "<string>true</string>"),
        ("starttls/mobileconfig", r"<key>IncomingMailServerUsername", "<key>IncomingPassword"),
        ("starttls/mobileconfig", r"<key>IncomingMailServerUseSSL</key>\s*<true/>", ""),
        ("starttls/mobileconfig", r"-5([0-9A-F]{3}-)", r"-4\1"),
        ("starttls/mobileconfig", r"<string>EmailTypeIMAP", "<string>EmailTypePOP"),
        ("starttls/mobileconfig", r"<string>anna.berg@[^<]*", "<string>"),
        ("starttls/mobileconfig", r"\.imap<", ".eas<")],
}


def golden(name):
    with open(os.path.join(EXPECTED, name), "rb") as file:
        return file.read()


def spoil(name, pattern, replacement):
    text = golden(name).decode()
    spoilt, count = re.subn(pattern, replacement, text, count=1)
    if not count or spoilt == text:
        raise AssertionError("%s: nothing changed by %r" % (name, pattern))
    return spoilt.encode()


class Rules(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.choices = {name: Choice(path) for name, path in provider_paths().items()}

    def broken(self, name, data):
        """The names of the rules that the answer breaks; those that cannot even read it, too."""
        provider, format_ = name.split("/")
        broken = set()
        for formats_, _reason, function in client_rules.RULES:
            if format_ not in formats_:
                continue
            try:
                answer = client_rules.Answer(format_, data, ADDRESSES[0] % provider,
                                             self.choices[provider])
                kept = function(answer)
            except (AttributeError, IndexError, KeyError, TypeError, ValueError):
                kept = False
            except SyntaxError:  # ElementTree's: not XML at all
                kept = function.__name__ != "begins_with_declaration"
            if not kept:
                broken.add(function.__name__)
        return broken

    def test_each_rule_is_broken_once(self):
        names = [function.__name__ for _, _, function in client_rules.RULES]
        self.assertEqual(sorted(names), sorted(SPOILT))
        for rule, cases in SPOILT.items():
            for name, pattern, replacement in cases:
                with self.subTest(rule=rule, file=name, pattern=pattern, put=replacement):
                    self.assertNotIn(rule, self.broken(name, golden(name)))
                    self.assertIn(rule, self.broken(name, spoil(name, pattern, replacement)))

    def test_schemas_refuse(self):
        self.assertEqual(set(REFUSED), set(SCHEMA_OF.values()))
        for schema, cases in REFUSED.items():
            with tempfile.TemporaryDirectory(prefix="signpost-rules-") as directory:
                paths = {}
                for number, case in enumerate(cases):
                    path = os.path.join(directory, "%d.xml" % number)
                    with open(path, "wb") as file:
                        file.write(spoil(*case))
                    paths[path] = case
                self.all_refused(validators.xmllint, "%s fails to validate\n", schema, paths)
                self.all_refused(validators.jing, "%s:", schema, paths)

    def all_refused(self, judge, complaint, schema, paths):
        if validators.missing(judge.__name__):
            return
        complaints = judge(schema, list(paths)).replace(validators.STRIPPED, "")
        accepted = [case for path, case in paths.items() if complaint % path not in complaints]
        self.assertEqual(accepted, [], "accepted by %s" % judge.__name__)

    @unittest.skipIf(validators.missing("xmllint"), "xmllint is not installed")
    def test_error_schema(self):
        text = ('<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/'
                'responseschema/2006"><Response><Error><ErrorCode>600</ErrorCode>'
                "<Message>Invalid Request</Message><DebugData/></Error></Response></Autodiscover>")
        for data, good in ((text, True), (text.replace("600", "601"), False),
                           (text.replace("<Response>", '<Response xmlns="urn:a">'), False),
                           (text.replace("<Error>", '<Error Time="12:00:00">'), False)):
            with tempfile.NamedTemporaryFile(suffix=".xml") as file:
                file.write(data.encode())
                file.flush()
                complaint = validators.xmllint("autodiscover-error.rng", [file.name])
                self.assertEqual(complaint == "", good, complaint)


if __name__ == "__main__":
    unittest.main()
