"""What an update does to a bill: the workloads and the usage that the settings name, before and after it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from octoregistry.queries.estimate import Cost, UnknownCost, Workload, estimate_of
from octoregistry.settings import Settings, WorkloadSettings
from octoregistry.updating.update import Update
from providers import Registry, parse_registry
from providers.dimensions import UnknownModelError

_MONTH = range(28, 32)  # days


@dataclass(frozen=True, slots=True)
class BillLine:
    """What something costs before and after an update, in USD; None where that is not known, for the reason in `why`.

    `per` says what it is the cost of: "a month", "in 12 days".
    """

    name: str
    per: str
    before: Decimal | None = None
    after: Decimal | None = None
    why: str = ""

    @property
    def moved(self) -> Decimal | None:
        """The difference, None where either is not known."""
        return None if self.before is None or self.after is None else self.after - self.before


def bill(update: Update, settings: Settings) -> tuple[BillLine, ...]:
    """A line a workload of `[[workloads]]` and one for `[pull_request] usage`, by the prices in force on the update's day."""
    if not (settings.workloads or settings.pull_request.usage):
        return ()
    after = parse_registry(update.new_text, update.registry.path)
    lines = [_of_workload(load, update.registry, after, update.at.date()) for load in settings.workloads]
    return (*lines, *_of_usage(update, after, settings))


def _of_workload(load: WorkloadSettings, before: Registry, after: Registry, day: date) -> BillLine:
    provider, _, model = load.model.partition("/")
    costs: list[Cost] = []
    for registry in (before, after):
        try:
            asked = Workload(dict(load.tokens), day, load.requests, load.mode, load.batch_percent)
            costs.append(estimate_of(registry, registry.model(provider, model), asked).cost)
        except UnknownModelError:
            costs.append(UnknownCost("the model is not known"))
    why = next((cost.reason for cost in reversed(costs) if isinstance(cost, UnknownCost)), "")
    before_usd, after_usd = (cost if isinstance(cost, Decimal) else None for cost in costs)
    return BillLine(load.name or load.model, "a month", before_usd, after_usd, why)


def _of_usage(update: Update, after: Registry, settings: Settings) -> Iterator[BillLine]:
    """The line of the usage files; what cannot be read is told, and stops no proposal."""
    files = settings.pull_request.usage
    if not files:
        return
    name = ", ".join(files)
    try:
        from octoregistry.costing import CostingError, usage_costs  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        yield BillLine(name, "", why=f"it needs the extra: pip install 'octoregistry[scale]' ({error})")
        return
    try:
        found = usage_costs(files, update.registry, after, update.at.date(), settings.costing.columns)
    except (CostingError, OSError) as error:
        yield BillLine(name, "", why=str(error))
        return
    days = sorted(date.fromisoformat(one.period) for one in found.periods if len(one.period) == len("2026-09-04"))
    length = (days[-1] - days[0]).days + 1 if days else 0
    per = "a month" if length in _MONTH else f"in {length} days" if length else "in all"
    effect, left = found.total.from_now, found.total.unpriced
    yield BillLine(
        name, per, effect.before, effect.after, f"{left:,} rows have no price and are in neither" if left else ""
    )
