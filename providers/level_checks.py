"""What is wrong with how sure the rates of a model are said to be."""

from __future__ import annotations

from .checks import shown
from .dimensions import DIMENSIONS, LEVELS, PLAIN_CURRENCY, PLAIN_PLACE
from .places import currency_of, place_of

TYPE_CHECKING = False  # typing takes longer to import than a price takes to find
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    Found = Iterator[tuple[tuple[object, ...], str]]

LEAST_VOUCHERS = 2
"""So many registries must agree."""
_WHO, _DAY = "vouched_by", "seen_on"


def level(value: Any) -> str | None:
    """What is wrong with how sure a rate is."""
    return None if value in LEVELS else f"{shown(value)} is none of {', '.join(LEVELS)}"


def levels(rates: list[Any], path: tuple[object, ...], *, under_more: bool) -> Found:
    """Vouched rates under `providers`, without who and when, or beside stated ones: each a fault at its place."""
    read = [(at, rate) for at, rate in enumerate(rates) if type(rate) is dict]
    vouched = [(at, rate) for at, rate in read if rate.get("level") == "vouched"]
    for at, rate in read:
        for key in (_WHO, _DAY):
            if key in rate and rate.get("level") != "vouched":
                yield (*path, at, key), "goes with level: vouched"
    for at, rate in vouched:
        if not under_more:
            yield (*path, at, "level"), "no vendor states a vouched price: its model stands under more, not providers"
        if (place_of(rate), currency_of(rate)) != (PLAIN_PLACE, PLAIN_CURRENCY):
            yield (*path, at, "level"), "a vouched price is in US dollars and of calls anywhere"
        who = rate.get(_WHO)
        if type(who) is not list or len({str(one) for one in who}) < LEAST_VOUCHERS:
            yield (*path, at, _WHO), f"name the registries that agree, {LEAST_VOUCHERS} or more"
        if _DAY not in rate:
            yield (*path, at, _DAY), "missing: the day on which all of them had the prices"
    if not vouched:
        return
    for at, rate in read:
        if (
            rate.get("level") != "vouched"
            and currency_of(rate) == PLAIN_CURRENCY
            and not rate.keys().isdisjoint(DIMENSIONS)
        ):
            yield (*path, at), "a stated price beside vouched ones: where a page states the model, take these out"
