"""What the registry says of a provider and of a model, as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from .charge import Charge
from .dimensions import DIMENSIONS, PLAIN_CURRENCY, PLAIN_PLACE
from .rates import ENDLESS


@dataclass(frozen=True, slots=True)
class Rate:
    """The prices of one model in one mode, for prompts above and up to some size, from some day on.

    Without a `start` it holds as far back as is known. `seen_before` is the last day on which the price before it was
    seen, where no page states the day of the change: between the two either may have held. `read_on` is the day of the page
    that moved its prices, where that is not `start`.
    `prices` are per million tokens by dimension, in `currency`, of calls that are answered in the region `place`, "global" for
    anywhere; a rate without any says that from `start` nothing is known.
    `derived` marks prices that no page states: standard prices with the vendor's general batch discount applied;
    `derived_dimensions` are those of them that stand beside stated ones.
    `level` says how sure they are: "stated" by the vendor's page, "listed" by the vendor's own price API, or "vouched": by the
    registries `vouched_by` alone, which all had them on the day `seen_on`.
    `up_to_input_tokens` is the longest prompt that the rate answers for; `up_to_derived` marks a bound that no label
    states, the smallest threshold that is known of the vendor.
    """

    mode: str
    prices: Mapping[str, Decimal] = field(default_factory=dict)
    above_input_tokens: int | None = None
    start: date | None = None
    derived: bool = False
    derived_dimensions: tuple[str, ...] = ()
    up_to_input_tokens: int | None = None
    up_to_derived: bool = False
    seen_before: date | None = None
    read_on: date | None = None
    place: str = PLAIN_PLACE
    currency: str = PLAIN_CURRENCY
    level: str = "stated"
    vouched_by: tuple[str, ...] = ()
    seen_on: date | None = None

    @property
    def is_plain(self) -> bool:
        """True for prices in US dollars of calls that are answered anywhere."""
        return (self.place, self.currency) == (PLAIN_PLACE, PLAIN_CURRENCY)

    @property
    def first_day(self) -> int:
        """The number of the first day on which it holds; 0 for as far back as is known."""
        return self.start.toordinal() if self.start else 0

    @property
    def unsure_after(self) -> int:
        """The number of the day after which it may have held."""
        return self.seen_before.toordinal() if self.seen_before else self.first_day

    @property
    def above(self) -> int:
        """The longest prompt, in tokens, that it is not for; -1 for none."""
        return -1 if self.above_input_tokens is None else self.above_input_tokens

    @property
    def up_to(self) -> float:
        """The longest prompt, in tokens, that it answers for; infinity without a bound."""
        return ENDLESS if self.up_to_input_tokens is None else self.up_to_input_tokens

    @classmethod
    def from_entry(cls, entry: Mapping[str, Any]) -> Rate:
        """The rate that an entry of `rates` states."""
        return cls(
            mode=entry["mode"],
            prices={name: Decimal(entry[name]) for name in DIMENSIONS if name in entry},
            above_input_tokens=entry.get("above_input_tokens"),
            start=_day(entry.get("from")),
            derived=entry.get("derived", False),
            derived_dimensions=tuple(entry.get("derived_dimensions", ())),
            up_to_input_tokens=entry.get("up_to_input_tokens"),
            up_to_derived=entry.get("up_to_derived", False),
            seen_before=_day(entry.get("seen_before")),
            read_on=_day(entry.get("read_on")),
            place=entry.get("place", PLAIN_PLACE),
            currency=entry.get("currency", PLAIN_CURRENCY),
            level=entry.get("level", "stated"),
            vouched_by=tuple(entry.get("vouched_by", ())),
            seen_on=_day(entry.get("seen_on")),
        )


@dataclass(frozen=True, slots=True)
class Source:
    """Where the prices of a model were read, on which day, and the fingerprint of what was read.

    `via` is "digest" where a digest of the page was read and not the page itself.
    """

    page: str | None = None
    checked: date | None = None
    sha256: str | None = None
    via: str | None = None

    @classmethod
    def from_entry(cls, entry: Mapping[str, Any]) -> Source:
        """The source that an entry of `source` states."""
        return cls(
            page=entry.get("page"),
            checked=_day(entry.get("checked")),
            sha256=entry.get("sha256"),
            via=entry.get("via"),
        )


@dataclass(frozen=True, slots=True)
class Model:
    """An entry of the registry, as it stands there: what falls to the provider or the defaults is None here.

    `first_seen` is the day of the first reading: no cost is known before it. `last_seen` gives the day on which the page
    last stated a mode, for the modes that it did not state on `source.checked`. `former_aliases` gives the day from which a
    name is another model's. `rates` are in US dollars and of calls anywhere, `apart` those of one region or in another currency.
    `yours` are the modes whose prices are a person's own.
    """

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
    first_seen: date | None = None
    deprecated_on: date | None = None
    replaced_by: str | None = None
    kind: str | None = None
    input_modalities: tuple[str, ...] = ()
    output_modalities: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    facts_from: Mapping[str, str] = field(default_factory=dict)
    last_seen: Mapping[str, date] = field(default_factory=dict)
    former_aliases: Mapping[str, date] = field(default_factory=dict)
    apart: tuple[Rate, ...] = ()
    charges: tuple[Charge, ...] = ()
    yours: tuple[str, ...] = ()

    def seen_on(self, mode: str) -> date | None:
        """The day on which the page last stated a mode; None where nobody wrote it down."""
        return self.last_seen.get(mode, self.source.checked if self.source else None)

    @classmethod
    def from_entry(cls, provider: str, model: str, entry: Mapping[str, Any]) -> Model:
        """The model that an entry of `models` states."""
        source, modalities = entry.get("source"), entry.get("modalities", {})
        rates = tuple(Rate.from_entry(rate) for rate in entry.get("rates", ()))
        return cls(
            provider=provider,
            id=model,
            display_name=entry["display_name"],
            input_per_million=_decimal(entry.get("input_per_million")),
            output_per_million=_decimal(entry.get("output_per_million")),
            batch_support=entry.get("batch_support", True),
            aliases=tuple(entry.get("aliases", ())),
            former_aliases={name: date.fromisoformat(day) for name, day in entry.get("former_aliases", {}).items()},
            context_window=entry.get("context_window"),
            max_output_tokens=entry.get("max_output_tokens"),
            status=entry.get("status", "active"),
            retires_on=_day(entry.get("retires_on")),
            missing_since=_day(entry.get("missing_since")),
            realtime_multiplier=_decimal(entry.get("realtime_multiplier")),
            rates=tuple(rate for rate in rates if rate.is_plain),
            apart=tuple(rate for rate in rates if not rate.is_plain),
            source=Source.from_entry(source) if source else None,
            first_seen=_day(entry.get("first_seen")),
            deprecated_on=_day(entry.get("deprecated_on")),
            replaced_by=entry.get("replaced_by"),
            kind=entry.get("kind"),
            input_modalities=tuple(modalities.get("input", ())),
            output_modalities=tuple(modalities.get("output", ())),
            features=tuple(entry.get("features", ())),
            facts_from=entry.get("facts_from", {}),
            yours=tuple(entry.get("yours", ())),
            last_seen={mode: date.fromisoformat(day) for mode, day in entry.get("last_seen", {}).items()},
            charges=tuple(Charge.from_entry(charge, model) for charge in entry.get("charges", ())),
        )


@dataclass(frozen=True, slots=True)
class Provider:
    """A vendor: how it is reached, what it prices by, and its models by id. `realtime_multiplier` is the one in force,
    its own or that of the defaults; `batch_discount` the share that its batch prices are below the standard ones, where
    the vendor states one in general. `env_var` is None of one that is asked without a key, `default_model` None where a
    call must name its model. `charges` are those of its tools, and of models of which no token has a price."""

    name: str
    env_var: str | None
    default_model: str | None
    realtime_multiplier: Decimal
    sdk: str | None = None
    batch_discount: Decimal | None = None
    models: Mapping[str, Model] = field(default_factory=dict)
    charges: tuple[Charge, ...] = ()
    charges_source: Source | None = None


def _decimal(number: Any) -> Decimal | None:
    return None if number is None else Decimal(number)


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
