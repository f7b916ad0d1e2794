"""A site and the real signpostd on it, in a directory of their own, on a free port.

SIGNPOST_PROGRAMS  the directory with signpost and signpostd
SIGNPOST_SOURCE    the source tree
SIGNPOST_WRAP      put before signpostd: SIGNPOST_WRAP="valgrind -q --error-exitcode=99"
"""

import atexit
import os
import random
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

import wire

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.environ.get("SIGNPOST_SOURCE", os.path.dirname(os.path.dirname(HERE)))
PROGRAMS = os.environ.get("SIGNPOST_PROGRAMS", os.path.join(SOURCE, "build"))
WRAP = shlex.split(os.environ.get("SIGNPOST_WRAP", ""))
SLOWER = 10 if WRAP else 1  # how much more time everything may take
PROVIDERS = [os.path.join(SOURCE, "xml", "providers"), os.path.join(HERE, "providers")]
signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what is left over is stopped
SITE_URL = "https://setup.hosting.example"


def free_port():
    """A port that nobody has, and that the kernel does not give to clients meanwhile."""
    with open("/proc/sys/net/ipv4/ip_local_port_range", encoding="ascii") as file:
        first_of_clients = int(file.read().split()[0])
    while True:
        port = random.randrange(max(1024, first_of_clients // 2), first_of_clients)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                pass


def wait_until(condition, seconds, what):
    """Polls until the condition holds; what it returned then. AssertionError after the deadline."""
    until = time.monotonic() + seconds * SLOWER
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > until:
            raise AssertionError("not within %g s: %s" % (seconds * SLOWER, what))
        time.sleep(0.005)


def set_key(text, section, key, value):
    """The text with a key set: its line is replaced, even one that is commented out."""
    lines = text.split("\n")
    start = lines.index("[%s]" % section)
    end = next((i for i in range(start + 1, len(lines)) if lines[i].startswith("[")), len(lines))
    pattern = re.compile(r"[#;]?\s*%s\s*=" % re.escape(key))
    for i in range(start + 1, end):
        if pattern.match(lines[i]):
            lines[i] = "%s = %s" % (key, value)
            return "\n".join(lines)
    lines.insert(start + 1, "%s = %s" % (key, value))
    return "\n".join(lines)


class Site:
    """A directory made by `signpost init`, with providers and domains."""

    def __init__(self, domains=(), **keys):
        self.root = tempfile.mkdtemp(prefix="signpost-test-")
        atexit.register(shutil.rmtree, self.root, ignore_errors=True)
        self.directory = os.path.join(self.root, "site")
        self.signpost("init", self.directory, configuration=False)
        self.configuration = os.path.join(self.directory, "signpost.conf")
        self.providers = os.path.join(self.directory, "providers")
        for directory in PROVIDERS:
            shutil.copytree(directory, self.providers, dirs_exist_ok=True)
        self.port = free_port()
        self.set("listen", "http", "127.0.0.1:%d" % self.port)
        self.set("site", "url", SITE_URL)
        for name, value in keys.items():
            self.set(*name.split("_", 1), value)
        if domains:
            self.import_domains(domains)

    def set(self, section, key, value):
        with open(self.configuration, encoding="utf-8") as file:
            text = file.read()
        with open(self.configuration, "w", encoding="utf-8") as file:
            file.write(set_key(text, section, key, value))

    def key(self, section, key):
        """The value of a key that is set in the configuration."""
        with open(self.configuration, encoding="utf-8") as file:
            part = file.read().split("[%s]\n" % section)[1].split("\n[")[0]
        return re.search(r"(?m)^%s\s*=\s*(.*)$" % re.escape(key), part).group(1).strip()

    def signpost(self, *arguments, configuration=True, check=True, **more):
        command = [os.path.join(PROGRAMS, "signpost")]
        if configuration:
            command += ["--config", self.configuration]
        return subprocess.run([*command, *arguments], check=check, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more)

    def import_domains(self, pairs):
        """Puts (domain, provider) pairs into the store."""
        path = os.path.join(self.root, "import.csv")
        with open(path, "w", encoding="utf-8") as file:
            for domain, provider in pairs:
                file.write("%s,%s\n" % (domain, provider))
        return self.signpost("domain", "import", path)

    def store(self):
        """The store's file."""
        path = self.key("store", "url")
        assert path.startswith("sqlite:"), path
        return os.path.join(self.directory, path[len("sqlite:"):])

    def remove(self):
        shutil.rmtree(self.root)


class Daemon:
    """signpostd on a site. Its log is kept in a file, unless stderr is given."""

    def __init__(self, site, stderr=None, ready=True, wrap=(), arguments=()):
        self.site = site
        self.log_path = os.path.join(site.root, "log")
        self.start([*wrap, *WRAP, os.path.join(PROGRAMS, "signpostd"), "--config",
                    site.configuration, *arguments], stderr)
        if ready:
            self.wait_ready()

    def start(self, command, stderr):
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stderr=log if stderr is None else stderr,
                stdout=log if stderr is None else subprocess.DEVNULL)
        atexit.register(self.kill)

    def wait_ready(self):
        wait_until(self.is_ready, 10, "signpostd is ready\n" + self.log())

    def is_ready(self):
        if self.process.poll() is not None:
            raise AssertionError("signpostd ended with %d:\n%s" % (self.process.returncode,
                                                                  self.log()))
        try:
            return self.get("/-/ready").status == 200
        except (ConnectionError, wire.WireError):
            return False  # while it starts

    def get(self, target, host="kunde.example", **more):
        return wire.get(self.site.port, target, host, deadline=10.0 * SLOWER, **more)

    def connect(self, deadline=10.0):
        return wire.Connection(self.site.port, deadline * SLOWER)

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="backslashreplace") as file:
            return file.read()

    def wait_log(self, pattern, start=0, seconds=5):
        """The match of a pattern in the log behind position start."""
        return wait_until(lambda: re.compile(pattern, re.M).search(self.log(), start), seconds,
                          "log line %r in\n%s" % (pattern, self.log()[start:]))

    def reload(self):
        self.process.send_signal(signal.SIGHUP)

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def stop(self):
        """SIGTERM; the exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(15 * SLOWER)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError("it did not end within %d s of SIGTERM" % (15 * SLOWER)) from None


def autoconfig_server(answer):
    """The imap host name of an autoconfig answer, or None if it is none."""
    found = re.search(rb'<incomingServer type="imap">\s*<hostname>([^<]+)</hostname>', answer.body)
    return found.group(1).decode() if answer.status == 200 and found else None
