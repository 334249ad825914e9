"""What a workload costs with each model, in its own mode and in the others, and cheaper models that fit it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from providers.charge_units import UNITS
from providers.charges import Charges, get_charges
from providers.dimensions import (
    ANSWER_DIMENSIONS,
    DIMENSIONS,
    MODES,
    PROMPT_DIMENSIONS,
    InvalidUsageError,
    PricingError,
    UncertainPriceError,
)
from providers.entries import Model, Rate
from providers.exact import scaled, unscaled, whole
from providers.rates import fitting, holding
from providers.registry import Registry
from providers.selection import Peers, Task, kind_of, misfits, peers_of, recommended, reservations

_MILLION = 6  # a price is per 10**6 tokens
_PERCENT = 2
_CONTEXT = Context(prec=60)
# What tells one model's reason from another's: "retired on 2026-10-23", "longer than its 128,000 tokens".
_DAY_OR_SIZE = re.compile(r" (?:on|since) \d{4}-\d\d-\d\d|(?<= than its )[\d,]+ (?=tokens)|, and may be [\d,]+ tokens")


@dataclass(frozen=True, slots=True)
class Workload:
    """So many requests of the same size: `tokens` are those of one request by dimension, as `Pricing.cost` counts them.

    `batch_percent` of the requests go in batches, the others are served in `mode`. The prompt's size, by which long
    prompts are priced, is the sum of its dimensions unless `prompt_tokens` states another. Prices are those of `day`.
    `charges` are so many of each unit besides tokens, under the conditions `when`; `free_used` says that what is free first
    is used up.
    """

    tokens: Mapping[str, int]
    day: date
    requests: int = 1
    mode: str = "standard"
    batch_percent: int = 0
    prompt_tokens: int | None = None
    assume_earliest: bool = False
    charges: Mapping[str, int] = field(default_factory=dict)
    when: Mapping[str, str] = field(default_factory=dict)
    free_used: bool = False

    def __post_init__(self) -> None:
        """Raise InvalidUsageError for what cannot be counted."""
        for name, count in [
            *self.tokens.items(),
            *self.charges.items(),
            ("requests", self.requests),
            ("batch_percent", self.batch_percent),
        ]:
            whole(name, count)
        unknown = (self.tokens.keys() - set(DIMENSIONS)) | (self.charges.keys() - UNITS.keys())
        if unknown or self.mode not in MODES or self.batch_percent > 100:
            wrong = ", ".join(sorted(unknown)) or self.mode
            raise InvalidUsageError(f"{wrong}: no such dimension, unit or mode, or a share above 100 percent")

    @property
    def prompt(self) -> int:
        """The size of one prompt in tokens."""
        if self.prompt_tokens is not None:
            return whole("prompt_tokens", self.prompt_tokens)
        return sum(self.tokens.get(name, 0) for name in PROMPT_DIMENSIONS)

    def task(self, kind: str = "chat", needs: Iterable[str] = ()) -> Task:
        """What a model must be to serve it; raises InvalidUsageError for a kind or a feature that no model can have."""
        return Task(kind, tuple(needs), self.prompt, sum(self.tokens.get(name, 0) for name in ANSWER_DIMENSIONS))


@dataclass(frozen=True, slots=True)
class UnknownCost:
    """A cost that cannot be told, and why; never 0, and never the price of something else.

    `least` and `most` are what it may be, where a price changed on a day that nobody knows.
    """

    reason: str
    least: Decimal | None = None
    most: Decimal | None = None

    def __str__(self) -> str:
        return self.reason


Cost = Decimal | UnknownCost


@dataclass(frozen=True, slots=True)
class Estimate:
    """What the workload costs with one model: as it is asked for, and all of it in each mode.

    `multiple` is the cost in multiples of the cheapest model's; None where either is unknown or nothing. `notes` say why
    the model does not fit the workload, when it retires, and what its price rests on.
    """

    model: Model
    cost: Cost
    modes: Mapping[str, Cost] = field(default_factory=dict)
    multiple: Decimal | None = None
    notes: tuple[str, ...] = ()

    def as_values(self) -> dict[str, Any]:
        """The estimate as plain values, costs as exact decimal text; None for what is not known."""
        unknown = self.cost if isinstance(self.cost, UnknownCost) else None
        return {
            "provider": self.model.provider,
            "model": self.model.id,
            "usd": _text(self.cost),
            "modes": {mode: _text(cost) for mode, cost in self.modes.items()},
            "unknown": unknown.reason if unknown else None,
            "least": _text(unknown.least) if unknown else None,
            "most": _text(unknown.most) if unknown else None,
            "kind": str(kind_of(self.model)),
            "yours": list(self.model.yours),
            "notes": list(self.notes),
        }


def _text(cost: Cost | None) -> str | None:
    return f"{cost:f}" if isinstance(cost, Decimal) else None


def estimate(
    registry: Registry, workload: Workload, task: Task | None = None, *, everything: bool = False
) -> tuple[Estimate, ...]:
    """The cost of every model that is for the `task`, the cheapest first and what is unknown last.

    Without a task, chat models that fit prompt and answer. Whoever does not fit, retires soon or has left the page is left
    out; with `everything` nobody is.
    """
    asked = task or workload.task()
    found = []
    for provider in registry.providers.values():
        models = provider.models.values()
        chosen = models if everything else recommended(models, asked, workload.day)
        peers = peers_of(models, workload.day)
        found += [_estimate(registry, model, workload, asked, peers) for model in chosen]
    found.sort(key=_order)
    cheapest = next((one.cost for one in found if isinstance(one.cost, Decimal) and one.cost), None)
    return tuple(
        replace(one, multiple=_CONTEXT.divide(one.cost, cheapest))
        if isinstance(one.cost, Decimal) and cheapest
        else one
        for one in found
    )


def why_none(registry: Registry, workload: Workload, task: Task) -> Iterator[str]:
    """Why no model of the task's kind fits: each reason with how many of them it is the first one of, the most first."""
    found: Counter[str] = Counter()
    for provider in registry.providers.values():
        models = provider.models.values()
        peers = peers_of(models, workload.day)
        for model in models:
            if kind_of(model).name == task.kind:
                against = (*misfits(model, task, workload.day), *reservations(model, task, workload.day, peers))
                found[_DAY_OR_SIZE.sub("", against[0]).replace("its tokens", "its limit")] += 1
    yield from (f"{count:,}: {reason}" for reason, count in found.most_common())


