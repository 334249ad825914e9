"""What may stand beside the events of a stream is none of its answer, which is read and paid once, under whatever name."""

from __future__ import annotations

import gzip
import json
import threading
import time

import pytest
from servers import anthropic as anthropic_wire
from servers import gemini as gemini_wire
from servers import openai as openai_wire
from servers.base import Reply

from providers import ProviderError
from tests.providers.vendors.test_streams import STREAMS
from tests.waiting import LIMIT

KINDS = ["application/json", "text/event-stream"]
WHOLE = {"openai": openai_wire.completion, "anthropic": anthropic_wire.message, "gemini": gemini_wire.content}

BESIDE = {
    "a wait": b"retry: 3000\n\n%s",
    "an id": b"id: 7\n\n%s",
    "a named event without data": b"event: ping\n\n%s",
    "an event of nothing": b"data:\n\n%s",
    "a field without a colon": b"id\n\ndata\n\n%s",
    "a comment": b": keepalive\n\n%s",
    "a field of its own": b"x-trace: 1\n\n%s",
    "the mark of the end": b"%sdata: [DONE]\n\n",
    "the mark of the end, cut": b"%sdata: [DO",
    "a field that is cut": b"%sdat",
}


def read_once(vendor, body, kind):
    """The text of a stream that is asked for once, with its cost."""
    vendor.server.fail(Reply(body, headers={"content-type": kind}))
    stream = vendor.make().stream_realtime("2 + 2?")
    text = "".join(stream)
    assert (stream.result["content"], len(vendor.server.requests)) == (text, 1)
    assert stream.result["cost"] is not None
    return text


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("beside", BESIDE.values(), ids=BESIDE)
def test_fields_without_data_are_no_events_before_them_and_behind(vendor, beside, kind):
    assert read_once(vendor, beside % STREAMS[vendor.name]().body, kind) == "Two and two is 4."


@pytest.mark.parametrize("kind", KINDS)
def test_nor_are_they_in_the_midst_and_a_space_after_a_field_is_no_part_of_it(vendor, kind):
    body = STREAMS[vendor.name]().body
    between = body.replace(b"\n\n", b"\n\nretry: 1\n\ndata:\n\n: ping\n\nevent: ping\n\n")
    assert read_once(vendor, between.replace(b"data: ", b"data:"), kind) == "Two and two is 4."


@pytest.mark.parametrize("end", [b"\r", b"\r\n", b"\n"])
@pytest.mark.parametrize("step", [1, 7, 9_999])
def test_lines_end_in_each_of_three_ways_however_their_bytes_come(vendor, end, step):
    body = b": ping\n: ping\ndata:\ndata:\n\n\n" + STREAMS[vendor.name]().body
    body = body.replace(b"\n", end)
    pieces = [body[start : start + step] for start in range(0, len(body), step)]
    assert read_once(vendor, lambda: iter(pieces), "text/event-stream") == "Two and two is 4."


WITH_A_WHOLE = [b"%s\n[DONE]\n", b"%s\n\ndata: [DONE]\n\n", b": hi\n\n%s\n: bye\n", b"data: %s", b"data: %s\n\n[DONE]"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("form", WITH_A_WHOLE)
def test_a_whole_answer_is_read_whatever_stands_beside_it(vendor, form, kind):
    assert read_once(vendor, form % json.dumps(WHOLE[vendor.name]("4")).encode(), kind) == "4"
    vendor.server.requests.clear()
    assert read_once(vendor, form % json.dumps([WHOLE[vendor.name]("4")]).encode(), kind) == "4"


def test_a_whole_answer_over_many_lines_is_read(vendor):
    body = json.dumps(WHOLE[vendor.name]("4"), indent=1).replace("\n", "\n\n").replace(": ", "\n:\n")
    assert read_once(vendor, body.encode(), "application/json") == "4"


ENDS = [
    b'{"a": {"b": 1}',
    b'{"a": {"b": 1}\n',
    b'{"cut',
    b'{"a": tru',
    b'{"a": "\xc3',
    b'{"cut\n',
    b"data: {}\n\n: bye",
]
LINES = [*((between, b"") for between in (b"\n: ping\n", b"\n\n", b"\nretry: 5\n", b" "))]


@pytest.mark.parametrize(("between", "end"), [*LINES, *((b"\n", end) for end in ENDS)])
def test_objects_one_a_line_are_read_whatever_stands_beside_them_and_ends_them(vendor, between, end):
    lines = [line[6:] for line in STREAMS[vendor.name]().body.splitlines() if line.startswith(b"data: {")]
    assert read_once(vendor, between.join(lines) + b"\n" + end, "") == "Two and two is 4."


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "body", [b'data: {"torn"\n\n', b"upstream connect error", b'"text"', b"<html>no</html>", b"null"]
)
def test_what_is_no_event_is_an_error_that_says_what_came(vendor, body, kind):
    vendor.server.fail(Reply(body, headers={"content-type": kind}))
    with pytest.raises(ProviderError) as raised:
        list(vendor.make(transport_retry={"max_attempts": 1}).stream_realtime("2 + 2?"))
    assert (raised.value.retryable, raised.value.ambiguous, raised.value.code) == (True, True, "not_json")
    assert (body[-7:].strip().decode() in str(raised.value)) == (body[:1] not in {b'"', b"n"})


