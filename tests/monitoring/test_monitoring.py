"""What is given out for Prometheus and Grafana, judged by promtool and against what signpostd says.

tests/unit/server/metrics.txt is the whole text of the metrics, as its unit test has it made.
"""

import json
import os
import re
import subprocess
import tempfile
import unittest

SOURCE = os.environ["SIGNPOST_SOURCE"]
METRICS = os.path.join(SOURCE, "tests", "unit", "server", "metrics.txt")
RULES = os.path.join(SOURCE, "packaging", "prometheus", "signpost.rules.yml")
DASHBOARD = os.path.join(SOURCE, "packaging", "grafana", "signpost.json")
OPERATIONS = os.path.join(SOURCE, "docs", "operations.md")
NAME = re.compile(r"\b(?:signpost|process)_[a-z0-9_]+")
DAY = 24 * 60  # minutes
REQUESTS = 'signpost_requests_total{instance="a", kind="%s", code="%s"}'
DURATION = 'signpost_request_duration_seconds_bucket{instance="a", le="%s"}'

# Series as promtool writes them, one value a minute, at which minute to look, and what fires then.
ALERTS = (
    ({'up{job="signpost", instance="a"}': "1 0x5"}, 2, ()),
    ({'up{job="signpost", instance="a"}': "1 0x5"}, 3, ("SignpostDown",)),
    ({'up{job="other", instance="a"}': "1x20"}, 9, ()),
    ({'up{job="other", instance="a"}': "1x20"}, 10, ("SignpostNotScraped",)),
    ({"signpost_ready": "0x5"}, 1, ("SignpostNotReady",)),
    ({"signpost_store_readable": "0x9"}, 4, ()),
    ({"signpost_store_readable": "0x9"}, 5, ("SignpostStoreUnreadable",)),
    ({"signpost_settings_reload_failed": "1x9"}, 5, ("SignpostReloadFailed",)),
    # one in a hundred of a kind, however many others there are
    ({REQUESTS % ("page", "500"): "0+2x20", REQUESTS % ("page", "200"): "0+98x20",
      REQUESTS % ("autoconfig", "200"): "0+90000x20"}, 15, ("SignpostServerErrors",)),
    ({REQUESTS % ("page", "500"): "0+1x20", REQUESTS % ("page", "200"): "0+199x20"}, 15, ()),
    ({REQUESTS % ("page", "500"): "0x20", REQUESTS % ("page", "200"): "0x20"}, 15, ()),
    ({REQUESTS % ("operations", "503"): "0+4x20"}, 15, ()),  # /-/ready says so by it
    ({DURATION % "0.005": "0+5x40", DURATION % "0.05": "0+20x40", DURATION % "+Inf": "0+20x40"},
     35, ("SignpostSlow",)),
    ({DURATION % "0.005": "0+11x40", DURATION % "0.05": "0+20x40", DURATION % "+Inf": "0+20x40"},
     35, ()),
    ({"signpost_out_of_memory_total": "0 0 1x10"}, 5, ("SignpostOutOfMemory",)),
    ({'signpost_connections_refused_total{reason="all"}': "0+1x20"}, 10,
     ("SignpostRefusesConnections",)),
    ({'signpost_connections_refused_total{reason="all"}': "7x20"}, 10, ()),
    ({"signpost_connections": "81x20", "signpost_connections_limit": "100x20"}, 10,
     ("SignpostConnectionsNearLimit",)),
    ({"signpost_connections": "80x20", "signpost_connections_limit": "100x20"}, 10, ()),
    ({'signpost_connections_refused_total{reason="address"}': "0+61x30"}, 20,
     ("SignpostRefusesAddresses",)),
    ({'signpost_connections_refused_total{reason="address"}': "0+59x30"}, 20, ()),
    ({"signpost_accept_failures_total": "0+1x20"}, 10, ("SignpostCannotAccept",)),
    ({'process_open_fds{job="signpost"}': "91x20", 'process_max_fds{job="signpost"}': "100x20"},
     10, ("SignpostDescriptorsNearLimit",)),
    ({'process_open_fds{job="else"}': "91x20", 'process_max_fds{job="else"}': "100x20"}, 10, ()),
    ({"signpost_tls_certificates_expired": "1x20"}, 10, ("SignpostCertificatesExpired",)),
    ({"signpost_tls_certificates_ending": "1x400"}, 359, ()),
    ({"signpost_tls_certificates_ending": "1x400"}, 360, ("SignpostCertificatesEnding",)),
    ({"signpost_tls_certificates_unreadable": "1x40"}, 30, ("SignpostCertificatesUnreadable",)),
    ({'signpost_profiles_total{signed="no"}': "0 0 1x9", 'signpost_profiles_total{signed="yes"}':
      "0+5x9"}, 5, ("SignpostProfilesUnsigned",)),
    # the clock begins with 0
    ({"signpost_profile_certificate_end_timestamp_seconds": "%dx90" % (14 * DAY * 60)}, 62,
     ("SignpostProfileCertificateEnds",)),
    ({"signpost_profile_certificate_end_timestamp_seconds": "%dx90" % (15 * DAY * 60)}, 62, ()),
    ({"signpost_log_lines_lost_total": "0 0 3x9"}, 5, ("SignpostLogLinesLost",)),
)


def promtool(*arguments, **more):
    return subprocess.run(["promtool", *arguments], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False, **more)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def known_names():
    """Every name that a query may have."""
    text = read(METRICS)
    return set(re.findall(r"(?m)^([a-z0-9_]+)[ {]", text))


