"""Prices that a vendor's own model list states, by made vendors over loopback HTTP: written as `listed`, and said so."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run
from tests.cli.test_fourth_vendor import MODELS, Site, site  # noqa: F401 - the fixture

PAGE = """# Pricing

Prices per 1M tokens in USD.

| Model | Input | Cached input | Output |
| --- | --- | --- | --- |
| Road 2 | $3.00 | $0.30 | $9.00 |
"""
FACTS = """witnesses = []
[fetch]
allow_private_hosts = ["127.0.0.1"]
crawl_delay = 0

[providers.acme]
display_name = "Acme AI"
base_url = "BASE/v1"
key_env = ["ACME_API_KEY"]
PAGES
[providers.acme.model_list]
path = "/models"
models = "data"
open = true
fields = { id = "id" }
beside = ["pricing.web_search"]
[providers.acme.model_list.prices]
input = { at = "pricing.prompt", per = 1 }
output = { at = "pricing.completion", per = 1 }
cached_input = { at = "pricing.cached", per = 1 }
[providers.acme.names]
families = ["road"]
"""
Says = Callable[..., None]
ROAD_1 = {"id": "road-1", "pricing": {"prompt": "0.000001", "completion": "0.0000025", "web_search": "0.01"}}
ROAD_2 = {"id": "road-2", "pricing": {"prompt": "0.000003", "completion": "0.000009"}}


@pytest.fixture
def says(folder: Path, site: Site, monkeypatch: pytest.MonkeyPatch) -> Says:  # noqa: F811 - the fixture
    """Sets what the vendor's list says, and its page, which it has none of without one."""
    monkeypatch.setenv("OCTOREGISTRY_SETTINGS", "octoregistry.toml")
    monkeypatch.delenv("ACME_API_KEY", raising=False)
    (folder / "models.yaml").write_text(MODELS)

    days = count(1_700_000_000, 1000)

    def say(*entries: Any, page: str = "", facts: str = FACTS) -> None:
        (site.folder / "v1" / "models").write_text(json.dumps({"data": entries}))
        (site.folder / "pricing.md").write_text(page)
        os.utime(
            site.folder / "pricing.md", (day := next(days), day)
        )  # else a page of the same second is an unchanged one
        text = facts.replace("PAGES", 'prices = ["BASE/pricing.md"]' if page else "").replace("BASE", site.base)
        (folder / "octoregistry.toml").write_text(text)

    return say


def rates(folder: Path, model: str) -> str:
    """The lines of a model's rates in the registry."""
    text = (folder / "models.yaml").read_text().partition(f"\n      {model}:\n")[2]
    return text.partition("rates:\n")[2].partition("        source:")[0]


def test_a_vendor_without_a_page_is_updated_by_its_priced_list(run: Run, folder: Path, says: Says) -> None:
    """Without a key, exact to the last digit; the source is the list's address, the evidence the place in it; a second
    update finds nothing to do."""
    says(ROAD_1)
    plan = json.loads(run("update", "-p", "acme", "--llm", "off", "--dry-run", "--json").stdout)
    (price,) = [one for one in plan["plan"]["changes"] if one["dimension"] == "output"]
    assert (price["new"], price["evidence"]["address"]) == ("2.5", "data[0].pricing.completion")
    assert price["evidence"]["page"].endswith("/v1/models")
    found = run("update", "-p", "acme", "--llm", "off")
    assert found.exit_code == 0, found.output
    assert rates(folder, "road-1").strip() == "- {mode: standard, input: 1.0, output: 2.5, level: listed}"
    assert "/v1/models" in (folder / "models.yaml").read_text().partition("source:")[2]
    assert "No change" in run("update", "-p", "acme", "--llm", "off").output


