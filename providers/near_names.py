"""What to say of a name that is not there: the names that are near it."""

from __future__ import annotations

import difflib

TYPE_CHECKING = False  # typing takes longer to import than a price takes to find
if TYPE_CHECKING:
    from typing import Any


def unknown_name(what: str, name: Any, known: list[str], path: str) -> str:
    """That `path` has no such name, with those that begin so, else those with much in common."""
    begun = str(name).strip().lower()
    complete = [each for each in known if begun and each.lower().startswith(begun)][:10]
    near = complete or difflib.get_close_matches(str(name), known, 5, 0.5)
    listed = (
        f"near names: {', '.join(near)} (of {len(known)})" if near else f"{len(known)} known: {', '.join(known[:10])}"
    )
    return f"{what} {name!r} in {path}; {listed}{', …' if not near and len(known) > 10 else ''}"
