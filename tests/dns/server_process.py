"""A name server's process, its directory, address and port; what all kinds of them share."""

import atexit
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

import ask

signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what is left over is stopped

LOOPBACKS = ["127.0.0.%d" % number for number in range(1, 10)] + ["::1"]
START_SECONDS = 30  # a machine with other work is slow
END_SECONDS = 10


def is_free(address, port, kind):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, kind) as probe:
        try:
            probe.bind((address, port))
        except OSError:
            return False
    return True


def free_port(ports=None):
    """A port, of a range if one is given, that nobody has at any loopback address, by UDP and TCP,
    and that the kernel does not give to clients meanwhile."""
    with open("/proc/sys/net/ipv4/ip_local_port_range", encoding="ascii") as file:
        first_of_clients = int(file.read().split()[0])
    while True:
        port = random.choice(ports or range(max(1024, first_of_clients // 2), first_of_clients))
        if all(is_free(address, port, kind) for address in LOOPBACKS
               for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM)):
            return port


def wait_until(condition, seconds, what):
    """Polls until the condition holds; what it returned then. AssertionError after the deadline."""
    until = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > until:
            raise AssertionError("not within %g s: %s" % (seconds, what() if callable(what)
                                                         else what))
        time.sleep(0.02)


def zone_text(name, *records, servers=("ns1.hosting.example.",), serial=1, ttl=3600, negative=300):
    """A zone as master-file text: SOA and NS records, and others relative to it."""
    return "\n".join([
        "$ORIGIN %s." % name.rstrip("."), "$TTL %d" % ttl,
        "@ IN SOA %s hostmaster.hosting.example. %d 3600 600 86400 %d" % (servers[0], serial,
                                                                         negative),
        *["@ IN NS " + server for server in servers], *records, ""])


class ServerProcess:
    """Runs in the foreground in a directory of its own until it is stopped, or Python ends."""

    environment = {}

    def __init__(self, address="127.0.0.1", port=None, key=None):
        self.address, self.port, self.key = address, port or free_port(), key
        self.directory = tempfile.mkdtemp(prefix="signpost-dns-")
        self.log_path = self.path("log")
        self.process = None
        atexit.register(self.remove)

    def path(self, *names):
        return os.path.join(self.directory, *names)

    def write(self, name, text):
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path + ".new", "w", encoding="utf-8") as file:
            file.write(text)
        os.rename(path + ".new", path)
        return path

    def command(self):
        """What is run: a list of words."""
        raise NotImplementedError

    def start(self):
        """Runs it; does not wait until it answers."""
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                cwd=self.directory, env={**os.environ, **self.environment}, start_new_session=True)
        return self

    def stop(self, seconds=END_SECONDS):
        """SIGTERM, and SIGKILL for one that does not listen."""
        if self.process and self.process.poll() is None:
            self.resume()
            self.process.terminate()
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.kill()

    def signal(self, number):
        """To it and its children, which are a group of their own."""
        os.killpg(self.process.pid, number)

    def kill(self):
        if self.process and self.process.poll() is None:
            self.signal(signal.SIGKILL)
            self.process.wait()

    def pause(self):
        """Keeps its sockets and answers nothing."""
        self.signal(signal.SIGSTOP)

    def resume(self):
        self.signal(signal.SIGCONT)

    def remove(self):
        self.kill()
        shutil.rmtree(self.directory, ignore_errors=True)

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="backslashreplace") as file:
            return file.read()

    def is_serving(self, zones, serial=None):
        """Whether it has all zones, with this serial if one is given; without zones, whether it
        answers. AssertionError if it ended."""
        if self.process.poll() is not None:
            raise AssertionError("%s ended with %d:\n%s" % (self.command()[0],
                                                            self.process.returncode, self.log()))
        if not zones:
            return ask.ask(self, ".", "SOA", tries=1) is not None
        seen = ask.serials(self, zones)
        return len(seen) == len(zones) and (serial is None or set(seen.values()) == {serial})

    def wait_serving(self, *zones, serial=None):
        wait_until(lambda: self.is_serving(zones, serial), START_SECONDS,
                   lambda: "%s:%d serves %s\n%s" % (self.address, self.port, zones,
                                                    self.log()[-4000:]))
        return self

    def run(self, *words, given=None):
        """Runs a program of the server's package; what it prints."""
        done = subprocess.run([ask.program(words[0]), *words[1:]], input=given, cwd=self.directory,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              check=False, timeout=60)
        assert done.returncode == 0, "%s\n%s" % (words, done.stdout)
        return done.stdout

    def dig(self, name, kind="A", *options):
        return ask.dig(self, name, kind, *options)

    def axfr(self, zone, soa=False):
        return ask.axfr(self, zone, soa)

    def serial(self, zone):
        return ask.serial(self, zone)

    def update(self, *commands, zone=None):
        """Somebody else's change of a zone."""
        ask.update(self, *commands, zone=zone)
