"""Jinja2 with everything escaped: the templates of a checkout, or those that the wheel carries."""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

_PACKAGE = Path(__file__).resolve().parents[1]
_LONGEST = 300


@cache
def environment() -> Environment:
    """The environment of all templates.

    Autoescape is on whatever a template is called: select_autoescape() would leave out `*.html.j2`.
    """
    return Environment(
        loader=FileSystemLoader(folder()),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalized,
    )


def folder() -> Path:
    """The folder of the templates: `octoregistry/templates` in a wheel, `templates` beside the package in a checkout."""
    for place in (_PACKAGE / "templates", _PACKAGE.parent / "templates"):
        if place.is_dir():
            return place
    raise FileNotFoundError(f"no templates beside {_PACKAGE}: install the package again")


def visible(text: str) -> str:
    """`text` as a page may print it: letters that hide or turn others are named, and what is endless is cut.

    A right-to-left override would turn a price beside the name, and zero-width letters make two names look the same.
    """
    shown = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}… ({len(text):,} letters)"
    if shown.isprintable():
        return shown
    return "".join(letter if _harmless(letter) else f"⟨U+{ord(letter):04X}⟩" for letter in shown)


def _harmless(letter: str) -> bool:
    return letter.isprintable() or unicodedata.category(letter) == "Zs"


def _finalized(value: Any) -> Any:
    # `type` and not isinstance: markup is made of escaped parts already, and its line breaks are meant
    return visible(value) if type(value) is str else value
