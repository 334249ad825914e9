"""The ground floor has no circles: whoever reads a file can read what it builds on first."""

from __future__ import annotations

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import providers

ROOT = Path(providers.__file__).parent


def builds_on(path: Path, modules: set[str]) -> set[str]:
    """The modules that a file imports, wherever in it, but for names that only types need."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            node.body = []
    package = path.relative_to(ROOT.parent).parent.parts
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = ".".join([*package[: len(package) - node.level + 1], *([node.module] if node.module else [])])
            for alias in node.names:
                named = f"{base}.{alias.name}"
                found.add(named if named in modules else base)
    return found


def test_no_file_builds_on_one_that_builds_on_it():
    files = {".".join(file.relative_to(ROOT.parent).with_suffix("").parts): file for file in ROOT.rglob("*.py")}
    files = {name.removesuffix(".__init__"): file for name, file in files.items()}
    rooms = {name: builds_on(file, files.keys()) - {name} for name, file in files.items()}
    order = list(TopologicalSorter(rooms).static_order())
    assert order.index("providers.faults") < order.index("providers.compiled") < order.index("providers.registry")
