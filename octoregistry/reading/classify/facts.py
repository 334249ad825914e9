"""What a label says: facts, each from a row or a grammar, and the words that are left over."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from octoregistry.reading.vocabulary import Row


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that a label says: `slot` is `mode`, `dimension`, `tier`, `unit`, `currency`, `modality`, `days`, `offer`,
    `model`, `note`, …, `value` what it says of it. `row` is the vocabulary's row, None where a grammar read it.
    """

    slot: str
    value: Any
    start: int
    end: int
    row: Row | None = None


@dataclass(frozen=True, slots=True)
class Classified:
    """The facts of a label in their order, and its leftover: what of it nobody understands ("" for nothing)."""

    facts: tuple[Fact, ...] = ()
    leftover: str = ""
    by_slot: dict[str, tuple[Fact, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_slot: dict[str, tuple[Fact, ...]] = defaultdict(tuple)
        for fact in self.facts:
            by_slot[fact.slot] += (fact,)
        object.__setattr__(self, "by_slot", dict(by_slot))

    @property
    def witnesses(self) -> tuple[Row, ...]:
        """The rows that a language model alone vouches for."""
        return tuple(fact.row for fact in self.facts if fact.row is not None and fact.row.witness)

    def of(self, slot: str) -> tuple[Fact, ...]:
        """The facts of `slot`."""
        return self.by_slot.get(slot, ())

    def values(self, slot: str) -> tuple[Any, ...]:
        """What it says of `slot`, each once."""
        found = self.by_slot.get(slot)
        return tuple(dict.fromkeys(fact.value for fact in found)) if found else ()
