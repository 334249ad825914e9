"""The mask that hides secrets in all that is printed or written."""

from __future__ import annotations

from collections.abc import Iterable

from providers.secret_spellings import spellings

MASK = "***"


class SecretMask:
    """Secrets that must not be shown, in whatever spelling."""

    def __init__(self, values: Iterable[str]) -> None:
        self._values = tuple(values)
        self._pattern = spellings(self._values)

    def __repr__(self) -> str:
        return f"<{len(self._values)} secrets>"

    def masked(self, text: str) -> str:
        """`text` with every secret masked."""
        return self._pattern.sub(MASK, text) if self._pattern else text
