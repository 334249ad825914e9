"""The pages that come with the package: what serves without a network and without a cache."""

from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime, time
from hashlib import sha256
from importlib import resources

from octoregistry.sources.page import Page


def bundled_page(provider: str) -> Page | None:
    """The prices page of `provider` that the package carries, as old as its newest facts; None where there is none."""
    folder = resources.files("octoregistry.sources").joinpath("bundled")
    index = tomllib.loads(folder.joinpath("bundled.toml").read_text(encoding="utf-8"))
    for entry in index["page"]:
        if entry["provider"] == provider:
            body = folder.joinpath(entry["file"]).read_bytes()
            return _page(entry["url"], entry["date"], body)
    return None


def _page(url: str, day: date, body: bytes) -> Page:
    return Page(
        url=url,
        final_url=url,
        text=body.decode("utf-8"),
        content_type="text/markdown; charset=utf-8",
        fetched_at=datetime.combine(day, time(), UTC),
        sha256=sha256(body).hexdigest(),
        from_cache="bundled",
    )
