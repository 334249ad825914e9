"""What stands under `more`: models of which no page states a price in USD, and hosts that are called without a key variable.

Plain readers pass it over. A price of such a model is stated, or listed by the vendor's own API, and then given as any other;
or two other registries vouch for it, and then given to those alone who ask for it.
"""

from __future__ import annotations

from .dimensions import UnknownPriceError
from .tiers import vouched_by

TYPE_CHECKING = False  # typing takes longer to import than a price takes to find
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Protocol, TypeVar

    from .entries import Model
    from .pricing import Pricing

    class _Known(Protocol):
        """What of a registry is asked."""

        values: Mapping[str, Any]
        path: str
        text_sha256: str
        unusable: Mapping[tuple[str, str], Any]
        wider: dict[bool, Any]

        def __init__(self, values: Any, path: str, text_sha256: str, unusable: Any) -> None: ...
        def entries(self, provider: str) -> Mapping[str, Any]: ...
        def id_of(self, provider: str, model: str) -> str: ...
        def pricing(self, provider: str, model: str, place: str) -> Pricing: ...

    Known = TypeVar("Known", bound=_Known)


def with_hosts(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """The values of a registry with the hosts under `more` as further providers: those of their models whose price in USD is
    stated or listed.
    """
    hosts = {}
    for name, entry in values["more"].items():
        models = {model: one for model, one in entry["models"].items() if is_stated(one)}
        if models and name not in values["providers"]:
            hosts[name] = {**entry, "models": models}
    return {**values, "providers": {**values["providers"], **hosts}}


def is_stated(entry: Mapping[str, Any]) -> bool:
    """Whether a model under `more`, as the file has it, has a price in USD that its vendor states or lists."""
    return "input_per_million" in entry and not vouched_by(entry)


def with_more(registry: Known, *, vouched: bool = False) -> Known:
    """`registry` with all models under `more` in their providers, but for those without a price in USD; those that other
    registries alone vouch for only with `vouched`. A name that the provider itself has stays its own.
    """
    if "more" not in registry.values:
        return registry
    found: Known | None = registry.wider.get(vouched)
    if found is None:
        providers = dict(registry.values["providers"])
        for name, entry in registry.values["more"].items():
            own = providers.get(name, {"models": {}})
            further = _further(entry["models"], own["models"], vouched=vouched)
            if further:
                providers[name] = {**entry, **own, "models": {**own["models"], **further}}
        values = {**registry.values, "providers": providers}
        found = type(registry)(values, registry.path, registry.text_sha256, registry.unusable)
        registry.wider[vouched] = found
    return found


def _further(models: Mapping[str, Any], own: Mapping[str, Any], *, vouched: bool) -> dict[str, Any]:
    """The models whose prices are given, without the names that the provider's own models have."""
    taken = {name.lower() for model, entry in own.items() for name in (model, *entry.get("aliases", ()))}
    found = {}
    for model, entry in models.items():
        if model.lower() in taken or "input_per_million" not in entry or (not vouched and vouched_by(entry)):
            continue
        free = [alias for alias in entry.get("aliases", ()) if alias.lower() not in taken]
        found[model] = {**entry, "aliases": free} if "aliases" in entry else entry
    return found


def pricing_of_more(registry: _Known, provider: str, model: str, place: str) -> Pricing:
    """The prices of a model that stands under `more` alone.

    Raises UnknownModelError for one that does not, UnknownPriceError where no vendor states its price in USD.
    """
    there = registry.values["more"].get(provider, {"models": {}})["models"]
    named = (one for id_, one in there.items() if model in (id_, *one.get("aliases", ())))
    entry: Mapping[str, Any] = next(named, {})
    if entry and "input_per_million" not in entry:
        known = ", ".join(dict.fromkeys(rate.get("currency", "") for rate in entry.get("rates", ())))
        raise UnknownPriceError(f"{provider}/{model} has no known price in US dollars; known: {known or 'none'}")
    everything = with_more(registry, vouched=True)
    name = everything.id_of(provider, model)
    if who := vouched_by(everything.entries(provider)[name]):
        raise UnknownPriceError(
            f"{provider}/{name} has no price that its vendor states: vouched by {', '.join(who)} only: ask with vouched=True"
        )
    return everything.pricing(provider, name, place)


def models_of_more(registry: _Known, provider: str) -> dict[str, Model]:
    """The models under `more` of a provider, by id."""
    from .entries import Model  # noqa: PLC0415 - an update asks, and no price

    entries = registry.values.get("more", {}).get(provider, {"models": {}})["models"]
    return {model: Model.from_entry(provider, model, entry) for model, entry in entries.items()}
