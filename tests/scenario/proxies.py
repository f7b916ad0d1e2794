"""nginx, HAProxy and Caddy in front of signpostd, as docs/operations.md configures them.

The configurations are taken from the page, so that it cannot tell what does not work. Only ports
and paths become those of a test.
"""

import atexit
import configparser
import os
import re
import socket
import subprocess
import textwrap

import service
import tls_site

PAGE = os.path.join(service.SOURCE, "docs", "operations.md")
NAMES = ["setup.hosting.example", "autoconfig.hosting.example", "kunde.example",
         "autoconfig.kunde.example", "autodiscover.kunde.example"]


def documented(heading, word=""):
    """The first block of code behind a heading of the page that has the word in it."""
    with open(PAGE, encoding="utf-8") as file:
        part = re.split(r"(?m)^#+ %s\n" % re.escape(heading), file.read())[1]
    part = re.split(r"(?m)^#", part)[0]
    blocks = re.findall(r"(?m)^    .*\n(?:(?:    .*)?\n)*", part)
    return textwrap.dedent(next(block for block in blocks if word in block))


def replaced(text, *pairs):
    for old, new in pairs:
        if old not in text:
            raise AssertionError("%s no longer says %r" % (PAGE, old))
        text = text.replace(old, new)
    return text


def site_behind_proxy(domains, **keys):
    """A site with what the page wants in signpost.conf, and an authority of its own."""
    site = service.Site(domains, **keys)
    wanted = configparser.ConfigParser()
    wanted.read_string(documented("Behind a proxy", "[listen]"))
    if wanted["listen"]["http"] != "127.0.0.1:8080":
        raise AssertionError("the page does not listen where the proxies ask")
    for section in wanted.sections():
        for key, value in wanted.items(section):
            if (section, key) != ("listen", "http"):
                site.set(section, key, value)
    site.authority = tls_site.TlsAuthority(os.path.join(site.root, "authority"))
    return site


class Proxy:
    """One of the three, with plain HTTP on port and TLS on port_tls of 127.0.0.1."""

    name = None

    def __init__(self, site):
        self.site = site
        self.port, self.port_tls = service.free_port(), service.free_port()
        self.root = os.path.join(site.root, self.name)
        os.mkdir(self.root)
        self.environment = dict(os.environ, HOME=self.root, XDG_DATA_HOME=self.root,
                                XDG_CONFIG_HOME=self.root)
        self.authority_file = site.authority.path("root.pem")
        self.start()

    def write(self, name, data):
        path = os.path.join(self.root, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(data if isinstance(data, bytes) else data.encode())
        return path

    def text(self):
        """The page's configuration, with the service's port."""
        return replaced(documented({"nginx": "nginx", "haproxy": "HAProxy",
                                    "caddy": "Caddy"}[self.name]),
                        ("127.0.0.1:8080", "127.0.0.1:%d" % self.site.port))

    def start(self):
        with open(os.path.join(self.root, "log"), "ab") as log:
            self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log, env=self.environment, cwd=self.root)
        atexit.register(self.stop)
        service.wait_until(self.is_ready, 30, "%s listens" % self.name)

    def is_ready(self):
        if self.process.poll() is not None:
            raise AssertionError("%s ended with %d:\n%s" % (self.name, self.process.returncode,
                                                           self.log()))
        try:
            for port in (self.port, self.port_tls):
                socket.create_connection(("127.0.0.1", port)).close()
            return True
        except ConnectionError:
            return False

    def log(self):
        with open(os.path.join(self.root, "log"), encoding="utf-8", errors="replace") as file:
            return file.read()

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


class Nginx(Proxy):
    name = "nginx"
    AROUND = """
daemon off;
worker_processes 1;
pid %(root)s/pid;
error_log %(root)s/error;
%(user)s
events { }
http {
    client_body_temp_path %(root)s/body;
    proxy_temp_path %(root)s/proxy;
    fastcgi_temp_path %(root)s/fastcgi;
    uwsgi_temp_path %(root)s/uwsgi;
    scgi_temp_path %(root)s/scgi;
%(text)s
}
"""

    def command(self):
        chain, key = self.site.authority.issue_names("nginx", *NAMES)
        folder = "/etc/letsencrypt/live/hosting.example/"
        text = replaced(
            self.text(), ("listen 80 ", "listen 127.0.0.1:%d " % self.port),
            ("listen 443 ", "listen 127.0.0.1:%d " % self.port_tls),
            (folder + "fullchain.pem", self.write("fullchain.pem", chain)),
            (folder + "privkey.pem", self.write("privkey.pem", key)))
        user = "user root;" if os.geteuid() == 0 else ""
        path = self.write("nginx.conf", self.AROUND % {"root": self.root, "user": user,
                                                       "text": text})
        return ["/usr/sbin/nginx", "-c", path, "-p", self.root, "-e",
                os.path.join(self.root, "error")]


class Haproxy(Proxy):
    name = "haproxy"

    def command(self):
        self.write("certificates/one.pem",
                   b"".join(self.site.authority.issue_names("haproxy", *NAMES)))
        text = replaced(self.text(), ("bind :80\n", "bind 127.0.0.1:%d\n" % self.port),
                        ("bind :443 ", "bind 127.0.0.1:%d " % self.port_tls),
                        ("/etc/haproxy/certificates", os.path.join(self.root, "certificates")))
        return ["/usr/sbin/haproxy", "-db", "-f", self.write("haproxy.cfg", text)]


class Caddy(Proxy):
    """With an authority of its own, which it keeps in its directory, instead of one outside."""

    name = "caddy"

    def command(self):
        text = replaced(self.text(), ("    tls {", "    tls internal {"))
        options = "\n    ".join(["{", "admin off", "skip_install_trust", "default_bind 127.0.0.1",
                                 "http_port %d" % self.port, "https_port %d" % self.port_tls])
        if not text.startswith("{\n"):
            raise AssertionError("the page's Caddyfile does not begin with options")
        self.authority_file = os.path.join(self.root, "caddy", "pki", "authorities", "local",
                                           "root.crt")
        path = self.write("Caddyfile", options + text[1:])
        return ["/usr/bin/caddy", "run", "--config", path, "--adapter", "caddyfile"]

    def is_ready(self):
        return super().is_ready() and os.path.exists(self.authority_file)
