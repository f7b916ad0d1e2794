"""Many clients, for long: connections that idle, clients that come and go, a day's requests."""

import random
import threading
import time

import crowd
import service
import wire
from lab import DESCRIPTORS_KEPT, Lab, check, raise_descriptors, sources

DAY = 1000000  # requests: ten a day for each of 100,000 domains
POX = ('<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/'
       'requestschema/2006"><Request><EMailAddress>anna@%s</EMailAddress>'
       "<AcceptableResponseSchema>http://schemas.microsoft.com/exchange/autodiscover/outlook/"
       "responseschema/2006a</AcceptableResponseSchema></Request></Autodiscover>")


def busy_rate(lab, seconds):
    """Answers in a second to one client that keeps its connection, and the microseconds of the
    processor that each takes the service, which hang less on what else runs here."""
    client = crowd.Client(lab.site.port, lab.questions[:1], True)
    clients = crowd.Crowd()
    clients.clients.append(client)
    began, used = time.monotonic(), lab.cpu_seconds()
    with clients:
        time.sleep(seconds)
    took, used = time.monotonic() - began, lab.cpu_seconds() - used
    tally = clients.tally()
    check(not tally.failures, "the busy client: %s", tally.failures[:3])
    return tally.answered / took, used / tally.answered * 1e6


def open_idle(lab, count, tls):
    """Connections of which every second has asked once already."""
    idle = []
    for number, source in enumerate(sources(count)):
        question = lab.questions[number % len(lab.questions)]
        connection = crowd.Connection(lab.site.port_tls if tls else lab.site.port,
                                      20 * service.SLOWER, tls and lab.tls, question.host, source)
        if number % 2:
            ask_idle(connection, question)
        idle.append((connection, question))
    return idle


def ask_idle(connection, question):
    connection.send(question.kept)
    answer = connection.answer()
    check(answer is not None, "an idle connection was closed")
    fault = question.fault(answer)
    check(not fault, "an idle connection: %s", fault)


