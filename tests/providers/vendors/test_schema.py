"""The JSON Schema of a vendor's file says what the loader says."""

from __future__ import annotations

import json

import jsonschema
import pytest

from providers.vendors import VendorError, built_in_tables, vendors_of
from providers.vendors.schema import BESIDE, schema, text

MADE = {"display_name": "Acme", "base_url": "https://acme.example"}


def plain(table):
    """A table as JSON has it."""
    return json.loads(json.dumps(table, default=float))


def test_the_schema_beside_the_files_is_made_from_the_fields():
    """`python -m providers.vendors.schema` writes it anew."""
    assert BESIDE.read_text(encoding="utf-8") == text()


@pytest.mark.parametrize("name", built_in_tables())
def test_every_file_of_the_package_fits(name):
    """And an editor that knows the schema says so."""
    jsonschema.validate(plain(built_in_tables()[name]), schema())


@pytest.mark.parametrize(
    "wrong",
    [
        {"pages": []},
        {"prices": "https://acme.example"},
        {"batch": {"offered": "yes"}},
        {"batch": {"discount": 1.5}},
        {"batch": {"on": "some"}},
        {"model_list": {"path": "/m"}},
        {"witnesses": {"litellm": {}}},
        {"names": {"families": [1]}},
    ],
)
def test_what_the_schema_refuses_the_loader_refuses(wrong):
    """With the same key in view."""
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**MADE, **wrong}, schema())
    with pytest.raises(VendorError, match=rf"providers\.acme\.{next(iter(wrong))}"):
        vendors_of({}, {"acme": {**MADE, **wrong}})
