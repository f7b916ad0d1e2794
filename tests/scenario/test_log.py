"""The log's two forms: whatever is sent and whatever goes wrong, a line is a line.

What text says of requests is in test_service.py; here is what JSON says, and messages in both.
"""

import json
import os
import re
import subprocess
import unittest

import service
from service_test import AUTOCONFIG, DOMAINS, POX, POX_BODY, ServiceTest, request

JSON = ("--log-format", "json")
TIME = re.compile(r"20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9]Z\Z")
ACCESS = ["client", "domain", "kind", "microseconds", "status", "time"]
MESSAGE = ["level", "message", "time"]
THUNDERBIRD = "User-Agent: Mozilla/5.0 (X11; rv:153.0) Gecko/20100101 Thunderbird/153.7.0"


def strict(pairs):
    """An object, in which a name stands once."""
    assert len(pairs) == len(dict(pairs)), pairs
    return dict(pairs)


def parse(log):
    """The objects of a log, which has nothing else."""
    return [json.loads(line, object_pairs_hook=strict) for line in log.split("\n") if line]


class JsonLog(ServiceTest):
    keys = {"http_workers": "1"}

    def start(self, **more):
        return super().start(arguments=JSON, **more)

    def check_end(self, daemon):
        super().check_end(daemon)
        self.check(parse(daemon.log()))

    def check(self, objects):
        """Every line is a message or a request, with all that belongs to it and nothing else."""
        for item in objects:
            self.assertRegex(item["time"], TIME, item)
            if "message" in item:
                self.assertEqual(sorted(item), MESSAGE, item)
                self.assertIn(item["level"], ("info", "warning", "error"), item)
                self.assertNotRegex(item["message"], r"\A(signpostd|error|warning|info):", item)
                continue
            self.assertEqual(sorted(set(item) - {"provider"}), ACCESS, item)
            self.assertIn(type(item["domain"]), (str, type(None)), item)
            self.assertIn(item["status"], range(100, 600), item)
            self.assertIn(item["microseconds"], range(60000000), item)

    def asked(self, start=0):
        """The requests in the log, but for those about the service itself."""
        return [item for item in parse(self.whole_log(start))
                if "message" not in item and item["kind"] != "operations"]

    def whole_log(self, start=0):
        """The log up to its last whole line."""
        log = self.daemon.log()[start:]
        return log[:log.rfind("\n") + 1]

    def messages(self, level):
        return [item["message"] for item in parse(self.whole_log())
                if item.get("level") == level]

    def send(self, *requests):
        """Each on a connection of its own; waits for its line. Returns the objects."""
        start = len(self.daemon.log())
        for data in requests:
            with self.daemon.connect() as connection:
                connection.send(data)
                connection.answer(data.split(b" ")[0].decode())
        service.wait_until(lambda: len(self.asked(start)) >= len(requests), 5, "log lines")
        return self.asked(start)

    def test_requests(self):
        expected = (
            (request("kunde.example", AUTOCONFIG + "?emailaddress=anna.berg%40kunde.example",
                     headers=[THUNDERBIRD]),
             {"domain": "kunde.example", "kind": "autoconfig", "client": "thunderbird",
              "status": 200, "provider": "hosting"}),
            (request("kunde.example", POX, "POST", POX_BODY),
             {"domain": "kunde.example", "kind": "autodiscover", "client": None, "status": 200,
              "provider": "hosting"}),
            (request("stranger.example"),
             {"domain": None, "kind": "autoconfig", "client": None, "status": 404}),
            (request("kunde.example", "/%zz", headers=["User-Agent: nobody/1"]),
             {"domain": None, "kind": None, "status": 400}),
            (request("kunde.example", "/anna.berg"), {"kind": None, "status": 404}),
        )
        found = self.send(*(data for data, _ in expected))
        self.assertEqual(len(found), len(expected), found)
        for item, (data, wanted) in zip(found, expected):
            self.assertEqual({**item, **wanted}, item, data)
            self.assertEqual("provider" in item, "provider" in wanted, data)
        for text in ("anna", "berg", "stranger", "Gecko", "nobody", "zz"):
            self.assertNotIn(text, self.daemon.log())

    def test_forged_lines(self):
        """Nothing of what strangers send comes into the log, so nothing of it can end a line."""
        forged = '","status":200,"FORGED":"'
        body = POX_BODY.replace(b"anna.berg@", b"FORGED&#10;\"@")
        self.send(
            request("kunde.example", "/%0aFORGED"),
            request("kunde.example", "/x?emailaddress=a%0aFORGED@b.example"),
            request("kunde.example", AUTOCONFIG + "?emailaddress=%22FORGED%22@kunde.example"),
            request("kunde.example", "/\x1b[31mFORGED"),
            request("kunde.example", headers=["User-Agent: x\x1b[2J" + forged]),
            request("kunde.example", headers=["User-Agent: Thunderbird/" + forged]),
            request("FORGED" + forged + ".example"),
            request("FORGED.example"),
            request("xn--FORGED.kunde.example"),
            request("kunde.example", POX, "POST", body),
            request("kunde.example", POX, "POST", b"\n{\"FORGED\":1}\n"),
            request("kunde.example", "/", "POST", b"address=FORGED%0a%22@kunde.example",
                    ["Content-Type: application/x-www-form-urlencoded"]),
            request("kunde.example", "/s/FORGED" + "A" * 40),
            request("kunde.example", "/d/FORGED.example"),
            request("kunde.example", headers=["Referer: FORGED", "X-Forwarded-For: FORGED",
                                              "Cookie: FORGED", "Forwarded: for=FORGED"]),
        )
        self.assertNotIn("forged", self.daemon.log().lower())
        self.assertNotIn("\x1b", self.daemon.log())

    def test_levels(self):
        self.assertTrue([text for text in self.messages("info") if "listening on" in text])
        self.edit(self.provider_path(), "<port>993</port>", "<port>\"\\</port>")
        self.daemon.reload()
        service.wait_until(lambda: len(self.messages("error")) >= 2, 5, "errors")
        errors = self.messages("error")
        self.assertRegex(errors[0], r'hosting\.xml:9: .*"\\')
        self.assertRegex(errors[-1], r"\Areload failed")

    def test_refused_before_read(self):
        """What libmicrohttpd refuses by itself has a line, too."""
        found = self.send(request("kunde.example", POX, "POST", headers=[
            "Transfer-Encoding: chunked"]) + b"attacker\r\n")
        self.assertEqual(found[0]["status"], 400)


