"""`octoregistry update` tells what the pages leave open, and with `--exit-code` leaves with 5 where something of it is new."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result

from octoregistry.cli import cli
from octoregistry.settings import load_settings
from octoregistry.sources.cache import Cache, CacheEntry
from octoregistry.sources.page import Page
from octoregistry.updating.open_places import OpenPlace, places_known
from octoregistry.updating.page_reader import PageReader

DAY = datetime(2026, 11, 20, tzinfo=UTC)
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
        source: {page: 'https://acme.test', checked: 2026-11-19}
defaults: {input_per_million: 1.0, output_per_million: 2.0, realtime_multiplier: 2.0}
"""
PAGE = """# Prices

Prices per 1M tokens.

| Model | Input | Output |
| --- | --- | --- |
| gpt-9 | $2.00 | $8.00 |
"""
PICTURES = "| gpt-image-9 | $0.04 per song | $0.05 per song |\n"


@pytest.fixture
def update(folder: Path):
    """`update(page, ...)` is the command's result where the vendor's page reads like that."""
    (folder / "models.yaml").write_text(REGISTRY)
    (folder / "octoregistry.toml").write_text(f'[fetch]\ncache_dir = "{folder / "kept"}"\n')
    url = load_settings().providers["openai"].prices[0]

    def run(page: str, *more: str) -> Result:
        entry = CacheEntry(url, url, page.encode(), "text/markdown; charset=utf-8", None, None, DAY, DAY)
        Cache(folder / "kept").put(url, entry)
        return CliRunner().invoke(cli, ["update", "--offline", "--exit-code", "--llm", "off", *more])

    return run


def test_a_page_that_is_read_whole_says_what_the_registry_says(update):
    found = update(PAGE)
    assert (found.exit_code, "No change: models.yaml says what the pages say." in found.stdout) == (0, True), (
        found.output
    )


def test_what_a_first_update_leaves_open_is_told_and_nothing_is_called_new(update):
    found = update(PAGE + PICTURES)
    assert found.exit_code == 0, found.output
    assert "openai: 2 priced places not read: priced by another unit than tokens (per song) (2)" in found.stdout
    assert "says what the pages say" not in found.stdout


def test_what_is_new_since_the_last_update_ends_with_5_and_what_is_known_is_one_line(update):
    assert update(PAGE).exit_code == 0
    found = update(PAGE + PICTURES)
    assert found.exit_code == 5, found.output
    assert "openai: new: 2 priced places not read" in found.stdout
    again = update(PAGE + PICTURES)
    assert again.exit_code == 0, again.output
    assert "openai: 1 more left open, as at the last update (`octoregistry update --known` lists them)" in again.stdout
    assert "2 priced places not read: priced by" in update(PAGE + PICTURES, "--known").stdout


def test_a_dry_run_makes_nothing_known(update):
    update(PAGE)
    for _ in range(2):
        assert update(PAGE + PICTURES, "--dry-run").exit_code == 5


def test_a_run_remembers_the_pages_day_and_a_dry_run_nothing(update, folder):
    """The page is of the 20th, whenever it is read."""
    memory = folder / "kept" / "memory.json"
    update(PAGE, "--dry-run")
    assert not memory.exists()
    update(PAGE)
    days = json.loads(memory.read_text())["sightings"]["openai"]["gpt-9"]["days"]
    assert days == {"standard": "2026-11-20", "batch": "2026-11-20"}


def test_json_has_every_open_place_and_says_which_are_new(update):
    update(PAGE)
    (place,) = json.loads(update(PAGE + PICTURES, "--json").stdout)["open"]
    assert (place["provider"], place["kind"], place["count"], place["new"]) == ("openai", "not read", 2, True)


def test_a_model_that_left_the_page_and_one_without_an_id_are_named(update):
    found = update(PAGE.replace("| gpt-9", "| gpt-8 | $1.00 | $2.00 |\n| Nightingale"))
    assert "openai: left the page: gpt-9: on no page any more" in found.stdout, found.output
    assert "openai: without an id: Nightingale" in found.stdout


