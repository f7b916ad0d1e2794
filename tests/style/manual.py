"""manual.py ROOT: mandoc finds nothing to say about the manual pages, and all are installed."""

import tree

pages = tree.files("docs/man/*.[1-8]")
tree.run("mandoc", "-T", "lint", "-W", "warning", *map(tree.name, pages))
build = tree.ROOT / "meson.build"
installed = build.read_text(encoding="utf-8").split("install_man(", 1)[-1].split(")", 1)[0]
for page in pages:
    if f"'{tree.name(page)}'" not in installed:
        tree.fault(build, None, f"does not install {tree.name(page)}")
tree.finish(pages)
