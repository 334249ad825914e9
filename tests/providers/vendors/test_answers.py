"""What comes back of a call: an instance of a pydantic model, why an answer ended, and what an answer cut off is worth."""

from __future__ import annotations

import datetime
import enum
import json
import os
import sys
from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict
from servers import anthropic as anthropic_wire
from servers import gemini as gemini_wire
from servers import openai as openai_wire
from servers.working import Clock, Work

from providers import BatchSettings, RegistryError, RequestError, run_batch, run_realtime
from providers.fit import UnfitError, fitted


class Mood(enum.Enum):
    GOOD, BAD = "good", "bad"


class Review(BaseModel):
    stars: int
    mood: Mood | None = None


def say(vendor, text, **more):
    """The next answers of the vendor."""
    if vendor.name == "openai":
        vendor.server.completion = openai_wire.completion(text, **more)
    elif vendor.name == "anthropic":
        vendor.server.message = anthropic_wire.message(text, **more)
    else:
        vendor.server.content = gemini_wire.content(text, **more)


def test_an_answer_to_a_pydantic_model_is_its_instance(vendor):
    say(vendor, '{"stars": 4, "mood": "good"}')
    result = vendor.make().generate_realtime("Rate it", Review)
    assert result["parsed"] == Review(stars=4, mood=Mood.GOOD)
    say(vendor, '{"stars": "many"}')
    result = vendor.make().generate_realtime("Rate it", Review)
    assert result["parsed"] is None
    assert "stars" in result["unfit"]
    assert result["content"] == '{"stars": "many"}'


CUT_OFF = {
    "openai": {"finish_reason": "length"},
    "anthropic": {"stop_reason": "max_tokens"},
    "gemini": {"finish_reason": "MAX_TOKENS"},
}


def test_why_an_answer_ended_is_said_in_one_vocabulary_beside_the_vendors_word(vendor):
    say(vendor, "4")
    assert vendor.make().generate_realtime("hi")["finish_reason"] == "stop"
    say(vendor, "4 a", **CUT_OFF[vendor.name])
    result = vendor.make().generate_realtime("hi")
    assert (result["finish_reason"], result["content"]) == ("length", "4 a")
    assert result["vendor_finish_reason"] in CUT_OFF[vendor.name].values()


@pytest.mark.parametrize(
    ("value", "fits"),
    [
        ({"a": 1}, True),
        ({"a": 1.0, "b": None}, True),
        ({"a": True}, False),
        ({}, False),
        ({"a": None}, False),
        ({"a": 1, "c": 2}, False),
        ({"a": 1, "b": ["x"]}, True),
        ({"a": 1, "b": [1]}, False),
        ({"a": 1, "b": []}, False),
        ({"a": 11}, False),
        ([], False),
    ],
)
def test_what_fits_a_schema(value, fits):
    items = {"type": "array", "items": {"enum": ["x", "y"]}, "minItems": 1}
    schema = {
        "type": "object",
        "properties": {"a": {"$ref": "#/$defs/small"}, "b": items},
        "required": ["a"],
        "additionalProperties": False,
        "$defs": {"small": {"type": "integer", "maximum": 10}},
    }
    if fits:
        assert "b" not in fitted(json.dumps(value), schema) or value["b"]
    else:
        with pytest.raises(UnfitError):
            fitted(json.dumps(value), schema)


@pytest.mark.parametrize(
    ("schema", "fit", "unfit"),
    [
        ({"exclusiveMinimum": 0, "exclusiveMaximum": 1}, [0.5], [0, 1, -1]),
        ({"multipleOf": 0.1}, [0.3, 7, 1e22], [0.35]),
        ({"uniqueItems": True}, [[1, 2], [1, True], [[1], [True]]], [[1, 1.0], [{"a": 1}, {"a": 1}]]),
        ({"enum": [1, 0]}, [1, 1.0, 0], [True, False]),
        ({"const": True}, [True], [1]),
        ({"prefixItems": [{"type": "integer"}], "items": {"type": "string"}}, [[1, "a"]], [["a"], [1, 2]]),
        ({"minProperties": 1, "maxProperties": 1}, [{"a": 1}], [{}, {"a": 1, "b": 2}]),
    ],
)
def test_each_word_of_a_schema_that_is_sent_is_held_against_the_answer(schema, fit, unfit):
    for value in fit:
        assert fitted(json.dumps(value), schema) == value
    for value in unfit:
        with pytest.raises(UnfitError):
            fitted(json.dumps(value), schema)


def test_a_strict_model_reads_its_dates(vendor):
    class Day(BaseModel):
        model_config = ConfigDict(strict=True)
        day: datetime.date

    say(vendor, '{"day": "2026-11-30"}')
    assert vendor.make().generate_realtime("Which day?", Day)["parsed"] == Day(day=datetime.date(2026, 11, 30))


def test_a_pattern_that_python_does_not_know_loses_no_answer():
    assert fitted('"Zo\u00eb"', {"type": "string", "pattern": r"^\p{L}+$"}) == "Zo\u00eb"


def test_an_answer_that_is_nested_too_deep_is_unfit_and_ends_nothing():
    schema = {"type": "array", "items": {"$ref": "#"}}
    with pytest.raises(UnfitError, match="too deep"):
        fitted("[" * 900 + "]" * 900, schema)


def test_a_row_of_a_run_may_ask_all_of_it(vendor, tmp_path):
    work, clock = Work(vendor.name, vendor.server), Clock()
    rows = [{"id": "a", "prompt": "What is it?", "system": "Be brief.", "reasoning": "low", "max_tokens": 50}]
    results = run_batch(vendor.make(), rows, tmp_path / "run.json", clock=clock, sleep=clock.sleep)
    assert (results.answered, dict(work.handed_in)) == (1, {"What is it?": 1})


