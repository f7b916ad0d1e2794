"""picture.py BUILD: puts the README's picture of the page, which the browser tests left in that
build folder, into docs/.

    meson test -C build-gcc browser-picture && python3 tests/browser/picture.py build-gcc

Look at it before it is committed.
"""

import os
import shutil
import struct
import sys

NAME = "settings-page.png"
SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PLACE = os.path.join(SOURCE, "docs", NAME)
BYTES_MAX = 200000
WIDTH = 1000  # pixels


def size(path):
    """Width and height of a PNG; ValueError for anything else."""
    with open(path, "rb") as file:
        head = file.read(24)
    if len(head) < 24 or head[:8] != b"\x89PNG\r\n\x1a\n" or head[12:16] != b"IHDR":
        raise ValueError("%s is no PNG" % path)
    return struct.unpack(">II", head[16:24])


def check(path):
    """What is wrong with the picture, or None."""
    if not os.path.exists(path):
        return "there is no %s" % path
    if os.path.getsize(path) > BYTES_MAX:
        return "%s: %d bytes, at most %d" % (path, os.path.getsize(path), BYTES_MAX)
    try:
        if size(path)[0] != WIDTH:
            return "%s: %d pixels wide, not %d" % (path, size(path)[0], WIDTH)
    except ValueError as error:
        return str(error)
    return None


def main(arguments):
    if len(arguments) != 1 or arguments[0].startswith("-"):
        print(__doc__.strip(), file=sys.stdout if arguments == ["--help"] else sys.stderr)
        return 0 if arguments == ["--help"] else 2
    made = os.path.join(arguments[0], "browser", "pictures", NAME)
    if problem := check(made):
        print("picture.py: %s; run the test browser-picture first" % problem, file=sys.stderr)
        return 1
    shutil.copy(made, PLACE)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
