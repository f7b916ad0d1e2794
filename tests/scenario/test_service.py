"""The daemon as a service: its start, its end, its signals and its log."""

import os
import re
import shutil
import signal
import subprocess
import threading
import time
import unittest

import service
import wire
from service_test import AUTOCONFIG, DOMAINS, POX, POX_BODY, ServiceTest, ask_until, request

ACCESS_LINE = re.compile(r"(\S+) ([a-z0-9-]+) ([a-z0-9-]+) ([1-5][0-9][0-9]) ([0-9]+)\Z")


class Reload(ServiceTest):
    def test_good_change(self):
        self.assertEqual(self.served_by("kunde.example"), "mail.hosting.example")
        self.edit(self.provider_path(), "mail.hosting.example", "new.hosting.example")
        self.assertEqual(self.served_by("kunde.example"), "mail.hosting.example")
        self.daemon.reload()
        self.wait_served("kunde.example", "new.hosting.example")

    def test_new_provider(self):
        shutil.copy(self.provider_path(), self.provider_path("another.xml"))
        self.daemon.reload()
        self.daemon.wait_log("reloaded")
        self.site.signpost("domain", "add", "late.example", "--provider", "another")
        self.wait_served("late.example", "mail.hosting.example")

    def check_refused_reload(self, spot):
        """A reload that fails: its place is named, and nothing has changed."""
        self.daemon.reload()
        self.daemon.wait_log(r"^signpostd: .*" + spot)
        self.assertEqual(self.served_by("kunde.example"), "mail.hosting.example")
        self.assertEqual(self.served_by("enterprise.example"), "mail.enterprise.example")
        service.wait_until(lambda: "reload" in self.ready_text(), 1, "/-/ready tells of it")

    def check_good_reload(self):
        position = len(self.daemon.log())
        self.daemon.reload()
        self.daemon.wait_log("reloaded", position)
        service.wait_until(lambda: "reload" not in self.ready_text(), 1, "/-/ready is content")

    def test_bad_provider(self):
        self.edit(self.provider_path("enterprise.xml"), "mail.enterprise", "new.enterprise")
        self.edit(self.provider_path(), "<port>993</port>", "<port>0</port>")
        self.check_refused_reload(r'hosting\.xml:9: .*"0"')
        self.edit(self.provider_path(), "<port>0</port>", "<port>993</port>")
        self.check_good_reload()
        self.assertEqual(self.served_by("enterprise.example"), "new.enterprise.example")

    def test_provider_gone(self):
        """A provider's file is lost: its domains are unknown, the others are not hurt."""
        os.unlink(self.provider_path())
        self.daemon.reload()
        self.wait_served("kunde.example", None)
        self.assertEqual(self.served_by("enterprise.example"), "mail.enterprise.example")

    def test_bad_configuration(self):
        with open(self.site.configuration, encoding="utf-8") as file:
            good = file.read()
        with open(self.site.configuration, "a", encoding="utf-8") as file:
            file.write("\n[nonsense]\nkey = value\n")
        line = good.count("\n") + 2
        self.check_refused_reload(r"signpost\.conf:%d: " % line)
        self.edit(self.site.configuration, "\n[nonsense]\nkey = value\n", "")
        self.check_good_reload()

    def test_store_that_is_not_there(self):
        """A wrong path must not make all domains unknown."""
        url = self.site.key("store", "url")
        self.site.set("store", "url", "sqlite:nothing.db")
        self.check_refused_reload(r"/nothing\.db: No such file or directory")
        self.site.set("store", "url", url)
        self.check_good_reload()

    def test_many_while_asked(self):
        stop = threading.Event()
        failures = []
        asker = threading.Thread(target=ask_until, args=(self.daemon, stop, failures))
        asker.start()
        try:
            names = ["mail.hosting.example", "new.hosting.example"]
            for _ in range(20):
                self.edit(self.provider_path(), names[0], names[1])
                self.daemon.reload()
                self.wait_served("kunde.example", names[1], 2)
                names.reverse()
        finally:
            stop.set()
            asker.join()
        self.assertEqual(failures, [])