def test_each_model_that_left_is_told_by_itself_however_many_left_before_it(update):
    """And none that stays away is told again when another comes back."""
    rows = [f"| gpt-{name} | $1.00 | $2.00 |\n" for name in ("8a", "8b", "8c", "8d", "8e", "8f", "8g")]
    update(PAGE + "".join(rows))
    assert update(PAGE + "".join(rows[5:])).exit_code == 5
    again = update(PAGE + rows[6])
    assert again.exit_code == 5, again.output
    assert "openai: new: left the page: gpt-8f: on no page any more\n" in again.stdout
    back = update(PAGE + "".join(rows[4:]))
    assert (back.exit_code, "new:" in back.stdout) == (0, False), back.output
    listed = update(PAGE + "".join(rows[4:]), "--known").stdout
    assert all(f"gpt-8{letter}: on no page any more" in listed for letter in "abcd")


def test_a_model_that_left_long_ago_is_known_and_listed(update, folder):
    """Its last check lies months behind: nobody is told anew, and no update says that all is as the pages say."""
    old = "      gpt-7:\n        display_name: Gpt 7\n        status: active\n        batch_support: true\n"
    old += "        input_per_million: 1.0\n        output_per_million: 2.0\n"
    old += "        source: {page: 'https://acme.test', checked: 2026-01-05}\n"
    old += "        rates:\n        - {mode: standard, input: 2.0, output: 4.0}\n"
    assert update(PAGE).exit_code == 0
    text = (folder / "models.yaml").read_text()
    at = text.index("      gpt-9:")
    (folder / "models.yaml").write_text(text[:at] + old + text[at:])
    found = update(PAGE)
    assert found.exit_code == 0, found.output
    assert "1 more left open, as at the last update" in found.stdout
    assert "says what the pages say" not in found.stdout
    assert "openai: left long ago: gpt-7" in update(PAGE, "--known").stdout


def test_what_is_known_of_a_provider_that_was_not_read_stays_known():
    both = [OpenPlace("acme", "not read", "per image"), OpenPlace("other", "in doubt", "a word")]
    known = places_known(None, _of("acme", "other"), both)
    assert places_known(known, _of("acme", unread="other"), []) == {"other: in doubt: a word": 1}


def _of(*read: str, unread: str = "") -> Any:
    runs = [SimpleNamespace(provider=name, rates=object()) for name in read]
    return SimpleNamespace(runs=[*runs, SimpleNamespace(provider=unread, rates=None)])


def test_a_state_that_cannot_be_kept_is_told_and_ends_nothing(update, folder, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("octoregistry.updating.memory.replace_file", full)
    found = update(PAGE)
    assert (found.exit_code, "will be told again" in found.stderr) == (0, True), found.output


def test_prices_in_another_currency_or_of_a_region_are_told_and_change_nothing(update, folder):
    """The plain prices are what the registry has."""
    before = (folder / "models.yaml").read_text()
    found = update(PAGE + "| gpt-9 (US) | $2.20 | $8.80 |\n| gpt-10 | €1.00 | €4.00 |\n")
    assert "openai: 4 prices not kept: " in found.stdout
    assert "prices of calls answered in us: the plain ones alone are kept (2)" in found.stdout
    assert "prices in EUR: the plain ones alone are kept (2)" in found.stdout
    assert (folder / "models.yaml").read_text() == before


@pytest.mark.parametrize(("sign", "said"), [("€", "in EUR"), ("CHF ", "in CHF"), ("$", None)])
def test_a_page_in_another_currency_gives_way_to_one_in_us_dollars(sign, said):
    """And is not called one without a price: what it states is told."""
    text = PAGE.replace("$", sign)
    page = Page("https://acme.test", "https://acme.test", text, "text/markdown", DAY, "f" * 64)
    refused = PageReader(load_settings().reading).refused(page, "openai")
    assert refused == (said and f"it states prices {said}, and none in US dollars of calls that are answered anywhere")


def test_an_announcement_that_the_page_has_no_more_is_new_and_ends_with_5(update, folder):
    announced = "          - {mode: standard, from: 2026-12-05, read_on: 2026-11-10, input: 7.0, output: 35.0}\n"
    file = folder / "models.yaml"
    file.write_text(REGISTRY.replace("          - {mode: batch", f"{announced}          - {{mode: batch"))
    update(PAGE + "\n| Model | Input | Output |\n|-|-|-|\n| gpt-9 (from December 5, 2026) | $7.00 | $35.00 |\n")
    found = update(PAGE)
    assert found.exit_code == 5, found.output
    assert "gpt-9: the page announces no longer the standard prices from 2026-12-05" in found.output
    assert "says what the pages say" not in found.output
    assert update(PAGE, "--accept", "all").exit_code in (0, 4)
    assert "2026-12-05" not in file.read_text()
