"""format.py ROOT: clang-format has nothing to change."""

import tree

sources = tree.files("src/**/*.[ch]", "tests/**/*.[ch]")
tree.run("clang-format", "--dry-run", "-Werror", *map(tree.name, sources))
tree.finish(sources)
