"""What is refused before anything is uploaded, and what a run is expected to cost."""

from __future__ import annotations

import os
import re
from decimal import Decimal
from pathlib import Path

import pytest
from servers.working import PASSING, numbered

from providers import BatchSettings, estimate_batch, run_realtime
from providers.batches import BatchError, BatchInputError, BatchInUseError, BatchTooExpensiveError
from providers.batches.state import RunFiles, locked


def test_all_that_is_wrong_with_the_requests_is_said_at_once(vendor, run, tmp_path):
    requests = [
        ("a", "prompt"),
        ("a", "prompt"),
        ("", "prompt"),
        ("b", ""),
        ("c", 7),
        {"id": "d", "prompt": "p", "color": 1},
        ("e", "p", [1]),
        ("f", "lone \ud800"),
        "text",
    ]
    with pytest.raises(BatchInputError) as refused:
        run(vendor.make(), requests)
    assert [problem.split(":")[0] for problem in refused.value.problems] == [f"request {n}" for n in range(2, 10)]
    assert "is that of request 1 already" in refused.value.problems[0]
    assert not vendor.server.requests
    assert not (tmp_path / "run.json").exists()


def test_no_requests_are_an_error(vendor, run):
    with pytest.raises(BatchInputError, match="no requests"):
        run(vendor.make(), [])


def test_a_row_that_no_batch_can_hold_is_refused_before_any_upload(vendor, run):
    with pytest.raises(BatchInputError, match=r"request 2 .*'big'.*over the batch's limit"):
        run(vendor.make(), [("a", "x"), ("big", "x" * 5000)], settings=BatchSettings(file_bytes=3000))
    assert not vendor.server.requests


def test_a_schema_that_the_vendor_cannot_enforce_is_refused_before_any_upload(openai, run):
    schema = {"type": "object", "additionalProperties": {"type": "number"}}
    with pytest.raises(BatchInputError, match="request 1"):
        run(openai.make(), [("a", "x", schema)])
    assert not openai.server.requests


def test_tokens_are_a_third_of_the_bytes_and_answers_as_long_as_they_may_be(vendor):
    estimate = estimate_batch(vendor.make(max_tokens=500), [("a", "x" * 3000), ("b", "語" * 10)])
    assert (estimate.rows, estimate.batches) == (2, 1)
    assert (estimate.input_tokens, estimate.output_tokens) == (1010, 1000)
    per_million = {"openai": ("0.375", "2.25"), "anthropic": ("0.5", "2.5"), "gemini": ("0.15", "1.25")}[vendor.name]
    asked, answered = (Decimal(price) / 1_000_000 for price in per_million)
    assert estimate.cost == 1010 * asked + 1000 * answered
    assert not vendor.server.requests


def test_more_than_max_cost_is_refused_before_any_upload_and_leaves_nothing(vendor, run, work, tmp_path):
    provider = vendor.make(max_tokens=1000)
    with pytest.raises(BatchTooExpensiveError, match=r"more than the 0\.001 USD") as refused:
        run(provider, numbered(10), max_cost="0.001")
    assert refused.value.expected > Decimal("0.001")
    assert not vendor.server.requests
    assert not (tmp_path / "run.json").exists()
    work(vendor)
    assert run(provider, numbered(10), max_cost=1).answered == 10


def test_failed_rows_are_not_sent_again_beyond_max_cost(vendor, run, work):
    working = work(vendor)
    working.outcome = lambda prompt, times: PASSING if prompt == "prompt 0" else "answered"
    provider = vendor.make(max_tokens=1)
    requests = numbered(4)  # answers are far longer than the estimate says
    allowed = estimate_batch(provider, requests).cost
    results = list(run(provider, requests, max_cost=allowed))
    assert [row.error is None for row in results] == [False, True, True, True]
    assert working.handed_in["prompt 0"] == 1


