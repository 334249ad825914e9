"""A value of the registry, and how people read it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from octoregistry.planning.decimals import plain

Value = Decimal | str | bool | int | date | tuple[str, ...] | None


def value_text(value: Value) -> str:
    """A value as people read it: prices plain, nothing as a dash."""
    match value:
        case None:
            return "-"
        case bool():
            return str(value).lower()
        case Decimal():
            return plain(value)
        case tuple():
            return ", ".join(value)
        case _:
            return str(value)
