"""Plans one provider: compares its pages and model list with the registry."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from octoregistry.planning.charge_changes import charge_changes
from octoregistry.planning.guards import GuardContext
from octoregistry.planning.last_seen import check_is_due, confirmed, last_seen, modes_seen_first, seen_again
from octoregistry.planning.lifecycle_changes import LifecycleChanges, lifecycle_changes
from octoregistry.planning.limits import Limits
from octoregistry.planning.list_changes import list_changes
from octoregistry.planning.listed import OwnList, own_list, priced_by_pages
from octoregistry.planning.matching import ModelNames, remarked_status
from octoregistry.planning.model_prices import ModelPriceChanges
from octoregistry.planning.moves import any_moves
from octoregistry.planning.plain_prices import held_behind_newer, plain_changes
from octoregistry.planning.plan import APPLY, Change, Note, NoteKind, Plan, Reason, Seen, Verdict
from octoregistry.planning.rates_in_force import effective_rates, in_force, rates_after
from octoregistry.planning.shares import (
    gone_from_pages,
    moved_by,
    too_many_gone_from_list,
    too_many_gone_from_page,
    too_many_moved,
    too_many_retired,
)
from octoregistry.planning.stated_models import (
    PricedPage,
    StatedModel,
    StatedModels,
    current_and_announced,
    stated_models,
)
from octoregistry.planning.unit_check import PriceComparison, unconfirmed_units
from octoregistry.planning.values import Value
from octoregistry.planning.verdicts import followers, hold_together, judged, with_verdicts
from octoregistry.planning.witness_facts import fact_changes
from octoregistry.planning.witnesses import Witnesses
from octoregistry.reading.lifecycle import StatedLifecycle
from octoregistry.reading.rates import LISTED, Evidence
from octoregistry.sources.listings import ListedModel
from providers.dimensions import MODES
from providers.entries import Model, Provider, Rate
from providers.vendors import Batch, vendor


@dataclass(frozen=True, slots=True)
class PlanSettings:
    """What is decided about plans.

    `batch` is what the vendor says of batches in general (None: as its file does); `accepted` names held changes that may
    be written: `all`, MODEL, PROVIDER/MODEL, each also with `:MODE`; `recheck_days` is how old `source.checked` may grow
    before a page that says nothing new renews it; `limits` are the thresholds of the guards; `seen` gives by model and
    mode the last day on which a page is remembered to have stated what the registry has.
    """

    batch: Batch | None = None
    accepted: Collection[str] = ()
    recheck_days: int = 30
    limits: Limits = field(default_factory=Limits)
    seen: Mapping[str, Mapping[str, date]] = field(default_factory=dict)


_STILL_PRICED = Reason("still priced", "its vendor's price page still states its prices")


@dataclass(frozen=True, slots=True)
class _Draft:
    """One model's changes before their verdicts: `rates` are those that it has now."""

    model: str
    known: Model | None
    stated: StatedModel
    rates: tuple[Rate, ...]
    changes: tuple[Change, ...]


def plan_provider(
    provider: Provider,
    pages: Sequence[PricedPage],
    listed: Sequence[ListedModel] | None = None,
    *,
    today: date,
    lifecycle: Sequence[StatedLifecycle] = (),
    settings: PlanSettings | None = None,
    witnesses: Witnesses | None = None,
    priced_list: PricedPage | None = None,
) -> Plan:
    """What an update would do to `provider`. `pages` stand in order of trust; `listed` is None without a model list;
    `lifecycle` is what the vendor's page of endings states; `priced_list` is the model list as a page, where it states
    prices beside the `pages`.

    `witnesses` are what other registries say: they confirm or contradict, and set nothing.
    """
    settings = settings or PlanSettings()
    planner = _Planner(provider, listed, settings, witnesses or Witnesses())
    planner.by_list = any(rate.witness == LISTED for page in pages for rate in page.read.rates)
    of_pages = stated_models(pages, planner.names.match, planner.known_tiers)
    stated = planner.with_list(of_pages, priced_list, today)
    ordered = sorted(stated.models, key=planner.place)
    drafts = [planner.draft(model, stated.models[model], stated) for model in ordered]
    page = planner.doubts_of_page(drafts, today)
    unconfirmed_units = planner.unconfirmed_units(drafts)
    changes = [change for draft in drafts for change in planner.model_changes(draft, page, unconfirmed_units)]
    changes += planner.list_changes(listed, today) if listed else []
    ends = planner.lifecycle_changes(lifecycle, stated.models, today)
    changes += ends.changes
    changes += planner.witness_facts(changes, today)
    expected = priced_by_pages(provider, today, by_list=planner.by_list) if pages else []
    gone = gone_from_pages(expected, of_pages.models, today, settings.recheck_days)
    context = GuardContext(None, today, settings.accepted, limits=settings.limits, experimental=planner.experimental)
    new = {change.model: change.applies for change in changes if change.kind == "new_model"}
    charged, unnamed = charge_changes(provider, pages, planner.names.match, new, context, planner.witnesses)
    changes += charged
    notes = [*(Note(provider.name, *aside) for aside in (*stated.asides, *gone)), *unnamed]
    seen = [(d.model, *on) for d in drafts if not page for on in confirmed(d.known, d.stated, d.changes).items()]
    told = (*notes, *planner.notes, *ends.notes)
    return Plan(tuple(changes), told, tuple(Seen(provider.name, *one) for one in seen), (provider.name,))


