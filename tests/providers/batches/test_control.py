"""A run as another process sees and stops it."""

from __future__ import annotations

import pytest
from servers.working import numbered

from providers import BatchSettings
from providers.batches import cancel_run, results_so_far, run_progress


class Stopped(BaseException):
    pass


@pytest.fixture
def half_done(run):
    """Runs until the vendor has two of three batches, one of them collected."""

    def start(vendor, working):
        def stop(progress):
            if progress.batches_ended == 1:
                raise Stopped

        working.server.create = lambda request, **parts: (hold(working), working.create(request, **parts))[1]
        settings = BatchSettings(rows=2, max_inflight=1)
        with pytest.raises(Stopped):
            run(vendor.make(), numbered(6), settings=settings, progress=stop)

    def hold(working):
        if working.prompts:
            working.polls = 10**6

    return start


def test_results_so_far_are_the_final_ones(vendor, work, half_done, tmp_path):
    half_done(vendor, work(vendor))
    assert [row.unit_id for row in results_so_far(tmp_path / "run.json")] == ["unit-0", "unit-1"]
    progress = run_progress(tmp_path / "run.json", vendor.make())
    assert (progress.rows, progress.done, progress.batches, progress.batches_ended) == (6, 2, 3, 1)


def test_a_cancelled_run_submits_nothing_more_and_keeps_what_was_answered(vendor, work, half_done, run, tmp_path):
    working = work(vendor)
    half_done(vendor, working)
    cancelled, unknown = cancel_run(vendor.make(), tmp_path / "run.json")
    assert (cancelled, unknown) == (list(working.prompts)[1:], 0)
    for batch_id in cancelled:
        working.outcome = lambda prompt, times: "left out"
        working.finish(batch_id, "cancelled")
    results = list(run(vendor.make(), None))
    assert [row.content for row in results[:2]] == ["re: prompt 0", "re: prompt 1"]
    assert all("cancel" in row.error for row in results[2:])
    assert set(working.handed_in.values()) == {1}
    assert cancel_run(vendor.make(), tmp_path / "run.json") == ([], 0)
