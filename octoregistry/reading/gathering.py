"""Figures into rates: what holds on the page's day and later, and where a page states two prices for one thing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date

from octoregistry.reading.figures import Figure
from octoregistry.reading.names import shown_name
from octoregistry.reading.rates import Problem, StatedPrice, StatedRate
from octoregistry.reading.tiers import Tier

_NOT_KEPT = {"cached_input_image", "cached_input_video"}  # read to see that a table is in order; no rate has them


def rates_of(
    figures: tuple[Figure, ...], page_date: date, ids: Mapping[str, tuple[str, ...]]
) -> tuple[tuple[StatedRate, ...], tuple[Problem, ...]]:
    """The rates that `figures` make up on `page_date`: what has ended is left out, what is to come keeps its first day.

    `ids` are the API ids that the page gives for its names. Where the page states two prices for the same thing,
    neither is taken and both places are told.
    """
    slots: dict[tuple[str, str, Tier, str], list[Figure]] = defaultdict(list)
    for figure in figures:
        if figure.dimension in _NOT_KEPT:
            continue
        if figure.span.until is None or figure.span.until >= page_date:
            slots[figure.name, figure.mode, figure.above, figure.dimension].append(figure)
    problems: list[Problem] = []
    rates: dict[tuple[str, str, Tier, date | None, str], dict[str, StatedPrice]] = defaultdict(dict)
    given: dict[str, tuple[str, ...]] = {}
    for (name, mode, above, dimension), candidates in slots.items():
        for start, figure in _in_force(candidates, page_date, problems):
            rates[name, mode, above, start, figure.witness][dimension] = figure.price
            given.setdefault(name, figure.ids or ids.get(name, ()))
    stated = tuple(
        StatedRate(name, mode, prices, given[name], above, start, witness)
        for (name, mode, above, start, witness), prices in rates.items()
    )
    return stated, tuple(problems)


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
    kept = tuple(
        replace(rate, ids=tuple(model_id for model_id in rate.ids if model_id not in shared)) if shared else rate
        for rate in rates
    )
    return kept, problems


def _in_force(
    candidates: list[Figure], page_date: date, problems: list[Problem]
) -> Iterator[tuple[date | None, Figure]]:
    """(first day or None for today's price, figure) of the prices that hold now and later."""
    by_start: dict[date | None, list[Figure]] = defaultdict(list)
    begun = [f.span.start for f in candidates if f.span.start and f.span.start <= page_date]
    latest = max(begun, default=None)
    for figure in candidates:
        start = figure.span.start
        if start is not None and start > page_date:
            by_start[start].append(figure)
        elif start == latest:
            by_start[None].append(figure)
    for start, same in by_start.items():
        prices = {figure.price.usd for figure in same}
        if len(prices) == 1:
            yield start, same[0]
        else:
            places = ", ".join(f"{f.price.evidence.address} says {f.price.usd}" for f in same)
            problems.append(
                Problem(
                    same[0].price.evidence.page,
                    same[0].price.evidence.address,
                    f"two prices for {same[0].dimension} of {shown_name(same[0].name)} ({same[0].mode}): {places}",
                )
            )
