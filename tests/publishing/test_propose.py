"""A branch of our own and one pull request: opened, updated, found again, and nobody's work touched."""

from __future__ import annotations

import base64
import os
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest

from octoregistry.publishing import ForgeError, GitError, Proposal, proposal_target, propose
from octoregistry.publishing import branch as branches
from octoregistry.publishing.proposal import ProposalResult, mark_of
from octoregistry.settings import PullRequestSettings
from tests.publishing.conftest import CANARY, REGISTRY, Clone, Forge

BRANCH = "octoregistry/update"
KINDS = pytest.mark.parametrize("kind", ["github", "gitlab"])


def proposal(price: str = "1.5", **more: object) -> Proposal:
    """The registry with another price."""
    content = REGISTRY.replace("input: 2.0", f"input: {price}").encode()
    values: dict[str, object] = {
        "branch": BRANCH,
        "title": f"Prices: road to {price}",
        "body": f"road falls\n{mark_of(BRANCH, 'f' + price)}\n",
        "files": {"data/models.yaml": content},
        "fingerprint": f"f{price}",
        "at": datetime(2026, 9, 9, tzinfo=UTC),
    }
    return Proposal(**(values | more))  # type: ignore[arg-type]


def proposed(
    clone: Clone, settings: PullRequestSettings, stdin: Proposal, token: str = CANARY
) -> ProposalResult | None:
    environ = {"OCTOREGISTRY_TOKEN": token} if token else {}
    with closing(proposal_target(clone.registry.parent, settings, environ)) as target:
        return propose(target, stdin)


@KINDS
def test_one_pull_request_is_opened_and_the_person_sees_nothing_of_it(clone: Clone, forge: Forge, kind: str) -> None:
    """The commit is ours, on the base, with the file alone; files, index, branches and HEAD of the clone are as before."""
    before = clone.state()

    outcome = proposed(clone, forge.settings(kind), proposal())

    assert outcome is not None
    assert (outcome.what, outcome.where.rpartition("/")[2]) == ("opened", "1")
    assert clone.state() == before
    assert clone.branches() == ["main", BRANCH]
    assert (
        clone.on_remote("show", f"{BRANCH}:data/models.yaml") == proposal().files["data/models.yaml"].decode().strip()
    )
    assert clone.on_remote("diff", "--name-only", "main", BRANCH) == "data/models.yaml"
    assert clone.on_remote("log", "-1", "--format=%an <%ce> %s", BRANCH) == (
        "octoregistry <octoregistry@users.noreply.invalid> Prices: road to 1.5"
    )
    assert forge.pulls[0]["base"] == "main"
    assert "octoregistry:pull-request" in forge.pulls[0]["body"]


@KINDS
def test_the_same_again_changes_nothing(clone: Clone, forge: Forge, kind: str) -> None:
    """No second pull request, no push, no edit."""
    proposed(clone, forge.settings(kind), proposal())
    tip, writes = clone.on_remote("rev-parse", BRANCH), list(forge.writes)

    outcome = proposed(clone, forge.settings(kind), proposal(at=datetime(2026, 9, 10, tzinfo=UTC)))

    assert outcome is not None
    assert outcome.what == "unchanged"
    assert clone.on_remote("rev-parse", BRANCH) == tip
    assert forge.writes == writes


@KINDS
def test_new_changes_update_the_one_there_is(clone: Clone, forge: Forge, kind: str) -> None:
    """Also when the base has moved on: the branch is one commit on the newest base, so that nothing conflicts."""
    proposed(clone, forge.settings(kind), proposal())
    clone.git("stash", "--quiet")
    clone.git("checkout", "--quiet", "-B", "main", "origin/main")
    clone.registry.write_text(REGISTRY.replace("input: 2.0", "input: 2.25"))
    clone.git("commit", "--quiet", "-am", "a conflict")
    clone.git("push", "--quiet", "origin", "main")

    outcome = proposed(clone, forge.settings(kind), proposal("1.25"))

    assert outcome is not None
    assert outcome.what == "updated"
    assert len(forge.pulls) == 1
    assert forge.pulls[0]["title"] == "Prices: road to 1.25"
    assert clone.on_remote("log", "--format=%s", f"main..{BRANCH}") == "Prices: road to 1.25"
    assert clone.on_remote("rev-parse", f"{BRANCH}^") == clone.on_remote("rev-parse", "main")


