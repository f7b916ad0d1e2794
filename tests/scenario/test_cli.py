"""signpost as administrators use it: every command but those about domains, every complaint."""

import json
import os
import re
import stat
import subprocess
import unittest

import cli

COMMANDS = [
    "check", "init", "provider list", "provider show", "provider import", "domain add",
    "domain import", "domain remove", "domain list", "domain export", "link", "show", "profile",
    "dns records",
]


class CommandLine(unittest.TestCase):
    maxDiff = None

    def test_helps(self):
        status, text, complaints = cli.run("--help")
        self.assertEqual((status, complaints), (0, ""))
        for command in COMMANDS:
            with self.subTest(command=command):
                self.assertIn("\n  %-16s " % command, text)
                done = cli.run(*command.split(), "--help")
                self.assertEqual((done[0], done[2]), (0, ""))
                self.assertTrue(done[1].startswith("usage: signpost %s" % command), done[1])
                self.assertLessEqual(max(map(len, done[1].splitlines()[1:])), 100)
        self.assertLessEqual(max(map(len, text.splitlines())), 100)
        family = cli.run("domain", "--help")[1]
        self.assertIn("\n  domain add ", family)
        self.assertNotIn("provider list", family)

    def test_tells_its_version(self):
        self.assertEqual(cli.run("--version"), (0, "signpost 0.1.0\n", ""))
        self.assertEqual(cli.run("domain", "add", "--version"), (0, "signpost 0.1.0\n", ""))

    def test_refuses_what_it_does_not_understand(self):
        for arguments, text in [
            ([], "no command given; see signpost --help"),
            (["foo"], "unknown command foo; see signpost --help"),
            (["domain"], "no command given; see signpost domain --help"),
            (["domain", "foo"], "unknown command foo; see signpost domain --help"),
            (["list"], "unknown command list; see signpost --help"),
            (["domain", "list", "x"],
             "too many arguments, not understood: x; see signpost domain list --help"),
            (["domain", "add"], "missing: DOMAIN...; see signpost domain add --help"),
            (["show", "a@b.example"],
             "missing: ADDRESS|DOMAIN FORMAT; see signpost show --help"),
            (["--foo"], "unknown option --foo; see signpost --help"),
            (["--provider", "x", "domain", "list"],
             "unknown option --provider; see signpost --help"),
            (["domain", "list", "--from", "x"],
             "unknown option --from; see signpost domain list --help"),
            (["domain", "list", "-p"], "unknown option -p; see signpost domain list --help"),
            (["domain", "import", "x", "--provider"],
             "an option without its value: --provider; see signpost domain import --help"),
            (["domain", "list", "--provider", "a", "--provider=b"],
             "option given twice: provider; see signpost domain list --help"),
            (["check", "--settings=x"],
             "an option that takes no value: --settings=x; see signpost check --help"),
            (["domain", "list", "--provide", "x"],
             "unknown option --provide; see signpost domain list --help"),
            (["domain", "add", "a.example"],
             "domain add needs --provider ID; signpost provider list tells which there are"),
            (["domain", "remove"], "domain remove needs either DOMAIN... or --from FILE"),
            (["domain", "remove", "a.example", "--from", "x"],
             "domain remove needs either DOMAIN... or --from FILE"),
            (["dns", "records"], "dns records needs either DOMAIN..., --from FILE or --all"),
            (["dns", "records", "--all", "a.example"],
             "dns records needs either DOMAIN..., --from FILE or --all"),
            (["init"], "init needs either DIR, --store or --link-key"),
            (["init", "x", "--store"], "init needs either DIR, --store or --link-key"),
            (["init", "x", "--link-key"], "init needs either DIR, --store or --link-key"),
            (["init", "--store", "--link-key"], "init needs either DIR, --store or --link-key"),
            (["link"], "link needs either ADDRESS|DOMAIN... or --from FILE"),
            (["link", "a@b.example", "--from", "x"],
             "link needs either ADDRESS|DOMAIN... or --from FILE"),
            (["link", "a@b.example", "--csv", "--json"], "link prints either --csv or --json"),
            (["link", "a@b.example", "--days", "0"], "--days \"0\" is not 1 to 3650"),
            (["link", "a@b.example", "--days", "3651"], "--days \"3651\" is not 1 to 3650"),
            (["link", "a@b.example", "--days", ""], "--days \"\" is not 1 to 3650"),
            (["link", "a@b.example", "--days", "-1"], "--days \"-1\" is not 1 to 3650"),
            (["link", "a@b.example", "--days", "7d"], "--days \"7d\" is not 1 to 3650"),
            (["link", "a@b.example", "--days", "18446744073709551617"],
             "--days \"18446744073709551617\" is not 1 to 3650"),
            (["show", "a@b.example", "foo"],
             "unknown format foo; there are autoconfig, autodiscover, activesync, "
             "autodiscover-json, mobileconfig, pacc, mta-sts, qr, page, page-print, page-text "
             "and records"),
            (["show", "a b@c.example", "pacc"],
             "\"a b@c.example\": address has a blank, a control character or one of "
             "\"(),:;<>@[\\] before the @"),
            (["show", "nodots", "pacc"], "\"nodots\": domain name has one label only"),
        ]:
            with self.subTest(arguments=arguments):
                self.assertEqual(cli.run(*arguments), (2, "", cli.complaint(text)))

    def test_needs_its_configuration(self):
        for command in (["domain", "list"], ["domain", "add", "a.example", "--provider", "x"],
                        ["provider", "list"], ["provider", "show", "x"], ["init", "--store"],
                        ["init", "--link-key"], ["link", "a@b.example"],
                        ["show", "a@b.example", "pacc"], ["dns", "records", "--all"]):
            with self.subTest(command=command):
                self.assertEqual(
                    cli.run("--config", "/nonexistent/signpost.conf", *command),
                    (66, "",
                     cli.complaint("/nonexistent/signpost.conf: No such file or directory")))
        self.assertEqual(cli.run("check", "--config", "/nonexistent/signpost.conf"),
                         (1, "error: /nonexistent/signpost.conf: No such file or directory\n"
                             "1 error, 0 warnings\n", ""))


