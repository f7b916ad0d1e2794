"""Apple profiles as people get them: signed, by the daemon and by signpost profile."""

import glob
import json
import os
import plistlib
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
import unittest

import cli
import service
from certificates import DAY, Authority, is_der, openssl, serial, signers
from service_test import ServiceTest

sys.path.insert(0, os.path.join(cli.SOURCE, "tests", "golden"))
import apple_keys  # noqa: E402
import validators  # noqa: E402

ADDRESS = "anna.berg@kunde.example"
URL = "/mobileconfig?emailaddress=" + ADDRESS
NAMESPACE = "6ba7b811-9dad-11d1-80b4-00c04fd430c8"
CONFIGURATION = """[site]
name = Example Hosting
support = +44 20 7946 0000
url = https://setup.hosting.example
[profile]
namespace = %s
identifier = example.hosting
certificate = fullchain.pem
key = privkey.pem
""" % NAMESPACE

SHARED = {}


def setUpModule():
    """One authority and a few certificates: keys take their time."""
    SHARED["directory"] = tempfile.mkdtemp(prefix="signpost-ca-")
    authority = SHARED["authority"] = Authority(os.path.join(SHARED["directory"], "ca"))
    for kind in ("rsa", "p256", "p384"):
        SHARED[kind] = authority.issue(kind, kind=kind)
    SHARED["renewed"] = authority.issue("renewed")
    SHARED["expired"] = authority.issue("expired", begin=-90 * DAY, end=-DAY)


def tearDownModule():
    shutil.rmtree(SHARED["directory"])


def put(path, data, mode=0o600):
    """Writes a file all at once, as ACME clients do."""
    with open(path + ".new", "wb") as file:
        os.fchmod(file.fileno(), mode)
        file.write(data)
    os.rename(path + ".new", path)


def put_pair(directory, pair):
    put(os.path.join(directory, "privkey.pem"), pair[1])
    put(os.path.join(directory, "fullchain.pem"), pair[0], 0o644)


class Judge:
    """Asserts that are the same for the daemon and the command."""

    def check_profile(self, data):
        """An unsigned one."""
        self.assertEqual(apple_keys.check(data), [])
        with tempfile.NamedTemporaryFile(suffix=".mobileconfig") as file:
            file.write(data)
            file.flush()
            self.assertEqual(validators.plistutil(file.name), "")
            self.assertEqual(validators.xmllint("mobileconfig.rng", [file.name]), "")
        return plistlib.loads(data)

    def check_signed(self, data):
        """The profile that is in it."""
        self.assertTrue(is_der(data), data[:8])
        self.assertEqual(signers(data), ["Test Intermediate", "setup.hosting.example"])
        profile = SHARED["authority"].verify(data)
        self.check_profile(profile)
        return profile


class DaemonTest(ServiceTest, Judge):
    pair = "rsa"
    configured = True

    def setUp(self):
        self.keys = {}
        if self.configured:
            self.keys = {"profile_certificate": "fullchain.pem", "profile_key": "privkey.pem"}
        super().setUp()

    def start(self, **more):
        if self.pair:
            self.put(self.pair)
        return super().start(**more)

    def put(self, name):
        put_pair(self.site.directory, SHARED[name])

    def path(self, name):
        return os.path.join(self.site.directory, name)

    def profile(self, url=URL):
        answer = self.daemon.get(url)
        self.assertEqual((answer.status, answer.header("Content-Type")),
                         (200, "application/x-apple-aspen-config"))
        self.assertEqual(answer.header("Cache-Control"), "no-store")
        self.assertEqual(answer.header("Content-Disposition"),
                         'attachment; filename="mail-kunde.example.mobileconfig"')
        return answer.body

    def is_signed(self):
        return self.profile().startswith(b"\x30")

    def wait_ready_line(self, text):
        service.wait_until(lambda: text in self.ready_text(), 3, "%r in /-/ready:\n%s"
                           % (text, self.ready_text()))

    def wait_serial(self, name, seconds=2.5):
        wanted = serial_of(name)
        service.wait_until(lambda: self.is_signed() and serial(self.profile()) == wanted, seconds,
                           "signed with " + name)


def serial_of(name):
    """The number that the authority has given."""
    path = SHARED["authority"].path(name + ".pem")
    return str(int(openssl("x509", "-in", path, "-noout", "-serial").split(b"=")[1], 16))


