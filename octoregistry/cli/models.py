"""`octoregistry models`: what the registry holds, a line a model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import click

from octoregistry.cli.model_argument import day_option, open_registry, own_prices_option
from octoregistry.cli.output import format_options, one_format, print_csv, print_json, visible
from octoregistry.cli.registry_option import registry_name_option
from octoregistry.cli.tables import PlainTable, print_table
from octoregistry.planning.rates_in_force import base_prices, in_force
from octoregistry.planning.values import value_text
from octoregistry.queries.search import matching, same_model
from octoregistry.queries.wording import vouched_by
from providers import Registry
from providers.entries import Model, Rate
from providers.selection import ended, kind_of

_PRICES = ("standard_input", "standard_output", "batch_input", "batch_output")
_TABLE = {
    "model": "model",
    "standard_input": "input",
    "standard_output": "output",
    "batch_input": "batch in",
    "batch_output": "batch out",
    "kind": "kind",
    "context_window": "context",
    "status": "status",
    "checked": "checked",
}
_DROPS = ("checked", "context", "batch out", "batch in", "kind")


@click.command(name="models")
@click.option("--provider", "-p", "providers", multiple=True, help="This provider only; may be given again.")
@click.option("--search", "-s", metavar="WORDS", help="Models with a name that has these words, at all that sell them.")
@click.option("--all", "everything", is_flag=True, help="Retired models, too.")
@day_option("--at", "Prices of this day.  [default: today, UTC]")
@own_prices_option
@format_options
@registry_name_option
def command(
    *,
    providers: tuple[str, ...],
    search: str | None,
    everything: bool,
    at: date | None,
    own_prices: bool,
    as_json: bool,
    as_csv: bool,
    registry: str,
) -> None:
    """Print the models of the registry with their prices for ordinary prompts, USD per million tokens.

    With --search the same model at several hosts stands in lines below each other, in --json under one `same_model`; so do models
    that other registries alone vouch for, marked as vouched.
    """
    one_format(as_json, as_csv)
    known = open_registry(registry, own_prices=own_prices, more=search is not None)
    providers = tuple(map(known.provider_called, providers))
    if unknown := set(providers) - set(known.providers):
        raise click.UsageError(f"no provider {', '.join(sorted(unknown))}; there are {', '.join(known.providers)}")
    day = at or datetime.now(UTC).date()
    chosen = [model for model in known if not providers or model.provider in providers]
    if search is not None and not (chosen := matching(chosen, search)):
        raise click.ClickException(f"no model has the words {visible(search)!r} in a name")
    rows = [_values(known, model, day) for model in chosen if everything or not ended(model, day)]
    if as_json:
        print_json(rows)
    elif as_csv:
        columns = [
            name for name in _values(known, next(iter(known)), day) if name not in {"aliases", "yours", "vouched_by"}
        ]
        print_csv(columns, ([row[name] for name in columns] for row in rows))
    else:
        right = [*list(_TABLE.values())[1:5], "context"]
        table = PlainTable(
            "USD per million tokens", list(_TABLE.values()), right, drops=_DROPS, folds=("kind", "status")
        )
        for row in rows:
            named = row | {"model": f"{row['provider']}/{row['model']}", "status": _status(row)}
            table.add_row(*(_shown(named[name]) for name in _TABLE))
        print_table(table)


def _values(registry: Registry, model: Model, day: date) -> dict[str, Any]:
    rates = registry.rates(model)
    unseen = model.first_seen is not None and day < model.first_seen
    prices = {mode: {} if unseen else base_prices(rates, mode, day) for mode in ("standard", "batch")}
    return {
        "provider": model.provider,
        "model": model.id,
        "same_model": same_model(model.provider, model.id),
        "display_name": model.display_name,
        "status": model.status,
        "kind": str(kind_of(model)),
        "yours": list(model.yours),
        "vouched_by": list(vouched_by(model)),
        "level": _level(rates, day),
        "first_seen": model.first_seen,
        "deprecated_on": model.deprecated_on,
        "retires_on": model.retires_on,
        "missing_since": model.missing_since,
        **{name: prices[name.partition("_")[0]].get(name.partition("_")[2]) for name in _PRICES},
        "up_to_input_tokens": _bound(rates, day),
        "batch_support": model.batch_support,
        "context_window": model.context_window,
        "max_output_tokens": model.max_output_tokens,
        "checked": model.source.checked if model.source else None,
        "aliases": list(model.aliases),
    }


def _status(row: Mapping[str, Any]) -> str:
    """`retires 2026-12-11`; nothing of a model in service that nobody means to retire."""
    if row["retires_on"]:
        words = [f"{'retired' if row['status'] == 'retired' else 'retires'} {row['retires_on']}"]
    else:
        words = [] if row["status"] == "active" else [row["status"]]
    words += ["yours"] if row["yours"] else []
    words += ["vouched"] if row["vouched_by"] else ["listed"] if row["level"] == "listed" else []
    return ", ".join(words + ([f"unlisted since {row['missing_since']}"] if row["missing_since"] else []))


def _level(rates: Iterable[Rate], day: date) -> str | None:
    """How sure the standard price for ordinary prompts is."""
    rate = in_force(rates, "standard", day).get(None)
    return rate.level if rate else None


def _bound(rates: Iterable[Rate], day: date) -> int | None:
    """The longest prompt that the standard price for ordinary prompts answers for."""
    rate = in_force(rates, "standard", day).get(None)
    return rate.up_to_input_tokens if rate else None


def _shown(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return value_text(value) if isinstance(value, Decimal) or value is None else str(value)
