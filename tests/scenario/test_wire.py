"""The tests' own tools: a parser that forgives would hide what a mail program stumbles over."""

import unittest

import facts
import request_file
import rules
import service
import wire

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab"


class ParseAnswer(unittest.TestCase):
    def test_whole(self):
        answer, rest = wire.parse_answer(OK + b"HTTP", "GET")
        self.assertEqual((answer.status, answer.headers, answer.body, rest),
                         (200, [("Content-Length", "2")], b"ab", b"HTTP"))

    def test_head_has_no_body(self):
        answer, rest = wire.parse_answer(OK, "HEAD")
        self.assertEqual((answer.body, rest), (b"", b"ab"))

    def test_interim(self):
        answer, _ = wire.parse_answer(b"HTTP/1.1 100 Continue\r\n\r\n" + OK, "POST")
        self.assertEqual((answer.interim, answer.status), ([100], 200))

    def test_incomplete(self):
        for end in range(len(OK)):
            with self.assertRaises(wire.Incomplete, msg=OK[:end]):
                wire.parse_answer(OK[:end], "GET")

    def test_refused(self):
        for data in (
                b"HTTP/1.1 200 OK\r\n\r\n",  # no Content-Length
                b"HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n",
                b"HTTP/2 200 OK\r\nContent-Length: 0\r\n\r\n",
                b"HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n",
                b"HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n",
                b" HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
                b"HTTP/1.1 200 OK\r\nContent-Length:0\r\n\r\n",
                b"HTTP/1.1 200 OK\r\nContent-Length: 0 \r\n\r\n",
                b"HTTP/1.1 200 OK\r\nContent-Length: 00\r\n\r\n",
                b"HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\nx",
                b"HTTP/1.1 200 OK\r\nContent-Length : 0\r\n\r\n",
                b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n",
                b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n folded\r\n\r\n",
                b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX: a\x01b\r\n\r\n",
                b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX: \xc3\xa4\r\n\r\n",
                b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n",
                b"x" * 10000):
            with self.assertRaises(wire.WireError, msg=data):
                wire.parse_answer(data, "GET")


class RequestFiles(unittest.TestCase):
    def test_fields(self):
        request = request_file.parse("x", b"""# a comment
program: X
what: a
  b
status: 400 or 414
fact: a/b[c='d'] = e = f
fact: g = h
repeat: @M@ = 3 xy
continue: yes

--- request
GET / HTTP/1.1\r\nHost: a\r\n\r\n@M@""")
        self.assertEqual(request.what, "a b")
        self.assertEqual(request.statuses, [400, 414])
        self.assertEqual(request.facts, [("a/b[c='d']", "e = f"), ("g", "h")])
        self.assertEqual(request.data, b"GET / HTTP/1.1\r\nHost: a\r\n\r\nxyxyxy")
        self.assertEqual((request.method, request.header("host")), ("GET", "a"))
        self.assertTrue(request.waits_for_continue and request.has_head_twin)

    def test_refused(self):
        good = "program: X\nwhat: a\nstatus: 200\n%s\n--- request\n"
        for text in (good % "oops: x", good % "status: 404", good % "no colon", "program: X\n",
                     good.replace("what: a\n", "") % "", good % "repeat: @M@ = 3 x"):
            with self.assertRaises(request_file.FormatError, msg=text):
                request_file.parse("x", text.encode())


class Facts(unittest.TestCase):
    XML = (b'<?xml version="1.0"?><a><b c="1"><d>x</d></b><b c="2"><d>y</d></b></a>')

    def test_xml(self):
        for path, value in (("a/b/@c", "1 | 2"), ("a/b/d", "x | y"), ("a/b[@c='2']/d", "y"),
                            ("a/b[d='x']/@c", "1"), ("a/e", "(none)"), ("e/b", "(none)")):
            self.assertEqual(facts.find_xml(self.XML, path), value, path)

    def test_namespaces(self):
        body = b'<A xmlns="%s"><B/></A>' % facts.NAMESPACES["auto"].encode()
        self.assertEqual(facts.find_xml(body, "auto:A/auto:B"), "")
        self.assertEqual(facts.find_xml(body, "A/auto:B"), "(none)")
        self.assertEqual(facts.find_xml(body, "auto:A/B"), "(none)")

    def test_values(self):
        value = {"a": [{"b": 1}, {"b": True}, "x"]}
        for path, found in (("a/0/b", "1"), ("a/1/b", "true"), ("a/2", "x"), ("a/3", "(none)"),
                            ("b", "(none)")):
            self.assertEqual(facts.find_value(value, path), found, path)

    def test_lines(self):
        same = facts.lines("text/xml", b"<a>\n  <b>x</b>\n</a>\n")
        self.assertEqual(facts.lines("text/xml", b"<a><b>x</b></a>"), same)
        for other in (b"<a><b> x</b></a>", b"<a><b>x</b><b/></a>", b"<a><b c='1'>x</b></a>",
                      b"<a>y<b>x</b></a>", b"<a><b>x</b>y</a>", b"<a xmlns='n'><b>x</b></a>"):
            self.assertNotEqual(facts.lines("text/xml", other), same, other)
        self.assertNotEqual(facts.lines("application/json", b'{"a":1,"b":2}'),
                            facts.lines("application/json", b'{"b":2,"a":1}'))


