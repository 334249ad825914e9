"""Where the amounts of a page stand, and all the text around each: scopes of figures and labels, without a word's meaning.

A scope is a table, or a run of lines under the same headings. What stands over it is the same for all its figures.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from octoregistry.reading.labels import Figure, Label


@dataclass(frozen=True, slots=True)
class Scope:
    """The figures of a table or of a run of lines. `over` are the labels that all of them share, the nearest first.

    `bare` says that a figure without a currency is one of money here. `names_above` are the labels of earlier rows or
    lines that may name the model of a figure: by its address, the nearest first. `codes` are ids in code under its
    headings. `unread` are the cells with a digit among the prices that show no amount. `trouble` is what the page's make-up leaves in doubt, by address ("" for the whole scope).
    """

    address: str
    figures: tuple[Figure, ...]
    over: tuple[Label, ...] = ()
    kind: str = "table"
    bare: bool = False
    names_above: dict[str, tuple[Label, ...]] = field(default_factory=dict)
    codes: tuple[str, ...] = ()
    trouble: dict[str, str] = field(default_factory=dict)
    unread: tuple[Label, ...] = ()
    rows: int = 0
