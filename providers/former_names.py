"""The entry of a name that was another model's until a day: the prices of each model on the days on which it answered."""

from __future__ import annotations

from .days import ordinal
from .rates import fitting, holding

TYPE_CHECKING = False  # typing takes longer to import than a price takes to find
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    Entry = Mapping[str, Any]
    Rates = Sequence[Mapping[str, Any]]


def former_owners(name: str, entries: Mapping[str, Entry]) -> list[tuple[str, str]]:
    """(day, id) of the models whose `former_aliases` hold a name in any letter case, the earliest day first: until that day
    it was theirs."""
    small = name.strip().lower()
    return sorted(
        (day, model)
        for model, entry in entries.items()
        for alias, day in entry.get("former_aliases", {}).items()
        if alias.lower() == small
    )


def with_former(entry: Entry, former: Sequence[tuple[str, Entry]], rates_of: Callable[[Entry], Rates]) -> Entry:
    """`entry`, whose rates before the last day of `former` are those of the models that answered to the name until then."""
    rates: Rates = ()
    last = ""
    for until, one in former:
        rates = [*_until(from_day(rates, rates_of(one), last), until)]
        last = until
    changed: dict[str, Any] = {**entry, "rates": from_day(rates, rates_of(entry), last)}
    changed.pop("first_seen", None)
    first = former[0][1].get("first_seen")
    return {**changed, "first_seen": first} if first else changed


def _until(rates: Rates, day: str) -> Rates:
    return [rate for rate in rates if rate.get("from", "") < day]


def from_day(old: Rates, new: Rates, day: str) -> Rates:
    """`old`, and from a day on `new` alone: what `new` lacks is unknown from then on."""
    if not day:
        return new
    from .entries import Rate  # noqa: PLC0415 - only a name that was another model's needs it

    on = ordinal(day)
    begun = []
    for mode in dict.fromkeys(rate["mode"] for rate in new):
        known = [(Rate.from_entry(rate), rate) for rate in new if rate["mode"] == mode]
        held = holding([rate for rate, _ in known], on)
        view = [rate for rate in held if fitting(held, rate.above + 1) is rate]
        begun += [{**entry, "from": day} for rate, entry in known if any(rate is one for one in view)]
    for rate in begun:
        rate.pop("seen_before", None)
    modes = dict.fromkeys(rate["mode"] for rate in (*old, *begun))
    ended = [{"mode": mode, "from": day, **place} for mode in modes for place in _open(mode, begun)]
    return [*old, *ended, *begun, *(rate for rate in new if rate.get("from", "") > day)]


def _open(mode: str, begun: Rates) -> list[dict[str, int]]:
    """Where the rates of a mode begin to answer for nothing: an older rate would answer there."""
    mine = [rate for rate in begun if rate["mode"] == mode]
    above = [rate.get("above_input_tokens") for rate in mine]
    ends = {rate["up_to_input_tokens"] for rate in mine if "up_to_input_tokens" in rate}.difference(above)
    return [*([] if None in above else [{}]), *({"above_input_tokens": end} for end in ends)]
