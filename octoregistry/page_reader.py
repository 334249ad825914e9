"""Pages as Documents and rates, each parsed once though several steps look at it."""

from __future__ import annotations

from threading import Lock

from octoregistry.documents import Document, Unread, read_document
from octoregistry.reading import PageRates, read_rates
from octoregistry.sources import Page


class PageReader:
    """Pages as Documents, each parsed once though fetching and reading both look at it; it may be called in threads."""

    def __init__(self) -> None:
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

    def rates(self, page: Page, provider: str) -> PageRates | None:
        """What `page` states on the day on which it was known to read like this."""
        document = self.document(page)
        return None if isinstance(document, Unread) else read_rates(document, provider, page.fetched_at.date())