class Journal(ServiceTest):
    """Where standard error is the journal, messages tell their priority."""

    def start(self, **more):
        path = os.path.join(self.site.root, "log")
        with open(path, "ab") as file:
            info = os.fstat(file.fileno())
        os.environ["JOURNAL_STREAM"] = "%d:%d" % (info.st_dev, info.st_ino)
        try:
            return super().start(**more)
        finally:
            del os.environ["JOURNAL_STREAM"]

    def test_priorities(self):
        self.daemon.get(AUTOCONFIG, "kunde.example")
        self.daemon.wait_log(r"^<6>signpostd: listening on ")
        self.daemon.wait_log(r"^kunde\.example autoconfig - 200 \d+$")
        self.edit(self.provider_path(), "<port>993</port>", "<port>0</port>")
        self.daemon.reload()
        self.daemon.wait_log(r"^<3>signpostd: error: \S*hosting\.xml:9: ")
        self.assertNotRegex(self.daemon.log(), r"(?m)^signpostd: ")


class Messages(unittest.TestCase):
    """What ends the program at its start is told in the form that was asked for."""

    def setUp(self):
        self.site = service.Site(domains=DOMAINS)
        self.addCleanup(self.site.remove)

    def run_daemon(self, *arguments):
        return subprocess.run(
            [*service.WRAP, os.path.join(service.PROGRAMS, "signpostd"), *arguments],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            timeout=20 * service.SLOWER, check=False)

    def test_json(self):
        """Even the name of a file is only a text in it."""
        path = os.path.join(self.site.root, 'a\n","level":"info\x1b.conf')
        result = self.run_daemon("--config", path, *JSON)
        self.assertEqual((result.returncode, result.stdout), (78, ""))
        item, *more = parse(result.stderr)
        for other in (item, *more):
            self.assertEqual((sorted(other), other["level"]), (MESSAGE, "error"))
        self.assertIn('a\\x0a","level":"info\\x1b.conf: No such file', item["message"])

    def test_text(self):
        path = os.path.join(self.site.root, "a\nsignpostd: b\x1b.conf")
        result = self.run_daemon("--config", path, "--log-format", "text")
        self.assertEqual((result.returncode, result.stdout), (78, ""))
        self.assertRegex(result.stderr, r"\Asignpostd: error: \S*a\\x0asignpostd: b\\x1b\.conf: "
                         r"No such file or directory\n")
        for line in result.stderr.splitlines():
            self.assertTrue(line.startswith("signpostd: error: "), line)

    def test_other(self):
        for name in ("xml", "JSON", ""):
            result = self.run_daemon("--config", self.site.configuration, "--log-format", name)
            self.assertEqual((result.returncode, result.stdout, result.stderr), (
                2, "", 'signpostd: --log-format "%s" is neither text nor json\n' % name))


if __name__ == "__main__":
    unittest.main()