def test_every_way_out_says_listed(run: Run, folder: Path, says: Says) -> None:
    """The table, JSON, CSV, and the search over all vendors."""
    says(ROAD_1)
    assert run("update", "-p", "acme", "--llm", "off").exit_code == 0
    assert "standard (listed)" in run("price", "acme/road-1").stdout
    assert json.loads(run("price", "acme/road-1", "--json").stdout)["rates"][0]["level"] == "listed"
    assert "listed" in run("price", "acme/road-1", "--csv").stdout
    assert "listed" in run("models", "--search", "road").stdout


def test_the_place_in_the_list_is_explained(run: Run, folder: Path, says: Says) -> None:
    """By `explain`, from the list that was kept; with a page beside it too; `doctor` misses no page of such a vendor."""
    says(ROAD_1)
    assert run("update", "-p", "acme", "--llm", "off").exit_code == 0
    assert "data[0].pricing.prompt" in "".join(run("explain", "acme/road-1", "--json").stdout.split())
    assert "page of acme" not in run("doctor").output
    says(ROAD_1, ROAD_2, page=PAGE)
    assert run("update", "-p", "acme", "--llm", "off", "--dry-run").exit_code == 0
    assert "data[0].pricing.prompt" in "".join(run("explain", "acme/road-1", "--json").stdout.split())


@pytest.mark.parametrize(
    ("pricing", "told"),
    [
        ({"prompt": "-1", "completion": "-1"}, "-1 is no price"),
        ({"prompt": "0.000001", "completion": "-0.1"}, "-0.1 is no price"),
        ({"prompt": "by route", "completion": "0.1"}, "by route is no price"),
        ({"prompt": "1e99", "completion": "0.1"}, "1e99 is no price"),
        ({"prompt": "0", "completion": "0"}, "0 alone"),
        ({}, "no price of tokens stands there"),
        ({"prompt": "0", "completion": "0.000002"}, "0 beside other prices"),
    ],
)
def test_what_is_no_price_is_told_and_not_written(
    run: Run, folder: Path, says: Says, pricing: dict[str, str], told: str
) -> None:
    """Negative, by route, no number, out of all bounds, 0, or not there."""
    says(ROAD_2, {"id": "road-1", "pricing": pricing})
    found = run("update", "-p", "acme", "--llm", "off", "-v")
    assert told in " ".join(found.output.split())
    text = (folder / "models.yaml").read_text()
    assert "road-2:" in text
    assert "road-1:" not in text


@pytest.mark.parametrize(
    "more", [{"request": "0.01"}, {"internal_reasoning": 0.000001}, {"overrides": [{"prompt": "1"}]}, {"fee": {"a": 1}}]
)
def test_money_that_nobody_knows_holds_the_models_prices(
    run: Run, folder: Path, says: Says, more: dict[str, Any]
) -> None:
    """The place and what stands there are told; 0 and charges that the vendor's file names hold nothing."""
    says(ROAD_2, {"id": "road-1", "pricing": {**ROAD_1["pricing"], **more, "image": "0"}})
    found = run("update", "-p", "acme", "--llm", "off")
    assert found.exit_code == 5, found.output
    place = next(iter(more))
    assert f"pricing.{place}" in "".join(found.output.split())
    text = (folder / "models.yaml").read_text()
    assert "road-2:" in text
    assert "road-1:" not in text


def test_a_list_prices_what_no_page_states_and_the_page_wins(run: Run, folder: Path, says: Says) -> None:
    """A model of the page is the page's; another is `listed` until the page states it too."""
    says(ROAD_1, ROAD_2, page=PAGE)
    assert run("update", "--llm", "off").exit_code == 0
    assert "level" not in rates(folder, "road-2")
    assert "level: listed" in rates(folder, "road-1")
    assert "No change" in run("update", "--llm", "off").output
    says(ROAD_1, ROAD_2, page=PAGE + "| Road 1 | $1.00 | $0.10 | $2.50 |\n")
    assert run("update", "--llm", "off").exit_code == 0
    assert rates(folder, "road-1").strip() == "- {mode: standard, input: 1.0, output: 2.5, cached_input: 0.1}"
    source = (folder / "models.yaml").read_text().partition("road-1:")[2].partition("source:")[2]
    assert "pricing.md" in source.partition("\n")[0] + source.partition("\n")[2].partition("\n")[0]
    assert "No change" in run("update", "--llm", "off").output