class Signed(DaemonTest):
    def test_signs(self):
        unsigned = self.site.signpost("show", ADDRESS, "mobileconfig", "--unsigned").stdout
        self.assertEqual(self.check_signed(self.profile()).decode(), unsigned)
        self.daemon.wait_log(r"^signpostd: profiles are signed; the certificate is valid until ")
        self.wait_ready_line("\nprofiles: signed, the certificate is valid until ")
        shown = subprocess.run([cli.SIGNPOST, "--config", self.site.configuration, "show", ADDRESS,
                                "mobileconfig"], stdout=subprocess.PIPE, check=True).stdout
        self.assertEqual(self.check_signed(shown).decode(), unsigned)

    def test_signs_for_a_domain(self):
        first = self.check_signed(self.profile("/d/kunde.example/mail.mobileconfig"))
        second = self.check_signed(self.profile("/d/kunde.example/mail.mobileconfig"))
        self.assertNotIn("EmailAddress", plistlib.loads(first)["PayloadContent"][0])
        self.assertFalse(set(sum(apple_keys.identities(first), ())) &
                         set(sum(apple_keys.identities(second), ())))

    def test_takes_a_renewed_pair(self):
        self.wait_serial("rsa")
        self.put("renewed")
        self.wait_serial("renewed")
        self.check_signed(self.profile())
        # one file after the other: with a key that is not the certificate's the earlier pair stays
        put(self.path("privkey.pem"), SHARED["p384"][1])
        self.daemon.wait_log("fullchain.pem: the key in .*privkey.pem is not this certificate's; "
                             "profiles are signed with the certificate and key that were read "
                             "before")
        self.wait_ready_line("; certificate and key cannot be read since ")
        self.assertEqual(serial(self.profile()), serial_of("renewed"))
        put(self.path("fullchain.pem"), SHARED["p384"][0])
        self.wait_serial("p384")
        self.assertNotIn("cannot be read", self.ready_text())

    def test_keeps_the_pair_when_garbage_comes(self):
        log = "error: .*%s; profiles are signed with the certificate and key that were read before"
        for name, data, mode, text in (
                ("fullchain.pem", b"\x00garbage", 0o644, "no certificate in PEM form"),
                ("fullchain.pem", b"", 0o644, "no certificate in PEM form"),
                ("privkey.pem", b"-----BEGIN PRIVATE KEY-----\n", 0o600, "no private key in PEM"),
                ("privkey.pem", SHARED["rsa"][1], 0o644, "its mode 0644 lets everybody")):
            with self.subTest(text=text):
                position = len(self.daemon.log())
                put(self.path(name), data, mode)
                self.daemon.wait_log(log % ("%s: %s.*" % (name, text)), position)
                self.wait_ready_line(text)
                self.assertEqual(serial(self.profile()), serial_of("rsa"))
                self.put("rsa")
                service.wait_until(lambda: "cannot be read" not in self.ready_text(), 3, "content")
        os.unlink(self.path("privkey.pem"))
        self.daemon.wait_log(log % "privkey.pem: No such file or directory")
        self.daemon.reload()
        self.daemon.wait_log("reloaded")
        self.assertEqual(serial(self.profile()), serial_of("rsa"))

    def test_never_signs_with_an_expired_certificate(self):
        self.put("expired")
        self.daemon.wait_log(r"error: .*fullchain\.pem: the certificate expired at .*; profiles go "
                             "out unsigned")
        self.wait_ready_line("profiles: unsigned, the certificate is not valid (its end: ")
        self.check_profile(self.profile())
        self.put("renewed")
        self.wait_serial("renewed")

    def test_unsigned_when_it_is_configured_away(self):
        self.site.set("profile", "certificate", "")
        self.site.set("profile", "key", "")
        self.daemon.reload()
        self.daemon.wait_log("profiles go out unsigned: .profile. certificate and key are not set")
        service.wait_until(lambda: not self.is_signed(), 3, "unsigned")
        self.wait_ready_line("\nprofiles: unsigned\n")


