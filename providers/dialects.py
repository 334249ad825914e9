"""One JSON schema in each vendor's dialect, or an error that says what the vendor cannot enforce."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .constraints import wrong_constraint
from .errors import RequestError

# Say something about the schema, not about the answer. `discriminator` is OpenAPI's, and pydantic writes it beside the
# `oneOf` that already says the same.
_ANNOTATIONS = frozenset(
    {
        "$schema",
        "$id",
        "$anchor",
        "$comment",
        "title",
        "default",
        "examples",
        "deprecated",
        "readOnly",
        "writeOnly",
        "discriminator",
    }
)
_TYPES = frozenset({"string", "number", "integer", "boolean", "object", "array", "null"})
# Narrow a value without changing its shape. Where a vendor cannot enforce one, it goes into the description, as
# Anthropic's own SDK does: the model mostly follows it, and whoever relies on it checks the answer.
_CONSTRAINTS = frozenset(
    {
        "minLength",
        "maxLength",
        "pattern",
        "format",
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "multipleOf",
        "minItems",
        "maxItems",
        "uniqueItems",
        "minProperties",
        "maxProperties",
        "contentEncoding",
        "contentMediaType",
    }
)
# Dealt with beside the keywords that they belong to.
_ELSEWHERE = frozenset({"$defs", "definitions", "required", "additionalProperties"})


class SchemaError(RequestError):
    """A schema that a vendor cannot enforce; the text names the place in the schema and what to write instead."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """What one vendor's structured output understands."""

    vendor: str
    enforces: frozenset[str]  # the constraints that it checks
    formats: frozenset[str] | None = None  # of `format`; None: all
    closed_objects: bool = True  # `additionalProperties: false` on every object, so no maps
    all_required: bool = False  # an optional property becomes a required one that may be null
    type_lists: bool = True  # {"type": ["string", "null"]}
    tuples: bool = False
    recursion: bool = True
    object_root: bool = False
    typed_arrays: bool = False  # `items` on every array
    most_min_items: int | None = None


