"""Whether the registry that came with the package is newer than the one in use."""

from __future__ import annotations

import os
from datetime import date

from providers import Registry, RegistryError, load_registry
from providers.registry import PACKAGED

CURE = "`octoregistry update --from-package` brings what it has, as a page of that day"


def newer_packaged(registry: Registry, provider: str | None = None, model: str | None = None) -> date | None:
    """The day of the packaged registry, or of its `model`, where that is later than the day of `registry`; else None.

    The day of a registry is that of its newest check. None also for the packaged registry itself.
    """
    if os.path.realpath(registry.path) == os.path.realpath(PACKAGED):
        return None
    try:
        packaged = load_registry(PACKAGED)
    except RegistryError:  # an installation that is broken is told by `doctor`, not by every price
        return None
    theirs, ours = (_checked(each, provider, model) for each in (packaged, registry))
    return date.fromisoformat(theirs) if theirs > ours else None


def _checked(registry: Registry, provider: str | None, model: str | None) -> str:
    """The newest day of a check, as ISO text, of all models or of one; empty where there is none."""
    return max(
        (
            str(entry.get("source", {}).get("checked", ""))
            for name, entries in registry.values["providers"].items()
            if provider in (None, name)
            for known, entry in entries["models"].items()
            if model in (None, known)
        ),
        default="",
    )
