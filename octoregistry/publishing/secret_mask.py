"""The mask that hides secrets in all that is printed or written."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

MASK = "***"


class SecretMask:
    """Secrets that must not be shown. `masked` finds them raw, URL-encoded, and in base64 wherever it begins."""

    def __init__(self, values: Iterable[str]) -> None:
        known = {value for value in values if value}
        forms = {form for value in known for form in _forms(value)}
        self._forms = sorted(forms, key=len, reverse=True)

    def __repr__(self) -> str:
        return f"<{len(self._forms)} secret forms>"

    def masked(self, text: str) -> str:
        """`text` with every form of every secret masked."""
        for form in self._forms:
            text = text.replace(form, MASK)
        return text


def _forms(secret: str) -> Iterable[str]:
    yield secret
    yield quote(secret, safe="")
    yield quote_plus(secret)
    for behind in range(3):  # in base64 a text looks different behind 0, 1 or 2 more letters
        encoded = base64.b64encode(b"\0" * behind + secret.encode()).decode()
        first = (behind * 8 + 5) // 6  # the letters before it depend on what stands in front
        last = (behind + len(secret.encode())) * 8 // 6  # and the one behind it on what follows
        if last - first >= 8:
            yield encoded[first:last]
            yield encoded[first:last].replace("+", "-").replace("/", "_")