_FORMATS = frozenset({"date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"})
_RANGES = frozenset({"minimum", "maximum", "minItems", "maxItems"})
# https://developers.openai.com/api/docs/guides/structured-outputs#supported-schemas
OPENAI = Dialect(
    vendor="openai",
    enforces=_RANGES | {"pattern", "format", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"},
    formats=_FORMATS,
    all_required=True,
    object_root=True,
    typed_arrays=True,
)
# anthropic/lib/_parse/_transform.py
ANTHROPIC = Dialect(
    vendor="anthropic",
    enforces=frozenset({"format", "minItems"}),
    formats=_FORMATS | {"uri"},
    type_lists=False,
    recursion=False,
    most_min_items=1,
)
# google/genai/types.py, GenerateContentConfig.response_json_schema
GEMINI = Dialect(vendor="gemini", enforces=_RANGES | {"format"}, closed_objects=False, tuples=True)


def translated(schema: Mapping[str, Any], dialect: Dialect) -> dict[str, Any]:
    """`schema` as the vendor enforces it. Raises SchemaError where its shape cannot be enforced."""
    return _Translation(dialect, schema).root()


class _Translation:
    """One schema on its way into one dialect; knows the definitions that references lead to."""

    def __init__(self, dialect: Dialect, schema: Mapping[str, Any]) -> None:
        self.dialect = dialect
        self.schema = schema
        if not isinstance(schema, Mapping):
            raise self.error("#", "a schema is a mapping: of a pydantic model give model_json_schema()")
        self.definitions = {**_mapping(schema.get("definitions")), **_mapping(schema.get("$defs"))}

    def root(self) -> dict[str, Any]:
        """The whole schema, with its definitions. A reference at the root, as pydantic writes for a model that holds
        itself, is replaced by what it leads to: the root must say itself that it is an object.
        """
        top, seen = self.schema, set[str]()
        while "$ref" in top and top["$ref"] not in {"#", *seen}:
            seen.add(top["$ref"])
            top = self.definitions[self.reference(top["$ref"], "#").removeprefix("#/$defs/")]
        root = self.subschema(top, "#")
        if self.dialect.object_root and root.get("type") != "object":
            raise self.error("#", "the root must be an object: wrap it, as in {'items': [...]}")
        if self.definitions:
            if not self.dialect.recursion:
                self.refuse_cycles()
            root["$defs"] = {name: self.subschema(part, f"#/$defs/{name}") for name, part in self.definitions.items()}
        return root

    def subschema(self, schema: Any, at: str) -> dict[str, Any]:
        """A part of the schema that describes a value of its own."""
        if not isinstance(schema, Mapping):
            raise self.error(at, f"{schema!r} says nothing of the answer's shape: state a type")
        if "$ref" in schema:
            return {"$ref": self.reference(schema["$ref"], at)}
        result: dict[str, Any] = {}
        notes: list[str] = []
        for keyword, value in schema.items():
            if keyword in _ANNOTATIONS:
                continue
            wrong = _malformed(keyword, value)
            if wrong is not None:
                raise self.error(at, wrong)
            if keyword in _ELSEWHERE:
                continue
            if keyword not in _CONSTRAINTS:
                result.update(self.keyword(keyword, value, at))
            elif self.enforced(keyword, value):
                result[keyword] = value
            else:
                notes.append(f"{keyword}: {value}")
        if "enum" in result and "type" not in result:
            result = {"type": _kinds_of(result["enum"]), **result}
        if self.dialect.closed_objects and not result.keys() & {"type", "enum", "anyOf", "properties"}:
            raise self.error(at, "this says nothing of the answer's shape: state a type")
        kind = result.get("type")
        if (
            self.dialect.typed_arrays
            and "array" in (kind if isinstance(kind, list) else [kind])
            and "items" not in result
        ):
            raise self.error(at, "an array whose items may be anything cannot be enforced: state 'items'")
        if kind == "object" or (isinstance(kind, list) and "object" in kind) or "properties" in result:
            self.close(schema, result, at)
        if notes:
            said = [result["description"]] if "description" in result else []
            result["description"] = " ".join([*said, f"({', '.join(notes)})"])
        return _one_type_each(result) if isinstance(kind, list) and not self.dialect.type_lists else result

    def keyword(self, keyword: str, value: Any, at: str) -> dict[str, Any]:
        """What one keyword becomes."""
        made: dict[str, Any] | None = None
        if keyword in {"type", "enum", "description"}:
            made = {keyword: value}
        elif keyword == "propertyOrdering":  # Gemini's own
            made = {} if self.dialect.closed_objects else {keyword: value}
        elif keyword == "const":
            made = {"enum": [value]}
        elif keyword in {"anyOf", "oneOf"}:
            made = {"anyOf": [self.subschema(part, f"{at}/{keyword}/{n}") for n, part in enumerate(value)]}
        elif keyword == "allOf" and len(value) == 1:
            made = self.subschema(value[0], f"{at}/allOf/0")
        elif keyword == "properties":
            made = {keyword: {name: self.subschema(part, f"{at}/{keyword}/{name}") for name, part in value.items()}}
        elif keyword == "items" and not isinstance(value, bool):
            made = {"items": self.subschema(value, f"{at}/items")}
        elif keyword == "prefixItems" and self.dialect.tuples:
            made = {keyword: [self.subschema(part, f"{at}/{keyword}/{n}") for n, part in enumerate(value)]}
        elif keyword == "nullable":  # OpenAPI's way
            raise self.error(at, "'nullable' is no JSON schema: write {'type': [..., 'null']}")
        if made is None:
            raise self.error(at, f"'{keyword}' cannot be enforced")
        return made

    def close(self, schema: Mapping[str, Any], result: dict[str, Any], at: str) -> None:
        """States which keys an object has, and which it must have."""
        result.setdefault("type", "object")
        properties = result.setdefault("properties", {})
        required = [name for name in schema.get("required", ()) if name in properties]
        more = schema.get("additionalProperties")
        if self.dialect.closed_objects:
            if more not in (None, False) and (more is not True or not properties):
                raise self.error(
                    at, "a map with free keys cannot be enforced: use a list of objects that hold their key"
                )
            if not properties and more is None:
                raise self.error(at, "an object without properties cannot be enforced: name its properties")
            result["additionalProperties"] = False
        elif more is not None:
            nested = self.subschema(more, f"{at}/additionalProperties") if isinstance(more, Mapping) else more
            result["additionalProperties"] = nested
        if self.dialect.all_required:
            result["properties"] = {
                name: part if name in required else _or_null(part) for name, part in properties.items()
            }
            required = list(properties)
        if required:
            result["required"] = required

    def enforced(self, keyword: str, value: Any) -> bool:
        """Whether the vendor checks this constraint."""
        dialect = self.dialect
        if keyword not in dialect.enforces:
            return False
        if keyword == "format":
            return dialect.formats is None or value in dialect.formats
        return keyword != "minItems" or dialect.most_min_items is None or value in range(dialect.most_min_items + 1)

    def reference(self, target: Any, at: str) -> str:
        """Where a reference leads, in the one place that all vendors look."""
        for place in ("#/$defs/", "#/definitions/"):
            name = str(target).removeprefix(place)
            if name != target and name in self.definitions:
                return f"#/$defs/{name}"
        if target == "#" and self.dialect.recursion:
            return "#"
        raise self.error(at, f"the reference {target!r} leads nowhere: define it under '$defs'")

    def refuse_cycles(self) -> None:
        """Raises where a definition holds itself."""
        leads = {name: _references(part) & self.definitions.keys() for name, part in self.definitions.items()}
        for name, steps in leads.items():
            seen: set[str] = set()
            to_visit = set(steps)
            while to_visit:
                step = to_visit.pop()
                if step == name:
                    raise self.error(f"#/$defs/{name}", "a definition that holds itself cannot be enforced: unroll it")
                if step not in seen:
                    seen.add(step)
                    to_visit |= leads[step]

    def error(self, at: str, what: str) -> SchemaError:
        """The error for a place in the schema."""
        return SchemaError(f"schema at {at}: {what}", provider=self.dialect.vendor, code="unsupported_schema")


def _malformed(keyword: str, value: Any) -> str | None:
    """What is wrong with a keyword that no reader of JSON Schema could follow, or None."""
    if keyword == "type" and not _TYPES.issuperset(map(str, value if isinstance(value, list) else [value])):
        return f"the type {value!r} is none of {', '.join(sorted(_TYPES))}"
    if keyword == "properties" and not isinstance(value, Mapping):
        return "'properties' is no mapping of names to schemas"
    if keyword in {"anyOf", "oneOf", "allOf", "enum", "prefixItems"} and (
        not isinstance(value, list) or (not value and keyword != "prefixItems")
    ):
        return f"{keyword!r} is no list of anything"
    return wrong_constraint(keyword, value)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    """`schema`, or null."""
    kind = schema.get("type")
    if kind == "null" or (isinstance(kind, list) and "null" in kind):
        return schema
    if "anyOf" in schema:
        return {
            **schema,
            "anyOf": [*schema["anyOf"], *([] if {"type": "null"} in schema["anyOf"] else [{"type": "null"}])],
        }
    if isinstance(kind, str | list) and "enum" not in schema:
        return {**schema, "type": [*([kind] if isinstance(kind, str) else kind), "null"]}
    return {"anyOf": [schema, {"type": "null"}]}


def _one_type_each(schema: dict[str, Any]) -> dict[str, Any]:
    """A union of single types in place of a list of types."""
    shared = {key: schema[key] for key in ("description",) if key in schema}
    rest = {key: value for key, value in schema.items() if key not in {"type", "description"}}
    return {
        "anyOf": [{"type": "null"} if kind == "null" else {"type": kind, **_of(rest, kind)} for kind in schema["type"]],
        **shared,
    }


def _of(keywords: dict[str, Any], kind: str) -> dict[str, Any]:
    """Those of the keywords that say something of a type."""
    others = {
        "object": {"items", "minItems", "format"},
        "array": {"properties", "required", "additionalProperties", "format"},
    }
    unfit = others.get(kind, {"items", "minItems", "properties", "required", "additionalProperties"})
    fit = {key: value for key, value in keywords.items() if key not in unfit}
    if "enum" in fit:
        numbers = {"integer", "number"}
        fit["enum"] = [value for value in fit["enum"] if (own := _kinds_of([value])) == kind or {own, kind} == numbers]
    return fit


def _kinds_of(values: list[Any]) -> str | list[str]:
    """The type of the values of an `enum`, or the types."""
    names = {bool: "boolean", int: "integer", float: "number", str: "string", type(None): "null", list: "array"}
    kinds = list(dict.fromkeys(names.get(type(value), "object") for value in values))
    return kinds[0] if len(kinds) == 1 else kinds


def _references(part: Any) -> set[str]:
    """The names of the definitions that a part of a schema refers to."""
    if isinstance(part, Mapping):
        own = {str(part["$ref"]).rsplit("/", 1)[-1]} if "$ref" in part else set()
        return own.union(*(_references(value) for value in part.values()))
    if isinstance(part, list):
        return set().union(*(_references(value) for value in part))
    return set()
