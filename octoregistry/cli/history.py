"""`octoregistry history`: past and announced moves of prices."""

from __future__ import annotations

from datetime import date

import click

from octoregistry.cli.model_argument import complete_model, day_option, open_registry, priced_model
from octoregistry.cli.output import format_options, one_format, print_csv, print_json, print_message, print_messages
from octoregistry.cli.registry_option import registry_name_option
from octoregistry.cli.tables import PlainTable, print_table
from octoregistry.planning.values import value_text
from octoregistry.queries.history import PriceMove, history
from providers import Registry
from providers.former_names import former_owners

_COLUMNS = ("from", "model", "mode", "price", "old", "new", "change")


@click.command(name="history")
@click.argument("model", required=False, metavar="[PROVIDER/MODEL]", shell_complete=complete_model)
@day_option("--since", "Only what moved on this day or later.")
@format_options
@registry_name_option
def command(model: str | None, since: date | None, as_json: bool, as_csv: bool, registry: str) -> None:
    """Print how the prices of a model, or of all, moved: USD per million tokens, from the registry's dated rates.

    Without a model only moves are printed; with one also its first known prices. Later days are announced prices.
    """
    one_format(as_json, as_csv)
    known = open_registry(registry)
    chosen = [priced_model(known, model)] if model else list(known)
    if model:
        print_messages(*_former(known, chosen[0].provider, model))
    moves = [
        move
        for each in chosen
        for move in history(each, known.rates(each), first_known=bool(model or since))
        if since is None or (move.start and move.start >= since)
    ]
    moves.sort(key=lambda move: move.start or date.min)
    if as_json:
        print_json([move.as_values() for move in moves])
    elif as_csv:
        columns = list(PriceMove("", "", "", "", None, None, None, None).as_values())
        print_csv(columns, (list(_numbers(move).values()) for move in moves))
    elif not moves:
        print_message("No price moved" + (f" since {since}." if since else "."))
    else:
        _print(moves)


def _former(registry: Registry, provider: str, name: str) -> list[str]:
    """What is told of a name that was another model's before."""
    alias = name.partition("/")[2] or name
    former = former_owners(alias, registry.values["providers"][provider]["models"])
    return [f"note: until {day} {alias} was {provider}/{owner}, with its prices" for day, owner in former]


def _numbers(move: PriceMove) -> dict[str, object]:
    return move.as_values() | {"old": move.old, "new": move.new, "percent": move.percent and round(move.percent, 1)}


def _print(moves: list[PriceMove]) -> None:
    table = PlainTable(
        "USD per million tokens",
        _COLUMNS,
        ("old", "new", "change"),
        drops=("change",),
        folds=("from", "price", "change"),
    )
    for move in moves:
        above = "" if move.above_input_tokens is None else f" above {move.above_input_tokens:,}"
        change = "first known" if move.first_known else "" if move.percent is None else f"{move.percent:+.0f}%"
        unsure = f" (old one seen on {move.seen_before})" if move.seen_before else ""
        row = (
            f"{move.start}{unsure}" if move.start else "",
            f"{move.provider}/{move.model}",
            move.mode,
            move.dimension.replace("_", " ") + above,
            value_text(move.old),
            value_text(move.new),
            change,
        )
        table.add_row(*row)
    print_table(table)
