"""What the browser tests share: signpostd on the sample site of tools/run, and a Chromium.

SIGNPOST_PROGRAMS  the directory with signpost and signpostd
SIGNPOST_BROWSER   the directory for pictures and for what comes from npm
"""

import atexit
import functools
import http.client
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
import urllib.parse

import axe
import chromium

SCENARIO = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "scenario")
sys.path.insert(0, SCENARIO)
import link_token  # noqa: E402  they lie there
import service  # noqa: E402

DIRECTORY = os.environ.get("SIGNPOST_BROWSER", os.path.join(tempfile.gettempdir(),
                                                            "signpost-browser"))
PICTURES = os.path.join(DIRECTORY, "pictures")

ADDRESS = "anna.berg@kunde.example"
LONGEST = "abcdefghijklmnopqrstuvwxyz.0123456789.abcdefghijklmnopqrstuvwxyz"  # 64, at most
LANGUAGES = ["en", "de", "fr", "es"]


class SampleSite(service.Site):
    """The site that tools/run makes; keys as service.Site has."""

    def __init__(self, **keys):
        self.root = tempfile.mkdtemp(prefix="signpost-test-")
        atexit.register(shutil.rmtree, self.root, ignore_errors=True)
        self.directory = os.path.join(self.root, "site")
        self.configuration = os.path.join(self.directory, "signpost.conf")
        self.providers = os.path.join(self.directory, "providers")
        self.port = service.free_port()
        subprocess.run([os.path.join(service.SOURCE, "tools", "run"), "--make", self.directory,
                        str(self.port)], check=True, stdin=subprocess.DEVNULL,
                       env={**os.environ, "SIGNPOST_PROGRAMS": service.PROGRAMS})
        for name, value in {"http_forms_per_network": "10000", **keys}.items():
            self.set(*name.split("_", 1), value)

    @property
    def url(self):
        return "http://127.0.0.1:%d" % self.port

    def token(self, address=ADDRESS, language="\0\0", days=30, key=None):
        """Such a link's token, expired ones too."""
        if key is None:
            key = link_token.read_keys(
                os.path.join(self.directory, self.key("links", "keys")))[0]
        return link_token.seal(key, link_token.today() + days, language, address)


class PagesTest(unittest.TestCase):
    """One site, daemon and browser for all tests of a class."""

    keys = {}

    @classmethod
    def setUpClass(cls):
        cls.site = SampleSite(**cls.keys)
        cls.addClassCleanup(cls.site.remove)
        cls.daemon = service.Daemon(cls.site)
        cls.addClassCleanup(cls.daemon.kill)
        cls.browser = chromium.Chromium()
        cls.addClassCleanup(cls.browser.stop)

    @classmethod
    def tearDownClass(cls):
        log = cls.daemon.log()
        if cls.daemon.stop() != 0:
            raise AssertionError("signpostd ended badly:\n" + log[-2000:])

    def setUp(self):
        self.browser.go("about:blank")
        self.browser.forget()
        self.browser.become(chromium.DESKTOP)

    def check_quiet(self):
        """The browser has nothing to complain about: no script's error, no breach of the policy."""
        self.assertEqual(self.browser.complaints(), [])

    def open(self, path, look=None):
        """Opens a page of the site, as another device if one is given."""
        if look:
            self.browser.become(look)
        self.browser.go(self.site.url + path)
        return self.browser

    def link(self, address=ADDRESS, **more):
        return "/s/" + self.site.token(address, **more)

    def place(self):
        """Path and query of the page that is open."""
        parts = urllib.parse.urlsplit(self.browser.url)
        self.assertEqual("%s://%s" % (parts.scheme, parts.netloc), self.site.url)
        return parts.path + (parts.query and "?" + parts.query)

    def ask(self, path, method="GET", body=None, headers=()):
        """Status, headers and body of an answer, without the browser."""
        connection = http.client.HTTPConnection("127.0.0.1", self.site.port, timeout=20)
        try:
            connection.request(method, path, body, dict(headers))
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def submit(self, address):
        """Types an address into the form that is open, and presses its button."""
        field = self.browser.find("form input[name=address]")
        field.clear()
        field.type(address)
        self.leave(self.browser.find("form button").click)

    def leave(self, act):
        """Does what leads to another page, and waits for that."""
        self.browser.run("window.isLeft = true;")
        act()
        self.browser.wait(lambda: self.browser.run(
            "return document.readyState === 'complete' && !window.isLeft"), "another page", 30)

    def send(self, value, kind="application/x-www-form-urlencoded"):
        """Sends the form that is open with any value, past what the browser checks."""
        self.leave(lambda: self.browser.run(
            "const form = document.querySelector('form[method=post]');"
            "form.querySelector('input[name=address]').value = arguments[0];"
            "form.enctype = arguments[1]; form.submit();", value, kind))

    def every_page(self):
        """Name and opener of a page of every kind, as the daemon serves them."""
        paths = {
            "settings": self.link(),
            "settings-enterprise": self.link("anna.berg@enterprise.example"),
            "settings-oldserver": self.link("anna.berg@altkunde.example"),
            "domain": "/d/kunde.example",
            "print": self.link() + "/print",
            "print-domain": "/d/kunde.example/print",
            "form": "/",
            "expired": self.link(days=-1),
            "shared": self.link() + "?share=1",
            "invalid": "/s/" + "A" * 60,
            "nothing": self.link() + "/nothing",
        }
        sent = {"elsewhere": ("anna@elsewhere.example",), "no-address": ("anna",),
                "unreadable": ("anna", "text/plain")}
        pages = {name: functools.partial(self.open, path) for name, path in paths.items()}
        pages.update({name: functools.partial(self.open_answer, *what)
                      for name, what in sent.items()})
        return pages

    def open_answer(self, *what):
        self.open("/")
        self.send(*what)

    def open_all(self):
        """Opens every closed section."""
        self.browser.run("document.querySelectorAll('details').forEach(d => d.open = true);")

    def picture(self, name):
        """Keeps the page that is open, to its end, as a picture for people."""
        keep("%s.png" % name, self.browser.whole_page())

    def judge(self, name, rules=None):
        """What axe-core finds on the page that is open, with the name before it."""
        return ["%s: %s" % (name, found) for found in
                axe.judge(self.browser, axe.install(os.path.join(DIRECTORY, "npm")), rules)]


def keep(name, data):
    """Writes a file for people; its path."""
    os.makedirs(PICTURES, exist_ok=True)
    path = os.path.join(PICTURES, name)
    with open(path, "wb") as file:
        file.write(data)
    return path


def program(*command):
    """What a program prints."""
    if not shutil.which(command[0]):
        raise AssertionError("there is no %s; tools/deps test installs it" % command[0])
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, check=False, timeout=60)
    return done.stdout.decode("utf-8")


def read_codes(path):
    """What a telephone reads off a picture."""
    return program("zbarimg", "--raw", "--quiet", path).splitlines()
