"""Memory is used up: `ulimit -v` of the running service, lowered to what it has."""

import contextlib
import resource
import ssl
import time

import crowd
import service
import wire
from lab import Lab, Skip, check, raise_descriptors, sources
from many import POX

SLACK = 256 << 10  # bytes that it may still take
STEP = 128 << 10  # bytes, and then so many more, while it is told to reload
STEPS = 48


class Patient(crowd.Client):
    """May be refused, by a close before any answer or by 5xx; never gets half of one."""

    refused = 0
    documents = 0

    def ask(self, question):
        with self.patient_connection(question) as connection:
            if connection is None:
                return
            connection.send(self.request(question))
            answer = connection.answer()
            if answer is None or answer.status in (500, 503):
                self.refused += 1
                return
            self.check(question, answer)
            self.documents += 1

    def request(self, question):
        return question.single

    def patient_connection(self, question):
        try:
            return self.connect(question)
        except (ConnectionError, ssl.SSLError, TimeoutError):
            self.refused += 1
            return contextlib.nullcontext()


class PatientOutlook(Patient):
    """The same with XML in the question, which takes memory to read."""

    def request(self, question):
        body = POX % question.host.split(".", 1)[1]
        return ("POST /autodiscover/autodiscover.xml HTTP/1.1\r\nHost: %s\r\n"
                "Connection: close\r\nContent-Length: %d\r\n\r\n%s" % (
                    question.host, len(body), body)).encode()

    def check(self, question, answer):
        if answer.status != 200 or not answer.body.rstrip().endswith(b"</Autodiscover>"):
            raise wire.WireError("%d: %r" % (answer.status, answer.body[-300:]))


def patient_clients(lab):
    clients = []
    for number, source in enumerate(sources(48, 16)):
        kind, port, tls = ((Patient, lab.site.port, None),
                           (Patient, lab.site.port_tls, lab.tls),
                           (PatientOutlook, lab.site.port_tls, lab.tls))[number % 3]
        clients.append(kind(port, lab.questions, False, tls, source))
    return clients


def hold_under_way(lab, count):
    """Connections with a request that is not whole: each holds memory of the service."""
    held = []
    for number, source in enumerate(sources(count)):
        with contextlib.suppress(OSError):
            connection = crowd.Connection(lab.site.port, 2, source=source)
            connection.send(b"POST /autodiscover/autodiscover.xml HTTP/1.1\r\nHost: %s\r\n"
                            b"Content-Length: 16000\r\n\r\n" % lab.domains[number % 4].encode()
                            + b"x" * 8000)
            held.append(connection)
    return held


def check_running(lab):
    check(lab.is_running(), "it ended with %s while there was no memory:\n%s",
          lab.daemon.process.poll(), lab.tail())


def reload_at_every_step(lab, size):
    """Memory runs out at each place of a reload; how often it was refused."""
    refused = 0
    for step in range(STEPS):
        with lab.limited(resource.RLIMIT_AS, size + step * STEP):
            position = len(lab.daemon.log())
            lab.daemon.reload()
            try:
                told = lab.daemon.wait_log(r"(reloaded|reload failed)", position)
            except AssertionError:
                check_running(lab)
                raise
            refused += told.group(1) == "reload failed"
    return refused


def under_pressure(lab, seconds):
    """(answered, refused) of many clients without memory, and refused reloads."""
    with open("/proc/%d/statm" % lab.pid(), encoding="ascii") as file:
        size = int(file.read().split()[0]) * resource.getpagesize()
    clients = patient_clients(lab)
    with lab.limited(resource.RLIMIT_AS, size + SLACK):
        held = hold_under_way(lab, 1500)
        reloads = reload_at_every_step(lab, size)
    with lab.limited(resource.RLIMIT_AS, size + SLACK):
        for client in clients:
            client.start()
        time.sleep(seconds)
        check_running(lab)
    for connection in held:
        connection.close()
    for client in clients:
        client.stopped.set()
    for client in clients:
        client.join()
    failures = [text for client in clients for text in client.tally.failures]
    check(not failures, "half or wrong: %s\n%s", failures[:5], lab.tail())
    return (sum(client.documents for client in clients),
            sum(client.refused for client in clients), reloads)


def recovered(lab):
    try:
        for _ in range(3):
            lab.ask("plain")
            lab.ask("tls")
        return True
    except (OSError, wire.WireError):
        return False


def memory(seconds):
    """Of one arena: each further one reserves 64 MB, which would have to be used up first."""
    raise_descriptors()
    with Lab(good=0, http_timeout="5", wrap=["env", "MALLOC_ARENA_MAX=1"]) as lab:
        if lab.is_sanitized():
            raise Skip("a sanitizer takes all of the address space")
        lab.ask("plain")
        lab.ask("tls")
        answered, refused, reloads = under_pressure(lab, seconds)
        began = time.monotonic()
        service.wait_until(lambda: recovered(lab), 10, "it answers again\n" + lab.tail())
        took = time.monotonic() - began
        position = len(lab.daemon.log())
        lab.daemon.reload()
        lab.daemon.wait_log("reloaded", position)
        lab.start_good(2)
        lab.crowd.wait_answered(50)
    return "%d answered and %d refused without memory, none half; %d of %d reloads refused; " \
        "all are answered %.1f s after there is some" % (answered, refused, reloads, STEPS, took)
