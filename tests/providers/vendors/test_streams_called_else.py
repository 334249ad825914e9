"""A stream that its server calls something else, or nothing at all, is read as it comes."""

from __future__ import annotations

import threading

import pytest
from servers import openai as openai_wire
from servers.base import Reply

from tests.providers.vendors.test_streams import STREAMS
from tests.waiting import LIMIT

KINDS = ["", "text/plain", "application/x-ndjson", "application/octet-stream"]


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
