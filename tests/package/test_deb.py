"""The Debian package from its building to its purge, in a Debian without anything else in it.

Needs root: debootstrap does. What runs in the root has a loopback of its own, so it is asked on the
port that the packaged configuration has. systemd does not run there: the service is started as
its unit says, but by hand.

SIGNPOST_SOURCE  the source tree
SIGNPOST_CACHE   where debootstrap keeps the packages that it has fetched
"""

import glob
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import unittest

import hardening
from clean_root import ENVIRONMENT, CleanRoot, leave_network

SCENARIO = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "scenario")
sys.path.insert(0, SCENARIO)
import wire  # noqa: E402  it lies there
from service import set_key, wait_until  # noqa: E402

SOURCE = os.environ["SIGNPOST_SOURCE"]
CACHE = os.environ["SIGNPOST_CACHE"]
FOLDER = os.environ.get("SIGNPOST_PACKAGE_FOLDER")  # set in the namespace
NEEDED = ("debootstrap", "dpkg-buildpackage", "lintian", "unshare")
PORT = 8080
CONFIGURATION = "/etc/signpost/signpost.conf"
SAMPLE = "/usr/share/doc/signpost/examples/providers/smartermail.xml"
ADDRESS = "anna@kunde.example"

# After the first installation: owner, group and mode.
MADE = {
    "/etc/signpost": ("root", "signpost", 0o2750),
    "/etc/signpost/links.keys": ("signpost", "signpost", 0o600),
    "/etc/signpost/providers": ("root", "signpost", 0o2750),
    "/etc/signpost/signpost.conf": ("root", "signpost", 0o640),
    "/etc/signpost/signpost.db": ("root", "signpost", 0o640),
    "/etc/signpost/zones": ("root", "signpost", 0o2750),
    "/var/lib/signpost": ("signpost", "signpost", 0o700),
}
SHIPPED = [
    "/lib/systemd/system/signpostd.service",
    "/lib/systemd/system/signpostd-http.socket",
    "/lib/systemd/system/signpostd-https.socket",
    "/lib/systemd/system/signpost-certificates.service",
    "/lib/systemd/system/signpost-certificates.timer",
    "/usr/bin/signpost",
    "/usr/sbin/signpostd",
    "/usr/share/doc/signpost/README.Debian",
    "/usr/share/doc/signpost/operations.md.gz",
    "/usr/share/signpost/hooks/certbot",
    "/usr/share/signpost/hooks/uacme-domains",
    "/usr/share/man/man1/signpost-dns.1.gz",
    "/usr/share/man/man1/signpost.1.gz",
    "/usr/share/man/man5/signpost-provider.5.gz",
    "/usr/share/man/man5/signpost.conf.5.gz",
    "/usr/share/man/man8/signpostd.8.gz",
]


def output(*command, status=0, **more):
    done = subprocess.run(command, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, **more)
    assert done.returncode == status, f"{command}: {done.returncode}\n{done.stdout}"
    return done.stdout


def depends(deb):
    """The names of the packages that a package needs."""
    field = output("dpkg-deb", "--field", deb, "Depends")
    return [re.match(r"[^ (|:]+", entry.strip()).group() for entry in field.split(",")]


def raise_version(deb, into):
    """The same package, as the next version."""
    tree = os.path.join(FOLDER, "next")
    output("dpkg-deb", "--raw-extract", deb, tree)
    control = os.path.join(tree, "DEBIAN", "control")
    with open(control, encoding="utf-8") as file:
        text = re.sub(r"(?m)^Version: (.*)$", r"Version: \1+next", file.read())
    with open(control, "w", encoding="utf-8") as file:
        file.write(text)
    output("dpkg-deb", "--root-owner-group", "--build", tree, into)
    shutil.rmtree(tree)


class Service:
    """signpostd in the root, as its unit starts it."""

    def __init__(self, root):
        with open(root.at(SHIPPED[0]), encoding="utf-8") as file:
            unit = dict(re.findall(r"(?m)^(\w+)=(.*)$", file.read()))
        self.log_path = os.path.join(FOLDER, "service.log")
        command = root.command(*unit["ExecStart"].split(), user=unit["User"])
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(command, env=ENVIRONMENT, stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log)
        wait_until(lambda: self.status("/-/ready") == 200, 10, "signpostd is ready")

    def log(self):
        with open(self.log_path, encoding="utf-8") as file:
            return file.read()

    def status(self, target):
        assert self.process.poll() is None, f"signpostd ended:\n{self.log()}"
        try:
            return wire.get(PORT, target, "kunde.example").status
        except (ConnectionError, wire.WireError):
            return None

    def settings(self):
        """What a mail program is answered."""
        return wire.get(PORT, "/mail/config-v1.1.xml?emailaddress=" + ADDRESS, "kunde.example")

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(15)


