"""What another registry says of a price, in our words and units."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation, Overflow
from typing import Any

from providers.dimensions import MODALITIES
from providers.vendors import Witness, vendors

PER_TOKEN = Decimal(1_000_000)
PER_MILLION = Decimal(1)


@dataclass(frozen=True, slots=True)
class RegistryPrice:
    """One price as `witness` had it on the day `as_of`: USD per million tokens, under the vendor's own API id."""

    witness: str
    provider: str
    model: str
    mode: str
    above_input_tokens: int | None
    dimension: str
    usd: Decimal
    as_of: date


@dataclass(frozen=True, slots=True)
class RegistryFacts:
    """What `witness` says of a model besides its prices, by the keys of models.yaml; None where it says nothing.

    Of a feature, True and False are both said.
    """

    witness: str
    provider: str
    model: str
    context_window: int | None = None
    max_output_tokens: int | None = None
    input_modalities: frozenset[str] | None = None
    output_modalities: frozenset[str] | None = None
    features: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Statements:
    """All that one registry says of the vendors' own APIs, where it was read and of which day it speaks."""

    witness: str
    url: str
    as_of: date
    prices: tuple[RegistryPrice, ...]
    from_cache: bool = False
    facts: tuple[RegistryFacts, ...] = ()


class NotARegistry(Exception):  # noqa: N818 - said as a sentence
    """The answer does not have the form of the registry that it should be."""


@dataclass(frozen=True, slots=True)
class Known:
    """A vendor that a registry knows, and how it writes of it."""

    provider: str
    witness: Witness


def known_to(witness: str) -> dict[str, Known]:
    """{what the registry calls a vendor: the vendor}, by the vendors' own files."""
    found = ((name, vendor.witnesses.get(witness)) for name, vendor in vendors().items())
    return {one.name: Known(name, one) for name, one in found if one is not None}


@dataclass(frozen=True, slots=True)
class PriceForm:
    """How a registry writes prices: its name, the day it speaks of, and the factor from its unit to USD per million."""

    witness: str
    as_of: date
    factor: Decimal = PER_MILLION

    def prices_of(
        self,
        known: Known,
        model: str,
        prices: Mapping[str, Any],
        words: Mapping[str, str],
        *,
        mode: str = "standard",
        above: int | None = None,
    ) -> Iterator[RegistryPrice]:
        """The statements in `prices`, whose keys `words` turns into dimensions; all other keys are not about tokens."""
        own = known.witness.own_id(model)
        for key, dimension in words.items():
            usd = dollars(prices.get(key), self.factor)
            if usd is not None and dimension not in known.witness.not_heard:
                yield RegistryPrice(self.witness, known.provider, own, mode, above, dimension, usd, self.as_of)


_LEAST, _MOST = Decimal("1e-9"), Decimal("1e9")


def dollars(value: Any, factor: Decimal) -> Decimal | None:
    """`value` × `factor`, or None for what is no price: below 1e-9 or above 1e9 USD per million tokens, and 0, which
    registries write for what they do not know."""
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        return None
    try:
        number = Decimal(value)
        usd = number * factor if number.is_finite() else Decimal(0)
    except (InvalidOperation, Overflow):
        return None
    return usd if _LEAST <= usd <= _MOST else None


def mapping(value: Any) -> Mapping[str, Any]:
    """`value` where it is a mapping, else an empty one: an odd entry says nothing, and the others are read."""
    return value if isinstance(value, dict) else {}


def entries(value: Any) -> list[Mapping[str, Any]]:
    """The mappings in a list; nothing where `value` is none."""
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def known_modalities(value: Any) -> frozenset[str] | None:
    """Those of a list that models.yaml has a word for; None where `value` is no list or names none of them."""
    return frozenset(value).intersection(MODALITIES) or None if _is_texts(value) else None


def said_of_features(entry: Mapping[str, Any], words: Mapping[str, str]) -> dict[str, bool]:
    """{feature: whether the entry says that the model has it}, for the features that `words` finds a key for."""
    return {feature: entry[key] for key, feature in words.items() if isinstance(entry.get(key), bool)}


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def tokens(value: Any) -> int | None:
    """A number of tokens, or None."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= 10**9 else None
