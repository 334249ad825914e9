"""A folder with a registry, settings and a run log of its own, and the service as real processes in it."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import requests
from click.testing import CliRunner

from octoregistry.cli import cli
from tests.processes import Process
from tests.waiting import LIMIT, until

pytest.importorskip("apscheduler", reason="the extra is not installed: pip install '.[service]'")
pytest.importorskip("fastapi", reason="the extra is not installed: pip install '.[service]'")

ROOT = Path(__file__).parents[2]
TOKEN = "a-token-of-thirty-two-letters-xy"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
HAIKU = "claude-haiku-4-5-20251001"
_SECRET = ("_KEY", "_TOKEN", "_SECRET", "_PASSWORD", "OCTOREGISTRY")
DAILY = '[service]\njitter = 0\nreport = ""\n[service.jobs.all]\nevery = "1d"\nproviders = ["anthropic"]\n'


def free_port() -> int:
    """A port on loopback that nobody has."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@dataclass
class Workspace:
    """A folder in which commands run, offline, with nothing of this machine's own settings and keys."""

    folder: Path
    environ: dict[str, str]
    first_run: Callable[[Workspace], Path]
    started: list[Process] = field(default_factory=list)

    @property
    def registry(self) -> Path:
        return self.folder / "models.yaml"

    @property
    def database(self) -> str:
        return self.environ["OCTOREGISTRY_DATABASE"]

    def settings(self, text: str) -> None:
        """The settings from now on; the file is named, as one of the working folder may not say all."""
        (self.folder / "octoregistry.toml").write_text(text)
        self.environ["OCTOREGISTRY_SETTINGS"] = str(self.folder / "octoregistry.toml")

    def hold(self) -> None:
        """The registry says of Haiku, checked after the bundled page, another price than that page: the change is held."""
        text = self.registry.read_text()
        start = text.index(f"      {HAIKU}:")
        end = text.index("\n", text.index("source:", start))
        entry = text[start:end]
        moved = re.sub(r"checked: \d{4}-\d\d-\d\d", "checked: 2026-11-20", entry)
        moved = moved.replace("cached_input: 0.1,", "cached_input: 0.2,")
        assert "0.2," in moved
        assert "2026-11-20" in moved
        self.registry.write_text(text[:start] + moved + text[end:])

    def serve(self, token: str | None = TOKEN) -> str:
        """The address of a service that answers and whose first run has ended."""
        if token:
            self.environ["OCTOREGISTRY_SERVICE_TOKEN"] = token
        shutil.copytree(self.first_run(self), self.folder, dirs_exist_ok=True)
        port = free_port()
        process = self.start("serve", "--offline", "--port", str(port))
        address = f"http://127.0.0.1:{port}"

        def ready() -> bool:
            assert process.poll() is None, self.said(process)
            with suppress(requests.ConnectionError):
                pages = requests.get(f"{address}/readyz", timeout=LIMIT).json()["pages"]
                return bool(pages) and not any("never read" in page for page in pages)
            return False

        until(ready)
        return address

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """The command in this process, for a new one pays a second for its imports; see `start`."""
        log = logging.getLogger("octoregistry.service")
        with patch.dict(os.environ, self.environ, clear=True), contextlib.chdir(self.folder):
            done = CliRunner().invoke(cli, arguments, prog_name="octoregistry")
        for handler in [*log.handlers]:  # those of what was standard error
            log.removeHandler(handler)
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return subprocess.CompletedProcess(arguments, done.exit_code, done.stdout, done.stderr)

    def start(self, *arguments: str) -> Process:
        log = self.folder / f"log-{len(self.started)}"
        self.started.append(Process(arguments, self.folder, self.environ, log))
        return self.started[-1]

    def said(self, process: Process) -> str:
        return (self.folder / f"log-{self.started.index(process)}").read_text()

    def runs(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self.run("runs", "--json", "--limit", "1000").stdout)
        return found


def _environ(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not any(word in name for word in _SECRET)}
    return kept | {
        "HOME": str(folder),
        "XDG_CACHE_HOME": str(folder / "cache"),
        "XDG_DATA_HOME": str(folder / "data"),
        "PYTHONPATH": str(ROOT),
        "OCTOREGISTRY_DATABASE": f"sqlite:///{folder / 'runs.sqlite3'}",
    }


@pytest.fixture(scope="session")
def first_run(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Workspace], Path]:
    """`first_run(workspace)` is a folder like it in which what is due has run; one for all that have the same files."""
    ended: dict[tuple[bytes, ...], Path] = {}

    def run(workspace: Workspace) -> Path:
        known = tuple((workspace.folder / name).read_bytes() for name in ("models.yaml", "octoregistry.toml"))
        if known not in ended:
            ended[known] = tmp_path_factory.mktemp("first-run")
            for name in ("models.yaml", "octoregistry.toml"):
                shutil.copy(workspace.folder / name, ended[known])
            like_it = Workspace(ended[known], _environ(ended[known]), first_run=run)
            like_it.settings((workspace.folder / "octoregistry.toml").read_text())
            like_it.run("schedule", "--once", "--offline")
        return ended[known]

    return run


