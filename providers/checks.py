"""What is wrong with one value of a registry, in words; None where nothing is."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from .dimensions import DIMENSIONS, FEATURES, KINDS, MODALITIES, MODES, STATUSES
from .yamlread import Ambiguous

TYPE_CHECKING = False  # typing takes longer to import than a price takes to find
if TYPE_CHECKING:
    from typing import Any

HIGHEST = 1_000_000  # USD per million tokens: a dollar a token. Beyond it a unit was mistaken
_ZERO, _HIGHEST = Decimal(0), Decimal(HIGHEST)
PLACES = 18  # digits behind the point that a price may have
_YEAR_LONG = 10  # len("2026-09-04")


def number(value: Any) -> str | None:  # noqa: PLR0911 - a sentence for each way to be wrong
    """What is wrong with a price or multiplier."""
    kind = type(value)
    if kind is Decimal:
        if value.is_finite() and _ZERO <= value <= _HIGHEST and len(text := str(value)) <= PLACES and "E" not in text:
            return None  # nearly every price there is; the exact look below takes three times as long
        if not value.is_finite():
            return f"{value} is no price: write a plain decimal, or leave the key out where it is not known"
        if value < 0:
            return f"{value} is negative"
        if value <= HIGHEST and int(value.as_tuple().exponent) >= -PLACES:
            return None
    elif kind is int:
        if 0 <= value <= HIGHEST:
            return None
        if value < 0:
            return f"{value} is negative"
    elif kind is bool:
        return f"{shown(value)} is a yes-or-no, not a number"
    else:
        return _not_a_number(value)
    return f"not plausible: at most {HIGHEST} and {PLACES} digits behind the point"


def count(value: Any) -> str | None:
    """What is wrong with a number of tokens."""
    if type(value) is int and value > 0:
        return None
    return f"{shown(value)} is not a whole number from 1 up"


def share(value: Any) -> str | None:
    """What is wrong with a share of 1, such as a discount."""
    return number(value) or (None if value < 1 else f"{value} is not a share below 1: write 0.5 for 50%")


def multiplier(value: Any) -> str | None:
    """What is wrong with a factor between two prices."""
    return number(value) or (None if value > 0 else "0 would make every realtime call free: leave the key out")


def text(value: Any) -> str | None:
    """What is wrong with a name or address."""
    if type(value) is str and value.isprintable() and value == value.strip() and value:
        return None
    if isinstance(value, Ambiguous):
        return f"{value} is a number or yes-or-no to some readers of YAML: put it in quotes"
    if isinstance(value, str):
        return "empty, or with blanks around it or letters that cannot be printed"
    return f"{shown(value)} is not text: put it in quotes if it is a name"


def yes_or_no(value: Any) -> str | None:
    """What is wrong with a flag."""
    return None if type(value) is bool else f"{shown(value)} is neither true nor false"


def day(value: Any) -> str | None:
    """What is wrong with a date."""
    if type(value) is str and len(value) == _YEAR_LONG:
        try:
            date.fromisoformat(value)
        except ValueError:
            pass
        else:
            return None
    return f"{shown(value)} is not a day: write it as 2026-09-04"


def days(value: Any) -> str | None:
    """What is wrong with a day for each of some names."""
    if type(value) is not dict:
        return mapping(value)
    return next((wrong for one in value.values() if (wrong := day(one))), None) or texts(list(value))


def status(value: Any) -> str | None:
    """What is wrong with a status."""
    return None if value in STATUSES else f"{shown(value)} is none of {', '.join(STATUSES)}"


def mode(value: Any) -> str | None:
    """What is wrong with a mode."""
    return None if value in MODES else f"{shown(value)} is none of {', '.join(MODES)}"


def kind(value: Any) -> str | None:
    """What is wrong with the kind of a model."""
    return None if value in KINDS else f"{shown(value)} is none of {', '.join(KINDS)}"


def via(value: Any) -> str | None:
    """What is wrong with the way in which a page was read."""
    return (
        None if value == "digest" else f"{shown(value)} is not digest: leave the key out where the page itself was read"
    )


def features(value: Any) -> str | None:
    """What is wrong with a list of features."""
    return _among(value, FEATURES)


def dimensions(value: Any) -> str | None:
    """What is wrong with a list of dimensions."""
    return _among(value, DIMENSIONS)


def modalities(value: Any) -> str | None:
    """What is wrong with a list of modalities."""
    return _among(value, MODALITIES)


def _among(value: Any, known: tuple[str, ...]) -> str | None:
    unknown = texts(value) or next(
        (f"{shown(item)} is none of {', '.join(known)}" for item in value if item not in known), None
    )
    return unknown or ("named twice" if len(set(value)) < len(value) else None)


def place(value: Any) -> str | None:
    """What is wrong with a region."""
    return text(value) or (
        None
        if value.isascii() and value.islower() and value.replace("-", "").isalnum()
        else f"{shown(value)} is no region: write small letters, as in us or data-zone"
    )


def currency(value: Any) -> str | None:
    """What is wrong with a currency."""
    return text(value) or (
        None
        if value.isascii() and value.isupper() and value.isalpha() and len(value) == 3
        else f"{shown(value)} is no code of a currency: write three capitals, as in CNY"
    )


def texts(value: Any) -> str | None:
    """What is wrong with a list of names."""
    if type(value) is not list:
        return f"{shown(value)} is not a list: write [{value}]"
    return next((wrong for item in value if (wrong := text(item))), None)


def mapping(value: Any) -> str | None:
    """What is wrong with a group of keys."""
    return None if type(value) is dict else f"{shown(value)} is not a mapping of keys to values"


def sequence(value: Any) -> str | None:
    """What is wrong with a list."""
    return None if type(value) is list else f"{shown(value)} is not a list"


def _not_a_number(value: Any) -> str:
    if value is None:
        return "no value: write a plain decimal, or leave the key out where it is not known"
    if isinstance(value, Ambiguous) and ("e" in value or "E" in value):
        return f"{value} is text to readers of YAML 1.1: write a plain decimal such as 0.0000001"
    if isinstance(value, str):
        return f"{shown(value)} is text, not a number: write a plain decimal without quotes, unit or comma"
    return f"{shown(value)} is not a number"


def shown(value: Any) -> str:
    """A value as it may be shown: short, and in the words of YAML."""
    if value is None or isinstance(value, bool):
        return {None: "nothing", True: "true", False: "false"}[value]
    if isinstance(value, (dict, list)):
        return "a mapping" if isinstance(value, dict) else "a list"
    words = repr(str(value)) if isinstance(value, str) else str(value)
    return words if len(words) <= 60 else words[:57] + "..."
