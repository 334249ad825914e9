"""A vendor's answer as plain values: mappings and ISO times, whatever object, case or clock it came in."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

_BILLIONTHS = re.compile(r"(\.\d{6})\d+")


def plain(response: Any) -> Mapping[str, Any]:
    """The fields of a response: of an SDK's object, of JSON text, or of a mapping that already is one.

    Raises TypeError for anything else, and ValueError for text that is no JSON object.
    """
    if isinstance(response, Mapping):
        return response
    if isinstance(response, str | bytes):
        fields = json.loads(response)
        if not isinstance(fields, Mapping):
            raise ValueError("the response is JSON, but no object")  # noqa: TRY004 - the text is wrong, not its type
        return fields
    if hasattr(response, "model_dump"):
        # SDKs validate nothing by default, so a field may hold what its type forbids: that is not for a dump to warn
        # of.
        dumped: Mapping[str, Any] = response.model_dump(mode="json", exclude_none=True, warnings=False)
        return dumped
    raise TypeError(f"{type(response).__name__} is neither a response object, nor JSON, nor a mapping")


def field(fields: Mapping[str, Any], name: str) -> Any:
    """The value under a snake_case name or its camelCase twin, or None: Gemini's wire says one, its SDK the other."""
    if name in fields:
        return fields[name]
    first, *others = name.split("_")
    return fields.get(first + "".join(part.title() for part in others))


def section(fields: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The mapping under a name, in either case; an empty one where there is none."""
    value = field(fields, name)
    return value if isinstance(value, Mapping) else {}


def counts_so_far(before: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    """What a stream has counted after a further event of it. What the event does not say stays; a count that falls is none, and
    becomes words that nobody takes for one.
    """
    found = dict(before)
    for name, value in now.items():
        held = before.get(name)
        if isinstance(held, Mapping) and isinstance(value, Mapping):
            found[name] = counts_so_far(held, value)
        elif isinstance(held, int) and isinstance(value, int) and value < held:
            found[name] = f"{held}, then {value}"
        elif value is not None and not isinstance(held, str):
            found[name] = value
    return found


def error_in(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """The error that an answer states, also one that is a text alone; an empty mapping where there is none."""
    told = fields.get("error")
    return {"message": told} if isinstance(told, str) and told else section(fields, "error")


def listed(fields: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """The mappings of the list under a name, in either case; none where there is no list."""
    value = field(fields, name)
    return [entry for entry in value if isinstance(entry, Mapping)] if isinstance(value, list) else []


def text_in(fields: Mapping[str, Any], name: str = "text") -> str:
    """The text under a name; "" for none. ValueError for what is no text: its spelling in Python would be no answer."""
    value = fields.get(name)
    if value is not None and not isinstance(value, str):
        raise ValueError(f"{name} is no text but {type(value).__name__}")
    return value or ""


def count(fields: Mapping[str, Any], name: str) -> int:
    """The number under a name, in either case; 0 where there is none. Google writes 64-bit numbers as text."""
    value = field(fields, name)
    if isinstance(value, str) and value.isdigit():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def among(value: Any, words: frozenset[Any]) -> bool:
    """Whether a value of an answer is one of these words or numbers; a list or a table, whatever it holds, is none."""
    return isinstance(value, str | int) and value in words


def iso(moment: Any) -> str | None:
    """ISO 8601 in UTC, of Unix seconds, a datetime or ISO text; None for nothing, and for no time at all."""
    if moment is None or moment == "" or isinstance(moment, bool):
        return None
    try:
        if isinstance(moment, int | float):
            return datetime.fromtimestamp(moment, UTC).isoformat()
        # of a second Google tells the billionths
        then = moment if isinstance(moment, datetime) else datetime.fromisoformat(_BILLIONTHS.sub(r"\1", str(moment)))
        return then.replace(tzinfo=then.tzinfo or UTC).astimezone(UTC).isoformat()
    except (ValueError, OverflowError, OSError):
        return None


def moment_of(text: str | None) -> float | None:
    """Unix seconds of an ISO time, or None where there is none or it cannot be read."""
    if text is None:
        return None
    try:
        then = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (then if then.tzinfo else then.replace(tzinfo=UTC)).timestamp()
