"""The requests of real programs, and of nobody's, against the real daemon: requests/README."""

import os
import time
import unittest

import facts
import request_file
import rules
import service

DIRECTORY = os.path.join(service.HERE, "requests")
DOMAINS = [
    ("kunde.example", "hosting"),
    ("xn--mller-kva.example", "hosting"),
    ("enterprise.example", "enterprise"),
    ("handed.example", "exchange"),
    ("starttls.example", "starttls"),
]
FOLLOW_UP = b"GET /-/health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"


def send(connection, request, data):
    """Sends a request as its program would; its answer, or None if the service closed."""
    if request.waits_for_continue:
        head, body = request.head_and_body()
        connection.send(head)
        until = time.monotonic() + connection.deadline
        while not connection.received.endswith(b"\r\n\r\n") and connection.receive(until):
            pass
        if connection.received.startswith(b"HTTP/1.1 100 "):
            connection.send(body)
    else:
        connection.send_while_reading(data)
    return connection.answer(request.method if data is request.data else "HEAD")


def in_many_forms(text):
    """How a text may come back: as it is, in capitals or small letters."""
    return {form.encode("utf-8") for form in (text, text.lower(), text.upper())}


class Corpus(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.site = service.Site(domains=DOMAINS)
        cls.daemon = service.Daemon(cls.site)
        cls.requests = request_file.load(DIRECTORY)

    @classmethod
    def tearDownClass(cls):
        status = cls.daemon.stop()
        log = cls.daemon.log()
        cls.site.remove()
        if status != 0:
            raise AssertionError("signpostd ended with %d:\n%s" % (status, log[-4000:]))
        for text in cls.texts_not_to_log():
            if text.lower() in log.lower():
                raise AssertionError("%r came into the log" % text)

    @classmethod
    def texts_not_to_log(cls):
        """All that must not come back, but for the names of our own domains."""
        ours = " ".join(domain for domain, _ in DOMAINS)
        texts = {text for request in cls.requests for text in request.never if text not in ours}
        return texts | {"anna.berg", "EVOLUTIONUSER", "geheim", "Basic "}

    def check_request(self, request):
        with self.daemon.connect() as connection:
            answer = send(connection, request, request.data)
            if answer is None:
                self.assertTrue(request.may_close, "closed without an answer")
                return
            self.check_answer(request, answer)
            if request.by_library:
                return
            self.check_follow_up(connection, answer)
        if request.has_head_twin:
            self.check_head_twin(request, answer)

    def check_answer(self, request, answer):
        self.assertIn(answer.status, request.statuses, (answer.headers, answer.body[:500]))
        for name, value in request.headers:
            self.assertEqual(answer.header(name), value, name)
        for name in request.absent:
            self.assertIsNone(answer.header(name), name)
        if request.media_type:
            self.assertEqual(answer.header("Content-Type"), request.media_type)
        if request.allow and answer.status == 405:
            self.assertEqual(set(answer.header("Allow").split(", ")), set(request.allow.split()))
        for text in request.never:
            for form in in_many_forms(text):
                self.assertNotIn(form, answer.head + b"\r\n\r\n" + answer.body)
        if request.must_close:
            self.assertTrue(answer.closes(), "Connection: close")
        if request.by_library:
            self.assertTrue(answer.status >= 400 and answer.closes())
            return
        self.check_content(request, answer)
        rules.check(answer, request.method)

    def check_content(self, request, answer):
        for path, value in request.facts:
            self.assertEqual(facts.find(answer, path), value, path)
        if request.answer:
            with open(os.path.join(DIRECTORY, request.answer), "rb") as file:
                expected = file.read()
            for name, value in request.values.items():
                expected = expected.replace(b"@%s@" % name.encode(), value.encode("utf-8"))
            self.assertEqual(facts.lines(request.media_type, answer.body),
                             facts.lines(request.media_type, expected))

    def check_follow_up(self, connection, answer):
        """What comes next on the connection is read as a request: nothing of this one is left."""
        if answer.closes():
            connection.finish()
            connection.end()
            return
        self.assertEqual(connection.received, b"", "bytes behind the answer")
        try:
            connection.send(FOLLOW_UP)
        except ConnectionError:
            pass
        following = connection.answer()
        if following is None and answer.status >= 400:
            return  # closed after a refusal
        self.assertIsNotNone(following, "closed without having said so")
        self.assertEqual(following.status, 200, "of the next request")
        connection.end()

    def check_head_twin(self, request, answer):
        with self.daemon.connect() as connection:
            twin = send(connection, request, b"HEAD" + request.data[3:])
            if twin is None:
                self.assertTrue(request.may_close, "HEAD: closed without an answer")
                return
            connection.finish()
            connection.end()
        ignored = ("date", "connection")
        self.assertEqual(twin.status, answer.status, "HEAD")
        self.assertEqual([h for h in twin.headers if h[0].lower() not in ignored],
                         [h for h in answer.headers if h[0].lower() not in ignored], "HEAD")

    def test_content_lengths(self):
        """The files themselves: a Content-Length is that of the body."""
        for request in self.requests:
            length = request.header("Content-Length")
            body = request.head_and_body()[1]
            if length is not None and body and not request.name.startswith("bad-"):
                self.assertEqual(length, str(len(body)), request.name)


class Clients(unittest.TestCase):
    """What the log calls the programs."""

    def test_log(self):
        site = service.Site(domains=DOMAINS, http_workers="1")
        self.addCleanup(site.remove)
        daemon = service.Daemon(site)
        requests = [each for each in request_file.load(DIRECTORY) if each.client]
        start = len(daemon.log())
        for request in requests:
            with daemon.connect() as connection:
                self.assertIsNotNone(send(connection, request, request.data), request.name)
        self.assertEqual(daemon.stop(), 0)
        lines = [line.split(" ") for line in daemon.log()[start:].splitlines()
                 if not line.startswith("signpostd: ")]
        lines = [line for line in lines if line[1] != "operations"]  # from before it was ready
        self.assertEqual([(line[2], int(line[3])) for line in lines],
                         [(request.client, request.statuses[0]) for request in requests])


def add_tests():
    for request in request_file.load(DIRECTORY):
        def test(self, request=request):
            self.check_request(request)
        test.__doc__ = "%s: %s (%s)" % (request.name, request.what, request.program)
        setattr(Corpus, "test_" + request.name.replace("-", "_").replace(".", "_"), test)


add_tests()

if __name__ == "__main__":
    unittest.main()
