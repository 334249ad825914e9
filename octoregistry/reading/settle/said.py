"""What the labels of one amount say together: facts by slot and place, and the doubts that they leave."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from octoregistry.reading.classify import Classified, Fact, Families, classify
from octoregistry.reading.classify.names import plain
from octoregistry.reading.labels import Doubt, Label, Place
from octoregistry.reading.vocabulary import Vocabulary

NEAR: tuple[Place, ...] = ("row_head", "column_head", "beside", "footnote", "in_line")
OVER: tuple[Place, ...] = ("group_row", "caption", "pane", "tab", "lead", "heading", "stray")
TOLD: tuple[Place, ...] = ("sentence", "below")
RANK: dict[Place, int] = {
    "cell": 0, **dict.fromkeys(NEAR, 1), "group_row": 2, "caption": 3, "pane": 3, "tab": 3, "lead": 3, "heading": 4, "stray": 3,
    "footnote": 1, "sentence": 6, "below": 6, "section": 7, "neighbour_head": 8,
}  # fmt: skip
DENIES = "it denies something"


@dataclass(frozen=True, slots=True)
class Reader:
    """What labels are read with: the words, the names, the page's day and how it writes decimals; what "long" means."""

    vocabulary: Vocabulary
    families: Families
    page_date: date
    decimal_comma: bool | None = False
    threshold: int | None = None
    _known: dict[tuple[str, Place], Classified] = field(default_factory=dict, init=False, repr=False, compare=False)

    def said(self, label: Label) -> Classified:
        """What `label` says in its place."""
        known = self._known.get((label.text, label.place))
        if known is None:
            known = classify(plain(label.text), label.place, self.vocabulary, self.families, self.page_date)
            self._known[label.text, label.place] = known
        return known


@dataclass(slots=True)
class Said:
    """What the labels of one amount say."""

    labels: list[tuple[Label, Classified]]
    doubts: list[Doubt] = field(default_factory=list)
    rows: set[str] = field(default_factory=set)

    def facts(self, slot: str, places: tuple[Place, ...] | None = None) -> list[tuple[Label, Fact]]:
        """The facts of `slot` with their labels, of those in `places`."""
        return [
            (label, fact)
            for label, said in self.labels
            if (found := said.of(slot)) and (places is None or label.place in places)
            for fact in found
        ]

    def doubt(self, label: Label, reason: str, witness: str = "") -> None:
        self.doubts.append(Doubt(label.text[:600], label.place, label.address, reason, witness))

    def use(self, fact: Fact) -> Any:
        if fact.row is not None and fact.row.witness:
            self.rows.add(fact.row.witness)
        return fact.value
