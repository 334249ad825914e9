"""Held changes as text: each with its reasons, its evidence and its witnesses."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from rich.text import Text

from octoregistry.cli.output import line
from octoregistry.planning.doubts import held_by_labels
from octoregistry.planning.plan import Change, Plan
from octoregistry.planning.values import value_text

_MOST = 12  # changes of one model that are held for the same reasons, before the rest is counted


def held_texts(plan: Plan) -> Iterator[Text]:
    """The held changes: the labels with unknown words, each with its count, then by model the reasons and the changes. Vouched
    ones have a table of their own.
    """
    held = [change for change in plan.visible if not change.applies and change.kind != "vouched"]
    if not held:
        return
    yield Text("Held for review; --accept MODEL[:MODE] takes them", style="bold yellow")
    labels = held_by_labels(plan)
    for label in labels[:_MOST]:
        yield Text(f"  {line(label, 300)}", style="yellow")
    if labels:
        more = f"and {len(labels) - _MOST} labels more; " if len(labels) > _MOST else ""
        yield Text(f"  {more}`octoregistry readings review` asks what they mean, one key a label", style="yellow")
    for model, changes in groupby(held, key=lambda change: f"{change.provider}/{change.model}"):
        yield Text(line(model), style="bold")
        by_reasons: dict[str, list[Change]] = {}
        for change in changes:
            by_reasons.setdefault("; ".join(map(str, change.verdict.reasons)), []).append(change)
        for reasons, alike in by_reasons.items():
            yield Text(f"  {line(reasons, 400)}", style="yellow")
            for change in alike[:_MOST]:
                yield Text(f"    {_line(change)}")
            if len(alike) > _MOST:
                yield Text(f"    and {len(alike) - _MOST} more")


def _line(change: Change) -> str:
    """`standard input 5.0 -> 50.0 (×10), T1R3C2 "$50.00"; litellm 5.0 (2026-09-07)`."""
    old = "" if change.old is None else f"{value_text(change.old)} -> "
    factor = f" (×{change.factor:.3g})" if change.factor else ""
    place = f', {change.evidence.address} "{line(change.evidence.text, 60)}"' if change.evidence else ""
    who = [
        f"{word}: {', '.join(map(str, witness_prices))}"
        for word, witness_prices in (
            ("agree", change.vouches),
            ("disagree", change.contradicts),
            ("of another day", change.other_days),
        )
        if witness_prices
    ]
    return (
        line(f"{change.where} {old}{value_text(change.new)}{factor}", 200)
        + place
        + "".join(f"; {words}" for words in who)
    )
