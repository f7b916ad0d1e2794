"""Settings links as support and administrators make them: signpost link, init --link-key."""

import csv
import datetime
import io
import json
import os
import pty
import re
import resource
import select
import shutil
import stat
import subprocess
import time
import unittest

import cli
import link_token

NOBODY = 65534
URL = "https://setup.hosting.example"
CONFIGURATION = "[site]\nurl = %s\nlanguages = en de\n[links]\nkeys = links.keys\n" % URL


def date(day):
    return (datetime.date(1970, 1, 1) + datetime.timedelta(days=day)).isoformat()


class LinkCase(cli.Case):
    def setUp(self):
        super().setUp()
        self.keys = os.path.join(self.site.directory, "links.keys")
        self.site.configure(CONFIGURATION)
        self.site.add_provider("p")
        self.site.run("domain", "add", "kunde.example", "b\u00fccher.example", "--provider", "p")
        # the program's day and the test's are to be the same one
        left = 86400 - time.time() % 86400
        if left < 30:
            time.sleep(left)

    def token(self, address, days=30, language="\0\0"):
        return link_token.seal(link_token.read_keys(self.keys)[0], link_token.today() + days,
                               language, address)

    def link(self, address, **more):
        return "%s/s/%s" % (URL, self.token(address, **more))


class Link(LinkCase):
    def test_is_alone_for_one(self):
        self.expect(["link", "anna@kunde.example"], 0, self.link("anna@kunde.example") + "\n")
        self.expect(["link", "anna@kunde.example"], 0, self.link("anna@kunde.example") + "\n")
        self.expect(["link", "Kunde.Example."], 0, URL + "/d/kunde.example\n")

    def test_stands_behind_the_address_for_several(self):
        anna, joerg = "Anna+x@Kunde.example", "j\u00f6rg@b\u00fccher.example"
        self.expect(["link", anna, joerg, "b\u00fccher.example"], 0,
                    "%s %s\n%s %s\nxn--bcher-kva.example %s/d/xn--bcher-kva.example\n" % (
                        anna, self.link(anna), joerg, self.link(joerg), URL))

    def test_has_its_days(self):
        for days in (1, 90, 3650):
            self.expect(["link", "a@kunde.example", "--days", str(days)], 0,
                        self.link("a@kunde.example", days=days) + "\n")
        self.site.configure(CONFIGURATION + "days = 7\n")
        self.expect(["link", "a@kunde.example"], 0, self.link("a@kunde.example", days=7) + "\n")

    def test_has_its_language(self):
        self.expect(["link", "a@kunde.example", "--language", "DE-at"], 0,
                    self.link("a@kunde.example", language="de") + "\n")
        self.expect(["link", "kunde.example", "--language", "de"], 0,
                    URL + "/d/kunde.example?lang=de\n")
        self.expect(["link", "a@kunde.example", "--language", "fr"], 2, "",
                    ['--language: no language "fr"; the site has en de'])
        self.expect(["link", "a@kunde.example", "--language", ""], 2, "",
                    ['--language: no language ""; the site has en de'])

    def test_leads_to_languages_that_a_token_has_no_room_for(self):
        path = os.path.join(cli.SOURCE, "xml", "page", "texts.en.xml")
        with open(path, encoding="utf-8") as file:
            texts = file.read()
        for tag in ("en-GB", "gsw", "pt-BR"):
            self.site.write("site/pages/texts.%s.xml" % tag,
                            texts.replace('language="en"', 'language="%s"' % tag, 1))
        self.site.configure(CONFIGURATION.replace("en de", "en en-GB gsw pt-BR\npages = pages"))
        for tag, inside, behind in [("en", "en", ""), ("en-GB", "en", "?lang=en-GB"),
                                    ("gsw", "\0\0", "?lang=gsw"), ("pt-BR", "pt", "")]:
            self.expect(["link", "a@kunde.example", "--language", tag], 0,
                        self.link("a@kunde.example", language=inside) + behind + "\n")

    def test_is_refused(self):
        self.expect(["link", "nobody", "a b@kunde.example", "a@elsewhere.example",
                     "elsewhere.example", "a@kunde.example", "\"><script>@kunde.example"], 1,
                    "a@kunde.example %s\n" % self.link("a@kunde.example"), [
                        '"nobody": domain name has one label only',
                        '"a b@kunde.example": address has a blank, a control character or one of '
                        '"(),:;<>@[\\] before the @',
                        '"a@elsewhere.example": elsewhere.example is not in the store',
                        '"elsewhere.example": elsewhere.example is not in the store',
                        '""><script>@kunde.example": address has a blank, a control character or '
                        'one of "(),:;<>@[\\] before the @'])
        os.remove(os.path.join(self.site.providers, "p.xml"))
        self.site.add_provider("q")
        self.expect(["link", "a@kunde.example"], 1, "",
                    ['"a@kunde.example": its provider, p, is not loaded'])

    def test_is_json(self):
        person, domain = self.records("link", "anna@kunde.example", "kunde.example")
        self.assertIn(person["link"], person.pop("text"))
        self.assertEqual(person, {"address": "anna@kunde.example",
                                  "link": self.link("anna@kunde.example"),
                                  "last_day": date(link_token.today() + 30)})
        self.assertIn(domain["link"], domain.pop("text"))
        self.assertEqual(domain, {"domain": "kunde.example", "link": URL + "/d/kunde.example"})


