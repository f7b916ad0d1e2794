"""A site of `signpost init` and the command on it, for the tests of signpost.

SIGNPOST_PROGRAMS  the directory with signpost
"""

import json
import os
import shutil
import subprocess
import tempfile
import unittest

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAMS = os.environ.get("SIGNPOST_PROGRAMS", os.path.join(SOURCE, "build"))
SIGNPOST = os.path.join(PROGRAMS, "signpost")

SERVER = """\
    <%(element)sServer type="%(type)s">
      <hostname>mail.hosting.example</hostname>
      <port>%(port)s</port>
      <socketType>SSL</socketType>
      <authentication>password-cleartext</authentication>
      <username>%%EMAILADDRESS%%</username>
    </%(element)sServer>
"""


def provider(port="993", extra=""):
    """A provider document; the IMAP port stands in line 7."""
    servers = [("incoming", "imap", port), ("incoming", "pop3", "995"), ("outgoing", "smtp", "465")]
    return ('<clientConfig version="1.1">\n  <emailProvider id="hosting.example">\n'
            "    <domain>hosting.example</domain>\n"
            "    <displayName>Example Hosting</displayName>\n"
            + "".join(SERVER % {"element": e, "type": t, "port": p} for e, t, p in servers)
            + extra + "  </emailProvider>\n</clientConfig>\n")


class Site:
    """A site of `signpost init` in a directory of its own."""

    def __init__(self):
        self.root = tempfile.mkdtemp(prefix="signpost-cli-")
        self.directory = os.path.join(self.root, "site")
        self.configuration = os.path.join(self.directory, "signpost.conf")
        self.store = os.path.join(self.directory, "signpost.db")
        self.providers = os.path.join(self.directory, "providers")
        result = run("init", self.directory)
        assert result[0] == 0, result

    def run(self, *arguments, **more):
        return run("--config", self.configuration, *arguments, **more)

    def start(self, *arguments, **more):
        """The command as it runs."""
        return subprocess.Popen([SIGNPOST, "--config", self.configuration, *arguments], **more)

    def write(self, name, content):
        """Writes a file of the site's root; its path."""
        path = os.path.join(self.root, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
        return path

    def add_provider(self, name, content=None):
        return self.write(os.path.join("site", "providers", name + ".xml"), content or provider())

    def configure(self, text):
        with open(self.configuration, "w", encoding="utf-8") as file:
            file.write(text)

    def domains(self):
        """The lines of an export without its heading."""
        status, text, complaints = self.run("domain", "export")
        while complaints.endswith("try again\n"):  # somebody began to write meanwhile
            status, text, complaints = self.run("domain", "export")
        assert (status, complaints) == (0, ""), complaints
        return text.splitlines()[1:]

    def remove(self):
        shutil.rmtree(self.root)


def run(*arguments, given=b"", env=None, stdout=subprocess.PIPE, program=SIGNPOST, **more):
    """(exit status, standard output, standard error) of signpost."""
    done = subprocess.run([program, *arguments], input=given, stdout=stdout,
                          stderr=subprocess.PIPE, check=False, timeout=120,
                          env={**os.environ, "LC_ALL": "C", **(env or {})}, **more)
    return done.returncode, (done.stdout or b"").decode(), done.stderr.decode()


def complaint(*lines):
    return "".join("signpost: %s\n" % line for line in lines)


class Case(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.site = Site()
        self.addCleanup(self.site.remove)

    def expect(self, arguments, status, output, complaints=(), **more):
        """Runs a command of the site and compares everything it says."""
        self.assertEqual(self.site.run(*arguments, **more),
                         (status, output, complaint(*complaints)), arguments)

    def records(self, *arguments, status=0):
        """The objects that a command prints with --json, one a line."""
        done = self.site.run(*arguments, "--json")
        self.assertEqual((done[0], done[2]), (status, ""))
        return [json.loads(line) for line in done[1].splitlines()]