@KINDS
@pytest.mark.parametrize("how", ["commit", "amend", "merge"])
def test_a_branch_that_a_person_has_pushed_to_is_left_alone(clone: Clone, forge: Forge, kind: str, how: str) -> None:
    """Their commit stays the tip; what we would have pushed is kept as a patch."""
    proposed(clone, forge.settings(kind), proposal())
    other = clone.folder.parent / "other"
    clone.git("clone", "--quiet", "--branch", BRANCH, str(clone.bare), str(other), folder=clone.bare)
    if how == "amend":
        clone.git("commit", "--quiet", "--amend", "--no-edit", "--reset-author", folder=other)
    elif how == "merge":
        clone.git("checkout", "--quiet", "main", folder=other)
        clone.git("commit", "--quiet", "--allow-empty", "-m", "meanwhile", folder=other)
        clone.git("push", "--quiet", "origin", "main", folder=other)
        clone.git("checkout", "--quiet", BRANCH, folder=other)
        clone.git("merge", "--quiet", "--no-edit", "main", folder=other)
    else:
        (other / "data" / "models.yaml").write_text(REGISTRY.replace("2.0", "9.0"))
        clone.git("commit", "--quiet", "-am", "I know better", folder=other)
    clone.git("push", "--quiet", "--force", "origin", BRANCH, folder=other)
    theirs, writes = clone.on_remote("rev-parse", BRANCH), list(forge.writes)

    outcome = proposed(clone, forge.settings(kind), proposal("1.25"))

    assert outcome is not None
    assert (outcome.what, outcome.why) == ("left alone", "somebody has pushed to the branch")
    assert clone.on_remote("rev-parse", BRANCH) == theirs
    assert forge.writes == writes
    assert b"1.25" in outcome.files[0].read_bytes()


