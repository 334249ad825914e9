"""What two readers of one page say: where they agree both vouch, where they differ the price carries the doubt."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from octoregistry.reading.figures import Figure
from octoregistry.reading.rates import Problem, StatedPrice, StatedRate
from octoregistry.reading.tiers import Tier

Slot = tuple[str, str, Tier, object, str]


def compared(first: Sequence[Figure], second: Sequence[Figure]) -> tuple[tuple[Figure, ...], tuple[Problem, ...]]:
    """`first` with a doubt on each price that `second` reads otherwise in the same place, and those doubts as problems.

    What both read alike the second reader vouches for; where `second` read nothing it says nothing.
    """
    other: dict[str, list[Figure]] = defaultdict(list)
    own: dict[str, list[Figure]] = defaultdict(list)
    for figures, by_place in ((first, own), (second, other)):
        for figure in figures:
            by_place[figure.price.evidence.address].append(figure)
    doubts: dict[str, str] = {}
    seconded: dict[str, str] = {}
    for address, figures in own.items():
        if other[address] and _meanings(other[address]) == _meanings(figures):
            seconded[address] = other[address][0].witness
        elif _meanings(other[address]) - _meanings(figures):
            witness = other[address][0].witness
            text = f"the {figures[0].witness} read it as {_said(figures)}, {witness} as {_said(other[address])}"
            doubts[address] = text
    told = tuple(_with_the_other(f, doubts, seconded) for f in first)
    page = first[0].price.evidence.page if first else ""
    return told, tuple(Problem(page, address, f"two readings: {text}") for address, text in doubts.items())


def _with_the_other(figure: Figure, doubts: Mapping[str, str], seconded: Mapping[str, str]) -> Figure:
    """`figure` with what the other reader says of its place: a doubt, or that it read the same."""
    address = figure.price.evidence.address
    if address in doubts:
        return replace(figure, price=replace(figure.price, doubts=(*figure.price.doubts, doubts[address])))
    if address in seconded:
        return replace(figure, price=replace(figure.price, seconded_by=seconded[address]))
    return figure


def _meanings(figures: Sequence[Figure]) -> set[tuple[object, ...]]:
    return {(f.name, f.mode, f.above, f.dimension, f.span, f.price.usd) for f in figures}


def _said(figures: Sequence[Figure]) -> str:
    described = (
        " ".join([f.name[:40], f.mode, f.dimension, *([f"> {f.above} tokens"] if f.above is not None else [])])
        + f" {f.price.usd}"
        for f in figures
    )
    return " and ".join(list(dict.fromkeys(described))[:3])


def joined(
    checked: Sequence[StatedRate], unchecked: Sequence[StatedRate]
) -> tuple[tuple[StatedRate, ...], tuple[Problem, ...]]:
    """`checked` with what `unchecked` adds, as rates of their own; what both state stays with the checked witness.

    Where they state different prices the checked one is kept, with a doubt: an unchecked reading can make a person
    look, it cannot put a price in or take one out.
    """
    stated: dict[Slot, StatedPrice] = {
        (rate.name, rate.mode, rate.above_input_tokens, rate.start, dimension): price
        for rate in checked
        for dimension, price in rate.prices.items()
    }
    doubts: dict[Slot, str] = {}
    added: list[StatedRate] = []
    for rate in unchecked:
        more: dict[str, StatedPrice] = {}
        for dimension, price in rate.prices.items():
            slot: Slot = (rate.name, rate.mode, rate.above_input_tokens, rate.start, dimension)
            known = stated.get(slot)
            if known is None:
                more[dimension] = price
            elif known.usd != price.usd:
                doubts[slot] = f"{rate.witness} reads {price.usd} at {price.evidence.address}"
        if more:
            added.append(replace(rate, prices=more))
    kept = tuple(_doubted(rate, doubts) for rate in checked)
    problems = tuple(
        Problem(
            stated[slot].evidence.page, stated[slot].evidence.address, f"two readings: {told}, not {stated[slot].usd}"
        )
        for slot, told in doubts.items()
    )
    return (*kept, *added), problems


def _doubted(rate: StatedRate, doubts: dict[Slot, str]) -> StatedRate:
    place = (rate.name, rate.mode, rate.above_input_tokens, rate.start)
    if not any((*place, dimension) in doubts for dimension in rate.prices):
        return rate
    prices = {
        dimension: replace(price, doubts=(*price.doubts, doubts[(*place, dimension)]))
        if (*place, dimension) in doubts
        else price
        for dimension, price in rate.prices.items()
    }
    return replace(rate, prices=prices)
