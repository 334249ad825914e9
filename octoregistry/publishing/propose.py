"""A proposal as a pull request, opened or updated; work of other people is never overwritten."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from octoregistry.publishing import branch as branches
from octoregistry.publishing.forge import Forge, ForgeError, PullRequest, RemoteRepository, remote_repository
from octoregistry.publishing.git import Git, GitError, push_environment, secrets_in
from octoregistry.publishing.local import file_paths, write_files
from octoregistry.publishing.proposal import MARK, Proposal, ProposalResult
from octoregistry.publishing.secret_mask import SecretMask
from octoregistry.settings import PullRequestSettings

_BASE_REF = "refs/octoregistry/base"


@dataclass(frozen=True, slots=True)
class ProposalTarget:
    """The repository, base commit and forge of a proposal. Without a `forge` it stays on this machine."""

    git: Git
    settings: PullRequestSettings
    base: str
    base_commit: str
    remote: str | None
    forge: Forge | None
    environ: dict[str, str]
    local_reason: str = ""

    def close(self) -> None:
        """Close the forge's connections."""
        if self.forge is not None:
            self.forge.close()


def proposal_target(folder: Path, settings: PullRequestSettings, environ: Mapping[str, str]) -> ProposalTarget:
    """The repository around `folder`, its base fetched. Raises GitError, ForgeError."""
    url = Git(folder).remote_url(settings.remote) or ""
    repository = remote_repository(url, settings, environ) if url else None
    names = repository.token_env if repository else ()
    token = next((environ[name].strip() for name in names if environ.get(name, "").strip()), "")
    git = Git(folder, SecretMask([token, *secrets_in(url)]))
    if not url:
        return _local_target(git, settings, f"there is no remote {settings.remote!r}")
    why = ""
    if repository is None:
        why = "the remote is on no forge that is known: set pull_request.forge"
    elif not token:
        why = f"no token ({' or '.join(names)} is not set)"
    forge = _forge_at(repository, token) if repository is not None and token else None
    pushing = push_environment(url, forge.user, token, environ) if forge else {}
    try:
        base = settings.base or _default_branch(git, settings.remote, pushing)
        branches.fetch(git, settings.remote, base, _BASE_REF, pushing)
    except GitError as error:
        if forge is not None:
            forge.close()
            raise
        return _local_target(git, settings, f"{why}; {str(error).splitlines()[0]}")
    return ProposalTarget(
        git, settings, base, git.run("rev-parse", _BASE_REF).strip(), settings.remote, forge, pushing, why
    )


def _forge_at(repository: RemoteRepository, token: str) -> Forge:
    """The forge, reached with `token`. Raises ForgeError where its client is not installed."""
    try:
        if repository.kind == "github":
            from octoregistry.publishing.github import GitHub  # noqa: PLC0415 - an extra

            return GitHub(repository, token)
        from octoregistry.publishing.gitlab import GitLab  # noqa: PLC0415 - an extra

        return GitLab(repository, token)
    except ImportError as error:
        raise ForgeError(f"{error.name} is not installed: pip install 'octoregistry[forge]'") from error


def _local_target(git: Git, settings: PullRequestSettings, why: str) -> ProposalTarget:
    """The place without a remote: changes go onto the branch that is set, else onto what is checked out."""
    commit = git.commit_of(settings.base or "HEAD")
    if commit is None:
        raise GitError(f"there is no commit on {settings.base or 'this branch'} yet that a change could go onto")
    base = settings.base or git.run("rev-parse", "--abbrev-ref", "HEAD").strip()
    return ProposalTarget(git, settings, base, commit, None, None, {}, why)


def _default_branch(git: Git, remote: str, environ: dict[str, str]) -> str:
    output = git.run("ls-remote", "--symref", remote, "HEAD", environ=environ)
    first = output.partition("\t")[0]
    if not first.startswith("ref: refs/heads/"):
        raise GitError(f"{remote} does not say which its default branch is: set pull_request.base")
    return first.removeprefix("ref: refs/heads/")


def propose(target: ProposalTarget, proposal: Proposal) -> ProposalResult | None:
    """The result of the proposal; None where it would change nothing. Raises GitError, ForgeError, OSError."""
    commit = branches.commit_on(target.git, target.base_commit, proposal, target.settings)
    if commit is None:
        return None
    if target.forge is None or target.remote is None:
        return _propose_locally(target, commit, proposal)
    tip = branches.remote_tip(target.git, target.remote, proposal.branch, target.settings, target.environ)
    pulls = target.forge.find(proposal.branch, target.base)
    open_one = next((found for found in pulls if found.state == "open"), None)
    if tip is not None and tip.fingerprint is None:
        files = write_files(target.git, commit, proposal)
        where = open_one.url if open_one else str(files[1])
        return ProposalResult("left alone", proposal.branch, where, "somebody has pushed to the branch", files)
    refused = next((found for found in pulls[:1] if found.state == "closed" and proposal.mark in found.body), None)
    if open_one is None and refused is not None:
        return ProposalResult("left alone", proposal.branch, refused.url, "a person has closed just this proposal")
    pushed = tip is None or tip.fingerprint != proposal.fingerprint
    if pushed:
        branches.push(target.git, target.remote, commit, proposal.branch, tip, target.environ)
    return _open_or_update(target.forge, target.base, proposal, open_one, pushed=pushed)


def _propose_locally(target: ProposalTarget, commit: str, proposal: Proposal) -> ProposalResult:
    """The proposal where nobody but this machine has it: a branch, a patch and the body."""
    tip = branches.local_tip(target.git, proposal.branch, target.settings)
    there = file_paths(target.git, proposal.branch)
    if tip and tip.fingerprint == proposal.fingerprint and all(map(Path.is_file, there)):
        return ProposalResult("unchanged", proposal.branch, str(there[1]), target.local_reason, there)
    why = branches.set_local(target.git, commit, proposal.branch, tip)
    files = write_files(target.git, commit, proposal)
    reason = target.local_reason if why is None else f"{target.local_reason}; the branch is left alone: {why}"
    return ProposalResult("kept here", proposal.branch, str(files[1]), reason, files)


def _open_or_update(
    forge: Forge, base: str, proposal: Proposal, found: PullRequest | None, *, pushed: bool
) -> ProposalResult:
    """The one pull request of the branch, opened or brought along. A body whose mark somebody took out is theirs."""
    if found is None:
        opened = forge.open(proposal.branch, base, proposal.title, proposal.body)
        return ProposalResult("opened", proposal.branch, opened.url)
    stale = proposal.mark not in found.body
    if stale and MARK in found.body:
        forge.update(found, proposal.title, proposal.body)
    return ProposalResult("updated" if pushed or stale else "unchanged", proposal.branch, found.url)


__all__ = ["ForgeError", "ProposalTarget", "proposal_target", "propose"]
