"""The charges that calls of a model may have, and what so many searches, images or seconds cost exactly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from .charge import Charge, counted
from .charge_units import UNITS
from .days import ordinal, today
from .dimensions import MODES, InvalidUsageError, UncertainPriceError, UnknownPriceError
from .registry import Registry, load_registry


class Charges:
    """The charges that a model's calls may have, its own before those of its provider. Made by `get_charges`."""

    def __init__(self, name: str, own: Sequence[Charge], general: Sequence[Charge] = ()) -> None:
        self.name, self._own, self._general = name, tuple(own), tuple(general)

    def __iter__(self) -> Iterator[Charge]:
        yield from self._own
        yield from self._general

    def __len__(self) -> int:
        return len(self._own) + len(self._general)

    def __repr__(self) -> str:
        return f"<Charges of {self.name}: {', '.join(dict.fromkeys(charge.unit for charge in self)) or 'none'}>"

    def on(self, at: date | str | None = None) -> tuple[Charge, ...]:
        """The charges in force on a day (None: today, UTC), under whatever conditions: a model's own, and of its provider's those
        of units of which it has none."""
        return tuple(_in_force(self._reachable(), today() if at is None else ordinal(at)))

    def later(self, at: date | str | None = None) -> tuple[Charge, ...]:
        """The charges that `on` gives on later days alone, the earliest first."""
        day = today() if at is None else ordinal(at)
        coming = [charge for charge in self._reachable() if charge.start is not None and charge.start.toordinal() > day]
        return tuple(sorted(coming, key=lambda charge: charge.start or date.min))

    def _reachable(self) -> tuple[Charge, ...]:
        units = {charge.unit for charge in self._own}
        return (*self._own, *(charge for charge in self._general if charge.unit not in units))

    def cost(
        self,
        unit: str,
        count: int | Decimal,
        *,
        mode: str = "standard",
        at: date | str | None = None,
        when: Mapping[str, str] | None = None,
        free_used: bool = False,
    ) -> Decimal:
        """Exact USD for so many of `unit` on the day `at` (None: today, UTC), under the conditions `when`.

        None of it cost nothing. Raises UnknownPriceError where no price is known; UncertainPriceError, with the least and the
        most that so many cost, between two days on which different prices were seen, and where some of it is free first:
        `free_used` says that the allowance is used up.
        """
        if not counted(unit, count):
            return Decimal(0)
        possible = self._possible(unit, mode, at, when)
        costs = [charge.cost(count) for charge in possible]
        free = next((charge.free for charge in possible if charge.free), None) if not free_used else None
        least, most = Decimal(0) if free else min(costs), max(costs)
        if least == most:
            return most
        if least or not free:
            reason = f"its price of {unit} changed on a day that no page states: between {least} and {most} USD"
        else:
            reason = (
                f"{free} of {unit} are free first: between 0 and {most} USD; free_used=True says that they are used up"
            )
        raise UncertainPriceError(f"{self.name}: {reason}", least, most)

    def find(
        self,
        unit: str,
        *,
        mode: str = "standard",
        at: date | str | None = None,
        when: Mapping[str, str] | None = None,
    ) -> Charge:
        """The charge of `unit` in force on a day; raises as `cost` of one does, free or not, and where what is free first changed
        on a day that nobody knows.

        Without `when` it is the one without conditions, with `when` the one that holds under just these.
        """
        possible = self._possible(unit, mode, at, when)
        if len({(charge.usd / charge.per, charge.free) for charge in possible}) > 1:
            prices = [charge.cost(1) for charge in possible]
            least, most = Decimal(0) if any(charge.free for charge in possible) else min(prices), max(prices)
            raise UncertainPriceError(
                f"{self.name}: its price of {unit}, or what of it is free first, changed on a day that no page states: between "
                f"{least} and {most} USD each",
                least,
                most,
            )
        return possible[0]

    def _possible(
        self, unit: str, mode: str, at: date | str | None, when: Mapping[str, str] | None
    ) -> tuple[Charge, ...]:
        """The charge in force on a day under just the conditions `when`, and those that may have begun by then."""
        if unit not in UNITS or mode not in MODES:
            what, value, known = ("unit", unit, UNITS) if unit not in UNITS else ("mode", mode, MODES)
            raise InvalidUsageError(f"unknown {what} {value!r}; known: {', '.join(known)}")
        day = today() if at is None else ordinal(at)
        wanted = dict(when or {})
        own = [charge for charge in self._own if charge.unit == unit]
        among = own or [charge for charge in self._general if charge.unit == unit]
        fits = [charge for charge in among if charge.mode == mode and charge.when == wanted]
        begun = _in_force(fits, day)
        if not begun:
            raise UnknownPriceError(self._unknown(unit, mode, at, wanted, among))
        if len({(charge.usd / charge.per, charge.free) for charge in begun}) > 1:
            listed = "; ".join(map(str, begun[:8]))
            raise UnknownPriceError(f"{self.name} has several prices of {unit}: {listed}")
        return (*begun, *(charge for charge in fits if _may_have_begun(charge, day)))

    def _unknown(
        self, unit: str, mode: str, at: date | str | None, when: Mapping[str, str], among: Sequence[Charge]
    ) -> str:
        asked = f" ({', '.join(f'{key} {value}' for key, value in when.items())})" if when else ""
        known = "; ".join(map(str, among[:8])) or ", ".join(dict.fromkeys(c.unit for c in self)) or "no charge"
        day = "" if at is None else f" on {at}"
        cure = ", say when" if any(charge.mode == mode and charge.when for charge in among) else ""
        return f"{self.name} has no known {mode} price of {unit}{asked}{day}{cure}; known: {known}"


def get_charges(provider: str, model: str | None = None, registry: Registry | None = None) -> Charges:
    """What calls of a model are billed besides tokens, from `registry` or the one in force; without `model` the tools of the
    provider alone. Raises UnknownModelError for what the registry does not hold; a model that it knows by its charges
    alone, of which no token has a price, is known here.
    """
    known = load_registry() if registry is None else registry
    entries = known.entries(provider)
    listed = [Charge.from_entry(entry) for entry in known.values["providers"][provider].get("charges", ())]
    general = [charge for charge in listed if charge.model is None]
    if model is None:
        return Charges(provider, (), general)
    by_name = [charge for charge in listed if charge.model == model]
    if by_name and model not in entries:
        return Charges(f"{provider}/{model}", by_name, general)
    name = known.id_of(provider, model)
    own = [Charge.from_entry(each, name) for each in entries[name].get("charges", ())]
    return Charges(f"{provider}/{name}", (*by_name, *own), general)


def _in_force(charges: Sequence[Charge], day: int) -> list[Charge]:
    """Of each slot the charge that began last on or before a day."""
    latest: dict[object, Charge] = {}
    for charge in sorted(charges, key=lambda charge: charge.start or date.min):
        if charge.start is None or charge.start.toordinal() <= day:
            latest[charge.slot] = charge
    return list(latest.values())


def _may_have_begun(charge: Charge, day: int) -> bool:
    """True between the last day on which the price before was seen and the first on which this one was."""
    before, start = charge.seen_before, charge.start
    return before is not None and start is not None and before.toordinal() < day < start.toordinal()
