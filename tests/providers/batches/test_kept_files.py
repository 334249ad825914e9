"""Images and files by path: what is sent is what stood there when the run began, from whatever folder it is taken up."""

from __future__ import annotations

import base64
import json
import re

import pytest
from servers.base import Reply
from servers.working import numbered

from providers import AuthenticationError, BatchError, run_batch, run_realtime

PNG = b"\x89PNG\r\n\x1a\n"


def requests():
    picture = {"role": "user", "content": [{"type": "image", "path": "b.png"}, "What is this?"]}
    return [*numbered(1), {"id": "i", "prompt": "See", "images": ["a.png"]}, {"id": "m", "messages": [picture]}]


@pytest.fixture
def begun(openai, tmp_path, monkeypatch):
    """A run over two pictures that a refused key ended after its first row, which has none."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    for name in "ab":
        (tmp_path / "here" / f"{name}.png").write_bytes(PNG + name.encode())
    call, asked = openai.server.complete, []

    def complete(request, **parts):
        asked.append(request)
        return call(request, **parts) if len(asked) == 1 else Reply(openai.unanswered(401), 401)

    openai.server.complete = complete
    with pytest.raises(AuthenticationError):
        run_realtime(openai.make(), requests(), tmp_path / "run.json", concurrency=1)
    openai.server.complete = call
    openai.server.requests.clear()
    return tmp_path / "run.json"


def pictures(vendor):
    """The bytes of the pictures that were sent, behind their first signs."""
    bodies = [json.dumps(request.json) for request in vendor.server.requests]
    return [base64.b64decode(found)[len(PNG) :] for body in bodies for found in re.findall(r"base64,([\w+/=]+)", body)]


@pytest.mark.parametrize("given", [requests(), None], ids=["with the requests", "without"])
def test_a_run_that_is_taken_up_from_another_folder_sends_the_same_files(openai, begun, monkeypatch, given):
    monkeypatch.chdir(begun.parent)
    (begun.parent / "a.png").write_bytes(PNG + b"another")
    assert run_realtime(openai.make(), given, begun, concurrency=1).answered == 3
    assert pictures(openai) == [b"b", b"a"]  # the one that was refused behind the other


@pytest.mark.parametrize("given", [requests(), None], ids=["with the requests", "without"])
@pytest.mark.parametrize("name", ["a.png", "b.png"])
@pytest.mark.parametrize("change", [lambda path: path.write_bytes(PNG + b"other"), lambda path: path.unlink()])
def test_a_file_that_was_changed_or_is_gone_ends_the_run_by_name_and_nothing_is_sent(
    openai, begun, change, name, given
):
    path = begun.parent / "here" / name
    before = path.read_bytes()
    change(path)
    with pytest.raises(BatchError, match=re.escape(str(path))):
        run_realtime(openai.make(), given, begun, concurrency=1)
    assert not openai.server.requests
    path.write_bytes(before)
    assert run_realtime(openai.make(), given, begun).answered == 3


def test_a_file_that_is_changed_while_a_run_goes_on_is_not_sent(openai, tmp_path):
    call, path = openai.server.complete, tmp_path / "a.png"

    def complete(request, **parts):
        path.write_bytes(PNG + b"other")
        return call(request, **parts)

    path.write_bytes(PNG)
    openai.server.complete = complete
    rows = [*numbered(1), {"id": "i", "prompt": "See", "images": [str(path)]}]
    with pytest.raises(BatchError, match=r"a\.png: it was changed"):
        run_realtime(openai.make(), rows, tmp_path / "run.json", concurrency=1)
    assert len(openai.server.requests) == 1


def test_rows_of_batches_send_what_stood_there_too(openai, work, clock, tmp_path):
    work(openai)
    path, state = tmp_path / "a.png", tmp_path / "run.json"
    path.write_bytes(PNG)
    rows = [{"id": "i", "prompt": "See", "images": [path]}]

    def stop(_progress):
        raise KeyboardInterrupt

    openai.server.fail(*[Reply(openai.unanswered(429), 429)] * 9, path="/v1/files")
    with pytest.raises(KeyboardInterrupt):
        run_batch(openai.make(), rows, state, clock=clock, sleep=clock.sleep, progress=stop)
    openai.server.faults.clear()
    path.write_bytes(PNG + b"other")
    with pytest.raises(BatchError, match=r"a\.png: it was changed"):
        run_batch(openai.make(), None, state, clock=clock, sleep=clock.sleep)
    assert not openai.server.batches


def test_bytes_are_told_what_they_are_by_their_name_too(openai, tmp_path):
    row = {"id": "i", "prompt": "See", "files": [{"data": b"a,b", "name": "table.csv"}]}
    assert run_realtime(openai.make(surface="responses"), [row], tmp_path / "run.json").rows == 1
    assert "text/csv" in json.dumps(openai.server.requests[-1].json)


@pytest.mark.parametrize("name", ["My notes", "notes.png"])
def test_a_file_with_a_name_of_its_own_is_what_its_path_says(openai, tmp_path, name):
    (tmp_path / "notes.txt").write_text("hello")
    rows = [{"id": "i", "prompt": "See", "files": [{"path": str(tmp_path / "notes.txt"), "name": name}]}]
    assert run_realtime(openai.make(), rows, tmp_path / "run.json").answered == 1
    openai.server.fail(Reply(openai.unanswered(401), 401), path="/v1/batches")
    with pytest.raises(AuthenticationError):
        run_batch(openai.make(), rows, tmp_path / "batch.json")
    sent = [request.body for request in openai.server.requests if request.method == "POST"]
    for body in sent[:2]:  # a call, and an upload
        assert b"text/plain" in body
        assert name.encode() in body


def test_a_file_that_nothing_tells_what_it_is_is_refused_whatever_name_is_shown(vendor, tmp_path):
    """In a row as in a call; a type of its own tells it."""
    (tmp_path / "notes").write_text("hello")
    file = {"path": str(tmp_path / "notes"), "name": "shown.pdf"}
    told = "nothing tells what notes is"
    with pytest.raises(ValueError, match=told):
        vendor.make().generate_realtime("See", None, files=[file])
    with pytest.raises(BatchError, match=told):
        run_realtime(vendor.make(), [{"id": "i", "prompt": "See", "files": [file]}], tmp_path / "run.json")
    assert not vendor.server.requests
