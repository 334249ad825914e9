import io
import json
from decimal import Decimal

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from providers.compiled import compiled
from providers.registry import parse_registry
from providers.yamlread import Ambiguous, lines_of, read_yaml


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        ("-3", -3),
        ("0", 0),
        ("0.30", Decimal("0.30")),
        ("-0.5", Decimal("-0.5")),
        (".5", Decimal("0.5")),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("2026-09-04", "2026-09-04"),
        ("gpt-5", "gpt-5"),
        ("'1.0'", "1.0"),
        ('"yes"', "yes"),
        ("9f2c", "9f2c"),
        ("[1, 2.0, a]", [1, Decimal("2.0"), "a"]),
        ("", None),
    ],
)
def test_scalars_follow_the_core_schema_with_decimals(text, value):
    values, faults = read_yaml(f"key: {text}\n")

    assert values == {"key": value}
    assert type(values["key"]) is type(value)
    assert faults == []


@pytest.mark.parametrize(
    "text", ["1e-07", "1E5", "1.5e+3", "010", "1_000", "0x10", "0o17", "1:30", "yes", "No", "on", "OFF", "+012"]
)
def test_what_readers_of_yaml_disagree_on_is_told_apart_from_text(text):
    values, _ = read_yaml(f"key: {text}\nlist: [{text}]\n")

    assert isinstance(values["key"], Ambiguous)
    assert values["key"] == text


def test_anchors_aliases_and_merges_are_honoured():
    text = "a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\nc: {<<: [{z: 9}, *a], x: 0}\nd: *a\ne: [*a]\n"

    values, faults = read_yaml(text)

    assert faults == []
    assert values == yaml.safe_load(text)


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "duplicate key"),
        ("a:\n  b: {c: 1, c: 2}\n", 2, "duplicate key"),
        ("a:\n\tb: 1\n", 2, "cannot start any token: indent with spaces"),
        ("a: 1\nb: [1, 2\n", 3, "expected"),
        ("a: 1\n---\nb: 1\n", 2, "a second document"),
        ("a: 1\n1: 2\n", 2, "not text to every reader"),
        ("a: 1\non: 2\n", 2, "not text to every reader"),
        ("a: 1\n[x]: 2\n", 2, "keys are text"),
        ("a: 1\nb: *none\n", 2, "no anchor"),
        ("a: !!python/name:os.system x\n", 1, "the tag"),
        ("a: ok\nb: \x07\n", 2, "U+0007"),
        ("a: ü\nb: \x00\n", 2, "U+0000"),
        ("a: 1\nb: {<<: 3}\n", 2, "no mapping"),
        ("x: " + "[" * 5000, 1, "nested deeper"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text, line, said):
    _, faults = read_yaml(text)

    assert [at for at, _, message in faults if said in message] == [line], faults


def test_every_duplicate_is_reported_with_its_path():
    _, faults = read_yaml("a:\n  - {x: 1, x: 2}\n  - {y: 1, y: 2}\n")

    assert [(line, path) for line, path, _ in faults] == [(2, ("a", 0, "x")), (3, ("a", 1, "y"))]


def test_a_bomb_of_aliases_is_read_and_located_in_no_time():
    text = "a0: &a0 [x, x]\n" + "".join(f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]\n" for i in range(1, 60))

    assert read_yaml(text)[1] == []
    assert lines_of(text)[("a59",)] == 60


def test_an_alias_to_what_is_around_it_does_not_run_for_ever():
    text = "a: &a\n  b: *a\n"

    assert read_yaml(text)[1] == []
    assert lines_of(text)[("a", "b")] == 2


def test_lines_are_those_of_the_keys_and_items():
    lines = lines_of("a:\n  b:\n    - 1\n    - {c: 2}\n")

    assert lines == {("a",): 1, ("a", "b"): 2, ("a", "b", 0): 3, ("a", "b", 1): 4, ("a", "b", 1, "c"): 4}


NAMES = st.from_regex(r"[a-z][a-z0-9.-]{0,8}[a-z]", fullmatch=True).filter(
    lambda t: t not in ("yes", "no", "on", "off", "null", "true", "false")
)
PRICES = st.decimals(0, 1000, places=6, allow_nan=False, allow_infinity=False).map(lambda d: format(d, "f"))


@given(ids=st.lists(NAMES, min_size=1, max_size=4, unique=True), prices=st.lists(PRICES, min_size=6, max_size=6))
def test_every_way_of_reading_gives_the_same_values(ids, prices):
    lines = [
        "default_provider: p",
        "providers:",
        "  p:",
        "    env_var: K",
        f"    default_model: {ids[0]}",
        "    models:",
    ]
    for name in ids:
        lines += [f"      {name}:", f"        display_name: 'The {name}'  # a comment", "        batch_support: true"]
        lines += [f"        input_per_million: {prices[0]}", f"        output_per_million: {prices[1]}"]
        lines += [f"        rates: [{{mode: batch, input: {prices[0]}, output: {prices[1]}}},"]
        lines += [f"          {{mode: flex, from: 2026-01-01, input: {prices[2]}, cached_input: {prices[3]}}}]"]
        lines += ["        source: {checked: 2026-09-04, page: 'https://a.example/#x'}"]
    lines += [f"defaults: {{input_per_million: {prices[4]}, output_per_million: 2, realtime_multiplier: 2.0}}"]
    text = "\n".join(lines) + "\n"

    events = parse_registry(text).values
    copy = json.loads(compiled(events, "0"), parse_float=Decimal)["registry"]

    assert copy == events
    assert same(YAML(typ="safe", pure=True).load(io.StringIO(text))) == events


def same(value):
    """What ruamel's safe load gives, in our types: its floats and dates are those of YAML 1.2's reader."""
    if isinstance(value, dict):
        return {key: same(item) for key, item in value.items()}
    if isinstance(value, list):
        return [same(item) for item in value]
    if isinstance(value, float):
        return Decimal(repr(value))
    return value.isoformat() if hasattr(value, "isoformat") else value
