"""Which forge a remote belongs to, and where its API is."""

from __future__ import annotations

import pytest

from octoregistry.publishing.forge import remote_repository
from octoregistry.settings import PullRequestSettings

GITHUB, GITLAB = "https://api.github.com", "https://gitlab.com"
ENTERPRISE = {"GITHUB_SERVER_URL": "https://git.corp.example", "GITHUB_API_URL": "https://git.corp.example/api/v3"}
IN_A_FOLDER = {"CI_SERVER_URL": "https://corp.example/gitlab"}


@pytest.mark.parametrize(
    ("remote", "kind", "environ", "expected"),
    [
        ("https://github.com/acme/prices.git", None, {}, ("github", GITHUB, "acme/prices")),
        ("https://github.com/acme/prices/", None, {}, ("github", GITHUB, "acme/prices")),
        ("https://jo:secret@GitHub.com/acme/prices", None, {}, ("github", GITHUB, "acme/prices")),
        ("git@github.com:acme/prices.git", None, {}, ("github", GITHUB, "acme/prices")),
        ("ssh://git@github.com:22/acme/prices.git", None, {}, ("github", GITHUB, "acme/prices")),
        ("ssh://git@ssh.github.com:443/acme/prices.git", None, {}, ("github", GITHUB, "acme/prices")),
        ("ssh://git@altssh.gitlab.com:443/a/b/c.git", None, {}, ("gitlab", GITLAB, "a/b/c")),
        ("https://gitlab.com/group/sub/prices.git", None, {}, ("gitlab", GITLAB, "group/sub/prices")),
        ("https://git.corp.example/a/b.git", None, ENTERPRISE, ("github", ENTERPRISE["GITHUB_API_URL"], "a/b")),
        ("git@git.corp.example:a/b.git", "github", {}, ("github", "https://git.corp.example/api/v3", "a/b")),
        ("https://git.corp.example:8443/a/b", "github", {}, ("github", "https://git.corp.example:8443/api/v3", "a/b")),
        ("https://git.corp.example:8443/a/b", "gitlab", {}, ("gitlab", "https://git.corp.example:8443", "a/b")),
        ("ssh://git@git.corp.example:2222/a/b.git", "gitlab", {}, ("gitlab", "https://git.corp.example", "a/b")),
        ("https://corp.example/gitlab/a/b.git", None, IN_A_FOLDER, ("gitlab", "https://corp.example/gitlab", "a/b")),
        ("git@corp.example:gitlab/b.git", None, IN_A_FOLDER, ("gitlab", "https://corp.example/gitlab", "gitlab/b")),
        ("https://github.com.evil.example/a/b.git", None, {}, None),
        ("https://evil.example/github.com/a/b.git", None, {}, None),
        ("/srv/git/prices.git", None, {}, None),
        ("https://github.com/", None, {}, None),
    ],
)
def test_the_api_follows_from_the_remote(
    remote: str, kind: str | None, environ: dict[str, str], expected: tuple[str, str, str] | None
) -> None:
    """Ports of ssh are none of the pages', a folder of the host is none of the project's path, and no name convinces."""
    found = remote_repository(remote, PullRequestSettings.model_validate({"forge": kind}), environ)
    assert (found and (found.kind, found.api, found.path)) == expected
