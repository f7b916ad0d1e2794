"""A small internet of its own for trying mail programs: names, certificates, a front, the daemon.

enter() moves the script into network, mount and process namespaces of its own (root is needed), so
that ports 80 and 443, the resolver and every name in it are the lab's, nothing leaves it, and
whatever was started ends with the script. A program meets there what it would meet outside:
the wrong certificate, no certificate, no DNS record, a mail server that wants a password.
"""

import contextlib
import os
import pathlib
import shutil
import signal
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
import xml.etree.ElementTree as ElementTree

ADDRESS = "192.0.2.1"  # everything in the lab has this one
DAEMON_PORT = 8080
FILES = "/mnt"  # in memory, and gone with the lab
INSIDE = "SIGNPOST_CLIENTS_LAB"
ALONE = "--alone"  # the option: no front, the daemon itself has ports 80 and 443
SETUP = "setup.hoster.example"  # the daemon's own name, there
ROOT = pathlib.Path(__file__).resolve().parents[2]
SIGNPOST = "{urn:signpost:provider}"


class LabError(Exception):
    pass


def enter():
    """Starts the script anew inside the lab, or returns if it is there already."""
    if os.environ.get(INSIDE):
        Lab.alone = ALONE in sys.argv
        sys.argv[:] = [word for word in sys.argv if word != ALONE]
        build_network()
        return
    if os.geteuid() != 0:
        sys.exit("%s: must run as root, for namespaces of its own" % sys.argv[0])
    os.environ[INSIDE] = "1"
    command = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc",
               sys.executable, *sys.argv]
    os.execvp(command[0], command)


def build_network():
    """A pair of interfaces with a default route: with lo alone, programs think they are offline."""
    for line in ("link set lo up", "link add lab0 type veth peer name lab1",
                 "address add %s/24 dev lab0" % ADDRESS, "link set lab1 up", "link set lab0 up",
                 "route add default via 192.0.2.254"):
        subprocess.run(["ip", *line.split()], check=True)
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", FILES], check=True)
    resolver = pathlib.Path(FILES) / "resolv.conf"
    resolver.write_text("nameserver %s\n" % ADDRESS)
    subprocess.run(["mount", "--bind", str(resolver), os.path.realpath("/etc/resolv.conf")],
                   check=True)


def wait_for(truth, what, seconds=10.0):
    """Waits until truth() is; returns its value."""
    until = time.monotonic() + seconds
    while True:
        value = truth()
        if value:
            return value
        if time.monotonic() > until:
            raise LabError("%s: not within %g s" % (what, seconds))
        time.sleep(0.05)


def answers(port, address=ADDRESS):
    try:
        socket.create_connection((address, port), timeout=1).close()
        return True
    except OSError:
        return False


# Names

TYPES = {"A": 1, "CNAME": 5, "MX": 15, "TXT": 16, "AAAA": 28, "SRV": 33, "HTTPS": 65}
TYPE_NAMES = {number: name for name, number in TYPES.items()}


def wire_name(name):
    parts = [part.encode("ascii") for part in name.rstrip(".").split(".") if part]
    return b"".join(bytes([len(part)]) + part for part in parts) + b"\0"


def wire_data(kind, data):
    """Data of a record: "192.0.2.1"; "10 mx.example"; "0 0 443 host.example"; a text."""
    if kind == "A":
        return socket.inet_aton(data)
    if kind == "TXT":
        data = data.strip('"')
        return bytes([len(data)]) + data.encode("ascii")
    words = data.split()
    numbers = b"".join(struct.pack("!H", int(word)) for word in words[:-1])
    return numbers + wire_name(words[-1])


