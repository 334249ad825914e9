"""The models of a plan that other registries alone vouch for, as a table of their own."""

from __future__ import annotations

from itertools import groupby

from octoregistry.cli.styled_tables import WideTable, cell
from octoregistry.planning.plan import Change
from octoregistry.planning.values import value_text

_MAIN = ("input", "output", "cached_input")


def vouched_table(changes: list[Change]) -> WideTable:
    """A row a rate: its prices, who vouches for them, and whether it waits for a person. None of the prices is a vendor's."""
    title = "Vouched for by other registries alone, USD per million tokens; --accept MODEL writes them under more"
    table = WideTable(title, folds=("mode", "more", "who"), drops=("more",))
    for name in ("model", "mode"):
        table.add_column(name)
    for name in _MAIN:
        table.add_column(name.replace("_", " "), justify="right")
    for name in ("more", "who", "verdict"):
        table.add_column(name)
    of_rates = [change for change in changes if change.mode]
    rates = groupby(of_rates, key=lambda c: (f"{c.provider}/{c.model}", c.mode, c.above_input_tokens, c.start))
    for (model, mode, above, start), of_rate in rates:
        said = list(of_rate)
        prices = {change.dimension: value_text(change.new) for change in said if change.is_price}
        more = ", ".join(f"{key} {usd}" for key, usd in prices.items() if key not in _MAIN)
        facts = {change.dimension: value_text(change.new) for change in said if not change.is_price}
        sizes = (f" above {above:,}" if above else "") + (
            f" up to {facts['up_to_input_tokens']}" if "up_to_input_tokens" in facts else ""
        )
        where = f"{mode}{sizes}" + (f" from {start}" if start else "")
        who = (
            f"{facts['vouched_by']} ({facts['seen_on']})" if "vouched_by" in facts else "they disagree by now: unknown"
        )
        cells = (model, where, *(prices.get(key, "") for key in _MAIN), more, who)
        verdict = said[0].verdict.kind
        table.add_row(*map(cell, cells), cell(verdict, "" if said[0].applies else "bold yellow"))
    return table
