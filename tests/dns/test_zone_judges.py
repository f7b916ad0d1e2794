"""signpost dns zone: what it prints is accepted by the strictest checks of BIND, Knot and NSD, and
holds just what it should.
"""

import glob
import os
import re
import shutil
import subprocess
import tempfile
import unittest

import ask
import dns_case
from dns_case import ZONE_FILE, desired, record
from servers import zone_text

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
STRICT = ["-i", "local", "-k", "fail", "-m", "fail", "-n", "fail", "-M", "fail", "-S", "fail", "-r",
          "fail"]
FRAME = """\
@ 3600 IN SOA ns1.hosting.example. hostmaster.hosting.example. 1 3600 600 1209600 300
@ IN NS ns1.hosting.example.
"""


def judged(domain, path):
    """What the three checkers complain about a zone."""
    faults = []
    for words in (["named-checkzone", *STRICT, domain, path],
                  ["kzonecheck", "-o", domain, path], ["nsd-checkzone", domain, path]):
        done = subprocess.run([ask.program(words[0]), *words[1:]], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, check=False, timeout=60)
        if done.returncode != 0 or re.search("warning|ignor", done.stdout, re.I):
            faults.append("%s: %s" % (words[0], done.stdout))
    return faults


def compiled(domain, path):
    """The zone as BIND writes it, one record a line."""
    done = subprocess.run(
        [ask.program("named-compilezone"), "-q", "-i", "none", "-f", "text", "-F", "text", "-s",
         "full", "-o", "-", domain, path], stdout=subprocess.PIPE, text=True, check=True,
        timeout=60)
    return ask.lines(done.stdout)


class Zones(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="signpost-zones-")
        self.addCleanup(folder.cleanup)
        self.path = os.path.join(folder.name, "zone")

    def make_site(self, domains, **more):
        site = dns_case.DnsSite(domains, **more)
        self.addCleanup(site.remove)
        return site

    def zone(self, site, *arguments):
        result = site.dns("zone", *arguments)
        self.assertEqual((result.status, result.complaints), (0, ""))
        return result.output

    def keep(self, text):
        with open(self.path, "w", encoding="ascii") as file:
            file.write(text)
        return self.path

    def check(self, domain, text):
        self.assertEqual(judged(domain, self.keep(text)), [], text)

    def test_whole_zone(self):
        site = self.make_site(["kunde.example"], zone_file=FRAME + ZONE_FILE)
        text = self.zone(site, "kunde.example", "--full")
        self.check("kunde.example", text)
        soa, *others = [line for line in compiled("kunde.example", self.path)
                        if " SOA " in line] + [line for line in compiled(
                            "kunde.example", self.path) if " SOA " not in line]
        self.assertRegex(soa, r"^kunde\.example\. 3600 IN SOA ns1\.hosting\.example\. "
                              r"hostmaster\.hosting\.example\. \d{10} 3600 600 1209600 300$")
        self.assertEqual(others, sorted(desired("kunde.example") + [
            record("kunde.example", "@", "NS", "ns1.hosting.example.")]))

    def test_text(self):
        """One record a line, absolute, in canonical order; nothing that depends on the reader."""
        site = self.make_site(["kunde.example"], zone_file=FRAME + ZONE_FILE)
        text = self.zone(site, "kunde.example", "--full")
        self.assertTrue(text.endswith("\n") and text.isascii() and "\r" not in text)
        records = [line for line in text.splitlines() if line and not line.startswith(";")]
        for line in records:
            self.assertRegex(line, r"^[^ \t]+\. \d+ IN [A-Z]+ [^ ].*$")
        self.assertIn(" SOA ", records[0])
        owners = [line.split(" ")[0].split(".")[::-1] for line in records]
        self.assertEqual(owners[1:], sorted(owners[1:]))

    def test_fragment(self):
        site = self.make_site(["kunde.example"])
        text = self.zone(site, "kunde.example")
        self.check("kunde.example", zone_text("kunde.example") + text)
        self.assertEqual(ask.lines(text), sorted(desired("kunde.example")))
        self.assertEqual(self.zone(site, "kunde.example"), text)

    def test_strings_with_everything(self):
        strings = ['quote \\" backslash \\\\ semicolon ; (not a group) @', "\\009tab\\200high",
                   "x" * 300, "$TTL is no directive here"]
        site = self.make_site(["kunde.example"], zone_file=FRAME + "".join(
            'n%d TXT "%s"\n' % item for item in enumerate(strings)))
        text = self.zone(site, "kunde.example", "--full")
        self.check("kunde.example", text)
        server = dns_case.shared(dns_case.DnsCase.kind)
        server.add_zone("kunde.example", text)
        self.assertEqual(
            [server.dig("n%d.kunde.example" % number, "TXT")[0].split(" ", 4)[4]
             for number in range(len(strings))],
            ['"quote \\" backslash \\\\ semicolon ; (not a group) @"', '"\\009tab\\200high"',
             '"%s" "%s"' % ("x" * 255, "x" * 45), '"$TTL is no directive here"'])

    def test_samples(self):
        """Every provider and zone file that comes with Signpost, for short and long names."""
        domains = ["kunde.example", "b\u00fccher.example", "%s.example" % ".".join(["x" * 60] * 3)]
        samples = glob.glob(os.path.join(ROOT, "dns-zones", "*.zone"))
        checked = 0
        for document in sorted(glob.glob(os.path.join(ROOT, "xml", "providers", "*.xml"))):
            site = self.make_site([])
            name = os.path.basename(document)[:-len(".xml")]
            with open(document, encoding="utf-8") as file:
                site.add_provider(name, file.read())
            os.makedirs(os.path.join(site.directory, "zones"), exist_ok=True)
            for sample in samples:
                shutil.copy(sample, os.path.join(site.directory, "zones"))
            self.assertEqual(site.run("domain", "add", "--provider", name, *domains)[0], 0)
            for domain in domains:
                result = site.dns("zone", domain)
                self.assertEqual(result.status, 0, result)
                ascii_name = domain.encode("idna").decode()
                lines = [line for line in result.output.splitlines() if " SOA " not in line
                         and not line.startswith("%s. 3600 IN NS " % ascii_name)]
                self.check(ascii_name, zone_text(ascii_name) + "\n".join(lines) + "\n")
                checked += 1
        self.assertGreaterEqual(checked, 3)

    def test_a_serial_behind_that_of_the_server(self):
        server = dns_case.shared(dns_case.DnsCase.kind)
        site = self.make_site(["neu.example"], zone_file=FRAME + ZONE_FILE,
                              primary=dns_case.address_text(server), key=dns_case.KEY.path)
        for serial, pattern in ((1, "2"), (4294967294, "4294967295"), (4294967295, "1"),
                                (2026010100, r"20\d{8}"), (2099123199, "2099123200")):
            name = "neu.example"
            if name in server.zones:
                server.remove_zone(name)
            server.add_zone(name, zone_text(name, serial=serial), static=True)
            soa = re.search(r" SOA \S+ \S+ (\d+) ", self.zone(site, name, "--full"))
            self.assertRegex(soa.group(1), "^%s$" % pattern)

    def test_unknown_domain(self):
        site = self.make_site(["kunde.example"])
        result = site.dns("zone", "kunde.example", "fremd.example")
        self.assertEqual((result.status, result.complaints),
                         (1, "signpost: fremd.example: not in the store; signpost domain add "
                          "fremd.example --provider ID adds it\n"))
        self.assertEqual(ask.lines(result.output), sorted(desired("kunde.example")))


if __name__ == "__main__":
    unittest.main()
