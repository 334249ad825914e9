"""The registry as plain dicts with floats, for programs that read the file's own structure."""

from __future__ import annotations

from decimal import Decimal

from .registry import load_registry

TYPE_CHECKING = False  # typing takes longer to import than a price takes to find
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any


def load_model_registry() -> dict[str, Any]:
    """The registry but for `more`, a copy for each call. Every provider has its multiplier, stated or by default."""
    registry = load_registry()
    values: dict[str, Any] = _plain(registry.written)
    values.pop("more", None)
    for name, model in registry.unusable:
        values["providers"].get(name, {"models": {}})["models"].pop(model, None)
    for provider in values["providers"].values():
        provider.setdefault("realtime_multiplier", values["defaults"]["realtime_multiplier"])
    return values


def get_all_providers() -> dict[str, dict[str, Any]]:
    """Every provider's entry by name, models included."""
    providers: dict[str, dict[str, Any]] = load_model_registry()["providers"]
    return providers


def get_provider_info(provider: str) -> dict[str, Any]:
    """The entry of a provider (env_var, sdk, default_model, multiplier, models); empty for an unknown one."""
    return get_all_providers().get(provider, {})


def get_provider_models(
    provider: str,
    all: bool = False,  # noqa: A002 - all of them
    *,
    kind: str = "chat",
    needs: Sequence[str] = (),
) -> dict[str, dict[str, Any]]:
    """The entries of a provider's models by id; empty for an unknown provider.

    Without `all` only those of `kind` that are in service today, still on the vendor's pages and not about to retire, and
    have the features in `needs`, so that the cheapest of them can do the task; the default model is always among them.
    """
    info = get_provider_info(provider)
    models: dict[str, dict[str, Any]] = info.get("models", {})
    if all or not models:
        return models
    from datetime import datetime, timezone  # noqa: PLC0415 - see TYPE_CHECKING above

    from .selection import Task, recommended  # noqa: PLC0415

    task, today = Task(kind, tuple(needs)), datetime.now(timezone.utc).date()  # noqa: UP017 - as in pricing
    fit = {model.id for model in recommended(load_registry().models(provider).values(), task, today)}
    return {name: entry for name, entry in models.items() if name == info.get("default_model") or name in fit}


def get_default_pricing() -> dict[str, float]:
    """The prices and the multiplier of models that the registry does not hold."""
    defaults: dict[str, float] = load_model_registry()["defaults"]
    return defaults


_PRICES = frozenset({"input_per_million", "output_per_million", "realtime_multiplier", "batch_discount"})


def _plain(value: Any) -> Any:
    """A copy with floats for decimals, and for prices that were written without a point."""
    if isinstance(value, dict):
        return {
            key: float(item) if key in _PRICES and not isinstance(item, (dict, list)) else _plain(item)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return float(value) if isinstance(value, Decimal) else value
