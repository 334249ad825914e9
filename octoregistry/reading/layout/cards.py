"""The figures in lines outside of tables, as cards and lists show them: each with the lines above that are its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Literal, TypeAlias

from octoregistry.documents import Document, Passage
from octoregistry.reading.labels import Figure, Label
from octoregistry.reading.layout import Scope
from octoregistry.reading.layout.lines import clean, is_label, sentences

Kind: TypeAlias = Literal["name", "prices", "describes", "unit", "tab", "size", "counts", "value", None]
"""What a line is for the make-up of a card: a model's name, a title over prices, a label of what is no price, a tab, a size of
prompts, what is counted, the value of another label ("Free of charge")."""

_LONGEST = 200
_FAR = 40
_MOST_BELOW = 3
_HEAD_OF_IDS = "Model ID"
_SWITCH = "∙"  # between the sides of a switch: "Per 1M tokens", "∙", "Batch API price"
_PROSE = re.compile(r"[.!?。][\"')\]]*$|[a-z]\.\s+[A-Z]")


@dataclass(slots=True)
class _Card:
    """The lines of a card so far: those over all its prices, those since the last price."""

    name: Label | None = None
    ids: list[Label] = field(default_factory=list)
    groups: list[Label] = field(default_factory=list)
    tabs: list[Label] = field(default_factory=list)
    block: list[Label] = field(default_factory=list)
    near: list[Label] = field(default_factory=list)


def card_scopes(
    document: Document, has_amount: Callable[[str], bool], kind: Callable[[str], Kind], labelled: Callable[[str], bool]
) -> Iterator[Scope]:
    """A scope for each run of passages under the same headings and pane that holds figures."""
    for _, grouped in groupby(document.passages, key=lambda passage: (passage.headings, passage.pane)):
        run = list(grouped)
        if any(has_amount(passage.text) for passage in run):
            scope = _scope(run, has_amount, kind, labelled)
            if scope.figures:
                yield scope


def is_prose(line: str) -> bool:
    """True for a line that is a sentence, or too long for the line of a card."""
    return len(line) > _LONGEST or _PROSE.search(line) is not None


def _scope(
    run: list[Passage], has_amount: Callable[[str], bool], kind: Callable[[str], Kind], labelled: Callable[[str], bool]
) -> Scope:
    figures: list[Figure] = []
    names: dict[str, tuple[Label, ...]] = {}
    said: list[Label] = []
    trouble: dict[str, str] = {}
    card = _Card()
    begins = 0  # the first figure of the card
    skip = False
    lines = _joined(run, has_amount, kind)
    for passage, line in lines:
        if has_amount(line):
            address = passage.address
            trouble |= {address: "a sentence"} if is_prose(line) else {}
            own = _own(card, kind, labelled=labelled(line))
            figures.append(Figure(line, line, address, (*own, *card.ids)))
            names[f"{address}:{line}"] = (card.name,) if card.name else ()
            skip = False
            continue
        if line in passage.codes and card.block and card.block[-1].address == passage.address:
            begins = _below(figures, begins, card.block[:-1])
            card = _Card(card.block[-1], tabs=list(card.tabs))  # what stands over its own id is a name
        if line in passage.codes and card.name and not card.block:
            card.ids.append(Label(line, "beside", 0, passage.address, _HEAD_OF_IDS))
            continue
        what = kind(line)
        if what == "name":
            tab = card.block[-1:] if card.block and kind(card.block[-1].text) == "tab" else []
            before = tab or card.tabs
            begins = _below(figures, begins, card.block[: -1 if tab else None])
            card = _Card(Label(line, "lead", 0, passage.address), groups=list(before), tabs=list(before))
        elif what == "value":
            pass
        elif what == "prices":
            card.groups, card.block = [], []
        elif what == "describes":
            skip = True
            continue
        elif skip:
            skip = False
            continue
        elif is_label(line) or line == _SWITCH:
            card.block.append(Label(line, "lead", 0, passage.address))
            del card.block[:-_FAR]
        else:
            said += [Label(text, "sentence", 2, passage.address) for text in sentences(line)[:_FAR]]
        skip = False
    _below(figures, begins, card.block)
    first = run[0]
    panes = reversed(first.pane.split("\u203a")) if first.pane else ()
    over = [Label(pane.strip(), "pane", n, first.address) for n, pane in enumerate(panes)]
    over += [Label(h.text, "heading", n, f"H{h.number}") for n, h in enumerate(reversed(first.headings))]
    codes = tuple(code for passage in run for code in passage.codes)
    return Scope(first.address, tuple(figures), (*over, *said), "card", False, names, codes, trouble)


def _below(figures: list[Figure], begins: int, labels: list[Label]) -> int:
    """How many figures there are: those of the card from `begins` on take the labels that stand below the last of them,
    where these are few: many are no note but another part of the page."""
    labels = labels if len(labels) <= _MOST_BELOW else []
    below = tuple(replace(label, place="below", distance=n) for n, label in enumerate(labels))
    figures[begins:] = [replace(figure, labels=(*figure.labels, *below)) for figure in figures[begins:]]
    return len(figures)


def _own(card: _Card, kind: Callable[[str], Kind], *, labelled: bool) -> tuple[Label, ...]:
    """The lines over the next price: what stands above its own label groups the prices that follow as well. A line that
    is `labelled` has its label itself."""
    near = [] if labelled else card.block[-1:] or card.near
    card.near = near
    if groups := card.block[: -1 if near else len(card.block)]:
        kinds = {kind(label.text) for label in groups} & {"tab", "size", "counts"}
        # another tab takes the place of the one before
        older = [] if len(groups) > 1 else [old for old in card.groups if kind(old.text) not in kinds]
        card.groups = [*reversed(groups), *older]
    card.block = []
    return tuple(
        Label(label.text, "row_head" if n < len(near) else "lead", n, label.address)
        for n, label in enumerate([*near, *card.groups])
    )


def _joined(
    run: list[Passage], has_amount: Callable[[str], bool], kind: Callable[[str], Kind]
) -> list[tuple[Passage, str]]:
    """The lines of `run`; a unit that stands alone goes to the price above it: "$5", "/ MTok"."""
    found: list[tuple[Passage, str]] = []
    for passage in run:
        for raw in passage.text.split("\n"):
            line = clean(raw)
            if not line:
                continue
            if found and kind(line) == "unit" and has_amount(found[-1][1]) and found[-1][1][-1:].isdigit():
                found[-1] = (found[-1][0], f"{found[-1][1]} {line}")
            else:
                found.append((passage, line))
    return found
