"""Code knows no vendor by name: what is true of one stands in its file."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from providers.vendors import vendors

ROOT = Path(__file__).parents[1] / "octoregistry"
# "together" is a word of English.
NAMES = re.compile("|".join({*vendors(), "claude", "gpt"} - {"together"}), re.IGNORECASE)
# OpenRouter is a registry that vouches for others' prices, too: the room of the registries may name it, and no other vendor.
REGISTRIES = ROOT / "sources" / "registries"


def words_of(tree: ast.AST) -> Iterator[str]:
    """Every name and text of a module's code; docstrings are for people."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    told = {id(node.body[0].value) for node in ast.walk(tree) if isinstance(node, documented) and node.body
            and isinstance(node.body[0], ast.Expr)}  # fmt: skip
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in told:
            yield node.value.decode("latin-1") if isinstance(node.value, bytes) else str(node.value)
        for name in ("id", "name", "asname", "module", "attr", "arg", "rest", "names", "kwd_attrs"):
            words = getattr(node, name, None)
            yield from (word for word in (words if isinstance(words, list) else [words]) if isinstance(word, str))


def vendors_in(file: Path, text: str) -> list[str]:
    """The words of the `text` of a `file` that name a vendor."""
    found = [word for word in words_of(ast.parse(text)) if NAMES.search(word)]
    if REGISTRIES in file.parents:
        found = [word for word in found if NAMES.search(word.replace("openrouter", ""))]
    return found


def test_no_code_asks_which_vendor_it_is() -> None:
    """A fourth vendor is a table, and a fifth."""
    found = [
        f"{file.relative_to(ROOT)}: {word!r}"
        for file in ROOT.rglob("*.py")
        for word in vendors_in(file, file.read_text(encoding="utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize(
    "line",
    [
        "x = 'Claude 3'",
        "x = f'{name} of openai'",
        "x = b'gpt'",
        "x = 'openrouter'",
        "from providers.openai import VendorProvider as _P",
        "from providers import OpenAIProvider as _P",
        "import providers.gemini",
        "from providers import vendor as gemini",
        "x = v.gemini",
        "def f(openai=1): pass",
        "async def ask_gemini(): pass",
        "x = dict(anthropic=2)",
        "class Gpt: pass",
        "match x:\n    case P(openai=1): pass",
        "match x:\n    case {**openai}: pass",
        "match x:\n    case [*openai]: pass",
        "def f():\n    global gemini",
        "def f(**openai): pass",
    ],
)
def test_a_vendor_is_seen_wherever_it_is_named(line: str) -> None:
    """The test above fails for each way to name one."""
    assert vendors_in(ROOT / "errors.py", f'"""What Claude says."""\n{line}')


def test_the_registries_name_one_of_themselves_alone() -> None:
    """OpenRouter, and no vendor beside it."""
    here = REGISTRIES / "statements.py"
    assert (vendors_in(here, "x = 'openrouter'"), vendors_in(here, "x = 'openrouter/openai'")) == (
        [],
        ["openrouter/openai"],
    )
