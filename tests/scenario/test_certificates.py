"""Certificates in their folders: put there by the hooks of ACME clients, judged by signpost check,
served by the daemon."""

import contextlib
import grp
import os
import shutil
import socket
import ssl
import stat
import subprocess
import tempfile
import time
import unittest

import service
from certificates import DAY
from service_test import ServiceTest
from tls_site import TlsAuthority, TlsSite

HOOKS = os.path.join(service.SOURCE, "packaging", "hooks")
GROUP = grp.getgrgid(os.getgid()).gr_name
SHARED = {}


def setUpModule():
    SHARED["root"] = tempfile.mkdtemp(prefix="signpost-hooks-")
    authority = SHARED["authority"] = TlsAuthority(os.path.join(SHARED["root"], "ca"))
    SHARED["first"] = authority.issue_names("first", "kunde.example", "*.kunde.example")
    SHARED["second"] = authority.issue_names("second", "kunde.example", "*.kunde.example",
                                             kind="rsa")


def tearDownModule():
    shutil.rmtree(SHARED["root"])


def put(path, data):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(data)
    return path


def read(path):
    with open(path, "rb") as file:
        return file.read()


class HookTest(unittest.TestCase):
    """The hooks as their clients run them: the variables and files of certbot 2.1, lego 4.9 and
    uacme 1.7."""

    def setUp(self):
        self.root = tempfile.mkdtemp(prefix="signpost-hook-")
        self.addCleanup(shutil.rmtree, self.root)
        self.certificates = os.path.join(self.root, "etc", "certificates")
        os.mkdir(os.path.dirname(self.certificates))

    def run_hook(self, hook, *arguments, status=0, program=None, **variables):
        done = subprocess.run(
            [program or os.path.join(HOOKS, hook), *arguments], cwd=self.root, check=False,
            env={"PATH": os.environ["PATH"], "SIGNPOST_CERTIFICATES": self.certificates,
                 "SIGNPOST_GROUP": GROUP, **variables},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.assertEqual((done.returncode, done.stdout), (status, ""), done.stderr)
        return done.stderr

    def expect(self, folder, pair):
        """The folder holds the pair and nothing else, for the group to read."""
        path = os.path.join(self.certificates, folder)
        self.assertEqual(sorted(os.listdir(path)), ["fullchain.pem", "privkey.pem"])
        for name, data in zip(("fullchain.pem", "privkey.pem"), pair):
            info = os.stat(os.path.join(path, name))
            self.assertEqual(read(os.path.join(path, name)), data)
            self.assertEqual((stat.S_IMODE(info.st_mode), info.st_gid), (0o640, os.getgid()))
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o2750)

    def certbot(self, name, pair, number, **more):
        """What certbot leaves, links to numbered files, and its hook."""
        live = os.path.join(self.root, "letsencrypt", "live", name)
        os.makedirs(live, exist_ok=True)
        for kind, data in zip(("fullchain", "privkey"), pair):
            put(os.path.join(self.root, "letsencrypt", "archive", name,
                             "%s%d.pem" % (kind, number)), data)
            link = os.path.join(live, kind + ".pem")
            with contextlib.suppress(FileNotFoundError):
                os.unlink(link)
            os.symlink("../../archive/%s/%s%d.pem" % (name, kind, number), link)
        return self.run_hook("certbot", RENEWED_LINEAGE=live,
                             RENEWED_DOMAINS="kunde.example *.kunde.example", **more)

    def lego(self, domain, pair):
        """Its names of files have "_" for "*", its variables do not."""
        base = os.path.join(".lego", "certificates", domain.replace("*", "_"))
        put(os.path.join(self.root, base + ".crt"), pair[0])
        put(os.path.join(self.root, base + ".key"), pair[1])
        return self.run_hook("lego", LEGO_ACCOUNT_EMAIL="anna@hosting.example",
                             LEGO_CERT_DOMAIN=domain, LEGO_CERT_PATH=base + ".crt",
                             LEGO_CERT_KEY_PATH=base + ".key")

    def uacme(self, argument, folder, pair):
        confdir = os.path.join(self.root, "uacme")
        put(os.path.join(confdir, folder, "cert.pem"), pair[0])
        put(os.path.join(confdir, "private", folder, "key.pem"), pair[1])
        return self.run_hook("uacme", argument, UACME_CONFDIR=confdir)

    def test_certbot(self):
        self.certbot("kunde.example", SHARED["first"], 1)
        self.expect("kunde.example", SHARED["first"])
        self.certbot("kunde.example", SHARED["second"], 2)
        self.expect("kunde.example", SHARED["second"])

    def test_certbot_by_a_link(self):
        """As an admin puts it into renewal-hooks/deploy."""
        link = os.path.join(self.root, "signpost")
        os.symlink(os.path.join(HOOKS, "certbot"), link)
        self.certbot("kunde.example-0001", SHARED["first"], 1, program=link)
        self.expect("kunde.example-0001", SHARED["first"])

    def test_lego(self):
        self.lego("kunde.example", SHARED["first"])
        self.expect("kunde.example", SHARED["first"])
        self.lego("*.kunde.example", SHARED["second"])
        self.expect("_.kunde.example", SHARED["second"])

    def test_uacme(self):
        self.uacme("kunde.example", "kunde.example", SHARED["first"])
        self.expect("kunde.example", SHARED["first"])
        self.uacme("*.kunde.example", "kunde.example", SHARED["second"])
        self.expect("kunde.example", SHARED["second"])

    def test_what_is_wrong_changes_nothing(self):
        self.uacme("kunde.example", "kunde.example", SHARED["first"])
        chain, key = (put(os.path.join(self.root, name), data)
                      for name, data in zip(("chain", "key"), SHARED["second"]))
        empty = put(os.path.join(self.root, "empty"), b"")
        for arguments, status in (
                (("kunde.example", chain, os.path.join(self.root, "none")), 1),
                (("kunde.example", empty, key), 1),
                (("kunde.example", chain), 2),
                (("", chain, key), 2),
                (("..", chain, key), 2),
                (("../kunde.example", chain, key), 2),
                (("a/b", chain, key), 2),
                ((".hidden", chain, key), 2)):
            self.assertNotEqual(self.run_hook("install-certificate", *arguments, status=status), "")
            self.expect("kunde.example", SHARED["first"])
        self.run_hook("install-certificate", "kunde.example", chain, key, status=1,
                      SIGNPOST_GROUP="no-such-group")
        self.expect("kunde.example", SHARED["first"])
        self.assertEqual(os.listdir(self.certificates), ["kunde.example"])


