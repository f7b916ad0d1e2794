"""Measures the dns commands with many domains; tools/bench dns starts it.

files     100,000 domains of 20 records: fragments generated and written, the same again without a
          change, and again with one changed record in each; seconds, and the most memory
publish   dynamic updates at BIND and Knot, with 1, 4 and 16 under way
verify    questions a second at BIND and Knot

Each command is run several times where it can be; what is printed is the median.
"""

import argparse
import os
import pathlib
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

TREE = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(TREE / "tests" / "dns"), str(TREE / "tests" / "scenario")]
ZONE = """\
@ MX 10 mx.hosting.example. ; Mail for the domain arrives here.
@ TXT "v=spf1 include:_spf.hosting.example -all" ; Who may send mail of the domain.
_dmarc TXT "v=DMARC1; p=none" ; What receivers do with mail that fails.
s1._domainkey CNAME s1._domainkey.hosting.example. ; The key that mail is signed with.
s2._domainkey CNAME s2._domainkey.hosting.example. ; The next key.
%s"""


class Site:
    """An example site in a folder, and the commands on it."""

    def __init__(self, programs, root, domains, **keys):
        self.program = os.path.join(programs, "signpost")
        self.root = root
        self.configuration = os.path.join(root, "signpost.conf")
        self.command("init", root, config=False)
        shutil.copy(TREE / "xml" / "providers" / "smartermail.xml", os.path.join(root, "providers"))
        os.makedirs(os.path.join(root, "zones"), exist_ok=True)
        self.write_zone("")
        self.set(service="autoconfig.hosting.example", change_limit=100, queries=1000000, **keys)
        lines = "".join("%s,smartermail\n" % name for name in domains)
        self.command("domain", "import", "-", given=lines)

    def write_zone(self, extra):
        pad = "".join("extra%d A 192.0.2.%d ; Fills the zone up to 20 records.\n" % (i, i)
                      for i in range(1, 1 + 20 - 5 - self.derived()))
        with open(os.path.join(self.root, "zones", "smartermail.zone"), "w") as file:
            file.write(ZONE % pad + extra)

    @staticmethod
    def derived():
        """How many records come from the provider document: 6 of mail, 2 names, as below."""
        return 8

    def set(self, **keys):
        """Keys of [dns]."""
        with open(self.configuration) as file:
            before, text = file.read().split("[dns]\n")
        text, after = re.fullmatch(r"(?s)(.*?)(^\[.*)", text, re.M).groups()
        for key, value in keys.items():
            text, count = re.subn(r"(?m)^#?%s =.*$" % key, "%s = %s" % (key, value), text)
            assert count == 1, (key, count)
        with open(self.configuration, "w") as file:
            file.write(before + "[dns]\n" + text + after)

    def command(self, *words, given=None, config=True):
        """(seconds, most memory in MB, standard output)"""
        begin = time.monotonic()
        out = tempfile.TemporaryFile()
        process = subprocess.Popen(
            [self.program, *(["--config", self.configuration] if config else []), *words],
            stdin=subprocess.PIPE, stdout=out)
        process.stdin.write((given or "").encode())
        process.stdin.close()
        most = 0
        while process.poll() is None:
            most = max(most, resident_peak(process.pid))
            time.sleep(0.01)
        seconds = time.monotonic() - begin
        out.seek(0)
        text = out.read().decode()
        if process.returncode != 0:
            sys.exit("bench: signpost %s: status %d\n%s" % (" ".join(words), process.returncode,
                                                            text[-500:]))
        return seconds, most, text


def resident_peak(pid):
    """MB. Not what wait4() tells, which begins with the memory of whoever started the program."""
    try:
        with open("/proc/%d/status" % pid) as file:
            return int(re.search(r"VmHWM:\s+(\d+)", file.read()).group(1)) / 1024
    except (OSError, AttributeError):
        return 0


def report(*cells):
    print("| " + " | ".join(str(cell) for cell in cells) + " |", flush=True)


def last_line(text):
    return text.rstrip("\n").rsplit("\n", 1)[-1]


