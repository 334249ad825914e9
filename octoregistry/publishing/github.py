"""Pull requests on GitHub."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import requests
from github import Auth, Github, GithubException
from github.PullRequest import PullRequest as GitHubPullRequest

from octoregistry.publishing.forge import ForgeError, PullRequest, RemoteRepository
from octoregistry.publishing.secret_mask import SecretMask

_TIMEOUT = 20
_NEWEST = 30


class GitHub:
    """A repository on GitHub or GitHub Enterprise, reached with a token."""

    user = "x-access-token"

    def __init__(self, repository: RemoteRepository, token: str) -> None:
        self._mask = SecretMask([token])
        self._path = repository.path
        self._client = Github(
            lazy=True,
            auth=Auth.Token(token), base_url=repository.api, timeout=_TIMEOUT, per_page=_NEWEST, retry=2,
            seconds_between_requests=None, seconds_between_writes=None,
        )  # fmt: skip
        with self._forge_errors():
            self._repository = self._client.get_repo(repository.path)

    def find(self, branch: str, base: str) -> list[PullRequest]:
        """The pull requests from `branch` of this very repository, the newest first: a fork's is nobody's we know."""
        owner = self._path.partition("/")[0]
        with self._forge_errors():
            pulls = self._repository.get_pulls(
                state="all", head=f"{owner}:{branch}", base=base, sort="created", direction="desc"
            ).get_page(0)
            return [_pull_request(pull) for pull in pulls if self._is_ours(pull, branch)]

    def open(self, branch: str, base: str, title: str, body: str) -> PullRequest:
        """The pull request that is opened."""
        with self._forge_errors():
            return _pull_request(self._repository.create_pull(base=base, head=branch, title=title, body=body))

    def update(self, found: PullRequest, title: str, body: str) -> None:
        """Give the pull request this title and body."""
        with self._forge_errors():
            self._repository.get_pull(found.number).edit(title=title, body=body)

    def close(self) -> None:
        """Close every connection."""
        self._client.close()

    def _is_ours(self, pull: GitHubPullRequest, branch: str) -> bool:
        home = pull.head.repo
        return pull.head.ref == branch and home is not None and home.full_name.lower() == self._path.lower()

    @contextmanager
    def _forge_errors(self) -> Iterator[None]:
        """Failures as ForgeError: GitHub's own words, and never a header or an address with a key in it."""
        try:
            yield
        except GithubException as error:
            message = error.data.get("message", "") if isinstance(error.data, dict) else ""
            raise ForgeError(self._mask.masked(f"GitHub: status {error.status}: {message}"[:300])) from None
        except requests.RequestException as error:
            raise ForgeError(self._mask.masked(f"GitHub cannot be reached: {type(error).__name__}")) from None


def _pull_request(pull: GitHubPullRequest) -> PullRequest:
    state = "merged" if pull.merged_at is not None else "open" if pull.state == "open" else "closed"
    return PullRequest(pull.number, pull.html_url, state, pull.title, pull.body or "")  # type: ignore[arg-type]
