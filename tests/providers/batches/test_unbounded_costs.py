"""What no price bounds ends a run that may spend only so much."""

from __future__ import annotations

import re

import pytest
from servers import anthropic as anthropic_wire
from servers import gemini as gemini_wire
from servers import openai as openai_wire
from servers.base import Reply
from servers.working import numbered

from providers import BatchError, run_realtime

CALLS = {"openai": "complete", "anthropic": "create_message", "gemini": "generate"}


def unbounded(name):
    """An answer that was served with what has no price."""
    if name == "openai":
        return {**openai_wire.completion("4"), "service_tier": "ultrafast"}
    if name == "anthropic":
        message = anthropic_wire.message("4")
        return {**message, "usage": {**message["usage"], "server_tool_use": {"web_search_requests": 1}}}
    content = gemini_wire.content("4")
    return {**content, "usageMetadata": {**content["usageMetadata"], "trafficType": "PROVISIONED_THROUGHPUT"}}


@pytest.fixture
def asked(vendor):
    calls = []

    def answer(request, **_parts):
        calls.append(request)
        return Reply(unbounded(vendor.name))

    setattr(vendor.server, CALLS[vendor.name], answer)
    return calls


def test_a_run_with_max_cost_ends_at_an_answer_that_no_price_bounds(vendor, asked, tmp_path):
    provider, state = vendor.make(max_tokens=20), tmp_path / "run.json"
    for call in (1, 2):  # taken up, it goes on until the next one
        with pytest.raises(BatchError, match=re.escape("so max_cost cannot be held: nothing more is asked")):
            run_realtime(provider, numbered(10) if call == 1 else None, state, max_cost=5, concurrency=1)
        assert len(asked) == call


def test_without_max_cost_all_are_asked_and_told(vendor, asked, tmp_path):
    results = run_realtime(vendor.make(), numbered(3), tmp_path / "run.json", concurrency=1)
    assert (len(asked), results.answered, results.unpriced, results.cost) == (3, 3, 3, 0)
