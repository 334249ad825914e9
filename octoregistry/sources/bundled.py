"""The digests that come with the package: what serves without a network and without a cache."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from hashlib import sha256
from importlib import resources
from typing import Any

from octoregistry.sources.page import Page

_FOLDER = resources.files("octoregistry.sources").joinpath("bundled")


def bundled_page(provider: str) -> Page | None:
    """The digest of the prices page of `provider` that the package carries, as old as its newest table; None where there is
    none."""
    for entry in _index():
        if entry["provider"] == provider:
            body = _FOLDER.joinpath(entry["file"]).read_bytes()
            days = {f"T{place}": day for place, day in enumerate(entry["days"], 1)}
            return _page(entry["url"], days, body)
    return None


def newest_day() -> date:
    """The newest day of all digests: it has passed, wherever the package is."""
    days: list[date] = [day for entry in _index() for day in entry["days"]]
    return max(days)


def _index() -> list[dict[str, Any]]:
    pages: list[dict[str, Any]] = tomllib.loads(_FOLDER.joinpath("bundled.toml").read_text(encoding="utf-8"))["page"]
    return pages


def _page(url: str, days: Mapping[str, date], body: bytes) -> Page:
    return Page(
        url=url,
        final_url=url,
        text=body.decode("utf-8"),
        content_type="text/markdown; charset=utf-8",
        fetched_at=datetime.combine(max(days.values()), time(), UTC),
        sha256=sha256(body).hexdigest(),
        from_cache="bundled",
        days=days,
    )
