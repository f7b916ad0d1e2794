"""What the tests of TLS share: a site with certificates, and connections to it."""

import os
import time
import unittest

import service
import tls_site
from service_test import request
from tls_records import RawTls, SealingTls, client_context

NAME = "autoconfig.kunde.example"


class TlsTest(unittest.TestCase):
    """One site and daemon for all tests of a class."""

    keys = {}

    @classmethod
    def setUpClass(cls):
        cls.site = tls_site.TlsSite(["kunde.example", "zwei.example"], **cls.keys)
        cls.addClassCleanup(cls.site.remove)
        cls.prepare()
        cls.daemon = service.Daemon(cls.site)
        cls.addClassCleanup(cls.check_end)
        cls.authority = cls.site.authority.path("root.pem")

    @classmethod
    def prepare(cls):
        """What the site has more."""

    @classmethod
    def check_end(cls):
        status = cls.daemon.stop()
        if status != 0:
            raise AssertionError("ended with %d: %s" % (status, cls.daemon.log()[-2000:]))

    @classmethod
    def put_names(cls, folder, *names, **more):
        """A certificate in a folder of its own."""
        pair = cls.site.authority.issue_names(folder.replace("*", "any"), *names, **more)
        os.mkdir(os.path.join(cls.site.certificates, folder))
        for file_name, data in zip(("fullchain.pem", "privkey.pem"), pair):
            with open(os.path.join(cls.site.certificates, folder, file_name), "wb") as file:
                file.write(data)

    def connect(self, name=NAME, version=None, **more):
        """A connection after its handshake."""
        hello = self.hello(name, version, **more)
        try:
            return hello.shake_hands()
        except BaseException:
            hello.close()
            raise

    def hello(self, name=NAME, version=None, context=None, **more):
        """A connection before its handshake."""
        if not context:
            context = client_context(self.authority, version)
            context.check_hostname = False  # whose certificate it is look tests at themselves
        return RawTls(self.site.port_tls, context, name, 10.0 * service.SLOWER, **more)

    def sealing(self):
        return SealingTls(self.site.port_tls, self.authority, NAME, 10.0 * service.SLOWER)

    def names_of(self, connection):
        return {value for _, value in connection.tls.getpeercert()["subjectAltName"]}

    def check_answer(self, connection, data=request(NAME)):
        connection.send(data)
        self.assertEqual(service.autoconfig_server(connection.answer()), "mail.hosting.example")

    def check_end_of(self, connection):
        """In order: close_notify, then the end, no reset."""
        connection.end()
        self.assertTrue(connection.closed_by_notify)
        until = time.monotonic() + connection.deadline
        while connection.receive_raw(until):
            pass
        self.assertFalse(connection.was_reset)

    def check_alert(self, connection, alert):
        """The hello is answered by that alert alone, and at once."""
        start = time.monotonic()
        connection.send_raw(connection.step())
        while connection.receive_raw(start + connection.deadline):
            pass
        self.assertLess(time.monotonic() - start, 0.5 * service.SLOWER)
        self.assertEqual((connection.alert(), len(connection.raw)), (alert, 7), connection.raw)
        self.assertFalse(connection.was_reset)
        connection.close()
