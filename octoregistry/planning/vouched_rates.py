"""The prices of one model that other registries agree on: rates that two of them have to the last price, and none otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from octoregistry.sources.registries.registry_prices import RegistryPrice
from providers.dimensions import MODES
from providers.entries import Rate
from providers.level_checks import LEAST_VOUCHERS

_Said = Mapping[str, Mapping[str, RegistryPrice]]  # dimension -> witness -> its price


@dataclass(frozen=True, slots=True)
class VouchedRates:
    """`rates` as models.yaml has them, none where the standard price is not vouched for; `disagree` says in words where
    registries that speak of it have different prices, and `newest` is the day of the newest data of those.
    """

    rates: tuple[Rate, ...] = ()
    disagree: str = ""
    newest: date = date.min


def vouched_rates(prices: Iterable[RegistryPrice], *, no_output: bool) -> VouchedRates:
    """What the registries agree on of one model; `no_output` says that it bills no output tokens.

    A rate has the prices that all of its vouchers have, input and output among them, and is none where any registry has
    another price of the mode and size. It ends where any of them says that longer prompts have a price of their own on
    which they do not agree.
    """
    said: dict[tuple[str, int | None], dict[str, dict[str, RegistryPrice]]] = {}
    newest = date.min
    for price in prices:
        slot = said.setdefault((price.mode, price.above_input_tokens), {})
        by = slot.setdefault(price.dimension, {})
        if by.setdefault(price.witness, price).usd != price.usd:  # one that contradicts itself agrees with nobody
            by[f"{price.witness} again"] = price
        newest = max(newest, price.as_of)
    disagree = _disagreement(said.get(("standard", None), {}))
    if disagree:
        return VouchedRates((), disagree, newest)
    sizes = sorted({above for _, above in said if above is not None})
    rates: list[Rate] = []
    for mode in MODES:
        needs = ("input",) if no_output else ("input", "output")
        found = {above: _rate(mode, above, said.get((mode, above), {}), needs) for above in (None, *sizes)}
        if found[None] is None:
            if mode == "standard":
                return VouchedRates((), "", newest)
            continue
        open_sizes = [above for above in sizes if found[above] is None]
        rates += [_bounded(rate, open_sizes) for rate in found.values() if rate is not None]
    return VouchedRates(tuple(rates), "", newest)


def _rate(mode: str, above: int | None, said: _Said, needs: tuple[str, ...]) -> Rate | None:
    """The rate that two registries have to the last price and none contradicts; None where there is none."""
    if _disagreement(said) or not all(name in said for name in needs):
        return None
    who = set.intersection(*(set(said[name]) for name in needs))
    if len(who) < LEAST_VOUCHERS:
        return None
    shared = {name: by for name, by in said.items() if who <= set(by)}
    one = min(who)
    return Rate(
        mode,
        {name: Decimal(by[one].usd) for name, by in shared.items()},
        above,
        level="vouched",
        vouched_by=tuple(sorted(who)),
        seen_on=min(by[each].as_of for by in shared.values() for each in who),
    )


def _bounded(rate: Rate, open_sizes: list[int]) -> Rate:
    """The rate up to the next size of prompts above which nobody agrees."""
    return replace(rate, up_to_input_tokens=next((size for size in open_sizes if size > rate.above), None))


def _disagreement(said: _Said) -> str:
    """Which price registries have in different ways, each with its own; empty where they do not."""
    for name, by in said.items():
        if len({price.usd for price in by.values()}) > 1:
            each = ", ".join(f"{who} {by[who].usd:f} ({by[who].as_of})" for who in sorted(by))
            return f"{name.replace('_', ' ')}: {each}"
    return ""
