"""An update, or a plan that was kept, carried out: the one way into the registry's file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from octoregistry.planning.plan import Plan
from octoregistry.publishing.merge_each import Merged, merge_each
from octoregistry.publishing.store import MovedOnError, replace_file, sweep
from octoregistry.settings import Settings
from octoregistry.update import Update, plan_text
from providers import compiled, parse_registry

_ATTEMPTS = 5


class NotCarriedOutError(Exception):
    """The registry has been left as it is; the text says why."""


@dataclass(frozen=True, slots=True)
class KeptPlan:
    """A plan as `--plan-out` keeps it, and the fingerprint of the registry that it was made against."""

    plan: Plan
    registry_sha256: str


def carry_out(update: Update, path: Path, settings: Settings, accepted: Sequence[str] = ()) -> Update:
    """The update as it was written to `path`, planned with `settings`. To be called under the registry's lock.

    What somebody edited since the registry was read is kept: the same sources are held against the new text. Raises
    OSError, RegistryError where the edited text is none, NotCarriedOutError where editing does not end.
    """
    for _ in range(_ATTEMPTS):
        try:
            if update.new_text != update.old_text:
                replace_file(path, update.new_text.encode(), expected=update.old_text.encode())
        except MovedOnError as moved:
            text = text_of(moved.content, path)
            update = plan_text(text, str(path), update.runs, settings, update.at, accepted, update.witnesses)
            continue
        sweep(path)
        bring_copy_along(path)
        return update
    raise NotCarriedOutError(f"{path} is edited again and again; it is left as it is")


def carry_out_plan(kept: KeptPlan, path: Path, *, dry_run: bool = False) -> tuple[str, Merged]:
    """The registry's text before, and what became of it, with the kept plan's applied changes written to `path`.

    To be called under the registry's lock. Raises NotCarriedOutError where the file is not the one that the plan was
    made against or a change has no place in it, OSError, RegistryError.
    """
    before = path.read_bytes()
    registry = parse_registry(before, str(path))
    if registry.text_sha256 != kept.registry_sha256:
        raise NotCarriedOutError(
            f"{path} has moved on since the plan was made (it was {kept.registry_sha256[:12]}…, "
            f"it is {registry.text_sha256[:12]}…): make a new plan"
        )
    text = text_of(before, path)
    merged = merge_each(text, str(path), kept.plan)
    if merged.refused:
        raise NotCarriedOutError("; ".join(map(str, merged.refused)))
    if not dry_run and merged.text != text:
        try:
            replace_file(path, merged.text.encode(), expected=before)
        except MovedOnError as moved:
            raise NotCarriedOutError(f"{moved}: make a new plan") from None
        bring_copy_along(path)
    return text, merged


def text_of(content: bytes, path: Path) -> str:
    """The bytes as text, to the letter; raises RegistryError where they are no UTF-8."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        parse_registry(content, str(path))  # raises, with the line
        raise


def bring_copy_along(path: Path) -> None:
    """None; the compiled copy that is shipped beside a packaged registry says what the registry says.

    A file of another kind that happens to have its name is left alone, and a registry without a copy gets none.
    """
    copy = Path(compiled.beside(str(path)))
    try:
        there = copy.read_bytes()
    except OSError:
        return
    registry = parse_registry(path.read_bytes(), str(path))
    wanted = compiled.compiled(registry.values, registry.text_sha256).encode()
    if there.startswith(b'{"format":') and there != wanted:
        replace_file(copy, wanted)