class Stop(ServiceTest):
    keys = {"http_timeout": "2"}

    def wait_closed(self):
        """Waits until nothing new is accepted."""
        def refused():
            try:
                self.daemon.connect().close()
                return False
            except ConnectionError:
                return True
        service.wait_until(refused, 5, "nothing new is accepted")

    def test_request_under_way_is_finished(self):
        data = request("autodiscover.kunde.example", POX, "POST", POX_BODY)
        with self.daemon.connect() as connection:
            connection.send(data[:-100])
            self.daemon.get("/-/health")  # so the bytes before it have been taken up
            self.daemon.process.send_signal(signal.SIGTERM)
            self.wait_closed()
            connection.send(data[-100:])
            answer = connection.answer("POST")
        self.assertEqual(answer.status, 200)
        self.assertIn(b"<LoginName>anna.berg@kunde.example</LoginName>", answer.body)
        self.assertEqual(self.daemon.stop(), 0)

    def test_connections_that_wait(self):
        """All that the kernel has taken in when the signal comes are answered."""
        self.daemon.process.send_signal(signal.SIGSTOP)
        crowd = [self.daemon.connect() for _ in range(200)]
        self.addCleanup(lambda: [connection.close() for connection in crowd])
        for connection in crowd:
            connection.send(request("autoconfig.kunde.example"))
        self.daemon.process.send_signal(signal.SIGTERM)
        self.daemon.process.send_signal(signal.SIGCONT)
        for connection in crowd:
            self.assertEqual(connection.answer().status, 200)
        self.assertEqual(self.daemon.stop(), 0)

    def test_idle_connections_do_not_delay(self):
        with self.daemon.connect() as asked, self.daemon.connect():
            asked.send(request("autoconfig.kunde.example"))
            self.assertEqual(asked.answer().status, 200)
            start = time.monotonic()
            self.assertEqual(self.daemon.stop(), 0)
            self.assertLess(time.monotonic() - start, 1.5 * service.SLOWER)

    def test_request_that_never_ends(self):
        with self.daemon.connect() as connection:
            connection.send(b"POST /autodiscover/autodiscover.xml HTTP/1.1\r\nHost: kunde.ex")
            self.daemon.get("/-/health")
            start = time.monotonic()
            self.assertEqual(self.daemon.stop(), 0)
            self.assertLess(time.monotonic() - start, 6 * service.SLOWER)

    def test_interrupt(self):
        self.daemon.process.send_signal(signal.SIGINT)
        self.assertEqual(self.daemon.process.wait(10 * service.SLOWER), 0)

    def test_starts_again_on_the_same_port(self):
        with self.daemon.connect() as connection:
            connection.send(request("autoconfig.kunde.example"))
            self.assertEqual(connection.answer().status, 200)
            self.assertEqual(self.daemon.stop(), 0)
            self.daemon = self.start()  # its port is in TIME_WAIT now
            self.assertEqual(self.served_by("kunde.example"), "mail.hosting.example")


class Log(ServiceTest):
    keys = {"http_workers": "1"}

    def access_lines(self, start):
        lines = self.daemon.log()[start:].splitlines()
        return [line for line in lines
                if not line.startswith("signpostd: ") and " operations " not in line]

    def test_lines(self):
        start = len(self.daemon.log())
        thunderbird = "User-Agent: Mozilla/5.0 (X11; rv:153.0) Gecko/20100101 Thunderbird/153.7.0"
        secret = "Authorization: Basic YW5uYTpnZWhlaW0="
        sent = (
            (request("kunde.example", AUTOCONFIG + "?emailaddress=anna.berg%40kunde.example",
                     headers=[thunderbird, secret]), "kunde.example", "thunderbird", "200"),
            (request("kunde.example", POX, "POST", POX_BODY, [secret]),
             "kunde.example", "-", "200"),
            (request("kunde.example", "/mobileconfig?emailaddress=anna.berg@kunde.example"),
             "kunde.example", "-", "200"),
            (request("stranger.example"), "-", "-", "404"),
            (request("kunde.example", method="DELETE"), None, "-", "405"),
            (request("kunde.example", "/%zz"), "-", "-", "400"),
            (request("kunde.example", "/anna.berg"), None, "-", "404"),
        )
        with self.daemon.connect() as connection:
            for data, *_ in sent:
                connection.send(data)
                if connection.answer(data.split(b" ")[0].decode()).closes():
                    connection.close()
                    connection = self.daemon.connect()
        service.wait_until(lambda: len(self.access_lines(start)) >= len(sent), 5, "log lines")
        lines = self.access_lines(start)
        self.assertEqual(len(lines), len(sent), lines)
        for line, (_, domain, client, status) in zip(lines, sent):
            found = ACCESS_LINE.match(line)
            self.assertTrue(found, line)
            if domain:
                self.assertEqual(found.group(1), domain, line)
            self.assertEqual(found.group(3), client, line)
            self.assertEqual(found.group(4), status, line)
            self.assertLess(int(found.group(5)), 5000000, line)
        log = self.daemon.log()
        for text in ("anna", "berg", "stranger", "Basic", "YW5u", "geheim", "Gecko", "zz"):
            self.assertNotIn(text, log)

    def test_refused_by_the_library(self):
        """What libmicrohttpd refuses by itself is no timeout."""
        start = len(self.daemon.log())
        with self.daemon.connect() as connection:
            connection.send(request("kunde.example", POX, "POST",
                                    headers=["Transfer-Encoding: chunked"]) + b"attacker\r\n")
            self.assertEqual(connection.answer("POST").status, 400)
        service.wait_until(lambda: self.access_lines(start), 5, "a log line")
        self.assertRegex(self.access_lines(start)[0], r"\A\S+ \S+ - 400 [0-9]+\Z")

    def test_written_soon(self):
        """A line does not wait for the next request."""
        self.daemon.get(AUTOCONFIG, "kunde.example")
        self.daemon.wait_log(r"^kunde\.example \S+ - 200 \d+$", seconds=2)

    def test_forged_lines(self):
        start = len(self.daemon.log())
        for target in ("/%0aFORGED", "/x?emailaddress=a%0aFORGED@b.example", "/\x1b[31mFORGED"):
            self.daemon.get(target, "kunde.example", headers=["User-Agent: x\x1b[2JFORGED"])
        service.wait_until(lambda: len(self.access_lines(start)) >= 3, 5, "log lines")
        self.assertNotIn("FORGED", self.daemon.log())
        self.assertNotIn("\x1b", self.daemon.log())