class Csv(LinkCase):
    def rows(self, *arguments, status=0, given=b""):
        """The rows, and what is complained about."""
        done = self.site.run("link", *arguments, "--csv", given=given)
        self.assertEqual(done[0], status)
        rows = list(csv.reader(io.StringIO(done[1], newline=""), strict=True))
        self.assertEqual(rows.pop(0), ["address", "link", "last_day", "text"])
        return rows, done[2]

    def test_has_a_row_for_each(self):
        rows, complaints = self.rows("anna@kunde.example", "b\u00fccher.example",
                                     "--language", "de")
        self.assertEqual(complaints, "")
        self.assertEqual([row[:3] for row in rows], [
            ["anna@kunde.example", self.link("anna@kunde.example", language="de"),
             date(link_token.today() + 30)],
            ["xn--bcher-kva.example", URL + "/d/xn--bcher-kva.example?lang=de", ""]])

    def test_has_a_text_to_paste(self):
        rows, _ = self.rows("anna@kunde.example", "anna@kunde.example", "kunde.example")
        for address, link, _, text in rows:
            self.assertIn(link, text.splitlines())
            self.assertNotIn("anna@", text)  # it goes through many hands
            self.assertEqual(text, text.strip("\n"))
            self.assertNotRegex(text, r"[<>\t]")

    def test_quotes_what_has_to_be(self):
        # nothing in an address or a link needs it but the text
        status, text, _ = self.site.run("link", "o'neil@kunde.example", "--csv")
        self.assertEqual(status, 0)
        line = text.splitlines()[1]
        self.assertTrue(line.startswith("o'neil@kunde.example,%s,%s," % (
            self.link("o'neil@kunde.example"), date(link_token.today() + 30))), line)

    LINES = ("\ufeffAddress,Language\r\n"
             "anna@kunde.example\r\n"
             "\r\n"
             "# staff\r\n"
             " ben@kunde.example , DE \r\n"
             '"c@kunde.example","en"\n'
             "kunde.example,de\n"
             "nobody\n"
             "d@kunde.example,fr\n"
             "e@kunde.example,de,x\n"
             '"f@kunde.example\n'
             "g@elsewhere.example\n"
             "h@kunde.example,\n"
             "address\n"
             "i\0@kunde.example\n"
             "=cmd@kunde.example\n" + "x" * 5000 + "\nanna@kunde.example")
    REFUSED = [
        ("8", '"nobody": domain name has one label only'),
        ("9", '"d@kunde.example": no language "fr"; the site has en de'),
        ("10", '"e@kunde.example,de,x": 3 fields; a line is ADDRESS or ADDRESS,LANGUAGE'),
        ("11", '""f@kunde.example": a quote that does not end in the line'),
        ("12", '"g@elsewhere.example": elsewhere.example is not in the store'),
        ("14", '"address": domain name has one label only'),
        ("15", '"i?@kunde.example": address has a blank, a control character or one of '
               '"(),:;<>@[\\] before the @'),
        ("17", '"' + "x" * 100 + '": a line of over 4095 bytes'),
    ]
    TAKEN = [("anna@kunde.example", "\0\0"), ("ben@kunde.example", "de"),
             ("c@kunde.example", "en"), ("kunde.example", None), ("h@kunde.example", "\0\0"),
             ("=cmd@kunde.example", "\0\0"), ("anna@kunde.example", "\0\0")]

    def test_is_made_from_a_file(self):
        path = self.site.write("in.csv", self.LINES)
        for source, arguments, given in [(path, [path], b""),
                                         ("standard input", ["-"], self.LINES.encode())]:
            rows, complaints = self.rows("--from", *arguments, given=given, status=1)
            self.assertEqual(complaints, cli.complaint(
                *["%s:%s: %s" % (source, *refusal) for refusal in self.REFUSED],
                "7 links, 8 refused"))
            self.assertEqual([(row[0], row[1]) for row in rows], [
                (address, URL + "/d/kunde.example?lang=de" if language is None else
                 self.link(address, language=language)) for address, language in self.TAKEN])

    def test_is_not_all_that_a_file_becomes(self):
        path = self.site.write("in.csv", "a@kunde.example\n")
        self.expect(["link", "--from", path], 0,
                    "a@kunde.example %s\n" % self.link("a@kunde.example"), ["1 link, 0 refused"])
        status, text, complaints = self.site.run("link", "--from", path, "--json")
        self.assertEqual((status, complaints), (0, cli.complaint("1 link, 0 refused")))
        self.assertEqual(json.loads(text)["link"], self.link("a@kunde.example"))
        self.expect(["link", "--from", "/nonexistent"], 66, "",
                    ["/nonexistent: No such file or directory"])

    def test_counts_what_it_does_not_show(self):
        path = self.site.write("in.csv", "x@elsewhere.example\n" * 250)
        status, text, complaints = self.site.run("link", "--from", path)
        self.assertEqual((status, text), (1, ""))
        lines = complaints.splitlines()
        self.assertEqual((len(lines), lines[100:]), (102, [
            "signpost: 150 more like these", "signpost: 0 links, 250 refused"]))

    def test_has_room_for_thousands(self):
        addresses = ["person-%d@kunde.example" % i for i in range(1000)]
        rows, complaints = self.rows("--from", "-", given="\n".join(addresses).encode())
        self.assertEqual(complaints, cli.complaint("1000 links, 0 refused"))
        self.assertEqual([row[0] for row in rows], addresses)
        self.assertEqual(len({row[1] for row in rows}), 1000)
        self.assertEqual(rows[999][1], self.link(addresses[999]))

    def test_tells_a_terminal_how_far_it_is(self):
        master, slave = pty.openpty()
        self.addCleanup(os.close, master)
        command = self.site.start("link", "--from", "-", stdin=subprocess.PIPE,
                                  stdout=subprocess.DEVNULL, stderr=slave)
        os.close(slave)
        seen = b""
        with command.stdin:
            while b"lines, " not in seen and command.poll() is None:
                command.stdin.write(b"a@kunde.example\n" * 512)
                command.stdin.flush()
                if select.select([master], [], [], 0)[0]:
                    seen += os.read(master, 4096)
        self.assertEqual(command.wait(), 0)
        self.assertRegex(seen, rb"\r\d+ lines, \d+ a second\x1b\[K")


