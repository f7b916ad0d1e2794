"""Questions to servers that do not keep to the rules: what is no answer is not taken for one, and
nobody holds a question longer than its time. And to real servers: signatures, transfers, speed.
"""

import os
import subprocess
import tempfile
import time
import unittest

import ask
import hostile
import servers
from hostile import Hostile, answer, replies, sends
from servers import zone_text

PROGRAM = os.environ["SIGNPOST_EXCHANGE_ASK"]
ZONE = "kunde.example"
NAME = "www.kunde.example."
GOOD = ["answered: answers (NOERROR)", "  www.kunde.example. 60 IN A 192.0.2.1"]
GOOD_TCP = ["answered sent: answers (NOERROR)", "  www.kunde.example. 60 IN A 192.0.2.1"]
SECRET = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="


class Case(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="signpost-key-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.key = ask.Key(os.path.join(folder.name, "key"), secret=SECRET)

    def run_ask(self, *words):
        """The lines that are printed, and how long it took."""
        began = time.monotonic()
        done = subprocess.run([PROGRAM, *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, check=False, timeout=120)
        self.assertEqual(done.returncode, 0, done.stdout)
        return done.stdout.splitlines(), time.monotonic() - began

    def ask(self, server, transport="udp", name=NAME, kind="A", timeout=1000, options=()):
        lines, seconds = self.run_ask("-t", str(timeout), *options, server.text, transport, name,
                                      kind)
        self.assertLess(seconds, timeout / 1000 + 2)  # the machine may have other work
        return lines[:-1]


class Datagrams(Case):
    def check(self, udp, expected, tcp=None, **more):
        server = Hostile(udp=udp, tcp=tcp)
        self.addCleanup(server.close)
        self.assertEqual(self.ask(server, **more), expected)
        return server

    def test_good(self):
        self.check(sends(hostile.good), GOOD)

    def test_what_is_no_answer_is_passed_over(self):
        wrong = {
            "id": lambda m: answer(m, id_=hostile.other_id(m)),
            "a question": lambda m: answer(m, flags=hostile.QR),
            "opcode": lambda m: answer(m, flags=0x2000),
            "name": lambda m: answer(m, question=hostile.question_of(m).replace(b"www", b"wwx")),
            # a letter's other case is another type
            "type": lambda m: answer(m, question=hostile.question_of(m)[:-4] + b"\0\x21\0\1"),
            "class": lambda m: answer(m, question=hostile.question_of(m)[:-2] + b"\0\3"),
            "no question": lambda m: answer(m, question=b""),
            "two questions": lambda m: answer(m, question=hostile.question_of(m) * 2,
                                              counts=(2, 1, 0, 0)),
            "nothing": lambda m: b"",
            "half a header": lambda m: answer(m)[:11],
            "half a question": lambda m: answer(m)[:20],
            "noise": lambda m: b"\xff" * 600,
        }
        for name, make in wrong.items():
            with self.subTest(name):
                self.check(sends(make), ["silent"], timeout=150)
                self.check(sends(make, make, hostile.good, make), GOOD)

    def test_letters_case_is_of_no_matter(self):
        self.check(sends(lambda m: answer(m, question=hostile.question_of(m).replace(
            b"www", b"WwW"))), ["answered: answers (NOERROR)",
                                "  www.kunde.example. 60 IN A 192.0.2.1"])

    def test_error_without_a_question(self):
        self.check(sends(lambda m: answer(m, [], question=b"", rcode=1)),
                   ["answered: cannot read the question (FORMERR): it may not know EDNS"])

    def test_other_source_port(self):
        self.check(hostile.other_port, ["silent"], timeout=300)

    def test_silent(self):
        server = self.check(hostile.silent, ["silent"], timeout=300)
        self.assertEqual(len(server.messages), 2)
        self.assertNotEqual(server.ports[0], server.ports[1])

    def test_flood(self):
        self.check(hostile.flood, ["silent"], timeout=600)

    def test_lost_once(self):
        self.check(hostile.second_only, GOOD)

    def test_first_answered_after_the_second_was_sent(self):
        self.check(hostile.first_late(0.6), GOOD)

    def test_nobody_there(self):
        server = Hostile()
        self.assertEqual(self.ask(server), ["unreachable ECONNREFUSED"])
        self.assertEqual(self.ask(server, "tcp"), ["unreachable ECONNREFUSED"])

    def test_broken_answers(self):
        for name, make, fault in (
                ("records missing", lambda m: answer(m, counts=(1, 2, 0, 0)),
                 "is not a DNS message: a record is cut off"),
                ("too many announced", lambda m: answer(m, counts=(1, 65535, 65535, 65535)),
                 "is not a DNS message: it is too short for as many records as it announces"),
                ("more behind", lambda m: answer(m) + b"\0",
                 "is not a DNS message: something stands behind its end"),
                ("two OPT", lambda m: answer(m, additional=[
                    hostile.record(b"\0", hostile.OPT, b"", 1232, 0)] * 2),
                 "is not a DNS message: an OPT record too many"),
                ("two TSIG", lambda m: answer(m, additional=[hostile.signature()] * 2),
                 "is not a DNS message: a TSIG record is not the last one"),
                ("signed unasked", lambda m: answer(m, additional=[hostile.signature()]),
                 "is signed, though the question was not"),
                ("short address", lambda m: answer(m, [
                    hostile.record(b"\xc0\x0c", hostile.A, b"\x7f")]),
                 "is not a DNS message: answer section incomplete"),
                ("a name without end", lambda m: answer(m, [
                    hostile.record(b"\xc0\x0c", 5, b"\xc0\x2f")]),
                 "is not a DNS message: ")):
            with self.subTest(name):
                server = Hostile(udp=sends(make))
                self.addCleanup(server.close)
                lines = self.ask(server)
                self.assertEqual(len(lines), 1)
                self.assertTrue(lines[0].startswith("answered: " + fault), lines[0])


class Connections(Case):
    def check(self, tcp, expected, transport="tcp", **more):
        server = Hostile(udp=sends(lambda m: answer(m, [], flags=hostile.TC)), tcp=tcp)
        self.addCleanup(server.close)
        self.assertEqual(self.ask(server, transport, **more), expected)
        return server

    def test_good(self):
        self.check(replies(hostile.good), GOOD_TCP)

    def test_cut(self):
        self.check(replies(hostile.good), GOOD_TCP, "udp")

    def test_cut_again(self):
        self.check(replies(lambda m: answer(m, flags=hostile.TC)),
                   ["answered sent: is cut off (TC)"], "udp")

    def test_what_is_no_answer_is_passed_over(self):
        self.check(replies(lambda m: b"", lambda m: b"x", lambda m: answer(
            m, id_=hostile.other_id(m)), hostile.good), GOOD_TCP)

    def test_one_byte_at_a_time(self):
        self.check(hostile.drips(hostile.good), ["silent sent"], timeout=900)
        self.check(hostile.drips(hostile.good), ["silent sent"], "udp", timeout=900)
        self.check(hostile.drips(hostile.good, 0.001), GOOD_TCP)

    def test_says_nothing(self):
        self.check(hostile.mute, ["silent sent"], timeout=300)

    def test_does_not_read(self):
        self.check(hostile.deaf, ["silent sent"], timeout=300)

    def test_ends(self):
        self.check(hostile.ends_early, ["broken sent"])
        self.check(hostile.resets, ["broken ECONNRESET sent"])
        server = Hostile(tcp=hostile.closes)
        self.addCleanup(server.close)
        self.assertIn(self.ask(server, "tcp")[0],  # as far as the question got
                      ("broken sent", "broken ECONNRESET sent", "unreachable ECONNRESET"))

    def test_cut_and_nobody_at_tcp(self):
        server = Hostile(udp=sends(lambda m: answer(m, [], flags=hostile.TC)))
        self.addCleanup(server.close)
        self.assertEqual(self.ask(server), ["unreachable ECONNREFUSED"])

    def test_update_without_a_question(self):
        self.check(replies(lambda m: answer(m, [], question=b"")),
                   ["answered sent: answers (NOERROR)"], "update")

    def test_many_cut_at_once(self):
        server = Hostile(udp=sends(lambda m: answer(m, [], flags=hostile.TC)),
                         tcp=replies(hostile.good))
        self.addCleanup(server.close)
        lines, _ = self.run_ask("-t", "20000", "-q", "-n", "300", "-f", "100", server.text,
                                "udp", NAME, "A")
        self.assertRegex(lines[-1], r"^300 of 300, 600 sent")


class Signatures(Case):
    """Of what only a server without the secret can send."""

    def check(self, make, expected, transport="tcp", **more):
        server = Hostile(udp=sends(make), tcp=replies(make))
        self.addCleanup(server.close)
        self.assertEqual(self.ask(server, transport, options=["-k", self.key.path], **more),
                         ["answered%s: %s" % (" sent" if transport != "udp" else "", expected)])

    def test_none(self):
        for transport in "udp", "tcp", "update":
            self.check(lambda m: answer(m, []), "is not signed, though the question was", transport)

    def test_wrong(self):
        self.check(lambda m: answer(m, additional=[hostile.signature(b"x" * 32)]),
                   "has a wrong signature")
        self.check(lambda m: answer(m, additional=[hostile.signature(b"")]),
                   "has a wrong signature")
        self.check(lambda m: answer(m, additional=[hostile.signature(b"x" * 33)]),
                   "has a wrong signature")
        self.check(lambda m: answer(m, additional=[hostile.signature(b"x" * 65)]),
                   "is not a DNS message: its TSIG record")
        self.check(lambda m: answer(m, additional=[
            hostile.signature(b"x" * 32, name=b"\5other\0")]),
            "is signed with another key or algorithm")

    def test_the_questions_own_signature(self):
        """Sent back as it came."""
        self.check(lambda m: answer(m, additional=[m[m.rindex(b"\x08signpost\0"):]]),
                   "has a wrong signature", "update")

    def test_two(self):
        self.check(lambda m: answer(m, additional=[hostile.signature(b"x" * 32)] * 2),
                   "is not a DNS message: a TSIG record is not the last one")

    def test_long_with_an_empty_one(self):
        """On which ldns ends the program."""
        def make(message):
            tail = hostile.signature(b"")
            room = 65535 - len(answer(message, [])) - len(tail)
            filler = hostile.record(b"\xc0\x0c", 16, b"\xff" + b"x" * 255, hostile.IN)
            count = room // len(filler)
            last = room - count * len(filler)
            return answer(message, [filler] * count + [hostile.record(
                b"\xc0\x0c", 65280, b"y" * (last - 12))] if last >= 12 else [filler] * count,
                additional=[tail])
        self.check(make, "is signed and has 65535 bytes, at most 16384")
        self.check(lambda m: make(m)[:3] + bytes([make(m)[3] | 9]) + make(m)[4:],
                   "refuses without a signature (NOTAUTH): it is not the primary of this zone, or "
                   "takes no updates with this key; look at its acl", "update")

    def test_errors(self):
        for code, text in (
                (16, "refuses the signature (BADSIG): under the key's name it has another secret; "
                 "compare the key files"),
                (17, "does not know the key (BADKEY): its name or algorithm is another one there; "
                 "compare the key files"),
                (18, "refuses the signature (BADTIME): its clock and ours differ by more than "
                 "300 s; set them")):
            self.check(lambda m, code=code: answer(m, [], [hostile.signature(error=code)], rcode=9),
                       text, "update")

    def test_error_keeps_its_records_to_itself(self):
        self.check(lambda m: answer(m, rcode=3), "has no such name (NXDOMAIN)", "udp")


class Transfers(Case):
    def check(self, tcp, expected, **more):
        server = Hostile(tcp=tcp)
        self.addCleanup(server.close)
        self.assertEqual(self.ask(server, "transfer", ZONE + ".", "AXFR", **more)[:1], expected)

    def test_good(self):
        server = Hostile(tcp=replies(
            lambda m: answer(m, [hostile.soa(), hostile.address()]),
            lambda m: answer(m, [hostile.address(2, b"\5kunde\7example\0"), hostile.record(
                b"\5other\0", hostile.A, b"1234")], question=b""),
            lambda m: answer(m, [hostile.soa()])))
        self.addCleanup(server.close)
        self.assertEqual(self.ask(server, "transfer", ZONE + ".", "AXFR"), [
            "answered sent",
            "  kunde.example. 60 IN A 192.0.2.1",
            "  kunde.example. 60 IN A 192.0.2.2",
            "  kunde.example. 60 IN SOA . . 1 3600 600 86400 300"])

    def test_bad(self):
        begin = lambda m: answer(m, [hostile.soa()])
        for makers, expected in (
                ([lambda m: answer(m, [hostile.address()])],
                 "broken sent: does not begin with the zone's SOA"),
                ([lambda m: answer(m, [hostile.soa(1), hostile.soa(2)])],
                 "broken sent: ends with another SOA than it began with"),
                ([begin, lambda m: answer(m, [hostile.soa(), hostile.address()])],
                 "broken sent: goes on behind the transfer's end"),
                ([begin], "broken sent"),
                ([begin, lambda m: answer(m, [], rcode=2)],
                 "broken sent: fails (SERVFAIL): its log has the reason, often a zone that it "
                 "could not load"),
                ([lambda m: answer(m, [], rcode=5)],
                 "broken sent: refuses the transfer (REFUSED): it has not got the zone, or gives "
                 "it to others only; look at allow-transfer or acl")):
            self.check(replies(*makers), [expected])

    def test_not_signed(self):
        self.check(replies(lambda m: answer(m, [hostile.soa(), hostile.soa()])),
                   ["broken sent: is not signed, though the question was"],
                   options=["-k", self.key.path])

    def test_endless(self):
        """Neither bytes nor records without end."""
        text = hostile.record(b"\xc0\x0c", 16, b"\xff" + b"x" * 255)
        small = hostile.address(owner=b"\x01a\xc0\x0c")
        for records, expected in (
                ([text] * 200, "broken EMSGSIZE sent"),
                ([small] * 3000, "broken sent: transfers more than 1000000 records")):
            server = Hostile(tcp=hostile.endless(*records))
            self.addCleanup(server.close)
            lines, _ = self.run_ask("-t", "10000", server.text, "transfer", ZONE + ".", "AXFR")
            self.assertEqual(lines[0], expected)

    def test_trickle(self):
        """Each message is in time, but ten times the time is enough for all."""
        server = Hostile(tcp=hostile.trickle)
        self.addCleanup(server.close)
        lines, seconds = self.run_ask("-t", "200", server.text, "transfer", ZONE + ".", "AXFR")
        self.assertEqual(lines[0], "silent sent")
        self.assertGreater(seconds, 1.9)
        self.assertLess(seconds, 4)


class Rates(Case):
    def counts(self, *options, servers=2, count=100):
        """How many datagrams each server got within the time, when all are silent."""
        listeners = [Hostile(udp=sends(hostile.good)) for _ in range(servers)]
        for server in listeners:
            self.addCleanup(server.close)
        options = [word.replace("FIRST", listeners[0].text) for word in options]
        words = [word for server in listeners for word in (server.text, "udp", NAME, "A")]
        lines, seconds = self.run_ask("-t", "5000", "-q", "-n", str(count), *options, *words)
        self.assertRegex(lines[-1], "^%d of %d, %d sent" % ((count * servers,) * 3))
        return float(lines[-1].split()[-2])

    def test_total(self):
        # 200 questions at 400 a second, the first 40 of which at once
        seconds = self.counts("-r", "400")
        self.assertGreater(seconds, 0.39)
        self.assertLess(seconds, 1)

    def test_per_server(self):
        # 100 to each at 200 a second, the first 20 at once
        seconds = self.counts("-s", "200")
        self.assertGreater(seconds, 0.39)
        self.assertLess(seconds, 1)

    def test_own_server(self):
        self.assertLess(self.counts("-s", "10", "-o", "FIRST", servers=1), 1)
        self.assertGreater(self.counts("-s", "200", "-o", "FIRST"), 0.39)

    def test_one_slow_server_holds_up_none(self):
        fast, slow = Hostile(udp=sends(hostile.good)), Hostile(udp=hostile.silent)
        for server in fast, slow:
            self.addCleanup(server.close)
        began = time.monotonic()
        lines, _ = self.run_ask("-t", "500", "-q", "-n", "50", "-f", "20", slow.text, "udp", NAME,
                                "A", fast.text, "udp", NAME, "A")
        self.assertRegex(lines[-1], "^50 of 100, 150 sent")
        self.assertLess(time.monotonic() - began, 4)

    def test_given_up(self):
        server = Hostile(udp=hostile.silent)
        self.addCleanup(server.close)
        lines, seconds = self.run_ask("-t", "200", "-q", "-n", "20000", "-f", "500", server.text,
                                      "udp", NAME, "A")
        self.assertRegex(lines[-1], r"^0 of 20000, [23]\d\d\d sent")
        self.assertLess(seconds, 5)

    def test_few_descriptors(self):
        server = Hostile(udp=sends(hostile.good))
        self.addCleanup(server.close)
        command = 'ulimit -n 24; exec "$@"'
        done = subprocess.run(["sh", "-c", command, "sh", PROGRAM, "-q", "-n", "500", "-t", "9000",
                               server.text, "udp", NAME, "A"], stdout=subprocess.PIPE, text=True,
                              check=False, timeout=60)
        self.assertRegex(done.stdout, "^500 of 500, 5")


class RealServers(Case):
    records = ["www 60 A 192.0.2.1"] + ['big TXT "%s%d"' % ("x" * 90, i) for i in range(60)]

    def start(self, kind, **more):
        server = kind(zones={ZONE: zone_text(ZONE, *self.records)}, key=self.key, **more)
        self.addCleanup(server.remove)
        server.start()
        server.text = ("[%s]:%d" if ":" in server.address else "%s:%d") % (server.address,
                                                                           server.port)
        return server

    def other_key(self, file, **more):
        return ask.Key(os.path.join(self.folder, file), **more).path

    def check_server(self, kind, **more):
        server = self.start(kind, **more)
        keyed = ["-k", self.key.path]
        self.assertEqual(self.ask(server), GOOD)
        self.assertEqual(self.ask(server, "tcp"), GOOD_TCP)
        self.assertEqual(self.ask(server, options=keyed),
                         ["answered verified: answers (NOERROR)", GOOD[1]])
        big = self.ask(server, name="big.%s." % ZONE, kind="TXT")
        self.assertEqual(big[0], "answered sent: answers (NOERROR)")
        self.assertEqual(len(big), 61)
        whole = self.ask(server, "transfer", ZONE + ".", "AXFR", options=keyed)
        self.assertEqual(whole[0], "answered sent")
        self.assertEqual([line[2:] for line in whole[1:]], sorted(
            server.axfr(ZONE) + ask.dig(server, ZONE, "SOA"), key=lambda line: whole.index(
                "  " + line)))
        self.assertEqual(self.ask(server, "update", "a.%s." % ZONE, options=keyed),
                         ["answered sent verified: answers (NOERROR)"])
        self.assertEqual(server.dig("a." + ZONE), ["a.kunde.example. 60 IN A 192.0.2.99"])
        return server

    def refusals(self, server, transport="update"):
        """What is said with no key, another secret, another name."""
        lines = []
        for options in ([], ["-k", self.other_key("secret")],
                        ["-k", self.other_key("name", name="nobody", secret=SECRET)],
                        ["-k", self.other_key("algorithm", algorithm="hmac-sha512",
                                              secret=SECRET)]):
            name, kind = (ZONE + ".", "AXFR") if transport == "transfer" else ("b." + ZONE + ".",
                                                                               "A")
            lines += self.ask(server, transport, name, kind, options=options)
        return lines

    badsig = ("refuses the signature (BADSIG): under the key's name it has another secret; compare "
              "the key files")
    badkey = ("does not know the key (BADKEY): its name or algorithm is another one there; compare "
              "the key files")
    no_transfer = ("it has not got the zone, or gives it to others only; look at allow-transfer or "
                   "acl")

    def test_bind(self):
        server = self.check_server(servers.Bind)
        self.assertEqual(self.refusals(server), [
            "answered sent: refuses (REFUSED): it wants updates to be signed, or takes none from "
            "this address; set the key, or look at allow-update",
            "answered sent: " + self.badsig, "answered sent: " + self.badkey,
            "answered sent: " + self.badkey])
        self.assertEqual(self.refusals(server, "transfer"), [
            "broken sent: refuses the transfer (REFUSED): " + self.no_transfer,
            "broken sent: " + self.badsig, "broken sent: " + self.badkey,
            "broken sent: " + self.badkey])

    def test_ipv6(self):
        self.check_server(servers.Bind, address="::1")

    def test_knot(self):
        server = self.check_server(servers.Knot)
        self.assertEqual(self.refusals(server), [
            "answered sent: refuses (NOTAUTH): it is not the primary of this zone, or wants "
            "updates to be signed; set the key",
            "answered sent: " + self.badsig, "answered sent: " + self.badkey,
            "answered sent: " + self.badkey])
        self.assertEqual(self.refusals(server, "transfer"), [
            "broken sent: refuses the transfer (NOTAUTH): " + self.no_transfer,
            "broken sent: " + self.badsig, "broken sent: " + self.badkey,
            "broken sent: " + self.badkey])

    def test_powerdns(self):
        server = self.check_server(servers.PowerDns)
        self.assertEqual(self.refusals(server), [
            "answered sent: refuses (REFUSED): it wants updates to be signed, or takes none from "
            "this address; set the key, or look at allow-update"] + 3 * [
                "answered sent: refuses without a signature (REFUSED): it takes no updates of this "
                "zone, from this address, or with this key; look at update-policy, allow-update or "
                "TSIG-ALLOW-DNSUPDATE"])
        self.assertEqual(self.refusals(server, "transfer"), 4 * [
            "broken sent: refuses the transfer (NOTAUTH): " + self.no_transfer])

    def test_zone_of_somebody_else(self):
        signed = ("answered sent verified: is not the primary of this zone (NOTAUTH): updates go "
                  "to the server that the zone's records are kept at")
        for kind, line in (
                (servers.Bind, signed), (servers.PowerDns, signed),
                (servers.Knot, "answered sent: refuses without a signature (NOTAUTH): it is not "
                 "the primary of this zone, or takes no updates with this key; look at its acl")):
            self.assertEqual(self.ask(self.start(kind), "update", "a.andere.example.",
                                      options=["-k", self.key.path]), [line])

    def test_sha512(self):
        self.key = ask.Key(os.path.join(self.folder, "big"), "big", "hmac-sha512")
        self.check_server(servers.Bind)
        self.check_server(servers.Knot)

    @unittest.skipUnless(servers.CLOCK_SHIFT, "SIGNPOST_CLOCK_SHIFT names no library")
    def test_clocks(self):
        for shift, where in (-600, "behind"), (600, "ahead of"):
            server = self.start(servers.Bind, clock_shift=shift)
            line = self.ask(server, "update", "a.%s." % ZONE, options=["-k", self.key.path])[0]
            self.assertRegex(line, r"^answered sent verified: refuses the signature \(BADTIME\): "
                             r"its clock is (599|600|601) s %s ours, at most 300 s are allowed; "
                             r"set them$" % where)

    def test_long_transfer(self):
        """Of messages up to 64 KiB, most of them signed or none of them, as the server likes it."""
        self.records = ['n%d TXT "%s"' % (i, "y" * 200) for i in range(4000)]
        for kind in servers.Bind, servers.Knot, servers.PowerDns:
            with self.subTest(kind.__name__):
                server = self.start(kind)
                lines = self.ask(server, "transfer", ZONE + ".", "AXFR", timeout=10000,
                                 options=["-k", self.key.path])
                self.assertEqual((lines[0], len(lines)), ("answered sent", 4003))

    def test_many(self):
        """None is lost with 256 at a time."""
        for kind in servers.Bind, servers.Knot:
            server = self.start(kind)
            lines, _ = self.run_ask("-q", "-n", "20000", "-f", "256", "-t", "10000", server.text,
                                    "udp", NAME, "A")
            self.assertRegex(lines[-1], "^20000 of 20000, ")


if __name__ == "__main__":
    unittest.main(verbosity=2)
