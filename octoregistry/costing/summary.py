"""What logged usage cost and would have cost otherwise, as values: by model, by day, and before and after an update."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

# The other ways, and what each assumes. The words stand beside the figures: a sum without its assumption is a promise.
WAYS: Mapping[str, str] = {
    "batch": "All of it sent in batches, at the batch prices of its own days.",
    "uncached": "No cache at all: what was read from it or written to it is paid as ordinary input. The difference is "
    "what the cache saved, its writes and its storage paid.",
    "cached": "An upper bound of what a cache could save, which no workload reaches: every uncached text token of input at "
    "the price of a read, and nothing more paid for writes or storage.",
    "today": "The same tokens in the same modes, all at the prices of this report’s day.",
}


@dataclass(frozen=True, slots=True)
class Otherwise:
    """The cost of the same rows another way. `kept` rows have no price that way, and count as what they did cost.

    `cost` is None where no row has a price that way: nothing is told then.
    """

    cost: Decimal | None
    kept: int


@dataclass(frozen=True, slots=True)
class Effect:
    """What an update does to the rows that have a price both before and after it; both None where there is no such row.

    `gained` rows have a price only since the update, `lost` rows had one only before.
    """

    before: Decimal | None
    after: Decimal | None
    gained: int
    lost: int


@dataclass(frozen=True, slots=True)
class Figures:
    """The rows of one model, of one day, or all. `cost` is None where none of them has a price; `unpriced` have none.

    `on_its_days` is the update's effect on what was paid, `from_now` its effect on the same usage at today's prices.
    """

    rows: int
    unpriced: int
    requests: int
    tokens: Mapping[str, int]
    cost: Decimal | None
    otherwise: Mapping[str, Otherwise]
    on_its_days: Effect
    from_now: Effect


@dataclass(frozen=True, slots=True)
class ModelUsage:
    """The usage of one model under its own id; a provider or model that the log does not state is None."""

    provider: str | None
    model: str | None
    figures: Figures


@dataclass(frozen=True, slots=True)
class PeriodUsage:
    """The usage of one day (`2026-09-04`), or of one month (`2026-09`) where a log has more days than a page shows."""

    period: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class GroupUsage:
    """The usage of the rows with one value in a column; `name` is None where they state none."""

    name: str | None
    figures: Figures


@dataclass(frozen=True, slots=True)
class GroupedUsage:
    """The usage by the values of a `column`, the dearest first; lines beyond what a page holds are counted in `more`."""

    column: str
    groups: tuple[GroupUsage, ...]
    more: int = 0


@dataclass(frozen=True, slots=True)
class Unpriced:
    """Rows that are in no cost, and why; `in_sum`: that are in it, but for a charge. `place` is the file and line of one
    of them, without the file's folder.
    """

    reason: str
    rows: int
    provider: str | None = None
    model: str | None = None
    mode: str | None = None
    first_day: date | None = None
    last_day: date | None = None
    place: str | None = None
    in_sum: bool = False


@dataclass(frozen=True, slots=True)
class UsageCosts:
    """What a log cost. Lines beyond what a page holds are counted in `more_models` and `more_problems`, and in `total`.

    `form` is the kind of log it was read as. Rows without a day are in no period.
    """

    form: str
    total: Figures
    models: tuple[ModelUsage, ...]
    periods: tuple[PeriodUsage, ...]
    problems: tuple[Unpriced, ...]
    more_models: int = 0
    more_problems: int = 0
    by: tuple[GroupedUsage, ...] = ()
    last_day: date | None = None