def idle_scenario(seconds, tls):
    """A TLS connection takes three of the service's descriptors, so where there is HTTPS it counts
    on three for each."""
    room = raise_descriptors() - DESCRIPTORS_KEPT
    wanted = 10000 if seconds >= 10 else 500
    count = min(wanted, room // 3 if tls else room)
    with Lab(good=0, https=tls, http_connections=str(count + 100), http_timeout="600") as lab:
        lab.ask("tls" if tls else "plain")
        alone, cpu_alone = busy_rate(lab, max(1.0, seconds / 4))
        before = lab.memory()
        idle = open_idle(lab, count, tls)
        each = (lab.memory() - before) / count / 1024
        beside, cpu_beside = busy_rate(lab, max(1.0, seconds / 4))
        for connection, question in random.sample(idle, min(count, 300)):
            ask_idle(connection, question)  # also those that never asked
        for connection, _ in idle:
            connection.close()
        service.wait_until(lambda: lab.descriptors() < DESCRIPTORS_KEPT, 10, "all are closed")
        lab.start_good(1)
        lab.crowd.wait_answered(10)
        check(cpu_beside < 2 * cpu_alone + 20, "an answer takes %.0f us beside them, %.0f us alone",
              cpu_beside, cpu_alone)
    return "%d idle, %.1f kB each; one busy client gets %.0f answers/s beside them, %.0f alone; " \
        "an answer takes %.0f us of the processor, %.0f us alone" % (
            count, each, beside, alone, cpu_beside, cpu_alone)


def idle(seconds):
    return idle_scenario(seconds, False)


def idle_tls(seconds):
    return idle_scenario(seconds, True)


def come_and_go(seconds):
    """256 clients without keep-alive, a quarter of them over TLS."""
    with Lab(good=0) as lab:
        for number, source in enumerate(sources(256, 64)):
            tls = lab.tls if number % 4 == 0 else None
            client = crowd.Client(lab.site.port_tls if tls else lab.site.port, lab.questions,
                                  False, tls, source)
            client.start()
            lab.crowd.clients.append(client)
        time.sleep(seconds)
        lab.crowd.stop()
        tally = lab.crowd.tally()
    return "%s: %.0f a second" % (tally, tally.answered / seconds)


class Mixed(threading.Thread):
    """One of those that make up a day: any program, any domain, any transport."""

    def __init__(self, lab, domains, seed):
        super().__init__(daemon=True)
        self.lab, self.domains = lab, domains
        self.random = random.Random(seed)
        self.stopped = threading.Event()
        self.count = 0
        self.failures = []

    def run(self):
        while not self.stopped.is_set():
            try:
                self.visit()
            except (OSError, wire.WireError) as error:
                self.failures.append(repr(error))

    def visit(self):
        """A connection with one request or a few."""
        domain = self.random.choice(self.domains)
        tls = self.random.random() < 0.5
        name = "autoconfig." + self.lab.domains[0] if tls else None
        with crowd.Connection(self.lab.site.port_tls if tls else self.lab.site.port,
                              10 * service.SLOWER, tls and self.lab.tls, name) as connection:
            for _ in range(self.random.choice((1, 1, 1, 5))):
                method, target, body, statuses = self.request(domain, tls)
                connection.send(("%s %s HTTP/1.1\r\nHost: autoconfig.%s\r\nUser-Agent: %s\r\n"
                                 "Content-Length: %d\r\n\r\n" % (
                                     method, target, domain, self.agent(), len(body))).encode()
                                + body)
                answer = connection.answer(method)
                if answer is None:
                    raise wire.WireError("no answer to %s" % target)
                if answer.status not in statuses:
                    raise wire.WireError("%s for %s" % (answer.status, target))
                self.count += 1
                if answer.closes():
                    break

    def agent(self):
        return self.random.choice(("Mozilla/5.0 Thunderbird/128.0", "Microsoft Office/16.0",
                                   "curl/7.88.1", "AppleWebKit/605 x%d" % self.random.random()))

    def request(self, domain, tls):
        """(method, target, body, statuses); where there is HTTPS, plain HTTP leads there."""
        led = (200,) if tls else (200, 301, 302, 307, 308)
        address = "u%d%%40%s" % (self.random.randrange(1000000), domain)
        return self.random.choice((
            ("GET", "/mail/config-v1.1.xml?emailaddress=" + address, b"", (200,)),
            ("GET", "/mail/config-v1.1.xml?emailaddress=x%40unknown.example", b"", (404,)),
            ("POST", "/autodiscover/autodiscover.xml", (POX % domain).encode(), led),
            ("GET", "/autodiscover/autodiscover.json?Protocol=AutodiscoverV1&Email=" + address,
             b"", led),
            ("GET", "/mobileconfig?emailaddress=" + address, b"", (*led, 429)),
            ("GET", "/d/" + domain, b"", (*led, 429)),
            ("GET", "/wp-login.php", b"", (404, *led)),
        ))


def growth(samples):
    """Bytes of memory for each request, by least squares over (requests, bytes)."""
    n = len(samples)
    mean_x = sum(x for x, _ in samples) / n
    mean_y = sum(y for _, y in samples) / n
    spread = sum((x - mean_x) ** 2 for x, _ in samples)
    return sum((x - mean_x) * (y - mean_y) for x, y in samples) / spread


def day(seconds):
    """What a day's requests do to the memory, from as many as the seconds allow."""
    domains = ["d%d.example" % number for number in range(2000)]
    with Lab(seen_file="seen.db") as lab:
        lab.site.import_domains([(domain, "hosting") for domain in domains])
        service.wait_until(lambda: "domains: %d" % (len(domains) + len(lab.domains))
                           in lab.ready_text(), 10, "all domains are served")
        visitors = [Mixed(lab, domains, seed) for seed in range(8)]
        for visitor in visitors:
            visitor.start()
        samples = sample_memory(lab, visitors, seconds)
        for visitor in visitors:
            visitor.stopped.set()
        for visitor in visitors:
            visitor.join()
        failures = [failure for visitor in visitors for failure in visitor.failures]
        check(not failures, "%d failed: %s", len(failures), failures[:5])
        keeps_freed = lab.is_sanitized()
    requests = samples[-1][0]
    a_day = growth(samples) * DAY / (1 << 20)
    grown = (samples[-1][1] - samples[0][1]) / 1024
    check(grown < 2048 or a_day < 16 or keeps_freed,
          "%+.0f kB in %d requests: %+.0f MB a day", grown, requests, a_day)
    return "%d requests of all kinds: memory %.1f MB at the end, %+.0f kB since the first third; " \
        "%+.1f MB in %d requests, a day's (extrapolated)" % (
            requests, samples[-1][1] / (1 << 20), grown, a_day, DAY)


def sample_memory(lab, visitors, seconds):
    """(requests, bytes) after the first third, when all that is kept is kept."""
    samples = []
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        time.sleep(max(0.05, seconds / 100))
        if time.monotonic() - began > seconds / 3:
            samples.append((sum(visitor.count for visitor in visitors) + lab.crowd.answered(),
                            lab.memory()))
    return samples
