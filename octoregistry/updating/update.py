"""The conductor: sources, documents, reading and planning, once for every provider."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from octoregistry.documents import Unread
from octoregistry.errors import UnknownProviderError
from octoregistry.merging.merge_each import UnwrittenModel, merge_each
from octoregistry.planning.foreign_models import own_rates
from octoregistry.planning.limits import Limits
from octoregistry.planning.listed import list_beside
from octoregistry.planning.plan import Note, Plan
from octoregistry.planning.planner import PlanSettings, plan_provider
from octoregistry.planning.stated_models import priced_pages
from octoregistry.planning.vouched import moved_on, names_stated, vouched_plan
from octoregistry.planning.witnesses import Witnesses
from octoregistry.reading.language.reader import LanguageModelCall, LanguageReader
from octoregistry.reading.lifecycle import StatedLifecycle
from octoregistry.reading.rates import PageRates
from octoregistry.settings import Settings
from octoregistry.sources import Clock, Failed, ListOutcome, ModelList, Page, fetch_model_lists, fetch_pages
from octoregistry.sources.bundled import newest_day
from octoregistry.sources.priced_list import page_of_list
from octoregistry.sources.registries import Statements, fetch_registries
from octoregistry.sources.vendor_pages import utc_now
from octoregistry.updating.clock import check_clock, check_days
from octoregistry.updating.memory import Sightings, days_seen, recalled
from octoregistry.updating.page_reader import PageReader
from providers import Registry, parse_registry
from providers.more import models_of_more
from providers.vendors import vendor

Progress = Callable[[str], None]
Endings = tuple[StatedLifecycle, ...] | Failed
WitnessReports = Mapping[str, Statements | Failed]


def no_progress(_: str) -> None:
    """Show no progress."""


@dataclass(frozen=True, slots=True)
class ProviderRun:
    """What one provider's sources gave. `rates` is None where its pages could not be read: `page` then says why.

    `calls` are those of a language model that reading the page took; `endings` is what the vendor's page of endings
    states, why it could not be read, or () where none is set or kept; `sightings` are what earlier updates remember.
    `begins`: the registry did not have the provider.
    """

    provider: str
    page: Page | Failed
    rates: PageRates | None
    listed: ListOutcome
    calls: tuple[LanguageModelCall, ...] = ()
    endings: Endings = ()
    sightings: Sightings = field(default_factory=dict)
    begins: bool = False


@dataclass(frozen=True, slots=True)
class Update:
    """What an update found and would do: the registry's text before and after, the plan between them, and the sources.

    `refused` are the models whose changes have no place in the text; they are held in the plan. `witnesses` are the
    other registries that were asked, empty where no price changes; one that failed is no witness. `offline`: nothing was
    asked of the network. `vouched`: models that registries alone vouch for were asked for.
    """

    registry: Registry
    old_text: str
    new_text: str
    plan: Plan
    runs: tuple[ProviderRun, ...]
    at: datetime
    refused: tuple[UnwrittenModel, ...] = ()
    witnesses: WitnessReports = field(default_factory=dict)
    offline: bool = False
    vouched: bool = False

    @property
    def calls(self) -> tuple[LanguageModelCall, ...]:
        """The calls of a language model that reading the pages took, with what they cost."""
        return tuple(call for run in self.runs for call in run.calls)

    @property
    def unread(self) -> tuple[ProviderRun, ...]:
        """The providers whose pages could not be read."""
        return tuple(run for run in self.runs if run.rates is None)


def plan_update(  # noqa: PLR0913 - the edges of the run: clock, progress, language model
    text: str,
    name: str,
    settings: Settings,
    providers: Sequence[str] = (),
    *,
    offline: bool = False,
    accepted: Sequence[str] = (),
    clock: Clock = utc_now,
    progress: Progress = no_progress,
    language: LanguageReader | None = None,
    vouched: bool = False,
) -> Update:
    """What an update of the registry `text` (the file called `name`) would do; nothing is written but the cache.

    `providers` are those to update, all of the registry whose pages are set without it; with `offline` nothing is asked
    of the network. `language` explains the labels that the vocabulary does not; without it they stay open.
    A provider whose pages cannot be read is told in the result, and the others go on. Other registries are asked only
    where a price changes. A provider of the registry that no pages are set for is left as it is, with a note; one that
    the registry lacks is begun, its models are new ones. `vouched` asks other registries in any case, and plans what two of
    them alone vouch for. Raises RegistryError for a faulty registry, UnknownProviderError
    for a provider whose pages are not set, ClockError where this machine's clock cannot be right.
    """
    registry = parse_registry(text, name)
    known = registry.providers
    chosen = settings.with_pages(known, providers)
    reader = PageReader(settings.reading, language)
    progress(f"{'Replaying' if offline else 'Fetching'} the pricing pages of {', '.join(chosen)}")
    paged = [name for name in chosen if not settings.providers[name].is_list_only]
    pages = fetch_pages(settings, paged, offline=offline, clock=clock, reject=reader.refused)
    progress(f"{'Replaying' if offline else 'Asking for'} the vendors' model lists")
    lists = fetch_model_lists(settings, chosen, offline=offline, clock=clock)
    ending = [name for name in chosen if settings.providers[name].lifecycle]
    ends = fetch_pages(
        settings, ending, offline=offline, clock=clock, reject=reader.refused_endings, subject="lifecycle"
    )
    sightings = recalled(settings).sightings
    now = clock()
    check_clock((*pages.values(), *ends.values(), *lists.values()), now, newest_day())
    runs: list[ProviderRun] = []
    for provider in chosen:
        progress(f"Reading {provider}")
        calls = len(language.calls) if language else 0
        page, rates = _rates(pages.get(provider), lists[provider], provider, registry, reader)
        made = tuple(language.calls[calls:]) if language else ()
        endings = _endings(ends.get(provider), reader, offline=offline)
        remembered = sightings.get(provider, {})
        begins = provider not in known
        runs.append(ProviderRun(provider, page, rates, lists[provider], made, endings, remembered, begins))
    plan = _plan(registry, runs, settings, now, accepted, {})
    witness_reports: WitnessReports = {}
    if vouched or any(change.mode for change in plan.visible):
        progress("Asking other registries")
        witness_reports = fetch_registries(settings, offline=offline, clock=clock)
        check_days(witness_reports.values(), now)
    progress("Writing the changes into a copy of the registry")
    sources = (tuple(runs), settings, now, accepted, witness_reports)
    return plan_text(text, name, *sources, offline=offline, vouched=vouched)


def _rates(
    page: Page | Failed | None, listed: ListOutcome, provider: str, registry: Registry, reader: PageReader
) -> tuple[Page | Failed, PageRates | None]:
    """The page with its rates, or the list of a vendor that has no page; without any, it has failed."""
    if page is None:
        return page_of_list(listed)
    if isinstance(page, Failed):
        return page, None
    rates = reader.rates(page, provider, tuple(registry.provider(provider).models))
    if isinstance(rates, Unread):
        return Failed(page.url, rates.reason), None
    if not rates.rates:
        why = rates.only_apart or "no token price was read from the page" + _first_problem(rates)
        return Failed(page.url, why), None
    mine = own_rates(rates, registry.providers)
    return (Failed(page.url, mine), None) if isinstance(mine, str) else (page, mine)


def plan_text(  # noqa: PLR0913 - what a run had, to plan it again on another text
    text: str,
    name: str,
    runs: tuple[ProviderRun, ...],
    settings: Settings,
    at: datetime,
    accepted: Sequence[str] = (),
    witness_reports: WitnessReports | None = None,
    *,
    offline: bool = False,
    vouched: bool = False,
) -> Update:
    """What the sources that were read in `runs` change in the registry `text`, with what other registries say of it.

    Of the world nothing is asked; `offline`: nothing was.

    Raises RegistryError for a faulty registry, UnknownProviderError for a provider that it does not have any more.
    """
    registry = parse_registry(text, name)
    for run in runs:
        if not run.begins and run.provider not in registry.providers:
            raise UnknownProviderError(f"no provider {run.provider!r} in the registry any more")
    witness_reports = witness_reports or {}
    plan = _plan(registry, runs, settings, at, accepted, witness_reports, offline=offline)
    plan += _beyond(registry, runs, plan, accepted, witness_reports, vouched=vouched)
    merged = merge_each(text, name, plan)
    return Update(registry, text, merged.text, merged.plan, runs, at, merged.refused, witness_reports, offline, vouched)


def _beyond(
    registry: Registry,
    runs: Sequence[ProviderRun],
    plan: Plan,
    accepted: Sequence[str],
    witness_reports: WitnessReports,
    *,
    vouched: bool,
) -> Plan:
    """What goes from `more` by the `plan`, and with `vouched` what registries alone vouch for of the vendors that were read."""
    found = Plan()
    for run in runs:
        if run.rates is None:
            continue
        more = models_of_more(registry, run.provider)
        mine = [change for change in plan.changes if change.provider == run.provider]
        found += moved_on(run.provider, more, mine)
        if vouched and not vendor(run.provider).is_keyless_host:
            provider, reports = registry.provider(run.provider), witness_reports.values()
            found += vouched_plan(provider, more, reports, names_stated(mine), accepted)
    return found


def _plan(
    registry: Registry,
    runs: Sequence[ProviderRun],
    settings: Settings,
    at: datetime,
    accepted: Sequence[str],
    witness_reports: WitnessReports,
    *,
    offline: bool = False,
) -> Plan:
    """What the sources that were read in `runs` change in `registry`."""
    witnesses = Witnesses.from_reports(witness_reports.values(), offline=offline)
    silent_on = [name for name in registry.providers if name not in settings.providers]
    plan = Plan(notes=tuple(Note(name, "*", "no pages are set for it: left as it is") for name in silent_on))
    for run in runs:
        if run.rates is None or not isinstance(run.page, Page):
            continue
        provider = registry.provider(run.provider)
        if run.provider not in registry.providers:
            plan += Plan(notes=(Note(run.provider, "*", "the registry does not have it yet", "new provider"),))
        if settings.guards_of(run.provider).unwitnessed is None:
            off = "guards.unwitnessed is off: far moves need no witness"
            plan += Plan(notes=(Note(run.provider, "*", off, "guard off"),))
        plan += plan_provider(
            provider,
            priced_pages(run.rates, run.page),
            run.listed.models if isinstance(run.listed, ModelList) else None,
            today=at.date(),
            lifecycle=() if isinstance(run.endings, Failed) else run.endings,
            settings=PlanSettings(
                settings.providers[run.provider].batch,
                accepted,
                settings.update.recheck_days,
                Limits(**settings.guards_of(run.provider).model_dump()),
                days_seen(provider, run.sightings),
            ),
            witnesses=witnesses,
            priced_list=list_beside(settings.providers[run.provider], run.listed),
        )
    return plan


def _endings(page: Page | Failed | None, reader: PageReader, *, offline: bool) -> Endings:
    """What a page of endings states, or why nothing can be read from it. Offline, one that was never kept is no failure."""
    if page is None or (offline and isinstance(page, Failed)):
        return ()
    if isinstance(page, Failed):
        return page
    stated = reader.lifecycle(page)
    if isinstance(stated, Unread):
        return Failed(page.url, stated.reason)
    return stated or Failed(page.url, "no model's end was read from it")


def _first_problem(rates: PageRates) -> str:
    return f": {rates.problems[0]}" if rates.problems else ""
