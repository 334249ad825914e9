"""One schema in three dialects, and a clear error where a vendor cannot enforce it."""

from __future__ import annotations

import pytest

from providers import ProviderError, SchemaError
from providers.dialects import ANTHROPIC, GEMINI, OPENAI, translated

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
    assert schema["properties"]["mood"] == {"anyOf": [{"enum": ["good", "bad"]}, {"type": "null"}]}
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
    assert transform(schema) == schema


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
    ],
)
@pytest.mark.parametrize("dialect", [OPENAI, ANTHROPIC])
def test_a_shape_that_cannot_be_enforced_is_an_error_that_names_its_place(dialect, schema, told):
    with pytest.raises(SchemaError, match=told) as refused:
        translated(schema, dialect)
    assert isinstance(refused.value, ProviderError)
    assert "schema at #" in str(refused.value)
    assert not refused.value.retryable


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
