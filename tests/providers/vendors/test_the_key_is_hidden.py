"""The key stands in nothing that a caller gets of a vendor's answer, wherever a gateway repeats it."""

from __future__ import annotations

import json
import warnings

import pytest
from servers import anthropic as anthropic_wire
from servers import gemini as gemini_wire
from servers import openai as openai_wire
from servers.base import Reply

from providers import BatchStatus, ProviderError
from tests.providers.vendors.test_states import put
from tests.providers.vendors.test_streams import events

KEY = "test-key"


def stopped(vendor, word, text="4"):
    """An answer that ended by a word of its own."""
    if vendor.name == "openai":
        return openai_wire.completion(text, finish_reason=word)
    if vendor.name == "anthropic":
        return anthropic_wire.message(text, stop_reason=word)
    return gemini_wire.content(text, finish_reason=word)


def finished(vendor, batch_id, *answers):
    """Ends a batch with these answers."""
    if vendor.name == "openai":
        rows = [openai_wire.answered(unit, answer) for unit, answer in zip("ab", answers, strict=False)]
        vendor.server.finish(batch_id, "completed", rows)
    elif vendor.name == "anthropic":
        rows = [anthropic_wire.succeeded(unit, answer) for unit, answer in zip("ab", answers, strict=False)]
        vendor.server.finish(batch_id, rows)
    else:
        rows = [{"key": unit, "response": answer} for unit, answer in zip("ab", answers, strict=False)]
        vendor.server.finish(batch_id, "BATCH_STATE_SUCCEEDED", rows)


def test_the_error_of_a_failed_batch(openai, gemini, tmp_path):
    for vendor in (openai, gemini):
        provider = vendor.make()
        batch_id = vendor.submit(provider, tmp_path)
        told = f"Incorrect key Bearer {KEY}"
        if vendor is openai:
            vendor.server.finish(batch_id, "failed")
            vendor.server.batches[batch_id]["errors"] = {"data": [{"code": KEY, "message": told, "line": 1}]}
        else:
            vendor.server.finish(batch_id, "BATCH_STATE_FAILED", error={"code": 3, "message": told})
        info = provider.get_batch_status(batch_id)
        assert info["status"] is BatchStatus.FAILED
        assert "Incorrect key Bearer [key]" in info["error"]
        _, metadata = provider.download_batch_results(batch_id)
        assert KEY not in str(info) + str(metadata) + str(list(provider.list_batches()))


def test_a_state_that_repeats_it(vendor, tmp_path):
    provider = vendor.make()
    batch_id = vendor.submit(provider, tmp_path)
    put(vendor, batch_id, f"waiting for {KEY}")
    assert provider.get_batch_status(batch_id)["provider_status"] == "waiting for [key]"
    provider.longest_life = -1
    assert "still 'waiting for [key]'" in provider.get_batch_status(batch_id)["error"]
    assert KEY not in str(list(provider.list_batches()))
    for call in (provider.iter_batch_results, provider.download_batch_results):
        with pytest.raises(ProviderError) as refused:
            list(call(batch_id))
        assert "waiting for [key]" in refused.value.vendor_message
        assert KEY not in str(refused.value)


def test_a_batch_that_is_called_so(vendor, tmp_path):
    provider = vendor.make()
    batch_id = vendor.submit(provider, tmp_path)
    if vendor.name == "gemini":
        made, name = vendor.server.operations[batch_id], f"batches/{KEY}"
        made["name"] = name
    else:
        made, name = vendor.server.batches[batch_id], KEY
        made["id"] = name
    made.setdefault("metadata", {}).update(displayName=KEY, octoregistry=KEY)
    for info in (provider.get_batch_status(batch_id), *provider.list_batches()):
        assert info["batch_id"] == name.replace(KEY, "[key]")
        assert info["tag"] == (None if vendor.name == "anthropic" else "[key]")
        assert KEY not in str(info)
    vendor.server.fail(Reply(made), path=vendor.create_path)
    assert vendor.submit(provider, tmp_path) == name.replace(KEY, "[key]")


