"""The conductor: sources, documents, reading and planning, once for every provider; the only file that knows them all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from octoregistry.documents import Document, Unread, read_document
from octoregistry.planning.plan import Plan
from octoregistry.planning.planner import Settings as PlanSettings
from octoregistry.planning.planner import plan_provider
from octoregistry.planning.stated import PricedPage
from octoregistry.publishing.merge import merge
from octoregistry.reading import PageRates, read_rates
from octoregistry.reading import Reader as Language
from octoregistry.reading.llm import Call
from octoregistry.settings import Settings
from octoregistry.sources import Clock, Failed, ListOutcome, ModelList, Page, fetch_model_lists, fetch_pages
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
    """What an update found and would do: the registry's text before and after, the plan between them, the sources, and the
    calls of a language model that it took."""

    registry: Registry
    old_text: str
    new_text: str
    plan: Plan
    runs: tuple[ProviderRun, ...]
    at: datetime
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
    told in the result, and the others go on. Raises RegistryError for a faulty registry, KeyError for a provider that
    it or the settings do not know.
    """
    registry = parse_registry(text, name)
    chosen = tuple(dict.fromkeys(providers)) or tuple(registry.providers)
    for provider in chosen:
        registry.providers[provider], settings.providers[provider]
    reader = _Reader(language)
    progress(f"{'Replaying' if offline else 'Fetching'} the pricing pages of {', '.join(chosen)}")
    pages = fetch_pages(settings, chosen, offline=offline, clock=clock, reject=reader.refused)
    progress("Asking for the vendors' model lists")
    lists = fetch_model_lists(settings, chosen, offline=offline, clock=clock)
    now = clock()
    runs: list[ProviderRun] = []
    plan = Plan()
    for provider in chosen:
        progress(f"Reading {provider}")
        page = pages[provider]
        rates = reader.rates(page, registry.providers[provider]) if isinstance(page, Page) else None
        if rates is not None and not rates.rates:
            page, rates = Failed(page.url, "no token price was read from the page" + _because(rates)), None
        runs.append(ProviderRun(provider, page, rates, lists[provider]))
        if rates is not None and isinstance(page, Page):
            priced = PricedPage(rates, page.fetched_at.date(), page.sha256)
            listed = lists[provider]
            plan += plan_provider(
                registry.providers[provider],
                [priced],
                listed.models if isinstance(listed, ModelList) else None,
                today=now.date(),
                settings=PlanSettings({provider: settings.providers[provider].batch_discount}, accepted),
            )
    progress("Writing the changes into a copy of the registry")
    return Update(registry, text, merge(text, plan), plan, tuple(runs), now, tuple(language.calls) if language else ())


class _Reader:
    """Pages as Documents, each parsed once though fetching and reading both look at it."""

    def __init__(self, language: Language | None) -> None:
        self._language = language
        self._documents: dict[str, Document | Unread] = {}
        self._lock = Lock()

    def document(self, page: Page) -> Document | Unread:
        """The Document of `page`, or why there is none."""
        known = self._documents.get(page.sha256)
        if known is None:
            known = read_document(page.text, page.url)
            with self._lock:
                self._documents[page.sha256] = known
        return known

    def refused(self, page: Page) -> str | None:
        """Why `page` is none that prices can be read from, or None."""
        document = self.document(page)
        return document.reason if isinstance(document, Unread) else None

    def rates(self, page: Page, provider: Provider) -> PageRates | None:
        """What `page` states on the day on which it was known to read like this."""
        document = self.document(page)
        if isinstance(document, Unread):
            return None
        day, ids = page.fetched_at.date(), tuple(provider.models)
        return read_rates(document, provider.name, day, reader=self._language, known_ids=ids)


def _because(rates: PageRates) -> str:
    return f": {rates.problems[0]}" if rates.problems else ""