class CheckTest(unittest.TestCase):
    def test_findings(self):
        site = service.Site()
        self.addCleanup(site.remove)
        site.set("listen", "https", "127.0.0.1:%d" % service.free_port())
        done = site.signpost("check", check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("error: [tls] certificates: not set, but [listen] https is, so the service "
                      "does not start: name the directory with the certificates, or take "
                      "[listen] https out\n", done.stdout)
        site.set("tls", "certificates", "certificates")
        directory = os.path.join(site.directory, "certificates")
        self.assertIn("error: %s: No such file or directory; [tls] certificates\n" % directory,
                      site.signpost("check", check=False).stdout)
        old = SHARED["authority"].issue_names("old", "old.example", begin=-90 * DAY, end=-DAY)
        for folder, pair in (("good.example", SHARED["first"]), ("old.example", old),
                             ("mixed.example", (SHARED["first"][0], SHARED["second"][1]))):
            for name, data in zip(("fullchain.pem", "privkey.pem"), pair):
                os.chmod(put(os.path.join(directory, folder, name), data), 0o640)
        os.chmod(os.path.join(directory, "good.example", "privkey.pem"), 0o644)
        done = site.signpost("check", check=False)
        self.assertEqual(done.returncode, 1)
        found = [line for line in done.stdout.splitlines() if directory in line]
        self.assertEqual(len(found), 3, done.stdout)
        self.assertIn("warning: %s/good.example/privkey.pem: its mode 0644" % directory, found[0])
        self.assertIn("mixed.example/privkey.pem is not this certificate's", found[1])
        self.assertIn("error: %s/old.example/fullchain.pem: the certificate expired at" % directory,
                      found[2])


class ServedTest(ServiceTest):
    """In the daemon: renewed, half renewed, new, gone, and none of it after a reload."""

    def setUp(self):
        self.site = TlsSite(["kunde.example", "praxis.example"])
        self.daemon = service.Daemon(self.site)
        self.addCleanup(self.daemon.stop)

    def served(self, name):
        """The certificate for a name, DER, or None."""
        with socket.create_connection(("127.0.0.1", self.site.port_tls), 10) as plain:
            try:
                with self.site.tls_context().wrap_socket(plain, server_hostname=name) as secure:
                    return secure.getpeercert(True)
            except (ssl.SSLError, ConnectionError):
                return None

    def on_disk(self, domain):
        text = read(os.path.join(self.site.certificates, domain, "fullchain.pem")).decode()
        end = "-----END CERTIFICATE-----\n"
        return ssl.PEM_cert_to_DER_cert(text[:text.index(end) + len(end)])

    def test_follows_the_files(self):
        names = ["kunde.example", "autoconfig.kunde.example", "autodiscover.kunde.example"]
        first = self.on_disk("kunde.example")
        self.assertEqual([self.served(name) for name in names], [first] * 3)
        self.assertIsNone(self.served("mail.kunde.example"))
        self.assertIsNone(self.served("new.example"))

        began = time.monotonic()
        self.site.put_certificate("kunde.example", kind="rsa")
        renewed = self.on_disk("kunde.example")
        service.wait_until(lambda: self.served(names[0]) == renewed, 60, "the renewed one")
        self.assertLess(time.monotonic() - began, 60)
        self.site.put_certificate("new.example")
        self.assertEqual(self.served("autoconfig.new.example"), self.on_disk("new.example"))

        # half of a pair: what was there stays, and the other domain is not touched
        start = len(self.daemon.log())
        os.unlink(os.path.join(self.site.certificates, "kunde.example", "privkey.pem"))
        self.daemon_asks(names[0], renewed, start)
        self.assertEqual(self.served("praxis.example"), self.on_disk("praxis.example"))

        shutil.rmtree(os.path.join(self.site.certificates, "kunde.example"))
        service.wait_until(lambda: self.served(names[0]) is None, 60, "it is gone")

    def daemon_asks(self, name, expected, start):
        """Asks until the log tells that the files cannot be used; each time it is the old one."""
        def told():
            self.assertEqual(self.served(name), expected)
            return "stays in use" in self.daemon.log()[start:]
        service.wait_until(told, 60, "a line in the log")


if __name__ == "__main__":
    unittest.main()