def test_an_upload_that_is_called_so(openai, gemini, tmp_path):
    path = tmp_path / "rows.jsonl"
    for vendor, reply in (
        (openai, Reply({"id": KEY})),
        (gemini, Reply({"file": {"name": f"files/{KEY}"}}, headers={"x-goog-upload-status": "final"})),
    ):
        provider = vendor.make()
        path.write_text(json.dumps(provider.format_batch_request("a", "2 + 2?")) + "\n")
        vendor.server.fail(reply, path="/bytes" if vendor is gemini else "/files")
        assert provider.upload_batch_file(path).removeprefix("files/") == "[key]"


def test_a_word_for_how_an_answer_ended(vendor, tmp_path):
    answer = stopped(vendor, KEY)
    attribute = {"openai": "completion", "anthropic": "message", "gemini": "content"}[vendor.name]
    setattr(vendor.server, attribute, answer)
    provider = vendor.make()
    assert provider.generate_realtime("2 + 2?")["vendor_finish_reason"] == "[key]"
    batch_id = vendor.submit(provider, tmp_path)
    finished(vendor, batch_id, answer, stopped(vendor, KEY, ""))
    rows, _ = provider.download_batch_results(batch_id)
    assert [row["vendor_finish_reason"] for row in rows] == ["[key]", "[key]"]
    assert KEY not in str(rows)
    assert rows[0]["content"] == "4"


def test_a_refusal_that_repeats_it(vendor, tmp_path):
    details = {"type": "refusal", "category": KEY, "explanation": f"no, {KEY}"}
    answer = {
        "openai": openai_wire.completion(None, refusal=f"not for {KEY}"),
        "anthropic": anthropic_wire.message(stop_reason="refusal", stop_details=details),
        "gemini": {**gemini_wire.content(), "candidates": [], "promptFeedback": {"blockReason": KEY}},
    }[vendor.name]
    provider = vendor.make()
    batch_id = vendor.submit(provider, tmp_path)
    vendor.server.fail(Reply(answer), path=vendor.realtime_path)
    result = provider.generate_realtime("2 + 2?")
    finished(vendor, batch_id, answer)
    rows, _ = provider.download_batch_results(batch_id)
    assert "[key]" in result["refusal"]
    assert "[key]" in rows[0]["error"]
    assert KEY not in str(result) + str(rows)


def test_rows_that_came_with_a_job_of_gemini(gemini, tmp_path):
    provider = gemini.make()
    batch_id = gemini.submit(provider, tmp_path)
    gemini.server.finish(batch_id, "BATCH_STATE_SUCCEEDED")
    row = {"metadata": {"key": "a"}, "error": {"code": 3, "message": f"bad {KEY}"}}
    output = {"inlinedResponses": {"inlinedResponses": [row]}}
    gemini.server.operations[batch_id]["metadata"]["output"] = output
    assert [row["error"] for row in provider.iter_batch_results(batch_id)] == ["3: bad [key]"]


def test_the_end_of_a_stream_and_the_id_of_a_call(openai):
    asked = {"index": 0, "id": KEY, "type": "function", "function": {"name": "f", "arguments": json.dumps({"a": KEY})}}
    answer = openai_wire.completion(None, finish_reason="tool_calls", tool_calls=[asked])
    provider = openai.make()
    openai.server.fail(Reply(answer, headers={"x-request-id": f"req {KEY}"}))
    result = provider.generate_realtime("2 + 2?")
    assert result["request_id"] == "req [key]"
    assert result["tool_calls"] == [{"id": "[key]", "name": "f", "arguments": {"a": KEY}}]
    piece = {"choices": [{"index": 0, "delta": {"content": f"It is {KEY}"}, "finish_reason": KEY}]}
    openai.server.fail(events(piece))
    stream = provider.stream_realtime("2 + 2?")
    assert "".join(stream) == stream.result["content"] == f"It is {KEY}"  # an answer is as it came
    assert stream.result["vendor_finish_reason"] == "[key]"


def test_a_list_that_leads_back(gemini):
    gemini.server.fail(*2 * [Reply({"operations": [], "nextPageToken": KEY})], path="/v1/batches")
    with pytest.raises(ProviderError, match=r"leads back to '\[key\]'") as refused:
        list(gemini.make().list_batches())
    assert KEY not in refused.value.vendor_message


def test_the_sdk_of_gemini_warns_of_no_value_that_it_does_not_know(gemini):
    gemini.server.content = gemini_wire.content("4", finish_reason=f"two\nlines of {KEY}")
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        gemini.make().generate_realtime("2 + 2?")
    assert not [str(one.message) for one in told if "lines of" in str(one.message)]
