"""One interface for Gemini, OpenAI and Anthropic, realtime and batch, with exact costs from the registry.

    from providers import get_provider

    provider = get_provider({"api": {"provider": "openai", "model": "gpt-5.4-mini"}})
    result = provider.generate_realtime("What is 2 + 2?")

Importing the package loads no SDK and no HTTP library: a vendor's SDK is imported when its client is first needed.
"""

from __future__ import annotations

from .plain_registry import (
    get_all_providers,
    get_default_pricing,
    get_provider_info,
    get_provider_models,
    load_model_registry,
)
from .pricing import DIMENSIONS, MODES, Pricing, PricingError
from .registry import (
    Registry,
    RegistryError,
    get_pricing,
    load_registry,
    parse_registry,
)

TYPE_CHECKING = False  # typing takes longer to import than a price takes to find
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from .api_settings import SettingsError as SettingsError
    from .base import BatchLimits as BatchLimits
    from .base import BatchMetadata as BatchMetadata
    from .base import BatchResult as BatchResult
    from .base import BatchStatus as BatchStatus
    from .base import BatchStatusInfo as BatchStatusInfo
    from .base import LLMProvider as LLMProvider
    from .base import RealtimeResult as RealtimeResult
    from .batches import BatchError as BatchError
    from .batches import BatchEstimate as BatchEstimate
    from .batches import BatchProgress as BatchProgress
    from .batches import BatchResults as BatchResults
    from .batches import BatchSettings as BatchSettings
    from .batches import RowResult as RowResult
    from .batches import RunState as RunState
    from .batches import cancel_run as cancel_run
    from .batches import estimate_batch as estimate_batch
    from .batches import read_run as read_run
    from .batches import results_so_far as results_so_far
    from .batches import run_batch as run_batch
    from .batches import run_progress as run_progress
    from .batches import run_realtime as run_realtime
    from .charge import Charge as Charge
    from .charges import Charges as Charges
    from .charges import get_charges as get_charges
    from .dialects import SchemaError as SchemaError
    from .entries import Model as Model
    from .entries import Provider as Provider
    from .entries import Rate as Rate
    from .errors import AmbiguousError as AmbiguousError
    from .errors import AuthenticationError as AuthenticationError
    from .errors import ProviderError as ProviderError
    from .errors import RateLimitError as RateLimitError
    from .errors import RequestError as RequestError
    from .served import ServedUsage as ServedUsage
    from .served import usage_of as usage_of
    from .usage import Usage as Usage

__all__ = [
    "DIMENSIONS",
    "MODES",
    "AmbiguousError",
    "AuthenticationError",
    "BatchError",
    "BatchEstimate",
    "BatchLimits",
    "BatchMetadata",
    "BatchProgress",
    "BatchResult",
    "BatchResults",
    "BatchSettings",
    "BatchStatus",
    "BatchStatusInfo",
    "Charge",
    "Charges",
    "LLMProvider",
    "Model",
    "Pricing",
    "PricingError",
    "Provider",
    "ProviderError",
    "Rate",
    "RateLimitError",
    "RealtimeResult",
    "Registry",
    "RegistryError",
    "RequestError",
    "RowResult",
    "RunState",
    "SchemaError",
    "ServedUsage",
    "SettingsError",
    "Usage",
    "cancel_run",
    "estimate_batch",
    "get_all_providers",
    "get_charges",
    "get_default_pricing",
    "get_pricing",
    "get_provider",
    "get_provider_info",
    "get_provider_models",
    "get_step_provider",
    "load_model_registry",
    "load_registry",
    "parse_registry",
    "read_run",
    "results_so_far",
    "run_batch",
    "run_progress",
    "run_realtime",
    "usage_of",
]

