"""The conductor: sources, documents, reading and planning, once for every provider; the only file that knows them all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from octoregistry.page_reader import PageReader
from octoregistry.planning.limits import Limits
from octoregistry.planning.plan import Plan
from octoregistry.planning.planner import Settings as PlanSettings
from octoregistry.planning.planner import plan_provider
from octoregistry.planning.stated import PricedPage
from octoregistry.planning.witnesses import Witnesses
from octoregistry.publishing.merge import merge
from octoregistry.reading import PageRates
from octoregistry.reading import Reader as Language
from octoregistry.reading.llm import Call
from octoregistry.settings import Settings
from octoregistry.sources import Clock, Failed, ListOutcome, ModelList, Page, fetch_model_lists, fetch_pages
from octoregistry.sources.registries import Statements, fetch_registries
from octoregistry.sources.vendor_pages import utc_now
from providers import Provider, Registry, parse_registry

Progress = Callable[[str], None]


def silent(_: str) -> None:
    """No progress is told."""


@dataclass(frozen=True, slots=True)
class ProviderRun:
    """What one provider's sources gave. `rates` is None where its pages could not be read: `page` then says why."""

    provider: str
    page: Page | Failed
    rates: PageRates | None
    listed: ListOutcome


@dataclass(frozen=True, slots=True)
class Update:
    """What an update found and would do: the registry's text before and after, the plan between them, and the sources.

    `witnesses` are the other registries that were heard, empty where no price changes; one that failed is no witness.
    `calls` are those of a language model that reading took.
    """

    registry: Registry
    old_text: str
    new_text: str
    plan: Plan
    runs: tuple[ProviderRun, ...]
    at: datetime
    witnesses: Mapping[str, Statements | Failed] = field(default_factory=dict)
    calls: tuple[Call, ...] = ()

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
    progress: Progress = silent,
    language: Language | None = None,
) -> Update:
    """What an update of the registry `text` (the file called `name`) would do; nothing is written but the cache.

    `providers` are those to update, all of the registry without it; with `offline` nothing is asked of the network.
    `language` reads what the rules leave unread; without it that stays unread. A provider whose pages cannot be read is
    told in the result, and the others go on. Other registries are asked only where a price changes. Raises
    RegistryError for a faulty registry, KeyError for a provider that it or the settings do not know.
    """
    registry = parse_registry(text, name)
    chosen = tuple(dict.fromkeys(providers)) or tuple(registry.providers)
    for provider in chosen:
        registry.providers[provider], settings.providers[provider]
    providers_chosen = [registry.providers[provider] for provider in chosen]
    runs = _read(settings, providers_chosen, offline, clock, progress, language)
    now = clock()

    def planned(witnesses: Witnesses) -> Plan:
        return sum((_plan_of(run, registry, settings, accepted, now, witnesses) for run in runs), Plan())

    plan, heard = planned(Witnesses()), {}
    if any(change.mode for change in plan.visible):
        progress("Asking other registries")
        heard = fetch_registries(settings, offline=offline, clock=clock)
        told = [one for one in heard.values() if isinstance(one, Statements)]
        plan = planned(Witnesses(vouched for one in told for vouched in one.vouched))
    progress("Writing the changes into a copy of the registry")
    return Update(registry, text, merge(text, plan), plan, runs, now, heard, tuple(language.calls) if language else ())


def _read(
    settings: Settings,
    providers: Sequence[Provider],
    offline: bool,
    clock: Clock,
    progress: Progress,
    language: Language | None,
) -> tuple[ProviderRun, ...]:
    """What the sources of each provider gave."""
    reader = PageReader(language)
    chosen = [provider.name for provider in providers]
    progress(f"{'Replaying' if offline else 'Fetching'} the pricing pages of {', '.join(chosen)}")
    pages = fetch_pages(settings, chosen, offline=offline, clock=clock, reject=reader.refused)
    progress("Asking for the vendors' model lists")
    lists = fetch_model_lists(settings, chosen, offline=offline, clock=clock)
    runs = []
    for entry in providers:
        provider = entry.name
        progress(f"Reading {provider}")
        page = pages[provider]
        rates = reader.rates(page, provider, tuple(entry.models)) if isinstance(page, Page) else None
        if rates is not None and not rates.rates:
            page, rates = Failed(page.url, "no token price was read from the page" + _because(rates)), None
        runs.append(ProviderRun(provider, page, rates, lists[provider]))
    return tuple(runs)


def _plan_of(
    run: ProviderRun,
    registry: Registry,
    settings: Settings,
    accepted: Sequence[str],
    now: datetime,
    witnesses: Witnesses,
) -> Plan:
    """What one provider's sources change; nothing where its pages could not be read."""
    if run.rates is None or isinstance(run.page, Failed):
        return Plan()
    provider = run.provider
    return plan_provider(
        registry.providers[provider],
        [PricedPage(run.rates, run.page.fetched_at.date(), run.page.sha256)],
        run.listed.models if isinstance(run.listed, ModelList) else None,
        today=now.date(),
        settings=PlanSettings(
            {provider: settings.providers[provider].batch_discount},
            accepted,
            Limits(**settings.guards_of(provider).model_dump()),
        ),
        witnesses=witnesses,
    )


def _because(rates: PageRates) -> str:
    return f": {rates.problems[0]}" if rates.problems else ""