@pytest.mark.parametrize(
    ("text", "more", "code"), [('{"stars": "many"}', {}, "invalid"), ('{"st', CUT_OFF, "truncated")]
)
def test_an_answer_that_is_cut_off_or_does_not_fit_fails_its_row_and_keeps_what_it_said_and_cost(
    vendor, tmp_path, monkeypatch, text, more, code
):
    clock, module = Clock(), sys.modules[f"servers.{vendor.name}"]
    work = Work(vendor.name, vendor.server)
    name = {"openai": "completion", "anthropic": "message", "gemini": "content"}[vendor.name]
    make = getattr(module, name)
    monkeypatch.setattr(module, name, lambda _text: make(text, **more.get(vendor.name, {})))
    rows = [{"id": "a", "prompt": "Rate it", "schema": Review}]
    (row,) = run_batch(vendor.make(), rows, tmp_path / "run.json", clock=clock, sleep=clock.sleep)
    assert (row.details["error_code"], row.content, row.attempts) == (code, text, 1)
    assert row.cost > 0
    assert row.error.startswith(code)
    assert set(work.handed_in.values()) == {1}


def test_an_answer_that_was_cut_off_is_asked_for_again_with_the_larger_limit_that_the_caller_set(
    vendor, tmp_path, monkeypatch
):
    clock, module, answers = Clock(), sys.modules[f"servers.{vendor.name}"], []
    Work(vendor.name, vendor.server)
    name = {"openai": "completion", "anthropic": "message", "gemini": "content"}[vendor.name]
    make = getattr(module, name)

    def answer(_text):
        answers.append(make("4", **({} if answers else CUT_OFF[vendor.name])))
        return answers[-1]

    monkeypatch.setattr(module, name, answer)
    longer = BatchSettings(longer_max_tokens=500)
    (row,) = run_batch(
        vendor.make(max_tokens=5),
        [("a", "Rate it")],
        tmp_path / "run.json",
        settings=longer,
        clock=clock,
        sleep=clock.sleep,
    )
    assert (row.error, row.attempts) == (None, 2)
    assert b"500" in b"".join(request.body for request in vendor.server.requests)


@pytest.mark.parametrize("extra", [{"n": [2]}, {"stream": {}}, {"max_tokens": 50}])
def test_the_vendors_own_keys_ask_for_no_second_answer_and_no_second_limit(openai, extra):
    with pytest.raises(RequestError, match=f"extra.{min(extra)}"):
        openai.make(max_tokens=10).generate_realtime("Go on", extra=extra)
    assert not openai.server.requests


@pytest.mark.parametrize(
    "extra", [{"generationConfig": {"candidateCount": 2}}, {"generation_config": {"candidate_count": 2}}]
)
def test_geminis_own_keys_ask_for_no_second_answer(gemini, extra):
    with pytest.raises(RequestError, match="candidateCount"):
        gemini.make().generate_realtime("Go on", extra=extra)
    assert not gemini.server.requests


@pytest.mark.parametrize(
    ("named", "known"),
    [
        ("gpt-5.4-mini", True),
        ("gpt-5.4-mini-2026-03-01", True),
        ("openai/GPT-5.4-mini", True),
        ("models/gpt-5.4-mini-latest", True),
        ("us.openai.gpt-5.4-mini@20260301-v1:0", True),
        ("a-model-that-nobody-knows", False),
        ("gpt-5.4-mini-turbo", False),
        ("gpt-5.5-pro-latest", False),
        ("us.openai.gpt-5.5-pro-20260423-v1:0", False),
        ("gpt-5.5-pro", False),
        ("gpt-5.5-pro-2026-04-23", False),
    ],
)
def test_an_answer_of_another_model_at_other_prices_has_no_known_cost(openai, tmp_path, named, known):
    openai.server.completion = {**openai_wire.completion("4"), "model": named}
    result = openai.make().generate_realtime("2 + 2?")
    assert (result["cost"] is not None) == known
    (row,) = run_realtime(openai.make(), [("a", "2 + 2?")], tmp_path / "run.json")
    assert (row.content, row.cost is not None) == ("4", known)
    if not known:
        assert named in result["cost_unknown"]
        assert named in row.details["cost_unknown"]


@pytest.mark.parametrize("broken", [True, False], ids=["broken", "gone"])
def test_an_answer_is_kept_where_the_registry_breaks_while_it_is_made(openai, tmp_path, monkeypatch, broken):
    """Its prices are those that the provider was made with."""
    registry = tmp_path / "mine.yaml"
    registry.write_bytes(Path(os.environ["OCTOREGISTRY_MODELS"]).read_bytes())
    monkeypatch.setenv("OCTOREGISTRY_MODELS", str(registry))
    call = openai.server.complete

    def complete(request, **parts):
        registry.write_text("providers: [oops") if broken else registry.unlink(missing_ok=True)
        return call(request, **parts)

    openai.server.complete = complete
    openai.server.completion = {**openai_wire.completion("4"), "model": "gpt-5.4-mini-2026-03-01"}
    rows = run_realtime(openai.make(), [("a", "2 + 2?"), ("b", "3 + 1?")], tmp_path / "run.json", concurrency=1)
    assert [(row.content, row.cost is not None) for row in rows] == [("4", True)] * 2
    assert len(openai.server.requests) == 2


def test_an_answer_is_kept_whatever_hinders_its_price(openai, tmp_path, monkeypatch):
    provider = openai.make()

    def oops(*_, **__):
        raise RegistryError([])

    monkeypatch.setattr(provider, "_price", oops)
    result = provider.generate_realtime("2 + 2?")
    assert (result["content"], result["cost"]) == ("4", None)
    assert "RegistryError" in result["cost_unknown"]
