"""Pull requests on GitHub."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import requests
from github import Auth, Github, GithubException
from github.PullRequest import PullRequest

from octoregistry.publishing.forge import Address, ForgeError, Found
from octoregistry.publishing.secrets import Secrets

_TIMEOUT = 20
_NEWEST = 30


class GitHub:
    """A repository on GitHub or GitHub Enterprise, reached with a token."""

    user = "x-access-token"

    def __init__(self, address: Address, token: str) -> None:
        self._secrets = Secrets([token])
        self._path = address.path
        self._client = Github(
            lazy=True,
            auth=Auth.Token(token), base_url=address.api, timeout=_TIMEOUT, per_page=_NEWEST, retry=2,
            seconds_between_requests=None, seconds_between_writes=None,
        )  # fmt: skip
        with self._told():
            self._repository = self._client.get_repo(address.path)

    def find(self, branch: str, base: str) -> list[Found]:
        """The pull requests from `branch` of this very repository, the newest first: a fork's is nobody's we know."""
        owner = self._path.partition("/")[0]
        with self._told():
            pulls = self._repository.get_pulls(
                state="all", head=f"{owner}:{branch}", base=base, sort="created", direction="desc"
            ).get_page(0)
            return [_found(pull) for pull in pulls if self._is_ours(pull, branch)]

    def open(self, branch: str, base: str, title: str, body: str) -> Found:
        """The pull request that is opened."""
        with self._told():
            return _found(self._repository.create_pull(base=base, head=branch, title=title, body=body))

    def update(self, found: Found, title: str, body: str) -> None:
        """None; the pull request has this title and body."""
        with self._told():
            self._repository.get_pull(found.number).edit(title=title, body=body)

    def close(self) -> None:
        """None; every connection is closed."""
        self._client.close()

    def _is_ours(self, pull: PullRequest, branch: str) -> bool:
        home = pull.head.repo
        return pull.head.ref == branch and home is not None and home.full_name.lower() == self._path.lower()

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Failures as ForgeError: GitHub's own words, and never a header or an address with a key in it."""
        try:
            yield
        except GithubException as error:
            said = error.data.get("message", "") if isinstance(error.data, dict) else ""
            raise ForgeError(self._secrets.scrub(f"GitHub: status {error.status}: {said}"[:300])) from None
        except requests.RequestException as error:
            raise ForgeError(self._secrets.scrub(f"GitHub cannot be reached: {type(error).__name__}")) from None


def _found(pull: PullRequest) -> Found:
    state = "merged" if pull.merged_at is not None else "open" if pull.state == "open" else "closed"
    return Found(pull.number, pull.html_url, state, pull.title, pull.body or "")  # type: ignore[arg-type]
