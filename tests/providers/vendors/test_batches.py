"""A batch from its rows to its results, on each vendor."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from servers import anthropic as anthropic_wire
from servers import gemini as gemini_wire
from servers import openai as openai_wire
from servers.base import CUT, HTML, Reply, jsonl

from providers import BatchStatus, ProviderError

BATCH_COSTS = {"openai": "0.00069", "anthropic": "0.0008925", "gemini": "0.000352"}


def good_row(vendor, unit_id):
    """A row that was answered, as the vendor writes it."""
    if vendor.name == "openai":
        return openai_wire.answered(unit_id)
    if vendor.name == "anthropic":
        return anthropic_wire.succeeded(unit_id)
    return {"key": unit_id, "response": gemini_wire.content("4")}


def finish(vendor, batch_id, *unit_ids):
    """Ends a batch with every row answered."""
    rows = [good_row(vendor, unit_id) for unit_id in unit_ids]
    if vendor.name == "openai":
        vendor.server.finish(batch_id, "completed", rows)
    elif vendor.name == "anthropic":
        vendor.server.finish(batch_id, rows)
    else:
        vendor.server.finish(batch_id, "BATCH_STATE_SUCCEEDED", rows)


def test_a_batch_runs_from_its_rows_to_its_results(vendor, tmp_path):
    provider = vendor.make(max_tokens=64)
    batch_id = vendor.submit(provider, tmp_path)
    assert provider.get_batch_status(batch_id)["status"] in {BatchStatus.PENDING, BatchStatus.RUNNING}
    finish(vendor, batch_id, "b", "a")
    info = provider.get_batch_status(batch_id)
    assert (info["status"], info["progress"], info["error"]) == (BatchStatus.COMPLETED, "2/2", None)
    results, metadata = provider.download_batch_results(batch_id)
    assert {result["unit_id"]: result["content"] for result in results} == {"a": "4", "b": "4"}
    assert (metadata["total_input_tokens"], metadata["total_output_tokens"]) == (2000, 400)
    assert (metadata["provider"], metadata["model"]) == (vendor.name, provider.model)
    assert metadata["started_at"]
    assert metadata["completed_at"]
    json.dumps([results, metadata])


def test_no_rows_and_no_key_go_where_an_answer_sends_them(vendor, stranger, tmp_path):
    """Not by a redirect of the upload, of the batch or of its results, and not by the address that a batch names for them."""
    provider = vendor.make()
    away = Reply(b"", 307, {"location": f"{stranger.url}/elsewhere"})
    vendor.server.fail(away)
    with pytest.raises(ProviderError, match="another origin: nothing was sent there"):
        vendor.submit(provider, tmp_path)
    batch_id = vendor.submit(provider, tmp_path)
    finish(vendor, batch_id, "a", "b")
    vendor.server.fail(away, path=vendor.results_path)
    with pytest.raises(ProviderError, match="another origin: nothing was sent there"):
        provider.download_batch_results(batch_id)
    if vendor.name == "anthropic":
        vendor.server.batches[batch_id]["results_url"] = f"{stranger.url}/v1/messages/batches/{batch_id}/results"
        with pytest.raises(ProviderError, match="another origin: nothing was sent there"):
            provider.download_batch_results(batch_id)
    assert not stranger.requests


def test_rows_cost_the_batch_price_whatever_tier_they_name(vendor, tmp_path):
    provider = vendor.make()
    batch_id = vendor.submit(provider, tmp_path)
    finish(vendor, batch_id, "a", "b")
    results, metadata = provider.download_batch_results(batch_id)
    assert results[0]["mode"] == "batch"
    assert str(provider.cost_of(results[0])) == BATCH_COSTS[vendor.name]
    assert metadata["total_cost"] == pytest.approx(float(2 * Decimal(BATCH_COSTS[vendor.name])))


def test_results_before_the_end_are_an_error_that_says_so(vendor, tmp_path):
    provider = vendor.make()
    batch_id = vendor.submit(provider, tmp_path)
    with pytest.raises(ProviderError, match="no results yet"):
        provider.download_batch_results(batch_id)


def test_a_cut_download_is_fetched_again_and_no_row_comes_twice(vendor, tmp_path):
    provider = vendor.make()
    batch_id = vendor.submit(provider, tmp_path)
    finish(vendor, batch_id, "a", "b")
    whole = jsonl([good_row(vendor, "a"), good_row(vendor, "b")])
    for fault in (CUT, Reply(whole, cut_after=len(whole) // 2 + 10), HTML, Reply(vendor.unanswered(503), 503)):
        vendor.server.fail(fault, path=vendor.results_path)
        assert sorted(result["unit_id"] for result in provider.iter_batch_results(batch_id)) == ["a", "b"]


def test_a_line_that_is_no_json_is_one_failed_row_and_the_others_count(vendor, tmp_path):
    provider = vendor.make()
    batch_id = vendor.submit(provider, tmp_path)
    finish(vendor, batch_id, "a", "b")
    body = jsonl([good_row(vendor, "a")]) + b'{"half": \n17\n\n' + jsonl([good_row(vendor, "b")])
    vendor.server.fail(Reply(body), path=vendor.results_path)
    results, metadata = provider.download_batch_results(batch_id)
    assert [result["unit_id"] for result in results] == ["a", "", "", "b"]
    assert "line 2" in results[1]["error"]
    assert results[1]["cost"] is metadata["total_cost"] is None  # it may be an answer, and that is paid


def test_a_sum_over_fewer_rows_than_were_answered_is_not_told(vendor, tmp_path):
    provider = vendor.make()
    batch_id = vendor.submit(provider, tmp_path)
    finish(vendor, batch_id, "a", "b")
    vendor.server.fail(Reply(jsonl([good_row(vendor, "a")])), path=vendor.results_path)
    results, metadata = provider.download_batch_results(batch_id)
    assert (len(results), metadata["total_cost"]) == (1, None)


def test_a_row_that_was_answered_with_nothing_to_read_is_billed_and_not_sent_again(vendor, tmp_path):
    provider = vendor.make()
    batch_id = vendor.submit(provider, tmp_path)
    finish(vendor, batch_id, "a")
    hollow = {"id": "msg_1", "content": None, "usage": {"input_tokens": 1_000_000, "output_tokens": 0}}
    if vendor.name == "openai":
        hollow = {"choices": [], "usage": {"prompt_tokens": 1_000_000, "completion_tokens": 0}}
        rows = [openai_wire.answered("a", hollow), openai_wire.answered("b", {})]
    elif vendor.name == "anthropic":
        rows = [anthropic_wire.succeeded("a", hollow), anthropic_wire.succeeded("b", {"content": None})]
    else:
        hollow = {"usageMetadata": {"promptTokenCount": 1_000_000}}
        rows = [{"key": "a", "response": hollow}, {"key": "b", "response": {"modelVersion": "x"}}]
    vendor.server.fail(Reply(jsonl(rows)), path=vendor.results_path)
    told, silent = provider.download_batch_results(batch_id)[0]
    assert told["error"]
    assert told["retryable"] is False
    assert told["cost"] == {"openai": 0.375, "anthropic": 0.5, "gemini": 0.15}[vendor.name]
    assert silent["error"]
    assert silent["cost"] is None


def test_a_page_between_the_batch_and_its_results_is_an_error_that_passes(anthropic, tmp_path):
    provider = anthropic.make(transport_retry={"max_attempts": 1})
    batch_id = anthropic.submit(provider, tmp_path)
    finish(anthropic, batch_id, "a")
    ended = Reply(anthropic.server.batches[batch_id])
    for fault in (HTML, Reply(b""), Reply([]), Reply({}), CUT):
        anthropic.server.fail(ended, fault)
        with pytest.raises(ProviderError) as page:
            list(provider.iter_batch_results(batch_id))
        assert page.value.retryable


def test_line_separators_inside_an_answer_cut_no_row(vendor, tmp_path):
    provider = vendor.make()
    batch_id = vendor.submit(provider, tmp_path)
    finish(vendor, batch_id, "a", "b")
    row = json.dumps(good_row(vendor, "a")).replace('"4"', '"4\u2028\u0085 5"')
    vendor.server.fail(Reply(row.encode() + b"\n"), path=vendor.results_path)
    assert [result["content"] for result in provider.iter_batch_results(batch_id)] == ["4\u2028\u0085 5"]


def test_cancelling_is_true_while_it_runs_and_false_when_it_has_ended(vendor, tmp_path):
    provider = vendor.make()
    batch_id = vendor.submit(provider, tmp_path)
    assert provider.cancel_batch(batch_id) is True
    finish(vendor, batch_id, "a")
    assert provider.cancel_batch(batch_id) is False


def test_a_batch_that_ends_while_it_is_cancelled_had_ended(vendor, tmp_path):
    provider = vendor.make()
    batch_id = vendor.submit(provider, tmp_path)
    started = vendor.server.batches[batch_id] if vendor.name != "gemini" else vendor.server.operations[batch_id]
    running = json.loads(json.dumps(started))
    finish(vendor, batch_id, "a", "b")
    vendor.server.fail(Reply(running), Reply(vendor.unanswered(400, "cannot be cancelled"), 400), path=batch_id)
    assert provider.cancel_batch(batch_id) is False


def test_every_page_of_the_list_is_read(vendor, tmp_path):
    provider = vendor.make()
    ids = [vendor.submit(provider, tmp_path) for _ in range(5)]
    vendor.server.page = 2
    assert sorted(info["batch_id"] for info in provider.list_batches()) == ids


@pytest.mark.parametrize(
    "body", [{}, {"error": {"message": "busy"}}, {"data": None}, {"data": ["x"]}, {"operations": 5}]
)
def test_a_page_without_its_list_is_no_empty_list(vendor, tmp_path, body):
    """Who looks for a batch that may have been made would take it for proof that there is none, and pay again."""
    provider = vendor.make(transport_retry={"max_attempts": 1})
    vendor.submit(provider, tmp_path)
    vendor.server.fail(Reply(body))
    if vendor.name == "gemini" and "operations" not in body and "error" not in body:
        assert list(provider.list_batches()) == []  # Google leaves out what is empty
        return
    with pytest.raises(ProviderError) as unread:
        list(provider.list_batches())
    assert unread.value.retryable


def test_a_list_that_leads_back_to_itself_ends_in_an_error(vendor, tmp_path):
    provider = vendor.make(transport_retry={"max_attempts": 1})
    vendor.submit(provider, tmp_path)
    batches = [{"id": "batch_9"}]
    page = {"data": batches, "has_more": True, "last_id": "batch_9", "operations": [], "nextPageToken": "again"}
    vendor.server.list = lambda request, **parts: Reply(page)
    with pytest.raises(ProviderError, match="no end"):
        list(provider.list_batches())


def test_a_tag_finds_a_batch_again(openai, gemini, tmp_path):
    for vendor in (openai, gemini):
        provider = vendor.make()
        path = tmp_path / "rows.jsonl"
        path.write_text(json.dumps(provider.format_batch_request("a", "prompt")) + "\n")
        batch_id = provider.create_batch(provider.upload_batch_file(path), tag="run-17/2")
        assert [info["batch_id"] for info in provider.list_batches() if info["tag"] == "run-17/2"] == [batch_id]
        assert provider.get_batch_status(batch_id)["tag"] == "run-17/2"


# -- what each vendor does in its own way


def test_openai_rows_fail_in_three_shapes_and_two_files_and_keep_their_messages(openai, tmp_path):
    provider = openai.make()
    batch_id = openai.submit(provider, tmp_path)
    refused = {"error": {"message": "Rate limit reached", "type": "requests", "code": "rate_limit_exceeded"}}
    bad = {"error": {"message": "Invalid schema", "type": "invalid_request_error", "code": None}}
    openai.server.finish(
        batch_id,
        "completed",
        [openai_wire.answered("a"), openai_wire.answered("b", refused, status=429)],
        [
            openai_wire.answered("c", bad, status=400),
            openai_wire.unanswered("d", "request_timeout", "It took too long"),
        ],
    )
    results = {result["unit_id"]: result for result in provider.download_batch_results(batch_id)[0]}
    assert results["a"]["error"] is None
    assert (results["b"]["error"], results["b"]["retryable"]) == ("rate_limit_exceeded: Rate limit reached", True)
    assert (results["c"]["error"], results["c"]["retryable"]) == ("invalid_request_error: Invalid schema", False)
    assert (results["d"]["error"], results["d"]["retryable"]) == ("request_timeout: It took too long", True)


def test_a_row_that_repeats_the_key_does_not_get_it_into_the_results(openai, tmp_path):
    provider = openai.make()
    batch_id = openai.submit(provider, tmp_path)
    key = provider._find_key()
    openai.server.finish(
        batch_id, "completed", None, [openai_wire.unanswered("a", f"bad {key}", f"no such key: {key}")]
    )
    (row,) = provider.iter_batch_results(batch_id)
    assert key not in str(row)
    assert "no such key: [key]" in row["error"]


def test_openai_completed_with_an_error_file_only_is_collected(openai, tmp_path):
    provider = openai.make()
    batch_id = openai.submit(provider, tmp_path)
    openai.server.finish(batch_id, "completed", None, [openai_wire.unanswered("a", "server_error", "It broke")])
    assert provider.get_batch_status(batch_id)["status"] is BatchStatus.COMPLETED
    assert provider.download_batch_results(batch_id)[0][0]["error"] == "server_error: It broke"


def test_an_expired_batch_gives_what_it_finished(vendor, tmp_path):
    provider = vendor.make()
    batch_id = vendor.submit(provider, tmp_path)
    if vendor.name == "openai":
        late = openai_wire.unanswered("b", "batch_expired", "This request could not be executed in time")
        vendor.server.finish(batch_id, "expired", [openai_wire.answered("a")], [late])
    elif vendor.name == "anthropic":
        vendor.server.finish(batch_id, [anthropic_wire.succeeded("a"), anthropic_wire.lost("b", "expired")])
    else:
        vendor.server.finish(batch_id, "BATCH_STATE_EXPIRED", [good_row(vendor, "a")])
    info = provider.get_batch_status(batch_id)
    assert info["status"] is BatchStatus.COMPLETED
    assert "expired" in info["error"]
    results = {result["unit_id"]: result for result in provider.iter_batch_results(batch_id)}
    assert results["a"]["content"] == "4"
    if vendor.name != "gemini":  # whose file leaves the others out
        assert results["b"]["retryable"] is True
        assert results["b"]["cost"] == 0


def test_an_expired_batch_without_a_row_has_failed(openai, gemini, tmp_path):
    for vendor, state in ((openai, "expired"), (gemini, "JOB_STATE_EXPIRED")):
        provider = vendor.make()
        batch_id = vendor.submit(provider, tmp_path)
        vendor.server.finish(batch_id, state)
        assert provider.get_batch_status(batch_id)["status"] is BatchStatus.FAILED
        results, metadata = provider.download_batch_results(batch_id)
        assert (results, metadata["total_cost"]) == ([], 0)
        assert "expired" in metadata["error"]


def test_openai_says_why_a_batch_was_refused_and_whether_it_may_be_tried_again(openai, tmp_path):
    provider = openai.make()
    batch_id = openai.submit(provider, tmp_path)
    full = {"code": "token_limit_exceeded", "message": "Enqueued token limit reached", "line": None, "param": None}
    openai.server.batches[batch_id].update(status="failed", errors={"object": "list", "data": [full]})
    info = provider.get_batch_status(batch_id)
    assert (info["status"], info["retryable"]) == (BatchStatus.FAILED, True)
    assert info["error"] == "token_limit_exceeded: Enqueued token limit reached"
    bad = {"code": "invalid_json_line", "message": "Not JSON", "line": 7, "param": None}
    openai.server.batches[batch_id].update(errors={"object": "list", "data": [full, bad]})
    info = provider.get_batch_status(batch_id)
    assert info["retryable"] is False
    assert "invalid_json_line: Not JSON (line 7)" in info["error"]


def test_an_openai_batch_is_made_for_the_surface_that_its_rows_name(openai, tmp_path):
    rows = tmp_path / "rows.jsonl"
    rows.write_text(json.dumps(openai.make(model="gpt-5.5-pro").format_batch_request("a", "prompt")) + "\n")
    provider = openai.make()
    batch_id = provider.create_batch(provider.upload_batch_file(rows))
    assert openai.server.batches[batch_id]["endpoint"] == "/v1/responses"
    openai.server.finish(batch_id, "completed", [openai_wire.answered("a", openai_wire.response("4"))])
    assert provider.download_batch_results(batch_id)[0][0]["content"] == "4"