@pytest.mark.parametrize("kind", KINDS)
def test_what_cannot_be_decompressed_is_a_lost_connection(vendor, kind):
    asking = vendor.make(transport_retry={"max_attempts": 1})
    plain, body = json.dumps(WHOLE[vendor.name]("4")).encode(), STREAMS[vendor.name]().body
    for sent in (body, b"no gzip" + body, gzip.compress(body)[:20] + b"x" * 200, plain):
        for ask in (asking.generate_realtime, lambda prompt: list(asking.stream_realtime(prompt))):
            vendor.server.fail(Reply(sent, headers={"content-type": kind, "content-encoding": "gzip"}))
            with pytest.raises(ProviderError) as raised:
                ask("2 + 2?")
            assert (raised.value.retryable, raised.value.ambiguous) == (True, True)


def test_the_stream_is_there_before_its_first_sign_and_another_thread_may_close_it(vendor):
    """As long as a server sends nothing but comments."""
    left = threading.Event()

    def comments():
        try:
            while not left.wait(0.02):
                yield b": ping\n\n"
        finally:
            left.set()

    vendor.server.fail(Reply(comments, headers={"content-type": "text/event-stream"}))
    stream = vendor.make(timeout_seconds=LIMIT).stream_realtime("2 + 2?")
    closing = threading.Timer(0.2, stream.close)
    closing.start()
    assert list(stream) == []
    assert left.wait(LIMIT)
    closing.join()


def test_comments_before_a_stream_cost_no_more_each_the_more_there_are(openai):
    body = STREAMS["openai"]().body
    spent = []
    for count in (2_000, 16_000):
        vendor_body = lambda count=count: iter([*[b": ping\n\n"] * count, body])  # noqa: E731
        openai.server.fail(Reply(vendor_body, headers={"content-type": "text/event-stream"}))
        begun = time.thread_time()
        assert "".join(openai.make().stream_realtime("2 + 2?")) == "Two and two is 4."
        spent.append(time.thread_time() - begun)
    assert spent[1] < 24 * max(spent[0], 0.02)


@pytest.mark.parametrize("held", [b"data: [DONE]\n\n", b"[DONE]\n"])
def test_the_mark_of_the_end_ends_a_stream_that_its_server_holds_open(openai, held):
    release = threading.Event()

    def body():
        yield STREAMS["openai"]().body + held
        release.wait(LIMIT)

    assert read_once(openai, body, "text/event-stream") == "Two and two is 4."
    release.set()


def test_an_error_in_a_line_of_its_own_amid_events_keeps_its_words(gemini):
    error = json.dumps({"error": {"code": 503, "message": "over capacity", "status": "UNAVAILABLE"}}, indent=1)
    body = STREAMS["gemini"](end=False).body + error.encode()
    gemini.server.fail(Reply(body, headers={"content-type": "text/event-stream"}))
    stream = gemini.make().stream_realtime("2 + 2?")
    with pytest.raises(ProviderError, match="over capacity") as raised:
        list(stream)
    assert raised.value.ambiguous


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["openai", "anthropic"])
def test_a_plain_call_that_is_answered_by_a_stream_has_its_answer_and_is_paid_once(name, kind, request):
    vendor = request.getfixturevalue(name)
    whole = json.dumps([WHOLE[name]("4")]).encode()
    for body, text in ((STREAMS[name]().body, "Two and two is 4."), (whole, "4")):
        vendor.server.requests.clear()
        vendor.server.fail(Reply(body, headers={"content-type": kind}))
        result = vendor.make().generate_realtime("2 + 2?")
        assert (result["content"], len(vendor.server.requests)) == (text, 1)
        assert result["cost"] is not None
    cut = STREAMS[name](end=False).body
    vendor.server.fail(Reply(cut, headers={"content-type": kind}))
    with pytest.raises(ProviderError) as raised:
        vendor.make(transport_retry={"max_attempts": 1}).generate_realtime("2 + 2?")
    assert (raised.value.retryable, raised.value.ambiguous) == (True, True)
