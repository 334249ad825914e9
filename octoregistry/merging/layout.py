"""The layout of models.yaml: the order of its keys, and values as ruamel.yaml writes them.

A key that is missing in these lists is written behind all others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, SingleQuotedScalarString

from octoregistry.planning.decimals import plain
from octoregistry.planning.values import Value
from providers.dimensions import DIMENSIONS, MODES
from providers.yamlread import scalar

MODEL_KEYS = (
    "display_name",
    "input_per_million",
    "output_per_million",
    "batch_support",
    "realtime_multiplier",
    "aliases",
    "former_aliases",
    "context_window",
    "max_output_tokens",
    "kind",
    "modalities",
    "features",
    "facts_from",
    "status",
    "deprecated_on",
    "retires_on",
    "replaced_by",
    "missing_since",
    "first_seen",
    "last_seen",
    "rates",
    "charges",
    "source",
)
CHARGE_KEYS = ("model", "unit", "per", "usd", "mode", "when", "free", "from", "seen_before", "read_on")
RATE_KEYS = (
    "mode", "place", "currency", "above_input_tokens", "up_to_input_tokens", "up_to_derived", "from", "seen_before", "read_on",
    *DIMENSIONS, "derived", "derived_dimensions", "level", "vouched_by", "seen_on",
)  # fmt: skip
NESTED_KEYS = {"source": ("page", "checked", "sha256", "via"), "last_seen": MODES}

# What needs no quotes in any YAML, neither in a block nor between braces.
_BARE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ._/+()@~-]*[A-Za-z0-9._/+()@~-])?")
_BARE_URL = re.compile(r"https?://[A-Za-z0-9._/+@~-]+")
_BARE_INSIDE_QUOTES = re.compile(r"[A-Za-z0-9._:/+@~ -]+")
_DATE = re.compile(r"\d{4}-\d\d?-\d\d?")


def in_order(keys: Iterable[str], order: tuple[str, ...]) -> list[str]:
    """The keys as `order` has them, then those that it lacks."""
    return sorted(keys, key=lambda key: order.index(key) if key in order else len(order))


def written(value: Value, old: Any = None) -> Any:
    """The value for a mapping that ruamel.yaml writes without resolving scalars; in the quotes of `old` where it can be."""
    match value:
        case bool() | None:
            text = {True: "true", False: "false", None: "null"}[value]
        case Decimal():
            text = plain(value)
        case int() | date():
            text = str(value)
        case tuple():
            return flow_list(map(quoted, value))
        case dict():
            return flow_mapping(value, ())
        case _:
            text = quoted(value)
    if isinstance(old, (SingleQuotedScalarString, DoubleQuotedScalarString)) and _BARE_INSIDE_QUOTES.fullmatch(text):
        return type(old)(text)
    return text


def quoted(text: str) -> Any:
    """Text with the quotes that it needs so that every reader takes it for just that text."""
    if (_BARE.fullmatch(text) and type(scalar(text)) is str and not _DATE.fullmatch(text)) or _BARE_URL.fullmatch(text):
        return text
    if text.isprintable() and text.isascii():
        return SingleQuotedScalarString(text)
    return DoubleQuotedScalarString(text)


def flow_mapping(values: Mapping[str, Value], order: tuple[str, ...]) -> CommentedMap:
    """A mapping between braces, on one line."""
    mapping = CommentedMap((key, written(values[key])) for key in in_order(values, order))
    mapping.fa.set_flow_style()
    return mapping


def flow_list(items: Iterable[Any]) -> CommentedSeq:
    """A list between brackets, on one line."""
    found = CommentedSeq(items)
    found.fa.set_flow_style()
    return found
