"""One interface for Gemini, OpenAI and Anthropic, realtime and batch, with exact costs from the registry."""

from __future__ import annotations

from .pricing import DIMENSIONS, MODES, Pricing, PricingError
from .registry import (
    Registry,
    RegistryError,
    get_all_providers,
    get_default_pricing,
    get_pricing,
    get_provider_info,
    get_provider_models,
    load_model_registry,
    load_registry,
    parse_registry,
)

TYPE_CHECKING = False  # typing takes longer to import than a price takes to find
if TYPE_CHECKING:
    from .entries import Model as Model
    from .entries import Provider as Provider
    from .entries import Rate as Rate
    from .usage import Usage as Usage

__all__ = [
    "DIMENSIONS",
    "MODES",
    "Model",
    "Pricing",
    "PricingError",
    "Provider",
    "Rate",
    "Registry",
    "RegistryError",
    "Usage",
    "get_all_providers",
    "get_default_pricing",
    "get_pricing",
    "get_provider_info",
    "get_provider_models",
    "load_model_registry",
    "load_registry",
    "parse_registry",
]

# Names whose rooms are opened when they are first asked for, so that `import providers` stays light.
_LATE = {
    "Model": "entries",
    "Provider": "entries",
    "Rate": "entries",
    "Usage": "usage",
}

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """A public name that is imported when it is first asked for."""
        if name not in _LATE:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module  # noqa: PLC0415 - beside its only use

        value = getattr(import_module(f".{_LATE[name]}", __name__), name)
        globals()[name] = value
        return value
