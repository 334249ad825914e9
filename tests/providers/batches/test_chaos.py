"""Servers in which anything may go wrong at any call: no row is lost, none is paid twice, and no cost is made up."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest
from servers.base import CUT, HTML, Reply
from servers.working import ANSWERED, PASSING, numbered

from providers import BatchSettings

ROWS = 7
RATE = 0.3  # of calls that go wrong
REFUSALS = (409, 429)  # after which nothing was done; after all else it may have been


class Chaos:
    """Spoils the answers of `server` by chance, before or after it did what it was asked."""

    def __init__(self, vendor, clock, seed):
        self.vendor, self.server, self.clock, self.chance = vendor, vendor.server, clock, random.Random(seed)  # noqa: S311 - guards nothing
        self.answer, vendor.server.answer = vendor.server.answer, self.spoiled
        self.faults = 0

    def spoiled(self, request):
        empty_list = self.vendor.name == "gemini" and request.method == "GET" and request.path.endswith("/batches")
        if self.chance.random() > RATE:
            return self.answered(request)
        fault = self.chance.choice(self.possible(empty_list))
        self.faults += 1
        if fault.status not in REFUSALS and (request.method == "POST" and self.chance.random() < 0.5):
            self.answered(request)
        return fault

    def answered(self, request):
        reply = self.answer(request)
        for batch in getattr(self.server, "batches", {}).values():  # are made by the clock of the run
            if isinstance(batch["created_at"], str) and "dated" not in batch:
                batch.update(dated=True, created_at=datetime.fromtimestamp(self.clock.now, UTC).isoformat())
        return reply

    def possible(self, empty_list):
        told = self.vendor.unanswered
        statuses = [Reply(told(status), status) for status in (408, 409, 500, 502, 503, 529)]
        waits = [Reply(told(429), 429, {"retry-after": wait}) for wait in ("0", "100", "1000000000")]
        shapes = [CUT, HTML, Reply([]), Reply(b""), Reply(told(504)), Reply(b'{"id": "x", "sta')]
        return [*statuses, *waits, *shapes, *([] if empty_list else [Reply({})])]


@pytest.mark.parametrize("seed", range(3))
def test_whatever_goes_wrong_no_row_is_lost_and_none_is_paid_twice(vendor, work, run, clock, seed):
    working = work(vendor)
    working.polls, working.ends_when_listed = 2, vendor.name == "anthropic"
    working.outcome = lambda prompt, times: PASSING if (prompt, times) == ("prompt 3", 1) else ANSWERED
    chaos = Chaos(vendor, clock, seed)
    provider = vendor.make(transport_retry={"max_attempts": 1})
    results = run(provider, numbered(ROWS), settings=BatchSettings(rows=4))
    assert chaos.faults
    assert [(row.unit_id, row.content) for row in results] == [(f"unit-{n}", f"re: prompt {n}") for n in range(ROWS)]
    assert working.handed_in == {f"prompt {n}": 2 if n == 3 else 1 for n in range(ROWS)}
    assert set(working.answered.values()) == {1}
    assert {row.cost for row in results} == {provider.cost_of(row.details) for row in results}
