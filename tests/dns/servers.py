"""Real name servers on loopback: BIND, Knot, NSD, PowerDNS, each in a directory of its own, with
nothing of the machine's own configuration, as root and as an ordinary user.

    server = servers.Bind(key=key)
    server.start().add_zone("kunde.example", zone_text("kunde.example", "www A 192.0.2.1"))
"""

import os
import shutil

import ask
from server_process import ServerProcess, free_port, zone_text

CLOCK_SHIFT = os.environ.get("SIGNPOST_CLOCK_SHIFT", "")  # the library made of clock_shift.c
__all__ = ["Bind", "Knot", "Nsd", "PowerDns", "free_port", "zone_text"]


class ZoneServer(ServerProcess):
    """One whose zones are files that its configuration names."""

    def __init__(self, zones=None, **more):
        super().__init__(**more)
        self.zones = {}
        os.mkdir(self.path("zones"))
        for name, text in (zones or {}).items():
            self.keep_zone(name, text)

    def zone_path(self, name):
        return self.path("zones", name.rstrip(".") + ".zone" if name != "." else "root.zone")

    def keep_zone(self, name, text, **settings):
        if text is not None:
            self.write(os.path.relpath(self.zone_path(name), self.directory), text)
        self.zones[name] = settings

    def configure(self):
        """Writes the server's configuration from self.zones."""
        raise NotImplementedError

    def reconfigure(self):
        """Makes the running server read it."""
        raise NotImplementedError

    def start(self):
        self.configure()
        super().start()
        return self.wait_serving(*[name for name, settings in self.zones.items()
                                   if "forward" not in settings])

    def add_zones(self, zones, **settings):
        """Adds {name: text}; a text of None leaves the file to somebody else. A secondary zone gets
        its records from its primary. Returns when all are served."""
        for name, text in zones.items():
            self.keep_zone(name, text, **settings)
        self.configure()
        self.reconfigure()
        return self.wait_serving(*zones)

    def add_zone(self, name, text, **settings):
        return self.add_zones({name: text}, **settings)

    def remove_zone(self, name):
        del self.zones[name]
        self.configure()
        self.reconfigure()


class Bind(ZoneServer):
    """named. Zones are dynamic, if it has a key: settings of a zone are policy (statements of
    update-policy), static=True (no updates), signed=True (DNSSEC), primary (a server to transfer
    from), notify (servers to tell), and forward (a server to ask, of a resolver).
    resolver=True: it asks others.
    clock_shift: by how many seconds its clock is wrong.

    It listens at addresses that an interface has only: 127.0.0.1 and ::1, no other of 127.0.0.0/8.
    """

    options = """\
options {
	directory "%(directory)s";
	pid-file none;
	lock-file none;
	session-keyfile "%(directory)s/session.key";
	listen-on port %(port)d { %(v4)s; };
	listen-on-v6 port %(port)d { %(v6)s; };
	query-source address %(source)s;
	notify-source %(source)s;
	transfer-source %(source)s;
	recursion %(recursion)s;
	allow-query { any; };
	allow-transfer { %(transfer)s; };
	notify explicit;
	notify-delay 0;
	notify-rate 1000;
	startup-notify-rate 1000;
	allow-notify { any; };
	serial-query-rate 1000;
	dnssec-validation no;
	empty-zones-enable no;
	max-cache-size 8M;
};
controls {
	inet 127.0.0.1 port %(control)d allow { 127.0.0.1; } keys { "rndc"; };
};
"""

    def __init__(self, resolver=False, clock_shift=0, **more):
        super().__init__(**more)
        self.resolver = resolver
        if clock_shift:
            self.environment = {"LD_PRELOAD": CLOCK_SHIFT, "CLOCK_SHIFT": str(clock_shift)}
        self.control = free_port()
        self.control_key = ask.Key(self.path("rndc.key"), "rndc")
        # Debian's AppArmor profile holds for /usr/sbin/named, and lets it into its own places only
        self.program = shutil.copy(ask.program("named"), self.path("named"))

    def command(self):
        return [self.program, "-g", "-n", "1", "-U", "1", "-c", self.path("named.conf")]

    def configure(self):
        v6 = ":" in self.address
        text = self.control_key.text() + (self.key.text() if self.key else "")
        text += self.options % {
            "directory": self.directory, "port": self.port, "control": self.control,
            "v4": "none" if v6 else self.address, "v6": self.address if v6 else "none",
            "source": self.address if not v6 else "127.0.0.1",
            "recursion": "yes" if self.resolver else "no",
            "transfer": 'key "%s"' % self.key.name if self.key else "any",
        }
        self.write("named.conf", text + "".join(map(self.zone_statement, self.zones)))
        os.chmod(self.path("named.conf"), 0o600)

    def zone_statement(self, name):
        settings = self.zones[name]
        if "forward" in settings:
            server = settings["forward"]
            return ('zone "%s" { type forward; forward only; forwarders { %s port %d; }; };\n'
                    % (name, server.address, server.port))
        parts = ['file "%s";' % self.zone_path(name)]
        if "primary" in settings:
            primary = settings["primary"]
            key = ' key "%s"' % self.key.name if self.key else ""
            parts += ["type secondary;", "masterfile-format text;",
                      "primaries { %s port %d%s; };" % (primary.address, primary.port, key)]
        else:
            parts.append("type primary;")
        if "policy" in settings:
            parts.append("update-policy { %s };" % settings["policy"])
        elif self.key and "primary" not in settings and not settings.get("static"):
            parts.append('allow-update { key "%s"; };' % self.key.name)
        if settings.get("signed"):
            parts.append("dnssec-policy default; inline-signing yes;")
        if settings.get("notify"):
            parts.append("also-notify { %s };" % " ".join(
                "%s port %d;" % (server.address, server.port) for server in settings["notify"]))
        return 'zone "%s" { %s };\n' % (name, " ".join(parts))

    def rndc_words(self):
        """rndc for this server, to be followed by its command."""
        return [ask.program("rndc"), "-s", "127.0.0.1", "-p", str(self.control), "-k",
                self.control_key.path]

    def rndc(self, *words):
        return self.run(*self.rndc_words(), *words)

    def reconfigure(self):
        self.rndc("reconfig")


