"""What a language model is asked about a page: shapes of tables and passages, with an address for each part."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from octoregistry.documents import Document, Passage, Table
from octoregistry.reading.shapes import Shape
from octoregistry.settings.templating import environment

_LONGEST_CELL = 48
_LONGEST_LINE = 280
_MOST_NAMES = 12
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=\S)|\n")


@dataclass(frozen=True, slots=True)
class Question:
    """One call's worth: the shapes by letter and the passages by address, and the prompt that asks for them."""

    shapes: dict[str, Shape]
    passages: dict[str, Passage]
    prompt: str


def question_of(
    document: Document,
    provider: str,
    shapes: Sequence[Shape],
    passages: Sequence[Passage],
    known_ids: Sequence[str],
    *,
    fault: str | None = None,
) -> Question:
    """The question about `shapes` and `passages`. `fault` tells what was wrong with the answer before."""
    lettered = {_letter(number): shape for number, shape in enumerate(shapes)}
    parts = [line for letter, shape in lettered.items() for line in _shape_lines(document, letter, shape)]
    for passage in passages:
        parts += _passage_lines(passage)
    fence = _fence("\n".join(parts))
    prompt = (
        environment()
        .get_template("prompts/reading.j2")
        .render(
            provider=provider,
            known=list(known_ids)[:_MOST_NAMES],
            fence=fence,
            lines=parts,
            tables=bool(shapes),
            passages=bool(passages),
            fault=fault,
        )
    )
    return Question(lettered, {passage.address: passage for passage in passages}, prompt)


def _fence(text: str) -> str:
    """Letters at random that `text` does not hold: whoever wrote the page could not close the fence."""
    while (fence := secrets.token_hex(6)) in text:
        pass
    return fence


def _letter(number: int) -> str:
    return (chr(64 + number // 26) if number >= 26 else "") + chr(65 + number % 26)


def _shape_lines(document: Document, letter: str, shape: Shape) -> Iterator[str]:
    table = document.tables[shape.tables[0] - 1]
    yield f"TABLE {letter}"
    if heading := next((h.text for h in reversed(table.headings)), None):
        yield f"H {_cut(heading)}"
    if shape.overs:
        yield " | ".join(f"O{n} {_cut(text)}" for n, text in enumerate(shape.overs, start=1))
    if mentions := _mention(document, table):
        yield f"P {mentions}"
    yield "R " + " | ".join(f"C{n} {_cut(label)}" for n, label in enumerate(shape.header, start=1))
    if shape.rows:
        yield " | ".join(f"L{n} {_cut(label)}" for n, label in enumerate(shape.rows, start=1))
    for row in range(table.header_rows, min(table.header_rows + 2, len(table.rows))):
        yield f"T{table.number}R{row + 1} " + " | ".join(_cut(text) for text in table.rows[row])


def _mention(document: Document, table: Table) -> str:
    """The passage before a table of one row or two: it may name whose prices they are."""
    lead = document.lead(table) if len(table.body) <= 2 else ()
    return " ".join(lead[-1].text.split())[:_LONGEST_LINE] if lead else ""


def _passage_lines(passage: Passage) -> Iterator[str]:
    yield f"PASSAGE {passage.address} under {_cut(' / '.join(h.text for h in passage.headings[-2:]))}"
    for line in _SENTENCE_END.split(passage.text):
        for start in range(0, len(line), _LONGEST_LINE):
            yield line[start : start + _LONGEST_LINE]


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST_CELL else text[: _LONGEST_CELL - 1] + "…"
