"""Changes as lines of a notice: one for a model's mode and prompt size, old and new prices side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from octoregistry.planning.counts import counts_of_values
from octoregistry.planning.plan_json import FORMAT, PlanError, from_values
from octoregistry.queries.wording import DASH, counted
from octoregistry.report.change_rows import ChangedValue, ChangeRow, change_rows


def price_lines(changes: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """The prices of `changes`, a line a model, mode and prompt size; what is changed besides is counted in the last line."""
    try:
        plan = from_values({"format": FORMAT, "changes": list(changes), "notes": []})
    except PlanError:  # kept by another version
        return tuple(map(change_line, changes))
    lines = []
    for (provider, model), mine in groupby(plan.visible, key=lambda change: (change.provider, change.model)):
        lines += [f"{provider}/{model} {_line(row)}" for row in change_rows(mine) if row.price]
    return (*lines, *_facts(changes))


def _facts(changes: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    count = counts_of_values(changes).facts
    return (f"and {counted(count, 'fact', 'facts')} of models",) if count else ()


def _line(row: ChangeRow) -> str:
    held = f" HELD: {'; '.join(row.reasons)}" if row.held else ""
    return f"{row.where}: {', '.join(map(_value, row.values))}{held}"


def _value(value: ChangedValue) -> str:
    old = "" if value.old == DASH else f"{value.old} → "
    return f"{value.label.lower()} {old}{value.new}{f' ({value.percent})' if value.percent else ''}"


def change_line(change: Mapping[str, Any]) -> str:
    """One change, in a line: old and new, where it was read and why it is held."""
    where = " ".join(str(part) for part in (change["mode"], change["dimension"].replace("_", " ")) if part)
    above = f" above {change['above_input_tokens']:,}" if change["above_input_tokens"] else ""
    old = "" if change["old"] is None else f"{change['old']} -> "
    read = f" ({change['evidence']['address']} of {change['evidence']['page']})" if change["evidence"] else ""
    why = "; ".join(reason["text"] for reason in change["reasons"])
    return f"{change['provider']}/{change['model']}: {where}{above} {old}{change['new']}{read}" + (
        f" HELD: {why}" if why else ""
    )
