"""embed.py OUTPUT FILE...: the files as bytes of a C source, the table page_builtin.

What a browser loads goes in without what only people read. From .js: indentation, blank lines and
comments that have lines of their own; so no string may have more than one line. From .css: comments,
and blanks around braces, semicolons and commas; so no string may hold any of these.
"""

import pathlib
import re
import sys

LEFT_OUT = {
    ".js": [(rb"(?ms)^[\t ]*/\*(?:(?!\*/).)*\*/[\t ]*\n", b""), (rb"(?m)^[\t ]+|^\n", b"")],
    ".css": [(rb"(?s)/\*.*?\*/", b""), (rb"\s*([{};,])\s*", rb"\1")],
}


def content(path):
    data = path.read_bytes()
    for pattern, rest in LEFT_OUT.get(path.suffix, []):
        data = re.sub(pattern, rest, data)
    return data


def rows(data):
    for start in range(0, len(data), 24):
        yield "\t" + ",".join(str(byte) for byte in data[start : start + 24]) + ",\n"


output, *names = sys.argv[1:]
with open(output, "w", encoding="ascii") as out:
    out.write('#include "render/page_set.h"\n\n')
    for number, name in enumerate(names):
        out.write(f"static const unsigned char file_{number}[] = {{\n")
        out.writelines(rows(content(pathlib.Path(name))))
        out.write("\t0};\n")
    out.write("const struct page_file page_builtin[] = {\n")
    for number, name in enumerate(names):
        base = pathlib.Path(name).name
        out.write(f'\t{{"{base}", "built-in {base}", (const char *)file_{number}, '
                  f"sizeof(file_{number}) - 1}},\n")
    out.write("};\nconst size_t page_builtin_count = "
              "sizeof(page_builtin) / sizeof(*page_builtin);\n")
