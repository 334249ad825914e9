"""What a run is begun with is what it is taken up with."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import replace
from decimal import Decimal

import pytest
from servers.working import numbered

from providers import BatchSettings, estimate_batch, run_batch, run_realtime
from providers.batches import BatchError, BatchTooExpensiveError, read_run
from providers.batches.plan import Planner
from providers.batches.requests import read_request
from providers.batches.spending import Spending
from providers.batches.state import RunFiles
from providers.batches.values import RowResult


def stopped(provider, state, clock, **terms):
    """A run of three batches, one at a time, that is stopped while it waits for the first."""

    def stop(_seconds):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_batch(provider, numbered(3), state, clock=clock, sleep=stop, **terms)


def test_a_run_is_not_taken_up_with_another_limit_of_its_answers(openai, work, run, clock, tmp_path):
    work(openai).polls = 2
    state = tmp_path / "run.json"
    settings = BatchSettings(rows=1, max_inflight=1, attempts=2)
    stopped(openai.make(max_tokens=50), state, clock, settings=settings, max_cost=1)
    with pytest.raises(BatchError, match="max_tokens 50, not None"):
        run(openai.make(), None)
    assert run(openai.make(max_tokens=50), None).answered == 3
    terms = read_run(state).terms
    assert (terms["max_tokens"], terms["max_cost"], terms["attempts"]) == (50, "1", 2)
    sent = [
        json.loads(file)["body"].get("max_completion_tokens") for file in openai.server.files.values() if b"url" in file
    ]
    assert set(sent) == {50}


def test_a_run_keeps_its_max_cost(openai, work, run, clock, tmp_path):
    work(openai).polls = 2
    state = tmp_path / "run.json"
    stopped(openai.make(), state, clock, settings=BatchSettings(rows=1, max_inflight=1), max_cost=1)
    kept = read_run(state)
    RunFiles(state).save(replace(kept, terms={**kept.terms, "max_cost": "0.0000001"}))
    with pytest.raises(BatchTooExpensiveError):
        run(openai.make(), None)
    assert run(openai.make(), None, max_cost=1).answered == 3


@pytest.mark.parametrize("amount", ["nan", float("nan"), Decimal("NaN"), -1, "much", float("inf")])
def test_a_max_cost_that_is_no_amount_is_refused(openai, run, amount, tmp_path):
    with pytest.raises(ValueError, match="max_cost is"):
        run(openai.make(), numbered(1), max_cost=amount)
    assert not (tmp_path / "run.json").exists()


def test_an_estimate_takes_answers_to_be_as_long_as_what_is_sent_allows(vendor):
    expected = {"anthropic": 8192}.get(vendor.name, 1000)
    assert estimate_batch(vendor.make(), numbered(2)).output_tokens == 2 * expected
    assert estimate_batch(vendor.make(max_tokens=7), numbered(2)).output_tokens == 14
    longest = BatchSettings(output_tokens=5)
    assert estimate_batch(vendor.make(max_tokens=7), numbered(2), settings=longest).output_tokens == 10


def test_an_estimate_counts_what_api_states_for_every_request_unless_the_request_says_otherwise(vendor):
    system, tools = "word " * 3000, {"tools": [{"name": "f", "description": "word " * 3000}]}
    for option in ({"system": system}, {"extra": tools}):
        estimate = estimate_batch(vendor.make(max_tokens=10, **option), numbered(2))
        assert estimate.input_tokens > 10_000
        own = [{"id": "a", "prompt": "Hi", **dict.fromkeys(option)}]
        assert estimate_batch(vendor.make(max_tokens=10, **option), own).input_tokens < 10


def most(provider, **options):
    """USD that one call can have cost of which nothing is known."""
    request = read_request({"id": "a", "prompt": "Hi", **options})
    return Spending(provider, Planner(provider, None, BatchSettings()), Decimal(1)).most(request, request.options)


def test_the_most_that_a_call_can_have_cost_goes_by_the_limit_and_the_tier_that_are_sent(openai):
    limited = openai.make(extra={"max_completion_tokens": 100})
    assert most(limited, extra={"user": "u"}) >= most(openai.make()) > most(limited)
    for tier in ("priority", "auto"):  # at twice the price, as the registry of the tests has it
        assert most(openai.make(), extra={"service_tier": tier}) >= 2 * most(openai.make())


def test_before_any_answer_calls_begin_side_by_side_only_as_far_as_all_can_be_paid(openai):
    """Without a limit an answer may cost a hundred times what is expected of it, and 200 may be asked for at once."""
    spending = Spending(openai.make(), Planner(openai.make(), None, BatchSettings()), Decimal(1))
    expected, dear = Decimal("0.01"), Decimal("0.9")
    assert spending.has_room(dear)
    spending.begin(expected, dear)
    assert not spending.has_room(dear)
    spending.end(expected, dear, Decimal("0.02"))
    spending.heard(RowResult("a", "x", None, None, 1, 300, 1, None, {}))
    spending.begin(expected, dear)
    assert spending.has_room(dear)


def test_calls_that_wait_for_the_first_answer_are_made_all_the_same(openai, tmp_path, monkeypatch):
    asked, at_once, call, lock = [0], [], openai.server.complete, threading.Lock()

    def complete(request, **parts):
        with lock:
            asked[0] += 1
            at_once.append(asked[0])
        time.sleep(0.1)
        with lock:
            asked[0] -= 1
        return call(request, **parts)

    openai.server.complete = complete
    monkeypatch.setattr(Spending, "most", lambda *_: Decimal("0.09"))  # of a model that can answer at length
    assert run_realtime(openai.make(), numbered(9), tmp_path / "run.json", max_cost="0.1").answered == 9
    assert at_once[:2] == [1, 1]  # the first alone
