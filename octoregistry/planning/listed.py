"""What a vendor's own model list says of prices: rates where no page states the model, else a witness of the page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from octoregistry.planning.plan import OWN_LIST, Change, NoteKind, WitnessPrice
from octoregistry.planning.rates_in_force import in_force
from octoregistry.planning.stated_models import (
    Aside,
    Price,
    PricedPage,
    StatedModel,
    StatedModels,
    current_and_announced,
)
from octoregistry.reading.rates import LISTED, PageRates, is_checked
from octoregistry.sources.model_lists import ListOutcome, ModelList
from octoregistry.sources.page import Page
from octoregistry.sources.priced_list import page_of_list
from providers.entries import Model, Provider, Rate
from providers.vendors import Vendor

_LEVEL = "listed"
_OUT: NoteKind = "left out"


@dataclass(frozen=True, slots=True)
class OwnList:
    """The models of a vendor's list: those that it alone prices (`alone`), and those that a page states too (`beside`).
    `asides` tell what of it is not taken.
    """

    alone: Mapping[str, StatedModel]
    beside: Mapping[str, StatedModel]
    asides: tuple[Aside, ...] = ()

    def heard(self, change: Change, day: date, within_days: int) -> Change:
        """`change` of a page of `day` with the list's word on it. In a list that is in doubt the price is not vouched for."""
        stated = self.beside.get(change.model)
        if stated is None or change.mode != "standard" or change.above_input_tokens is not None:
            return change
        price = _prices(stated).get(change.dimension)
        if price is None or not change.is_price or change.kind in ("kept", "announced"):
            return change
        checked = stated.page.checked
        said = WitnessPrice(OWN_LIST, price.usd, checked)
        if price.usd == change.new:
            return change if price.reasons else replace(change, vouches=(*change.vouches, said))
        if abs((checked - day).days) <= within_days:
            return replace(change, contradicts=(*change.contradicts, said))
        return replace(change, other_days=(*change.other_days, said))


def list_beside(facts: Vendor, listed: ListOutcome | None) -> PricedPage | None:
    """The vendor's model list as a page beside its pages; None where it states no prices, or is the only page itself."""
    if not facts.prices or not facts.has_priced_list or not isinstance(listed, ModelList):
        return None
    page, rates = page_of_list(listed)
    return PricedPage(rates, page.fetched_at.date(), page.sha256) if rates and isinstance(page, Page) else None


def own_list(
    listed: StatedModels, read: PageRates, pages: Mapping[str, StatedModel], known: Mapping[str, Model], day: date
) -> OwnList:
    """How the models that a list states (`read` from it) stand to those of `pages` and to the registry's, `known`.

    What a page has stated once, a list does not take over: a page that lost a row looks the same.
    """
    alone, beside = {}, {}
    asides = [*listed.asides, *dict.fromkeys(("its model list", one.reason, _OUT) for one in read.problems)]
    for name, stated in listed.models.items():
        if name in pages:
            beside[name] = stated
        elif name not in known or is_listed(known[name], day):
            alone[name] = stated
        elif words := _differences(known[name], stated, day):
            asides.append((name, f"no page states it any more; its vendor's model list says {words}", _OUT))
    return OwnList(alone, beside, tuple(asides))


def is_listed(model: Model, day: date) -> bool:
    """True where the vendor's list is the source of the standard price that is in force."""
    rate = in_force(model.rates, "standard", day).get(None)
    return rate is not None and rate.level == _LEVEL


def priced_by_pages(provider: Provider, day: date, *, by_list: bool) -> list[Model]:
    """The models that the pages should state: not those that the list beside them prices, but `by_list`, where it is all."""
    return [model for model in provider.models.values() if by_list or not is_listed(model, day)]


def level_changes(
    provider: str, model: str, stated: StatedModel, rates: Iterable[Rate], changes: Iterable[Change], day: date
) -> Iterator[Change]:
    """Which rates are `listed` by the `changes`, and which no more, since a page states all that they have.

    `rates` are the model's with the changes made.
    """
    levels = {(rate.mode, rate.above_input_tokens, rate.start): rate.level for rate in rates}
    opened = {
        (change.mode, change.above_input_tokens, change.start)
        for change in changes
        if change.is_price and change.witness == LISTED and not change.derived
    }
    for mode, tier, start in sorted(opened, key=str):
        if levels[mode or "", tier, start] != _LEVEL:
            yield Change(provider, model, "source", "level", None, _LEVEL, mode, tier, start)
    for mode, dated in stated.modes.items():
        prices = current_and_announced(dated, day)[0]
        for tier, rate in in_force(rates, mode, day).items():
            if rate.level == _LEVEL and _states(prices.get(tier, {}), rate.prices):
                yield Change(provider, model, "metadata", "level", _LEVEL, None, mode, tier, rate.start)


def _states(stated: Mapping[str, Price], prices: Mapping[str, Decimal]) -> bool:
    """Whether a page states every one of `prices`, in words that are all understood."""
    return prices.keys() <= stated.keys() and all(
        not (one.derived or one.reasons or one.doubts)
        and one.witness != LISTED
        and is_checked(one.witness or "rules")
        and one.usd == prices.get(name, one.usd)
        for name, one in stated.items()
    )


def _differences(known: Model, stated: StatedModel, day: date) -> str:
    """The prices of a list that are other ones than the registry's."""
    rate = in_force(known.rates, "standard", day).get(None)
    ours = rate.prices if rate else {}
    return ", ".join(
        f"{name.replace('_', ' ')} {price.usd:f} ({ours[name]:f} here)"
        for name, price in _prices(stated).items()
        if name in ours and ours[name] != price.usd
    )


def _prices(stated: StatedModel) -> Mapping[str, Price]:
    """The standard prices of today."""
    return current_and_announced(stated.modes.get("standard", {}), stated.page.checked)[0].get(None, {})
