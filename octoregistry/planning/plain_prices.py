"""The plain keys of a model that follow from its rates: the two prices, the multiplier and batch_support."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from octoregistry.planning.decimals import divided
from octoregistry.planning.plan import Change, ChangeKind, Reason, Verdict
from octoregistry.planning.rates_in_force import base_prices, in_force, rates_after
from octoregistry.planning.values import Value
from providers.dimensions import PLAIN_DIMENSION
from providers.entries import Model, Rate

# A model that speaks or draws bills its only kind of output; of a plain price that kind's price is the truth.
_KINDS = {
    plain: (plain, *(name for name, other in PLAIN_DIMENSION.items() if other == plain))
    for plain in ("input", "output")
}
_EVERYDAY = Decimal(2)  # divides every finite decimal


@dataclass(frozen=True, slots=True)
class PlainPrices:
    """The two plain prices (None: not known), whether the model has a batch price, and the model's own multiplier
    (None: the provider's fits, or none does)."""

    input: Decimal | None
    output: Decimal | None
    batch_support: bool
    multiplier: Decimal | None = None
    notes: tuple[str, ...] = ()


def plain_prices(rates: tuple[Rate, ...], multiplier: Decimal, day: date, *, no_output: bool = False) -> PlainPrices:
    """The plain prices in force on `day`: batch prices, or where none are known standard ÷ multiplier.

    A model whose batch price is no longer known keeps its batches. `multiplier` is the provider's. `no_output` says that
    the model bills no output tokens, so that their price is 0.
    """
    standard, batch = (_two(base_prices(rates, mode, day), no_output=no_output) for mode in ("standard", "batch"))
    notes = tuple(dict.fromkeys((*standard[1], *batch[1])))
    supported = any(rate.mode == "batch" and rate.prices for rate in rates)
    if batch[0] or (supported and not in_force(rates, "batch", day)):
        found = {name: batch[0].get(name, standard[0].get(name)) for name in _KINDS}
        return PlainPrices(found["input"], found["output"], True, _fitting(found, standard[0], multiplier), notes)
    by = multiplier
    if any(divided(price, by) is None for price in standard[0].values()):
        by = _EVERYDAY
    halves = {name: divided(price, by) for name, price in standard[0].items()}
    return PlainPrices(halves.get("input"), halves.get("output"), supported, None if by == multiplier else by, notes)


def plain_changes(
    name: tuple[str, str],
    known: Model | None,
    rates: tuple[Rate, ...],
    multiplier: Decimal,
    day: date,
    *,
    no_output: bool = False,
) -> list[Change]:
    """The plain keys of the model `name` (provider, id) as they follow from `rates` on `day`, where `known` has others.

    None for a day before the last check. `multiplier` and `no_output` are those of `plain_prices`.
    """
    if known and known.source and known.source.checked and known.source.checked > day:
        return []
    plain = plain_prices(rates, multiplier, day, no_output=no_output)
    own = known.realtime_multiplier if known else None
    wanted: dict[str, tuple[Value, Value]] = {
        "input_per_million": (known.input_per_million if known else None, plain.input),
        "output_per_million": (known.output_per_million if known else None, plain.output),
        "batch_support": (known.batch_support if known else None, plain.batch_support),
        # A multiplier of its own that is no longer needed says what the provider's says: no key is ever taken away.
        "realtime_multiplier": (own, multiplier if plain.multiplier is None and own is not None else plain.multiplier),
    }
    kind: ChangeKind = "plain" if known else "new_model"
    return [
        Change(*name, kind, key, old, new, notes=plain.notes)
        for key, (old, new) in wanted.items()
        if new is not None and old != new
    ]


def held_behind_newer(
    changes: Sequence[Change], known: Model | None, rates: tuple[Rate, ...], multiplier: Decimal, day: date
) -> list[Change]:
    """The changes by a page of `day`; those of prices held, also accepted ones, where a newer page stated the plain prices
    that would follow in another way: no file can say both, and the newer page is right about its day."""
    checked = known.source.checked if known and known.source else None
    written = rates_after(rates, [change for change in changes if change.applies])
    if checked is None or checked <= day:
        return list(changes)
    before, after = (plain_prices(each, multiplier, checked) for each in (rates, written))
    if replace(before, notes=()) == replace(after, notes=()):
        return list(changes)
    text = (
        f"the page is of {day}, and would change what a page of {checked} stated, also if accepted: update from a page of "
        f"{checked} or later; if it was right about its own day, write by hand its rates with `from: {day}` and those of "
        f"{checked} with `from: {checked}`"
    )
    held = Verdict("hold", (Reason("newer page", text),))
    return [replace(change, verdict=held) if change.mode and change.applies else change for change in changes]


def _two(prices: Mapping[str, Decimal], *, no_output: bool) -> tuple[dict[str, Decimal], tuple[str, ...]]:
    found: dict[str, Decimal] = {}
    notes = []
    for name, kinds in _KINDS.items():
        stated = [kind for kind in kinds if kind in prices]
        if name in prices:
            found[name] = prices[name]
        elif len({prices[kind] for kind in stated}) == 1:
            found[name] = prices[stated[0]]
            notes.append(f"the plain {name} price is that of {stated[0].replace('_', ' ')}, the only one there is")
    if no_output and prices and "output" not in found:
        found["output"] = Decimal(0)
        notes.append("bills no output tokens")
    return found, tuple(notes)


def _fitting(
    plain: Mapping[str, Decimal | None], standard: Mapping[str, Decimal], multiplier: Decimal
) -> Decimal | None:
    """The model's own multiplier, where the provider's does not give the standard prices and one number does."""
    pairs = [(price, standard[name]) for name, price in plain.items() if price is not None and name in standard]
    if len(pairs) < len(_KINDS) or all(price * multiplier == stated for price, stated in pairs):
        return None
    ratios = {divided(stated, price) for price, stated in pairs if price or stated}
    ratio = ratios.pop() if len(ratios) == 1 else None
    return ratio if ratio and all(price * ratio == stated for price, stated in pairs) else None
