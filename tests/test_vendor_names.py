"""Code knows no vendor by name: what is true of one stands in its file."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from providers.vendors import vendors

ROOT = Path(__file__).parents[1] / "octoregistry"
ROOMS = sorted(path for path in ROOT.iterdir() if path.is_dir())
# "together" is a word of English, and OpenRouter a registry that vouches for others' prices, too.
NAMES = re.compile("|".join({*vendors(), "claude", "gpt"} - {"together", "openrouter"}), re.IGNORECASE)


def words_of(tree: ast.AST) -> Iterator[str]:
    """Every name and text of a module's code; docstrings are for people."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    told = {id(node.body[0].value) for node in ast.walk(tree) if isinstance(node, documented) and node.body
            and isinstance(node.body[0], ast.Expr)}  # fmt: skip
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node.value
        elif isinstance(node, ast.Name | ast.ClassDef | ast.FunctionDef):
            yield node.id if isinstance(node, ast.Name) else node.name


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_no_code_asks_which_vendor_it_is(room: Path) -> None:
    """A fourth vendor is a table, and a fifth."""
    found = [
        f"{file.relative_to(ROOT)}: {word!r}"
        for file in room.rglob("*.py")
        for word in words_of(ast.parse(file.read_text(encoding="utf-8")))
        if NAMES.search(word)
    ]
    assert found == []
