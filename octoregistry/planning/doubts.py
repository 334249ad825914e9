"""Which labels hold changes? Each once, with how many prices it holds: a person explains a label, not a price."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from octoregistry.planning.plan import Plan
from octoregistry.reading.labels import Doubt


@dataclass(frozen=True, slots=True)
class HeldByLabel:
    """A label of a page, where it stands first, why it is a doubt, and how many prices of how many models it holds."""

    provider: str
    doubt: Doubt
    prices: int
    models: int

    @property
    def count(self) -> str:
        """`14 prices of 6 models`."""
        prices = f"{self.prices} price{'s' * (self.prices != 1)}"
        return f"{prices} of {self.models} model{'s' * (self.models != 1)}"

    def __str__(self) -> str:
        return f"{self.provider} {self.doubt}: holds {self.count}"


def held_by_labels(plan: Plan) -> tuple[HeldByLabel, ...]:
    """The labels for whose sake changes of `plan` are held, in the plan's order."""
    held: dict[tuple[str, str, str, str], list[tuple[Doubt, str]]] = defaultdict(list)
    for change in plan.held:
        for doubt in change.doubts:
            held[change.provider, doubt.label, doubt.place, doubt.reason].append((doubt, change.model))
    return tuple(
        HeldByLabel(provider, found[0][0], len(found), len({model for _, model in found}))
        for (provider, *_), found in held.items()
    )
