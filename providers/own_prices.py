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
    prompts of every size and calls that are answered anywhere; what they leave out of a mode has no price, nor has one
    region. `discount`, there or under "provider", is the share that all the vendor's token prices cost less; that of a model
    stands in place of its provider's. Charges stay the vendor's. Nothing is written anywhere. Raises OwnPricesError, also for
    two tables of one thing, and UnknownModelError for a provider or model that the registry does not have.
    """
    check_own_prices(own)
    vendors, models = _by_name(registry, own)
    of_all = {(provider, name): table for provider, table in vendors.items() for name in registry.entries(provider)}
    return _with(registry, models, own, _with(registry, of_all, own, registry))


def _by_name(
    registry: _Known, own: Mapping[str, Any]
) -> tuple[dict[str, Mapping[str, Any]], dict[tuple[str, str], Mapping[str, Any]]]:
    """The tables of providers, and those of models by (provider, id); raises OwnPricesError for two of one thing."""
    found: dict[tuple[str, str], tuple[str, Mapping[str, Any]]] = {}
    for key, table in own.items():
        called, slash, model = key.partition("/")
        provider = registry.provider_called(called)
        registry.entries(provider)  # raises for one that is not there
        name = provider, registry.id_of(provider, model) if slash else ""
        if name in found:
            same = "/".join(filter(None, name))
            raise OwnPricesError(f"prices.{key}: {same} has a table already, prices.{found[name][0]}; keep one of them")
        found[name] = key, table
    return (
        {provider: table for (provider, model), (_, table) in found.items() if not model and table},
        {name: table for name, (_, table) in found.items() if name[1]},
    )


def _with(
    registry: Known, tables: Mapping[tuple[str, str], Mapping[str, Any]], own: Mapping[str, Any], less: Known
) -> Known:
    """`less`, which is `registry` with the providers' discounts, with the models' own tables in it: a discount of a model
    stands in place of its provider's, a price in place of one that is discounted.
    """
    providers = {name: dict(entry, models=dict(entry["models"])) for name, entry in less.values["providers"].items()}
    for (provider, name), table in tables.items():
        if (provider, name) not in registry.unusable:
            before = registry if "discount" in table else less
            plain = before.rates_of(provider, name)
            providers[provider]["models"][name] = _changed(before.entries(provider)[name], table, plain)
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
    new = [{"mode": mode, "from": start, **_exact(table[mode])} for mode in modes]
    ends = [
        {"mode": mode, **qualifiers, **({"from": start} if before else {})}
        for qualifiers in _qualifiers(apart)
        for mode in modes
    ]
    without = {key: value for key, value in entry.items() if key != "source"}  # they are from no page
    return {
        **without,
        "rates": [*_before(plain, modes, before), *new, *_before(apart, modes, before), *ends],
        "yours": [mode for mode in MODES if mode in modes or mode in entry.get("yours", ())],
        "contract": dict.fromkeys(modes, before),
    }


def _before(rates: Sequence[Mapping[str, Any]], modes: Sequence[str], day: str) -> list[Mapping[str, Any]]:
    """The rates of other modes, and those of `modes` that began before a day."""
    return [rate for rate in rates if rate["mode"] not in modes or rate.get("from", "") < day]


def _qualifiers(apart: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The regions and currencies that rates are of: what a contract makes of a price there, nobody said."""
    found = [{key: rate[key] for key in ("place", "currency") if key in rate} for rate in apart]
    return [one for place, one in enumerate(found) if one not in found[:place]]


def _exact(prices: Mapping[str, Any]) -> dict[str, Decimal]:
    return {name: Decimal(value) for name, value in prices.items()}


def _times(rate: Mapping[str, Any], left: Decimal) -> dict[str, Any]:
    return {key: times(value, left) if key in DIMENSIONS else value for key, value in rate.items()}