class Names:
    """The only DNS server in the lab: exact records, and one address for whole domains.

    records: {("mx", "kunde.example"): ["10 mx.hoster.example"], ...}, kinds in upper case.
    domains: names that exist with all names below them; any other name does not (NXDOMAIN).
    """

    def __init__(self, domains, records=None):
        self.domains = {domain.lower() for domain in domains}
        self.records = {(kind, name.lower()): data for (kind, name), data in
                        (records or {}).items()}
        self.questions = []  # (kind, name) in the order asked
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((ADDRESS, 53))
        self.socket.settimeout(0.1)
        self.closed = False
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def exists(self, name):
        parts = name.split(".")
        return any(".".join(parts[i:]) in self.domains for i in range(len(parts)))

    def find(self, kind, name):
        data = self.records.get((kind, name))
        if data is None and kind == "A" and self.exists(name):
            data = [ADDRESS]
        return data or []

    def serve(self):
        while not self.closed:
            try:
                query, peer = self.socket.recvfrom(4096)
            except socket.timeout:
                continue
            with contextlib.suppress(IndexError, struct.error, UnicodeDecodeError):
                self.socket.sendto(self.answer(query), peer)

    def answer(self, query):
        place, labels = 12, []
        while query[place]:
            labels.append(query[place + 1:place + 1 + query[place]].decode("ascii").lower())
            place += 1 + query[place]
        question = query[12:place + 5]
        number = struct.unpack("!H", query[place + 1:place + 3])[0]
        name, kind = ".".join(labels), TYPE_NAMES.get(number, str(number))
        self.questions.append((kind, name))
        found = self.find(kind, name)
        known = found or self.exists(name) or any(key[1] == name for key in self.records)
        flags = 0x8580 | (0 if known else 3)
        answer = query[:2] + struct.pack("!HHHHH", flags, 1, len(found), 0, 0) + question
        for text in found:
            data = wire_data(kind, text)
            answer += b"\xc0\x0c" + struct.pack("!HHIH", number, 1, 1, len(data)) + data
        return answer

    def close(self):
        self.closed = True
        self.thread.join()
        self.socket.close()


# Certificates


class Authority:
    """A certificate authority that only the lab trusts.

    like: a root certificate with a P-384 key that it takes the name of, for programs that trust
    nothing but what is built into them: see trusting_copy().
    """

    def __init__(self, directory, like=None):
        self.directory = pathlib.Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.certificate = self.directory / "ca.pem"
        self.key = self.directory / "ca.key"
        self.count = 0
        self.like = like
        if like:
            self.openssl("ecparam", "-name", "secp384r1", "-genkey", "-noout", "-out", self.key)
            self.openssl("x509", "-in", like, "-signkey", self.key, "-days", "30", "-out",
                         self.certificate)
            return
        self.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                     "-nodes", "-keyout", self.key, "-out", self.certificate, "-days", "30",
                     "-subj", "/CN=Signpost clients lab", "-addext", "keyUsage=keyCertSign,cRLSign")

    def join_system(self):
        """Makes the lab's programs that trust the system's authorities trust this one, too."""
        bundle = "/etc/ssl/certs/ca-certificates.crt"
        both = self.directory / "bundle.pem"
        both.write_bytes(pathlib.Path(bundle).read_bytes() + self.certificate.read_bytes())
        subprocess.run(["mount", "--bind", str(both), bundle], check=True)

    def leave_system(self):
        subprocess.run(["umount", "/etc/ssl/certs/ca-certificates.crt"], check=True)

    def openssl(self, *words):
        return subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True).stdout

    def public_key(self, certificate):
        """DER of a certificate's key without the outer tag and length, as webpki-roots keeps it."""
        pem = self.directory / "public.pem"
        pem.write_bytes(self.openssl("x509", "-in", certificate, "-noout", "-pubkey"))
        return self.openssl("pkey", "-pubin", "-in", pem, "-outform", "DER")[2:]

    def trusting_copy(self, program, copy):
        """A copy of a program in which the root that this authority is like has its key."""
        data = pathlib.Path(program).read_bytes()
        old, new = self.public_key(self.like), self.public_key(self.certificate)
        if data.count(old) != 1 or len(old) != len(new):
            raise LabError("%s does not hold the key of %s once" % (program, self.like))
        copy.write_bytes(data.replace(old, new))
        copy.chmod(0o755)

    def issue(self, names):
        """(certificate, key) files for host names; "*.x.example" is possible."""
        self.count += 1
        base = self.directory / ("host%d" % self.count)
        certificate, key, request = (base.with_suffix(end) for end in (".pem", ".key", ".csr"))
        extensions = base.with_suffix(".ext")
        extensions.write_text("subjectAltName=%s\nextendedKeyUsage=serverAuth\n"
                              "basicConstraints=CA:FALSE\n"
                              % ",".join("DNS:" + name for name in sorted(names)))
        self.openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                     "-nodes", "-keyout", key, "-out", request, "-subj", "/CN=lab host")
        self.openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.key,
                     "-CAcreateserial", "-days", "29", "-extfile", extensions, "-out", certificate)
        return certificate, key


