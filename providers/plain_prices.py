"""The two plain prices of a model: the rates that they stand for, and what a later rate makes of them."""

from __future__ import annotations

from .days import ordinal
from .exact import times

TYPE_CHECKING = False  # typing takes longer to import than a price takes to find
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal
    from typing import Any

    Rates = Sequence[Mapping[str, Any]]
    InputOutput = tuple[float, float]  # USD per million tokens


def plain_rates(entry: Mapping[str, Any], multiplier: Decimal | int) -> list[dict[str, Any]]:
    """The rates of a model that states only the two plain prices: they are batch, standard is × the multiplier."""
    if "input_per_million" not in entry or "output_per_million" not in entry:
        return []
    plain = {"input": entry["input_per_million"], "output": entry["output_per_million"]}
    rates = [{"mode": "standard", **{name: times(price, multiplier) for name, price in plain.items()}}]
    if entry.get("batch_support", True):
        rates.append({"mode": "batch", **plain})
    return rates


def plain_on(
    day: int, plain: InputOutput, multiplier: float, rates: Rates, checked: str | None
) -> tuple[InputOutput, InputOutput | None]:
    """Input and output of batches and of realtime calls on a day; None: the batch prices × the multiplier.

    `plain` are the prices that the file states, read on `checked`; a rate that came due since then goes before them.
    """
    due = {mode: prices for mode in ("standard", "batch") if (prices := _due(mode, rates, day, checked)) is not None}
    batch, realtime = due.get("batch", plain), due.get("standard")
    if realtime is None and "batch" in due:  # the standard price stays
        realtime = plain[0] * multiplier, plain[1] * multiplier
    elif realtime is not None and "batch" not in due and not any(rate["mode"] == "batch" for rate in rates):
        batch = realtime[0] / multiplier, realtime[1] / multiplier
    return batch, realtime


def _due(mode: str, rates: Rates, day: int, checked: str | None) -> InputOutput | None:
    """The prices of ordinary prompts by the last rate of a mode that came due after `checked`; None where none did."""
    new = [
        rate
        for rate in rates
        if rate["mode"] == mode
        and "from" in rate
        and "above_input_tokens" not in rate
        and ordinal(rate["from"]) <= day
        and (checked is None or rate["from"] > checked)
    ]
    latest = max(new, key=lambda rate: str(rate["from"]), default={})
    return (float(latest["input"]), float(latest["output"])) if "input" in latest and "output" in latest else None
