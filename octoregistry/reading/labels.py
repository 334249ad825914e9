"""A figure of a page with all the text in its scope, and what remains unsaid about it: labels, figures, doubts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Place: TypeAlias = Literal[
    "cell", "row_head", "column_head", "beside", "footnote", "in_line", "group_row", "caption", "pane", "tab",
    "lead", "heading", "stray", "sentence", "below", "section", "neighbour_head",
]  # fmt: skip
"""Where a label stands, from the figure outwards; what each place is stands in docs/reading.md."""


@dataclass(frozen=True, slots=True)
class Label:
    """A piece of text in the scope of a figure. `distance` counts from 0, the nearest of its place.

    `head` is the head of the column in which a label beside the figure stands.
    """

    text: str
    place: Place
    distance: int = 0
    address: str = ""
    head: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """An amount of money as the page writes it (`$3.00`), the text of its cell or line, its labels, and what is struck through
    beside it."""

    amount: str
    text: str
    address: str
    labels: tuple[Label, ...] = ()
    struck: str = ""


@dataclass(frozen=True, slots=True)
class Doubt:
    """Words in the scope of a price that nobody understands yet, where they stand, and why they are a doubt.

    `witness` is who alone says what they mean (`llm:…`), "" where nobody does.
    """

    label: str
    place: Place
    address: str
    reason: str
    witness: str = ""

    def __str__(self) -> str:
        return f"{self.label!r} ({self.place.replace('_', ' ')}, {self.address}): {self.reason}"


@dataclass(frozen=True, slots=True)
class OpenLabel:
    """A label of a page that somebody may explain: `leftover` are its words that are not understood.

    `figures` counts the prices in whose scope it stands; `neighbour` is a row or line beside it, its figures blanked;
    `says` is what is understood of it, as `slot:value`.
    """

    text: str
    place: Place
    address: str
    leftover: str
    figures: int
    neighbour: str = ""
    says: frozenset[str] = frozenset()
