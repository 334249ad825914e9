"""What an update would do: a Plan of Changes, each with its verdict, its reasons and its evidence."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

from octoregistry.planning.decimals import plain
from octoregistry.planning.values import Value, value_text
from octoregistry.reading.labels import Doubt
from octoregistry.reading.rates import Evidence

ChangeKind = Literal[
    "new_model",  # all that is written of a model that the registry lacks
    "price",  # a price that differs from the one in force
    "new_price",  # a dimension that a rate of the registry lacked
    "new_rate",  # a mode or a tier that the model lacked
    "announced",  # a price for a day to come
    "withdrawn",  # a rate for a day to come that goes: the page announces it no longer
    "unknown",  # a mode of which nothing is known from a day on
    "kept",  # a price repeated in a dated set so that the set is whole: nothing changes
    "plain",  # the two plain prices, the multiplier and batch_support, which follow from the rates
    "charge",  # a price for something else than tokens; `dimension` is the text of `charge_keys`
    "vouched",  # all that is written of a model under `more`, whose prices other registries alone have
    "metadata",
    "lifecycle",
    "missing",  # a model that left the vendor's list
    "source",  # where and when the prices were read
]
Slot = tuple[str | None, date | None]
"""The rates of a mode that begin on a day."""
Bookkeeping: tuple[ChangeKind, ...] = ("kept", "source")


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a change is held: a word for programs, a sentence for people."""

    code: str
    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a change may be written without a person having looked at it."""

    kind: Literal["apply", "hold"] = "apply"
    reasons: tuple[Reason, ...] = ()

    def __str__(self) -> str:
        return self.kind if not self.reasons else f"{self.kind}: {'; '.join(map(str, self.reasons))}"


APPLY = Verdict()
OWN_LIST = "the vendor's model list"
"""The witness that the vendor's own priced list is beside its page."""


@dataclass(frozen=True, slots=True)
class WitnessPrice:
    """The price that a witness has: USD per million tokens, on the day `as_of`."""

    witness: str
    usd: Decimal
    as_of: date

    def __str__(self) -> str:
        return f"{self.witness} {plain(self.usd)} ({self.as_of})"


@dataclass(frozen=True, slots=True)
class Change:
    """One value of one model, old and new.

    `dimension` is the dimension of a price, or for what is no rate (`mode` is None) the key in models.yaml, with a dot
    for a key of a nested map (`source.checked`). `start` is the `from` of the rate that is written, None where the rate
    holds as far back as is known. `derived` says that the price follows from another by the vendor's batch discount.
    `witness` says who read what the figure means, `doubts` are the words in its scope that nobody
    understands; `vouches` are the other registries that have the new price,
    `contradicts` those that have another on the page's day, `other_days` those that have another on some other day.
    """

    provider: str
    model: str
    kind: ChangeKind
    dimension: str
    old: Value
    new: Value
    mode: str | None = None
    above_input_tokens: int | None = None
    start: date | None = None
    derived: bool = False
    evidence: Evidence | None = None
    witness: str | None = None
    verdict: Verdict = APPLY
    notes: tuple[str, ...] = ()
    vouches: tuple[WitnessPrice, ...] = ()
    contradicts: tuple[WitnessPrice, ...] = ()
    other_days: tuple[WitnessPrice, ...] = ()
    doubts: tuple[Doubt, ...] = ()

    @property
    def applies(self) -> bool:
        """True where the change may be written."""
        return self.verdict.kind == "apply"

    @property
    def is_price(self) -> bool:
        """True for a price of a rate; not for what a rate says besides, nor for a key of the model."""
        return self.mode is not None and isinstance(self.new, Decimal)

    @property
    def new_text(self) -> str:
        """The new value as people read it; of a mode of which nothing is known any more, or a rate that goes, that."""
        return self.kind if self.kind in ("unknown", "withdrawn") else value_text(self.new)

    @property
    def where(self) -> str:
        """The value's place in words: `batch input above 200,000 from 2027-01-01`."""
        words = [self.mode or "", self.dimension.replace("_", " ") if self.mode else self.dimension]
        if self.above_input_tokens is not None:
            words.append(f"above {self.above_input_tokens:,}")
        if self.start is not None:
            words.append(f"from {self.start}")
        return " ".join(word for word in words if word)

    @property
    def factor(self) -> Decimal | None:
        """The new price as a multiple of the old one, None where there is no old price or it was 0."""
        if not isinstance(self.old, Decimal) or not isinstance(self.new, Decimal) or not self.old:
            return None
        return self.new / self.old

    @property
    def percent(self) -> Decimal | None:
        """The move in percent of the old price, None where there is no old price or it was 0."""
        return None if self.factor is None else (self.factor - 1) * 100

    def __str__(self) -> str:
        old = "" if self.old is None else f"{value_text(self.old)} -> "
        moved = "" if not self.percent else f" ({self.percent:+.0f}%)"
        held = "" if self.applies else f" [{self.verdict}]"
        return f"{self.provider}/{self.model}: {self.where} {old}{self.new_text}{moved}{held}"


NoteKind = Literal[
    "without an id", "left out", "no longer stated", "left the page", "left long ago", "guard off", "new provider"
]


@dataclass(frozen=True, slots=True)
class Note:
    """A remark for people that changes nothing. `kind` is set where the page states something that the registry has not,
    or no longer what it has, where a setting turns a guard off, and where the update begins a provider."""

    provider: str
    subject: str
    text: str
    kind: NoteKind | None = None

    def __str__(self) -> str:
        return f"{self.provider}/{self.subject}: {self.text}"


class Seen(NamedTuple):
    """A mode of a model of which a page of `day` states just what the registry has."""

    provider: str
    model: str
    mode: str
    day: date


@dataclass(frozen=True, slots=True)
class Plan:
    """All the changes that an update would make, and what it noticed besides. `providers` are those that it compared."""

    changes: tuple[Change, ...] = ()
    notes: tuple[Note, ...] = field(default=())
    seen: tuple[Seen, ...] = ()
    providers: tuple[str, ...] = ()

    @property
    def visible(self) -> tuple[Change, ...]:
        """The changes that a person reviews: not the bookkeeping that goes with them."""
        return tuple(change for change in self.changes if change.kind not in Bookkeeping)

    @property
    def applied(self) -> tuple[Change, ...]:
        """The changes that may be written."""
        return tuple(change for change in self.changes if change.applies)

    @property
    def held(self) -> tuple[Change, ...]:
        """The changes that wait for a person."""
        return tuple(change for change in self.changes if not change.applies)

    def __add__(self, other: Plan) -> Plan:
        providers = tuple(dict.fromkeys(self.providers + other.providers))
        return Plan(self.changes + other.changes, self.notes + other.notes, self.seen + other.seen, providers)
