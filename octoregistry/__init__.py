"""The service that keeps models.yaml true: sources, documents, reading, planning, publishing, costing.

    from octoregistry import get_pricing, plan_update, load_settings, cost_frame

`get_pricing` and all else of `providers` need nothing but the registry, `plan_update` reads the vendors' pages and writes
nothing, `cost_frame` needs the extra `scale`. docs/python.md shows each.
"""

from __future__ import annotations

import importlib
import os
from importlib.machinery import PathFinder
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from octoregistry.costing.frames import cost_frame as cost_frame
    from octoregistry.settings import load_settings as load_settings
    from octoregistry.updating.update import Update as Update
    from octoregistry.updating.update import plan_update as plan_update
    from providers import get_pricing as get_pricing

# name -> where it stands; each is imported when it is first asked for, since most programs need one of them
_ROOMS = {
    "Update": "octoregistry.updating.update",
    "cost_frame": "octoregistry.costing.frames",
    "get_pricing": "providers",
    "load_settings": "octoregistry.settings",
    "plan_update": "octoregistry.updating.update",
}

__all__ = ["Update", "cost_frame", "get_pricing", "load_settings", "plan_update"]


def _check_providers() -> None:
    """Raise ImportError where another folder called `providers` stands before ours on the path: its errors would name neither."""
    found = PathFinder.find_spec("providers")
    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120 - no pathlib for a price
    if found is None:  # it comes by another way than the path, and whoever made that knows
        return
    place = os.path.abspath(found.origin) if found.origin else ""  # noqa: PTH100
    if os.path.dirname(os.path.dirname(place)) != here:  # noqa: PTH120
        raise ImportError(
            f"octoregistry needs its own package `providers`, and {place or 'a folder without __init__.py'} is found before it: "
            "rename that folder, or start Python elsewhere"
        )


_check_providers()

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """A public name, imported when it is first asked for."""
        if name not in _ROOMS:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        try:
            return getattr(importlib.import_module(_ROOMS[name]), name)
        except ModuleNotFoundError as error:
            if name != "cost_frame":
                raise
            raise ImportError(f"cost_frame needs the extra: pip install 'octoregistry[scale]' ({error})") from error
