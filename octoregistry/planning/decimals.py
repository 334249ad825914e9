"""Decimals as models.yaml writes them: plain, never with an exponent, with a digit behind the point."""

from __future__ import annotations

from decimal import Context, Decimal, Inexact

_EXACT = Context(prec=40, traps=[Inexact])


def plain(value: Decimal) -> str:
    """`2` -> "2.0", `0.250` -> "0.25", `1E-7` -> "0.0000001": YAML 1.1 readers take `1e-07` for text."""
    text = f"{value:f}"
    if "." not in text:
        return f"{text}.0"
    text = text.rstrip("0")
    return f"{text}0" if text.endswith(".") else text


def divided(dividend: Decimal, divisor: Decimal) -> Decimal | None:
    """The quotient, or None where no finite decimal is equal to it (1/3) or the divisor is 0."""
    if not divisor:
        return None
    try:
        return _EXACT.divide(dividend, divisor)
    except Inexact:
        return None