@pytest.fixture
def make_workspace(tmp_path: Path, first_run: Callable[[Workspace], Path]) -> Iterator[Callable[[str], Workspace]]:
    """`make_workspace(name)` is a folder of its own with the packaged registry; what runs in it is ended at the end."""
    made: list[Workspace] = []

    def make(name: str) -> Workspace:
        folder = tmp_path / name
        folder.mkdir()
        shutil.copy(ROOT / "models.yaml", folder / "models.yaml")
        made.append(Workspace(folder, _environ(folder), first_run))
        made[-1].settings(DAILY)
        return made[-1]

    yield make
    for process in [process for workspace in made for process in workspace.started]:
        if process.poll() is None:
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGCONT)
            process.kill()
            process.wait()


@pytest.fixture
def workspace(make_workspace: Callable[[str], Workspace]) -> Workspace:
    """One such folder."""
    return make_workspace("here")


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of a PostgreSQL of our own on loopback, run by somebody who is not root."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    initdb = shutil.which("initdb") or (str(found[-1]) if found else None)
    if initdb is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    user = "nobody" if os.geteuid() == 0 else None  # it refuses to run as root
    folder = Path(tempfile.mkdtemp(prefix="octoregistry-pg-"))
    if user:
        shutil.chown(folder, user)
    port, tables = free_port(), folder / "tables"
    as_user: dict[str, Any] = {"user": user, "cwd": folder, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run(
        [initdb, "-D", tables, "-U", "octo", "--auth=trust", "--no-sync", "-E", "UTF8"], check=True, **as_user
    )
    options = ["-k", folder, "-h", "127.0.0.1", "-p", str(port), "-c", "fsync=off"]
    server = subprocess.Popen([Path(initdb).with_name("postgres"), "-D", tables, *options], **as_user)
    try:
        until(lambda: _answers(port))
        yield f"postgresql://octo:canary-password@127.0.0.1:{port}/postgres"
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(LIMIT)
        shutil.rmtree(folder, ignore_errors=True)


def _answers(port: int) -> bool:
    import psycopg

    try:
        psycopg.connect(f"postgresql://octo@127.0.0.1:{port}/postgres", connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


@pytest.fixture
def clean_postgresql(postgresql: str) -> str:
    """The same, without any table of ours."""
    import psycopg

    with psycopg.connect(postgresql) as connection:
        for table in ("readings", "runs", "held", "notices"):
            connection.execute(f"DROP TABLE IF EXISTS octoregistry_{table}")
    return postgresql


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The same test on both databases."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("clean_postgresql"))
    return f"sqlite:///{tmp_path / 'runs.sqlite3'}"


@pytest.fixture
def log_of() -> Iterator[Callable[[str], Any]]:
    """`log_of(url)` is the run log there, read in this process."""
    from octoregistry.service.database import Database
    from octoregistry.service.runlog import RunLog

    opened: dict[str, Database] = {}

    def log(url: str) -> RunLog:
        opened.setdefault(url, Database(url))
        return RunLog(opened[url])

    yield log
    for database in opened.values():
        database.close()


def get(address: str, **headers: str) -> requests.Response:
    return requests.get(address, headers=headers, timeout=LIMIT)


def post(address: str, **more: Any) -> requests.Response:
    return requests.post(address, timeout=LIMIT, allow_redirects=False, **more)


def said_to(address: str, *lines: bytes) -> bytes:
    """The first line of the answer to a request of these very bytes."""
    with socket.create_connection(("127.0.0.1", int(address.rpartition(":")[2])), timeout=LIMIT) as line:
        line.sendall(b"\r\n".join(lines))
        return line.recv(4096).partition(b"\r\n")[0]


def log_in(address: str) -> tuple[requests.Session, str]:
    """A session with the cookie, and its CSRF token."""
    session = requests.Session()
    answer = session.post(f"{address}/login", data={"token": TOKEN}, timeout=LIMIT, headers={"Origin": address})
    found = re.search(r'name="csrf" value="([0-9a-f]+)"', answer.text)
    assert found, answer.text
    return session, found[1]


@pytest.fixture
def held(workspace: Workspace) -> tuple[Workspace, str, str]:
    """A service with one change that waits, its address, and the change's own."""
    workspace.hold()
    address = workspace.serve()
    (waiting,) = get(f"{address}/api/changes?state=waiting").json()["held"]
    return workspace, address, f"{address}/api/changes/{waiting['id']}"
