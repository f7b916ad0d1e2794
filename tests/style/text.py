"""text.py ROOT: what every file that we write by hand keeps to.

At most 800 lines, none longer than 100 columns in code, no blank at a line's end, one newline at
the file's end; nothing left for later; and no name of a place outside the tree.
"""

import pathlib
import re

import tree

LINES_MAX = 800
COLUMNS_MAX = 100
TAB = 8

CODE = ["src/**/*.[ch]", "tests/**/*.[ch]", "tests/**/*.py", "tools/*", ".ci/*", "**/meson.build",
        "meson_options.txt"]
PROSE = ["*.md", "docs/**/*", "packaging/**/*", "xml/**/*", "dns-zones/**/*"]

# Spelled apart, so that this file passes its own check.
LATER = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X|HA" + r"CK)\b")
UPWARD = re.compile(r"(?<![\w./])((?:[\w.-]+/)*?(?:\.\./)+[\w./-]*)")


def outside():
    """Where this checkout lies: the tree has no reason to know."""
    own = str(tree.ROOT)
    above = tree.ROOT.parent
    return [own] + ([f"{above}/"] if len(above.parts) > 1 and above != pathlib.Path("/tmp") else [])


def leaves_tree(path, reference):
    """Whether a path with .. in it leaves the tree, from the file's folder and from the root."""
    return all(
        not pathlib.Path(*_folded((base / reference).parts)).is_relative_to(tree.ROOT)
        for base in (path.parent, tree.ROOT)
    )


def _folded(parts):
    kept = []
    for part in parts:
        if part == ".." and len(kept) > 1:
            kept.pop()
        elif part != "..":
            kept.append(part)
    return kept


def check_line(path, number, line, is_code):
    if is_code and len(line.expandtabs(TAB)) > COLUMNS_MAX:
        tree.fault(path, number, f"{len(line.expandtabs(TAB))} columns, at most {COLUMNS_MAX}")
    if line != line.rstrip():
        tree.fault(path, number, "blank at the line's end")
    if match := LATER.search(line):
        tree.fault(path, number, f"{match.group(1)}: something is left for later")
    for place in OUTSIDE:
        if place in line:
            tree.fault(path, number, f"names a place outside the tree: {place}")
    for reference in UPWARD.findall(line):
        if leaves_tree(path, reference):
            tree.fault(path, number, f"leads out of the tree: {reference}")


def check(path, is_code):
    text = path.read_text(encoding="utf-8", errors="replace")
    rows = text.split("\n")
    if rows[-1] or (len(rows) > 1 and not rows[-2].strip()):
        tree.fault(path, len(rows), "the file does not end with one newline")
    if is_code and len(rows) - 1 > LINES_MAX:
        tree.fault(path, None, f"{len(rows) - 1} lines, at most {LINES_MAX}: it is two subjects")
    for number, line in enumerate(rows, 1):
        check_line(path, number, line, is_code)


OUTSIDE = outside()
code = tree.files(*CODE)
prose = [path for path in tree.files(*PROSE) if path not in code and path.suffix != ".png"]
for file in code:
    check(file, True)
for file in prose:
    check(file, False)
tree.finish(code)
