"""A run says what it cost, or that it does not know; never 0 for rows that may have been paid."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from servers.base import Reply
from servers.working import ANSWERED, LEFT_OUT, PASSING, forgetful, numbered

from providers import BatchSettings, ProviderError, run_batch
from providers.batches import BatchError, BatchTooExpensiveError, read_run
from providers.batches.state import RunFiles


def gone(vendor, *numbers):
    """The vendor has the results of its n-th batches no more."""
    name = {"openai": "content", "anthropic": "results", "gemini": "download"}[vendor.name]
    give = getattr(vendor.server, name)

    def refused(request, **parts):
        known = list(vendor.server.operations if vendor.name == "gemini" else vendor.server.batches)
        lost = [known[number - 1].removeprefix("batches/") for number in numbers if number <= len(known)]
        if any(batch in next(iter(parts.values())) for batch in lost):
            return Reply(vendor.unanswered(404, "no such file"), 404)
        return give(request, **parts)

    setattr(vendor.server, name, refused)


def test_rows_of_a_batch_that_is_gone_are_counted_as_unpriced(vendor, work, run):
    work(vendor)
    gone(vendor, 1)
    results = run(forgetful(vendor.make()), numbered(4), settings=BatchSettings(rows=2, patience=1800))
    assert [row.cost is None for row in results] == [True, True, False, False]
    assert (results.unpriced, results.failed, results.answered) == (2, 2, 2)


def test_a_second_attempt_that_is_gone_leaves_no_row_free(vendor, work, run):
    working = work(vendor)
    working.outcome = lambda prompt, times: PASSING if prompt == "prompt 1" else ANSWERED
    gone(vendor, 2)
    results = run(forgetful(vendor.make()), numbered(2), settings=BatchSettings(patience=1800))
    first, second = results
    assert first.error is None
    assert (second.cost, second.attempts, results.unpriced, results.failed) == (None, 2, 1, 1)
    assert "gone" in second.error
    assert working.handed_in == {"prompt 0": 1, "prompt 1": 2}


def test_rows_of_a_batch_that_was_cancelled_past_its_life_without_a_word_of_them_are_not_called_free(
    openai, gemini, work, run, tmp_path
):
    for vendor in (openai, gemini):
        working = work(vendor)
        working.polls, working.outcome = 10**6, lambda prompt, times: LEFT_OUT
        cancel = vendor.server.cancel

        def cancelled(request, **parts):
            reply = cancel(request, **parts)  # noqa: B023 - called within this turn of the loop
            working.finish(next(iter(parts.values())), "cancelled")  # noqa: B023 - the same
            return reply

        vendor.server.cancel = cancelled
        settings = BatchSettings(poll_initial=6 * 3600, poll_longest=6 * 3600)
        results = run(vendor.make(), numbered(2), state=tmp_path / f"{vendor.name}.json", settings=settings)
        assert [row.cost for row in results] == [None, None]
        assert results.unpriced == 2
        assert set(working.handed_in.values()) == {1}


def spoiled(vendor, **counts):
    """Batches end with these counts."""
    give = vendor.server.retrieve
    gemini = {"total": "requestCount", "completed": "successfulRequestCount", "failed": "failedRequestCount"}

    def retrieve(request, **parts):
        body = json.loads(json.dumps(give(request, **parts).body))
        if vendor.name == "gemini":
            body["metadata"]["batchStats"] = {gemini[name]: str(count) for name, count in counts.items()}
        else:
            body["request_counts"] = counts
        return Reply(body)

    vendor.server.retrieve = retrieve


@pytest.mark.parametrize("end", ["cancelled", "failed"])
def test_rows_that_are_counted_as_answered_and_not_given_are_not_called_free(openai, gemini, work, run, end, tmp_path):
    for vendor in (openai, gemini):
        working = work(vendor)
        working.end = end
        working.outcome = lambda prompt, times: ANSWERED if prompt == "prompt 0" else LEFT_OUT
        spoiled(vendor, total=3, completed=2, failed=1)
        results = run(vendor.make(), numbered(3), state=tmp_path / f"{vendor.name}.json")
        assert [row.cost is None for row in results] == [False, True, True]
        assert results.unpriced == 2
        assert set(working.handed_in.values()) == {1}


def test_rows_of_a_finished_batch_that_no_count_tells_of_are_not_sent_again(openai, gemini, work, run, tmp_path):
    for vendor in (openai, gemini):
        working = work(vendor)
        working.outcome = lambda prompt, times: LEFT_OUT if prompt == "prompt 1" else ANSWERED
        spoiled(vendor, total=3, completed=2, failed=0)
        results = list(run(vendor.make(), numbered(3), state=tmp_path / f"{vendor.name}.json"))
        assert [row.details.get("error_code") for row in results] == [None, "lost", None]
        assert set(working.handed_in.values()) == {1}


def test_rows_at_an_unknown_price_count_against_what_a_run_may_cost(openai, work, run, clock, tmp_path):
    """Of two batches the first is lost, at a cost that nobody knows: its estimate stands for it."""
    working = work(openai)
    state = tmp_path / "run.json"
    gone(openai, 1)
    working.held = {"batch_2"}

    def stop(_seconds):
        if read_run(state).parts[0].status == "collected":
            raise KeyboardInterrupt
        clock.sleep(_seconds)

    settings = BatchSettings(rows=1, patience=1800)
    provider = forgetful(openai.make())
    with pytest.raises(KeyboardInterrupt):
        run_batch(provider, numbered(3), state, clock=clock, sleep=stop, settings=settings)
    parts = read_run(state).parts
    assert (parts[0].unpriced, parts[0].expected) == (1, parts[0].estimate)
    kept = read_run(state)
    RunFiles(state).save(kept.with_part(replace(kept.part(3), status="planned", batch_id=None)))
    with pytest.raises(BatchTooExpensiveError):
        run_batch(provider, None, state, clock=clock, sleep=stop, max_cost=2 * parts[0].estimate)


def test_a_lost_answer_and_a_page_without_a_list_pay_for_nothing_twice(vendor, work, run, clock):
    """The create makes its batch; its answer is lost; and while the vendor's time runs out its list is broken."""
    working = work(vendor)
    make, listing, made = working.create, vendor.server.list, []

    def create(request, **parts):
        made.append(make(request, **parts))
        return Reply({"cut": "x" * 100}, cut_after=10)

    def listed(request):
        broken = clock.now - made_at < 3600
        return Reply({"error": {"message": "busy"}}) if broken else listing(request)

    made_at = clock.now
    vendor.server.create, vendor.server.list = create, listed
    working.ends_when_listed = True
    assert run(vendor.make(), numbered(3)).answered == 3
    assert set(working.handed_in.values()) == {1}