# The front: notes what programs send to ports 80 and 443 and hands it to the daemon unchanged


class Exchange:
    """One request and what it got."""

    def __init__(self, scheme, head, body):
        lines = head.decode("latin-1").split("\r\n")
        self.scheme = scheme
        self.method, _, rest = lines[0].partition(" ")
        self.target = rest.rpartition(" ")[0]
        self.headers = [tuple(part.strip() for part in line.split(":", 1)) for line in lines[1:]]
        self.body = body
        self.status, self.media_type, self.answer = 0, None, b""

    def header(self, name):
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    def __str__(self):
        secret = ", with a password" if self.header("Authorization") else ""
        return "%s %s://%s%s -> %d%s" % (self.method, self.scheme, self.header("Host"),
                                         self.target, self.status, secret)


def read_message(file):
    """(head without its empty line, body) or None at the end of the stream."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        line = file.readline(65536)
        if not line:
            return None
        head += line
    length = 0
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    return head, length


class Front:
    """Ports 80 and 443. Without a certificate nothing listens on 443."""

    def __init__(self, certificate=None, upstream=("127.0.0.1", DAEMON_PORT)):
        self.upstream = upstream
        self.exchanges = []
        self.routes = {}  # host: (status, media type, body), of servers that are not the daemon
        self.proxies = {}  # host: (port, prefix), the same for a server with a path of its own
        self.refused = []  # TLS handshakes that programs broke off: reasons
        self.handshakes = 0
        self.listeners = []
        self.context = None
        self.listen(80, "http")
        if certificate:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(*map(str, certificate))
            self.listen(443, "https")

    def listen(self, port, scheme):
        listener = socket.create_server((ADDRESS, port))
        self.listeners.append(listener)
        threading.Thread(target=self.accept, args=(listener, scheme), daemon=True).start()

    def accept(self, listener, scheme):
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(client, scheme), daemon=True).start()

    def serve(self, client, scheme):
        client.settimeout(30)
        try:
            if scheme == "https":
                client = self.context.wrap_socket(client, server_side=True)
                self.handshakes += 1
        except (OSError, ssl.SSLError) as problem:
            self.refused.append(str(problem))
            return
        with client, contextlib.suppress(OSError):
            file = client.makefile("rb")
            while self.one(file, client, scheme):
                pass

    def one(self, file, client, scheme):
        message = read_message(file)
        if not message:
            return False
        head, length = message
        body = file.read(length)
        exchange = Exchange(scheme, head[:-4], body)
        self.exchanges.append(exchange)
        route = self.routes.get((exchange.header("Host") or "").lower())
        if route:
            exchange.status, exchange.media_type, exchange.answer = route
            client.sendall(b"HTTP/1.1 %d lab\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s"
                           % (route[0], route[1].encode("ascii"), len(route[2]), route[2]))
            return True
        upstream = self.upstream
        port, prefix = self.proxies.get((exchange.header("Host") or "").lower(), (0, ""))
        if port and exchange.target.startswith(prefix + "/"):
            upstream = ("127.0.0.1", port)
            line, rest = head.split(b"\r\n", 1)
            head = b"%s\r\nX-Script-Name: %s\r\n%s" % (
                line.replace(prefix.encode("ascii"), b"", 1), prefix.encode("ascii"), rest)
        with socket.create_connection(upstream, timeout=15) as daemon:
            daemon.sendall(head + body)
            answer = daemon.makefile("rb")
            answer_head, answer_length = read_message(answer) or (b"", 0)
            exchange.status = int(answer_head.split(b" ", 2)[1])
            if exchange.method != "HEAD":
                exchange.answer = answer.read(answer_length)
        for line in answer_head.split(b"\r\n"):
            if line.lower().startswith(b"content-type:"):
                exchange.media_type = line.split(b":", 1)[1].strip().decode("ascii")
        client.sendall(answer_head + exchange.answer)
        return b"connection: close" not in answer_head.lower()

    def close(self):
        for listener in self.listeners:
            listener.shutdown(socket.SHUT_RDWR)  # wakes accept(); close() alone keeps the port
            listener.close()


# The daemon


class Unnoted:
    """What the front sees and signpostd keeps no trace of."""

    def __getattr__(self, name):
        raise LabError("signpostd does not note %s: not to be run with %s" % (name, ALONE))


class Logged(Unnoted):
    """One request as signpostd's log has it: "DOMAIN KIND CLIENT STATUS MICROSECONDS"."""

    def __init__(self, line):
        self.line = line
        self.status = int(line.split()[3])

    def __str__(self):
        return "(signpostd's log) " + self.line


