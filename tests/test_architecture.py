"""ARCHITECTURE.md lists every file with what its docstring says first: `python -m tests.test_architecture` writes it anew."""

from __future__ import annotations

import ast
import re
from itertools import groupby
from pathlib import Path

ROOT = Path(__file__).parents[1]
MAP = ROOT / "ARCHITECTURE.md"
_FILES = re.compile(r"(?s)(<!-- files -->\n).*(<!-- end of files -->)")


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


if __name__ == "__main__":
    MAP.write_text(rewritten(MAP.read_text(encoding="utf-8")), encoding="utf-8")