class Manual(cli.Case):
    """The examples of the manual pages do what the pages say."""

    def examples(self, page):
        with open(os.path.join(cli.SOURCE, "docs", "man", page), encoding="utf-8") as file:
            text = file.read().split("\n.Sh EXAMPLES\n")[1].split("\n.Sh ")[0]
        blocks = re.findall(r"(?s)\n\.Bd -literal[^\n]*\n(.*?\n)\.Ed\b", text)
        self.assertNotEqual(blocks, [])
        return [block.replace("\\e\n", "\\\n") for block in blocks]

    def test_shows_a_document(self):
        block, = self.examples("signpost-provider.5")
        path = self.site.write("hosting.xml", block)
        self.assertEqual(cli.run("check", path), (0, "0 errors, 0 warnings\n", ""))

    def test_shows_a_configuration(self):
        block, = self.examples("signpost.conf.5")
        self.site.configure(block)
        self.site.add_provider("p")
        self.assertEqual(self.site.run("provider", "list")[0], 66)  # its store is not ours
        self.expect(["show", "info@k.example", "mobileconfig", "--json", "--provider", "p"], 0,
                    '{"format":"mobileconfig","media_type":"application/x-apple-aspen-config",'
                    '"bytes":%d,"file_name":"mail-k.example.mobileconfig"}\n'
                    % len(self.site.run("show", "info@k.example", "mobileconfig", "--provider",
                                        "p")[1]))

    def shell(self, script):
        path = self.site.write("bin/signpost", '#!/bin/sh\nexec "%s" "$@"\n' % cli.SIGNPOST)
        os.chmod(path, 0o755)
        done = subprocess.run(["sh", "-e", "-c", script], cwd=self.site.root, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              env={**os.environ, "PATH": os.path.dirname(path) + ":/usr/bin:/bin"})
        return done.returncode, done.stdout, done.stderr

    def test_shows_a_site_from_nothing_and_a_change(self):
        trial, change = self.examples("signpost.1")
        self.site.write("oldserver.xml", cli.provider())
        trial = trial.replace("init site", "init new").replace("site/", "new/")
        status, text, complaints = self.shell(trial)
        self.assertEqual((status, complaints), (0, ""))
        self.assertIn("0 errors, 5 warnings\n", text)
        self.assertIn('<emailProvider id="kunde.example">', text)

        self.site.add_provider("oldserver")
        self.site.add_provider("smartermail")
        self.site.run("domain", "add", "a.example", "b.example", "--provider", "oldserver")
        change = change.replace("signpost ", "signpost --config site/signpost.conf ")
        self.assertEqual(self.shell(change),
                         (0, "added 0, changed 2, unchanged 0, refused 0\n", ""))


