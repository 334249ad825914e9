"""What an entry of a vendor's model list says of prices: exact, each with its place, and what is not understood told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from providers.vendors import ModelListSource

# No more digits than an exact product holds, and no exponent that is a gigabyte as plain text.
_NUMBER = re.compile(r"-?\d{1,12}(?:\.\d{1,15})?(?:[eE][+-]?\d{1,2})?", re.ASCII)
_LEAST, _MOST = Decimal("1e-6"), Decimal("1e6")
_LONGEST = 40


@dataclass(frozen=True, slots=True)
class ListedPrice:
    """A price in USD per million tokens, its place in the answer (`data[3].pricing.prompt`) and what stands there."""

    dimension: str
    usd: Decimal
    place: str
    text: str


@dataclass(frozen=True, slots=True)
class NoPrice:
    """A place in an answer where no price was read, and why."""

    place: str
    reason: str


@dataclass(frozen=True, slots=True)
class ListedPrices:
    """The prices of one entry. `unknown` are other places with money that nobody knows, with what stands there: where
    there are any, what a call costs is in doubt.
    """

    prices: tuple[ListedPrice, ...] = ()
    unknown: tuple[str, ...] = ()
    problems: tuple[NoPrice, ...] = ()


NO_PRICES = ListedPrices()


def prices_of(entry: Any, place: str, form: ModelListSource) -> ListedPrices:
    """What the entry at `place` of an answer says; one place that is no price, be it -1 for "by route", takes all with it."""
    if not form.prices:
        return NO_PRICES
    found: list[ListedPrice] = []
    nothing: list[str] = []
    for dimension, where in form.prices.items():
        value, at = value_at(entry, where.at), f"{place}.{where.at}"
        if value is None or value == "":
            continue
        number = _number(value)
        if number == 0:
            nothing.append(at)
            continue
        usd = number.scaleb(where.shift) if number is not None else None
        if usd is None or not _LEAST <= usd <= _MOST:
            return ListedPrices(problems=(NoPrice(at, f"{_shown(value)} is no price; none of the model is taken"),))
        found.append(ListedPrice(dimension, usd, at, str(value)))
    if not found:
        why = "0 alone: free, or not billed by tokens" if nothing else "no price of tokens stands there"
        return ListedPrices(problems=(NoPrice(place, why),))
    told = tuple(NoPrice(at, "0 beside other prices is taken for none") for at in nothing)
    return ListedPrices(tuple(found), tuple(_unknown(entry, form)), told)


def value_at(value: Any, place: str) -> Any:
    """What stands at `place`: `a.b` is `b` within `a`, "" the value itself; None where there is nothing."""
    for key in filter(None, place.split(".")):
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _unknown(entry: Any, form: ModelListSource) -> Iterator[str]:
    """The places with money that nobody knows, where what stands there is not nothing."""
    known = {where.at for where in form.prices.values()} | {*form.beside, *form.fields.values()}
    for place, value in _leaves(entry):
        number = _number(value)
        nothing = value is False or value in (None, "", [], {}) or number == 0
        if form.is_money(place, number=number is not None) and place not in known and not nothing:
            yield f"{place} {_shown(value)}"


def _leaves(value: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """(place, value) of all that a table holds; a list is one value."""
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _leaves(inner, f"{place}.{key}" if place else str(key))
    else:
        yield place, value


def _number(value: Any) -> Decimal | None:
    """The number that a value is or spells, to the last digit; None for what is none."""
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        return None
    text = str(value)
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def _shown(value: Any) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
