"""A table of a TOML file as the frozen value of its keys; what is wrong is named with its key."""

from __future__ import annotations

import re
import types
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from providers.dimensions import DIMENSIONS, KINDS, STATUSES

Value = TypeVar("Value")
PATTERNS = frozenset(
    {
        "id_pattern",
        "id_shape",
        "host_parts",
        "can",
        "cannot",
        "families",
        "words",
        "without_output",
        "kinds",
        "model_ids",
        "token_encodings",
        "money",
    }
)
# What the texts under a key may be, and the keys of a table under it.
ALLOWED: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("on", "not_heard", "one_input_price"), DIMENSIONS),
    "stages": STATUSES,
}
ALLOWED_KEYS: dict[str, tuple[str, ...]] = {
    "kinds": KINDS,
    "prices": DIMENSIONS,
    "fields": (
        "id", "display_name", "context_window", "max_output_tokens", "batch", "lifecycle", "retires_on", "created"
    ),
}  # fmt: skip
# The form of the texts under a key, and what to say of one that has another.
FORMS: dict[str, tuple[str, str]] = {
    **dict.fromkeys(("prices", "lifecycle"), (r"https?://[^/@\s]+(?:/\S*)?", "no address that begins with https://")),
    "since": (r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])", "no day such as 2026-09-04"),
    "base_url": (r"https?://[^/@\s]+(?:/\S*)?", "no address"),
    "redirect_hosts": (r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?", "no host's name"),
    **dict.fromkeys(("key_env", "base_url_env"), (r"[A-Za-z_][A-Za-z0-9_]*", "no name of a variable")),
}


_DAYS = frozenset({"since"})


class VendorError(ValueError):
    """The facts of a vendor cannot be used; the text names the file and the key."""


def value_of(kind: Callable[..., Value], table: Mapping[str, Any], at: str, **known: Any) -> Value:
    """The `kind`, a dataclass, whose keys `table` holds, and `known` fields that no table holds. Raises VendorError.

    `at` is what stands before the keys in messages.
    """
    hints = hints_of(kind)
    for key in table:
        if key not in hints or key in known:
            raise VendorError(
                f"{at}.{key}: no such key; there are {', '.join(name for name in hints if name not in known)}"
            )
    for one in fields(kind):  # type: ignore[arg-type]  # it is a dataclass
        if one.name not in known and one.name not in table and one.default is one.default_factory is MISSING:
            raise VendorError(f"{at}.{one.name}: not set")
    return kind(**known, **{key: _checked(hints[key], value, key, f"{at}.{key}") for key, value in table.items()})


@cache
def hints_of(kind: Callable[..., object]) -> dict[str, Any]:
    """{key: type} of a dataclass."""
    return get_type_hints(kind)  # without what is said beside a type


def _checked(kind: Any, value: Any, key: str, at: str) -> Any:
    """`value` as the `kind` that it must be."""
    origin, parts = get_origin(kind), get_args(kind)
    if origin in {Union, types.UnionType}:
        return _one_of([part for part in parts if part is not type(None)], value, key, at)
    if origin is Literal:
        same = [part for part in parts if part == value and isinstance(part, bool) == isinstance(value, bool)]
        return same[0] if same else _refuse(at, f"none of {', '.join(map(repr, parts))}")  # 1.0 is 1, true is not
    if origin is tuple:
        if not isinstance(value, list):
            _refuse(at, "no list")
        return tuple(_checked(parts[0], one, key, f"{at}[{n}]") for n, one in enumerate(value))
    if is_dataclass(kind) and isinstance(kind, type):
        return value_of(kind, value if isinstance(value, dict) else _refuse(at, "no table"), at)
    if origin is not None:
        if not isinstance(value, dict):
            _refuse(at, "no table")
        for name in value:
            if name not in ALLOWED_KEYS.get(key, (name,)):
                _refuse(f"{at}.{name}", f"no such key; there are {', '.join(ALLOWED_KEYS[key])}")
        return {name: _checked(parts[1], one, key, f"{at}.{name}") for name, one in value.items()}
    return value if kind is Any else _plain(kind, value, key, at)


def _one_of(kinds: list[Any], value: Any, key: str, at: str) -> Any:
    """`value` as the first of `kinds` that it is; what is wrong deeper in it is said alone."""
    faults: list[str] = []
    for kind in kinds:
        try:
            return _checked(kind, value, key, at)
        except VendorError as fault:
            if not str(fault).startswith(f"{at}: "):
                raise
            faults.append(str(fault).removeprefix(f"{at}: "))
    return _refuse(at, " and ".join(faults))


def _plain(kind: type, value: Any, key: str, at: str) -> Any:
    if kind is Decimal:
        number = isinstance(value, int | Decimal) and not isinstance(value, bool)
        return Decimal(value) if number and 0 <= value < 1 else _refuse(at, "no share from 0 to below 1")
    if key in _DAYS and type(value) is date:  # a day of TOML, without quotes
        value = value.isoformat()
    if not isinstance(value, kind):
        _refuse(at, {str: "no text", bool: "neither true nor false"}.get(kind, f"no {kind.__name__}"))
    if key in PATTERNS:
        try:
            re.compile(value)
        except re.error as fault:
            _refuse(at, f"no pattern: {fault}")
    if value not in ALLOWED.get(key, (value,)):
        _refuse(at, f"none of {', '.join(ALLOWED[key])}")
    form, wrong = FORMS.get(key, ("", ""))
    if form and not re.fullmatch(form, value):
        _refuse(at, wrong)
    if key in _DAYS:
        try:
            date.fromisoformat(value)
        except ValueError:
            _refuse(at, wrong)
    return value


def _refuse(at: str, reason: str) -> Any:
    raise VendorError(f"{at}: {reason}")


def laid_over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """`above` over `below`: tables are joined key by key, everything else is replaced."""
    joined = dict(below)
    for key, value in above.items():
        under = joined.get(key)
        joined[key] = laid_over(under, value) if isinstance(under, dict) and isinstance(value, dict) else value
    return joined


def dotted(table: Mapping[str, Any], before: str = "") -> Iterator[str]:
    """The dotted names of the values in a table: "model_list.path"."""
    for key, value in table.items():
        if isinstance(value, Mapping) and value:
            yield from dotted(value, f"{before}{key}.")
        else:
            yield f"{before}{key}"