def alert_names():
    return re.findall(r"- alert: (\S+)", read(RULES))


class Metrics(unittest.TestCase):
    def test_promtool(self):
        done = promtool("check", "metrics", input=read(METRICS))
        self.assertEqual((done.returncode, done.stdout), (0, ""))


class Rules(unittest.TestCase):
    def check_rules(self, path):
        done = promtool("check", "rules", path)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("SUCCESS", done.stdout)

    def test_promtool(self):
        self.check_rules(RULES)

    def test_names(self):
        used = set(NAME.findall(read(RULES)))
        self.assertLess(10, len(used))
        self.assertEqual(used - known_names(), set())

    def test_alerts(self):
        """Each alert fires when it should, alone, and not before."""
        up = {'up{job="signpost", instance="b"}': "1x500"}
        tests = [{"interval": "1m",
                  "input_series": [{"series": name, "values": values} for name, values in
                                   {**({} if any("up{" in name for name in series) else up),
                                    **series}.items()],
                  "promql_expr_test": [{
                      "expr": 'count by (alertname) (ALERTS{alertstate="firing"})',
                      "eval_time": "%dm" % minute,
                      "exp_samples": [{"labels": '{alertname="%s"}' % alert, "value": 1}
                                      for alert in alerts]}]}
                 for series, minute, alerts in ALERTS]
        with tempfile.TemporaryDirectory() as directory:
            path = os.path.join(directory, "alerts.yml")
            with open(path, "w", encoding="utf-8") as file:
                json.dump({"rule_files": [RULES], "evaluation_interval": "1m", "tests": tests},
                          file)
            done = promtool("test", "rules", path)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertEqual({alert for _, _, alerts in ALERTS for alert in alerts},
                         set(alert_names()))

    def test_told(self):
        """Each has a severity, a summary and what to do; the manual explains it."""
        manual = read(OPERATIONS)
        for part in read(RULES).split("- alert: ")[1:]:
            name = part.split()[0]
            self.assertRegex(part, r"severity: (critical|warning)\n", name)
            self.assertRegex(part, r'summary: "\S.*"\n', name)
            self.assertRegex(part, r'description: "\S.*"\n', name)
            self.assertTrue("`%s`" % name in manual, name)


class Dashboard(unittest.TestCase):
    def setUp(self):
        self.dashboard = json.loads(read(DASHBOARD))
        self.panels = self.dashboard["panels"]

    def expressions(self):
        return [target["expr"] for panel in self.panels for target in panel.get("targets", ())]

    def test_import(self):
        """Grafana finds the data source by the variable, and no id of another installation."""
        self.assertIsNone(self.dashboard["id"])
        self.assertEqual(self.dashboard["uid"], "signpost")
        variables = {item["name"]: item for item in self.dashboard["templating"]["list"]}
        self.assertEqual(variables["datasource"]["type"], "datasource")
        self.assertEqual(variables["datasource"]["query"], "prometheus")
        self.assertEqual(variables["instance"]["datasource"]["uid"], "${datasource}")
        for panel in self.panels:
            if panel["type"] == "row":
                continue
            self.assertEqual(panel["datasource"], {"type": "prometheus", "uid": "${datasource}"})
            self.assertTrue(panel["targets"], panel["title"])
            self.assertTrue(panel["description"], panel["title"])
            for target in panel["targets"]:
                self.assertEqual(target["datasource"], panel["datasource"])
                self.assertIn('instance=~"$instance"', target["expr"])

    def test_places(self):
        """No panel lies on another, and each is under its row."""
        taken = set()
        self.assertEqual(len({panel["id"] for panel in self.panels}), len(self.panels))
        for panel in self.panels:
            place = panel["gridPos"]
            cells = {(x, y) for x in range(place["x"], place["x"] + place["w"])
                     for y in range(place["y"], place["y"] + place["h"])}
            self.assertFalse(cells & taken, panel["title"])
            self.assertLessEqual(place["x"] + place["w"], 24)
            taken |= cells

    def test_rows(self):
        self.assertEqual([panel["title"] for panel in self.panels if panel["type"] == "row"], [
            "Now", "Requests", "Programs", "Latency", "Connections", "TLS", "Certificates",
            "Store and settings", "Limits and losses", "Process"])

    def test_names(self):
        used = {name for expr in self.expressions() for name in NAME.findall(expr)}
        self.assertEqual(used - known_names(), set())
        shown = {re.sub(r"_(bucket|sum|count)$", "", name) for name in used}
        all_names = {re.sub(r"_(bucket|sum|count)$", "", name) for name in known_names()}
        self.assertEqual(all_names - shown, set(), "on no panel")

    def test_expressions(self):
        """Prometheus understands each."""
        rules = [{"record": "query:%d" % number,
                  "expr": expr.replace("$__rate_interval", "5m").replace("$__range", "1h")}
                 for number, expr in enumerate(self.expressions())]
        with tempfile.TemporaryDirectory() as directory:
            path = os.path.join(directory, "expressions.yml")
            with open(path, "w", encoding="utf-8") as file:
                json.dump({"groups": [{"name": "dashboard", "rules": rules}]}, file)
            done = promtool("check", "rules", path)
        self.assertEqual(done.returncode, 0, done.stdout)


class Manual(unittest.TestCase):
    def test_names(self):
        used = set(NAME.findall(read(OPERATIONS)))
        self.assertEqual(used - known_names(), set())


if __name__ == "__main__":
    unittest.main()
