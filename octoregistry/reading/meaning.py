"""What the parts of a shape mean, in words that hold no figure: what a language model answers, and what is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

DIMENSION_WORDS = ("input", "output", "cached_input", "cache_write_5m", "cache_write_1h", "cache_storage_hour")
MODE_WORDS = ("standard", "batch", "flex", "priority")
TIER_WORDS = ("base_context", "long_context")
MODALITY_WORDS = ("text", "image", "video", "audio")
UNIT_WORDS = ("per_1m_tokens", "per_1k_tokens", "per_token", "other_unit")
PLACE_WORDS = ("names", "prices", "in_cells", "mode_of_row", "tier_of_row", "modality_of_row")
WORDS = (*PLACE_WORDS, *DIMENSION_WORDS, *MODE_WORDS, *TIER_WORDS, *MODALITY_WORDS, *UNIT_WORDS)
"""All that can be said of a part of a table."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the tables of one shape mean.

    `names` says where the models' names stand: `C1` (a column, counted from 1), `R` (the header row), `H` (the heading),
    `P` (the passage before the table); None where the tables price nothing by the token. `columns` are by number from
    1, `rows` and `overs` by the label's key; a label that was seen and means nothing has no words.
    """

    fingerprint: str
    provider: str
    header: tuple[str, ...]
    names: str | None
    columns: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    rows: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    overs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    witness: str = "known"
    reviewed: bool = False
    day: str = ""


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of a passage that state prices, as the page has them but for the amounts (`$#`), and what they price.

    `nth` tells which of several equal ones in the passage is meant, counted from 0.
    """

    quote: str
    model: str
    dimension: str
    mode: str | None = None
    tier: str | None = None
    nth: int = 0

    def qualified(self, mode: str | None, tier: str | None) -> Quote:
        """The same words, with the mode and the size of prompts that they hold for."""
        return replace(self, mode=mode, tier=tier)


@dataclass(frozen=True, slots=True)
class Quotes:
    """What a passage of one wording states; with no quotes it states no token price."""

    fingerprint: str
    provider: str
    begins: str
    quotes: tuple[Quote, ...] = ()
    witness: str = "known"
    reviewed: bool = False
    day: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A shape or passage of which a language model, asked twice, gave no reading that could be taken."""

    fingerprint: str
    provider: str
    reason: str
    witness: str
    day: date

    def holds(self, witness: str, day: date) -> bool:
        """True where `witness` need not be asked again on `day`: it would most likely cost the same for the same nothing."""
        return self.witness == witness and day < self.ends

    @property
    def ends(self) -> date:
        """The day from which on it is asked again."""
        return self.day + _ASKED_AGAIN


_ASKED_AGAIN = timedelta(days=7)


def witness_of(kept: Meaning | Quotes) -> str:
    """Who vouches: `known` where a person has looked, else whoever said it (`llm:MODEL`)."""
    return "known" if kept.reviewed else kept.witness
