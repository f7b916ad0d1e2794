"""What the style checks share: the files of the tree, and how a fault is told.

Every check is called with the root of the tree as its first argument, prints each fault as
"file:line: what is wrong", and exits 1 if there was one. A check that found nothing to look at
fails as well: it would otherwise go on passing after a file moved away.
"""

import pathlib
import subprocess
import sys

ROOT = pathlib.Path(sys.argv[1]).resolve()

NOT_OURS = {".git", "run", "__pycache__", "node_modules"}

_faults = []


def files(*patterns):
    """Files that match a pattern ("src/**/*.c"), sorted, without what builds and runs leave."""
    found = set()
    for pattern in patterns:
        for path in ROOT.glob(pattern):
            parts = path.relative_to(ROOT).parts
            if path.is_file() and not NOT_OURS & set(parts) and not parts[0].startswith("build"):
                found.add(path)
    return sorted(found)


def name(path):
    return str(pathlib.Path(path).relative_to(ROOT))


def lines(path):
    """Pairs of line number and text without its end."""
    text = pathlib.Path(path).read_text(encoding="utf-8", errors="replace")
    return enumerate(text.split("\n"), 1)


def fault(path, line, text):
    place = name(path) if line is None else f"{name(path)}:{line}"
    _faults.append(f"{place}: {text}")
    print(_faults[-1])


def run(*command):
    """Runs a tool at the root; shows what it says, without the root, and counts a failure."""
    done = subprocess.run(
        [str(word) for word in command], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, errors="replace", check=False,
    )
    output = done.stdout.replace(f"{ROOT}/", "")
    if done.returncode != 0:
        print(output, end="" if output.endswith("\n") else "\n")
        _faults.append(f"{command[0]}: exit status {done.returncode}")
        print(_faults[-1])
    return done.returncode == 0


def finish(looked_at):
    """Ends the check, which has looked at so many things."""
    if not looked_at:
        print("nothing was checked")
        sys.exit(1)
    sys.exit(1 if _faults else 0)
