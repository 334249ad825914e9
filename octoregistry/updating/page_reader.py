"""Pages as Documents and rates, each parsed once."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock

from octoregistry.documents import Document, Unread, read_document
from octoregistry.reading import PageRates, Reader, read_rates
from octoregistry.sources import Page


class PageReader:
    """Pages as Documents, each parsed once though fetching and reading both look at it; it may be called in threads.

    `language` reads what the rules leave unread.
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
        return read_rates(document, provider, page.fetched_at.date(), reader=self._language, known_ids=known_ids)