class LogReader(unittest.TestCase):
    """Whoever should read the log does not."""

    def setUp(self):
        self.site = service.Site(domains=DOMAINS)
        self.addCleanup(self.site.remove)
        self.reader, writer = os.pipe()
        self.daemon = service.Daemon(self.site, stderr=writer)
        self.addCleanup(self.daemon.kill)
        os.close(writer)

    def ask(self, count):
        slowest = 0
        with self.daemon.connect() as connection:
            for _ in range(count // 20):
                start = time.monotonic()
                connection.send(request("autoconfig.kunde.example") * 20)
                for _ in range(20):
                    self.assertEqual(connection.answer().status, 200)
                slowest = max(slowest, time.monotonic() - start)
        self.assertLess(slowest, 1.0 * service.SLOWER)

    def test_nobody_reads(self):
        self.ask(8000)  # a line has about 40 bytes: more than pipe and buffer hold
        os.set_blocking(self.reader, False)
        text = b""

        def lost():
            nonlocal text
            try:
                text += os.read(self.reader, 1 << 20)
            except BlockingIOError:
                pass
            return b"lost" in text
        self.ask(20)
        service.wait_until(lost, 5, "the log tells that lines were lost")
        for line in text.decode().splitlines():
            self.assertTrue(line.startswith("signpostd: ") or ACCESS_LINE.match(line), line)
        self.assertEqual(self.daemon.stop(), 0)
        os.close(self.reader)

    def test_nobody_reads_at_the_end(self):
        self.ask(8000)
        start = time.monotonic()
        self.assertEqual(self.daemon.stop(), 0)
        self.assertLess(time.monotonic() - start, 3 * service.SLOWER)
        os.close(self.reader)

    def test_reader_is_gone(self):
        os.close(self.reader)
        self.ask(2000)
        self.daemon.reload()
        self.ask(100)
        self.assertEqual(self.daemon.stop(), 0)


class Operations(ServiceTest):
    keys = {"http_operations_from": "192.0.2.0/24"}

    def start(self, **more):
        daemon = service.Daemon(self.site, ready=False)
        self.addCleanup(self.check_end, daemon)
        service.wait_until(lambda: self.accepts(daemon), 10, "signpostd listens")
        return daemon

    def accepts(self, daemon):
        try:
            daemon.connect().close()
            return True
        except ConnectionRefusedError:
            return False

    def test_only_for_some_addresses(self):
        for target in ("/-/health", "/-/ready"):
            answer = self.daemon.get(target)
            self.assertEqual(answer.status, 404)
            self.assertNotIn(b"domains", answer.body)


class Start(unittest.TestCase):
    """What keeps the daemon from starting is told in words and by the exit status."""

    def setUp(self):
        self.site = service.Site(domains=DOMAINS)
        self.addCleanup(self.site.remove)

    def run_daemon(self, *arguments):
        return subprocess.run(
            [*service.WRAP, os.path.join(service.PROGRAMS, "signpostd"), *arguments],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            timeout=20 * service.SLOWER, check=False)

    def check_refused(self, status, pattern, *arguments):
        result = self.run_daemon(*(arguments or ("--config", self.site.configuration)))
        self.assertEqual(result.returncode, status, result.stderr)
        self.assertRegex(result.stderr, pattern)
        self.assertEqual(result.stdout, "")
        return result.stderr

    def test_command_line(self):
        for arguments in (("--nonsense",), ("operand",), ("--config",), ("-x",),
                          ("--config", self.site.configuration, "operand")):
            with self.subTest(arguments=arguments):
                self.check_refused(2, r"signpostd: .*\w{3,}", *arguments)

    def test_help_and_version(self):
        for option, pattern in (("--help", r"--config"), ("--version", r"[0-9]+\.[0-9]+")):
            result = self.run_daemon(option)
            self.assertEqual((result.returncode, result.stderr), (0, ""))
            self.assertRegex(result.stdout, pattern)

    def test_help_to_a_full_disk(self):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([os.path.join(service.PROGRAMS, "signpostd"), "--help"],
                                  stdout=full, stderr=subprocess.PIPE, text=True, check=False)
        self.assertEqual((done.returncode, done.stderr), (
            74, "signpostd: standard output: No space left on device\n"))

    def test_no_configuration(self):
        path = os.path.join(self.site.root, "none.conf")
        self.check_refused(78, re.escape(path), "--config", path)

    def test_configuration(self):
        """Every fault is told, with its line."""
        self.site.set("http", "timeout", "soon")
        self.site.set("listen", "http", "nowhere")
        with open(self.site.configuration, encoding="utf-8") as file:
            lines = file.read().split("\n")
        text = self.check_refused(78, r"signpost\.conf:%d: .*soon" %
                                  (lines.index("timeout = soon") + 1))
        self.assertRegex(text, r"signpost\.conf:%d: .*nowhere" %
                         (lines.index("http = nowhere") + 1))

    def test_providers(self):
        """Every fault of every document is told, with its line."""
        for name, old, new in (("hosting", "<port>993</port>", "<port>70000</port>"),
                               ("enterprise", "<socketType>SSL", "<socketType>TLS"),
                               ("exchange", "</clientConfig>", "")):
            path = os.path.join(self.site.providers, name + ".xml")
            with open(path, encoding="utf-8") as file:
                text = file.read()
            with open(path, "w", encoding="utf-8") as file:
                file.write(text.replace(old, new))
        text = self.check_refused(78, r'hosting\.xml:9: .*"70000"')
        self.assertRegex(text, r'enterprise\.xml:\d+: .*"TLS"')
        self.assertRegex(text, r"exchange\.xml:\d+: ")

    def test_nowhere_to_listen(self):
        self.site.set("listen", "http", "")
        self.check_refused(78, r"\[listen\] http")

    def test_address_of_another_machine(self):
        self.site.set("listen", "http", "192.0.2.1:8080")
        self.check_refused(71, r"192\.0\.2\.1:8080: Cannot assign")

    def test_several_addresses(self):
        other = service.free_port()
        self.site.set("listen", "http", "127.0.0.1:%d [::1]:%d 127.0.0.2:%d" % (
            self.site.port, other, other))
        daemon = service.Daemon(self.site)
        try:
            for address, port in (("127.0.0.1", self.site.port), ("::1", other),
                                  ("127.0.0.2", other)):
                with wire.Connection(port, 10 * service.SLOWER, address) as connection:
                    connection.send(request("autoconfig.kunde.example"))
                    self.assertEqual(connection.answer().status, 200, address)
        finally:
            self.assertEqual(daemon.stop(), 0)

    def test_connections_that_wait_at_two_addresses(self):
        """All are answered that the kernel has taken in, at whichever address, when it ends."""
        other = service.free_port()
        self.site.set("listen", "http", "127.0.0.1:%d 127.0.0.2:%d" % (self.site.port, other))
        self.site.set("http", "workers", "1")
        daemon = service.Daemon(self.site)
        daemon.process.send_signal(signal.SIGSTOP)
        crowd = [wire.Connection(port, 10 * service.SLOWER, address)
                 for address, port in (("127.0.0.1", self.site.port), ("127.0.0.2", other))
                 for _ in range(100)]
        self.addCleanup(lambda: [connection.close() for connection in crowd])
        for connection in crowd:
            connection.send(request("autoconfig.kunde.example"))
        daemon.process.send_signal(signal.SIGTERM)
        daemon.process.send_signal(signal.SIGCONT)
        for connection in crowd:
            self.assertEqual(connection.answer().status, 200)
        self.assertEqual(daemon.stop(), 0)

    def test_second_daemon(self):
        first = service.Daemon(self.site)
        try:
            self.check_refused(71, r"127\.0\.0\.1:%d: Address already in use" % self.site.port)
            self.assertEqual(first.get(AUTOCONFIG, "kunde.example").status, 200)
        finally:
            self.assertEqual(first.stop(), 0)


if __name__ == "__main__":
    unittest.main()
