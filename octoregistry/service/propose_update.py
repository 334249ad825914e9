"""An update as pull requests: the registry of the base branch, planned anew, one proposal for all or one a provider."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from octoregistry.merging.lock import locked
from octoregistry.merging.merge_each import merge_each
from octoregistry.merging.registry_file import NotCarriedOutError, text_of
from octoregistry.planning.plan import Change, Plan
from octoregistry.publishing import Git, Proposal, ProposalResult, ProposalTarget, proposal_target, propose
from octoregistry.publishing.body import body_of, fingerprint_of, title_of
from octoregistry.publishing.money import bill
from octoregistry.publishing.report_link import report_link
from octoregistry.report import write_report
from octoregistry.settings import PullRequestSettings, Settings
from octoregistry.sources import Page
from octoregistry.updating.update import Update
from providers import compiled, parse_registry
from providers.files import real_path

_REPORTS = "reports"
_NEWS = frozenset({"opened", "updated", "kept here"})


@dataclass(frozen=True, slots=True)
class ProposedUpdate:
    """The update of the base branch's registry, and what became of each proposal.

    `news` are the changes of those that were made, or made anew: what waits already, or is left alone, is none.
    """

    update: Update
    results: tuple[ProposalResult, ...]
    news: tuple[Change, ...]


@contextmanager
def proposing(registry: Path, settings: PullRequestSettings, environ: Mapping[str, str]) -> Iterator[ProposalTarget]:
    """The place in the registry's repository from which one process at a time proposes.

    The lock is in the .git folder: what a person has checked out is neither needed nor touched. Raises LockedError,
    GitError, ForgeError, OSError.
    """
    folder = real_path(registry).parent
    with locked(Git(folder).common / "octoregistry"), closing(proposal_target(folder, settings, environ)) as target:
        yield target


def propose_update(
    registry: Path, target: ProposalTarget, plan: Callable[[str], Update], settings: Settings
) -> ProposedUpdate:
    """The update that `plan` makes of the registry as it stands on the base branch, proposed where it changes anything.

    `settings` name the workloads and the usage that the text tells the money of.

    The person's own file, branch, index and working tree stay as they are. Raises NotCarriedOutError where the base has
    no such file; GitError, ForgeError, OSError and RegistryError.
    """
    path = _path_in_repository(target, registry)
    content = target.git.blob(target.base_commit, path)
    if content is None:
        raise NotCarriedOutError(f"there is no file {path} on {target.base}")
    update = plan(text_of(content, registry))
    results: list[ProposalResult] = []
    news: list[Change] = []
    for branch, part in _parts(update, target):
        if part.new_text != part.old_text:
            files = _files(target, path, part)
            fingerprint = fingerprint_of(part, part.plan)
            files |= _report(target, part, fingerprint)
            body = body_of(part, part.plan, branch, bill(part, settings), report_link(target.settings, os.environ))
            proposal = Proposal(branch, title_of(part.plan), body, files, fingerprint, update.at)
            result = propose(target, proposal)
            results += [result] if result else []
            if result and result.what in _NEWS:
                news += (change for change in part.plan.visible if change.applies)
    return ProposedUpdate(update, tuple(results), tuple(news))


def _path_in_repository(target: ProposalTarget, registry: Path) -> str:
    try:
        return real_path(registry).relative_to(target.git.root).as_posix()
    except ValueError:
        raise NotCarriedOutError(f"{registry} is not in the repository {target.git.root}") from None


def _parts(update: Update, target: ProposalTarget) -> Iterator[tuple[str, Update]]:
    """(branch, the part of the update that goes onto it)."""
    if not target.settings.each_provider:
        yield target.settings.branch, update
        return
    for provider in dict.fromkeys(change.provider for change in update.plan.changes):
        changes = tuple(change for change in update.plan.changes if change.provider == provider)
        notes = tuple(note for note in update.plan.notes if note.provider == provider)
        runs = tuple(run for run in update.runs if run.provider == provider)
        merged = merge_each(update.old_text, update.registry.path, Plan(changes, notes))
        part = replace(update, new_text=merged.text, plan=merged.plan, runs=runs, refused=merged.refused)
        yield f"{target.settings.branch}-{provider}", part


def _files(target: ProposalTarget, path: str, part: Update) -> dict[str, bytes]:
    """The registry, and the compiled copy where the repository ships one beside it."""
    content = part.new_text.encode()
    copy = PurePosixPath(path).with_suffix(".json").as_posix()
    there = target.git.blob(target.base_commit, copy)
    if there is None or not there.startswith(b'{"format":'):
        return {path: content}
    registry = parse_registry(content, path)
    return {path: content, copy: compiled.compiled(registry.written, registry.text_sha256).encode()}


def _report(target: ProposalTarget, part: Update, fingerprint: str) -> dict[str, bytes]:
    """The report of this part and the index of all, by their paths, where the settings want them in the commit."""
    if target.settings.report != "commit":
        return {}
    home = _REPORTS
    days = [run.page.fetched_at.date() for run in part.runs if isinstance(run.page, Page)]
    with tempfile.TemporaryDirectory(prefix="octoregistry-") as name:
        folder = Path(name)
        for known in target.git.run("ls-tree", "-z", "--name-only", target.base_commit, f"{home}/").split("\0"):
            if known.endswith(".json"):
                content = target.git.blob(target.base_commit, known)
                (folder / PurePosixPath(known).name).write_bytes(content or b"")
        written = write_report(part, folder, f"{max(days, default=part.at.date())}-{fingerprint[:8]}")
        return {f"{home}/{file.name}": file.read_bytes() for file in (written.html, written.json, written.index)}
