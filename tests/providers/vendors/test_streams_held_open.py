"""What says that it ends is read to there, though its server holds the connection open; and a plain call has its deadline."""

from __future__ import annotations

import json
import threading

import pytest
from servers import openai as openai_wire
from servers.base import Reply

from providers import ProviderError
from tests.providers.vendors.test_streams import STREAMS, events
from tests.waiting import LIMIT

KINDS = ["text/event-stream", "application/json", "application/x-ndjson", ""]
TAILS = [b"", b": ping\n\n"]


@pytest.fixture
def held():
    """Makes replies that are held open until the test ends, with or without a sign of life."""
    release = threading.Event()

    def reply(start, kind, tail=b""):
        def body():
            yield start
            while tail and not release.wait(0.02):
                yield tail
            release.wait(LIMIT)

        return Reply(body, headers={"content-type": kind})

    yield reply
    release.set()


def lines_of(stream):
    return b"\n".join(line[6:] for line in stream.body.splitlines() if line.startswith(b"data: {"))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("tail", TAILS)
def test_a_plain_call_that_is_answered_by_a_stream_ends_where_that_says_so(openai, held, kind, tail):
    openai.server.fail(held(STREAMS["openai"]().body + b"data: [DONE]\n\n", kind, tail))
    assert openai.make(timeout_seconds=LIMIT).generate_realtime("2 + 2?")["content"] == "Two and two is 4."


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("form", ["whole", "one a line", "many lines"])
def test_json_ends_where_it_says_so(openai, held, form, kind):
    whole = openai_wire.completion("Two and two is 4.")
    start = lines_of(STREAMS["openai"]()) if form == "one a line" else json.dumps(whole).encode()
    start = json.dumps(whole, indent=1).encode() if form == "many lines" else start
    openai.server.fail(held(start + b"\n[DONE]\n", kind, b": ping\n\n"))
    stream = openai.make(timeout_seconds=LIMIT).stream_realtime("2 + 2?")
    assert "".join(stream) == "Two and two is 4."
    assert stream.result["cost"] is not None


@pytest.mark.parametrize("kind", KINDS)
def test_an_object_in_a_line_is_a_piece_before_the_next_one_is_there(vendor, kind):
    lines, release = lines_of(STREAMS[vendor.name]()).splitlines(keepends=True), threading.Event()
    first = next(number for number, line in enumerate(lines) if b"Two and two " in line) + 1

    def body():
        yield b"".join(lines[:first])
        release.wait(LIMIT)
        yield b"".join(lines[first:])

    vendor.server.fail(Reply(body, headers={"content-type": kind}))
    stream = vendor.make(timeout_seconds=LIMIT).stream_realtime("2 + 2?")
    assert next(stream) == "Two and two "
    release.set()
    assert "".join(stream) == "is 4."


@pytest.mark.parametrize("name", ["openai", "anthropic"])
def test_a_plain_call_has_its_deadline_whatever_its_answer_is_called(name, held, request):
    vendor = request.getfixturevalue(name)
    vendor.server.fail(held(STREAMS[name](end=False).body, "text/event-stream", b": ping\n\n"))
    with pytest.raises(ProviderError, match="timeout") as raised:
        vendor.make(timeout_seconds=0.5, transport_retry={"max_attempts": 1}).generate_realtime("2 + 2?")
    assert raised.value.ambiguous


ERRORS = {
    "openai": {"error": {"message": "over capacity", "type": "server_error", "code": "server_error"}},
    "anthropic": {"type": "error", "error": {"type": "overloaded_error", "message": "over capacity"}},
}


@pytest.mark.parametrize("kind", KINDS[:2])
@pytest.mark.parametrize("name", ERRORS)
def test_what_fails_in_the_midst_of_a_stream_may_be_paid_in_a_plain_call_too(name, kind, request):
    vendor = request.getfixturevalue(name)
    body = STREAMS[name](end=False).body + events(ERRORS[name]).body
    vendor.server.fail(Reply(body, headers={"content-type": kind}))
    with pytest.raises(ProviderError, match="over capacity") as raised:
        vendor.make(transport_retry={"max_attempts": 1}).generate_realtime("2 + 2?")
    assert raised.value.ambiguous
    vendor.server.fail(Reply(body, headers={"content-type": kind}))
    assert vendor.make().generate_realtime("2 + 2?")["maybe_paid"] == 1
