#!/usr/bin/env python3
"""Every format says the same, and says it as programs, schemas and name servers want it.

usage: agreement.py SIGNPOST [--update]

For every provider in xml/providers/ and tests/golden/providers/ and several addresses, `signpost
show` is asked for each format. Host, port, socket type and user name are read back out of the
answer and compared with the provider's document, the answer is compared with its golden file
(expected/PROVIDER/FORMAT), judged by the rules of client_rules.py, by RELAX NG schemas, plistutil,
BIND and Knot. --update writes the golden files anew instead of comparing.
"""

import glob
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

import client_rules
import formats
import validators
from expectations import answers_expected, filled, is_https, names_person, pacc_expected, \
    qr_address, qr_expected, srv_expected
from provider_choice import DAV_TYPES, Choice, fill

HERE = os.path.dirname(os.path.abspath(__file__))
EXPECTED = os.path.join(HERE, "expected")

CONFIGURATION = """\
[site]
name = Example & Sons <Hosting>
url = https://setup.hosting.example
[store]
url = sqlite:signpost.db
[providers]
directory = providers
[profile]
namespace = 6ba7b810-9dad-11d1-80b4-00c04fd430c8
identifier = example.hosting
[dns]
service = autoconfig.hosting.example
autodiscover = both
"""

# file name of the golden file: arguments of show
FORMATS = {
    "autoconfig": ["autoconfig"],
    "autodiscover": ["autodiscover"],
    "autodiscover-domain": ["autodiscover"],  # asked without an address
    "activesync": ["activesync"],
    "autodiscover-json": ["autodiscover-json"],
    "autodiscover-json-activesync": ["autodiscover-json", "--protocol", "ActiveSync"],
    "autodiscover-json-ews": ["autodiscover-json", "--protocol", "Ews"],
    "mobileconfig": ["mobileconfig"],
    "mobileconfig-all": ["mobileconfig", "--content", "all"],
    "mobileconfig-activesync": ["mobileconfig", "--content", "activesync"],
    "pacc": ["pacc"],
    "mta-sts": ["mta-sts"],
    "qr": ["qr"],
    "records": ["records"],
}
SCHEMA_OF = {
    "autoconfig": "autoconfig.rng",
    "autodiscover": "autodiscover-outlook.rng",
    "autodiscover-domain": "autodiscover-outlook.rng",
    "activesync": "autodiscover-mobilesync.rng",
    "mobileconfig": "mobileconfig.rng",
    "mobileconfig-all": "mobileconfig.rng",
    "mobileconfig-activesync": "mobileconfig.rng",
}
SAME_FOR_ALL = ("autoconfig", "autodiscover-domain", "pacc", "mta-sts", "records")

# The first is the one of the golden files. The others: what has to be escaped, letter case as it
# was typed, an internationalised domain and local part.
ADDRESSES = ("anna.berg@%s.kunde.example", "o'hara+tag&co@%s.kunde.example",
             "Anna.BERG@%s.Kunde.EXAMPLE", "jürgen@%s.müller.example", "anna@%s.müller.example")


def provider_paths():
    paths = glob.glob(os.path.join(validators.SOURCE, "xml", "providers", "*.xml")) \
        + glob.glob(os.path.join(HERE, "providers", "*.xml"))
    return {os.path.basename(path)[:-len(".xml")]: path for path in sorted(paths)}


class Site:
    """A directory with a configuration, the providers and two domains for each."""

    def __init__(self, program, directory, providers):
        self.program, self.directory = program, directory
        self.configuration = os.path.join(directory, "signpost.conf")
        os.mkdir(os.path.join(directory, "providers"))
        with open(self.configuration, "w", encoding="utf-8") as file:
            file.write(CONFIGURATION)
        for name, path in providers.items():
            shutil.copy(path, os.path.join(directory, "providers", name + ".xml"))
        shutil.copytree(os.path.join(HERE, "zones"), os.path.join(directory, "zones"))
        self.do("init", "--store")
        for name in providers:
            domains = {address.rsplit("@", 1)[1].lower() % name for address in ADDRESSES}
            self.do("domain", "add", *sorted(domains), "--provider", name)

    def run(self, *arguments):
        return subprocess.run([self.program, "--config", self.configuration, *arguments],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)

    def do(self, *arguments):
        result = self.run(*arguments)
        if result.returncode != 0:
            raise AssertionError("%s: %s" % (" ".join(arguments), result.stderr.decode()))

    def show(self, address, format_):
        """The answer, or None if the provider has nothing to say in the format."""
        who = address.rsplit("@", 1)[1] if format_ == "autodiscover-domain" else address
        result = self.run("show", who, *FORMATS[format_])
        if result.returncode == 0:
            return result.stdout
        if result.returncode != 1 or result.stdout or b" has no answer " not in result.stderr:
            raise AssertionError("show %s %s: %d, %r" % (who, format_, result.returncode,
                                                         result.stderr.decode()))
        return None


