"""A plan as tables: new models, and changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby

from rich.console import RenderableType
from rich.text import Text

from octoregistry.cli.styled_tables import WideTable, cell
from octoregistry.cli.vouched_table import vouched_table
from octoregistry.planning.plan import Change, Plan
from octoregistry.planning.values import value_text

_FALLEN, _RISEN, _HELD = "green", "red", "bold yellow"
_MOST = 1_000  # changes: rich takes a second for three thousand rows
_MAIN = ("input", "output", "cached_input")


def plan_tables(plan: Plan) -> Iterator[RenderableType]:
    """The tables of a plan: new models with their prices, each value that moved, and apart from them the prices that other
    registries alone vouch for. Nothing for an empty plan.

    Of more changes than anybody reads the first are shown, and how many there are.
    """
    new = [change for change in plan.visible if change.kind == "new_model"]
    vouched = [change for change in plan.visible if change.kind == "vouched"]
    moved = [change for change in plan.visible if change.kind not in ("new_model", "vouched")]
    for changes, table in ((new, _new_models), (moved, _moved), (vouched, vouched_table)):
        if changes:
            yield table(changes[:_MOST])
        if len(changes) > _MOST:
            yield Text(f"And {len(changes) - _MOST:,} more, which the diff shows.")


def _new_models(changes: list[Change]) -> WideTable:
    table = WideTable(
        "New models, USD per million tokens", folds=("mode", "more", "others"), drops=("others", "cached input")
    )
    table.add_column("model")
    table.add_column("mode")
    for name in _MAIN:
        table.add_column(name.replace("_", " "), justify="right")
    table.add_column("more")
    with_witnesses = _has_witnesses(changes)
    if with_witnesses:
        table.add_column("others")
    held = _add_verdict(table, changes)
    for model, of_model in groupby(changes, key=lambda c: f"{c.provider}/{c.model}"):
        name = model
        rates = groupby((c for c in of_model if c.mode), key=lambda c: (c.mode, c.above_input_tokens, c.start))
        for (mode, above, start), of_rate in rates:
            prices = list(of_rate)
            by_name = {price.dimension: value_text(price.new) for price in prices}
            more = ", ".join(f"{key} {usd}" for key, usd in by_name.items() if key not in _MAIN)
            cells = [name, _rate_words(mode or "", above, start), *(by_name.get(key, "") for key in _MAIN), more]
            others = (_others(prices),) if with_witnesses else ()
            table.add_row(*map(cell, cells), *others, *_verdict(prices[0], held))
            name = ""
    return table


def _moved(changes: list[Change]) -> WideTable:
    table = WideTable("Changes", folds=("old", "new", "others"), drops=("others", "evidence"))
    table.add_column("value")
    for name in ("old", "new", "change"):
        table.add_column(name, justify="right")
    table.add_column("evidence")
    with_witnesses = _has_witnesses(changes)
    if with_witnesses:
        table.add_column("others")
    held = _add_verdict(table, changes)
    for model, of_model in groupby(changes, key=lambda c: f"{c.provider}/{c.model}"):
        table.add_row(cell(model, "bold"))
        for change in of_model:
            percent = f"{change.percent:+.0f}%" if change.percent else ""
            style = _FALLEN if percent.startswith("-") else _RISEN
            stands = change.evidence.address if change.evidence else "derived" if change.derived else ""
            cells = (
                cell(f"  {_where(change)}"),
                cell(value_text(change.old)),
                cell(change.new_text),
                cell(percent, style),
            )
            others = (_others([change]),) if with_witnesses else ()
            table.add_row(*cells, cell(stands), *others, *_verdict(change, held))
    return table


def _has_witnesses(changes: list[Change]) -> bool:
    """True where another registry says anything of any of the changes."""
    return any(change.vouches or change.contradicts or change.other_days for change in changes)


def _others(changes: list[Change]) -> Text:
    """How many other registries have the new price, and how many another; of several prices, how many are vouched for."""
    counts: tuple[tuple[int, str, str], ...]
    if len(changes) > 1:
        counts = (
            (sum(bool(change.vouches) for change in changes), f"of {len(changes)} agree", _FALLEN),
            (sum(bool(change.contradicts) for change in changes), "not", _HELD),
        )
    else:
        counts = (
            (len(changes[0].vouches), "agree", _FALLEN),
            (len(changes[0].contradicts), "not", _HELD),
            (len(changes[0].other_days), "of another day", ""),
        )
    return Text(", ").join(Text(f"{count} {word}", style=style) for count, word, style in counts if count)


def _where(change: Change) -> str:
    """The value's place; the first day only of what is yet to come, since all else holds from the page's own day."""
    return change.where if change.kind in ("announced", "withdrawn") else replace(change, start=None).where


def _add_verdict(table: WideTable, changes: list[Change]) -> bool:
    """Add the verdict's column where any of `changes` is held; a column of nothing but "apply" says nothing."""
    held = any(not change.applies for change in changes)
    if held:
        table.add_column("verdict")
    return held


def _verdict(change: Change, shown_at_all: bool) -> tuple[Text, ...]:
    return (cell(change.verdict.kind, "" if change.applies else _HELD),) if shown_at_all else ()


def _rate_words(mode: str, above: int | None, start: object) -> str:
    return mode + (f" above {above:,}" if above else "") + (f" from {start}" if start else "")
