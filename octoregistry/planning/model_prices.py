"""All that a page changes in the prices of one model: what it states, what follows from that, and what it no longer states."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from octoregistry.planning.batch import derived_batch, filled_batch, holds_still, stated_rates
from octoregistry.planning.bounds import bound_changes, unbounded
from octoregistry.planning.last_seen import last_day
from octoregistry.planning.plan import Change, Reason
from octoregistry.planning.price_changes import ModelMode, changes_of_mode, missing_prices, verdict_for
from octoregistry.planning.rates_in_force import in_force, rates_after, standard_since
from octoregistry.planning.stated_models import Dated, StatedModel, current_and_announced
from octoregistry.planning.values import Value
from octoregistry.reading.rates import is_checked
from providers.dimensions import DIMENSIONS, MODES
from providers.entries import Model, Rate
from providers.vendors import Batch

_UNBOUNDED = Reason(
    "tiers", "long prompts cost something else, above a size that is not known of any model of the vendor"
)


@dataclass(slots=True)
class ModelPrices:
    """The prices of one model, in the registry (`known`, `rates`) and on the page, and the changes between them so far.

    `batch` is what the vendor says of batches in general, `prices_batches` that the page has batch prices of any model,
    `thresholds` the prompt sizes at which any price of the vendor changes, `remembered` the days of `PlanSettings.seen`.
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
    remembered: Mapping[str, date] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def day(self) -> date:
        """The day on which the page read like this."""
        return self.stated.page.checked

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
            dated = modes[mode]
            self._compare_mode(mode, dated)
            if gone := missing_prices(self.rates, mode, current_and_announced(dated, self.day)[0], self.day):
                self.notes.append(f"the page is silent on {', '.join(gone)}: kept")
            if mode == "standard" and (batch := self._batch(modes)):
                if "batch" not in modes:
                    self._compare_mode("batch", batch)
                modes["batch"] = batch
        if "batch" in self.stated.modes:
            self._mark_derived(modes["batch"])
        if self.known is not None:
            self._forget(self.known, sorted({rate.mode for rate in self.rates} - modes.keys()))
        alone = [change for change in self.changes if change.witness is not None and not is_checked(change.witness)]
        unsure = {(c.mode or "", c.above_input_tokens) for c in alone} - {
            (r.mode, r.above_input_tokens) for r in self.rates
        }
        about = self.provider, self.model, self.stated
        self.changes += bound_changes(*about, self.rates_now, self.thresholds, self.day, unsure)
        doubtful = unbounded(self.stated, self.thresholds)
        return [_held_unbounded(change) if change.mode in doubtful else change for change in self.changes]

    def _batch(self, modes: dict[str, Dated]) -> Dated:
        """The batch prices of the page with those that follow from its standard ones; empty where there are none."""
        if "batch" in modes:
            return filled_batch(modes["batch"], modes["standard"], self.batch)
        if self.prices_batches:
            return {}
        return derived_batch(self.known, self.rates_now, modes["standard"], self.batch, self.day)

    def _compare_mode(self, mode: str, dated: Dated) -> None:
        target = ModelMode(
            self.provider,
            self.model,
            mode,
            "new_rate" if self.known else "new_model",
            last_day(self.known, mode, self.remembered, self.day),
            standard_since(self.rates_now, self.day) if self.known else None,
        )
        self.changes += changes_of_mode(target, self.rates, dated, self.day)

    def _mark_derived(self, batch: Dated) -> None:
        """Says which prices beside stated batch prices follow from standard ones, and forgets what no longer does."""
        current, _, announced = current_and_announced(batch, self.day)
        for day, tiers in ((self.day, current), *announced.items()):
            for tier, rate in in_force(self.rates_now, "batch", day).items():
                prices = tiers.get(tier, {})
                names = tuple(name for name in DIMENSIONS if name in prices and prices[name].partial)
                old = rate.derived_dimensions
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
                    self.changes.append(_unknown(self.provider, self.model, "batch", tier, day))

    def _forget(self, known: Model, modes: list[str]) -> None:
        """Makes modes that the page does not state unknown from the day on which the standard price became another.

        As long as it is the one beside which a mode was last seen, the mode stays as it was seen.
        """
        since = standard_since(self.rates_now, self.day)
        standard = [in_force(rates, "standard", self.day) for rates in (self.rates, self.rates_now)]
        moved = _prices(standard[0]) != _prices(standard[1])
        kept, lost = [], []
        for mode in modes:
            seen = stated_rates(known, mode, self.rates, self.day)
            if not seen:
                continue
            now = in_force(self.rates_now, mode, self.day)
            if holds_still(known, mode, self.rates_now, self.day):
                kept.append(mode)
                if moved and _prices(now) != _prices(seen):
                    self._restore(seen.values(), since)
            else:
                lost.append(mode)
                if since is not None and any(rate.prices and _before(rate.start, since) for rate in now.values()):
                    self.changes.append(_unknown(self.provider, self.model, mode, None, since))
        if kept:
            self.notes.append(f"the page is silent on the mode {', '.join(kept)}: kept")
        if lost:
            self.notes.append(
                f"the page is silent on the mode {', '.join(lost)}: unknown since the standard price moved"
            )

    def _restore(self, seen: Iterable[Rate], since: date | None) -> None:
        """Writes the rates of a mode as they were last seen, beside the same standard price."""
        note = ("as it was last seen, beside the same standard price",)
        for rate in seen:
            facts: list[tuple[str, Value]] = []
            if rate.derived_dimensions:
                facts.append(("derived_dimensions", rate.derived_dimensions))
            for name, value in (*rate.prices.items(), *facts):
                change = Change(self.provider, self.model, "kept", name, None, value, rate.mode, notes=note)
                self.changes.append(replace(change, above_input_tokens=rate.above_input_tokens, start=since))


def _prices(view: Mapping[int | None, Rate]) -> dict[int | None, Mapping[str, Decimal]]:
    return {tier: rate.prices for tier, rate in view.items()}


def _before(day: date | None, than: date) -> bool:
    return day is None or day < than


def _unknown(provider: str, model: str, mode: str, tier: int | None, since: date | None) -> Change:
    return Change(provider, model, "unknown", "mode", None, mode, mode, tier, since)


def _held_unbounded(change: Change) -> Change:
    return replace(change, verdict=verdict_for((*change.verdict.reasons, _UNBOUNDED)))
