"""The models that two other registries price alike and no page of ours states: changes of their own kind, held for a person."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from octoregistry.planning.guards import GuardContext
from octoregistry.planning.plain_prices import plain_prices
from octoregistry.planning.plan import APPLY, Change, Note, Plan, Reason, Verdict
from octoregistry.planning.rates_in_force import in_force
from octoregistry.planning.values import Value
from octoregistry.planning.verdicts import accepted, hold_together
from octoregistry.planning.vouched_rates import VouchedRates, vouched_rates
from octoregistry.planning.witness_facts import fact_changes
from octoregistry.sources.registries.registry_prices import RegistryFacts, RegistryPrice, Statements
from providers.entries import Model, Provider, Rate
from providers.vendors import vendor

_FACTS = ("up_to_input_tokens", "seen_before", "level", "vouched_by", "seen_on")


def vouched_plan(
    provider: Provider,
    more: Mapping[str, Model],
    reports: Iterable[object],
    stated: Collection[str],
    accept: Collection[str] = (),
) -> Plan:
    """What registries alone vouch for of a vendor's models, each change held unless it is in `accept`.

    `more` are the models that stand there already, `stated` the names that the vendor's pages state by now: neither they nor
    those of `provider` are touched. Where registries disagree nobody knows the price, and a note says which.
    """
    read = [one for one in reports if isinstance(one, Statements)]
    of_model: dict[str, list[RegistryPrice]] = {}
    for one in (price for report in read for price in report.prices if price.provider == provider.name):
        of_model.setdefault(one.model, []).append(one)
    facts = [fact for report in read for fact in report.facts if fact.provider == provider.name]
    taken = {name.lower() for name in (*stated, *_names(provider))}
    aliases = {alias.lower() for model in more.values() for alias in model.aliases}
    plan = Plan()
    for model in sorted(of_model):
        if model.lower() in taken or model.lower() in aliases:
            continue
        no_output = vendor(provider.name).names.bills_no_output(model)
        said = vouched_rates(of_model[model], no_output=no_output)
        about = _Vouched(provider, model, more.get(model), said, no_output=no_output)
        plan += about.plan([fact for fact in facts if fact.model == model], accept)
    return plan


def names_stated(changes: Iterable[Change]) -> set[str]:
    """The names of the models that pages state for the first time, written now or held."""
    found = set()
    for change in changes:
        if change.kind == "new_model":
            found.add(change.model)
        if change.dimension == "aliases" and isinstance(change.new, tuple):
            found.update(change.new)
    return found


def moved_on(provider: str, more: Mapping[str, Model], changes: Sequence[Change]) -> Plan:
    """The notes that say which models of `more` go, since a page states their prices."""
    stated = {name.lower() for name in names_stated(change for change in changes if change.applies)}
    words = "its vendor states it now: what stands under more goes"
    return Plan(notes=tuple(Note(provider, model, words) for model in more if model.lower() in stated))


def _names(provider: Provider) -> Iterator[str]:
    """Every name that a page has ever stated a price for."""
    for model in provider.models.values():
        yield from (model.id, *model.aliases, *model.former_aliases)
    yield from (charge.model for charge in provider.charges if charge.model)


@dataclass(frozen=True, slots=True)
class _Vouched:
    """One model: what registries say of it, and what stands under `more` (None: nothing)."""

    provider: Provider
    model: str
    known: Model | None
    said: VouchedRates
    no_output: bool

    def plan(self, facts: Sequence[RegistryFacts], accept: Collection[str]) -> Plan:
        """The changes of the model, held or accepted, or the note why there are none."""
        changes = self._new(facts) if self.known is None else self._moved(self.known)
        notes: tuple[Note, ...] = ()
        if self.said.disagree and (changes or self.known is None):
            notes = (Note(self.provider.name, self.model, f"registries disagree on {self.said.disagree}"),)
        context = GuardContext(None, self.said.newest, accept)
        held = Verdict("hold", (Reason("vouched", self._why()),))
        judged = (replace(change, verdict=APPLY if accepted(change, context) else held) for change in changes)
        return Plan(tuple(hold_together(judged, whole=True)), notes)

    def _why(self) -> str:
        if not self.said.rates:
            return f"registries disagree on {self.said.disagree}"
        standard = self.said.rates[0]
        return f"no page states it: {', '.join(standard.vouched_by)} vouch for it alone, as of {standard.seen_on}"

    def _new(self, facts: Sequence[RegistryFacts]) -> list[Change]:
        if not self.said.rates:
            return []
        kind = vendor(self.provider.name).names.kind_of(self.model)
        day = min(rate.seen_on for rate in self.said.rates if rate.seen_on)
        keys: dict[str, Value] = {"display_name": self.model, "first_seen": day}
        keys |= {"kind": kind, "facts_from.kind": "vendor"} if kind else {}
        plain = self._plain(self.said.rates, day)
        if {"input_per_million", "output_per_million"} - set(plain):
            return []
        entry = [self._key(name, None, value) for name, value in (keys | plain).items()]
        agreed = fact_changes(self.provider.name, self.model, None, facts, set(keys))
        return [*entry, *(replace(one, kind="vouched") for one in agreed), *self._rates(self.said.rates, {})]

    def _moved(self, known: Model) -> list[Change]:
        """The new prices behind the old ones, from the day of the newest data; none where nothing is newer."""
        seen = max((rate.seen_on for rate in known.rates if rate.seen_on), default=date.max)
        start = self.said.newest
        if start <= seen or not (self.said.rates or self.said.disagree) or self._same(known):
            return []
        modes = {rate.mode for rate in known.rates}
        before = {mode: in_force(known.rates, mode, start) for mode in modes}
        new = [replace(rate, start=start, seen_before=seen) for rate in self.said.rates]
        there = {(rate.mode, rate.above_input_tokens) for rate in new}
        over = [
            Rate(mode, {}, above, start)
            for mode, tiers in before.items()
            for above, rate in tiers.items()
            if rate.prices and (mode, above) not in there
        ]
        if not (new or over):
            return []
        old = {(mode, above): rate for mode, tiers in before.items() for above, rate in tiers.items()}
        plain = {
            name: value
            for name, value in self._plain((*known.rates, *new, *over), start).items()
            if value != getattr(known, name)
        }
        keys = [self._key(name, getattr(known, name), value) for name, value in plain.items()]
        return [*keys, *self._rates((*new, *over), old)]

    def _same(self, known: Model) -> bool:
        """Whether the prices in force under `more` are those that registries have now."""
        now = {(rate.mode, rate.above_input_tokens): rate for rate in self.said.rates}
        modes = dict.fromkeys(rate.mode for rate in known.rates)
        then = {
            (mode, above): rate
            for mode in modes
            for above, rate in in_force(known.rates, mode, self.said.newest).items()
            if rate.prices
        }
        return now.keys() == then.keys() and all(
            (rate.prices, rate.up_to_input_tokens) == (then[slot].prices, then[slot].up_to_input_tokens)
            for slot, rate in now.items()
        )

    def _plain(self, rates: tuple[Rate, ...], day: date) -> dict[str, Value]:
        """The plain keys that follow from the rates on a day, but for what is not known."""
        found = plain_prices(rates, self.provider.realtime_multiplier, day, no_output=self.no_output)
        keys: dict[str, Value] = {
            "input_per_million": found.input,
            "output_per_million": found.output,
            "batch_support": found.batch_support,
            "realtime_multiplier": found.multiplier,
        }
        return {name: value for name, value in keys.items() if value is not None}

    def _rates(self, rates: Iterable[Rate], old: Mapping[tuple[str, int | None], Rate]) -> Iterator[Change]:
        for rate in rates:
            before = old.get((rate.mode, rate.above_input_tokens))
            for name, usd in rate.prices.items():
                price = self._of_rate(rate, name, before.prices.get(name) if before else None, usd)
                yield replace(price, witness=", ".join(rate.vouched_by))
            for name in _FACTS if rate.prices else ():
                if value := getattr(rate, name):
                    yield self._of_rate(rate, name, None, value)
            if not rate.prices:
                yield self._of_rate(rate, "mode", None, rate.mode)

    def _of_rate(self, rate: Rate, name: str, old: Value, new: Value) -> Change:
        where = (rate.mode, rate.above_input_tokens, rate.start)
        return Change(self.provider.name, self.model, "vouched", name, old, new, *where)

    def _key(self, name: str, old: Value, new: Value) -> Change:
        return Change(self.provider.name, self.model, "vouched", name, old, new)