class Agreement(unittest.TestCase):
    """One provider, one address: the answers in all formats."""

    maxDiff = None
    program = update = None

    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory(prefix="signpost-golden-")
        cls.choices = {name: Choice(path) for name, path in provider_paths().items()}
        site_directory = os.path.join(cls.temporary.name, "site")
        os.mkdir(site_directory)
        cls.site = Site(cls.program, site_directory, provider_paths())
        cls.answers = {}  # by provider, address, format
        for name in cls.choices:
            for pattern in ADDRESSES:
                for format_ in FORMATS:
                    address = pattern % name
                    cls.answers[name, address, format_] = cls.site.show(address, format_)

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def each(self, judge, *wanted):
        """Calls judge(choice, address, format, bytes) for each answer in the formats."""
        judged = 0
        for (name, address, format_), data in self.answers.items():
            if format_ in wanted and data is not None:
                judged += 1
                with self.subTest(provider=name, address=address, format=format_):
                    judge(self.choices[name], address, format_, data)
        self.assertGreater(judged, 0, "nothing to judge")

    def files(self, *wanted):
        """The answers in the formats as files: (path, domain, bytes)."""
        for number, ((_, address, format_), data) in enumerate(self.answers.items()):
            if format_ in wanted and data is not None:
                path = os.path.join(self.temporary.name, "%d.%s" % (number, format_))
                with open(path, "wb") as file:
                    file.write(data)
                domain = address.rsplit("@", 1)[1].lower().encode("idna").decode("ascii")
                yield path, domain, data

    def test_who_has_an_answer(self):
        """A format without one is an error, never an empty document."""
        for name, choice in self.choices.items():
            for pattern in ADDRESSES:
                with self.subTest(provider=name, address=pattern):
                    got = {format_ for format_ in FORMATS
                           if self.answers[name, pattern % name, format_] is not None}
                    self.assertEqual(got, answers_expected(choice, pattern % name))

    def test_golden_files(self):
        if self.update:
            shutil.rmtree(EXPECTED, ignore_errors=True)
        for name in self.choices:
            for format_ in FORMATS:
                with self.subTest(provider=name, format=format_):
                    path = os.path.join(EXPECTED, name, format_)
                    self.compare(path, self.answers[name, ADDRESSES[0] % name, format_])
        self.assertEqual(sorted(os.listdir(EXPECTED)), sorted(self.choices))

    def compare(self, path, data):
        if self.update and data is not None:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as file:
                file.write(data)
        if not os.path.exists(path):
            self.assertIsNone(data, "no golden file")
            return
        with open(path, "rb") as file:
            self.assertEqual((data or b"").decode(), file.read().decode())

    def test_same_for_everybody(self):
        """What no person is in has the same bytes for all addresses of a domain."""
        for name in self.choices:
            for format_ in SAME_FOR_ALL:
                with self.subTest(provider=name, format=format_):
                    answers = {pattern: self.answers[name, pattern % name, format_]
                               for pattern in ADDRESSES[:3]}
                    self.assertEqual(len(set(answers.values())), 1)

    def test_autoconfig(self):
        def judge(choice, address, _format_, data):
            settings, urls = formats.read_autoconfig(data)
            # the user name stays a placeholder but for the domain
            domain = fill("%EMAILDOMAIN%", address)
            wanted = [formats.Setting(s.type, fill(s.host, address), s.port, s.socket,
                                      s.user.replace("%EMAILDOMAIN%", domain) if s.user else None)
                      for s in choice.mail()]
            self.assertEqual(settings, wanted)
            wanted_urls = {type_: choice.get(type_).url.replace("%EMAILDOMAIN%", domain)
                           for type_ in ("jmap", "ews", "exchange", "graph", "activesync",
                                         *DAV_TYPES.values()) if choice.get(type_)}
            self.assertEqual(urls, wanted_urls)

        self.each(judge, "autoconfig")

    def test_outlook(self):
        def judge(choice, address, format_, data):
            with_address = format_ == "autodiscover"
            settings, urls, redirect = formats.read_outlook(data)
            self.assertEqual(redirect, choice.autodiscover_url)
            if redirect:
                self.assertEqual((settings, urls), ([], {}))
                return
            wanted = [filled(server, address, with_address or not names_person(server.user or ""))
                      for server in choice.mail()]
            self.assertEqual(settings, wanted)
            wanted_urls = {}
            for type_ in ("caldav", "carddav"):
                server = choice.get(type_)
                if is_https(server) and (with_address or not names_person(server.url)):
                    login = with_address or not names_person(server.user)
                    wanted_urls[type_] = (fill(server.url, address),
                                          fill(server.user, address) if login else None)
            self.assertEqual(urls, wanted_urls)

        self.each(judge, "autodiscover", "autodiscover-domain")

    def test_mobilesync(self):
        def judge(choice, address, _format_, data):
            self.assertEqual(formats.read_mobilesync(data),
                             (choice.get("activesync").url, address))

        self.each(judge, "activesync")

    def test_json(self):
        site = "https://setup.hosting.example/autodiscover/autodiscover.xml"

        def judge(choice, _address, format_, data):
            wanted = {
                "autodiscover-json": ("AutodiscoverV1", choice.autodiscover_url or site),
                "autodiscover-json-activesync": ("ActiveSync", choice.get("activesync")),
                "autodiscover-json-ews": ("Ews", choice.get("ews")),
            }[format_]
            url = wanted[1] if isinstance(wanted[1], str) else wanted[1].url
            self.assertEqual(data.decode().rstrip("\n"),
                             '{"Protocol":"%s","Url":"%s"}' % (wanted[0], url))

        self.each(judge, *client_rules.JSON[:3])

    def test_profile_mail(self):
        def judge(choice, address, _format_, data):
            wanted = [filled(choice.get("imap") or choice.get("pop3"), address),
                      filled(choice.get("smtp"), address)]
            self.assertEqual(formats.read_profile_mail(data),
                             [server._replace(socket=server.socket != "plain")
                              for server in wanted])

        self.each(judge, "mobileconfig", "mobileconfig-all")

    def test_profile_dav(self):
        def judge(choice, address, _format_, data):
            payloads = formats.read_profile(data)
            wanted = {name for name in ("caldav", "carddav") if is_https(choice.get(name))}
            self.assertEqual(set(payloads), wanted | {"mail"})
            for name in wanted:
                prefix = {"caldav": "CalDAV", "carddav": "CardDAV"}[name]
                get = payloads[name].get
                port = get(prefix + "Port")
                url = "https://%s%s%s" % (get(prefix + "HostName"),
                                          ":%d" % port if port != 443 else "",
                                          get(prefix + "PrincipalURL", "/"))
                self.assertEqual(url, fill(choice.get(name).url, address))
                self.assertEqual(get(prefix + "Username"), fill(choice.get(name).user, address))

        self.each(judge, "mobileconfig-all")

    def test_profile_activesync(self):
        def judge(choice, address, _format_, data):
            payload = formats.read_profile(data)["eas"]
            server = choice.get("activesync")
            self.assertEqual((payload["Host"], payload["UserName"], payload["EmailAddress"]),
                             (server.url.split("/")[2], fill(server.user, address), address))

        self.each(judge, "mobileconfig-activesync")

    def test_profile_identity(self):
        """The same for all contents and spellings of an address, another for each address."""
        def identity(data):
            profile = formats.plistlib.loads(data)
            return profile["PayloadIdentifier"], profile["PayloadUUID"]

        seen = {}

        def judge(_choice, address, _format_, data):
            person = address.lower()
            self.assertEqual(seen.setdefault(person, identity(data)), identity(data))

        self.each(judge, *client_rules.PROFILES)
        self.assertEqual(len(set(seen.values())), len(seen))

    def test_pacc(self):
        def judge(choice, address, _format_, data):
            self.assertEqual(formats.read_pacc(data), pacc_expected(choice, address))

        self.each(judge, "pacc")

    def test_qr(self):
        """The same as the other formats; from an internationalised domain its A-labels."""
        def judge(choice, address, _format_, data):
            settings, ascii_address = formats.read_qr(data)
            wanted = qr_expected(choice, address)
            self.assertEqual(settings, [setting for setting, _ in wanted])
            self.assertEqual(ascii_address, qr_address(address))
            _, _, incoming, [[outgoing, _]] = json.loads(data)
            self.assertEqual([incoming[4], outgoing[4]], [method for _, method in wanted])

        self.each(judge, "qr")

    def test_mta_sts(self):
        def judge(choice, _address, _format_, data):
            self.assertEqual(formats.read_policy(data), choice.policy)

        self.each(judge, "mta-sts")

    def test_records_of_mta_sts(self):
        """DNS has the id of the very policy that is served, and MX records that it names."""
        def judge(choice, address, _format_, data):
            domain = fill("%EMAILDOMAIN%", address)
            records = formats.read_records(data)
            found = {(record.owner, record.type): record.rdata for record in records
                     if record.owner in ("_mta-sts.%s." % domain, "mta-sts.%s." % domain)}
            if not choice.policy:
                self.assertEqual(found, {})
                return
            name = next(name for name in self.choices if self.choices[name] is choice)
            digest = hashlib.sha256(self.answers[name, address, "mta-sts"]).hexdigest()
            self.assertEqual(found, {
                ("_mta-sts.%s." % domain, "TXT"): '"v=STSv1; id=%s;"' % digest[:32],
                ("mta-sts.%s." % domain, "CNAME"): "autoconfig.hosting.example."})
            hosts = [record.rdata.split(" ")[1][:-1] for record in records if record.type == "MX"]
            self.assertEqual([host for host in hosts
                              if not formats.policy_names(choice.policy[2], host)], [])
            self.assertTrue(hosts)

        self.each(judge, "records")

    def test_records_of_mail(self):
        names = ("imaps", "imap", "pop3s", "pop3", "submissions", "submission")

        def judge(choice, address, _format_, data):
            services = formats.read_srv(formats.read_records(data), fill("%EMAILDOMAIN%", address))
            self.assertEqual({name: services[name] for name in names
                              if services.get(name, (0, 0, ""))[2]},
                             srv_expected(choice, address))

        self.each(judge, "records")

    def test_records_of_the_service(self):
        service = "autoconfig.hosting.example"

        def judge(choice, address, _format_, data):
            domain = fill("%EMAILDOMAIN%", address)
            records = formats.read_records(data)
            aliases = {record.owner: record.rdata for record in records if record.type == "CNAME"}
            names = ["autoconfig", "autodiscover"] + ["mta-sts"] * bool(choice.policy)
            self.assertEqual(aliases, {"%s.%s." % (name, domain): service + "." for name in names})
            self.assertEqual(formats.read_srv(records, domain)["autodiscover"], (0, 443, service))

        self.each(judge, "records")

    def test_records_of_dav(self):
        def judge(choice, address, _format_, data):
            records = formats.read_records(data)
            domain = fill("%EMAILDOMAIN%", address)
            services = formats.read_srv(records, domain)
            paths = {record.owner: record.rdata for record in records if record.type == "TXT"}
            for type_ in ("caldav", "carddav"):
                server = choice.get(type_)
                if not is_https(server) or names_person(server.url):
                    self.assertNotIn(type_ + "s", services)
                    continue
                _, port, host = services[type_ + "s"]
                url = "https://%s%s%s" % (host, ":%d" % port if port != 443 else "",
                                          paths["_%ss._tcp.%s." % (type_, domain)][6:-1])
                self.assertEqual(url, fill(server.url, address))

        self.each(judge, "records")

    def test_client_rules(self):
        def judge(choice, address, format_, data):
            answer = client_rules.Answer(format_, data, address, choice)
            self.assertEqual(client_rules.check(answer), [])

        self.each(judge, *FORMATS)

    def test_schemas(self):
        for schema in sorted(set(SCHEMA_OF.values())):
            paths = [path for path, _, _ in
                     self.files(*(name for name, used in SCHEMA_OF.items() if used == schema))]
            for judge in (validators.xmllint, validators.jing):
                with self.subTest(schema=schema, judge=judge.__name__):
                    if validators.missing(judge.__name__):
                        self.skipTest("%s is not installed" % judge.__name__)
                    self.assertEqual(judge(schema, paths), "")

    @unittest.skipIf(validators.missing("plistutil"), "plistutil is not installed")
    def test_property_lists(self):
        for path, _, _ in self.files(*client_rules.PROFILES):
            self.assertEqual(validators.plistutil(path), "")

    def test_zones(self):
        for path, domain, data in self.files("records"):
            zone = validators.whole_zone(data, formats.read_records(data), domain)
            with open(path, "wb") as file:
                file.write(zone)
            for program, judge in (("named-checkzone", validators.named_checkzone),
                                   ("kzonecheck", validators.kzonecheck)):
                with self.subTest(domain=domain, program=program):
                    if validators.missing(program):
                        self.skipTest("%s is not installed" % program)
                    self.assertEqual(judge(domain, path), "")


if __name__ == "__main__":
    arguments = [argument for argument in sys.argv[1:] if argument != "--update"]
    if not arguments or arguments[0] in ("--help", "-h"):
        sys.exit(__doc__)
    Agreement.program, Agreement.update = os.path.abspath(arguments[0]), "--update" in sys.argv
    unittest.main(argv=sys.argv[:1] + arguments[1:])