class Expiring(DaemonTest):
    """The certificate's time ends while the daemon runs."""

    def put(self, name):
        if "short" not in SHARED:
            SHARED["short"] = SHARED["authority"].issue("short", end=8)
            SHARED["until"] = time.time() + 8
        super().put("short")

    def test_stops_signing(self):
        self.assertTrue(self.is_signed())
        self.daemon.wait_log("warning: .*fullchain.pem: the certificate expires at ")
        self.daemon.wait_log("error: .*fullchain.pem: the certificate expired at .*; profiles go "
                             "out unsigned", seconds=12)
        self.assertGreater(time.time(), SHARED["until"] - 1)
        service.wait_until(lambda: not self.is_signed(), 3, "unsigned")
        self.wait_ready_line("profiles: unsigned, the certificate is not valid (its end: ")


class Missing(DaemonTest):
    pair = None

    def test_begins_to_sign_when_the_files_come(self):
        self.check_profile(self.profile())
        self.daemon.wait_log("error: .*fullchain.pem: No such file or directory; profiles go out "
                             "unsigned until it can be read")
        self.wait_ready_line("profiles: unsigned; certificate and key cannot be read since ")
        self.put("p256")
        self.wait_serial("p256")


class HalfConfigured(DaemonTest):
    pair = None

    def setUp(self):
        super().setUp()
        self.site.set("profile", "key", "")
        self.daemon.reload()

    def test_goes_on(self):
        self.daemon.wait_log("error: .profile. certificate is set, but key is not; profiles go out "
                             "unsigned")
        self.check_profile(self.profile())


class NotConfigured(DaemonTest):
    pair = None
    configured = False

    def test_goes_on(self):
        self.daemon.wait_log("profiles go out unsigned: .profile. certificate and key are not set")
        self.check_profile(self.profile())
        self.wait_ready_line("\nprofiles: unsigned\n")


class CommandTest(cli.Case, Judge):
    def setUp(self):
        super().setUp()
        self.site.configure(CONFIGURATION)
        shutil.copy(os.path.join(cli.SOURCE, "xml", "providers", "smartermail-enterprise.xml"),
                    os.path.join(self.site.providers, "hosting.xml"))
        self.site.run("domain", "add", "kunde.example", "müller.example", "--provider", "hosting")
        put_pair(self.site.directory, SHARED["rsa"])
        self.out = os.path.join(self.site.root, "out")

    def output(self, *arguments, status=0, complaints=()):
        """Standard output as bytes."""
        done = subprocess.run([cli.SIGNPOST, "--config", self.site.configuration, *arguments],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, check=False)
        self.assertEqual((done.returncode, done.stderr.decode()),
                         (status, cli.complaint(*complaints)))
        return done.stdout

    def file(self, name):
        with open(os.path.join(self.out, name + ".mobileconfig"), "rb") as file:
            return file.read()

    def names(self):
        """All that is in the directory, without .mobileconfig."""
        return sorted(name.replace(".mobileconfig", "") for name in os.listdir(self.out))


