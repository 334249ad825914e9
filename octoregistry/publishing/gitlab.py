"""Merge requests on GitLab."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests
from gitlab import Gitlab, GitlabError

from octoregistry.publishing.forge import ForgeError, PullRequest, RemoteRepository
from octoregistry.publishing.secret_mask import SecretMask

_TIMEOUT = 20
_NEWEST = 30
_STATES = {"opened": "open", "locked": "open", "merged": "merged"}


class GitLab:
    """A project on GitLab, reached with a token."""

    user = "oauth2"

    def __init__(self, repository: RemoteRepository, token: str) -> None:
        self._mask = SecretMask([token])
        self._client = Gitlab(
            repository.api, private_token=token, timeout=_TIMEOUT, per_page=_NEWEST, keep_base_url=True
        )
        self._requests = self._client.projects.get(repository.path, lazy=True).mergerequests

    def find(self, branch: str, base: str) -> list[PullRequest]:
        """The merge requests from `branch` of this very project, the newest first: a fork's is nobody's we know."""
        with self._forge_errors():
            listed = self._requests.list(
                state="all", source_branch=branch, target_branch=base, order_by="created_at", sort="desc", get_all=False
            )
            return [_pull_request(one) for one in listed if one.source_branch == branch and _is_ours(one)]

    def open(self, branch: str, base: str, title: str, body: str) -> PullRequest:
        """The merge request that is opened."""
        values = {"source_branch": branch, "target_branch": base, "title": title, "description": body}
        with self._forge_errors():
            return _pull_request(self._requests.create({**values, "remove_source_branch": True}))

    def update(self, found: PullRequest, title: str, body: str) -> None:
        """Give the merge request this title and body."""
        with self._forge_errors():
            self._requests.update(found.number, {"title": title, "description": body})

    def close(self) -> None:
        """Close every connection."""
        self._client.session.close()

    @contextmanager
    def _forge_errors(self) -> Iterator[None]:
        """Failures as ForgeError: GitLab's own words, and never a header or an address with a key in it."""
        try:
            yield
        except GitlabError as error:
            message = f"GitLab: status {error.response_code}: {error.error_message}"
            raise ForgeError(self._mask.masked(message)[:300]) from None
        except requests.RequestException as error:
            raise ForgeError(self._mask.masked(f"GitLab cannot be reached: {type(error).__name__}")) from None


def _is_ours(one: Any) -> bool:
    return bool(one.source_project_id == one.target_project_id)


def _pull_request(one: Any) -> PullRequest:
    state = _STATES.get(one.state, "closed")
    return PullRequest(one.iid, one.web_url, state, one.title, one.description or "")  # type: ignore[arg-type]
