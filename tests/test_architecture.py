"""The house is what ARCHITECTURE.md draws: the arrows between its rooms, and a line for every file.

`python -m tests.test_architecture` writes the lines anew.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from graphlib import TopologicalSorter
from itertools import groupby
from pathlib import Path

ROOT = Path(__file__).parents[1]
MAP = ROOT / "ARCHITECTURE.md"
_FILES = re.compile(r"(?s)(<!-- files -->\n).*(<!-- end of files -->)")
# A room may import from those that stand before it.
ROOMS = ("sources", "documents", "reading", "planning", "costing", "publishing", "service", "cli")
MODULES = {
    ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): file
    for package in ("providers", "octoregistry")
    for file in (ROOT / package).rglob("*.py")
}


def imports_of(module: str) -> Iterator[str]:
    """The modules of ours that a module imports, wherever in its file."""
    file = MODULES[module]
    package = (module if file.name == "__init__.py" else module.rpartition(".")[0]).split(".")
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in MODULES)
        elif isinstance(node, ast.ImportFrom):
            above = ".".join(package[: len(package) + 1 - node.level]) if node.level else ""
            source = ".".join(filter(None, (above, node.module)))
            named = (f"{source}.{alias.name}" for alias in node.names)
            yield from (name if name in MODULES else source for name in named if source in MODULES)


def room_of(module: str) -> str:
    """The folder of `octoregistry` that a module stands in; "" for one that stands in none."""
    parts = module.split(".")
    return parts[1] if parts[0] == "octoregistry" and len(parts) > 1 and parts[1] in ROOMS else ""


def listed() -> str:
    """A line a file, room by room: the rooms in the order in which facts pass them."""
    files = sorted(
        (file for room in ("providers", "octoregistry") for file in (ROOT / room).rglob("*.py")),
        key=lambda file: (file.parent, file.name != "__init__.py", file.name),
    )
    rooms = []
    for folder, members in groupby(files, key=lambda file: file.parent):
        lines = [line for file in members if (line := _line(file))]
        if lines:
            rooms.append(f"**{folder.relative_to(ROOT)}/**\n" + "\n".join(lines))
    return "\n\n".join(rooms) + "\n"


def _line(file: Path) -> str:
    first = (ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or "").partition("\n\n")[0]
    name = "" if file.name == "__init__.py" else f"`{file.name}` "
    return f"- {name}{' '.join(first.split())}" if first else ""


def rewritten(text: str) -> str:
    """The map with the list of files as it is now."""
    return _FILES.sub(lambda found: f"{found[1]}{listed()}{found[2]}", text)


def test_the_map_has_a_line_for_every_file() -> None:
    """Whoever moves in finds each file in it, and none that is gone."""
    text = MAP.read_text(encoding="utf-8")
    assert rewritten(text) == text, "run `python -m tests.test_architecture`"


def test_providers_know_nothing_of_octoregistry() -> None:
    """A program that calls models carries none of what keeps the registry true."""
    arrows = [(module, target) for module in MODULES for target in imports_of(module)]
    assert [arrow for arrow in arrows if arrow[0].startswith("providers") and arrow[1].startswith("octoregistry")] == []


def test_a_room_imports_only_from_rooms_that_facts_pass_before_it() -> None:
    """Reading knows nothing of planning, planning nothing of publishing, and nobody of the command line."""
    arrows = {(module, target) for module in MODULES if room_of(module) for target in imports_of(module)}
    back = [
        f"{module} -> {target}"
        for module, target in sorted(arrows)
        if room_of(target) and ROOMS.index(room_of(target)) > ROOMS.index(room_of(module))
    ]
    assert back == []


def test_no_files_import_each_other_in_a_circle() -> None:
    """Each can be read, and moved, with only those that it stands on."""
    TopologicalSorter({module: set(imports_of(module)) for module in MODULES}).prepare()


if __name__ == "__main__":
    MAP.write_text(rewritten(MAP.read_text(encoding="utf-8")), encoding="utf-8")