class OneProfile(CommandTest):
    def test_signs_with_every_kind_of_key(self):
        for kind in ("rsa", "p256", "p384"):
            put_pair(self.site.directory, SHARED[kind])
            for content in ("mail", "all", "activesync"):
                with self.subTest(kind=kind, content=content):
                    arguments = ("profile", ADDRESS, "--content", content)
                    self.assertEqual(self.check_signed(self.output(*arguments)),
                                     self.output(*arguments, "--unsigned"))

    def test_is_what_show_shows(self):
        self.assertEqual(self.output("profile", ADDRESS, "--unsigned"),
                         self.output("show", ADDRESS, "mobileconfig", "--unsigned"))
        self.check_signed(self.output("show", ADDRESS, "mobileconfig"))

    def test_speaks_languages(self):
        texts = {language: self.output("profile", ADDRESS, "--unsigned", "--language", language)
                 for language in ("en", "de", "fr", "es-MX")}
        self.assertEqual(len(set(texts.values())), 4)
        self.assertEqual(len({str(apple_keys.identities(text)) for text in texts.values()}), 1)
        for text in texts.values():
            self.check_profile(text)
        self.assertEqual(self.output("show", ADDRESS, "mobileconfig", "--unsigned", "--language",
                                     "de"), texts["de"])

    def test_refuses(self):
        for arguments, status, complaint in (
                (["x@foreign.example"], 1,
                 '"x@foreign.example": foreign.example is not in the store'),
                (["kunde.example"], 1, '"kunde.example": address has no @'),
                ([ADDRESS, "--content", "x"], 2,
                 "--content x: there are mail, all and activesync"),
                ([ADDRESS, "--language", "xx"], 2, "--language xx: the site has en, de, fr, es"),
                ([ADDRESS, "--provider", "x"], 1,
                 'no provider "x"; signpost provider list tells which there are'),
                ([], 2, "profile needs either ADDRESS... or --from FILE"),
                ([ADDRESS, "--from", "x"], 2, "profile needs either ADDRESS... or --from FILE"),
                ([ADDRESS, "b@kunde.example"], 2,
                 "profile needs --out DIR for more than one address"),
                (["--from", "x"], 2, "profile needs --out DIR for more than one address"),
                ([ADDRESS, "--force"], 2, "--force says something about --out DIR alone")):
            with self.subTest(arguments=arguments):
                self.assertEqual(self.output("profile", *arguments, status=status,
                                             complaints=[complaint]), b"")

    def test_tells_when_it_cannot_sign(self):
        without = "--unsigned makes profiles without a signature"
        path = os.path.join(self.site.directory, "fullchain.pem")
        key = os.path.join(self.site.directory, "privkey.pem")
        os.chmod(key, 0o644)
        mode = key + ": its mode 0644 lets everybody have the key; chmod 640 takes that away"
        for command in (["profile", ADDRESS], ["show", ADDRESS, "mobileconfig"]):
            self.output(*command, status=78, complaints=[mode, without])
            self.check_profile(self.output(*command, "--unsigned"))
        put_pair(self.site.directory, SHARED["expired"])
        done = self.site.run("profile", ADDRESS)
        self.assertEqual((done[0], done[1]), (78, ""))
        self.assertRegex(done[2], r"\Asignpost: %s: the certificate expired at .*Z; profiles go "
                         r"out unsigned\nsignpost: %s\n\Z" % (path, without))
        os.unlink(path)
        self.output("profile", ADDRESS, status=66,
                    complaints=[path + ": No such file or directory", without])

    def test_warns_when_nothing_is_configured(self):
        self.site.configure(CONFIGURATION.split("certificate =")[0])
        text = self.output("profile", ADDRESS, complaints=[
            "unsigned, so devices warn: [profile] certificate and key are not set"])
        self.check_profile(text)
        self.assertEqual(self.output("show", ADDRESS, "mobileconfig"), text)

    def test_check_reports_the_pair(self):
        self.assertEqual([finding for finding in self.findings() if "pem" in finding], [])
        chain = os.path.join(self.site.directory, "fullchain.pem")
        put_pair(self.site.directory, SHARED["expired"])
        self.assertRegex("\n".join(self.findings(1)),
                         r"error: %s: the certificate expired at .*; profiles go out unsigned"
                         % chain)
        put(chain, SHARED["rsa"][0])
        self.assertIn("error: %s: the key in %s is not this certificate's"
                      % (chain, os.path.join(self.site.directory, "privkey.pem")),
                      self.findings(1))

    def findings(self, status=0):
        done = self.site.run("check")
        self.assertEqual((done[0], done[2]), (status, ""))
        return done[1].splitlines()

    def test_a_domains_profile(self):
        first, second = (self.check_signed(self.output("show", "müller.example", "mobileconfig",
                                                       "--content", "all")) for _ in range(2))
        for payload in plistlib.loads(first)["PayloadContent"]:
            self.assertFalse([key for key in payload if "user" in key.lower()
                              or key == "EmailAddress"], payload)
        self.assertEqual(plistlib.loads(first)["PayloadDisplayName"], "Mail: müller.example")
        self.assertFalse(set(sum(apple_keys.identities(first), ())) &
                         set(sum(apple_keys.identities(second), ())))

    def test_an_update_replaces_in_place_and_mailboxes_live_side_by_side(self):
        arguments = ("--unsigned", "--content", "all")
        before = self.output("profile", ADDRESS, *arguments)
        other = self.output("profile", "bert@kunde.example", *arguments)
        path = os.path.join(self.site.providers, "hosting.xml")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.replace("mail.hosting.example", "new.hosting.example")
                       .replace("<port>993</port>", "<port>1993</port>"))
        after = self.output("profile", ADDRESS, *arguments)
        self.assertIn(b"new.hosting.example", after)
        self.assertEqual(apple_keys.identities(before), apple_keys.identities(after))
        self.assertFalse(set(sum(apple_keys.identities(before), ())) &
                         set(sum(apple_keys.identities(other), ())))


