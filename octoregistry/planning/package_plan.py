"""The plan that brings what a newer packaged registry has into a person's own: their history and their decisions stay."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from octoregistry.planning.guards import GuardContext
from octoregistry.planning.package_charges import package_charges
from octoregistry.planning.plain_prices import plain_prices
from octoregistry.planning.plan import Change, ChangeKind, Note, Plan, Reason, Verdict
from octoregistry.planning.planner import PlanSettings
from octoregistry.planning.price_changes import ModelMode, changes_of_mode
from octoregistry.planning.rates_in_force import RATE_FACTS, effective_rates, in_force, rates_after
from octoregistry.planning.stated_models import Dated, Price, Tiers
from octoregistry.planning.values import Value, value_text
from octoregistry.planning.verdicts import followers, with_verdicts
from octoregistry.planning.withdrawn import held_withdrawals, taken_out
from octoregistry.reading.rates import Evidence
from providers.dimensions import MODES
from providers.entries import Model, Provider, Rate
from providers.vendors import vendor

_LIFECYCLE = ("status", "deprecated_on", "retires_on", "replaced_by", "missing_since")
_STATUSES = ("active", "deprecated", "retired")


def package_plan(own: Provider, packaged: Provider, settings: PlanSettings, name: str) -> Plan:
    """What of `packaged` is newer than `own`, as changes with the verdicts of an update.

    A model that was checked later there brings its prices since our check, each with its days; one that ours lacks comes
    whole. What both have in another way is held, as is an announced price that goes. Nothing else
    is taken out. `name` is what the evidence calls the packaged registry.
    """
    aliases = {alias: model.id for model in own.models.values() for alias in model.aliases}
    changes: list[Change] = []
    notes = []
    for model in packaged.models.values():
        if model.id in aliases:
            notes.append(Note(own.name, model.id, f"an alias of {aliases[model.id]} here: left as it is"))
            continue
        pair = _Pair(own, packaged, own.models.get(model.id), model, settings, name)
        changes += pair.changes() if pair.is_newer else ()
    new = {change.model: change.applies for change in changes if change.kind == "new_model"}
    charges = package_charges(own, packaged, settings, name, new)
    # a check that is renewed over a charge that waits would let nobody hear of it again
    wait = {one.model for one in charges if not one.applies} - {one.model for one in changes if one.kind != "source"}
    changes = [one for one in changes if one.model not in wait]
    return Plan((*changes, *charges), tuple(notes), providers=(own.name,))


@dataclass(frozen=True, slots=True)
class _Pair:
    """A model as a person has it (None: not at all) and as it was packaged."""

    provider: Provider
    packaged: Provider
    ours: Model | None
    theirs: Model
    settings: PlanSettings
    name: str

    @property
    def day(self) -> date:
        """The day on which the packaged registry last checked the model."""
        return _checked(self.theirs) or self.theirs.first_seen or date.min

    @property
    def is_newer(self) -> bool:
        return self.ours is None or self.day > (_checked(self.ours) or date.min)

    @property
    def rates(self) -> tuple[Rate, ...]:
        """Ours, those that two plain prices imply among them."""
        return effective_rates(self.ours, self.provider.realtime_multiplier) if self.ours else ()

    def changes(self) -> list[Change]:
        """All changes of the model, each with its verdict; where any is held, its check is not renewed."""
        ours = self.ours
        drafted = [change for mode in MODES for change in self._mode(mode)]
        if ours is not None and drafted and not ours.rates:
            drafted = [*self._implied(), *drafted]
        drafted += self._facts()
        if ours is None:
            drafted += self._plain(self.theirs.rates) + self._source()
            drafted = [replace(change, kind="new_model") for change in drafted]
        context = GuardContext(
            ours,
            self.day,
            self.settings.accepted,
            followers(drafted, {c.mode for c in drafted if c.mode and c.is_price}, ours, self.rates),
            self.settings.limits,
            self.rates,
            rates_after(self.rates, drafted),
        )
        judged = with_verdicts(drafted, context, whole=ours is None or not ours.rates)
        if ours is not None:
            judged += self._plain(rates_after(ours.rates, [one for one in judged if one.applies]) or self.rates)
            judged += self._source() if all(change.applies for change in judged) else []
        return judged

    def _mode(self, mode: str) -> list[Change]:
        """The prices of a mode since our check; those of its day, held, where ours would still differ on it."""
        theirs = [rate for rate in self.theirs.rates if rate.mode == mode]
        ours = [rate for rate in self.rates if rate.mode == mode]
        checked = (_checked(self.ours) if self.ours else None) or date.min
        new = [rate for rate in theirs if not ours or (rate.start and rate.start > checked)]
        seen = (self.theirs.seen_on(mode) or date.min) > ((self.ours.seen_on(mode) if self.ours else None) or date.min)
        if not theirs or not (new or seen):  # there nobody has seen the mode since we did
            return []
        changes = [*self._filled(ours, theirs), *self._opened(ours, new)]
        changes = self._with_withdrawals(ours, theirs, changes) if seen else changes
        if _prices(rates_after(self.rates, changes), mode, self.day) == _prices(theirs, mode, self.day):
            return changes
        return self._contradicted(mode)

    def _filled(self, ours: list[Rate], theirs: list[Rate]) -> Iterator[Change]:
        """Rates and tiers that the package has and the user's registry lacks, of a mode in which both agree otherwise."""
        there = {(rate.above_input_tokens, rate.start): rate for rate in ours}
        both = [(there[rate.above_input_tokens, rate.start], rate) for rate in theirs
                if (rate.above_input_tokens, rate.start) in there]  # fmt: skip
        if any(mine.prices.get(name, usd) != usd for mine, rate in both for name, usd in rate.prices.items()):
            return
        for mine, rate in both:
            for name, usd in rate.prices.items():
                if name not in mine.prices:
                    yield self._change(replace(rate, derived=mine.derived), "new_price", name, None, usd)
            if mine.up_to_input_tokens is None and rate.up_to_input_tokens is not None:
                for name in ("up_to_input_tokens", "up_to_derived"):
                    if value := getattr(rate, name):
                        yield self._change(replace(rate, derived=False), "metadata", name, None, value)
        tiers = {rate.above_input_tokens for rate in ours}
        checked = (_checked(self.ours) if self.ours else None) or date.min
        for rate in theirs:
            if both and rate.above_input_tokens not in tiers and not (rate.start and rate.start > checked):
                yield from self._opened([], [rate])

    def _opened(self, ours: list[Rate], new: list[Rate]) -> Iterator[Change]:
        """The rates that ours lack, the oldest first, each beside what was in force before it."""
        known = list(ours)
        for rate in sorted(new, key=lambda rate: rate.start or date.min):
            view = in_force(known, rate.mode, rate.start or date.min)
            before = view.get(rate.above_input_tokens)
            for name, usd in rate.prices.items():
                old = before.prices.get(name) if before else None
                kind: ChangeKind = "price" if before else "new_rate"
                if old is None:
                    kind = "new_price" if before else "new_rate"
                elif old == usd:
                    kind = "kept"
                elif rate.start and rate.start > self.day:
                    kind = "announced"
                yield self._change(rate, kind, name, old, usd)
            if not rate.prices:
                yield self._change(rate, "unknown", "mode", None, rate.mode)
            for name in RATE_FACTS:
                if (value := getattr(rate, name)) != getattr(Rate(rate.mode), name):
                    yield self._change(rate, "source", name, None, value)
            known.append(rate)

    def _with_withdrawals(self, ours: list[Rate], theirs: list[Rate], changes: list[Change]) -> list[Change]:
        """The changes behind what goes: our announced rates, and prices of these, that the package has no more. Each is held
        where its day gets other prices by that, as in an update."""
        there = {(rate.start, rate.above_input_tokens): rate for rate in theirs}
        made: list[Change] = []
        for rate in (rate for rate in ours if rate.start and rate.start > self.day):
            packaged = there.get((rate.start, rate.above_input_tokens))
            if packaged is None:
                made.append(taken_out(self.provider.name, self.theirs.id, rate))
                continue
            gone = [name for name in rate.prices if name not in packaged.prices]
            made += [self._change(rate, "unknown", name, rate.prices[name], None) for name in gone]
        made += changes
        announced: dict[date, Tiers] = {}
        for (start, tier), rate in there.items():
            if start and start > self.day:
                announced.setdefault(start, {})[tier] = {name: Price(usd) for name, usd in rate.prices.items()}
        for place, held, _ in held_withdrawals(tuple(made), self.rates, announced, self.day):
            made[place] = held
        return made

    def _contradicted(self, mode: str) -> list[Change]:
        """The prices of the packaged registry's day, held."""
        reason = Reason("registry", f"{self.name} has other prices of days that this registry has checked itself")
        dated: Dated = {None: {}}
        for tier, rate in in_force(self.theirs.rates, mode, self.day).items():
            prices = {name: Price(usd, self._evidence(usd), reasons=(reason,)) for name, usd in rate.prices.items()}
            dated[None][tier] = prices
        target = ModelMode(
            self.provider.name, self.theirs.id, mode, seen=self.ours.seen_on(mode) if self.ours else None
        )
        return changes_of_mode(target, self.rates, dated, self.day)

    def _implied(self) -> list[Change]:
        return [self._change(rate, "kept", name, usd, usd) for rate in self.rates for name, usd in rate.prices.items()]

    def _facts(self) -> list[Change]:
        """What a model is besides its prices: what we lack is filled in, what we have otherwise is held."""
        theirs, ours = _facts_of(self.theirs), _facts_of(self.ours) if self.ours else {}
        changes = []
        for name, packaged in theirs.items():
            old = ours.get(name)
            value = self._free_aliases(packaged) if name == "aliases" and isinstance(packaged, tuple) else packaged
            if value in (None, (), old) or (name in ("display_name", "first_seen") and self.ours):
                continue
            kind: ChangeKind = "lifecycle" if name in _LIFECYCLE else "source" if "." in name else "metadata"
            change = Change(self.provider.name, self.theirs.id, kind, name, old, value)
            if kind == "source" and old is not None:
                continue
            if old is not None and not _goes_on(name, old, value):
                held = Reason("registry", f"this registry has {value_text(old)}, {self.name} {value_text(value)}")
                change = replace(change, verdict=Verdict("hold", (held,)))
            changes.append(change)
        return changes

    def _free_aliases(self, theirs: tuple[str, ...]) -> tuple[str, ...]:
        """Our aliases with theirs behind them, but for those that are somebody else's here."""
        own = self.ours.aliases if self.ours else ()
        others = {name for model in self.provider.models.values() if model is not self.ours for name in model.aliases}
        taken = {*own, *others, *self.provider.models, *self.packaged.models}
        return (*own, *(alias for alias in theirs if alias not in taken))

    def _plain(self, rates: tuple[Rate, ...]) -> list[Change]:
        """The plain prices, multiplier and batch_support as they follow from the rates on their day, where they differ."""
        own, wide = self.ours, self.provider.realtime_multiplier
        no_output = vendor(self.provider.name).names.bills_no_output(self.theirs.id)
        found = plain_prices(rates, wide, self.day, no_output=no_output)
        multiplier = wide if found.multiplier is None and own and own.realtime_multiplier else found.multiplier
        if not rates:  # a model without rates: the two prices are all there is, by their own multiplier
            theirs = self.theirs
            found = replace(found, input=theirs.input_per_million, output=theirs.output_per_million)
            found = replace(found, batch_support=theirs.batch_support)
            multiplier = theirs.realtime_multiplier or self.packaged.realtime_multiplier
        wanted: Mapping[str, tuple[Value, Value]] = {
            "input_per_million": (own.input_per_million if own else None, found.input),
            "output_per_million": (own.output_per_million if own else None, found.output),
            "batch_support": (own.batch_support if own else None, found.batch_support),
            "realtime_multiplier": (own.realtime_multiplier if own else None, multiplier),
        }
        return self._keys("plain", wanted)

    def _source(self) -> list[Change]:
        theirs, ours = _source_of(self.theirs), _source_of(self.ours) if self.ours else {}
        stated = {rate.mode for rate in self.theirs.rates}
        for mode in {rate.mode for rate in self.ours.rates if rate.prices} if self.ours else ():
            seen, packaged = self.ours.seen_on(mode) if self.ours else None, self.theirs.seen_on(mode)
            if seen and (mode not in stated or (packaged and packaged <= seen)):
                theirs[f"last_seen.{mode}"] = seen  # nobody has seen it since
        return self._keys("source", {name: (ours.get(name), theirs.get(name)) for name in (theirs | ours)})

    def _keys(self, kind: ChangeKind, wanted: Mapping[str, tuple[Value, Value]]) -> list[Change]:
        return [
            Change(self.provider.name, self.theirs.id, kind, name, old, new)
            for name, (old, new) in wanted.items()
            if old != new and (new is not None or kind == "source")
        ]

    def _change(self, rate: Rate, kind: ChangeKind, name: str, old: Value, new: Value) -> Change:
        return Change(
            self.provider.name,
            self.theirs.id,
            kind,
            name,
            old,
            new,
            rate.mode,
            rate.above_input_tokens,
            rate.start,
            rate.derived,
            self._evidence(new) if kind not in ("source", "unknown") else None,
        )

    def _evidence(self, value: Value) -> Evidence:
        page = self.theirs.source.page if self.theirs.source else None
        return Evidence(page or "", self.name, value_text(value))


