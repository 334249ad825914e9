"""The rates of pages by model, mode, day and tier, and notes on what fits no model."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Literal

from octoregistry.planning.matching import AmbiguousMatch, Match, Matched, NewModel, Unmatched
from octoregistry.planning.plan import NoteKind, Reason
from octoregistry.reading.labels import Doubt
from octoregistry.reading.rates import Evidence, PageRates, StatedRate, is_checked
from octoregistry.sources.page import Page

Tier = int | None
Aside = tuple[str, str, NoteKind]


@dataclass(frozen=True, slots=True)
class PricedPage:
    """The rates of one page, the day on which the page read like this, and the fingerprint of what was read.

    `via` is "digest" where that was a digest of the page, and not the page itself.
    """

    read: PageRates
    checked: date
    sha256: str
    via: str | None = None


def priced_pages(read: PageRates, page: Page) -> list[PricedPage]:
    """What was read from a page; from a digest as many as its tables have days, the newest first."""
    if not page.days:
        return [PricedPage(read, page.fetched_at.date(), page.sha256)]
    by_day: dict[date, list[StatedRate]] = {}
    for rate in read.rates:
        tables = {price.evidence.address.partition("R")[0] for price in rate.prices.values()}
        by_day.setdefault(min(page.days[table] for table in tables), []).append(rate)
    return [
        PricedPage(replace(read, rates=tuple(by_day[day])), day, page.sha256, "digest")
        for day in sorted(by_day, reverse=True)
    ]


@dataclass(frozen=True, slots=True)
class Price:
    """A price on its way into the plan. `reasons` to hold it stand before anything is compared; `doubts` are the words in
    its scope that nobody understands. `unit_stated` is False where the page states no one unit for it. A `derived` price follows
    from another by the vendor's discount; a `partial` one stands in a rate beside prices that the page states."""

    usd: Decimal
    evidence: Evidence | None = None
    witness: str | None = None
    derived: bool = False
    reasons: tuple[Reason, ...] = ()
    notes: tuple[str, ...] = ()
    unit_stated: bool = True
    doubts: tuple[Doubt, ...] = ()
    partial: bool = False


Tiers = dict[Tier, dict[str, Price]]
Dated = dict[date | None, Tiers]


@dataclass(slots=True)
class StatedModel:
    """One model's prices by mode, day and tier. `new` is set where the registry lacks the model.

    `up_to` is the longest prompt that a mode and tier answers for, "unknown" where the page bounds it without a number;
    `unsized` are the modes in which long prompts cost something else, above a size that the page does not state.
    `seen` gives the day of the modes that only an older page than `page` states.
    """

    page: PricedPage
    names: list[str] = field(default_factory=list)
    aliases: list[str] = field(default_factory=list)
    modes: dict[str, Dated] = field(default_factory=dict)
    new: NewModel | None = None
    up_to: dict[tuple[str, Tier], int | Literal["unknown"]] = field(default_factory=dict)
    unsized: set[str] = field(default_factory=set)
    seen: dict[str, date] = field(default_factory=dict)

    def seen_on(self, mode: str) -> date:
        """The day on which a mode stood on a page like this."""
        return self.seen.get(mode, self.page.checked)

    @property
    def checked(self) -> bool:
        """True where a price has a witness that is checked."""
        return any(_has_checked(dated) for dated in self.modes.values())


@dataclass(frozen=True, slots=True)
class StatedModels:
    """All that the pages of a provider state.

    `prices_batches` is true where a batch price stands for any model: then a model without one has none. `asides` are
    (subject, text, kind) of the notes for a person.
    """

    models: Mapping[str, StatedModel]
    prices_batches: bool
    asides: tuple[Aside, ...] = ()

    @property
    def thresholds(self) -> set[int]:
        """The prompt sizes above which any price of the pages changes."""
        dated = (each for model in self.models.values() for each in model.modes.values())
        return {tier for one in dated for tiers in one.values() for tier in tiers if tier is not None}


def stated_models(
    pages: Sequence[PricedPage], match: Callable[[str, tuple[str, ...]], Match], tiers_of: Callable[[str], set[int]]
) -> StatedModels:
    """The pages' rates by model; of several pages the first that states a mode of a model has the word on it.

    `tiers_of` gives the tiers known of a model before: they say what a "long context" price without a threshold means.
    """
    models: dict[str, StatedModel] = {}
    asides: dict[Aside, None] = {}
    for page in pages:
        here: dict[str, StatedModel] = {}
        by_alias: list[tuple[StatedRate, Matched]] = []
        uncertain: list[tuple[StatedRate, AmbiguousMatch]] = []
        for rate in page.read.rates:
            found = match(rate.name, rate.ids)
            if isinstance(found, Unmatched):
                asides[rate.name, found.reason, "without an id"] = None
            elif isinstance(found, AmbiguousMatch):
                uncertain.append((rate, found))
            elif isinstance(found, Matched) and found.alias:
                by_alias.append((rate, found))
            else:
                if isinstance(found, Matched):
                    for name in found.moved:
                        asides[name, f"the page gives it to {found.ids[0]}: {_CURE}", "left out"] = None
                for model in found.ids if isinstance(found, Matched) else (found.id,):
                    _add(here.setdefault(model, StatedModel(page)), rate, found)
        own = frozenset(here)
        for rate, aliased in by_alias:
            reasons = () if own.issuperset(aliased.ids) else (_alias_alone(rate.name, aliased.ids[0]),)
            _add(here.setdefault(aliased.ids[0], StatedModel(page)), rate, aliased, reasons)
        for rate, several in uncertain:
            asides[rate.name, f"may mean {' or '.join(several.candidates)}", "without an id"] = None
            _add_uncertain(here, page, rate, several)
        for model, stated in here.items():
            _settle_unknown_tiers(model, stated, tiers_of(model), asides)
            _join(models, model, stated)
    return StatedModels(
        models, any(_has_checked(model.modes.get("batch", {})) for model in models.values()), tuple(asides)
    )


