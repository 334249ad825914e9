"""What the registry says of a provider and of a model, as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from .dimensions import DIMENSIONS


@dataclass(frozen=True, slots=True)
class Rate:
    """The prices of one model in one mode, for prompts above some size, from some day on.

    Without a `start` it holds as far back as is known.
    `prices` are USD per million tokens by dimension; a rate without any says that from `start` nothing is known.
    `derived` marks prices that no page states: standard prices with the vendor's general batch discount applied.
    """

    mode: str
    prices: Mapping[str, Decimal] = field(default_factory=dict)
    above_input_tokens: int | None = None
    start: date | None = None
    derived: bool = False

    @classmethod
    def from_entry(cls, entry: Mapping[str, Any]) -> Rate:
        """The rate that an entry of `rates` states."""
        start = entry.get("from")
        return cls(
            mode=entry["mode"],
            prices={name: Decimal(entry[name]) for name in DIMENSIONS if name in entry},
            above_input_tokens=entry.get("above_input_tokens"),
            start=date.fromisoformat(start) if start else None,
            derived=entry.get("derived", False),
        )


@dataclass(frozen=True, slots=True)
class Source:
    """Where the prices of a model were read, on which day, and the fingerprint of what was read."""

    page: str | None = None
    checked: date | None = None
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Model:
    """An entry of the registry, as it stands there: what falls to the provider or the defaults is None here."""

    provider: str
    id: str
    display_name: str
    input_per_million: Decimal | None = None
    output_per_million: Decimal | None = None
    batch_support: bool = True
    aliases: tuple[str, ...] = ()
    context_window: int | None = None
    max_output_tokens: int | None = None
    status: str = "active"
    retires_on: date | None = None
    missing_since: date | None = None
    realtime_multiplier: Decimal | None = None
    rates: tuple[Rate, ...] = ()
    source: Source | None = None

    @classmethod
    def from_entry(cls, provider: str, model: str, entry: Mapping[str, Any]) -> Model:
        """The model that an entry of `models` states."""
        source = entry.get("source")
        return cls(
            provider=provider,
            id=model,
            display_name=entry["display_name"],
            input_per_million=_decimal(entry.get("input_per_million")),
            output_per_million=_decimal(entry.get("output_per_million")),
            batch_support=entry.get("batch_support", True),
            aliases=tuple(entry.get("aliases", ())),
            context_window=entry.get("context_window"),
            max_output_tokens=entry.get("max_output_tokens"),
            status=entry.get("status", "active"),
            retires_on=_day(entry.get("retires_on")),
            missing_since=_day(entry.get("missing_since")),
            realtime_multiplier=_decimal(entry.get("realtime_multiplier")),
            rates=tuple(Rate.from_entry(rate) for rate in entry.get("rates", ())),
            source=Source(source.get("page"), _day(source.get("checked")), source.get("sha256")) if source else None,
        )


@dataclass(frozen=True, slots=True)
class Provider:
    """A vendor: how it is reached, what it prices by, and its models by id. `realtime_multiplier` is the one in force,
    its own or that of the defaults; `batch_discount` the share that its batch prices are below the standard ones, where
    the vendor states one in general."""

    name: str
    env_var: str
    default_model: str
    realtime_multiplier: Decimal
    sdk: str | None = None
    batch_discount: Decimal | None = None
    models: Mapping[str, Model] = field(default_factory=dict)


def _decimal(number: Any) -> Decimal | None:
    return None if number is None else Decimal(number)


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
