"""Writes an update into the registry's file, also if somebody edits the file meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from octoregistry.merging.registry_file import NotCarriedOutError, bring_copy_along, text_of
from octoregistry.merging.store import MovedOnError, replace_file, sweep
from octoregistry.settings import Settings
from octoregistry.updating.update import Update, plan_text

_ATTEMPTS = 5


def write_update(
    update: Update,
    path: Path,
    settings: Settings,
    accepted: Sequence[str] = (),
    again: Callable[[str], Update] | None = None,
) -> Update:
    """The update as it was written to `path`, planned with `settings`. To be called under the registry's lock.

    What somebody edited since the registry was read is kept: the same sources are held against the new text, or what
    plans `again` is asked. Raises OSError, RegistryError where the edited text is none, NotCarriedOutError where
    editing does not end.
    """
    for _ in range(_ATTEMPTS):
        try:
            if update.new_text != update.old_text:
                replace_file(path, update.new_text.encode(), expected=update.old_text.encode())
        except MovedOnError as moved:
            text = text_of(moved.content, path)
            sources = (update.runs, settings, update.at, accepted, update.witnesses)
            update = (
                again(text)
                if again
                else plan_text(text, str(path), *sources, offline=update.offline, vouched=update.vouched)
            )
            continue
        sweep(path)
        bring_copy_along(path)
        return update
    raise NotCarriedOutError(f"{path} is edited again and again; it is left as it is")