class Options(cli.Case):
    def test_stand_anywhere(self):
        self.site.add_provider("p")
        config = self.site.configuration
        self.site.run("domain", "add", "a.example", "--provider", "p")
        for arguments in (["--config", config, "domain", "list"],
                          ["domain", "--config", config, "list"],
                          ["domain", "list", "--config", config],
                          ["domain", "list", "--config=" + config],
                          ["--json", "--config", config, "domain", "list", "--provider=p"]):
            status, text, complaints = cli.run(*arguments)
            self.assertEqual((status, complaints), (0, ""))
            self.assertIn("a.example", text)

    def test_end_with_two_hyphens(self):
        self.site.add_provider("p")
        self.expect(["domain", "add", "--provider", "p", "--", "--help"], 1,
                    "added 0, changed 0, unchanged 0, refused 1\n",
                    ['"--help": domain name has a label with a hyphen at its end'])


class Init(cli.Case):
    def test_makes_a_site(self):
        site = self.site
        for path, mode in ((site.directory, 0o750), (site.providers, 0o750),
                           (site.configuration, 0o640), (site.store, 0o640),
                           (os.path.join(site.directory, "links.keys"), 0o600)):
            self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), mode, path)
        self.assertEqual([name for name in os.listdir(site.directory) if name.endswith(".tmp")], [])
        with open(site.configuration, encoding="utf-8") as file:
            text = file.read()
        self.assertRegex(text, r"(?m)^namespace = [0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab]"
                               r"[0-9a-f]{3}-[0-9a-f]{12}$")
        # every key with its default, as check --settings tells it
        settings = cli.run("check", "--settings")[1]
        self.assertEqual(settings.splitlines(),
                         ["#namespace =" if line.startswith("namespace = ") else
                          "keys =" if line == "keys = links.keys" else line
                          for line in text.splitlines()])
        self.assertEqual(text.count("\nkeys = links.keys\n"), 1)
        self.assertEqual(site.run("check")[0], 0)

    def test_leaves_what_is_there(self):
        site = self.site
        with open(site.configuration, "rb") as file:
            before = file.read()
        self.assertEqual(cli.run("init", site.directory),
                         (73, "", cli.complaint("%s is there already" % site.configuration)))
        with open(site.configuration, "rb") as file:
            self.assertEqual(file.read(), before)

        # without its configuration a site is completed, and its domains and keys stay
        site.add_provider("p")
        with open(os.path.join(site.directory, "links.keys"), "rb") as file:
            keys = file.read()
        site.run("domain", "add", "a.example", "--provider", "p")
        os.remove(site.configuration)
        self.assertEqual(cli.run("init", site.directory),
                         (0, "made %s\nnext: signpost --config %s provider import FILE\n"
                          % (site.configuration, site.configuration), ""))
        self.assertEqual(site.domains(), ["a.example,p"])
        with open(os.path.join(site.directory, "links.keys"), "rb") as file:
            self.assertEqual(file.read(), keys)

    def test_gives_every_site_its_own_namespace(self):
        other = cli.Site()
        self.addCleanup(other.remove)
        with open(self.site.configuration, encoding="utf-8") as a:
            with open(other.configuration, encoding="utf-8") as b:
                self.assertNotEqual(a.read(), b.read())

    def test_tells_what_it_made(self):
        directory = os.path.join(self.site.root, "second")
        status, text, complaints = cli.run("init", directory, "--json")
        self.assertEqual((status, complaints), (0, ""))
        self.assertEqual([json.loads(line) for line in text.splitlines()],
                         [{"made": made} for made in (
                             directory, directory + "/providers", directory + "/zones",
                             "sqlite:" + directory + "/signpost.db",
                             directory + "/links.keys", directory + "/signpost.conf")])

    def test_takes_a_relative_directory(self):
        status, text, complaints = cli.run("init", "here", cwd=self.site.root)
        self.assertEqual((status, complaints), (0, ""))
        self.assertIn("made %s/here/signpost.conf\n" % self.site.root, text)

    def test_needs_the_directory_above(self):
        self.assertEqual(cli.run("init", "/nonexistent/site"),
                         (66, "", cli.complaint("/nonexistent/site: No such file or directory")))

    def test_makes_a_store_alone(self):
        url = "sqlite:" + self.site.store
        self.expect(["init", "--store"], 73, "", [url + " is there already"])
        for name in os.listdir(self.site.directory):
            if name.startswith("signpost.db"):
                os.remove(os.path.join(self.site.directory, name))
        self.expect(["domain", "list"], 66, "", [
            self.site.store + ": No such file or directory",
            "bring it back from a copy, or make an empty one: signpost init --store"])
        self.expect(["init", "--store"], 0, "made %s\n" % url)
        self.expect(["domain", "list"], 0, "")


