"""Which labels hold changes? Each once, with how many prices it holds: a person explains a label, not a price."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from octoregistry.planning.plan import Plan
from octoregistry.reading.labels import Doubt


@dataclass(frozen=True, slots=True)
class HeldByLabel:
    """A label of a page, where it stands first, why it is a doubt, and how many prices of how many models it holds.

    `page` is the address of the page on which the first of these prices stands, "" where it is not known.
    """

    provider: str
    doubt: Doubt
    prices: int
    models: int
    page: str = ""

    @property
    def count(self) -> str:
        """`14 prices of 6 models`."""
        prices = f"{self.prices} price{'s' * (self.prices != 1)}"
        return f"{prices} of {self.models} model{'s' * (self.models != 1)}"

    def __str__(self) -> str:
        return f"{self.provider} {self.doubt}: holds {self.count}"


def held_by_labels(plan: Plan) -> tuple[HeldByLabel, ...]:
    """The labels for whose sake changes of `plan` are held, in the plan's order."""
    return _by_label(
        (change.provider, change.model, change.evidence.page if change.evidence else "", doubt)
        for change in plan.held
        for doubt in change.doubts
    )


def held_by_labels_of_values(changes: Iterable[Mapping[str, Any]]) -> tuple[HeldByLabel, ...]:
    """The same of held changes as plain values, in the form of a kept plan."""
    return _by_label(
        (change["provider"], change["model"], (change["evidence"] or {}).get("page", ""), Doubt(**doubt))
        for change in changes
        for doubt in change.get("doubts", ())
    )


def _by_label(doubts: Iterable[tuple[str, str, str, Doubt]]) -> tuple[HeldByLabel, ...]:
    held: dict[tuple[str, str, str, str], list[tuple[str, str, Doubt]]] = defaultdict(list)
    for provider, model, page, doubt in doubts:
        held[provider, doubt.label, doubt.place, doubt.reason].append((model, page, doubt))
    return tuple(
        HeldByLabel(provider, found[0][2], len(found), len({model for model, _, _ in found}), found[0][1])
        for (provider, *_), found in held.items()
    )
