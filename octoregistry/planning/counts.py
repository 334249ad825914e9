"""How much an update changes: one count, the same on the terminal, in the report, the pull request, the log and the notices."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from octoregistry.planning.plan import Bookkeeping, Change, Plan

_MOVED = ("price", "announced", "withdrawn")
_FIRST_KNOWN = ("new_price", "new_rate")
_Named = tuple[str, str, str]  # provider, model, kind


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts of a run: prices moved (also announced, withdrawn), prices first known of known models, new models (each once),
    changed facts of models, charges besides tokens, models that registries alone vouch for. The two plain prices are counted with
    the price that they follow from."""

    moved: int = 0
    first_known: int = 0
    new_models: int = 0
    facts: int = 0
    charges: int = 0
    vouched: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.moved + self.first_known + self.new_models + self.facts + self.charges + self.vouched

    @property
    def parts(self) -> tuple[str, ...]:
        """Each count that is not 0, in words."""
        named = (
            (self.moved, "price moved", "prices moved"),
            (self.first_known, "price first known", "prices first known"),
            (self.new_models, "model new", "models new"),
            (self.facts, "fact of models", "facts of models"),
            (self.charges, "charge besides tokens", "charges besides tokens"),
            (self.vouched, "model vouched for by registries alone", "models vouched for by registries alone"),
        )
        return tuple(f"{count:,} {one if count == 1 else more}" for count, one, more in named if count)

    def __str__(self) -> str:
        return ", ".join(self.parts) or "no change"


def counts_of(changes: Iterable[Change]) -> Counts:
    """The count of the changes that are written: held ones and bookkeeping are in none."""
    return _counted([(change.provider, change.model, change.kind) for change in changes if change.applies])


def counts_of_values(changes: Iterable[Mapping[str, Any]]) -> Counts:
    """The same of changes in the form of a kept plan, all of which were written."""
    return _counted([(one["provider"], one["model"], one["kind"]) for one in changes])


def summaries(plan: Plan) -> Mapping[str, str]:
    """Provider -> what the plan does to it, counted, with what is held; in the plan's order. One that was compared and says
    nothing new has "no change"; one that was not is left out."""
    providers = dict.fromkeys([*plan.providers, *(change.provider for change in plan.changes)])
    new = {note.provider for note in plan.notes if note.kind == "new provider"}
    return {name: _summary([c for c in plan.visible if c.provider == name], new=name in new) for name in providers}


def _summary(changes: list[Change], *, new: bool) -> str:
    held = sum(not change.applies for change in changes)
    waits = (f"{held:,} {'change' if held == 1 else 'changes'} held",) if held else ()
    begun = ("new provider",) if new else ()
    return ", ".join((*begun, *counts_of(changes).parts, *waits)) or "no change"


def _counted(changes: list[_Named]) -> Counts:
    priced = {change[:2] for change in changes if change[2] in (*_MOVED, *_FIRST_KNOWN)}
    kinds = Counter(
        kind for *model, kind in changes if kind not in Bookkeeping and not (kind == "plain" and tuple(model) in priced)
    )
    moved, first_known = (sum(kinds.pop(kind, 0) for kind in some) for some in (_MOVED, _FIRST_KNOWN))
    kinds.pop("new_model", None)
    kinds.pop("vouched", None)
    charges = kinds.pop("charge", 0)
    new, vouched = ({change[:2] for change in changes if change[2] == kind} for kind in ("new_model", "vouched"))
    return Counts(moved, first_known, len(new), kinds.total(), charges, len(vouched))
