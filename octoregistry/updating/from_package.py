"""An update from the packaged registry: what the installation knows and a person's own registry does not."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, time
from importlib.metadata import version

from octoregistry.errors import UnknownProviderError
from octoregistry.merging.merge_each import merge_each
from octoregistry.planning.limits import Limits
from octoregistry.planning.package_plan import package_plan
from octoregistry.planning.plan import Note, Plan
from octoregistry.planning.planner import PlanSettings
from octoregistry.settings import Settings
from octoregistry.updating.update import Update
from providers import load_registry, parse_registry
from providers.registry import PACKAGED


def plan_from_package(
    text: str, name: str, settings: Settings, providers: Sequence[str] = (), *, accepted: Collection[str] = ()
) -> Update:
    """What the packaged registry changes in the registry `text` (the file called `name`), of the packaged registry's day.

    `providers` are those to update, all that both have without it. Nothing is asked of the world. Raises RegistryError,
    UnknownProviderError for a wanted provider that either lacks.
    """
    registry, packaged = parse_registry(text, name), load_registry(PACKAGED)
    providers = [registry.provider_called(provider) for provider in providers]
    for provider in providers:
        if provider not in registry.providers or provider not in packaged.providers:
            raise UnknownProviderError(f"no provider {provider!r} in both {name} and the packaged registry")
    plan = Plan()
    source = f"octoregistry {version('octoregistry')}"
    for provider, theirs in packaged.providers.items():
        if providers and provider not in providers:
            continue
        ours = registry.providers.get(provider)
        if ours is None:
            plan += Plan(notes=(Note(provider, "*", f"{name} lacks the provider: it is left out"),))
            continue
        limits = Limits(**settings.guards_of(provider).model_dump()) if provider in settings.providers else Limits()
        plan += package_plan(ours, theirs, PlanSettings(accepted=accepted, limits=limits), source)
    merged = merge_each(text, name, plan)
    days = (model.source.checked for model in packaged if model.source and model.source.checked)
    at = datetime.combine(max(days, default=date.min), time(), UTC)
    return Update(registry, text, merged.text, merged.plan, (), at, merged.refused)
