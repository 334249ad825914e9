"""What the labels of one amount say together: facts by slot and place, and the doubts that they leave."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from octoregistry.reading.classify import Classified, Fact, Families, classify, name_cell
from octoregistry.reading.classify.names import plain
from octoregistry.reading.classify.scan import fold, spaced, stems_of
from octoregistry.reading.labels import Doubt, Label, Place
from octoregistry.reading.vocabulary import Vocabulary

NEAR: tuple[Place, ...] = ("row_head", "column_head", "beside", "footnote", "in_line")
OVER: tuple[Place, ...] = ("group_row", "caption", "pane", "tab", "lead", "heading", "stray")
TOLD: tuple[Place, ...] = ("sentence", "below")
RANK: dict[Place, int] = {
    "cell": 0, **dict.fromkeys(NEAR, 1), "group_row": 2, "caption": 3, "pane": 3, "tab": 3, "lead": 3, "heading": 4, "stray": 3,
    "footnote": 1, "sentence": 6, "below": 6, "section": 7, "neighbour_head": 8,
}  # fmt: skip
_READ_AS: dict[Place, Place] = {"below": "lead", "section": "lead", "neighbour_head": "column_head"}
DENIES = "it denies something"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How many tokens a long context begins at: as the page says of the models that it names, by their names in lower case,
    and of all others."""

    of_models: Mapping[str, int] = field(default_factory=dict)
    of_all: int | None = None

    def of(self, names: Iterable[str]) -> int | None:
        """That of the models called `names`; None where the page states none, or several."""
        own = {self.of_models.get(name.lower(), self.of_all) for name in names}
        return own.pop() if len(own) == 1 else None


@dataclass(frozen=True, slots=True)
class Reader:
    """What labels are read with: the words, the names, the page's day and how it writes decimals; what "long" and "¥" mean;
    the page's address."""

    vocabulary: Vocabulary
    families: Families
    page_date: date
    decimal_comma: bool | None = False
    thresholds: Thresholds = Thresholds()
    yen_sign: str | None = None
    address: str = ""
    _known: dict[tuple[str, Place], Classified] = field(default_factory=dict, init=False, repr=False, compare=False)

    def may_say(self, text: str, *means: str) -> bool:
        """False where no word that means one of `means` stands in `text`; many a text is asked for one thing alone."""
        folded = spaced(fold(plain(text)))
        return any(word in folded for word in stems_of(self.vocabulary, *means))

    def said(self, label: Label) -> Classified:
        """What `label` says in its place."""
        known = self._known.get((label.text, label.place))
        if known is None:
            known = self._known[label.text, label.place] = self.says(plain(label.text), label.place)
        return known

    def said_near(self, label: Label) -> Classified:
        """What `label`, beside a figure, says: below a card what it would say over it, unless its words are known where it
        stands, as those are of which somebody said what they mean."""
        said = self.said(replace(label, place=_READ_AS.get(label.place, label.place)))
        own = self.said(label) if said.leftover else said
        return said if own.leftover else own

    def says(self, text: str, place: Place) -> Classified:
        """What `text`, as it stands, says in a place."""
        return classify(text, place, self.vocabulary, self.families, self.page_date)

    def named(self, text: str) -> tuple[tuple[str, ...], Classified]:
        """The models that a cell in a column of names names, and what the rest of it says."""
        return name_cell(plain(text), self.vocabulary, self.families, self.page_date)


@dataclass(slots=True)
class Said:
    """What the labels of one amount say."""

    labels: list[tuple[Label, Classified]]
    doubts: list[Doubt] = field(default_factory=list)
    rows: set[str] = field(default_factory=set)
    _by_slot: dict[str, list[tuple[Label, Fact]]] = field(default_factory=dict, init=False, repr=False)

    def facts(self, slot: str, places: tuple[Place, ...] | None = None) -> list[tuple[Label, Fact]]:
        """The facts of `slot` with their labels, of those in `places`."""
        if not self._by_slot:
            by_slot: defaultdict[str, list[tuple[Label, Fact]]] = defaultdict(list)
            for label, said in self.labels:
                for fact in said.facts:
                    by_slot[fact.slot].append((label, fact))
            self._by_slot = by_slot
        found = self._by_slot.get(slot, [])
        return [pair for pair in found if pair[0].place in places] if places else found

    def take_labels(self, labels: list[tuple[Label, Classified]]) -> None:
        """Take `labels` for what is said from now on."""
        self.labels = labels
        self._by_slot = {}

    def doubt(self, label: Label, reason: str, witness: str = "") -> None:
        """Add a doubt about a label."""
        self.doubts.append(Doubt(label.text[:600], label.place, label.address, reason, witness))

    def use(self, fact: Fact) -> Any:
        """The value of a fact; who said what its word means becomes a witness of the price."""
        if fact.row is not None and fact.row.witness:
            self.rows.add(fact.row.witness)
        return fact.value
