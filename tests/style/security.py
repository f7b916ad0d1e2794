"""security.py ROOT: the tests that SECURITY.md names for its promises are there.

In the last column of its table a word in backquotes is a file, or a test in the file before it:
Class or Class.test of Python, a function of C.
"""

import ast
import re

import tree

PAGE = tree.ROOT / "SECURITY.md"


def names_in(path):
    """The tests of a file, as the page calls them."""
    text = path.read_text(encoding="utf-8", errors="replace")
    if path.suffix == ".c":
        return set(re.findall(r"\bcmocka_unit_test\w*\((\w+)", text))
    found = set()
    for node in ast.parse(text).body if path.suffix == ".py" else []:
        if isinstance(node, ast.ClassDef):
            found.add(node.name)
            found |= {f"{node.name}.{part.name}" for part in node.body
                      if isinstance(part, ast.FunctionDef) and part.name.startswith("test_")}
    return found


def check(number, words):
    path = None
    for word in words:
        if "/" in word:
            path = tree.ROOT / word
            if not path.is_file() or not word.startswith("tests/"):
                tree.fault(PAGE, number, f"{word} is no file of the tests")
                path = None
        elif path and word not in names_in(path):
            tree.fault(PAGE, number, f"{tree.name(path)} has no test {word}")


promises = 0
for at, line in tree.lines(PAGE):
    cells = line.strip("|").split("|")
    if not line.startswith("|") or len(cells) != 2 or cells[1].strip() in ("tests", "---"):
        continue
    named = re.findall(r"`([^`]+)`", cells[1])
    if not named:
        tree.fault(PAGE, at, "a promise without a test")
    check(at, named)
    promises += 1
tree.finish(promises)
