"""TLS in the daemon, as clients speak it: names, versions, sessions, answers, endings."""

import copy
import os
import ssl
import subprocess
import time
import unittest
import warnings

import certificates
import service
import tls_records
import tls_site
from service_test import AUTOCONFIG, POX, POX_BODY, request
from tls_records import RawTls, client_context
from tls_test import NAME, TlsTest

SITE_HOST = "setup.hosting.example"
VERSIONS = (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)
PROTOCOL_VERSION = 70  # an alert
LOGO = (b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0' +
        b"l1 1" * 15 * 1024 + b'"/></svg>')


class Names(TlsTest):
    """Which certificate for which name."""

    @classmethod
    def prepare(cls):
        cls.put_names(SITE_HOST, SITE_HOST)
        cls.put_names("rsa.example", "rsa.example", kind="rsa")
        cls.put_names("both.example", "both.example", kind="rsa")
        cls.put_names("both.example-ecdsa", "both.example")

    def test_forms_of_a_name(self):
        for name in (NAME, NAME.upper(), "AutoConfig.Kunde.Example", NAME + ".",
                     NAME.upper() + "."):
            for version in VERSIONS:
                with self.subTest(name=name, version=version), \
                        self.connect(name, version) as connection:
                    self.assertIn(NAME, self.names_of(connection))
                    self.check_answer(connection)

    def test_without_a_name(self):
        for version in VERSIONS:
            with self.connect(None, version) as connection:
                self.assertEqual(self.names_of(connection), {SITE_HOST})
                self.check_answer(connection)

    def test_unknown_names(self):
        for name in ("nobody.example", "deep.autoconfig.kunde.example", "example", "localhost",
                     "a" * 60, "*.kunde.example", "xn--strae-oqa.example", "_",
                     "..", "kunde.example.."):
            for version in VERSIONS:
                with self.subTest(name=name, version=version):
                    self.check_unknown(name, version)

    def check_unknown(self, name, version):
        """The name is put into a hello with one of the same length: no library asks for all."""
        placeholder = "z" * len(name)
        hello = self.hello(placeholder, version)
        size = len(name).to_bytes(2, "big")
        data = hello.step().replace(size + placeholder.encode(), size + name.encode())
        self.assertIn(name.encode(), data)
        hello.step = lambda: data
        self.check_alert(hello, tls_records.UNRECOGNIZED_NAME)

    def test_address_as_a_name(self):
        """It is no host name (RFC 6066 3), and no certificate has it."""
        for name in ("127.0.0.1", "::1", "192.0.2.200"):
            for version in VERSIONS:
                self.check_unknown(name, version)

    def test_alert_on_the_wire(self):
        hello = self.hello("nobody.example")
        self.check_alert(hello, tls_records.UNRECOGNIZED_NAME)
        self.assertEqual(hello.raw[:1] + hello.raw[3:], bytes([21, 0, 2, 2, 112]))

    def test_kinds_of_keys(self):
        """ECDSA is preferred, RSA for whom has nothing else."""
        for name, ciphers, wanted in (("rsa.example", "ECDHE+AESGCM", "ECDHE-RSA"),
                                      ("both.example", "ECDHE+AESGCM", "ECDHE-ECDSA"),
                                      ("both.example", "ECDHE-RSA-AES128-GCM-SHA256",
                                       "ECDHE-RSA"),
                                      ("both.example", "ECDHE-RSA-AES128-SHA", "ECDHE-RSA"),
                                      (NAME, "ECDHE+AESGCM", "ECDHE-ECDSA")):
            context = client_context(self.authority, ssl.TLSVersion.TLSv1_2)
            context.set_ciphers(ciphers)
            with self.connect(name, context=context) as connection:
                self.assertEqual(connection.tls.cipher()[0][:len(wanted)], wanted)
                self.check_answer(connection)

    def test_fallback_of_the_name_server(self):
        """Without a certificate of the site's host that of dns.service counts."""
        site = tls_site.TlsSite(["kunde.example"], dns_service=NAME)
        self.addCleanup(site.remove)
        daemon = service.Daemon(site)
        self.addCleanup(daemon.stop)
        with RawTls(site.port_tls, self.unnamed(site), None).shake_hands() as connection:
            self.assertIn(NAME, self.names_of(connection))

    def unnamed(self, site):
        context = client_context(site.authority.path("root.pem"))
        context.check_hostname = False
        return context


