"""Whatever the repository is like, and whatever a person has set for git: the same branch, the same patch."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from octoregistry.merging.lock import LockedError
from octoregistry.publishing import GitError, proposal_target
from octoregistry.service.propose_update import proposing
from octoregistry.settings import PullRequestSettings
from tests.publishing.conftest import CANARY, REGISTRY, Clone, Forge
from tests.publishing.test_propose import BRANCH, proposal, proposed

HERE = PullRequestSettings(forge="none")
TASTES = {
    "format.coverLetter": "true",
    "format.attach": "true",
    "format.signOff": "true",
    "format.subjectPrefix": "RFC",
    "format.noprefix": "true",
    "diff.noprefix": "true",
    "diff.external": "/bin/false",
    "color.ui": "always",
    "log.showSignature": "true",
    "core.autocrlf": "true",
    "core.splitIndex": "true",
    "push.gpgSign": "true",
    "commit.gpgSign": "true",
}


@pytest.fixture
def home(clone: Clone, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A person with a taste of their own, and a name to apply patches with."""
    settings = clone.folder.parent / "gitconfig"
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    for name, value in TASTES.items():
        clone.git("config", "--file", str(settings), name, value)
    return settings


def test_the_patch_can_be_applied_whatever_a_person_has_set(clone: Clone, home: Path) -> None:
    """`git am` takes it: one mail, no cover letter, the usual prefixes, our own name."""
    outcome = proposed(clone, HERE, proposal())

    assert outcome is not None
    patch = outcome.files[0].read_text()
    assert patch.startswith("From ")
    assert "\nFrom: octoregistry <octoregistry@users.noreply.invalid>\n" in patch
    assert "Subject: [PATCH] Prices: road to 1.5\n" in patch
    assert "\n--- a/data/models.yaml\n+++ b/data/models.yaml\n" in patch
    home.unlink()
    clone.git("stash", "--quiet")
    clone.git("am", "--quiet", str(outcome.files[0]))
    assert clone.registry.read_text() == proposal().files["data/models.yaml"].decode()


def test_what_is_proposed_is_committed_to_the_letter(clone: Clone, home: Path) -> None:
    """Line ends and the mode of the file stay, also where git would make them others on the way into its index."""
    clone.git("stash", "--quiet")
    (clone.folder / ".gitattributes").write_text("*.yaml text eol=crlf\n")
    old, new = (text.replace("\n", "\r\n").encode() for text in (REGISTRY, REGISTRY.replace("2.0", "1.5")))
    clone.git("checkout", "--quiet", "-B", "main", "origin/main")
    clone.registry.write_bytes(old)
    blob = clone.git("hash-object", "-w", "--no-filters", str(clone.registry))
    clone.git("update-index", "--cacheinfo", f"100755,{blob},data/models.yaml")
    clone.git("add", ".gitattributes")
    clone.git("-c", "commit.gpgSign=false", "commit", "--quiet", "-m", "with line ends")
    clone.git("-c", "push.gpgSign=false", "push", "--quiet", "origin", "main")

    before = set((clone.folder / ".git").glob("sharedindex.*"))

    proposed(clone, HERE, proposal(files={"data/models.yaml": new, "new.txt": b"1\r\n"}))

    listed = clone.git("ls-tree", BRANCH, "data/models.yaml", "new.txt").splitlines()
    assert [line.split()[0] for line in listed] == ["100755", "100644"]
    for path, content in (("data/models.yaml", new), ("new.txt", b"1\r\n")):
        assert proposal_target(clone.folder, HERE, {}).git.blob(clone.git("rev-parse", BRANCH), path) == content
    assert set((clone.folder / ".git").glob("sharedindex.*")) == before