class Check(cli.Case):
    UNSET = ("warning: %(c)s: [site] url: not set, so autodiscover answers name "
             "https://autodiscover. and the domain\n"
             "warning: %(c)s: [profile] namespace: not set, so no Apple profiles are given out\n"
             "warning: %(c)s: [dns] service: not set, so autoconfig and autodiscover names are "
             "missing from the DNS records\n")

    def test_prints_every_fault_of_the_configuration(self):
        self.site.configure("[htp]\nx = 1\n[dns]\nttl = 1\n[http]\nworker = 2\n")
        c = self.site.configuration
        self.expect(["check"], 1,
                    "error: %s:1: [htp]: unknown section; is [http] meant?\n"
                    "error: %s:4: [dns] ttl: \"1\" is not 60..86400 seconds\n"
                    "error: %s:6: [http] worker: unknown key; is \"workers\" meant?\n"
                    "3 errors, 0 warnings\n" % (c, c, c))
        # others tell the first one and where the rest is
        self.expect(["domain", "list"], 78, "", [
            c + ":1: [htp]: unknown section; is [http] meant?",
            "2 more errors; signpost check tells them all"])

    def test_prints_every_fault_of_the_documents(self):
        self.site.configure("")
        a = self.site.add_provider("a", cli.provider(port="0"))
        b = self.site.add_provider("b", cli.provider(port="65536"))
        self.expect(["check"], 1, self.UNSET % {"c": self.site.configuration} +
                    "error: %s:7: incomingServer: port \"0\" is not 1..65535\n"
                    "error: %s:7: incomingServer: port \"65536\" is not 1..65535\n"
                    "2 errors, 3 warnings\n" % (a, b))
        self.expect(["domain", "add", "a.example", "--provider", "a"], 78, "", [
            a + ":7: incomingServer: port \"0\" is not 1..65535",
            "1 more error; signpost check tells them all"])

    def test_tells_what_is_not_set(self):
        self.site.configure("[site]\nurl = https://setup.hosting.example\n[profile]\n"
                            "namespace = 3f0c8a52-51a0-4d9e-9a4e-6f4f0c9d3b11\n[dns]\n"
                            "service = autoconfig.hosting.example\n")
        self.site.add_provider("p")
        self.expect(["check"], 0,
                    "warning: %s: [profile] identifier: not set, so that of Apple profiles begins "
                    "with signpost; set it before the first is given out\n"
                    "warning: %s: [profile] certificate and key: not set, so Apple profiles go out "
                    "unsigned and devices warn\n"
                    "0 errors, 2 warnings\n" % ((self.site.configuration,) * 2))
        self.assertEqual(self.records("check"), [
            {"severity": "warning", "text": "%s: [profile] identifier: not set, so that of Apple "
             "profiles begins with signpost; set it before the first is given out"
             % self.site.configuration},
            {"severity": "warning", "text": "%s: [profile] certificate and key: not set, so Apple "
             "profiles go out unsigned and devices warn" % self.site.configuration},
            {"errors": 0, "warnings": 2}])

    def test_finds_domains_without_provider(self):
        self.site.configure("")
        for name in ("gone", "lost", "p"):
            self.site.add_provider(name)
        self.site.run("domain", "add", "b.example", "a.example", "d.example", "c.example",
                      "--provider", "gone")
        self.site.run("domain", "add", "e.example", "--provider", "lost")
        self.site.run("domain", "add", "f.example", "--provider", "p")
        for name in ("gone", "lost"):
            os.remove(os.path.join(self.site.providers, name + ".xml"))
        url = "sqlite:" + self.site.store
        self.expect(["check"], 1, self.UNSET % {"c": self.site.configuration} +
                    "error: %s: provider \"gone\" is not loaded, but 4 domains use it: a.example, "
                    "b.example, c.example, ...\n"
                    "error: %s: provider \"lost\" is not loaded, but 1 domain uses it: e.example\n"
                    "2 errors, 3 warnings\n" % (url, url))

    def test_finds_a_store_that_is_none(self):
        self.site.configure("[store]\nurl = sqlite:other.db\n")
        self.site.add_provider("p")
        other = os.path.join(self.site.directory, "other.db")
        for content, text in (
                (None, other + ": No such file or directory"),
                (b"", other + ": is empty (0 bytes), no store; put a copy back, or delete it and "
                              "make a new one"),
                (b"this is a text\n" * 1000,
                 other + ": cannot read what it is: file is not a database; it is no store of "
                         "Signpost, put a copy back")):
            if content is not None:
                self.site.write("site/other.db", content)
            with self.subTest(text=text):
                status, output, complaints = self.site.run("check")
                self.assertEqual((status, complaints), (1, ""))
                self.assertEqual(output.splitlines()[3:],
                                 ["error: " + text, "1 error, 3 warnings"])

    def test_checks_documents_alone(self):
        good = self.site.write("good.xml", cli.provider())
        bad = self.site.write("bad.xml", cli.provider(port="0", extra="    <x/>\n"))
        fault = "%s:7: incomingServer: port \"0\" is not 1..65535" % bad
        self.assertEqual(cli.run("check", good), (0, "0 errors, 0 warnings\n", ""))
        self.assertEqual(cli.run("check", "-", given=cli.provider().encode()),
                         (0, "0 errors, 0 warnings\n", ""))
        self.assertEqual(cli.run("check", good, bad, "/nonexistent.xml", self.site.root),
                         (1, "error: %s\n"
                             "warning: %s:26: x: unknown in emailProvider, passed over\n"
                             "error: /nonexistent.xml: No such file or directory\n"
                             "error: %s: Is a directory\n"
                             "3 errors, 1 warning\n" % (fault, bad, self.site.root), ""))
        large = self.site.write("large.xml", " " * (256 * 1024 + 1))
        self.assertEqual(cli.run("check", large),
                         (1, "error: %s: over 262144 bytes\n1 error, 0 warnings\n" % large, ""))

    def test_tells_settings_to_programs(self):
        rows = self.records("check", "--settings")
        ttl = next(row for row in rows if (row["section"], row["key"]) == ("dns", "ttl"))
        self.assertEqual(ttl, {
            "section": "dns", "key": "ttl", "type": "number", "default": "3600",
            "description": "How long resolvers may keep the records.", "unit": "seconds",
            "minimum": 60, "maximum": 86400})