class Knot(ZoneServer):
    """knotd. Settings of a zone are static=True (no updates; the file is somebody else's) and
    primary (a server to transfer from)."""

    options = """\
server:
  rundir: "%(directory)s"
  listen: "%(address)s@%(port)d"
  udp-workers: 1
  tcp-workers: 1
  background-workers: 1
log:
- target: stderr
  any: info
database:
  storage: "%(directory)s"
  journal-db-max-size: 16M
  kasp-db-max-size: 16M
  timer-db-max-size: 16M
  catalog-db-max-size: 16M
%(key)s%(remotes)sacl:
- id: own
%(own)s  action: [transfer, update]
- id: loopback
  address: [127.0.0.0/8, "::1"]
  action: notify
template:
- id: default
  storage: "%(directory)s/zones"
  file: "%%s.zone"
  journal-max-usage: 4M
zone:
"""

    def command(self):
        return [ask.program("knotd"), "-c", self.path("knot.conf")]

    def configure(self):
        primaries = {(settings["primary"].address, settings["primary"].port)
                     for settings in self.zones.values() if "primary" in settings}
        key = "  key: %s\n" % self.key.name if self.key else ""
        remotes = "".join('- id: "%s-%d"\n  address: "%s@%d"\n%s'
                          % (*primary, *primary, key) for primary in sorted(primaries))
        text = self.options % {
            "directory": self.directory, "address": self.address, "port": self.port,
            "key": self.key.yaml() if self.key else "",
            "own": key or '  address: [127.0.0.0/8, "::1"]\n',
            "remotes": "remote:\n" + remotes if remotes else "",
        }
        self.write("knot.conf", text + "".join(map(self.zone_statement, self.zones)))
        os.chmod(self.path("knot.conf"), 0o600)

    def zone_statement(self, name):
        settings = self.zones[name]
        text = "- domain: %s\n  acl: [own, loopback]\n" % name
        if "primary" in settings:
            text += "  master: %s-%d\n" % (settings["primary"].address, settings["primary"].port)
        if settings.get("static"):
            text += ('  file: "%s"\n  zonefile-sync: -1\n  zonefile-load: difference\n'
                     % self.zone_path(name))
        return text

    def knotc_words(self):
        return [ask.program("knotc"), "-s", self.path("knot.sock")]

    def reconfigure(self):
        self.run(*self.knotc_words(), "reload")


