"""The costs of a log as values, with every row that has no price, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from providers.dimensions import MODES
from providers.recipe import Recipe

if TYPE_CHECKING:
    import pyarrow as pa

OURS = ("day", "provider", "model", "mode")
DERIVED = (*OURS, "month")
ANSWERED = (  # what an answer has beside its keys
    *("rows", "requests", "cost", "unpriced", "uncertain", "least", "most", "reason"),
    *("unpriced_provider", "unpriced_model", "unpriced_mode", "first_day", "last_day"),
)

# What can be wrong with a row before its price is looked for.
NO_DAY = "no day is stated"
NO_SUCH_DAY = "what should be a day is none: write 2026-09-04 or ISO 8601"
NO_PROVIDER = "no provider is stated"
NO_MODEL = "no model is stated"
ZONES_MIXED = "a time without a zone among times with one: it may be another day"
UNKNOWN_MODE = f"unknown mode: there are {', '.join(MODES)}"
UNKNOWN_PROVIDER = "unknown provider"
UNKNOWN_MODEL = "unknown model"
NO_FORM = Recipe("no known form", "none")
UNKNOWN_FORM = "a row of no known form"
NO_CALL = "a row that is no call of its form, and counts tokens"
COSTS_ALONE = "a row of a cost report: it states costs and counts no tokens"
LESS = "a later row of a response, which counts less than the one that is counted"
SAME_SUM = "a sum that stands in another row too, wholly the same: of one bucket both cannot be"
AGAIN = "a response whose id stands in another row too, which is counted"
PERHAPS_BATCH = "the sum of a batch, beside rows of output files: whether these are its own is not said"
NOT_COMPARED = "a stated cost that is no plain number of USD, which is not compared"
UNFINISHED = "a list that goes on (has_more): its other pages are not here"
CHARGES = "a charge without a known price, which is not in the sum"
UNSAID = "output of a modality that is not said: images or audio of the model have a price of their own"
STRICT = "prompt sizes unknown: their mean is above the smallest tier (--strict-tiers)"
NO_CALL_HERE = "the sums of other spans, of which none or not all are here"
PERHAPS_SUM = "a span with calls below it that count other tokens: whether it repeats them is not said"


@dataclass(frozen=True, slots=True)
class UnpricedRows:
    """Rows that have no price for the same reason: how many, of which model, between which days, and one of them.

    `in_sum`: the rows are in the sum, but for a charge that has no known price. `group` is what tells some of them from other
    rows on an engine, by which one is found to be shown.
    """

    reason: str
    rows: int
    provider: str | None = None
    model: str | None = None
    mode: str | None = None
    first_day: date | None = None
    last_day: date | None = None
    place: str | None = None
    example: Mapping[str, Any] | str | None = None
    in_sum: bool = False
    group: tuple[Any, ...] | None = field(default=None, repr=False, compare=False)

    def with_rows(self, rows: int, first_day: date | None, last_day: date | None) -> UnpricedRows:
        """The problem of so many rows between these days."""
        return replace(self, rows=rows, first_day=first_day, last_day=last_day)

    def __str__(self) -> str:
        whose = "/".join(part for part in (self.provider, self.model) if part)
        return ": ".join(part for part in (whose, self.reason) if part)


@dataclass(frozen=True, slots=True)
class Assumed:
    """Aggregated rows costed at the tier of their mean prompt, with lower and upper bound, in USD; `most` is None where a tier
    has no known price.
    """

    rows: int
    cost: Decimal
    least: Decimal
    most: Decimal | None


@dataclass(frozen=True, slots=True)
class Uncertain:
    """Rows without a price, of days between two on which different prices were seen: what they cost at least and at most, in
    USD, beside the sum.
    """

    rows: int
    least: Decimal
    most: Decimal


@dataclass(frozen=True, slots=True)
class Retired:
    """Rows in the sum of days after their model's end: how many, and between which days."""

    provider: str
    model: str
    rows: int
    first_day: date
    last_day: date

    def __str__(self) -> str:
        days = " to ".join(sorted({str(self.first_day), str(self.last_day)}))
        return f"{self.provider}/{self.model}: {self.rows:,} rows ({days})"


@dataclass(frozen=True, slots=True)
class Derived:
    """Rows in the sum with images, audio or video that are billed at the price of text, as the vendor's file says of a page
    that names one price for input; and what that part of them costs, in USD.
    """

    rows: int
    cost: Decimal


@dataclass(frozen=True, slots=True)
class Stated:
    """What a column of the log states of the rows that have a price, beside ours, both in USD; and the first rows that
    differ by more than a millionth: their place, theirs, ours.
    """

    column: str
    rows: int
    theirs: Decimal
    ours: Decimal
    differ: int
    rows_that_differ: tuple[tuple[str, Decimal, Decimal], ...]


@dataclass
class Groups:
    """The groups of an answer: rows of values, and the same as a table of Arrow."""

    rows: Sequence[Mapping[str, Any]]
    columns: tuple[str, ...]
    scale: int

    def __iter__(self) -> Iterator[Mapping[str, Any]]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def table(self) -> pa.Table:
        """The groups as a table: tokens as decimal(38, 0), sums of USD as decimal(38, scale)."""
        import pyarrow as pa  # noqa: PLC0415 - a tenth of a second that a terminal need not pay

        fixed = dict.fromkeys(("rows", "unpriced", "uncertain"), pa.int64())
        fixed |= dict.fromkeys(("cost", "least", "most"), pa.decimal128(38, self.scale))
        own = self.columns[: self.columns.index("rows")]
        return pa.table(
            {
                name: pa.array(
                    [row[name] for row in self.rows],
                    None if name in own else fixed.get(name, pa.decimal128(38, 0)),
                )
                for name in self.columns
            }
        )


@dataclass(frozen=True, slots=True)
class Costs:
    """The costs of a log. `groups` have the keys, rows, requests, tokens, cost, unpriced, uncertain, least, most.

    `cost` is USD, exact, and null where no row of a group has a price. `unpriced` rows are in no cost; of them the
    `uncertain` ones cost from `least` to `most`. Those of `assumed`, of `derived` and of `retired` are in it.
    """

    groups: Groups
    keys: tuple[str, ...]
    form: str
    total: Decimal
    rows: int
    problems: tuple[UnpricedRows, ...] = field(default=())
    assumed: Assumed | None = None
    stated: Stated | None = None
    derived: Derived | None = None
    uncertain: Uncertain | None = None
    retired: tuple[Retired, ...] = ()

    @property
    def table(self) -> pa.Table:
        """The groups as a table of Arrow."""
        return self.groups.table

    @property
    def unpriced(self) -> int:
        """The rows without a price, lines that are no row among them."""
        return sum(problem.rows for problem in self.problems if not problem.in_sum)
