"""Pages as Documents and rates, each parsed once."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock

from octoregistry.documents import Document, Unread, read_document
from octoregistry.reading.language.page import read_page
from octoregistry.reading.language.reader import Reader
from octoregistry.reading.page import read_rates
from octoregistry.reading.rates import PageRates
from octoregistry.sources import Page


class PageReader:
    """Pages as Documents, each parsed once though fetching and reading both look at it; it may be called in threads.

    `language` explains the labels that the vocabulary does not.
    """

    def __init__(self, language: Reader | None = None) -> None:
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

    def rates(self, page: Page, provider: str, known_ids: Sequence[str] = ()) -> PageRates | None:
        """What `page` states on the day on which it was known to read like this."""
        document = self.document(page)
        if isinstance(document, Unread):
            return None
        day = page.fetched_at.date()
        if self._language is None:
            return read_rates(document, provider, day)
        return read_page(document, provider, day, known_ids, reader=self._language)