AUTOCONFIG = """<?xml version="1.0"?><clientConfig version="1.1"><emailProvider id="k.example">
<domain>k.example</domain><incomingServer type="imap"><hostname>m.example</hostname><port>993</port>
<socketType>SSL</socketType><authentication>password-cleartext</authentication>
<username>%EMAILADDRESS%</username></incomingServer><outgoingServer type="smtp">
<hostname>m.example</hostname><port>465</port><socketType>SSL</socketType>
<authentication>password-cleartext</authentication><username>%EMAILADDRESS%</username>
</outgoingServer></emailProvider></clientConfig>"""


def xml_answer(text, *headers):
    return wire.Answer(200, [("X-Content-Type-Options", "nosniff"),
                             ("Content-Type", "text/xml; charset=utf-8"), *headers],
                       text.encode(), [], b"")


class Rules(unittest.TestCase):
    """A rule that never fails is none."""

    def test_autoconfig_good(self):
        rules.check(xml_answer(AUTOCONFIG))

    def test_autoconfig_bad(self):
        for old, new in (
                ("<?xml", " <?xml"), ('id="k.example"', 'id="Example Hosting"'),
                ("<domain>k", "<domain>other"), ("<domain>", '<domain purpose="mx">'),
                ("</domain>", "</domain><domain>other.example</domain>"),
                ("<port>993", '<port x="1">993'), ("<port>993", "<port> 993"), ("993", "993\n"),
                ("SSL", "plain"), ("SSL", "ssl"), ("<username>%EMAILADDRESS%</username>", ""),
                ("password-cleartext", "OAuth2"), ("%EMAILADDRESS%", "%EMAILDOMAIN%"),
                ("m.example", "M.example"), ('type="imap"', 'type="ews"'),
                ('version="1.1"', 'version="1.2"'), ("smtp", "ews"),
                ("<clientConfig", "<!DOCTYPE clientConfig><clientConfig"),
                ("<port>465", "<useGlobalPreferredServer/><port>465")):
            self.assertIn(old, AUTOCONFIG)
            with self.assertRaises(rules.RuleError, msg=(old, new)):
                rules.check(xml_answer(AUTOCONFIG.replace(old, new, 1)))

    def test_headers_bad(self):
        for headers in ((("WWW-Authenticate", "Basic"),), (("Set-Cookie", "a"),)):
            with self.assertRaises(rules.RuleError):
                rules.check(xml_answer(AUTOCONFIG, *headers))

    def test_autodiscover(self):
        with open(service.HERE + "/requests/outlook.answer", encoding="utf-8") as file:
            good = file.read()
        rules.check(xml_answer(good))
        for old, new in (
                ("<SPA>off", "<SPA>on"), ("<SSL>on", "<SSL>off"), ("<SSL>on", "<SSL>On"),
                ("<Encryption>SSL", "<Encryption>TLS"), ("<Type>POP3", "<Type>POP"),
                ("<Port>993", "<Port> 993"), ("http://schemas", "https://schemas"),
                ("<DomainRequired>off</DomainRequired>", ""), ("2006a", "2006"),
                ("<Action>settings</Action>", ""), ("<Type>POP3", "<Type>WEB"),
                ("<Autodiscover ", "<x:Autodiscover xmlns:x='urn:x' "),
                ("<AuthRequired>on</AuthRequired>", "<AuthRequired>off</AuthRequired>")):
            self.assertIn(old, good)
            with self.assertRaises((rules.RuleError, KeyError, facts.ElementTree.ParseError),
                                   msg=(old, new)):
                rules.check(xml_answer(good.replace(old, new, 1)))


class Configuration(unittest.TestCase):
    def test_set_key(self):
        text = "[listen]\n# where\nhttp = a\n\n[site]\n#url = b\nurls = c\n"
        self.assertEqual(service.set_key(text, "listen", "http", "x"),
                         "[listen]\n# where\nhttp = x\n\n[site]\n#url = b\nurls = c\n")
        self.assertEqual(service.set_key(text, "site", "url", "x"),
                         "[listen]\n# where\nhttp = a\n\n[site]\nurl = x\nurls = c\n")
        self.assertEqual(service.set_key(text, "site", "name", "x"),
                         "[listen]\n# where\nhttp = a\n\n[site]\nname = x\n#url = b\nurls = c\n")


if __name__ == "__main__":
    unittest.main()