class _Planner:
    """One provider's registry entries, names and settings, and the notes taken on the way."""

    def __init__(
        self, provider: Provider, listed: Sequence[ListedModel] | None, settings: PlanSettings, witnesses: Witnesses
    ) -> None:
        self.provider = provider
        self.settings = settings
        self.witnesses = witnesses
        self.listed = {entry.id: entry for entry in listed or ()}
        facts = vendor(provider.name)
        self.naming, self.experimental = facts.names, facts.level == "experimental"
        self.names = ModelNames(provider.models.values(), listed or (), self.naming)
        self.batch = settings.batch or facts.batch
        self.thresholds = {
            rate.above_input_tokens
            for model in provider.models.values()
            for rate in model.rates
            if rate.above_input_tokens is not None
        }
        self.notes: list[Note] = []
        self.own = OwnList({}, {})
        self.by_list = False
        self._aliases_given: set[str] = set()
        self._places = {model: place for place, model in enumerate(provider.models)}

    def known_tiers(self, model: str) -> set[int]:
        """The thresholds of a model's last prices in the registry."""
        rates = self.provider.models[model].rates if model in self.provider.models else ()
        return {tier for mode in MODES for tier in in_force(rates, mode, date.max) if tier is not None}

    def place(self, model: str) -> int:
        """Where a model stands in the registry; new ones come after all."""
        return self._places.get(model, len(self._places))

    def with_list(self, pages: StatedModels, priced: PricedPage | None, today: date) -> StatedModels:
        """All that the pages state, and the models that the vendor's own list alone prices."""
        if priced is None:
            return pages
        read = stated_models([priced], self.names.match, self.known_tiers)
        self.own = own_list(read, priced.read, pages.models, self.provider.models, today)
        return replace(pages, models={**pages.models, **self.own.alone}, asides=(*pages.asides, *self.own.asides))

    def draft(self, model: str, stated: StatedModel, everything: StatedModels) -> _Draft:
        """All that the pages change of one model, and who else says so; not yet judged."""
        known = self.provider.models.get(model)
        rates = effective_rates(known, self.provider.realtime_multiplier) if known else ()
        priced = self._price_changes(model, known, stated, rates, everything)
        if known is None:
            entry = self._new_entry(model, stated, everything)
            facts = self.witnesses.facts_of(self.provider.name, model)
            entry += fact_changes(self.provider.name, model, None, facts, {change.dimension for change in entry})
            priced = [replace(change, kind="new_model") for change in (*entry, *priced)]
        else:
            if priced and not known.rates:
                priced = [*self._implied_prices(model, rates), *priced]
            priced += self._new_aliases(known, stated, everything)
        names = tuple(dict.fromkeys((model, *(known.aliases if known else ()), *stated.aliases)))
        day, within = stated.page.checked, self.settings.limits.witness_days
        reported = (self.witnesses.with_reports(change, names, day, within) for change in priced)
        heard = (self.own.heard(change, day, within) for change in reported)
        return _Draft(model, known, stated, rates, tuple(heard))

    def doubts_of_page(self, drafts: Sequence[_Draft], today: date) -> tuple[Reason, ...]:
        """The reasons to hold whatever the pages say of prices."""
        limits = self.settings.limits
        moved = {d.model for d in drafts if any_moves(d.changes, d.rates, d.stated.page.checked)}
        priced = [draft.model for draft in drafts if draft.rates]
        stated = {draft.model for draft in drafts} - self.own.alone.keys()
        written = {
            draft.model
            for draft in drafts
            if draft.known and moved_by(draft.known, draft.stated.page.sha256, draft.stated.page.checked)
        }
        expected = priced_by_pages(self.provider, today, by_list=self.by_list)
        found = (
            too_many_moved(moved, priced, limits, written),
            too_many_gone_from_page(expected, stated, limits, self.settings.recheck_days),
        )
        return tuple(reason for reason in found if reason)

    def unconfirmed_units(self, drafts: Sequence[_Draft]) -> Collection[Evidence]:
        """The places of prices whose unit nothing confirms."""
        compared = []
        for draft in drafts:
            for mode, dated in draft.stated.modes.items():
                tiers = current_and_announced(dated, draft.stated.page.checked)[0]
                known = in_force(draft.rates, mode, draft.stated.page.checked)
                for tier, prices in tiers.items():
                    for name, price in prices.items():
                        if price.evidence:
                            old = known[tier].prices.get(name) if tier in known else None
                            compared.append(PriceComparison(price.evidence, price.usd, old, price.unit_stated))
        return unconfirmed_units(compared, self.settings.limits.moved)

    def model_changes(
        self, draft: _Draft, page: tuple[Reason, ...], unconfirmed_units: Collection[Evidence]
    ) -> list[Change]:
        """All the changes of one model, each with its verdict, and what follows from those that may be written."""
        model, known, stated, rates = draft.model, draft.known, draft.stated, draft.rates
        context = GuardContext(
            known,
            stated.page.checked,
            self.settings.accepted,
            followers(draft.changes, stated.modes, known, rates),
            self.settings.limits,
            rates,
            rates_after(rates, draft.changes),
            page,
            unconfirmed_units,
            self.witnesses.missed(stated.page.checked, self.settings.limits.witness_days),
            self.experimental,
        )
        # What the plain prices implied is written down in one go, or the modes left out would be unknown.
        changes = with_verdicts(draft.changes, context, whole=known is None or not known.rates)
        changes = held_behind_newer(changes, known, rates, self.provider.realtime_multiplier, stated.page.checked)
        counted = changes if known is None else [change for change in changes if change.applies]
        following = plain_changes(
            (self.provider.name, model),
            known,
            rates_after(known.rates if known else (), counted) or rates,
            self.provider.realtime_multiplier,
            stated.page.checked,
            no_output=self.naming.bills_no_output(model),
        )
        if known is None and not {"input_per_million", "output_per_million"} <= {
            change.dimension for change in following
        }:
            # An entry without the two plain prices is none, and nobody could accept it: a note, not a held change.
            self._note(model, "left out: the page states no price of its text tokens both ways", "left out")
            return []
        changes += following if counted or not self.experimental else judged(following, context)
        # Whoever accepts all that a page says has looked at the page: the doubt is settled, and the next run has none.
        changes += self._source(draft, changes, doubted=bool(page) and "all" not in self.settings.accepted)
        return hold_together(changes, whole=True) if known is None else changes

    def list_changes(self, listed: Sequence[ListedModel], today: date) -> list[Change]:
        """What the vendor's model list changes; models that left it are marked, or most at once held."""
        changes = list_changes(self.provider, listed, today)
        missing = {change.model for change in changes if change.kind == "missing"}
        reason = too_many_gone_from_list(self.provider.models.values(), missing, self.settings.limits)
        held = Verdict("hold", (reason,)) if reason else APPLY
        context = GuardContext(None, today, self.settings.accepted, experimental=self.experimental)
        doubted = [replace(change, verdict=held) if change.kind == "missing" else change for change in changes]
        return judged(doubted, context)

    def witness_facts(self, changes: Sequence[Change], today: date) -> list[Change]:
        """What other registries agree on of the models that the registry has, beside what `changes` state of them."""
        name, found = self.provider.name, []
        context = GuardContext(None, today, self.settings.accepted, experimental=self.experimental)
        for model in self.provider.models.values():
            stated = {change.dimension for change in changes if change.model == model.id}
            found += fact_changes(name, model.id, model, self.witnesses.facts_of(name, model.id), stated)
        return judged(found, context)

    def lifecycle_changes(
        self, stated: Sequence[StatedLifecycle], priced: Mapping[str, StatedModel], today: date
    ) -> LifecycleChanges:
        """What the vendor's page of endings changes; most models ended at once are held, and one that is still `priced`."""
        known = {entry.id: entry.stated_of_life for entry in self.listed.values()}
        found = lifecycle_changes(self.provider, stated, self.naming, today, known)
        reason = too_many_retired(self.provider.models.values(), found.ended, self.settings.limits)
        held = Verdict("hold", (reason,)) if reason else APPLY
        context = GuardContext(None, today, self.settings.accepted, experimental=self.experimental)
        doubted = {
            model: Verdict("hold", (*held.reasons, _STILL_PRICED))
            for model in found.ended
            if model in priced and not remarked_status(priced[model].names)
        }
        asked = (replace(c, verdict=doubted.get(c.model, held)) if c.model in found.ended else c for c in found.changes)
        return found._replace(changes=tuple(judged(asked, context)))

    def _price_changes(
        self, model: str, known: Model | None, stated: StatedModel, rates: tuple[Rate, ...], everything: StatedModels
    ) -> list[Change]:
        thresholds, remembered = self.thresholds | everything.thresholds, self.settings.seen.get(model, {})
        about = self.provider.name, model, known, stated, rates
        labelled = any(isinstance(end, int) for one in everything.models.values() for end in one.up_to.values())
        prices = ModelPriceChanges(*about, self.batch, everything.prices_batches, thresholds, labelled, remembered)
        changes = prices.compare()
        for note in prices.notes:
            self._note(model, note, "no longer stated")
        return changes

    def _implied_prices(self, model: str, rates: tuple[Rate, ...]) -> list[Change]:
        """The prices that the two plain ones imply, written down so that the calls of yesterday keep their cost."""
        note = ("as the plain prices had it",)
        return [
            Change(self.provider.name, model, "kept", name, price, price, rate.mode, notes=note)
            for rate in rates
            for name, price in rate.prices.items()
        ]

    def _new_entry(self, model: str, stated: StatedModel, everything: StatedModels) -> list[Change]:
        """What is written of a new model besides its prices."""
        notes: tuple[str, ...] = ()
        listed = self.listed.get(model)
        if stated.new and stated.new.derived:
            notes = ("the id follows from the name by the vendor's rule; no page or list gives it",)
        if self.listed and listed is None:
            notes = (*notes, "the vendor's model list does not have this id")
        called = stated.new.display_name if stated.new else model
        status = remarked_status(stated.names) or (listed and listed.lifecycle) or "active"
        entry: dict[str, Value] = {"display_name": (listed and listed.display_name) or called}
        entry["aliases"] = self._free_aliases(model, stated, everything)
        if listed:
            entry["context_window"] = listed.context_window
            entry["max_output_tokens"] = listed.max_output_tokens
            for name in ("context_window", "max_output_tokens"):
                entry[f"facts_from.{name}"] = "list" if entry[name] is not None else None
        entry["status"] = status
        entry["retires_on"] = listed.retires_on if listed else None
        entry["first_seen"] = stated.page.checked
        kind = self.naming.kind_of(model)
        entry["kind"] = kind
        entry["facts_from.kind"] = "vendor" if kind else None
        return [
            Change(
                self.provider.name, model, "new_model", name, None, value, notes=notes if name == "display_name" else ()
            )
            for name, value in entry.items()
            if value not in (None, ())
        ]

    def _new_aliases(self, known: Model, stated: StatedModel, everything: StatedModels) -> list[Change]:
        """The ids that a page gives beside one that the registry has."""
        free = self._free_aliases(known.id, stated, everything)
        new = (*known.aliases, *free)
        return [Change(self.provider.name, known.id, "metadata", "aliases", known.aliases, new)] if free else []

    def _free_aliases(self, model: str, stated: StatedModel, everything: StatedModels) -> tuple[str, ...]:
        """The other ids given for a model that are no model of their own and no other model's alias."""
        if not stated.aliases:
            return ()
        taken = {model, *self.provider.models, *everything.models, *self._aliases_given}
        taken.update(alias for known in self.provider.models.values() for alias in known.aliases)
        free = tuple(alias for alias in dict.fromkeys(stated.aliases) if alias not in taken)
        self._aliases_given.update(free)
        return free

    def _source(self, draft: _Draft, changes: Sequence[Change], *, doubted: bool) -> list[Change]:
        """Where and when the prices were read, for a model of which anything is written.

        A page that says nothing new leaves no trace until the last check is `recheck_days` old: a diff a day in which
        only dates change would hide the true ones, and a date that never moves would say nothing at all. One that is
        `doubted` as a whole checks nothing.
        """
        model, known, stated = draft.model, draft.known, draft.stated
        old = known.source if known else None
        if known and old and old.checked and old.checked > stated.page.checked:
            seen = modes_seen_first(known, stated, changes)
            return [Change(self.provider.name, model, "source", name, None, day) for name, day in seen.items()]
        due = check_is_due(old, stated, self.settings.recheck_days) or seen_again(known, stated)
        renews = due and not changes and not doubted and not self.experimental
        if known and not renews and not any(change.applies for change in changes):
            return []
        wanted: dict[str, tuple[Value, Value]] = {
            "source.page": (old.page if old else None, stated.page.read.page),
            "source.checked": (old.checked if old else None, stated.page.checked),
            "source.sha256": (old.sha256 if old else None, stated.page.sha256),
            "source.via": (old.via if old else None, stated.page.via),
            **(self._kind(known) if known else {}),
            **last_seen(known, stated, changes),
        }
        return [
            Change(self.provider.name, model, "source" if known else "new_model", name, before, now)
            for name, (before, now) in wanted.items()
            if before != now
        ]

    def _kind(self, known: Model) -> dict[str, tuple[Value, Value]]:
        """What the vendor's file says that a model is for, where the registry says nothing."""
        kind = self.naming.kind_of(known.id) if known.kind is None else None
        return {"kind": (None, kind), "facts_from.kind": (None, "vendor")} if kind else {}

    def _note(self, model: str, text: str, kind: NoteKind) -> None:
        self.notes.append(Note(self.provider.name, model, text, kind))
