"""Pages as Documents and rates, each read once, in the reading process."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial
from hashlib import sha256

from octoregistry.documents import Document, Unread, read_document
from octoregistry.reading.language.page import read_page
from octoregistry.reading.language.reader import LanguageReader
from octoregistry.reading.lifecycle import StatedLifecycle, read_lifecycle
from octoregistry.reading.page import read_rates
from octoregistry.reading.rates import PageRates
from octoregistry.reading.vocabulary import Vocabulary, shipped
from octoregistry.settings import ReadingSettings
from octoregistry.sources import Page
from octoregistry.updating import reading_process


class PageReader:
    """Pages as Documents and rates, each read once though fetching and reading both look at it; for use in threads.

    `language` explains the labels that the vocabulary does not; it is asked here, not in the reading process, which knows
    no key and no address.
    """

    def __init__(self, limits: ReadingSettings, language: LanguageReader | None = None) -> None:
        reading_process.start()
        self._limits = limits
        self._language = language
        self._documents: dict[tuple[str, bool], Document | Unread] = {}
        self._rates: dict[tuple[str, str, date, Vocabulary | None], PageRates | Unread] = {}

    def document(self, text: str, url: str, *, priced: bool = True) -> Document | Unread:
        """The Document of the page that `text` is, or why there is none."""
        key = (_key(text, url), priced)
        if key not in self._documents:
            self._documents[key] = reading_process.read_apart(self._limits, read_document, text, url, priced=priced)
        return self._documents[key]

    def refused(self, page: Page, provider: str = "") -> str | None:
        """Why `page` is none that prices of `provider` can be read from, or None; "" for any provider."""
        found: Document | PageRates | Unread = self.document(page.text, page.url)
        if isinstance(found, Document) and provider:
            found = self._read(
                found, _key(page.text, page.url), provider, page.fetched_at.date(), self._vocabulary_of(provider)
            )
        if isinstance(found, PageRates):
            return found.only_apart  # another page of the vendor may be in US dollars
        return found.reason if isinstance(found, Unread) else None

    def refused_endings(self, page: Page, provider: str = "") -> str | None:
        """Why `page`, which need not show a price, is none that can be read at all, or None."""
        del provider
        found = self.document(page.text, page.url, priced=False)
        return found.reason if isinstance(found, Unread) else None

    def lifecycle(self, page: Page) -> tuple[StatedLifecycle, ...] | Unread:
        """What a vendor's page of endings states, or why it cannot be read."""
        document = self.document(page.text, page.url, priced=False)
        if isinstance(document, Unread):
            return document
        return reading_process.read_apart(self._limits, read_lifecycle, document)

    def rates(self, page: Page, provider: str, known_ids: Sequence[str] = ()) -> PageRates | Unread:
        """What `page` states on the day on which it was known to read like this, or why it cannot be read."""
        return self.rates_of(page.text, page.url, provider, page.fetched_at.date(), known_ids)

    def rates_of(
        self, text: str, url: str, provider: str, day: date, known_ids: Sequence[str] = ()
    ) -> PageRates | Unread:
        """What the page that `text` is states on `day`, or why it cannot be read."""
        document = self.document(text, url)
        if isinstance(document, Unread):
            return document
        key = _key(text, url)
        if self._language is None:
            return self._read(document, key, provider, day, None)
        try:
            return read_page(
                document, provider, day, known_ids, reader=self._language, read=partial(self._read_or_raise, key)
            )
        except _NotReadError as no:
            return no.unread

    def _vocabulary_of(self, provider: str) -> Vocabulary | None:
        """The vocabulary with what was said of this provider's labels, None for the one that comes with the package."""
        rows = self._language.kept.rows(provider) if self._language else ()
        return shipped().with_rows(rows) if rows else None

    def _read_or_raise(
        self, key: str, document: Document, provider: str, day: date, *, vocabulary: Vocabulary
    ) -> PageRates:
        read = self._read(document, key, provider, day, None if vocabulary is shipped() else vocabulary)
        if isinstance(read, Unread):
            raise _NotReadError(read)
        return read

    def _read(
        self, document: Document, key: str, provider: str, day: date, vocabulary: Vocabulary | None
    ) -> PageRates | Unread:
        known = (key, provider, day, vocabulary)
        if known not in self._rates:
            self._rates[known] = reading_process.read_apart(
                self._limits, read_rates, document, provider, day, vocabulary=vocabulary
            )
        return self._rates[known]


class _NotReadError(Exception):
    """The rates could not be read."""

    def __init__(self, unread: Unread) -> None:
        super().__init__(unread.reason)
        self.unread = unread


def _key(text: str, url: str) -> str:
    return sha256(f"{url}\n{text}".encode("utf-8", "surrogatepass")).hexdigest()