class ManyProfiles(CommandTest):
    def test_takes_names_and_logins(self):
        path = self.site.write("accounts.csv", "\ufeffAddress,Name,Login\r\n\r\n# staff\r\n"
                               'anna@kunde.example,"Berg, Anna & <Co>",kunde\\anna\r\n'
                               "bert@kunde.example,Bert,\r\n"
                               "cleo@kunde.example,,c.l\r\n"
                               "dora@kunde.example\r\n")
        self.assertEqual(self.output("profile", "--from", path, "--out", self.out),
                         b"made 4, refused 0\n")
        wanted = {"anna": ("Berg, Anna & <Co>", "kunde\\anna"), "bert": ("Bert", None),
                  "cleo": (None, "c.l"), "dora": (None, None)}
        self.assertEqual(self.names(), ["%s@kunde.example" % name for name in wanted])
        for name, (full_name, login) in wanted.items():
            data = self.file("%s@kunde.example" % name)
            mail = plistlib.loads(self.check_signed(data))["PayloadContent"][0]
            self.assertEqual(mail.get("EmailAccountName"), full_name)
            for way in ("Incoming", "Outgoing"):
                self.assertEqual(mail[way + "MailServerUsername"],
                                 login or "%s@kunde.example" % name)
            self.assertEqual(mail["EmailAddress"], "%s@kunde.example" % name)
            # neither changes who the accounts are
            self.assertEqual(apple_keys.identities(SHARED["authority"].verify(data)),
                             apple_keys.identities(self.output(
                                 "profile", "%s@kunde.example" % name, "--unsigned")))

    def test_goes_on_after_bad_lines(self):
        path = self.site.write("accounts.csv", "a@kunde.example\nnonsense\n,Nobody\n"
                               "b@foreign.example\nA@kunde.example,Twice\n"
                               "c@kunde.example,a,b,c\n\"d@kunde.example\n"
                               "e@kunde.example,bad\x07name\nf@kunde.example,%s\n"
                               "g@kunde.example\n" % ("x" * 201))
        text = self.output("profile", "--from", path, "--out", self.out, status=1, complaints=[
            path + ':2: "nonsense": address has no @',
            path + ':3: "": address has no @',
            path + ':4: "b@foreign.example": foreign.example is not in the store',
            path + ':5: "A@kunde.example": line 1 has the file name '
            "a@kunde.example.mobileconfig already",
            path + ':6: "c@kunde.example,a,b,c": 4 fields; a line is ADDRESS, ADDRESS,NAME or '
            "ADDRESS,NAME,LOGIN",
            path + ':7: ""d@kunde.example": a quote that does not end in the line',
            path + ':8: "e@kunde.example": its name is not UTF-8 text without control characters',
            path + ':9: "f@kunde.example": its name has 201 bytes, more than 200'])
        self.assertEqual(text, b"made 2, refused 8\n")
        self.assertEqual(self.names(), ["a@kunde.example", "g@kunde.example"])

    def test_names_files_safely(self):
        names = {
            "Anna.Berg+tag_1-2@kunde.example": "anna.berg+tag_1-2@kunde.example",
            "../../etc/x@kunde.example": "%2E.%2F..%2Fetc%2Fx@kunde.example",
            ".hidden@kunde.example": "%2Ehidden@kunde.example",
            "-rf@kunde.example": "%2Drf@kunde.example",
            "o'hara&co@kunde.example": "o%27hara%26co@kunde.example",
            "100%@kunde.example": "100%25@kunde.example",
            "jürgen@müller.example": "j%C3%BCrgen@xn--mller-kva.example",
            "~@kunde.example": "%7E@kunde.example",
        }
        self.output("profile", *["--unsigned", "--out", self.out, "--", *names])
        self.assertEqual(self.names(), sorted(names.values()))
        for path in glob.glob(os.path.join(self.out, "*")):
            with open(path, "rb") as file:
                self.check_profile(file.read())

    def test_cuts_long_names(self):
        domain = ".".join(["a" * 60] * 3) + ".example"
        self.site.run("domain", "add", domain, "--provider", "hosting")
        first, second = ("/" * 63 + end + "@" + domain for end in "ab")
        self.output("profile", first, second, "--out", self.out, "--unsigned")
        names = self.names()
        self.assertEqual(len(set(names)), 2)
        for name in names:
            self.assertRegex(name, r"\A(%2F)+~[a-z2-7]{16}\Z")

    def test_never_replaces_without_force(self):
        arguments = ("profile", ADDRESS, "bert@kunde.example", "--out", self.out)
        path = os.path.join(self.out, ADDRESS + ".mobileconfig")
        os.mkdir(self.out)
        with open(path, "w", encoding="ascii") as file:
            file.write("mine")
        self.assertEqual(
            self.output(*arguments, status=1,
                        complaints=['"%s": %s is there already' % (ADDRESS, path)]),
            b"%s/bert@kunde.example.mobileconfig\nmade 1, refused 1\n" % self.out.encode())
        self.assertEqual(self.file(ADDRESS), b"mine")
        self.output(*arguments, "--force")
        self.check_signed(self.file(ADDRESS))
        for name in os.listdir(self.out):
            self.assertEqual(stat.S_IMODE(os.stat(os.path.join(self.out, name)).st_mode), 0o600)

    def test_never_writes_through_links(self):
        target = self.site.write("target", "mine")
        os.mkdir(self.out)
        os.symlink(target, os.path.join(self.out, ADDRESS + ".mobileconfig"))
        self.output("profile", ADDRESS, "--out", self.out, "--force")
        self.check_signed(self.file(ADDRESS))
        with open(target, encoding="ascii") as file:
            self.assertEqual(file.read(), "mine")

    def test_prints_json(self):
        self.assertEqual(
            [json.loads(line) for line in self.output(
                "profile", ADDRESS, "--out", self.out, "--json").splitlines()],
            [{"address": ADDRESS, "file": ADDRESS + ".mobileconfig", "signed": True,
              "bytes": len(self.file(ADDRESS))}, {"made": 1, "refused": 0}])
        self.assertEqual(
            json.loads(self.output("profile", ADDRESS, "--unsigned", "--json")),
            {"address": ADDRESS, "file_name": "mail-kunde.example.mobileconfig",
             "media_type": "application/x-apple-aspen-config", "signed": False,
             "bytes": len(self.output("profile", ADDRESS, "--unsigned"))})

    def test_directories_that_cannot_be_used(self):
        path = self.site.write("file", "")
        self.output("profile", ADDRESS, "--out", path, status=74,
                    complaints=[path + ": Not a directory"])
        self.output("profile", ADDRESS, "--out", path + "s/below", status=66,
                    complaints=[path + "s/below: No such file or directory"])

    def test_killed_it_leaves_whole_files_or_none(self):
        path = self.site.write("accounts.csv", "".join("user%d@kunde.example\n" % number
                                                       for number in range(5000)))
        arguments = ["profile", "--from", path, "--out", self.out]
        process = self.site.start(*arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        service.wait_until(lambda: os.path.isdir(self.out) and len(os.listdir(self.out)) > 1200,
                           30, "it has begun to write")
        process.send_signal(signal.SIGKILL)
        process.wait()
        whole = [name for name in os.listdir(self.out) if not name.startswith(".signpost-")]
        self.assertGreaterEqual(len(whole), 100)
        for name in whole[:20]:
            with open(os.path.join(self.out, name), "rb") as file:
                self.check_signed(file.read())
        # the next one clears up
        self.assertEqual(self.output("profile", ADDRESS, "--out", self.out, "--unsigned"),
                         b"%s/%s.mobileconfig\nmade 1, refused 0\n"
                         % (self.out.encode(), ADDRESS.encode()))
        self.assertEqual([name for name in os.listdir(self.out) if name.startswith(".")], [])

    def test_two_at_once_do_not_mix(self):
        path = self.site.write("accounts.csv", "".join("user%d@kunde.example\n" % number
                                                       for number in range(3000)))
        process = self.site.start("profile", "--from", path, "--out", self.out,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            service.wait_until(lambda: os.path.isdir(self.out) and os.listdir(self.out), 30,
                               "it has begun to write")
            self.output("profile", ADDRESS, "--out", self.out, status=75,
                        complaints=[self.out + ": another process is writing files there"])
        finally:
            process.kill()
            process.wait()


if __name__ == "__main__":
    unittest.main()
