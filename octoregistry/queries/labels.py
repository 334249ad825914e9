"""Which labels of the vendors' pages wait for a person? The pages that served last are read again for it."""

from __future__ import annotations

from collections.abc import Iterable

from octoregistry.documents import Unread
from octoregistry.reading.language.choice import LanguageModels
from octoregistry.reading.language.reader import LanguageReader
from octoregistry.reading.language.readings_store import ReadingsStore
from octoregistry.reading.language.review import LabelToReview, labels_to_review
from octoregistry.settings import Settings
from octoregistry.sources import Clock, Failed, Page, fetch_pages
from octoregistry.sources.vendor_pages import utc_now
from octoregistry.updating.page_reader import PageReader
from providers import Registry


def open_labels(
    registry: Registry, settings: Settings, providers: Iterable[str], kept: ReadingsStore, clock: Clock = utc_now
) -> tuple[tuple[LabelToReview, ...], tuple[Failed, ...]]:
    """(the labels of the pages of `providers` that wait for a person, the pages that could not be read).

    Neither the network nor a language model is asked.
    """
    language = LanguageReader(kept, lambda: LanguageModels(why_none="switched off"), clock().date())
    reader = PageReader(settings.reading, language)
    wanted = [registry.provider(name) for name in providers if not settings.providers[name].is_list_only]
    pages = fetch_pages(settings, [one.name for one in wanted], offline=True, clock=clock, reject=reader.refused)
    found: list[LabelToReview] = []
    failed: list[Failed] = []
    for provider in wanted:
        page = pages[provider.name]
        rates = reader.rates(page, provider.name, tuple(provider.models)) if isinstance(page, Page) else None
        if isinstance(page, Failed):
            failed.append(page)
        elif isinstance(rates, Unread):
            failed.append(Failed(page.url, rates.reason))
        elif rates is not None:
            found += labels_to_review(rates, kept)
    return tuple(found), tuple(failed)
