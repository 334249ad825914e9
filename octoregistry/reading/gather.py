"""Settled prices into rates: what holds on the page's day and later, and where a page states two prices for one thing."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import TypeAlias

from octoregistry.reading.classify.tiers import Bound
from octoregistry.reading.labels import Doubt
from octoregistry.reading.rates import Evidence, Problem, StatedPrice, StatedRate
from octoregistry.reading.settle import Priced
from providers.dimensions import PLAIN_PLACE

_Sort: TypeAlias = tuple[str, str, str, str]  # name, mode, place and currency
_GAVE_WAY = "a price in doubt is another one than that of the same model and mode without a doubt: left out"
_NOT_KEPT = {"cached_input_image", "cached_input_video"}  # read to see that a table is in order; no rate has them


def by_id(prices: Iterable[Priced]) -> list[Priced]:
    """`prices`, those named by their ids whose name the page gives to several: one "GLM 5.1" is private, another is not."""
    prices = list(prices)
    ids: dict[str, set[str]] = defaultdict(set)
    for price in prices:
        if len(price.names) == len(price.ids) == 1:
            ids[price.names[0]].add(price.ids[0])
    several = {name for name, found in ids.items() if len(found) > 1}
    return [
        replace(price, names=price.ids) if len(price.ids) == 1 and several.intersection(price.names) else price
        for price in prices
    ]


def rates_of(
    prices: Iterable[Priced], page: str, page_date: date, ids: Mapping[str, tuple[str, ...]]
) -> tuple[tuple[StatedRate, ...], tuple[Problem, ...]]:
    """The rates that `prices` make up on `page_date`: what has ended is left out, what is to come keeps its first day.

    `ids` are the API ids that the page gives for its names. Where the page states two prices for the same thing neither
    is taken and both places are told; one with a doubt gives way to one without.
    """
    slots: dict[tuple[_Sort, Bound, str], list[Priced]] = defaultdict(list)
    ended: dict[tuple[_Sort, Bound, str], Priced] = {}
    for price in prices:
        for name in price.names:
            for dimension in dict.fromkeys(d for d in price.dimensions if d not in _NOT_KEPT):
                slot = (name, price.mode, price.place, price.currency), price.tier.above, dimension
                if price.span.until is None or price.span.until >= page_date:
                    slots[slot].append(price)
                else:
                    ended[slot] = price
    problems = [
        Problem(page, price.figure.address, f"it held until {price.span.until}, and none is stated from then on")
        for slot, price in ended.items()
        if slot not in slots
    ]
    rates: dict[tuple[_Sort, Bound, date | None, str], dict[str, StatedPrice]] = defaultdict(dict)
    bounds: dict[tuple[_Sort, Bound, date | None, str], Bound] = {}
    given: dict[str, tuple[str, ...]] = {}
    for (sort, above, dimension), candidates in slots.items():
        name, mode = sort[:2]
        for start, price in _in_force(candidates, page, page_date, f"{dimension} of {name} ({mode})", problems):
            rate = (sort, above, start, price.witness)
            rates[rate][dimension] = StatedPrice(
                price.price,
                Evidence(page, price.figure.address, price.figure.text, price.path),
                price.unit_stated,
                price.doubts,
            )
            if price.tier.up_to is not None and not isinstance(bounds.get(rate), int):
                bounds[rate] = price.tier.up_to
            given[name] = given.get(name) or price.ids or ids.get(name, ())
    stated = tuple(
        StatedRate(
            name, mode, found, given[name], above, start, witness, bounds.get((sort, above, start, witness)), *where
        )
        for (sort, above, start, witness), found in rates.items()
        for name, mode, *where in (sort,)
    )
    return _bounded(stated), counted(problems)


def _bounded(rates: tuple[StatedRate, ...]) -> tuple[StatedRate, ...]:
    """`rates`, of which those without a bound end where a higher tier of the same model and mode begins."""
    above: dict[_Sort, list[int]] = defaultdict(list)
    for rate in rates:
        if isinstance(rate.above_input_tokens, int):
            above[_sort_of(rate)].append(rate.above_input_tokens)
    return tuple(
        replace(rate, up_to_input_tokens=min(higher))
        if rate.up_to_input_tokens == "unknown"
        and rate.above_input_tokens is None
        and (higher := above.get(_sort_of(rate)))
        else rate
        for rate in rates
    )


def _sort_of(rate: StatedRate) -> _Sort:
    return rate.name, rate.mode, rate.place, rate.currency


def beside_global(rates: tuple[StatedRate, ...]) -> tuple[StatedRate, ...]:
    """`rates`, with a doubt on those of a region where none stands beside them that says what the same calls cost anywhere:
    words that seem to name a region may mean something else.
    """
    plain = {(rate.name, rate.mode, rate.currency) for rate in rates if rate.place == PLAIN_PLACE}
    return tuple(
        rate if (rate.name, rate.mode, rate.currency) in plain or rate.place == PLAIN_PLACE else _alone(rate)
        for rate in rates
    )


def _alone(rate: StatedRate) -> StatedRate:
    reason = f"prices are taken for those of the place {rate.place!r}, and no global price stands beside them"

    def doubt(price: StatedPrice) -> Doubt:
        return Doubt(rate.place, "section", price.evidence.address.partition("R")[0], reason)  # one a table

    prices = {name: replace(price, doubts=(*price.doubts, doubt(price))) for name, price in rate.prices.items()}
    return replace(rate, prices=prices)


def _in_force(
    candidates: list[Priced], page: str, page_date: date, what: str, problems: list[Problem]
) -> Iterator[tuple[date | None, Priced]]:
    """(first day or None for today's price, price) of the prices that hold now and later."""
    by_start: dict[date | None, list[Priced]] = defaultdict(list)
    clear = [price for price in candidates if not price.doubts]
    problems += [
        Problem(page, price.figure.address, _GAVE_WAY)
        for price in candidates
        if clear and price.doubts and price.price not in {other.price for other in clear}
    ]
    candidates = clear or candidates
    begun = [p.span.start for p in candidates if p.span.start and p.span.start <= page_date]
    latest = max(begun, default=None)
    for price in candidates:
        start = price.span.start
        if start is not None and start > page_date:
            by_start[start].append(price)
        elif start == latest:
            by_start[None].append(price)
    for start, same in by_start.items():
        if len({price.price for price in same}) == 1:
            yield start, same[0]
            continue
        places = ", ".join(f"{p.figure.address} says {p.price}" for p in same[:6])
        problems.append(Problem(page, same[0].figure.address, f"two prices for {what}: {places}"))


def without_shared_ids(rates: tuple[StatedRate, ...], page: str) -> tuple[tuple[StatedRate, ...], tuple[Problem, ...]]:
    """(`rates` without ids that the page gives for more than one name, a problem for each): such an id names neither."""
    named: dict[str, dict[str, None]] = defaultdict(dict)
    for rate in rates:
        for model_id in rate.ids:
            named[model_id][rate.name] = None
    shared = {model_id: names for model_id, names in named.items() if len(names) > 1}
    problems = tuple(
        Problem(page, "page", f"the id {model_id!r} stands for {' and for '.join(map(repr, names))}")
        for model_id, names in shared.items()
    )
    kept = tuple(replace(rate, ids=tuple(i for i in rate.ids if i not in shared)) if shared else rate for rate in rates)
    return kept, problems


def counted(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """One problem for each table and reason, with how often it stands there."""
    places: dict[tuple[str, str, str], list[Problem]] = defaultdict(list)
    for problem in problems:
        table = problem.address.partition("R")[0] if problem.address.startswith("T") else problem.address
        places[problem.page, table, problem.reason].append(problem)
    return tuple(
        same[0] if len(same) == 1 else Problem(page, table, reason, len(same))
        for (page, table, reason), same in places.items()
    )


def doubted(rates: Iterable[StatedRate]) -> Counter[Doubt]:
    """How many prices each doubt holds."""
    return Counter(
        doubt for rate in rates for price in rate.prices.values() for doubt in price.doubts if isinstance(doubt, Doubt)
    )
