"""What a source gives: a page with its age, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal

NOT_CACHED = "it is not in the cache"
From = Literal["network", "cache", "bundled"]


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a vendor, as text.

    `fetched_at` (aware, UTC) is when the server last said that the page reads like this: a 304 makes it now, though
    the text came out of the cache. `sha256` is that of the body's bytes, with the transfer's compression undone. Keys
    in the query of `url` and `final_url` are masked. `note` says what went wrong without making the page any worse.
    `days` gives the day of each table of a digest by its address ("T3"); a page itself is of one day.
    `answered_at` is the server's own time of an answer that was fetched in this run, by its Date and Age, where it says one.
    """

    url: str
    final_url: str
    text: str
    content_type: str | None
    fetched_at: datetime
    sha256: str
    etag: str | None = None
    last_modified: str | None = None
    from_cache: From = "network"
    note: str | None = None
    days: Mapping[str, date] = field(default_factory=dict)
    answered_at: datetime | None = None

    def age(self, now: datetime) -> timedelta:
        """How long ago the page was known to read like this."""
        return now - self.fetched_at


@dataclass(frozen=True, slots=True)
class Failed:
    """A source that could not be read, and why. With several addresses, `attempts` holds the failure of each."""

    url: str
    reason: str
    attempts: tuple[Failed, ...] = ()

    @classmethod
    def by(cls, url: str, error: Exception) -> Failed:
        """The failure by an exception that nobody thought of. Its text is left out: it may hold a whole request, and with it
        a key.
        """
        return cls(url, f"it cannot be read: {type(error).__name__}")

    def __str__(self) -> str:
        return f"{self.url}: {self.reason}"
