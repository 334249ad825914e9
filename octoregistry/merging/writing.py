"""Values as YAML text, in the layout of models.yaml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from octoregistry.planning.decimals import plain
from octoregistry.planning.values import Value
from providers.dimensions import DIMENSIONS
from providers.yamlread import scalar

MODEL_KEYS = (
    "display_name",
    "input_per_million",
    "output_per_million",
    "batch_support",
    "realtime_multiplier",
    "aliases",
    "context_window",
    "max_output_tokens",
    "status",
    "retires_on",
    "missing_since",
    "rates",
    "source",
)
SOURCE_KEYS = ("page", "checked", "sha256")
RATE_KEYS = ("mode", "above_input_tokens", "from", *DIMENSIONS, "derived")

# What needs no quotes in any YAML, neither in a block nor between braces.
_BARE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ._/+()@~-]*[A-Za-z0-9._/+()@~-])?")
_BARE_URL = re.compile(r"https?://[A-Za-z0-9._/+@~-]+")


def yaml_of(value: Value) -> str:
    """A value as YAML text on one line."""
    match value:
        case bool():
            return "true" if value else "false"
        case Decimal():
            return plain(value)
        case int() | date():
            return str(value)
        case tuple():
            return f"[{', '.join(map(text_of, value))}]"
        case None:
            return "null"
        case _:
            return text_of(value)


def text_of(text: str) -> str:
    """Text as YAML that every reader takes for just that text."""
    if (_BARE.fullmatch(text) and type(scalar(text)) is str and not _DATE.fullmatch(text)) or _BARE_URL.fullmatch(text):
        return text
    if text.isprintable() and text.isascii():
        return "'" + text.replace("'", "''") + "'"
    return '"' + "".join(map(_escaped, text)) + '"'


def flow_mapping(entries: Mapping[str, Value]) -> str:
    """A mapping between braces, on one line."""
    return "{" + ", ".join(f"{key}: {yaml_of(value)}" for key, value in entries.items()) + "}"


_DATE = re.compile(r"\d{4}-\d\d?-\d\d?")


def _escaped(char: str) -> str:
    if char in '"\\':
        return "\\" + char
    if char.isprintable() and (char.isascii() or char.isalnum()):
        return char
    return f"\\U{ord(char):08x}"
