"""A Document from Markdown, with HTML or JSX between its paragraphs: rendered to HTML, then read as every page is."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

from octoregistry.documents.components import lift_components
from octoregistry.documents.document import Document
from octoregistry.documents.html import html_document
from octoregistry.documents.pipes import ADDED, without_spans

_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_ABOVE = re.compile(r"^(?=>\s?\d)", re.MULTILINE)  # ">256K context: $2.50" is a size of prompts, and no quotation
_TAG_ENDS = re.compile(r"^(?=[ \t]*</[A-Z]\w*>[ \t]*$)", re.MULTILINE)  # right below a table it would be a row of it
_BACKTICKS = re.compile(r"(`++)")
_ADDED_CELL = re.compile(rf"\|\s*{ADDED}\s*(?=\|)")
_SUPERSCRIPT = re.compile(r"\^((?:\\?[*\d†‡§, ])+)\^")  # ^\*^ as some exports write a footnote mark


def markdown_document(source: str, url: str) -> Document:
    """The Document that `source` shows once it is rendered."""
    text = _SUPERSCRIPT.sub(r"<sup>\1</sup>", _FRONT_MATTER.sub("", source.replace("\r\n", "\n").replace("\r", "\n")))
    text = _TAG_ENDS.sub("\n", _ABOVE.sub(r"\\", text))
    text, components, gaps = lift_components(text)
    parser = _parser()
    text = without_spans(text)
    tokens = parser.parse(text)
    _count_cells(tokens, text.split("\n"))
    document = html_document(
        str(parser.renderer.render(tokens, parser.options, {})), url, components=components, lines=True
    )
    return replace(document, gaps=(*gaps, *document.gaps))


@cache
def _parser() -> MarkdownIt:
    # Indented code is off: pages written in JSX indent their tags, and no price list indents its prices.
    return MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).disable("code")


def _without_code(line: str) -> str:
    """`line` without its code spans: what stands between two runs of equally many backticks."""
    parts = _BACKTICKS.split(line)  # text and runs by turns
    last = {len(run): at for at, run in enumerate(parts) if at % 2}
    kept, at = [], 0
    while at < len(parts):
        run = len(parts[at]) if at % 2 else 0
        if run and last[run] > at:
            at += 2
            while len(parts[at]) != run:
                at += 2
        else:
            kept.append(parts[at])
        at += 1
    return "".join(kept)


def _count_cells(tokens: list[Token], lines: list[str]) -> None:
    """Note on each row how many cells its line really had: the renderer fills short rows and cuts long ones in silence."""
    for token in tokens:
        if token.type == "tr_open" and token.map:
            row = _without_code(lines[token.map[0]]).strip().lstrip(">").strip()
            pipes = len(re.findall(r"(?<!\\)\|", row)) - len(_ADDED_CELL.findall(row))
            token.attrSet(
                "data-cells", str(pipes + 1 - row.startswith("|") - (row.endswith("|") and not row.endswith("\\|")))
            )
