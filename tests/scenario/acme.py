"""pebble, an authority as Let's Encrypt runs it, and the ACME clients that ask it, on loopback.

Every proof is really fetched, over plain HTTP, from the port of the site. Every name leads to
127.0.0.1, says pebble-challtestsrv, which is pebble's own name server. uacme trusts the machine's
authorities alone, so it sees pebble's in their place, in a mount namespace.
"""

import atexit
import json
import os
import shutil
import socket
import ssl
import subprocess
import urllib.request

import service

NEEDED = ("pebble", "pebble-challtestsrv", "uacme", "lego", "unshare", "curl")
HOOKS = os.path.join(service.SOURCE, "packaging", "hooks")
AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt"
UACME = """#!/bin/sh
exec unshare %(user)s --mount sh -c \\
    'mount --bind %(trusted)s %(authorities)s && exec /usr/bin/uacme "$@"' uacme "$@"
"""
SIGNPOST = """#!/bin/sh
exec %(program)s --config %(configuration)s "$@"
"""


def missing():
    """What is not installed here."""
    found = [name for name in NEEDED if not shutil.which(name)]
    return found if os.path.exists(AUTHORITIES) else [*found, "ca-certificates"]


class Program:
    """One that runs until it is stopped, in a directory, and listens on some ports."""

    def __init__(self, directory, command, ports, **environment):
        self.log_path = os.path.join(directory, os.path.basename(command[0]) + ".log")
        self.ports = ports
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(command, cwd=directory, stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log,
                                            env=dict(os.environ, **environment))
        atexit.register(self.stop)
        service.wait_until(self.listens, 30, "%s listens" % command[0])

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as file:
            return file.read()

    def listens(self):
        if self.process.poll() is not None:
            raise AssertionError("it ended with %d:\n%s" % (self.process.returncode, self.log()))
        try:
            for port in self.ports:
                socket.create_connection(("127.0.0.1", port)).close()
            return True
        except ConnectionError:
            return False

    def stop(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


class Authority:
    """pebble, which asks the site for proofs. It forgets them, so that each renewal needs new ones.

    root: a file with the certificate that those it issues lead to.
    """

    def __init__(self, site):
        self.directory = os.path.join(site.root, "pebble")
        os.mkdir(self.directory)
        self.trusted = site.authority.path("root.pem")
        self.port, management = service.free_port(), service.free_port()
        chain, key = site.authority.issue_names("pebble", "localhost")
        configuration = {"pebble": {
            "listenAddress": "127.0.0.1:%d" % self.port,
            "managementListenAddress": "127.0.0.1:%d" % management,
            "certificate": self.write("chain.pem", chain),
            "privateKey": self.write("key.pem", key),
            "httpPort": site.port, "tlsPort": site.port_tls,
            "ocspResponderURL": "", "externalAccountBindingRequired": False}}
        dns = self.start_names()
        self.program = Program(
            self.directory, ["pebble", "-config", self.write(
                "pebble.json", json.dumps(configuration).encode()), "-dnsserver", dns],
            [self.port, management], PEBBLE_VA_NOSLEEP="1", PEBBLE_VA_ALWAYS_VALID="",
            PEBBLE_AUTHZREUSE="0", PEBBLE_WFE_NONCEREJECT="0")
        self.url = "https://localhost:%d/dir" % self.port
        self.root = self.write("root.pem", self.ask(management, "/roots/0"))

    def start_names(self):
        """Its address."""
        port, management = service.free_port(), service.free_port()
        self.names = Program(
            self.directory,
            ["pebble-challtestsrv", "-dns01", "127.0.0.1:%d" % port, "-defaultIPv6", "",
             "-management", "127.0.0.1:%d" % management, "-http01", "", "-https01", "",
             "-tlsalpn01", ""],
            [port, management])
        return "127.0.0.1:%d" % port

    def write(self, name, data):
        path = os.path.join(self.directory, name)
        with open(path, "wb") as file:
            file.write(data)
        return path

    def ask(self, port, path):
        context = ssl.create_default_context(cafile=self.trusted)
        url = "https://localhost:%d%s" % (port, path)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}),
                                             urllib.request.HTTPSHandler(context=context))
        with opener.open(url, timeout=10) as answer:
            return answer.read()

    def stop(self):
        for program in (self.program, self.names):
            program.stop()


class Client:
    """Runs ACME clients in a directory of their own, with the hooks of the package."""

    def __init__(self, site, authority, webroot, group):
        self.site, self.authority, self.webroot = site, authority, webroot
        self.directory = os.path.join(site.root, "client")
        self.programs = os.path.join(self.directory, "bin")
        os.makedirs(self.programs)
        self.make_program("signpost", SIGNPOST % {
            "program": os.path.join(service.PROGRAMS, "signpost"),
            "configuration": site.configuration})
        self.make_program("uacme", UACME % {
            "user": "" if os.geteuid() == 0 else "--map-root-user",
            "trusted": authority.trusted, "authorities": AUTHORITIES})
        self.confdir = os.path.join(self.directory, "uacme")
        self.environment = {
            "PATH": "%s:%s" % (self.programs, os.environ["PATH"]), "HOME": self.directory,
            "SIGNPOST_CERTIFICATES": site.certificates, "SIGNPOST_GROUP": group,
            "SIGNPOST_WEBROOT": webroot, "UACME_CONFDIR": self.confdir,
            "UACME_CHALLENGE_PATH": os.path.join(webroot, ".well-known", "acme-challenge"),
            "UACME_URL": authority.url, "LEGO_CA_CERTIFICATES": authority.trusted,
            # curl finds no names of ours, but asks this for any name
            "http_proxy": "http://127.0.0.1:%d" % site.port, "no_proxy": "127.0.0.1,localhost"}

    def make_program(self, name, text):
        path = os.path.join(self.programs, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, 0o755)

    def run(self, *command, status=0, **variables):
        """What it says; AssertionError if it ends otherwise."""
        done = subprocess.run(command, cwd=self.directory, env={**self.environment, **variables},
                              check=False, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=60)
        if done.returncode != status:
            raise AssertionError("%s: %d\n%s\npebble:\n%s" % (
                command, done.returncode, done.stdout, self.authority.program.log()[-3000:]))
        return done.stdout

    def uacme(self, *arguments, **more):
        return self.run("uacme", "-a", self.authority.url, "-c", self.confdir,
                        "-h", "/usr/share/uacme/uacme.sh", "-y", *arguments, **more)

    def uacme_issue(self, *names, options=()):
        """As the page shows it: the hook when uacme was successful."""
        said = self.uacme(*options, "issue", *names)
        self.run(os.path.join(HOOKS, "uacme"), names[0])
        return said

    def uacme_domains(self, *hosts, **more):
        return self.run(os.path.join(HOOKS, "uacme-domains"), *hosts, **more)

    def lego(self, names, command, *options, **more):
        words = ["lego", "--server", self.authority.url, "--accept-tos", "--email",
                 "admin@hosting.example", "--path", os.path.join(self.directory, "lego"), "--http",
                 "--http.webroot", self.webroot]
        for name in names:
            words += ["--domains", name]
        return self.run(*words, command, "--%s-hook" % command, os.path.join(HOOKS, "lego"),
                        *options, **more)
