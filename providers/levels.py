"""How sure a rate is, and who says so."""

from __future__ import annotations

TYPE_CHECKING = False  # typing takes longer to import than a price takes to find
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

LEVELS = ("stated", "listed", "vouched")
"""By the vendor's page, by the vendor's own price API, by two other registries that agree."""


def vouched_by(entry: Mapping[str, Any]) -> tuple[str, ...]:
    """The registries that alone vouch for the prices of a model, as the file has it; none where the vendor states them."""
    return tuple(dict.fromkeys(who for rate in entry.get("rates", ()) for who in rate.get("vouched_by", ())))
