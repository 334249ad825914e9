"""Markdown from templates; every inserted value becomes a code span unless it is Markdown already."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from typing import Any
from urllib.parse import quote, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from octoregistry.settings.templating import folder

_LONGEST = 200
_FENCE = re.compile(r"`+")


class Markdown(str):
    """Text that is Markdown already."""

    __slots__ = ()


def code(text: object) -> Markdown:
    """`text` as a code span that nothing in it can leave: no mention, no link, no HTML, no cell border, no new line.

    What is unseen or turns letters round is spelled out, and what is endless is cut.
    """
    text = str(text)
    text = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}… ({len(text):,} letters)"
    text = "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)
    text = text.replace("|", r"\x7c")  # a cell's border even inside of code, and escaping it fails behind a backslash
    if not text.strip():
        return Markdown("–")
    fence = "`" * (1 + max((len(run) for run in _FENCE.findall(text)), default=0))
    blank = " " if text[0] in "` " or text[-1] in "` " else ""
    return Markdown(f"{fence}{blank}{text}{blank}{fence}")


def link(text: object, url: str | None) -> Markdown:
    """The text as a link where `url` is an address of the web, else as code alone."""
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return code(text)
    if parts.scheme not in ("http", "https") or not parts.netloc or "@" in parts.netloc:
        return code(text)
    return Markdown(f"[{code(text)}]({quote(url or '', safe=':/?=&%#~+,;.-_')})")


def plain_line(text: str, longest: int = 200) -> str:
    """`text` for a title: one line of letters that mean nothing anywhere."""
    text = "".join(letter if letter.isprintable() else " " for letter in text)
    text = re.sub(r"[<>`@#*\[\]()!\\|{}$]", " ", text)
    text = re.sub(r"\s+", " ", text).strip()
    return text if len(text) <= longest else text[: longest - 1] + "…"


def render(template: str, **values: Any) -> str:
    """The template filled in."""
    return _environment().get_template(template).render(**values)


@cache
def _environment() -> Environment:
    made = Environment(  # noqa: S701 - HTML's escapes do nothing for Markdown: `finalize` makes every value code
        loader=FileSystemLoader(folder()),
        undefined=StrictUndefined,
        finalize=_finalized,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.globals["link"] = link
    return made


def _finalized(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value if isinstance(value, (Markdown, int)) else code(value)
