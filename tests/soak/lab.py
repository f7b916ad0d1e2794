"""What all scenarios have: a service with its site, and good clients that ask it all the time.

A scenario is a function that gets the seconds it may take, and returns the figure that it reached.
What it finds broken is an AssertionError; what this machine cannot do is a Skip.
"""

import contextlib
import os
import re
import resource

import crowd
import service
import tls_site

HERE = os.path.dirname(os.path.abspath(__file__))
DOMAINS = ["kunde%d.example" % number for number in range(4)]
PAGE = resource.getpagesize()
REQUEST = re.compile(r"\S+ [a-z0-9-]+ [a-z0-9-]+ [1-5][0-9][0-9] [0-9]+\Z")  # a line of the log
DESCRIPTORS_KEPT = 500  # of our own, for what is not the crowd of a scenario


class Skip(Exception):
    """This machine, or this user, cannot do that."""


def check(condition, text, *values):
    if not condition:
        raise AssertionError(text % values)


def raise_descriptors():
    """As many descriptors as we may have; how many that is."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return most


def sources(count, each=200):
    """An address of loopback for each of count clients, each address for so many of them."""
    for number in range(count):
        address = number // each
        yield "127.1.%d.%d" % (address // 250, address % 250 + 1)


class Lab:
    """A service under load. `with Lab() as lab` ends with the checks that hold for every scenario:
    no good request failed, and the service ended by itself, with status 0."""

    def __init__(self, wrap=(), good=2, https=True, **keys):
        self.domains = DOMAINS
        self.site = tls_site.TlsSite(self.domains, **{"http_workers": "2", **keys})
        if not https:
            self.site.set("listen", "https", "")
        self.wrap = wrap
        self.good = good  # how many good clients of each kind
        self.daemon = None
        self.questions = []
        self.crowd = crowd.Crowd()
        self.tls = self.site.tls_context()

    def __enter__(self):
        self.daemon = service.Daemon(self.site, wrap=self.wrap)
        self.questions = crowd.questions(self.site, self.domains)
        self.add_good(self.good)
        self.crowd.__enter__()
        return self

    def add_good(self, count):
        for kept in (False, True):
            self.crowd.add(count, self.site.port, self.questions, kept)
            self.crowd.add(count, self.site.port_tls, self.questions[:1], kept, self.tls)

    def start_good(self, count):
        """Good clients of plain HTTP that come later."""
        self.crowd.add(count, self.site.port, self.questions, False)
        for client in self.crowd.clients[-count:]:
            client.start()

    def __exit__(self, kind, *_):
        self.crowd.stop()
        try:
            if kind is None:
                self.check_good()
                check(self.is_running(), "the service ended:\n%s", self.tail())
                status = self.daemon.stop()
                check(status == 0, "it ended with %d:\n%s", status, self.tail())
        finally:
            self.daemon.kill()
            self.site.remove()

    def check_good(self):
        tally = self.crowd.tally()
        check(not tally.failures, "%s\n%s\n%s", tally, "\n".join(tally.failures[:5]), self.tail())
        check(tally.answered > 0, "nobody was answered")

    def tail(self):
        """The end of the log, without the lines of requests."""
        lines = [line for line in self.daemon.log().splitlines() if not REQUEST.match(line)]
        return "\n".join(lines[-20:])

    def is_running(self):
        return self.daemon.process.poll() is None

    def pid(self):
        return self.daemon.process.pid

    def good_text(self):
        """The good clients' part of a figure."""
        tally = self.crowd.tally()
        return "%d good requests, none lost, the slowest %.2f s" % (tally.answered, tally.slowest)

    def ready_text(self):
        answer = self.daemon.get("/-/ready")
        return answer.body.decode()

    def ask(self, transport="plain", domain=0, deadline=None):
        """One good request on a connection of its own, beside the crowd."""
        tls = self.tls if transport == "tls" else None
        port = self.site.port_tls if tls else self.site.port
        client = crowd.Client(port, self.questions, False, tls)
        if deadline:
            client.deadline = deadline
        client.ask(self.questions[domain])

    def memory(self):
        """Bytes of memory that are the service's alone, without what is read from files."""
        with open("/proc/%d/statm" % self.pid(), encoding="ascii") as file:
            _, resident, shared = file.read().split()[:3]
        return (int(resident) - int(shared)) * PAGE

    def descriptors(self):
        return len(os.listdir("/proc/%d/fd" % self.pid()))

    def cpu_seconds(self):
        with open("/proc/%d/stat" % self.pid(), encoding="ascii") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def is_sanitized(self):
        """Sanitizers reserve more address space than any limit leaves."""
        with open("/proc/%d/status" % self.pid(), encoding="ascii") as file:
            return int(re.search(r"VmSize:\s+(\d+)", file.read()).group(1)) > 1 << 32

    @contextlib.contextmanager
    def limited(self, what, value):
        """Lowers one of the running service's limits for a while, softly."""
        before = resource.prlimit(self.pid(), what)
        resource.prlimit(self.pid(), what, (value, before[1]))
        try:
            yield
        finally:
            if self.is_running():
                resource.prlimit(self.pid(), what, before)
