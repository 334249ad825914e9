"""A charge of a plan as one text, for people and back: "charge image per 1000 (batch, size 4K, free 5000 per month)"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from providers.charge_units import UNITS
from providers.dimensions import MODES

TOOLS = "tools"
"""What stands for a model where a charge is one of the provider's tools."""
_KEY = re.compile(r"charge (?P<unit>[a-z_]+)(?: per (?P<per>[1-9]\d{0,8}))?(?: \((?P<more>[^()]+)\))?", re.ASCII)
_DAYS = ("seen_before", "read_on")
_SAID = ("free", *_DAYS)
_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._+:x-]{0,60}", re.ASCII)


def charge_key(
    unit: str,
    per: int,
    mode: str = "standard",
    when: Mapping[str, str] | None = None,
    free: str | None = None,
    seen_before: date | None = None,
    read_on: date | None = None,
) -> str:
    """The text of a charge. Raises ValueError for a condition that cannot stand in it."""
    parts = [] if mode == "standard" else [mode]
    for key, value in sorted((when or {}).items()):
        if not key.isidentifier() or key in _SAID or not _SAFE.fullmatch(value):
            raise ValueError(f"the condition {key} {value!r} cannot be written")
        parts.append(f"{key} {value}")
    parts += [f"free {free}"] if free else []
    parts += [f"{name} {day}" for name, day in zip(_DAYS, (seen_before, read_on), strict=True) if day]
    said = f" ({', '.join(parts)})" if parts else ""
    return f"charge {unit}{f' per {per}' if per > 1 else ''}{said}"


def charge_entry(key: str, usd: Decimal, start: date | None = None) -> dict[str, Any]:
    """The charge that `charge_key` made a text of, as it is written into the registry. Raises ValueError for another text."""
    found = _KEY.fullmatch(key)
    if found is None or found["unit"] not in UNITS:
        raise ValueError(f"{key!r} is no charge")
    entry: dict[str, Any] = {"unit": found["unit"]}
    entry |= {"per": int(found["per"])} if found["per"] else {}
    entry["usd"] = usd
    when: dict[str, str] = {}
    for part in found["more"].split(", ") if found["more"] else ():
        name, _, value = part.partition(" ")
        if part in MODES:
            entry["mode"] = part
        elif name == "free" and value:
            entry["free"] = int(value) if value.isdigit() else value
        elif name in _DAYS and value:
            entry[name] = date.fromisoformat(value)
        elif name.isidentifier() and value:
            when[name] = value
        else:
            raise ValueError(f"{key!r} is no charge: {part!r}")
    entry |= {"when": when} if when else {}
    entry |= {"from": start} if start else {}
    return entry
