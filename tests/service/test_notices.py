"""What is told: signed, once, again where nobody took it, and without a secret anywhere."""

from __future__ import annotations

import base64
import http.server
import json
import re
import signal
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import select, update

from octoregistry.service.database import Database
from octoregistry.service.notices import Notice
from octoregistry.service.outbox import DeliveryError, Outbox, Sender
from octoregistry.service.tables import notices
from tests.processes import Process
from tests.service.conftest import DAILY, HAIKU, ROOT, TOKEN, Workspace
from tests.waiting import LIMIT, until

SECRET = "canary/webhook+secret=="
CANARIES = {
    "OCTOREGISTRY_WEBHOOK_SECRET": SECRET,
    "OCTOREGISTRY_SMTP_PASSWORD": "canary smtp & password",
    "OCTOREGISTRY_SERVICE_TOKEN": "canary-service-token-long",
    "OPENAI_API_KEY": "canary-openai-key",
    "ANTHROPIC_API_KEY": "canary-anthropic-key",
    "GITHUB_TOKEN": "canary-github-token",
}


@dataclass
class Taken:
    """What a receiver was sent."""

    address: str
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    status: int = 204


@pytest.fixture
def receiver() -> Iterator[Taken]:
    """A webhook's receiver on loopback."""
    taken = Taken("")

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            taken.requests.append((dict(self.headers), body))
            self.send_response(taken.status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        taken.address = f"http://127.0.0.1:{server.server_port}/hook"
        yield taken
        server.shutdown()


def from_reports(receiver: Taken) -> str:
    return (
        DAILY
        + f'[service.notices]\nabout = ["changes", "holds", "failures"]\n[service.notices.webhook]\nurl = "{receiver.address}"\n'
    )


def is_ours(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """What the documentation gives to a receiver says."""
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "service.md").read_text(), re.DOTALL)
    known: dict[str, Any] = {}
    exec(code, known)  # noqa: S102 - our own page
    return bool(known["is_ours"](secret, headers, body))


def test_a_hold_is_told_once_and_signed(workspace: Workspace, receiver: Taken) -> None:
    """The receiver makes the same signature; the next run, which holds the same, tells nothing."""
    workspace.hold()
    workspace.environ["OCTOREGISTRY_WEBHOOK_SECRET"] = SECRET
    workspace.settings(from_reports(receiver).replace("1d", "1s"))
    for _ in range(2):
        assert workspace.run("schedule", "--once", "--offline").returncode == 5
        time.sleep(1)
    ((headers, body),) = receiver.requests
    assert is_ours(SECRET, headers, body)
    assert not is_ours(SECRET, headers, body.replace(b"holds", b"hold "))
    assert not is_ours("another", headers, body)
    assert not is_ours(SECRET, headers | {"X-Octoregistry-Time": str(int(headers["X-Octoregistry-Time"]) + 1)}, body)
    said = json.loads(body)
    assert said["kind"] == "holds"
    assert HAIKU in said["subject"]
    assert any("HELD" in line for line in said["lines"])


def test_what_the_pages_newly_leave_open_is_told(workspace: Workspace, receiver: Taken) -> None:
    """The first run knows no other, so nothing is new to it; a later one tells what the one before did not have."""
    workspace.environ["OCTOREGISTRY_WEBHOOK_SECRET"] = SECRET
    about = from_reports(receiver).replace('"changes", "holds", "failures"', '"open_places"').replace("1d", "1s")
    workspace.settings(about)
    assert workspace.run("schedule", "--once", "--offline").returncode == 0
    assert not receiver.requests
    (kept,) = workspace.folder.rglob("memory.json")
    known = json.loads(kept.read_text())
    gone, _ = known["places"].popitem()
    kept.write_text(json.dumps(known))
    time.sleep(1)
    assert workspace.run("schedule", "--once", "--offline").returncode == 0
    ((_, body),) = receiver.requests
    said = json.loads(body)
    assert said["kind"] == "open_places"
    assert any(gone in line for line in said["lines"])


def put(box: Outbox, key: str) -> None:
    """Something to tell."""
    with box.database.begin() as connection:
        box.put(connection, [Notice(key, "holds", "subject", ("line",))])


def test_a_receiver_that_never_ends_silences_no_other(database_url: str) -> None:
    """It is given up on after a while, however busy it seems; the mail goes out."""
    database, sent, never = Database(database_url), [], threading.Event()
    channels: dict[str, Sender] = {
        "a-webhook": lambda *_: never.wait() and None,
        "mail": lambda name, _: sent.append(name),
    }
    box = Outbox(database, channels, patience=0.2)
    put(box, "key")
    assert box.send_due() == 1
    assert sent == ["key:mail"]
    with database.begin() as connection:
        why = connection.execute(select(notices.c.why).where(notices.c.way == "a-webhook")).scalar_one()
    assert why == "took longer than 0.2 s"
    never.set()
    database.close()


def test_receivers_that_do_not_answer_do_not_hold_up_the_end(workspace: Workspace) -> None:
    """Twenty notices for one that takes them and says nothing: SIGTERM ends the schedule all the same."""
    database = Database(workspace.database)
    box = Outbox(database, {"webhook": lambda *_: None})
    for number in range(20):
        put(box, f"key-{number}")
    workspace.environ["OCTOREGISTRY_WEBHOOK_SECRET"] = SECRET
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        deaf.settimeout(60)
        hook = f'[service.notices.webhook]\nurl = "http://127.0.0.1:{deaf.getsockname()[1]}/"\n'
        workspace.settings(DAILY.replace("jitter = 0", 'jitter = 0\nlease = "2s"') + hook)
        process = workspace.start("schedule", "--offline")
        taken, _ = deaf.accept()
        process.send_signal(signal.SIGTERM)
        assert process.wait(LIMIT) == 143, workspace.said(process)
        taken.close()
    database.close()


