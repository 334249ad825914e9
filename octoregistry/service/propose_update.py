"""An update as pull requests: the registry of the base branch, planned anew, one proposal for all or one a provider."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from octoregistry.merging.lock import locked
from octoregistry.merging.merge_each import merge_each
from octoregistry.merging.registry_file import NotCarriedOutError, text_of
from octoregistry.planning.plan import Change, Plan
from octoregistry.publishing import Git, Outcome, Place, Proposal, place_of, propose
from octoregistry.publishing.body import body_of, fingerprint_of, title_of
from octoregistry.report import write_report
from octoregistry.settings import PullRequestSettings
from octoregistry.sources import Page
from octoregistry.updating.update import Update
from providers import compiled, parse_registry

_NEWS = frozenset({"opened", "updated", "kept here"})


@dataclass(frozen=True, slots=True)
class Proposed:
    """The update of the base branch's registry, and what became of each proposal.

    `news` are the changes of those that were made, or made anew: what waits already, or is left alone, is none.
    """

    update: Update
    outcomes: tuple[Outcome, ...]
    news: tuple[Change, ...]


@contextmanager
def proposing(registry: Path, settings: PullRequestSettings, environ: Mapping[str, str]) -> Iterator[Place]:
    """The place in the registry's repository from which one process at a time proposes.

    The lock is in the .git folder: what a person has checked out is neither needed nor touched. Raises LockedError,
    GitError, ForgeError, OSError.
    """
    folder = registry.resolve().parent
    with locked(Git(folder).common / "octoregistry"), closing(place_of(folder, settings, environ)) as place:
        yield place


def propose_update(registry: Path, place: Place, plan: Callable[[str], Update]) -> Proposed:
    """The update that `plan` makes of the registry as it stands on the base branch, proposed where it changes anything.

    The person's own file, branch, index and working tree stay as they are. Raises NotCarriedOutError where the base has
    no such file; GitError, ForgeError, OSError and RegistryError.
    """
    path = _path_in(place, registry)
    content = place.git.blob(place.base_commit, path)
    if content is None:
        raise NotCarriedOutError(f"there is no file {path} on {place.base}")
    update = plan(text_of(content, registry))
    outcomes: list[Outcome] = []
    news: list[Change] = []
    for branch, part in _parts(update, place):
        if part.new_text != part.old_text:
            files = _files(place, path, part)
            fingerprint = fingerprint_of(part, part.plan)
            files |= _report(place, part, fingerprint)
            proposal = Proposal(
                branch, title_of(part.plan), body_of(part, part.plan, branch), files, fingerprint, update.at
            )
            outcome = propose(place, proposal)
            outcomes += [outcome] if outcome else []
            if outcome and outcome.what in _NEWS:
                news += (change for change in part.plan.visible if change.applies)
    return Proposed(update, tuple(outcomes), tuple(news))


def _path_in(place: Place, registry: Path) -> str:
    try:
        return registry.resolve().relative_to(place.git.root).as_posix()
    except ValueError:
        raise NotCarriedOutError(f"{registry} is not in the repository {place.git.root}") from None


def _parts(update: Update, place: Place) -> Iterator[tuple[str, Update]]:
    """(branch, the part of the update that goes onto it)."""
    if not place.settings.each_provider:
        yield place.settings.branch, update
        return
    for run in update.runs:
        changes = tuple(change for change in update.plan.changes if change.provider == run.provider)
        notes = tuple(note for note in update.plan.notes if note.provider == run.provider)
        merged = merge_each(update.old_text, update.registry.path, Plan(changes, notes))
        part = replace(update, new_text=merged.text, plan=merged.plan, runs=(run,), refused=merged.refused)
        yield f"{place.settings.branch}-{run.provider}", part


def _files(place: Place, path: str, part: Update) -> dict[str, bytes]:
    """The registry, and the compiled copy where the repository ships one beside it."""
    content = part.new_text.encode()
    copy = PurePosixPath(path).with_suffix(".json").as_posix()
    there = place.git.blob(place.base_commit, copy)
    if there is None or not there.startswith(b'{"format":'):
        return {path: content}
    registry = parse_registry(content, path)
    return {path: content, copy: compiled.compiled(registry.values, registry.text_sha256).encode()}


def _report(place: Place, part: Update, fingerprint: str) -> dict[str, bytes]:
    """The report of this part and the index of all, by their paths; none where the settings want none."""
    home = place.settings.report
    if not home:
        return {}
    days = [run.page.fetched_at.date() for run in part.runs if isinstance(run.page, Page)]
    with tempfile.TemporaryDirectory(prefix="octoregistry-") as name:
        folder = Path(name)
        for known in place.git.run("ls-tree", "-z", "--name-only", place.base_commit, f"{home}/").split("\0"):
            if known.endswith(".json"):
                content = place.git.blob(place.base_commit, known)
                (folder / PurePosixPath(known).name).write_bytes(content or b"")
        written = write_report(part, folder, f"{max(days, default=part.at.date())}-{fingerprint[:8]}")
        return {f"{home}/{file.name}": file.read_bytes() for file in (written.html, written.json, written.index)}