def estimate_of(registry: Registry, model: Model, workload: Workload, task: Task | None = None) -> Estimate:
    """The estimate of one model, whether it fits or not; without a task it is taken for one of the model's own kind."""
    asked = task or workload.task(kind_of(model).name or "chat")
    return _estimate(registry, model, workload, asked, peers_of(registry.models(model.provider).values(), workload.day))


def _estimate(registry: Registry, model: Model, workload: Workload, task: Task, peers: Peers) -> Estimate:
    rates = registry.pricing(model.provider, model.id).rates
    charges = get_charges(model.provider, model.id, registry) if workload.charges else None

    def cost_of(shares: Mapping[str, int]) -> Cost:
        cost = _cost(model, rates, workload, shares)
        return cost if charges is None else _with_charges(cost, charges, workload, shares)

    modes = {mode: cost_of({mode: 100}) for mode in MODES}
    shares = {workload.mode: 0, "batch": 0}
    shares[workload.mode] += 100 - workload.batch_percent
    shares["batch"] += workload.batch_percent
    used = {mode: percent for mode, percent in shares.items() if percent}
    against = (*misfits(model, task, workload.day), *reservations(model, task, workload.day, peers))
    notes = (*against, *_notes(model, rates, workload, used))
    return Estimate(model, cost_of(used), modes, notes=notes)


def _notes(model: Model, rates: Sequence[Rate], workload: Workload, modes: Iterable[str]) -> Iterable[str]:
    """What else whoever pays should know of the price."""
    day = workload.day
    if model.first_seen and day < model.first_seen and workload.assume_earliest:
        yield f"the prices are those of our first reading on {model.first_seen}"
    for mode in modes:
        rate = rates_for(model, rates, workload, mode)[0]
        if rate is None:
            continue
        derived = [name for name in rate.derived_dimensions if workload.tokens.get(name)]
        if rate.derived or derived:
            of = "" if rate.derived else " of " + " and ".join(name.replace("_", " ") for name in derived)
            yield f"no page states the {mode} price{of}: it follows from the standard price and the vendor's discount"
        stated = any(count and name not in derived for name, count in workload.tokens.items())
        if mode in model.last_seen and not rate.derived and stated:
            yield f"the {mode} price was last seen on {model.last_seen[mode]}"


def nearest_cheaper(estimates: Iterable[Estimate], provider: str, model: str, limit: int = 3) -> tuple[Estimate, ...]:
    """The models that cost less than this one, the nearest first; none where its own cost is unknown."""
    known = [(one.cost, one) for one in estimates if isinstance(one.cost, Decimal)]
    own = next((cost for cost, one in known if (one.model.provider, one.model.id) == (provider, model)), None)
    less = [one for cost, one in known if own is not None and cost < own]
    return tuple(sorted(less, key=_order, reverse=True)[:limit])


@dataclass(frozen=True, slots=True)
class Saving:
    """What a workload costs less, in USD exactly, and in percent of its cost, rounded to a whole number."""

    usd: Decimal
    percent: Decimal


def saving(own: Estimate, other: Estimate) -> Saving | None:
    """What the workload costs less with `other` than with `own`; None where either cost is unknown, or `own` costs nothing."""
    if not isinstance(own.cost, Decimal) or not isinstance(other.cost, Decimal) or not own.cost:
        return None
    less = own.cost - other.cost
    return Saving(less, (less * 100 / own.cost).quantize(Decimal(1), ROUND_HALF_UP))