def test_a_server_that_asks_for_years_is_asked_again_within_the_runs_patience(vendor, work, run, clock):
    work(vendor)
    vendor.server.fail(Reply(vendor.unanswered(429), 429, {"retry-after": "4294967295"}), path=vendor.create_path)
    begun = clock.now
    assert run(vendor.make(), numbered(1), settings=BatchSettings(patience=3600)).answered == 1
    assert clock.now - begun < 2 * 3600


def test_what_was_uploaded_for_a_batch_that_was_refused_is_deleted(openai, gemini, work, run, tmp_path):
    for vendor in (openai, gemini):
        work(vendor)
        refusals = [Reply(vendor.unanswered(429), 429, {"retry-after": "999"}), Reply(vendor.unanswered(400), 400)]
        vendor.server.fail(*refusals, path=vendor.create_path)
        with pytest.raises(ProviderError, match="400"):
            run(vendor.make(), numbered(1), state=tmp_path / f"{vendor.name}.json")
        assert vendor.server.files == {}
        assert len([request for request in vendor.server.requests if request.method == "DELETE"]) == 2


def test_an_upload_that_cannot_be_deleted_stops_nothing(openai, work, run):
    work(openai)
    openai.server.fail(Reply(openai.unanswered(429), 429, {"retry-after": "999"}), path=openai.create_path)
    openai.server.delete = lambda request, **parts: Reply(openai.unanswered(404), 404)
    assert run(openai.make(), numbered(1)).answered == 1


def test_an_alias_of_a_model_without_batches_is_refused_like_its_id(openai, work, run, monkeypatch, tmp_path):
    work(openai)
    models = tmp_path / "models.yaml"
    models.write_text(
        """\
default_provider: openai
providers:
  openai:
    env_var: OPENAI_API_KEY
    default_model: slow
    models:
      slow:
        display_name: Slow
        input_per_million: 1.0
        output_per_million: 2.0
        batch_support: false
        aliases: [slow-2026-01-01]
defaults: {input_per_million: 1.0, output_per_million: 2.0, realtime_multiplier: 2.0}
"""
    )
    monkeypatch.setenv("OCTOREGISTRY_MODELS", str(models))
    for name in ("slow", "slow-2026-01-01"):
        with pytest.raises(BatchError, match="not served in batches"):
            run(openai.make(model=name), numbered(1))
    assert not openai.server.requests


def test_costs_are_exact_to_the_last_digit(vendor, work, run):
    """Ten thousandths of a cent and less: no float may come between the vendor's count and the sum."""
    work(vendor)
    results = run(vendor.make(), numbered(7))
    row = {"openai": Decimal("0.00069"), "anthropic": Decimal("0.0008925"), "gemini": Decimal("0.000352")}[vendor.name]
    assert results.cost == 7 * row
    assert sum((result.cost for result in results), Decimal(0)) == results.cost
