import json
from pathlib import Path

import jsonschema
import pytest

from providers.registry import PACKAGED, parse_registry
from providers.schema import BESIDE, schema, text


def values_for_editors(values):
    """The values as a JSON Schema validator takes them: numbers are floats."""
    return json.loads(json.dumps(values, default=float))


def test_the_schema_beside_the_registry_is_the_one_the_code_makes():
    assert BESIDE.read_text(encoding="utf-8") == text(), "run: python -m providers.schema"


def test_the_schema_is_one_and_the_packaged_registry_fits_it():
    jsonschema.Draft202012Validator.check_schema(schema())
    values = parse_registry(Path(PACKAGED).read_bytes()).values

    jsonschema.validate(values_for_editors(values), schema(), format_checker=jsonschema.FormatChecker())


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("unknown",), 1),
        (("providers", "acme", "env_vor"), "K"),
        (("providers", "acme", "models", "road", "output_per_million"), -1),
        (("providers", "acme", "models", "road", "output_per_million"), "1.0"),
        (("providers", "acme", "models", "road", "status"), "dead"),
        (("providers", "acme", "models", "road", "rates", 0, "mode"), "bulk"),
        (("providers", "acme", "models", "road", "rates", 0, "from"), "soon"),
        (("providers", "acme", "models", "road", "source", "checked"), 3),
    ],
)
def test_what_validation_refuses_the_schema_refuses_too(small, path, value):
    values = values_for_editors(parse_registry(small).values)
    place = values
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value

    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(values, schema())
