"""/-/metrics of the real daemon: what promtool says of it, and whether it counts what was sent."""

import os
import re
import subprocess
import time
import unittest

import service
from service_test import AUTOCONFIG, POX, POX_BODY, ServiceTest, request

TEXT = "text/plain; version=0.0.4; charset=utf-8"
EXPECTED = os.path.join(service.SOURCE, "tests", "unit", "server", "metrics.txt")
THUNDERBIRD = "User-Agent: Mozilla/5.0 (X11; rv:153.0) Gecko/20100101 Thunderbird/153.7.0"
SAMPLE = re.compile(r'([a-z_]+)(\{(?:[a-z]+="[^"\\\n]*",?)+\})? ([0-9.]+)\Z')
DURATION = "signpost_request_duration_seconds"


def names(text):
    return set(re.findall(r"(?m)^# TYPE ([a-z_]+) ", text))


class Metrics(ServiceTest):
    keys = {"http_workers": "2"}

    def text(self):
        answer = self.daemon.get("/-/metrics")
        self.assertEqual((answer.status, answer.header("Content-Type")), (200, TEXT))
        return answer.body.decode("ascii")

    def read(self):
        """{"name{labels}": value}; every line is understood."""
        values = {}
        for line in self.text().splitlines():
            if line.startswith("# "):
                continue
            found = SAMPLE.match(line)
            self.assertTrue(found, line)
            name = found.group(1) + (found.group(2) or "")
            self.assertNotIn(name, values)
            values[name] = float(found.group(3))
        return values

    def grown(self, before):
        """What has grown since, without what asking for it adds and without times."""
        now = self.read()
        self.assertEqual(set(before) - set(now), set())
        return {name: value - before.get(name, 0) for name, value in now.items()
                if value != before.get(name, 0) and name.startswith("signpost_") and
                not re.search(r"duration|bytes|operations|client=\"-\"|connections", name)}

    def ask(self, *requests):
        """One connection each, so that both workers have some."""
        for data in requests:
            with self.daemon.connect() as connection:
                connection.send(data)
                self.assertIsNotNone(connection.answer(data.split(b" ")[0].decode()))

    def test_promtool(self):
        self.ask(request("kunde.example"), request("kunde.example", POX, "POST", POX_BODY),
                 request("kunde.example", "/-/nothing"), request("kunde.example", method="DELETE"))
        done = subprocess.run(["promtool", "check", "metrics"], input=self.text(), text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        self.assertEqual((done.returncode, done.stdout), (0, ""))

    def test_names(self):
        """They are those that alerts and dashboard are tested with; some want TLS or signing."""
        with open(EXPECTED, encoding="utf-8") as file:
            expected = names(file.read())
        self.assertEqual(names(self.text()), {
            name for name in expected
            if not re.match(r"signpost_(tls_certificate|profile_certificate)", name)})

    def test_requests(self):
        before = self.read()
        self.ask(*[request("kunde.example", headers=[THUNDERBIRD])] * 20,
                 *[request("stranger.example", headers=[THUNDERBIRD])] * 5,
                 *[request("kunde.example", POX, "POST", POX_BODY, ["User-Agent: curl/8"])] * 3,
                 request("kunde.example", method="DELETE", headers=["User-Agent: curl/8"]),
                 request("kunde.example", "/anna.berg", headers=["User-Agent: curl/8"]))
        self.assertEqual(self.grown(before), {
            'signpost_requests_total{kind="autoconfig",code="200"}': 20,
            'signpost_requests_total{kind="autoconfig",code="404"}': 5,
            'signpost_requests_total{kind="autodiscover",code="200"}': 3,
            'signpost_requests_total{kind="autoconfig",code="405"}': 1,
            'signpost_requests_total{kind="-",code="404"}': 1,
            'signpost_clients_total{client="thunderbird"}': 25,
            'signpost_clients_total{client="curl"}': 5,
        })

    def test_durations(self):
        before = self.read()
        self.ask(*[request("kunde.example")] * 40)
        now = self.read()
        counts = [value for name, value in now.items() if name.startswith(DURATION + "_bucket")]
        self.assertEqual(counts, sorted(counts))
        self.assertEqual(len(counts), 20)
        count = DURATION + "_count"
        self.assertEqual(counts[-1], now[count])
        self.assertEqual(now[count] - before[count], 41)  # and the reading before
        seconds = now[DURATION + "_sum"] - before[DURATION + "_sum"]
        self.assertGreater(seconds, 0)
        self.assertLess(seconds, 5 * service.SLOWER)
        size = "signpost_response_body_bytes_total"
        answer = self.daemon.get(AUTOCONFIG, "kunde.example")
        self.assertGreater(now[size] - before[size], 40 * len(answer.body))

    def test_connections(self):
        before = self.read()
        crowd = [self.daemon.connect() for _ in range(7)]
        for connection in crowd:
            connection.send(request("kunde.example"))
            connection.answer()
        now = self.read()
        accepted = 'signpost_connections_accepted_total{transport="http"}'
        self.assertEqual(now[accepted] - before[accepted], 8)  # and the reading's own
        self.assertEqual(now["signpost_connections"], 8)
        self.assertGreaterEqual(now["signpost_connections_limit"], 8)
        self.assertGreaterEqual(now["process_open_fds"], 8)
        for connection in crowd:
            connection.close()
        service.wait_until(lambda: self.read()["signpost_connections"] == 1, 5, "they are closed")

    def test_slow_connection(self):
        before = self.read()
        self.daemon.stop()
        self.site.set("http", "timeout", "1")
        self.daemon = self.start()
        with self.daemon.connect() as connection:
            connection.send(b"GET / HTTP/1.1\r\nHos")
            connection.end()
        self.assertEqual(before['signpost_connections_cut_total{reason="slow"}'], 0)
        self.assertEqual(self.read()['signpost_connections_cut_total{reason="slow"}'], 1)

    def test_state(self):
        values = self.read()
        self.assertEqual({name: values["signpost_" + name] for name in (
            "ready", "store_readable", "domains", "workers", "settings_reload_failed",
            "seen_lost_total", "log_lines_lost_total")}, {
                "ready": 1, "store_readable": 1, "domains": 2, "workers": 2,
                "settings_reload_failed": 0, "seen_lost_total": 0, "log_lines_lost_total": 0})
        self.assertEqual(values["signpost_providers"],
                         len([name for name in os.listdir(self.site.providers)
                              if name.endswith(".xml")]))
        for name in ("process_start_time_seconds", "signpost_settings_loaded_timestamp_seconds"):
            self.assertLess(abs(values[name] - time.time()), 60 * service.SLOWER, name)
        self.assertGreater(values["process_cpu_seconds_total"], 0)
        self.assertGreater(values["process_resident_memory_bytes"], 1 << 20)
        self.assertLess(values["process_resident_memory_bytes"], 1 << 30)

    def test_reload(self):
        """What was counted stays counted, and a failed reload shows until one succeeds."""
        self.ask(*[request("kunde.example")] * 5)
        self.edit(self.provider_path(), "<port>993</port>", "<port>0</port>")
        self.daemon.reload()
        failed = "signpost_settings_reload_failed"
        service.wait_until(lambda: self.read()[failed] == 1, 5, "the failure shows")
        self.edit(self.provider_path(), "<port>0</port>", "<port>993</port>")
        self.daemon.reload()
        service.wait_until(lambda: self.read()[failed] == 0, 5, "the success shows")
        counted = 'signpost_requests_total{kind="autoconfig",code="200"}'
        self.assertEqual(self.read()[counted], 5)

    def test_domains(self):
        self.site.signpost("domain", "add", "late.example", "--provider", "hosting")
        service.wait_until(lambda: self.read()["signpost_domains"] == 3, 5, "three domains")

    def test_store_gone(self):
        os.rename(self.site.store(), self.site.store() + ".away")
        service.wait_until(lambda: self.read()["signpost_store_readable"] == 0, 5, "it shows")
        self.assertEqual(self.read()["signpost_ready"], 1)
        os.rename(self.site.store() + ".away", self.site.store())
        service.wait_until(lambda: self.read()["signpost_store_readable"] == 1, 5, "it shows")

    def test_nobody_is_in_it(self):
        """No domain, address or header is ever a label."""
        self.ask(request("kunde.example", AUTOCONFIG + "?emailaddress=anna.berg@kunde.example"),
                 request("stranger.example", headers=['User-Agent: "} 1\\nFORGED']),
                 request("kunde.example", "/anna.berg"))
        for text in ("kunde", "anna", "berg", "stranger", "FORGED", "127.0.0.1", "hosting"):
            self.assertNotIn(text, self.text())


class Refused(ServiceTest):
    keys = {"http_operations_from": "127.0.0.1"}

    def test_only_for_some_addresses(self):
        self.assertEqual(self.daemon.get("/-/metrics").status, 200)
        self.site.set("http", "operations_from", "192.0.2.0/24")
        self.daemon.reload()
        service.wait_until(lambda: self.daemon.get("/-/metrics").status == 404, 5, "refused")
        self.assertNotIn(b"signpost_", self.daemon.get("/-/metrics").body)


if __name__ == "__main__":
    unittest.main()
