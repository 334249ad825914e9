"""Who ranks models ranks those that can do the job."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

import providers
from providers import registry
from providers.dimensions import InvalidUsageError
from providers.entries import Model, Rate
from providers.selection import Job, Kind, kind_of, misfits, retires_soon

DAY = date(2026, 11, 30)


def model(**facts):
    prices = facts.pop("prices", {"input": Decimal(1), "output": Decimal(2)})
    return Model("acme", "road", "Road Runner", rates=(Rate("standard", prices),), **facts)


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        ({}, Kind("chat", assumed=True)),
        ({"kind": "completion"}, Kind("completion")),
        (
            {"prices": {"input": Decimal(1), "output": Decimal(2), "input_audio": Decimal(3)}},
            Kind("chat", assumed=True),
        ),
        ({"prices": {"input": Decimal(1), "output": Decimal(2), "output_audio": Decimal(3)}}, Kind(None)),
        ({"prices": {"input": Decimal(1)}}, Kind(None)),
        ({"prices": {"input": Decimal(1), "output": Decimal(0)}}, Kind(None)),  # an embedding model bills no output
        ({"prices": {"input": Decimal(1), "output_image": Decimal(9)}}, Kind(None)),
    ],
)
def test_a_kind_is_stated_or_follows_from_text_prices_both_ways(facts, kind):
    assert kind_of(model(**facts)) == kind


@pytest.mark.parametrize(
    ("facts", "job", "reason"),
    [
        ({"kind": "embedding"}, {}, "its kind is embedding, not chat"),
        ({"prices": {}}, {}, "its kind is not known"),
        ({"context_window": 128_000}, {"prompt": 128_001}, "the prompt is longer than its 128,000 tokens"),
        ({"context_window": 1000}, {"prompt": 999, "answer": 2}, "prompt and answer are longer than its 1,000 tokens"),
        ({"max_output_tokens": 100}, {"answer": 101}, "the answer is longer than its 100 tokens"),
        ({"features": ("vision",)}, {"needs": ("vision", "tools")}, "tools is not among its known features"),
        ({"status": "retired"}, {}, "retired"),
        ({"retires_on": DAY}, {}, "retired on 2026-11-30"),
    ],
)
def test_what_does_not_fit_says_why(facts, job, reason):
    assert misfits(model(**facts), Job(**job), DAY) == (reason,)


def test_what_fits_has_no_reason_against_it():
    able = model(context_window=1000, max_output_tokens=100, features=("tools",), retires_on=date(2026, 12, 1))

    assert misfits(able, Job(needs=("tools",), prompt=900, answer=100), DAY) == ()


@pytest.mark.parametrize(("days", "soon"), [(0, True), (60, True), (61, False)])
def test_what_retires_within_sixty_days_is_recommended_to_nobody(days, soon):
    assert retires_soon(model(retires_on=date.fromordinal(DAY.toordinal() + days)), DAY) is soon


@pytest.mark.parametrize("words", [{"kind": "talking"}, {"needs": ("flight",)}])
def test_a_job_that_no_model_can_do_is_a_mistake(words):
    with pytest.raises(InvalidUsageError, match="is none of"):
        Job(**words)


def test_the_cheapest_of_a_providers_models_can_chat(monkeypatch, tmp_path, small):
    """A client that takes the cheapest entry is not given an embedding model, nor one that is no longer served."""
    cheap = "{display_name: X, input_per_million: 0.01, output_per_million: %s, %s}"
    added = "".join(
        f"      {name}: {cheap % facts}\n"
        for name, facts in {"vectors": ("0.0", "kind: embedding"), "old": ("0.02", "retires_on: 2020-01-01")}.items()
    )
    file = tmp_path / "models.yaml"
    file.write_text(small.replace("defaults:\n", added + "defaults:\n", 1))
    monkeypatch.setenv("OCTOREGISTRY_MODELS", str(file))

    offered = providers.get_provider_models("acme")

    assert set(offered) == {"road", "plain"}
    assert set(providers.get_provider_models("acme", kind="embedding")) == {"vectors", "road"}  # road is the default
    assert set(providers.get_provider_models("acme", all=True)) == {"road", "plain", "vectors", "old"}
    assert set(registry.load_model_registry()["providers"]["acme"]["models"]) == {"road", "plain", "vectors", "old"}