_CURE = "the registry has it as another's; move it there, and write the day under former_aliases"


def _has_checked(dated: Dated) -> bool:
    """True where a price among these has a witness that is checked: what only a language model says of one model decides
    nothing about the others."""
    return any(_checked(prices) for tiers in dated.values() for prices in tiers.values())


def _checked(prices: Mapping[str, Price]) -> bool:
    return any(is_checked(price.witness or "rules") for price in prices.values())


def _alias_alone(name: str, model: str) -> Reason:
    return Reason("alias", f"the page names only {name!r}, an alias of {model}: another model may answer to it now")


_UNKNOWN = -1  # the tier of a long-context price without a threshold, until it is settled


def _add(stated: StatedModel, rate: StatedRate, found: Matched | NewModel, reasons: tuple[Reason, ...] = ()) -> None:
    if rate.name not in stated.names:
        stated.names.append(rate.name)
    if is_checked(rate.witness):  # an id makes other registries' word on it count, so that it needs more than a model's
        stated.aliases += [alias for alias in found.aliases if alias not in stated.aliases]
    if isinstance(found, NewModel) and stated.new is None:
        stated.new = found
    tier = _UNKNOWN if rate.above_input_tokens == "unknown" else rate.above_input_tokens
    if rate.up_to_input_tokens is not None and is_checked(rate.witness):
        stated.up_to.setdefault((rate.mode, tier), rate.up_to_input_tokens)
    prices = stated.modes.setdefault(rate.mode, {}).setdefault(rate.start, {}).setdefault(tier, {})
    for dimension, price in rate.prices.items():
        known = prices.get(dimension)
        if known is None:
            prices[dimension] = Price(
                price.amount,
                price.evidence,
                "+".join(filter(None, (rate.witness, price.seconded_by))),
                reasons=(*reasons, *(Reason("readings", doubt) for doubt in price.doubts if isinstance(doubt, str))),
                unit_stated=price.unit_stated,
                doubts=tuple(doubt for doubt in price.doubts if isinstance(doubt, Doubt)),
            )
        elif known.usd != price.amount:
            first = known.evidence.address if known.evidence else "?"
            text = f"the page states {known.usd} ({first}) and {price.amount} ({price.evidence.address})"
            prices[dimension] = replace(known, reasons=(*known.reasons, Reason("contradiction", text)))


def _add_uncertain(here: dict[str, StatedModel], page: PricedPage, rate: StatedRate, several: AmbiguousMatch) -> None:
    """Held prices for each candidate of which the page says nothing certain in this mode."""
    reason = Reason("ambiguous", f"the name {rate.name!r} may mean {' or '.join(several.candidates)}")
    for model in several.candidates:
        if model not in here or rate.mode not in here[model].modes:
            _add(here.setdefault(model, StatedModel(page)), rate, Matched((model,)), (reason,))


def _settle_unknown_tiers(model: str, stated: StatedModel, known: set[int], asides: dict[Aside, None]) -> None:
    """Gives a long-context price the only threshold that is known for the model, or leaves it out and says so."""
    tiers_read = [item for dated in stated.modes.values() for tiers in dated.values() for item in tiers.items()]
    everywhere = [tier for tier, prices in tiers_read if _checked(prices)] or [tier for tier, _ in tiers_read]
    candidates = {tier for tier in everywhere if tier is not None and tier != _UNKNOWN} or known
    for mode, dated in stated.modes.items():
        for tiers in dated.values():
            if _UNKNOWN not in tiers:
                continue
            prices = tiers.pop(_UNKNOWN)
            if len(candidates) == 1:
                threshold = next(iter(candidates))
                note = f"the page gives no threshold for long prompts; {threshold:,} as known before"
                settled = tiers.setdefault(threshold, {})
                for dimension, price in prices.items():
                    settled.setdefault(dimension, replace(price, notes=(*price.notes, note)))
            else:
                if _checked(prices):  # what only a language model calls a price for long prompts bounds no other
                    stated.unsized.add(mode)
                asides[model, f"a {mode} price for long prompts without a threshold is left out", "left out"] = None
    for mode in [mode for mode, dated in stated.modes.items() if not any(dated.values())]:
        del stated.modes[mode]


def _join(models: dict[str, StatedModel], model: str, stated: StatedModel) -> None:
    if model not in models:
        if stated.modes:
            models[model] = stated
        return
    known = models[model]
    known.unsized |= stated.unsized
    for place, up_to in stated.up_to.items():
        known.up_to.setdefault(place, up_to)
    for mode in stated.modes.keys() - known.modes.keys():
        known.modes[mode] = stated.modes[mode]
        if stated.page.checked < known.page.checked:
            known.seen[mode] = stated.page.checked
    known.aliases += [alias for alias in stated.aliases if alias not in known.aliases]


def current_and_announced(dated: Dated, day: date) -> tuple[Tiers, date | None, dict[date, Tiers]]:
    """The prices that hold on `day`, since when they are said to hold, and those announced for later days."""
    current: Tiers = {}
    since: date | None = None
    for start in sorted((start for start in dated if start is None or start <= day), key=lambda s: s or date.min):
        for tier, prices in dated[start].items():
            current.setdefault(tier, {}).update(prices)
        since = start or since
    later = {start: dated[start] for start in sorted(s for s in dated if s is not None and s > day)}
    return current, since, later
