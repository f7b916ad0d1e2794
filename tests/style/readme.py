"""readme.py ROOT SIGNPOST SIGNPOSTD: every command of README.md prints what stands under it.

A command is a ```sh block, its output the block that follows at once. All run one after the
other beside the example site that tools/run makes, with a service on it. In an output, a line "..."
stands for any number of lines. The port differs, and the date.
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
import service  # noqa: E402  it reads the environment

README = tree.ROOT / "README.md"
ADDRESS = "127.0.0.1:8080"


class Site:
    """The example site, in a folder that looks like a built tree."""

    def __init__(self, root):
        self.root = root
        self.port = service.free_port()
        self.configuration = str(root / "run" / "signpost.conf")
        (root / "build").symlink_to(service.PROGRAMS)
        (root / "xml").symlink_to(tree.ROOT / "xml")
        # on a terminal curl shows no progress; here it thinks that it has none
        (root / ".curlrc").write_text("silent\nshow-error\n", encoding="ascii")
        subprocess.run([tree.ROOT / "tools" / "run", "--make", root / "run", str(self.port)],
                       check=True)

    def output(self, command):
        address = f"127.0.0.1:{self.port}"
        done = subprocess.run(
            ["sh", "-c", command.replace(ADDRESS, address)], cwd=self.root, timeout=60,
            env={**os.environ, "CURL_HOME": str(self.root)}, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
        )
        text = done.stdout.decode("utf-8", "backslashreplace").replace("\r\n", "\n")
        return text.replace(address, ADDRESS)


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
            lines.append(re.escape(line) + r"\n")
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
    daemon = service.Daemon(site)
    for at, command, shown in examples():
        compare(at, shown, site.output(command))
        found += 1
    daemon.stop()
tree.finish(found)
