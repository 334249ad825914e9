"""One schema in three dialects, and a clear error where a vendor cannot enforce it."""

from __future__ import annotations

import datetime
import decimal
import enum
import json
import uuid
from typing import Annotated, Any, Literal

import jsonschema
import pytest
from pydantic import BaseModel, Field

from providers import ProviderError, SchemaError, constraints
from providers.dialects import ANTHROPIC, GEMINI, OPENAI, translated
from providers.fit import UnfitError, fitted

OBJECT = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Review",
    "type": "object",
    "properties": {
        "title": {"type": "string", "minLength": 1, "description": "A heading"},
        "stars": {"type": "integer", "minimum": 1, "maximum": 5},
        "tags": {"type": "array", "items": {"type": "string"}, "minItems": 2},
        "mood": {"enum": ["good", "bad"]},
        "by": {"$ref": "#/definitions/person"},
    },
    "required": ["title", "stars", "by"],
    "definitions": {"person": {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}},
}


def test_openai_gets_closed_objects_with_every_key_required_and_optional_ones_nullable():
    schema = translated(OBJECT, OPENAI)
    assert schema["required"] == ["title", "stars", "tags", "mood", "by"]
    assert schema["additionalProperties"] is False
    assert schema["properties"]["tags"] == {"type": ["array", "null"], "items": {"type": "string"}, "minItems": 2}
    assert schema["properties"]["mood"] == {"anyOf": [{"type": "string", "enum": ["good", "bad"]}, {"type": "null"}]}
    assert schema["properties"]["by"] == {"$ref": "#/$defs/person"}
    assert schema["$defs"]["person"]["additionalProperties"] is False
    assert "$schema" not in schema


def test_what_a_vendor_does_not_check_is_told_to_the_model_in_words():
    assert translated(OBJECT, OPENAI)["properties"]["title"]["description"] == "A heading (minLength: 1)"
    assert translated(OBJECT, ANTHROPIC)["properties"]["stars"] == {
        "type": "integer",
        "description": "(minimum: 1, maximum: 5)",
    }
    assert translated(OBJECT, ANTHROPIC)["properties"]["tags"]["description"] == "(minItems: 2)"
    assert translated(OBJECT, GEMINI)["properties"]["stars"] == {"type": "integer", "minimum": 1, "maximum": 5}


def test_anthropic_keeps_optional_keys_optional_and_gets_unions_for_lists_of_types():
    schema = {"type": "object", "properties": {"note": {"type": ["string", "null"], "description": "why"}}}
    assert translated(schema, ANTHROPIC) == {
        "type": "object",
        "properties": {"note": {"anyOf": [{"type": "string"}, {"type": "null"}], "description": "why"}},
        "additionalProperties": False,
    }


def test_anthropic_takes_what_is_left_as_its_own_sdk_would_leave_it():
    transform = pytest.importorskip("anthropic").transform_schema
    schema = translated(OBJECT, ANTHROPIC)
    mood = schema["properties"]["mood"]
    assert mood == {"type": "string", "enum": ["good", "bad"]}
    left = transform(schema)
    assert left["properties"].pop("mood") == {"enum": mood["enum"]}  # the SDK leaves the type of the values out
    del schema["properties"]["mood"]
    assert left == schema


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["a", "b"], "string"),
        ([1, 2], "integer"),
        ([1.5], "number"),
        ([True], "boolean"),
        (["a", None], ["string", "null"]),
    ],
)
def test_values_without_a_type_get_the_type_of_the_values(values, kind):
    part = {"type": "object", "properties": {"a": {"enum": values}}, "required": ["a"]}
    assert translated(part, OPENAI)["properties"]["a"] == {"type": kind, "enum": values}
    of_one = {"type": "object", "properties": {"a": {"const": values[0]}}, "required": ["a"]}
    assert translated(of_one, GEMINI)["properties"]["a"]["type"] == (kind if isinstance(kind, str) else kind[0])


def test_gemini_enforces_maps_and_tuples():
    schema = {"type": "object", "additionalProperties": {"type": "number"}, "properties": {}}
    assert translated(schema, GEMINI)["additionalProperties"] == {"type": "number"}
    pair = {"type": "array", "prefixItems": [{"type": "string"}, {"type": "number"}]}
    assert translated(pair, GEMINI) == pair