def rates_for(model: Model, rates: Iterable[Rate], workload: Workload, mode: str) -> tuple[Rate | None, Rate | None]:
    """The rate of `mode` that counts, twice; two where the price changed on a day that nobody knows, around this one.

    `Pricing.cost` chooses the same.
    """
    day = max(workload.day, model.first_seen) if model.first_seen and workload.assume_earliest else workload.day
    of_mode = [rate for rate in rates if rate.mode == mode]
    early, late = (
        fitting(holding(of_mode, day.toordinal(), maybe=maybe and not workload.assume_earliest), workload.prompt)
        for maybe in (False, True)
    )
    return early, late


def dollars(cost: Decimal) -> str:
    """A cost for people, rounded half up: cents from a dollar on, four decimals from a cent on, six below."""
    places = 2 if cost >= 1 or not cost else 4 if cost >= Decimal("0.01") else 6
    return f"${cost.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, _CONTEXT):,f}"


def _cost(model: Model, rates: Sequence[Rate], workload: Workload, shares: Mapping[str, int]) -> Cost:
    """What the workload costs where so many of 100 requests are served in each mode."""
    tokens = {name: count for name, count in workload.tokens.items() if count}
    if not tokens or not workload.requests:
        return Decimal(0)
    if model.first_seen and workload.day < model.first_seen and not workload.assume_earliest:
        return UnknownCost(f"before our first reading on {model.first_seen}")
    least = most = Decimal(0)
    for mode, percent in shares.items():
        parts = []
        for rate in rates_for(model, rates, workload, mode):
            part = _share(rate, tokens, workload.requests * percent)
            if part is None:
                return UnknownCost(_unknown(rate, rates, workload, mode))
            parts.append(part)
        least, most = _total(least, min(parts)), _total(most, max(parts))
    if least == most:
        return least
    reason = f"between {dollars(least)} and {dollars(most)}: its price changed on a day that no page states"
    return UnknownCost(reason, least, most)


def _with_charges(cost: Cost, charges: Charges, workload: Workload, shares: Mapping[str, int]) -> Cost:
    """The cost of the tokens with the charges of so many of 100 requests in each mode."""
    if isinstance(cost, UnknownCost) and (cost.least is None or cost.most is None):
        return cost
    least, most = (cost, cost) if isinstance(cost, Decimal) else (cost.least or Decimal(0), cost.most or Decimal(0))
    reason = "" if isinstance(cost, Decimal) else cost.reason
    for mode, percent in shares.items():
        for unit, each in workload.charges.items():
            count = Decimal(each * workload.requests * percent) / 100
            asked = {"mode": mode, "at": workload.day, "when": workload.when, "free_used": workload.free_used}
            try:
                low = high = charges.cost(unit, count, **asked)  # type: ignore[arg-type]
            except UncertainPriceError as between:
                low, high, reason = Decimal(str(between.least)), Decimal(str(between.most)), str(between)
            except PricingError as unknown:
                return UnknownCost(str(unknown))
            least, most = _total(least, low), _total(most, high)
    return (
        least if least == most else UnknownCost(f"between {dollars(least)} and {dollars(most)}: {reason}", least, most)
    )


def _share(rate: Rate | None, tokens: Mapping[str, int], percents: int) -> Decimal | None:
    """The exact cost of so many hundredths of a request; None where a price is missing."""
    if rate is None or not tokens.keys() <= rate.prices.keys():
        return None
    places = max(0, *(-int(rate.prices[name].as_tuple().exponent) for name in tokens))
    total = sum(scaled(rate.prices[name], places) * count for name, count in tokens.items())
    return unscaled(total * percents, places + _MILLION + _PERCENT)


def _unknown(rate: Rate | None, rates: Iterable[Rate], workload: Workload, mode: str) -> str:
    """Which price is missing."""
    if rate is None:
        bounds = [
            each.up_to_input_tokens
            for each in rates
            if each.mode == mode and each.up_to_input_tokens and each.up_to < workload.prompt
        ]
        return f"no {mode} price" + (f" above {max(bounds):,} tokens" if bounds else "")
    missing = next(name for name in DIMENSIONS if workload.tokens.get(name) and name not in rate.prices)
    return f"no {mode} price of {missing.replace('_', ' ')}"


def _total(*costs: Decimal) -> Decimal:
    places = max(0, *(-int(cost.as_tuple().exponent) for cost in costs))
    return unscaled(sum(scaled(cost, places) for cost in costs), places)


def _order(one: Estimate) -> tuple[bool, Decimal, str, str]:
    known = isinstance(one.cost, Decimal)
    return not known, one.cost if isinstance(one.cost, Decimal) else Decimal(0), one.model.provider, one.model.id
