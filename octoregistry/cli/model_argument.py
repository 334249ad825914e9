"""PROVIDER/MODEL on the command line, a registry as commands read it, and a day."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any, TypeVar

import click

from octoregistry.cli.output import visible
from octoregistry.cli.registry_option import registry_name
from providers import Registry, RegistryError, load_registry
from providers.dimensions import UnknownModelError, UnknownPriceError
from providers.entries import Model

Command = TypeVar("Command", bound=Callable[..., Any])


def open_registry(path: str | os.PathLike[str], *, own_prices: bool = False, more: bool = False) -> Registry:
    """The registry at `path`, with `own_prices` with those of the person's settings, and with `more` with all models under its
    key `more`; ClickException with every fault where it is none.
    """
    try:
        found = load_registry(path)
    except RegistryError as error:
        raise click.ClickException(visible(error)) from error
    if more:
        from providers.more import with_more  # noqa: PLC0415 - two commands ask for it

        found = with_more(found, vouched=True)
    if own_prices:
        from octoregistry.cli.own_prices import by_own_prices  # noqa: PLC0415 - it reads settings, and few ask for it

        return by_own_prices(found)
    return found


def own_prices_option(command: Command) -> Command:
    """The command with `--own-prices`, as the parameter `own_prices`."""
    words = "By the prices in [prices] of your settings, where they have any; they are marked as yours."
    return click.option("--own-prices", is_flag=True, help=words)(command)


def find_model(registry: Registry, name: str, day: date | None = None) -> Model:
    """The model called PROVIDER/MODEL by id or alias and any name of the provider, or MODEL where one provider alone
    has it; else UsageError. With a `day` the one that answered to the name on it.
    """
    provider, slash, model = name.partition("/")
    try:
        if slash:
            provider = registry.provider_called(provider)
            return registry.on_day(provider, model, str(day)) if day else registry.model(provider, model)
    except UnknownModelError as error:
        raise click.UsageError(visible(_vouched_only(registry, provider, model) or error)) from error
    found = registry.owners(name)
    if len(found) != 1:
        which = " or ".join(f"{owner}/{each}" for owner, each in found)
        raise click.UsageError(visible(f"{name}: {which}?" if found else _none_has(registry, name)))
    owner = found[0][0]
    return registry.on_day(owner, name, str(day)) if day else registry.model(*found[0])


def _vouched_only(registry: Registry, provider: str, model: str) -> str | None:
    """That other registries alone have the price of a model, where they have; else None."""
    try:
        registry.pricing(provider, model)
    except UnknownPriceError as error:
        return f"{error}; `octoregistry price` shows it"
    except UnknownModelError:
        pass
    return None


def priced_model(registry: Registry, name: str, day: date | None = None) -> Model:
    """`find_model`, of a model with prices to rely on; ClickException that says where one contradicts itself."""
    found = find_model(registry, name, day)
    if fault := registry.unusable.get((found.provider, found.id)):
        raise click.ClickException(visible(f"{found.provider}/{found.id} has no price to rely on: {fault}"))
    return found


def _none_has(registry: Registry, name: str) -> str:
    """That no provider has the model, with those whose ids begin so, else those with much in common."""
    import difflib  # noqa: PLC0415 - only for the message

    ids = dict(_ids(registry))
    begun = name.strip().lower()
    near = [id_ for id_ in ids if begun and id_.startswith(begun)][:10] or difflib.get_close_matches(begun, ids, 5, 0.5)
    named = f"near names: {', '.join(ids[id_] for id_ in near)}" if near else "see `octoregistry models`"
    return f"no provider has {name!r}; {named}"


def complete_model(context: click.Context, _parameter: click.Parameter, begun: str) -> list[str]:
    """The models that `begun` may become, for the shell: PROVIDER/MODEL, or MODEL where no provider is typed."""
    try:
        registry = load_registry(registry_name(context.params.get("registry")))
    except RegistryError:
        return []
    whole = [full for _, full in _ids(registry) if full.startswith(begun)]
    return whole or [id_ for id_, _ in _ids(registry) if id_.startswith(begun)]


def _ids(registry: Registry) -> Iterator[tuple[str, str]]:
    """(MODEL, PROVIDER/MODEL) of every model, without making an entry of any."""
    for provider, entry in registry.values["providers"].items():
        yield from ((id_, f"{provider}/{id_}") for id_ in entry["models"])


def assume_earliest_option(command: Command) -> Command:
    """The command with `--assume-earliest`, as the parameter `assume_earliest`."""
    words = "Before a model's first reading, take the prices of that reading."
    return click.option("--assume-earliest", is_flag=True, help=words)(command)


def day_option(flag: str, help_text: str) -> Callable[[Command], Command]:
    """The command with a day as the parameter called like `flag`: a date, or None."""
    return click.option(flag, type=click.DateTime(["%Y-%m-%d"]), metavar="YYYY-MM-DD", callback=_day, help=help_text)


def _day(_context: click.Context, _parameter: click.Parameter, given: datetime | None) -> date | None:
    return given.date() if given else None