# Names whose rooms are opened when they are first asked for, so that `import providers` stays light.
_LATE = {
    "AmbiguousError": "errors",
    "AuthenticationError": "errors",
    "BatchError": "batches",
    "BatchEstimate": "batches",
    "BatchLimits": "base",
    "BatchMetadata": "base",
    "BatchProgress": "batches",
    "BatchResult": "base",
    "BatchResults": "batches",
    "BatchSettings": "batches",
    "BatchStatus": "base",
    "BatchStatusInfo": "base",
    "Charge": "charge",
    "Charges": "charges",
    "LLMProvider": "base",
    "Model": "entries",
    "Provider": "entries",
    "ProviderError": "errors",
    "Rate": "entries",
    "RateLimitError": "errors",
    "RealtimeResult": "base",
    "RequestError": "errors",
    "RowResult": "batches",
    "RunState": "batches",
    "SchemaError": "dialects",
    "ServedUsage": "served",
    "SettingsError": "api_settings",
    "Usage": "usage",
    "cancel_run": "batches",
    "estimate_batch": "batches",
    "get_charges": "charges",
    "read_run": "batches",
    "results_so_far": "batches",
    "run_batch": "batches",
    "run_progress": "batches",
    "run_realtime": "batches",
    "usage_of": "served",
}
_VENDORS = {"gemini": "GeminiProvider", "openai": "OpenAIProvider", "anthropic": "AnthropicProvider"}

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """A public name that is imported when it is first asked for."""
        if name not in _LATE:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module  # noqa: PLC0415 - beside its only use

        value = getattr(import_module(f".{_LATE[name]}", __name__), name)
        globals()[name] = value
        return value


def get_provider(config: dict[str, Any]) -> LLMProvider:
    """The provider that `config["api"]` names, or the registry's default; `config` stays the very mapping that was
    given.

    Raises ValueError for an unknown provider, ImportError for a missing SDK, AuthenticationError for a missing key.
    Needs no network.
    """
    name = (config.get("api") or {}).get("provider")
    if not name:
        name = load_registry().default_provider
    name = str(name).lower()
    if name not in _VENDORS:
        from .compatible import compatible_names, provider_of  # noqa: PLC0415 - for vendors without a room of their own

        found = provider_of(name, config)
        if found is None:
            known = ", ".join([*_VENDORS, *compatible_names()])
            raise ValueError(f"unknown provider {name!r}: api.provider is one of {known}")
        return found
    from importlib import import_module  # noqa: PLC0415 - a vendor's room is opened when it is asked for

    provider: LLMProvider = getattr(import_module(f".{name}", __name__), _VENDORS[name])(config)
    return provider


def get_step_provider(config: dict[str, Any], step_name: str, manifest: Mapping[str, Any] | None = None) -> LLMProvider:
    """The provider of a pipeline's step: command-line flags before the step's own words, before the global ones,
    before the registry.

    The flags are already part of `config["api"]`; the manifest's `metadata.cli_provider_override` and
    `cli_model_override` tell that they were given. A step that names only another provider gets that provider's
    default model, not a model of the global one; a provider's flag alone drops a model of another vendor likewise, and a
    model's flag alone keeps to a provider that has the model, the step's, the global one or the registry's owner.
    """
    flags = (manifest or {}).get("metadata") or {}
    step: Mapping[str, Any] = next(
        (s for s in (config.get("pipeline") or {}).get("steps") or [] if s.get("name") == step_name), {}
    )
    api = dict(config.get("api") or {})
    stated = dict(api)
    current = str(api.get("provider") or load_registry().default_provider).lower()
    if flags.get("cli_provider_override") and not flags.get("cli_model_override"):
        elsewhere = step.get("provider") and str(step["provider"]).lower() != current
        model = None if elsewhere else step.get("model")
        model = model or api.pop("model", None)
        if model and _owners(model) <= {current}:
            api["model"] = model
        else:
            api.pop("model", None)
        return get_provider(config if api == stated else {**config, "api": api})
    if flags.get("cli_model_override") and not flags.get("cli_provider_override"):
        owners = _owners(api.get("model"))
        wanted = [str(step.get("provider") or current).lower(), current, *sorted(owners)]
        provider = next((name for name in wanted if name in owners), current)
        if provider != current:
            api["provider"] = provider
        return get_provider(config if api == stated else {**config, "api": api})
    if step.get("provider") and not flags.get("cli_provider_override"):
        if str(step["provider"]).lower() != current and not flags.get("cli_model_override"):
            api.pop("model", None)
        api["provider"] = step["provider"]
    if step.get("model") and not flags.get("cli_model_override"):
        api["model"] = step["model"]
    return get_provider(config if api == stated else {**config, "api": api})


def _owners(model: Any) -> set[str]:
    """The providers whose model this is, as far as the registry knows."""
    known = get_all_providers()
    return {name for name, entry in known.items() if any(_is_called(model, *one) for one in entry["models"].items())}


def _is_called(name: Any, model_id: str, entry: Mapping[str, Any]) -> bool:
    return bool(name == model_id or name in (entry.get("aliases") or ()))
