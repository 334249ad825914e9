"""A stream that its server calls something else, or nothing at all, is read as it comes; and so is what is called one."""

from __future__ import annotations

import gzip
import json
import threading

import pytest
from servers import anthropic as anthropic_wire
from servers import gemini as gemini_wire
from servers import openai as openai_wire
from servers.base import Reply

from tests.providers.vendors.test_streams import STREAMS
from tests.waiting import LIMIT

KINDS = ["", "text/plain", "application/x-ndjson", "application/octet-stream"]
WHOLE = {"openai": openai_wire.completion, "anthropic": anthropic_wire.message, "gemini": gemini_wire.content}


@pytest.mark.parametrize("kind", KINDS)
def test_its_first_piece_is_there_before_the_next_one_is_sent(vendor, kind):
    whole = STREAMS[vendor.name]().body
    split = whole.index(b"\n\n", whole.index(b"Two and two ")) + 2
    release = threading.Event()

    def body():
        yield b"\n" + whole[:split]
        release.wait(LIMIT)
        yield whole[split:]

    vendor.server.fail(Reply(body, headers={"content-type": kind}))
    stream = vendor.make().stream_realtime("2 + 2?")
    assert next(stream) == "Two and two "
    assert not release.is_set()
    release.set()
    assert "".join(stream) == "is 4."
    assert len(vendor.server.requests) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_it_may_take_longer_than_the_timeout_as_long_as_it_is_not_silent(vendor, kind):
    whole = STREAMS[vendor.name]().body
    step = len(whole) // 12 + 1

    def body():
        for start in range(0, len(whole), step):
            yield whole[start : start + step]
            threading.Event().wait(0.2)

    vendor.server.fail(Reply(body, headers={"content-type": kind}))
    stream = vendor.make(timeout_seconds=1).stream_realtime("2 + 2?")
    assert "".join(stream) == "Two and two is 4."
    assert len(vendor.server.requests) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_whole_answer_under_such_a_name_is_read_in_one_and_asked_for_once(openai, kind):
    openai.server.fail(Reply(openai_wire.completion("4"), headers={"content-type": kind}))
    stream = openai.make().stream_realtime("2 + 2?")
    assert list(stream) == ["4"]
    assert len(openai.server.requests) == 1


@pytest.mark.parametrize("kind", [*KINDS, "text/event-stream"])
@pytest.mark.parametrize("pieces", [1, 2, None])
def test_a_byte_order_mark_before_it_is_none_of_it(vendor, kind, pieces):
    """However its bytes come."""
    whole = b"\xef\xbb\xbf" + STREAMS[vendor.name]().body
    parts = [whole] if pieces is None else [whole[:pieces], whole[pieces:]]
    vendor.server.fail(Reply(lambda: iter(parts), headers={"content-type": kind}))
    stream = vendor.make().stream_realtime("2 + 2?")
    assert "".join(stream) == "Two and two is 4."
    assert stream.result["content"] == "Two and two is 4."
    assert stream.result["cost"] is not None
    assert len(vendor.server.requests) == 1


@pytest.mark.parametrize("marks", [0, 1, 2])
@pytest.mark.parametrize("kind", ["", "text/event-stream"])
def test_so_it_is_where_it_comes_compressed_or_twice(vendor, kind, marks):
    body = gzip.compress(b"\xef\xbb\xbf" * marks + STREAMS[vendor.name]().body)
    parts = [body[:5], body[5:40], body[40:]]
    vendor.server.fail(Reply(lambda: iter(parts), headers={"content-type": kind, "content-encoding": "gzip"}))
    stream = vendor.make().stream_realtime("2 + 2?")
    assert "".join(stream) == "Two and two is 4."
    assert stream.result["content"] == "Two and two is 4."
    assert stream.result["cost"] is not None
    assert len(vendor.server.requests) == 1


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_whole_answer_that_is_called_a_stream_is_read_in_one_and_asked_for_once(vendor, mark):
    body = mark + json.dumps(WHOLE[vendor.name]("4")).encode()
    vendor.server.fail(Reply(body, headers={"content-type": "text/event-stream"}))
    stream = vendor.make().stream_realtime("2 + 2?")
    assert "".join(stream) == "4"
    assert stream.result["cost"] is not None
    assert len(vendor.server.requests) == 1


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_so_is_one_that_comes_compressed(vendor, mark):
    body = gzip.compress(mark + json.dumps(WHOLE[vendor.name]("4")).encode())
    vendor.server.fail(Reply(body, headers={"content-type": "text/event-stream", "content-encoding": "gzip"}))
    stream = vendor.make().stream_realtime("2 + 2?")
    assert "".join(stream) == "4"
    assert stream.result["cost"] is not None
    assert len(vendor.server.requests) == 1


@pytest.mark.parametrize("end", [b"", b'{"cut'], ids=["whole", "before a line that is cut"])
@pytest.mark.parametrize("kind", KINDS)
def test_events_one_a_line_are_read_and_paid_once(vendor, kind, end):
    lines = [line[6:] for line in STREAMS[vendor.name]().body.splitlines() if line.startswith(b"data: {")]
    vendor.server.fail(Reply(b"\n".join(lines) + b"\n" + end, headers={"content-type": kind}))
    stream = vendor.make().stream_realtime("2 + 2?")
    assert "".join(stream) == "Two and two is 4."
    assert stream.result["cost"] is not None
    assert len(vendor.server.requests) == 1