class Alone(Unnoted):
    """In the place of Front: what a daemon with ports 80 and 443 of its own tells about them."""

    def __init__(self, daemon):
        self.daemon = daemon
        self.last = None  # its metrics at the end

    @property
    def exchanges(self):
        lines = self.daemon.log_text().splitlines()
        return [Logged(line) for line in lines  # metrics() asks "operations"
                if not line.startswith(("signpostd: ", "- operations "))]

    @property
    def handshakes(self):
        return sum(count for _, count in self.metric("signpost_tls_handshakes_total"))

    @property
    def refused(self):
        return [labels for labels, count in self.metric("signpost_tls_handshakes_failed_total")
                for _ in range(count)]

    def metrics(self):
        if self.last is not None:
            return self.last
        with urllib.request.urlopen("http://127.0.0.1:%d/-/metrics" % self.daemon.port) as answer:
            return answer.read().decode("utf-8")

    def metric(self, name):
        """[(labels, count)]"""
        rows = [line.rsplit(" ", 1) for line in self.metrics().splitlines()
                if line.startswith(name + "{")]
        return [(labels[len(name):], int(count)) for labels, count in rows]

    def close(self):
        self.last = self.metrics()
        refused = {reason: self.refused.count(reason) for reason in self.refused}
        print("  TLS: %d handshakes, refused: %s" % (self.handshakes, refused))