def _prices(rates: Iterable[Rate], mode: str, day: date) -> dict[int | None, Mapping[str, Decimal]]:
    return {tier: dict(rate.prices) for tier, rate in in_force(rates, mode, day).items()}


def _checked(model: Model) -> date | None:
    return model.source.checked if model.source else None


def _goes_on(name: str, old: Value, new: Value) -> bool:
    """True where the new value takes nothing back: a later state of a life, more aliases."""
    if name == "status" and old in _STATUSES and new in _STATUSES:
        return _STATUSES.index(str(new)) > _STATUSES.index(str(old))
    return name == "aliases"


def _facts_of(model: Model) -> dict[str, Value]:
    return {
        "display_name": model.display_name,
        "aliases": model.aliases or None,
        "context_window": model.context_window,
        "max_output_tokens": model.max_output_tokens,
        "kind": model.kind,
        "modalities.input": model.input_modalities or None,
        "modalities.output": model.output_modalities or None,
        "features": model.features or None,
        **{name: getattr(model, name) for name in _LIFECYCLE},
        "first_seen": model.first_seen,
        **{f"facts_from.{name}": who for name, who in model.facts_from.items()},
    }


def _source_of(model: Model) -> dict[str, Value]:
    source = model.source
    named: dict[str, Value] = {f"last_seen.{mode}": day for mode, day in model.last_seen.items()}
    if source:
        named |= {f"source.{name}": getattr(source, name) for name in ("page", "checked", "sha256", "via")}
    return {name: value for name, value in named.items() if value is not None}