@pytest.mark.parametrize(
    ("schema", "told"),
    [
        ({"type": "object", "additionalProperties": {"type": "number"}}, "a map with free keys"),
        ({"type": "object"}, "an object without properties"),
        ({"type": "object", "properties": {"a": {"not": {"type": "null"}}}}, "'not' cannot be enforced"),
        ({"type": "object", "properties": {"a": {"$ref": "#/$defs/missing"}}}, "leads nowhere"),
        ({"type": "object", "properties": {"a": True}}, "says nothing"),
        ({"type": "object", "properties": {"a": {"type": "string", "nullable": True}}}, "no JSON schema"),
        ({"type": "object", "properties": {"a": {"allOf": [{"type": "string"}, {"type": "null"}]}}}, "'allOf'"),
        ({"type": "object", "patternProperties": {"^a": {"type": "string"}}}, "'patternProperties'"),
        ({"type": "object", "properties": {"a": {}}}, "state a type"),
        ({"type": "object", "properties": {"a": {"type": "array", "items": {}}}}, "state a type"),
        ({"type": "object", "properties": {"a": {"type": "str"}}}, "'str' is none of"),
        ({"type": "object", "properties": ["a"]}, "'properties' is no mapping"),
        ({"type": "object", "properties": {"a": {"anyOf": {"type": "string"}}}}, "'anyOf' is no list"),
        ([], "model_json_schema"),
    ],
)
@pytest.mark.parametrize("dialect", [OPENAI, ANTHROPIC])
def test_a_shape_that_cannot_be_enforced_is_an_error_that_names_its_place(dialect, schema, told):
    with pytest.raises(SchemaError, match=told) as refused:
        translated(schema, dialect)
    assert isinstance(refused.value, ProviderError)
    assert "schema at #" in str(refused.value)
    assert not refused.value.retryable


def test_openai_wants_to_know_what_an_array_holds():
    bare = {"type": "object", "properties": {"a": {"type": "array"}}, "required": ["a"]}
    with pytest.raises(SchemaError, match="state 'items'"):
        translated(bare, OPENAI)
    assert translated(bare, ANTHROPIC)["properties"]["a"] == {"type": "array"}


class Color(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: int = Field(gt=0, le=9)


class Dog(BaseModel):
    kind: Literal["dog"]
    bark: str | None = None


class Node(BaseModel):
    name: str
    children: list[Node] = []


class Everything(BaseModel):
    color: Color
    maybe: Color | None = None
    cat: Cat = Field(description="the first")
    cats: list[Cat] = []
    pet: Annotated[Cat | Dog, Field(discriminator="kind")]
    either: int | str | None
    when: datetime.datetime
    amount: decimal.Decimal
    unit: uuid.UUID
    tags: set[str]
    one: Literal[1]
    nothing: None = None


class Wide(BaseModel):
    tree: Node


class Counted(BaseModel):
    counts: dict[str, int]


class Free(BaseModel):
    anything: Any


class Pair(BaseModel):
    both: tuple[int, str]


ANSWER = {
    "color": "red",
    "maybe": None,
    "cat": {"kind": "cat", "lives": 9},
    "cats": [],
    "pet": {"kind": "dog", "bark": None},
    "either": "x",
    "when": "2026-11-22T10:00:00Z",
    "amount": "1.10",
    "unit": "12345678-1234-5678-1234-567812345678",
    "tags": ["a"],
    "one": 1,
    "nothing": None,
}


@pytest.mark.parametrize("dialect", [OPENAI, ANTHROPIC, GEMINI])
def test_pydantic_models_of_every_kind_are_enforced_and_their_answers_fit(dialect):
    schema = translated(Everything.model_json_schema(), dialect)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(ANSWER, schema)
    Everything.model_validate(ANSWER)
    for wrong in ({"color": "green"}, {"pet": {"kind": "cow"}}, {"cat": {"kind": "cat"}}, {"one": 2}, {"either": []}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**ANSWER, **wrong}, schema)