class Provider(cli.Case):
    def import_(self, *arguments, **more):
        return self.site.run("provider", "import", *arguments, **more)

    def test_is_imported(self):
        path = self.site.write("hosting.xml", cli.provider())
        target = os.path.join(self.site.providers, "hosting.xml")
        self.assertEqual(self.import_(path, "--dry-run"),
                         (0, "hosting: would be written to %s\n" % target, ""))
        self.assertEqual(os.listdir(self.site.providers), [])
        self.assertEqual(self.import_(path), (
            0, "hosting: written to %s; signpostd takes it at its next reload\n" % target, ""))
        with open(target, encoding="utf-8") as file:
            self.assertEqual(file.read(), cli.provider())
        self.assertEqual(os.listdir(self.site.providers), ["hosting.xml"])

        os.chmod(target, 0o604)
        newer = cli.provider(extra="    <!-- newer -->\n")
        self.site.write("hosting.xml", newer)
        self.assertEqual(self.import_(path), (
            73, "", cli.complaint(target + " is there already; --replace replaces it")))
        self.assertEqual(self.import_(path, "--replace", "--json")[:2], (
            0, '{"id":"hosting","path":"%s","dry_run":false}\n' % target))
        with open(target, encoding="utf-8") as file:
            self.assertEqual(file.read(), newer)
        self.assertEqual(stat.S_IMODE(os.stat(target).st_mode), 0o604)
        self.assertEqual(os.listdir(self.site.providers), ["hosting.xml"])

    def test_gets_an_id(self):
        for arguments, name, given in (
                (["--id", "by.option"], "x.xml", b""),
                ([], "aol.com", b""),             # as ISPDB files are named
                ([], "aol.com.xml", b""),
                ([], None, cli.provider().encode())):
            path = self.site.write(name, cli.provider()) if name else "-"
            status, text, complaints = self.import_(path, *arguments, "--dry-run", given=given)
            self.assertEqual((status, complaints), (0, ""))
            self.assertEqual(text.split(":")[0],
                             "by.option" if arguments else "aol.com" if name else
                             "hosting.example")
        rule = ('"%s" is not an id of a provider (1 to 64 of a-z 0-9 - _ . that begin with a '
                "letter or digit): give one with --id")
        for name, arguments, shown in (("AOL.xml", [], "AOL"), ("x.xml", ["--id", "../x"], "../x"),
                                       (".xml", [], ".xml")):
            path = self.site.write(name, cli.provider())
            self.assertEqual(self.import_(path, *arguments), (2, "", cli.complaint(rule % shown)))

    def test_is_refused_with_every_finding(self):
        path = self.site.write("p.xml", cli.provider(port="0", extra="    <x/>\n"))
        self.assertEqual(self.import_(path), (1, "", cli.complaint(
            "error: %s:7: incomingServer: port \"0\" is not 1..65535" % path,
            "warning: %s:26: x: unknown in emailProvider, passed over" % path)))
        self.assertEqual(os.listdir(self.site.providers), [])
        self.assertEqual(self.import_("/nonexistent.xml"),
                         (66, "", cli.complaint("/nonexistent.xml: No such file or directory")))

    def test_is_listed(self):
        self.site.add_provider("a")
        self.site.add_provider("longer-id", cli.provider(port="143"))
        self.site.run("domain", "add", "1.example", "2.example", "--provider", "a")
        self.expect(
            ["provider", "list"], 0,
            "ID         IMAP                      POP3                      SMTP                "
            "      DOMAINS  NAME\n"
            "a          mail.hosting.example:993  mail.hosting.example:995  "
            "mail.hosting.example:465        2  Example Hosting\n"
            "longer-id  mail.hosting.example:143  mail.hosting.example:995  "
            "mail.hosting.example:465        0  Example Hosting\n")
        self.assertEqual(self.records("provider", "list")[0], {
            "id": "a", "display_name": "Example Hosting", "imap": "mail.hosting.example:993",
            "pop3": "mail.hosting.example:995", "smtp": "mail.hosting.example:465", "domains": 2})

    def test_is_listed_without_a_store(self):
        self.site.add_provider("a")
        self.site.configure("[store]\nurl = sqlite:none.db\n")
        self.expect(
            ["provider", "list"], 66,
            "ID  IMAP                      POP3                      SMTP                      "
            "DOMAINS  NAME\n"
            "a   mail.hosting.example:993  mail.hosting.example:995  mail.hosting.example:465  "
            "      -  Example Hosting\n",
            [os.path.join(self.site.directory, "none.db") + ": No such file or directory",
             "bring it back from a copy, or make an empty one: signpost init --store"])

    def test_is_shown(self):
        dav = ('    <calendar type="caldav"><url>https://dav.hosting.example/</url>'
               "<authentication>http-basic</authentication><username>%EMAILADDRESS%</username>"
               "</calendar>\n"
               '    <webMail><loginPage url="https://webmail.hosting.example/"/></webMail>\n'
               "    <x/>\n"
               '    <s:mtaSts xmlns:s="urn:signpost:provider" mode="enforce">'
               "<s:mx>MX.hosting.example</s:mx><s:mx>*.hosting.example</s:mx></s:mtaSts>\n")
        path = self.site.add_provider("p", cli.provider(extra=dav))
        warning = path + ":28: x: unknown in emailProvider, passed over"
        password = " password-cleartext %EMAILADDRESS%\n"
        self.expect(["provider", "show", "p"], 0,
                    "id            p\n"
                    "document      " + path + "\n"
                    "name          Example Hosting\n"
                    "imap          mail.hosting.example:993 SSL" + password +
                    "pop3          mail.hosting.example:995 SSL" + password +
                    "smtp          mail.hosting.example:465 SSL" + password +
                    "caldav        https://dav.hosting.example/" + password +
                    "webmail       https://webmail.hosting.example/\n"
                    "mta-sts       enforce for 604800 seconds: mx.hosting.example "
                    "*.hosting.example\n"
                    "warning: " + warning + "\n")
        shown = self.records("provider", "show", "p")[0]
        self.assertEqual(shown["servers"][0], {
            "type": "imap", "hostname": "mail.hosting.example", "port": 993, "socket_type": "SSL",
            "authentication": ["password-cleartext"], "username": "%EMAILADDRESS%"})
        self.assertEqual(shown["mta_sts"], {
            "mode": "enforce", "max_age": 604800,
            "mx": ["mx.hosting.example", "*.hosting.example"]})
        self.assertEqual(shown["findings"], [{"severity": "warning", "text": warning}])

    def test_is_shown_with_its_errors(self):
        path = self.site.add_provider("p", cli.provider(port="x"))
        self.expect(["provider", "show", "p"], 1,
                    "id            p\ndocument      " + path + "\n"
                    "error: " + path + ":7: incomingServer: port \"x\" is not 1..65535\n")
        self.expect(["provider", "show", "none"], 66, "", [
            os.path.join(self.site.providers, "none.xml") + ": No such file or directory"])
        self.expect(["provider", "show", "../signpost"], 2, "", [
            '"../signpost" is not an id of a provider'])


