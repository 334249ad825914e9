"""Rows that are refused alike, until it is known whether it is they: none is lost to an account, none is paid twice."""

from __future__ import annotations

import threading

import pytest
from servers.base import Reply
from servers.working import numbered

from providers import BatchSettings, run_realtime

LONGER = 5000


@pytest.mark.parametrize("status", [400, 404])
def test_a_longer_limit_that_the_model_does_not_take_costs_no_row_its_answer(openai, tmp_path, status):
    """All rows are cut off, and paid; then the longer limit is refused alike to each of them."""
    together, first = threading.Barrier(12), openai.server.complete
    openai.server.completion["choices"][0]["finish_reason"] = "length"

    def complete(request, **parts):
        if request.json["max_completion_tokens"] == LONGER:
            return Reply(openai.unanswered(status, "max_tokens is too large"), status)
        together.wait(10)
        return first(request, **parts)

    openai.server.complete = complete
    settings = BatchSettings(longer_max_tokens=LONGER, patience=30)
    results = run_realtime(
        openai.make(max_tokens=100), numbered(12), tmp_path / "run.json", concurrency=12, settings=settings
    )
    rows = list(results)
    assert [row.details["error_code"] for row in rows] == ["truncated"] * 12
    assert all(row.content and row.cost for row in rows)
    assert len(openai.server.requests) == 24
    assert results.cost == sum(row.cost for row in rows)
