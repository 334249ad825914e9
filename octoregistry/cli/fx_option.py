"""`--fx CNY=0.139@2026-11-01`: the rate by which a sum is shown in another currency, as the person who asks gives it."""

from __future__ import annotations

from collections.abc import Sequence

import click

from providers.exchange_rates import ExchangeRate, exchange_rate

fx_option = click.option(
    "--fx",
    "exchange_rates",
    multiple=True,
    metavar="CODE=USD@DAY",
    callback=lambda _context, _option, given: _rates(given),
    help="Show the total in a currency too, by your rate: CNY=0.139@2026-11-01 says 1 CNY was 0.139 USD.",
)


def _rates(given: Sequence[str]) -> tuple[ExchangeRate, ...]:
    """The rates given; raises UsageError for what is none, and where a currency has two."""
    found: dict[str, ExchangeRate] = {}
    for text in given:
        try:
            rate = exchange_rate(text)
        except ValueError as error:
            raise click.UsageError(f"--fx {text}: {error}") from error
        if rate.currency in found:
            raise click.UsageError(f"--fx {text}: one rate for each currency but USD")
        found[rate.currency] = rate
    return tuple(found.values())
