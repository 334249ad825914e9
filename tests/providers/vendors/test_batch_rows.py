"""How each vendor's batches give their rows: errors nested, results beside the job, and what is refused beforehand."""

from __future__ import annotations

import pytest
from servers import anthropic as anthropic_wire
from servers import gemini as gemini_wire
from servers.base import jsonl

from providers import BatchStatus, ProviderError, RequestError


def test_anthropic_rows_nest_their_error_twice_and_keep_its_message(anthropic, tmp_path):
    provider = anthropic.make()
    batch_id = anthropic.submit(provider, tmp_path)
    anthropic.server.finish(
        batch_id,
        [
            anthropic_wire.errored("a", "invalid_request_error", "max_tokens is too large"),
            anthropic_wire.errored("b", "overloaded_error", "Overloaded"),
            anthropic_wire.lost("c", "canceled"),
            anthropic_wire.lost("d", "evaporated"),
        ],
    )
    results = {result["unit_id"]: result for result in provider.download_batch_results(batch_id)[0]}
    assert (results["a"]["error"], results["a"]["retryable"]) == (
        "invalid_request_error: max_tokens is too large",
        False,
    )
    assert results["b"]["retryable"] is True
    assert results["c"]["retryable"] is False
    assert "evaporated" in results["d"]["error"]


def test_a_row_that_anthropic_would_refuse_its_batch_for_is_found_before_it_is_asked(anthropic, tmp_path):
    provider = anthropic.make()
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"custom_id": "a b", "params": {}}\n')
    with pytest.raises(RequestError, match=r"line 1 .* does not fit"):
        provider.create_batch(provider.upload_batch_file(rows))
    assert not anthropic.server.requests


def test_anthropics_file_is_the_local_one(anthropic, tmp_path):
    provider = anthropic.make()
    with pytest.raises(ProviderError, match="no file"):
        provider.upload_batch_file(tmp_path / "missing.jsonl")
    rows = tmp_path / "rows.jsonl"
    rows.write_text("{}\n")
    assert provider.upload_batch_file(rows) == str(rows.resolve())


def test_geminis_error_and_progress_come_from_the_wire_since_the_sdk_drops_them(gemini, tmp_path):
    provider = gemini.make()
    batch_id = gemini.submit(provider, tmp_path)
    stats = {"requestCount": "10", "successfulRequestCount": "4", "failedRequestCount": "1", "pendingRequestCount": "5"}
    gemini.server.operations[batch_id]["metadata"].update(state="BATCH_STATE_RUNNING", batchStats=stats)
    info = provider.get_batch_status(batch_id)
    assert (info["progress"], info["counts"]) == ("5/10", {"total": 10, "completed": 4, "failed": 1})
    gemini.server.finish(batch_id, "BATCH_STATE_FAILED", error={"code": 13, "message": "An internal error occurred"})
    info = provider.get_batch_status(batch_id)
    assert (info["status"], info["error"], info["retryable"]) == (
        BatchStatus.FAILED,
        "13: An internal error occurred",
        True,
    )


def test_gemini_rows_that_failed_or_were_blocked_keep_their_message(gemini, tmp_path):
    provider = gemini.make()
    batch_id = gemini.submit(provider, tmp_path)
    blocked = {"promptFeedback": {"blockReason": "SAFETY"}, "usageMetadata": {"promptTokenCount": 10}}
    rows = [
        {"key": "a", "error": {"code": 429, "message": "Resource has been exhausted"}},
        {"key": "b", "error": {"code": 3, "message": "Invalid value"}},
        {"key": "c", "response": blocked},
        {"key": "d", "response": gemini_wire.content(finish_reason="RECITATION")},
    ]
    gemini.server.finish(batch_id, "BATCH_STATE_SUCCEEDED", rows, failed=2)
    info = provider.get_batch_status(batch_id)
    assert (info["status"], info["error"]) == (BatchStatus.COMPLETED, "2 of 4 rows failed")
    results = {result["unit_id"]: result for result in provider.download_batch_results(batch_id)[0]}
    assert (results["a"]["error"], results["a"]["retryable"]) == ("429: Resource has been exhausted", True)
    assert results["b"]["retryable"] is False
    assert results["c"]["error"] == "refused: the prompt was blocked: SAFETY"
    assert results["c"]["input_tokens"] == 10
    assert results["d"]["refusal"] == "RECITATION"


def test_gemini_results_may_come_with_the_job_or_stand_in_its_response_only(gemini, tmp_path):
    provider = gemini.make()
    batch_id = gemini.submit(provider, tmp_path)
    operation = gemini.server.operations[batch_id]
    operation["metadata"]["state"] = "JOB_STATE_PARTIALLY_SUCCEEDED"
    answers = [
        {"response": gemini_wire.content("4"), "metadata": {"key": "a"}},
        {"error": {"code": 13, "message": "no"}},
    ]
    operation["response"] = {"inlinedResponses": {"inlinedResponses": answers}}
    assert provider.get_batch_status(batch_id)["status"] is BatchStatus.COMPLETED
    results, _ = provider.download_batch_results(batch_id)
    assert [(result["unit_id"], result["content"]) for result in results] == [("a", "4"), ("", None)]
    operation["response"] = {"responsesFile": "files/out"}
    gemini.server.files["files/out"] = jsonl([{"key": "b", "response": gemini_wire.content("4")}])
    assert [result["unit_id"] for result in provider.iter_batch_results(batch_id)] == ["b"]
