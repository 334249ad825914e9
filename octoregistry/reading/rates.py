"""What a page states: rates whose every price names the cell it was read from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from octoregistry.reading.labels import Doubt, OpenLabel
from providers.dimensions import PLAIN_CURRENCY, PLAIN_PLACE

LISTED = "list"
"""The witness of a price that the vendor's own model list states."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a price stands: the page, the address in it (`T3R5C2`, `P7`) and the text that stands there. `path` are the
    page's own words for the place, from the outside in: headings, row, column; none where the page has none.
    """

    page: str
    address: str
    text: str
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StatedPrice:
    """A price as the page states it, per million tokens (for `cache_storage_hour` per million tokens and hour), in the
    currency of its rate.

    `unit_stated` is False where the page states no unit and the field's custom, a million tokens, is taken for it, or
    where its cell states another one than the page's sentence.
    `doubts` are what another reader of the same page says against it: reasons for a person to look; `seconded_by` is one
    who reads the same.
    """

    amount: Decimal
    evidence: Evidence
    unit_stated: bool = True
    doubts: tuple[Doubt | str, ...] = ()
    seconded_by: str | None = None


@dataclass(frozen=True, slots=True)
class StatedRate:
    """The prices that a page states for one model in one mode, for prompts above some size, from some day on.

    `name` is the model as the page calls it, `ids` the API ids that the page itself gives for it (often none).
    `above_input_tokens` is None for the base rate, and "unknown" for a long-context price without a stated threshold.
    `up_to_input_tokens` is the longest prompt that it answers for, "unknown" where the page bounds it without a number.
    `start` is the first day on which it holds, None where the page gives no date (it holds on the page's own day).
    `place` is the region in which the calls are answered, "global" for the plain ones; `currency` that of all its prices.
    `witness` says who read what its figures mean: `rules`, `known` (a kept reading that a person has reviewed),
    `list` (the vendor's own model list), or `llm:PROVIDER/MODEL`, which nobody has checked.
    """

    name: str
    mode: str
    prices: Mapping[str, StatedPrice]
    ids: tuple[str, ...] = ()
    above_input_tokens: int | Literal["unknown"] | None = None
    start: date | None = None
    witness: str = "rules"
    up_to_input_tokens: int | Literal["unknown"] | None = None
    place: str = PLAIN_PLACE
    currency: str = PLAIN_CURRENCY

    @property
    def is_plain(self) -> bool:
        """True for prices in US dollars of calls that are answered anywhere."""
        return (self.place, self.currency) == (PLAIN_PLACE, PLAIN_CURRENCY)

    @property
    def apart_by(self) -> str:
        """What sets its prices apart, in words: "in CNY", "of calls answered in us"; "" for plain ones."""
        currency = f"in {self.currency}" if self.currency != PLAIN_CURRENCY else ""
        place = f"of calls answered in {self.place}" if self.place != PLAIN_PLACE else ""
        return f"{currency} {place}".strip()


@dataclass(frozen=True, slots=True)
class StatedCharge:
    """A price that a page states for something else than tokens: `usd` for `per` of `unit`, under the conditions `when`.

    `name` and `ids` are the model's as of a rate; `name` is None for a tool of the vendor. `free` is what costs nothing first
    ("5000 per month"). `estimated` says that the page calls it an estimate.
    """

    name: str | None
    unit: str
    per: Decimal
    usd: Decimal
    evidence: Evidence
    mode: str = "standard"
    when: tuple[tuple[str, str], ...] = ()
    free: str | None = None
    ids: tuple[str, ...] = ()
    start: date | None = None
    doubts: tuple[Doubt | str, ...] = ()
    estimated: bool = False


def is_checked(witness: str) -> bool:
    """True for whoever needs no second witness: the rules, readings that a person has reviewed, and the vendor's own list.

    A witness is named `KIND` or `KIND:DETAIL`; where two made the same reading their names are joined by a plus.
    """
    return any(name.partition(":")[0] in ("rules", "known", LISTED) for name in witness.split("+"))


@dataclass(frozen=True, slots=True)
class Problem:
    """What was not read, where, why, and how many figures stand there: nothing is guessed."""

    page: str
    address: str
    reason: str
    count: int = 1

    def __str__(self) -> str:
        times = f" ({self.count} times)" if self.count > 1 else ""
        return f"{self.page} {self.address}: {self.reason}{times}"


@dataclass(frozen=True, slots=True)
class PageRates:
    """All that was read from one page. `rates` are in US dollars and of all regions, `apart` those of one region or in another
    currency; `open_labels` are those with words that nobody understands yet.
    """

    provider: str
    page: str
    rates: tuple[StatedRate, ...] = ()
    problems: tuple[Problem, ...] = field(default=())
    open_labels: tuple[OpenLabel, ...] = ()
    apart: tuple[StatedRate, ...] = ()
    charges: tuple[StatedCharge, ...] = ()

    @property
    def only_apart(self) -> str | None:
        """Which prices it states, where none of them is in US dollars and of calls anywhere; None for any other page."""
        if self.rates or not self.apart:
            return None
        kinds = " and ".join(sorted({rate.apart_by for rate in self.apart}))
        return f"it states prices {kinds}, and none in US dollars of calls that are answered anywhere"

    @property
    def every(self) -> tuple[StatedRate, ...]:
        """Its rates, those apart behind the plain ones."""
        return self.rates + self.apart
