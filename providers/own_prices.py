"""A person's own prices, as they have negotiated them, over those of a registry: in memory alone, and marked as theirs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Protocol, TypeVar

from .dimensions import DIMENSIONS, MODES
from .exact import times

_EVER = "2000-01-01"  # before any price that is known
_BESIDE = ("discount", "from")


class OwnPricesError(ValueError):
    """A person's own prices cannot be used; the text names the key and what may stand there."""


class _Known(Protocol):
    """What of a registry is asked."""

    values: Mapping[str, Any]
    path: str
    text_sha256: str
    unusable: Mapping[tuple[str, str], Any]

    def __init__(self, values: Any, path: str, text_sha256: str, unusable: Any) -> None: ...
    def provider_called(self, text: str) -> str: ...
    def entries(self, provider: str) -> Mapping[str, Any]: ...
    def id_of(self, provider: str, model: str) -> str: ...
    def rates_of(self, provider: str, model: str) -> Sequence[Mapping[str, Any]]: ...


Known = TypeVar("Known", bound=_Known)


def with_own_prices(registry: Known, own: Mapping[str, Any]) -> Known:
    """`registry` with a person's `own` prices in place of the vendors', each such model marked (`Model.yours`).

    Under "provider/model" a table has USD per million tokens by mode, and may say from which day on (`from`): they hold for
    prompts of every size, and what they leave out of a mode has no price. `discount`, there or under "provider", is the share
    that all the vendor's prices cost less. Nothing is written anywhere. Raises OwnPricesError, and UnknownModelError for a
    model that the registry does not have.
    """
    check_own_prices(own)
    providers = {
        name: dict(entry, models=dict(entry["models"])) for name, entry in registry.values["providers"].items()
    }
    for key, table in sorted(own.items()):  # a provider before its models
        provider, slash, model = key.partition("/")
        provider = registry.provider_called(provider)
        models = providers.get(provider, {}).get("models", {})
        names = [registry.id_of(provider, model)] if slash else [*registry.entries(provider)]
        for name in names:
            if (provider, name) not in registry.unusable:
                plain = registry.rates_of(provider, name)
                models[name] = _changed(models[name], table, plain)
    values = {**registry.values, "providers": providers}
    return type(registry)(
        values, f"{registry.path} with prices of yours", f"{registry.text_sha256}+{own!r}", registry.unusable
    )


def check_own_prices(own: Mapping[str, Any]) -> None:
    """Raises OwnPricesError for a mode or dimension that there is none of, and for what is no price."""
    for key, table in own.items():
        at = f"prices.{key}"
        if not isinstance(table, Mapping):
            raise OwnPricesError(f"{at}: no table")
        for name, value in table.items():
            if name == "discount":
                if not _is_number(value) or not 0 < value < 1:
                    raise OwnPricesError(f"{at}.discount: no share between 0 and 1")
            elif name == "from":
                if type(value) is not date:
                    raise OwnPricesError(f"{at}.from: no day")
            elif name not in MODES or "/" not in key:
                there = ", ".join((*MODES, *_BESIDE)) if "/" in key else "discount; a price needs its model"
                raise OwnPricesError(f"{at}.{name}: no such key; there are {there}")
            else:
                _check_prices(f"{at}.{name}", value)
        if "discount" in table and len(table) > 1:
            raise OwnPricesError(f"{at}.discount: stands alone, or beside nothing of {', '.join((*MODES, 'from'))}")


def _check_prices(at: str, prices: Any) -> None:
    if not isinstance(prices, Mapping) or not prices:
        raise OwnPricesError(f"{at}: no table of prices, USD per million tokens")
    for name, value in prices.items():
        if name not in DIMENSIONS:
            raise OwnPricesError(f"{at}.{name}: no such dimension; there are {', '.join(DIMENSIONS)}")
        if not _is_number(value) or value < 0:
            raise OwnPricesError(f"{at}.{name}: no price")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool) and Decimal(value).is_finite()


def _changed(entry: Mapping[str, Any], table: Mapping[str, Any], plain: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The entry of a model by a person's own table; `plain` are the rates that its costs follow from."""
    apart = [rate for rate in entry.get("rates", ()) if "place" in rate or "currency" in rate]
    if "discount" in table:
        left = 1 - Decimal(table["discount"])
        rates = [_times(rate, left) for rate in (*plain, *apart)]
        plains = {key: times(entry[key], left) for key in ("input_per_million", "output_per_million") if key in entry}
        return {**entry, **plains, "rates": rates, "yours": list(dict.fromkeys(rate["mode"] for rate in rates))}
    start = table["from"].isoformat() if "from" in table else _EVER
    modes = [mode for mode in MODES if mode in table]
    before = start if "from" in table else ""  # without a day they hold for all days
    kept: list[Mapping[str, Any]] = [
        rate for rate in plain if rate["mode"] not in modes or rate.get("from", "") < before
    ]
    new = [{"mode": mode, "from": start, **_exact(table[mode])} for mode in modes]
    without = {key: value for key, value in entry.items() if key != "source"}  # they are from no page
    return {**without, "rates": [*kept, *new, *apart], "yours": modes}


def _exact(prices: Mapping[str, Any]) -> dict[str, Decimal]:
    return {name: Decimal(value) for name, value in prices.items()}


def _times(rate: Mapping[str, Any], left: Decimal) -> dict[str, Any]:
    return {key: times(value, left) if key in DIMENSIONS else value for key, value in rate.items()}