def test_a_push_in_the_very_moment_is_not_overwritten(
    clone: Clone, forge: Forge, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lease names the commit that we looked at."""
    proposed(clone, forge.settings("github"), proposal())
    look = branches.remote_tip

    def look_then_somebody_pushes(*arguments: object) -> object:
        found = look(*arguments)  # type: ignore[arg-type]
        theirs = clone.on_remote("commit-tree", f"{BRANCH}^{{tree}}", "-p", BRANCH, "-m", "theirs")
        clone.on_remote("update-ref", f"refs/heads/{BRANCH}", theirs)
        return found

    monkeypatch.setattr(branches, "remote_tip", look_then_somebody_pushes)
    with pytest.raises(GitError, match=r"stale info|rejected"):
        proposed(clone, forge.settings("github"), proposal("1.25"))
    assert clone.on_remote("log", "-1", "--format=%s", BRANCH) == "theirs"


@KINDS
def test_what_would_change_nothing_opens_and_closes_nothing(clone: Clone, forge: Forge, kind: str) -> None:
    """No branch, no request to the forge."""
    same = proposal(files={"data/models.yaml": REGISTRY.encode()})
    assert proposed(clone, forge.settings(kind), same) is None
    assert clone.branches() == ["main"]
    assert not forge.asked


@KINDS
def test_a_proposal_that_a_person_closed_is_not_opened_again(clone: Clone, forge: Forge, kind: str) -> None:
    """Until there is something else to propose."""
    proposed(clone, forge.settings(kind), proposal())
    forge.pulls[0]["state"] = "closed"
    clone.on_remote("branch", "-D", BRANCH)

    outcome = proposed(clone, forge.settings(kind), proposal())
    assert outcome is not None
    assert outcome.what == "left alone"
    assert clone.branches() == ["main"]

    outcome = proposed(clone, forge.settings(kind), proposal("1.25"))
    assert outcome is not None
    assert (outcome.what, len(forge.pulls)) == ("opened", 2)


@KINDS
def test_a_merged_one_is_followed_by_a_new_one(clone: Clone, forge: Forge, kind: str) -> None:
    """A merge is the end of a pull request, not of proposing."""
    proposed(clone, forge.settings(kind), proposal())
    forge.pulls[0]["state"] = "merged"

    outcome = proposed(clone, forge.settings(kind), proposal("1.25"))
    assert outcome is not None
    assert (outcome.what, len(forge.pulls)) == ("opened", 2)


@KINDS
def test_a_run_that_was_killed_behind_its_push_opens_the_request_next_time(
    clone: Clone, forge: Forge, kind: str
) -> None:
    """The branch knows its plan; what is missing is the request."""
    proposed(clone, forge.settings(kind), proposal())
    forge.pulls.clear()
    tip = clone.on_remote("rev-parse", BRANCH)

    outcome = proposed(clone, forge.settings(kind), proposal())
    assert outcome is not None
    assert outcome.what == "opened"
    assert clone.on_remote("rev-parse", BRANCH) == tip


@KINDS
def test_a_fork_with_our_mark_is_not_ours(clone: Clone, forge: Forge, kind: str) -> None:
    """Anybody can copy a hidden mark."""
    forge.pulls.append(
        {
            "number": 1,
            "state": "open",
            "title": "x",
            "body": proposal().body,
            "branch": BRANCH,
            "base": "main",
            "fork": True,
        }
    )
    outcome = proposed(clone, forge.settings(kind), proposal("1.25"))
    assert outcome is not None
    assert (outcome.what, len(forge.pulls)) == ("opened", 2)
    assert forge.pulls[1]["title"] == "x"


@KINDS
def test_a_body_that_a_person_rewrote_is_left_to_them(clone: Clone, forge: Forge, kind: str) -> None:
    """Without the mark it is no longer ours; the branch still is."""
    proposed(clone, forge.settings(kind), proposal())
    forge.pulls[0]["body"] = "my own words"

    outcome = proposed(clone, forge.settings(kind), proposal("1.25"))
    assert outcome is not None
    assert outcome.what == "updated"
    assert forge.pulls[0]["body"] == "my own words"


def test_without_a_token_branch_patch_and_body_stay_here(clone: Clone) -> None:
    """In the .git folder, where no working tree is touched; nothing is pushed."""
    tree = {path: path.read_bytes() for path in clone.folder.rglob("*") if path.is_file() and ".git" not in path.parts}
    settings = PullRequestSettings(forge="github")

    outcome = proposed(clone, settings, proposal(), token="")

    assert outcome is not None
    assert outcome.what == "kept here"
    assert "OCTOREGISTRY_TOKEN or GITHUB_TOKEN or GH_TOKEN is not set" in outcome.why
    assert clone.branches() == ["main"]
    assert clone.git("log", "-1", "--format=%s", BRANCH) == "Prices: road to 1.5"
    assert clone.git("symbolic-ref", "--short", "HEAD") == "my-work"
    assert tree == {p: p.read_bytes() for p in clone.folder.rglob("*") if p.is_file() and ".git" not in p.parts}
    patch, body = outcome.files
    assert body.read_text().startswith("# Prices: road to 1.5\n\nroad falls")
    clone.git("stash", "--quiet")
    clone.git("am", "--quiet", str(patch))
    assert "input: 1.5" in clone.registry.read_text()


def test_what_stays_here_stays_as_it_is_the_day_after(clone: Clone) -> None:
    """Not a new commit a day: with a day of its own, each would say that the price holds since then."""
    settings = PullRequestSettings(forge="none")
    first = proposed(clone, settings, proposal())
    tip = clone.git("rev-parse", BRANCH)
    again = proposed(clone, settings, proposal(at=datetime(2026, 9, 10, tzinfo=UTC)))
    assert first is not None
    assert again is not None
    assert (first.what, again.what) == ("kept here", "unchanged")
    assert again.files == first.files
    assert clone.git("rev-parse", BRANCH) == tip
    first.files[0].unlink()
    assert proposed(clone, settings, proposal()).what == "kept here", "the patch is there again"  # type: ignore[union-attr]
    assert first.files[0].is_file()


def test_without_a_remote_the_branch_goes_onto_what_is_checked_out(clone: Clone) -> None:
    """A repository that is nobody's clone."""
    clone.git("remote", "remove", "origin")
    outcome = proposed(clone, PullRequestSettings(), proposal())
    assert outcome is not None
    assert outcome.why == "there is no remote 'origin'"
    assert clone.git("rev-parse", f"{BRANCH}^") == clone.git("rev-parse", "my-work")


def test_a_local_branch_with_a_persons_commit_is_left_alone(clone: Clone) -> None:
    """As is one that is checked out."""
    settings = PullRequestSettings(forge="none")
    proposed(clone, settings, proposal())
    clone.git("stash", "--quiet")
    clone.git("checkout", "--quiet", BRANCH)
    outcome = proposed(clone, settings, proposal("1.25"))
    assert outcome is not None
    assert "it is checked out" in outcome.why

    clone.git("commit", "--quiet", "--allow-empty", "-m", "mine")
    mine = clone.git("rev-parse", "HEAD")
    outcome = proposed(clone, settings, proposal("1.25"))
    assert outcome is not None
    assert "somebody has committed to it" in outcome.why
    assert clone.git("rev-parse", BRANCH) == mine


@KINDS
@pytest.mark.parametrize("status", [401, 403, 404, 422])
def test_what_the_forge_refuses_is_an_error_in_its_words(clone: Clone, forge: Forge, kind: str, status: int) -> None:
    """And without the token, even where the forge repeats it in every form."""
    forms = [CANARY, quote(CANARY, safe=""), quote_plus(CANARY), base64.b64encode(f"x:{CANARY}".encode()).decode()]
    forge.fails = lambda method, _: (status, f"no: {' '.join(forms)}") if method == "POST" else None

    with pytest.raises(ForgeError, match=f"status {status}") as error:
        proposed(clone, forge.settings(kind), proposal())
    assert not seen_in(repr(error.value) + str(error.value.__cause__) + str(error.value))


def seen_in(text: str) -> bool:
    """True where the token stands in `text`: raw, URL-encoded, or in base64 at any offset."""
    forms = {CANARY, quote(CANARY, safe=""), quote_plus(CANARY), CANARY[6:20]}
    for offset in range(3):
        encoded = base64.b64encode(b"x" * offset + CANARY.encode()).decode()[4:-8]
        forms |= {encoded, encoded.replace("+", "-").replace("/", "_")}
    return any(form in text for form in forms)


@KINDS
def test_the_token_goes_to_the_forge_and_nowhere_else(
    clone: Clone, forge: Forge, kind: str, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """Not into the repository, the branch, the body, the output or the logs; raw, URL-encoded and in base64."""
    with caplog.at_level("DEBUG"):
        outcome = proposed(clone, forge.settings(kind), proposal())
    assert any(CANARY in token for token in forge.tokens)

    said = capfd.readouterr()
    written = [
        path.read_bytes().decode("latin-1")
        for folder in (clone.folder, clone.bare)
        for path in folder.rglob("*")
        if path.is_file()
    ]
    shown = clone.on_remote("log", "--all", "-p", "--format=fuller")
    everything = "\n".join([said.out, said.err, caplog.text, repr(outcome), repr(forge.pulls), shown, *written])
    assert not seen_in(everything)


def test_a_push_over_http_carries_the_token_in_a_header_alone(clone: Clone, forge: Forge) -> None:
    """git's own error says nothing of it, with tracing turned on and the remote's address full of passwords, too."""
    url = f"http://jo:{quote(CANARY, safe='')}@127.0.0.1:{forge.server.server_port}/acme/prices.git"
    clone.git("remote", "set-url", "origin", url)
    os.environ["GIT_TRACE_CURL"] = os.environ["GIT_CURL_VERBOSE"] = "1"
    try:
        with pytest.raises(GitError) as error:
            proposed(clone, forge.settings("github"), proposal())
    finally:
        del os.environ["GIT_TRACE_CURL"], os.environ["GIT_CURL_VERBOSE"]
    assert not seen_in(str(error.value))
    assert forge.asked[0][1].endswith("/info/refs")


def test_a_token_is_not_sent_in_the_clear(clone: Clone) -> None:
    """Nor to a host that only sounds like a forge."""
    plain = PullRequestSettings(forge="github", api_url="http://git.example/api")
    with pytest.raises(ForgeError, match="not sent over plain http"):
        proposed(clone, plain, proposal())

    clone.git("remote", "add", "evil", "https://github.com.evil.example/acme/prices.git")
    elsewhere = PullRequestSettings(remote="evil", base="main")
    target = proposal_target(Path(clone.folder), elsewhere, {"GITHUB_TOKEN": CANARY})
    assert (target.forge, target.environ) == (None, {})
