"""Questions to name servers by dig, kdig and nsupdate: what the tests judge by is never our own
program's word.

A server here is anything with an address, a port and a key (ask.Key or None).
"""

import base64
import os
import re
import secrets
import shutil
import subprocess

PATH = os.environ.get("PATH", "") + os.pathsep + "/usr/sbin:/sbin"  # a user's lacks these


def program(name):
    """The path of a program that a server's package brings."""
    path = shutil.which(name, path=PATH)
    assert path, "%s is not installed; see tools/deps" % name
    return path


class Key:
    """A TSIG key: a new secret each time, in the forms that servers and programs read."""

    def __init__(self, path, name="signpost", algorithm="hmac-sha256", secret=None):
        self.path, self.name, self.algorithm = path, name, algorithm
        self.secret = secret or base64.b64encode(secrets.token_bytes(32)).decode()
        self.write(path)
        self.line_path = self.write(path + ".line", self.line() + "\n")

    def text(self):
        """As tsig-keygen(8) writes it."""
        return ('key "%s" {\n\talgorithm %s;\n\tsecret "%s";\n};\n'
                % (self.name, self.algorithm, self.secret))

    def yaml(self):
        """As Knot's keymgr -t writes it."""
        return ("key:\n- id: %s\n  algorithm: %s\n  secret: %s\n"
                % (self.name, self.algorithm, self.secret))

    def line(self):
        """As dig -y and nsupdate -y have it, and kdig in a file."""
        return "%s:%s:%s" % (self.algorithm, self.name, self.secret)

    def write(self, path, text=None, mode=0o640):
        with open(path, "w", encoding="ascii") as file:
            file.write(self.text() if text is None else text)
        os.chmod(path, mode)
        return path


def lines(text):
    """The records of dig's or kdig's output, "OWNER TTL IN TYPE RDATA" each, sorted."""
    records = [" ".join(re.split(r"\s+", line.strip(), maxsplit=4))
               for line in text.splitlines() if line.strip() and not line.startswith(";")]
    return sorted(records)


class Answer:
    """What dig says: status ("NOERROR"), flags (a set of "aa", "rd"...) and the records."""

    def __init__(self, text):
        header = re.search(r"status: (\w+)", text)
        flags = re.search(r"(?m)^;; flags: ([^;]*);", text)
        self.status = header.group(1) if header else None
        self.flags = set(flags.group(1).split()) if flags else set()
        self.text = text
        self.records = lines(text)


def ask(server, name, kind="A", *options, tries=2):
    """The Answer of one question, or None if nothing came back."""
    done = subprocess.run(
        [program("dig"), "-r", "@" + server.address, "-p", str(server.port), "+norecurse",
         "+tries=%d" % tries, "+time=2", "+noall", "+comments", "+answer", *options, "-q", name,
         "-t", kind],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=60)
    if done.returncode != 0:
        return None
    return Answer(done.stdout)


def dig(server, name, kind="A", *options):
    """The records of an answer; AssertionError if there is none, or one that is an error."""
    answer = ask(server, name, kind, *options)
    assert answer, "%s:%d does not answer" % (server.address, server.port)
    assert answer.status in ("NOERROR", "NXDOMAIN"), answer.text
    return answer.records


def kdig(server, name, kind="A", *options):
    """As dig(), by Knot's program."""
    done = subprocess.run(
        [program("kdig"), "@" + server.address, "-p", str(server.port), "+norecurse", "+timeout=2",
         "+noall", "+answer", *options, "-q", name, "-t", kind],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout
    return lines(done.stdout)


def axfr(server, zone, soa=False, program_name="dig"):
    """The whole zone, sorted; without the SOA record, whose serial counts every change."""
    path = server.key and (server.key.line_path if program_name == "kdig" else server.key.path)
    command = [program(program_name), "@" + server.address, "-p", str(server.port),
               *(["-k", path] if path else []), "+noall", "+answer", "-q", zone, "-t", "AXFR"]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False, timeout=60)
    records = [line for line in lines(done.stdout) if line.split(" ")[3] != "TSIG"]
    assert done.returncode == 0 and records, done.stdout
    return [line for line in sorted(set(records)) if soa or line.split(" ")[3] != "SOA"]


def serials(server, zones):
    """{zone: serial} of those that the server answers for."""
    questions = [word for zone in zones for word in ("-q", zone, "-t", "SOA")]
    done = subprocess.run(
        [program("dig"), "-r", "@" + server.address, "-p", str(server.port), "+norecurse",
         "+tries=1", "+time=2", "+noall", "+answer", *questions],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False, timeout=300)
    fields = [line.split(" ") for line in lines(done.stdout)]
    found = {line[0]: int(line[6]) for line in fields if line[3] == "SOA"}
    return {zone: found[zone.rstrip(".") + "."] for zone in zones
            if zone.rstrip(".") + "." in found}


def serial(server, zone):
    """The serial of a zone, None if the server does not answer or has not got the zone."""
    return serials(server, [zone]).get(zone)


def nsupdate(server, *commands, zone=None, key=None, tcp=False):
    """Changes a zone as an administrator or another program does. The exit status and output."""
    key = key or server.key
    text = "\n".join(["server %s %d" % (server.address, server.port),
                      *(["zone " + zone] if zone else []), *commands, "send", ""])
    options = (["-v"] if tcp else []) + (["-k", key.path] if key else [])
    done = subprocess.run(
        [program("nsupdate"), "-t", "5", *options], input=text, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, check=False, timeout=60)
    return done.returncode, done.stdout


def update(server, *commands, zone=None):
    """As nsupdate(), and it has to be done."""
    status, output = nsupdate(server, *commands, zone=zone)
    assert status == 0, output
