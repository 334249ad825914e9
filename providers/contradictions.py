"""Where the two plain prices of a model contradict its rates."""

from __future__ import annotations

from decimal import Context, Decimal, Inexact

from .dimensions import DIMENSIONS

TYPE_CHECKING = False  # typing takes longer to import than a price takes to find
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

_EXACT = Context(prec=100)  # prices have 25 digits at most, and a product of two of them has 50
_FINITE = Context(prec=40, traps=[Inexact])


class Contradiction(str):
    """What contradicts what in one model's entry: that model has no price to rely on, and the others do."""

    __slots__ = ()


def contradictions(entry: Mapping[str, Any], rates: list[Any], factor: Any) -> Iterator[tuple[str, Contradiction]]:
    """Where the two plain prices are not those of `rates` on the day of `source.checked`."""
    for key, wrong in _contradictions(entry, rates, factor):
        yield key, Contradiction(wrong)


def _contradictions(entry: Mapping[str, Any], rates: list[Any], factor: Any) -> Iterator[tuple[str, str]]:
    """Where the two plain prices are not those of `rates` on the day of `source.checked`."""
    checked = (entry.get("source") or {}).get("checked")
    supported = entry.get("batch_support", True)
    standard, batch = _base_rate(rates, "standard", checked), _base_rate(rates, "batch", checked)
    if not supported and any(rate["mode"] == "batch" and not rate.keys().isdisjoint(DIMENSIONS) for rate in rates):
        yield "batch_support", "false, but there are batch rates: make it true or delete them"
        return
    wrong = False
    for dimension in ("input", "output"):
        key = f"{dimension}_per_million"
        plain = entry[key]
        if supported and dimension in batch:
            if plain != batch[dimension]:
                wrong = True
                yield key, f"{plain} contradicts the batch rate in force, {batch[dimension]}: make them equal"
        elif dimension in standard and not batch and not _near(_EXACT.multiply(plain, factor), standard[dimension]):
            wrong = True
            yield (
                key,
                f"{plain} contradicts the standard rate in force, {standard[dimension]} ÷ {factor}",
            )
    if batch and not wrong and (better := _better_multiplier(entry, standard, factor)):
        yield (
            "realtime_multiplier",
            f"{factor} contradicts the standard rate in force: give the model realtime_multiplier: {better}",
        )


def _base_rate(rates: list[Any], of: str, checked: str | None) -> Mapping[str, Any]:
    """The rate in force for small prompts on a day; without a day only where `from` leaves no doubt."""
    base = [rate for rate in rates if rate["mode"] == of and "above_input_tokens" not in rate]
    if checked is None:
        return base[0] if len(base) == 1 else {}
    in_force = [rate for rate in base if rate.get("from", "") <= checked]
    return max(in_force, key=lambda rate: str(rate.get("from", "")), default={})


def _better_multiplier(entry: Mapping[str, Any], standard: Mapping[str, Any], factor: Any) -> Decimal | None:
    """The one multiplier that fits both plain prices where `factor` does not; None where none fits, or it does."""
    if "input" not in standard or "output" not in standard:
        return None
    pairs = [(entry[f"{name}_per_million"], standard[name]) for name in ("input", "output")]
    (first, stated_first), (second, stated_second) = pairs
    if _EXACT.multiply(first, factor) == stated_first and _EXACT.multiply(second, factor) == stated_second:
        return None
    ratios = {_ratio(stated, plain) for plain, stated in pairs if plain or stated}
    if len(ratios) != 1 or not (ratio := ratios.pop()):
        return None
    return ratio if all(_EXACT.multiply(plain, ratio) == stated for plain, stated in pairs) else None


def _ratio(stated: Any, plain: Any) -> Decimal | None:
    """The quotient, None where no finite decimal is equal to it: 100/6 is no multiplier that anybody could write."""
    try:
        return _FINITE.divide(Decimal(stated), plain) if plain else None
    except Inexact:
        return None


def _near(left: Any, right: Any) -> bool:
    """Equal but for what a division that does not come out even leaves."""
    return bool(left == right or abs(left - right) <= Decimal("1e-6") * right)
