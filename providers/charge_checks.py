"""What is wrong with the charges of a registry: each with its path and what to do."""

from __future__ import annotations

from .charge_units import UNITS
from .checks import count, day, mapping, mode, number, shown, text

TYPE_CHECKING = False  # typing takes longer to import than a price takes to find
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    Found = Iterator[tuple[tuple[object, ...], str]]


def unit(value: Any) -> str | None:
    """What is wrong with the unit of a charge."""
    return None if value in UNITS else f"{shown(value)} is none of {', '.join(UNITS)}"


def conditions(value: Any) -> str | None:
    """What is wrong with the conditions of a charge."""
    if type(value) is not dict or not value:
        return f"{shown(value)} is no mapping of conditions: write {{size: 1024x1024}}, or leave the key out"
    for key, condition in value.items():
        if wrong := text(key) or (None if type(condition) is int and condition > 0 else text(condition)):
            return f"{key}: {wrong}"
    return None


def free(value: Any) -> str | None:
    """What is wrong with what is free first."""
    number_, _, period = value.partition(" per ") if type(value) is str else (str(value), "", "")
    sound = type(value) in (int, str) and number_.isdigit() and int(number_) > 0
    if sound and (period in ("day", "month") or (not period and type(value) is int)):
        return None
    return f"{shown(value)} is no allowance: write 1500 per day, 5000 per month, or a whole number"


CHARGE_KEYS: dict[str, Any] = {
    "model": text,
    "unit": unit,
    "per": count,
    "usd": number,
    "mode": mode,
    "when": conditions,
    "free": free,
    "from": day,
    "seen_before": day,
    "read_on": day,
}
REQUIRED = ("unit", "usd")


def charges(values: list[Any], path: tuple[object, ...], *, of_model: bool) -> Found:
    """(path, what is wrong) of every fault in a list of charges; one of a model names no model."""
    slots: dict[tuple[str, ...], int] = {}
    for place, charge in enumerate(values):
        here = (*path, place)
        if type(charge) is not dict:
            yield here, mapping(charge) or ""
            continue
        for key, value in charge.items():
            if key not in CHARGE_KEYS or (of_model and key == "model"):
                yield (*here, key), f"unknown key; known are {', '.join(CHARGE_KEYS)}"
            elif wrong := CHARGE_KEYS[key](value):
                yield (*here, key), wrong
        for key in REQUIRED:
            if key not in charge:
                yield (*here, key), "missing: add it"
        if "seen_before" in charge and not str(charge["seen_before"]) < str(charge.get("from", "")):
            yield (*here, "seen_before"), "goes with a later `from`: the day on which the new price was first seen"
        slot = tuple(repr(charge.get(key)) for key in ("model", "unit", "mode", "from")) + tuple(
            sorted(f"{key}={value}" for key, value in (charge.get("when") or {}).items())
            if type(charge.get("when")) is dict
            else ()
        )
        first = slots.setdefault(slot, place)
        if first != place:
            yield here, f"the same unit, mode, conditions and from as charges[{first}]: keep one"
