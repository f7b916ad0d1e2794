"""What the tests of signpost dns share: a site of `signpost init` that publishes to a server, and
servers that all tests of one file use, each with zones of its own.

SIGNPOST_PROGRAMS  the directory with signpost
"""

import atexit
import itertools
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

import ask
import servers
from servers import zone_text

SCENARIO = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "scenario")
sys.path.insert(0, SCENARIO)
import cli  # noqa: E402  it lies there
import service  # noqa: E402

SERVICE = "autoconfig.hosting.example"
PROVIDER = "hosting"

NOBODY = 65534

KEYS = tempfile.mkdtemp(prefix="signpost-keys-")
atexit.register(shutil.rmtree, KEYS, ignore_errors=True)
KEY = ask.Key(os.path.join(KEYS, "key"))
OTHER_KEY = ask.Key(os.path.join(KEYS, "other"), "other")
BIG_KEY = ask.Key(os.path.join(KEYS, "big"), "big", "hmac-sha512")

SRV = {
    "_imap._tcp": "0 0 0 .", "_imaps._tcp": "0 1 993 mail.hosting.example.",
    "_pop3._tcp": "0 0 0 .", "_pop3s._tcp": "20 1 995 mail.hosting.example.",
    "_submission._tcp": "0 0 0 .", "_submissions._tcp": "0 1 465 mail.hosting.example.",
}
SPF = '"v=spf1 include:_spf.hosting.example -all"'
ZONE_FILE = """\
@ IN MX 10 mail.hosting.example. ; Mail for the domain.
@ IN TXT "v=spf1 include:_spf.hosting.example -all" ; Who sends for it.
sel1._domainkey IN CNAME sel1._domainkey.hosting.example.
"""


def record(domain, name, kind, rdata, ttl=3600):
    """A line as dig has it; name is relative, "@" is the domain."""
    owner = domain if name == "@" else name + "." + domain
    return "%s. %d IN %s %s" % (owner, ttl, kind, rdata)


def discovery(domain, ttl=3600):
    """What is derived from the provider document."""
    return [record(domain, name, "SRV", rdata, ttl) for name, rdata in SRV.items()] + [
        record(domain, name, "CNAME", SERVICE + ".", ttl) for name in ("autoconfig",
                                                                       "autodiscover")]


def desired(domain, ttl=3600):
    """All that ZONE_FILE and the provider want."""
    return discovery(domain, ttl) + [
        record(domain, "@", "MX", "10 mail.hosting.example.", ttl),
        record(domain, "@", "TXT", SPF, ttl),
        record(domain, "sel1._domainkey", "CNAME", "sel1._domainkey.hosting.example.", ttl)]


class Result:
    """What a command of signpost ended with; in a test's report it shows everything."""

    def __init__(self, done):
        self.status, self.output, self.complaints = done

    def __repr__(self):
        return "exit status %d\n%s%s" % (self.status, self.output, self.complaints)

    def objects(self):
        return [json.loads(line) for line in self.output.splitlines()]


class DnsSite(cli.Site):
    """One provider, its zone file, domains, and [dns] keys: primary="127.0.0.1:5300"."""

    def __init__(self, domains=(), zone_file=ZONE_FILE, withdraw="", **keys):
        super().__init__()
        self.secrets = [KEY.secret, OTHER_KEY.secret, BIG_KEY.secret]
        self.add_provider(PROVIDER)
        self.write_zone_file(zone_file)
        if withdraw:
            self.write("site/zones/withdraw.zone", withdraw)
        self.set(**{"service": SERVICE, "timeout": 2, **keys})
        if domains:
            self.add_domains(domains)

    def write_zone_file(self, text):
        self.write("site/zones/%s.zone" % PROVIDER, text)

    def set(self, **keys):
        """Sets keys of [dns]."""
        with open(self.configuration, encoding="utf-8") as file:
            text = file.read()
        for key, value in keys.items():
            text = service.set_key(text, "dns", key, value)
        self.configure(text)

    def add_domains(self, domains):
        result = self.run("domain", "import", "-", "--provider", PROVIDER,
                          given="".join(name + "\n" for name in domains).encode())
        assert result[0] == 0, result

    def unprivileged(self):
        """Gives the site to somebody whom modes keep out; how commands are to be run as him. The
        build and the key may lie where he may not read."""
        self.set(key=KEY.write(os.path.join(self.directory, "key")))
        if os.getuid() != 0:
            return {}
        program = shutil.copy(cli.SIGNPOST, os.path.join(self.root, "signpost"))
        for path, _, names in os.walk(self.root):
            for name in (path, *(os.path.join(path, name) for name in names)):
                os.chown(name, NOBODY, NOBODY)
        return {"user": NOBODY, "group": NOBODY, "extra_groups": [], "program": program}

    def dns(self, command, *arguments, **more):
        """signpost dns COMMAND; no output may hold a secret."""
        result = Result(self.run("dns", command, *arguments, **more))
        for secret in self.secrets:
            assert secret not in result.output + result.complaints, "the key's secret is shown"
        return result

    def start_dns(self, command, *arguments):
        """The same as it runs."""
        return self.start("dns", command, *arguments, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def address_text(server):
    """As dns.primary has it."""
    return ("[%s]:%d" if ":" in server.address else "%s:%d") % (server.address, server.port)


_shared = {}
_numbers = itertools.count(1)


def shared(kind):
    """The server of this kind that all tests of the file use; it has the key KEY."""
    if kind not in _shared:
        _shared[kind] = kind(key=KEY).start()
    return _shared[kind]


def new_name():
    """A domain that no other test has."""
    return "kunde%d.example" % next(_numbers)


class DnsCase(unittest.TestCase):
    """A site of its own for each test; kind is the server that it publishes to."""

    maxDiff = None
    kind = servers.Bind
    FOREIGN = ("www 300 A 192.0.2.1", "mail 300 A 192.0.2.2",
               '@ 3600 TXT "site-verification=abc"', "deep.er 60 AAAA 2001:db8::1")

    def make_site(self, domains=(), server=None, key=KEY, **more):
        server = server or self.server
        site = DnsSite(domains, **{"primary": address_text(server), "key": key.path, **more})
        self.addCleanup(site.remove)
        return site

    def setUp(self):
        self.server = shared(self.kind)

    def new_zone(self, *records, server=None, **settings):
        """A zone with the foreign records and these, served."""
        name = new_name()
        (server or self.server).add_zone(name, zone_text(name, *self.FOREIGN, *records),
                                         **settings)
        return name

    def start_server(self, kind, **more):
        """One of the test's own."""
        server = kind(**more)
        self.addCleanup(server.remove)
        return server.start()

    def expect(self, site, command, *arguments, status=0, **more):
        """Runs a command, wants this exit status; the Result."""
        result = site.dns(command, *arguments, **more)
        self.assertEqual(result.status, status, result)
        return result

    def publish(self, site, *arguments, status=0, **more):
        return self.expect(site, "publish", *arguments, status=status, **more)

    def undo(self, site, *arguments, status=0, **more):
        return self.expect(site, "undo", *arguments, status=status, **more)

    def assert_zone(self, zone, records, server=None):
        """The whole zone holds just these, as dig's transfer of it has them."""
        self.assertEqual((server or self.server).axfr(zone), sorted(records))