class Package(unittest.TestCase):
    """One life, step by step: a step builds on those before it."""

    @classmethod
    def setUpClass(cls):
        cls.build = os.path.join(FOLDER, "build")
        tool = os.path.join(SOURCE, "tools", "package")
        cls.deb = output(tool, cls.build).strip()
        cls.next_deb = os.path.join(FOLDER, "next.deb")
        raise_version(cls.deb, cls.next_deb)
        cls.root = CleanRoot(os.path.join(FOLDER, "root"), depends(cls.deb), CACHE)
        leave_network()
        cls.services = []

    @classmethod
    def tearDownClass(cls):
        for service in cls.services:
            service.stop()

    def start(self):
        self.services.append(Service(self.root))
        return self.services[-1]

    def install(self, deb):
        shutil.copy(deb, self.root.at("/package.deb"))
        said = self.root.run("dpkg", "--install", "/package.deb")
        self.assertNotRegex(said, r"(?i)warning|error|cannot|denied")

    def signpost(self, *arguments):
        return self.root.run("signpost", *arguments)

    def names(self, folder):
        return sorted(os.listdir(self.root.at(folder)))

    def owner(self, path):
        """Owner, group and mode; the names are those of the root."""
        found = os.stat(self.root.at(path))
        return (self.root.run("id", "-nu", str(found.st_uid)).strip() if found.st_uid else "root",
                self.root.run("getent", "group", str(found.st_gid)).split(":")[0],
                stat.S_IMODE(found.st_mode))

    def state(self):
        """Everything in the two folders: owner, mode and bytes of each file."""
        state = {}
        for top in ("/etc/signpost", "/var/lib/signpost"):
            for folder, folders, files in os.walk(self.root.at(top)):
                for path in [os.path.join(folder, name) for name in [*folders, *files]]:
                    found = os.stat(path)
                    text = None
                    if stat.S_ISREG(found.st_mode) and not path.endswith("-shm"):
                        with open(path, "rb") as file:
                            text = file.read()
                    state[path] = (found.st_uid, found.st_gid, found.st_mode, text)
        return state

    def test_01_lintian(self):
        changes = glob.glob(os.path.join(self.build, "*.changes"))
        said = output("lintian", "--allow-root", "--display-info",
                      "--fail-on", "error,warning,info", *changes)
        self.assertEqual(said.strip(), "")

    def test_02_install(self):
        self.install(self.deb)
        for path in SHIPPED:
            self.assertTrue(os.path.isfile(self.root.at(path)), path)
        self.assertEqual({path: self.owner(path) for path in MADE}, MADE)
        self.assertEqual(self.root.run("dpkg", "--verify", "signpost"), "")
        self.assertRegex(self.signpost("check"), r"(?m)^0 errors, ")
        self.assertEqual(self.root.run("getent", "passwd", "signpost").split(":")[5:],
                         ["/nonexistent", "/usr/sbin/nologin\n"])

    def test_03_units(self):
        """The service starts with the machine, the ports are opened by whoever wants them."""
        wants = glob.glob(self.root.at("/etc/systemd/system/*.wants/signpostd*"))
        self.assertEqual([os.path.basename(path) for path in wants], ["signpostd.service"])
        # what debhelper does to sockets that are not started, if nobody forbids it
        for script in glob.glob(self.root.at("/var/lib/dpkg/info/signpost.preinst")):
            with open(script, encoding="utf-8") as file:
                self.assertNotIn("stop", file.read(), "an upgrade closes the ports")

    def test_04_hardened(self):
        for path in ("/usr/bin/signpost", "/usr/sbin/signpostd"):
            self.assertEqual(hardening.faults(self.root.at(path)), [], path)

    def test_05_start_unconfigured(self):
        service = self.start()
        self.assertEqual(service.settings().status, 404)
        self.assertEqual(service.stop(), 0, service.log())

    def test_06_use(self):
        service = self.start()
        self.root.run("cp", SAMPLE, "/etc/signpost/providers/smartermail.xml")
        service.process.send_signal(signal.SIGHUP)
        self.signpost("domain", "add", "kunde.example", "--provider", "smartermail")
        wait_until(lambda: service.settings().status == 200, 5, "the domain is served")
        self.assertEqual(service.stop(), 0, service.log())
        self.assertIn("seen.db", self.names("/var/lib/signpost"))

    def test_07_upgrade(self):
        """Over a changed configuration, a store and keys in use; a link goes on working."""
        path = self.root.at(CONFIGURATION)
        with open(path, encoding="utf-8") as file:
            text = set_key(file.read(), "site", "url", "https://setup.hosting.example")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text + "# mine\n")
        link = re.search(r"/s/\S+", self.signpost("link", ADDRESS)).group()
        before = self.state()
        self.install(self.next_deb)
        self.assertEqual(self.state(), before)
        self.assertRegex(self.root.run("dpkg-query", "-W", "signpost"), r"\+next$")
        service = self.start()
        self.assertEqual(service.settings().status, 200)
        self.assertEqual(service.status(link), 200)
        self.assertEqual(service.stop(), 0, service.log())

    def test_08_remove(self):
        before = self.state()
        self.root.run("dpkg", "--remove", "signpost")
        self.assertEqual(self.state(), before)
        self.assertFalse(os.path.exists(self.root.at("/usr/sbin/signpostd")))
        self.install(self.deb)
        self.assertEqual(self.state(), before)

    def test_09_purge_of_what_is_used(self):
        """What nobody could make again stays, and a new installation takes it up."""
        keys = self.root.at("/etc/signpost/links.keys")
        with open(keys, "rb") as file:
            before = file.read()
        said = self.root.run("dpkg", "--purge", "signpost")
        self.assertIn("signpost: /etc/signpost has your own files in it and was kept", said)
        self.assertEqual(self.names("/etc/signpost/providers"), ["smartermail.xml"])
        self.assertEqual([name for name in self.names("/etc/signpost") if "-" not in name],
                         ["links.keys", "providers", "signpost.db"])
        self.assertFalse(os.path.exists(self.root.at("/var/lib/signpost")))
        self.install(self.deb)
        self.assertEqual({path: self.owner(path) for path in MADE}, MADE)
        with open(keys, "rb") as file:
            self.assertEqual(file.read(), before)
        service = self.start()
        self.assertEqual(service.settings().status, 200)
        self.assertEqual(service.stop(), 0, service.log())

    def test_10_purge_of_what_is_new(self):
        """Nothing is left of a package that nobody used."""
        self.root.run("dpkg", "--remove", "signpost")
        shutil.rmtree(self.root.at("/etc/signpost"))
        self.install(self.deb)
        self.assertEqual({path: self.owner(path) for path in MADE}, MADE)
        service = self.start()
        self.assertEqual(service.stop(), 0, service.log())
        self.assertNotIn("signpost:", self.root.run("dpkg", "--purge", "signpost"))
        left = self.root.run("find", "/etc", "/var", "/usr", "-name", "*signpost*")
        self.assertEqual(left, "")


def why_not():
    """What is missing here, or None."""
    if os.geteuid() != 0:
        return "debootstrap needs root"
    missing = [name for name in NEEDED if not shutil.which(name)]
    if missing:
        return "not installed (tools/deps package): " + ", ".join(missing)
    if subprocess.run(["unshare", "--mount", "--pid", "--fork", "--net", "true"], check=False,
                      stderr=subprocess.DEVNULL).returncode != 0:
        return "no namespaces may be made here"
    return None


def run_in_namespace():
    """This file again, where every process and every mount ends with it. The exit status."""
    with tempfile.TemporaryDirectory(prefix="signpost-package-") as folder:
        process = subprocess.Popen(
            ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc",
             sys.executable, __file__, *sys.argv[1:]],
            env={**os.environ, "SIGNPOST_PACKAGE_FOLDER": folder})
        try:
            return process.wait()
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()


if __name__ == "__main__":
    if FOLDER:
        unittest.main(failfast=True)
    if why_not():
        print(why_not())
        sys.exit(77)
    sys.exit(run_in_namespace())