class Show(cli.Case):
    def setUp(self):
        super().setUp()
        self.site.add_provider("p")
        self.site.run("domain", "add", "k.example", "--provider", "p")

    def test_prints_every_format(self):
        self.site.add_provider("p", cli.provider(extra=(
            '<s:mtaSts xmlns:s="urn:signpost:provider"><s:mx>mx.hosting.example</s:mx></s:mtaSts>'
        )))
        for arguments, beginning, metadata in (
                (["autoconfig"], '<?xml version="1.0" encoding="UTF-8"?>\n<clientConfig',
                 {"media_type": "text/xml; charset=utf-8"}),
                (["autodiscover"], '<?xml version="1.0" encoding="UTF-8"?>\n<Autodiscover',
                 {"media_type": "text/xml; charset=utf-8"}),
                (["autodiscover-json"], '{"Protocol":"AutodiscoverV1",',
                 {"media_type": "application/json; charset=utf-8"}),
                (["mobileconfig"], '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE plist',
                 {"media_type": "application/x-apple-aspen-config",
                  "file_name": "mail-k.example.mobileconfig"}),
                (["pacc"], '{"protocols":', {"media_type": "application/json"}),
                (["mta-sts"], "version: STSv1\r\nmode: testing\r\nmx: mx.hosting.example\r\n",
                 {"media_type": "text/plain"}),
                (["qr"], '[1,[1,1],[0,"mail.hosting.example",993,3,1,"Info@K.example"],',
                 {"media_type": "application/json"})):
            with self.subTest(format=arguments[0]):
                status, text, complaints = self.site.run("show", "Info@K.example", *arguments)
                self.assertEqual((status, complaints), (0, ""))
                self.assertEqual(text[:len(beginning)], beginning)
                self.assertEqual(self.records("show", "Info@K.example", *arguments),
                                 [{"format": arguments[0], "bytes": len(text), **metadata}])

    def test_prints_qr_for_ascii_addresses(self):
        for who, status, complaint in (
                ("jürgen@k.example", 1, "provider p has no answer in format qr for this address: "
                 "only for ASCII, with single dots between other letters"),
                ("k.example", 1, "format qr needs an e-mail address")):
            with self.subTest(who):
                self.expect(["show", who, "qr"], status, "", [complaint])

    def test_prints_records(self):
        status, text, complaints = self.site.run("show", "info@k.example", "records")
        self.assertEqual((status, complaints), (0, ""))
        self.assertIn("\n_imaps._tcp.k.example. 3600 IN SRV 0 1 993 mail.hosting.example.\n", text)
        self.assertEqual(self.site.run("dns", "records", "k.example"), (0, text, ""))

    def test_needs_no_store_for_a_named_provider(self):
        expected = self.site.run("show", "info@k.example", "pacc")
        self.site.configure("[store]\nurl = sqlite:none.db\n")
        self.expect(["show", "info@k.example", "pacc", "--provider", "p"], 0, expected[1])
        self.expect(["show", "info@k.example", "pacc", "--provider", "nope"], 1, "",
                    ['no provider "nope"; signpost provider list tells which there are'])
        self.expect(["show", "info@k.example", "pacc"], 66, "", [
            os.path.join(self.site.directory, "none.db") + ": No such file or directory",
            "bring it back from a copy, or make an empty one: signpost init --store"])

    def test_says_what_is_missing(self):
        self.site.configure("")
        for arguments, status, texts in (
                (["info@z.example", "pacc"], 1,
                 ["z.example is not in the store; signpost domain add z.example --provider ID "
                  "adds it"]),
                (["info@k.example", "activesync"], 1,
                 ["provider p has no answer in format activesync"]),
                (["k.example", "mta-sts"], 1, ["provider p has no answer in format mta-sts"]),
                (["info@k.example", "mobileconfig"], 1,
                 ["provider p has no answer in format mobileconfig",
                  "[profile] namespace is not set: without it there are no profiles"]),
                (["info@k.example", "mobileconfig", "--content", "x"], 2,
                 ["--content x: there are mail, all and activesync"]),
                (["info@k.example", "autodiscover-json", "--protocol", "x"], 2,
                 ["--protocol x: there are autodiscoverv1, activesync and ews"]),
                (["info@k.example", "autodiscover-json", "--protocol", "EWS"], 1,
                 ["provider p has no answer in format autodiscover-json"])):
            self.expect(["show", *arguments], status, "", texts)

    def test_tells_what_needs_an_address(self):
        self.expect(["show", "k.example", "qr"], 1, "", ["format qr needs an e-mail address"])
        for name in ("autoconfig", "mobileconfig"):
            self.assertEqual(self.site.run("show", "k.example", name)[0], 0)

    def test_names_a_provider_that_is_gone(self):
        self.site.add_provider("q")
        os.remove(os.path.join(self.site.providers, "p.xml"))
        self.expect(["show", "info@k.example", "pacc"], 1, "",
                    ['no provider "p"; signpost provider list tells which there are'])
        self.expect(["dns", "records", "k.example", "z.example", "nodots"], 1, "", [
            '"nodots": domain name has one label only',
            'k.example: its provider "p" is not loaded',
            "z.example: not in the store; signpost domain add z.example --provider ID adds it"])

    def test_prints_records_for_programs(self):
        self.site.run("domain", "add", "b.example", "--provider", "p")
        rows = self.records("dns", "records", "--all")
        self.assertEqual({row["domain"] for row in rows}, {"b.example", "k.example"})
        row = next(row for row in rows if row.get("owner") == "_imaps._tcp.k.example.")
        self.assertEqual(row, {
            "domain": "k.example", "owner": "_imaps._tcp.k.example.", "type": "SRV", "ttl": 3600,
            "rdata": "0 1 993 mail.hosting.example.", "reason": row["reason"]})


if __name__ == "__main__":
    unittest.main()