class Handshakes(TlsTest):
    """Versions, extensions, sessions."""

    keys = {"http_workers": "2"}

    def openssl(self, *arguments, given=b"", timeout=10):
        """(status, output) of openssl s_client."""
        done = subprocess.run(
            ["openssl", "s_client", "-connect", "127.0.0.1:%d" % self.site.port_tls, "-servername",
             NAME, "-CAfile", self.authority, *arguments], input=given, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=timeout * service.SLOWER)
        return done.returncode, done.stdout

    def test_versions(self):
        for version in VERSIONS:
            with self.connect(version=version) as connection:
                self.check_answer(connection)

    def test_old_versions(self):
        for version in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1):
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname = False
            context.set_ciphers("ALL:@SECLEVEL=0")
            with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
                context.minimum_version = ssl.TLSVersion.TLSv1
                context.maximum_version = version
            self.check_alert(self.hello(context=context), PROTOCOL_VERSION)

    def test_application_protocols(self):
        for offered, chosen in ((["http/1.1"], "http/1.1"), (["h2", "http/1.1"], "http/1.1"),
                                (["h2"], None), (["http/1.0"], None), (["x"] * 40, None),
                                (None, None)):
            for version in VERSIONS:
                context = client_context(self.authority, version)
                if offered:
                    context.set_alpn_protocols(offered)
                with self.connect(context=context) as connection:
                    self.assertEqual(connection.tls.selected_alpn_protocol(), chosen)
                    self.check_answer(connection)

    def resume(self, session, context):
        with self.connect(context=context, session=session) as connection:
            self.assertTrue(connection.tls.session_reused)
            self.check_answer(connection)

    def test_tickets(self):
        """Good for every worker, and after a reload."""
        for version in VERSIONS:
            context = client_context(self.authority, version)
            with self.connect(context=context) as connection:
                self.check_answer(connection)
                session = connection.tls.session
            self.assertTrue(session.has_ticket)
            for _ in range(10):
                self.resume(session, context)
            start = len(self.daemon.log())
            self.daemon.reload()
            self.daemon.wait_log("reloaded", start)
            for _ in range(4):
                self.resume(session, context)

    def test_foreign_ticket(self):
        """One that nobody here has made is passed over."""
        for version in VERSIONS:
            context = client_context(self.authority, version)
            with self.connect(context=context) as connection:
                self.check_answer(connection)
                session = connection.tls.session
            other = self.hello(context=context, session=session)
            data = bytearray(other.step())
            data[-60:-50] = bytes(10)  # within the ticket or its proof
            other.send_raw(bytes(data))
            self.assertTrue(other.receive_raw(time.monotonic() + other.deadline))
            other.close()
            self.resume(session, context)

    def test_no_early_data(self):
        with self.connect(version=ssl.TLSVersion.TLSv1_3) as connection:
            self.check_answer(connection)
        path = os.path.join(self.site.root, "session")
        status, _ = self.openssl("-tls1_3", "-sess_out", path, "-ign_eof",
                                 given=request(NAME, headers=["Connection: close"]))
        self.assertEqual(status, 0)
        text = certificates.openssl("sess_id", "-in", path, "-noout", "-text").decode()
        self.assertRegex(text, r"(?m)^ *Max Early Data: 0$")

    def test_no_renegotiation(self):
        _, output = self.openssl("-tls1_2", given=b"R\n")
        self.assertIn(b"no renegotiation", output)

    def test_no_compression(self):
        _, output = self.openssl("-tls1_2", "-comp")
        self.assertIn(b"Compression: NONE", output)

    def test_handshake_in_pieces(self):
        """However the bytes come, and with the request behind the last of them."""
        for version in VERSIONS:
            with self.hello(version=version) as connection:
                def send(data, to=connection):
                    for position in range(0, len(data), 7):
                        to.send_raw(data[position:position + 7])
                connection.shake_hands(send)
                data = connection.sealed(request(NAME))
                send(data)
                self.assertEqual(connection.answer().status, 200)

    def test_request_with_the_handshake(self):
        """The last bytes of the handshake and the first request in one packet."""
        with self.hello(version=ssl.TLSVersion.TLSv1_3) as connection:
            kept = []
            until = time.monotonic() + connection.deadline
            connection.send_raw(connection.step())
            while not kept:
                connection.receive_raw(until)
                data = connection.step()
                if data and connection.tls.version() and self.is_over(connection):
                    kept.append(data)
            connection.send_raw(kept[0] + connection.sealed(request(NAME) * 3))
            for _ in range(3):
                self.assertEqual(connection.answer().status, 200)

    def is_over(self, connection):
        try:
            connection.tls.do_handshake()
            return True
        except ssl.SSLWantReadError:
            return False


