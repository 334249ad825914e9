"""What waits for a person, as cards: a model each, its prices in rows as the report has them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from octoregistry.planning.plan_json import FORMAT, PlanError, from_values
from octoregistry.report.change_rows import ChangeRow, change_rows, columns
from octoregistry.service.decisions import HeldChanges
from octoregistry.service.notice_lines import change_line
from providers.registry import Registry


@dataclass(frozen=True, slots=True)
class ReviewCard:
    """All that waits of one model. `lines` tell it where an older version kept it in a form that has no rows."""

    id: str
    provider: str
    model: str
    display_name: str
    since: str
    rows: tuple[ChangeRow, ...]
    lines: tuple[str, ...] = ()
    facts: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """The dimensions that have a column."""
        return columns(self.rows)

    @property
    def others(self) -> bool:
        """True where prices have dimensions without a column."""
        return any(row.price and row.others for row in self.rows)


def review_cards(waiting: Iterable[HeldChanges], registry: Registry) -> tuple[ReviewCard, ...]:
    """A card for each model, in the given order."""
    return tuple(_card(held, registry) for held in waiting)


def _card(held: HeldChanges, registry: Registry) -> ReviewCard:
    provider = registry.providers.get(held.provider)
    entry = provider.models.get(held.model) if provider else None
    rows: tuple[ChangeRow, ...] = ()
    lines: tuple[str, ...] = ()
    try:
        plan = from_values({"format": FORMAT, "changes": list(held.changes), "notes": []})
        rows = change_rows(plan.visible)
    except PlanError:
        lines = tuple(map(change_line, held.changes))
    return ReviewCard(
        id=held.id,
        provider=held.provider,
        model=held.model,
        display_name=entry.display_name if entry else held.model,
        since=f"{held.first_seen:%Y-%m-%d %H:%M}Z",
        rows=rows,
        lines=lines,
    )