def test_a_model_that_holds_itself_is_an_object_at_the_root():
    tree = {"name": "a", "children": [{"name": "b", "children": []}]}
    for dialect in (OPENAI, GEMINI):
        schema = translated(Node.model_json_schema(), dialect)
        assert schema["type"] == "object"
        jsonschema.validate(tree, schema)
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({"name": "a", "children": [{"name": 1}]}, schema)
    for model in (Node, Wide):
        with pytest.raises(SchemaError, match="holds itself"):
            translated(model.model_json_schema(), ANTHROPIC)


@pytest.mark.parametrize(("model", "told"), [(Counted, "free keys"), (Free, "state a type"), (Pair, "prefixItems")])
def test_pydantic_models_that_cannot_be_enforced_are_refused_where_they_cannot(model, told):
    for dialect in (OPENAI, ANTHROPIC):
        with pytest.raises(SchemaError, match=told):
            translated(model.model_json_schema(), dialect)
    assert translated(model.model_json_schema(), GEMINI)["properties"]


def test_a_reference_that_leads_back_to_itself_is_an_error():
    for schema in ({"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/a"}}}, {"$ref": "#"}):
        with pytest.raises(SchemaError, match="the root must be an object"):
            translated(schema, OPENAI)


def test_an_object_that_does_not_say_so_is_one():
    schema = {"properties": {"a": {"type": "string"}}, "required": ["a"]}
    assert translated(schema, OPENAI)["type"] == "object"


def test_openai_wants_an_object_at_the_root():
    with pytest.raises(SchemaError, match="the root must be an object"):
        translated({"type": "array", "items": {"type": "string"}}, OPENAI)
    assert translated({"type": "array", "items": {"type": "string"}}, GEMINI)["type"] == "array"


def test_a_definition_that_holds_itself_is_refused_where_the_vendor_cannot_follow():
    node = {"type": "object", "properties": {"next": {"anyOf": [{"$ref": "#/$defs/node"}, {"type": "null"}]}}}
    schema = {"type": "object", "properties": {"first": {"$ref": "#/$defs/node"}}, "$defs": {"node": node}}
    with pytest.raises(SchemaError, match="holds itself"):
        translated(schema, ANTHROPIC)
    assert translated(schema, OPENAI)["$defs"]["node"]["required"] == ["next"]


def test_the_callers_schema_is_left_as_it_was():
    before = repr(OBJECT)
    for dialect in (OPENAI, ANTHROPIC, GEMINI):
        translated(OBJECT, dialect)
    assert repr(OBJECT) == before


@pytest.mark.parametrize(
    "word",
    [
        {"minimum": "0"},
        {"minimum": None},
        {"exclusiveMinimum": True},  # OpenAPI 3.0's
        {"multipleOf": 0},
        {"multipleOf": "a"},
        {"minItems": "1"},
        {"pattern": 5},
        {"anyOf": []},
        {"required": None},
        {"type": [{}]},
    ],
)
def test_a_word_of_a_schema_that_nobody_could_follow_is_refused_before_the_call(vendor, word):
    schema = {"type": "object", "properties": {"x": {"type": "number", **word}}, "additionalProperties": False}
    with pytest.raises(SchemaError, match="#/properties/x"):
        vendor.make().generate_realtime("Rate it", schema)
    assert not vendor.server.requests


def test_a_pattern_that_takes_for_ever_ends_nothing(monkeypatch):
    monkeypatch.setattr(constraints, "_SECONDS", 0.2)
    with pytest.raises(UnfitError, match="takes too long"):
        fitted(json.dumps("word " * 12 + "!"), {"type": "string", "pattern": r"^(\w+\s?)*$"})
    assert fitted('"1.22.333.4444.55555"', {"type": "string", "pattern": r"^\d+(\.\d+)*$"})


def test_a_schema_that_nobody_checked_makes_an_answer_unfit_and_raises_nothing_else():
    for schema in ({"minimum": "0"}, {"anyOf": []}, {"multipleOf": "a"}, {"enum": 5}, {"type": [{}]}):
        with pytest.raises(UnfitError):
            fitted("1", schema)
