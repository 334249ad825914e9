"""What an update remembers: with a run a day nothing lies between two prices, and what is lost only widens the span."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from octoregistry.service.run_task import RunTask, run
from octoregistry.settings import FetchSettings, Settings, load_settings
from octoregistry.sources.cache import Cache, CacheEntry
from octoregistry.updating.keep_memory import keep_memory
from octoregistry.updating.memory import recalled
from octoregistry.updating.update import no_progress, plan_update
from octoregistry.updating.write_update import write_update
from providers import load_registry
from providers.dimensions import UncertainPriceError

REGISTRY = """schema_version: 2
default_provider: openai
providers:
  openai:
    env_var: OPENAI_API_KEY
    default_model: gpt-9
    models:
      gpt-9:
        display_name: gpt-9
        input_per_million: 1.0
        output_per_million: 4.0
        kind: chat
        first_seen: 2026-11-01
        rates:
          - {mode: standard, input: 2.0, output: 8.0}
          - {mode: batch, input: 1.0, output: 4.0, derived: true}
        source: {page: 'https://acme.test', checked: 2026-11-01}
defaults: {input_per_million: 1.0, output_per_million: 2.0, realtime_multiplier: 2.0}
"""
PAGE = "# Prices\n\nPrices per 1M tokens.\n\n| Model | Input | Output |\n| --- | --- | --- |\n| gpt-9 | {} | {} |\n"
OLD, NEW = PAGE.format("$2.00", "$8.00"), PAGE.format("$1.50", "$6.00")


@pytest.fixture
def registry(tmp_path: Path) -> Path:
    file = tmp_path / "models.yaml"
    file.write_text(REGISTRY)
    return file


@pytest.fixture
def chosen(tmp_path: Path) -> Settings:
    return load_settings().model_copy(update={"fetch": FetchSettings(cache_dir=tmp_path / "kept")})


def serve(settings: Settings, page: str, day: int) -> datetime:
    """Noon of the day of November on which the vendor's page reads like `page`."""
    noon, url = datetime(2026, 11, day, 12, tzinfo=UTC), settings.providers["openai"].prices[0]
    entry = CacheEntry(url, url, page.encode(), "text/markdown; charset=utf-8", None, None, noon, noon)
    Cache(settings.fetch.cache_dir).put(url, entry)
    return noon


@pytest.fixture
def update(registry: Path, chosen: Settings) -> Callable[..., None]:
    """`update(page, day)` is a run on that day, written and remembered."""

    def once(page: str, day: int, *, today: int | None = None, keep: bool = True) -> None:
        serve(chosen, page, day)
        noon = datetime(2026, 11, today or day, 12, tzinfo=UTC)
        planned = plan_update(registry.read_text(), "models.yaml", chosen, offline=True, clock=lambda: noon)
        written = write_update(planned, registry, chosen)
        if keep:
            keep_memory(chosen, recalled(chosen), written, ())

    return once


def rates(registry: Path) -> dict[tuple[str, date | None], Any]:
    return {(rate.mode, rate.start): rate for rate in load_registry(registry).model("openai", "gpt-9").rates}


def test_with_a_run_a_day_nothing_lies_between(update, registry):
    """The page was the same from the 1st to the 19th: the registry is not touched, and the old price holds until then."""
    for day in (10, 15, 19):
        update(OLD, day)
    assert registry.read_text() == REGISTRY
    update(NEW, 20)

    assert rates(registry)["standard", date(2026, 11, 20)].seen_before is None
    assert rates(registry)["batch", date(2026, 11, 20)].seen_before is None
    pricing = load_registry(registry).pricing("openai", "gpt-9")
    assert (
        pricing.cost(input=1_000_000, at="2026-11-10") == pricing.cost(input=1_000_000, at="2026-11-19") == Decimal(2)
    )
    assert pricing.cost(input=1_000_000, at="2026-11-20") == Decimal("1.5")


def test_a_weeks_silence_is_a_span_of_that_week(update, registry):
    update(OLD, 12)
    update(NEW, 20)

    assert rates(registry)["standard", date(2026, 11, 20)].seen_before == date(2026, 11, 12)
    with pytest.raises(UncertainPriceError):
        load_registry(registry).pricing("openai", "gpt-9").cost(input=1, at="2026-11-13")


def test_an_old_page_gives_its_own_day_and_no_later_one(update, registry):
    """A replay on the 19th of a page of the 12th says nothing of the 19th."""
    update(OLD, 12, today=19)
    update(NEW, 20)

    assert rates(registry)["standard", date(2026, 11, 20)].seen_before == date(2026, 11, 12)


def test_a_day_gives_way_to_no_earlier_one(update, registry, chosen):
    update(OLD, 18)
    update(OLD, 12)

    (sighting,) = recalled(chosen).sightings["openai"].values()
    assert sighting.days == {"standard": date(2026, 11, 18), "batch": date(2026, 11, 18)}


def test_a_page_older_than_what_is_remembered_goes_by_the_registry(update, registry):
    """Of the 10th, when the page of the 18th has been read: the last day before it is the registry's own."""
    update(OLD, 18)
    update(NEW, 10)

    assert rates(registry)["standard", date(2026, 11, 10)].seen_before == date(2026, 11, 1)


@pytest.mark.parametrize("loss", ["lost", "damaged", "of other rates", "of another form"])
def test_without_what_is_remembered_the_span_is_only_longer(update, registry, chosen, loss):
    update(OLD, 19)
    file = Cache(chosen.fetch.cache_dir).folder / "memory.json"
    if loss == "lost":
        file.unlink()
    elif loss == "damaged":
        file.write_text("{")
    elif loss == "of another form":
        file.write_text(json.dumps({"places": {}, "sightings": {"openai": {"gpt-9": "2026-11-19"}}}))
    else:
        registry.write_text(REGISTRY.replace("output: 8.0", "output: 8.5").replace("4.0", "4.25"))
    update(NEW, 20)

    assert rates(registry)["standard", date(2026, 11, 20)].seen_before == date(2026, 11, 1)


def test_a_run_that_keeps_nothing_is_not_remembered(update, registry):
    update(OLD, 19, keep=False)
    update(NEW, 20)

    assert rates(registry)["standard", date(2026, 11, 20)].seen_before == date(2026, 11, 1)


@pytest.mark.parametrize(
    "page",
    [
        PAGE.format("$2.00", "-"),
        PAGE.format("$2.00", "$8.00").replace("| gpt-9 |", "| gpt-9 (for zebras) |"),
        PAGE.format("$200.00", "$8.00"),
    ],
    ids=["a price is missing", "words in doubt", "held"],
)
def test_only_a_page_that_states_just_what_the_registry_has_is_remembered(update, chosen, page):
    update(page, 19)

    assert not recalled(chosen).sightings


def test_the_service_remembers_as_the_command_does(registry, chosen, monkeypatch):
    task = RunTask(registry, ("openai",), offline=True)
    serve(chosen, OLD, 19)
    run(task, chosen, no_progress)
    serve(chosen, NEW, 20)
    outcome = run(task, chosen, no_progress)

    assert outcome.end == "done"
    assert rates(registry)["standard", date(2026, 11, 20)].seen_before is None
