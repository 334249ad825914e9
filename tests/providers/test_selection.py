"""Who ranks models ranks those that can do the task."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

import providers
from providers.dimensions import InvalidUsageError
from providers.entries import Model, Rate, Source
from providers.registry import PACKAGED, load_registry
from providers.selection import ModelKind, Task, kind_of, misfits, peers_of, recommended, reservations, retires_soon

DAY = date(2026, 11, 30)


def model(**facts):
    prices = facts.pop("prices", {"input": Decimal(1), "output": Decimal(2)})
    return Model("acme", "road", "Road Runner", rates=(Rate("standard", prices),), **facts)


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        ({}, ModelKind("chat", assumed=True)),
        ({"kind": "completion"}, ModelKind("completion")),
        (
            {"prices": {"input": Decimal(1), "output": Decimal(2), "input_audio": Decimal(3)}},
            ModelKind("chat", assumed=True),
        ),
        ({"prices": {"input": Decimal(1), "output": Decimal(2), "output_audio": Decimal(3)}}, ModelKind(None)),
        ({"prices": {"input": Decimal(1)}}, ModelKind(None)),
        (
            {"prices": {"input": Decimal(1), "output": Decimal(0)}},
            ModelKind(None),
        ),  # an embedding model bills no output
        ({"prices": {"input": Decimal(1), "output_image": Decimal(9)}}, ModelKind(None)),
    ],
)
def test_a_kind_is_stated_or_follows_from_text_prices_both_ways(facts, kind):
    assert kind_of(model(**facts)) == kind


@pytest.mark.parametrize(
    ("facts", "task", "reason"),
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
def test_what_does_not_fit_says_why(facts, task, reason):
    assert misfits(model(**facts), Task(**task), DAY) == (reason,)


def test_what_fits_has_no_reason_against_it():
    able = model(context_window=1000, max_output_tokens=100, features=("tools",), retires_on=date(2026, 12, 1))

    assert misfits(able, Task(needs=("tools",), prompt=900, answer=100), DAY) == ()


@pytest.mark.parametrize(("days", "soon"), [(0, True), (60, True), (61, False)])
def test_what_retires_within_sixty_days_is_recommended_to_nobody(days, soon):
    assert retires_soon(model(retires_on=date.fromordinal(DAY.toordinal() + days)), DAY) is soon


def named(name, checked=None, **facts):
    return Model("acme", name, name, rates=model().rates, source=Source(checked=checked) if checked else None, **facts)


@pytest.mark.parametrize(
    ("checked", "stays"),
    [(date(2026, 11, 28), True), (date(2026, 8, 30), True), (date(2026, 8, 29), False), (None, True)],
)
def test_what_was_last_checked_long_before_the_newest_has_left_the_page(checked, stays):
    """Ninety days before the newest check of the provider; where nobody wrote down a check, nothing is known of it."""
    models = [named("new", date(2026, 11, 28)), named("old", checked)]

    assert ("old" in {one.id for one in recommended(models, Task(), DAY)}) is stays
    assert reservations(models[1], Task(), DAY, peers_of(models, DAY)) == (
        () if stays else (f"on no page since {checked}",)
    )


def test_on_a_day_when_it_stood_on_the_page_a_model_is_recommended():
    models = [named("new", date(2026, 11, 28)), named("old", date(2025, 12, 21))]

    assert [one.id for one in recommended(models, Task(), date(2025, 12, 21))] == ["new", "old"]


@pytest.mark.parametrize(
    ("task", "fit", "reason"),
    [
        ({"prompt": 127_000, "answer": 1_000}, True, None),
        ({"prompt": 127_001, "answer": 1_000}, False, "its context window is not known, and may be 128,000 tokens"),
        ({"answer": 2_001}, False, "its longest answer is not known, and may be 2,000 tokens"),
    ],
)
def test_an_unknown_window_is_taken_for_no_larger_than_the_smallest_of_its_peers(task, fit, reason):
    """Those of its kind that are still sold: what is retired or gone, and a model of another kind, bounds nothing."""
    models = [
        named("unknown", date(2026, 11, 28)),
        named("large", context_window=1_000_000, max_output_tokens=9_000),
        named("small", context_window=128_000, max_output_tokens=2_000),
        named("retired", context_window=8_000, max_output_tokens=100, status="retired"),
        named("gone", date(2026, 1, 1), context_window=4_000),
        named("vectors", kind="embedding", context_window=2_000),
    ]

    assert ("unknown" in {one.id for one in recommended(models, Task(**task), DAY)}) is fit
    assert reservations(models[0], Task(**task), DAY, peers_of(models, DAY)) == ((reason,) if reason else ())


def test_without_any_known_window_all_fit():
    assert [one.id for one in recommended([named("unknown")], Task(prompt=9_000_000), DAY)] == ["unknown"]


@pytest.mark.parametrize("provider", ["gemini", "openai", "anthropic"])
def test_the_packaged_defaults_stay_and_the_cheapest_offered_are_sold(provider):
    """gpt-5-nano (retires in 11 days) and gemini-2.0-flash-lite (on no page since December) were the cheapest."""
    entry = load_registry(PACKAGED).providers[provider]
    fit = {one.id for one in recommended(entry.models.values(), Task(), DAY)}

    assert entry.default_model in fit
    assert not fit & {
        "gpt-5-nano",
        "gemini-2.0-flash-lite",
        "o3-deep-research",
        "computer-use-preview",
        "gpt-5-search-api",
    }


def test_what_works_by_itself_with_tools_is_an_agent_and_not_chat():
    known = load_registry(PACKAGED)
    agents = {model.id for model in known if kind_of(model).name == "agent"}

    assert {"o4-mini-deep-research", "computer-use-preview", "gemini-2.5-computer-use-preview-10-2025"} <= agents


@pytest.mark.parametrize("words", [{"kind": "talking"}, {"needs": ("flight",)}])
def test_a_job_that_no_model_can_do_is_a_mistake(words):
    with pytest.raises(InvalidUsageError, match="is none of"):
        Task(**words)


def test_the_cheapest_of_a_providers_models_can_chat(monkeypatch, tmp_path, small):
    """A client that takes the cheapest entry is not given an embedding model, nor one that is no longer served."""
    cheap = "{display_name: X, input_per_million: 0.01, output_per_million: %s, %s}"
    added = "".join(
        f"      {name}: {cheap % facts}\n"
        for name, facts in {
            "vectors": ("0.0", "kind: embedding"),
            "old": ("0.02", "retires_on: 2020-01-01"),
            "soon": ("0.02", f"retires_on: {datetime.now(UTC).date() + timedelta(days=60)}"),
        }.items()
    )
    file = tmp_path / "models.yaml"
    file.write_text(small.replace("defaults:\n", added + "defaults:\n", 1))
    monkeypatch.setenv("OCTOREGISTRY_MODELS", str(file))

    offered = providers.get_provider_models("acme")

    assert set(offered) == {"road", "plain"}
    assert set(providers.get_provider_models("acme", kind="embedding")) == {"vectors", "road"}  # road is the default
    assert set(providers.get_provider_models("acme", all=True)) == {"road", "plain", "vectors", "old", "soon"}
    assert set(providers.load_model_registry()["providers"]["acme"]["models"]) == {
        "road",
        "plain",
        "vectors",
        "old",
        "soon",
    }
