"""The figures in lines outside of tables, as cards and lists show them: each with the lines above that are its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import groupby, pairwise, takewhile
from typing import Literal, TypeAlias

from octoregistry.documents import Document, Passage
from octoregistry.reading.labels import Figure, Label
from octoregistry.reading.layout import Scope
from octoregistry.reading.layout.lines import is_label, sentences
from octoregistry.reading.layout.lines import lines as all_lines

LineKind: TypeAlias = Literal["name", "prices", "describes", "unit", "tab", "size", "counts", "value", None]
"""What a line is for the make-up of a card: a model's name, a title over prices, a label of what is no price, a tab, a size of
prompts, what is counted, the value of another label ("Free of charge")."""

_LONGEST = 200
_FAR = 40
_MOST_BELOW = 3
_HEAD_OF_IDS = "Model ID"
_SWITCH = "∙"  # between the sides of a switch: "Per 1M tokens", "∙", "Batch API price"
_GLUED = re.compile(r"(?<=[a-z])(?=[A-Z])")  # "BatchNew"
_PROSE = re.compile(r"[.!?。][\"')\]]*$|[a-z]{4,}\.\s+[A-Z]")


@dataclass(frozen=True, slots=True)
class LineWords:
    """What words say of a line: `has_amount`, its `kind`, whether it is `labelled`: it says itself what its amount is the price
    of, is `bare`: one amount of which it does not, and whether it `counts`: it says so of another."""

    has_amount: Callable[[str], bool]
    kind: Callable[[str], LineKind]
    labelled: Callable[[str], bool]
    bare: Callable[[str], bool]
    counts: Callable[[str], bool]


@dataclass(slots=True)
class _Card:
    """The lines of a card so far: those over all its prices, those since the last price. It begins with figure `first`."""

    name: Label | None = None
    first: int = 0
    ids: list[Label] = field(default_factory=list)
    groups: list[Label] = field(default_factory=list)
    tabs: list[Label] = field(default_factory=list)
    block: list[Label] = field(default_factory=list)
    near: list[Label] = field(default_factory=list)
    badge: tuple[Label, ...] = ()


def card_scopes(document: Document, words: LineWords) -> Iterator[Scope]:
    """A scope for each run of passages under the same headings and pane that holds figures."""
    before: list[Passage] = []
    block: list[Label] = []
    for _, grouped in groupby(document.passages, key=lambda passage: (passage.headings, passage.pane)):
        run = list(grouped)
        if any(words.has_amount(passage.text) for passage in run):
            walk = _Run(words, _Card(badge=_badge(block if _leads(before, run, words) else [])))
            scope = walk.scope(run)
            if scope.figures:
                yield scope
            before, block = run, walk.card.block
        else:
            last = [(passage, line) for passage, line in all_lines(run[-_MOST_BELOW - 1 :])]
            before, block = run, [Label(line, "lead", 0, passage.address) for passage, line in last]


def _leads(before: list[Passage], run: list[Passage], words: LineWords) -> bool:
    """True where the last line of `before` may be said of the card that begins with `run`: in no list but that of its
    prices, and under a heading over it that is not only that of the page, or behind other prices."""
    if not before or before[-1].listed not in (0, run[0].listed):
        return False
    if any(words.has_amount(passage.text) for passage in before):
        return True
    own = run[0].headings
    return bool(own) and own[:-1] == before[-1].headings and (len(own) > 1 or words.kind(own[-1].text) == "name")


def is_prose(line: str) -> bool:
    """True for a line that is a sentence, or too long for the line of a card."""
    return len(line) > _LONGEST or _PROSE.search(line) is not None


def _badge(lines: list[Label]) -> tuple[Label, ...]:
    """The labels that stand last before a name, as badges over it do, where these are few: they may be of something else, so
    they settle nothing."""
    labels = list(takewhile(lambda line: is_label(line.text) and line.text[-1] not in ":：", reversed(lines)))
    if len(labels) > _MOST_BELOW:
        return ()
    return tuple(replace(line, text=text, place="section") for line in labels for text in _apart(line.text))


def _apart(text: str) -> list[str]:
    """Two badges that stand without a blank between them: "BatchNew"; more words are a menu."""
    return parts if len(parts := _GLUED.split(text)) == 2 else [text]


@dataclass(slots=True)
class _Run:
    """A walk over the lines of a run, card by card."""

    words: LineWords
    card: _Card
    figures: list[Figure] = field(default_factory=list)
    names: dict[str, tuple[Label, ...]] = field(default_factory=dict)
    said: list[Label] = field(default_factory=list)
    trouble: dict[str, str] = field(default_factory=dict)
    skip: bool = False  # the line describes what the one before names

    def scope(self, run: list[Passage]) -> Scope:
        """The figures in the lines of `run`, with what stands over all of them."""
        lines, in_doubt = _labelled(_joined(run, self.words), self.words)
        self.trouble = dict.fromkeys(in_doubt, _WHOSE)
        for passage, line in lines:
            self.skip = self._line(passage, line)
        self._below(self.card.block)
        first = run[0]
        panes = reversed(first.pane.split("\u203a")) if first.pane else ()
        over = [Label(pane.strip(), "pane", n, first.address) for n, pane in enumerate(panes)]
        over += [Label(h.text, "heading", n, f"H{h.number}") for n, h in enumerate(reversed(first.headings))]
        codes = tuple(code for passage in run for code in passage.codes)
        return Scope(
            first.address, tuple(self.figures), (*over, *self.said), "card", False, self.names, codes, self.trouble
        )

    def _line(self, passage: Passage, line: str) -> bool:
        """Take a line; True where the next one describes what it names."""
        address, card = passage.address, self.card
        if self.words.has_amount(line):
            self.trouble |= {address: "a sentence"} if is_prose(line) else {}
            own = _own(card, self.words.kind, labelled=self.words.labelled(line))
            self.figures.append(Figure(line, line, address, (*own, *card.ids, *card.badge)))
            self.names[f"{address}:{line}"] = (card.name,) if card.name else ()
            return False
        if line in passage.codes and card.block and card.block[-1].address == address:
            self._below(card.block[:-1])
            # what stands over its own id is a name
            card = self.card = _Card(card.block[-1], len(self.figures), tabs=list(card.tabs))
        if line in passage.codes and card.name and not card.block:
            card.ids.append(Label(line, "beside", 0, address, _HEAD_OF_IDS))
            return self.skip
        what = self.words.kind(line)
        if what == "name":
            self._name(Label(line, "lead", 0, address))
        elif what == "prices":
            card.groups, card.block = [], []
        elif what == "describes":
            return True
        elif what == "value" or self.skip:
            pass
        elif line == _SWITCH or (is_label(line) and not (is_prose(line) and len(sentences(line)) > 1)):
            card.block.append(Label(line, "lead", 0, address))
            del card.block[:-_FAR]
        else:
            self.said += [Label(text, "sentence", 2, address) for text in sentences(line)[:_FAR]]
        return False

    def _name(self, name: Label) -> None:
        """Begin the card of a name: a tab or a badge before it is its own."""
        card = self.card
        tab = card.block[-1:] if card.block and self.words.kind(card.block[-1].text) == "tab" else []
        before = tab or card.tabs
        self._below(card.block[: -1 if tab else None])
        badge = () if tab else _badge(card.block)
        self.card = _Card(name, len(self.figures), groups=list(before), tabs=list(before), badge=badge)

    def _below(self, labels: list[Label]) -> None:
        """The figures of the card take the labels that stand below the last of them, where these are few: many are no note
        but another part of the page."""
        labels = labels if len(labels) <= _MOST_BELOW else []
        parts = [replace(label, text=text, place="below") for label in labels for text in _apart(label.text)]
        below = tuple(replace(label, distance=n) for n, label in enumerate(parts))
        own = self.figures[self.card.first :]
        self.figures[self.card.first :] = [replace(figure, labels=(*figure.labels, *below)) for figure in own]


_WHOSE = "nothing says whether its label stands over it or below it"


def _own(card: _Card, kind: Callable[[str], LineKind], *, labelled: bool) -> tuple[Label, ...]:
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


def _joined(run: list[Passage], words: LineWords) -> list[tuple[Passage, str]]:
    """The lines of `run`; a unit that stands alone goes to the price above it: "$5", "/ MTok"."""
    found: list[tuple[Passage, str]] = []
    for passage, line in all_lines(run):
        if found and words.kind(line) == "unit" and words.has_amount(found[-1][1]) and found[-1][1][-1:].isdigit():
            found[-1] = (found[-1][0], f"{found[-1][1]} {line}")
        else:
            found.append((passage, line))
    return found


def _labelled(lines: list[tuple[Passage, str]], words: LineWords) -> tuple[list[tuple[Passage, str]], set[str]]:
    """(`lines`, the addresses of prices of which nothing says whether their label stands over them or below): a label right
    below its price goes to it in a card where each price has one, and the first none over it."""
    names = [at for at, (passage, line) in enumerate(lines) if words.kind(line) == "name" or line in passage.codes]
    found: list[tuple[Passage, str]] = []
    in_doubt: set[str] = set()
    for first, end in pairwise((0, *names, len(lines))):
        card, signs = _without_values(lines[first:end], words)
        if _BELOW.fullmatch(signs):
            below = {at + 1 for at, sign in enumerate(signs) if sign == "$"}
            card = [
                (passage, f"{line} {card[at + 1][1]}" if at + 1 in below else line)
                for at, (passage, line) in enumerate(card)
                if at not in below
            ]
        elif _EITHER.match(signs) or _SIZED.fullmatch(signs):
            in_doubt |= {passage.address for (passage, _), sign in zip(card, signs, strict=True) if sign == "$"}
        found += card
    return found, in_doubt


_BELOW = re.compile(r"(?:[^l$]*[.n])?(?:\$l[^l$]*)+")
_EITHER = re.compile(r"[^l$]*(?:\$l|l(?:\$l)+[^l$]*$)")
_SIZED = re.compile(r"[^t$]*(?:\$t[^t$]*){2,}")  # "$1", "≤ 200K", "$2", "> 200K"
_VALUED = re.compile(r"lv+(?![$av])")
_DASH = re.compile("[-\u2013\u2014]+")


def _without_values(lines: list[tuple[Passage, str]], words: LineWords) -> tuple[list[tuple[Passage, str]], str]:
    """(`lines` without the labels whose only value is a word, a sign each for what the rest are): "Cached input", "Free". A
    label in another list than the prices is none of theirs."""
    listed = {passage.listed for passage, line in lines if words.has_amount(line)}
    signs = "".join(_sign(line, words, listed=passage.listed in listed) for passage, line in lines)
    left_out = {at for found in _VALUED.finditer(signs) for at in range(*found.span())}
    kept = [at for at in range(len(lines)) if at not in left_out]
    return [lines[at] for at in kept], "".join(signs[at] for at in kept)


def _sign(line: str, words: LineWords, *, listed: bool) -> str:
    """What a line is: "$" for a price that says not itself what it is the price of, "a" for one that does, "l" for a label
    that does, "t" for a tab or a size, "n" for a name, "v" for a value in words, "." for a sentence, else "-"."""
    if words.has_amount(line):
        return "$" if words.bare(line) else "a"
    if not is_label(line):
        return "v" if _DASH.fullmatch(line) else "."
    if listed and words.counts(line):
        return "l"
    return _SIGNS.get(words.kind(line), "-")


_SIGNS: dict[LineKind, str] = {"name": "n", "value": "v", "tab": "t", "size": "t"}