def stamps(directory):
    return {entry.name: (entry.stat().st_ino, entry.stat().st_mtime_ns)
            for entry in os.scandir(directory)}


def bench_files(programs, root, count):
    names = ["kunde-%06d.example" % i for i in range(count)]
    directory = os.path.join(root, "generated")
    os.mkdir(directory)
    site = Site(programs, os.path.join(root, "files"), names, publish="fragments",
                directory=directory)
    report("files, %d domains of 20 records" % count, "seconds", "most memory, MB", "")
    report("---", "---:", "---:", "---")
    for what in ("first run, all written", "second run, nothing changed"):
        seconds, memory, text = site.command("dns", "publish", "--all")
        if what.startswith("first"):
            before = stamps(directory)
        report(what, "%.1f" % seconds, "%.0f" % memory, last_line(text))
    same = stamps(directory) == before
    report("files touched by the second run", "none" if same else "SOME", "", "")
    site.write_zone("new A 192.0.2.99 ; One record more.\n")
    seconds, memory, text = site.command("dns", "publish", "--all")
    report("one record more in each", "%.1f" % seconds, "%.0f" % memory, last_line(text))
    records = sum(1 for line in open(os.path.join(directory, names[0] + ".zone"))
                  if line.strip() and not line.startswith(";"))
    report("records in a file after it", records, "", "")
    size = os.path.getsize(os.path.join(site.root, "signpost.db")) / 1e6
    report("store", "%.0f MB" % size, "", "")
    print()


def bench_servers(programs, root, count, rounds):
    import ask  # noqa: PLC0415  wants the path above
    import servers  # noqa: PLC0415

    class Knot(servers.Knot):
        """With a journal for all these updates; that of the tests is small."""
        options = servers.Knot.options.replace("journal-db-max-size: 16M",
                                               "journal-db-max-size: 2G")

    report("updates, %d zones, new and undone in turns" % count, "under way", "zones/s publish",
           "zones/s undo")
    report("---", "---:", "---:", "---:")
    verify = []
    for kind in (servers.Bind, Knot):
        folder = os.path.join(root, kind.__name__)
        os.mkdir(folder)
        key = ask.Key(os.path.join(folder, "key"))
        names = ["kunde-%05d.example" % i for i in range(count)]
        server = kind(key=key)
        server.start()
        server.add_zones({name: servers.zone_text(name) for name in names})
        site = Site(programs, os.path.join(folder, "site"), names, key=key.path,
                    primary="%s:%d" % (server.address, server.port))
        for under_way in (1, 4, 16):
            site.set(updates=under_way)
            times = {"publish": [], "undo": []}
            for _ in range(rounds):
                for command in ("publish", "undo"):
                    times[command].append(site.command("dns", command, "--all")[0])
            report(kind.__name__, under_way,
                   *("%.0f" % (count / statistics.median(times[c])) for c in ("publish", "undo")))
        site.command("dns", "publish", "--all")
        runs = [site.command("dns", "verify", "--all") for _ in range(rounds)]
        verify.append((kind.__name__, statistics.median(run[0] for run in runs),
                       max(run[1] for run in runs), last_line(runs[-1][2])))
        server.stop()
        server.remove()
    print()
    report("verify, %d zones" % count, "seconds", "most memory, MB", "")
    report("---", "---:", "---:", "---")
    for name, seconds, memory, text in verify:
        report(name, "%.2f" % seconds, "%.0f" % memory, text)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("programs")
    parser.add_argument("--domains", type=int, default=100000)
    parser.add_argument("--zones", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=["files", "servers"])
    arguments = parser.parse_args()
    os.environ["SIGNPOST_PROGRAMS"] = arguments.programs
    print("%s, %d cores, %s\n" % (platform.machine(), os.cpu_count(), time.strftime("%Y-%m-%d")))
    with tempfile.TemporaryDirectory(prefix="signpost-bench-") as root:
        if arguments.only != "servers":
            bench_files(arguments.programs, root, arguments.domains)
        if arguments.only != "files":
            bench_servers(arguments.programs, root, arguments.zones, arguments.rounds)


if __name__ == "__main__":
    main()
