"""Thresholds of the guards."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Limits:
    """The thresholds for one provider.

    - `moved`: a price that rises or falls by this factor is held.
    - `share`: when more than this share of a provider's models change or vanish at once, the changes are held. New
      models do not count.
    - `share_from`: the share is not checked when fewer models than this change.
    - `unwitnessed`: a price that rises or falls by more than this factor is held where no other registry was reached; None
      for never.
    - `month`: a price is measured against that of so many days before, too.
    - `pause_days`: a model's price moves unseen once in so many days.
    - `witness_days`: a witness can contradict a page only if its data is at most this many days older or newer.
    """

    moved: Decimal = Decimal(3)
    share: Decimal = Decimal("0.6")
    share_from: int = 3
    witness_days: int = 7
    unwitnessed: Decimal | None = Decimal("1.5")
    month: int = 30
    pause_days: int = 7