class Trouble(LinkCase):
    def test_no_url(self):
        self.site.configure("[links]\nkeys = links.keys\n")
        for operand in ("a@kunde.example", "kunde.example"):
            self.expect(["link", operand], 78, "", [
                self.site.configuration + ": [site] url is not set: links begin with it; set it to "
                "where people reach the service, such as https://setup.hosting.example"])
        status, text, complaints = self.site.run("check")
        self.assertIn("warning: %s: links need [site] url, which is not set\n" % self.keys, text)

    def test_no_keys(self):
        self.site.configure("[site]\nurl = %s\n" % URL)
        complaint = self.site.configuration + (
            ": [links] keys is not set: links to a person need a key; add \"keys = links.keys\" "
            "below [links], then run signpost init --link-key")
        self.expect(["link", "kunde.example"], 0, URL + "/d/kunde.example\n")
        self.expect(["link", "kunde.example", "a@kunde.example", "kunde.example"], 78,
                    "kunde.example %s/d/kunde.example\n" % URL, [complaint])
        self.expect(["init", "--link-key"], 78, "", [
            self.site.configuration + ": [links] keys is not set: add \"keys = links.keys\" below "
            "[links], then run this again"])
        # as it says
        os.remove(self.keys)
        self.site.configure(CONFIGURATION)
        self.expect(["link", "kunde.example"], 66, "", [
            self.keys + ": is not there; signpost init --link-key makes it"])
        self.expect(["init", "--link-key"], 0, "made %s\n" % self.keys)
        self.expect(["link", "a@kunde.example"], 0, self.link("a@kunde.example") + "\n")

    def test_keys_that_others_may_read(self):
        os.chmod(self.keys, 0o640)
        complaint = "%s: its mode 0640 lets others at the keys: run chmod 600 %s" % (self.keys,
                                                                                     self.keys)
        self.expect(["link", "a@kunde.example"], 78, "", [complaint])
        self.expect(["init", "--link-key"], 65, "", [complaint])
        self.assertIn("error: " + complaint, self.site.run("check")[1].splitlines())

    def test_broken_keys(self):
        with open(self.keys, "a", encoding="ascii") as file:
            file.write("7 0123456789abcdef\n")
        with open(self.keys, "rb") as file:
            before = file.read()
        complaint = self.keys + ":7: the key is not 128 hexadecimal digits"
        self.expect(["link", "a@kunde.example"], 78, "", [complaint])
        self.expect(["init", "--link-key"], 65, "", [complaint])
        with open(self.keys, "rb") as file:
            self.assertEqual(file.read(), before)

    @unittest.skipIf(os.getuid() != 0, "only root can be somebody else")
    def test_keys_that_are_not_for_this_user(self):
        """Who may not make links can do everything else."""
        program = os.path.join(self.site.root, "signpost")
        shutil.copy(cli.SIGNPOST, program)  # the build may lie where nobody may read
        for path in (self.site.root, self.site.directory, self.site.providers):
            os.chmod(path, 0o755)
        for directory in (self.site.directory, self.site.providers):
            for name in os.listdir(directory):
                if name.startswith(("signpost.", "p.xml")):
                    os.chmod(os.path.join(directory, name), 0o644)
        who = {"user": NOBODY, "group": NOBODY, "program": program}
        self.expect(["link", "a@kunde.example"], 74, "", [
            self.keys + ": is for its owner alone, the user that the service runs as; uid 65534 "
            "may not read it"], **who)
        self.assertEqual(self.site.run("show", "a@kunde.example", "pacc", **who)[0], 0)
        # root makes links with the keys of the service's user, and leaves them to it
        os.chown(self.keys, NOBODY, NOBODY)
        self.expect(["link", "a@kunde.example"], 0, self.link("a@kunde.example") + "\n")
        self.expect(["link", "a@kunde.example"], 0, self.link("a@kunde.example") + "\n", **who)
        self.assertEqual(self.site.run("init", "--link-key")[0], 0)
        info = os.stat(self.keys)
        self.assertEqual((info.st_uid, info.st_gid, stat.S_IMODE(info.st_mode)),
                         (NOBODY, NOBODY, 0o600))
        self.expect(["link", "a@kunde.example"], 0, self.link("a@kunde.example") + "\n", **who)


