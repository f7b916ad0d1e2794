"""Sockets from systemd, and what it is told: no request is lost while the service starts anew.

systemd is played by Manager, with real sockets: it keeps them open while signpostd goes and comes.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import unittest

import crowd
import service
import tls_site

DOMAINS = ["kunde%d.example" % number for number in range(6)]
RESTARTS = 10
ANSWERS = 200  # between two restarts
# Moves the sockets to where sd_listen_fds(3) looks for them, and becomes the service.
LAUNCH = """
import fcntl, os, sys
sockets = [fcntl.fcntl(int(word), fcntl.F_DUPFD_CLOEXEC, 100) for word in sys.argv[1].split(",")]
for number, fd in enumerate(sockets):
    os.dup2(fd, 3 + number)
os.environ["LISTEN_PID"] = str(os.getpid())
os.execv(sys.argv[2], sys.argv[2:])
"""


def listening_socket():
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", service.free_port()))
    listener.listen(4096)
    return listener


class Manager:
    """Starts the service as systemd does: Type=notify, sockets by name, SIGHUP to reload."""

    def __init__(self, site, names=("http", "https"), **environment):
        self.site = site
        self.names = names
        self.environment = environment
        self.sockets = [listening_socket() for _ in names]
        self.news = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.news.bind(os.path.join(site.root, "notify"))
        self.log_path = os.path.join(site.root, "log")
        self.process = None
        self.told = []  # all messages so far, each a dict

    def port(self, name):
        return self.sockets[self.names.index(name)].getsockname()[1]

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="backslashreplace") as file:
            return file.read()

    def start(self):
        fds = [listener.fileno() for listener in self.sockets]
        environment = dict(os.environ, LISTEN_FDS=str(len(fds)),
                           LISTEN_FDNAMES=":".join(self.names),
                           NOTIFY_SOCKET=self.news.getsockname(), **self.environment)
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", LAUNCH, ",".join(map(str, fds)), *self.program()],
                env=environment, pass_fds=fds, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.wait_told("READY", "1")

    def program(self):
        command = [*service.WRAP, os.path.join(service.PROGRAMS, "signpostd"), "--config",
                   self.site.configuration]
        if not os.path.isabs(command[0]):
            command.insert(0, "/usr/bin/env")
        return command

    def wait_told(self, key, value=None, seconds=20):
        """The next message that has key, with this value; AssertionError if the service ends."""
        until = time.monotonic() + seconds * service.SLOWER
        self.news.settimeout(0.1)
        while time.monotonic() < until:
            try:
                text = self.news.recv(4096).decode()
            except socket.timeout:
                if self.process.poll() is not None:
                    raise AssertionError("signpostd ended with %d:\n%s" % (
                        self.process.returncode, self.log()[-2000:])) from None
                continue
            message = dict(line.split("=", 1) for line in text.splitlines())
            self.told.append(message)
            if key in message and value in (None, message[key]):
                return message
        raise AssertionError("not told within %g s: %s\n%s" % (seconds, key, self.log()[-2000:]))

    def reload(self):
        """What it told when it began; returns when it says that it is ready."""
        self.process.send_signal(signal.SIGHUP)
        message = self.wait_told("RELOADING", "1")
        self.wait_told("READY", "1")
        return message

    def stop(self):
        """The exit status after SIGTERM, of which it has to tell."""
        self.process.send_signal(signal.SIGTERM)
        self.wait_told("STOPPING", "1")
        return self.process.wait(20 * service.SLOWER)

    def restart(self):
        """Seconds until it is ready again."""
        began = time.monotonic()
        status = self.stop()
        if status != 0:
            raise AssertionError("ended with %d:\n%s" % (status, self.log()[-2000:]))
        self.start()
        return time.monotonic() - began

    def close(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for item in [*self.sockets, self.news]:
            item.close()


class ActivationTest(unittest.TestCase):
    names = ("http", "https")

    def setUp(self):
        self.site = tls_site.TlsSite(DOMAINS)
        self.addCleanup(self.site.remove)
        self.manager = Manager(self.site, self.names)
        self.addCleanup(self.manager.close)
        self.questions = crowd.questions(self.site, DOMAINS)

    def ask_once(self):
        """One question over each transport."""
        for transport, tls in (("http", None), ("https", self.site.tls_context())):
            client = crowd.Client(self.manager.port(transport), self.questions, False, tls)
            client.ask(self.questions[0])

    def crowd(self, *names, count=2):
        """Clients of all kinds, of each so many; some keep a connection, and are idle on it."""
        clients = crowd.Crowd()
        for name in names:
            tls = self.site.tls_context() if name == "https" else None
            port = self.manager.port(name)
            clients.add(count, port, self.questions, False, tls)
            for question in self.questions[:count]:
                clients.add(1, port, [question], True, tls)
                clients.add(1, port, [question], True, tls, pause=0.05)
                clients.add(1, port, [question], True, tls, pause=0.4)
        return clients

    def check(self, clients):
        """All were answered; of the kept ones some had to ask twice."""
        tally = clients.tally()
        print("%s: %s" % (self.id().rsplit(".", 1)[1], tally))
        self.assertEqual(tally.failures, [], self.manager.log()[-1000:])
        self.assertEqual(set(tally.repeated) - {"closed"}, set(), str(tally))


class Activation(ActivationTest):
    def test_told(self):
        """Ready with a line for people, when it reloads, and when it ends."""
        self.manager.start()
        self.assertRegex(self.manager.told[-1]["STATUS"], r"[0-9]+ \w+")
        self.ask_once()
        before = time.monotonic_ns() // 1000
        message = self.manager.reload()
        self.assertLessEqual(before, int(message["MONOTONIC_USEC"]))
        self.assertLess(int(message["MONOTONIC_USEC"]), time.monotonic_ns() // 1000)
        self.ask_once()
        self.assertEqual(self.manager.stop(), 0)
        for message in self.manager.told:
            self.assertNotIn("\n", message.get("STATUS", ""))

    def test_reload_that_fails(self):
        """It is ready again, with what it had."""
        self.manager.start()
        with open(self.site.configuration, "a", encoding="utf-8") as file:
            file.write("\n[nonsense]\nkey = value\n")
        self.manager.reload()
        self.ask_once()
        self.assertEqual(self.manager.stop(), 0)

    def test_listens_nowhere_else(self):
        """What [listen] says is not opened beside the sockets that were passed."""
        self.manager.start()
        with self.assertRaises(ConnectionError):
            crowd.Connection(self.site.port).close()
        self.assertEqual(self.manager.stop(), 0)

    def test_socket_of_another_kind(self):
        """Nothing is served from something that is no listening socket."""
        self.manager.sockets[1].close()
        self.manager.sockets[1] = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        with self.assertRaisesRegex(AssertionError, r'socket 2 of systemd, "https"'):
            self.manager.start()

    def test_connections_that_wait_while_it_is_away(self):
        """Who comes between two services is answered by the second."""
        self.manager.start()
        self.assertEqual(self.manager.stop(), 0)
        waiting = [crowd.Connection(self.manager.port("http"), 20 * service.SLOWER)
                   for _ in range(200)]
        for number, connection in enumerate(waiting):
            connection.send(self.questions[number % len(DOMAINS)].single)
        self.manager.start()
        for number, connection in enumerate(waiting):
            with connection:
                fault = self.questions[number % len(DOMAINS)].fault(connection.answer())
                self.assertIsNone(fault)
        self.assertEqual(self.manager.stop(), 0)

    def test_watchdog(self):
        self.manager.environment["WATCHDOG_USEC"] = "400000"
        self.manager.start()
        began = time.monotonic()
        for _ in range(4):
            self.manager.wait_told("WATCHDOG", "1", 2)
        self.assertLess(time.monotonic() - began, 1.6 * service.SLOWER)
        self.assertEqual(self.manager.stop(), 0)


class Restarts(ActivationTest):
    """Asked at full speed all the time, and nothing is lost."""

    def test_reloads(self):
        self.manager.start()
        with self.crowd("http", "https") as clients:
            for _ in range(RESTARTS):
                clients.wait_answered(ANSWERS)
                self.manager.reload()
        self.check(clients)
        self.assertEqual(self.manager.stop(), 0)

    def check_restarts(self, clients):
        took = []
        self.manager.start()
        with clients:
            for _ in range(RESTARTS):
                clients.wait_answered(ANSWERS)
                took.append(self.manager.restart())
            clients.wait_answered(ANSWERS)
        print("%d restarts, ready again after at most %.2f s" % (len(took), max(took)))
        self.check(clients)
        self.assertEqual(self.manager.stop(), 0)

    def test_restarts_plain(self):
        self.check_restarts(self.crowd("http", count=6))

    def test_restarts_tls(self):
        self.check_restarts(self.crowd("https", count=4))

    def test_restarts_both(self):
        self.check_restarts(self.crowd("http", "https"))


if __name__ == "__main__":
    unittest.main()
