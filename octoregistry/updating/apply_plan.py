"""Applies a stored plan to the registry that it was made against, the whole plan or nothing."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from octoregistry.merging.merge_each import Merged, merge_each
from octoregistry.merging.registry_file import NotCarriedOutError, bring_copy_along, text_of
from octoregistry.merging.store import MovedOnError, replace_file
from octoregistry.planning.plan import Plan
from providers.files import bytes_of


@dataclass(frozen=True, slots=True)
class StoredPlan:
    """A plan as `--plan-out` keeps it, and the fingerprint of the registry that it was made against."""

    plan: Plan
    registry_sha256: str


def apply_plan(stored: StoredPlan, path: Path, *, dry_run: bool = False) -> tuple[str, Merged]:
    """The registry's text before, and what became of it, with the kept plan's applied changes written to `path`.

    To be called under the registry's lock. Raises NotCarriedOutError where the file is not the one that the plan was
    made against or a change has no place in it, OSError, RegistryError.
    """
    before = bytes_of(path)
    sha256 = hashlib.sha256(before).hexdigest()
    if sha256 != stored.registry_sha256:
        raise NotCarriedOutError(
            f"{path} has moved on since the plan was made (it was {stored.registry_sha256[:12]}…, "
            f"it is {sha256[:12]}…): make a new plan"
        )
    text = text_of(before, path)
    merged = merge_each(text, str(path), stored.plan)
    if merged.refused:
        raise NotCarriedOutError("; ".join(map(str, merged.refused)))
    if not dry_run and merged.text != text:
        try:
            replace_file(path, merged.text.encode(), expected=before)
        except MovedOnError as moved:
            raise NotCarriedOutError(f"{moved}: make a new plan") from None
        bring_copy_along(path)
    return text, merged