def test_staleness_is_told_once_by_a_run_that_cron_starts(workspace: Workspace, receiver: Taken) -> None:
    """Nothing stays behind between two runs that could tell it."""
    workspace.environ["OCTOREGISTRY_WEBHOOK_SECRET"] = SECRET
    told = from_reports(receiver).replace("1d", "2s").replace('"failures"', '"staleness"')
    workspace.settings(told)
    assert workspace.run("schedule", "--once", "--offline").returncode == 0
    ((_, body),) = receiver.requests
    said = json.loads(body)
    assert (said["kind"], said["subject"]) == ("staleness", "anthropic is stale")
    assert "STALE, page of 2026-10-10 00:00Z, bundled with the package" in said["lines"][0]
    workspace.settings(told + '[providers.anthropic]\nprices = ["http://127.0.0.1:9/"]\n[fetch]\nretries = 0\n')
    time.sleep(2)  # a slot later it is the same page, and no news
    assert workspace.run("schedule", "--once").returncode == 1
    assert len(receiver.requests) == 1


def test_what_nobody_took_is_told_again_later(database_url: str) -> None:
    """At growing distances, and by one machine alone however many look."""
    database, sent, deaf = Database(database_url), [], [True]

    def way(name: str, content: object) -> None:
        if deaf[0]:
            raise DeliveryError("status 500")
        sent.append(name)

    boxes = [Outbox(database, {"webhook": way}) for _ in range(2)]
    for box in boxes:
        put(box, "key")
    assert [box.send_due() for box in boxes] == [0, 0]
    deaf[0] = False
    assert boxes[0].send_due() == 0, "not at once"
    with database.begin() as connection:
        connection.execute(update(notices).values(due_at=database.now(connection) - timedelta(seconds=1)))
    assert [box.send_due() for box in boxes] == [1, 0]
    assert sent == ["key:webhook"]
    database.close()


def test_what_nobody_takes_is_given_up_and_counted_so(database_url: str) -> None:
    """A number that stays up for ever for one notice of last year would tell nobody of the next."""
    database = Database(database_url)

    def deaf(name: str, content: object) -> None:
        raise DeliveryError("status 500")

    box = Outbox(database, {"webhook": deaf})
    put(box, "key")
    for _ in range(8):
        assert box.counts() == (1, 0)
        assert box.send_due() == 0
        with database.begin() as connection:
            connection.execute(update(notices).values(due_at=database.now(connection) - timedelta(seconds=1)))
    assert box.counts() == (0, 1)
    put(Outbox(database, {"email": deaf}), "another")
    assert box.counts() == (0, 1), "that way is not set any more"
    database.close()


def forms(secret: str) -> list[bytes]:
    """A secret raw, URL-encoded, and in base64."""
    return [secret.encode(), quote(secret, safe="").encode(), base64.b64encode(secret.encode())]


def test_no_secret_is_found_anywhere(workspace: Workspace, receiver: Taken, clean_postgresql: str) -> None:
    """Canary keys, searched for in logs, answers, notices, reports, the run log and every file: with a receiver that fails,
    pages that cannot be had and a database that has a password."""
    import psycopg
    import requests

    receiver.status = 500
    workspace.environ |= CANARIES | {"OCTOREGISTRY_DATABASE": clean_postgresql}
    canaries = [*CANARIES.values(), "canary-password"]
    workspace.hold()
    broken = '[providers.anthropic]\nprices = ["http://127.0.0.1:9/?key=canary-openai-key"]\n[fetch]\nretries = 0\n'
    workspace.settings(from_reports(receiver) + broken)
    outputs = [workspace.run("schedule", "--once"), workspace.run("runs"), workspace.run("config", "service")]
    workspace.settings(from_reports(receiver).replace("1d", "1s"))
    address = workspace.serve(token=None)
    seen = [output.stdout.encode() + output.stderr.encode() for output in outputs]
    paths = ("review", "metrics", "api/changes", "readyz", "openapi.json")
    seen += [requests.get(f"{address}/{path}", timeout=LIMIT).content for path in paths]
    seen.append(requests.post(f"{address}/login", data={"token": TOKEN}, timeout=LIMIT).content)
    until(lambda: receiver.requests)
    workspace.started[-1].send_signal(signal.SIGTERM)
    workspace.started[-1].wait(LIMIT)
    seen += [path.read_bytes() for path in workspace.folder.rglob("*") if path.is_file() and path.suffix != ".toml"]
    seen += [body + repr(headers).encode() for headers, body in receiver.requests]
    with psycopg.connect(clean_postgresql) as connection:
        for table in ("runs", "readings", "held", "notices"):
            seen.append(repr(connection.execute(f"SELECT * FROM octoregistry_{table}").fetchall()).encode())  # noqa: S608
    assert any(b"status 500" in part for part in seen), "the receiver's failure is told"
    for canary in canaries:
        for form in forms(canary):
            assert not [part for part in seen if form in part], canary


def test_secrets_are_not_on_any_command_line(workspace: Workspace) -> None:
    """Everybody on a machine can read those."""
    workspace.environ |= CANARIES
    process = workspace.start("schedule", "--offline")
    until(lambda: b"service.child" in b"".join(_command_lines(process)))
    lines = b"".join(_command_lines(process))
    assert b"canary" not in lines


def _command_lines(process: Process) -> list[bytes]:
    found = [process.pid]
    for file in Path(f"/proc/{process.pid}/task").glob("*/children"):
        found += map(int, file.read_text().split())
    return [Path(f"/proc/{pid}/cmdline").read_bytes() for pid in found if Path(f"/proc/{pid}").exists()]