class Daemon:
    """signpostd with provider documents {id: text} and domains {domain: id}.

    certificates: {name: (certificate, key)} if it is to have ports 80 and 443 itself.
    """

    def __init__(self, build, directory, providers, domains, port=DAEMON_PORT, certificates=None):
        self.port = port
        self.ended_log = None
        self.directory = pathlib.Path(directory)
        (self.directory / "providers").mkdir(parents=True)
        for name, text in providers.items():
            (self.directory / "providers" / (name + ".xml")).write_text(text)
        self.configuration = self.directory / "signpost.conf"
        self.configuration.write_text(
            "[store]\nurl = sqlite:signpost.db\n[providers]\ndirectory = providers\n"
            "[site]\nname = Example Hosting\n" + self.ports(certificates))
        self.programs = pathlib.Path(build) / "src" / "cmd"
        self.signpost("init", "--store")
        for domain, provider in domains.items():
            self.signpost("domain", "add", domain, "--provider", provider)
        self.log = open(self.directory / "signpostd.log", "wb")
        self.process = subprocess.Popen(
            [str(self.programs / "signpostd"), "--config", str(self.configuration)],
            stderr=self.log, stdout=self.log)
        wait_for(self.is_up, "signpostd")

    def ports(self, certificates):
        """Lines of the configuration that follow [site]."""
        if certificates is None:
            return "[listen]\nhttp = 127.0.0.1:%d\n" % self.port
        for name, (certificate, key) in certificates.items():
            folder = self.directory / "certificates" / name
            folder.mkdir(parents=True)
            shutil.copy(certificate, folder / "fullchain.pem")
            shutil.copy(key, folder / "privkey.pem")
        return ("url = https://%s\n[listen]\nhttp = 127.0.0.1:%d %s:80\nhttps = %s:443\n"
                "[tls]\ncertificates = certificates\n" % (SETUP, self.port, ADDRESS, ADDRESS))

    def is_up(self):
        if self.process.poll() is not None:
            raise LabError("signpostd ended: " + self.log_text())
        return answers(self.port, "127.0.0.1")

    def records(self, domain):
        """The SRV and TXT records that signpost would have in the domain's zone, for Names."""
        found = {}
        for line in self.signpost("dns", "records", domain).split("\n"):
            words = line.split(None, 4)
            if len(words) == 5 and words[3] in ("SRV", "TXT"):
                found.setdefault((words[3], words[0].rstrip(".").lower()), []).append(words[4])
        return found

    def log_text(self):
        if self.ended_log is not None:
            return self.ended_log
        return (self.directory / "signpostd.log").read_text("utf-8", "replace")

    def signpost(self, *words):
        done = subprocess.run([str(self.programs / "signpost"), *words[:1], "--config",
                               str(self.configuration), *words[1:]],
                              capture_output=True, text=True, check=False)
        if done.returncode:
            raise LabError("signpost %s: %s" % (" ".join(words), done.stderr))
        return done.stdout

    def close(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(10)
        self.log.close()
        self.ended_log = self.log_text()


# Provider documents


def sample(name):
    return (ROOT / "xml" / "providers" / (name + ".xml")).read_text("utf-8")


def host_names(text, domains):
    """Host names of the servers in a provider document, for all customers."""
    return {element.text.strip().replace("%EMAILDOMAIN%", domain)
            for element in ElementTree.fromstring(text).iter("hostname") for domain in domains}


def server_elements(text, kind):
    return [element for element in ElementTree.fromstring(text).iter()
            if element.tag in ("incomingServer", "outgoingServer") and element.get("type") == kind]


def server_element(text, kind):
    """The first of a type that uses TLS, which is the one that is given out."""
    for element in server_elements(text, kind):
        if (element.findtext("socketType") or "").strip() in ("SSL", "STARTTLS"):
            return element
    raise LabError("no %s server in the document" % kind)


def server(text, kind):
    """(type, host, port, socketType) of the server of a type that is given out."""
    element = server_element(text, kind)
    return (kind, element.findtext("hostname").strip(), int(element.findtext("port")),
            element.findtext("socketType").strip())


def server_user(text, kind):
    return server_element(text, kind).findtext("username").strip()


SERVER = """    <%(element)s type="%(type)s">
      <hostname>%(host)s</hostname>
      <port>%(port)d</port>
      <socketType>%(socket)s</socketType>
      <authentication>password-cleartext</authentication>
      <username>%(user)s</username>
    </%(element)s>
"""
DOCUMENT = """<?xml version="1.0" encoding="UTF-8"?>
<clientConfig version="1.1" xmlns:sp="urn:signpost:provider">
  <emailProvider id="hoster.example">
    <domain>hoster.example</domain>
    <displayName>Hoster</displayName>
%s%s  </emailProvider>
</clientConfig>
"""


def document(*servers, more=""):
    """A provider document of servers: (type, host, port, socketType[, user])."""
    text = ""
    for kind, host, port, socket_type, *user in servers:
        element = "outgoingServer" if kind == "smtp" else "incomingServer"
        text += SERVER % {"element": element, "type": kind, "host": host, "port": port,
                          "socket": socket_type, "user": user[0] if user else "%EMAILADDRESS%"}
    return DOCUMENT % (text, more)


class Lab:
    """All of it, cleaned up at the end: with Lab(...) as lab.

    names: domains that resolve, beside the customers' own and the mail servers'.
    unresolved: customers' domains that have no more in DNS than what is in records.
    certified: names that the front has a certificate for; None is all that resolve, [] is none and
    a closed port 443.
    root: the certificate whose name the lab's authority takes.
    alone: no front. The daemon has a certificate for each name alone: SETUP and certified, where
    None is autoconfig. and autodiscover. of the customers. Port 443 is open for [], too.
    """

    alone = False

    def __init__(self, build, providers, domains, names=(), unresolved=(), certified=None,
                 records=None, root=None):
        self.stack = contextlib.ExitStack()
        self.directory = pathlib.Path(tempfile.mkdtemp(dir=FILES))
        os.chmod(self.directory, 0o755)  # dovecot's processes look into it as other users
        self.stack.callback(shutil.rmtree, self.directory, ignore_errors=True)
        hosts = set().union(*(host_names(text, domains) for text in providers.values()))
        self.mail_hosts = hosts
        known = (set(domains) | set(names)) - set(unresolved)
        own = {SETUP} if self.alone else set()
        self.names = Names(known | hosts | own, records)
        self.stack.callback(self.names.close)
        self.authority = Authority(self.directory / "ca", root)
        if certified is None:
            prefixes = ("autoconfig.", "autodiscover.") + (() if self.alone else ("",))
            certified = [prefix + name for name in known for prefix in prefixes]
            certified += [] if self.alone else sorted(hosts)
        self.authority.join_system()
        self.stack.callback(self.authority.leave_system)
        folders = None
        if self.alone:
            folders = {name: self.authority.issue([name]) for name in own | set(certified)}
        try:
            self.daemon = Daemon(build, self.directory / "site", providers, domains,
                                 certificates=folders)
            self.stack.callback(self.daemon.close)
            self.front = Alone(self.daemon) if self.alone else Front(
                self.authority.issue(certified) if certified else None)
            self.stack.callback(self.front.close)
        except BaseException:
            self.stack.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stack.close()

    def home(self, name):
        """An empty home directory and the environment that makes a program use it."""
        home = self.directory / name
        home.mkdir()
        environment = {key: os.environ[key] for key in ("PATH", "LANG") if key in os.environ}
        environment.update(HOME=str(home), XDG_CONFIG_HOME=str(home / "config"),
                           XDG_CACHE_HOME=str(home / "cache"), XDG_DATA_HOME=str(home / "data"),
                           XDG_RUNTIME_DIR=str(home), TMPDIR=str(home))
        return home, environment


class Tally:
    """Counts what was seen against what was expected; says every difference."""

    def __init__(self):
        self.passed = self.failed = 0

    def equal(self, what, seen, expected):
        if seen == expected:
            self.passed += 1
            print("  ok    %s: %s" % (what, seen))
        else:
            self.failed += 1
            print("  FAIL  %s: %s, expected %s" % (what, seen, expected))

    def true(self, what, seen):
        self.equal(what, bool(seen), True)

    def fail(self, what):
        self.failed += 1
        print("  FAIL  %s" % what)

    def finish(self):
        print("%d passed, %d failed" % (self.passed, self.failed))
        sys.exit(1 if self.failed or not self.passed else 0)


def variants(table, wanted, build, tally):
    """Runs the functions of {name: function(build, tally)}, all or the wanted ones."""
    for name, function in table.items():
        if wanted and name not in wanted:
            continue
        print("%s: %s" % (name, (function.__doc__ or "").strip().split("\n")[0]), flush=True)
        try:
            function(build, tally)
        except (LabError, OSError, subprocess.SubprocessError) as problem:
            tally.fail("%s: %s" % (name, problem))
        sys.stdout.flush()
    tally.finish()
