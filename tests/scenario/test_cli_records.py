"""Zone files: what signpost check says of them, and what they make of a domain's records."""

import base64
import hashlib
import os
import tempfile
import unittest

import certificates
import cli

CONFIGURATION = """\
[site]
url = https://setup.hosting.example
[profile]
namespace = 3f0c8a52-51a0-4d9e-9a4e-6f4f0c9d3b11
identifier = example.hosting
certificate = profile.pem
key = profile.key
[dns]
service = autoconfig.hosting.example
"""
MAIL = "@ MX 10 mail.hosting.example. ; Mail is delivered here.\n"


class Records(cli.Case):
    """On a site that has everything, so that nothing else is worth a warning."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with tempfile.TemporaryDirectory(prefix="signpost-authority-") as folder:
            authority = certificates.Authority(os.path.join(folder, "authority"))
            cls.pair = authority.issue("setup")

    def setUp(self):
        super().setUp()
        self.site.configure(CONFIGURATION)
        for name, content in zip(("profile.pem", "profile.key"), self.pair):
            path = os.path.join(self.site.directory, name)
            with open(path, "wb") as file:
                file.write(content)
            os.chmod(path, 0o600)
        self.site.add_provider("p")

    def zone(self, name, text):
        return self.site.write(os.path.join("site", "zones", name + ".zone"), text)

    def add_domain(self):
        self.assertEqual(self.site.run("domain", "add", "k.example", "--provider", "p")[0], 0)

    def rows(self, *arguments):
        """{(name, type): [(rdata, reason)]} of k.example, and the notes."""
        found, notes = {}, []
        for row in self.records(*(arguments or ("dns", "records", "k.example"))):
            self.assertEqual(row["domain"], "k.example")
            if "note" in row:
                notes.append(row["note"])
                continue
            name = row["owner"].replace("k.example.", "").rstrip(".")
            found.setdefault((name, row["type"]), []).append((row["rdata"], row["reason"]))
        return found, notes


class Check(Records):
    def test_looks_at_zone_files(self):
        path = self.zone("p", MAIL + "@ TXT \"v=spf1 -all\"\n")
        self.zone("withdraw", "_autodiscover._tcp SRV 0 0 443 old.example.\n")
        self.expect(["check"], 0, "0 errors, 0 warnings\n")
        self.zone("p", MAIL + "@ MX 10 192.0.2.1\nx A 192.0.2.300\n$INCLUDE other\n")
        other = self.zone("withdraw", "x SRV 0 0 70000 @\n")
        status, text, complaints = self.site.run("check")
        self.assertEqual((status, complaints), (1, ""))
        for place in (path + ":2: ", path + ":3: ", path + ":4: ", other + ":1: "):
            self.assertIn("error: " + place, text)
        self.assertTrue(text.endswith("4 errors, 0 warnings\n"), text)
        self.assertEqual(self.site.run("dns", "records", "--all")[0], 78)

    def test_judges_the_records_of_every_provider(self):
        path = self.zone("p", MAIL + "@ MX 20 mail2.hosting.example.\n"
                         "@ TXT \"v=spf1 mx +all\"\n@ 5 A 192.0.2.1\n"
                         "_dmarc TXT \"v=DMARC1; p=nonne\"\n")
        self.expect(["check"], 1, (
            "error: %(p)s: example.com. A: TTL 5 is not 30..86400 seconds\n"
            "warning: %(p)s: example.com. MX: several preferences; Thunderbird, which finds "
            "settings by the best MX, may take any of them: give all the same\n"
            "warning: %(p)s: example.com. TXT: SPF string: \"+all\" lets everybody send; -all or "
            "~all is meant\n"
            "error: %(p)s: _dmarc.example.com. TXT: DMARC policy: p \"nonne\" is none of: none "
            "quarantine reject\n"
            "2 errors, 2 warnings\n") % {"p": path})
        self.add_domain()
        self.expect(["dns", "records", "k.example"], 1, "", [
            "k.example: k.example. A: TTL 5 is not 30..86400 seconds"])

    def test_judges_what_is_derived(self):
        path = self.site.add_provider("q", cli.provider().replace(
            '<incomingServer type="imap">', '<incomingServer type="imap">\n'
            "<hostname>imap.hosting.example</hostname><port>143</port>\n"
            "<socketType>STARTTLS</socketType>\n"
            "<authentication>password-cleartext</authentication>\n"
            "<username>%EMAILADDRESS%</username></incomingServer>\n"
            '<incomingServer type="imap">'))
        self.assertTrue(os.path.exists(path))
        self.expect(["check"], 0,
                    "warning: q: _imaps._tcp.example.com. SRV: priority 10 is behind that of "
                    "_imap._tcp, 0; programs should prefer TLS from the start (RFC 8314 3)\n"
                    "0 errors, 1 warning\n")

    def test_misses_the_provider_of_a_file(self):
        path = self.zone("q", MAIL)
        self.expect(["check"], 0,
                    "warning: %s: there is no provider \"q\", so nobody uses the file\n"
                    "warning: p: has no zone file p.zone: no MX, SPF, DKIM or DMARC records are "
                    "published for its domains\n"
                    "0 errors, 2 warnings\n" % path)
        os.remove(path)  # who has no such file at all has these records elsewhere
        self.expect(["check"], 0, "0 errors, 0 warnings\n")

    def test_where_records_are_published(self):
        key = self.site.write("site/key", 'key "a" { algorithm hmac-sha256; secret "%s"; };\n'
                              % base64.b64encode(bytes(32)).decode())
        for settings, finding in (
                ("primary = 192.0.2.1 192.0.2.2:5300", "primary: one address, not 2; the others "
                 "belong to servers"),
                ("publish = fragments", "directory: not set: where should the files of publish = "
                 "fragments go?"),
                ("publish = zones\ndirectory = absent", "directory: %s: No such file or directory"
                 % os.path.join(self.site.directory, "absent")),
                ("key = absent", "key: %s: No such file or directory"
                 % os.path.join(self.site.directory, "absent")),
                ("key = key", "key: " + key)):
            with self.subTest(settings=settings):
                self.site.configure(CONFIGURATION + settings + "\n")
                os.chmod(key, 0o644)
                status, text, complaints = self.site.run("check")
                self.assertEqual((status, complaints), (1, ""))
                self.assertIn("error: %s: [dns] %s" % (self.site.configuration, finding), text)
                self.assertTrue(text.endswith("1 error, 0 warnings\n"), text)
        os.chmod(key, 0o640)
        self.expect(["check"], 0, "0 errors, 0 warnings\n")

    def test_looks_at_single_files(self):
        good = self.site.write("good.zone", MAIL)
        bad = self.site.write("bad.zone", MAIL + "\n@ MX x mail.hosting.example.\n")
        absent = os.path.join(self.site.root, "absent.zone")
        self.assertEqual(cli.run("check", good), (0, "0 errors, 0 warnings\n", ""))
        status, text, complaints = cli.run("check", good, bad, absent)
        self.assertEqual((status, complaints), (1, ""))
        self.assertIn("error: %s:3: " % bad, text)
        self.assertIn("error: %s: No such file or directory\n2 errors, 0 warnings\n" % absent,
                      text)

    def test_samples(self):
        folder = os.path.join(cli.SOURCE, "dns-zones")
        paths = [os.path.join(folder, name) for name in sorted(os.listdir(folder))
                 if name.endswith(".zone")]
        self.assertIn(os.path.join(folder, "withdraw.zone"), paths)
        self.assertEqual(cli.run("check", *paths), (0, "0 errors, 0 warnings\n", ""))

    def test_samples_with_what_is_in_comments(self):
        """Lines from which an admin is to take the semicolon."""
        folder = os.path.join(cli.SOURCE, "dns-zones")
        for name in sorted(os.listdir(folder)):
            if not name.endswith(".zone"):
                continue
            with self.subTest(name=name):
                with open(os.path.join(folder, name), encoding="ascii") as file:
                    lines, more, uncommented = file.read().splitlines(), False, 0
                for number, line in enumerate(lines):
                    begins = line.startswith("; ") and "\t" in line and line[2] != "\t"
                    if begins or more:
                        lines[number] = line[1:].lstrip(" ")
                        uncommented += 1
                        more = ("(" in line or more) and ")" not in line
                path = self.site.write(name, "\n".join(lines) + "\n")
                self.assertEqual(cli.run("check", path), (0, "0 errors, 0 warnings\n", ""))
                self.assertGreater(uncommented, 0)


class Zone(Records):
    def test_adds_its_records(self):
        self.zone("p", MAIL + "@ 300 TXT \"v=spf1 include:%EMAILDOMAIN%.spf.example -all\"\n"
                  "@ SOA ns. host. 1 2 3 4 5\n@ NS ns1.hosting.example.\n")
        self.add_domain()
        found, notes = self.rows()
        self.assertEqual(notes, [])
        self.assertEqual(found["", "MX"], [("10 mail.hosting.example.", "Mail is delivered here.")])
        self.assertEqual(found["", "TXT"],
                         [("\"v=spf1 include:k.example.spf.example -all\"", "")])
        self.assertNotIn(("", "SOA"), found)
        self.assertNotIn(("", "NS"), found)
        self.assertIn(("_imaps._tcp", "SRV"), found)
        self.assertEqual(self.rows("show", "a@k.example", "records"), (found, notes))
        text = self.site.run("dns", "records", "k.example")[1]
        self.assertIn("\n\n; Mail is delivered here.\nk.example. 3600 IN MX 10 "
                      "mail.hosting.example.\n\nk.example. 300 IN TXT ", text)
        self.assertEqual(self.site.run("show", "k.example", "records")[1], text)

    def test_has_the_last_word(self):
        self.zone("p", "_imaps._tcp SRV 5 1 993 imap.hosting.example.\nautoconfig A 192.0.2.7\n")
        self.add_domain()
        found, notes = self.rows()
        self.assertEqual(found["_imaps._tcp", "SRV"], [("5 1 993 imap.hosting.example.", "")])
        self.assertEqual(found["autoconfig", "A"], [("192.0.2.7", "")])
        self.assertNotIn(("autoconfig", "CNAME"), found)
        self.assertEqual(notes, [
            "%s: what stands in p.zone replaces what is derived." % name
            for name in ("_imaps._tcp.k.example. SRV", "autoconfig.k.example. CNAME")])

    def test_of_another_provider(self):
        self.site.add_provider("q")
        self.zone("p", MAIL)
        self.zone("q", "@ MX 10 mx.q.example.\n")
        self.add_domain()
        self.assertEqual(self.rows("show", "k.example", "records", "--provider", "q")[0]["", "MX"],
                         [("10 mx.q.example.", "")])

    def test_must_be_there_if_it_is_configured(self):
        self.site.configure(CONFIGURATION + "[providers]\nzones = elsewhere\n")
        self.add_domain()
        path = os.path.join(self.site.directory, "elsewhere")
        self.expect(["dns", "records", "k.example"], 66, "",
                    [path + ": No such file or directory"])
        self.expect(["check"], 1, "error: %s: No such file or directory\n1 error, 0 warnings\n"
                    % path)


class Pacc(Records):
    def test_digest_is_that_of_the_answer(self):
        self.add_domain()
        self.assertNotIn(("ua-auto-config", "CNAME"), self.rows()[0])
        self.site.configure(CONFIGURATION + "pacc = yes\n")
        found = self.rows()[0]
        document = self.site.run("show", "k.example", "pacc")[1].encode()
        digest = base64.b64encode(hashlib.sha256(document).digest()).decode()
        self.assertEqual([rdata for rdata, _ in found["_ua-auto-config", "TXT"]],
                         ['"v=UAAC1; a=sha256; d=%s"' % digest])
        self.assertEqual([rdata for rdata, _ in found["ua-auto-config", "CNAME"]],
                         ["autoconfig.hosting.example."])

    def test_needs_something_to_say(self):
        self.site.configure(CONFIGURATION + "pacc = yes\n")
        self.site.add_provider("p", cli.provider().replace("SSL", "STARTTLS"))
        self.add_domain()
        found, notes = self.rows()
        self.assertNotIn(("_ua-auto-config", "TXT"), found)
        self.assertEqual(notes, ["No records for PACC: provider p has no server that it can name."])


if __name__ == "__main__":
    unittest.main()
