"""tidy.py ROOT BUILD: clang-tidy over src, with the flags of the build directory."""

import concurrent.futures
import os
import re
import subprocess
import sys

import tree


# What stands before src/ in a place: the tree, from the build directory or from the top.
BEFORE_SRC = re.compile(r"^\S*(?=src/\S+:\d+:)", re.MULTILINE)


def check(path):
    return subprocess.run(
        ["clang-tidy", "--quiet", "-p", sys.argv[2], path],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False,
    )


sources = tree.files("src/**/*.c")
with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
    for source, done in zip(sources, pool.map(check, sources)):
        if done.returncode != 0:
            print(BEFORE_SRC.sub("", done.stdout) or done.stderr)
            tree.fault(source, None, "clang-tidy finds fault with it")
tree.finish(sources)
