"""The pages that come with the package: what they carry, held against the facts of the vendors' newest pages."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path

import pytest

from octoregistry.sources.bundled import bundled_page

FACTS = Path(__file__).parents[3] / "shared" / "pages"
NEWEST = {
    "openai": "openai/2026-09-07-standard-table-excerpt.facts.json",
    "anthropic": "anthropic/2026-09-07-model-table-excerpt.facts.json",
    "gemini": "gemini/2026-09-04-devsite.facts.json",
}


def _plain(name: str) -> str:
    return re.sub(r"\s*\(.*", "", name)


def _figures(text: str) -> dict[str, set[Decimal]]:
    """The figures that stand beside each model: in its row, or under its heading."""
    found: dict[str, set[Decimal]] = {}
    heading = ""
    for line in text.splitlines():
        if line.startswith("## "):
            heading = _plain(line[3:])
        figures = {Decimal(figure) for figure in re.findall(r"\$(\d+(?:\.\d+)?)", line)}
        for name in (heading, _plain(line.removeprefix("| ").partition(" |")[0])):
            found.setdefault(name, set()).update(figures)
    return found


@pytest.mark.skipif(not FACTS.is_dir(), reason="the facts of the stored pages (../shared/pages) are absent")
@pytest.mark.parametrize("provider", NEWEST)
def test_every_newest_fact_stands_on_the_bundled_page(provider):
    page = bundled_page(provider)
    assert page is not None
    facts = json.loads((FACTS / NEWEST[provider]).read_text(encoding="utf-8"))
    figures = _figures(page.text)
    assert [fact for fact in facts["facts"] if Decimal(fact[5]) not in figures[_plain(fact[0])]] == []
    assert page.fetched_at.date().isoformat() == facts["date"]


@pytest.mark.parametrize("provider", NEWEST)
def test_a_bundled_page_is_small(provider):
    page = bundled_page(provider)
    assert page is not None
    assert len(page.text) < 50_000


def test_a_provider_without_a_bundled_page_has_none():
    assert bundled_page("acme") is None
