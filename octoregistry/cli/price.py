"""`octoregistry price PROVIDER/MODEL`: every price of a model on a day, and where it was read."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click

from octoregistry.cli.model_argument import day_option, find_model, open_registry
from octoregistry.cli.output import (
    cell,
    format_options,
    one_format,
    plain_table,
    print_csv,
    print_json,
    print_table,
    print_text,
)
from octoregistry.cli.registry_option import registry_option
from octoregistry.planning.rates_in_force import in_force
from octoregistry.planning.values import value_text
from providers.dimensions import DIMENSIONS, MODES
from providers.entries import Model, Rate

_COLUMNS = ("mode", "prompts", "from", "price", "USD")


@click.command(name="price")
@click.argument("model", metavar="PROVIDER/MODEL")
@day_option("--at", "Prices of this day.  [default: today, UTC]")
@format_options
@registry_option
def command(model: str, at: date | None, as_json: bool, as_csv: bool, registry: Path) -> None:
    """Print the prices of a model, by id or alias: USD per million tokens, in every mode and for every prompt size.

    Prices that are announced for a later day follow with their day.
    """
    one_format(as_json, as_csv)
    known = open_registry(registry)
    found = find_model(known, model)
    day = at or datetime.now(UTC).date()
    rates = known.pricing(found.provider, found.id).rates
    now = [rate for mode in MODES for rate in in_force(rates, mode, day).values()]
    later = sorted((rate for rate in rates if rate.start and rate.start > day), key=lambda rate: rate.start or day)
    if as_json:
        print_json(_values(found, day, now, later))
    elif as_csv:
        rows = [_row(rate, name) for rate in (*now, *later) for name in DIMENSIONS if name in rate.prices]
        print_csv(("mode", "above_input_tokens", "from", "dimension", "usd_per_million", "derived"), rows)
    else:
        _print(found, day, now, later)


def _values(model: Model, day: date, now: list[Rate], later: list[Rate]) -> dict[str, Any]:
    source = model.source
    return {
        "provider": model.provider,
        "model": model.id,
        "display_name": model.display_name,
        "status": model.status,
        "day": day,
        "rates": [_rate(rate) for rate in now],
        "announced": [_rate(rate) for rate in later],
        "source": {"page": source.page, "checked": source.checked, "sha256": source.sha256} if source else None,
    }


def _rate(rate: Rate) -> dict[str, Any]:
    prices = {name: f"{rate.prices[name]:f}" for name in DIMENSIONS if name in rate.prices}
    return {
        "mode": rate.mode,
        "above_input_tokens": rate.above_input_tokens,
        "from": rate.start,
        "derived": rate.derived,
        "prices": prices,
    }


def _row(rate: Rate, dimension: str) -> tuple[object, ...]:
    return rate.mode, rate.above_input_tokens, rate.start, dimension, rate.prices[dimension], str(rate.derived).lower()


def _print(model: Model, day: date, now: list[Rate], later: list[Rate]) -> None:
    title = f"{model.provider}/{model.id} ({model.display_name}) on {day}, USD per million tokens"
    table = plain_table(title, _COLUMNS, ("USD",))
    for rate in (*now, *later):
        above = "all" if rate.above_input_tokens is None else f"above {rate.above_input_tokens:,}"
        first = (rate.mode + (" (derived)" if rate.derived else ""), above, rate.start or "")
        for name in DIMENSIONS:
            if name in rate.prices:
                table.add_row(*map(cell, (*first, name.replace("_", " "), value_text(rate.prices[name]))))
                first = ("", "", "")
    print_table(table)
    if model.status != "active":
        print_text(f"{model.status}" + (f", retires on {model.retires_on}" if model.retires_on else ""))
    if model.source:
        print_text(f"read on {model.source.page}, checked on {model.source.checked}")
