"""The figure that a price is written with: "$1,299.00", "0,30", "1.299,00"; and where such a sum stands."""

from __future__ import annotations

import re
from decimal import Decimal

FIGURE = r"\d(?:[\d.,\u00a0\u202f]{0,24}\d)?(?!\d)|\.\d{1,12}(?!\d)"


_PLAIN = re.compile(r"(?:\d+(?:\.\d+)?|\.\d+)$")
_THOUSAND_OR_DECIMAL = re.compile(r"[1-9]\d{0,2}\.\d{3}$")  # "1.250" where a comma writes decimals
_GROUPED_BY_SPACES = re.compile(r"\d{1,3}(?:[\u00a0\u202f]\d{3})+(?:,\d+)?$")
_GROUPED = re.compile(r"\d{1,3}(?:[,\u00a0\u202f]\d{3})+(?:\.\d+)?$")
_GROUPED_BY_DOTS = re.compile(r"\d{1,3}(?:[.\u00a0\u202f]\d{3})+(?:,\d+)?$")
_DECIMAL_COMMA = re.compile(r"\d+,(?:\d{1,2}|\d{4,})$|0,\d+$")
_TOO_MANY = re.compile(r"[1-9]\d*,\d{4,}$")


def shows_decimal_comma(text: str) -> bool:
    """True for a figure that can only be read with a decimal comma: "0,30", "3,75", "1.299,00"."""
    return bool(_DECIMAL_COMMA.match(text)) or bool(re.match(r"\d{1,3}(?:\.\d{3})+,\d+$", text))


def decimal_of(text: str, *, decimal_comma: bool | None = False) -> Decimal | None:
    """The number that `text` writes, or None where it can be read in no way or in two.

    `decimal_comma` says whether the page writes its prices so, which settles "1,250" and "1.250"; None where no other
    figure of the page tells.
    """
    text = text.strip("\u00a0\u202f")
    if text[:1] == "0" and text[1:2].isdigit():
        return None  # "08.1$" is "$1.80" seen in a mirror
    if _PLAIN.match(text) and not (decimal_comma and _THOUSAND_OR_DECIMAL.match(text)):
        return Decimal(text)
    if decimal_comma is False and _TOO_MANY.match(text):
        return None  # "2,1000" where other prices have points: 2.1, or 21,000 with a comma misplaced
    if decimal_comma or shows_decimal_comma(text):
        if re.match(r"\d+,\d+$", text) or (_GROUPED_BY_DOTS.match(text) and ("," in text or text.count(".") > 1)):
            return Decimal(re.sub(r"[.\u00a0\u202f]", "", text).replace(",", "."))
        if _GROUPED_BY_SPACES.match(text):
            return Decimal(re.sub(r"[\u00a0\u202f]", "", text).replace(",", "."))
        return None
    if _GROUPED.match(text) and not (decimal_comma is None and re.match(r"[1-9]\d{0,2},\d{3}$", text)):
        return Decimal(re.sub(r"[,\u00a0\u202f]", "", text))
    return None