@pytest.mark.parametrize("kind", ["shallow", "detached", "worktree", "submodule"])
def test_every_kind_of_checkout_serves(clone: Clone, forge: Forge, kind: str) -> None:
    """And is afterwards as it was."""
    folder = clone.folder.parent / kind
    if kind == "worktree":
        clone.git("worktree", "add", "--quiet", str(folder), "-b", "aside")
    elif kind == "submodule":
        clone.git("init", "--quiet", str(folder))
        add = ("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(clone.bare), "inside")
        clone.git(*add, folder=folder)
        folder /= "inside"
        clone.git("checkout", "--quiet", "main", folder=folder)
    else:
        clone.git("clone", "--quiet", "--branch", "main", "--depth", "1", clone.bare.as_uri(), str(folder))
        clone.git("checkout", "--quiet", "--detach", folder=folder)
    before = clone.git("status", "--porcelain", "--branch", folder=folder)

    outcome = proposed(Clone(folder, clone.bare), forge.settings("github"), proposal())

    assert outcome is not None
    assert outcome.what == "opened"
    assert clone.on_remote("diff", "--name-only", "main", BRANCH) == "data/models.yaml"
    assert clone.git("status", "--porcelain", "--branch", folder=folder) == before


def test_a_repository_with_longer_names_of_objects(tmp_path: Path, clone: Clone) -> None:
    """git can name objects by SHA-256."""
    folder = tmp_path / "long"
    clone.git("init", "--quiet", "--object-format=sha256", str(folder))
    with pytest.raises(GitError, match="no commit on this branch yet"):
        proposal_target(folder, HERE, {})
    (folder / "data").mkdir()
    (folder / "data" / "models.yaml").write_text(REGISTRY)
    clone.git("add", ".", folder=folder)
    clone.git("commit", "--quiet", "-m", "the registry", folder=folder)

    for price in ("1.5", "1.25"):
        outcome = proposed(Clone(folder, clone.bare), HERE, proposal(price))
        assert outcome is not None
        assert outcome.why == "there is no remote 'origin'"
        assert clone.git("log", "-1", "--format=%s", BRANCH, folder=folder) == f"Prices: road to {price}"


def test_a_remote_that_cannot_be_reached_stops_nobody_who_has_no_token(clone: Clone, forge: Forge) -> None:
    """Branch, patch and body stay here; who has a token is told that nothing could be pushed."""
    clone.git("remote", "set-url", "origin", str(clone.bare) + ".gone")

    outcome = proposed(clone, HERE, proposal(), token="")

    assert outcome is not None
    assert outcome.what == "kept here"
    assert "does not appear to be a git repository" in outcome.why
    assert clone.git("rev-parse", f"{BRANCH}^") == clone.git("rev-parse", "my-work")
    with pytest.raises(GitError, match="does not appear to be a git repository"):
        proposed(clone, forge.settings("github"), proposal())


def test_the_lock_is_where_nobody_works(clone: Clone) -> None:
    """In the .git folder: a checkout that may not be written serves too, and only one process at a time proposes."""
    before = clone.state()
    with proposing(clone.registry, HERE, {}):
        assert clone.state() == before
        with pytest.raises(LockedError, match=f"process {os.getpid()}"), proposing(clone.registry, HERE, {}):
            pass
    assert not list((clone.folder / ".git").glob("*.lock")) + list((clone.folder / ".git").glob(".*.lock"))


def test_settings_of_git_in_the_environment_stay(clone: Clone, forge: Forge, monkeypatch: pytest.MonkeyPatch) -> None:
    """A CI job says by them, for example, that it trusts the checkout: here, where the remote is."""
    address = f"http://127.0.0.1:{forge.server.server_port}/acme/prices.git"
    clone.git("remote", "set-url", "origin", address)
    stdin = {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{clone.bare}.insteadOf",
        "GIT_CONFIG_VALUE_0": address + "/nowhere-else",
    }
    for name, value in stdin.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(GitError):
        proposal_target(clone.folder, forge.settings("github"), {**os.environ, "OCTOREGISTRY_TOKEN": CANARY})

    monkeypatch.setenv("GIT_CONFIG_VALUE_0", address)
    target = proposal_target(clone.folder, forge.settings("github"), {**os.environ, "OCTOREGISTRY_TOKEN": CANARY})
    assert target.base == "main"


@pytest.mark.parametrize("who", ["{}", "{}:x-oauth-basic", "jo:{}", "x-access-token:{}"])
def test_a_token_in_the_remotes_address_is_never_repeated(clone: Clone, who: str) -> None:
    """As the user, too: hosts take `https://TOKEN@host/…`, and git names the user where a password is missing."""
    token = "canary0tok1en2secret3ABCDEFGH"
    clone.git("remote", "set-url", "origin", f"ftp://{who.format(token)}@127.0.0.1:9/acme/{token}.git")
    outcome = proposed(clone, PullRequestSettings(), proposal(), token="")
    assert outcome is not None
    assert "***" in outcome.why
    assert token not in str(outcome)
