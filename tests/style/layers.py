"""layers.py ROOT: who may include whom.

A file of a layer includes its own layer and those below it; a unit test what its layer may. The
pure layers are handed bytes and hand bytes back, so they have no use for headers of files and the
clock. Those that have types and plain functions beside their system calls (sys/socket.h for struct
sockaddr, sys/mman.h for memory) are left to purity.py, which sees what is really called.
"""

import re

import tree

LAYERS = ["base", "model", "render", "http", "store", "sign", "dns", "probe", "server", "cmd"]
PURE = LAYERS[: LAYERS.index("http") + 1]

OUTSIDE_HEADERS = {
    "dirent.h", "fcntl.h", "locale.h", "netdb.h", "poll.h", "pthread.h", "signal.h", "sys/epoll.h",
    "sys/random.h", "sys/stat.h", "sys/time.h", "sys/un.h", "syslog.h", "time.h", "unistd.h",
}

INCLUDE = re.compile(r'\s*#\s*include\s*([<"])([^>"]+)[>"]')


def is_source(path):
    return path.is_relative_to(tree.ROOT / "src")


def check(path, layer):
    for number, line in tree.lines(path):
        match = INCLUDE.match(line)
        if not match:
            continue
        kind, header = match.groups()
        if kind == '"':
            check_own(path, number, layer, header)
        elif layer in PURE and is_source(path) and header in OUTSIDE_HEADERS:
            tree.fault(path, number, f"<{header}> in the pure layer {layer}")


def check_own(path, number, layer, header):
    other = header.split("/")[0]
    if not is_source(path) and (path.parent / header).is_file():
        return
    if other not in LAYERS or "/" not in header:
        tree.fault(path, number, f'"{header}" does not begin with a layer: "layer/file.h"')
    elif LAYERS.index(other) > LAYERS.index(layer):
        tree.fault(path, number, f'layer {layer} includes "{header}" of the higher layer {other}')
    elif not (tree.ROOT / "src" / header).is_file():
        tree.fault(path, number, f'"{header}" is not there')


sources = tree.files("src/**/*.[ch]", "tests/unit/**/*.[ch]")
for source in sources:
    parts = source.relative_to(tree.ROOT).parts
    folder = parts[1] if parts[0] == "src" else parts[2]
    if source.parent == tree.ROOT / "tests" / "unit":
        continue  # shared by the tests of several layers
    if folder in LAYERS:
        check(source, folder)
    else:
        tree.fault(source, None, f"{folder} is no layer")
tree.finish(sources)
