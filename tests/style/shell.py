"""shell.py ROOT: every shell script passes shellcheck, is executable, and explains itself."""

import os
import subprocess

import tree


def is_shell(path):
    return path.read_bytes().startswith((b"#!/bin/sh", b"#!/usr/bin/env sh"))


scripts = [path for path in tree.files("tools/*", ".ci/*", "tests/**/*", "packaging/**/*")
           if is_shell(path)]
tree.run("shellcheck", *map(tree.name, scripts))
for script in scripts:
    if not os.access(script, os.X_OK):
        tree.fault(script, None, "is not executable")
    elif script.parent.name == "tools":
        done = subprocess.run([script, "--help"], stdout=subprocess.PIPE, text=True, check=False)
        if done.returncode != 0 or not done.stdout.startswith(f"usage: tools/{script.name}"):
            tree.fault(script, None, "--help does not print its usage")
tree.finish(scripts)
