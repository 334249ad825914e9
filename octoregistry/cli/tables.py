"""Plans and prices as tables for people."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from rich.table import Table
from rich.text import Text

from octoregistry.planning.plan import Change, Plan, shown

_STYLES = {"up": "red", "down": "green", "held": "bold yellow"}


def change_table(plan: Plan) -> Table:
    """The plan's visible changes: a row for each changed value, and one for each mode of a new model."""
    table = Table(title="Changes", title_justify="left", header_style="bold")
    for name in ("model", "what"):
        table.add_column(name, no_wrap=True)
    for name in ("old", "new", "change"):
        table.add_column(name, justify="right", no_wrap=name != "new")
    table.add_column("stands at", no_wrap=True)
    table.add_column("verdict")
    for _, changes in groupby(plan.visible, key=lambda change: (change.provider, change.model)):
        for row in _rows(list(changes)):
            table.add_row(*row)
    return table


def _rows(changes: list[Change]) -> Iterable[tuple[Text, ...]]:
    model = f"{changes[0].provider}/{changes[0].model}"
    new = [change for change in changes if change.kind == "new_model"]
    for key, rate in groupby((c for c in new if c.mode), key=lambda c: (c.mode, c.above_input_tokens, c.start)):
        prices = list(rate)
        mode, above, start = key
        where = f"new: {mode}" + (f" above {above:,}" if above else "") + (f" from {start}" if start else "")
        stated = ", ".join(f"{price.dimension} {shown(price.new)}" for price in prices)
        yield _row(model, where, "", stated, "", prices[0])
        model = ""
    for change in changes:
        if change.kind != "new_model":
            moved = f"{change.percent:+.0f}%" if change.percent else ""
            yield _row(model, change.where, shown(change.old), shown(change.new), moved, change)
            model = ""


def _row(model: str, where: str, old: str, new: str, moved: str, change: Change) -> tuple[Text, ...]:
    style = _STYLES["down"] if moved.startswith("-") else _STYLES["up"] if moved else ""
    stands = change.evidence.address if change.evidence else "derived" if change.derived else ""
    verdict = Text(str(change.verdict), style="" if change.applies else _STYLES["held"])
    return (Text(model), Text(where), Text(old), Text(new), Text(moved, style=style), Text(stands), verdict)