class Answers(TlsTest):
    """What is answered over TLS is what is answered without it."""

    @classmethod
    def prepare(cls):
        path = os.path.join(cls.site.directory, "logo.svg")
        with open(path, "wb") as file:
            file.write(LOGO)
        cls.site.set("site", "logo", path)
        cls.site.set("http", "requests_per_connection", "50")
        cls.plain_site = copy.copy(cls.site)
        cls.plain_site.root = os.path.join(cls.site.root, "plain")
        os.mkdir(cls.plain_site.root)
        cls.plain_site.configuration = os.path.join(cls.site.directory, "plain.conf")
        with open(cls.site.configuration, encoding="utf-8") as file:
            text = file.read()
        cls.plain_site.port = service.free_port()
        text = service.set_key(text, "listen", "https", "")
        text = service.set_key(text, "listen", "http", "127.0.0.1:%d" % cls.plain_site.port)
        with open(cls.plain_site.configuration, "w", encoding="utf-8") as file:
            file.write(text)
        cls.plain = service.Daemon(cls.plain_site)
        cls.addClassCleanup(cls.plain.stop)

    def test_same_as_plain(self):
        link = self.site.signpost("link", "anna@kunde.example").stdout.strip()
        kinds = ((NAME, AUTOCONFIG), ("kunde.example", "/.well-known/autoconfig" + AUTOCONFIG),
                 ("unknown.example", AUTOCONFIG), ("autodiscover.kunde.example", POX),
                 ("kunde.example", "/autodiscover/autodiscover.json?Email=a@kunde.example"
                                   "&Protocol=AutodiscoverV1"),
                 ("ua-auto-config.kunde.example", "/.well-known/user-agent-configuration.json"),
                 ("kunde.example", "/.well-known/caldav"),
                 ("mta-sts.kunde.example", "/.well-known/mta-sts.txt"),
                 (SITE_HOST, "/"), (SITE_HOST, "/page.css"), (SITE_HOST, "/page.js"),
                 (SITE_HOST, "/logo"), (SITE_HOST, "/d/kunde.example"),
                 (SITE_HOST, "/" + link.split("/", 3)[3]), (SITE_HOST, "/nothing"),
                 ("kunde.example", "/-/health"), ("kunde.example", "/" + "x" * 2100))
        for host, target in kinds:
            for method in ("GET", "HEAD", "PUT"):
                self.check_same(request(host, target, method), method)
        self.check_same(request("autodiscover.kunde.example", POX, "POST", POX_BODY), "POST")
        self.check_same(request("kunde.example", POX, "POST", b"x" * 20000), "POST")
        self.check_same(b"GET / HTTP/1.1\r\n\r\n", "GET")
        self.check_same(b"nonsense\r\n\r\n", "GET")

    def check_same(self, data, method):
        with self.subTest(data[:100]), self.connect() as secure, self.plain.connect() as plain:
            secure.send(data)
            plain.send(data)
            got, wanted = secure.answer(method), plain.answer(method)
            if got is None or wanted is None:
                self.assertIs(got, wanted)
                return
            self.assertEqual((got.status, self.headers(got), got.body),
                             (wanted.status, self.headers(wanted), wanted.body))

    def headers(self, answer):
        return [(name, value) for name, value in answer.headers
                if name not in ("Date", "Strict-Transport-Security")]

    def test_autodiscover_on_both_ports(self):
        """In full over TLS, a redirection without."""
        data = request("autodiscover.kunde.example", POX, "POST", POX_BODY)
        with self.connect() as secure, self.daemon.connect() as plain:
            secure.send(data)
            plain.send(data)
            answer = secure.answer("POST")
            self.assertEqual(answer.status, 200)
            self.assertIn(b"<Server>mail.hosting.example</Server>", answer.body)
            answer = plain.answer("POST")
            self.assertEqual((answer.status, answer.header("Location")[:30]),
                             (302, "https://setup.hosting.example/"))

    def test_keep_alive(self):
        for version in VERSIONS:
            with self.connect(version=version) as connection:
                for number in range(50):
                    self.check_answer(connection)
                self.check_end_of(connection)

    def test_pipelining(self):
        """Several requests in a record, and in many at once; answers in their order."""
        page = request(SITE_HOST, "/d/kunde.example")
        kinds = (("GET", request(NAME)), ("POST", request("kunde.example", POX, "POST", POX_BODY)),
                 ("HEAD", request(NAME, method="HEAD")), ("GET", page),
                 ("GET", request("autoconfig.unknown.example")))
        wanted = [200, 200, 200, 200, 404] * 4
        for one_record in (True, False):
            with self.subTest(one_record), self.connect() as connection:
                parts = [data for _, data in kinds] * 4
                if one_record:
                    connection.send(b"".join(parts))
                else:
                    connection.send_raw(b"".join(connection.sealed(part) for part in parts))
                answers = [connection.answer(method) for method, _ in kinds * 4]
                self.assertEqual([answer.status for answer in answers], wanted)

    def test_body_in_pieces(self):
        data = request("autodiscover.kunde.example", POX, "POST", POX_BODY)
        for size in (1, 100):
            with self.connect() as connection:
                for position in range(0, len(data), size):
                    connection.send(data[position:position + size])
                self.assertEqual(connection.answer("POST").status, 200)

    def test_expected_body(self):
        """A client that waits to be told that its body is wanted."""
        data = request("autodiscover.kunde.example", POX, "POST", POX_BODY,
                       ["Expect: 100-continue"])
        head = data[:-len(POX_BODY)]
        with self.connect() as connection:
            connection.send(head)
            until = time.monotonic() + connection.deadline
            while b"\r\n\r\n" not in connection.received:
                self.assertTrue(connection.receive(until))
            connection.send(POX_BODY)
            answer = connection.answer("POST")
            self.assertEqual((answer.interim, answer.status), ([100], 200))

    def test_large_answers(self):
        for method, wanted in (("GET", LOGO), ("HEAD", b"")):
            with self.connect() as connection:
                for _ in range(3):
                    connection.send(request(SITE_HOST, "/logo", method))
                    answer = connection.answer(method)
                    self.assertEqual((answer.status, answer.body), (200, wanted))
                    self.assertEqual(answer.header("Content-Length"), str(len(LOGO)))

    def test_slow_but_steady_reader(self):
        """More answers than all buffers hold, read late: every one whole."""
        with self.connect() as connection:
            connection.send(request(SITE_HOST, "/logo") * 49)
            for _ in range(49):
                self.assertEqual(connection.answer().body, LOGO)

    def test_too_long_body(self):
        """The answer comes whole to a client that first sends everything, and no reset behind it,
        which would take it away from some."""
        for target in (POX, "/"):
            for size in (20 * 1024, 100 * 1024, 200 * 1024):
                with self.subTest(target=target, size=size), self.connect() as connection:
                    connection.send(request("kunde.example", target, "POST", b"x" * size))
                    answer = connection.answer("POST")
                    self.assertEqual((answer.status, answer.closes()), (413, True))
                    self.check_end_of(connection)

    def test_far_too_long_body(self):
        with self.connect() as connection:
            data = request("kunde.example", POX, "POST", b"x" * 1024 * 1024)
            connection.send_while_reading(connection.sealed(data))
            connection.socket.setblocking(True)
            connection.incoming.write(connection.received)
            connection.received = b""
            answer = connection.answer("POST")
            self.assertEqual((answer.status, answer.closes()), (413, True))

    def test_connection_close(self):
        for version in VERSIONS:
            for target, host in ((AUTOCONFIG, NAME), ("/logo", SITE_HOST)):
                with self.connect(version=version) as connection:
                    connection.send(request(host, target, headers=["Connection: close"]))
                    answer = connection.answer()
                    self.assertEqual((answer.status, answer.closes()), (200, True))
                    self.check_end_of(connection)

    def test_half_closed(self):
        """A client that says that it is done, in TLS or below it, gets its answer."""
        for in_tls in (True, False):
            for data in (request(NAME), request("kunde.example", POX, "POST", POX_BODY),
                         request(SITE_HOST, "/logo")):
                with self.subTest(in_tls=in_tls), self.connect() as connection:
                    data = connection.sealed(data)
                    if in_tls:
                        data += self.close_notify(connection)
                    connection.send_raw(data)
                    if not in_tls:
                        connection.finish()
                    self.assertEqual(connection.answer().status, 200)
                    start = time.monotonic()
                    self.check_end_of(connection)
                    self.assertLess(time.monotonic() - start, 2 * service.SLOWER)

    def close_notify(self, connection):
        try:
            connection.tls.unwrap()
        except ssl.SSLWantReadError:
            pass
        return connection.outgoing.read()

    def test_curl(self):
        done = subprocess.run(
            ["curl", "-sS", "--cacert", self.authority, "--resolve",
             "%s:%d:127.0.0.1" % (NAME, self.site.port_tls), "-d", "@-",
             "https://%s:%d%s" % (NAME, self.site.port_tls, POX)], input=POX_BODY, check=True,
            stdout=subprocess.PIPE)
        self.assertIn(b"<Server>mail.hosting.example</Server>", done.stdout)

    def test_key_updates(self):
        """A client may change its keys whenever it likes, and ask for ours."""
        with self.sealing() as connection:
            for number in range(10):
                connection.send_raw(connection.sealer.key_update(number % 2 == 0))
                connection.send(request(NAME))
                self.assertEqual(connection.answer().status, 200)


if __name__ == "__main__":
    unittest.main()