class Keys(LinkCase):
    def file(self):
        with open(self.keys, encoding="ascii") as file:
            return file.read()

    def add(self, number):
        day = date(link_token.today() + 31)
        self.expect(["init", "--link-key"], 0, (
            "made key %d in %s\n"
            "next: reload signpostd (SIGHUP); then new links are made with this key\n"
            "keep the other keys until %s, longer if links were made with more than 30 days: they "
            "open the links that are out\n") % (number, self.keys, day))

    def test_are_random(self):
        other = cli.Site()
        self.addCleanup(other.remove)
        mine, = link_token.read_keys(self.keys)
        theirs, = link_token.read_keys(os.path.join(other.directory, "links.keys"))
        self.assertEqual((mine[0], theirs[0]), (1, 1))
        self.assertEqual((len(mine[1]), len(theirs[1])), (64, 64))
        self.assertNotEqual(mine, theirs)
        self.assertGreater(len(set(mine[1])), 32)

    def test_are_added_in_front(self):
        before = self.file()
        heading, old = before.split("\n\n")
        self.assertRegex(heading, r"\A(# .*\n?)+\Z")
        today = date(link_token.today())
        self.assertRegex(old, r"\A# made %s\n1 [0-9a-f]{128}\n\Z" % today)
        self.add(2)
        self.add(3)
        after = self.file()
        self.assertTrue(after.startswith(heading + "\n\n"), after)
        self.assertTrue(after.endswith(old), after)
        self.assertRegex(after[len(heading) + 2:-len(old)],
                         r"\A# made %s\n3 [0-9a-f]{128}\n# made %s\n2 [0-9a-f]{128}\n\Z"
                         % (today, today))
        self.assertEqual(stat.S_IMODE(os.stat(self.keys).st_mode), 0o600)
        self.assertEqual([name for name in os.listdir(self.site.directory)
                          if name.endswith(".tmp")], [])
        self.expect(["link", "a@kunde.example"], 0, self.link("a@kunde.example") + "\n")

    def test_leave_every_line_as_it_is(self):
        key = "".join("%02x" % i for i in range(64))
        for text, number, place in [
                ("5 " + key, 6, 0), ("# mine\n5 " + key + "\n", 6, 0),
                ("# mine\n\n\n# old\n# older\n5 " + key + "\n", 6, len("# mine\n\n\n")),
                ("\r\n# mine\r\n5 " + key + "\r\n", 6, 2), ("  # mine\n5 " + key + "\n", 6, 0),
                ("255 " + key + "\n", 0, 0),
                ("255 " + key + "\n0 ff" + key[2:] + "\n1 fe" + key[2:], 2, 0)]:
            with open(self.keys, "w", encoding="ascii", newline="") as file:
                file.write(text)
            self.add(number)
            with open(self.keys, encoding="ascii", newline="") as file:
                after = file.read()
            added = after[place:len(after) - len(text) + place]
            self.assertEqual(after[:place] + after[place + len(added):], text)
            self.assertRegex(added, r"\A# made \S+\n%d [0-9a-f]{128}\n\Z" % number)

    def test_are_sixteen_at_most(self):
        for number in range(2, 17):
            self.add(number)
        before = self.file()
        self.expect(["init", "--link-key"], 65, "", [
            self.keys + ": has 16 keys, as many as there may be; take those away whose links have "
            "expired"])
        self.assertEqual(self.file(), before)

    def test_tell_programs_of_themselves(self):
        self.assertEqual(self.records("init", "--link-key"), [
            {"made": self.keys, "id": 2, "keep_others_until": date(link_token.today() + 31)}])
        os.remove(self.keys)
        self.assertEqual(self.records("init", "--link-key"), [{"made": self.keys}])
        self.assertTrue(re.search(r"(?m)^1 [0-9a-f]{128}$", self.file()))

    def test_are_written_whole_or_not_at_all(self):
        before = self.file()
        done = self.site.run(
            "init", "--link-key", restore_signals=False,  # Python ignores SIGXFSZ
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (300, 300)))
        self.assertEqual(done[:2], (74, ""))
        self.assertRegex(done[2], r"\Asignpost: %s\.\d+\.tmp: File too large\n\Z" % self.keys)
        self.assertEqual(self.file(), before)
        self.assertEqual([name for name in os.listdir(self.site.directory)
                          if name.endswith(".tmp")], [])

    def test_may_lie_elsewhere(self):
        elsewhere = os.path.join(self.site.root, "elsewhere.keys")
        os.rename(self.keys, elsewhere)
        os.symlink(elsewhere, self.keys)
        self.add(2)
        self.assertEqual(os.readlink(self.keys), elsewhere)
        self.assertEqual(len(link_token.read_keys(elsewhere)), 2)
        self.assertEqual(stat.S_IMODE(os.stat(elsewhere).st_mode), 0o600)


if __name__ == "__main__":
    unittest.main()
