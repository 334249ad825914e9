"""An experimental vendor's changes wait for a person, all of them; a built-in one's pass."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from octoregistry.planning.planner import PlanSettings
from octoregistry.sources.listings import ListedModel
from providers.registry import parse_registry
from providers.vendors import use_settings_file
from tests.planning.making import SEPTEMBER_7, page, planned, rate, registry, updated

ROAD = registry(
    "road-2:",
    "  display_name: Road 2",
    "  input_per_million: 1.0",
    "  output_per_million: 2.0",
    "  rates: [{mode: standard, input: 2.0, output: 4.0}]",
    "  source: {page: 'https://vendor.example/pricing', checked: 2026-08-01, sha256: eeee}",
    provider="acme",
)


@pytest.fixture(params=["experimental", "built-in"])
def level(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The level of the vendor acme, of which nothing else is known."""
    file = tmp_path / "octoregistry.toml"
    file.write_text(f'[providers.acme]\nlevel = "{request.param}"\n')
    use_settings_file(file)
    yield request.param
    use_settings_file(None)


def test_every_change_of_an_experimental_vendor_is_held(level: str) -> None:
    """A price, a new model and what a list says; the reason is said in words."""
    listed = [ListedModel("road-2", context_window=9000), ListedModel("road-3")]
    prices = page(rate("road-2", input="2.1", output="4.0"), rate("road-3", input="1", output="2"), provider="acme")
    plan = planned(ROAD, prices, provider="acme", listed=listed)
    assert {change.dimension for change in plan.changes} >= {"input", "context_window", "display_name"}
    assert bool(plan.applied) == (level == "built-in")
    said = {str(reason) for change in plan.held for reason in change.verdict.reasons}
    assert any("the vendor is experimental" in text for text in said) == (level == "experimental")


def test_a_page_that_says_nothing_new_renews_no_day_of_an_experimental_vendor(level: str) -> None:
    """That it was checked is a claim, too."""
    later = SEPTEMBER_7 + timedelta(days=60)
    plan = planned(ROAD, page(rate("road-2", input="2", output="4"), provider="acme", checked=later), provider="acme")
    assert bool(plan.applied) == (level == "built-in")


def test_what_a_person_accepts_of_it_is_written_whole(level: str) -> None:
    """The price, what follows from it and where it is from."""
    settings = PlanSettings(accepted=("road-2",))
    prices = page(rate("road-2", input="2.1", output="4.0"), provider="acme")
    known = updated(ROAD, prices, provider="acme", settings=settings).providers["acme"].models["road-2"]
    assert str(known.rates[-1].prices["input"]) == "2.1"
    assert known.source
    assert known.source.checked == date(2026, 9, 7)
    assert parse_registry(ROAD).providers["acme"].models["road-2"].source != known.source
