"""An entry of a vendor's model list, as far as planning needs it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class ListedModel:
    """What a vendor's API says of one model; None where it does not say."""

    id: str
    display_name: str | None = None
    context_window: int | None = None
    max_output_tokens: int | None = None
    batch_support: bool | None = None
    status: str | None = None
    retires_on: date | None = None
