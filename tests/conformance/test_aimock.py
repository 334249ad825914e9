"""Our providers against a server that nobody here wrote."""

from __future__ import annotations

import base64
import json

import pytest

from providers import AuthenticationError, BatchStatus, ProviderError, RateLimitError, get_provider

pytest.importorskip("openai", reason="the openai extra is not installed")


@pytest.fixture
def make(aimock):
    made = []

    def provider(name="openai", **api):
        retry = {"initial_delay_seconds": 0.01, **api.pop("transport_retry", {})}
        made.append(get_provider({"api": {"provider": name, "timeout_seconds": 5, "transport_retry": retry, **api}}))
        return made[-1]

    yield provider
    for one in made:
        one.close()


def submit(provider, tmp_path, rows=3):
    path = tmp_path / "rows.jsonl"
    lines = [json.dumps(provider.format_batch_request(f"u{n}", "two and two")) + "\n" for n in range(rows)]
    path.write_text("".join(lines))
    return provider.create_batch(provider.upload_batch_file(path))


def ended(provider, batch_id):
    """The status of a batch once it has ended; aimock moves it on with every look."""
    for _ in range(5):
        info = provider.get_batch_status(batch_id)
        if info["status"] not in {BatchStatus.PENDING, BatchStatus.RUNNING}:
            return info
    pytest.fail(f"still {info}")


@pytest.mark.parametrize("name", ["openai", "anthropic", "gemini"])
def test_a_realtime_call_is_answered(make, name):
    pytest.importorskip({"gemini": "google.genai"}.get(name, name), reason=f"the {name} extra is not installed")
    assert make(name).generate_realtime("What is two and two?")["content"] == "4"


PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
EACH = [("openai", {}), ("openai", {"surface": "responses"}), ("anthropic", {}), ("gemini", {})]


def needs(name):
    pytest.importorskip({"gemini": "google.genai"}.get(name, name), reason=f"the {name} extra is not installed")


@pytest.mark.parametrize(("name", "api"), EACH)
def test_a_conversation_with_a_system_prompt_is_answered(make, name, api):
    needs(name)
    turns = [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Yes?"}]
    result = make(name, **api).generate_realtime(
        "What is two and two?", messages=turns, system="Be brief.", max_tokens=50
    )
    assert (result["content"], result["finish_reason"]) == ("4", "stop")


@pytest.mark.parametrize(("name", "api"), EACH)
def test_an_image_beside_a_prompt_is_taken(make, name, api):
    needs(name)
    assert make(name, **api).generate_realtime("What is two and two?", images=[PNG])["content"] == "4"


@pytest.mark.parametrize(("name", "api"), EACH)
def test_an_answer_streams_and_ends_with_its_result(make, name, api):
    needs(name)
    stream = make(name, **api).stream_realtime("What is two and two?")
    assert "".join(stream) == "4"
    assert (stream.result["content"], stream.result["finish_reason"]) == ("4", "stop")


@pytest.mark.parametrize("surface", ["chat", "responses"])
def test_both_surfaces_request_of_answer_with_a_schema(make, surface):
    schema = {"type": "object", "properties": {"sum": {"type": "integer"}}, "required": ["sum"]}
    result = make(surface=surface).generate_realtime("What is two and two?", schema)
    assert result["content"] == "4"
    assert result["vendor_finish_reason"] == {"chat": "stop", "responses": "completed"}[surface]


@pytest.mark.parametrize("surface", ["chat", "responses"])
def test_a_batch_runs_its_whole_life(make, tmp_path, surface):
    provider = make(surface=surface)
    batch_id = submit(provider, tmp_path)
    info = ended(provider, batch_id)
    assert (info["status"], info["progress"]) == (BatchStatus.COMPLETED, "3/3")
    results, metadata = provider.download_batch_results(batch_id)
    assert [result["unit_id"] for result in results] == ["u0", "u1", "u2"]
    assert all(result["content"] == "Mock batch completion" for result in results)
    if surface == "chat":
        assert metadata["total_cost"] > 0
    else:  # its responses state a usage of zero tokens, and hold an answer: nobody counted it
        assert metadata["total_cost"] is None
    assert batch_id in {info["batch_id"] for info in provider.list_batches()}


def test_a_failed_batch_gives_the_error_of_every_row(make, tmp_path, monkeypatch):
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-AIMock-Batch-Outcome: failed")
    provider = make()
    batch_id = submit(provider, tmp_path)
    info = ended(provider, batch_id)
    assert info["status"] is BatchStatus.FAILED
    assert "mock_failure" in info["error"]
    results, _ = provider.download_batch_results(batch_id)
    assert len(results) == 3
    assert all("Mock batch failure" in result["error"] for result in results)


@pytest.mark.parametrize(("outcome", "status"), [("expired", BatchStatus.FAILED), ("cancelled", BatchStatus.CANCELLED)])
def test_a_batch_that_ends_without_a_row_says_how(make, tmp_path, monkeypatch, outcome, status):
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", f"X-AIMock-Batch-Outcome: {outcome}")
    provider = make()
    batch_id = submit(provider, tmp_path)
    info = ended(provider, batch_id)
    assert (info["status"], info["provider_status"]) == (status, outcome)
    assert provider.download_batch_results(batch_id)[0] == []


def test_a_batch_can_be_cancelled_once(make, tmp_path):
    provider = make()
    batch_id = submit(provider, tmp_path)
    assert provider.cancel_batch(batch_id) is True
    assert ended(provider, batch_id)["status"] is BatchStatus.CANCELLED
    assert provider.cancel_batch(batch_id) is False


def test_a_wrong_key_is_refused(make, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "wrong")
    with pytest.raises(AuthenticationError):
        make().generate_realtime("What is two and two?")


@pytest.mark.parametrize(
    ("chaos", "kind"),
    [
        ({"dropRate": 1}, ProviderError),
        ({"malformedRate": 1}, ProviderError),
        ({"disconnectRate": 1}, ProviderError),
        ({"rateLimitRate": 1}, RateLimitError),
    ],
)
def test_chaos_is_an_error_worth_a_retry_and_over_when_it_is_over(make, aimock, chaos, kind):
    provider = make(transport_retry={"max_attempts": 2, "max_wait_seconds": 0.05})
    aimock.chaos(**chaos)
    with pytest.raises(kind) as failed:
        provider.generate_realtime("What is two and two?")
    assert failed.value.retryable
    aimock.chaos()
    assert provider.generate_realtime("What is two and two?")["content"] == "4"


def test_half_of_all_requests_failing_is_survived(make, aimock, tmp_path):
    provider = make(transport_retry={"max_attempts": 12})
    batch_id = submit(provider, tmp_path)
    aimock.chaos(dropRate=0.3, disconnectRate=0.2)
    for _ in range(10):
        assert provider.generate_realtime("What is two and two?")["content"] == "4"
    assert ended(provider, batch_id)["status"] is BatchStatus.COMPLETED
    assert len(provider.download_batch_results(batch_id)[0]) == 3
