"""All that a page changes in the prices of one model: what it states, what follows from that, and what it no longer states."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

from octoregistry.planning.batch import derived_batch, filled_batch, holds_still, refuted, stated_rates
from octoregistry.planning.bounds import bound_changes, unbounded
from octoregistry.planning.carried import silent_on
from octoregistry.planning.last_seen import last_day
from octoregistry.planning.listed import level_changes
from octoregistry.planning.moves import read_days
from octoregistry.planning.plan import Change, Reason
from octoregistry.planning.price_changes import ModelMode, changes_of_mode, seen_before, unknown, verdict_for
from octoregistry.planning.rates_in_force import in_force, rates_after, standard_since
from octoregistry.planning.stated_models import Dated, Price, StatedModel, Tier, Tiers, current_and_announced
from octoregistry.planning.values import Value
from octoregistry.planning.withdrawn import held_withdrawals, withdrawn
from octoregistry.reading.rates import is_checked
from providers.dimensions import DIMENSIONS, MODES
from providers.entries import Model, Rate
from providers.vendors import Batch

_UNBOUNDED = Reason(
    "tiers", "long prompts cost something else, above a size that is not known of any model of the vendor"
)


@dataclass(slots=True)
class ModelPriceChanges:
    """The prices of one model, in the registry (`known`, `rates`) and on the page, and the changes between them so far.

    `batch` is what the vendor says of batches in general, `prices_batches` that the page has batch prices of any model,
    `thresholds` the prompt sizes at which any price of the vendor changes, `labelled` that the page bounds prices of any
    model by a label, `remembered` the days of `PlanSettings.seen`.
    `notes` are what a person should know.
    """

    provider: str
    model: str
    known: Model | None
    stated: StatedModel
    rates: tuple[Rate, ...]
    batch: Batch
    prices_batches: bool
    thresholds: Collection[int]
    labelled: bool = False
    remembered: Mapping[str, date] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def day(self) -> date:
        """The day on which the page read like this."""
        return self.stated.page.checked

    @property
    def unbounded(self) -> bool:
        """True where labels of the registry bound the model's prices, and the page, which has such labels of others and all
        words of these prices understood, has none."""
        if not self.labelled or self.stated.up_to or self.stated.unsized:
            return False
        tiers = [tiers for dated in self.stated.modes.values() for tiers in dated.values()]
        prices = [price for each in tiers for stated in each.values() for price in stated.values()]
        views = [in_force(self.rates, mode, self.day) for mode in MODES]
        rates = [rate for view in views for rate in view.values()]
        whole = all(tier is None for each in tiers for tier in each) and all(
            r.above_input_tokens is None for r in rates
        )
        sure = not any(p.doubts or p.reasons or not is_checked(p.witness or "rules") for p in prices)
        return whole and sure and any(rate.up_to_input_tokens and not rate.up_to_derived for rate in rates)

    @property
    def rates_now(self) -> tuple[Rate, ...]:
        """The rates with the changes made so far."""
        return rates_after(self.rates, self.changes)

    def compare(self) -> list[Change]:
        """The changes; each may carry reasons to hold it."""
        modes = {mode: self.stated.modes[mode] for mode in MODES if mode in self.stated.modes}
        for mode in [mode for mode in MODES if mode in modes]:  # standard comes first: batches follow it
            older = self.stated.seen.get(mode)
            if older and self.known and older < (self.known.seen_on(mode) or date.min):
                continue  # the registry has this mode from a newer table
            self._compare_mode(mode, modes[mode])
            self._note_silence(mode, current_and_announced(modes[mode], self.day)[0])
            if mode == "standard" and (batch := self._batch(modes)):
                if "batch" not in modes:
                    if self.known and not current_and_announced(batch, self.day)[0]:
                        self._forget(self.known, ["batch"])  # announced prices follow, and today's does not
                    self._compare_mode("batch", batch)
                modes["batch"] = batch
        if "batch" in self.stated.modes:
            self._mark_derived(modes["batch"])
        self._withdraw(modes)
        if self.known is not None:
            self._forget(self.known, sorted({rate.mode for rate in self.rates} - modes.keys()))
        alone = [change for change in self.changes if change.witness is not None and not is_checked(change.witness)]
        unsure = {(c.mode or "", c.above_input_tokens) for c in alone} - {
            (r.mode, r.above_input_tokens) for r in self.rates
        }
        about = self.provider, self.model, self.stated
        self.changes += bound_changes(*about, self.rates_now, self.thresholds, self.day, unsure, self._begun())
        doubtful = unbounded(self.stated, self.thresholds)
        self.changes += [unknown(self.provider, self.model, mode, None, self.day) for mode in self._unsized(doubtful)]
        self.changes += level_changes(*about, self.rates_now, self.changes, self.day)
        self.changes += read_days(self.changes, self.rates, self.day)
        return [_held_unbounded(change) if change.mode in doubtful else change for change in self.changes]

    def _begun(self) -> set[tuple[str, Tier, date | None]]:
        """The rates that begin an end of their own, by mode, tier and first day: those in force that the registry has, and
        where the page lifts a label those that it opens."""
        opened = self.rates_now if self.unbounded else ()
        there = [*self.rates, *(rate for rate in opened if rate.start == self.day)]
        return {(r.mode, r.above_input_tokens, r.start) for r in there if r.start is None or r.start <= self.day}

    def _batch(self, modes: dict[str, Dated]) -> Dated:
        """The batch prices of the page with those that follow from its standard ones; empty where there are none."""
        if "batch" in modes:
            return filled_batch(modes["batch"], modes["standard"], self.batch)
        if self.prices_batches:
            return {}
        return derived_batch(self.known, self.rates, self.rates_now, modes["standard"], self.batch, self.day)

    def _compare_mode(self, mode: str, dated: Dated) -> None:
        origin = mode if mode in self.stated.modes else "standard"  # a derived price moves as that which it follows
        target = ModelMode(
            self.provider,
            self.model,
            mode,
            "new_rate" if self.known else "new_model",
            last_day(self.known, origin, self.remembered, self.day),
            standard_since(self.rates_now, self.day) if self.known else None,
            {tier: end for (of, tier), end in self.stated.up_to.items() if of == origin and isinstance(end, int)},
            self.unbounded,
        )
        gone = self._withdrawn(mode, dated)
        rates = rates_after(self.rates, [*(change for change in self.changes if change.mode == mode), *gone])
        self.changes += [*gone, *changes_of_mode(target, rates, dated, self.day, anew=not self._older(mode))]

    def _older(self, mode: str) -> bool:
        """True where the registry has the mode from a newer page, or nothing of the model: this one withdraws nothing."""
        return self.known is None or (self.known.seen_on(mode) or date.min) > self.day

    def _withdrawn(self, mode: str, dated: Dated) -> list[Change]:
        """The announced rates of a mode that the page, which has prices of it, announces no longer; of an older page none."""
        if self._older(mode):
            return []
        rates = [rate for rate in self.rates if rate.mode == mode]
        return withdrawn(self.provider, self.model, rates, current_and_announced(dated, self.day)[2], self.day)

    def _withdraw(self, modes: dict[str, Dated]) -> None:
        """Holds what is withdrawn, where that makes a difference, and takes out derived prices of days without a price."""
        announced = {mode: current_and_announced(dated, self.day)[2] for mode, dated in modes.items()}
        if "standard" in modes and "batch" not in modes:
            self.changes += [c for c in self._withdrawn("batch", modes["standard"]) if c.derived]
        for mode in {change.mode: None for change in self.changes if change.mode and not self._older(change.mode)}:
            places = [place for place, change in enumerate(self.changes) if change.mode == mode]
            days = announced.get(mode, announced.get("standard", {}))
            of_mode = [self.changes[place] for place in places]
            for place, change, text in held_withdrawals(of_mode, self.rates, days, self.day):
                self.changes[places[place]] = change
                self.notes.append(text)

    def _note_silence(self, mode: str, stated: Tiers) -> None:
        """Takes a note of what the page leaves out of a mode that it states."""
        now = in_force(self.rates_now, mode, self.day)
        for tier, name in silent_on(self.rates, mode, stated, self.day):
            words = f"{mode} {name}" + ("" if tier is None else f" above {tier:,}")
            kept = tier in now and name in now[tier].prices
            end = "kept" if kept else f"over, since the {mode} prices or sizes moved"
            self.notes.append(f"the page is silent on {words}: {end}")

    def _unsized(self, doubtful: Iterable[str]) -> list[str]:
        """The modes that the registry prices for all sizes, that do not move, and that the page prices for some."""
        moved = {change.mode for change in self.changes if change.is_price}
        bases = {mode: in_force(self.rates, mode, self.day).get(None) for mode in doubtful if mode not in moved}
        return [mode for mode, rate in bases.items() if rate and rate.prices and rate.up_to_input_tokens is None]

    def _mark_derived(self, batch: Dated) -> None:
        """Says which prices beside stated batch prices follow from standard ones, and forgets what no longer does."""
        current, _, announced = current_and_announced(batch, self.day)
        for day, tiers in ((self.day, current), *announced.items()):
            for tier, rate in in_force(self.rates_now, "batch", day).items():
                prices = tiers.get(tier, {})
                old = rate.derived_dimensions
                names = tuple(
                    name
                    for name in DIMENSIONS
                    if _is_derived(prices.get(name), marked=name in old and name in rate.prices)
                )
                if prices and names != old:
                    change = Change(
                        self.provider,
                        self.model,
                        "metadata",
                        "derived_dimensions",
                        old or None,
                        names or None,
                        "batch",
                        tier,
                    )
                    self.changes.append(replace(change, start=rate.start))
                elif not prices and rate.derived and rate.start != day and day == self.day:
                    last = last_day(self.known, "batch", self.remembered, self.day)
                    self._open_unknown("batch", tier, day, last)

    def _forget(self, known: Model, modes: list[str]) -> None:
        """Makes modes that the page does not state unknown from each day on which the standard price became another, and what
        they were from the day on which it is again the one beside which they were last seen."""
        for mode in modes:
            seen = stated_rates(known, mode, self.rates, self.day)
            if not seen:
                continue
            if holds_still(known, mode, self.rates_now, self.day):
                self.notes.append(f"the page is silent on the mode {mode}: kept")
            else:
                new = holds_still(known, mode, self.rates, self.day)
                end = "once the new standard price is written" if new else "since the standard price moved"
                self.notes.append(f"the page is silent on the mode {mode}: unknown {end}")
            for since in self._standard_days(known.seen_on(mode)):
                self._follow(known, mode, seen, since)
            for rate in refuted(known, mode, self.rates, self.rates_now, self.day):
                if rate.start and rate.start >= self.day:
                    self._empty(rate)

    def _standard_days(self, seen: date | None) -> list[date]:
        """The days after `seen` on which a standard price began; where nobody knows that day, the last of them."""
        starts = {rate.start for rate in self.rates_now if rate.mode == "standard" and rate.above_input_tokens is None}
        days = sorted(start for start in starts if start and start <= self.day)
        return days[-1:] if seen is None else [day for day in days if day > seen]

    def _follow(self, known: Model, mode: str, seen: Mapping[Tier, Rate], since: date) -> None:
        """What becomes of a silent mode by the standard price that began on the day `since`; `seen` are its last rates."""
        now = in_force(self.rates_now, mode, since)
        before, after = (in_force(rates, "standard", since) for rates in (self.rates, self.rates_now))
        last = after[None].seen_before if None in after else None
        came = [
            rate
            for rate in refuted(known, mode, self.rates, self.rates_now, since)
            if rate.start and rate.start <= since
        ]
        if came or not holds_still(known, mode, self.rates_now, since):
            if any(rate.prices and _before(rate.start, since) for rate in now.values()):
                self._open_unknown(mode, None, since, last)
            return
        # Prices that a person wrote beside a standard price that was known already are left as they are.
        over = all(_before(rate.start, since) and (rate.derived or not rate.prices) for rate in now.values())
        if _prices(now) != _prices(seen) and (over or _prices(before) != _prices(after)):
            self._restore(seen.values(), since, last)
            for tier in now.keys() - seen.keys():
                self._open_unknown(mode, tier, since, last)

    def _empty(self, rate: Rate) -> None:
        """Takes the prices out of a rate: nothing is known of its mode and tier from its first day on."""
        for name, usd in rate.prices.items():
            gone = Change(self.provider, self.model, "unknown", name, usd, None, rate.mode, rate.above_input_tokens)
            self.changes.append(replace(gone, start=rate.start))

    def _open_unknown(self, mode: str, tier: Tier, since: date | None, last: date | None) -> None:
        """Writes that nothing is known of a mode and tier from a day on; `last` is the day when the old price was seen."""
        self.changes.append(unknown(self.provider, self.model, mode, tier, since))
        if since and last and last < since - timedelta(days=1):
            self.changes.append(seen_before(self.provider, self.model, mode, tier, since, last))

    def _restore(self, seen: Iterable[Rate], since: date | None, last: date | None) -> None:
        """Writes the rates of a mode as they were last seen, beside the same standard price."""
        note = ("as it was last seen, beside the same standard price",)
        for rate in seen:
            facts: list[tuple[str, Value]] = []
            if rate.derived_dimensions:
                facts.append(("derived_dimensions", rate.derived_dimensions))
            if last:
                facts.append(("seen_before", last))
            for name, value in (*rate.prices.items(), *facts):
                change = Change(self.provider, self.model, "kept", name, None, value, rate.mode, notes=note)
                self.changes.append(replace(change, above_input_tokens=rate.above_input_tokens, start=since))


def _is_derived(price: Price | None, *, marked: bool) -> bool:
    """Whether a price beside stated ones follows from a standard one: a mark stays until a page states the price, as more
    than a language model reads it."""
    if price is None or not (price.partial or is_checked(price.witness or "rules")):
        return marked
    return price.partial


def _prices(view: Mapping[int | None, Rate]) -> dict[int | None, Mapping[str, Decimal]]:
    return {tier: rate.prices for tier, rate in view.items()}


def _before(day: date | None, than: date) -> bool:
    return day is None or day < than


def _held_unbounded(change: Change) -> Change:
    return replace(change, verdict=verdict_for((*change.verdict.reasons, _UNBOUNDED)))
