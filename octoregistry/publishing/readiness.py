"""Findings on proposals: git, the remote, its forge and the token."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator, Mapping
from pathlib import Path

from octoregistry.publishing.forge import ForgeError, remote_repository
from octoregistry.publishing.git import Git, GitError
from octoregistry.queries.doctor import Finding
from octoregistry.settings import Settings
from octoregistry.sources.urls import shown_url
from providers.files import real_path


def readiness(registry: Path, settings: Settings, environ: Mapping[str, str]) -> Iterator[Finding]:
    """What `update --pr` would meet in the repository of `registry`."""
    wanted = settings.pull_request
    try:
        git = Git(real_path(registry).parent)
        url = git.remote_url(wanted.remote)
        yield Finding("git", "ok", f"{git.root}")
        if url is None:
            yield Finding(
                "remote", "note", f"there is no remote {wanted.remote!r}: `--pr` leaves branch, patch and body here"
            )
            return
        repository = remote_repository(url, wanted, environ)
    except (GitError, OSError) as error:
        yield Finding("git", "note", f"{str(error).splitlines()[0]}: `--pr` needs a repository")
        return
    except ForgeError as error:
        yield Finding("remote", "wrong", str(error))
        return
    if repository is None:
        yield Finding("remote", "note", f"{_shown_remote(url)} is on no forge that is known: set pull_request.forge")
        return
    yield Finding("remote", "ok", f"{repository.path} on {repository.kind}")
    found = next((name for name in repository.token_env if environ.get(name, "").strip()), None)
    message = f"{found} is set" if found else f"{' or '.join(repository.token_env)} is not set: `--pr` leaves all here"
    yield Finding("token", "ok" if found else "note", message)
    module = {"github": "github", "gitlab": "gitlab"}[repository.kind]
    if importlib.util.find_spec(module) is None:
        yield Finding("client", "wrong" if found else "note", "not installed: pip install 'octoregistry[forge]'")


def _shown_remote(url: str) -> str:
    """A remote's address without what it may carry of a name and a password."""
    head, scheme, tail = url.rpartition("://")
    return shown_url(f"{head}{scheme}{tail.rpartition('@')[2]}") if scheme else tail
