"""Prices of a person's own in a command: `--own-prices`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from octoregistry.cli.output import print_message, visible
from octoregistry.settings import SettingsFileError, command_settings
from providers.dimensions import UnknownModelError
from providers.own_prices import OwnPricesError, with_own_prices
from providers.registry import Registry


def by_own_prices(registry: Registry, settings: Path | None = None) -> Registry:
    """`registry` with the prices that the person's settings have in place of the vendors'; a message names the models."""
    try:
        own = command_settings(settings).prices
        if not own:
            raise click.ClickException("--own-prices: your settings have no [prices]; see docs/vendors.md")
        found = with_own_prices(registry, own)
    except SettingsFileError as error:
        raise click.ClickException(visible(error)) from error
    except (OwnPricesError, UnknownModelError) as error:
        raise click.ClickException(visible(f"[prices] of your settings: {error}")) from error
    print_message(f"prices of yours: {', '.join(marks(found))}")
    if charged := [
        name for name in dict.fromkeys(model.provider for model in found if model.yours) if _charges(found, name)
    ]:
        print_message(f"charges besides tokens (searches, images) stay the vendor's: {', '.join(charged)}")
    return found


def _charges(registry: Registry, provider: str) -> bool:
    """Whether any charge of a provider or of its models is known."""
    known = registry.providers[provider]
    return bool(known.charges) or any(model.charges for model in known.models.values())


def marks(registry: Registry) -> Iterator[str]:
    """`openai/gpt-5.4 (standard, batch)` of every model with prices of a person's own."""
    for model in registry:
        if model.yours:
            yield f"{model.provider}/{model.id} ({', '.join(model.yours)})"
