"""readme.py ROOT SIGNPOST SIGNPOSTD: every command of README.md prints what stands under it.

A command is a ```sh block, its output the block that follows at once. All run one after the
other beside the example site that tools/run makes, with a service and the name server of
tools/named on it. In an output, a line "..." stands for any number of lines. The ports differ, the
date, and the tokens of links.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

import tree

sys.path.insert(0, str(tree.ROOT / "tests" / "scenario"))
os.environ["SIGNPOST_PROGRAMS"] = os.path.dirname(os.path.abspath(sys.argv[2]))
sys.path.insert(0, str(tree.ROOT / "tests" / "dns"))
import service  # noqa: E402  it reads the environment
from server_process import ServerProcess, free_port  # noqa: E402

README = tree.ROOT / "README.md"
ADDRESS = "127.0.0.1:8080"
DNS_PORT = "5300"
TOKEN = re.compile(r"/s/[A-Za-z0-9_-]{40,}")
DNS_PORTS = range(9001, 9999)  # as long as the other, for tables, and like no number of the README


class Site:
    """The example site, in a folder that looks like a built tree."""

    def __init__(self, root):
        self.root = root
        self.port = service.free_port()
        self.dns_port = free_port(DNS_PORTS)
        self.configuration = str(root / "run" / "signpost.conf")
        (root / "build").symlink_to(service.PROGRAMS)
        (root / "xml").symlink_to(tree.ROOT / "xml")
        # on a terminal curl shows no progress; here it thinks that it has none
        (root / ".curlrc").write_text("silent\nshow-error\n", encoding="ascii")
        for tool, port in (("run", self.port), ("named", self.dns_port)):
            subprocess.run([tree.ROOT / "tools" / tool, "--make", root / "run", str(port)],
                           check=True)
        # as tools/run has it while it serves
        path = pathlib.Path(self.configuration)
        path.write_text(re.sub(r"(?m)^url = https.*$", f"url = http://127.0.0.1:{self.port}",
                               path.read_text(encoding="utf-8")), encoding="utf-8")

    def output(self, command):
        address = f"127.0.0.1:{self.port}"
        command = re.sub(rf"\b{DNS_PORT}\b", str(self.dns_port), command)
        done = subprocess.run(
            ["sh", "-c", command.replace(ADDRESS, address)], cwd=self.root, timeout=60,
            env={**os.environ, "CURL_HOME": str(self.root)}, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
        )
        text = done.stdout.decode("utf-8", "backslashreplace").replace("\r\n", "\n")
        text = re.sub(rf"\b{self.dns_port}\b", DNS_PORT, text.replace(address, ADDRESS))
        return TOKEN.sub("/s/TOKEN", text.replace(str(self.root), "."))


class NameServer(ServerProcess):
    """What tools/named runs in the end."""

    def __init__(self, site):
        super().__init__(port=site.dns_port)
        self.folder = site.root / "run" / "named"

    def command(self):
        return [str(self.folder / "named"), "-g", "-c", str(self.folder / "named.conf")]


def examples():
    """(line, command, output or None) of every ```sh block."""
    text = README.read_text(encoding="utf-8")
    for match in re.finditer(r"(?ms)^```sh\n(.*?)^```\n(?:```[a-z]+\n(.*?)^```$)?", text):
        yield text.count("\n", 0, match.start()) + 1, match.group(1), match.group(2)


def pattern(shown):
    """Of an output: dots for lines, any date."""
    lines = []
    for line in shown.rstrip("\n").split("\n"):
        if line.strip() == "...":
            lines.append(r"(?:.*\n)*?")
        elif line.startswith("Date: "):
            lines.append(r"Date: .*\n")
        else:
            lines.append(re.escape(TOKEN.sub("/s/TOKEN", line)) + r"\n")
    return "".join(lines)


def compare(number, shown, printed):
    printed = printed.rstrip("\n") + "\n"  # JSON has no newline at its end
    if shown is None:
        tree.fault(README, number, f"no output under this command, which prints:\n{printed}")
    elif not re.fullmatch(pattern(shown), printed):
        tree.fault(README, number, f"this command prints something else:\n{printed}")


found = 0
with tempfile.TemporaryDirectory(prefix="signpost-readme-") as folder:
    site = Site(pathlib.Path(folder))
    name_server = NameServer(site).start().wait_serving("kunde.example")
    daemon = service.Daemon(site)
    for at, command, shown in examples():
        compare(at, shown, site.output(command))
        found += 1
    daemon.stop()
    name_server.stop()
tree.finish(found)