def test_a_list_that_contradicts_the_page_holds_the_pages_price(run: Run, folder: Path, says: Says) -> None:
    """It is the vendor's own word: the reason names both."""
    says({"id": "road-2", "pricing": {"prompt": "0.000004", "completion": "0.000009"}}, page=PAGE)
    found = run("update", "--llm", "off")
    assert found.exit_code == 5, found.output
    assert "the vendor's model list" in " ".join(found.output.split())
    assert "road-2:" not in (folder / "models.yaml").read_text()


def test_a_listed_price_that_moves_far_is_held(run: Run, folder: Path, says: Says) -> None:
    """By the guards of a page."""
    says(ROAD_1)
    assert run("update", "-p", "acme", "--llm", "off").exit_code == 0
    says({"id": "road-1", "pricing": {"prompt": "0.0001", "completion": "0.0000025"}})
    found = run("update", "-p", "acme", "--llm", "off")
    assert found.exit_code == 5, found.output
    assert "input: 1.0" in rates(folder, "road-1")


def test_what_a_page_stated_a_list_does_not_take_over(run: Run, folder: Path, says: Says) -> None:
    """A page that lost a row looks the same: the list's other price is told."""
    row = "| Road 1 | $1.00 | $0.10 | $2.00 |\n"
    says({"id": "road-1"}, ROAD_2, page=PAGE + row)
    assert run("update", "--llm", "off").exit_code == 0
    before = rates(folder, "road-1")
    says(ROAD_1, ROAD_2, page=PAGE)
    found = run("update", "--llm", "off", "-v")
    assert "its vendor's model list says output 2.5 (2" in " ".join(found.output.split())
    assert rates(folder, "road-1") == before


def test_a_unit_of_cents_for_a_hundred_million_tokens_is_exact(run: Run, folder: Path, says: Says) -> None:
    """12,500 of them are 1.25 USD per million; other places whose name speaks of prices are looked at."""
    cents = FACTS.replace("per = 1 }", 'per = 100_000_000, unit = "US cent" }').replace(
        'beside = ["pricing.web_search"]', "money = 'price'"
    )
    for name in ("prompt", "completion", "cached"):
        cents = cents.replace(f"pricing.{name}", f"{name}_price")
    entry = {"prompt_price": 12500, "completion_price": 25000, "cached_price": 3125, "created": 5}
    says({"id": "road-1", **entry}, {"id": "road-2", **entry, "prompt_price_long": 1}, facts=cents)
    assert run("update", "-p", "acme", "--llm", "off").exit_code == 5
    assert "input: 1.25, output: 2.5, cached_input: 0.3125, level: listed" in rates(folder, "road-1")
    assert "road-2:" not in (folder / "models.yaml").read_text()


def test_a_list_without_an_answer_is_told_as_a_page_is(run: Run, folder: Path, says: Says, site: Site) -> None:  # noqa: F811
    """The exit status is that of pages that could not be read."""
    says(ROAD_1)
    (site.folder / "v1" / "models").unlink()
    found = run("update", "-p", "acme", "--llm", "off")
    assert found.exit_code != 0
    assert "acme could not be read" in found.output + found.stderr


def test_offline_the_kept_list_serves(run: Run, folder: Path, says: Says) -> None:
    """With the same prices."""
    says(ROAD_1)
    assert run("update", "-p", "acme", "--llm", "off", "--dry-run").exit_code == 0
    assert run("update", "-p", "acme", "--llm", "off", "--offline").exit_code == 0
    assert "level: listed" in rates(folder, "road-1")
