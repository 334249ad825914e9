"""A proposal carried to where people review it; what was there before is updated, and nobody's work is touched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from octoregistry.publishing import branch as branches
from octoregistry.publishing.forge import Address, Forge, ForgeError, Found, address_of
from octoregistry.publishing.git import Git, GitError, push_environment, secrets_in
from octoregistry.publishing.local import keep, places
from octoregistry.publishing.proposal import MARK, Outcome, Proposal
from octoregistry.publishing.secrets import Secrets
from octoregistry.settings import PullRequestSettings

_OURS = "refs/octoregistry/base"


@dataclass(frozen=True, slots=True)
class Place:
    """A repository, the commit that changes go onto, and how they get there. Without a `forge` they stay here."""

    git: Git
    settings: PullRequestSettings
    base: str
    base_commit: str
    remote: str | None
    forge: Forge | None
    environ: dict[str, str]
    why_here: str = ""

    def close(self) -> None:
        """None; the forge's connections are closed."""
        if self.forge is not None:
            self.forge.close()


def place_of(folder: Path, settings: PullRequestSettings, environ: Mapping[str, str]) -> Place:
    """The repository around `folder`, its base fetched. Raises GitError, ForgeError."""
    url = Git(folder).remote_url(settings.remote) or ""
    address = address_of(url, settings, environ) if url else None
    names = address.token_env if address else ()
    token = next((environ[name].strip() for name in names if environ.get(name, "").strip()), "")
    git = Git(folder, Secrets([token, *secrets_in(url)]))
    if not url:
        return _here(git, settings, f"there is no remote {settings.remote!r}")
    why = ""
    if address is None:
        why = "the remote is on no forge that is known: set pull_request.forge"
    elif not token:
        why = f"no token ({' or '.join(names)} is not set)"
    forge = _forge_at(address, token) if address is not None and token else None
    pushing = push_environment(url, forge.user, token, environ) if forge else {}
    try:
        base = settings.base or _default_branch(git, settings.remote, pushing)
        branches.fetch(git, settings.remote, base, _OURS, pushing)
    except GitError as error:
        if forge is not None:
            forge.close()
            raise
        return _here(git, settings, f"{why}; {str(error).splitlines()[0]}")
    return Place(git, settings, base, git.run("rev-parse", _OURS).strip(), settings.remote, forge, pushing, why)


def _forge_at(address: Address, token: str) -> Forge:
    """The forge, reached with `token`. Raises ForgeError where its client is not installed."""
    try:
        if address.kind == "github":
            from octoregistry.publishing.github import GitHub  # noqa: PLC0415 - an extra

            return GitHub(address, token)
        from octoregistry.publishing.gitlab import GitLab  # noqa: PLC0415 - an extra

        return GitLab(address, token)
    except ImportError as error:
        raise ForgeError(f"{error.name} is not installed: pip install 'octoregistry[forge]'") from error


def _here(git: Git, settings: PullRequestSettings, why: str) -> Place:
    """The place without a remote: changes go onto the branch that is set, else onto what is checked out."""
    commit = git.commit_of(settings.base or "HEAD")
    if commit is None:
        raise GitError(f"there is no commit on {settings.base or 'this branch'} yet that a change could go onto")
    base = settings.base or git.run("rev-parse", "--abbrev-ref", "HEAD").strip()
    return Place(git, settings, base, commit, None, None, {}, why)


def _default_branch(git: Git, remote: str, environ: dict[str, str]) -> str:
    said = git.run("ls-remote", "--symref", remote, "HEAD", environ=environ)
    first = said.partition("\t")[0]
    if not first.startswith("ref: refs/heads/"):
        raise GitError(f"{remote} does not say which its default branch is: set pull_request.base")
    return first.removeprefix("ref: refs/heads/")


def propose(place: Place, proposal: Proposal) -> Outcome | None:
    """What became of the proposal; None where it would change nothing. Raises GitError, ForgeError, OSError."""
    commit = branches.commit_on(place.git, place.base_commit, proposal, place.settings)
    if commit is None:
        return None
    if place.forge is None or place.remote is None:
        return _kept_here(place, commit, proposal)
    tip = branches.remote_tip(place.git, place.remote, proposal.branch, place.settings, place.environ)
    pulls = place.forge.find(proposal.branch, place.base)
    open_one = next((found for found in pulls if found.state == "open"), None)
    if tip is not None and tip.fingerprint is None:
        files = keep(place.git, commit, proposal)
        where = open_one.url if open_one else str(files[1])
        return Outcome("left alone", proposal.branch, where, "somebody has pushed to the branch", files)
    refused = next((found for found in pulls[:1] if found.state == "closed" and proposal.mark in found.body), None)
    if open_one is None and refused is not None:
        return Outcome("left alone", proposal.branch, refused.url, "a person has closed just this proposal")
    pushed = tip is None or tip.fingerprint != proposal.fingerprint
    if pushed:
        branches.push(place.git, place.remote, commit, proposal.branch, tip, place.environ)
    return _shown(place.forge, place.base, proposal, open_one, pushed=pushed)


def _kept_here(place: Place, commit: str, proposal: Proposal) -> Outcome:
    """The proposal where nobody but this machine has it: a branch, a patch and the body."""
    tip = branches.local_tip(place.git, proposal.branch, place.settings)
    there = places(place.git, proposal.branch)
    if tip and tip.fingerprint == proposal.fingerprint and all(map(Path.is_file, there)):
        return Outcome("unchanged", proposal.branch, str(there[1]), place.why_here, there)
    why = branches.set_local(place.git, commit, proposal.branch, tip)
    files = keep(place.git, commit, proposal)
    told = place.why_here if why is None else f"{place.why_here}; the branch is left alone: {why}"
    return Outcome("kept here", proposal.branch, str(files[1]), told, files)


def _shown(forge: Forge, base: str, proposal: Proposal, found: Found | None, *, pushed: bool) -> Outcome:
    """The one pull request of the branch, opened or brought along. A body whose mark somebody took out is theirs."""
    if found is None:
        opened = forge.open(proposal.branch, base, proposal.title, proposal.body)
        return Outcome("opened", proposal.branch, opened.url)
    stale = proposal.mark not in found.body
    if stale and MARK in found.body:
        forge.update(found, proposal.title, proposal.body)
    return Outcome("updated" if pushed or stale else "unchanged", proposal.branch, found.url)


__all__ = ["ForgeError", "Place", "place_of", "propose"]
