"""The proposal's branch: one commit on the base, made without a working tree; commits of people are never overwritten."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from octoregistry.publishing.git import Git, GitError
from octoregistry.publishing.proposal import Proposal
from octoregistry.settings import PullRequestSettings

_PLAN, _BASE = "Octoregistry-Plan", "Octoregistry-Base"


@dataclass(frozen=True, slots=True)
class Tip:
    """The last commit of a branch. `fingerprint` is that of the plan where the commit is ours, untouched, else None."""

    commit: str
    fingerprint: str | None


def commit_on(git: Git, base: str, proposal: Proposal, settings: PullRequestSettings) -> str | None:
    """The new commit, None where it would change nothing.

    It is made of objects and an index of its own, without any working tree: what is in the files is what will be in the
    commit, whatever line ends and filters the person has set, and a file keeps its mode.
    """
    entries = []
    for path, content in proposal.files.items():
        known = git.entry(base, path)
        blob = git.run("hash-object", "-w", "--no-filters", "--stdin", stdin=content).strip()
        entries.append(f"{known.mode if known else '100644'} {blob}\t{path}\0")
    with tempfile.TemporaryDirectory(prefix="octoregistry-") as name:
        index = {"GIT_INDEX_FILE": str(Path(name) / "index")}
        git.run("read-tree", base, environ=index)
        git.run("update-index", "-z", "--index-info", stdin="".join(entries).encode(), environ=index)
        tree = git.run("write-tree", environ=index).strip()
    if tree == git.run("rev-parse", f"{base}^{{tree}}").strip():
        return None
    when = f"@{int(proposal.at.timestamp())} +0000"
    people = {
        f"GIT_{role}_{key}": value
        for role in ("AUTHOR", "COMMITTER")
        for key, value in (("NAME", settings.author_name), ("EMAIL", settings.author_email), ("DATE", when))
    }
    message = f"{proposal.title}\n\n{_PLAN}: {proposal.fingerprint}\n{_BASE}: {base}\n"
    return git.run("commit-tree", tree, "-p", base, "-F", "-", stdin=message.encode(), environ=people).strip()


def tip_of(git: Git, commit: str, settings: PullRequestSettings) -> Tip:
    """The tip of a branch: ours only as we made it. Whoever amends, rebases, merges or adds makes it theirs."""
    form = f"%ce%x00%P%x00%(trailers:key={_PLAN},valueonly)%x00%(trailers:key={_BASE},valueonly)"
    email, parents, plan, base = git.run("show", "--no-patch", f"--format={form}", commit).strip("\n").split("\0")
    ours = email == settings.author_email and parents == base.strip() and bool(plan.strip())
    return Tip(commit, plan.strip() if ours else None)


def remote_tip(
    git: Git, remote: str, branch: str, settings: PullRequestSettings, environ: dict[str, str]
) -> Tip | None:
    """The tip of a branch on the remote, None where there is no such branch."""
    listed = git.run("ls-remote", remote, f"refs/heads/{branch}", environ=environ).split()
    if not listed:
        return None
    fetch(git, remote, branch, "refs/octoregistry/branch", environ)
    return tip_of(git, git.run("rev-parse", "refs/octoregistry/branch").strip(), settings)


def fetch(git: Git, remote: str, branch: str, into: str, environ: dict[str, str]) -> None:
    """Fetch the branch of the remote into our own ref `into`: nobody's remote-tracking branches move."""
    flags = ("--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules")
    git.run("fetch", *flags, "--refmap=", remote, f"+refs/heads/{branch}:{into}", environ=environ)


def push(git: Git, remote: str, commit: str, branch: str, expected: Tip | None, environ: dict[str, str]) -> None:
    """Push `commit` to the branch of the remote. Raise GitError where it moved on since we looked."""
    lease = f"--force-with-lease=refs/heads/{branch}:{expected.commit if expected else ''}"
    flags = ("--quiet", "--no-verify", "--no-follow-tags", "--no-signed", "--recurse-submodules=no")
    git.run("push", *flags, lease, remote, f"{commit}:refs/heads/{branch}", environ=environ)


def local_tip(git: Git, branch: str, settings: PullRequestSettings) -> Tip | None:
    """The tip of a branch here, None where there is no such branch."""
    known = git.commit_of(f"refs/heads/{branch}")
    return tip_of(git, known, settings) if known else None


def set_local(git: Git, commit: str, branch: str, tip: Tip | None) -> str | None:
    """Move the local branch from `tip` to `commit`; return why it is left alone, or None."""
    ref = f"refs/heads/{branch}"
    if tip and tip.fingerprint is None:
        return "somebody has committed to it"
    if f"branch {ref}\n" in git.run("worktree", "list", "--porcelain"):
        return "it is checked out"
    try:
        git.run("update-ref", ref, commit, tip.commit if tip else "")  # "": only where there is none
    except GitError as error:
        return str(error)
    return None
