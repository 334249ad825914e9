"""The interface of a forge (GitHub, GitLab), and the forge that a git remote belongs to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol
from urllib.parse import urlsplit

from octoregistry.errors import UserFacingError
from octoregistry.publishing.git import LOOPBACK
from octoregistry.settings import PullRequestSettings


class ForgeError(UserFacingError):
    """A request to the forge failed; the text holds no secret."""


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A pull request of our branch."""

    number: int
    url: str
    state: Literal["open", "closed", "merged"]
    title: str
    body: str


class Forge(Protocol):
    """A host of pull requests. Every method raises ForgeError."""

    user: str  # the name that a token goes by where git asks for one

    def find(self, branch: str, base: str) -> list[PullRequest]:
        """The pull requests from `branch` of this very repository into `base`, the newest first."""

    def open(self, branch: str, base: str, title: str, body: str) -> PullRequest:
        """The pull request that is opened."""

    def update(self, found: PullRequest, title: str, body: str) -> None:
        """Give the pull request this title and body."""

    def close(self) -> None:
        """Close every connection."""


@dataclass(frozen=True, slots=True)
class RemoteRepository:
    """Where a repository is kept: the kind of forge, its API, and the repository's path there."""

    kind: Literal["github", "gitlab"]
    api: str
    path: str
    token_env: tuple[str, ...]


TOKENS: dict[str, tuple[str, ...]] = {
    "github": ("OCTOREGISTRY_TOKEN", "GITHUB_TOKEN", "GH_TOKEN"),
    "gitlab": ("OCTOREGISTRY_TOKEN", "GITLAB_TOKEN"),
}
_KNOWN: dict[str, Literal["github", "gitlab"]] = {"github.com": "github", "gitlab.com": "gitlab"}
# What answers to ssh on the port of https, for networks that let nothing else through.
_SSH = {"ssh.github.com": "github.com", "altssh.gitlab.com": "gitlab.com"}


def remote_repository(
    remote_url: str, settings: PullRequestSettings, environ: Mapping[str, str]
) -> RemoteRepository | None:
    """The forge of a remote; None where it is none that we know. Raises ForgeError for an API without https.

    A host is a forge's own, or the one that a CI job runs for, or of the kind that the settings say: a token goes
    nowhere because of how a host is called.
    """
    host, site, path = _parts(remote_url)
    if settings.forge == "none" or not path:
        return None
    said: dict[str, str] = {}
    for kind, home, api in (
        ("github", "GITHUB_SERVER_URL", "GITHUB_API_URL"),
        ("gitlab", "CI_SERVER_URL", "CI_SERVER_URL"),
    ):
        if host and urlsplit(environ.get(home, "")).hostname == host:
            said[kind] = environ.get(api, "")
    found = (
        settings.forge or _KNOWN.get(host) or ("github" if "github" in said else "gitlab" if "gitlab" in said else None)
    )
    if found is None:
        return None
    usual = "https://api.github.com" if host == "github.com" else f"https://{site}" + "/api/v3" * (found == "github")
    chosen = settings.api_url or said.get(found) or usual
    if urlsplit(chosen).scheme != "https" and urlsplit(chosen).hostname not in LOOPBACK:
        raise ForgeError(f"{urlsplit(chosen).hostname}: a token is not sent over plain http")
    if found == "gitlab" and remote_url.startswith(("https:", "http:")):
        # A GitLab in a folder of its host: git's address has the folder, the project's path has not.
        path = path.removeprefix(urlsplit(chosen).path.strip("/") + "/")
    return RemoteRepository(found, chosen.rstrip("/"), path, settings.token_env or TOKENS[found])


def _parts(url: str) -> tuple[str, str, str]:
    """(host, host with the port of its web pages, path) of a remote's address: https, ssh, or git@host:path; a folder
    has no host."""
    short = re.fullmatch(r"(?:[\w.-]+@)?([\w.-]+):(?!//)([^\\]+)", url)
    port = None
    if short:
        host, path = short.groups()
    elif "://" in url and not url.startswith("file:"):
        parts = urlsplit(url)
        host, path = parts.hostname or "", parts.path
        port = parts.port if parts.scheme == "https" else None
    else:
        return "", "", "/".join(url.rstrip("/").split("/")[-2:]).removesuffix(".git")
    host = _SSH.get(host.lower(), host.lower())
    return host, f"{host}:{port}" if port else host, path.strip("/").removesuffix(".git")