def test_a_model_that_is_not_served_in_batches_is_refused(openai, run):
    provider = openai.make()
    registry = Path(os.environ["OCTOREGISTRY_MODELS"])
    known = registry.read_text().splitlines()
    known = [line for line in known if "mode: batch" not in line]
    registry.write_text("\n".join(known).replace("batch_support: true", "batch_support: false"))
    with pytest.raises(BatchError, match="not served in batches"):
        run(provider, numbered(1))
    assert not openai.server.requests


def test_a_second_run_of_the_same_state_is_refused_while_the_first_is_at_it(vendor, run, tmp_path):
    with locked(RunFiles(tmp_path / "run.json")), pytest.raises(BatchInUseError):
        run(vendor.make(), numbered(1))


def test_a_state_serves_only_its_own_requests_and_model(openai, anthropic, run, work, tmp_path):
    work(openai)
    run(openai.make(), numbered(2))
    with pytest.raises(BatchError, match="other requests"):
        run(openai.make(), numbered(3))
    with pytest.raises(BatchError, match="not anthropic"):
        run(anthropic.make(), numbered(2))
    with pytest.raises(BatchError, match="no run to take up"):
        run(openai.make(), None, state=tmp_path / "other.json")
    (tmp_path / "broken.json").write_text("{")
    with pytest.raises(BatchError, match="no state"):
        run(openai.make(), numbered(2), state=tmp_path / "broken.json")


def test_a_finished_run_gives_its_results_again_without_asking_the_vendor(vendor, run, work, tmp_path):
    work(vendor)
    first = run(vendor.make(), numbered(3))
    asked = len(vendor.server.requests)
    again = run(vendor.make(), numbered(3))
    assert (list(again), again.cost) == (list(first), first.cost)
    assert len(vendor.server.requests) == asked
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run.json", "run.json.d", "run.json.results.jsonl"]
    assert [path.name for path in (tmp_path / "run.json.d").iterdir()] == ["lock"]


def test_a_limit_among_the_vendors_own_keys_counts_in_the_estimate(vendor):
    extra = {"anthropic": {"max_tokens": 50_000}, "gemini": {"generationConfig": {"maxOutputTokens": 50_000}}}
    own = extra.get(vendor.name, {"max_completion_tokens": 50_000})
    assert estimate_batch(vendor.make(), [{"id": "a", "prompt": "hi", "extra": own}]).output_tokens == 50_000
    assert estimate_batch(vendor.make(extra=own), [("a", "hi")]).output_tokens == 50_000


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"prompt": "half \ud83d"}, "'a': the prompt holds half of a letter"),
        ({"system": "half \ud83d"}, "'a': system holds half of a letter"),
        ({"extra": {"key": b"bytes"}}, "'a': extra holds what JSON cannot: Object of type bytes"),
        ({"extra": {"key": {1}}}, "'a': extra holds what JSON cannot"),
        ({"messages": [{"role": "user", "content": [{"type": "text", "text": b"x"}]}]}, "'a': messages holds what"),
    ],
)
def test_what_cannot_be_written_is_named_by_its_row_and_field(openai, tmp_path, wrong, told):
    with pytest.raises(BatchInputError, match=re.escape(told)):
        run_realtime(openai.make(), [{"id": "a", "prompt": "x", **wrong}], tmp_path / "run.json")
    assert not openai.server.requests


@pytest.mark.parametrize(
    "wrong",
    [
        *({"attempts": value} for value in (0, -1, 1.5, "3", True, None)),
        *({"patience": value} for value in (-1, float("nan"), "long", None)),
        *({"poll_longest": value} for value in (0, -5, float("nan"), float("inf"), 1e300)),
        *({"poll_initial": value} for value in (float("inf"), 1e300, 10**400)),
        *({"longer_max_tokens": value} for value in (0, "x")),
        {"output_tokens": -5},
        *({"poll_factor": value} for value in (0.5, float("inf"), 1e300)),
        {"settle": -1},
    ],
)
def test_a_setting_that_no_run_can_have_is_an_error_by_its_name(wrong):
    (name,) = wrong
    with pytest.raises(ValueError, match=f"settings.{name} is"):
        BatchSettings(**wrong)
