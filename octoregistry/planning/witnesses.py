"""What other registries, the witnesses, have for a price of a page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from octoregistry.planning.plan import Change, WitnessPrice
from octoregistry.sources.registries.registry_prices import RegistryFacts, RegistryPrice, Statements


class Witnesses:
    """The prices of other registries, by provider, model, mode, tier and dimension."""

    def __init__(
        self,
        prices: Iterable[RegistryPrice] = (),
        *,
        expected: bool = False,
        days: Iterable[date] = (),
        facts: Iterable[RegistryFacts] = (),
        offline: bool = False,
    ) -> None:
        """`expected`: somebody was to be asked; `days` are those of the data of the witnesses that were reached, or kept
        where `offline` nobody could be.
        """
        self._expected = expected
        self._days = tuple(days)
        self._offline = offline
        self._prices: dict[tuple[str, str, str, int | None, str], dict[str, WitnessPrice]] = {}
        self._facts: dict[tuple[str, str], dict[str, RegistryFacts]] = {}
        for fact in facts:
            self._facts.setdefault((fact.provider, fact.model), {}).setdefault(fact.witness, fact)
        for one in prices:
            place = (one.provider, one.model, one.mode, one.above_input_tokens, one.dimension)
            self._prices.setdefault(place, {}).setdefault(one.witness, WitnessPrice(one.witness, one.usd, one.as_of))

    @classmethod
    def from_reports(cls, reports: Iterable[object], *, offline: bool = False) -> Witnesses:
        """What all the Statements among `reports` say; a registry that failed says nothing."""
        read = [one for one in reports if isinstance(one, Statements)]
        return cls(
            (price for one in read for price in one.prices),
            expected=True,
            days=(one.as_of for one in read),
            facts=(fact for one in read for fact in one.facts),
            offline=offline,
        )

    def missed(self, day: date, within_days: int) -> str:
        """Why none has data of `day`, give or take `within_days`; "" where one has."""
        if not self._expected or any(abs((one - day).days) <= within_days for one in self._days):
            return ""
        return "offline, no witness" if self._offline else "no witness of those days was reached"

    def facts_of(self, provider: str, model: str) -> tuple[RegistryFacts, ...]:
        """What each witness says of the model of this id besides its prices."""
        return tuple(self._facts.get((provider, model), {}).values())

    def on(
        self, provider: str, names: Sequence[str], mode: str, above: int | None, dimension: str
    ) -> tuple[WitnessPrice, ...]:
        """What each witness says of one price of the model of these ids: by the first that it knows, letter for letter."""
        found: dict[str, WitnessPrice] = {}
        for name in names:
            for witness, price in self._prices.get((provider, name, mode, above, dimension), {}).items():
                found.setdefault(witness, price)
        return tuple(found[witness] for witness in sorted(found))

    def with_reports(self, change: Change, names: Sequence[str], day: date, within_days: int) -> Change:
        """`change` with those who vouch for its new price, those who contradict it, and those who speak of another day.

        `names` are the model's ids and `day` is that of the page. A witness that has the new price vouches for it,
        however old its word is. One that has another price contradicts the page only where its word is of the page's
        day, give or take `within_days`: an older one has not heard of the change yet, a newer one of a later change.
        Of a price that begins after the page's day only a witness of that day or later speaks.
        """
        if change.mode is None or not isinstance(change.new, Decimal) or change.kind in ("kept", "announced"):
            return change
        vouches, contradicts, other_days = [], [], []
        for price in self.on(change.provider, names, change.mode, change.above_input_tokens, change.dimension):
            if change.start is not None and change.start > max(day, price.as_of):
                continue
            if price.usd == change.new:
                vouches.append(price)
            elif abs((price.as_of - day).days) <= within_days:
                contradicts.append(price)
            else:
                other_days.append(price)
        return replace(change, vouches=tuple(vouches), contradicts=tuple(contradicts), other_days=tuple(other_days))
