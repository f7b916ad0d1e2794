"""How many user instructions a request costs, counted by callgrind: noise cannot touch this guard.

libmicrohttpd 0.9.75 alone takes over 20,000 of them for a keep-alive request (with its pool of
5.5 KiB), parsing a POX request about 15,000. Time is not measured here: tools/bench does that.
"""

import os
import re
import subprocess
import sys
import unittest

import service
import wire

FEW, MANY = 100, 1100
LIMITS = {"autoconfig": 32000, "pox": 60000}  # user instructions a request
AUTOCONFIG = (
    b"GET /mail/config-v1.1.xml?emailaddress=anna%40kunde.example HTTP/1.1\r\n"
    b"Host: autoconfig.kunde.example\r\n"
    b"User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Thunderbird/153.7.0\r\n"
    b"Accept: */*\r\nAccept-Language: en-US,en;q=0.5\r\nAccept-Encoding: gzip, deflate\r\n"
    b"Connection: keep-alive\r\nPriority: u=0\r\n\r\n"
)
POX_BODY = (
    b'<?xml version="1.0" encoding="utf-8"?>\n'
    b'<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/'
    b'requestschema/2006"><Request><EMailAddress>anna@kunde.example</EMailAddress>'
    b"<AcceptableResponseSchema>http://schemas.microsoft.com/exchange/autodiscover/outlook/"
    b"responseschema/2006a</AcceptableResponseSchema></Request></Autodiscover>"
)
POX = (
    b"POST /autodiscover/autodiscover.xml HTTP/1.1\r\nHost: autodiscover.kunde.example\r\n"
    b"User-Agent: Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0; Pro)\r\n"
    b"Content-Type: text/xml; charset=utf-8\r\nContent-Length: %d\r\n\r\n" % len(POX_BODY)
) + POX_BODY


def ask(port, request, count):
    """Sends the request count times over one connection, each after the answer to the last."""
    with wire.Connection(port, 120) as connection:
        for _ in range(count):
            connection.send(request)
            if connection.answer().status != 200:
                raise AssertionError("not answered with 200")


class Instructions(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.site = service.Site(domains=[("kunde.example", "hosting")], http_workers="1")

    @classmethod
    def tearDownClass(cls):
        cls.site.remove()

    def total(self, autoconfig, pox):
        """User instructions of a whole run that answers so many requests."""
        out = os.path.join(self.site.root, "callgrind.out")
        log = os.path.join(self.site.root, "callgrind.log")
        process = subprocess.Popen(
            ["valgrind", "--tool=callgrind", "--callgrind-out-file=" + out, "--log-file=" + log,
             os.path.join(service.PROGRAMS, "signpostd"), "--config", self.site.configuration],
            stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            service.wait_until(lambda: self.answers(process), 60, "signpostd under callgrind")
            ask(self.site.port, AUTOCONFIG, autoconfig)
            ask(self.site.port, POX, pox)
        finally:
            process.terminate()
            process.wait(60)
        with open(log, encoding="utf-8") as file:
            return int(re.search(r"Collected : (\d+)", file.read()).group(1))

    def answers(self, process):
        self.assertIsNone(process.poll(), "signpostd ended")
        try:
            return wire.get(self.site.port, "/-/ready", "kunde.example", deadline=60).status == 200
        except ConnectionRefusedError:
            return False

    def test_instructions(self):
        base = self.total(FEW, FEW)
        counts = {"autoconfig": (self.total(MANY, FEW) - base) / (MANY - FEW),
                  "pox": (self.total(FEW, MANY) - base) / (MANY - FEW)}
        print("user instructions per request: autoconfig %(autoconfig).0f, POX %(pox).0f" % counts,
              file=sys.stderr)
        for name, limit in LIMITS.items():
            self.assertLessEqual(counts[name], limit, name)


if __name__ == "__main__":
    unittest.main()