class Nsd(ZoneServer):
    """nsd, which takes no updates. The setting of a zone is primary (a server to transfer from)."""

    options = """\
server:
	ip-address: %(address)s@%(port)d
	server-count: 1
	username: ""
	database: ""
	zonesdir: "%(directory)s/zones"
	zonelistfile: "%(directory)s/zone.list"
	xfrdfile: "%(directory)s/xfrd.state"
	xfrdir: "%(directory)s"
	pidfile: "%(directory)s/nsd.pid"
	reuseport: no
	verbosity: 2
remote-control:
	control-enable: yes
	control-interface: "%(directory)s/nsd.ctl"
"""

    def command(self):
        return [ask.program("nsd"), "-d", "-c", self.path("nsd.conf")]

    def configure(self):
        text = self.options % {"directory": self.directory, "address": self.address,
                               "port": self.port}
        if self.key:
            text += ('key:\n\tname: "%s"\n\talgorithm: %s\n\tsecret: "%s"\n'
                     % (self.key.name, self.key.algorithm, self.key.secret))
        self.write("nsd.conf", text + "".join(map(self.zone_statement, self.zones)))
        os.chmod(self.path("nsd.conf"), 0o600)

    def zone_statement(self, name):
        settings = self.zones[name]
        key = self.key.name if self.key else "NOKEY"
        text = ('zone:\n\tname: "%s"\n\tzonefile: "%s"\n\tprovide-xfr: 127.0.0.0/8 %s\n'
                % (name, self.zone_path(name), key))
        if "primary" in settings:
            text += ("\tallow-notify: 127.0.0.0/8 NOKEY\n\trequest-xfr: AXFR %s@%d %s\n"
                     % (settings["primary"].address, settings["primary"].port, key))
        return text

    def control_words(self):
        return [ask.program("nsd-control"), "-c", self.path("nsd.conf")]

    def reconfigure(self):
        self.run(*self.control_words(), "reconfig")


class PowerDns(ServerProcess):
    """pdns_server with its SQLite backend, dynamic updates and the HTTP interface."""

    schema = "/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql"
    options = """\
launch=gsqlite3
gsqlite3-database=%(directory)s/pdns.db
local-address=%(address)s
local-port=%(port)d
socket-dir=%(directory)s
daemon=no
guardian=no
dnsupdate=yes
allow-dnsupdate-from=127.0.0.0/8,::1
allow-axfr-ips=
disable-axfr=no
cache-ttl=0
query-cache-ttl=0
negquery-cache-ttl=0
zone-cache-refresh-interval=0
default-soa-content=ns1.hosting.example hostmaster.@ 0 3600 600 86400 300
receiver-threads=1
distributor-threads=1
loglevel=5
security-poll-suffix=
webserver=yes
webserver-address=127.0.0.1
webserver-port=%(control)d
api=yes
api-key=%(api_key)s
"""

    def __init__(self, zones=None, **more):
        super().__init__(**more)
        self.control, self.api_key = free_port(), "in-the-tests-only"
        self.zones = dict(zones or {})

    def command(self):
        return [ask.program("pdns_server"), "--config-dir=" + self.directory]

    def util(self, *words):
        return self.run("pdnsutil", "--config-dir=" + self.directory, *words)

    def start(self):
        if not os.path.exists(self.path("pdns.db")):
            self.write("pdns.conf", self.options % {
                "directory": self.directory, "address": self.address, "port": self.port,
                "control": self.control, "api_key": self.api_key})
            with open(self.schema, encoding="ascii") as file:
                self.run("sqlite3", self.path("pdns.db"), given=file.read())
            if self.key:
                self.util("import-tsig-key", self.key.name, self.key.algorithm, self.key.secret)
            for name, text in self.zones.items():
                self.load(name, text)
        super().start()
        return self.wait_serving(*self.zones)

    def load(self, name, text):
        self.util("load-zone", name, self.write("zones/%s.zone" % name, text))
        if self.key:
            self.util("set-meta", name, "TSIG-ALLOW-DNSUPDATE", self.key.name)
            self.util("set-meta", name, "TSIG-ALLOW-AXFR", self.key.name)

    def add_zones(self, zones):
        for name, text in zones.items():
            self.load(name, text)
            self.zones[name] = text
        return self.wait_serving(*zones)

    def add_zone(self, name, text):
        return self.add_zones({name: text})
