"""Checks a value against a JSON schema, as far as schemas are enforced here, and drops optional nulls."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Mapping
from decimal import Decimal, localcontext
from typing import Any

from .constraints import found

_KINDS: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int, float),
    "number": (int, float),
    "boolean": (bool,),
    "object": (dict,),
    "array": (list,),
    "null": (type(None),),
}


class UnfitError(ValueError):
    """Where a value does not fit its schema."""


def instance(text: str, model: Any, schema: Mapping[str, Any]) -> Any:
    """The instance of a pydantic model that JSON `text` states, by the `schema` of that model. ValueError where it is none."""
    return model.model_validate_json(json.dumps(fitted(text, schema)))  # as JSON: a strict model takes a date from text


def fitted(text: str, schema: Mapping[str, Any]) -> Any:
    """The value of JSON `text`, which fits `schema`. An optional key that is null, where the schema takes no null, is left
    out: OpenAI has no optional keys, so it says null. Raises UnfitError.
    """
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnfitError(f"not JSON: {error}") from None
    try:
        return _Fitting(schema).value(value, schema, "#")
    except UnfitError:
        raise
    except (TypeError, ValueError, AttributeError, LookupError, ArithmeticError, OSError) as error:
        raise UnfitError(f"it cannot be held against its schema: {error}") from None
    except RecursionError:
        raise UnfitError("it is nested too deep to be held against its schema") from None


class _Fitting:
    def __init__(self, schema: Mapping[str, Any]) -> None:
        self.root = schema
        self.definitions = {**(schema.get("definitions") or {}), **(schema.get("$defs") or {})}

    def value(self, value: Any, schema: Any, at: str) -> Any:
        if not isinstance(schema, Mapping):
            return value
        if "$ref" in schema:
            target = str(schema["$ref"])
            return self.value(
                value, self.root if target == "#" else self.definitions.get(target.rsplit("/", 1)[-1], {}), at
            )
        kinds = schema.get("type")
        kinds = kinds if isinstance(kinds, list) else [kinds] if kinds else []
        if kinds and not any(_is(value, kind) for kind in kinds):
            raise UnfitError(f"{at}: {json.dumps(value)[:40]} is no {' or '.join(map(str, kinds))}")
        if "enum" in schema and _key(value) not in map(_key, schema["enum"]):
            raise UnfitError(f"{at}: {json.dumps(value)[:40]} is none of those allowed")
        if "const" in schema and _key(value) != _key(schema["const"]):
            raise UnfitError(f"{at}: {json.dumps(value)[:40]} is not {json.dumps(schema['const'])}")
        for key in ("anyOf", "oneOf"):
            if key in schema:
                value = self.one_of(value, schema[key], at)
        for part in schema.get("allOf", ()):
            value = self.value(value, part, at)
        if isinstance(value, dict):
            return self.object(value, schema, at)
        if isinstance(value, list):
            return self.array(value, schema, at)
        if isinstance(value, str):
            _between(len(value), schema, "Length", at)
            if "pattern" in schema and not found(str(schema["pattern"]), value):
                raise UnfitError(f"{at}: it does not match {schema['pattern']}")
        elif isinstance(value, int | float) and not isinstance(value, bool):
            _check_number(value, schema, at)
        return value

    def one_of(self, value: Any, options: list[Any], at: str) -> Any:
        unfit = UnfitError(f"{at}: nothing fits a choice of nothing")
        for option in options:
            try:
                return self.value(value, option, at)
            except UnfitError as error:
                unfit = error
        raise unfit

    def array(self, value: list[Any], schema: Mapping[str, Any], at: str) -> list[Any]:
        _between(len(value), schema, "Items", at)
        if schema.get("uniqueItems") is True and len(set(map(_key, value))) < len(value):
            raise UnfitError(f"{at}: an item of it is there twice")
        shapes = itertools.chain(schema.get("prefixItems") or [], itertools.repeat(schema.get("items")))
        return [self.value(item, next(shapes), f"{at}/{n}") for n, item in enumerate(value)]

    def object(self, value: dict[str, Any], schema: Mapping[str, Any], at: str) -> dict[str, Any]:
        _between(len(value), schema, "Properties", at)
        properties, required = schema.get("properties") or {}, schema.get("required") or ()
        for name in required:
            if name not in value:
                raise UnfitError(f"{at}: {name} is missing")
        fit: dict[str, Any] = {}
        for name, item in value.items():
            more = properties.get(name, schema.get("additionalProperties"))
            if more is False:
                raise UnfitError(f"{at}: {name} is not one of its keys")
            try:
                fit[name] = self.value(item, more, f"{at}/{name}")
            except UnfitError:
                if item is not None or name in required:
                    raise
        return fit


def _key(value: Any) -> Any:
    """What equal JSON values share: 1 is 1.0, and true is not 1."""
    if isinstance(value, list):
        return list, tuple(map(_key, value))
    if isinstance(value, dict):
        return dict, frozenset((name, _key(item)) for name, item in value.items())
    return (bool, value) if isinstance(value, bool) else value


def _check_number(value: float, schema: Mapping[str, Any], at: str) -> None:
    _between(value, schema, "imum", at)
    if not schema.get("exclusiveMinimum", -math.inf) < value < schema.get("exclusiveMaximum", math.inf):
        raise UnfitError(f"{at}: {value} is not within its bounds")
    of = schema.get("multipleOf")
    if of:
        with localcontext(prec=400):  # as they are written: 0.3 is a multiple of 0.1
            if Decimal(repr(value)) % Decimal(repr(of)):
                raise UnfitError(f"{at}: {value} is no multiple of {of}")


def _is(value: Any, kind: Any) -> bool:
    if isinstance(value, bool):
        return bool(kind == "boolean")
    if kind == "integer":
        return isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    return isinstance(value, _KINDS.get(kind, (object,)))


def _between(size: float, schema: Mapping[str, Any], of: str, at: str) -> None:
    if size < schema.get(f"min{of}", size) or size > schema.get(f"max{of}", size):
        raise UnfitError(f"{at}: {size} is not within its bounds")
