"""A bare repository on disk, a person's clone of it, and a server on loopback that plays GitHub and GitLab."""

from __future__ import annotations

import json
import os
import re
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from octoregistry.settings import PullRequestSettings
from tests.merging.conftest import SMALL as REGISTRY

CANARY = "canary+tok/en=5ecret&%ABCDEFGH"
PERSON = ("-c", "user.name=Jo", "-c", "user.email=jo@example.com", "-c", "init.defaultBranch=main")


@pytest.fixture(autouse=True)
def _nobodys_git(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings, tokens or proxies of whoever runs the tests."""
    for name in [name for name in os.environ if name.startswith("GIT_") or "TOKEN" in name or "PROXY" in name.upper()]:
        monkeypatch.delenv(name)
    for name in ("GITHUB_API_URL", "GITHUB_SERVER_URL", "CI_SERVER_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@dataclass
class Clone:
    """A person's clone, and the bare repository that it came from."""

    folder: Path
    bare: Path

    @property
    def registry(self) -> Path:
        return self.folder / "data" / "models.yaml"

    def git(self, *arguments: str, folder: Path | None = None) -> str:
        done = subprocess.run(
            ["git", *PERSON, *arguments],  # noqa: S607 - git as the tests find it
            cwd=folder or self.folder,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    def on_remote(self, *arguments: str) -> str:
        return self.git(*arguments, folder=self.bare)

    def branches(self) -> list[str]:
        return self.on_remote("for-each-ref", "--format=%(refname:short)", "refs/heads").split()

    def state(self) -> dict[str, str]:
        """All that a person would see change: files, index, branch, refs."""
        files = {str(p): p.read_text() for p in self.folder.rglob("*") if p.is_file() and ".git" not in p.parts}
        seen = {
            name: self.git(*name.split()) for name in ("status --porcelain", "branch -v", "diff --cached", "stash list")
        }
        return files | seen | {"HEAD": (self.folder / ".git" / "HEAD").read_text()}


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    """A clone with the registry in `data/`, and a person's unfinished work in it."""
    bare, folder = tmp_path / "acme" / "prices.git", tmp_path / "clone"
    bare.mkdir(parents=True)
    made = Clone(folder, bare)
    made.git("init", "--bare", "--quiet", ".", folder=bare)
    folder.mkdir()
    made.git("init", "--quiet", ".")
    made.git("remote", "add", "origin", str(bare))
    made.registry.parent.mkdir()
    made.registry.write_text(REGISTRY)
    made.git("add", ".")
    made.git("commit", "--quiet", "-m", "the registry")
    made.git("push", "--quiet", "origin", "HEAD:main")
    made.git("checkout", "--quiet", "-b", "my-work")
    (folder / "data" / "notes.txt").write_text("half a thought")
    made.registry.write_text(REGISTRY + "# not committed yet\n")
    return made


@dataclass
class Forge:
    """A forge that plays GitHub and GitLab for one repository, acme/prices. Its pulls are plain dicts."""

    server: ThreadingHTTPServer
    pulls: list[dict[str, Any]] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)
    fails: Callable[[str, str], tuple[int, str] | None] = lambda _method, _path: None
    tokens: set[str] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    @property
    def writes(self) -> list[tuple[str, str]]:
        return [asked for asked in self.asked if asked[0] != "GET"]

    def settings(self, kind: str, **more: Any) -> PullRequestSettings:
        return PullRequestSettings.model_validate({"forge": kind, "api_url": self.url, **more})

    def answer(self, method: str, path: str, query: dict[str, list[str]], sent: dict[str, Any]) -> tuple[int, Any]:
        if failed := self.fails(method, path):
            return failed[0], {"message": failed[1]}
        github = re.fullmatch(r"/repos/[^/]+/prices\.?(?:git)?/pulls(?:/(\d+))?", path)
        gitlab = re.fullmatch(r"/api/v4/projects/[^/]+/merge_requests(?:/(\d+))?", path)
        if not (github or gitlab):
            return 404, {"message": f"no {path}"}
        shape = self.as_github if github else self.as_gitlab
        number = (github or gitlab).group(1)  # type: ignore[union-attr]
        if method == "POST":
            self.pulls.insert(0, {
                "number": len(self.pulls) + 1, "state": "open", "title": sent["title"],
                "body": sent.get("body", sent.get("description")), "branch": sent.get("head", sent.get("source_branch")),
                "base": sent.get("base", sent.get("target_branch")), "fork": False,
            })  # fmt: skip
            return 201, shape(self.pulls[0])
        if number is None:
            branch = query.get("head", [""])[0].partition(":")[2] or query.get("source_branch", [""])[0]
            return 200, [shape(pull) for pull in self.pulls if pull["branch"] == branch]
        pull = next(pull for pull in self.pulls if pull["number"] == int(number))
        if method in ("PATCH", "PUT"):
            pull |= {"title": sent["title"], "body": sent.get("body", sent.get("description"))}
        return 200, shape(pull)

    def as_github(self, pull: dict[str, Any]) -> dict[str, Any]:
        home = "fork/prices" if pull["fork"] else self.home
        api = f"{self.url}/repos/{self.home}/pulls/{pull['number']}"
        return {
            "number": pull["number"], "url": api, "html_url": f"{self.url}/pull/{pull['number']}", "title": pull["title"],
            "body": pull["body"], "state": "open" if pull["state"] == "open" else "closed",
            "merged_at": "2026-09-09T00:00:00Z" if pull["state"] == "merged" else None,
            "head": {"ref": pull["branch"], "repo": {"full_name": home, "url": f"{self.url}/repos/{home}"}},
            "base": {"ref": pull["base"], "repo": {"full_name": self.home, "url": f"{self.url}/repos/{self.home}"}},
        }  # fmt: skip

    def as_gitlab(self, pull: dict[str, Any]) -> dict[str, Any]:
        return {
            "iid": pull["number"], "id": 1000 + pull["number"], "web_url": f"{self.url}/-/merge_requests/{pull['number']}",
            "title": pull["title"], "description": pull["body"],
            "state": {"open": "opened"}.get(pull["state"], pull["state"]), "source_branch": pull["branch"],
            "target_branch": pull["base"], "source_project_id": 8 if pull["fork"] else 7, "target_project_id": 7,
        }  # fmt: skip

    home: str = "acme/prices"


@pytest.fixture
def forge() -> Iterator[Forge]:
    """A forge on loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            sent = json.loads(self.rfile.read(length) or b"{}")
            here.asked.append((self.command, unquote(parts.path)))
            here.tokens.add(self.headers.get("Authorization") or self.headers.get("PRIVATE-TOKEN") or "")
            status, answer = here.answer(self.command, parts.path, parse_qs(parts.query), sent)
            content = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_PATCH = do_PUT = do_GET  # noqa: N815 - the names that http.server asks for

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    here = Forge(server)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield here
    server.shutdown()
    server.server_close()
    thread.join()
