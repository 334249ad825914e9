"""What a workload costs with each model, in its own mode and in the others, and cheaper models."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal

from providers.dimensions import DIMENSIONS, MODES, PROMPT_DIMENSIONS, InvalidUsageError
from providers.entries import Model, Rate
from providers.exact import scaled, unscaled
from providers.pricing import whole
from providers.registry import Registry

_MILLION = 6  # a price is per 10**6 tokens
_PERCENT = 2
_CONTEXT = Context(prec=60)


@dataclass(frozen=True, slots=True)
class Workload:
    """So many requests of the same size: `tokens` are those of one request by dimension, as `Pricing.cost` counts them.

    `batch_percent` of the requests go in batches, the others are served in `mode`. The prompt's size, by which long
    prompts are priced, is the sum of its dimensions unless `prompt_tokens` states another. Prices are those of `day`.
    """

    tokens: Mapping[str, int]
    day: date
    requests: int = 1
    mode: str = "standard"
    batch_percent: int = 0
    prompt_tokens: int | None = None

    def __post_init__(self) -> None:
        """Raise InvalidUsageError for what cannot be counted."""
        for name, count in [*self.tokens.items(), ("requests", self.requests), ("batch_percent", self.batch_percent)]:
            whole(name, count)
        unknown = self.tokens.keys() - set(DIMENSIONS)
        if unknown or self.mode not in MODES or self.batch_percent > 100:
            wrong = ", ".join(sorted(unknown)) or self.mode
            raise InvalidUsageError(f"{wrong}: no such dimension or mode, or a share above 100 percent")

    @property
    def prompt(self) -> int:
        """The size of one prompt in tokens."""
        if self.prompt_tokens is not None:
            return whole("prompt_tokens", self.prompt_tokens)
        return sum(self.tokens.get(name, 0) for name in PROMPT_DIMENSIONS)


@dataclass(frozen=True, slots=True)
class UnknownCost:
    """A cost that cannot be told, and why; never 0, and never the price of something else."""

    reason: str

    def __str__(self) -> str:
        return self.reason


Cost = Decimal | UnknownCost


@dataclass(frozen=True, slots=True)
class Estimate:
    """What the workload costs with one model: as it is asked for, and all of it in each mode.

    `multiple` is the cost in multiples of the cheapest model's; None where either is unknown or nothing.
    """

    model: Model
    cost: Cost
    modes: Mapping[str, Cost] = field(default_factory=dict)
    multiple: Decimal | None = None


def estimate(registry: Registry, workload: Workload, *, retired: bool = False) -> tuple[Estimate, ...]:
    """Every model's cost, the cheapest first and what is unknown last; with `retired` those that left service, too."""
    found = []
    for model in registry:
        if retired or in_service(model, workload.day):
            rates = registry.pricing(model.provider, model.id).rates
            modes = {mode: cost_in(rates, workload, mode) for mode in MODES}
            found.append(Estimate(model, cost_of(rates, workload), modes))
    found.sort(key=_order)
    cheapest = next((one.cost for one in found if isinstance(one.cost, Decimal) and one.cost), None)
    return tuple(
        Estimate(one.model, one.cost, one.modes, _CONTEXT.divide(one.cost, cheapest))
        if isinstance(one.cost, Decimal) and cheapest
        else one
        for one in found
    )


def nearest_cheaper(estimates: Iterable[Estimate], provider: str, model: str, limit: int = 3) -> tuple[Estimate, ...]:
    """The models that cost less than this one, the nearest first; none where its own cost is unknown."""
    known = [(one.cost, one) for one in estimates if isinstance(one.cost, Decimal)]
    own = next((cost for cost, one in known if (one.model.provider, one.model.id) == (provider, model)), None)
    less = [one for cost, one in known if own is not None and cost < own]
    return tuple(sorted(less, key=_order, reverse=True)[:limit])


def in_service(model: Model, day: date) -> bool:
    """True where the model can be called on `day`, as far as is known."""
    return model.status != "retired" and (model.retires_on is None or model.retires_on > day)


def cost_of(rates: Sequence[Rate], workload: Workload) -> Cost:
    """What the workload costs by `rates`: the share that goes in batches by those, the rest by its mode's."""
    parts = ((workload.mode, 100 - workload.batch_percent), ("batch", workload.batch_percent))
    costs = [_share(rates, workload, mode, percent) for mode, percent in parts if percent]
    for cost in costs:
        if isinstance(cost, UnknownCost):
            return cost
    return _total([cost for cost in costs if isinstance(cost, Decimal)])


def cost_in(rates: Sequence[Rate], workload: Workload, mode: str) -> Cost:
    """What the whole workload costs in `mode`."""
    return _share(rates, workload, mode, 100)


def rate_for(rates: Iterable[Rate], mode: str, day: date, prompt: int) -> Rate | None:
    """The rate in force: of those that fit the one with the latest start, and of these the highest tier."""
    fitting = [
        rate
        for rate in rates
        if rate.mode == mode
        and (rate.start is None or rate.start <= day)
        and (rate.above_input_tokens is None or prompt > rate.above_input_tokens)
    ]
    return max(fitting, key=_precedence, default=None)


def dollars(cost: Decimal) -> str:
    """A cost for people, rounded half up: cents from a dollar on, four decimals from a cent on, six below."""
    places = 2 if cost >= 1 or not cost else 4 if cost >= Decimal("0.01") else 6
    return f"${cost.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, _CONTEXT):,f}"


def _share(rates: Sequence[Rate], workload: Workload, mode: str, percent: int) -> Cost:
    tokens = {name: count for name, count in workload.tokens.items() if count}
    if not tokens or not workload.requests:
        return Decimal(0)
    rate = rate_for(rates, mode, workload.day, workload.prompt)
    if rate is None:
        return UnknownCost(f"no {mode} price")
    missing = [name for name in DIMENSIONS if name in tokens and name not in rate.prices]
    if missing:
        return UnknownCost(f"no {mode} price of {missing[0].replace('_', ' ')}")
    places = max(0, *(-int(rate.prices[name].as_tuple().exponent) for name in tokens))
    total = sum(scaled(rate.prices[name], places) * count for name, count in tokens.items())
    return unscaled(total * workload.requests * percent, places + _MILLION + _PERCENT)


def _total(costs: Sequence[Decimal]) -> Decimal:
    places = max((-int(cost.as_tuple().exponent) for cost in costs), default=0)
    places = max(0, places)
    return unscaled(sum(scaled(cost, places) for cost in costs), places)


def _precedence(rate: Rate) -> tuple[date, int]:
    return rate.start or date.min, -1 if rate.above_input_tokens is None else rate.above_input_tokens


def _order(one: Estimate) -> tuple[bool, Decimal, str, str]:
    known = isinstance(one.cost, Decimal)
    return not known, one.cost if isinstance(one.cost, Decimal) else Decimal(0), one.model.provider, one.model.id
