"""A total is shown in another currency by the dated rate that a person gives, beside the dollars and never in their place."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from octoregistry.cli.cost import command as cost
from providers.exchange_rates import ExchangeRate
from tests.cli.test_cost import GOOD, REGISTRY

CNY = "CNY=0.139@2026-11-01"


def run(folder: Path, *more: str) -> Result:
    (folder / "log.csv").write_text(GOOD)
    (folder / "models.yaml").write_text(REGISTRY)
    return CliRunner().invoke(cost, [str(folder / "log.csv"), "--registry", str(folder / "models.yaml"), *more])


def test_the_total_stands_in_dollars_and_beside_it_in_the_currency(tmp_path: Path) -> None:
    """With the rate, its day, and that a person gave it."""
    said = run(tmp_path, "--fx", CNY, "--fx", "EUR=1.25@2026-11-02").output
    assert "5.000000 USD for 3 rows" in said
    assert "35.971223 CNY at 1 CNY = 0.139 USD on 2026-11-01, as given" in said
    assert "4.000000 EUR at 1 EUR = 1.25 USD on 2026-11-02, as given" in said


def test_a_program_gets_the_sum_and_the_rate(tmp_path: Path) -> None:
    """Prices are text; without a rate nothing is converted."""
    found = json.loads(run(tmp_path, "--fx", CNY, "--json").stdout)
    assert found["fx"] == [{"currency": "CNY", "usd": "0.139", "day": "2026-11-01", "total": "35.971223"}]
    assert "fx" not in json.loads(run(tmp_path, "--json").stdout)


@pytest.mark.parametrize(
    "rate",
    ["CNY", "CNY=0.139", "cny=0.139@2026-11-01", "CNY=0@2026-11-01", "CNY=-1@2026-11-01", "CNY=0,139@2026-11-01",
     "CNY=1e-3@2026-11-01", "CNY=0.139@2026-02-30", "USD=1@2026-11-01", "CNY=NaN@2026-11-01"],
)  # fmt: skip
def test_what_is_no_dated_rate_is_refused(tmp_path: Path, rate: str) -> None:
    """Nothing is guessed of it."""
    found = run(tmp_path, "--fx", rate)
    assert found.exit_code == click.UsageError.exit_code
    assert "--fx" in found.output


def test_a_currency_has_one_rate(tmp_path: Path) -> None:
    """Of two nobody knows which counts."""
    assert run(tmp_path, "--fx", CNY, "--fx", "CNY=0.14@2026-11-02").exit_code == click.UsageError.exit_code


@given(st.decimals("0", "1e12", places=12), st.decimals("0.000001", "99999", places=6))
def test_a_converted_sum_is_worth_the_dollars(usd: Decimal, rate: Decimal) -> None:
    """But for the sixth digit behind the point."""
    found = ExchangeRate("CNY", rate, date(2026, 11, 1)).of(usd)
    assert abs(found * rate - usd) <= rate * Decimal("0.0000005")


def test_a_rate_may_stand_in_the_settings(tmp_path: Path) -> None:
    """The one that the command names goes before it; one without a day is refused with the key."""
    settings = tmp_path / "mine.toml"
    settings.write_text('[fx]\nCNY = "0.139@2026-11-01"\nEUR = "1.25@2026-11-02"\n')
    found = json.loads(run(tmp_path, "--settings", str(settings), "--json").stdout)
    assert [(one["currency"], one["total"]) for one in found["fx"]] == [("CNY", "35.971223"), ("EUR", "4.000000")]
    said = run(tmp_path, "--settings", str(settings), "--fx", "EUR=1.00@2026-11-03").output
    assert "5.000000 EUR at 1 EUR = 1.00 USD on 2026-11-03" in said
    assert "1.25" not in said
    settings.write_text('[fx]\nCNY = "0.139"\n')
    refused = run(tmp_path, "--settings", str(settings))
    assert (refused.exit_code, "fx.CNY" in refused.output) == (1, True)
