"""The JSON Schema of a vendor's file, for editors, made from the very fields that a file is checked against."""

from __future__ import annotations

import json
import types
from dataclasses import MISSING, fields, is_dataclass
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from .table import ALLOWED, ALLOWED_KEYS, FORMS
from .vendor import Vendor

BESIDE = Path(__file__).with_name("vendor.schema.json")
_PLAIN: dict[Any, dict[str, Any]] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    Decimal: {"type": "number", "minimum": 0, "exclusiveMaximum": 1},
    Any: {},
}


def schema() -> dict[str, Any]:
    """The schema of one vendor's table, as JSON Schema 2020-12; the vendor's name is the file's, so it is no key."""
    table = _of(Vendor)
    del table["properties"]["name"]
    table["required"].remove("name")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "The facts of a vendor", **table}


def text() -> str:
    """The schema as it is shipped."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def _of(kind: Any, key: str = "") -> dict[str, Any]:
    """The schema of the values of one type that stand under `key`."""
    origin, parts = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return {"description": parts[1], **_of(parts[0], key)}
    if origin in {Union, types.UnionType}:
        kinds = [_of(part, key) for part in parts if part is not type(None)]
        return kinds[0] if len(kinds) == 1 else {"anyOf": kinds}
    if origin is Literal:
        return {"enum": list(parts)}
    if origin is tuple:
        return {"type": "array", "items": _of(parts[0], key)}
    if is_dataclass(kind):
        return _table(kind)
    if origin is not None:
        names = {"propertyNames": {"enum": list(ALLOWED_KEYS[key])}} if key in ALLOWED_KEYS else {}
        return {"type": "object", **names, "additionalProperties": _of(parts[1], key)}
    words = {"enum": list(ALLOWED[key])} if key in ALLOWED else {}
    form = {"pattern": f"^{FORMS[key][0]}$"} if key in FORMS else {}
    return {**_PLAIN[kind], **words, **form}


def _table(kind: Any) -> dict[str, Any]:
    hints = get_type_hints(kind, include_extras=True)
    needed = [one.name for one in fields(kind) if one.default is one.default_factory is MISSING]
    properties = {name: _of(hint, name) for name, hint in hints.items()}
    return {"type": "object", "additionalProperties": False, "properties": properties, "required": needed}


if __name__ == "__main__":
    BESIDE.write_text(text(), encoding="utf-8")
    print(BESIDE)
