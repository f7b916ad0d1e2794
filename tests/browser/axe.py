"""axe-core: what of a page's accessibility a program can judge.

It comes from npm as package-lock.json says, once for a build folder.
"""

import fcntl
import functools
import os
import shutil
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
EVERYTHING = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOURS = ["color-contrast", "link-in-text-block"]

# preload asks for the stylesheets once more by a request, which the pages' own policy forbids.
RUN = """
const result = await axe.run(document, {
  runOnly: given[0], resultTypes: ["violations"], preload: false,
});
return {
  rules: result.passes.length + result.violations.length,
  violations: result.violations.map(v => ({
    id: v.id, help: v.help,
    nodes: v.nodes.map(n => n.html.slice(0, 200) + "  " + n.failureSummary.replace(/\\s+/g, " ")),
  })),
};
"""


@functools.cache
def install(directory):
    """The program text. npm fetches it unless it is in the directory; test programs take turns."""
    os.makedirs(directory, exist_ok=True)
    program = os.path.join(directory, "node_modules", "axe-core", "axe.min.js")
    with open(os.path.join(directory, "lock"), "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not is_installed(directory, program):
            for name in ("package.json", "package-lock.json"):
                shutil.copy(os.path.join(HERE, name), directory)
            done = subprocess.run(
                ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", directory],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                text=True, check=False, timeout=100)
            if done.returncode != 0:
                raise AssertionError("axe-core cannot be installed: npm says\n" + done.stdout)
    with open(program, encoding="utf-8") as file:
        return file.read()


def is_installed(directory, program):
    """Whether the program is there, and of the version that is asked for now."""
    try:
        with open(os.path.join(directory, "package-lock.json"), "rb") as have, \
                open(os.path.join(HERE, "package-lock.json"), "rb") as want:
            return have.read() == want.read() and os.path.exists(program)
    except FileNotFoundError:
        return False


def judge(browser, program, rules=None):
    """The violations on the page that is open, each in some lines of text. rules: only these."""
    if not browser.run("return !!window.axe"):
        browser.run(program + "; window.axe = axe;")
    result = browser.run_promise(RUN, {"type": "rule" if rules else "tag",
                                       "values": rules or EVERYTHING})
    if result["rules"] < (1 if rules else 10):
        raise AssertionError("axe-core used %d rules, which judges nothing" % result["rules"])
    return ["%s: %s\n    %s" % (v["id"], v["help"], "\n    ".join(v["nodes"]))
            for v in result["violations"]]
