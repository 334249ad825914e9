"""How far a change may go unseen: the numbers that the guards ask for."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Limits:
    """The guards' numbers for one provider.

    - `moved`: a price that rises or falls by this factor is held.
    - `share`: more than this share of a provider's models changed at once, or gone at once, is held. Of fewer models
      than `share_from` a share says nothing. New models never count: the first filling of an empty provider changes
      nothing that was known, while a takeover of a filled one changes what was.
    - `witness_days`: another registry contradicts a page only where its word is of the page's day, give or take these.
    """

    moved: Decimal = Decimal(3)
    share: Decimal = Decimal("0.6")
    share_from: int = 3
    witness_days: int = 7
